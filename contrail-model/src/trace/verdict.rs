//! How a path ends, and why.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;
use serde::Serialize;

use super::step::{Table, list};
use crate::fabric::Name;

/// How a path ends. The set is closed: every path ends in one of these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(remote = "Self", tag = "kind", rename_all = "snake_case")]
pub enum Verdict {
    /// The packet reaches the end of the flow.
    Delivered {
        /// The end.
        to: Name,
    },
    /// The packet goes no further.
    Dropped {
        /// Where.
        at: Name,
        /// Why.
        reason: Box<Drop>,
    },
    /// The document does not say what would happen.
    Undetermined {
        /// Where the question comes up.
        at: Name,
        /// What the document does not say.
        missing: String,
    },
}

impl Verdict {
    /// Whether the packet reaches the end of the flow.
    pub const fn is_delivered(&self) -> bool {
        matches!(self, Self::Delivered { .. })
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delivered { to } => write!(f, "delivered to {to}"),
            Self::Dropped { at, reason } => write!(f, "dropped at {at}: {reason}"),
            Self::Undetermined { at, missing } => write!(f, "undetermined at {at}: {missing}"),
        }
    }
}

/// Why a packet is dropped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(remote = "Self", tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Drop {
    /// A table has no route.
    NoRoute {
        /// The table.
        table: Table,
        /// What was looked up.
        destination: IpAddr,
        /// The overlay network that the destination is in, if it is in one.
        network: Option<Name>,
        /// What could have been a route, and why it is not.
        because: Vec<String>,
    },
    /// L1: a device would have to work on VXLAN that comes from, or goes to, an access interface of its own.
    VxlanBehindAccess {
        /// The device.
        device: Name,
        /// Whether it would have to decapsulate (or else encapsulate).
        decapsulate: bool,
        /// The port group of the access interface.
        port_group: Name,
        /// Its VLAN.
        vlan: u16,
        /// The network that ties the VLAN to a VNI.
        network: Name,
        /// That VNI.
        vni: u32,
        /// The server with the other end of the tunnel.
        server: Name,
    },
    /// L2: a tunnelled packet would have to be put into VXLAN again, as an underlay network spans racks.
    DoubleEncapsulation {
        /// The device.
        device: Name,
        /// The network that is stretched.
        network: Name,
        /// The device at its other end.
        other: Name,
    },
    /// L5: the destination is behind distributed SNAT, which cannot be opened from outside.
    BehindSnat {
        /// The workload.
        workload: Name,
        /// Its network.
        network: Name,
    },
    /// Distributed SNAT has no source ports for the protocol.
    NoTranslationPool {
        /// `TCP` or `UDP`.
        protocol: &'static str,
        /// The network.
        network: Name,
    },
    /// Nobody answers for a gateway address.
    NoGateway {
        /// The network.
        network: Name,
        /// The gateway.
        gateway: IpAddr,
        /// Where an IRB is missing.
        devices: Vec<Name>,
    },
    /// A frame for the gateway reaches a device that has no such IRB.
    GatewayElsewhere {
        /// The device.
        device: Name,
        /// The network.
        network: Name,
        /// The devices that have the IRB.
        have_it: Vec<Name>,
    },
    /// Nobody has the address.
    NoNeighbour {
        /// The network.
        network: Name,
        /// The address.
        address: IpAddr,
    },
    /// A static route's next hop is in none of the host's networks.
    NextHopUnreachable {
        /// The route's destination.
        to: IpNet,
        /// Its next hop.
        via: IpAddr,
        /// The host.
        server: Name,
        /// What was looked up.
        destination: IpAddr,
    },
    /// A server's port group does not carry a network that the server has an address in.
    NotCarried {
        /// The server.
        server: Name,
        /// Its port group.
        port_group: Name,
        /// The network.
        network: Name,
    },
    /// A tunnel ends at a device or vRouter that does not know its VNI or label.
    UnknownTunnel {
        /// `VNI 5001`, `label 16`.
        id: String,
    },
    /// The packet's tunnel is not one that the device can terminate.
    CannotTerminate {
        /// What arrived.
        tunnel: &'static str,
    },
    /// The other end of a tunnel cannot be reached in the underlay, or has no address.
    NoTunnelEnd {
        /// Whose end.
        of: Name,
    },
    /// Nobody answers DHCP in the network.
    NoServiceNode {
        /// The network.
        network: Name,
    },
    /// A virtual service does not answer at this port.
    NotServed {
        /// The virtual service.
        service: Name,
        /// `TCP` or `UDP`.
        protocol: &'static str,
        /// The port.
        port: u16,
    },
    /// The packet is for somebody else.
    NotForUs {
        /// Its destination.
        destination: IpAddr,
    },
    /// None of a server's ports is up.
    Detached {
        /// The server.
        server: Name,
        /// Its port group.
        port_group: Name,
    },
    /// More hops than a packet can live.
    Loop,
    /// What is down is the cause: with it up again, the packet would not end so.
    Outage {
        /// The devices and cables; with any one of them up, it would not end so.
        down: Vec<Name>,
        /// What becomes of the packet without them.
        consequence: Box<Self>,
    },
}

impl Drop {
    /// The rule that this drop breaks, if it is one of the placement limits.
    pub fn rule(&self) -> Option<&'static str> {
        match self {
            Self::VxlanBehindAccess { .. } => Some("L1"),
            Self::DoubleEncapsulation { .. } => Some("L2"),
            Self::NoRoute { table: Table::Host { .. }, network: Some(_), .. } => Some("L4"),
            Self::BehindSnat { .. } => Some("L5"),
            _ => None,
        }
    }
}

