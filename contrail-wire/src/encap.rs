//! Outer headers, prepared once and stamped in front of an inner frame that is never moved.

use core::net::{Ipv4Addr, Ipv6Addr};

use crate::flow::FlowHash;
use crate::net::ethernet::EthernetHeader;
use crate::net::ipv4::Ipv4Header;
use crate::net::ipv6::Ipv6Header;
use crate::net::udp::UdpHeader;
use crate::net::vlan::VlanTag;
use crate::tunnel::gre::GreHeader;
use crate::tunnel::mpls::MplsEntry;
use crate::tunnel::vxlan::VxlanHeader;
use crate::{EncodeError, EtherType, FixedHeader, IpProtocol, Label, Layer, MacAddr, ValueError, Vni};

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
/// assert_eq!(frame.len() - inner.len(), tunnel.overhead());
/// # Ok::<(), contrail_wire::EncodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encapsulation {
    tunnel: TunnelHeaders,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TunnelHeaders {
    Vxlan(UdpHeader, VxlanHeader),
    MplsOverUdp(UdpHeader, MplsEntry),
    MplsOverGre(GreHeader, MplsEntry),
}

impl TunnelHeaders {
    const fn len(&self) -> usize {
        match self {
            Self::Vxlan(..) => UdpHeader::LEN + VxlanHeader::LEN,
            Self::MplsOverUdp(..) => UdpHeader::LEN + MplsEntry::LEN,
            Self::MplsOverGre(..) => GreHeader::LEN + MplsEntry::LEN,
        }
    }
}

impl Encapsulation {
    /// VXLAN: the inner is an Ethernet frame (RFC 7348).
    pub const fn vxlan(vni: Vni) -> Self {
        let udp = UdpHeader::new(0, UdpHeader::VXLAN);
        Self { tunnel: TunnelHeaders::Vxlan(udp, VxlanHeader::new(vni)) }
    }

    /// MPLS in UDP: the inner is an IP packet (RFC 7510).
    pub const fn mpls_over_udp(label: Label) -> Self {
        let udp = UdpHeader::new(0, UdpHeader::MPLS);
        Self { tunnel: TunnelHeaders::MplsOverUdp(udp, MplsEntry::bottom(label)) }
    }

    /// MPLS in GRE: the inner is an IP packet (RFC 4023).
    pub const fn mpls_over_gre(label: Label) -> Self {
        let gre = GreHeader::new(EtherType::MPLS);
        Self { tunnel: TunnelHeaders::MplsOverGre(gre, MplsEntry::bottom(label)) }
    }

    const fn protocol(&self) -> IpProtocol {
        match self.tunnel {
            TunnelHeaders::Vxlan(..) | TunnelHeaders::MplsOverUdp(..) => IpProtocol::UDP,
            TunnelHeaders::MplsOverGre(..) => IpProtocol::GRE,
        }
    }

    /// Between these tunnel end points over IPv4: TTL 64, DSCP 0, may be fragmented.
    pub fn ipv4(self, source: Ipv4Addr, destination: Ipv4Addr) -> Template {
        let network = NetworkHeader::Ipv4(Ipv4Header::new(source, destination, self.protocol()));
        Template { link: None, vlan: None, network, tunnel: self.tunnel }
    }

    /// Between these tunnel end points over IPv6: hop limit 64, traffic class 0, flow label 0. The UDP checksum
    /// stays 0 as RFC 6935 allows for tunnels.
    pub fn ipv6(self, source: Ipv6Addr, destination: Ipv6Addr) -> Template {
        let network = NetworkHeader::Ipv6(Ipv6Header::new(source, destination, self.protocol()));
        Template { link: None, vlan: None, network, tunnel: self.tunnel }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NetworkHeader {
    Ipv4(Ipv4Header),
    Ipv6(Ipv6Header),
}

/// All outer headers of a tunnel, ready to be stamped; from an [`Encapsulation`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    link: Option<EthernetHeader>,
    vlan: Option<VlanTag>,
    network: NetworkHeader,
    tunnel: TunnelHeaders,
}

impl Template {
    /// With an Ethernet header in front; without one the template starts with IP.
    #[must_use]
    pub fn ethernet(self, source: MacAddr, destination: MacAddr) -> Self {
        let ethertype = self.network_ethertype();
        let link = EthernetHeader { destination_address: destination, source_address: source, ethertype };
        Self { link: Some(link), ..self }
    }

    /// With a VLAN tag behind the Ethernet header; none is written without an Ethernet header.
    pub const fn vlan(self, vlan_id: u16) -> Result<Self, ValueError> {
        match VlanTag::new(vlan_id, self.network_ethertype()) {
            Ok(tag) => Ok(Self { vlan: Some(tag), ..self }),
            Err(error) => Err(error),
        }
    }

