//! What is odd and can be read all the same: each thing is reported when it is asked for, and only then.

use contrail_wire::net::icmp::{IcmpHeader, Icmpv6Header};
use contrail_wire::net::ipv4::Ipv4Header;
use contrail_wire::net::ipv6::Ipv6Header;
use contrail_wire::net::ipv6::extension::{ExtensionStart, Ipv6Extension};
use contrail_wire::net::udp::UdpHeader;
use contrail_wire::tunnel::mpls::LabelStack;
use contrail_wire::{Checksum, Decoder, Header, IpProtocol, LinkType, MplsPayload, PayloadKind, doc, frame};

use crate::packets::levels;

/// What is reported of all levels of a frame.
fn anomalies(link: LinkType, frame: &[u8]) -> Vec<String> {
    let guess = |_: &LabelStack<'_>| MplsPayload::GuessByFirstNibble;
    let decoder = Decoder::new().mpls_payload(&guess);
    let mut found = Vec::new();
    for level in levels(&decoder, link, frame, frame.len()) {
        level.packet.anomalies(&mut |anomaly| found.push(anomaly.to_string()));
    }
    found
}

/// The frame of the examples with `bytes` at `at`.
fn changed(at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut frame = doc::VXLAN_FRAME.to_vec();
    frame[at..at + bytes.len()].copy_from_slice(bytes);
    frame
}

#[test]
fn each_field_of_the_headers_that_every_tunnel_has() {
    for (at, bytes, expected) in [
        (
            6,
            &[3][..],
            &[
                "ethernet at byte 0: source_address is 03:00:00:00:00:01, expected the address of one station (IEEE 802.3 3.2.3)",
            ][..],
        ),
        (
            12,
            &[0x05, 0xdd],
            &[
                "ethernet at byte 0: ethertype is 0x05dd, expected a length up to 1500 or a type from 0x0600 (IEEE 802.3 3.2.6)",
            ],
        ),
        (
            16,
            &[0, 0, 0, 0, 0, 0, 64, 17, 0x63, 0xce],
            &["ipv4 at byte 14: total_length is 0, expected the length of header and payload (RFC 791 3.1)"],
        ),
        (
            20,
            &[0x80, 0, 64, 17, 0xe3, 0x73],
            &["ipv4 at byte 14: reserved_flag is true, expected false (RFC 791 3.1)"],
        ),
        (
            22,
            &[0, 17, 0xa3, 0x74],
            &["ipv4 at byte 14: time_to_live is 0, expected 1 to 255 (RFC 1122 3.2.1.7)"],
        ),
        (24, &[0x12, 0x34], &["ipv4 at byte 14: header_checksum is 0x1234, expected 0x6374 (RFC 791 3.1)"]),
        (
            24,
            &[0x8d, 0x73, 0xe0],
            &[
                "ipv4 at byte 14: source_address is 224.255.0.11, expected the address of one host (RFC 1122 3.2.1.3)",
            ],
        ),
        (40, &[0x12, 0x34], &["udp at byte 34: checksum is 0x1234, expected 0x392d (RFC 768)"]),
        (42, &[0x09], &["vxlan at byte 42: flags is 0x01, expected 0 (RFC 7348 5)"]),
        (
            42,
            &[0x8c, 0x48, 0, 7],
            &["vxlan at byte 42: flags is 0x8c, expected G or P, not both (VXLAN group policy 2.1)"],
        ),
        (42, &[0x88, 0x80], &["vxlan at byte 42: policy_flags is 0x80, expected 0 (VXLAN group policy 2.1)"]),
        (
            96,
            &[0x5f],
            &[
                "tcp at byte 84: reserved is 0xf, expected 0 (RFC 9293 3.1)",
                "tcp at byte 84: checksum is 0xd045, expected 0xc145 (RFC 9293 3.1)",
            ],
        ),
    ] {
        assert_eq!(anomalies(LinkType::Ethernet, &changed(at, bytes)), expected, "at {at}");
    }
    assert_eq!(
        anomalies(LinkType::Ethernet, &changed(42, &[0x88, 0x48, 0, 7])),
        [""; 0],
        "a group policy is none"
    );
}