impl Drop {
    /// What drops have in common that one remedy would end, whatever packet they strike.
    pub(crate) fn cause(&self, at: &str) -> String {
        match self {
            Self::NoRoute { because, .. } if !because.is_empty() => because.join(" "),
            Self::NoRoute { table, network: Some(network), .. } => format!("{table} {network}"),
            Self::VxlanBehindAccess { device, .. } => device.to_string(),
            Self::BehindSnat { network, .. } => network.to_string(),
            Self::Outage { down, .. } => down.join(" "),
            _ => format!("{at} {self}"),
        }
    }

    /// What to do.
    pub(crate) fn fix(&self) -> String {
        match self {
            Self::NoRoute { because, .. } if !because.is_empty() => {
                "extend the logical router to the devices that the plan names".to_owned()
            }
            Self::NoRoute { table, .. } => format!("make the destination known in {table}, as the plan says"),
            Self::VxlanBehindAccess { device, .. } => {
                format!("do not terminate this VXLAN on {device}")
            }
            Self::DoubleEncapsulation { network, .. } => {
                format!("give each rack a network of its own instead of {network}")
            }
            Self::BehindSnat { network, .. } => {
                format!("join {network} by a logical router, or use IP fabric forwarding")
            }
            Self::NoTranslationPool { protocol, .. } => {
                format!("add a port translation pool for {protocol}")
            }
            Self::NoGateway { network, .. } => {
                format!(
                    "route {network} on those devices: extend a logical router to them, or add underlay IRBs"
                )
            }
            Self::GatewayElsewhere { device, network, .. } => {
                format!("extend the logical router of {network} to {device} too")
            }
            Self::NoNeighbour { network, address } => {
                format!("correct the address, or add who has {address} in {network}")
            }
            Self::NextHopUnreachable { via, .. } => {
                format!("take a next hop in a network of the host instead of {via}")
            }
            Self::NotCarried { port_group, network, .. } => {
                format!("add a VLAN of {network} to port group {port_group}")
            }
            Self::UnknownTunnel { id } => format!("find out why {id} is sent there"),
            Self::CannotTerminate { .. } => "send to a device that can".to_owned(),
            Self::NoTunnelEnd { of } => format!("give {of} an address, and cables that lead there"),
            Self::NoServiceNode { .. } => "add a server of kind service-node with vhost0".to_owned(),
            Self::NotServed { service, .. } => format!("connect to the port of {service}"),
            Self::NotForUs { .. } => "correct the address in the document".to_owned(),
            Self::Detached { port_group, .. } => format!("bring up a port of port group {port_group}"),
            Self::Outage { down, .. } => format!("bring up {}", down.join(" or ")),
            Self::Loop => "correct the static routes".to_owned(),
        }
    }
}

impl fmt::Display for Drop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRoute { table, destination, network, because } => {
                write!(f, "{table} has no route to {destination}")?;
                if let Some(network) = network {
                    write!(f, " in {network}")?;
                }
                because.iter().try_for_each(|fact| write!(f, ": {fact}"))
            }
            Self::VxlanBehindAccess { device, decapsulate, port_group, vlan, network, vni, server } => {
                let work = if *decapsulate { "decapsulate VXLAN of" } else { "encapsulate VXLAN for" };
                write!(
                    f,
                    "{device} cannot {work} {server}, which is on its own access port group {port_group}, where VLAN \
                     {vlan} is tied to VNI {vni} (network {network})"
                )
            }
            Self::DoubleEncapsulation { device, network, other } => write!(
                f,
                "{device} would have to put tunnelled traffic into VXLAN once more, as network {network} goes on \
                 behind {other}"
            ),
            Self::BehindSnat { workload, network } => write!(
                f,
                "{workload} is behind distributed SNAT of network {network}: only the workload can open a flow"
            ),
            Self::NoTranslationPool { protocol, network } => {
                write!(f, "distributed SNAT of network {network} has no port translation pool for {protocol}")
            }
            Self::NoGateway { network, gateway, devices } => {
                write!(f, "nobody answers for the gateway {gateway} of {network}: no IRB on ")?;
                list(f, devices)
            }
            Self::GatewayElsewhere { device, network, have_it } => {
                write!(f, "{device} has no IRB of {network}; ")?;
                list(f, have_it)?;
                f.write_str(if have_it.len() == 1 { " has one, " } else { " have one, " })?;
                f.write_str("but an ERB gateway does not advertise its MAC address to other leaves")
            }
            Self::NoNeighbour { network, address } => {
                write!(f, "nobody in {network} answers for {address}")
            }
            Self::NextHopUnreachable { to, via, .. } => {
                write!(f, "the next hop {via} of the route to {to} is in none of its networks")
            }
            Self::NotCarried { server, port_group, network } => {
                write!(
                    f,
                    "{server} has an address in {network}, but its port group {port_group} does not carry it"
                )
            }
            Self::UnknownTunnel { id } => write!(f, "{id} is not known here"),
            Self::CannotTerminate { tunnel } => write!(f, "it cannot terminate {tunnel}"),
            Self::NoTunnelEnd { of } => write!(f, "{of} has no tunnel address that can be reached"),
            Self::NoServiceNode { network } => {
                write!(f, "no service node answers DHCP in {network}")
            }
            Self::NotServed { service, protocol, port } => {
                write!(f, "{service} does not answer {protocol} {port}")
            }
            Self::NotForUs { destination } => write!(f, "{destination} is not an address of this host"),
            Self::Detached { server, port_group } => {
                write!(f, "no port of port group {port_group} is up, so that {server} is attached to nothing")
            }
            Self::Loop => f.write_str("the packet goes round and round"),
            Self::Outage { down, consequence } => {
                let are = if down.len() == 1 { "is" } else { "are" };
                list(f, down)?;
                write!(f, " {are} down: {consequence}")
            }
        }
    }
}
