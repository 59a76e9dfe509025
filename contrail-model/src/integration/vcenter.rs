//! VMware vCenter as the orchestrator: it manages the ESXi hosts, whose vRouters run in virtual machines, and Contrail's
//! vCenter plugin watches it and configures Contrail. The ports are VMware's and Contrail's defaults.

use super::Table;

pub(super) const VCENTER: Table = Table {
    name: "vcenter",
    services: &["vcenter"],
    optional_services: &["esxi", "plugin", "config-api"],
    flows: &[
        ("vcenter", "esxi", "tcp", Some(443), "vCenter manages the host"),
        ("vcenter", "esxi", "tcp", Some(902), "vCenter's agent on the host"),
        ("esxi", "vcenter", "udp", Some(902), "the host's heartbeat"),
        ("plugin", "vcenter", "tcp", Some(443), "the plugin watches the inventory"),
        ("plugin", "config-api", "tcp", Some(8082), "the plugin configures Contrail"),
    ],
};
