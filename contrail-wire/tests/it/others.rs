//! What other libraries get wrong about these formats (found by reading and probing them), done right here.

use contrail_wire::net::ipv6::Ipv6Header;
use contrail_wire::net::ipv6::extension::Ipv6Option;
use contrail_wire::tunnel::gre::Gre;
use contrail_wire::tunnel::mpls::LabelStack;
use contrail_wire::tunnel::vxlan::{VxlanFlags, VxlanHeader};
use contrail_wire::{
    Bound, Decoder, FixedHeader, IpProtocol, Label, Layer, LinkType, MacAddr, MplsPayload, PayloadKind,
    Problem, Transport, Tunnel, Vni, doc,
};

use crate::packets::{error, headers, levels};

/// The outer IPv4 header, UDP header and VXLAN header of the example start here.
const IP: usize = 14;
const UDP: usize = 34;
const VXLAN: usize = 42;
const INNER: usize = 50;

/// An Ethernet frame with these bytes behind `ethertype`.
fn ethernet(ethertype: u16, behind: &[u8]) -> Vec<u8> {
    [&[2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1][..], &ethertype.to_be_bytes(), behind].concat()
}

/// An IPv4 packet, as far as a decoder that verifies no checksum needs it.
fn ipv4(protocol: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(20 + payload.len()).unwrap().to_be_bytes();
    let header = [0x45, 0, length[0], length[1], 0, 0, 0, 0, 64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
    [&header[..], payload].concat()
}

fn ipv6(next_header: u8, payload: &[u8]) -> Vec<u8> {
    let mut header = Ipv6Header::new(
        "2001:db8::1".parse().unwrap(),
        "2001:db8::2".parse().unwrap(),
        IpProtocol(next_header),
    );
    header.payload_length.set(u16::try_from(payload.len()).unwrap());
    let mut packet = vec![0xa5; 40];
    header.encode(&mut packet).unwrap();
    packet.extend_from_slice(payload);
    packet
}

fn carries(payload: MplsPayload) -> impl Fn(&LabelStack<'_>) -> MplsPayload + Sync {
    move |_| payload
}

/// One label that is the bottom of its stack.
const LABEL: [u8; 4] = [0x00, 0x3e, 0x81, 0x40];

#[test]
fn a_service_tag_is_a_tag() {
    // packet-strata takes 0x88a8 for provider backbone bridging.
    let frame =
        ethernet(0x88a8, &[&[0x20, 100, 0x81, 0x00, 0x00, 200, 0x08, 0x00][..], &ipv4(50, &[])].concat());
    let decoder = Decoder::new();
    let packet = decoder.ethernet(&frame).unwrap();
    let tags: Vec<_> = packet.vlans().iter().map(|tag| (tag.vlan_id(), tag.priority_code_point())).collect();
    assert_eq!(tags, [(100, 1), (200, 0)]);
    assert_eq!(packet.source_ip().unwrap().to_string(), "10.0.0.1");
}

#[test]
fn more_tags_than_three_are_read() {
    // etherparse stops at three, githedgehog at four, DPDK at eight.
    let tags = [0x00, 7, 0x81, 0x00].repeat(20);
    let frame = ethernet(0x8100, &[&tags[..], &[0x00, 8, 0x08, 0x00], &ipv4(50, &[])].concat());
    let decoder = Decoder::new();
    let packet = decoder.ethernet(&frame).unwrap();
    assert_eq!((packet.vlans().len(), packet.ipv4().is_some()), (21, true));
}

#[test]
fn a_later_fragment_is_neither_udp_nor_vxlan() {
    // packet-strata reads VXLAN and an inner frame out of it.
    let mut frame = doc::VXLAN_FRAME.to_vec();
    frame[IP + 7] = 8;
    let decoder = Decoder::new();
    let packet = decoder.ethernet(&frame).unwrap();
    assert_eq!(packet.transport(), Transport::None);
    assert_eq!((packet.tunnel(), packet.payload_kind()), (None, PayloadKind::Fragment));
    assert_eq!(packet.payload(), &doc::VXLAN_FRAME[UDP..]);
    assert!(packet.inner().unwrap().is_none());
}

#[test]
fn a_first_fragment_has_its_udp_header_and_no_more() {
    let mut frame = doc::VXLAN_FRAME.to_vec();
    frame[IP + 6] = 0x20;
    let decoder = Decoder::new();
    let packet = decoder.ethernet(&frame).unwrap();
    assert_eq!(packet.udp().unwrap().destination_port.get(), 4789);
    assert_eq!((packet.tunnel(), packet.payload_kind()), (None, PayloadKind::Fragment));
}

#[test]
fn a_first_fragment_of_any_transport_is_no_whole_payload() {
    let mut frame = doc::VXLAN_FRAME[INNER..].to_vec();
    frame[IP + 6] = 0x20;
    let decoder = Decoder::new();
    let packet = decoder.ethernet(&frame).unwrap();
    assert_eq!((packet.tcp().is_some(), packet.payload_kind()), (true, PayloadKind::Fragment));
}

#[test]
fn ipv6_fragments_are_treated_alike() {
    let udp = [0xc0, 0, 0x12, 0xb5, 0, 8, 0, 0];
    let decoder = Decoder::new();
    let fragment = |offset_and_more: [u8; 2]| {
        ipv6(44, &[&[17, 0, offset_and_more[0], offset_and_more[1], 0, 0, 0, 1][..], &udp].concat())
    };
    let later = fragment([0, 8]);
    let packet = decoder.ip(&later).unwrap();
    assert_eq!((packet.udp(), packet.payload_kind()), (None, PayloadKind::Fragment));
    let first = fragment([0, 1]);
    let packet = decoder.ip(&first).unwrap();
    assert_eq!((packet.udp().is_some(), packet.payload_kind()), (true, PayloadKind::Fragment));
}

#[test]
fn an_atomic_fragment_header_makes_no_fragment_whole() {
    let udp = [0xc0, 0, 0x12, 0xb5, 0, 8, 0, 0];
    let first_then_atomic = [&[44, 0, 0, 1, 0, 0, 0, 1][..], &[17, 0, 0, 0, 0, 0, 0, 2], &udp].concat();
    let packet = ipv6(44, &first_then_atomic);
    let decoder = Decoder::new();
    let packet = decoder.ip(&packet).unwrap();
    assert_eq!((packet.tunnel(), packet.payload_kind()), (None, PayloadKind::Fragment));
}

#[test]
fn in_a_snapped_frame_too_an_overrun_names_the_length_that_it_contradicts() {
    // UDP claims 10 bytes more than IPv4, which is whole on the wire but not in the capture.
    let mut frame = doc::VXLAN_FRAME[..60].to_vec();
    frame[UDP + 5] += 10;
    let decoder = Decoder::new();
    let found = error(&levels(&decoder, LinkType::Ethernet, &frame, doc::VXLAN_FRAME.len())).unwrap();
    assert_eq!(found.to_string(), "udp at byte 34: length claims 80 bytes, 70 left in the ipv4 total length");
}

#[test]
fn padding_behind_the_total_length_is_no_payload() {
    // packet-strata's iterator never looks at the total length.
    let frame = [&ethernet(0x0800, &ipv4(17, &[0xc0, 0, 0x12, 0xb5, 0, 8, 0, 0]))[..], &[0xee; 18]].concat();
    let decoder = Decoder::new();
    let levels = levels(&decoder, LinkType::Ethernet, &frame, frame.len());
    let missing = error(&levels).unwrap();
    let problem = Problem::Truncated { needed: 8, available: 0, bound: Bound::UdpLength };
    assert_eq!(
        (missing.layer, missing.problem),
        (Layer::Vxlan, problem),
        "the padding is not a VXLAN header"
    );
    assert_eq!(levels[0].packet.trailer(), [0xee; 18]);
}

#[test]
fn reserved_bits_and_vni_0_are_accepted() {
    // githedgehog's dataplane refuses both, and so drops what a GBP switch sends.
    let mut frame = doc::VXLAN_FRAME.to_vec();
    frame[VXLAN..INNER].copy_from_slice(&[0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0xff]);
    let decoder = Decoder::new();
    let packet = decoder.ethernet(&frame).unwrap();
    assert_eq!(packet.vni().unwrap().get(), 0);
    assert!(packet.inner().unwrap().is_some());
}

#[test]
fn group_policy_and_protocol_bits_do_not_move_the_vni() {
    // scapy builds 11 bytes and reads VNI 65535 for 5.
    let header = VxlanHeader {
        flags: VxlanFlags::from_bits_retain(0x8c),
        reserved1: [0, 0, 3],
        ..VxlanHeader::new(Vni::new(5).unwrap())
    };
    let mut bytes = [0xa5; 9];
    header.encode(&mut bytes).unwrap();
    assert_eq!(bytes, [0x8c, 0, 0, 3, 0, 0, 5, 0, 0xa5]);
    assert_eq!(VxlanHeader::decode(&bytes).unwrap().0.vni.get(), 5);
}

#[test]
fn only_the_destination_port_makes_vxlan() {
    let mut frame = doc::VXLAN_FRAME.to_vec();
    frame[UDP..UDP + 4].copy_from_slice(&[0x12, 0xb5, 0x00, 0x35]);
    let decoder = Decoder::new();
    assert_eq!(decoder.ethernet(&frame).unwrap().tunnel(), None);
    let dns = [53];
    let told_so = decoder.vxlan_ports(&dns);
    assert!(told_so.ethernet(&frame).unwrap().vni().is_some());
}

#[test]
fn the_outer_headers_stay_when_the_inner_are_read() {
    // gopacket's fast path overwrites the outer Ethernet and IP with the inner.
    let decoder = Decoder::new();
    let outer = decoder.ethernet(doc::VXLAN_FRAME).unwrap();
    let inner = outer.inner().unwrap().unwrap();
    assert_eq!(outer.destination_ip().unwrap().to_string(), "10.1.2.21");
    assert_eq!(inner.destination_ip().unwrap().to_string(), "10.99.0.11");
    assert_ne!(outer.ethernet(), inner.ethernet());
    assert_eq!((outer.offset(), inner.offset()), (0, INNER), "etherparse starts at 0 again");
}

#[test]
fn an_ethernet_destination_that_looks_like_ip_stays_ethernet() {
    // scapy and packet-strata read a destination 45:... as IPv4.
    for first in [0x45, 0x60, 0x00, 0x10] {
        let mut inner = doc::VXLAN_FRAME[INNER..].to_vec();
        inner[0] = first;
        let frame = ethernet(0x8847, &[&LABEL[..], &inner].concat());
        let choose = carries(MplsPayload::Ethernet);
        let decoder = Decoder::new().mpls_payload(&choose);
        let packet = decoder.ethernet(&frame).unwrap();
        let inner = packet.inner().unwrap().unwrap();
        assert_eq!(inner.ethernet().unwrap().destination_address.octets()[0], first);
        assert_eq!(inner.destination_ip().unwrap().to_string(), "10.99.0.11");
    }
}

#[test]
fn a_virtual_router_address_is_no_control_word() {
    // scapy takes 00:00:5e:... for a control word.
    let mut inner = doc::VXLAN_FRAME[INNER..].to_vec();
    inner[..6].copy_from_slice(&[0x00, 0x00, 0x5e, 0x00, 0x01, 0x05]);
    let frame = ethernet(0x8847, &[&LABEL[..], &inner].concat());
    let choose = carries(MplsPayload::Ethernet);
    let decoder = Decoder::new().mpls_payload(&choose);
    let packet = decoder.ethernet(&frame).unwrap();
    assert_eq!(packet.control_word(), None);
    let inner = packet.inner().unwrap().unwrap();
    assert_eq!(inner.ethernet().unwrap().destination_address, MacAddr::new([0, 0, 0x5e, 0, 1, 5]));
}

#[test]
fn a_control_word_moves_nothing() {
    // packet-strata does not take it off, so that every field behind it is read four bytes early.
    let frame = ethernet(0x8847, &[&LABEL[..], &[0, 0, 0, 9], &doc::VXLAN_FRAME[INNER..]].concat());
    let choose = carries(MplsPayload::EthernetWithControlWord);
    let decoder = Decoder::new().mpls_payload(&choose);
    let packet = decoder.ethernet(&frame).unwrap();
    assert_eq!(packet.control_word().unwrap().sequence_number.get(), 9);
    assert_eq!(packet.inner().unwrap().unwrap().destination_ip().unwrap().to_string(), "10.99.0.11");
}

#[test]
fn what_is_no_control_word_is_refused_as_one() {
    let frame = ethernet(0x8847, &[&LABEL[..], &[0x10, 0, 0, 0], &[0; 20]].concat());
    let choose = carries(MplsPayload::EthernetWithControlWord);
    let error = Decoder::new().mpls_payload(&choose).ethernet(&frame).unwrap_err();
    assert_eq!(error.to_string(), "control_word at byte 18: first nibble is 1, expected 0 (RFC 4385 3)");
}

#[test]
fn what_a_label_carries_is_asked_for_each_stack() {
    // gopacket has one global answer for all packets.
    let choose = |stack: &LabelStack<'_>| match stack.bottom().label().get() {
        16 => MplsPayload::Ipv4,
        17 => MplsPayload::Ethernet,
        _ => MplsPayload::Opaque,
    };
    let decoder = Decoder::new().mpls_payload(&choose);
    let frame =
        |label: u8, inner: &[u8]| ethernet(0x8847, &[&[0, label >> 4, label << 4 | 1, 64], inner].concat());
    let (ip, bridged) = (frame(16, &ipv4(50, &[])), frame(17, &doc::VXLAN_FRAME[INNER..]));
    let kind = |frame: &[u8]| decoder.ethernet(frame).unwrap().payload_kind();
    assert_eq!((kind(&ip), kind(&bridged)), (PayloadKind::Ipv4, PayloadKind::Ethernet));
    assert_eq!(kind(&frame(18, &[0x45; 20])), PayloadKind::Opaque, "nothing is guessed");
}