#[test]
fn a_trailer_is_odd_when_it_is_no_padding() {
    let zeros = [doc::VXLAN_FRAME, &[0; 9]].concat();
    assert_eq!(anomalies(LinkType::Ethernet, &zeros), [""; 0]);
    let check_sequence = [doc::VXLAN_FRAME, &[0, 0xab, 0xcd, 0xef]].concat();
    let expected = ["ethernet at byte 105: trailer is 0xab, expected 0 (RFC 1042)"];
    assert_eq!(anomalies(LinkType::Ethernet, &check_sequence), expected);
}

#[test]
fn a_length_of_802_3_is_odd_when_more_stands_behind_it_than_padding() {
    let frame = |bytes: usize| {
        let mut frame =
            [&[2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x81, 0, 0, 5, 0, 4][..], &[0x42, 0x42, 3, 0]].concat();
        frame.resize(bytes, 0);
        frame
    };
    assert_eq!(anomalies(LinkType::Ethernet, &frame(22)), [""; 0]);
    assert_eq!(anomalies(LinkType::Ethernet, &frame(60)), [""; 0]);
    let expected = ["vlan at byte 14: ethertype is 4, expected 43 (IEEE 802.3 3.2.6)"];
    assert_eq!(anomalies(LinkType::Ethernet, &frame(61)), expected);
}

#[test]
fn vlan_4095_and_options_that_do_not_end() {
    let mut tagged = [&doc::VXLAN_FRAME[50..62], &[0x81, 0, 0x0f, 0xff, 0x88, 0xb5, 0, 0]].concat();
    let expected = ["vlan at byte 14: vlan_id is 4095, expected 0 to 4094 (IEEE 802.1Q 9.6)"];
    assert_eq!(anomalies(LinkType::Ethernet, &tagged), expected);
    tagged.truncate(18);

    let broken = [0x46, 0, 0, 24, 0, 0, 0, 0, 64, 50, 0xde, 0x9e, 10, 0, 0, 1, 10, 0, 0, 2, 0x83, 9, 4, 10];
    let expected =
        ["ipv4 at byte 0: options is 0x83, expected options that end inside the header (RFC 791 3.1)"];
    assert_eq!(anomalies(LinkType::RawIp, &broken), expected);
}

#[test]
fn what_is_odd_about_a_label_stack() {
    let frame = |stack: &[u8], behind: &[u8]| {
        [&[2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0x47][..], stack, behind].concat()
    };
    let ipv4 = [0x45, 0, 0, 20, 0, 0, 0, 0, 64, 50, 0x66, 0xb6, 10, 0, 0, 1, 10, 0, 0, 2];
    for (stack, expected) in [
        (
            &[0, 0, 0x31, 64][..],
            &["mpls at byte 14: label is 3, expected another, as implicit null is never sent (RFC 3032 2.1)"]
                [..],
        ),
        (&[0, 0, 0x91, 64], &["mpls at byte 14: label is 9, expected one that is assigned (RFC 7274 5)"]),
        (
            &[0, 0, 0x71, 64],
            &["mpls at byte 14: bottom_of_stack is true, expected an entropy label below (RFC 6790 4.2)"],
        ),
        (&[0, 0, 0x21, 64], &["mpls at byte 14: label is 2, expected IPv6 behind it (RFC 3032 2.1)"]),
        (&[0, 0, 0x01, 64], &[]),
        (&[0, 1, 0x01, 0], &["mpls at byte 14: ttl is 0, expected 1 to 255 (RFC 3032 2.4)"]),
        (&[0, 0, 0x70, 64, 0, 1, 0x01, 0], &[]),
        (
            &[0, 0, 0x70, 64, 0, 1, 0x01, 9],
            &["mpls at byte 18: ttl is 9, expected 0 with an entropy label (RFC 6790 4.2)"],
        ),
    ] {
        assert_eq!(anomalies(LinkType::Ethernet, &frame(stack, &ipv4)), expected, "{stack:02x?}");
    }
}

