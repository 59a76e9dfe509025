//! Outer headers, byte for byte.

use std::net::{Ipv4Addr, Ipv6Addr};

use contrail_wire::flow::FlowHash;
use contrail_wire::policy::{
    Dscp, Ecn, FlowLabel, Fragmentation, Identification, Model, PerPacket, Policy, SourcePort, TrafficClass,
    UdpChecksum,
};
use contrail_wire::tunnel::vxlan::{NextProtocol, VxlanGbpHeader, VxlanGpeHeader};
use contrail_wire::{
    Checksum, Decoder, Encapsulation, Label, Labels, LinkType, MacAddr, MplsPayload, Template, Vni,
};

const NEAR: MacAddr = MacAddr::new([2, 0, 0, 0, 0, 1]);
const FAR: MacAddr = MacAddr::new([2, 0, 0, 0, 0, 2]);
const SOURCE: Ipv4Addr = Ipv4Addr::new(10, 1, 2, 21);
const DESTINATION: Ipv4Addr = Ipv4Addr::new(10, 255, 0, 11);
const SOURCE_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x21);
const DESTINATION_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x11);

/// The first 14 bytes are Ethernet's; then IPv4 with DSCP 46, ECT(0), identification 0x1234, DF and TTL 61, and TCP.
fn inner() -> Vec<u8> {
    let mut frame = contrail_wire::doc::VXLAN_FRAME[50..].to_vec();
    frame[15] = 0xba;
    frame[18..20].copy_from_slice(&[0x12, 0x34]);
    frame[22] = 61;
    frame
}

/// Stamps, and returns the outer headers in hexadecimal, 32 bits at a time.
fn outer(template: &Template, inner: &[u8], packet: PerPacket) -> String {
    let start = template.headroom();
    let mut buffer = vec![0xa5; start];
    buffer.extend_from_slice(inner);
    template.stamp_with(&mut buffer, start, packet).unwrap();
    assert_eq!(buffer[start..], *inner);
    let words = buffer[..start].chunks(4).map(|word| word.iter().map(|byte| format!("{byte:02x}")).collect());
    words.collect::<Vec<String>>().join(" ")
}

const PACKET: PerPacket = PerPacket { flow: None, source_port: Some(0xc123), identification: 7 };

#[test]
fn the_figures_of_the_rfcs() {
    let (frame, vni, label) = (inner(), Vni::new(5001).unwrap(), Label::new(299_776).unwrap());
    let packet = &frame[14..];
    let pseudowire = Labels::new(&[Label::FIRST_UNRESERVED, label]).unwrap();
    let pseudowire = Encapsulation::mpls_over_gre(pseudowire.payload(MplsPayload::EthernetWithControlWord));
    let policy = VxlanGbpHeader::DONT_LEARN | VxlanGbpHeader::APPLIED;
    let gbp = VxlanGbpHeader { policy_flags: policy, ..VxlanGbpHeader::new(vni, 42) };
    let gpe = VxlanGpeHeader::new(vni, NextProtocol::IPV4);
    let (v4, v6) = ((SOURCE, DESTINATION), (SOURCE_V6, DESTINATION_V6));
    let over_v4 = |encapsulation: Encapsulation| encapsulation.ipv4(v4.0, v4.1);
    let over_v6 = |encapsulation: Encapsulation| encapsulation.ipv6(v6.0, v6.1).policy(NO_FLOW_LABEL);
    let vxlan = Encapsulation::vxlan(vni);
    let over_udp = Encapsulation::mpls_over_udp(label);
    let figures = [
        // RFC 7348 section 5, figure 1, with an outer VLAN tag.
        (
            over_v4(vxlan).ethernet(NEAR, FAR).vlan(200).unwrap(),
            &frame[..],
            "02000000 00020200 00000001 810000c8 08004500 005a0000 40004011 23740a01 02150aff \
             000bc123 12b50046 00000800 00000013 8900",
        ),
        // The same, figure 2, with the checksum that IPv6 asks for.
        (
            over_v6(vxlan),
            &frame,
            "60000000 00461140 20010db8 00000000 00000000 00000021 20010db8 00000000 00000000 \
             00000011 c12312b5 0046e3ba 08000000 00138900",
        ),
        // draft-smith-vxlan-group-policy section 2.1.
        (
            over_v4(Encapsulation::vxlan(gbp)),
            &frame,
            "4500005a 00004000 40112374 0a010215 0aff000b c12312b5 00460000 8848002a 00138900",
        ),
        // draft-ietf-nvo3-vxlan-gpe section 3.1.
        (
            over_v4(Encapsulation::vxlan_gpe(gpe)),
            packet,
            "4500004c 00004000 40112382 0a010215 0aff000b c12312b6 00380000 0c000001 00138900",
        ),
        // RFC 7510 section 3.
        (
            over_v4(over_udp),
            packet,
            "45000048 00004000 40112386 0a010215 0aff000b c12319eb 00340000 49300140",
        ),
        (
            over_v6(over_udp),
            packet,
            "60000000 00341140 20010db8 00000000 00000000 00000021 20010db8 00000000 00000000 \
             00000011 c12319eb 00348c09 49300140",
        ),
        // RFC 4023 section 3, with the control word of RFC 4385 section 3.
        (
            over_v4(pseudowire),
            &frame,
            "4500005a 00004000 402f2356 0a010215 0aff000b 00008847 00010040 49300140 00000000",
        ),
        (
            over_v6(pseudowire),
            &frame,
            "60000000 00462f40 20010db8 00000000 00000000 00000021 20010db8 00000000 00000000 \
             00000011 00008847 00010040 49300140 00000000",
        ),
    ];
    for (template, inner, expected) in figures {
        assert_eq!(outer(&template, inner, PACKET), expected);
    }
}

