//! What other libraries and daemons get wrong about BGP (found by reading and probing them), done right here.

use contrail_wire::bgp::evpn::{self, Route, RouteType};
use contrail_wire::bgp::{
    AddPath, AddPathMode, Attribute, AttributeType, Capabilities, Capability, Community, Disposition,
    ExtendedCommunity, ExtendedCommunityKind, Families, Family, Message, Messages, NextHop, Open, Session,
    SessionKind, Update, UpdateBuilder,
};
use contrail_wire::{EthernetSegmentId, Label, Vni, doc};

const ORIGIN: &[u8] = &[0x40, 1, 1, 0];
const AS_PATH: &[u8] = &[0x40, 2, 6, 2, 1, 0, 0, 0xfc, 0];
const NEXT_HOP: &[u8] = &[0x40, 3, 4, 10, 0, 0, 1];
const RD: &[u8] = &[0, 1, 10, 0, 0, 1, 0, 7];
/// A segment and a tag of zero.
const ZERO: &[u8] = &[0; 14];
const MAC: &[u8] = &[48, 2, 0xaa, 0, 0, 0, 0x11];
/// 10001 as a VNI.
const VNI: &[u8] = &[0x00, 0x27, 0x11];
/// An inclusive multicast route.
const MULTICAST: &[u8] = &[3, 17, 0, 1, 10, 0, 0, 1, 0, 7, 0, 0, 0, 0, 32, 10, 0, 0, 1];

fn external() -> Session {
    Session { kind: SessionKind::External, ..Session::default() }
}

fn update(attributes: &[&[u8]], routes: &[u8]) -> Vec<u8> {
    let attributes = attributes.concat();
    let length = u16::try_from(attributes.len()).unwrap().to_be_bytes();
    let whole = u16::try_from(23 + attributes.len() + routes.len()).unwrap().to_be_bytes();
    [&[0xff; 16][..], &whole, &[2, 0, 0], &length, &attributes, routes].concat()
}

fn reach(family: [u8; 3], next_hop: &[u8], routes: &[&[u8]]) -> Vec<u8> {
    let length = u8::try_from(next_hop.len()).unwrap();
    let value = [&family[..], &[length], next_hop, &[0], &routes.concat()].concat();
    [&[0x90, 14][..], &u16::try_from(value.len()).unwrap().to_be_bytes(), &value].concat()
}

/// An UPDATE that announces EVPN routes, without anything wrong besides them.
fn announces(routes: &[&[u8]]) -> Vec<u8> {
    update(&[&reach([0, 25, 70], &[10, 0, 0, 1], routes), ORIGIN, AS_PATH], &[])
}

fn evpn(route_type: u8, parts: &[&[u8]]) -> Vec<u8> {
    let value = parts.concat();
    [&[route_type, u8::try_from(value.len()).unwrap()][..], &value].concat()
}

fn read(bytes: &[u8], session: Session) -> Update<'_> {
    Message::decode(bytes, session).unwrap().0.update().unwrap()
}

fn validated(bytes: &[u8]) -> Option<Disposition> {
    read(bytes, external()).validate(|_| {})
}

/// The only route of a type, written again as it was.
fn only(bytes: &[u8]) -> Route<'_> {
    let (route, rest) = Route::decode(bytes).unwrap();
    assert!(rest.is_empty());
    let mut buffer = vec![0xa5; bytes.len()];
    assert!(route.encode(&mut buffer).unwrap().is_empty());
    assert_eq!(buffer, bytes);
    route
}

#[test]
fn a_mac_ip_route_has_its_address_and_both_labels() {
    // zebra-rs leaves out the address and refuses the second label that symmetric IRB has.
    let bytes = evpn(2, &[RD, ZERO, MAC, &[32, 10, 1, 1, 7], VNI, &[0, 0x27, 0x12]]);
    let Route::MacIp(route) = only(&bytes) else { panic!("no MAC/IP route") };
    assert_eq!(route.ip, Some([10, 1, 1, 7].into()));
    assert_eq!(route.label2.map(|label| label.vni().get()), Some(10002));
}

