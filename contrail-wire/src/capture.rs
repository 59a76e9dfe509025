//! Capture files: pcap and pcapng read frame by frame, pcapng written (feature `capture`).
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

use std::borrow::Cow;
use std::boxed::Box;
use std::io::{self, Cursor, Read, Write};
use std::string::{String, ToString};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::vec;
use std::vec::Vec;

use pcap_parser::traits::{PcapNGPacketBlock, PcapReaderIterator};
use pcap_parser::{
    Block, EnhancedPacketBlock, InterfaceDescriptionBlock, LegacyPcapReader, Linktype, OptionCode,
    PcapBlockOwned, PcapError, PcapNGOption, PcapNGReader, SectionHeaderBlock, ToVec,
};

use crate::LinkType;

/// The most a single block of a file may take.
const LARGEST_BLOCK: usize = 64 << 20;
const BUFFER: usize = 1 << 20;

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

/// Reads a capture file of any size frame by frame, in bounded memory.
pub struct Reader<'r> {
    file: Box<dyn PcapReaderIterator + Send + 'r>,
    /// What the operating system said when it refused to read on; the parser does not keep it.
    refused: Refusal,
    capacity: usize,
    interfaces: Vec<Interface>,
    frames: usize,
    /// The frame that was returned last.
    bytes: Vec<u8>,
}

#[derive(Clone, Copy)]
struct Interface {
    link_type: u16,
    snap_length: u32,
    /// Ticks per second and seconds to add.
    clock: Option<(u64, i64)>,
}

/// What is kept of a packet record beside its bytes.
struct Record {
    interface: usize,
    original_length: u32,
    ticks: Option<u64>,
}

impl<'r> Reader<'r> {
    /// Reads the file's header.
    pub fn new(mut input: impl Read + Send + 'r) -> Result<Self, CaptureError> {
        let mut magic = Vec::new();
        input.by_ref().take(4).read_to_end(&mut magic)?;
        let refused = Refusal::default();
        let input = Filling { input: Cursor::new(magic.clone()).chain(input), refused: refused.clone() };
        let file = match *magic {
            [] => return Err(CaptureError::Empty),
            [0x0a, 0x0d, 0x0d, 0x0a] => PcapNGReader::new(BUFFER, input).map(boxed),
            [0xa1, 0xb2, _, _] | [_, _, 0xb2, 0xa1] => LegacyPcapReader::new(BUFFER, input).map(boxed),
            _ => return Err(CaptureError::NotACapture),
        };
        match file {
            Ok(file) => Ok(Self {
                file,
                refused,
                capacity: BUFFER,
                interfaces: Vec::new(),
                frames: 0,
                bytes: Vec::new(),
            }),
            Err(PcapError::ReadError) => Err(refused.take()),
            Err(PcapError::Incomplete(_)) => Err(CaptureError::Cut { offset: 0, frames: 0 }),
            Err(_) => Err(CaptureError::NotACapture),
        }
    }