const NO_FLOW_LABEL: Policy = Policy { flow_label: FlowLabel::Zero, ..Policy::DEFAULT };

#[test]
fn every_choice_over_ipv4() {
    let fragmentation = |fragmentation| Policy { fragmentation, ..Policy::DEFAULT };
    let ttl = |ttl| Policy { ttl, ..Policy::DEFAULT };
    let dscp = |dscp| Policy { dscp, ..Policy::DEFAULT };
    let mpls_ttl = |mpls_ttl| Policy { mpls_ttl, ..Policy::DEFAULT };
    let class = |mpls_traffic_class| Policy { mpls_traffic_class, ..Policy::DEFAULT };
    let checksum = |udp_checksum| Policy { udp_checksum, ..Policy::DEFAULT };
    let default = "45000048 00004000 40112386 0a010215 0aff000b c12319eb 00340000 49300140";
    let choices = [
        (Policy::DEFAULT, default),
        (
            fragmentation(Fragmentation::Allowed(Identification::Given)),
            "45000048 00070000 4011637f 0a010215 0aff000b c12319eb 00340000 49300140",
        ),
        (
            fragmentation(Fragmentation::Allowed(Identification::Inner)),
            "45000048 12340000 40115152 0a010215 0aff000b c12319eb 00340000 49300140",
        ),
        (fragmentation(Fragmentation::Inner(Identification::Given)), default), // the inner has DF
        (ttl(Model::Pipe(3)), "45000048 00004000 03116086 0a010215 0aff000b c12319eb 00340000 49300140"),
        (ttl(Model::Uniform), "45000048 00004000 3d112686 0a010215 0aff000b c12319eb 00340000 49300140"),
        (
            dscp(Model::Pipe(Dscp::NETWORK_CONTROL)),
            "45c00048 00004000 401122c6 0a010215 0aff000b c12319eb 00340000 49300140",
        ),
        (dscp(Model::Uniform), "45b80048 00004000 401122ce 0a010215 0aff000b c12319eb 00340000 49300140"),
        (
            Policy { ecn: Ecn::Normal, ..Policy::DEFAULT },
            "45020048 00004000 40112384 0a010215 0aff000b c12319eb 00340000 49300140",
        ),
        (mpls_ttl(Model::Uniform), "45000048 00004000 40112386 0a010215 0aff000b c12319eb 00340000 4930013d"),
        (
            class(Model::Pipe(TrafficClass::new(5).unwrap())),
            "45000048 00004000 40112386 0a010215 0aff000b c12319eb 00340000 49300b40",
        ),
        (class(Model::Uniform), "45000048 00004000 40112386 0a010215 0aff000b c12319eb 00340000 49300b40"),
        (checksum(UdpChecksum::Zero), default),
        (
            checksum(UdpChecksum::Computed),
            "45000048 00004000 40112386 0a010215 0aff000b c12319eb 0034d08d 49300140",
        ),
        (NO_FLOW_LABEL, default),
    ];
    let over_udp = Encapsulation::mpls_over_udp(Label::new(299_776).unwrap()).ipv4(SOURCE, DESTINATION);
    let (frame, packet) = (inner(), PACKET);
    for (policy, expected) in choices {
        assert_eq!(outer(&over_udp.policy(policy), &frame[14..], packet), expected, "{policy:?}");
    }
    let fixed = Policy { source_port: SourcePort::Fixed(6635), ..Policy::DEFAULT };
    let nothing_given = PerPacket::default();
    assert_eq!(
        outer(&over_udp.policy(fixed), &frame[14..], nothing_given),
        "45000048 00004000 40112386 0a010215 0aff000b 19eb19eb 00340000 49300140"
    );
    let flow = outer(&over_udp, &frame[14..], nothing_given);
    assert_eq!(
        flow,
        default.replace("c123", &format!("{:04x}", FlowHash::of_ip(&frame[14..]).source_port()))
    );
}

