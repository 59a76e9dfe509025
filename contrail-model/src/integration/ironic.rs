//! Ironic, bare metal as a service.
//!
//! A bare-metal server boots by PXE in the network for cleaning and provisioning: the service node gives it an
//! address, the conductor its boot files, and the agent that runs then talks with Ironic's API, the conductor and
//! the image store (the article, round 2; OpenStack Ironic's and Swift's defaults for the ports). The bare-metal
//! servers are in an overlay network, the services in the internal API network.

use super::Table;

pub(super) const IRONIC: Table = Table {
    name: "ironic",
    services: &["conductor", "api"],
    optional_services: &["swift"],
    flows: &[
        ("bare-metal", "service-node", "dhcp", None, "the server asks for its address"),
        ("bare-metal", "conductor", "udp", Some(69), "the server loads its boot program by TFTP"),
        ("bare-metal", "conductor", "tcp", Some(80), "the server loads kernel and ramdisk by HTTP"),
        ("bare-metal", "api", "tcp", Some(6385), "the agent looks itself up and sends heartbeats"),
        ("bare-metal", "swift", "tcp", Some(8080), "the agent loads the image"),
        ("conductor", "bare-metal", "tcp", Some(9999), "the conductor gives the agent its commands"),
    ],
};