#[test]
fn a_guess_is_made_only_when_it_is_asked_for() {
    let choose = carries(MplsPayload::GuessByFirstNibble);
    let decoder = Decoder::new().mpls_payload(&choose);
    let kind = |inner: &[u8]| {
        let packet = ethernet(0x8847, &[&LABEL[..], inner].concat());
        decoder.ethernet(&packet).unwrap().payload_kind()
    };
    assert_eq!(kind(&ipv4(50, &[])), PayloadKind::Ipv4);
    assert_eq!(kind(&ipv6(50, &[])), PayloadKind::Ipv6);
    assert_eq!(kind(&[0, 0, 0, 0]), PayloadKind::Ethernet);
    assert_eq!(kind(&[0x10, 0, 0, 7]), PayloadKind::Opaque, "an associated channel (RFC 4385 5)");
    assert_eq!(kind(&[0x5e; 14]), PayloadKind::Opaque);
    assert_eq!(kind(&[]), PayloadKind::Opaque);
}

#[test]
fn a_stack_ends_at_its_s_bit() {
    // DPDK never tests it, and so never finds MPLS.
    let frame = ethernet(0x8847, &[&[0, 1, 0, 64][..], &[0, 2, 0, 64], &LABEL, &ipv4(50, &[])].concat());
    let choose = carries(MplsPayload::Ip);
    let decoder = Decoder::new().mpls_payload(&choose);
    let packet = decoder.ethernet(&frame).unwrap();
    let Some(Tunnel::Mpls(stack)) = packet.tunnel() else { panic!("{packet:?}") };
    let labels: Vec<u32> = stack.entries().map(|entry| entry.label().get()).collect();
    assert_eq!(labels, [16, 32, 1000]);
    assert!(packet.inner().unwrap().unwrap().ipv4().is_some());
}