    const fn first_layer(&self) -> Layer {
        match (self.link, self.network) {
            (Some(_), _) => Layer::Ethernet,
            (None, NetworkHeader::Ipv4(_)) => Layer::Ipv4,
            (None, NetworkHeader::Ipv6(_)) => Layer::Ipv6,
        }
    }

    const fn network_ethertype(&self) -> EtherType {
        match self.network {
            NetworkHeader::Ipv4(_) => EtherType::IPV4,
            NetworkHeader::Ipv6(_) => EtherType::IPV6,
        }
    }

    /// Bytes that the outer headers take in front of the inner.
    pub const fn headroom(&self) -> usize {
        let link = match (self.link, self.vlan) {
            (Some(_), Some(_)) => EthernetHeader::LEN + VlanTag::LEN,
            (Some(_), None) => EthernetHeader::LEN,
            (None, _) => 0,
        };
        let network = match self.network {
            NetworkHeader::Ipv4(_) => Ipv4Header::LEN,
            NetworkHeader::Ipv6(_) => Ipv6Header::LEN,
        };
        link + network + self.tunnel.len()
    }

    /// Bytes that the tunnel adds to the inner: all of [`headroom`](Self::headroom).
    pub const fn overhead(&self) -> usize {
        self.headroom()
    }

    /// The largest inner, in bytes, whose outer IP packet fits into `mtu`; 0 if none does.
    pub const fn max_inner(&self, mtu: usize) -> usize {
        let network = match self.network {
            NetworkHeader::Ipv4(_) => Ipv4Header::LEN,
            NetworkHeader::Ipv6(_) => Ipv6Header::LEN,
        };
        mtu.saturating_sub(network + self.tunnel.len())
    }

    /// Writes the outer headers in front of the inner, which stands in `buffer` from `start` to its end, and
    /// returns the whole frame. The inner is read for its flow, and neither moved nor copied.
    ///
    /// Fails if `start` is less than [`headroom`](Self::headroom) or past the buffer's end, or if the inner is too
    /// long for the outer lengths; what stands in the headroom then is not said.
    pub fn stamp<'b>(&self, buffer: &'b mut [u8], start: usize) -> Result<&'b mut [u8], EncodeError> {
        let headroom = self.headroom();
        let (needed, available) = (headroom.max(start), buffer.len().min(start));
        let no_room = EncodeError::NoRoom { layer: self.first_layer(), needed, available };
        let first = start.checked_sub(headroom).ok_or(no_room)?;
        let frame = buffer.get_mut(first..).ok_or(no_room)?;
        let (outer, inner) = frame.split_at_mut_checked(headroom).ok_or(no_room)?;

        let mut rest = outer;
        if let Some(link) = self.link {
            let ethertype = if self.vlan.is_some() { EtherType::VLAN } else { link.ethertype };
            rest = EthernetHeader { ethertype, ..link }.encode(rest)?;
            if let Some(tag) = self.vlan {
                rest = tag.encode(rest)?;
            }
        }
        let length = self.tunnel.len() + inner.len();
        rest = match self.network {
            NetworkHeader::Ipv4(mut header) => {
                let total = Ipv4Header::LEN + length;
                header.total_length.set(length_field(Layer::Ipv4, "total_length", total)?);
                header.update_checksum(&[]);
                header.encode(rest)?
            }
            NetworkHeader::Ipv6(mut header) => {
                header.payload_length.set(length_field(Layer::Ipv6, "payload_length", length)?);
                header.encode(rest)?
            }
        };
        match self.tunnel {
            TunnelHeaders::Vxlan(udp, vxlan) => {
                rest = stamped(udp, FlowHash::of_ethernet(inner), length)?.encode(rest)?;
                vxlan.encode(rest)?;
            }
            TunnelHeaders::MplsOverUdp(udp, mpls) => {
                rest = stamped(udp, FlowHash::of_ip(inner), length)?.encode(rest)?;
                mpls.encode(rest)?;
            }
            TunnelHeaders::MplsOverGre(gre, mpls) => {
                rest = gre.encode(rest)?;
                mpls.encode(rest)?;
            }
        }
        Ok(frame)
    }
}

fn stamped(mut udp: UdpHeader, flow: FlowHash, length: usize) -> Result<UdpHeader, EncodeError> {
    udp.source_port.set(flow.source_port());
    udp.length.set(length_field(Layer::Udp, "length", length)?);
    Ok(udp)
}

fn length_field(layer: Layer, field: &'static str, length: usize) -> Result<u16, EncodeError> {
    u16::try_from(length).map_err(|_| EncodeError::TooLong { layer, field, length, max: 0xffff })
}