#[test]
fn a_label_is_a_vni_or_a_label_as_the_caller_says() {
    // zettabgp shifts away four bits of a VNI; GoBGP and FRR have shown 625 for VNI 10001.
    let bytes = evpn(2, &[RD, ZERO, MAC, &[0], VNI]);
    let Route::MacIp(route) = only(&bytes) else { panic!("no MAC/IP route") };
    assert_eq!((route.label1.vni().get(), route.label1.mpls_label().get()), (10001, 625));
    assert_eq!(route.label1.get(), 10001);
}

#[test]
fn an_ipv6_prefix_is_one() {
    // zettabgp reads 32.1.13.184 and writes 36 bytes instead of 60.
    let prefix: std::net::Ipv6Addr = "2001:db8::".parse().unwrap();
    let bytes = evpn(5, &[RD, ZERO, &[64], &prefix.octets(), &[0; 16], VNI]);
    assert_eq!(bytes.len(), 60);
    let Route::IpPrefix(route) = only(&bytes) else { panic!("no prefix route") };
    assert_eq!((route.prefix.to_string().as_str(), route.label.vni().get()), ("2001:db8::/64", 10001));
}

#[test]
fn a_prefix_longer_than_its_address_is_no_route() {
    // FRR's bgpd aborted at it, and 8.4.4 keeps it.
    let bytes = evpn(5, &[RD, ZERO, &[33], &[10, 1, 0, 0, 0, 0, 0, 0], VNI]);
    assert_eq!(validated(&announces(&[&bytes])), Some(Disposition::DisableFamily(Family::EVPN)));
}

#[test]
fn a_short_route_of_any_type_is_an_error() {
    // GoBGP 3.10.0 and zettabgp panic at some of them, FRR has read behind the buffer.
    for route_type in 1..=11 {
        for length in 0..=u8::MAX {
            let value = vec![0; length.into()];
            let bytes = evpn(route_type, &[&value]);
            for cut in 0..bytes.len() {
                assert!(Route::decode(&bytes[..cut]).is_err(), "{route_type} {length} {cut}");
            }
            let shortest = [25, 33, 17, 23, 34, 24, 34, 39, 20, 23, 6][usize::from(route_type) - 1];
            assert!(length >= shortest || Route::decode(&bytes).is_err(), "{route_type} {length}");
        }
    }
    let address_too_short = evpn(2, &[RD, ZERO, MAC, &[128, 10, 1, 1, 7], VNI]);
    assert!(Route::decode(&address_too_short).is_err());
}

#[test]
fn bytes_behind_a_route_are_no_part_of_it() {
    // NetGauze takes a type 3 route with two bytes more, and writes it as another one.
    let mut bytes = MULTICAST.to_vec();
    bytes[1] += 2;
    bytes.extend([0, 0]);
    let error = Route::decode(&bytes).unwrap_err();
    assert_eq!(error.layer.name(), "evpn_inclusive_multicast_route");
}

#[test]
fn an_unknown_route_type_costs_nothing_and_is_kept() {
    // GoBGP resets the session, rustybgp and zebra-rs fail, rustbgpd counts it, FRR drops what a reflector should pass on.
    let unknown = evpn(99, &[&[0xde, 0xad, 0xbe, 0xef]]);
    let bytes = announces(&[&unknown, MULTICAST]);
    assert_eq!(validated(&bytes), None);
    let routes: Vec<_> = read(&bytes, external()).evpn_routes().map(Result::unwrap).collect();
    assert_eq!(routes[0], evpn::UnknownRoute { route_type: RouteType(99), value: &unknown[2..] }.into());
    assert_eq!(routes[1], only(MULTICAST));
    assert_eq!(only(&unknown), routes[0]);
}