#[test]
fn a_stack_deeper_than_any_array_is_read() {
    // packet-strata holds 17 entries; Open vSwitch once wrote behind its array (CVE-2016-2074).
    let frame = ethernet(0x8847, &[&[0, 1, 0, 64].repeat(500)[..], &LABEL].concat());
    let decoder = Decoder::new();
    let packet = decoder.ethernet(&frame).unwrap();
    assert_eq!(packet.tunnel().unwrap().labels().unwrap().len(), 501);
}

#[test]
fn the_entries_of_a_stack_that_breaks_off_are_shown() {
    let frame = ethernet(0x8847, &[0, 1, 0, 64, 0, 2, 0, 64, 0, 3]);
    let decoder = Decoder::new();
    let levels = levels(&decoder, LinkType::Ethernet, &frame, frame.len());
    let error = error(&levels).unwrap();
    assert_eq!((error.layer, error.offset), (Layer::Mpls, 22));
    let shown: Vec<_> = headers(&levels).iter().map(|(offset, header)| (*offset, header.layer())).collect();
    assert_eq!(shown, [(0, Layer::Ethernet), (14, Layer::Mpls), (18, Layer::Mpls)]);
    assert_eq!(levels[0].packet.tunnel(), None, "what does not end is no stack");
}

#[test]
fn a_label_has_20_bits() {
    // gopacket lets a larger one overflow into the traffic class.
    assert!(Label::new(1 << 20).is_err());
    assert!(Vni::new(1 << 24).is_err());
}

