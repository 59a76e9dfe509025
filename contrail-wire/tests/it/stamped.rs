//! Outer headers, byte for byte.

use std::net::{Ipv4Addr, Ipv6Addr};

use contrail_wire::flow::FlowHash;
use contrail_wire::policy::{PerPacket, Policy, UdpChecksum};
use contrail_wire::{Checksum, Decoder, Encapsulation, Label, Labels, LinkType, MacAddr, MplsPayload, Vni};

const NEAR: MacAddr = MacAddr::new([2, 0, 0, 0, 0, 1]);
const FAR: MacAddr = MacAddr::new([2, 0, 0, 0, 0, 2]);
const SOURCE: Ipv4Addr = Ipv4Addr::new(10, 1, 2, 21);
const DESTINATION: Ipv4Addr = Ipv4Addr::new(10, 255, 0, 11);
const SOURCE_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x21);
const DESTINATION_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x11);

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
    let mut inner = contrail_wire::doc::VXLAN_FRAME[64..].to_vec();
    inner[1] = 0xba; // DSCP 46 and ECT(0), neither of which is copied
    inner[4..6].copy_from_slice(&[0x12, 0x34]);
    inner[8] = 61;
    let packet = PerPacket { source_port: Some(0xc123), ..PerPacket::default() };
    let stamped = |encapsulation: Encapsulation| {
        let template = encapsulation.ipv4(SOURCE, DESTINATION).policy(Policy::VROUTER);
        let mut buffer = vec![0xa5; template.headroom()];
        buffer.extend_from_slice(&inner);
        template.stamp_with(&mut buffer, template.headroom(), packet).unwrap();
        buffer.truncate(template.headroom());
        buffer
    };
    let label = Label::new(299_776).unwrap();
    #[rustfmt::skip]
    assert_eq!(stamped(Encapsulation::mpls_over_udp(label)), [
        0x45, 0, 0, 72, 0x12, 0x34, 0, 0, 64, 17, 0x51, 0x52, 10, 1, 2, 21, 10, 255, 0, 11,
        0xc1, 0x23, 0x19, 0xeb, 0, 52, 0, 0,
        0x49, 0x30, 0x01, 61,
    ]);
    #[rustfmt::skip]
    assert_eq!(stamped(Encapsulation::mpls_over_gre(label)), [
        0x45, 0, 0, 68, 0x12, 0x34, 0, 0, 64, 47, 0x51, 0x38, 10, 1, 2, 21, 10, 255, 0, 11,
        0, 0, 0x88, 0x47,
        0x49, 0x30, 0x01, 61,
    ]);
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