#[test]
fn every_choice_over_ipv6() {
    let over_udp = Encapsulation::mpls_over_udp(Label::new(299_776).unwrap()).ipv6(SOURCE_V6, DESTINATION_V6);
    let zero = Policy { udp_checksum: UdpChecksum::Zero, ..NO_FLOW_LABEL };
    let all_of_the_inner = Policy {
        ttl: Model::Uniform,
        dscp: Model::Uniform,
        ecn: Ecn::Normal,
        flow_label: FlowLabel::Flow,
        ..zero
    };
    let (frame, packet) = (inner(), PerPacket { flow: Some(FlowHash::new(0x1235_4321)), ..PACKET });
    let choices = [
        (
            NO_FLOW_LABEL,
            "60000000 00341140 20010db8 00000000 00000000 00000021 20010db8 00000000 00000000 \
             00000011 c12319eb 00348c09 49300140",
        ),
        (
            zero,
            "60000000 00341140 20010db8 00000000 00000000 00000021 20010db8 00000000 00000000 \
             00000011 c12319eb 00340000 49300140",
        ),
        (
            all_of_the_inner,
            "6ba54321 0034113d 20010db8 00000000 00000000 00000021 20010db8 00000000 00000000 \
             00000011 c12319eb 00340000 49300140",
        ),
    ];
    for (policy, expected) in choices {
        assert_eq!(outer(&over_udp.policy(policy), &frame[14..], packet), expected, "{policy:?}");
    }
}

/// RFC 6040 section 4.1, figure 3: inner, and outer in normal and in compatibility mode.
#[test]
fn ecn_is_encapsulated_as_rfc_6040_says() {
    for (inner_ecn, normal, compatibility) in
        [(0b00, 0b00, 0), (0b01, 0b01, 0), (0b10, 0b10, 0), (0b11, 0b11, 0)]
    {
        for over_ipv6 in [false, true] {
            let mut frame = inner();
            frame[15] = 0xb8 | inner_ecn;
            let stamped = |ecn| {
                let tunnel = Encapsulation::vxlan(Vni::MAX);
                let policy = Policy { ecn, ..NO_FLOW_LABEL };
                let words = if over_ipv6 {
                    outer(&tunnel.ipv6(SOURCE_V6, DESTINATION_V6).policy(policy), &frame, PACKET)
                } else {
                    outer(&tunnel.ipv4(SOURCE, DESTINATION).policy(policy), &frame, PACKET)
                };
                u32::from_str_radix(&words[..8], 16).unwrap() >> if over_ipv6 { 20 } else { 16 } & 0xff
            };
            assert_eq!((stamped(Ecn::Normal), stamped(Ecn::Compatibility)), (normal, compatibility));
        }
    }
}

