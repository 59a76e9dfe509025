use std::collections::HashMap;
use std::time::Duration;
use std::vec::Vec;

use super::pieces::Pieces;
use super::{Break, Content, Entry, RecordingError};
use crate::bgp::bmp::{BmpMessage, BmpMessages, PeerHeader};
use crate::bgp::mrt::{Body, Peer, Records};
use crate::bgp::{Error, Message, Session};
use crate::{DecodeError, RouteDistinguisher};

/// The state of a session that exchanges routes (RFC 6396 section 4.4.1).
const ESTABLISHED: u16 = 6;

/// A file of MRT records.
#[derive(Debug)]
pub(super) struct Mrt<'r> {
    pieces: Pieces<'r>,
    /// The neighbours that the routes of a dump are of.
    peers: Vec<Peer>,
}

impl<'r> Mrt<'r> {
    pub(super) const fn new(pieces: Pieces<'r>) -> Self {
        Self { pieces, peers: Vec::new() }
    }

    pub(super) fn next_entry(&mut self) -> Result<Option<Entry<'_>>, RecordingError> {
        let Self { pieces, peers } = self;
        let whole = |left: &[u8]| {
            let mut records = Records::new(left);
            Ok(records.next().map(|_| left.len() - records.rest().len()))
        };
        let number = pieces.count + 1;
        let Some((offset, bytes)) = pieces.record(whole)? else { return Ok(None) };
        let mut entry = Entry::at(number, offset);
        let Some(record) = Records::new(bytes).next() else { return Ok(Some(entry)) };
        let since = Duration::from_secs(record.timestamp.into());
        entry.timestamp = Some(since + Duration::from_micros(record.microseconds().unwrap_or(0).into()));
        match record.decode() {
            Ok(Body::Message(message)) => {
                entry.peer = Some(message.peer_address);
                entry.peer_as = Some(message.peer_as);
                entry.say(message.decode(), message.sent);
            }
            Ok(Body::StateChange(change)) => {
                entry.peer = Some(change.peer_address);
                entry.peer_as = Some(change.peer_as);
                if change.old == ESTABLISHED {
                    entry.content = Content::PeerDown;
                }
            }
            Ok(Body::PeerIndexTable(table)) => *peers = table.peers().collect(),
            Ok(Body::Rib(rib)) => entry.content = Content::Rib { rib, peers },
            Ok(Body::Unknown(_)) => {}
            Err(error) => entry.break_off(error),
        }
        Ok(Some(entry))
    }
}

/// What a router tells by BMP.
#[derive(Debug)]
pub(super) struct Bmp<'r> {
    pieces: Pieces<'r>,
    /// What its neighbours have agreed on with it.
    sessions: HashMap<Neighbour, Session>,
}

/// Of which kind and VRF, and where.
type Neighbour = (u8, RouteDistinguisher, [u8; 16]);

fn neighbour(peer: &PeerHeader) -> Neighbour {
    (peer.peer_type, peer.peer_distinguisher, peer.peer_address.get().octets())
}

impl<'r> Bmp<'r> {
    pub(super) fn new(pieces: Pieces<'r>) -> Self {
        Self { pieces, sessions: HashMap::new() }
    }

    pub(super) fn next_entry(&mut self) -> Result<Option<Entry<'_>>, RecordingError> {
        let Self { pieces, sessions } = self;
        let whole = |left: &[u8]| {
            let mut messages = BmpMessages::new(left);
            let first = messages.next();
            match (first, left.len() - messages.rest().len()) {
                (Some(Err(error)), 0) => Err(error),
                (first, length) => Ok(first.map(|_| length)),
            }
        };
        let number = pieces.count + 1;
        let Some((offset, bytes)) = pieces.record(whole)? else { return Ok(None) };
        let mut entry = Entry::at(number, offset);
        match BmpMessages::new(bytes).next() {
            Some(Ok(BmpMessage::RouteMonitoring { peer, update })) => {
                entry.of(peer);
                let session = sessions.get(&neighbour(peer)).copied().unwrap_or_default();
                entry.say(update.decode(peer.session(session)), peer.is_outgoing());
            }
            Some(Ok(BmpMessage::PeerUp { peer, up })) => {
                entry.of(peer);
                sessions.extend(up.session().map(|session| (neighbour(peer), session)));
            }
            Some(Ok(BmpMessage::PeerDown { peer, .. })) => {
                entry.of(peer);
                entry.content = Content::PeerDown;
                sessions.remove(&neighbour(peer));
            }
            Some(Err(error)) => entry.break_off(error),
            Some(Ok(_)) | None => {}
        }
        Ok(Some(entry))
    }
}

impl<'a> Entry<'a> {
    const fn at(number: usize, offset: usize) -> Self {
        Self {
            number,
            offset: Some(offset),
            timestamp: None,
            peer: None,
            peer_as: None,
            peer_distinguisher: None,
            content: Content::Other,
        }
    }

    fn of(&mut self, peer: &PeerHeader) {
        let since = Duration::from_secs(peer.timestamp_seconds.get().into());
        let microseconds = Duration::from_micros(peer.timestamp_microseconds.get().into());
        self.timestamp = Some(since + microseconds);
        self.peer = Some(peer.address());
        self.peer_as = Some(peer.peer_as.get());
        self.peer_distinguisher = Some(peer.peer_distinguisher);
    }

    /// A message of the record.
    fn say(&mut self, message: Result<Message<'a>, Error>, sent: bool) {
        let offset = self.offset.unwrap_or_default();
        let message = message.map_err(|error| Error { offset: error.offset + offset, ..error });
        self.content = Content::Message { message, sent };
    }

    fn break_off(&mut self, error: DecodeError) {
        let offset = self.offset.unwrap_or_default();
        let error = DecodeError { offset: error.offset + offset, ..error };
        self.content = Content::Broken(Break::Record(error));
    }
}
