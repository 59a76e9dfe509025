//! MRT files of route collectors: they hold what bgpdump printed of them, line by line.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::Ipv6Addr;
use std::path::{Path, PathBuf};
use std::process::Command;

use contrail_wire::bgp::mrt::{Body, Peer, PeerMessage, Record, Records, Rib, RibEntry};
use contrail_wire::bgp::{
    Aggregator, Attribute, AttributeType, Attributes, Families, Family, MergedPath, Message, NextHop, Origin,
    Route, Routes, Safi, Session,
};

use crate::corpus;

/// The file, unpacked if it must be; `None`, said loudly, without the program for that.
pub(super) fn unpacked(path: &Path) -> Option<Vec<u8>> {
    let program = match path.extension().and_then(|extension| extension.to_str()) {
        Some("gz") => "gzip",
        Some("bz2") => "bzip2",
        _ => return Some(std::fs::read(path).unwrap()),
    };
    match Command::new(program).arg("-dc").arg(path).output() {
        Ok(output) if output.status.success() => Some(output.stdout),
        other => {
            corpus::skipped(&format!("{program} -dc {}: {other:?}", path.display()));
            None
        }
    }
}

/// Files, and how many records or their messages have something in them that cannot be read.
const REFUSED: [(&str, usize); 4] = [
    // The collector wrote neither family nor addresses in front of some messages and states.
    ("rrc01/2000.11/updates.20001104.0124.gz", 63),
    // Behind the first route there is the start of another.
    ("test_data/updates.nlri_mask_trailing_bits.gz", 1),
    (WITHOUT_SAYING_SO[0], 6),
    (WITHOUT_SAYING_SO[1], 6),
];

/// Where BIRD wrote path identifiers, under the subtype of messages that have none; RFC 8050 has others for them.
const WITHOUT_SAYING_SO: [&str; 2] = ["samples/bird6_bgp", "samples/bird_bgp"];

/// Path, record counts by type, and whether there is what bgpdump printed, of each file.
fn index() -> Vec<(PathBuf, String, bool)> {
    let Some(folder) = corpus::part("mrt") else { return vec![] };
    let index = std::fs::read_to_string(folder.join("INDEX.tsv")).unwrap();
    let lines = index.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    lines
        .map(|line| (folder.join(line[1].replace('/', "+")).join(line[2]), line[7].into(), line[8] == "True"))
        .collect()
}

#[test]
fn each_file_has_the_records_that_it_should_have() {
    for (path, expected, _) in index() {
        let Some(bytes) = unpacked(&path) else { continue };
        let mut counts = BTreeMap::<_, usize>::new();
        let (mut records, mut refused) = (Records::new(&bytes), 0);
        for record in &mut records {
            *counts.entry((record.kind, record.subtype)).or_default() += 1;
            let readable = match record.decode() {
                Ok(Body::Message(message)) => message.decode().is_ok_and(|message| is_readable(&message)),
                Ok(Body::Rib(rib)) => {
                    rib.entries().all(|entry| entry.attributes.into_iter().all(|it| it.is_ok()))
                }
                body => body.is_ok(),
            };
            refused += usize::from(!readable);
        }
        assert!(records.rest().is_empty(), "{}", path.display());
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
        let mut found: Vec<_> =
            counts.iter().map(|((kind, sub), count)| format!("{kind}/{sub}={count}")).collect();
        let mut expected: Vec<_> = expected.split(',').map(str::to_owned).collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{}", path.display());
        assert_eq!(
            refused,
            REFUSED.iter().find(|(file, _)| path.ends_with(file)).map_or(0, |(_, count)| *count),
            "{}",
            path.display()
        );
    }
}

