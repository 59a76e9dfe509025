//! The readings of the 8 bytes of VXLAN in a frame: plain, with a group policy, with a next protocol.

use contrail_wire::net::udp::UdpHeader;
use contrail_wire::tunnel::vxlan::{NextProtocol, VxlanFlags, VxlanGbpHeader, VxlanGpeHeader, VxlanHeader};
use contrail_wire::{Decoder, FixedHeader, Header, LinkType, PayloadKind, Tunnel, Vni, doc};

const DESTINATION_PORT: usize = 36;
const VXLAN: usize = 42;
const PORTS: [u16; 2] = [UdpHeader::VXLAN, UdpHeader::VXLAN_GPE];

/// The frame of the examples with this header and what it carries from `carried` on.
fn frame(port: u16, header: &impl FixedHeader, carried: usize) -> Vec<u8> {
    let mut frame = doc::VXLAN_FRAME[..VXLAN + VxlanHeader::LEN].to_vec();
    frame.extend_from_slice(&doc::VXLAN_FRAME[carried..]);
    let missing = u8::try_from(doc::VXLAN_FRAME.len() - frame.len()).unwrap();
    frame[17] -= missing;
    frame[39] -= missing;
    frame[DESTINATION_PORT..DESTINATION_PORT + 2].copy_from_slice(&port.to_be_bytes());
    frame[VXLAN..VXLAN + VxlanHeader::LEN].copy_from_slice(header.as_bytes());
    frame
}

fn vni() -> Vni {
    Vni::new(5001).unwrap()
}

#[test]
fn the_next_protocol_says_what_follows() {
    let decoder = Decoder::new().vxlan_ports(&PORTS);
    for (next, carried, kind) in [
        (NextProtocol::ETHERNET, 50, PayloadKind::Ethernet),
        (NextProtocol::IPV4, 64, PayloadKind::Ipv4),
        (NextProtocol::NSH, 64, PayloadKind::Opaque),
        (NextProtocol::MPLS, 64, PayloadKind::Opaque),
        (NextProtocol(0x80), 64, PayloadKind::Opaque),
    ] {
        let header = VxlanGpeHeader::new(vni(), next);
        let frame = frame(UdpHeader::VXLAN_GPE, &header, carried);
        let outer = decoder.ethernet(&frame).unwrap();
        assert_eq!((outer.tunnel(), outer.vni()), (Some(Tunnel::VxlanGpe(&header)), Some(vni())));
        assert_eq!(
            (outer.headers().last(), outer.payload_kind()),
            (Some((VXLAN, Header::VxlanGpe(header))), kind)
        );
        let inner = outer.inner().unwrap();
        let destination = inner.and_then(|inner| inner.destination_ip()).map(|address| address.to_string());
        assert_eq!(destination.as_deref(), (kind != PayloadKind::Opaque).then_some("10.99.0.11"), "{next:?}");
    }
    let header = VxlanGpeHeader::new(vni(), NextProtocol::IPV6);
    let frame = frame(UdpHeader::VXLAN_GPE, &header, 64);
    let error = decoder.ethernet(&frame).unwrap().inner().unwrap_err();
    assert_eq!(error.to_string(), "ipv6 at byte 50: version is 4, expected 6");
}

#[test]
fn without_the_p_flag_ethernet_follows_whatever_stands_in_the_next_protocol() {
    let decoder = Decoder::new().vxlan_ports(&PORTS);
    let header =
        VxlanGpeHeader { flags: VxlanFlags::VNI_VALID, ..VxlanGpeHeader::new(vni(), NextProtocol::IPV4) };
    let frame = frame(UdpHeader::VXLAN_GPE, &header, 50);
    let inner = decoder.ethernet(&frame).unwrap().inner().unwrap().unwrap();
    assert_eq!(inner.destination_ip().unwrap().to_string(), "10.99.0.11");
}

#[test]
fn another_version_is_refused_on_port_4790_only() {
    let header = VxlanHeader { flags: VxlanFlags::from_bits_retain(0x1c), ..VxlanHeader::new(vni()) };
    let decoder = Decoder::new().vxlan_ports(&PORTS);
    assert_eq!(decoder.ethernet(&frame(UdpHeader::VXLAN, &header, 50)).unwrap().vni(), Some(vni()));
    let error = decoder.ethernet(&frame(UdpHeader::VXLAN_GPE, &header, 50)).unwrap_err();
    assert_eq!(error.to_string(), "vxlan_gpe at byte 42: version is 1, expected 0 (VXLAN-GPE 3.1)");
}

#[test]
fn a_port_that_was_not_asked_for_is_no_tunnel() {
    let header = VxlanGpeHeader::new(vni(), NextProtocol::ETHERNET);
    let frame = frame(UdpHeader::VXLAN_GPE, &header, 50);
    assert_eq!(Decoder::new().ethernet(&frame).unwrap().tunnel(), None);
}

#[test]
fn a_group_policy_carries_what_plain_vxlan_does() {
    let header = VxlanHeader::from(VxlanGbpHeader::new(vni(), 42));
    let frame = frame(UdpHeader::VXLAN, &header, 50);
    let decoder = Decoder::new();
    let outer = decoder.ethernet(&frame).unwrap();
    let Some(Tunnel::Vxlan(read)) = outer.tunnel() else { panic!("{outer:?}") };
    assert_eq!(read.gbp().unwrap().group_policy_id.get(), 42);
    assert!(outer.inner().unwrap().unwrap().tcp().is_some());
}

#[test]
fn each_reading_is_changed_in_place() {
    let decoder = Decoder::new().vxlan_ports(&PORTS);
    let other = Vni::new(5002).unwrap();
    let mut gpe = frame(UdpHeader::VXLAN_GPE, &VxlanGpeHeader::new(vni(), NextProtocol::ETHERNET), 50);
    decoder
        .edit(LinkType::Ethernet, &mut gpe, 0, |outer| {
            assert!(outer.vxlan.is_none(), "it has the other reading");
            outer.vxlan_gpe.unwrap().vni = other;
        })
        .unwrap();
    assert_eq!(decoder.ethernet(&gpe).unwrap().vni(), Some(other));
    let mut plain = frame(UdpHeader::VXLAN, &VxlanHeader::new(vni()), 50);
    decoder.edit(LinkType::Ethernet, &mut plain, 0, |outer| outer.vxlan.unwrap().vni = other).unwrap();
    assert_eq!(decoder.ethernet(&plain).unwrap().vni(), Some(other));
}
