//! Recordings of each kind say the same, what is not there of them is told, and no bytes break the reader.

use std::time::Duration;

use contrail_wire::bgp::evpn::InclusiveMulticastRoute;
use contrail_wire::bgp::mrt::Record;
use contrail_wire::bgp::recorded::{Break, Content, Entry, Recording, RecordingError};
use contrail_wire::bgp::{
    AddPath, AddPathMode, Capabilities, Capability, Families, Family, Message, Open, Route, Session,
    UpdateBuilder,
};
use contrail_wire::capture::PcapWriter;
use contrail_wire::net::ethernet::EthernetHeader;
use contrail_wire::net::ipv4::Ipv4Header;
use contrail_wire::net::tcp::{TcpFlags, TcpHeader};
use contrail_wire::{EtherType, EthernetTag, Header, IntoBytes, IpProtocol, LinkType, MacAddr, frame};
use proptest::collection::vec;
use proptest::prelude::*;

use super::captures::Connections;
use super::mrt::unpacked;
use super::recorded::{NEIGHBOUR, bmp, dump, monitored, peer, record};
use crate::corpus;

const US: [u8; 4] = [10, 0, 0, 1];
const THEM: [u8; 4] = [10, 0, 0, 2];

/// What was said, by whom and in which frame or record, told shortly.
fn told(bytes: &[u8]) -> Result<Vec<String>, RecordingError> {
    read_from(bytes)
}

fn read_from(input: impl std::io::Read + Send) -> Result<Vec<String>, RecordingError> {
    let mut recording = Recording::new(input)?;
    let mut told = Vec::new();
    while let Some(entry) = recording.next_entry()? {
        told.push(short(&entry));
    }
    Ok(told)
}

fn short(entry: &Entry<'_>) -> String {
    let what = match &entry.content {
        Content::Message { message: Ok(Message::Update(update)), .. } => update
            .announced()
            .map(|route| route.map_or_else(|it| it.to_string(), |it| it.to_string()))
            .collect(),
        Content::Message { message: Ok(Message::Open(_)), .. } => "OPEN".to_owned(),
        Content::Message { message: Ok(Message::Keepalive), .. } => "KEEPALIVE".to_owned(),
        Content::Message { message: Ok(other), .. } => format!("{other:?}"),
        Content::Message { message: Err(error), .. } => error.to_string(),
        Content::Rib { rib, peers } => {
            let names = rib.entries().map(|it| peers.get(usize::from(it.peer_index)).map(|it| it.address));
            format!("{} of {:?}", rib.route, names.collect::<Vec<_>>())
        }
        Content::PeerDown => "down".to_owned(),
        Content::Broken(why) => why.to_string(),
        Content::Other => "-".to_owned(),
        other => format!("{other:?}"),
    };
    format!("{} {what}", entry.number)
}

fn with(session: &Session, tag: u32) -> Vec<u8> {
    let route = InclusiveMulticastRoute {
        rd: "10.0.0.1:7".parse().unwrap(),
        ethernet_tag: EthernetTag::new(tag),
        originator: US.into(),
    };
    let route =
        Route { path_id: session.add_path_send.contains(Family::EVPN).then_some(9), nlri: route.into() };
    let mut buffer = [0; 4096];
    let mut builder = UpdateBuilder::announce(session, US.into(), &[], [route]);
    builder.encode_next(&mut buffer).unwrap().unwrap().to_vec()
}

fn update(tag: u32) -> Vec<u8> {
    with(&Session::default(), tag)
}

/// How [`short`] tells of [`update`].
fn route(tag: u32) -> String {
    format!("10.0.0.1:7:[3]:[{tag}]:[32]:[10.0.0.1]")
}

