//! MRT files and BMP streams: what they hold is read, what is cut is refused or waited for.

use contrail_wire::bgp::bmp::{BmpMessage, BmpMessages, PeerHeader};
use contrail_wire::bgp::mrt::{Body, Peer, Record, Records};
use contrail_wire::bgp::{
    Capabilities, Capability, Families, Family, Message, Nlri, Open, Session, SessionKind, evpn,
};
use contrail_wire::{Bound, IntoBytes, Layer, Problem, doc};
use proptest::collection::vec;
use proptest::prelude::*;

pub(super) fn record(kind: u16, subtype: u16, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap();
    [&[0, 0, 0, 7][..], &kind.to_be_bytes(), &subtype.to_be_bytes(), &length.to_be_bytes(), body].concat()
}

fn only(bytes: &[u8]) -> Record<'_> {
    let mut records = Records::new(bytes);
    let record = records.next().unwrap();
    assert!(records.next().is_none() && records.rest().is_empty());
    record
}

/// AS numbers of four octets, no interface, IPv4.
pub(super) const NEIGHBOUR: &[u8] = &[0, 0, 0xfc, 0, 0, 0, 0xfc, 0, 0, 0, 0, 1, 10, 0, 0, 1, 10, 0, 0, 2];

#[test]
fn a_message_is_read_where_it_stands() {
    let microseconds = [0, 0, 0, 9];
    let bytes = record(Record::BGP4MP_ET, 4, &[&microseconds[..], NEIGHBOUR, doc::EVPN_UPDATE].concat());
    let record = only(&bytes);
    assert_eq!((record.timestamp, record.microseconds(), record.offset()), (7, Some(9), 0));
    let Body::Message(message) = record.decode().unwrap() else { panic!("{record:?}") };
    assert_eq!((message.peer_as, message.peer_address), (64512, [10, 0, 0, 1].into()));
    assert_eq!((message.bytes(), message.sent), (doc::EVPN_UPDATE, false));
    let update = message.decode().unwrap().update().unwrap();
    assert_eq!(update.attributes().next().unwrap().unwrap().offset(), 12 + 4 + 20 + 23);
    assert_eq!(update.evpn_routes().count(), 1);
}

#[test]
fn a_state_is_read() {
    let bytes = record(Record::BGP4MP, 5, &[NEIGHBOUR, &[0, 3, 0, 6]].concat());
    let Body::StateChange(change) = only(&bytes).decode().unwrap() else { panic!("no change") };
    assert_eq!((change.old, change.new, change.peer_as), (3, 6, 64512));
}

/// Two entries, of which the second has a next hop in the short form.
pub(super) fn dump(family: &[u8], route: &[u8], path_ids: bool) -> Vec<u8> {
    let path_id: &[u8] = if path_ids { &[0, 0, 0, 5] } else { &[] };
    let first = [&[0, 0, 0, 0, 0, 1][..], path_id, &[0, 7, 0x40, 3, 4, 10, 0, 0, 1]].concat();
    let second = [&[0, 1, 0, 0, 0, 2][..], path_id, &[0, 8, 0x80, 14, 5, 4, 10, 0, 0, 2]].concat();
    [&[0, 0, 0, 42][..], family, route, &[0, 2], &first, &second].concat()
}

