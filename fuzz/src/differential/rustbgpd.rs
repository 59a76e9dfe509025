//! The messages and EVPN routes that rustbgpd reads too.

mod known;
mod ours;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use arbitrary::{Arbitrary, Unstructured};
use bytes::Bytes;
use contrail_wire::Problem;
use contrail_wire::bgp::{
    AttributeType, Element, Error, Family, Message, Routes, Session, SessionKind, Update,
};
use contrail_wire::generate::BgpMessage;
use rustbgpd_wire::evpn::{EvpnRoute, decode_evpn_nlri, encode_evpn_nlri};
use rustbgpd_wire::update::UpdateMessage;
use rustbgpd_wire::{DecodeError, decode_message};

use super::{each_route, is_known, masked};

/// Any bytes, taken for a stream of messages and for EVPN routes, and for the choices of a good message, of which bytes are
/// changed after that.
pub fn against_rustbgpd(bytes: &[u8]) {
    let mut rest = bytes;
    while let Some((one, behind)) = first_message(rest) {
        message(one);
        rest = behind;
    }
    routes(bytes);
    let mut input = Unstructured::new(bytes);
    let Ok(made) = BgpMessage::arbitrary(&mut input) else { return };
    let mut encoded = made.encode();
    message(&encoded);
    while let (Ok(at), Ok(byte), false) = (input.arbitrary::<u16>(), input.arbitrary(), input.is_empty()) {
        let behind_the_header = usize::from(at) % encoded.len().saturating_sub(19).max(1) + 19;
        encoded.get_mut(behind_the_header).into_iter().for_each(|it| *it = byte);
        message(&encoded);
    }
}

/// As many bytes as the header says, and what is behind them.
fn first_message(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = u16::from_be_bytes(*bytes.get(16..)?.first_chunk()?);
    bytes.split_at_checked(length.max(19).into())
}

fn message(bytes: &[u8]) {
    for kind in [SessionKind::Internal, SessionKind::External] {
        let session = Session { kind, ..Session::default() };
        let ours = Message::decode(bytes, session).map(|(message, _)| message);
        let theirs = decode_message(&mut Bytes::copy_from_slice(bytes), session.longest_message());
        match (ours, theirs) {
            (Ok(Message::Update(ours)), Ok(rustbgpd_wire::Message::Update(theirs))) => update(&ours, &theirs),
            (Ok(ours), Ok(theirs)) => assert_eq!(kind_of(&ours), theirs.message_type() as u8),
            (Err(_), Err(_)) => {}
            (ours, theirs) => {
                let known = known::of_messages(&ours, &theirs);
                is_known(&format_args!("ours {ours:?}, theirs {theirs:?}; Update {bytes:?}"), &known);
            }
        }
    }
}

const fn kind_of(message: &Message<'_>) -> u8 {
    match message {
        Message::Open(_) => 1,
        Message::Update(_) => 2,
        Message::Notification(_) => 3,
        Message::Keepalive => 4,
        _ => 5,
    }
}

/// A part of an UPDATE that one of both refuses.
struct Case<'a> {
    update: &'a Update<'a>,
    part: AttributeType,
    ours: Option<Error>,
    theirs: Option<DecodeError>,
}

impl fmt::Debug for Case<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ours = self.ours.map(|error| error.to_string());
        write!(f, "{}: ours {ours:?}, theirs {:?}; {:?}", self.part, self.theirs, self.update)
    }
}

/// All routes, wherever they stand.
const ROUTES: AttributeType = AttributeType::MP_REACH_NLRI;

/// The parts that both refuse are the same; where there are none, nor are there differences in what both read.
fn update(update: &Update<'_>, message: &UpdateMessage) {
    let (mut ours, mut theirs) = (BTreeMap::new(), BTreeMap::new());
    update.validate(|error| {
        let part = match error.element() {
            Element::Attribute(AttributeType::MP_UNREACH_NLRI) | Element::Route(_) | Element::Evpn(_) => {
                ROUTES
            }
            Element::Attribute(kind) => kind,
            Element::Update if !matches!(error.problem, Problem::Field { .. }) => AttributeType(0),
            // What is said of the message follows from what is said of its parts.
            _ => return,
        };
        // Theirs says in another place what is missing.
        if !matches!(
            error.problem,
            Problem::Field { expected: "one where routes are announced (RFC 7606 3)", .. }
        ) {
            ours.entry(part).or_insert(error);
        }
    });
    let is_internal = update.session().kind == SessionKind::Internal;
    let parsed = message.parse_revised(true, is_internal, false, &[]);
    match &parsed {
        // Theirs does not say what else there is.
        Err(error) => theirs.extend([(ROUTES, error.clone())]),
        Ok(revised) => revised.malformed.iter().for_each(|malformed| {
            let part = match AttributeType(malformed.type_code) {
                AttributeType::MP_UNREACH_NLRI => ROUTES,
                kind => kind,
            };
            theirs.entry(part).or_insert_with(|| malformed.error.clone());
        }),
    }
    let parts: BTreeSet<_> = ours.keys().chain(theirs.keys()).copied().collect();
    for part in parts {
        let case = Case { update, part, ours: ours.get(&part).copied(), theirs: theirs.get(&part).cloned() };
        let is_silent = parsed.is_err() && part != ROUTES;
        if !is_silent && (case.ours.is_none() || case.theirs.is_none()) {
            is_known(&case, &known::of_updates(&case));
        }
    }
    if let (true, true, Ok(parsed)) = (ours.is_empty(), theirs.is_empty(), &parsed) {
        ours::is_the_same(update, &parsed.update);
    }
}

/// EVPN routes one by one.
fn routes(bytes: &[u8]) {
    each_route(bytes, |one| {
        let ours: Result<Vec<_>, _> = Routes::new(Family::EVPN, one, false).collect();
        let theirs = decode_evpn_nlri(one);
        match (&ours, &theirs) {
            (Ok(ours), Ok(theirs)) if theirs.is_empty() => {
                assert!(ours.iter().all(|route| !ours::they_know(route)), "theirs reads no {ours:?}");
            }
            (Ok(ours), Ok(theirs)) => {
                let converted: Vec<_> = theirs.iter().map(ours::route).collect();
                let ours: Vec<_> = ours.iter().map(|route| Some(masked(route.nlri))).collect();
                assert_eq!(ours, converted);
                written_is_read(theirs, one);
            }
            (Err(_), Err(_)) => {}
            _ => {
                let known = known::of_routes(one, &ours, &theirs);
                is_known(&format_args!("ours {ours:?}, theirs {theirs:?}; Update {one:?}"), &known);
            }
        }
    });
}

/// What they write ours reads as what it was, and but for bits behind a prefix it is the same bytes.
fn written_is_read(routes: &[EvpnRoute], bytes: &[u8]) {
    let mut written = Vec::new();
    encode_evpn_nlri(routes, &mut written).expect("it was read");
    if let [EvpnRoute::IpPrefix(_)] = routes {
        let again = Routes::new(Family::EVPN, &written, false);
        let again: Vec<_> = again.map(|route| route.ok().map(|route| route.nlri)).collect();
        assert_eq!(again, routes.iter().map(ours::route).collect::<Vec<_>>());
    } else {
        assert_eq!(written, bytes, "{routes:?}");
    }
}
