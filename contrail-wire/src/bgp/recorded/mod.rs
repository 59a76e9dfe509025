//! BGP that was recorded, from whatever holds it: the TCP connections of a capture, an [MRT](super::mrt) file, or the
//! stream of a [BMP](super::bmp) session (feature `capture`).
//!
//! ```
//! use contrail_wire::bgp::Message;
//! use contrail_wire::bgp::recorded::{Content, Recording};
//! # let mut file = vec![0, 0, 0, 0, 0, 16, 0, 4, 0, 0, 0, 0, 0, 0, 0xfc, 0, 0, 0, 0xfc, 0, 0, 0, 0, 1];
//! # file.extend([10, 0, 0, 1, 10, 0, 0, 2]);
//! # file.extend(contrail_wire::doc::EVPN_UPDATE);
//! # file[11] = u8::try_from(file.len() - 12).unwrap();
//! # let file = file.as_slice();
//! let mut recording = Recording::new(file)?; // or a std::fs::File
//! while let Some(entry) = recording.next_entry()? {
//!     let Content::Message { message, .. } = entry.content else { continue };
//!     match message {
//!         Ok(Message::Update(update)) => println!("{:?}: {}", entry.peer, update.announced().count()),
//!         Ok(_) => {}
//!         Err(error) => println!("{}: {error}", entry.number),
//!     }
//! }
//! # Ok::<(), contrail_wire::bgp::recorded::RecordingError>(())
//! ```
//!
//! What each message is read by, the [`Session`](super::Session), is found in the recording itself: the OPENs of a
//! connection, what a record says, what a router has told of its neighbour.

mod connections;
mod pieces;
mod records;

use std::io::{self, Cursor, Read};
use std::net::IpAddr;
use std::time::Duration;
use std::vec::Vec;

use self::connections::Connections;
use self::pieces::Pieces;
use self::records::{Bmp, Mrt};
use super::mrt::{Peer, Rib};
use super::{Error, Message};
use crate::capture::{self, CaptureError};
use crate::{DecodeError, RouteDistinguisher};

/// Reads recorded BGP of any size entry by entry, in bounded memory.
#[derive(Debug)]
pub struct Recording<'r>(Input<'r>);

#[derive(Debug)]
enum Input<'r> {
    Capture(Connections<'r>),
    Mrt(Mrt<'r>),
    Bmp(Bmp<'r>),
}

/// Something that was recorded.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Entry<'a> {
    /// The frame or record in which it ends, counted from 1.
    pub number: usize,
    /// Where the record starts, in bytes from the start of the file; of captures there is none.
    pub offset: Option<usize>,
    /// Since 1970, if the file says.
    pub timestamp: Option<Duration>,
    /// Who said it or, where the recording is of what was sent to him, who heard it.
    pub peer: Option<IpAddr>,
    /// His autonomous system, if the file says.
    pub peer_as: Option<u32>,
    /// Of the VRF that he is a neighbour in, if the file says.
    pub peer_distinguisher: Option<RouteDistinguisher>,
    /// What was recorded.
    pub content: Content<'a>,
}

/// What was recorded.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Content<'a> {
    /// A message.
    Message {
        /// It, or why it cannot be read: that error counts from the start of the file or, in captures, of the message.
        /// Those that are found in the message later count from the start of the record ([`Entry::offset`]) or message.
        message: Result<Message<'a>, Error>,
        /// It was sent to the peer, and not by him.
        sent: bool,
    },
    /// A destination of a dump, and the neighbours' routes to it.
    Rib {
        /// They.
        rib: Rib<'a>,
        /// The neighbours, in the order that [`RibEntry::peer_index`](super::mrt::RibEntry::peer_index) counts.
        peers: &'a [Peer],
    },
    /// The session with the peer has ended, and with it his routes.
    PeerDown,
    /// What cannot be read; behind it reading goes on.
    Broken(Break),
    /// A record that says nothing of routes, such as one with counters.
    Other,
}

/// What cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Break {
    /// The capture has not all of a connection.
    #[error("{0} bytes of the connection are missing or out of order in front of this")]
    Missing(u32),
    /// A record is not as it should be.
    #[error("{0}")]
    Record(#[from] DecodeError),
}

/// Why a recording cannot be read, or not be read on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// The operating system refused.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It begins like nothing of the sort.
    #[error("neither a capture nor MRT records nor BMP messages")]
    NotARecording,
    /// The capture cannot be read on.
    #[error("{0}")]
    Capture(#[from] CaptureError),
    /// The file ends inside a record.
    #[error("cut off inside the record at byte {offset}")]
    Cut {
        /// Where the record starts.
        offset: usize,
    },
    /// A record is too long to be one.
    #[error("the record at byte {offset} is longer than {} bytes", Pieces::LONGEST)]
    TooLong {
        /// Where the record starts.
        offset: usize,
    },
    /// Where the next record starts is not known.
    #[error("{0}")]
    Lost(DecodeError),
}

impl<'r> Recording<'r> {
    /// Looks at the first bytes to see what it is.
    pub fn new(mut input: impl Read + Send + 'r) -> Result<Self, RecordingError> {
        let mut start = Vec::new();
        input.by_ref().take(6).read_to_end(&mut start)?;
        Ok(Self(match *start {
            [0x0a, 0x0d, 0x0d, 0x0a, ..]
            | [0xa1, 0xb2, 0xc3 | 0x3c, ..]
            | [0xd4 | 0x4d, 0xc3 | 0x3c, 0xb2, 0xa1, ..] => {
                let reader = capture::Reader::new(Cursor::new(start).chain(input))?;
                Input::Capture(Connections::new(reader))
            }
            // The time of an MRT record would be of 1986.
            [0x1f, 0x8b, 8, ..] => return Err(RecordingError::NotARecording),
            // And here of 1971.
            [3, _, _, _, _, 0..=6] => Input::Bmp(Bmp::new(Pieces::new(start, input))),
            // Types up to 49 are assigned.
            [] | [_, _, _, _, 0, 0..=49] => Input::Mrt(Mrt::new(Pieces::new(start, input))),
            _ => return Err(RecordingError::NotARecording),
        }))
    }

    /// What comes next, or `None` at the end. Of a pipe it is waited for.
    pub fn next_entry(&mut self) -> Result<Option<Entry<'_>>, RecordingError> {
        match &mut self.0 {
            Input::Capture(connections) => connections.next_entry(),
            Input::Mrt(mrt) => mrt.next_entry(),
            Input::Bmp(bmp) => bmp.next_entry(),
        }
    }
}
