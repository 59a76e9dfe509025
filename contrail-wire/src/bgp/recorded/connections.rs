use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;
use std::vec::Vec;

use super::{Break, Content, Entry, RecordingError};
use crate::bgp::{Error, Message, Messages, Session};
use crate::capture::Reader;
use crate::net::tcp::TcpFlags;
use crate::{Decoder, Packet};

const BGP: u16 = 179;
/// What every message begins with.
const MARKER: [u8; 16] = [0xff; 16];
/// Who sends and who receives, each with his port.
type Ends = [(IpAddr, u16); 2];

/// The BGP in the TCP connections of a capture.
#[derive(Debug)]
pub(super) struct Connections<'r> {
    reader: Reader<'r>,
    streams: HashMap<Ends, Stream>,
    last: Option<Last>,
}

/// The segment that came last.
#[derive(Debug)]
struct Last {
    ends: Ends,
    number: usize,
    timestamp: Option<Duration>,
    /// How much of the connection is not there in front of it; to be told once.
    missing: Option<u32>,
    ends_stream: bool,
}

/// What one end of a connection says.
#[derive(Debug)]
struct Stream {
    /// The sequence number of the next byte.
    next: u32,
    /// From the start of a message on, or nothing.
    bytes: Vec<u8>,
    /// Where the next message starts in that.
    start: usize,
    /// How what it says reads, with what both ends have agreed on.
    session: Session,
    /// Its OPEN.
    open: Vec<u8>,
}

impl<'r> Connections<'r> {
    pub(super) fn new(reader: Reader<'r>) -> Self {
        Self { reader, streams: HashMap::new(), last: None }
    }

    pub(super) fn next_entry(&mut self) -> Result<Option<Entry<'_>>, RecordingError> {
        while !self.has_entry() {
            if let Some(Last { ends, ends_stream: true, .. }) = self.last.take() {
                self.streams.remove(&ends);
            }
            if !self.read_segment()? {
                return Ok(None);
            }
        }
        let Self { streams, last: Some(last), .. } = self else { return Ok(None) };
        let content = match last.missing.take() {
            Some(bytes) => Content::Broken(Break::Missing(bytes)),
            None => {
                negotiate(streams, last.ends);
                let message = streams.get_mut(&last.ends).and_then(Stream::message);
                message.map_or(Content::Other, |message| Content::Message { message, sent: false })
            }
        };
        Ok(Some(Entry {
            number: last.number,
            offset: None,
            timestamp: last.timestamp,
            peer: Some(last.ends[0].0),
            peer_as: None,
            peer_distinguisher: None,
            content,
        }))
    }

    /// Whether there is anything to tell of the segment that came last.
    fn has_entry(&self) -> bool {
        self.last.as_ref().is_some_and(|last| {
            last.missing.is_some() || self.streams.get(&last.ends).is_some_and(Stream::has_message)
        })
    }

    /// Reads the next segment. Says whether there was one.
    fn read_segment(&mut self) -> Result<bool, RecordingError> {
        let Self { reader, streams, last } = self;
        while let Some(frame) = reader.next_frame()? {
            let Some(link) = frame.link() else { continue };
            let decoder = Decoder::new();
            let mut level = decoder.captured(link, frame.bytes, frame.original_length);
            while let Some(inner) = level.packet.inner_decoded() {
                level = inner;
            }
            let Some(segment) = Segment::of(&level.packet) else { continue };
            let stream = streams.entry(segment.ends).or_insert_with(|| Stream::new(segment.start));
            *last = Some(Last {
                ends: segment.ends,
                number: frame.number,
                timestamp: frame.timestamp,
                missing: stream.take(&segment),
                ends_stream: segment.ends_stream,
            });
            return Ok(true);
        }
        Ok(false)
    }
}

#[derive(Debug)]
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
            ends_stream: tcp.flags.intersects(TcpFlags::FIN | TcpFlags::RST),
            bytes: packet.payload(),
        })
    }
}

impl Stream {
    fn new(next: u32) -> Self {
        let session = Session { extended_message: true, ..Session::default() };
        Self { next, bytes: Vec::new(), start: 0, session, open: Vec::new() }
    }

    /// Puts a segment behind what came before. What came already is left out. Behind a gap, and where the capture starts,
    /// reading goes on with the next segment that a message begins with: says how many bytes the gap has.
    fn take(&mut self, segment: &Segment<'_>) -> Option<u32> {
        if segment.begins_stream {
            *self = Self::new(segment.start);
        }
        self.bytes.drain(..self.start);
        self.start = 0;
        let ahead = segment.start.wrapping_sub(self.next);
        let missing = (1..1 << 31).contains(&ahead).then_some(ahead);
        if missing.is_some() {
            self.bytes.clear();
            self.next = segment.start;
        }
        let known = usize::try_from(self.next.wrapping_sub(segment.start)).unwrap_or(usize::MAX);
        if let Some(new) = segment.bytes.get(known..) {
            self.next = self.next.wrapping_add(u32::try_from(new.len()).unwrap_or_default());
            if !self.bytes.is_empty() || new.starts_with(&MARKER) {
                self.bytes.extend_from_slice(new);
            } else if !new.is_empty() && segment.bytes.starts_with(&MARKER) {
                // Made captures do not count the SYN.
                self.bytes.extend_from_slice(segment.bytes);
            }
        }
        missing
    }

    fn left(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    fn has_message(&self) -> bool {
        Messages::new(self.left(), self.session).needed() == 0
    }

    /// The next message, if it is an OPEN.
    fn next_open(&self) -> Option<&[u8]> {
        let mut messages = Messages::new(self.left(), self.session);
        let is_open = matches!(messages.next(), Some(Ok(Message::Open(_))));
        is_open.then(|| self.left().strip_suffix(messages.rest()).unwrap_or_default())
    }

    /// The next message. Behind a header that is none, where the next one starts is not known.
    fn message(&mut self) -> Option<Result<Message<'_>, Error>> {
        let Self { bytes, start, session, .. } = self;
        let left = bytes.get(*start..).unwrap_or_default();
        let mut messages = Messages::new(left, *session);
        let message = messages.next();
        let is_lost = messages.rest().len() == left.len();
        *start = if is_lost { bytes.len() } else { bytes.len() - messages.rest().len() };
        message
    }
}

/// If an OPEN comes next, how what both ends say from here on is read.
fn negotiate(streams: &mut HashMap<Ends, Stream>, ends: Ends) {
    let [sender, receiver] = ends;
    let Some(open) = streams.get(&ends).and_then(Stream::next_open).map(<[u8]>::to_vec) else { return };
    let mut session = None;
    if let Some(other) = streams.get_mut(&[receiver, sender]) {
        session = agreed(&other.open, &open);
        other.session = agreed(&open, &other.open).unwrap_or(other.session);
    }
    if let Some(stream) = streams.get_mut(&ends) {
        stream.session = session.unwrap_or(stream.session);
        stream.open = open;
    }
}

/// How what `theirs` comes from says is read by who has sent `ours`, if both are OPENs.
fn agreed(ours: &[u8], theirs: &[u8]) -> Option<Session> {
    let [ours, theirs] = [ours, theirs].map(|it| match Messages::new(it, Session::default()).next() {
        Some(Ok(Message::Open(open))) => Some(open),
        _ => None,
    });
    Some(Session { extended_message: true, ..Session::negotiate(&ours?, &theirs?) })
}
