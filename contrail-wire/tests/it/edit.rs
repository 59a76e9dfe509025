//! What is changed in place is what is decoded next, and nothing else changes.

use std::net::Ipv4Addr;

use contrail_wire::net::ethernet::EthernetHeader;
use contrail_wire::net::icmp::IcmpHeader;
use contrail_wire::net::ipv4::Ipv4Header;
use contrail_wire::net::ipv6::Ipv6Header;
use contrail_wire::net::tcp::{TcpFlags, TcpHeader};
use contrail_wire::net::udp::UdpHeader;
use contrail_wire::net::vlan::VlanTag;
use contrail_wire::tunnel::gre::{GreFlags, GreHeader};
use contrail_wire::tunnel::mpls::MplsEntry;
use contrail_wire::tunnel::vxlan::VxlanHeader;
use contrail_wire::{
    Checksum, EtherType, FixedHeader, Header, IpProtocol, Label, Layer, LinkType, MacAddr, PacketMut, Vni,
    frame,
};
use proptest::prelude::*;

use crate::changed::change_all;
use crate::generated::{Generated, decoder, frames};
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

/// The headers that an edit of a level may change.
fn offered(level: &PacketMut<'_>) -> Vec<Layer> {
    let vlans = level.vlans.iter().map(|_| Layer::Vlan);
    let labels = level.labels.iter().map(|_| Layer::Mpls);
    let behind = [
        level.arp.as_ref().map(|_| Layer::Arp),
        level.ipv4.as_ref().map(|_| Layer::Ipv4),
        level.ipv6.as_ref().map(|_| Layer::Ipv6),
        level.udp.as_ref().map(|_| Layer::Udp),
        level.tcp.as_ref().map(|_| Layer::Tcp),
        level.icmp.as_ref().map(|_| Layer::Icmp),
        level.icmpv6.as_ref().map(|_| Layer::Icmpv6),
        level.vxlan.as_ref().map(|_| Layer::Vxlan),
        level.vxlan_gpe.as_ref().map(|_| Layer::VxlanGpe),
        level.gre.as_ref().map(|_| Layer::Gre),
    ];
    let link = level.ethernet.as_ref().map(|_| Layer::Ethernet);
    link.into_iter().chain(vlans).chain(behind.into_iter().flatten()).chain(labels).collect()
}

proptest! {
    #[test]
    fn each_header_is_offered_but_those_that_nothing_of_is_edited(frame in frames()) {
        const NONE: [Layer; 3] = [Layer::LinuxSll, Layer::Ipv6Extension, Layer::ControlWord];
        let (decoder, mut bytes) = (decoder(), frame.bytes.clone());
        let all = levels(&decoder, frame.link, &frame.bytes, frame.bytes.len());
        for (depth, level) in all.iter().enumerate() {
            let expected = level.packet.headers().map(|(_, header)| header.layer());
            let expected: Vec<Layer> = expected.filter(|layer| !NONE.contains(layer)).collect();
            let found = decoder.edit(frame.link, &mut bytes, depth, |level| offered(&level));
            prop_assert_eq!(found, Ok(Some(expected)));
        }
    }
}

/// The frame with every checksum right that there can be, the optional ones of tunnels too.
fn summed(frame: &Generated) -> Vec<u8> {
    let decoder = decoder();
    let mut bytes = frame.bytes.clone();
    let depth = levels(&decoder, frame.link, &bytes, bytes.len()).len();
    for level in (0..depth).rev() {
        let all = levels(&decoder, frame.link, &bytes, bytes.len());
        let packet = all[level].packet;
        let place =
            |layer| packet.headers().find(|(_, header)| header.layer() == layer).map(|(offset, _)| offset);
        let (udp, gre) = (place(Layer::Udp), place(Layer::Gre));
        let of_gre = packet.tunnel_checksum();
        if let Some(udp) = udp {
            bytes[udp + 6..udp + 8].fill(0xff);
            let all = levels(&decoder, frame.link, &bytes, bytes.len());
            if let Checksum::Wrong { expected, .. } = all[level].packet.transport_checksum() {
                let expected = if expected == 0 { 0xffff } else { expected };
                bytes[udp + 6..udp + 8].copy_from_slice(&expected.to_be_bytes());
            }
        }
        if let (Some(gre), Checksum::Wrong { expected, .. }) = (gre, of_gre) {
            bytes[gre + 4..gre + 6].copy_from_slice(&expected.to_be_bytes());
        }
    }
    bytes
}

fn checksums(link: LinkType, bytes: &[u8]) -> Vec<[Checksum; 3]> {
    let decoder = decoder();
    let levels = levels(&decoder, link, bytes, bytes.len());
    let checksums = levels
        .iter()
        .map(|level| level.packet)
        .map(|level| [level.network_checksum(), level.transport_checksum(), level.tunnel_checksum()]);
    checksums.collect()
}

