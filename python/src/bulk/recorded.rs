//! Files of MRT records and streams of BMP messages, read a piece at a time.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};

use contrail_wire::RouteDistinguisher;
use contrail_wire::bgp::Session;
use contrail_wire::bgp::bmp::{BmpMessage, BmpMessages, PeerHeader};
use contrail_wire::bgp::mrt::{Body, Records};

use super::routes::{Said, Teller};

/// How much is read at a time, and the least that a record may take.
const PIECE: usize = 1 << 20;
/// The most that a record may take.
const LONGEST: usize = 64 << 20;

#[derive(Clone, Copy)]
pub(super) enum Format {
    Mrt,
    Bmp,
}

impl Format {
    /// What a file is that begins with these bytes. Of MRT, types up to 49 are assigned, and the first byte is that of a
    /// time, in which the version of BMP would be of 1971, and the first bytes of gzip of 1986.
    pub(super) const fn of(start: &[u8]) -> Option<Self> {
        match start {
            [0x1f, 0x8b, 8, ..] => None,
            [3, _, _, _, _, 0..=6] => Some(Self::Bmp),
            [] | [_, _, _, _, 0, 0..=49] => Some(Self::Mrt),
            _ => None,
        }
    }
}

pub(super) struct Recorded {
    file: File,
    format: Format,
    read: Vec<u8>,
    /// Where the next record starts in what was read, and where that starts in the file.
    start: usize,
    offset: usize,
    number: i64,
    /// Of BMP, what each neighbour has agreed on.
    sessions: HashMap<Neighbour, Session>,
}

/// Of which VRF, and where.
type Neighbour = (u8, RouteDistinguisher, [u8; 16]);

fn neighbour(peer: &PeerHeader) -> Neighbour {
    (peer.peer_type, peer.peer_distinguisher, peer.peer_address.get().octets())
}

impl Recorded {
    /// Of a file of which the `start` was read.
    pub(super) fn new(start: Vec<u8>, file: File, format: Format) -> Self {
        Self { file, format, read: start, start: 0, offset: 0, number: 0, sessions: HashMap::new() }
    }

    /// Tells of the next record. Says whether there was one.
    pub(super) fn next(&mut self, teller: &mut Teller<'_>) -> Result<bool, String> {
        loop {
            let left = self.read.get(self.start..).unwrap_or_default();
            teller.offset = self.offset + self.start;
            teller.said = Said { number: self.number + 1, ..Said::default() };
            let rest = match self.format {
                Format::Mrt => mrt(left, teller),
                Format::Bmp => bmp(left, &mut self.sessions, teller)?,
            };
            if let Some(rest) = rest {
                self.start += left.len() - rest;
                self.number += 1;
                return Ok(true);
            }
            if !self.read_on()? {
                return Ok(false);
            }
        }
    }

    /// Waits for more, of a pipe not longer than there is anything. Says whether anything came; it is an error if a record
    /// is not whole then.
    fn read_on(&mut self) -> Result<bool, String> {
        self.read.drain(..self.start);
        self.offset += self.start;
        self.start = 0;
        let (before, offset) = (self.read.len(), self.offset);
        if before > LONGEST {
            return Err(format!("the record at byte {offset} is longer than {LONGEST} bytes"));
        }
        self.read.resize(before + PIECE.max(before), 0);
        let came = loop {
            match self.file.read(self.read.get_mut(before..).unwrap_or_default()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other.map_err(|error| error.to_string())?,
            }
        };
        self.read.truncate(before + came);
        match (came, before) {
            (0, 0) => Ok(false),
            (0, _) => Err(format!("cut off inside the record at byte {offset}")),
            _ => Ok(true),
        }
    }
}

/// Tells of the record that `left` starts with, if it is whole: how much is behind it.
fn mrt(left: &[u8], teller: &mut Teller<'_>) -> Option<usize> {
    let mut records = Records::new(left);
    let record = records.next()?;
    let microseconds = i64::from(record.microseconds().unwrap_or(0));
    teller.said.timestamp = Some(i64::from(record.timestamp) * 1_000_000 + microseconds);
    match record.decode() {
        Ok(Body::Message(message)) => {
            teller.said.peer = Some(message.peer_address);
            teller.said.peer_as = Some(message.peer_as);
            teller.message(message.decode());
        }
        Ok(_) => {}
        Err(mut error) => {
            error.offset += teller.offset;
            teller.broken(&error);
        }
    }
    Some(records.rest().len())
}

/// The same of a message. Where the next one starts is not known behind a header that is none, which is an error.
fn bmp(
    left: &[u8],
    sessions: &mut HashMap<Neighbour, Session>,
    teller: &mut Teller<'_>,
) -> Result<Option<usize>, String> {
    let mut messages = BmpMessages::new(left);
    let Some(message) = messages.next() else { return Ok(None) };
    let rest = messages.rest().len();
    match message {
        Ok(BmpMessage::RouteMonitoring { peer, update }) => {
            let seconds = i64::from(peer.timestamp_seconds.get());
            let microseconds = i64::from(peer.timestamp_microseconds.get());
            teller.said.timestamp = Some(seconds * 1_000_000 + microseconds);
            teller.said.peer = Some(peer.address());
            teller.said.peer_as = Some(peer.peer_as.get());
            let session = sessions.get(&neighbour(peer)).copied().unwrap_or_default();
            teller.message(update.decode(peer.session(session)));
        }
        Ok(BmpMessage::PeerUp { peer, up }) => {
            sessions.extend(up.session().map(|session| (neighbour(peer), session)));
        }
        Ok(BmpMessage::PeerDown { peer, .. }) => {
            sessions.remove(&neighbour(peer));
        }
        Ok(_) => {}
        Err(mut error) => {
            error.offset += teller.offset;
            if rest == left.len() {
                return Err(error.to_string());
            }
            teller.broken(&error);
        }
    }
    Ok(Some(rest))
}
