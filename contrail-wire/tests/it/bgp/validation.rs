//! What RFC 7606 makes of an UPDATE in which one thing is wrong.

use contrail_wire::bgp::{Disposition, Family, Message, Session, SessionKind};

const ORIGIN: &[u8] = &[0x40, 1, 1, 0];
const AS_PATH: &[u8] = &[0x40, 2, 6, 2, 1, 0, 0, 0xfc, 0];
const NEXT_HOP: &[u8] = &[0x40, 3, 4, 10, 0, 0, 1];
const LOCAL_PREF: &[u8] = &[0x40, 5, 4, 0, 0, 0, 100];
const ROUTE: &[u8] = &[24, 10, 99, 0];
/// An EVPN inclusive multicast route.
const MP_REACH: &[u8] = &[
    0x80, 14, 28, 0, 25, 70, 4, 10, 0, 0, 1, 0, 3, 17, 0, 1, 10, 0, 0, 1, 0, 7, 0, 0, 0, 0, 32, 10, 0, 0, 1,
];

fn update(attributes: &[&[u8]], routes: &[u8]) -> Vec<u8> {
    let attributes = attributes.concat();
    let length = u16::try_from(attributes.len()).unwrap().to_be_bytes();
    let whole = u16::try_from(23 + attributes.len() + routes.len()).unwrap().to_be_bytes();
    [&[0xff; 16][..], &whole, &[2, 0, 0], &length, &attributes, routes].concat()
}

fn validated(kind: SessionKind, attributes: &[&[u8]], routes: &[u8]) -> (Option<Disposition>, Vec<String>) {
    let bytes = update(attributes, routes);
    let session = Session { kind, ..Session::default() };
    let (message, _) = Message::decode(&bytes, session).unwrap();
    let mut errors = Vec::new();
    let disposition = message.update().unwrap().validate(|error| {
        errors.push(format!("{error} ({})", error.disposition));
    });
    (disposition, errors)
}

#[track_caller]
fn external(attributes: &[&[u8]], routes: &[u8], disposition: &str) {
    let (found, errors) = validated(SessionKind::External, attributes, routes);
    let found = found.map_or("none".into(), |it| it.to_string());
    assert_eq!(found, disposition, "{errors:?}");
}

#[test]
fn nothing_is_wrong_with_what_is_right() {
    external(&[ORIGIN, AS_PATH, NEXT_HOP], ROUTE, "none");
    external(&[MP_REACH, ORIGIN, AS_PATH], &[], "none");
    external(&[], &[], "none");
    let internal = validated(SessionKind::Internal, &[ORIGIN, AS_PATH, NEXT_HOP, LOCAL_PREF], ROUTE);
    assert_eq!(internal, (None, vec![]));
}

#[test]
fn section_3_b_lengths_that_the_message_has_not() {
    for (withdrawn, attributes) in [(1, 0), (0, 1), (0xffff, 0xffff), (0, 0xffff)] {
        let [withdrawn, attributes] = [withdrawn, attributes].map(u16::to_be_bytes);
        let bytes = [&[0xff; 16][..], &[0, 23, 2], &withdrawn, &attributes].concat();
        let error = Message::decode(&bytes, Session::default()).unwrap_err();
        assert_eq!(error.disposition.to_string(), "session reset 3/1", "{error}");
    }
}

#[test]
fn section_3_c_flags_that_the_type_has_not() {
    external(&[&[0xc0, 1, 1, 0], AS_PATH, NEXT_HOP], ROUTE, "treat as withdraw");
    external(&[&[0x60, 1, 1, 0], AS_PATH, NEXT_HOP], ROUTE, "none");
}

#[test]
fn section_3_d_a_mandatory_attribute_is_missing() {
    external(&[AS_PATH, NEXT_HOP], ROUTE, "treat as withdraw");
    external(&[ORIGIN, NEXT_HOP], ROUTE, "treat as withdraw");
    external(&[ORIGIN, AS_PATH], ROUTE, "treat as withdraw");
    let (disposition, errors) = validated(SessionKind::Internal, &[MP_REACH, ORIGIN, AS_PATH], &[]);
    assert_eq!(disposition, Some(Disposition::TreatAsWithdraw));
    assert!(errors[0].starts_with("local_pref at byte 0"), "{errors:?}");
}

