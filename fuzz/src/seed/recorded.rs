//! Captures, files and streams that hold frames and messages.

use std::time::Duration;

use contrail_wire::bgp::{Message, Session, Update};
use contrail_wire::capture::{PcapWriter, Writer};
use contrail_wire::net::linux_sll::{LinuxSll, LinuxSll2};
use contrail_wire::net::tcp::{TcpFlags, TcpHeader};
use contrail_wire::{EtherType, Header, IpProtocol, LinkType};

use super::records::{PEERS, bmp, mrt};
use super::{Seeds, bytes, ethernet, generated, ipv4, ipv6, messages, odd_messages, packets, streams};

/// The seed frames in a file of each format, and in pieces of them.
pub fn captures() -> Seeds {
    let frames = packets();
    let mut file = Vec::new();
    let mut writer = Writer::new(&mut file).expect("there is room");
    let link = writer.interface("leaf1:et-0/0/48", LinkType::Ethernet).expect("there is room");
    for (name, frame) in &frames {
        writer
            .frame(link, Duration::from_nanos(1_700_000_000_123_456_789), frame, name)
            .expect("there is room");
    }
    let pcap = |(name, frame): &(&'static str, Vec<u8>)| {
        ((*name).to_owned(), pcap(LinkType::RawIp, std::slice::from_ref(frame)))
    };
    let all: Vec<_> = frames.iter().map(|(_, frame)| frame.clone()).collect();
    let whole = [("all.pcapng".to_owned(), file), ("all.pcap".to_owned(), self::pcap(LinkType::RawIp, &all))];
    let made = generated::frames(50).into_iter();
    let made = made.map(|(name, frame)| (name, self::pcap(LinkType::RawIp, &[frame])));
    frames.iter().map(pcap).chain(whole).chain(simple_packets()).chain(made).collect()
}

fn pcap(link: LinkType, frames: &[Vec<u8>]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut writer = PcapWriter::new(&mut file, link).expect("there is room");
    for frame in frames {
        writer.frame(Duration::from_secs(1), frame, frame.len()).expect("there is room");
    }
    file
}

/// Packets of pcapng that have no time, in a capture that keeps all of them, or 4 bytes, and on no interface.
fn simple_packets() -> impl Iterator<Item = (String, Vec<u8>)> {
    const SECTION: [u8; 28] =
        *b"\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a\x01\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\x1c\0\0\0";
    const PACKET: [u8; 24] = *b"\x03\0\0\0\x18\0\0\0\x08\0\0\0\x45\0\0\x14\0\0\0\0\x18\0\0\0";
    let interface = |snap_length| {
        [&[1, 0, 0, 0, 20, 0, 0, 0, 101, 0, 0, 0][..], &[snap_length, 0, 0, 0, 20, 0, 0, 0]].concat()
    };
    let interfaces = [("all", interface(0)), ("few", interface(4)), ("none", vec![])];
    interfaces.into_iter().map(|(name, interface)| {
        (format!("simple_packet_{name}.pcapng"), [&SECTION[..], &interface, &PACKET].concat())
    })
}

fn named(start: &str) -> Seeds {
    messages().into_iter().filter(|(name, _)| name.starts_with(start)).collect()
}

/// MRT records, one and all, and messages as a collector writes them.
pub fn mrt_files() -> Seeds {
    let messages = generated::messages(100).into_iter();
    let recorded = messages.map(|(name, message)| (name, mrt(16, 4, &[&PEERS[..], &message].concat())));
    with_all(named("mrt_")).into_iter().chain(recorded).collect()
}

/// BMP messages, one and all, and messages of which a router tells.
pub fn bmp_streams() -> Seeds {
    let messages = generated::messages(100).into_iter();
    let monitored = messages.map(|(name, message)| (name, bmp(0, &message)));
    with_all(named("bmp_")).into_iter().chain(monitored).collect()
}

fn with_all(mut seeds: Seeds) -> Seeds {
    let all = seeds.iter().flat_map(|(_, bytes)| bytes.clone()).collect();
    seeds.push(("all".to_owned(), all));
    seeds
}

/// Those, and the messages of TCP connections in captures.
pub fn recordings() -> Seeds {
    let connection = |(name, stream): (String, Vec<u8>)| {
        let segments = stream.chunks(200).scan(1, |sequence, payload| {
            let segment = ip_segment(true, *sequence, TcpFlags::ACK, payload);
            *sequence += u32::try_from(payload.len()).ok()?;
            Some(segment)
        });
        (format!("connection_{name}"), pcap(LinkType::RawIp, &segments.collect::<Vec<_>>()))
    };
    let is_bgp = |(name, _): &(String, _)| !name.starts_with("mrt_") && !name.starts_with("bmp_");
    let odd = odd_messages::others();
    let connections = messages().into_iter().filter(is_bgp).chain(odd).map(connection);
    let records = with_all(named("mrt_")).into_iter().chain(with_all(named("bmp_")));
    let mut cut = message("mrt_peers");
    cut.pop();
    let refused = [("cut".to_owned(), cut), ("compressed".to_owned(), vec![0x1f, 0x8b, 8, 0, 0, 0])];
    connections.chain(conversations()).chain(places()).chain(records).chain(refused).collect()
}

