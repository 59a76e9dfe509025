//! Small valid messages of BGP.

use std::net::Ipv6Addr;

use contrail_wire::LabelField;
use contrail_wire::bgp::evpn::{LeafRoute, RouteKey, RouteType, UnknownRoute};
use contrail_wire::bgp::{
    AddPath, AddPathMode, Afi, Aggregator, AsPath, Attribute, AttributeFlags, AttributeType, Capabilities,
    Capability, CapabilityCode, Community, DPath, ExtendedCommunity, ExtendedNextHop, Families, Family,
    GracefulRestart, LargeCommunity, Message, NextHop, Nlri, Notification, Open, Origin, PathAttribute,
    PmsiFlags, PmsiTunnel, PmsiTunnelType, RestartFamily, Route, RouteRefresh, RouteTargetMembership,
    SegmentType, Session, TunnelEncapsulation, TunnelType, UpdateBuilder, VpnRoute,
};

use super::records::records;
use super::{Seeds, named};

/// The messages with their names, and what carries some of them.
pub fn messages() -> Seeds {
    let evpn = evpn_routes();
    let labels = [LabelField::new(0x49301).expect("24 bits")];
    let rd = "10.0.0.1:7".parse().expect("a route distinguisher");
    let net = |text: &str| text.parse().expect("a prefix");
    let vpn = |prefix| Route::from(VpnRoute { labels: &labels, rd, prefix: net(prefix) });
    let target = "target:64512:100".parse().expect("a route target");
    let [v4, v6] = ["10.0.0.0/8", "2001:db8::/33"].map(|prefix| Route::from(Nlri::Unicast(net(prefix))));
    let membership = Route::from(RouteTargetMembership::new(64512, target));

    let plain = Session::default();
    let add_path =
        Session { add_path_receive: Families::ALL, add_path_send: Families::ALL, ..Session::default() };
    let numbered = evpn.iter().map(|route| Route { path_id: Some(9), ..*route }).collect::<Vec<_>>();
    let two_octets = Session { four_octet_as: false, ..plain };
    let evpn_update = update(&plain, true, &evpn);
    let open = open();
    let stream = [&open[..], &encode(&Message::Keepalive), &evpn_update].concat();
    let records = records(&evpn_update, &END_OF_RIB, &open);
    let messages = vec![
        ("end_of_rib", END_OF_RIB.to_vec()),
        ("evpn", evpn_update.clone()),
        ("evpn_add_path", update(&add_path, true, &numbered)),
        ("evpn_two_octets", update(&two_octets, true, &evpn)),
        ("evpn_withdrawn", update(&plain, false, &evpn)),
        ("as4_path", AS4_PATH.to_vec()),
        ("ipv4", update(&plain, true, &[v4])),
        ("ipv4_withdrawn", update(&plain, false, &[v4])),
        ("ipv6", update(&plain, true, &[v6])),
        ("keepalive", encode(&Message::Keepalive)),
        (
            "notification",
            encode(&Message::Notification(Notification { code: 6, subcode: 2, data: b"\x04tired" })),
        ),
        ("open", open),
        (
            "route_refresh",
            encode(&Message::RouteRefresh(RouteRefresh { family: Family::EVPN, subtype: 1, filters: &[] })),
        ),
        ("route_target", update(&plain, true, &[membership])),
        ("stream", stream),
        ("vpn_ipv4", update(&plain, true, &[vpn("10.99.0.0/24")])),
        ("vpn_ipv6", update(&plain, true, &[vpn("2001:db8::/48")])),
    ];
    named(messages).into_iter().chain(records).collect()
}

const END_OF_RIB: [u8; 23] =
    *b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\x17\x02\0\0\0\0";

/// AS_PATH 64512 23456 and AS4_PATH 4200000000, as those send it who have numbers of two octets (RFC 6793 section 4.2.3).
const AS4_PATH: [u8; 43] =
    *b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\x2b\x02\0\0\0\x12\
    \x40\x02\x06\x02\x02\xfc\0\x5b\xa0\xc0\x11\x06\x02\x01\xfa\x56\xea\0\x08\x0a";

/// A route of each type.
fn evpn_routes() -> Vec<Route<'static>> {
    let with_text = [
        "10.0.0.1:7:[1]:[0]:[00:11:22:33:44:55:66:77:88:99]",
        "10.0.0.1:7:[2]:[0]:[48]:[02:aa:00:00:00:11]",
        "10.0.0.1:7:[2]:[0]:[48]:[02:aa:00:00:00:11]:[32]:[10.99.0.11]",
        "10.0.0.1:7:[3]:[0]:[32]:[10.0.0.1]",
        "10.0.0.1:7:[4]:[00:11:22:33:44:55:66:77:88:99]:[32]:[10.0.0.1]",
        "10.0.0.1:7:[2]:[0]:[48]:[02:aa:00:00:00:11]:[128]:[2001:db8:99::11]",
        "10.0.0.1:7:[5]:[0]:[24]:[10.99.0.0]",
        "10.0.0.1:7:[5]:[0]:[48]:[2001:db8:99::]",
        "10.0.0.1:7:[6]:[0]:[0]:[*]:[32]:[239.1.1.1]:[32]:[10.0.0.1]",
        "10.0.0.1:7:[7]:[0]:[00:11:22:33:44:55:66:77:88:99]:[0]:[*]:[32]:[239.1.1.1]:[32]:[10.0.0.1]",
        "10.0.0.1:7:[8]:[0]:[00:11:22:33:44:55:66:77:88:99]:[0]:[*]:[32]:[239.1.1.1]:[32]:[10.0.0.1]",
        "10.0.0.1:7:[9]:[0]:[0x0002fc0000000064]",
        "10.0.0.1:7:[10]:[0]:[0]:[*]:[0]:[*]:[32]:[10.0.0.1]",
    ];
    // Who assigned the segment, by type (RFC 7432 section 5).
    let segments = [
        "10.0.0.1:7:[4]:[01:02:aa:00:00:00:01:00:07:00]:[32]:[10.0.0.1]",
        "10.0.0.1:7:[4]:[02:02:aa:00:00:00:01:00:07:00]:[32]:[10.0.0.1]",
        "10.0.0.1:7:[4]:[03:02:aa:00:00:00:01:00:00:07]:[32]:[10.0.0.1]",
        "10.0.0.1:7:[4]:[04:0a:00:00:01:00:00:00:07:00]:[32]:[10.0.0.1]",
        "10.0.0.1:7:[4]:[05:00:00:fc:00:00:00:00:07:00]:[128]:[2001:db8::1]",
    ];
    let keys =
        with_text.into_iter().chain(segments).map(|text| text.parse::<RouteKey<'static>>().expect(text));
    let leaf = LeafRoute { route_key: &[3, 1, 0], originator: [10, 0, 0, 1].into() };
    let unknown = UnknownRoute { route_type: RouteType(200), value: &[1, 2] };
    keys.map(|key| (*key.route()).into())
        .chain([leaf.into(), unknown.into()].map(|route| Nlri::Evpn(route).into()))
        .collect()
}

