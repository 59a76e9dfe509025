//! Messages and parts of them that other projects test with: they read as those, tshark and ExaBGP say, and are written
//! again as they were. Where that is not so, `vectors.tsv` says why.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;

use contrail_wire::EthernetSegmentId;
use contrail_wire::bgp::{
    AttributeType, Attributes, Families, Family, Message, Messages, MpReach, MpUnreach, PathAttribute,
    Routes, Session, Update, evpn,
};
use serde_json::Value;

use super::malformed;
use super::tshark::{self, FIELDS, assert_each_rule_is_used, lines};
use super::{exabgp, rewrite};
use crate::corpus;

/// Lines of a kind, the name of a rule, and more: `rule` gives the reason for it; `differs` has a field of tshark and the
/// vectors in which it differs; `unreadable` a vector and the first error in it; `accepted` a vector that upstream has
/// refused, and `rewritten` one that is written otherwise. `session` has a vector and what its session has agreed on.
const KNOWN: &str = include_str!("vectors.tsv");

pub(super) struct Vector {
    pub(super) id: String,
    kind: String,
    test: String,
    /// What the test has.
    part: Vec<u8>,
    /// The same as a whole message, if it can stand in one.
    pub(super) message: Vec<u8>,
    /// What upstream says of it: that it can be read, or cannot.
    valid: Option<bool>,
    expect: String,
    json: Value,
}

/// All vectors of BGP; none where the corpus is not there.
pub(super) fn vectors() -> Vec<Vector> {
    let Some(path) = corpus::part("vectors/dev-vectors.jsonl") else { return vec![] };
    let mut vectors = Vec::new();
    for line in fs::read_to_string(path).unwrap().lines() {
        let value: Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
        let part = crate::hex::bytes(&text("hex"));
        let message = value["wrapped_update"].as_str().map_or_else(|| part.clone(), crate::hex::bytes);
        vectors.push(Vector {
            id: text("id"),
            kind: text("kind"),
            test: text("test"),
            part,
            message,
            valid: value["valid_upstream"].as_bool(),
            expect: text("expect"),
            json: value["expect_json_exabgp"].clone(),
        });
    }
    assert_eq!(vectors.len(), 668);
    vectors
}

impl Vector {
    /// Whether it is a whole message, or can stand in one.
    pub(super) fn is_message(&self) -> bool {
        !matches!(self.kind.as_str(), "ethernet_frame" | "ip_packet" | "esi" | "bgp_fragment_crash")
    }

    /// What its session has agreed on, as far as it is not the usual.
    pub(super) fn session(&self) -> Session {
        let agreed = lines(KNOWN, "session").find(|line| line[0] == self.id).map_or("", |line| line[1]);
        let add_path = if agreed.contains("add-path") { Families::ALL } else { Families::NONE };
        Session {
            four_octet_as: !agreed.contains("two-octet-as"),
            add_path_receive: add_path,
            ..malformed::session(&self.message)
        }
    }
}

/// Vector and field.
fn known_differences() -> BTreeSet<(&'static str, &'static str)> {
    lines(KNOWN, "differs").flat_map(|line| line[2].split(' ').map(move |id| (id, line[1]))).collect()
}

#[test]
fn each_rule_has_a_reason_and_a_use() {
    assert_each_rule_is_used(KNOWN, &["differs", "unreadable", "accepted", "rewritten"]);
}

/// The first part that cannot be read.
pub(super) fn first_error(bytes: &[u8], session: Session) -> Option<String> {
    let mut messages = Messages::new(bytes, session);
    for message in &mut messages {
        match message {
            Ok(Message::Update(update)) => {
                if let Some(error) = error_in(&update) {
                    return Some(error);
                }
            }
            Ok(_) => {}
            Err(error) => return Some(error.to_string()),
        }
    }
    (!messages.rest().is_empty()).then(|| format!("{} bytes to come", messages.needed()))
}

fn error_in(update: &Update<'_>) -> Option<String> {
    let session = update.session();
    let attribute = update.attributes().find_map(|it| it.and_then(|it| it.decode(&session)).err());
    let route = || update.withdrawn().chain(update.announced()).find_map(Result::err);
    attribute.or_else(route).map(|error| error.to_string())
}

