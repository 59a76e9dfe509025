//! Laws of messages: a stream is split where it should be, what was built is read, what is cut is waited for.

use contrail_wire::bgp::evpn::{self, MacIpRoute};
use contrail_wire::bgp::{
    AddPath, AddPathMode, AsPath, Attribute, AttributeFlags, AttributeType, Capabilities, Capability,
    CapabilityCode, ExtendedNextHop, Families, Family, GracefulRestart, Message, Messages, MpReach, Nlri,
    Notification, Open, Origin, PathAttribute, RestartFamily, Route, RouteRefresh, Session, SessionKind,
    UpdateBuilder,
};
use contrail_wire::{EthernetSegmentId, EthernetTag, MacAddr, Vni, doc};
use proptest::collection::vec;
use proptest::prelude::*;

use super::generated::{attribute, families, kept, next_hop, nlri, route};

fn session() -> impl Strategy<Value = Session> {
    (families(), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(add_path, four_octet_as, extended_message, internal)| Session {
            kind: if internal { SessionKind::Internal } else { SessionKind::External },
            four_octet_as,
            extended_message,
            add_path_receive: add_path,
            add_path_send: add_path,
            ..Session::default()
        },
    )
}

fn capability() -> impl Strategy<Value = Capability<'static>> {
    let family = || proptest::sample::select(Family::KNOWN.as_slice());
    prop_oneof![
        family().prop_map(Capability::Multiprotocol),
        Just(Capability::RouteRefresh),
        Just(Capability::ExtendedMessage),
        Just(Capability::EnhancedRouteRefresh),
        (1_u32..).prop_map(Capability::FourOctetAs),
        vec((family(), 0..4_u8), 0..4).prop_map(|entries| {
            let entries =
                entries.into_iter().map(|(family, mode)| AddPath { family, mode: AddPathMode(mode) });
            Capability::AddPath(kept(entries.collect()))
        }),
        vec(family(), 0..4).prop_map(|families| {
            let entries = families.into_iter().map(|Family { afi, safi }| ExtendedNextHop {
                afi,
                safi: u16::from(safi.0).into(),
                next_hop_afi: contrail_wire::bgp::Afi::IPV6,
            });
            Capability::ExtendedNextHop(kept(entries.collect()))
        }),
        (any::<u16>(), vec((family(), any::<u8>()), 0..4)).prop_map(|(flags_and_time, families)| {
            let families = families.into_iter().map(|(family, flags)| RestartFamily { family, flags });
            Capability::GracefulRestart(GracefulRestart {
                flags_and_time,
                families: kept(families.collect()),
            })
        }),
        (100..=255_u8, vec(any::<u8>(), 0..30)).prop_map(|(code, value)| {
            Capability::Unknown { code: CapabilityCode(code), value: kept(value) }
        }),
    ]
}

fn plain_message() -> impl Strategy<Value = Message<'static>> {
    let bytes = || vec(any::<u8>(), 0..50).prop_map(kept);
    prop_oneof![
        (1_u16.., prop_oneof![Just(0), 3_u16..], 1_u32.., vec(capability(), 0..6)).prop_map(
            |(my_as, hold_time, identifier, capabilities)| {
                let capabilities = Capabilities::encode(&capabilities, vec![0; 300].leak()).unwrap();
                Message::Open(Open { my_as, hold_time, identifier: identifier.into(), capabilities })
            }
        ),
        (any::<u8>(), any::<u8>(), bytes()).prop_map(|(code, subcode, data)| {
            Message::Notification(Notification { code, subcode, data })
        }),
        Just(Message::Keepalive),
        (proptest::sample::select(Family::KNOWN.as_slice()), 3_u8.., bytes()).prop_map(
            |(family, subtype, filters)| Message::RouteRefresh(RouteRefresh { family, subtype, filters })
        ),
    ]
}

fn encoded(message: &Message<'_>) -> Vec<u8> {
    let mut buffer = vec![0xa5; 70_000];
    let room = message.encode(&mut buffer).unwrap().len();
    buffer.truncate(70_000 - room);
    buffer
}

