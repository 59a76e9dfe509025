//! TCP ([RFC 9293](https://www.rfc-editor.org/rfc/rfc9293)).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |          Source Port          |       Destination Port        |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                        Sequence Number                        |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                    Acknowledgment Number                      |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |  Data |       |C|E|U|A|P|R|S|F|                               |
//! | Offset| Rsrvd |W|C|R|C|S|S|Y|I|            Window             |
//! |       |       |R|E|G|K|H|T|N|N|                               |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |           Checksum            |         Urgent Pointer        |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```
//!
//! Refused: a data offset below 5 or past the bytes there are. Tolerated: any flags and reserved bits; a wrong checksum
//! (ask [`Packet::transport_checksum`](crate::Packet::transport_checksum)); any options ([`Tcp::options`] ends at one
//! whose length cannot be true).
//!
//! ```
//! use contrail_wire::net::tcp::{TcpFlags, TcpHeader};
//! use contrail_wire::FixedHeader;
//!
//! let syn = TcpHeader::new(40000, 9443, TcpFlags::SYN);
//! let mut buffer = [0xa5; 20];
//! syn.encode(&mut buffer).unwrap();
//! let (read, _) = TcpHeader::decode(&buffer)?;
//! assert_eq!(read.flags, TcpFlags::SYN);
//! # Ok::<(), contrail_wire::DecodeError>(())
//! ```

use zerocopy::network_endian::{U16, U32};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use super::options::Options;
use crate::reader::Reader;
use crate::{AnomalyReport, DecodeError, FieldValue, FixedHeader, Layer};

/// The eight control bits.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(transparent)]
pub struct TcpFlags(u8);

bitflags::bitflags! {
    impl TcpFlags: u8 {
        /// No more data from the sender.
        const FIN = 0x01;
        /// Synchronise sequence numbers.
        const SYN = 0x02;
        /// Reset the connection.
        const RST = 0x04;
        /// Push.
        const PSH = 0x08;
        /// The acknowledgment number counts.
        const ACK = 0x10;
        /// The urgent pointer counts.
        const URG = 0x20;
        /// ECN echo (RFC 3168).
        const ECE = 0x40;
        /// Congestion window reduced (RFC 3168).
        const CWR = 0x80;
    }
}

/// The part of the header that is always there; see the [module](self).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(C)]
pub struct TcpHeader {
    /// The sender's port.
    pub source_port: U16,
    /// The receiver's port.
    pub destination_port: U16,
    /// Of the first byte of payload.
    pub sequence_number: U32,
    /// The next byte that is expected.
    pub acknowledgment_number: U32,
    /// The header's length in 32-bit words (4 bits) and reserved bits (4).
    pub data_offset_reserved: u8,
    /// The control bits.
    pub flags: TcpFlags,
    /// Bytes the sender is ready to take, before scaling.
    pub window: U16,
    /// Over pseudo-header, header and payload.
    pub checksum: U16,
    /// Behind the sequence number.
    pub urgent_pointer: U16,
}

impl TcpHeader {
    /// A header without options, with a full window; checksum still 0.
    pub fn new(source_port: u16, destination_port: u16, flags: TcpFlags) -> Self {
        Self {
            source_port: U16::new(source_port),
            destination_port: U16::new(destination_port),
            data_offset_reserved: 0x50,
            flags,
            window: U16::new(u16::MAX),
            ..Self::default()
        }
    }

    /// The header's length in 32-bit words, 5 to 15.
    pub const fn data_offset(&self) -> u8 {
        self.data_offset_reserved >> 4
    }
}

impl FixedHeader for TcpHeader {
    const LAYER: Layer = Layer::Tcp;

    #[inline(always)]
    fn validate(&self, offset: usize) -> Result<(), DecodeError> {
        if self.data_offset() < 5 {
            let found = self.data_offset().into();
            return Err(DecodeError::field(
                Layer::Tcp,
                offset,
                "data_offset",
                found,
                "5 to 15 (RFC 9293 3.1)",
            ));
        }
        Ok(())
    }

    fn fields(&self, visit: &mut dyn FnMut(&'static str, FieldValue<'_>)) {
        visit("source_port", self.source_port.get().into());
        visit("destination_port", self.destination_port.get().into());
        visit("sequence_number", self.sequence_number.get().into());
        visit("acknowledgment_number", self.acknowledgment_number.get().into());
        visit("data_offset", self.data_offset().into());
        visit("flags", FieldValue::Hex(self.flags.bits().into(), 2));
        visit("window", self.window.get().into());
        visit("checksum", FieldValue::Hex(self.checksum.get().into(), 4));
        visit("urgent_pointer", self.urgent_pointer.get().into());
    }

    fn anomalies(&self, report: &mut AnomalyReport<'_>) {
        report.reserved("reserved", self.data_offset_reserved & 0x0f, 1, "RFC 9293 3.1");
    }
}

/// A TCP header with its options, borrowed from a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tcp<'a> {
    /// The fixed part.
    pub header: &'a TcpHeader,
    /// The options as they stand, 0 to 40 bytes.
    pub options: &'a [u8],
}

