//! The peers, each in the way that its documentation shows. None but packet-strata knows these tunnels, so the chain
//! from level to level is written here; etherparse, smoltcp and pnet leave VXLAN, MPLS (and GRE) to their user.

pub mod etherparse {
    use etherparse::{Ethernet2Slice, Ipv4Slice, NetSlice, SlicedPacket, TcpSlice, TransportSlice, UdpSlice};

    use crate::fields::Fields;

    /// `SlicedPacket`, twice.
    #[inline(never)]
    pub fn vxlan_sliced(frame: &[u8]) -> Option<u64> {
        let outer = SlicedPacket::from_ethernet(frame).ok()?;
        let Some(NetSlice::Ipv4(ip)) = &outer.net else { return None };
        let Some(TransportSlice::Udp(udp)) = &outer.transport else { return None };
        if udp.destination_port() != 4789 {
            return None;
        }
        let (vxlan, rest) = udp.payload().split_first_chunk::<8>()?;
        if vxlan[0] & 8 == 0 {
            return None;
        }
        let inner = SlicedPacket::from_ethernet(rest).ok()?;
        let Some(etherparse::LinkSlice::Ethernet2(link)) = &inner.link else { return None };
        let Some(NetSlice::Ipv4(inner_ip)) = &inner.net else { return None };
        let Some(TransportSlice::Tcp(tcp)) = &inner.transport else { return None };
        Some(
            Fields {
                outer_source: u32::from_be_bytes(ip.header().source()),
                outer_destination: u32::from_be_bytes(ip.header().destination()),
                entropy: udp.source_port(),
                tunnel: u32::from_be_bytes([0, vxlan[4], vxlan[5], vxlan[6]]),
                inner_mac: link.destination(),
                source: u32::from_be_bytes(inner_ip.header().source()),
                destination: u32::from_be_bytes(inner_ip.header().destination()),
                source_port: tcp.source_port(),
                destination_port: tcp.destination_port(),
                payload: tcp.payload().len(),
            }
            .digest(),
        )
    }

    /// The slices of the single layers.
    #[inline(never)]
    pub fn vxlan_layers(frame: &[u8]) -> Option<u64> {
        let link = Ethernet2Slice::from_slice_without_fcs(frame).ok()?;
        if link.ether_type().0 != 0x0800 {
            return None;
        }
        let ip = Ipv4Slice::from_slice(link.payload().payload).ok()?;
        let payload = ip.payload();
        if payload.fragmented || payload.ip_number.0 != 17 {
            return None;
        }
        let udp = UdpSlice::from_slice(payload.payload).ok()?;
        if udp.destination_port() != 4789 {
            return None;
        }
        let (vxlan, rest) = udp.payload().split_first_chunk::<8>()?;
        if vxlan[0] & 8 == 0 {
            return None;
        }
        let (mac, tcp, inner_ip) = {
            let link = Ethernet2Slice::from_slice_without_fcs(rest).ok()?;
            if link.ether_type().0 != 0x0800 {
                return None;
            }
            let ip = Ipv4Slice::from_slice(link.payload().payload).ok()?;
            (link.destination(), tcp_of(&ip)?, ip)
        };
        Some(
            fields(
                &ip,
                udp.source_port(),
                u32::from_be_bytes([0, vxlan[4], vxlan[5], vxlan[6]]),
                mac,
                &inner_ip,
                &tcp,
            )
            .digest(),
        )
    }

    #[inline(never)]
    pub fn mpls_over_udp_layers(frame: &[u8]) -> Option<u64> {
        let link = Ethernet2Slice::from_slice_without_fcs(frame).ok()?;
        if link.ether_type().0 != 0x0800 {
            return None;
        }
        let ip = Ipv4Slice::from_slice(link.payload().payload).ok()?;
        let payload = ip.payload();
        if payload.fragmented || payload.ip_number.0 != 17 {
            return None;
        }
        let udp = UdpSlice::from_slice(payload.payload).ok()?;
        if udp.destination_port() != 6635 {
            return None;
        }
        let (label, rest) = label(udp.payload())?;
        let inner_ip = Ipv4Slice::from_slice(rest).ok()?;
        Some(fields(&ip, udp.source_port(), label, [0; 6], &inner_ip, &tcp_of(&inner_ip)?).digest())
    }

