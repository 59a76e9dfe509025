//! Recorded BGP: files of route collectors in the MRT format ([RFC 6396](https://www.rfc-editor.org/rfc/rfc6396), [RFC
//! 8050](https://www.rfc-editor.org/rfc/rfc8050)).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                           Timestamp                           |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |             Type              |            Subtype            |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                             Length                            |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                      Message... (variable)
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```
//!
//! [`Records`] walks over them, and [`Record::decode`] reads those of types BGP4MP, BGP4MP_ET and TABLE_DUMP_V2. Others
//! keep their bytes. What is wrong with a record is a [`DecodeError`], and what is wrong with the BGP in it an
//! [`Error`](crate::bgp::Error); both count offsets from the start of the file.
//!
//! ```
//! use contrail_wire::bgp::Message;
//! use contrail_wire::bgp::mrt::{Body, Records};
//! # let mut file = vec![0, 0, 0, 0, 0, 16, 0, 4, 0, 0, 0, 39, 0, 0, 0xfc, 0, 0, 0, 0xfc, 0, 0, 0, 0, 1];
//! # file.extend([10, 0, 0, 1, 10, 0, 0, 2]);
//! # file.extend([0xff; 16]);
//! # file.extend([0, 19, 4]);
//! for record in Records::new(&file) {
//!     match record.decode()? {
//!         Body::Message(message) => match message.decode() {
//!             Ok(Message::Update(update)) => println!("{} {}", record.timestamp, update.announced().count()),
//!             Ok(_) => println!("{} {}", record.timestamp, message.peer_address),
//!             Err(error) => println!("{error}"),
//!         },
//!         Body::Rib(rib) => println!("{} {:?}", rib.entries().count(), rib.route),
//!         _ => {}
//!     }
//! }
//! # Ok::<(), contrail_wire::DecodeError>(())
//! ```

mod bgp4mp;
mod table_dump;

pub use bgp4mp::{PeerMessage, StateChange};
pub use table_dump::{Peer, PeerIndexTable, Rib, RibEntry};
use zerocopy::network_endian::{U16, U32};
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use crate::bgp::cursor::Cursor;
use crate::bgp::error::Element;
use crate::{Bound, DecodeError, Layer};

const LAYER: Layer = Layer::Bgp(Element::MrtRecord);

#[derive(FromBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct RecordHeader {
    timestamp: U32,
    kind: U16,
    subtype: U16,
    /// Of what follows, in octets.
    length: U32,
}

/// A record of a file.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// When it was written, in seconds since 1970.
    pub timestamp: u32,
    /// What it holds; see [`Body`].
    pub kind: u16,
    /// In which form.
    pub subtype: u16,
    offset: usize,
    body: Cursor<'a>,
}

/// What a record holds.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Body<'a> {
    /// BGP4MP: a message to or from a neighbour.
    Message(PeerMessage<'a>),
    /// BGP4MP: how the session with a neighbour is.
    StateChange(StateChange),
    /// TABLE_DUMP_V2: the neighbours that the routes behind it are of.
    PeerIndexTable(PeerIndexTable<'a>),
    /// TABLE_DUMP_V2: a destination, and the neighbours' routes to it.
    Rib(Rib<'a>),
    /// Any other type or subtype, and routes of a family of which the length cannot be known.
    Unknown(&'a [u8]),
}

impl<'a> Record<'a> {
    /// TABLE_DUMP_V2 (RFC 6396 section 4.3).
    pub const TABLE_DUMP_V2: u16 = 13;
    /// BGP4MP (RFC 6396 section 4.4).
    pub const BGP4MP: u16 = 16;
    /// BGP4MP with microseconds (RFC 6396 section 4.4.5).
    pub const BGP4MP_ET: u16 = 17;

    /// Where it starts, in bytes from the start of the file.
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// The octets behind the header.
    pub const fn bytes(&self) -> &'a [u8] {
        self.body.rest()
    }

    /// Microseconds behind [`timestamp`](Self::timestamp), if the record has them.
    pub fn microseconds(&self) -> Option<u32> {
        if self.kind != Self::BGP4MP_ET {
            return None;
        }
        let mut body = self.body;
        body.array().map(|octets| u32::from_be_bytes(*octets))
    }

    /// What it holds.
    pub fn decode(&self) -> Result<Body<'a>, DecodeError> {
        let mut reader = RecordReader { body: self.body, offset: self.offset };
        match self.kind {
            Self::BGP4MP => bgp4mp::read(self.subtype, reader),
            Self::BGP4MP_ET => {
                reader.read::<U32>()?;
                bgp4mp::read(self.subtype, reader)
            }
            Self::TABLE_DUMP_V2 => table_dump::read(self.subtype, reader),
            _ => Ok(Body::Unknown(self.body.rest())),
        }
    }
}

/// What is left of a record.
#[derive(Clone, Copy, Debug)]
struct RecordReader<'a> {
    body: Cursor<'a>,
    /// Where the record starts.
    offset: usize,
}

impl<'a> RecordReader<'a> {
    fn read<T: FromBytes + KnownLayout + Immutable + Unaligned>(&mut self) -> Result<&'a T, DecodeError> {
        let available = self.body.len();
        self.body.read().ok_or_else(|| self.short(size_of::<T>(), available))
    }

    /// The next `count` octets.
    fn part(&mut self, count: usize) -> Result<Cursor<'a>, DecodeError> {
        let available = self.body.len();
        self.body.split(count).ok_or_else(|| self.short(count, available))
    }

    #[cold]
    fn short(&self, needed: usize, available: usize) -> DecodeError {
        DecodeError::truncated(LAYER, self.offset, needed, available, Bound::RecordLength)
    }
}

/// The records in a file, one behind the other.
///
/// They end where the bytes do, or where a record is not there as a whole: [`rest`](Self::rest) is what is left then.
#[derive(Clone, Copy, Debug)]
pub struct Records<'a> {
    cursor: Cursor<'a>,
}

impl<'a> Records<'a> {
    /// The records at the start of `bytes`.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { cursor: Cursor::new(bytes, 0) }
    }

    /// The bytes of no record so far.
    pub const fn rest(&self) -> &'a [u8] {
        self.cursor.rest()
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let offset = self.cursor.offset();
        let mut ahead = self.cursor;
        let header: &RecordHeader = ahead.read()?;
        let body = ahead.split(usize::try_from(header.length.get()).ok()?)?;
        self.cursor = ahead;
        let (timestamp, kind, subtype) = (header.timestamp.get(), header.kind.get(), header.subtype.get());
        Some(Record { timestamp, kind, subtype, offset, body })
    }
}