#[test]
fn path_identifiers_are_read_if_somebody_says_that_they_are_there() {
    let files = index().into_iter().map(|(path, ..)| path);
    for path in files.filter(|path| WITHOUT_SAYING_SO.iter().any(|file| path.ends_with(file))) {
        let Some(bytes) = unpacked(&path) else { continue };
        let mut ids = 0;
        for record in Records::new(&bytes) {
            let Body::Message(message) = record.decode().unwrap() else { continue };
            let session = Session { add_path_receive: Families::ALL, ..message.session };
            let (message, _) = Message::decode(message.bytes(), session).unwrap();
            assert!(is_readable(&message), "{message:?}");
            let Message::Update(update) = message else { continue };
            ids += update.announced().filter(|route| route.unwrap().path_id.is_some_and(|id| id > 0)).count();
        }
        assert!(ids > 5, "{}: {ids}", path.display());
    }
}

fn is_readable(message: &Message<'_>) -> bool {
    let Message::Update(update) = message else { return true };
    update.attributes().all(|raw| raw.is_ok_and(|raw| raw.decode(&update.session()).is_ok()))
        && update.announced().chain(update.withdrawn()).all(|route| route.is_ok())
}

#[test]
fn each_file_reads_as_bgpdump_reads_it() {
    let mut compared = 0;
    for (path, _, _) in index().into_iter().filter(|(_, _, printed)| *printed) {
        let printed =
            path.with_file_name(format!("{}.expected-bgpdump.gz", path.file_name().unwrap().display()));
        let (Some(bytes), Some(printed)) = (unpacked(&path), unpacked(&printed)) else { continue };
        let printed = String::from_utf8(printed).unwrap();
        let ours = lines(&bytes);
        for (at, (ours, theirs)) in ours.lines().zip(printed.lines()).enumerate() {
            assert_eq!(ours, with_same_addresses(theirs), "line {} of {}", at + 1, path.display());
        }
        assert_eq!(ours.lines().count(), printed.lines().count(), "{}", path.display());
        compared += printed.lines().count();
    }
    assert!(compared > 100_000 || index().is_empty(), "{compared}");
}

/// With IPv6 addresses as they are written today (RFC 5952): bgpdump writes `::` for a single group of zero too.
fn with_same_addresses(line: &str) -> String {
    let same = |field: &str| match field.split_once('/') {
        Some((address, bits)) => Some(format!("{}/{bits}", address.parse::<Ipv6Addr>().ok()?)),
        None => Some(field.parse::<Ipv6Addr>().ok()?.to_string()),
    };
    let fields = line.split('|').map(|field| same(field).unwrap_or_else(|| field.to_owned()));
    fields.collect::<Vec<_>>().join("|")
}

/// What `bgpdump -m` prints.
fn lines(bytes: &[u8]) -> String {
    let mut lines = String::new();
    let mut peers = Vec::new();
    for record in Records::new(bytes) {
        match record.decode().unwrap() {
            Body::Message(message) => of_message(&mut lines, &record, &message),
            Body::StateChange(it) => {
                let (time, address) = (record.timestamp, it.peer_address);
                writeln!(lines, "BGP4MP|{time}|STATE|{address}|{}|{}|{}", it.peer_as, it.old, it.new)
                    .unwrap();
            }
            Body::PeerIndexTable(table) => peers = table.peers().collect(),
            Body::Rib(rib) => {
                rib.entries().for_each(|entry| of_entry(&mut lines, &record, &peers, &rib, &entry));
            }
            _ => {}
        }
    }
    lines
}

fn of_message(lines: &mut String, record: &Record<'_>, message: &PeerMessage<'_>) {
    let Message::Update(update) = message.decode().unwrap() else { return };
    let start =
        |kind| format!("BGP4MP|{}|{kind}|{}|{}", record.timestamp, message.peer_address, message.peer_as);
    let reach = update.mp_reach();
    let unreach = update.mp_unreach();
    let withdrawn = update.ipv4_withdrawn().chain(unreach.into_iter().flat_map(|it| unicast(it.routes)));
    for route in withdrawn.map(Result::unwrap) {
        writeln!(lines, "{}|{}", start('W'), masked(&route)).unwrap();
    }
    let session = update.session();
    let next_hop = match update.attribute(AttributeType::NEXT_HOP) {
        Some(Attribute::NextHop(address)) => Some(NextHop::from(address)),
        _ => None,
    };
    for route in update.ipv4_routes().map_while(Result::ok) {
        let rest = rest(update.attributes(), &session, next_hop);
        writeln!(lines, "{}|{}|{rest}", start('A'), masked(&route)).unwrap();
    }
    for route in reach.into_iter().flat_map(|reach| unicast(reach.routes)).map(Result::unwrap) {
        let next_hop = reach.map(|reach| match reach.next_hop {
            NextHop::Unknown(octets) => NextHop::decode(of_unicast(reach.family), octets).unwrap(),
            next_hop => next_hop,
        });
        let rest = rest(update.attributes(), &session, next_hop);
        writeln!(lines, "{}|{}|{rest}", start('A'), masked(&route)).unwrap();
    }
}