proptest! {
    #[test]
    fn a_stream_is_split_into_what_it_was_made_of(messages in vec(plain_message(), 0..5), session in session()) {
        let stream: Vec<u8> = messages.iter().flat_map(encoded).collect();
        let read: Result<Vec<_>, _> = Messages::new(&stream, session).collect();
        prop_assert_eq!(read.unwrap(), messages.clone());
        for cut in 0..stream.len() {
            let mut some = Messages::new(&stream[..cut], session);
            let whole = some.by_ref().map(Result::unwrap).count();
            prop_assert_eq!(stream[..cut].len() - some.rest().len(), messages[..whole].iter().map(|it| encoded(it).len()).sum::<usize>());
            prop_assert!(some.needed() > 0, "what is cut is waited for");
            let more = some.needed().min(stream.len() - cut);
            let next = Messages::new(&stream[cut - some.rest().len()..cut + more], session);
            prop_assert!(next.needed() == 0 || some.rest().len() < 19, "and no longer than needed");
            prop_assert!(Message::decode(some.rest(), session).is_err());
        }
    }

    #[test]
    fn routes_are_packed_and_read_again(
        nlris in vec((nlri(), any::<u32>()), 1..60),
        next_hop in next_hop(),
        attributes in vec(attribute(), 0..5),
        session in session(),
        room in 4096..9000_usize,
    ) {
        let routes: Vec<Route<'_>> = nlris.iter().map(|(nlri, path_id)| {
            route(*nlri, *path_id, session.add_path_send.contains(nlri.family()))
        }).collect();
        let fits = |route: &&Route<'_>| contrail_wire::bgp::NextHop::decode(
            route.nlri.family(),
            &vec![0; if next_hop.address().unwrap().is_ipv4() { 4 } else { 16 }],
        ).is_ok() || matches!(route.nlri.family(), Family::VPN_IPV4 | Family::VPN_IPV6);
        let routes: Vec<Route<'_>> = routes.iter().filter(fits).copied().collect();
        let attributes: Vec<Attribute<'_>> = attributes.into_iter()
            .filter(|it| !matches!(it, Attribute::NextHop(_) | Attribute::AsPath(_)))
            .collect();
        let mut announced = Vec::new();
        let mut builder = UpdateBuilder::announce(&session, next_hop, &attributes, routes.iter().copied());
        let mut buffer = vec![0xa5; room];
        while let Some(bytes) = builder.encode_next(&mut buffer).unwrap() {
            prop_assert!(bytes.len() <= usize::from(session.longest_message()));
            let bytes = bytes.to_vec();
            let (message, rest) = Message::decode(&bytes, session).unwrap();
            prop_assert!(rest.is_empty());
            prop_assert_eq!(encoded(&message), bytes.clone());
            let update = message.update().unwrap();
            for attribute in update.attributes() {
                let attribute = attribute.unwrap();
                match attribute.decode(&session).unwrap() {
                    Attribute::MpReach(reach) => prop_assert_eq!(reach.next_hop, next_hop.of_family(reach.family)),
                    Attribute::NextHop(address) => prop_assert_eq!(Some(address.into()), next_hop.address()),
                    other => prop_assert!(attributes.contains(&other) || !session.four_octet_as, "{:?}", other),
                }
            }
            let read: Result<Vec<_>, _> = update.announced().collect();
            announced.extend(read.unwrap().into_iter().map(|it| it.to_string()));
        }
        let expected: Vec<_> = routes.iter().map(Route::to_string).collect();
        prop_assert_eq!(announced, expected);

        let mut withdrawn = Vec::new();
        let mut builder = UpdateBuilder::withdraw(&session, routes.iter().copied());
        while let Some(bytes) = builder.encode_next(&mut buffer).unwrap() {
            let (message, _) = Message::decode(bytes, session).unwrap();
            let update = message.update().unwrap();
            prop_assert_eq!(update.announced().count(), 0);
            withdrawn.extend(update.withdrawn().map(|it| it.unwrap().to_string()));
        }
        let expected: Vec<_> = routes.iter().map(Route::to_string).collect();
        prop_assert_eq!(withdrawn, expected);
    }

    #[test]
    fn attributes_are_read_as_they_were_written(attribute in attribute()) {
        let session = Session::default();
        let mut buffer = vec![0xa5; 8000];
        let room = attribute.encode(&session, &mut buffer).unwrap().len();
        let bytes = &buffer[..8000 - room];
        let mut read = contrail_wire::bgp::Attributes::new(bytes);
        let raw = read.next().unwrap().unwrap();
        prop_assert_eq!(raw.decode(&session).unwrap(), attribute);
        prop_assert!(read.next().is_none());
        for cut in 1..bytes.len() {
            let mut read = contrail_wire::bgp::Attributes::new(&bytes[..cut]);
            prop_assert!(read.next().unwrap().is_err());
            prop_assert!(read.next().is_none());
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..100), kind in 0..7_u8, session in session()) {
        let length = u16::try_from(19 + bytes.len()).unwrap();
        let whole = [&[0xff; 16][..], &length.to_be_bytes(), &[kind], &bytes].concat();
        for message in Messages::new(&whole, session) {
            match message {
                Ok(message) => {
                    prop_assert_eq!(encoded(&message), whole.clone());
                    if let Message::Update(update) = message {
                        let mut errors = 0;
                        let strongest = update.validate(|error| {
                            assert!(error.offset <= whole.len());
                            errors += 1;
                        });
                        prop_assert!(errors > 0 || strongest.is_none());
                        let _ = (update.encapsulation(), update.end_of_rib(), update.next_hop());
                        let _ = (update.announced().count(), update.withdrawn().count());
                    }
                }
                Err(error) => prop_assert!(error.offset <= whole.len()),
            }
        }
    }
}