#[test]
fn what_is_odd_about_gre() {
    let packet = |gre: &[u8]| {
        let mut packet = vec![
            0x45,
            0,
            0,
            20 + u8::try_from(gre.len()).unwrap(),
            0,
            0,
            0,
            0,
            64,
            47,
            0,
            0,
            10,
            0,
            0,
            1,
            10,
            0,
            0,
            2,
        ];
        let checksum = contrail_wire::net::checksum::Sum::default().bytes(&packet).finish();
        packet[10..12].copy_from_slice(&checksum.to_be_bytes());
        packet.extend(gre);
        packet
    };
    let reserved = packet(&[0x02, 0x08, 0x88, 0xbe]);
    let expected = ["gre at byte 20: reserved0 is 0x0208, expected 0 (RFC 2784 2.3)"];
    assert_eq!(anomalies(LinkType::RawIp, &reserved), expected);
    let checksum = packet(&[0x80, 0, 0x88, 0xbe, 0xab, 0xcd, 0, 9]);
    assert_eq!(
        anomalies(LinkType::RawIp, &checksum),
        [
            "gre at byte 20: reserved1 is 0x0009, expected 0 (RFC 2784 2.6)",
            "gre at byte 20: checksum is 0xabcd, expected 0xf737 (RFC 2784 2.5)",
        ]
    );
}

/// IPv6 with these headers behind it and everything right.
fn ipv6(next: IpProtocol, behind: &[Header<'_>], payload: &[u8]) -> Vec<u8> {
    let ip = Ipv6Header::new("2001:db8::1".parse().unwrap(), "2001:db8::2".parse().unwrap(), next);
    let mut headers = [&[Header::Ipv6(ip)], behind].concat();
    let mut buffer = vec![0xa5; 300];
    let mut scratch = vec![0xa5; 300];
    frame::complete(&mut headers, payload, &mut scratch).unwrap();
    frame::encode(&headers, payload, &mut buffer).unwrap().to_vec()
}

#[test]
fn what_is_odd_about_ipv6() {
    let good = ipv6(IpProtocol::UDP, &[Header::Udp(UdpHeader::new(7, 9))], b"odd");
    assert_eq!(anomalies(LinkType::RawIp, &good), [""; 0]);
    let no_checksum = |port, payload: &[u8]| {
        let mut frame = ipv6(IpProtocol::UDP, &[Header::Udp(UdpHeader::new(7, port))], payload);
        frame[46..48].fill(0);
        anomalies(LinkType::RawIp, &frame)
    };
    let none = ["udp at byte 40: checksum is 0x0000, expected one, as IPv6 has none (RFC 8200 8.1)"];
    assert_eq!(no_checksum(9, b"odd"), none);
    let vxlan = [&[8, 0, 0, 0, 0, 0, 5, 0][..], &doc::VXLAN_FRAME[50..]].concat();
    assert_eq!(no_checksum(4789, &vxlan), [""; 0], "VXLAN may do without");
    let mut frame = good.clone();
    frame[7] = 0;
    frame[8] = 0xff;
    let found = anomalies(LinkType::RawIp, &frame);
    assert_eq!(found[0], "ipv6 at byte 0: hop_limit is 0, expected 1 to 255 (RFC 8200 3)");
    assert_eq!(
        found[1],
        "ipv6 at byte 0: source_address is ff01:db8::1, expected the address of one host (RFC 4291 2.7)"
    );

    let extension = |kind, data: &'static [u8]| {
        let start = ExtensionStart { next_header: IpProtocol::NO_NEXT_HEADER, length: 0 };
        anomalies(
            LinkType::RawIp,
            &ipv6(kind, &[Header::Ipv6Extension(Ipv6Extension { kind, start, data })], b""),
        )
    };
    assert_eq!(
        extension(IpProtocol::FRAGMENT, &[0, 0x06, 0, 0, 0, 1]),
        ["ipv6_extension at byte 40: reserved2 is 0x06, expected 0 (RFC 8200 4.5)"]
    );
    assert_eq!(
        extension(IpProtocol::ROUTING, &[0; 6]),
        [
            "ipv6_extension at byte 40: routing_type is 0, expected another, as this one is deprecated (RFC 5095 3)"
        ]
    );
    assert_eq!(
        extension(IpProtocol::HOP_BY_HOP, &[0xc2, 4, 0, 1, 0, 0]),
        [
            "ipv6_extension at byte 40: jumbo_payload_length is 65536, expected no such option, as the payload length is not 0 (RFC 2675 3)"
        ]
    );
}