#[test]
fn a_table_is_read() {
    let peers = [
        &[10, 9, 9, 9, 0, 2, b'v', b'w', 0, 2][..],
        &[0, 10, 0, 0, 1, 10, 0, 0, 1, 0xfc, 0],
        &[3, 10, 0, 0, 2, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 0],
    ];
    let bytes = record(Record::TABLE_DUMP_V2, 1, &peers.concat());
    let Body::PeerIndexTable(table) = only(&bytes).decode().unwrap() else { panic!("no table") };
    assert_eq!((table.collector, table.view_name), ([10, 9, 9, 9].into(), &b"vw"[..]));
    let second =
        Peer { identifier: [10, 0, 0, 2].into(), address: "2001:db8::2".parse().unwrap(), asn: 65536 };
    assert_eq!(table.peers().count(), 2);
    assert_eq!(table.peers().last(), Some(second));

    for (subtype, path_ids) in [(2, false), (8, true)] {
        let bytes = record(Record::TABLE_DUMP_V2, subtype, &dump(&[], &[8, 10], path_ids));
        let Body::Rib(rib) = only(&bytes).decode().unwrap() else { panic!("no routes") };
        assert_eq!((rib.sequence, rib.route), (42, Nlri::Unicast("10.0.0.0/8".parse().unwrap())));
        let entries: Vec<_> = rib.entries().collect();
        assert_eq!(entries.len(), 2);
        assert_eq!((entries[1].peer_index, entries[1].originated), (1, 2));
        assert_eq!(entries[1].path_id, path_ids.then_some(5));
        assert_eq!(entries[0].next_hop(), Some([10, 0, 0, 1].into()));
    }
}

#[test]
fn a_table_of_any_family_is_read_if_its_routes_are() {
    let route = &doc::EVPN_UPDATE[35..74];
    let bytes = record(Record::TABLE_DUMP_V2, 6, &dump(&[0, 25, 70], route, false));
    let Body::Rib(rib) = only(&bytes).decode().unwrap() else { panic!("no routes") };
    assert_eq!(rib.family, Family::EVPN);
    assert_eq!(rib.route, Nlri::Evpn(evpn::Route::decode(route).unwrap().0));
    assert_eq!(rib.entries().last().unwrap().next_hop(), Some([10, 0, 0, 2].into()));
    let bytes = record(Record::TABLE_DUMP_V2, 6, &dump(&[0x40, 4, 71], route, false));
    assert!(matches!(only(&bytes).decode(), Ok(Body::Unknown(_))));
}

#[test]
fn the_subtype_of_a_table_says_its_family_and_whether_there_are_path_identifiers() {
    let (four, six): (&[u8], &[u8]) = (&[8, 10], &[16, 0xfd, 0]);
    for (subtype, afi, safi, route, path_ids) in [
        (2, 1, 1, four, false),
        (3, 1, 2, four, false),
        (4, 2, 1, six, false),
        (5, 2, 2, six, false),
        (8, 1, 1, four, true),
        (9, 1, 2, four, true),
        (10, 2, 1, six, true),
        (11, 2, 2, six, true),
    ] {
        let bytes = record(Record::TABLE_DUMP_V2, subtype, &dump(&[], route, path_ids));
        let Body::Rib(rib) = only(&bytes).decode().unwrap() else { panic!("no routes in {subtype}") };
        assert_eq!((rib.family.afi.get(), rib.family.safi.0, rib.entries().count()), (afi, safi, 2));
        let prefix = if afi == 1 { "10.0.0.0/8" } else { "fd00::/16" };
        assert_eq!(rib.route, Nlri::Unicast(prefix.parse().unwrap()));
        assert_eq!(rib.entries().last().unwrap().path_id, path_ids.then_some(5));
    }
    for (subtype, path_ids) in [(6, false), (12, true)] {
        let bytes = record(Record::TABLE_DUMP_V2, subtype, &dump(&[0, 1, 2], four, path_ids));
        let Body::Rib(rib) = only(&bytes).decode().unwrap() else { panic!("no routes in {subtype}") };
        assert_eq!((rib.family.safi.0, rib.entries().last().unwrap().path_id), (2, path_ids.then_some(5)));
    }
    let bytes = record(Record::TABLE_DUMP_V2, 7, &dump(&[], four, false));
    assert!(matches!(only(&bytes).decode(), Ok(Body::Unknown(_))));
}