#[test]
fn section_3_e_well_known_attributes_cost_the_routes() {
    for attribute in [&[0x40, 1, 0][..], &[0x40, 2, 1, 2], &[0x40, 3, 1, 10], &[0x80, 4, 1, 0]] {
        let good = [ORIGIN, AS_PATH, NEXT_HOP].into_iter().filter(|good| good[1] != attribute[1]);
        external(&good.chain([attribute]).collect::<Vec<_>>(), ROUTE, "treat as withdraw");
    }
}

#[test]
fn section_3_f_aggregates_cost_the_attribute() {
    for attribute in [&[0x40, 6, 1, 0][..], &[0xc0, 7, 6, 0, 1, 10, 0, 0, 1]] {
        external(&[ORIGIN, AS_PATH, NEXT_HOP, attribute], ROUTE, "attribute discard");
    }
}

#[test]
fn section_3_g_an_attribute_stands_twice() {
    external(&[ORIGIN, ORIGIN, AS_PATH, NEXT_HOP], ROUTE, "attribute discard");
    external(&[MP_REACH, MP_REACH, ORIGIN, AS_PATH], &[], "session reset 3/1");
    let unreach: &[u8] = &[0x80, 15, 3, 0, 25, 70];
    external(&[unreach, unreach], &[], "session reset 3/1");
    external(&[ORIGIN, AS_PATH, NEXT_HOP, &[0xc0, 99, 0], &[0xc0, 99, 1, 0]], ROUTE, "attribute discard");
}

#[test]
fn section_3_h_the_strongest_counts() {
    external(&[ORIGIN, AS_PATH, NEXT_HOP, &[0x40, 6, 1, 0], &[0xc0, 8, 1, 0]], ROUTE, "treat as withdraw");
}

#[test]
fn section_3_i_withdrawn_routes_are_checked_like_announced_ones() {
    let bytes = [&[0xff; 16][..], &[0, 25, 2, 0, 2, 33, 0, 0, 0]].concat();
    let (message, _) = Message::decode(&bytes, Session::default()).unwrap();
    let disposition = message.update().unwrap().validate(|_| {});
    assert_eq!(disposition, Some(Disposition::SessionReset { code: 3, subcode: 10 }));
}

#[test]
fn section_3_j_and_5_3_routes_that_cannot_be_read() {
    external(&[ORIGIN, AS_PATH, NEXT_HOP], &[33, 1, 2, 3, 4, 5], "session reset 3/10");
    let mut reach = MP_REACH.to_vec();
    reach[26] = 31;
    external(&[&reach, ORIGIN, AS_PATH], &[], "disable l2vpn evpn");
    assert!(Disposition::DisableFamily(Family::EVPN) > Disposition::TreatAsWithdraw);
}

#[test]
fn section_4_lengths_of_attributes_that_do_not_fit() {
    external(&[MP_REACH, ORIGIN, AS_PATH, &[0x40]], &[], "treat as withdraw");
    external(&[MP_REACH, ORIGIN, AS_PATH, &[0x40, 5, 9, 0]], &[], "treat as withdraw");
}

#[test]
fn section_3_j_and_4_routes_that_end_behind_the_attributes() {
    for attribute in [&[0x80, 14, 9, 0, 25][..], &[0x80, 15, 9, 0, 25], &[0x90, 15, 9]] {
        external(&[ORIGIN, AS_PATH, NEXT_HOP, attribute], ROUTE, "session reset 3/9");
    }
}

#[test]
fn section_5_1_routes_of_both_kinds_and_in_any_order() {
    let unreach = [&[0x80, 15, 22, 0, 25, 70][..], &MP_REACH[12..]].concat();
    external(&[ORIGIN, MP_REACH, AS_PATH, &unreach, NEXT_HOP], ROUTE, "none");
}

