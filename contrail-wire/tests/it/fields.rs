//! What single bits and octets of a header say.

use contrail_wire::net::arp::ArpPacket;
use contrail_wire::net::ipv4::Ipv4Header;
use contrail_wire::net::ipv6::Ipv6Header;
use contrail_wire::net::udp::UdpHeader;
use contrail_wire::tunnel::mpls::MplsEntry;
use contrail_wire::tunnel::vxlan::VxlanGbpHeader;
use contrail_wire::{
    Checksum, Decoder, EthernetSegment, EthernetSegmentId, FixedHeader, Header, IntoBytes, IpProtocol, Label,
    LabelField, LinkType, MacAddr, RouteDistinguisher, Vni, frame,
};

#[test]
fn arp_is_of_ethernet_and_ipv4() {
    let packet =
        ArpPacket::request(MacAddr::new([2, 0, 0, 0, 0, 1]), [10, 0, 0, 1].into(), [10, 0, 0, 2].into());
    let refused = |at: usize, octet: u8| {
        let mut bytes = packet.as_bytes().to_vec();
        bytes[at] = octet;
        ArpPacket::decode(&bytes).unwrap_err().to_string()
    };
    assert_eq!(refused(4, 8), "arp at byte 0: hardware_length is 8, expected 6");
    assert_eq!(refused(5, 16), "arp at byte 0: protocol_length is 16, expected 4");
    assert!(ArpPacket::decode(packet.as_bytes()).is_ok());
}

#[test]
fn a_group_policy_has_two_flags() {
    let mut header = VxlanGbpHeader::new(Vni::new(5001).unwrap(), 7);
    let says = [0, 0x40, 0x08, 0x48, 0xb7].map(|flags| {
        header.policy_flags = flags;
        (header.dont_learn(), header.is_applied())
    });
    assert_eq!(says, [(false, false), (true, false), (false, true), (true, true), (false, false)]);
}

#[test]
fn the_lowest_bit_of_a_label_field_ends_a_stack() {
    let ends = [0, 1, 0x10, 0x11, 0xff_fffe].map(|raw| LabelField::new(raw).unwrap().is_bottom());
    assert_eq!(ends, [false, true, false, true, false]);
}

#[test]
fn a_route_distinguisher_begins_with_its_type() {
    for (text, kind) in [("64512:7", 0), ("10.0.0.1:7", 1), ("64512L:7", 2), ("0x0102030405060708", 0x0102)] {
        assert_eq!(text.parse::<RouteDistinguisher>().unwrap().kind(), kind, "{text}");
    }
}

#[test]
fn an_ethernet_segment_is_made_of_a_mac_address_and_three_octets() {
    let esi = EthernetSegmentId::new([3, 2, 0, 0, 0, 0, 1, 0x0a, 0x0b, 0x0c]);
    let expected = EthernetSegment::Mac { mac: MacAddr::new([2, 0, 0, 0, 0, 1]), discriminator: 0x000a_0b0c };
    assert_eq!(esi.kind(), expected);
}

#[test]
fn mpls_over_udp_has_a_checksum_over_ipv6_only() {
    let headers = |network| {
        let label = MplsEntry::bottom(Label::new(17).unwrap());
        let mut headers = [network, Header::Udp(UdpHeader::new(49152, 6635)), Header::Mpls(label)];
        frame::complete(&mut headers, &[0x45], &mut [0xa5; 128]).unwrap();
        let Header::Udp(udp) = headers[1] else { panic!("no UDP") };
        udp.checksum.get()
    };
    let (one, other) = ([10, 0, 0, 1].into(), [10, 0, 0, 2].into());
    assert_eq!(headers(Header::Ipv4(Ipv4Header::new(one, other, IpProtocol::UDP), &[])), 0);
    let (one, other) = ([0xfd; 16].into(), [0xfe; 16].into());
    assert_ne!(headers(Header::Ipv6(Ipv6Header::new(one, other, IpProtocol::UDP))), 0);
}