#[test]
fn mpls_over_udp_is_found_on_the_legacy_port_too() {
    for port in [6635_u16, 51234] {
        let length = u16::try_from(8 + 4 + 20).unwrap().to_be_bytes();
        let udp = [&[0xc0, 0][..], &port.to_be_bytes(), &length, &[0, 0], &LABEL, &ipv4(50, &[])].concat();
        let packet = ipv4(17, &udp);
        let decoder = Decoder::new();
        let packet = decoder.ip(&packet).unwrap();
        assert!(matches!(packet.tunnel(), Some(Tunnel::MplsOverUdp(stack)) if stack.len() == 1), "{port}");
    }
}

#[test]
fn routing_in_gre_is_refused_by_name() {
    // pnet panics on the R bit.
    let packet = ipv4(47, &[0x40, 0, 0x08, 0x00, 0, 0, 0, 0, 0, 0, 0, 0xff]);
    let error = Decoder::new().ip(&packet).unwrap_err();
    assert_eq!(error.to_string(), "gre at byte 20: routing present is 1, expected 0 (RFC 2784 2.3)");
}

#[test]
fn optional_words_of_gre_that_are_cut_are_missed() {
    // pnet's getters panic, gopacket slices out of range.
    let whole = [0xb0, 0, 0x08, 0x00, 0xab, 0xcd, 0, 0, 0, 0, 0, 7, 0, 0, 0, 8];
    for cut in 4..whole.len() {
        let packet = ipv4(47, &whole[..cut]);
        let error = Decoder::new().ip(&packet).unwrap_err();
        let problem = Problem::Truncated { needed: 16, available: cut, bound: Bound::Ipv4TotalLength };
        assert_eq!((error.layer, error.offset, error.problem), (Layer::Gre, 20, problem));
    }
    let packet = ipv4(47, &[&whole[..], &ipv4(50, &[])].concat());
    let decoder = Decoder::new();
    let Some(Tunnel::Gre(gre)) = decoder.ip(&packet).unwrap().tunnel() else { panic!("no GRE") };
    assert_eq!((gre.checksum(), gre.reserved1()), (Some(0xabcd), Some(0)));
    assert_eq!((gre.key(), gre.sequence_number()), (Some(7), Some(8)));
}

