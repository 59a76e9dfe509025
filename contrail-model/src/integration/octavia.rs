//! Octavia, load balancing as a service.
//!
//! The worker configures each amphora over its REST API, the health manager gets each amphora's heartbeats (the
//! article, round 1; OpenStack Octavia's defaults for the ports). The amphorae's management interface is in the
//! overlay, the services are in the underlay. API and housekeeping talk to the other services only.

use super::Table;

pub(super) const OCTAVIA: Table = Table {
    name: "octavia",
    services: &["worker", "health-manager"],
    optional_services: &["api", "housekeeping"],
    flows: &[
        ("worker", "workloads", "tcp", Some(9443), "the worker configures the amphora"),
        ("workloads", "health-manager", "udp", Some(5555), "the amphora reports its health"),
    ],
};
