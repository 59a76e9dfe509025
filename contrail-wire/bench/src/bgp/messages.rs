//! The message that is read, and what it is made of.

use contrail_wire::bgp::evpn::MacIpRoute;
use contrail_wire::bgp::{AsPath, Attribute, ExtendedCommunity, Origin, Session, TunnelType, UpdateBuilder};
use contrail_wire::{EthernetSegmentId, EthernetTag, Label, MacAddr};

/// MAC/IP routes of one VRF.
pub fn routes(count: u16) -> Vec<MacIpRoute> {
    let route = |number: u16| {
        let [high, low] = number.to_be_bytes();
        MacIpRoute {
            rd: "10.0.0.1:7".parse().unwrap(),
            esi: EthernetSegmentId::ZERO,
            ethernet_tag: EthernetTag::ZERO,
            mac: MacAddr::new([2, 0xaa, 0, 0, high, low]),
            ip: Some([10, 99, high, low].into()),
            label1: Label::new(299_776).unwrap().into(),
            label2: None,
        }
    };
    (0..count).map(route).collect()
}

/// A route target, and MPLS over UDP.
pub fn communities() -> [ExtendedCommunity; 2] {
    [ExtendedCommunity::new([0x00, 0x02, 0xfc, 0, 0, 0, 0x13, 0x89]), TunnelType::MPLS_IN_UDP.into()]
}

/// What is said of the routes.
pub fn attributes(communities: &[ExtendedCommunity]) -> [Attribute<'_>; 4] {
    [
        Attribute::Origin(Origin::Igp),
        Attribute::AsPath(AsPath::EMPTY),
        Attribute::LocalPref(100),
        Attribute::ExtendedCommunities(communities),
    ]
}

/// One UPDATE with `count` routes.
pub fn update(count: u16) -> Vec<u8> {
    let (session, communities) = (Session::default(), communities());
    let attributes = attributes(&communities);
    let mut builder = UpdateBuilder::announce(&session, [10, 0, 0, 1].into(), &attributes, routes(count));
    let mut buffer = [0; 4096];
    let message = builder.encode_next(&mut buffer).unwrap().unwrap().to_vec();
    assert!(builder.encode_next(&mut buffer).unwrap().is_none(), "all routes are in one message");
    message
}