fn open(capabilities: &[Capability<'_>]) -> Vec<u8> {
    let (mut room, mut buffer) = ([0; 64], vec![0; 128]);
    let capabilities = Capabilities::encode(capabilities, &mut room).unwrap();
    let left = Message::from(Open::new(64512, US.into(), capabilities)).encode(&mut buffer).unwrap().len();
    buffer.truncate(128 - left);
    buffer
}

fn segment(from: [u8; 4], sequence: u32, flags: TcpFlags, payload: &[u8]) -> Vec<u8> {
    let (to, ports) = if from == US { (THEM, [40000, 179]) } else { (US, [179, 40000]) };
    let mut tcp = TcpHeader::new(ports[0], ports[1], flags);
    tcp.sequence_number.set(sequence);
    let mut headers = [
        Header::Ethernet(EthernetHeader {
            destination_address: MacAddr::new([2, 0, 0, 0, 0, 2]),
            source_address: MacAddr::new([2, 0, 0, 0, 0, 1]),
            ethertype: EtherType::IPV4,
        }),
        Header::Ipv4(Ipv4Header::new(from.into(), to.into(), IpProtocol::TCP), &[]),
        Header::Tcp(tcp, &[]),
    ];
    frame::complete(&mut headers, payload, &mut [0; 4096]).unwrap();
    frame::encode(&headers, payload, &mut [0; 4096]).unwrap().to_vec()
}

fn said(sequence: u32, payload: &[u8]) -> Vec<u8> {
    segment(US, sequence, TcpFlags::ACK, payload)
}

fn pcap(frames: &[Vec<u8>]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut writer = PcapWriter::new(&mut file, LinkType::Ethernet).unwrap();
    for frame in frames {
        writer.frame(Duration::from_secs(7), frame, frame.len()).unwrap();
    }
    file
}

fn mrt(message: &[u8]) -> Vec<u8> {
    record(Record::BGP4MP, 4, &[NEIGHBOUR, message].concat())
}

fn monitoring(message: &[u8]) -> Vec<u8> {
    bmp(0, &[peer().as_bytes(), message])
}

#[test]
fn recordings_of_each_kind_say_the_same() {
    let messages = [update(1), update(2), update(3)];
    let whole = messages.concat();
    let mut at = u32::MAX - 10;
    let frames = whole.chunks(50).map(|piece| {
        let frame = said(at, piece);
        at = at.wrapping_add(u32::try_from(piece.len()).unwrap());
        frame
    });
    let captured = pcap(&frames.collect::<Vec<_>>());
    for (bytes, offset) in [
        (messages.each_ref().map(|it| mrt(it)).concat(), Some(0)),
        (messages.each_ref().map(|it| monitoring(it)).concat(), Some(0)),
        (captured, None),
    ] {
        let routes = told(&bytes).unwrap();
        let routes = routes.iter().map(|it| it.split_once(' ').unwrap().1.to_owned());
        assert_eq!(routes.collect::<Vec<_>>(), [1, 2, 3].map(route));
        let mut recording = Recording::new(&bytes[..]).unwrap();
        let first = recording.next_entry().unwrap().unwrap();
        assert_eq!((first.offset, first.timestamp), (offset, Some(Duration::from_secs(7))));
        assert_eq!(first.peer, Some(US.into()));
    }
}

#[test]
fn path_identifiers_are_read_where_both_ends_agreed_on_them() {
    let of = |mode| [AddPath { family: Family::EVPN, mode }];
    let (send, receive) = (of(AddPathMode::SEND), of(AddPathMode::RECEIVE));
    let opens = [&send, &receive].map(|add_path| {
        open(&[
            Capability::Multiprotocol(Family::EVPN),
            Capability::FourOctetAs(64512),
            Capability::AddPath(add_path),
        ])
    });
    let session = Session { add_path_send: Families::NONE.with(Family::EVPN), ..Session::default() };
    let update = with(&session, 1);
    let [ours, theirs] = &opens;
    let behind = 1 + u32::try_from(ours.len()).unwrap();
    let captured = pcap(&[said(1, ours), segment(THEM, 1, TcpFlags::ACK, theirs), said(behind, &update)]);
    let with_id = |text: &[String]| text.last().unwrap().contains(&route(1)) && text.len() > 1;
    assert!(with_id(&told(&captured).unwrap()), "{:?}", told(&captured));
    let peer = peer();
    let (ports, local) = ([0; 4], [0; 16]);
    let up = bmp(3, &[peer.as_bytes(), &local, &ports, theirs, ours]);
    let monitored = [up.clone(), monitoring(&update)].concat();
    assert!(with_id(&told(&monitored).unwrap()), "{:?}", told(&monitored));
    let down = bmp(2, &[peer.as_bytes(), &[4]]);
    let ended = told(&[up, down, monitoring(&update)].concat()).unwrap();
    assert_eq!(ended[1], "2 down");
    assert!(!with_id(&ended), "the session has ended, and with it what was agreed on: {ended:?}");
}

#[test]
fn segments_that_come_again_are_read_once_and_a_gap_is_told() {
    let [first, second, third] = [1, 2, 3].map(update);
    let length = u32::try_from(first.len()).unwrap();
    let frames = [said(1000, &first), said(1000 + length, &second), said(1000 + 2 * length, &third)];
    let cut = said(1000 + length, &second[..20]);
    let [one, two, three] = frames;
    let again = [one.clone(), cut, one.clone(), two.clone(), two.clone(), three.clone()];
    let expected = [format!("1 {}", route(1)), format!("4 {}", route(2)), format!("6 {}", route(3))];
    assert_eq!(told(&pcap(&again)).unwrap(), expected);
    let missing = format!("2 {}", Break::Missing(length));
    let gap = told(&pcap(&[one.clone(), three])).unwrap();
    assert_eq!(gap, [format!("1 {}", route(1)), missing, format!("2 {}", route(3))]);
    let middle = told(&pcap(&[said(1020, &first[20..]), two])).unwrap();
    assert_eq!(middle, [format!("2 {}", route(2))], "it begins inside of a message");
    let anew = [said(5000, &first[..20]), segment(US, 99, TcpFlags::SYN, &[]), said(100, &second)];
    assert_eq!(told(&pcap(&anew)).unwrap(), [format!("3 {}", route(2))]);
    let uncounted = [segment(US, 1, TcpFlags::SYN, &first), said(1 + length, &second)];
    assert_eq!(told(&pcap(&uncounted)).unwrap(), [format!("1 {}", route(1)), format!("2 {}", route(2))]);
    let ended = [said(1, &first), segment(US, 1 + length, TcpFlags::FIN, &[]), said(7, &second)];
    assert_eq!(told(&pcap(&ended)).unwrap().len(), 2, "what comes behind the end is another connection's");
    let header = told(&pcap(&[said(1, &[&[0xff; 16][..], &[0, 18, 2]].concat()), one])).unwrap();
    assert!(header[0].starts_with("1 ") && header[0].contains("length"), "{header:?}");
}

#[test]
fn dumps_name_the_neighbours_and_ends_of_sessions_are_told() {
    let peers = [&[10, 9, 9, 9, 0, 0, 0, 1][..], &[0, 10, 0, 0, 1, 10, 0, 0, 1, 0xfc, 0]].concat();
    let bytes = [
        record(Record::TABLE_DUMP_V2, 1, &peers),
        record(Record::TABLE_DUMP_V2, 2, &dump(&[], &[8, 10], false)),
        record(Record::BGP4MP, 5, &[NEIGHBOUR, &[0, 6, 0, 1]].concat()),
        record(Record::BGP4MP, 5, &[NEIGHBOUR, &[0, 5, 0, 6]].concat()),
    ];
    let told = told(&bytes.concat()).unwrap();
    assert_eq!(told, ["1 -", "2 10.0.0.0/8 of [Some(10.0.0.1), None]", "3 down", "4 -"]);
}

#[test]
fn what_cannot_be_read_has_its_place() {
    let good = mrt(&update(1));
    let broken = record(Record::BGP4MP, 4, &NEIGHBOUR[..7]);
    let bytes = [good.clone(), broken.clone(), good.clone()].concat();
    let told_of = told(&bytes).unwrap();
    assert_eq!(told_of.len(), 3);
    assert!(told_of[1].contains(&format!("at byte {}", good.len())), "{told_of:?}");
    let mut marker = mrt(&update(1));
    marker[12 + NEIGHBOUR.len()] = 0;
    let told_of = told(&[good.clone(), marker].concat()).unwrap();
    assert!(told_of[1].contains(&format!("byte {}", good.len() + 12 + NEIGHBOUR.len())), "{told_of:?}");

    let error = told(&bytes[..bytes.len() - 1]).unwrap_err();
    assert_eq!(error.to_string(), format!("cut off inside the record at byte {}", good.len() + broken.len()));
    let monitored = monitored().concat();
    let error = told(&[&monitored[..], &[4, 0, 0, 0, 6, 4]].concat()).unwrap_err();
    assert!(matches!(error, RecordingError::Lost(_)), "{error}");
    assert!(error.to_string().contains(&format!("at byte {}", monitored.len())), "{error}");
    let error = told(&[0, 0, 0, 0, 0, 16, 0, 4, 0xff, 0xff, 0xff, 0xff]).unwrap_err();
    assert_eq!(error.to_string(), "cut off inside the record at byte 0");
    for other in [&b"{\"bgp\": []}"[..], b"\x1f\x8b\x08\0\0\0\0", b"abcdefgh"] {
        assert!(matches!(told(other), Err(RecordingError::NotARecording)));
    }
    assert!(told(&[]).unwrap().is_empty());
    assert!(matches!(told(&pcap(&[])[..10]), Err(RecordingError::Capture(_))));
}

/// Gives as much as each of its pieces has.
struct Pieces(Vec<Vec<u8>>);

impl std::io::Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let Some(mut piece) = (!self.0.is_empty()).then(|| self.0.remove(0)) else { return Ok(0) };
        let rest = piece.split_off(piece.len().min(buffer.len()));
        buffer[..piece.len()].copy_from_slice(&piece);
        if !rest.is_empty() {
            self.0.insert(0, rest);
        }
        Ok(piece.len())
    }
}

