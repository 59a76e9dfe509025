//! ICMP and ICMPv6, the four bytes that all their messages share
//! ([RFC 792](https://www.rfc-editor.org/rfc/rfc792), [RFC 4443](https://www.rfc-editor.org/rfc/rfc4443)).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |     Type      |     Code      |           Checksum            |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```
//!
//! Refused: nothing. Tolerated: everything; the message's body stays payload, a packet quoted in it is not decoded.
//!
//! ```
//! use contrail_wire::net::icmp::IcmpHeader;
//! use contrail_wire::FixedHeader;
//!
//! let echo = [8, 0, 0xf7, 0xff, 0, 0, 0, 0];
//! let (header, rest) = IcmpHeader::decode(&echo)?;
//! assert_eq!((header.icmp_type, header.code, rest.len()), (8, 0, 4));
//!
//! let mut buffer = [0xa5; 4];
//! header.encode(&mut buffer).unwrap();
//! assert_eq!(buffer, echo[..4]);
//! # Ok::<(), contrail_wire::DecodeError>(())
//! ```

use zerocopy::network_endian::U16;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::{FieldValue, FixedHeader, Layer};

/// What every ICMP message starts with; see the [module](self).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(C)]
pub struct IcmpHeader {
    /// Which message.
    pub icmp_type: u8,
    /// Which case of it.
    pub code: u8,
    /// Over the message.
    pub checksum: U16,
}

/// What every ICMPv6 message starts with; the checksum covers a pseudo-header too.
///
/// ```
/// use contrail_wire::net::icmp::Icmpv6Header;
/// use contrail_wire::FixedHeader;
///
/// let solicitation = [135, 0, 0x12, 0x34, 0, 0, 0, 0];
/// let (header, _) = Icmpv6Header::decode(&solicitation)?;
/// assert_eq!((header.icmp_type, header.checksum.get()), (135, 0x1234));
///
/// let mut buffer = [0xa5; 4];
/// header.encode(&mut buffer).unwrap();
/// assert_eq!(buffer, solicitation[..4]);
/// # Ok::<(), contrail_wire::DecodeError>(())
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(C)]
pub struct Icmpv6Header {
    /// Which message.
    pub icmp_type: u8,
    /// Which case of it.
    pub code: u8,
    /// Over pseudo-header and message.
    pub checksum: U16,
}

impl Icmpv6Header {
    /// The type of a neighbor solicitation (RFC 4861 section 4.3).
    pub const NEIGHBOR_SOLICITATION: u8 = 135;
    /// The type of a neighbor advertisement (RFC 4861 section 4.4).
    pub const NEIGHBOR_ADVERTISEMENT: u8 = 136;
}

impl FixedHeader for IcmpHeader {
    const LAYER: Layer = Layer::Icmp;

    fn fields(&self, visit: &mut dyn FnMut(&'static str, FieldValue<'_>)) {
        visit("type", self.icmp_type.into());
        visit("code", self.code.into());
        visit("checksum", FieldValue::Hex(self.checksum.get().into(), 4));
    }
}

impl FixedHeader for Icmpv6Header {
    const LAYER: Layer = Layer::Icmpv6;

    fn fields(&self, visit: &mut dyn FnMut(&'static str, FieldValue<'_>)) {
        visit("type", self.icmp_type.into());
        visit("code", self.code.into());
        visit("checksum", FieldValue::Hex(self.checksum.get().into(), 4));
    }
}
