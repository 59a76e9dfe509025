//! The laws of BGP: streams of messages, files of collectors, and what routers tell of their neighbours.

use std::ops::Range;

use arbitrary::{Arbitrary, Unstructured};
use contrail_wire::bgp::bmp::{BmpMessage, BmpMessages};
use contrail_wire::bgp::mrt::{Body, Records};
use contrail_wire::bgp::{
    Aigp, Attribute, AttributeType, Attributes, Error, ExtendedCommunity, Families, Message, Messages,
    NextHop, Nlri, Route, SegmentType, Session, SessionKind, Update, UpdateBuilder,
};
use contrail_wire::generate::BgpMessage;
use contrail_wire::{DecodeError, Problem};

use crate::nlri::{all, route};
use crate::{UNWRITTEN, told};

/// Any bytes, taken for a stream of messages and for the body of one of each type, in sessions of each kind, and for
/// files and streams that have messages inside.
pub fn bgp(bytes: &[u8]) {
    for session in sessions() {
        stream(bytes, session);
        for kind in 1..=5 {
            stream(&with_header(kind, bytes), session);
        }
    }
    mrt(bytes);
    bmp(bytes);
}

/// Any bytes, taken for path attributes.
pub fn attribute(bytes: &[u8]) {
    for session in sessions() {
        attributes(Attributes::new(bytes), &session, bytes, 0);
    }
}

/// Any bytes, made into a route, an attribute and a message in which nothing is wrong.
pub fn bgp_message(bytes: &[u8]) {
    // Too few bytes make nothing.
    let _ = made(&mut Unstructured::new(bytes));
}