#[test]
fn bytes_between_udp_and_the_end_of_ip_are_odd() {
    let mut frame = ipv6(IpProtocol::UDP, &[Header::Udp(UdpHeader::new(7, 9))], b"");
    frame[5] += 4;
    frame.extend([0; 4]);
    let expected = ["udp at byte 40: length is 8, expected 12 (RFC 768)"];
    assert_eq!(anomalies(LinkType::RawIp, &frame), expected);
}

#[test]
fn a_jumbogram_is_read() {
    let payload = vec![7; 70_000];
    let length = u32::try_from(8 + 20 + payload.len()).unwrap();
    let mut packet = ipv6(IpProtocol::HOP_BY_HOP, &[], b"");
    packet.extend([6, 0, 0xc2, 4]);
    packet.extend(length.to_be_bytes());
    packet.extend([0x9c, 0x40, 0x24, 0xe3, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, 0x10, 0xff, 0xff, 0, 0, 0, 0]);
    packet.extend(&payload);
    packet.extend([0; 3]);
    let decoder = Decoder::new();
    let read = decoder.ip(&packet).unwrap();
    assert_eq!((read.payload().len(), read.trailer().len()), (70_000, 3));
    let Checksum::Wrong { expected, .. } = read.transport_checksum() else { panic!("{read:?}") };
    packet[64..66].copy_from_slice(&expected.to_be_bytes());
    assert_eq!(decoder.ip(&packet).unwrap().transport_checksum(), Checksum::Right);
    assert_eq!(anomalies(LinkType::RawIp, &packet), [""; 0]);

    packet.truncate(70_000);
    let error = decoder.ip(&packet).unwrap_err();
    assert_eq!(
        error.to_string(),
        "ipv6_extension at byte 40: jumbo_payload_length claims 70028 bytes, 69960 left in the frame"
    );
    packet[44..48].copy_from_slice(&[0, 0, 0xff, 0xff]);
    let error = decoder.ip(&packet).unwrap_err();
    assert_eq!(
        error.to_string(),
        "ipv6_extension at byte 40: jumbo_payload_length is 65535, expected 65536 at least (RFC 2675 3)"
    );
    packet[42] = 0x3e;
    assert!(decoder.ip(&packet).is_err());
}

#[test]
fn a_checksum_that_covers_what_is_not_there_is_not_judged() {
    let fragment = changed(64 + 6, &[0x20]);
    let cut = &doc::VXLAN_FRAME[..103];
    let decoder = Decoder::new();
    for levels in [
        levels(&decoder, LinkType::Ethernet, &fragment, fragment.len()),
        levels(&decoder, LinkType::Ethernet, cut, doc::VXLAN_FRAME.len()),
    ] {
        assert!(matches!(levels[1].packet.transport_checksum(), Checksum::Unknown | Checksum::Absent));
        assert_eq!(levels[0].packet.payload_kind(), PayloadKind::Ethernet);
    }
}

#[test]
fn the_checksum_of_zeros_alone_is_all_ones() {
    let mut headers = [
        Header::Ipv4(Ipv4Header::new([10, 0, 0, 1].into(), [10, 0, 0, 2].into(), IpProtocol::ICMP), &[]),
        Header::Icmp(IcmpHeader::default()),
    ];
    let (mut scratch, mut buffer) = ([0xa5; 64], [0xa5; 28]);
    frame::complete(&mut headers, &[], &mut scratch).unwrap();
    frame::encode(&headers, &[], &mut buffer).unwrap();
    buffer[20..].fill(0);
    assert_eq!(
        anomalies(LinkType::RawIp, &buffer),
        ["icmp at byte 20: checksum is 0x0000, expected 0xffff (RFC 792)"]
    );
    buffer[22..24].fill(0xff);
    assert_eq!(anomalies(LinkType::RawIp, &buffer), [""; 0]);
}

#[test]
fn a_checksum_of_icmpv6_is_held_to_its_header_and_the_addresses() {
    let mut frame = ipv6(IpProtocol::ICMPV6, &[Header::Icmpv6(Icmpv6Header::default())], b"odd");
    assert_eq!(anomalies(LinkType::RawIp, &frame), [""; 0]);
    frame[42] ^= 0x10;
    let found = anomalies(LinkType::RawIp, &frame);
    let [one] = &*found else { panic!("{found:?}") };
    assert!(one.starts_with("icmpv6 at byte 40: checksum is 0x") && one.ends_with("(RFC 4443 2.3)"), "{one}");
}
