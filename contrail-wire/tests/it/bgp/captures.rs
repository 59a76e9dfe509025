//! The BGP in captures, put together from TCP segments: it reads as tshark reads it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::net::IpAddr;

use contrail_wire::bgp::{Message, Messages, Open, Session};
use contrail_wire::capture::Reader;
use contrail_wire::net::tcp::TcpFlags;
use contrail_wire::{Decoder, PayloadKind};

use super::mrt::unpacked;
use super::tshark::{FIELDS, Fields, Shown, assert_each_rule_is_used, lines};
use crate::{corpus, packets};

/// `rule`, its name and a reason. `differs`, the name of a rule, a capture, and the fields of it that differ for that
/// reason; `skipped`, the name of a rule, and a capture that is not read.
const KNOWN: &str = include_str!("captures.tsv");

const PORTS: [u16; 2] = [179, 10179];

/// Whether a message of BGP may begin so.
fn begins(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xff; 16])
}

/// One direction of a connection.
type Direction = ((IpAddr, u16), (IpAddr, u16));

/// Segments from one SYN to the next, as they came.
type Run = Vec<(u32, Vec<u8>)>;

/// What is sent in each direction.
#[derive(Default)]
pub(super) struct Connections {
    pub(super) directions: BTreeMap<Direction, Vec<Run>>,
    fragments: usize,
}

impl Connections {
    /// Those with one of these ports; `None` if it is no capture, or one of a link that is not read.
    pub(super) fn read(capture: &[u8], wanted: &[u16]) -> Option<Self> {
        let mut connections = Self::default();
        let mut reader = Reader::new(capture).ok()?;
        let decoder = Decoder::new();
        while let Ok(Some(frame)) = reader.next_frame() {
            let levels = packets::levels(&decoder, frame.link()?, frame.bytes, frame.original_length);
            for packet in levels.iter().map(|level| level.packet) {
                connections.fragments += usize::from(packet.payload_kind() == PayloadKind::Fragment);
                let (Some(tcp), Some(source), Some(destination)) =
                    (packet.tcp(), packet.source_ip(), packet.destination_ip())
                else {
                    continue;
                };
                let ports = [tcp.header.source_port.get(), tcp.header.destination_port.get()];
                if !ports.iter().any(|port| wanted.contains(port)) {
                    continue;
                }
                let direction = ((source, ports[0]), (destination, ports[1]));
                let runs = connections.directions.entry(direction).or_default();
                let sequence = tcp.header.sequence_number.get();
                if tcp.header.flags.contains(TcpFlags::SYN) || runs.is_empty() {
                    runs.push(vec![]);
                }
                if !packet.payload().is_empty() {
                    runs.last_mut().unwrap().push((sequence, packet.payload().to_vec()));
                }
            }
        }
        Some(connections)
    }

    /// What both ends agreed on, as far as the capture has their OPENs, for who receives in `direction`.
    fn session(&self, direction: &Direction) -> Session {
        let first = |direction: &Direction| {
            self.directions.get(direction)?.iter().flat_map(|run| streams(run, begins)).next()
        };
        let (ours, theirs) = (first(&(direction.1, direction.0)), first(direction));
        match (open(ours.as_deref()), open(theirs.as_deref())) {
            (Some(ours), Some(theirs)) => Session::negotiate(&ours, &theirs),
            _ => Session::default(),
        }
    }
}

impl Connections {
    /// How many messages there are.
    pub(super) fn messages(&self) -> usize {
        ours(self).1
    }
}

/// The OPEN that a stream begins with.
fn open(stream: Option<&[u8]>) -> Option<Open<'_>> {
    match Messages::new(stream?, Session::default()).next()? {
        Ok(Message::Open(open)) => Some(open),
        _ => None,
    }
}

/// Bytes that follow each other without a gap; what comes again is left out. `begins` says where a message may begin.
pub(super) fn streams(run: &[(u32, Vec<u8>)], begins: fn(&[u8]) -> bool) -> Vec<Vec<u8>> {
    let Some((first, _)) = run.first() else { return vec![] };
    let mut segments: Vec<_> = run.iter().map(|(at, bytes)| (at.wrapping_sub(*first), bytes)).collect();
    segments.sort_by_key(|(at, _)| *at);
    let mut streams: Vec<Vec<u8>> = vec![];
    let mut next = 0;
    for (at, bytes) in segments {
        let at = usize::try_from(at).unwrap();
        match streams.last_mut() {
            Some(stream) if at <= next => stream.extend(bytes.iter().skip(next - at)),
            // Behind a gap, or at the start of the capture, a message begins with a segment or is not found.
            _ if begins(bytes) => streams.push(bytes.clone()),
            _ => continue,
        }
        next = next.max(at + bytes.len());
    }
    streams
}

