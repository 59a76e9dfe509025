//! Octavia, load balancing as a service.
//!
//! The worker configures each amphora over its REST API, the health manager gets each amphora's heartbeats (the
//! article, round 1; OpenStack Octavia's defaults for the ports). The amphorae's management interface is in the
//! overlay, the services are in the underlay.

use super::{FlowTemplate, Kind, Party};
use crate::fabric::Protocol;

pub(super) const OCTAVIA: Kind = Kind {
    name: "octavia",
    services: &["worker", "health-manager"],
    flows: &[
        FlowTemplate {
            from: Party::Service("worker"),
            to: Party::Workloads,
            protocol: Protocol::Tcp,
            port: 9443,
            why: "the worker configures the amphora",
        },
        FlowTemplate {
            from: Party::Workloads,
            to: Party::Service("health-manager"),
            protocol: Protocol::Udp,
            port: 5555,
            why: "the amphora reports its health",
        },
    ],
};
