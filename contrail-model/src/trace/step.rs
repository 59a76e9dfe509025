//! What a node does to a packet: which table it looks in, what it chooses, what it passes over.

use std::fmt;
use std::net::IpAddr;

use contrail_wire::MacAddr;
use ipnet::IpNet;
use serde::Serialize;

use crate::fabric::{Name, TunnelKind};

/// A routing table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(remote = "Self", tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Table {
    /// Of a server's own network stack.
    Host {
        /// The server.
        server: Name,
    },
    /// Of a vRouter, for one network.
    Vrouter {
        /// The hypervisor.
        server: Name,
        /// The network.
        network: Name,
    },
    /// A vRouter's table of the underlay (`ip-fabric`).
    IpFabric {
        /// The hypervisor.
        server: Name,
    },
    /// A device's table of the underlay (`inet.0`).
    Underlay {
        /// The device.
        device: Name,
    },
    /// A logical router's VRF on a device.
    Vrf {
        /// The logical router.
        router: Name,
        /// The device.
        device: Name,
    },
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host { server } => write!(f, "the routing table of {server}"),
            Self::Vrouter { server, network } => write!(f, "the VRF of {network} in the vRouter of {server}"),
            Self::IpFabric { server } => write!(f, "the underlay table of the vRouter of {server}"),
            Self::Underlay { device } => write!(f, "the underlay table of {device}"),
            Self::Vrf { router, device } => write!(f, "the VRF of {router} on {device}"),
        }
    }
}

/// What kind of route was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RouteKind {
    /// A network that the node has an address in.
    Connected,
    /// A static route.
    Static,
    /// The default route that DHCP gives.
    Dhcp,
    /// Learnt from the underlay's routing protocol.
    Underlay,
    /// EVPN type 2 (RFC 7432): a MAC address, or a MAC address with its IP address.
    EvpnMacIp,
    /// EVPN type 5 (RFC 9136): a prefix.
    EvpnPrefix,
    /// BGP/MPLS VPN (RFC 4364).
    L3vpn,
    /// IP fabric forwarding: the underlay as it is.
    IpFabric,
    /// Distributed SNAT: the underlay with the hypervisor's address.
    FabricSnat,
}

impl RouteKind {
    /// In an operator's words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Static => "static",
            Self::Dhcp => "given by DHCP",
            Self::Underlay => "underlay",
            Self::EvpnMacIp => "EVPN type 2",
            Self::EvpnPrefix => "EVPN type 5",
            Self::L3vpn => "L3VPN",
            Self::IpFabric => "IP fabric forwarding",
            Self::FabricSnat => "distributed SNAT",
        }
    }
}

/// A route that was chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Route {
    /// Its destination; a host route has the full length.
    pub to: IpNet,
    /// Its kind.
    pub kind: RouteKind,
    /// Where it leads, in words: `gateway 10.1.2.1`, `VTEP 10.255.0.11 of leaf1`.
    pub next_hop: String,
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}) to {}", self.to, self.kind.name(), self.next_hop)
    }
}

/// One thing that a node does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(remote = "Self", tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Step {
    /// It takes the packet in.
    Receive {
        /// `access port xe-0/0/10, VLAN 200 of api`.
        on: String,
    },
    /// It looks an address up.
    Lookup {
        /// Where.
        table: Table,
        /// What for.
        destination: IpAddr,
        /// What it found.
        chosen: Route,
        /// What else there was, and why it was not taken.
        passed_over: Vec<String>,
    },
    /// It finds a neighbour's MAC address.
    Resolve {
        /// In which network.
        network: Name,
        /// The address.
        address: IpAddr,
        /// The MAC address.
        mac: MacAddr,
        /// Whose it is.
        owner: Name,
    },
    /// It bridges a frame within a network.
    Bridge {
        /// The network.
        network: Name,
        /// The destination.
        mac: MacAddr,
        /// Where to, in words.
        to: String,
    },
    /// It replicates a broadcast to all that take part in a network; one copy is followed.
    Flood {
        /// The network.
        network: Name,
        /// Who gets a copy: the replication list.
        to: Vec<Name>,
        /// Whose copy is followed.
        followed: Name,
    },
    /// It puts a packet into a tunnel.
    Encapsulate {
        /// Which.
        tunnel: TunnelKind,
        /// `VNI 9001`, `label 16`.
        id: String,
        /// The tunnel's ends.
        between: [IpAddr; 2],
        /// Why this tunnel.
        because: String,
    },
    /// It takes a packet out of a tunnel.
    Decapsulate {
        /// Which.
        tunnel: TunnelKind,
        /// `VNI 9001`, `label 16`.
        id: String,
        /// What the packet goes on in, in words.
        into: String,
    },
    /// It replaces an address.
    Translate {
        /// What stood there.
        from: (IpAddr, u16),
        /// What stands there now.
        to: (IpAddr, u16),
    },
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Receive { on } => write!(f, "receives on {on}"),
            Self::Lookup { table, destination, chosen, passed_over } => {
                write!(f, "looks up {destination} in {table}: {chosen}")?;
                passed_over.iter().try_for_each(|other| write!(f, "; not {other}"))
            }
            Self::Resolve { network, address, mac, owner } => {
                write!(f, "resolves {address} in {network}: {mac} ({owner})")
            }
            Self::Bridge { network, mac, to } => write!(f, "bridges {mac} in {network} to {to}"),
            Self::Flood { network, to, followed } => {
                write!(f, "replicates the broadcast in {network} to ")?;
                list(f, to)?;
                write!(f, "; the copy for {followed}:")
            }
            Self::Encapsulate { tunnel, id, between: [from, to], because } => {
                write!(f, "encapsulates in {}, {id}, {from} to {to}: {because}", tunnel.name())
            }
            Self::Decapsulate { tunnel, id, into } => {
                write!(f, "decapsulates {}, {id}, into {into}", tunnel.name())
            }
            Self::Translate { from: (from, from_port), to: (to, to_port) } => {
                write!(f, "translates {from} port {from_port} to {to} port {to_port}")
            }
        }
    }
}

/// Names in a sentence: `leaf1, leaf2 and leaf3`.
pub(crate) fn list(f: &mut fmt::Formatter<'_>, names: &[Name]) -> fmt::Result {
    for (index, name) in names.iter().enumerate() {
        match index {
            0 => {}
            _ if index + 1 == names.len() => f.write_str(" and ")?,
            _ => f.write_str(", ")?,
        }
        f.write_str(name)?;
    }
    Ok(())
}