#[test]
fn section_5_2_there_is_no_route_that_the_error_could_be_of() {
    external(&[ORIGIN, AS_PATH, &[0x40, 5, 9, 0]], &[], "session reset 3/1");
    external(&[ORIGIN, AS_PATH, &[0x40, 6, 1, 0]], &[], "attribute discard");
    let cut: &[u8] = &[0x80, 15, 4, 0, 25, 70, 3];
    external(&[cut], &[], "disable l2vpn evpn");
    external(&[ORIGIN, cut], &[], "session reset 3/1");
    // A message that only withdraws is one of the well-specified cases.
    external(&[&[0xc0, 15, 3, 0, 25, 70]], &[], "treat as withdraw");
}

#[test]
fn section_5_4_an_unknown_route_type_is_none_of_an_error() {
    let mut reach = MP_REACH.to_vec();
    reach[12] = 99;
    external(&[&reach, ORIGIN, AS_PATH], &[], "none");
}

#[test]
fn section_7_each_attribute() {
    for (attribute, disposition) in [
        (&[0x40, 1, 2, 0, 0][..], "treat as withdraw"),
        (&[0x40, 1, 1, 3], "treat as withdraw"),
        (&[0x40, 2, 2, 2, 1], "treat as withdraw"),
        (&[0x40, 2, 2, 2, 0], "treat as withdraw"),
        (&[0x40, 2, 6, 9, 1, 0, 0, 0, 1], "treat as withdraw"),
        (&[0x40, 3, 3, 0, 0, 0], "treat as withdraw"),
        (&[0x80, 4, 3, 0, 0, 0], "treat as withdraw"),
        (&[0x40, 5, 4, 0, 0, 0, 100], "attribute discard"),
        (&[0x40, 6, 1, 0], "attribute discard"),
        (&[0xc0, 7, 5, 0, 0, 0, 0, 0], "attribute discard"),
        (&[0xc0, 8, 5, 0, 0, 0, 0, 0], "treat as withdraw"),
        (&[0x80, 9, 4, 0, 0, 0, 0], "attribute discard"),
        (&[0x80, 10, 4, 0, 0, 0, 0], "attribute discard"),
        (&[0x80, 14, 4, 0, 25, 70, 0], "session reset 3/9"),
        (&[0x80, 15, 2, 0, 25], "session reset 3/9"),
        (&[0xc0, 16, 1, 0], "treat as withdraw"),
        (&[0xc0, 17, 0], "attribute discard"),
        (&[0xc0, 22, 4, 0, 6, 0, 0], "treat as withdraw"),
        (&[0xc0, 23, 3, 0, 8, 0], "treat as withdraw"),
        (&[0xc0, 25, 1, 0], "treat as withdraw"),
        (&[0xc0, 32, 1, 0], "treat as withdraw"),
        (&[0x40, 99, 0], "session reset 3/2"),
        (&[0xc0, 99, 0], "none"),
    ] {
        let good: Vec<&[u8]> =
            [ORIGIN, AS_PATH, NEXT_HOP].into_iter().filter(|good| good[1] != attribute[1]).collect();
        external(&[&good[..], &[attribute]].concat(), ROUTE, disposition);
    }
    for (attribute, disposition) in [
        (&[0x40, 5, 3, 0, 0, 0][..], Disposition::TreatAsWithdraw),
        (&[0x80, 9, 3, 0, 0, 0], Disposition::TreatAsWithdraw),
        (&[0x80, 10, 3, 0, 0, 0], Disposition::TreatAsWithdraw),
    ] {
        let mut attributes = vec![ORIGIN, AS_PATH, NEXT_HOP, attribute];
        if attribute[1] != 5 {
            attributes.push(LOCAL_PREF);
        }
        assert_eq!(validated(SessionKind::Internal, &attributes, ROUTE).0, Some(disposition));
    }
}

