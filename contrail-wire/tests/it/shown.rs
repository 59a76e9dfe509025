//! What is printed for debugging: values as an operator writes them.

use std::fmt::{Debug, Display};

use contrail_wire::bgp::evpn::RouteType;
use contrail_wire::bgp::{
    Afi, AsPath, AttributeType, Capabilities, CapabilityCode, Community, ExtendedCommunity, Families, Family,
    Ipv6ExtendedCommunity, LargeCommunity, PmsiTunnelType, Safi, TunnelType,
};
use contrail_wire::net::dhcp::DhcpMessageType;
use contrail_wire::tunnel::vxlan::NextProtocol;
use contrail_wire::{
    Decoder, EtherType, EthernetSegmentId, EthernetTag, IpProtocol, Ipv4Octets, Ipv6Octets, Label,
    LabelField, MacAddr, RouteDistinguisher, RouteTarget, Vni,
};

/// Says what is printed, which is the same in both ways.
#[track_caller]
fn shown(value: impl Debug + Display) -> String {
    assert_eq!(format!("{value:?}"), value.to_string());
    value.to_string()
}

#[test]
fn a_value_is_its_text() {
    assert_eq!(shown(MacAddr::BROADCAST), "ff:ff:ff:ff:ff:ff");
    assert_eq!(shown(Vni::new(5001).unwrap()), "5001");
    assert_eq!(shown(Label::new(17).unwrap()), "17");
    assert_eq!(shown(EtherType::IPV4), "ipv4");
    assert_eq!(shown(EtherType::new(0x1234)), "0x1234");
    assert_eq!(shown(IpProtocol::UDP), "udp");
    assert_eq!(shown(IpProtocol(200)), "200");
    assert_eq!(shown(Ipv4Octets::from([10, 0, 0, 1])), "10.0.0.1");
    assert_eq!(shown(Ipv6Octets::from([0; 16])), "::");
    assert_eq!(shown(EthernetSegmentId::new([0; 10])), "00:00:00:00:00:00:00:00:00:00");
    assert_eq!(shown(EthernetTag::new(7)), "7");
    let field = LabelField::new(5001).unwrap();
    assert_eq!(format!("{field} {field:?}"), "5001 0x001389", "what is read of it, nobody has said");
    assert_eq!(shown("10.0.0.1:7".parse::<RouteDistinguisher>().unwrap()), "10.0.0.1:7");
    assert_eq!(shown("64512:7".parse::<RouteTarget>().unwrap()), "target:64512:7");
}

#[test]
fn so_are_the_numbers_of_bgp() {
    assert_eq!(shown(Community::NO_EXPORT), "no-export");
    assert_eq!(shown("64512:1:2".parse::<LargeCommunity>().unwrap()), "64512:1:2");
    assert_eq!(shown("target:64512:7".parse::<ExtendedCommunity>().unwrap()), "target:64512:7");
    for (kind, sub_type, expected) in [
        (0x00, 0x02, "target:[2001:db8::1]:7"),
        (0x00, 0x03, "origin:[2001:db8::1]:7"),
        (0x00, 0x0b, "vrf-route-import:[2001:db8::1]:7"),
        (0x00, 0x04, "0x0004:[2001:db8::1]:7"),
        (0x40, 0x02, "0x4002:[2001:db8::1]:7"),
    ] {
        let global_administrator = "2001:db8::1".parse().unwrap();
        let local_administrator = 7.into();
        let community = Ipv6ExtendedCommunity { kind, sub_type, global_administrator, local_administrator };
        assert_eq!(shown(community), expected);
        assert_eq!(community.is_route_target(), expected.starts_with("target"));
    }
    assert_eq!(shown(TunnelType::VXLAN), "vxlan");
    assert_eq!(shown(TunnelType::new(99)), "99");
    assert_eq!(shown(PmsiTunnelType::INGRESS_REPLICATION), "ingress-replication");
    assert_eq!(shown(RouteType::MAC_IP), "mac-ip");
    assert_eq!(shown(RouteType(99)), "99");
    assert_eq!(shown(AttributeType::ORIGIN), "origin");
    assert_eq!(shown(AttributeType(99)), "99");
    assert_eq!(shown(CapabilityCode::ROLE), "role");
    assert_eq!(format!("{:?} {:?}", Afi::L2VPN, Safi::EVPN), "25 70");
    let families = format!("{:?}", Families::NONE.with(Family::EVPN));
    assert!(families.contains("l2vpn evpn"), "{families}");
    assert_eq!(format!("{:?}", Capabilities::decode(&[2, 2, 2, 0]).unwrap()), "[RouteRefresh]");
    let path = AsPath::decode(&[2, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 1, 0, 0, 0, 3], true).unwrap();
    assert_eq!(format!("{path:?}"), "[1 2, {3}]");
}

#[test]
fn so_are_registries_of_which_only_debugging_has_names() {
    assert_eq!(
        format!("{:?}", [1, 2, 3, 4, 5, 6, 7, 8, 9].map(DhcpMessageType)),
        "[discover, offer, request, decline, ack, nak, release, inform, 9]"
    );
    assert_eq!(
        format!("{:?}", [0, 1, 2, 3, 4, 5, 6].map(NextProtocol)),
        "[0, ipv4, ipv6, ethernet, nsh, mpls, 6]"
    );
}

#[test]
fn a_decoder_shows_its_ports() {
    let decoder = format!("{:?}", Decoder::new().vxlan_ports(&[8472]));
    assert_eq!(decoder, "Decoder { vxlan_ports: [8472], .. }");
}
