//! Reading.

use std::boxed::Box;
use std::fmt;
use std::io::{self, Cursor, Read};
use std::string::{String, ToString};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::vec::Vec;

use pcap_parser::traits::{PcapNGPacketBlock, PcapReaderIterator};
use pcap_parser::{Block, LegacyPcapReader, Linktype, PcapBlockOwned, PcapError, PcapNGReader};

use super::{CaptureError, Frame};

/// The most a single block of a file may take.
const LARGEST_BLOCK: usize = 64 << 20;
const BUFFER: usize = 1 << 20;

/// Reads a capture file of any size frame by frame, in bounded memory.
pub struct Reader<'r> {
    file: Box<dyn PcapReaderIterator + Send + 'r>,
    /// What the operating system said when it refused to read on; the parser does not keep it.
    refused: Refusal,
    capacity: usize,
    is_pcapng: bool,
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
                is_pcapng: magic.first() == Some(&0x0a),
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
            if let Some(length) = self.too_short() {
                return Err(self.broken(std::format!("a block of {length} bytes")));
            }
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

    /// The length of a process information block, in either order of bytes, if that is less than any block has: the
    /// parser (0.17) subtracts from it unseen.
    fn too_short(&self) -> Option<u32> {
        const PROCESS_INFORMATION: u32 = 0x8000_0001;
        let [a, b, c, d, e, f, g, h] = *self.file.data().first_chunk()?;
        let (kind, length) = ([a, b, c, d], [e, f, g, h]);
        let read = [u32::from_le_bytes, u32::from_be_bytes].map(|read| (read(kind), read(length)));
        let short = |(kind, length): &(u32, u32)| *kind == PROCESS_INFORMATION && *length < 12;
        read.into_iter().find(short).filter(|_| self.is_pcapng).map(|(_, length)| length)
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

impl fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("offset", &self.file.consumed()).field("frames", &self.frames).finish()
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