#[test]
fn the_subtype_of_a_message_says_who_sent_it_and_how_it_reads() {
    let two: &[u8] = &[0xfc, 0, 0xfc, 1, 0, 0, 0, 1, 10, 0, 0, 1, 10, 0, 0, 2];
    for (subtype, four_octet_as, sent, path_ids) in [
        (1, false, false, false),
        (4, true, false, false),
        (6, false, true, false),
        (7, true, true, false),
        (8, false, false, true),
        (9, true, false, true),
        (10, false, true, true),
        (11, true, true, true),
    ] {
        let neighbour = if four_octet_as { NEIGHBOUR } else { two };
        let bytes = record(Record::BGP4MP, subtype, &[neighbour, doc::EVPN_UPDATE].concat());
        let Body::Message(message) = only(&bytes).decode().unwrap() else {
            panic!("{subtype} is no message")
        };
        let families = if path_ids { Families::ALL } else { Families::NONE };
        let session = Session {
            kind: if four_octet_as { SessionKind::Internal } else { SessionKind::External },
            four_octet_as,
            extended_message: true,
            add_path_receive: families,
            add_path_send: families,
            ..Session::default()
        };
        assert_eq!((message.session, message.sent), (session, sent), "{subtype}");
        assert_eq!((message.peer_as, message.bytes()), (64512, doc::EVPN_UPDATE));
    }
    for (subtype, neighbour) in [(0, two), (5, NEIGHBOUR)] {
        let bytes = record(Record::BGP4MP, subtype, &[neighbour, &[0, 1, 0, 2]].concat());
        assert!(matches!(only(&bytes).decode(), Ok(Body::StateChange(_))), "{subtype}");
    }
    let bytes = record(Record::BGP4MP, 3, NEIGHBOUR);
    assert!(matches!(only(&bytes).decode(), Ok(Body::Unknown(_))));
}

#[test]
fn a_record_that_is_too_short_for_what_it_holds_says_so() {
    for (kind, subtype, body) in [
        (Record::BGP4MP, 5, [NEIGHBOUR, &[0, 3, 0, 6]].concat()),
        (Record::TABLE_DUMP_V2, 2, dump(&[], &[8, 10], false)),
        (Record::TABLE_DUMP_V2, 6, dump(&[0, 25, 70], &doc::EVPN_UPDATE[35..74], false)),
    ] {
        for cut in 0..body.len() {
            let whole = [vec![0; 12], record(kind, subtype, &body[..cut])].concat();
            let error = Records::new(&whole).nth(1).unwrap().decode().unwrap_err();
            let is_truncated = matches!(
                error.problem,
                Problem::Truncated { bound: Bound::RecordLength | Bound::BgpRoutes, .. }
                    | Problem::Overrun { .. }
            );
            assert!(is_truncated && error.offset >= 12, "{error}");
        }
        let whole = record(kind, subtype, &body);
        assert!(only(&whole).decode().is_ok());
        assert_eq!(Records::new(&whole[..whole.len() - 1]).count(), 0);
    }
}

pub(super) fn peer() -> PeerHeader {
    PeerHeader {
        peer_type: 0,
        peer_flags: 0,
        peer_distinguisher: Default::default(),
        peer_address: "::10.0.0.1".parse().unwrap(),
        peer_as: 64512.into(),
        peer_bgp_id: "10.0.0.1".parse().unwrap(),
        timestamp_seconds: 7.into(),
        timestamp_microseconds: 0.into(),
    }
}

pub(super) fn bmp(kind: u8, body: &[&[u8]]) -> Vec<u8> {
    let body = body.concat();
    let length = u32::try_from(6 + body.len()).unwrap();
    [&[3][..], &length.to_be_bytes(), &[kind], &body].concat()
}

fn open() -> Vec<u8> {
    let mut room = [0; 32];
    let capabilities = [Capability::Multiprotocol(Family::EVPN), Capability::FourOctetAs(64512)];
    let capabilities = Capabilities::encode(&capabilities, &mut room).unwrap();
    let mut buffer = vec![0; 45];
    Message::from(Open::new(64512, [10, 0, 0, 1].into(), capabilities)).encode(&mut buffer).unwrap();
    buffer
}