#[test]
fn two_opens_agree_on_what_both_can() {
    let add_path = |mode| Capability::AddPath(kept(vec![AddPath { family: Family::EVPN, mode }]));
    let open = |asn, capabilities: &[Capability<'static>]| {
        let capabilities = Capabilities::encode(capabilities, vec![0; 200].leak()).unwrap();
        Open::new(asn, [10, 0, 0, 1].into(), capabilities)
    };
    let bare = open(64512, &[]);
    let [vpn, evpn] = [Family::VPN_IPV4, Family::EVPN].map(Capability::Multiprotocol);
    let full = open(
        4_200_000_000,
        &[
            vpn,
            evpn,
            Capability::FourOctetAs(4_200_000_000),
            Capability::ExtendedMessage,
            add_path(AddPathMode::BOTH),
        ],
    );
    let other = open(
        64513,
        &[evpn, Capability::FourOctetAs(64513), Capability::ExtendedMessage, add_path(AddPathMode::RECEIVE)],
    );
    let session = Session::negotiate(&full, &other);
    assert_eq!(session.kind, SessionKind::External);
    assert!(session.four_octet_as && session.extended_message);
    assert_eq!(session.families, Families::NONE.with(Family::EVPN));
    assert_eq!((session.add_path_send, session.add_path_receive), (session.families, Families::NONE));
    assert_eq!(Session::negotiate(&other, &full).add_path_receive, session.families);

    let session = Session::negotiate(&bare, &bare);
    assert_eq!((session.kind, session.four_octet_as), (SessionKind::Internal, false));
    assert_eq!(session.families, Families::NONE.with(Family::IPV4_UNICAST));
    assert_eq!(Session::negotiate(&bare, &full).families, Families::NONE);
}