#[test]
fn types_6_to_11_are_read() {
    // Opaque in NetGauze and ExaBGP, dropped by rustbgpd (7 to 11), skipped by FRR, a reset in GoBGP.
    let (group, originator) = (&[32, 239, 1, 1, 1], &[32, 10, 0, 0, 1]);
    let tag: &[u8] = &[0, 0, 0, 7];
    for (route_type, value) in [
        (6, [RD, tag, &[0], group, originator, &[2]].concat()),
        (7, [RD, ZERO, &[0], group, originator, &[2]].concat()),
        (8, [RD, ZERO, &[0], group, originator, &[0, 0, 0, 0, 10, 2]].concat()),
        (9, [RD, tag, &[0, 2, 0xfc, 0, 0, 0, 0, 9]].concat()),
        (10, [RD, tag, &[0], group, originator].concat()),
        (11, [MULTICAST, originator].concat()),
    ] {
        let bytes = evpn(route_type, &[&value]);
        assert!(!matches!(only(&bytes), Route::Unknown(_)));
    }
}

#[test]
fn a_wrong_length_is_that_of_one_route() {
    // rustybgp reads on from where the bad route's fields ended, so that all behind it are others.
    let bad = evpn(2, &[RD, ZERO, MAC, &[31, 10, 1, 1, 7], VNI]);
    let bytes = announces(&[MULTICAST, &bad, MULTICAST]);
    let routes: Vec<_> = read(&bytes, external()).evpn_routes().collect();
    assert_eq!(routes.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(routes[0], routes[2]);
}

#[test]
fn an_unknown_community_costs_nothing() {
    // GoBGP withdraws the route for an EVPN sub-type that it does not know.
    for sub_type in 0..=u8::MAX {
        let community = [0xc0, 16, 8, 6, sub_type, 1, 2, 3, 4, 5, 6];
        let bytes = update(&[ORIGIN, AS_PATH, NEXT_HOP, &community], &[24, 10, 1, 1]);
        assert_eq!(validated(&bytes), None);
        let communities = read(&bytes, external()).extended_communities();
        assert_eq!(communities, [ExtendedCommunity::new([6, sub_type, 1, 2, 3, 4, 5, 6])]);
        assert_eq!(communities[0].to_string().parse(), Ok(communities[0]));
    }
    let layer_2 = ExtendedCommunity::new([6, 4, 0, 2, 0x05, 0xdc, 0, 0]);
    assert_eq!(layer_2.kind(), ExtendedCommunityKind::Layer2Attributes { flags: 2, mtu: 1500 });
}

#[test]
fn a_next_hop_may_be_ipv6() {
    // routecore loses the whole UPDATE, zebra-rs goes wrong with the 32 octets that have a link-local address too.
    let (global, local) = ("2001:db8::1".parse().unwrap(), "fe80::1".parse().unwrap());
    for (octets, link_local) in [(vec![global], None), (vec![global, local], Some(local))] {
        let octets: Vec<_> = octets.iter().flat_map(std::net::Ipv6Addr::octets).collect();
        let bytes = update(&[&reach([0, 25, 70], &octets, &[MULTICAST]), ORIGIN, AS_PATH], &[]);
        assert_eq!(validated(&bytes), None);
        let update = read(&bytes, external());
        assert_eq!(update.next_hop(), Some(NextHop::Ipv6 { global, link_local }));
        assert_eq!(update.evpn_routes().count(), 1);
    }
}

#[test]
fn attributes_behind_an_unknown_family_are_read() {
    // NetGauze has dropped all that stood behind BGP-LS.
    let link_state = reach([0x40, 4, 71], &[10, 0, 0, 1], &[&[0, 2, 0, 1, 9]]);
    let bytes = update(&[&link_state, ORIGIN, AS_PATH, &[0xc0, 8, 4, 0xfc, 0, 0, 7]], &[]);
    let update = read(&bytes, external());
    assert_eq!(update.validate(|_| {}), None);
    let communities = update.attribute(AttributeType::COMMUNITIES);
    assert_eq!(communities, Some(Attribute::Communities(&[Community::new(0xfc00, 7)])));
    let routes: Vec<_> = update.announced().map(|route| route.unwrap().nlri.family().to_string()).collect();
    assert_eq!(routes, ["afi 16388 safi 71"]);
}

#[test]
fn each_family_stays_what_it_is() {
    // Copied code has taken one family for another in NetGauze; rustybgp's list of families forgot EVPN.
    let capabilities = Family::KNOWN.map(Capability::Multiprotocol);
    let mut buffer = [0; 200];
    let capabilities = Capabilities::encode(&capabilities, &mut buffer).unwrap();
    let open = Open::new(64512, [10, 0, 0, 1].into(), capabilities);
    assert_eq!(Session::negotiate(&open, &open).families, Families::ALL);
    for family in Family::KNOWN {
        for kind in [14, 15] {
            // An IPv6 address is a next hop of any family.
            let behind: &[u8] = if kind == 14 {
                &[16, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 0]
            } else {
                &[]
            };
            let [high, low] = family.afi.get().to_be_bytes();
            let length = u8::try_from(3 + behind.len()).unwrap();
            let attribute = [&[0x80, kind, length, high, low, family.safi.0], behind].concat();
            let bytes = update(&[&attribute], &[]);
            let update = read(&bytes, external());
            let found = [
                update.mp_reach().map(|it| (it.family, it.routes.family())),
                update.mp_unreach().map(|it| (it.family, it.routes.family())),
            ];
            assert_eq!(
                found.into_iter().flatten().collect::<Vec<_>>(),
                [(family, family)],
                "{family} {kind}"
            );
        }
    }
}

#[test]
fn one_bad_byte_costs_one_thing() {
    // bgpkit has lost the whole UPDATE for it.
    let bytes = update(&[ORIGIN, AS_PATH, NEXT_HOP, &[0xc0, 8, 3, 0, 0, 0]], &[24, 10, 1, 1]);
    assert_eq!(validated(&bytes), Some(Disposition::TreatAsWithdraw));
    let update = read(&bytes, external());
    assert_eq!(update.ipv4_routes().next().unwrap().unwrap().to_string(), "10.1.1.0/24");
    assert_eq!(update.next_hop().unwrap().to_string(), "10.0.0.1");
    assert_eq!(update.attribute(AttributeType::COMMUNITIES), None);
}

#[test]
fn a_discarded_attribute_moves_no_other() {
    // GoBGP removes attributes by an index that is no longer right (CVE-2026-41643).
    let as4_path: &[u8] = &[0xc0, 17, 4, 2, 5, 0, 0];
    let bytes = update(&[ORIGIN, as4_path, AS_PATH, NEXT_HOP], &[24, 10, 1, 1]);
    let session = Session { four_octet_as: false, ..external() };
    let bytes_of_two = update(&[ORIGIN, as4_path, &[0x40, 2, 4, 2, 1, 0xfc, 0], NEXT_HOP], &[24, 10, 1, 1]);
    for (bytes, session) in [(bytes, external()), (bytes_of_two, session)] {
        let update = read(&bytes, session);
        assert_eq!(update.validate(|_| {}), Some(Disposition::AttributeDiscard));
        let Some(Attribute::AsPath(path)) = update.attribute(AttributeType::AS_PATH) else {
            panic!("no path")
        };
        assert_eq!(path.numbers().collect::<Vec<_>>(), [64512]);
        assert_eq!(update.next_hop().unwrap().to_string(), "10.0.0.1");
    }
}

#[test]
fn routes_without_their_attributes_are_withdrawn() {
    // FRR 8.4.4 crashes at the first, and has at the others (CVE-2023-47234, CVE-2023-41358).
    let unreach: &[u8] = &[0x80, 15, 3, 0, 25, 70];
    for attributes in [&[unreach][..], &[], &[&[0xc0, 31, 1, 0]], &[ORIGIN, AS_PATH]] {
        let bytes = update(attributes, &[24, 10, 1, 1]);
        assert_eq!(validated(&bytes), Some(Disposition::TreatAsWithdraw));
    }
}

#[test]
fn an_unknown_message_type_is_an_error() {
    // GoBGP 3.10.0 dereferences nil.
    for kind in (0..=u8::MAX).filter(|kind| !(1..=5).contains(kind)) {
        let bytes = [&[0xff; 16][..], &[0, 19, kind]].concat();
        let error = Messages::new(&bytes, external()).next().unwrap().unwrap_err();
        assert_eq!(error.disposition, Disposition::SessionReset { code: 1, subcode: 3 });
    }
}

#[test]
fn path_identifiers_are_read_where_they_were_agreed_on() {
    // rustbgpd and rustybgp do not read them for EVPN; bgpexplorer finds other routes where it should not look.
    let bytes = announces(&[&[0, 0, 0, 7], MULTICAST, &[0, 0, 0, 8], MULTICAST]);
    let add_path = Session { add_path_receive: Families::NONE.with(Family::EVPN), ..external() };
    let update = read(&bytes, add_path);
    let ids: Vec<_> = update.announced().map(|route| route.unwrap().path_id).collect();
    assert_eq!(ids, [Some(7), Some(8)]);
    assert_eq!(update.validate(|_| {}), None);
    assert_eq!(validated(&bytes), Some(Disposition::DisableFamily(Family::EVPN)));
    let other = Session { add_path_receive: Families::NONE.with(Family::IPV4_UNICAST), ..external() };
    assert_eq!(read(&announces(&[MULTICAST]), other).validate(|_| {}), None);
}

#[test]
fn add_path_is_agreed_on_for_evpn_too() {
    let mut buffers = [[0; 40]; 2];
    let [ours, theirs] =
        [AddPathMode::RECEIVE, AddPathMode::BOTH].map(|mode| [AddPath { family: Family::EVPN, mode }]);
    let [first, second] = &mut buffers;
    let open = |entries, buffer| {
        let capabilities = [Capability::Multiprotocol(Family::EVPN), Capability::AddPath(entries)];
        Open::new(64512, [10, 0, 0, 1].into(), Capabilities::encode(&capabilities, buffer).unwrap())
    };
    let session = Session::negotiate(&open(&ours, first), &open(&theirs, second));
    assert_eq!(session.add_path_receive, Families::NONE.with(Family::EVPN));
    assert_eq!(session.add_path_send, Families::NONE);
}

#[test]
fn the_same_route_has_the_same_key() {
    // ExaBGP's index has all bytes in it, segment and labels too, where its equality has not.
    let Route::MacIp(route) = read(doc::EVPN_UPDATE, external()).evpn_routes().next().unwrap().unwrap()
    else {
        panic!("no MAC/IP route")
    };
    let moved = evpn::MacIpRoute {
        esi: EthernetSegmentId::new([9; 10]),
        label1: Label::new(16).unwrap().into(),
        label2: Some(Vni::new(9).unwrap().into()),
        ..route
    };
    assert_ne!(Route::from(moved), route.into());
    assert_eq!(Route::from(moved).key(), Route::from(route).key());
}

#[test]
fn what_does_not_fit_into_a_length_is_not_written() {
    // zebra-rs casts lengths to u8; GoBGP writes the length that was received.
    let value = [0; 256];
    let route = Route::from(evpn::UnknownRoute { route_type: RouteType(99), value: &value });
    assert!(route.encode(&mut [0; 600]).is_err());
    let communities = [Community::new(1, 2); 100];
    let mut buffer = [0xa5; 404];
    assert!(Attribute::Communities(&communities).encode(&external(), &mut buffer).unwrap().is_empty());
    assert_eq!(buffer[..4], [0xd0, 8, 0x01, 0x90], "a length of two octets where one does not do");
    let long = [Community::new(1, 2); 20_000];
    assert!(Attribute::Communities(&long).encode(&external(), &mut vec![0; 100_000]).is_err());
}

#[test]
fn a_message_is_no_longer_than_agreed_on() {
    let route = only(MULTICAST);
    let routes = std::iter::repeat_n(route, 1000);
    let next_hop = NextHop::from([10, 0, 0, 1]);
    for extended_message in [false, true] {
        let session = Session { extended_message, ..external() };
        let mut builder = UpdateBuilder::announce(&session, next_hop, &[], routes.clone());
        let (mut buffer, mut count) = (vec![0; 70_000], 0);
        while let Some(bytes) = builder.encode_next(&mut buffer).unwrap() {
            assert!(bytes.len() <= session.longest_message().into());
            count += read(bytes, session).evpn_routes().count();
        }
        assert_eq!(count, 1000);
    }
}
