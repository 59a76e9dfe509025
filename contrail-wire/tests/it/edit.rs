//! What is changed in place is what is decoded next, and nothing else changes.

use std::net::Ipv4Addr;

use contrail_wire::net::ethernet::EthernetHeader;
use contrail_wire::net::ipv4::Ipv4Header;
use contrail_wire::net::ipv6::Ipv6Header;
use contrail_wire::net::tcp::{TcpFlags, TcpHeader};
use contrail_wire::net::udp::UdpHeader;
use contrail_wire::net::vlan::VlanTag;
use contrail_wire::tunnel::gre::GreHeader;
use contrail_wire::tunnel::mpls::MplsEntry;
use contrail_wire::tunnel::vxlan::VxlanHeader;
use contrail_wire::{EtherType, FixedHeader, Header, IpProtocol, Label, LinkType, MacAddr, Vni};
use proptest::prelude::*;

use crate::generated::{decoder, frames};
use crate::packets::{headers, levels};

/// Changes a field of a header that says nothing of what follows; `false` if it has none.
fn edit(header: &Header<'_>, bytes: &mut [u8]) -> bool {
    fn change<H: FixedHeader>(bytes: &mut [u8], change: impl FnOnce(&mut H)) -> bool {
        change(H::decode_mut(bytes).unwrap().0);
        true
    }
    match header {
        Header::Ethernet(_) => change(bytes, |header: &mut EthernetHeader| {
            header.destination_address = MacAddr::BROADCAST;
        }),
        Header::Vlan(tag) => {
            change(bytes, |edited: &mut VlanTag| *edited = VlanTag::new(77, tag.ethertype).unwrap())
        }
        Header::Ipv4(..) => change(bytes, |header: &mut Ipv4Header| {
            header.decrement_time_to_live();
            header.source_address = Ipv4Addr::new(192, 0, 2, 7).into();
        }),
        Header::Ipv6(_) => change(bytes, |header: &mut Ipv6Header| header.hop_limit = 3),
        Header::Udp(_) => change(bytes, |header: &mut UdpHeader| header.source_port.set(7)),
        Header::Tcp(..) => change(bytes, |header: &mut TcpHeader| header.flags = TcpFlags::RST),
        Header::Vxlan(_) => change(bytes, |header: &mut VxlanHeader| header.vni = Vni::new(4242).unwrap()),
        Header::Mpls(_) => change(bytes, |entry: &mut MplsEntry| entry.ttl = entry.ttl.wrapping_sub(1)),
        _ => false,
    }
}

proptest! {
    #[test]
    fn an_edit_is_seen_and_nothing_else_changes(frame in frames()) {
        let decoder = decoder();
        let offsets: Vec<usize> = headers(&levels(&decoder, frame.link, &frame.bytes, frame.bytes.len()))
            .into_iter()
            .map(|(offset, _)| offset)
            .collect();
        for (index, offset) in offsets.into_iter().enumerate() {
            let mut bytes = frame.bytes.clone();
            if !edit(&frame.headers[index], &mut bytes[offset..]) {
                continue;
            }
            let length = frame.headers[index].len();
            prop_assert_eq!(&bytes[..offset], &frame.bytes[..offset]);
            prop_assert_eq!(&bytes[offset + length..], &frame.bytes[offset + length..]);
            let edited = headers(&levels(&decoder, frame.link, &bytes, bytes.len()));
            for (other, (_, header)) in edited.iter().enumerate() {
                if other != index {
                    prop_assert_eq!(header, &frame.headers[other]);
                }
            }
            let changed = match edited[index].1 {
                Header::Ethernet(header) => header.destination_address == MacAddr::BROADCAST,
                Header::Vlan(tag) => tag.vlan_id() == 77,
                Header::Ipv4(header, _) => header.source_address.to_string() == "192.0.2.7",
                Header::Ipv6(header) => header.hop_limit == 3,
                Header::Udp(header) => header.source_port.get() == 7,
                Header::Tcp(header, _) => header.flags == TcpFlags::RST,
                Header::Vxlan(header) => header.vni.get() == 4242,
                Header::Mpls(entry) => entry != match frame.headers[index] {
                    Header::Mpls(before) => before,
                    _ => entry,
                },
                _ => false,
            };
            prop_assert!(changed, "{:?}", edited[index].1);
        }
    }

    #[test]
    fn every_hop_keeps_an_ipv4_checksum_right(
        source in any::<u32>(), destination in any::<u32>(), id in any::<u16>(), ttl in 1..=255_u8, protocol in any::<u8>(),
    ) {
        let mut header = Ipv4Header {
            identification: id.into(),
            time_to_live: ttl,
            ..Ipv4Header::new(source.into(), destination.into(), IpProtocol(protocol))
        };
        header.total_length.set(20);
        header.update_checksum(&[]);
        let mut bytes = [0xa5; 20];
        header.encode(&mut bytes).unwrap();
        let decoder = decoder();
        for left in (0..ttl).rev() {
            Ipv4Header::decode_mut(&mut bytes).unwrap().0.decrement_time_to_live();
            let level = decoder.captured(LinkType::RawIp, &bytes, 20).packet;
            let ip = level.ipv4().unwrap();
            prop_assert_eq!(ip.header.time_to_live, left);
            prop_assert!(ip.checksum_is_right());
        }
    }
}

#[test]
fn the_outer_headers_of_a_tunnel_are_changed_where_they_stand() {
    let mut frame = contrail_wire::doc::VXLAN_FRAME.to_vec();
    let rest = &mut frame[..];
    let (ethernet, rest) = EthernetHeader::decode_mut(rest).unwrap();
    ethernet.source_address = MacAddr::new([2, 0, 0, 0, 0, 9]);
    let (ip, rest) = Ipv4Header::decode_mut(rest).unwrap();
    ip.destination_address = Ipv4Addr::new(10, 255, 0, 12).into();
    ip.update_checksum(&[]);
    let (udp, rest) = UdpHeader::decode_mut(rest).unwrap();
    udp.source_port.set(55555);
    let (vxlan, _) = VxlanHeader::decode_mut(rest).unwrap();
    vxlan.vni = Vni::new(5002).unwrap();

    let decoder = decoder();
    let outer = decoder.ethernet(&frame).unwrap();
    assert_eq!(outer.ethernet().unwrap().source_address.to_string(), "02:00:00:00:00:09");
    assert_eq!(outer.destination_ip().unwrap().to_string(), "10.255.0.12");
    assert!(outer.ipv4().unwrap().checksum_is_right());
    assert_eq!(outer.udp().unwrap().source_port.get(), 55555);
    assert_eq!(outer.vni().unwrap().get(), 5002);
    assert_eq!(frame[50..], contrail_wire::doc::VXLAN_FRAME[50..], "the inner frame is as it was");
}

#[test]
fn a_label_and_a_protocol_type_are_changed_where_they_stand() {
    let mut bytes = [0, 0, 0x88, 0x47, 0x00, 0x01, 0x01, 0x40];
    let (gre, rest) = GreHeader::decode_mut(&mut bytes).unwrap();
    gre.protocol_type = EtherType::MPLS_UPSTREAM;
    let (entry, _) = MplsEntry::decode_mut(rest).unwrap();
    let ttl = entry.ttl;
    *entry = MplsEntry { ttl, ..MplsEntry::bottom(Label::new(17).unwrap()) };
    assert_eq!(bytes, [0, 0, 0x88, 0x48, 0x00, 0x01, 0x11, 0x40]);
}