#[test]
fn too_little_room_and_too_long_an_inner_are_refused_in_words() {
    let tunnel = Encapsulation::vxlan(Vni::MAX).ipv4(SOURCE, DESTINATION);
    let mut buffer = vec![0xa5; 35 + 14];
    let refused = |buffer: &mut [u8], start| tunnel.stamp(buffer, start).unwrap_err().to_string();
    assert_eq!(refused(&mut buffer, 35), "ipv4 needs 36 bytes of room, 35 left");
    let behind = refused(&mut buffer, 50);
    assert_eq!(behind, "ipv4 needs 50 bytes of room, 49 left", "the inner starts behind the buffer");
    let too_long = refused(&mut vec![0; 36 + 65500], 36);
    assert_eq!(too_long, "ipv4 cannot carry 65536 bytes: total_length holds at most 65535");
    let over_ipv6 = Encapsulation::mpls_over_gre(Label::MAX).ipv6(SOURCE_V6, DESTINATION_V6);
    let too_long = over_ipv6.stamp(&mut vec![0; 48 + 65528], 48).unwrap_err().to_string();
    assert_eq!(too_long, "ipv6 cannot carry 65536 bytes: payload_length holds at most 65535");
}

#[test]
fn labels_and_tags_are_counted() {
    let label = Label::FIRST_UNRESERVED;
    let none = Labels::new(&[]).unwrap_err().to_string();
    assert_eq!(none, "depth of a label stack is 0, expected 1 to 8");
    assert!(Labels::new(&[label; 9]).is_err());
    assert_eq!(Labels::new(&[label]), Ok(label.into()));
    let deepest = Encapsulation::mpls_over_udp(Labels::new(&[label; 8]).unwrap());
    let template = deepest.ipv6(SOURCE_V6, DESTINATION_V6).ethernet(NEAR, FAR);
    let tagged = (1..=4).fold(template, |template, vlan| template.vlan(vlan).unwrap());
    assert_eq!(tagged.headroom(), 14 + 4 * 4 + 40 + 8 + 8 * 4);
    let error = tagged.vlan(5).unwrap_err();
    assert_eq!(error.to_string(), "number of VLAN tags is 5, expected 0 to 4");
    assert_eq!(template.vlan(4096).unwrap_err().to_string(), "VLAN is 4096, expected 0 to 4095");
}

#[test]
fn the_order_of_the_steps_does_not_matter() {
    let policy = Policy::VROUTER;
    let tunnel = Encapsulation::vxlan(Vni::MAX).ipv4(SOURCE, DESTINATION);
    let expected = tunnel.ethernet(NEAR, FAR).vlan(5).unwrap().policy(policy);
    assert_eq!(tunnel.policy(policy).vlan(5).unwrap().ethernet(NEAR, FAR), expected);
    assert_eq!(tunnel.vlan(5).unwrap().headroom(), 36, "no tag without a link header");
}