/// UDP behind IPv4, with these flags and this length of UDP.
fn datagram(flags: u16, length: u16, payload: usize) -> Vec<u8> {
    let mut ip = Ipv4Header::new([10, 0, 0, 1].into(), [10, 0, 0, 2].into(), IpProtocol::UDP);
    let whole = 28 + payload;
    ip.total_length.set(u16::try_from(whole).unwrap());
    ip.flags_fragment_offset.set(flags);
    ip.update_checksum(&[]);
    let mut udp = UdpHeader::new(7, 9);
    (udp.length, udp.checksum) = (length.into(), 1.into());
    [ip.as_bytes(), udp.as_bytes(), &vec![0; payload]].concat()
}

#[test]
fn the_rest_of_a_datagram_is_in_other_fragments() {
    let decoder = Decoder::new();
    let first = datagram(0x2000, 1000, 8);
    let level = decoder.ip(&first).unwrap();
    assert_eq!((level.udp().unwrap().length.get(), level.payload().len()), (1000, 8));
    assert_eq!(level.transport_checksum(), Checksum::Unknown);
    let error = decoder.ip(&datagram(0, 1000, 8)).unwrap_err().to_string();
    assert_eq!(error, "udp at byte 20: length claims 1000 bytes, 16 left in the ipv4 total length");
    // What the length leaves out is no payload, of a fragment too.
    assert_eq!(decoder.ip(&datagram(0x2000, 12, 8)).unwrap().payload().len(), 4);
}

#[test]
fn a_checksum_over_what_was_not_captured_is_not_judged() {
    let whole = datagram(0, 16, 8);
    let decoder = Decoder::new();
    let judged = |captured: usize| {
        let level = decoder.captured(LinkType::RawIp, &whole[..captured], whole.len());
        level.packet.transport_checksum()
    };
    assert!(matches!(judged(36), Checksum::Wrong { found: 1, .. }));
    assert_eq!([35, 29, 28].map(judged), [Checksum::Unknown; 3]);
}

#[test]
fn a_checksum_of_gre_over_what_was_not_captured_is_not_judged() {
    let mut ip = Ipv4Header::new([10, 0, 0, 1].into(), [10, 0, 0, 2].into(), IpProtocol::GRE);
    ip.total_length.set(32);
    ip.update_checksum(&[]);
    let whole = [ip.as_bytes(), &[0x80, 0, 0x88, 0xb5, 0, 7, 0, 0, 1, 2, 3, 4]].concat();
    let decoder = Decoder::new();
    let judged = |captured: usize| {
        decoder.captured(LinkType::RawIp, &whole[..captured], whole.len()).packet.tunnel_checksum()
    };
    assert!(matches!(judged(32), Checksum::Wrong { found: 7, .. }));
    assert_eq!([31, 28].map(judged), [Checksum::Unknown; 2]);
}

#[test]
fn a_packet_ends_up_where_its_route_ends() {
    let (destination, other) = ([0xfd; 16], [0xfe; 16]);
    let ends_up = |routing_type: u8, segments_left: u8| {
        let header: &[u8] = &[0x60, 0, 0, 0, 0, 24, 43, 64];
        let route: &[u8] = &[59, 2, routing_type, segments_left, 0, 0, 0, 0];
        let packet = [header, &[0xfc; 16], &destination, route, &other].concat();
        Decoder::new().ip(&packet).unwrap().ipv6().unwrap().final_destination()
    };
    assert_eq!([0, 2, 4].map(|routing_type| ends_up(routing_type, 1)), [Some(other.into()); 3]);
    assert_eq!(ends_up(3, 1), None, "of a type that is not known here");
    assert_eq!([0, 2, 3, 4].map(|routing_type| ends_up(routing_type, 0)), [Some(destination.into()); 4]);
}
