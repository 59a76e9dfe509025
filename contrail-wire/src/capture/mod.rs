//! Capture files, pcap and pcapng: read and written frame by frame (feature `capture`).
//!
//! ```
//! use contrail_wire::LinkType;
//! use contrail_wire::capture::{Reader, Writer};
//! use std::time::Duration;
//! # let frame = contrail_wire::doc::VXLAN_FRAME;
//!
//! let mut file = Vec::new();
//! let mut writer = Writer::new(&mut file)?;
//! let link = writer.interface("leaf1:et-0/0/48", LinkType::Ethernet)?;
//! writer.frame(link, Duration::from_secs(1), frame, "hop 3")?;
//!
//! let mut reader = Reader::new(&file[..])?;
//! while let Some(frame) = reader.next_frame()? {
//!     println!("{}: {} bytes at {:?}", frame.number, frame.bytes.len(), frame.timestamp);
//! }
//! # Ok::<(), contrail_wire::capture::CaptureError>(())
//! ```
//!
//! [`Writer`] makes pcapng, which keeps the names of interfaces and a comment for each frame. [`PcapWriter`] makes the
//! older format, for whatever reads nothing else.

mod read;
mod write;

use std::io;
use std::string::String;
use std::time::Duration;

use crate::LinkType;

pub use self::read::Reader;
pub use self::write::{InterfaceId, PcapWriter, Writer};

/// A capture file that cannot be read or written on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaptureError {
    /// The operating system refused.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The file starts neither as pcap nor as pcapng.
    #[error("not a pcap or pcapng file")]
    NotACapture,
    /// The file is empty.
    #[error("the file is empty")]
    Empty,
    /// The file ends inside its header or inside a record.
    #[error("cut off inside the record at byte {offset} (frames before it: {frames})")]
    Cut {
        /// Where the record starts that is not whole.
        offset: usize,
        /// Frames before it.
        frames: usize,
    },
    /// The file's structure is broken.
    #[error("broken at byte {offset} (frames before it: {frames}): {problem}")]
    Broken {
        /// Where the record starts that cannot be read.
        offset: usize,
        /// Frames before it.
        frames: usize,
        /// What is wrong.
        problem: String,
    },
    /// A frame or a name is too long for the file format.
    #[error("{what} of {length} bytes does not fit into a capture file")]
    TooLong {
        /// What is too long.
        what: &'static str,
        /// How long it is.
        length: usize,
    },
}

/// One captured frame.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Frame<'r> {
    /// Counted from 1, as other tools do.
    pub number: usize,
    /// Which interface it was captured on, counted from 0 in its section; always 0 in pcap.
    pub interface: usize,
    /// The number of the link type (LINKTYPE_ of tcpdump.org).
    pub link_type: u16,
    /// Since 1970, if the file says.
    pub timestamp: Option<Duration>,
    /// How many bytes the frame had on the wire.
    pub original_length: usize,
    /// The bytes that the capture kept.
    pub bytes: &'r [u8],
}

impl Frame<'_> {
    /// The link type, if [`Decoder::captured`](crate::Decoder::captured) can start with it.
    pub const fn link(&self) -> Option<LinkType> {
        Some(match self.link_type {
            1 => LinkType::Ethernet,
            101 | 228 | 229 | 12 | 14 => LinkType::RawIp,
            113 => LinkType::LinuxSll,
            276 => LinkType::LinuxSll2,
            _ => return None,
        })
    }
}

const fn number_of(link: LinkType) -> i32 {
    match link {
        LinkType::Ethernet => 1,
        LinkType::RawIp => 101,
        LinkType::LinuxSll => 113,
        LinkType::LinuxSll2 => 276,
    }
}
