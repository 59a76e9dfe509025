//! Writing.

use std::borrow::Cow;
use std::io::{self, Write};
use std::time::Duration;
use std::vec;
use std::vec::Vec;

use pcap_parser::{
    EnhancedPacketBlock, InterfaceDescriptionBlock, LegacyPcapBlock, Linktype, OptionCode, PcapHeader,
    PcapNGOption, SectionHeaderBlock, ToVec,
};

use super::{CaptureError, number_of};
use crate::LinkType;

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

/// Writes a pcap file with nanosecond timestamps, of frames with one link type.
///
/// ```
/// use contrail_wire::LinkType;
/// use contrail_wire::capture::{PcapWriter, Reader};
/// use std::time::Duration;
/// # let frame = contrail_wire::doc::VXLAN_FRAME;
///
/// let mut file = Vec::new();
/// let mut writer = PcapWriter::new(&mut file, LinkType::Ethernet)?;
/// writer.frame(Duration::from_secs(1), frame, frame.len())?;
///
/// let mut reader = Reader::new(&file[..])?;
/// assert_eq!(reader.next_frame()?.unwrap().bytes, frame);
/// # Ok::<(), contrail_wire::capture::CaptureError>(())
/// ```
pub struct PcapWriter<W: Write> {
    output: W,
}

impl<W: Write> PcapWriter<W> {
    /// With nanoseconds.
    const MAGIC: u32 = 0xa1b2_3c4d;
    /// The most that other programs take.
    const SNAP_LENGTH: u32 = 0x4_0000;

    /// Writes the file's header.
    pub fn new(mut output: W, link: LinkType) -> Result<Self, CaptureError> {
        let mut header = PcapHeader {
            magic_number: Self::MAGIC,
            snaplen: Self::SNAP_LENGTH,
            network: Linktype(number_of(link)),
            ..PcapHeader::new()
        };
        output.write_all(&serialized(&mut header)?)?;
        Ok(Self { output })
    }

    /// Writes what was kept of a frame that had `original_length` bytes; `timestamp` is since 1970, and one behind
    /// the year 2106 is written as the last that there is.
    pub fn frame(
        &mut self,
        timestamp: Duration,
        bytes: &[u8],
        original_length: usize,
    ) -> Result<(), CaptureError> {
        let too_long = CaptureError::TooLong { what: "a frame", length: bytes.len() };
        let kept = u32::try_from(bytes.len()).ok().filter(|length| *length <= Self::SNAP_LENGTH);
        let caplen = kept.ok_or(too_long)?;
        let mut record = LegacyPcapBlock {
            ts_sec: u32::try_from(timestamp.as_secs()).unwrap_or(u32::MAX),
            ts_usec: timestamp.subsec_nanos(),
            caplen,
            origlen: u32::try_from(original_length).unwrap_or(u32::MAX).max(caplen),
            data: bytes,
        };
        self.output.write_all(&serialized(&mut record)?)?;
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