    /// The next frame, or `None` at the end of the file.
    pub fn next_frame(&mut self) -> Result<Option<Frame<'_>>, CaptureError> {
        let Some(record) = self.next_record()? else { return Ok(None) };
        let Some(interface) = self.interfaces.get(record.interface) else {
            return Err(self.broken(std::format!("no interface {} is described", record.interface)));
        };
        self.frames += 1;
        let timestamp = record.ticks.zip(interface.clock).and_then(|(ticks, (resolution, offset))| {
            let seconds = (ticks / resolution).checked_add_signed(offset)?;
            let nanoseconds = u128::from(ticks % resolution) * 1_000_000_000 / u128::from(resolution);
            Some(Duration::new(seconds, u32::try_from(nanoseconds).ok()?))
        });
        Ok(Some(Frame {
            number: self.frames,
            interface: record.interface,
            link_type: interface.link_type,
            timestamp,
            original_length: usize::try_from(record.original_length)
                .unwrap_or(usize::MAX)
                .max(self.bytes.len()),
            bytes: &self.bytes,
        }))
    }

    fn next_record(&mut self) -> Result<Option<Record>, CaptureError> {
        loop {
            match self.file.next() {
                Ok((size, block)) => {
                    let record = take(&block, &mut self.interfaces, &mut self.bytes);
                    self.file.consume(size);
                    if let Some(record) = record {
                        return Ok(Some(record));
                    }
                }
                Err(PcapError::Eof) => return Ok(None),
                Err(PcapError::UnexpectedEof) => {
                    return Err(CaptureError::Cut { offset: self.file.consumed(), frames: self.frames });
                }
                Err(PcapError::Incomplete(_)) => self.refill()?,
                Err(PcapError::BufferTooSmall) => self.grow()?,
                Err(PcapError::ReadError) => return Err(self.refused.take()),
                Err(PcapError::NomError(_, kind) | PcapError::OwnedNomError(_, kind)) => {
                    return Err(self.broken(kind.description().to_string()));
                }
                Err(PcapError::HeaderNotRecognized) => return Err(CaptureError::NotACapture),
            }
        }
    }

    fn refill(&mut self) -> Result<(), CaptureError> {
        let before = self.file.data().len();
        self.file.refill().map_err(|_| self.refused.take())?;
        if self.file.data().len() == before && !self.file.reader_exhausted() {
            return self.grow();
        }
        Ok(())
    }

    fn grow(&mut self) -> Result<(), CaptureError> {
        if self.capacity >= LARGEST_BLOCK || !self.file.grow(self.capacity * 2) {
            return Err(self.broken(std::format!("a record is larger than {LARGEST_BLOCK} bytes")));
        }
        self.capacity *= 2;
        self.file.refill().map_err(|_| self.refused.take())
    }

    #[cold]
    fn broken(&self, problem: String) -> CaptureError {
        CaptureError::Broken { offset: self.file.consumed(), frames: self.frames, problem }
    }
}

/// Notes what a block says of interfaces, and copies the frame out of a packet block.
fn take(block: &PcapBlockOwned<'_>, interfaces: &mut Vec<Interface>, bytes: &mut Vec<u8>) -> Option<Record> {
    let low_16_bits = |linktype: Linktype| {
        let [.., a, b] = linktype.0.to_be_bytes();
        u16::from_be_bytes([a, b])
    };
    match block {
        PcapBlockOwned::LegacyHeader(header) => {
            let resolution = if header.is_nanosecond_precision() { 1_000_000_000 } else { 1_000_000 };
            interfaces.push(Interface {
                link_type: low_16_bits(header.network),
                snap_length: header.snaplen,
                clock: Some((resolution, 0)),
            });
            None
        }
        PcapBlockOwned::Legacy(record) => {
            let resolution = interfaces.first()?.clock?.0;
            bytes.clear();
            bytes.extend_from_slice(record.data);
            let ticks = u64::from(record.ts_sec) * resolution + u64::from(record.ts_usec);
            Some(Record { interface: 0, original_length: record.origlen, ticks: Some(ticks) })
        }
        PcapBlockOwned::NG(Block::SectionHeader(_)) => {
            interfaces.clear();
            None
        }
        PcapBlockOwned::NG(Block::InterfaceDescription(interface)) => {
            interfaces.push(Interface {
                link_type: low_16_bits(interface.linktype),
                snap_length: interface.snaplen,
                clock: interface.ts_resolution().map(|resolution| (resolution, interface.ts_offset())),
            });
            None
        }
        PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => {
            bytes.clear();
            bytes.extend_from_slice(packet.packet_data());
            Some(Record {
                interface: usize::try_from(packet.if_id).unwrap_or(usize::MAX),
                original_length: packet.origlen,
                ticks: Some(u64::from(packet.ts_high) << 32 | u64::from(packet.ts_low)),
            })
        }
        PcapBlockOwned::NG(Block::SimplePacket(packet)) => {
            let snap_length = interfaces.first().map_or(0, |interface| interface.snap_length);
            let kept = match snap_length {
                0 => packet.origlen,
                snap_length => packet.origlen.min(snap_length),
            };
            let kept = usize::try_from(kept).unwrap_or(usize::MAX).min(packet.data.len());
            bytes.clear();
            bytes.extend_from_slice(packet.data.get(..kept).unwrap_or_default());
            Some(Record { interface: 0, original_length: packet.origlen, ticks: None })
        }
        PcapBlockOwned::NG(_) => None,
    }
}

fn boxed<'r>(file: impl PcapReaderIterator + Send + 'r) -> Box<dyn PcapReaderIterator + Send + 'r> {
    Box::new(file)
}