    #[inline(never)]
    pub fn mpls_over_gre_layers(frame: &[u8]) -> Option<u64> {
        let link = Ethernet2Slice::from_slice_without_fcs(frame).ok()?;
        if link.ether_type().0 != 0x0800 {
            return None;
        }
        let ip = Ipv4Slice::from_slice(link.payload().payload).ok()?;
        let payload = ip.payload();
        if payload.fragmented || payload.ip_number.0 != 47 {
            return None;
        }
        let (gre, rest) = payload.payload.split_first_chunk::<4>()?;
        if u32::from_be_bytes(*gre) & 0xfc07_ffff != 0x8847 {
            return None;
        }
        let (label, rest) = label(rest)?;
        let inner_ip = Ipv4Slice::from_slice(rest).ok()?;
        Some(fields(&ip, 0, label, [0; 6], &inner_ip, &tcp_of(&inner_ip)?).digest())
    }

    #[inline(always)]
    fn label(bytes: &[u8]) -> Option<(u32, &[u8])> {
        let (entry, rest) = bytes.split_first_chunk::<4>()?;
        (entry[2] & 1 == 1).then_some((u32::from_be_bytes(*entry) >> 12, rest))
    }

    #[inline(always)]
    fn tcp_of<'a>(ip: &Ipv4Slice<'a>) -> Option<TcpSlice<'a>> {
        let payload = ip.payload();
        if payload.fragmented || payload.ip_number.0 != 6 {
            return None;
        }
        TcpSlice::from_slice(payload.payload).ok()
    }

    #[inline(always)]
    fn fields(
        outer: &Ipv4Slice<'_>,
        entropy: u16,
        tunnel: u32,
        mac: [u8; 6],
        ip: &Ipv4Slice<'_>,
        tcp: &TcpSlice<'_>,
    ) -> Fields {
        Fields {
            outer_source: u32::from_be_bytes(outer.header().source()),
            outer_destination: u32::from_be_bytes(outer.header().destination()),
            entropy,
            tunnel,
            inner_mac: mac,
            source: u32::from_be_bytes(ip.header().source()),
            destination: u32::from_be_bytes(ip.header().destination()),
            source_port: tcp.source_port(),
            destination_port: tcp.destination_port(),
            payload: tcp.payload().len(),
        }
    }
}

pub mod smoltcp {
    use smoltcp::wire::{EthernetFrame, EthernetProtocol, IpProtocol, Ipv4Packet, TcpPacket, UdpPacket};

    use crate::fields::Fields;

    #[inline(never)]
    pub fn vxlan(frame: &[u8]) -> Option<u64> {
        let link = EthernetFrame::new_checked(frame).ok()?;
        if link.ethertype() != EthernetProtocol::Ipv4 {
            return None;
        }
        let ip = ipv4(link.payload())?;
        if ip.next_header() != IpProtocol::Udp {
            return None;
        }
        let udp = UdpPacket::new_checked(ip.payload()).ok()?;
        if udp.dst_port() != 4789 {
            return None;
        }
        let (vxlan, rest) = udp.payload().split_first_chunk::<8>()?;
        if vxlan[0] & 8 == 0 {
            return None;
        }
        let link = EthernetFrame::new_checked(rest).ok()?;
        if link.ethertype() != EthernetProtocol::Ipv4 {
            return None;
        }
        let vni = u32::from_be_bytes([0, vxlan[4], vxlan[5], vxlan[6]]);
        inner(&ip, udp.src_port(), vni, link.dst_addr().0, link.payload()).map(|fields| fields.digest())
    }

