//! The BGP in the TCP connections of a capture.

use std::collections::HashMap;
use std::net::IpAddr;

use contrail_wire::bgp::{Message, Messages, Session};
use contrail_wire::capture::Reader;
use contrail_wire::net::tcp::TcpFlags;
use contrail_wire::{Decoder, Packet};

use super::routes::{Said, Teller};

const BGP: u16 = 179;
/// What every message begins with.
const MARKER: [u8; 16] = [0xff; 16];
/// Who sends and who receives, each with his port.
type Ends = [(IpAddr, u16); 2];

pub(super) struct Capture {
    reader: Reader<'static>,
    streams: HashMap<Ends, Stream>,
}

/// What one end of a connection says.
struct Stream {
    /// The sequence number of the next byte.
    next: u32,
    /// What is not read yet: from the start of a message on, or nothing.
    bytes: Vec<u8>,
    /// How what it says reads, with what both ends have agreed on.
    session: Session,
    /// Its OPEN.
    open: Vec<u8>,
}

impl Capture {
    pub(super) fn new(reader: Reader<'static>) -> Self {
        Self { reader, streams: HashMap::new() }
    }

    /// Tells of the messages that are whole with the next frame. Says whether there was one.
    pub(super) fn next(&mut self, teller: &mut Teller<'_>) -> Result<bool, String> {
        let Self { reader, streams } = self;
        let Some(frame) = reader.next_frame().map_err(|error| error.to_string())? else { return Ok(false) };
        let Some(link) = frame.link() else { return Ok(true) };
        let decoder = Decoder::new();
        let mut level = decoder.captured(link, frame.bytes, frame.original_length);
        while let Some(inner) = level.packet.inner_decoded() {
            level = inner;
        }
        let Some(segment) = Segment::of(&level.packet) else { return Ok(true) };
        teller.said = Said {
            number: i64::try_from(frame.number).unwrap_or(i64::MAX),
            timestamp: frame.timestamp.and_then(|since| i64::try_from(since.as_micros()).ok()),
            peer: Some(segment.ends[0].0),
            peer_as: None,
        };
        let [sender, receiver] = segment.ends;
        let mut stream = streams.remove(&segment.ends).unwrap_or_else(|| Stream::new(segment.start));
        stream.take(&segment, teller);
        stream.tell(streams.get_mut(&[receiver, sender]), teller);
        if !segment.ends_stream {
            streams.insert(segment.ends, stream);
        }
        Ok(true)
    }
}

struct Segment<'a> {
    ends: Ends,
    /// The sequence number of the first byte.
    start: u32,
    begins_stream: bool,
    ends_stream: bool,
    bytes: &'a [u8],
}

impl<'a> Segment<'a> {
    fn of(packet: &Packet<'a>) -> Option<Self> {
        let tcp = packet.tcp()?.header;
        let [source, destination] = [tcp.source_port.get(), tcp.destination_port.get()];
        if source != BGP && destination != BGP {
            return None;
        }
        let begins_stream = tcp.flags.contains(TcpFlags::SYN);
        Some(Self {
            ends: [(packet.source_ip()?, source), (packet.destination_ip()?, destination)],
            start: tcp.sequence_number.get().wrapping_add(u32::from(begins_stream)),
            begins_stream,
            ends_stream: tcp.flags.contains(TcpFlags::FIN) || tcp.flags.contains(TcpFlags::RST),
            bytes: packet.payload(),
        })
    }
}

impl Stream {
    fn new(next: u32) -> Self {
        let session = Session { extended_message: true, ..Session::default() };
        Self { next, bytes: Vec::new(), session, open: Vec::new() }
    }

    /// Puts a segment behind what came before. What came already is left out. Behind a gap, and where the capture starts,
    /// reading goes on with the next segment that a message begins with.
    fn take(&mut self, segment: &Segment<'_>, teller: &mut Teller<'_>) {
        if segment.begins_stream {
            *self = Self::new(segment.start);
        }
        let ahead = segment.start.wrapping_sub(self.next);
        if (1..1 << 31).contains(&ahead) {
            teller.broken(&format_args!(
                "{ahead} bytes of the connection are missing or out of order in front of this"
            ));
            self.bytes.clear();
            self.next = segment.start;
        }
        let known = usize::try_from(self.next.wrapping_sub(segment.start)).unwrap_or(usize::MAX);
        let Some(new) = segment.bytes.get(known..) else { return };
        self.next = self.next.wrapping_add(u32::try_from(new.len()).unwrap_or_default());
        if !self.bytes.is_empty() || new.starts_with(&MARKER) {
            self.bytes.extend_from_slice(new);
        }
    }

    /// Tells of the messages that are whole, one by one: an OPEN changes how the next ones read.
    fn tell(&mut self, mut answers: Option<&mut Self>, teller: &mut Teller<'_>) {
        let Self { bytes, session, open, .. } = self;
        let mut left = bytes.as_slice();
        loop {
            let mut messages = Messages::new(left, *session);
            let Some(message) = messages.next() else { break };
            let rest = messages.rest();
            if let (Ok(Message::Open(_)), Some(other)) = (&message, answers.as_deref_mut()) {
                *session = agreed(&other.open, left).unwrap_or(*session);
                other.session = agreed(left, &other.open).unwrap_or(other.session);
            }
            if let Ok(Message::Open(_)) = message {
                *open = left.strip_suffix(rest).unwrap_or_default().to_vec();
            }
            teller.message(message);
            // Behind a header that is none, where the next message starts is not known.
            left = if rest.len() == left.len() { &[] } else { rest };
        }
        let read = bytes.len() - left.len();
        bytes.drain(..read);
    }
}

/// How what `theirs` comes from says is read by who has sent `ours`, if both begin with an OPEN.
fn agreed(ours: &[u8], theirs: &[u8]) -> Option<Session> {
    let [ours, theirs] = [ours, theirs].map(|it| match Messages::new(it, Session::default()).next() {
        Some(Ok(Message::Open(open))) => Some(open),
        _ => None,
    });
    Some(Session { extended_message: true, ..Session::negotiate(&ours?, &theirs?) })
}