#[test]
fn each_optional_word_of_gre_is_found_without_the_others() {
    let word = [0, 0, 0, 9];
    let flagged = |flags: u8| {
        let packet = ipv4(47, &[&[flags, 0, 0x88, 0xbe][..], &word].concat());
        let decoder = Decoder::new();
        let Some(Tunnel::Gre(Gre { header, optional })) = decoder.ip(&packet).unwrap().tunnel() else {
            panic!("no GRE")
        };
        assert_eq!(optional, word);
        let gre = Gre { header, optional };
        (gre.checksum(), gre.key(), gre.sequence_number())
    };
    assert_eq!(flagged(0x80), (Some(0), None, None));
    assert_eq!(flagged(0x20), (None, Some(9), None));
    assert_eq!(flagged(0x10), (None, None, Some(9)));
}

#[test]
fn the_checksum_of_gre_is_verified_when_it_is_asked_for() {
    let inner = ipv4(50, &[]);
    let mut gre = [&[0x80, 0, 0x08, 0x00, 0, 0, 0, 0][..], &inner].concat();
    let checksum = contrail_wire::net::checksum::Sum::default().bytes(&gre).finish();
    gre[4..6].copy_from_slice(&checksum.to_be_bytes());
    let is_right = |gre: &[u8]| {
        let packet = ipv4(47, gre);
        let decoder = Decoder::new();
        let packet = decoder.ip(&packet).unwrap();
        let Some(Tunnel::Gre(view)) = packet.tunnel() else { panic!("{packet:?}") };
        view.checksum_is_right(packet.payload())
    };
    assert_eq!(is_right(&gre), Some(true));
    gre[4] ^= 1;
    assert_eq!(is_right(&gre), Some(false));
    gre[0] = 0;
    assert_eq!(is_right(&[&gre[..4], &inner].concat()), None);
}

#[test]
fn reserved_bits_of_gre_that_a_receiver_ignores_are_ignored() {
    for bit in 3..=9 {
        let flags = (1_u16 << bit).to_be_bytes();
        let packet = ipv4(47, &[&flags[..], &[0x08, 0x00], &ipv4(50, &[])].concat());
        assert!(Decoder::new().ip(&packet).unwrap().inner().unwrap().is_some(), "bit {bit}");
    }
}