impl<'a> Tcp<'a> {
    #[inline(always)]
    pub(crate) fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let start = reader.offset();
        let mut cursor = *reader;
        let header: &TcpHeader = cursor.header()?;
        let length = usize::from(header.data_offset()) * 4 - TcpHeader::LEN;
        let options = cursor.bytes(Layer::Tcp, start, length)?;
        *reader = cursor;
        Ok(Self { header, options })
    }

    /// The options one by one; ends after an option whose length cannot be true, which it returns as
    /// an error.
    pub const fn options(&self) -> TcpOptions<'a> {
        TcpOptions { raw: Options(self.options) }
    }

    pub(crate) fn anomalies(&self, report: &mut AnomalyReport<'_>) {
        self.header.anomalies(report);
        if let Some(Err([kind, ..])) = self.options().last() {
            report.add("options", *kind, "options that end inside the header", "RFC 9293 3.1");
        }
    }
}

/// An option of a TCP header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TcpOption<'a> {
    /// The largest segment that its sender takes, in bytes (RFC 9293).
    MaximumSegmentSize(u16),
    /// By how many bits windows are shifted to the left (RFC 7323).
    WindowScale(u8),
    /// Selective acknowledgments may be sent (RFC 2018).
    SelectiveAcknowledgmentPermitted,
    /// What has arrived behind a gap (RFC 2018).
    SelectiveAcknowledgment(&'a [TcpBlock]),
    /// When this was sent, and the time that the other side said last (RFC 7323).
    Timestamps {
        /// By the sender's clock.
        value: u32,
        /// By the receiver's clock; counts if ACK is set.
        echo_reply: u32,
    },
    /// Any other, or one of these at a length that it does not have.
    Other {
        /// Which option it is.
        kind: u8,
        /// What stands behind kind and length.
        data: &'a [u8],
    },
}

impl<'a> TcpOption<'a> {
    fn new(kind: u8, data: &'a [u8]) -> Self {
        match (kind, data) {
            (2, &[a, b]) => Self::MaximumSegmentSize(u16::from_be_bytes([a, b])),
            (3, &[shift]) => Self::WindowScale(shift),
            (4, []) => Self::SelectiveAcknowledgmentPermitted,
            (5, blocks) => match FromBytes::ref_from_bytes(blocks) {
                Ok(blocks) => Self::SelectiveAcknowledgment(blocks),
                Err(_) => Self::Other { kind, data },
            },
            (8, &[a, b, c, d, e, f, g, h]) => Self::Timestamps {
                value: u32::from_be_bytes([a, b, c, d]),
                echo_reply: u32::from_be_bytes([e, f, g, h]),
            },
            _ => Self::Other { kind, data },
        }
    }
}

/// Bytes that have arrived: the first, and the one behind the last.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(C)]
pub struct TcpBlock {
    /// The sequence number of the first byte.
    pub left_edge: U32,
    /// The sequence number behind the last byte.
    pub right_edge: U32,
}

/// The options of a TCP header; padding is left out. See [`Tcp::options`].
#[derive(Clone, Debug)]
pub struct TcpOptions<'a> {
    raw: Options<'a>,
}

impl<'a> Iterator for TcpOptions<'a> {
    /// An option, or the octets from one whose length is below 2 or past the header's end.
    type Item = Result<TcpOption<'a>, &'a [u8]>;

    fn next(&mut self) -> Option<Self::Item> {
        let option = self.raw.next()?;
        Some(option.map(|(kind, data)| TcpOption::new(kind, data)))
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    #[test]
    fn options_have_their_types() {
        let options = [
            [2, 4, 0x05, 0xb4, 4, 2, 8, 10].as_slice(),
            &[0, 0, 0, 1, 0, 0, 0, 2, 1, 3, 3, 7],
            &[5, 10, 0, 0, 0, 1, 0, 0, 0, 9, 254, 3, 0xee, 3, 2, 0, 0xff],
        ]
        .concat();
        let view = Tcp { header: &TcpHeader::default(), options: &options };
        let found: Vec<_> = view.options().map(Result::unwrap).collect();
        let expected = [
            TcpOption::MaximumSegmentSize(1460),
            TcpOption::SelectiveAcknowledgmentPermitted,
            TcpOption::Timestamps { value: 1, echo_reply: 2 },
            TcpOption::WindowScale(7),
            TcpOption::SelectiveAcknowledgment(&[TcpBlock {
                left_edge: U32::new(1),
                right_edge: U32::new(9),
            }]),
            TcpOption::Other { kind: 254, data: &[0xee] },
            TcpOption::Other { kind: 3, data: &[] },
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn an_option_that_cannot_be_true_ends_the_list() {
        for broken in [&[2, 0, 1, 1][..], &[2, 1, 1, 1], &[2, 5, 1, 1], &[8]] {
            let options = [&[3, 3, 9][..], broken].concat();
            let mut options = TcpOptions { raw: Options(&options) };
            assert_eq!(options.next(), Some(Ok(TcpOption::WindowScale(9))));
            assert_eq!(options.next(), Some(Err(broken)));
            assert_eq!(options.next(), None);
        }
    }
}