    #[inline(never)]
    pub fn mpls_over_udp(frame: &[u8]) -> Option<u64> {
        let link = EthernetFrame::new_checked(frame).ok()?;
        if link.ethertype() != EthernetProtocol::Ipv4 {
            return None;
        }
        let ip = ipv4(link.payload())?;
        if ip.next_header() != IpProtocol::Udp {
            return None;
        }
        let udp = UdpPacket::new_checked(ip.payload()).ok()?;
        if udp.dst_port() != 6635 {
            return None;
        }
        let (entry, rest) = udp.payload().split_first_chunk::<4>()?;
        if entry[2] & 1 != 1 {
            return None;
        }
        inner(&ip, udp.src_port(), u32::from_be_bytes(*entry) >> 12, [0; 6], rest)
            .map(|fields| fields.digest())
    }

    #[inline(never)]
    pub fn mpls_over_gre(frame: &[u8]) -> Option<u64> {
        let link = EthernetFrame::new_checked(frame).ok()?;
        if link.ethertype() != EthernetProtocol::Ipv4 {
            return None;
        }
        let ip = ipv4(link.payload())?;
        if u8::from(ip.next_header()) != 47 {
            return None;
        }
        let (gre, rest) = ip.payload().split_first_chunk::<4>()?;
        if u32::from_be_bytes(*gre) & 0xfc07_ffff != 0x8847 {
            return None;
        }
        let (entry, rest) = rest.split_first_chunk::<4>()?;
        if entry[2] & 1 != 1 {
            return None;
        }
        inner(&ip, 0, u32::from_be_bytes(*entry) >> 12, [0; 6], rest).map(|fields| fields.digest())
    }

    #[inline(always)]
    fn ipv4(bytes: &[u8]) -> Option<Ipv4Packet<&[u8]>> {
        let ip = Ipv4Packet::new_checked(bytes).ok()?;
        (ip.version() == 4 && !ip.more_frags() && ip.frag_offset() == 0).then_some(ip)
    }

    #[inline(always)]
    fn inner(
        outer: &Ipv4Packet<&[u8]>,
        entropy: u16,
        tunnel: u32,
        inner_mac: [u8; 6],
        packet: &[u8],
    ) -> Option<Fields> {
        let ip = ipv4(packet)?;
        if ip.next_header() != IpProtocol::Tcp {
            return None;
        }
        let tcp = TcpPacket::new_checked(ip.payload()).ok()?;
        Some(Fields {
            outer_source: outer.src_addr().to_bits(),
            outer_destination: outer.dst_addr().to_bits(),
            entropy,
            tunnel,
            inner_mac,
            source: ip.src_addr().to_bits(),
            destination: ip.dst_addr().to_bits(),
            source_port: tcp.src_port(),
            destination_port: tcp.dst_port(),
            payload: tcp.payload().len(),
        })
    }
}

pub mod pnet {
    use pnet_packet::Packet;
    use pnet_packet::ethernet::{EtherTypes, EthernetPacket};
    use pnet_packet::ip::IpNextHeaderProtocols;
    use pnet_packet::ipv4::Ipv4Packet;
    use pnet_packet::tcp::TcpPacket;
    use pnet_packet::udp::UdpPacket;
    use pnet_packet::vxlan::VxlanPacket;

    use crate::fields::Fields;