fn made(input: &mut Unstructured<'_>) -> arbitrary::Result<()> {
    let session = Session::default();
    let message = BgpMessage::arbitrary(input)?;
    let encoded = message.encode();
    let (read, rest) = Message::decode(&encoded, session).expect("a good message can be read");
    assert!(rest.is_empty(), "to its end");
    if let Message::Update(update) = read {
        assert_eq!(update.validate(|_| {}), None, "nothing is wrong with a good message: {message:?}");
        let (announced, withdrawn): (&[_], &[_]) = match &message {
            BgpMessage::Announcement { routes, .. } => (routes, &[]),
            BgpMessage::Withdrawal { routes } => (&[], routes),
            _ => (&[], &[]),
        };
        let made = |routes: &[Nlri<'_>], read: Vec<Result<Route<'_>, Error>>| {
            let made: Vec<_> = routes.iter().map(|nlri| Ok(Route::from(*nlri))).collect();
            assert_eq!(read, made, "routes are read as they were made");
        };
        made(announced, update.announced().collect());
        made(withdrawn, update.withdrawn().collect());
    }
    stream(&encoded, session);
    typed(&Attribute::arbitrary(input)?, &session, 600);
    route(&Route::arbitrary(input)?, 600);
    Ok(())
}

/// Any two choices are made together in one of them.
fn sessions() -> [Session; 4] {
    let session = |kind, four_octet_as, extended_message, add_path| Session {
        kind,
        four_octet_as,
        extended_message,
        add_path_receive: add_path,
        add_path_send: add_path,
        ..Session::default()
    };
    [
        session(SessionKind::Internal, true, false, Families::NONE),
        session(SessionKind::Internal, false, true, Families::ALL),
        session(SessionKind::External, true, true, Families::ALL),
        session(SessionKind::External, false, false, Families::NONE),
    ]
}

fn with_header(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(19 + body.len()).unwrap_or(u16::MAX);
    [&[0xff; 16][..], &length.to_be_bytes(), &[kind], body].concat()
}

fn stream(bytes: &[u8], session: Session) {
    let mut messages = Messages::new(bytes, session);
    loop {
        let before = messages.rest();
        let Some(next) = messages.next() else { break };
        let rest = messages.rest();
        let start = bytes.len() - before.len();
        let alone = Message::decode(before, session);
        match next {
            Ok(read) => {
                assert_eq!(alone, Ok((read, rest)), "a message does not depend on where it stands");
                let whole = &before[..before.len() - rest.len()];
                what_is_cut_is_waited_for(whole, session);
                message(&read, whole, start);
            }
            Err(error) => {
                the_error_is_inside(error.into(), start..bytes.len());
                let moved = alone.map_err(|error| (error.offset + start, error.problem, error.disposition));
                assert_eq!(
                    moved,
                    Err((error.offset, error.problem, error.disposition)),
                    "an error moves along"
                );
                if before.len() == rest.len() {
                    assert!(messages.next().is_none(), "where the next message starts is not known");
                    return;
                }
            }
        }
    }
    assert!(messages.needed() > 0, "it ends where a message is not whole");
    assert!(Message::decode(messages.rest(), session).is_err(), "and there is none");
}

fn what_is_cut_is_waited_for(whole: &[u8], session: Session) {
    if let Some((_, kept)) = whole.split_last() {
        let mut messages = Messages::new(kept, session);
        assert!(messages.next().is_none(), "a byte is missing");
        assert_eq!((messages.needed(), messages.rest()), (1, kept), "and it is known which");
    }
}

/// A message, its bytes, and where they start in what errors count from.
fn message(message: &Message<'_>, whole: &[u8], start: usize) {
    assert_eq!(written(whole.len() + 1, |buffer| message.encode(buffer)), whole, "a message is its bytes");
    assert!(!format!("{message:?}").is_empty());
    told::message(message);
    match message {
        Message::Open(open) => {
            assert!(open.capabilities.iter().count() <= open.capabilities.bytes().len());
            let agreed = Session::negotiate(open, open);
            let internal = if agreed.kind == SessionKind::Internal { open.asn() } else { 0 };
            assert_eq!(internal, open.asn(), "everybody is in his own autonomous system");
        }
        Message::Update(read) => update(read, whole, start),
        Message::Notification(notification) => {
            assert!(!notification.to_string().is_empty());
            let _ = notification.shutdown_communication();
        }
        _ => {}
    }
}

fn update(update: &Update<'_>, whole: &[u8], start: usize) {
    let inside = start..start + whole.len();
    let mut reported = Vec::new();
    let strongest = update.validate(|error| reported.push(error));
    for error in &reported {
        the_error_is_inside((*error).into(), inside.clone());
    }
    // An IP prefix route that is treated as withdrawn is reported, and costs no other.
    let worst = reported.iter().map(|error| error.disposition).max();
    assert!(strongest <= worst, "{strongest:?} is not reported: {reported:?}");

    let read = attributes(update.attributes(), &update.session(), whole, start);
    let announced = all(update.announced(), &inside);
    let withdrawn = all(update.withdrawn(), &inside);
    if strongest.is_none() {
        assert!(read && announced.is_some() && withdrawn.is_some(), "what is faultless can be read");
    }
    let evpn = |route: &Route<'_>| matches!(route.nlri, Nlri::Evpn(_));
    let found = update.evpn_routes().filter_map(Result::ok).count();
    let gone = update.evpn_withdrawn().filter_map(Result::ok).count();
    if let Some(withdrawn) = &withdrawn {
        assert_eq!(gone, withdrawn.iter().filter(|it| evpn(it)).count(), "EVPN routes are routes");
    }
    if let Some(announced) = &announced {
        assert_eq!(found, announced.iter().filter(|it| evpn(it)).count(), "EVPN routes are routes");
    }
    if let Some(path) = update.full_path() {
        let hops = match update.attribute(AttributeType::AS_PATH) {
            Some(Attribute::AsPath(path)) => path.hops(),
            other => panic!("there is no path: {other:?}"),
        };
        let restored = path.segments().map(|segment| match segment.kind {
            SegmentType::SEQUENCE => segment.len(),
            SegmentType::SET => 1,
            _ => 0,
        });
        assert_eq!(restored.sum::<usize>(), hops, "a path that is restored is as long as it was");
        let numbers: usize = path.segments().map(|segment| segment.len()).sum();
        assert_eq!(path.numbers().count(), numbers, "and its numbers are those of its segments");
        assert_eq!(path.to_string().is_empty(), numbers == 0);
    }
    if let Some(aggregator) = update.full_aggregator() {
        let Some(Attribute::Aggregator(short)) = update.attribute(AttributeType::AGGREGATOR) else {
            panic!("there is no AGGREGATOR to restore");
        };
        let may_be_restored = !update.session().four_octet_as && short.asn == 23_456;
        assert!(may_be_restored || aggregator == short, "only AS_TRANS stands for another (RFC 6793 4.2.3)");
    }
    let encapsulation = update.encapsulation();
    assert_eq!(encapsulation.is_some(), update.encapsulations().next().is_some());
    if update.end_of_rib().is_some() {
        assert_eq!(announced, Some(vec![]), "the end has no routes");
        assert_eq!(withdrawn, Some(vec![]), "the end has no routes");
    }
    for routes in [announced, withdrawn].into_iter().flatten() {
        packed_routes_are_read(&routes, None, update.session());
        packed_routes_are_read(&routes, update.next_hop(), update.session());
    }
}

/// Routes that were read can be sent on, whatever they are.
fn packed_routes_are_read(routes: &[Route<'_>], next_hop: Option<NextHop<'_>>, session: Session) {
    let known = || routes.iter().copied().filter(|it| !matches!(it.nlri, Nlri::Unknown { .. }));
    // As the neighbour reads them, path identifiers stand where we send them.
    let neighbours = Session { add_path_receive: session.add_path_send, ..session };
    let received = known().map(|route| {
        let has_identifier = neighbours.add_path_receive.contains(route.nlri.family());
        Route { path_id: has_identifier.then(|| route.path_id.unwrap_or_default()), ..route }
    });
    let expected: Vec<Route<'_>> = received.collect();
    let (mut buffer, mut sent, mut read) = (vec![UNWRITTEN; session.longest_message().into()], known(), 0);
    let mut builder = match next_hop {
        Some(next_hop) => UpdateBuilder::announce(&session, next_hop, &[], sent.by_ref()),
        None => UpdateBuilder::withdraw(&session, sent.by_ref()),
    };
    // A next hop that another family had, or a route that is too long for the session.
    while let Ok(Some(bytes)) = builder.encode_next(&mut buffer) {
        assert!(bytes.len() <= usize::from(session.longest_message()));
        let (message, rest) = Message::decode(bytes, neighbours).expect("what is built can be read");
        assert!(rest.is_empty());
        let update = message.update().expect("it is one");
        let found: Result<Vec<_>, _> = match next_hop {
            Some(_) => update.announced().collect(),
            None => update.withdrawn().collect(),
        };
        let found = found.expect("what is built can be read");
        assert!(!found.is_empty(), "no message is in vain");
        assert_eq!(Some(&found[..]), expected.get(read..read + found.len()), "routes are read as they were");
        read += found.len();
    }
}

/// Whether all of them could be read.
fn attributes(attributes: Attributes<'_>, session: &Session, whole: &[u8], start: usize) -> bool {
    let inside = start..start + whole.len();
    let mut read = true;
    for next in attributes {
        let Ok(raw) = next.map_err(|error| the_error_is_inside(error.into(), inside.clone())) else {
            return false;
        };
        let bytes = written(raw.value.len() + 5, |buffer| Attribute::Raw(raw).encode(session, buffer));
        let place = raw.offset() - start..raw.offset() - start + bytes.len();
        assert_eq!(whole.get(place), Some(&bytes[..]), "an attribute is its bytes");
        match raw.decode(session) {
            Ok(attribute) => typed(&attribute, session, raw.value.len() + 5),
            Err(error) => {
                the_error_is_inside(error.into(), inside.clone());
                read = false;
            }
        }
    }
    read
}

fn typed(attribute: &Attribute<'_>, session: &Session, room: usize) {
    let bytes = written(room, |buffer| attribute.encode(session, buffer));
    let mut again = Attributes::new(&bytes);
    let raw = again.next().expect("there is one").expect("which is whole");
    assert_eq!(raw.decode(session).as_ref(), Ok(attribute), "what is written is read");
    assert!(again.next().is_none(), "and there is no other");
    assert!(!format!("{attribute:?}").is_empty());
    match attribute {
        Attribute::AsPath(path) | Attribute::As4Path(path) => {
            assert_eq!(path.segments().map(|it| it.len()).sum::<usize>(), path.numbers().count());
            assert!(path.hops() <= path.numbers().count());
            assert_eq!(path.to_string().is_empty(), path.bytes().is_empty());
            let _ = (path.neighbour(), path.origin());
        }
        Attribute::Communities(communities) => {
            communities.iter().for_each(|it| assert_eq!(it.to_string().parse(), Ok(*it)));
        }
        Attribute::LargeCommunities(communities) => {
            communities.iter().for_each(|it| assert_eq!(it.to_string().parse(), Ok(*it)));
        }
        Attribute::ExtendedCommunities(communities) => communities.iter().for_each(|it| {
            assert_eq!(it.to_string().parse(), Ok(*it), "{:?}", it.kind());
            let again = ExtendedCommunity::from(it.kind());
            // As text, in which a bandwidth that is no number is equal to itself.
            let [before, after] = [it, &again].map(|it| format!("{:?}", it.kind()));
            assert_eq!(after, before, "a kind says all that it knows");
        }),
        Attribute::TunnelEncapsulation(tunnels) => {
            tunnels.tunnels().for_each(|tunnel| {
                assert_eq!(tunnel.tunnel_type.to_string().parse(), Ok(tunnel.tunnel_type));
                assert!(tunnel.sub_tlvs().count() <= tunnels.bytes().len());
            });
        }
        Attribute::PmsiTunnel(tunnel) => {
            assert!(tunnel.endpoint().is_none_or(|it| !it.to_string().is_empty()))
        }
        Attribute::Aigp(aigp) => {
            let mut buffer = [UNWRITTEN; 11];
            let metric = aigp.metric();
            let alone = metric.map(|metric| Aigp::encode_metric(metric, &mut buffer));
            assert_eq!(alone.and_then(Aigp::metric), metric);
        }
        Attribute::DPath(path) => assert!(path.domains().count() <= path.bytes().len()),
        _ => {}
    }
}

/// Any bytes, taken for a file of MRT records.
pub fn mrt(bytes: &[u8]) {
    let mut records = Records::new(bytes);
    let mut end = 0;
    for record in records.by_ref() {
        let body = record.offset() + 12;
        assert_eq!(record.offset(), end, "records stand in a row");
        end = body + record.bytes().len();
        assert_eq!(bytes.get(body..end), Some(record.bytes()), "a record is where it says");
        let _ = record.microseconds();
        match record.decode() {
            Ok(Body::Message(of_peer)) => {
                let start = end - of_peer.bytes().len();
                contained(of_peer.decode(), of_peer.bytes(), start);
            }
            Ok(Body::PeerIndexTable(table)) => assert!(table.peers().count() <= record.bytes().len()),
            Ok(Body::Rib(rib)) => {
                route(&rib.route.into(), record.bytes().len() + 1);
                for entry in rib.entries() {
                    let _ = entry.next_hop();
                    attributes(entry.attributes, &Session::default(), bytes, 0);
                }
            }
            Ok(_) => {}
            Err(error) => the_error_is_inside(error, record.offset()..end),
        }
    }
    assert_eq!(bytes.get(end..), Some(records.rest()), "what is left is all behind them");
}

/// Any bytes, taken for what a router tells of its neighbours.
pub fn bmp(bytes: &[u8]) {
    let mut messages = BmpMessages::new(bytes);
    let mut session = Session::default();
    for next in messages.by_ref() {
        let of_peer = match next {
            Ok(BmpMessage::PeerUp { up, .. }) => {
                session = up.session().unwrap_or(session);
                assert!(up.information.count() <= bytes.len());
                [up.sent, up.received].map(|it| Some((it, Session::default())))
            }
            Ok(
                BmpMessage::RouteMonitoring { peer, update: data } | BmpMessage::PeerDown { peer, data, .. },
            ) => {
                assert!(!peer.address().to_string().is_empty());
                [Some((data, peer.session(session))), None]
            }
            Ok(BmpMessage::StatisticsReport { statistics: tlvs, .. })
            | Ok(BmpMessage::RouteMirroring { mirrored: tlvs, .. })
            | Ok(BmpMessage::Initiation(tlvs) | BmpMessage::Termination(tlvs)) => {
                assert!(tlvs.count() <= bytes.len());
                [None, None]
            }
            Ok(_) => [None, None],
            Err(error) => {
                the_error_is_inside(error, 0..bytes.len());
                [None, None]
            }
        };
        for (data, session) in of_peer.into_iter().flatten() {
            let start = data.bytes().as_ptr().addr() - bytes.as_ptr().addr();
            contained(data.decode(session), data.bytes(), start);
        }
    }
}

/// A message that is inside of something else, and may have something behind it.
fn contained(read: Result<Message<'_>, Error>, bytes: &[u8], start: usize) {
    match read {
        Ok(read) => {
            let length = written(bytes.len() + 1, |buffer| read.encode(buffer)).len();
            message(&read, &bytes[..length], start);
        }
        Err(error) => the_error_is_inside(error.into(), start..start + bytes.len()),
    }
}

/// What is written to a buffer that has room, of which it leaves the rest alone.
pub(crate) fn written<E: std::fmt::Debug>(
    room: usize,
    write: impl for<'b> FnOnce(&'b mut [u8]) -> Result<&'b mut [u8], E>,
) -> Vec<u8> {
    let mut buffer = vec![UNWRITTEN; room];
    let behind = write(&mut buffer).expect("what was read can be written");
    assert!(behind.iter().all(|byte| *byte == UNWRITTEN), "the room behind it is left alone");
    let length = room - behind.len();
    buffer.truncate(length);
    buffer
}

pub(crate) fn the_error_is_inside(error: DecodeError, place: Range<usize>) {
    assert!(place.start <= error.offset && error.offset <= place.end, "outside of {place:?}: {error}");
    let adds_up = match error.problem {
        Problem::Truncated { needed, available, .. } => {
            needed > available && error.offset + available <= place.end
        }
        Problem::Overrun { claimed, available, field, .. } => {
            claimed > available && error.offset + available <= place.end && !field.is_empty()
        }
        Problem::Field { field, expected, .. } => !field.is_empty() && !expected.is_empty(),
        other => panic!("a problem that these laws do not know: {other}"),
    };
    assert!(adds_up, "{error}");
}