#[test]
fn a_place_is_that_in_the_whole_also_where_it_comes_in_pieces() {
    let messages = monitored();
    let length = messages[0].len();
    let lost = [messages[0].clone(), vec![4, 0, 0, 0, 6, 4]].concat();
    let pieces = vec![messages[0].clone(), messages[0].clone(), lost];
    let mut recording = Recording::new(Pieces(pieces)).unwrap();
    let mut places = Vec::new();
    let error = loop {
        match recording.next_entry() {
            Ok(entry) => places.extend(entry.map(|entry| entry.offset.unwrap())),
            Err(error) => break error,
        }
    };
    assert_eq!(places, [0, length, 2 * length]);
    assert!(error.to_string().contains(&format!("at byte {}", 3 * length)), "{error}");
}

proptest! {
    /// Also where a record is longer than what is read at once.
    #[test]
    fn in_pieces_of_any_length_the_same_is_told(
        lengths in vec(0..200_000_usize, 1..6),
        piece in 500..200_000_usize,
    ) {
        let unknown = |length: &usize| record(99, 0, &vec![0; *length]);
        let file: Vec<u8> = lengths.iter().flat_map(|it| [mrt(&update(1)), unknown(it)].concat()).collect();
        let pieces = file.chunks(piece).map(<[u8]>::to_vec).collect();
        let told = read_from(Pieces(pieces)).unwrap();
        let expected = (0..2 * lengths.len()).map(|at| match at % 2 {
            0 => format!("{} {}", at + 1, route(1)),
            _ => format!("{} -", at + 1),
        });
        prop_assert_eq!(told, expected.collect::<Vec<_>>());
    }
}