/// What a vRouter takes from the MTU for itself, from its sources: dp-core/vr_nexthop.c and include/vr_packet.h of
/// tf-vrouter.
#[test]
fn the_overheads_of_a_vrouter() {
    let label = Label::MAX;
    let over = |encapsulation: Encapsulation| encapsulation.ipv4(SOURCE, DESTINATION).overhead();
    let (ethernet, control_word) = (MplsPayload::Ethernet, MplsPayload::EthernetWithControlWord);
    assert_eq!(over(Encapsulation::mpls_over_gre(label)), 28);
    assert_eq!(over(Encapsulation::mpls_over_udp(label)), 32);
    assert_eq!(over(Encapsulation::vxlan(Vni::MAX)) + 14, 50, "with the inner Ethernet header");
    let one = Labels::from(label);
    assert_eq!(over(Encapsulation::mpls_over_gre(one.payload(ethernet))) + 14, 28 + 14);
    assert_eq!(over(Encapsulation::mpls_over_udp(one.payload(control_word))) + 14, 32 + 14 + 4);
    let two = Labels::new(&[label, label]).unwrap();
    assert_eq!(over(Encapsulation::mpls_over_gre(two)), 28 + 4);
    assert_eq!(over(Encapsulation::mpls_over_udp(two.payload(control_word))), 32 + 4 + 4);

    let v4 = Encapsulation::vxlan(Vni::MAX).ipv4(SOURCE, DESTINATION);
    let v6 = Encapsulation::vxlan(Vni::MAX).ipv6(SOURCE_V6, DESTINATION_V6);
    assert_eq!((v4.max_inner(1500), v6.max_inner(1500)), (1464, 1444));
    assert_eq!((v4.max_inner(9000), v4.max_inner(36), v4.max_inner(20)), (8964, 0, 0));
    assert_eq!((v4.max_inner(usize::MAX), v6.max_inner(usize::MAX)), (65535 - 36, 65535 - 16));
    let tagged = v4.ethernet(NEAR, FAR).vlan(5).unwrap();
    assert_eq!((tagged.headroom(), tagged.overhead(), tagged.max_inner(1500)), (54, 36, 1464));
}

/// As dp-core and the Linux datapath of tf-vrouter send it.
#[test]
fn the_headers_of_a_vrouter() {
    // DSCP and ECN of the inner are not copied.
    let stamped = |encapsulation: Encapsulation| {
        let template = encapsulation.ipv4(SOURCE, DESTINATION).policy(Policy::VROUTER);
        outer(&template, &inner()[14..], PACKET)
    };
    let label = Label::new(299_776).unwrap();
    assert_eq!(
        stamped(Encapsulation::mpls_over_udp(label)),
        "45000048 12340000 40115152 0a010215 0aff000b c12319eb 00340000 4930013d"
    );
    assert_eq!(
        stamped(Encapsulation::mpls_over_gre(label)),
        "45000044 12340000 402f5138 0a010215 0aff000b 00008847 4930013d"
    );
}

#[test]
fn a_checksum_that_comes_to_zero_is_sent_as_ones() {
    let policy = Policy { udp_checksum: UdpChecksum::Computed, ..Policy::DEFAULT };
    let packet = PerPacket { source_port: Some(49152), flow: Some(FlowHash::new(0)), ..PerPacket::default() };
    let vxlan = Encapsulation::vxlan(Vni::MAX);
    for tunnel in [vxlan.ipv4(SOURCE, DESTINATION), vxlan.ipv6(SOURCE_V6, DESTINATION_V6)] {
        let tunnel = tunnel.policy(policy);
        let start = tunnel.headroom();
        let mut buffer = vec![0; start + 2];
        let checksum = |frame: &[u8]| {
            let decoder = Decoder::new();
            let outer = decoder.captured(LinkType::RawIp, frame, frame.len()).packet;
            assert_eq!(outer.transport_checksum(), Checksum::Right);
            outer.udp().unwrap().checksum.get()
        };
        let without = checksum(tunnel.stamp_with(&mut buffer, start, packet).unwrap());
        // The inner is all that is missing to a sum of ones.
        buffer[start..].copy_from_slice(&without.to_be_bytes());
        assert_eq!(checksum(tunnel.stamp_with(&mut buffer, start, packet).unwrap()), 0xffff);
    }
}

#[test]
fn a_checksum_over_an_inner_of_odd_length_is_right() {
    let policy = Policy { udp_checksum: UdpChecksum::Computed, ..Policy::DEFAULT };
    let tunnel = Encapsulation::vxlan(Vni::MAX).ipv4(SOURCE, DESTINATION).policy(policy);
    for length in 0..70 {
        let mut buffer = vec![0x5a; 36 + length];
        let frame = tunnel.stamp(&mut buffer, 36).unwrap();
        let decoder = Decoder::new();
        let outer = decoder.captured(LinkType::RawIp, frame, frame.len()).packet;
        assert_eq!(outer.transport_checksum(), Checksum::Right, "{length}");
    }
}