/// Reads until the buffer is full, as the parser wants the first block in one piece.
struct Filling<R> {
    input: R,
    refused: Refusal,
}

impl<R: Read> Read for Filling<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while let Some(room) = buffer.get_mut(filled..).filter(|room| !room.is_empty()) {
            match self.input.read(room) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.refused.put(error);
                    return Err(io::ErrorKind::Other.into());
                }
            }
        }
        Ok(filled)
    }
}

/// Carries an error past the parser, which forgets it.
#[derive(Clone, Default)]
struct Refusal(Arc<Mutex<Option<io::Error>>>);

impl Refusal {
    fn put(&self, error: io::Error) {
        if let Ok(mut kept) = self.0.lock() {
            *kept = Some(error);
        }
    }

    fn take(&self) -> CaptureError {
        let kept = self.0.lock().ok().and_then(|mut kept| kept.take());
        kept.unwrap_or_else(|| io::Error::other("the file cannot be read")).into()
    }
}

/// Writes a pcapng file with nanosecond timestamps.
pub struct Writer<W: Write> {
    output: W,
    interfaces: u32,
}

/// An interface of a file that is being written; from [`Writer::interface`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InterfaceId(u32);

impl<W: Write> Writer<W> {
    /// Writes the file's header.
    pub fn new(mut output: W) -> Result<Self, CaptureError> {
        let mut header = SectionHeaderBlock {
            block_type: 0,
            block_len1: 0,
            bom: 0,
            major_version: 1,
            minor_version: 0,
            section_len: -1,
            options: vec![],
            block_len2: 0,
        };
        output.write_all(&serialized(&mut header)?)?;
        Ok(Self { output, interfaces: 0 })
    }

    /// Describes an interface that frames can be written for.
    pub fn interface(&mut self, name: &str, link: LinkType) -> Result<InterfaceId, CaptureError> {
        let mut description = InterfaceDescriptionBlock {
            block_type: 0,
            block_len1: 0,
            linktype: Linktype(number_of(link)),
            reserved: 0,
            snaplen: 0,
            options: vec![text_option(OptionCode::IfName, "an interface's name", name)?],
            block_len2: 0,
            if_tsresol: 9,
            if_tsoffset: 0,
        };
        self.output.write_all(&serialized(&mut description)?)?;
        let id = InterfaceId(self.interfaces);
        self.interfaces += 1;
        Ok(id)
    }

    /// Writes a frame with a comment (none if it is empty); `timestamp` is since 1970.
    pub fn frame(
        &mut self,
        interface: InterfaceId,
        timestamp: Duration,
        bytes: &[u8],
        comment: &str,
    ) -> Result<(), CaptureError> {
        let too_long = CaptureError::TooLong { what: "a frame", length: bytes.len() };
        let length = u32::try_from(bytes.len()).map_err(|_| too_long)?;
        let [a, b, c, d, e, f, g, h] = u64::try_from(timestamp.as_nanos()).unwrap_or(u64::MAX).to_be_bytes();
        let options = match comment {
            "" => vec![],
            comment => vec![text_option(OptionCode::Comment, "a comment", comment)?],
        };
        let mut packet = EnhancedPacketBlock {
            block_type: 0,
            block_len1: 0,
            if_id: interface.0,
            ts_high: u32::from_be_bytes([a, b, c, d]),
            ts_low: u32::from_be_bytes([e, f, g, h]),
            caplen: length,
            origlen: length,
            data: bytes,
            options,
            block_len2: 0,
        };
        self.output.write_all(&serialized(&mut packet)?)?;
        Ok(())
    }

    /// The output, with all that was written so far.
    pub fn into_inner(self) -> W {
        self.output
    }
}

fn text_option<'t>(
    code: OptionCode,
    what: &'static str,
    text: &'t str,
) -> Result<PcapNGOption<'t>, CaptureError> {
    let too_long = CaptureError::TooLong { what, length: text.len() };
    let len = u16::try_from(text.len()).map_err(|_| too_long)?;
    Ok(PcapNGOption { code, len, value: Cow::Borrowed(text.as_bytes()) })
}

fn serialized(block: &mut impl ToVec) -> Result<Vec<u8>, CaptureError> {
    block.to_vec().map_err(|error| io::Error::other(std::format!("{error:?}")).into())
}