/// Gives records of zeros without end.
struct Endless(usize);

impl std::io::Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let start = [0, 0, 0, 0, 0, 16, 0, 4, 0xff, 0xff, 0xff, 0xff];
        for (byte, place) in buffer.iter_mut().zip(self.0..) {
            *byte = start.get(place).copied().unwrap_or_default();
        }
        self.0 += buffer.len();
        Ok(buffer.len())
    }
}

#[test]
fn a_record_without_end_is_given_up() {
    let error = Recording::new(Endless(0)).unwrap().next_entry().unwrap_err();
    assert_eq!(error.to_string(), "the record at byte 0 is longer than 67108864 bytes");
}

proptest! {
    #[test]
    fn no_bytes_break_the_reader(start in 0..4_usize, bytes in vec(any::<u8>(), 0..300)) {
        let update = update(1);
        let start = match start {
            0 => monitored().concat(),
            1 => mrt(&update),
            2 => pcap(&[said(1, &update), segment(THEM, 1, TcpFlags::ACK, &bytes)]),
            _ => vec![],
        };
        drop(told(&[start, bytes].concat()));
    }
}

/// How many messages can be read, and whether all can, and nothing is missing.
fn readable(bytes: &[u8]) -> Result<(usize, bool), RecordingError> {
    let mut recording = Recording::new(bytes)?;
    let (mut read, mut is_whole) = (0, true);
    while let Some(entry) = recording.next_entry()? {
        read += usize::from(matches!(entry.content, Content::Message { message: Ok(_), .. }));
        is_whole &= !matches!(entry.content, Content::Broken(_) | Content::Message { message: Err(_), .. });
    }
    Ok((read, is_whole))
}

/// Of those captures of which all segments are there, in order, and hold what can be read.
#[test]
fn messages_of_captures_are_those_that_the_other_way_of_putting_them_together_finds() {
    let Some(captures) = corpus::part("captures") else { return };
    let (mut compared, mut messages, mut wrong) = (0, 0, vec![]);
    for path in corpus::files(&captures) {
        let Some(bytes) = unpacked(&path) else { continue };
        let Some(connections) = Connections::read(&bytes, &[179]) else { continue };
        let Ok((read, is_whole)) = readable(&bytes) else { continue };
        if connections.directions.is_empty() || !is_whole {
            continue;
        }
        let expected = connections.messages();
        if read != expected {
            wrong.push(format!("{}: {read} and {expected}", path.display()));
        }
        (compared, messages) = (compared + 1, messages + expected);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    println!("{messages} messages in {compared} captures");
    assert!(compared > 20 && messages > 400, "{compared} {messages}");
}