/// Routes of one family, announced with attributes of every type or withdrawn.
fn update(session: &Session, announced: bool, routes: &[Route<'_>]) -> Vec<u8> {
    let mut path = [0; 32];
    let segments =
        [(SegmentType::SEQUENCE, &[64512, 4_200_000_000][..]), (SegmentType::SET, &[64513, 64514])];
    let path = AsPath::encode_segments(&segments, &mut path).expect("there is room");
    let aggregator = Aggregator { asn: 64512, address: [10, 0, 0, 1].into() };
    let communities = ["target:64512:100", "mac-mobility:7:sticky", "router-mac:02:aa:00:00:00:01"];
    let extended = communities.map(|text| text.parse::<ExtendedCommunity>().expect(text));
    let extended = [&extended[..], &[TunnelType::VXLAN.into()]].concat();
    let large = [LargeCommunity {
        global_administrator: 64512.into(),
        local_data_1: 1.into(),
        local_data_2: 2.into(),
    }];
    let flags = AttributeFlags::OPTIONAL | AttributeFlags::TRANSITIVE;
    let attributes = [
        Attribute::Origin(Origin::Igp),
        Attribute::AsPath(path),
        Attribute::MultiExitDisc(10),
        Attribute::LocalPref(100),
        Attribute::AtomicAggregate,
        Attribute::Aggregator(aggregator),
        Attribute::Communities(&[Community::new(64512, 1)]),
        Attribute::OriginatorId([10, 0, 0, 3].into()),
        Attribute::ExtendedCommunities(&extended),
        Attribute::PmsiTunnel(PmsiTunnel {
            flags: PmsiFlags::empty(),
            tunnel_type: PmsiTunnelType::INGRESS_REPLICATION,
            label: LabelField::new(5001).expect("24 bits"),
            identifier: &[10, 0, 0, 1],
        }),
        Attribute::TunnelEncapsulation(
            TunnelEncapsulation::decode(&[0, 8, 0, 3, 4, 1, 0]).expect("a tunnel"),
        ),
        Attribute::LargeCommunities(&large),
        Attribute::DPath(DPath::decode(&[1, 0, 0, 252, 0, 0, 1, 70]).expect("a domain")),
        Attribute::Raw(PathAttribute::new(flags, AttributeType(200), b"unknown")),
    ];
    let routes = routes.iter().copied();
    let mut buffer = [0; 4096];
    let built = if announced {
        let next_hop = match routes.clone().next().map(|route| route.nlri.family()) {
            Some(Family::IPV6_UNICAST | Family::VPN_IPV6) => NextHop::from(Ipv6Addr::LOCALHOST),
            _ => NextHop::from([10, 0, 0, 1]),
        };
        UpdateBuilder::announce(session, next_hop, &attributes, routes).encode_next(&mut buffer)
    } else {
        UpdateBuilder::withdraw(session, routes).encode_next(&mut buffer)
    };
    built.expect("there is room").expect("there are routes").to_vec()
}

fn open() -> Vec<u8> {
    let mut buffer = [0; 128];
    let capabilities = [
        Capability::Multiprotocol(Family::EVPN),
        Capability::FourOctetAs(4_200_000_000),
        Capability::AddPath(&[AddPath { family: Family::EVPN, mode: AddPathMode::BOTH }]),
        Capability::GracefulRestart(GracefulRestart {
            flags_and_time: 0x8078,
            families: &[RestartFamily { family: Family::EVPN, flags: 0x80 }],
        }),
        Capability::ExtendedMessage,
        Capability::RouteRefresh,
        Capability::EnhancedRouteRefresh,
        Capability::ExtendedNextHop(&[ExtendedNextHop {
            afi: Afi::IPV4,
            safi: 1.into(),
            next_hop_afi: Afi::IPV6,
        }]),
        Capability::Unknown { code: CapabilityCode(200), value: b"?" },
    ];
    let capabilities = Capabilities::encode(&capabilities, &mut buffer).expect("there is room");
    encode(&Message::Open(Open::new(4_200_000_000, [10, 0, 0, 1].into(), capabilities)))
}

fn encode(message: &Message<'_>) -> Vec<u8> {
    let mut buffer = [0; 4096];
    let room = message.encode(&mut buffer).expect("there is room").len();
    buffer[..4096 - room].to_vec()
}