/// Fields of all directions in their order, and how many messages there are.
fn ours(connections: &Connections) -> (Fields, usize) {
    let (mut shown, mut count) = (Shown::default(), 0);
    for (direction, runs) in &connections.directions {
        let session = connections.session(direction);
        for stream in runs.iter().flat_map(|run| streams(run, begins)) {
            count += shown.stream(&stream, session);
        }
    }
    (shown.fields, count)
}

/// The same fields of tshark; frames are in the order of the capture within each direction.
fn theirs(table: &str) -> Fields {
    let mut lines = table.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let Some(columns) = lines.next() else { return Fields::new() };
    let column = |name| columns.iter().position(|column| *column == name).unwrap();
    let [source, destination, source6, destination6, source_port, destination_port] =
        ["ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "tcp.srcport", "tcp.dstport"].map(column);
    let mut frames: Vec<(Direction, Vec<&str>)> = Vec::new();
    for line in lines.filter(|line| !line[column("bgp.type")].is_empty()) {
        let last = |at: usize| line[at].rsplit('|').next().unwrap();
        let address = |four, six| last(four).parse().or_else(|_| last(six).parse());
        let [Ok(source), Ok(destination)] = [address(source, source6), address(destination, destination6)]
        else {
            continue;
        };
        let [source_port, destination_port] =
            [source_port, destination_port].map(|at| last(at).parse().unwrap());
        frames.push((((source, source_port), (destination, destination_port)), line));
    }
    frames.sort_by_key(|(direction, _)| *direction);
    let mut fields = Fields::new();
    for field in FIELDS {
        let at = column(field);
        let values = frames.iter().map(|(_, line)| line[at]).filter(|values| !values.is_empty());
        let values: Vec<_> = values.flat_map(|values| values.split('|').map(str::to_owned)).collect();
        if !values.is_empty() {
            fields.insert(field, values);
        }
    }
    fields
}

/// tshark prints a format with its percent signs for some label stacks of VPN-IPv6.
fn same(ours: Option<&Vec<String>>, theirs: Option<&Vec<String>>) -> bool {
    match (ours, theirs) {
        (Some(ours), Some(theirs)) if ours.len() == theirs.len() => ours
            .iter()
            .zip(theirs)
            .all(|(ours, theirs)| ours == theirs || theirs.starts_with("Label Stack=%s")),
        _ => ours == theirs,
    }
}

#[test]
fn each_reads_as_tshark_reads_it() {
    let (Some(captures), Some(oracle)) = (corpus::part("captures"), corpus::part("oracle")) else { return };
    let differs = lines(KNOWN, "differs")
        .flat_map(|line| line[2].split(' ').map(move |field| (line[1].to_owned(), field)));
    let mut known: BTreeSet<_> = differs.collect();
    let mut skipped: BTreeSet<_> = lines(KNOWN, "skipped").map(|line| line[1].to_owned()).collect();
    let (mut wrong, mut messages, mut agree, mut fragments) = (String::new(), 0, 0, 0);
    for path in corpus::files(&captures) {
        let name = path.strip_prefix(&captures).unwrap().to_str().unwrap();
        let Ok(table) = fs::read_to_string(oracle.join(format!("{name}.tshark.tsv"))) else { continue };
        let theirs = theirs(&table);
        // What stands in BMP is not BGP over TCP.
        if theirs.is_empty() || table.contains(":bmp") {
            continue;
        }
        let Some(bytes) = unpacked(&path) else { continue };
        let Some(connections) = Connections::read(&bytes, &PORTS) else {
            if !skipped.remove(name) {
                writeln!(wrong, "skipped\t{name}").unwrap();
            }
            continue;
        };
        fragments += connections.fragments;
        let (ours, count) = ours(&connections);
        messages += count;
        let different = FIELDS.into_iter().filter(|field| !same(ours.get(field), theirs.get(field)));
        let different: Vec<_> = different.collect();
        agree += usize::from(different.is_empty());
        let unknown: Vec<_> =
            different.into_iter().filter(|field| !known.remove(&(name.to_owned(), *field))).collect();
        if !unknown.is_empty() {
            writeln!(wrong, "differs\t?\t{name}\t{}", unknown.join(" ")).unwrap();
            for field in unknown {
                let joined = |fields: &Fields| fields.get(field).map(|values| values.join("|"));
                writeln!(wrong, "    {field}\n      {:?}\n      {:?}", joined(&ours), joined(&theirs))
                    .unwrap();
            }
        }
    }
    corpus::skipped(&format!("{fragments} fragments, which are no segments"));
    println!("{messages} messages, {agree} captures agree in all fields");
    assert!(wrong.is_empty(), "{wrong}");
    assert!(known.is_empty() && skipped.is_empty(), "no longer differ: {known:?} {skipped:?}");
    assert!(messages > 800, "{messages}");
}

#[test]
fn each_rule_has_a_reason_and_a_use() {
    assert_each_rule_is_used(KNOWN, &["differs", "skipped"]);
}