#[test]
fn a_message_has_as_many_routes_as_fit_into_it() {
    let fabric = "10.0.0.1:7".parse().unwrap();
    let shapes = [None, Some([10, 99, 0, 11].into()), Some([0xfd; 16].into())]
        .map(|ip| [None, Some(Vni::MAX.into())].map(|label2| (ip, label2)));
    let routes: Vec<_> = (0..8)
        .flat_map(|_| shapes.into_iter().flatten())
        .map(|(ip, label2)| MacIpRoute {
            rd: fabric,
            esi: EthernetSegmentId::MAX,
            ethernet_tag: EthernetTag::MAX,
            mac: MacAddr::BROADCAST,
            ip,
            label1: Vni::MAX.into(),
            label2,
        })
        .collect();
    let octets = |routes: &[MacIpRoute]| -> Vec<u8> {
        let encoded = |route: &MacIpRoute| {
            let mut buffer = [0xa5; 60];
            let room = evpn::Route::from(*route).encode(&mut buffer).unwrap().len();
            buffer[..60 - room].to_vec()
        };
        routes.iter().flat_map(encoded).collect()
    };
    let session = Session::default();
    for room in 100..700 {
        let mut builder = UpdateBuilder::withdraw(&session, &routes);
        let (mut buffer, mut left) = (vec![0xa5; room], &routes[..]);
        while let Some(bytes) = builder.encode_next(&mut buffer).unwrap() {
            let (message, _) = Message::decode(bytes, session).unwrap();
            let (written, behind) = left.split_at(message.update().unwrap().evpn_withdrawn().count());
            assert_eq!(bytes[30..], octets(written));
            if let Some(next) = behind.first() {
                assert!(bytes.len() + octets(&[*next]).len() > room);
            }
            left = behind;
        }
        assert!(left.is_empty());
    }
}

#[test]
fn an_overrun_claims_more_than_there_is() {
    let open =
        |claimed| [&[0xff; 16][..], &[0, 31, 1, 4, 0xfc, 0, 0, 90, 10, 0, 0, 1, claimed, 2, 0]].concat();
    let error = |claimed| Message::decode(&open(claimed), Session::default()).unwrap_err().to_string();
    assert_eq!(error(3), "bgp_open at byte 0: opt_parm_len claims 3 bytes, 2 left in the message length");
    let too_few = "opt_parm_len is 1, expected all that is left of the message (RFC 4271 4.2)";
    assert_eq!(error(1), format!("bgp_open at byte 0: {too_few}"));

    let reach = |value: &'static [u8]| MpReach::decode(value, &Session::default()).unwrap_err().to_string();
    let without_reserved = "mp_reach_nlri at byte 0: needs 9 bytes, 8 left in the attribute length";
    assert_eq!(reach(&[0, 25, 70, 4, 10, 0, 0, 1]), without_reserved);
    let cut = "mp_reach_nlri at byte 0: next_hop_length claims 4 bytes, 3 left in the attribute length";
    assert_eq!(reach(&[0, 25, 70, 4, 10, 0, 0]), cut);
}

#[test]
fn the_length_that_stands_beside_an_extended_one_is_kept() {
    for short in [1, 9, 255] {
        let fixed = [0, 32, 1, 4, 0xfc, 0, 0, 90, 10, 0, 0, 1, short];
        let open = [&[0xff; 16][..], &fixed, &[255, 0, 0]].concat();
        let (message, _) = Message::decode(&open, Session::default()).unwrap();
        assert_eq!(encoded(&message), open);
    }
}

#[test]
fn updates_are_equal_where_their_bytes_and_sessions_are() {
    let read = |bytes: &'static [u8], session| Message::decode(bytes, session).unwrap().0.update().unwrap();
    let external = Session { kind: SessionKind::External, ..Session::default() };
    let update = read(doc::EVPN_UPDATE, external);
    let mut other = doc::EVPN_UPDATE.to_vec();
    *other.last_mut().unwrap() ^= 1;
    assert_eq!(update, read(Vec::leak(doc::EVPN_UPDATE.to_vec()), external));
    assert_ne!(update, read(Vec::leak(other), external));
    assert_ne!(update, read(doc::EVPN_UPDATE, Session::default()));
}

