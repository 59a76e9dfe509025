//! Captures, files and streams that hold frames and messages.

use std::time::Duration;

use contrail_wire::bgp::{Message, Session, Update};
use contrail_wire::capture::{PcapWriter, Writer};
use contrail_wire::net::tcp::{TcpFlags, TcpHeader};
use contrail_wire::{Header, IpProtocol, LinkType};

use super::messages::{PEERS, bmp, mrt};
use super::{Seeds, bytes, generated, ipv4, messages, packets, streams};

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
    let pcap =
        |(name, frame): &(&'static str, Vec<u8>)| ((*name).to_owned(), pcap(std::slice::from_ref(frame)));
    let all: Vec<_> = frames.iter().map(|(_, frame)| frame.clone()).collect();
    let whole = [("all.pcapng".to_owned(), file), ("all.pcap".to_owned(), self::pcap(&all))];
    let made = generated::frames(50).into_iter().map(|(name, frame)| (name, self::pcap(&[frame])));
    frames.iter().map(pcap).chain(whole).chain(made).collect()
}

fn pcap(frames: &[Vec<u8>]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut writer = PcapWriter::new(&mut file, LinkType::RawIp).expect("there is room");
    for frame in frames {
        writer.frame(Duration::from_secs(1), frame, frame.len()).expect("there is room");
    }
    file
}

fn named(start: &str) -> Seeds {
    let named = messages().into_iter().filter(|(name, _)| name.starts_with(start));
    named.map(|(name, bytes)| (name.to_owned(), bytes)).collect()
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

/// Those, and the messages of a TCP connection in a capture.
pub fn recordings() -> Seeds {
    let connection = |(name, stream): (&str, Vec<u8>)| {
        let segments = stream.chunks(200).scan(1, |sequence, payload| {
            let mut tcp = TcpHeader::new(40000, 179, TcpFlags::ACK);
            tcp.sequence_number.set(*sequence);
            *sequence += u32::try_from(payload.len()).ok()?;
            Some(bytes(&[ipv4(IpProtocol::TCP), Header::Tcp(tcp, &[])], payload))
        });
        (format!("connection_{name}"), pcap(&segments.collect::<Vec<_>>()))
    };
    let is_bgp = |(name, _): &(&str, Vec<u8>)| !name.starts_with("mrt_") && !name.starts_with("bmp_");
    let connections = messages().into_iter().filter(is_bgp).map(connection);
    connections.chain(with_all(named("mrt_"))).chain(with_all(named("bmp_"))).collect()
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