#[test]
fn an_authentication_header_of_any_length_is_bounded() {
    // smoltcp panics on a length that is too small (issue 1182).
    let without_sequence_number = ipv6(51, &[&[6, 0][..], &[0; 40]].concat());
    assert_eq!(
        Decoder::new().ip(&without_sequence_number).unwrap_err().to_string(),
        "ipv6_extension at byte 40: hdr_ext_len is 0, expected 1 at least (RFC 4302 2)"
    );
    for length in 1..=255_u8 {
        let packet = ipv6(51, &[&[6, length][..], &[0; 40]].concat());
        let size = (usize::from(length) + 2) * 4;
        match Decoder::new().ip(&packet) {
            Ok(packet) => assert_eq!(packet.ipv6().unwrap().extensions.len(), size),
            Err(error) if error.layer == Layer::Tcp => assert!(size <= 42),
            Err(error) => assert_eq!((error.layer, size > 42), (Layer::Ipv6Extension, true), "{error}"),
        }
    }
}

#[test]
fn options_of_ipv6_are_walked() {
    // A router alert behind Pad1 and before PadN.
    let hop_by_hop = [58, 0, 0, 5, 2, 0xab, 0xcd, 0];
    let packet = ipv6(0, &[&hop_by_hop[..], &[0x80, 0, 0, 0]].concat());
    let decoder = Decoder::new();
    let packet = decoder.ip(&packet).unwrap();
    let options: Vec<_> = packet.ipv6().unwrap().extensions().flat_map(|header| header.options()).collect();
    assert_eq!(options, [Ipv6Option::RouterAlert(0xabcd)]);

    for (broken, expected) in [
        (
            [58, 0, 1, 9, 0, 0, 0, 0],
            "ipv6_extension at byte 40: opt_data_len claims 9 bytes, 4 left in its own header length",
        ),
        (
            [58, 0, 0, 0, 0, 0, 0, 5],
            "ipv6_extension at byte 40: needs 9 bytes, 8 left in its own header length",
        ),
    ] {
        let packet = ipv6(0, &[&broken[..], &[0x80, 0, 0, 0]].concat());
        assert_eq!(Decoder::new().ip(&packet).unwrap_err().to_string(), expected);
    }
}

#[test]
fn an_802_3_length_bounds_the_frame_with_and_without_a_tag() {
    let llc = [0x42, 0x42, 0x03];
    let bare = [&ethernet(3, &llc)[..], &[0; 20]].concat();
    let tagged = [&ethernet(0x8100, &[&[0, 5, 0, 3][..], &llc].concat())[..], &[0; 20]].concat();
    for frame in [bare, tagged] {
        let decoder = Decoder::new();
        let packet = decoder.ethernet(&frame).unwrap();
        assert_eq!((packet.payload_kind(), packet.payload()), (PayloadKind::Llc, &llc[..]));
        assert_eq!(packet.trailer(), [0; 20]);
    }
    let too_long = ethernet(0x8100, &[0, 5, 0, 4, 0x42, 0x42, 0x03]);
    let error = Decoder::new().ethernet(&too_long).unwrap_err();
    assert_eq!(error.to_string(), "vlan at byte 14: length claims 4 bytes, 3 left in the frame");
    let neither = ethernet(0x05dd, &[0x45; 20]);
    assert_eq!(Decoder::new().ethernet(&neither).unwrap().payload_kind(), PayloadKind::Opaque);
}

#[test]
fn a_cooked_frame_without_an_ethertype_stays_payload() {
    let frame = |arphrd_type: u16| {
        let mut frame = vec![0, 0];
        frame.extend(arphrd_type.to_be_bytes());
        frame.extend([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x08, 0x00]);
        frame.extend(ipv4(50, &[]));
        frame
    };
    let decoder = Decoder::new();
    let has_ip =
        |frame: &[u8]| decoder.captured(LinkType::LinuxSll, frame, frame.len()).packet.ipv4().is_some();
    assert!(has_ip(&frame(1)), "Ethernet");
    assert!(has_ip(&frame(778)), "GRE over IPv4");
    assert!(!has_ip(&frame(824)), "netlink, whose protocol 0x0800 is another");
}