/// An attribute with a prefix route, of which segment, gateway and label are made of these, behind `front`.
fn prefix_route(front: &[u8], [esi, gateway, label]: [u8; 3]) -> Vec<u8> {
    let mut route = vec![5, 34, 0, 1, 10, 0, 0, 1, 0, 7, 0, esi, esi, esi, esi, esi, esi, esi, esi, esi];
    route.extend([0, 0, 0, 0, 24, 10, 99, 0, 0, gateway, gateway, gateway, gateway, 0, 0, label]);
    let mut attribute = [front, &route].concat();
    attribute[2] += u8::try_from(route.len()).unwrap();
    attribute
}

#[test]
fn a_prefix_route_with_two_ways_costs_only_itself() {
    let reach = prefix_route(&[&[0x80, 14, 9][..], &MP_REACH[3..12]].concat(), [9, 9, 1]);
    let (disposition, errors) = validated(SessionKind::External, &[&reach, ORIGIN, AS_PATH], &[]);
    assert_eq!(disposition, None);
    let expected =
        "evpn_ip_prefix_route at byte 35: esi is 0, expected zero where there is a gateway (RFC 9136 3.1)";
    assert_eq!(errors, [format!("{expected} (treat as withdraw)")]);
}

#[test]
fn how_a_prefix_is_reached_is_not_asked_when_it_is_withdrawn() {
    let unreach = prefix_route(&[0x80, 15, 3, 0, 25, 70], [9, 9, 1]);
    assert_eq!(validated(SessionKind::External, &[&unreach], &[]), (None, vec![]));
}

#[test]
fn a_router_has_an_address_of_its_own() {
    let reach = prefix_route(&[&[0x80, 14, 9][..], &MP_REACH[3..12]].concat(), [0; 3]);
    let group = "router_mac is 3, expected an address of one router (RFC 9136 3.2)";
    let nothing = "label is 0, expected one, or a segment, gateway or router's MAC (RFC 9136 3.1)";
    for (mac, expected) in
        [([2, 0, 0, 0, 0, 1], None), ([3, 0, 0, 0, 0, 1], Some(group)), ([0; 6], Some(nothing))]
    {
        let community = [&[0xc0, 16, 8, 6, 3][..], &mac].concat();
        let (_, errors) = validated(SessionKind::External, &[&reach, ORIGIN, AS_PATH, &community], &[]);
        let expected: Vec<_> = expected
            .iter()
            .map(|text| format!("evpn_ip_prefix_route at byte 35: {text} (treat as withdraw)"))
            .collect();
        assert_eq!(errors, expected, "{mac:?}");
    }
}

#[test]
fn aigp_that_is_transitive_or_damaged_is_ignored() {
    let metric: &[u8] = &[1, 0, 11, 0, 0, 0, 0, 0, 0, 1, 0];
    let damaged: &[u8] = &[1, 0, 12, 0, 0, 0, 0, 0, 0, 1, 0];
    for (flags, value, disposition) in
        [(0x80, metric, "none"), (0xc0, metric, "attribute discard"), (0x80, damaged, "attribute discard")]
    {
        let aigp = [&[flags, 26, 11][..], value].concat();
        external(&[ORIGIN, AS_PATH, NEXT_HOP, &aigp], ROUTE, disposition);
    }
}

#[test]
fn types_are_told_apart_up_to_the_largest() {
    let unknown = |kind: u8| vec![0xc0, kind, 0];
    let base = [ORIGIN, AS_PATH, NEXT_HOP];
    let with = |kinds: &[u8]| {
        let more: Vec<_> = kinds.iter().map(|kind| unknown(*kind)).collect();
        let all: Vec<&[u8]> = base.into_iter().chain(more.iter().map(Vec::as_slice)).collect();
        validated(SessionKind::External, &all, ROUTE).1.len()
    };
    assert_eq!(with(&[0, 127, 128, 129, 255]), 0);
    for kind in [0, 127, 128, 255] {
        assert_eq!(with(&[kind, kind]), 1, "{kind} is there twice");
    }
}
