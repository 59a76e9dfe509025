//! GRE ([RFC 2784](https://www.rfc-editor.org/rfc/rfc2784), key and sequence number of
//! [RFC 2890](https://www.rfc-editor.org/rfc/rfc2890)).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |C| |K|S| Reserved0       | Ver |         Protocol Type         |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |      Checksum (optional)      |       Reserved1 (Optional)    |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                         Key (optional)                        |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                 Sequence Number (Optional)                    |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```
//!
//! Refused: a version other than 0 (1 is PPTP's) and, as RFC 2784 section 2.3 asks of a receiver without
//! RFC 1701, a header with any of the bits 1, 4 and 5 (routing, strict source route, recursion). Tolerated: the
//! other reserved bits, and a wrong checksum: ask [`Packet::tunnel_checksum`](crate::Packet::tunnel_checksum).
//!
//! ```
//! use contrail_wire::tunnel::gre::GreHeader;
//! use contrail_wire::{EtherType, FixedHeader};
//!
//! let (header, _) = GreHeader::decode(&[0, 0, 0x88, 0x47])?;
//! assert_eq!(header.protocol_type, EtherType::MPLS);
//!
//! let mut buffer = [0xa5; 4];
//! GreHeader::new(EtherType::ETHERNET).encode(&mut buffer).unwrap();
//! assert_eq!(buffer, [0, 0, 0x65, 0x58]);
//! # Ok::<(), contrail_wire::DecodeError>(())
//! ```

use zerocopy::network_endian::{U16, U32};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::net::checksum::Sum;
use crate::reader::Reader;
use crate::{AnomalyReport, DecodeError, EtherType, FieldValue, FixedHeader, Layer};

/// The first two octets: flags, reserved bits and version.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(transparent)]
pub struct GreFlags(U16);

impl GreFlags {
    /// A checksum and reserved1 follow.
    pub const CHECKSUM: u16 = 0x8000;
    /// RFC 1701: routing follows.
    pub const ROUTING: u16 = 0x4000;
    /// A key follows.
    pub const KEY: u16 = 0x2000;
    /// A sequence number follows.
    pub const SEQUENCE: u16 = 0x1000;
    /// The bits for which RFC 2784 section 2.3 has a receiver discard the packet: 1, 4 and 5. (The section
    /// names bits 1 to 5; RFC 2890 has since given 2 and 3 to key and sequence number.)
    const DISCARD: u16 = 0x4c00;
    /// With these, a header is refused: those bits, or another version.
    pub(crate) const REFUSED: u16 = Self::DISCARD | 0x0007;
    /// The bits that a receiver ignores.
    const IGNORED: u16 = 0x03f8;

    /// The flags with these bits.
    pub const fn new(bits: u16) -> Self {
        Self(U16::new(bits))
    }

    /// All 16 bits.
    pub const fn bits(self) -> u16 {
        self.0.get()
    }

    /// Whether all of `bits` are set.
    pub const fn has(self, bits: u16) -> bool {
        self.bits() & bits == bits
    }

    /// The version, 0 to 7.
    pub const fn version(self) -> u8 {
        let [_, low] = self.bits().to_be_bytes();
        low & 0x07
    }
}

/// The part of the header that is always there; see the [module](self).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(C)]
pub struct GreHeader {
    /// Which optional words follow, and the version.
    pub flags: GreFlags,
    /// What the tunnel carries, as an EtherType.
    pub protocol_type: EtherType,
}

impl GreHeader {
    /// A header without optional words.
    pub const fn new(protocol_type: EtherType) -> Self {
        Self { flags: GreFlags::new(0), protocol_type }
    }
}

impl GreHeader {
    /// Bytes that the optional words take, as the flags say: 0 to 12.
    #[inline(always)]
    pub const fn optional_length(&self) -> usize {
        const WORDS: u16 = GreFlags::CHECKSUM | GreFlags::KEY | GreFlags::SEQUENCE;
        match (self.flags.bits() & WORDS).count_ones() {
            0 => 0,
            1 => 4,
            2 => 8,
            _ => 12,
        }
    }
}

impl FixedHeader for GreHeader {
    const LAYER: Layer = Layer::Gre;

    #[inline(always)]
    fn validate(&self, offset: usize) -> Result<(), DecodeError> {
        if self.flags.bits() & GreFlags::REFUSED == 0 {
            return Ok(());
        }
        let flags = self.flags;
        Err(if flags.version() != 0 {
            DecodeError::field(Layer::Gre, offset, "version", flags.version().into(), "0 (RFC 2784)")
        } else if flags.has(GreFlags::ROUTING) {
            DecodeError::field(Layer::Gre, offset, "routing present", 1, "0 (RFC 2784 2.3)")
        } else {
            let found = (flags.bits() & GreFlags::DISCARD).into();
            DecodeError::field(Layer::Gre, offset, "reserved0", found, "bits 4 and 5 clear (RFC 2784 2.3)")
        })
    }