proptest! {
    #[test]
    fn checksums_that_were_right_stay_right_at_each_depth(frame in frames(), word in any::<u32>(), none in any::<bool>()) {
        let decoder = decoder();
        let before = if none { frame.bytes.clone() } else { summed(&frame) };
        let expected = checksums(frame.link, &before);
        let all = levels(&decoder, frame.link, &before, before.len());
        for (depth, level) in all.iter().enumerate() {
            let mut bytes = before.clone();
            let level = level.packet;
            prop_assert_eq!(decoder.edit(frame.link, &mut bytes, depth, |_| 7), Ok(Some(7)));
            prop_assert_eq!(&bytes, &before, "nothing is changed by itself");

            decoder.edit(frame.link, &mut bytes, depth, |level| change_all(level, word)).unwrap();
            for (found, expected) in checksums(frame.link, &bytes).into_iter().zip(&expected) {
                for (found, expected) in found.into_iter().zip(expected) {
                    match (found, *expected) {
                        // What was wrong stays wrong by as much.
                        (Checksum::Wrong { found, expected }, Checksum::Wrong { found: f, expected: e }) => {
                            let off_by = |found, expected| (u32::from(found) + 0xffff - u32::from(expected)) % 0xffff;
                            prop_assert_eq!(off_by(found, expected), off_by(f, e));
                        }
                        same => prop_assert_eq!(same.0, same.1),
                    }
                }
            }
            let headers = level.offset()..level.payload_offset();
            prop_assert_eq!(&bytes[headers.end..], &before[headers.end..], "nothing inside changes");
            let around = bytes[..headers.start].iter().zip(&before).filter(|(now, before)| now != before).count();
            prop_assert!(around <= 2, "around it, one checksum changes and nothing else");
        }
        let mut bytes = before.clone();
        prop_assert_eq!(decoder.edit(frame.link, &mut bytes, all.len(), |_| ()), Ok(None));
        prop_assert_eq!(bytes, before);
    }

    #[test]
    fn a_frame_that_cannot_be_read_is_not_changed(bytes in proptest::collection::vec(any::<u8>(), 0..60), depth in 0..3_usize) {
        let decoder = decoder();
        let mut edited = bytes.clone();
        if decoder.edit(LinkType::RawIp, &mut edited, depth, |_| ()).is_err() {
            prop_assert_eq!(bytes, edited);
        }
    }
}

#[test]
fn an_error_inside_names_its_place_in_the_whole_frame() {
    let mut frame = contrail_wire::doc::VXLAN_FRAME.to_vec();
    frame[64] = 0x55;
    let decoder = decoder();
    let expected = decoder.ethernet(&frame).unwrap().inner().unwrap_err();
    assert_eq!(decoder.edit(LinkType::Ethernet, &mut frame, 1, |_| ()), Err(expected));
    assert_eq!(decoder.edit(LinkType::Ethernet, &mut frame, 0, |_| ()), Ok(Some(())));
}

#[test]
fn of_two_checksums_around_a_change_the_inner_one_makes_up_for_it() {
    // UDP covers GRE, which covers an Ethernet frame: what is added to the frame is taken from GRE's checksum, so that
    // UDP's sum stays the same.
    let ethernet = EthernetHeader { ethertype: EtherType::IPV4, ..EthernetHeader::default() };
    let ip =
        |protocol| Header::Ipv4(Ipv4Header::new([10, 0, 0, 1].into(), [10, 0, 0, 2].into(), protocol), &[]);
    let gre = GreHeader { flags: GreFlags::new(GreFlags::CHECKSUM), protocol_type: EtherType::ETHERNET };
    let mut headers = vec![
        Header::Ethernet(ethernet),
        ip(IpProtocol::UDP),
        Header::Udp(UdpHeader::new(50000, UdpHeader::VXLAN)),
        Header::Vxlan(VxlanHeader::new(Vni::new(5001).unwrap())),
        Header::Ethernet(ethernet),
        ip(IpProtocol::GRE),
        Header::Gre(gre, &[0; 4]),
        Header::Ethernet(EthernetHeader { ethertype: EtherType::new(0x88b5), ..ethernet }),
    ];
    let (mut bytes, payload) = (vec![0xa5; 200], b"inside".to_vec());
    frame::complete(&mut headers, &payload, &mut bytes).unwrap();
    let length = frame::encode(&headers, &payload, &mut bytes).unwrap().len();
    bytes.truncate(length);
    let before = summed(&Generated { link: LinkType::Ethernet, headers, payload, bytes });
    let right = [
        [Checksum::Right, Checksum::Right, Checksum::Absent],
        [Checksum::Right, Checksum::Absent, Checksum::Right],
        [Checksum::Absent; 3],
    ];
    assert_eq!(checksums(LinkType::Ethernet, &before), right);

    let mut bytes = before.clone();
    let address = MacAddr::new([2, 0, 0, 0, 0, 9]);
    let change = |inside: PacketMut<'_>| inside.ethernet.unwrap().source_address = address;
    decoder().edit(LinkType::Ethernet, &mut bytes, 2, change).unwrap();
    assert_eq!(checksums(LinkType::Ethernet, &bytes), right);
    assert_eq!(bytes[..84], before[..84], "nothing further out changes");
}