/// Routes of multicast are bytes here, but have the form of those of unicast.
fn unicast(routes: Routes<'_>) -> Routes<'_> {
    Routes::new(of_unicast(routes.family()), routes.bytes(), false)
}

fn of_unicast(family: Family) -> Family {
    Family { safi: Safi::UNICAST, ..family }
}

fn masked(route: &Route<'_>) -> String {
    route.nlri.key().to_string()
}

fn of_entry(lines: &mut String, record: &Record<'_>, peers: &[Peer], rib: &Rib<'_>, entry: &RibEntry<'_>) {
    let peer = peers[usize::from(entry.peer_index)];
    let kind = if entry.path_id.is_some() { "TABLE_DUMP2_AP" } else { "TABLE_DUMP2" };
    write!(lines, "{kind}|{}|B|{}|{}|{}|", record.timestamp, peer.address, peer.asn, rib.route).unwrap();
    if let Some(id) = entry.path_id {
        write!(lines, "{id}|").unwrap();
    }
    let rest = rest(entry.attributes, &Session::default(), entry.next_hop());
    writeln!(lines, "{rest}").unwrap();
}

/// What is said of a route, from the path on.
fn rest(attributes: Attributes<'_>, session: &Session, next_hop: Option<NextHop<'_>>) -> String {
    let (mut path, mut as4_path) = (None, None);
    let (mut origin, mut preference, mut metric) = ("INCOMPLETE", 0, 0);
    let (mut communities, mut atomic) = (String::new(), "NAG");
    let (mut aggregator, mut as4_aggregator) = (None, None);
    for raw in attributes {
        let raw = raw.unwrap();
        // In a table, MP_REACH_NLRI is nothing but a next hop.
        if raw.kind == AttributeType::MP_REACH_NLRI {
            continue;
        }
        match raw.decode(session).unwrap() {
            Attribute::AsPath(it) => path = Some(it),
            Attribute::As4Path(it) => as4_path = Some(it),
            Attribute::Origin(Origin::Igp) => origin = "IGP",
            Attribute::Origin(Origin::Egp) => origin = "EGP",
            Attribute::LocalPref(it) => preference = it,
            Attribute::MultiExitDisc(it) => metric = it,
            Attribute::Communities(list) => {
                communities = list.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
            }
            Attribute::AtomicAggregate => atomic = "AG",
            Attribute::Aggregator(it) => aggregator = Some(it),
            Attribute::As4Aggregator(it) => as4_aggregator = Some(it),
            _ => {}
        }
    }
    let path = match (path, as4_path) {
        (Some(path), Some(as4_path)) => MergedPath::new(path, as4_path).to_string(),
        (path, _) => path.map(|it| it.to_string()).unwrap_or_default(),
    };
    let next_hop = next_hop.map_or("255.255.255.255".into(), |it| it.to_string());
    let aggregator = match (aggregator, as4_aggregator) {
        (Some(Aggregator { asn: 23456, .. }), Some(four_octets)) => Some(four_octets),
        (two_octets, _) => two_octets,
    };
    let aggregator = aggregator.map(|it| format!("{} {}", it.asn, it.address)).unwrap_or_default();
    format!("{path}|{origin}|{next_hop}|{preference}|{metric}|{communities}|{atomic}|{aggregator}|")
}
