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
//! Refused: a data offset below 5 or past the bytes there are. Tolerated: any flags, checksum and options.
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

use crate::reader::Reader;
use crate::{DecodeError, FieldValue, FixedHeader, Layer};

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
}