    /// Checks no length but each header's minimum, and no fragment unless asked here.
    #[inline(never)]
    pub fn vxlan(frame: &[u8]) -> Option<u64> {
        let link = EthernetPacket::new(frame)?;
        if link.get_ethertype() != EtherTypes::Ipv4 {
            return None;
        }
        let ip = Ipv4Packet::new(link.payload())?;
        if ip.get_next_level_protocol() != IpNextHeaderProtocols::Udp || ip.get_fragment_offset() != 0 {
            return None;
        }
        let udp = UdpPacket::new(ip.payload())?;
        if udp.get_destination() != 4789 {
            return None;
        }
        let vxlan = VxlanPacket::new(udp.payload())?;
        if vxlan.get_flags() & 8 == 0 {
            return None;
        }
        let inner = EthernetPacket::new(vxlan.payload())?;
        if inner.get_ethertype() != EtherTypes::Ipv4 {
            return None;
        }
        let inner_ip = Ipv4Packet::new(inner.payload())?;
        if inner_ip.get_next_level_protocol() != IpNextHeaderProtocols::Tcp
            || inner_ip.get_fragment_offset() != 0
        {
            return None;
        }
        let tcp = TcpPacket::new(inner_ip.payload())?;
        Some(
            Fields {
                outer_source: ip.get_source().to_bits(),
                outer_destination: ip.get_destination().to_bits(),
                entropy: udp.get_source(),
                tunnel: vxlan.get_vni(),
                inner_mac: inner.get_destination().octets(),
                source: inner_ip.get_source().to_bits(),
                destination: inner_ip.get_destination().to_bits(),
                source_port: tcp.get_source(),
                destination_port: tcp.get_destination(),
                payload: tcp.payload().len(),
            }
            .digest(),
        )
    }
}

pub mod strata {
    use packet_strata::packet::header::{Header, NetworkLayer, TransportLayer, TunnelLayer};
    use packet_strata::packet::iter::{LinkType, PacketIter};
    use packet_strata::packet::{Packet, ParseMode};

    use crate::fields::Fields;

    #[inline(always)]
    fn mac(address: &packet_strata::packet::ether::EthAddr) -> Option<[u8; 6]> {
        contrail_wire::IntoBytes::as_bytes(address).try_into().ok()
    }

    /// The iterator: no fragment and length checks.
    #[inline(never)]
    pub fn vxlan_iter(frame: &[u8]) -> Option<u64> {
        let mut fields = Fields::default();
        let mut is_inner = false;
        let mut headers = PacketIter::new(frame, LinkType::Ethernet);
        for header in headers.by_ref() {
            match header.ok()? {
                Header::Ethernet(link) if is_inner => fields.inner_mac = mac(link.dest())?,
                Header::Ipv4(ip) if is_inner => {
                    fields.source = ip.src_ip().to_bits();
                    fields.destination = ip.dst_ip().to_bits();
                }
                Header::Ipv4(ip) => {
                    fields.outer_source = ip.src_ip().to_bits();
                    fields.outer_destination = ip.dst_ip().to_bits();
                }
                Header::Udp(udp) => fields.entropy = udp.src_port(),
                Header::Vxlan(vxlan) => {
                    fields.tunnel = vxlan.vni();
                    is_inner = true;
                }
                Header::Tcp(tcp) => {
                    fields.source_port = tcp.src_port();
                    fields.destination_port = tcp.dst_port();
                }
                _ => {}
            }
        }
        fields.payload = headers.remaining().len();
        Some(fields.digest())
    }

    /// The whole packet, innermost headers kept. The outer UDP header is not kept, so the entropy is not read.
    #[inline(never)]
    pub fn vxlan_packet(frame: &[u8]) -> Option<u64> {
        let packet = Packet::from_bytes(frame, LinkType::Ethernet, ParseMode::Innermost).ok()?;
        let tunnel = packet.tunnels().first()?;
        let (Some(NetworkLayer::Ipv4(outer)), TunnelLayer::Vxlan(vxlan)) = (&tunnel.outer, &tunnel.tunnel)
        else {
            return None;
        };
        let (Some(NetworkLayer::Ipv4(ip)), Some(TransportLayer::Tcp(tcp))) =
            (packet.network(), packet.transport())
        else {
            return None;
        };
        Some(
            Fields {
                outer_source: outer.src_ip().to_bits(),
                outer_destination: outer.dst_ip().to_bits(),
                entropy: u16::from_be_bytes([frame[34], frame[35]]), // not kept, so read by hand
                tunnel: vxlan.vni(),
                inner_mac: mac(&packet.link().dest())?,
                source: ip.src_ip().to_bits(),
                destination: ip.dst_ip().to_bits(),
                source_port: tcp.src_port(),
                destination_port: tcp.dst_port(),
                payload: packet.data().len(),
            }
            .digest(),
        )
    }
}