/// A segment of BGP, of the near end or the far one.
fn segment(near: bool, sequence: u32, flags: TcpFlags) -> Header<'static> {
    let [source, destination] = if near { [40000, 179] } else { [179, 40000] };
    let mut tcp = TcpHeader::new(source, destination, flags);
    tcp.sequence_number.set(sequence);
    Header::Tcp(tcp, &[])
}

fn ip_segment(near: bool, sequence: u32, flags: TcpFlags, payload: &[u8]) -> Vec<u8> {
    let mut ip = ipv4(IpProtocol::TCP);
    if let Header::Ipv4(header, _) = &mut ip
        && !near
    {
        std::mem::swap(&mut header.source_address, &mut header.destination_address);
    }
    bytes(&[ip, segment(near, sequence, flags)], payload)
}

fn message(name: &str) -> Vec<u8> {
    messages().into_iter().find_map(|(of, message)| (of == name).then_some(message)).expect("it is a message")
}

/// What both ends of a session say: as it should be, with something twice, missing, or begun anew, and as it is where a
/// capture was made by a program that does not count the SYN.
fn conversations() -> impl Iterator<Item = (String, Vec<u8>)> {
    let [open, keepalive, update] = ["open", "keepalive", "evpn_add_path"].map(message);
    let behind = 1 + u32::try_from(open.len()).expect("it is short");
    let begin = [true, false].map(|near| ip_segment(near, 0, TcpFlags::SYN, &[]));
    let opens = [true, false].map(|near| ip_segment(near, 1, TcpFlags::ACK, &open));
    let said = ip_segment(true, behind, TcpFlags::ACK, &update);
    let end = ip_segment(true, behind, TcpFlags::FIN, &keepalive);
    let later = ip_segment(true, behind + 1000, TcpFlags::ACK, &keepalive);
    let uncounted = ip_segment(true, 0, TcpFlags::ACK, &open);
    let [near_begins, far_begins] = begin;
    let [near_opens, far_opens] = opens;
    let whole = [near_begins.clone(), far_begins, near_opens.clone(), far_opens, said];
    let and = |more: &[&Vec<u8>]| whole.iter().chain(more.iter().copied()).cloned().collect::<Vec<_>>();
    let conversations = [
        ("twice", and(&[&near_opens])),
        ("ended", and(&[&end, &later])),
        ("missing", and(&[&later])),
        ("anew", and(&[&near_begins, &near_opens])),
        ("uncounted", vec![near_begins.clone(), uncounted]),
        ("whole", whole.to_vec()),
    ];
    conversations
        .into_iter()
        .map(|(name, segments)| (format!("conversation_{name}"), pcap(LinkType::RawIp, &segments)))
}

/// An OPEN where it may stand: behind each link header, over IPv6, in a tunnel, on another port, and on a link that is
/// not known.
fn places() -> impl Iterator<Item = (String, Vec<u8>)> {
    let open = message("open");
    let segment = segment(true, 1, TcpFlags::ACK);
    let ip = ipv4(IpProtocol::TCP);
    let sll = LinuxSll { protocol_type: EtherType::IPV4, ..LinuxSll::default() };
    let sll2 = LinuxSll2 { protocol_type: EtherType::IPV4, ..LinuxSll2::default() };
    let of = |link, headers: &[Header<'_>]| pcap(link, &[bytes(headers, &open)]);
    let raw = of(LinkType::RawIp, &[ip, segment]);
    let mut unknown = raw.clone();
    // The link type of a file, in its header.
    unknown[20] = 147;
    let tunnel = bytes(&[ipv4(IpProtocol::IPV4)], &ip_segment(true, 1, TcpFlags::ACK, &open));
    let ssh = Header::Tcp(TcpHeader::new(40000, 22, TcpFlags::ACK), &[]);
    [
        ("open_ethernet", of(LinkType::Ethernet, &[ethernet(EtherType::IPV4), ip, segment])),
        ("open_cooked", of(LinkType::LinuxSll, &[Header::LinuxSll(sll), ip, segment])),
        ("open_cooked_2", of(LinkType::LinuxSll2, &[Header::LinuxSll2(sll2), ip, segment])),
        ("open_ipv6", of(LinkType::RawIp, &[ipv6(IpProtocol::TCP), segment])),
        ("open_in_a_tunnel", pcap(LinkType::RawIp, &[tunnel])),
        ("open_on_another_port", of(LinkType::RawIp, &[ip, ssh])),
        ("open_on_an_unknown_link", unknown),
    ]
    .into_iter()
    .map(|(name, file)| (name.to_owned(), file))
}

/// What UPDATEs say beside their routes.
pub fn attributes() -> Seeds {
    of_updates(|update| update.attributes().bytes().to_vec())
}

/// Routes alone.
pub fn routes() -> Seeds {
    of_updates(|update| {
        let routes = update.announced().chain(update.withdrawn()).filter_map(Result::ok);
        let encoded = routes.map(|route| {
            let mut buffer = [0; 512];
            let room = route.nlri.encode(&mut buffer).expect("there is room").len();
            buffer[..512 - room].to_vec()
        });
        encoded.flatten().collect()
    })
}

fn of_updates(part: impl Fn(&Update<'_>) -> Vec<u8>) -> Seeds {
    let read = |(name, bytes): (String, Vec<u8>)| match Message::decode(&bytes, Session::default()) {
        Ok((Message::Update(update), _)) => Some((name, part(&update))),
        _ => None,
    };
    streams().into_iter().filter_map(read).collect()
}