    fn fields(&self, visit: &mut dyn FnMut(&'static str, FieldValue<'_>)) {
        visit("checksum_present", self.flags.has(GreFlags::CHECKSUM).into());
        visit("key_present", self.flags.has(GreFlags::KEY).into());
        visit("sequence_number_present", self.flags.has(GreFlags::SEQUENCE).into());
        visit("reserved0", FieldValue::Hex((self.flags.bits() & 0x0ff8).into(), 4));
        visit("version", self.flags.version().into());
        visit("protocol_type", FieldValue::Hex(self.protocol_type.get().into(), 4));
    }

    fn anomalies(&self, report: &mut AnomalyReport<'_>) {
        report.reserved("reserved0", self.flags.bits() & GreFlags::IGNORED, 4, "RFC 2784 2.3");
    }
}

/// Checksum and reserved1, there if the C flag is set.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(C)]
struct ChecksumWord {
    checksum: U16,
    reserved1: U16,
}

/// A GRE header with its optional words, borrowed from a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gre<'a> {
    /// The fixed part.
    pub header: &'a GreHeader,
    /// The optional words as they stand, 0 to 12 bytes.
    pub optional: &'a [u8],
}

impl<'a> Gre<'a> {
    #[inline(always)]
    pub(crate) fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let start = reader.offset();
        let mut cursor = *reader;
        let header: &GreHeader = cursor.header()?;
        let optional = cursor.bytes(Layer::Gre, start, header.optional_length())?;
        *reader = cursor;
        Ok(Self { header, optional })
    }

    fn words(&self) -> (Option<&'a ChecksumWord>, Option<&'a U32>, Option<&'a U32>) {
        fn take<'a, T: FromBytes + KnownLayout + Immutable + Unaligned>(
            there: bool,
            rest: &mut &'a [u8],
        ) -> Option<&'a T> {
            let (word, behind) = there.then(|| T::ref_from_prefix(rest).ok())??;
            *rest = behind;
            Some(word)
        }
        let flags = self.header.flags;
        let mut rest = self.optional;
        let checksum = take(flags.has(GreFlags::CHECKSUM), &mut rest);
        let key = take(flags.has(GreFlags::KEY), &mut rest);
        let sequence_number = take(flags.has(GreFlags::SEQUENCE), &mut rest);
        (checksum, key, sequence_number)
    }

    /// The checksum, if the C flag is set.
    pub fn checksum(&self) -> Option<u16> {
        Some(self.words().0?.checksum.get())
    }

    /// The reserved1 field beside the checksum.
    pub fn reserved1(&self) -> Option<u16> {
        Some(self.words().0?.reserved1.get())
    }

    /// The key, if the K flag is set.
    pub fn key(&self) -> Option<u32> {
        self.words().1.map(|key| key.get())
    }

    /// The sequence number, if the S flag is set.
    pub fn sequence_number(&self) -> Option<u32> {
        self.words().2.map(|number| number.get())
    }

    /// Whether the checksum over header and `payload` is right; `None` if there is none. The payload is all that
    /// the IP packet holds behind this header, a label stack with it.
    pub fn checksum_is_right(&self, payload: &[u8]) -> Option<bool> {
        self.checksum()?;
        let sum = Sum::default().bytes(self.header.as_bytes()).bytes(self.optional).bytes(payload);
        Some(sum.finish() == 0)
    }

    pub(crate) fn anomalies(&self, report: &mut AnomalyReport<'_>) {
        self.header.anomalies(report);
        report.reserved("reserved1", self.reserved1().unwrap_or(0), 4, "RFC 2784 2.6");
    }

    /// As [`FixedHeader::fields`], with the optional words that are there.
    pub fn fields(&self, visit: &mut dyn FnMut(&'static str, FieldValue<'_>)) {
        FixedHeader::fields(self.header, visit);
        let (checksum, key, sequence_number) = self.words();
        if let Some(word) = checksum {
            visit("checksum", FieldValue::Hex(word.checksum.get().into(), 4));
            visit("reserved1", word.reserved1.get().into());
        }
        if let Some(key) = key {
            visit("key", key.get().into());
        }
        if let Some(number) = sequence_number {
            visit("sequence_number", number.get().into());
        }
    }
}