#[test]
fn a_udp_checksum_that_becomes_0_is_written_as_ffff() {
    let mut frame = contrail_wire::doc::VXLAN_FRAME.to_vec();
    frame[40..42].copy_from_slice(&[0x39, 0x2d]);
    let decoder = decoder();
    let port = decoder.ethernet(&frame).unwrap().udp().unwrap().source_port.get();
    decoder
        .edit(LinkType::Ethernet, &mut frame, 0, |outer| outer.udp.unwrap().source_port.set(port + 0x392d))
        .unwrap();
    let outer = decoder.ethernet(&frame).unwrap();
    assert_eq!((outer.udp().unwrap().checksum.get(), outer.transport_checksum()), (0xffff, Checksum::Right));
    decoder.edit(LinkType::Ethernet, &mut frame, 0, |outer| outer.udp.unwrap().checksum.set(0)).unwrap();
    assert_eq!(
        decoder.ethernet(&frame).unwrap().transport_checksum(),
        Checksum::Absent,
        "as it was asked for"
    );
}

#[test]
fn an_icmp_message_that_is_all_zero_has_the_checksum_ffff() {
    let mut headers = [
        Header::Ipv4(Ipv4Header::new([10, 0, 0, 1].into(), [10, 0, 0, 2].into(), IpProtocol::ICMP), &[]),
        Header::Icmp(IcmpHeader { icmp_type: 0, code: 7, checksum: 0.into() }),
    ];
    let mut bytes = [0xa5; 24];
    frame::complete(&mut headers, &[], &mut bytes).unwrap();
    frame::encode(&headers, &[], &mut bytes).unwrap();
    let mut code = |code: Option<u8>| {
        let change = |level: PacketMut<'_>| {
            if let (Some(icmp), Some(code)) = (level.icmp, code) {
                icmp.code = code;
            }
        };
        decoder().edit(LinkType::RawIp, &mut bytes, 0, change).unwrap();
        assert_eq!(decoder().ip(&bytes).unwrap().transport_checksum(), Checksum::Right, "{code:?}");
        [bytes[22], bytes[23]]
    };
    assert_eq!(code(Some(0)), [0xff; 2]);
    assert_eq!(code(None), [0xff; 2], "nothing changes by itself");
    assert_eq!(code(Some(7)), [0xff, 0xf8]);
}

#[test]
fn fields_that_share_octets_change_alone() {
    let mut tag = VlanTag { tag_control_information: 0xffff.into(), ethertype: EtherType::IPV4 };
    tag.set_vlan_id(5).unwrap();
    assert_eq!((tag.vlan_id(), tag.priority_code_point(), tag.drop_eligible()), (5, 7, true));
    tag.set_priority_code_point(2).unwrap();
    assert_eq!((tag.vlan_id(), tag.priority_code_point(), tag.drop_eligible()), (5, 2, true));

    let mut entry = MplsEntry { label_class_bottom: [0xff; 3], ttl: 9 };
    entry.set_label(Label::new(17).unwrap());
    assert_eq!((entry.label().get(), entry.traffic_class(), entry.is_bottom()), (17, 7, true));
    entry.set_traffic_class(1).unwrap();
    assert_eq!((entry.label().get(), entry.traffic_class(), entry.is_bottom(), entry.ttl), (17, 1, true, 9));

    let mut ip = Ipv6Header { version_class_label: u32::MAX.into(), ..Ipv6Header::default() };
    ip.set_dscp(0).unwrap();
    assert_eq!((ip.version(), ip.traffic_class(), ip.ecn(), ip.flow_label()), (15, 3, 3, 0xf_ffff));
    ip.set_ecn(1).unwrap();
    ip.set_flow_label(0).unwrap();
    assert_eq!((ip.version(), ip.traffic_class(), ip.dscp(), ip.flow_label()), (15, 1, 0, 0));
    ip.set_traffic_class(0xa5);
    assert_eq!((ip.version(), ip.traffic_class(), ip.flow_label()), (15, 0xa5, 0));

    let mut ip = Ipv4Header { dscp_ecn: 0xff, ..Ipv4Header::default() };
    ip.set_dscp(46).unwrap();
    assert_eq!((ip.dscp(), ip.ecn()), (46, 3));
    ip.set_ecn(2).unwrap();
    assert_eq!((ip.dscp(), ip.ecn()), (46, 2));

    for (refused, expected) in [
        (tag.set_vlan_id(4096), "VLAN is 4096, expected 0 to 4095"),
        (tag.set_priority_code_point(8), "priority is 8, expected 0 to 7"),
        (entry.set_traffic_class(8), "traffic class is 8, expected 0 to 7"),
        (ip.set_dscp(64), "DSCP is 64, expected 0 to 63"),
        (ip.set_ecn(4), "ECN is 4, expected 0 to 3"),
    ] {
        assert_eq!(refused.unwrap_err().to_string(), expected);
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