#[test]
fn attributes_stand_in_the_order_of_their_types() {
    let session = Session::default();
    let attributes =
        [Attribute::Origin(Origin::Igp), Attribute::AsPath(AsPath::EMPTY), Attribute::LocalPref(100)];
    let routes = [Nlri::Unicast("10.0.0.0/8".parse().unwrap())];
    let mut buffer = [0xa5; 256];
    let mut builder = UpdateBuilder::announce(&session, [10, 0, 0, 1].into(), &attributes, routes);
    let bytes = builder.encode_next(&mut buffer).unwrap().unwrap();
    let update = Message::decode(bytes, session).unwrap().0.update().unwrap();
    let read: Vec<_> = update.attributes().map(Result::unwrap).collect();
    assert_eq!(
        format!("{read:?}"),
        "[PathAttribute { flags: AttributeFlags(64), kind: origin, value: [0] }, \
         PathAttribute { flags: AttributeFlags(64), kind: as_path, value: [] }, \
         PathAttribute { flags: AttributeFlags(64), kind: next_hop, value: [10, 0, 0, 1] }, \
         PathAttribute { flags: AttributeFlags(64), kind: local_pref, value: [0, 0, 0, 100] }]"
    );
}

#[test]
fn the_length_of_an_attribute_has_as_many_octets_as_it_needs() {
    let session = Session::default();
    for (flags, length, begins) in [
        (AttributeFlags::OPTIONAL, 0, &[0x80, 99, 0][..]),
        (AttributeFlags::OPTIONAL, 255, &[0x80, 99, 255]),
        (AttributeFlags::OPTIONAL, 256, &[0x90, 99, 1, 0]),
        (AttributeFlags::OPTIONAL, 300, &[0x90, 99, 1, 44]),
        (AttributeFlags::OPTIONAL.union(AttributeFlags::EXTENDED_LENGTH), 1, &[0x90, 99, 0, 1]),
    ] {
        let value = vec![7; length];
        let attributes = [Attribute::Raw(PathAttribute::new(flags, AttributeType(99), &value))];
        let routes = [Nlri::Unicast("10.0.0.0/8".parse().unwrap())];
        let mut buffer = [0xa5; 600];
        let mut builder = UpdateBuilder::announce(&session, [10, 0, 0, 1].into(), &attributes, routes);
        let bytes = builder.encode_next(&mut buffer).unwrap().unwrap();
        // Behind the header, the lengths and the next hop.
        let written = &bytes[19 + 4 + 7..bytes.len() - 2];
        assert_eq!(written, [begins, &value].concat(), "{length}");
    }
}

/// An UPDATE of these withdrawn routes and path attributes.
fn update(withdrawn: &[u8], attributes: &[u8]) -> Vec<u8> {
    let field = |bytes: &[u8]| [&u16::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat();
    let body = [field(withdrawn), field(attributes)].concat();
    let length = u16::try_from(19 + body.len()).unwrap();
    [&[0xff; 16][..], &length.to_be_bytes(), &[2], &body].concat()
}

#[test]
fn what_withdraws_a_route_is_no_end_of_rib() {
    let end = |withdrawn: &[u8], attributes: &[u8]| {
        let bytes = update(withdrawn, attributes);
        match Message::decode(&bytes, Session::default()).unwrap() {
            (Message::Update(update), _) => update.end_of_rib(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(end(&[], &[]), Some(Family::IPV4_UNICAST));
    assert_eq!(end(&[], &[0x80, 15, 3, 0, 25, 70]), Some(Family::EVPN));
    assert_eq!(end(&[24, 10, 99, 0], &[]), None);
    assert_eq!(end(&[24, 10, 99, 0], &[0x80, 15, 3, 0, 25, 70]), None);
}

#[test]
fn an_attribute_that_is_too_long_says_by_how_much() {
    for (attribute, says) in [
        (&[0x90, 14, 1, 4, 0, 25][..], "length claims 260 bytes, 2 left in the total path attribute length"),
        (&[0x80, 14, 9, 0, 25], "length claims 9 bytes, 2 left in the total path attribute length"),
        (&[0x90, 14, 1], "needs 4 bytes, 3 left in the total path attribute length"),
    ] {
        let bytes = update(&[], attribute);
        let (Message::Update(update), _) = Message::decode(&bytes, Session::default()).unwrap() else {
            panic!("{bytes:?}")
        };
        let error = update.attributes().next().unwrap().unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
}
