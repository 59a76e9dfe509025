//! Where the value of a header's field comes from: the numbered legend of a packet's picture.

use std::fmt;
use std::net::IpAddr;

use contrail_wire::{Header, Layer};
use serde::Serialize;

use crate::fabric::Name;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(remote = "Self", tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Source {
    /// The MAC address of an interface; given in the document, or derived from the names.
    InterfaceMac {
        /// Whose.
        of: Name,
        /// Whether the document gives it.
        given: bool,
    },
    /// The MAC address of a device's port.
    PortMac {
        /// `device:interface`
        port: Name,
    },
    /// A gateway's MAC address, learnt by ARP or neighbour discovery.
    GatewayByArp {
        /// The gateway's address.
        gateway: IpAddr,
        /// Who answers for it.
        answered_by: Name,
    },
    /// A neighbour's MAC address, learnt by ARP or neighbour discovery.
    NeighbourByArp {
        /// The neighbour's address.
        address: IpAddr,
        /// Who answers for it.
        answered_by: Name,
    },
    /// The vRouter's answer to a workload that asks for its gateway's MAC address.
    VrouterGateway,
    /// The gateway MAC address that all IRBs of a network share.
    IrbMac {
        /// The device.
        device: Name,
        /// The network.
        network: Name,
    },
    /// The router MAC address of a type-5 route.
    RouterMac {
        /// Whose.
        of: Name,
    },
    /// An address of an end of the flow.
    AddressOf {
        /// Whose.
        of: Name,
    },
    /// The hypervisor's own address in place of the workload's.
    Translated {
        /// The hypervisor.
        hypervisor: Name,
        /// The workload.
        workload: Name,
    },
    /// The end of a tunnel.
    TunnelEnd {
        /// `vhost0 of compute1`, `loopback of leaf1`.
        what: Name,
    },
    /// A VXLAN network identifier.
    VniOf {
        /// `network octavia`, `logical router octavia`.
        what: Name,
        /// The kind of EVPN route that says so.
        route: &'static str,
    },
    /// An MPLS label.
    LabelFrom {
        /// Who advertised it.
        advertised_by: Name,
        /// For what.
        what: Name,
    },
    /// A VLAN.
    VlanOf {
        /// The network.
        network: Name,
        /// The port group that ties the VLAN to it.
        port_group: Name,
    },
    /// No address: the sender asks for one.
    NoAddressYet,
    /// All that listen.
    Broadcast,
    /// The address that a service node answers from.
    ServiceAddress {
        /// In which network.
        network: Name,
    },
    /// The address that DHCP offers.
    Offered {
        /// To whom.
        to: Name,
    },
    /// The flow's service port.
    ServicePort,
    /// The client's port, which the client is free to choose.
    ClientPort,
    /// A port of a translation pool.
    TranslatedPort {
        /// The pool's first port.
        first: u16,
        /// The pool's last port.
        last: u16,
    },
    /// A hash of the inner flow.
    Entropy,
    /// A number that a standard assigns.
    Assigned(#[serde(serialize_with = "super::serialize::assigned")] &'static str),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InterfaceMac { of, given: true } => write!(f, "MAC address of {of}"),
            Self::InterfaceMac { of, given: false } => {
                write!(f, "MAC address of {of}; the document gives none, this one is derived from the name")
            }
            Self::PortMac { port } => write!(f, "MAC address of {port}; derived from the name"),
            Self::GatewayByArp { gateway, answered_by } => {
                write!(f, "gateway {gateway}, learnt by {}; answered by {answered_by}", resolution(gateway))
            }
            Self::NeighbourByArp { address, answered_by } => {
                write!(f, "{address}, learnt by {}; answered by {answered_by}", resolution(address))
            }
            Self::VrouterGateway => {
                f.write_str("the network's gateway; belongs to the vRouter, which answers for it")
            }
            Self::IrbMac { device, network } => {
                write!(f, "gateway MAC address of the IRB of {network} on {device}")
            }
            Self::RouterMac { of } => write!(f, "router MAC address of {of}, as in its type-5 route"),
            Self::AddressOf { of } => write!(f, "address of {of}"),
            Self::Translated { hypervisor, workload } => {
                write!(f, "vhost0 of {hypervisor}, in place of the address of {workload}")
            }
            Self::TunnelEnd { what } => f.write_str(what),
            Self::VniOf { what, route } => write!(f, "VNI of {what}, from the {route} route"),
            Self::LabelFrom { advertised_by, what } => {
                write!(f, "advertised by {advertised_by} for {what}; the number is the model's choice")
            }
            Self::VlanOf { network, port_group } => {
                write!(f, "VLAN of {network} on port group {port_group}")
            }
            Self::NoAddressYet => f.write_str("the client has no address yet"),
            Self::Broadcast => f.write_str("broadcast"),
            Self::ServiceAddress { network } => write!(f, "address that DHCP is answered from in {network}"),
            Self::Offered { to } => {
                write!(f, "address that is offered to {to}, which does not ask for a broadcast")
            }
            Self::ServicePort => f.write_str("the service's port"),
            Self::ClientPort => f.write_str("any free port of the client; this one stands for it"),
            Self::TranslatedPort { first, last } => {
                write!(f, "from the port translation pool {first} to {last}")
            }
            Self::Entropy => {
                f.write_str("hash of the inner flow, 49152 to 65535; a real sender has a hash of its own")
            }
            Self::Assigned(by) => f.write_str(by),
        }
    }
}

/// How a neighbour's MAC address is learnt.
const fn resolution(address: &IpAddr) -> &'static str {
    if address.is_ipv4() { "ARP" } else { "neighbour discovery" }
}

/// Where a value comes from that is the same wherever the header is made.
pub(crate) fn usual(header: &Header<'_>, field: &str) -> &'static str {
    match (header.layer(), field.as_bytes()) {
        (_, b"version" | b"ihl" | b"data_offset") => "the form of the header",
        (_, b"total_length" | b"payload_length" | b"length") => "computed",
        (_, b"checksum" | b"header_checksum") => match header {
            Header::Udp(udp) if udp.checksum.get() == 0 => {
                "none in front of a tunnel (RFC 7348 5, RFC 7510 3)"
            }
            _ => "computed",
        },
        (_, b"ethertype" | b"protocol" | b"next_header" | b"protocol_type") => "what follows",
        (Layer::Mpls, b"ttl") => "that of the packet inside",
        (_, b"time_to_live" | b"hop_limit") => "64 at the sender, one less for each router since",
        (_, b"identification") => "a real sender counts",
        (_, b"dont_fragment") => "clear, as vRouter leaves it; a host may set it",
        (Layer::Tcp, b"flags") => "opening handshake",
        (Layer::Tcp, b"sequence_number" | b"acknowledgment_number" | b"window") => "the sender's choice",
        (Layer::Vxlan, b"flags") => "I flag: the VNI is valid (RFC 7348 5)",
        (Layer::Mpls, b"bottom_of_stack") => "the only label",
        _ => "nothing set",
    }
}
