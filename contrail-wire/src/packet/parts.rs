//! What a level consists of.

use crate::net::arp::ArpPacket;
use crate::net::ethernet::EthernetHeader;
use crate::net::icmp::{IcmpHeader, Icmpv6Header};
use crate::net::ipv4::{Ipv4, Ipv4Header};
use crate::net::ipv6::{Ipv6, Ipv6Header};
use crate::net::linux_sll::{LinuxSll, LinuxSll2};
use crate::net::tcp::{Tcp, TcpHeader};
use crate::net::udp::UdpHeader;
use crate::tunnel::gre::{Gre, GreHeader};
use crate::tunnel::mpls::{LabelStack, MplsEntry};
use crate::tunnel::vxlan::{VxlanGpeHeader, VxlanHeader};

/// The network header without what has a variable length.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NetworkHeader<'a> {
    None,
    Arp(&'a ArpPacket),
    Ipv4(&'a Ipv4Header),
    Ipv6(&'a Ipv6Header),
}

/// The transport header without what has a variable length.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TransportHeader<'a> {
    None,
    Udp(&'a UdpHeader),
    Tcp(&'a TcpHeader),
    Icmp(&'a IcmpHeader),
    Icmpv6(&'a Icmpv6Header),
}

/// The tunnel's headers without what has a variable length; of a label stack the bottom.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TunnelHeader<'a> {
    None,
    Vxlan(&'a VxlanHeader),
    VxlanGpe(&'a VxlanGpeHeader),
    MplsOverUdp(&'a MplsEntry),
    MplsOverGre(&'a GreHeader, &'a MplsEntry),
    Mpls(&'a MplsEntry),
    Gre(&'a GreHeader),
    Ip,
}

/// The link header of a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Link<'a> {
    /// The level starts with IP.
    None,
    /// Ethernet II or IEEE 802.3.
    Ethernet(&'a EthernetHeader),
    /// A Linux cooked capture, version 1.
    LinuxSll(&'a LinuxSll),
    /// A Linux cooked capture, version 2.
    LinuxSll2(&'a LinuxSll2),
}

/// The network header of a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Network<'a> {
    /// None that is known here.
    None,
    /// ARP.
    Arp(&'a ArpPacket),
    /// IPv4.
    Ipv4(Ipv4<'a>),
    /// IPv6.
    Ipv6(Ipv6<'a>),
}

/// The transport header of a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Transport<'a> {
    /// None that is known here.
    None,
    /// UDP.
    Udp(&'a UdpHeader),
    /// TCP.
    Tcp(Tcp<'a>),
    /// ICMP.
    Icmp(&'a IcmpHeader),
    /// ICMPv6.
    Icmpv6(&'a Icmpv6Header),
}

/// What a level tunnels its payload in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Tunnel<'a> {
    /// VXLAN in UDP.
    Vxlan(&'a VxlanHeader),
    /// VXLAN with a next protocol, on UDP port 4790.
    VxlanGpe(&'a VxlanGpeHeader),
    /// MPLS in UDP (RFC 7510).
    MplsOverUdp(LabelStack<'a>),
    /// MPLS in GRE (RFC 4023).
    MplsOverGre(Gre<'a>, LabelStack<'a>),
    /// MPLS on the link, or in IP as protocol 137 (RFC 4023).
    Mpls(LabelStack<'a>),
    /// GRE with anything but MPLS.
    Gre(Gre<'a>),
    /// IP in IP (RFC 2003, RFC 2473).
    Ip,
}

impl<'a> Tunnel<'a> {
    /// The label stack, where there is one.
    pub const fn labels(&self) -> Option<LabelStack<'a>> {
        match *self {
            Self::MplsOverUdp(stack) | Self::MplsOverGre(_, stack) | Self::Mpls(stack) => Some(stack),
            Self::Vxlan(_) | Self::VxlanGpe(_) | Self::Gre(_) | Self::Ip => None,
        }
    }
}

/// What a level's payload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PayloadKind {
    /// Not known here: application data, or a protocol that this library leaves alone.
    Opaque,
    /// IEEE 802.2 LLC in an IEEE 802.3 frame.
    Llc,
    /// A part of an IP packet that was fragmented.
    Fragment,
    /// The next level, from its Ethernet header.
    Ethernet,
    /// The next level, from its IPv4 header.
    Ipv4,
    /// The next level, from its IPv6 header.
    Ipv6,
}
