//! Outer headers, prepared once and stamped in front of an inner frame that is never moved.

pub(crate) mod doc;
mod labels;
pub mod policy;
mod stamp;
mod template;

use core::net::{Ipv4Addr, Ipv6Addr};

pub use labels::Labels;
use template::Network;
pub use template::Template;

use crate::flow::{FlowHash, FlowHasher, Inner};
use crate::net::ipv4::Ipv4Header;
use crate::net::ipv6::Ipv6Header;
use crate::net::udp::UdpHeader;
use crate::tunnel::vxlan::{NextProtocol, VxlanGpeHeader, VxlanHeader};
use crate::{IpProtocol, Vni};

/// What a tunnel puts in front of the inner frame or packet; [`ipv4`](Self::ipv4) and [`ipv6`](Self::ipv6) say
/// between whom and give the [`Template`].
///
/// ```
/// use contrail_wire::{Decoder, Encapsulation, MacAddr, Vni};
/// # let inner = &contrail_wire::doc::VXLAN_FRAME[50..];
/// let tunnel = Encapsulation::vxlan(Vni::new(5001).unwrap())
///     .ipv4([10, 1, 2, 21].into(), [10, 255, 0, 11].into())
///     .ethernet(MacAddr::new([2, 0, 0, 0, 0, 1]), MacAddr::new([2, 0, 0, 0, 0, 2]));
///
/// let mut buffer = [0; 256];
/// let start = tunnel.headroom();
/// buffer[start..start + inner.len()].copy_from_slice(inner);
/// let frame = tunnel.stamp(&mut buffer[..start + inner.len()], start)?;
///
/// let decoder = Decoder::new();
/// let outer = decoder.ethernet(frame).unwrap();
/// assert_eq!(outer.vni().unwrap().get(), 5001);
/// assert_eq!(outer.payload(), inner);
/// # Ok::<(), contrail_wire::EncodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encapsulation {
    tunnel: Tunnel,
    carried: Carried,
    destination_port: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tunnel {
    Vxlan(VxlanHeader),
    MplsOverUdp(Labels),
    MplsOverGre(Labels),
}

/// What the inner is, as far as it is looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Carried {
    Ethernet,
    Ip,
    Opaque,
}

impl Encapsulation {
    /// VXLAN: the inner is an Ethernet frame (RFC 7348). A [`Vni`] is enough for the header; one with a group policy is a
    /// [`VxlanGbpHeader`](crate::tunnel::vxlan::VxlanGbpHeader).
    pub fn vxlan(header: impl Into<VxlanHeader>) -> Self {
        let tunnel = Tunnel::Vxlan(header.into());
        Self { tunnel, carried: Carried::Ethernet, destination_port: UdpHeader::VXLAN }
    }

    /// VXLAN with a next protocol, which says what the inner is.
    pub fn vxlan_gpe(header: VxlanGpeHeader) -> Self {
        let carried = match header.payload() {
            NextProtocol::IPV4 | NextProtocol::IPV6 => Carried::Ip,
            NextProtocol::ETHERNET => Carried::Ethernet,
            _ => Carried::Opaque,
        };
        Self { tunnel: Tunnel::Vxlan(header.into()), carried, destination_port: UdpHeader::VXLAN_GPE }
    }

    /// MPLS in UDP (RFC 7510): one label in front of an IP packet, or [more](Labels).
    pub fn mpls_over_udp(labels: impl Into<Labels>) -> Self {
        let labels = labels.into();
        let tunnel = Tunnel::MplsOverUdp(labels);
        Self { tunnel, carried: labels.carried(), destination_port: UdpHeader::MPLS }
    }

    /// MPLS in GRE (RFC 4023): one label in front of an IP packet, or [more](Labels).
    pub fn mpls_over_gre(labels: impl Into<Labels>) -> Self {
        let labels = labels.into();
        Self { tunnel: Tunnel::MplsOverGre(labels), carried: labels.carried(), destination_port: 0 }
    }

    /// With another UDP destination port, such as the 8472 of older Linux. GRE has none.
    #[must_use]
    pub const fn destination_port(self, port: u16) -> Self {
        Self { destination_port: port, ..self }
    }

    /// Between these tunnel end points over IPv4.
    pub fn ipv4(self, source: Ipv4Addr, destination: Ipv4Addr) -> Template {
        Template::new(self, Network::Ipv4(Ipv4Header::new(source, destination, self.protocol())))
    }

    /// Between these tunnel end points over IPv6.
    pub fn ipv6(self, source: Ipv6Addr, destination: Ipv6Addr) -> Template {
        Template::new(self, Network::Ipv6(Ipv6Header::new(source, destination, self.protocol())))
    }

    const fn protocol(&self) -> IpProtocol {
        if self.is_over_udp() { IpProtocol::UDP } else { IpProtocol::GRE }
    }

    const fn is_over_udp(&self) -> bool {
        !matches!(self.tunnel, Tunnel::MplsOverGre(_))
    }

    #[inline]
    fn flow(&self, hasher: FlowHasher, inner: &[u8]) -> FlowHash {
        match self.carried {
            Carried::Ethernet => hasher.ethernet(inner),
            Carried::Ip => hasher.ip(inner),
            Carried::Opaque => hasher.opaque(),
        }
    }

    #[inline]
    fn look<'a>(&self, inner: &'a [u8]) -> Inner<'a> {
        match self.carried {
            Carried::Ethernet => Inner::ethernet(inner),
            Carried::Ip => Inner::ip(inner),
            Carried::Opaque => Inner::Opaque,
        }
    }
}

impl From<Vni> for VxlanHeader {
    /// The header for this network.
    fn from(vni: Vni) -> Self {
        Self::new(vni)
    }
}