#[test]
fn each_reads_as_tshark_reads_it() {
    let vectors = vectors();
    let Some(path) = corpus::part("vectors/dev.tshark.jsonl") else { return };
    let text = fs::read_to_string(path).unwrap();
    let theirs: BTreeMap<String, Value> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|line| (line["id"].as_str().unwrap().to_owned(), line["tshark"].clone()))
        .collect();
    let mut known = known_differences();
    let (mut wrong, mut same) = (String::new(), 0);
    for vector in vectors.iter().filter(|vector| vector.is_message()) {
        if first_error(&vector.message, vector.session()).is_some() {
            continue;
        }
        let ours = tshark::fields(&vector.message, vector.session());
        let theirs = &theirs[&vector.id];
        let mut differs = false;
        for field in FIELDS {
            let ours = ours.get(field).map(|values| values.join("|"));
            let theirs = theirs[field].as_str();
            if ours.as_deref() != theirs {
                differs = true;
                if !known.remove(&(vector.id.as_str(), field)) {
                    writeln!(wrong, "{}\t{field}\t{ours:?}\t{theirs:?}", vector.id).unwrap();
                }
            }
        }
        same += usize::from(!differs);
    }
    println!("{same} vectors agree in all fields");
    assert!(known.is_empty(), "no longer differ: {known:?}");
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn each_reads_as_the_vector_itself_says() {
    let (known, mut wrong) = (known_differences(), String::new());
    for vector in vectors().iter().filter(|vector| vector.is_message()) {
        if first_error(&vector.message, vector.session()).is_some() {
            continue;
        }
        let ours = tshark::fields(&vector.message, vector.session());
        for stated in vector.expect.split(' ').filter_map(|stated| stated.split_once('=')) {
            let field = match stated.0 {
                "attrs" => "bgp.update.path_attribute.type_code",
                "rt" => "bgp.evpn.nlri.rt",
                "rd" => "bgp.evpn.nlri.rd",
                "etag" => "bgp.evpn.nlri.etag",
                "mac" => "bgp.evpn.nlri.mac_addr",
                "ip" => "bgp.evpn.nlri.ip.addr",
                "ip6" => "bgp.evpn.nlri.ipv6.addr",
                "vni" => "bgp.evpn.nlri.vni",
                _ => continue,
            };
            let ours = ours.get(field).map(|values| values.join("|"));
            if ours.as_deref() != Some(stated.1) && !known.contains(&(vector.id.as_str(), field)) {
                writeln!(wrong, "{}\t{stated:?}\t{ours:?}", vector.id).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn what_cannot_be_read_is_what_others_refuse_too() {
    let mut known: BTreeMap<_, _> = lines(KNOWN, "unreadable").map(|line| (line[1], line[2])).collect();
    let mut accepted: BTreeSet<_> = lines(KNOWN, "accepted").map(|line| line[1]).collect();
    let mut wrong = String::new();
    for vector in vectors().iter().filter(|vector| vector.is_message()) {
        let error = first_error(&vector.message, vector.session());
        if error.as_deref() != known.remove(vector.id.as_str()) {
            let error = error.as_deref().unwrap_or_default();
            writeln!(wrong, "unreadable\t{}\t{error}\t{:?} {}", vector.id, vector.valid, vector.test)
                .unwrap();
        }
        let refused = error.is_some() || validated(&vector.message, vector.session());
        let otherwise = vector.valid == Some(false) && !refused;
        if otherwise != accepted.remove(vector.id.as_str()) {
            writeln!(wrong, "accepted\t{}\t{otherwise}\t{}", vector.id, vector.test).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(known.is_empty() || vectors().is_empty(), "can be read, or are not there: {known:?}");
}

/// Whether anything is wrong with what is there; what is missing is so only for want of the whole message.
fn validated(bytes: &[u8], session: Session) -> bool {
    let mut wrong = false;
    for update in Messages::new(bytes, session).filter_map(|message| message.ok()?.update()) {
        update.validate(|error| wrong |= error.offset > 0);
    }
    wrong
}

#[test]
fn each_reads_as_exabgp_reads_it() {
    let mut wrong = String::new();
    let mut compared = 0;
    for vector in vectors().iter().filter(|vector| !vector.json.is_null()) {
        if first_error(&vector.message, vector.session()).is_some() {
            continue;
        }
        for message in Messages::new(&vector.message, vector.session()) {
            let Message::Update(update) = message.unwrap() else { continue };
            compared += 1;
            for difference in exabgp::differences(&update, &vector.json["update"]) {
                writeln!(wrong, "{}\t{difference}", vector.id).unwrap();
            }
        }
    }
    println!("{compared} messages compared");
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn each_is_written_again_as_it_was() {
    let mut known: BTreeMap<_, _> = lines(KNOWN, "rewritten").map(|line| (line[1], line[0])).collect();
    let mut wrong = String::new();
    for vector in vectors().iter().filter(|vector| vector.is_message()) {
        let session = vector.session();
        if first_error(&vector.message, session).is_some() {
            continue;
        }
        for message in Messages::new(&vector.message, session) {
            for difference in rewrite::differences(&message.unwrap()) {
                if known.remove(vector.id.as_str()).is_none() {
                    writeln!(wrong, "{}\t{difference}", vector.id).unwrap();
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(known.is_empty() || vectors().is_empty(), "are the same: {known:?}");
}

#[test]
fn segments_are_read_and_printed() {
    for vector in vectors().iter().filter(|vector| vector.kind == "esi") {
        let octets = <[u8; 10]>::try_from(vector.part.as_slice()).unwrap();
        let segment = EthernetSegmentId::new(octets);
        assert_eq!(segment.to_string().parse(), Ok(segment));
    }
}

#[test]
fn what_crashed_others_crashes_nothing() {
    let mut tried = 0;
    for vector in vectors().iter().filter(|vector| vector.kind == "bgp_fragment_crash") {
        let (part, session) = (&vector.part, Session::default());
        for family in Family::KNOWN {
            for add_path in [false, true] {
                tried += Routes::new(family, part, add_path).count();
            }
        }
        for kind in (0..=255).map(AttributeType) {
            let attribute = PathAttribute::new(Default::default(), kind, part);
            tried += usize::from(attribute.decode(&session).is_err());
        }
        let _ =
            (MpReach::decode(part, &session), MpUnreach::decode(part, &session), evpn::Route::decode(part));
        tried += Attributes::new(part).count() + Messages::new(part, session).count();
    }
    assert!(tried > 0 || vectors().is_empty());
}