pub(super) fn monitored() -> Vec<Vec<u8>> {
    let (peer, open) = (peer(), open());
    let peer = peer.as_bytes();
    let tlv = [0, 2, 0, 3, b'r', b't', b'r'];
    let ports = [0, 179, 0x10, 0];
    vec![
        bmp(4, &[&tlv]),
        bmp(3, &[peer, &[0; 12], &[10, 0, 0, 2], &ports, &open, &open, &tlv]),
        bmp(0, &[peer, doc::EVPN_UPDATE]),
        bmp(1, &[peer, &[0, 0, 0, 1], &tlv]),
        bmp(6, &[peer, &tlv]),
        bmp(2, &[peer, &[2, 0, 0]]),
        bmp(5, &[&tlv]),
        bmp(99, &[&[1, 2]]),
    ]
}

#[test]
fn a_router_tells_of_its_neighbours() {
    let stream = monitored().concat();
    let mut session = Session::default();
    let mut kinds = String::new();
    for message in BmpMessages::new(&stream) {
        kinds.push(match message.unwrap() {
            BmpMessage::PeerUp { peer, up } => {
                session = up.session().unwrap();
                assert_eq!((peer.address(), up.local_address), ([10, 0, 0, 1].into(), [10, 0, 0, 2].into()));
                assert_eq!(up.information.count(), 1);
                'u'
            }
            BmpMessage::RouteMonitoring { peer, update } => {
                let session = peer.session(session);
                assert!(session.families.contains(Family::EVPN) && session.four_octet_as);
                assert_eq!(update.decode(session).unwrap().update().unwrap().evpn_routes().count(), 1);
                'r'
            }
            BmpMessage::StatisticsReport { mut statistics, .. } => {
                assert_eq!(statistics.next(), Some((2, &b"rtr"[..])));
                's'
            }
            BmpMessage::PeerDown { reason: 2, .. } => 'd',
            BmpMessage::Initiation(_) => 'i',
            BmpMessage::Termination(_) => 't',
            BmpMessage::RouteMirroring { .. } => 'm',
            BmpMessage::Unknown { kind: 99, body: &[1, 2] } => '?',
            other => panic!("{other:?}"),
        });
    }
    assert_eq!(kinds, "iursmdt?");
}

#[test]
fn a_monitoring_message_that_is_too_short_says_so() {
    for message in monitored() {
        for cut in 6..message.len() {
            assert_eq!(BmpMessages::new(&message[..cut]).count(), 0, "what is cut is waited for");
            let mut short = message[..cut].to_vec();
            short[4] = u8::try_from(cut).unwrap();
            match BmpMessages::new(&short).next().unwrap() {
                Ok(BmpMessage::RouteMonitoring { update, .. }) => {
                    assert!(update.decode(Session::default()).is_err());
                }
                Ok(BmpMessage::PeerDown { .. } | BmpMessage::Unknown { .. }) => {}
                // All up to a TLV or none.
                Ok(_) => assert!(matches!(message.len() - cut, 7), "{cut} of {message:?}"),
                Err(error) => assert!(matches!(error.layer, Layer::Bgp(_)), "{error}"),
            }
        }
    }
    let tlv = bmp(4, &[&[0, 2, 0, 9, b'r', b't', b'r']]);
    let error = BmpMessages::new(&tlv).next().unwrap().unwrap_err().to_string();
    assert_eq!(error, "bmp_message at byte 0: needs 8 bytes, 7 left in the record length");
    let mut lost = BmpMessages::new(&[4, 0, 0, 0, 6, 4, 3, 0, 0, 0, 6, 4]);
    let error = lost.next().unwrap().unwrap_err();
    assert_eq!(error.to_string(), "bmp_message at byte 0: version is 4, expected 3 (RFC 7854 4.1)");
    assert!(lost.next().is_none());
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(body in vec(any::<u8>(), 0..80), kind in 12..18_u16, subtype in 0..13_u16, bmp_kind in 0..8_u8) {
        if let Ok(Body::Rib(rib)) = only(&record(kind, subtype, &body)).decode() {
            let _ = rib.entries().filter_map(|entry| entry.next_hop()).count();
        }
        for message in BmpMessages::new(&bmp(bmp_kind, &[&body])).flatten() {
            if let BmpMessage::PeerUp { up, .. } = message {
                let _ = up.session();
            }
        }
        let _ = (Records::new(&body).count(), BmpMessages::new(&body).count());
    }
}
