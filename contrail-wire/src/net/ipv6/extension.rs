//! The extension headers of IPv6: hop-by-hop options, destination options, routing and fragment
//! ([RFC 8200](https://www.rfc-editor.org/rfc/rfc8200) 4), authentication
//! ([RFC 4302](https://www.rfc-editor.org/rfc/rfc4302)).
//!
//! Options and routing, of which the rest goes by the routing type:
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |  Next Header  |  Hdr Ext Len  |                               |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+                               +
//! .                            Options                            .
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//!
//! |  Next Header  |  Hdr Ext Len  |  Routing Type | Segments Left |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```
//!
//! Fragment:
//!
//! ```text
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |  Next Header  |   Reserved    |      Fragment Offset    |Res|M|
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                         Identification                        |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```
//!
//! Authentication:
//!
//! ```text
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |  Next Header  |  Payload Len  |           Reserved            |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                 Security Parameters Index (SPI)               |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                    Sequence Number Field                      |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! .                Integrity Check Value (variable)               .
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```
//!
//! Refused: a header that is not whole, an option that runs past its header, an authentication header without a sequence
//! number. Tolerated: any order and number, unknown options and routing types, reserved bits; an integrity check value is
//! not verified.
//!
//! ```
//! use contrail_wire::net::ipv6::extension::{ExtensionStart, Ipv6Extension, Ipv6Option};
//! use contrail_wire::{Decoder, Header, IpProtocol};
//!
//! let extension = Ipv6Extension {
//!     kind: IpProtocol::HOP_BY_HOP,
//!     start: ExtensionStart { next_header: IpProtocol::NO_NEXT_HEADER, length: 0 },
//!     data: &[0x05, 2, 0, 0, 1, 0], // router alert, then padding
//! };
//! let mut packet = [0; 48];
//! packet[..8].copy_from_slice(&[0x60, 0, 0, 0, 0, 8, 0, 64]); // IPv6 with 8 bytes behind it
//! Header::Ipv6Extension(extension).encode(&mut packet[40..]).unwrap();
//! assert_eq!(packet[40..], [59, 0, 0x05, 2, 0, 0, 1, 0]);
//!
//! let decoder = Decoder::new();
//! let ip = decoder.ip(&packet)?.ipv6().unwrap();
//! assert_eq!(ip.extensions().collect::<Vec<_>>(), [extension]);
//! assert_eq!(extension.options().collect::<Vec<_>>(), [Ipv6Option::RouterAlert(0)]);
//! # Ok::<(), contrail_wire::DecodeError>(())
//! ```

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::reader::Reader;
use crate::{AnomalyReport, Bound, DecodeError, FieldValue, FixedHeader, IpProtocol, Layer};

pub(super) const fn is_extension(protocol: IpProtocol) -> bool {
    matches!(
        protocol,
        IpProtocol::HOP_BY_HOP
            | IpProtocol::ROUTING
            | IpProtocol::FRAGMENT
            | IpProtocol::DESTINATION_OPTIONS
            | IpProtocol::AUTHENTICATION
    )
}

/// What every extension header starts with; see the [module](self).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(C)]
pub struct ExtensionStart {
    /// What follows the extension header.
    pub next_header: IpProtocol,
    /// Length without the first 8 bytes, in units of 8 bytes; for the authentication header without the first
    /// 8 bytes, in units of 4; reserved in a fragment header.
    pub length: u8,
}

impl FixedHeader for ExtensionStart {
    const LAYER: Layer = Layer::Ipv6Extension;

    fn fields(&self, visit: &mut dyn FnMut(&'static str, FieldValue<'_>)) {
        visit("next_header", self.next_header.0.into());
        visit("hdr_ext_len", self.length.into());
    }
}

/// One extension header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ipv6Extension<'a> {
    /// Which one it is, as the header before it says.
    pub kind: IpProtocol,
    /// Its first two octets.
    pub start: ExtensionStart,
    /// Its octets behind them.
    pub data: &'a [u8],
}

impl<'a> Ipv6Extension<'a> {
    /// Moves `reader` only if the whole header is there.
    pub(super) fn read(kind: IpProtocol, reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let start = reader.offset();
        let mut cursor = *reader;
        let first: &ExtensionStart = cursor.header()?;
        let length = usize::from(first.length);
        let size = match kind {
            IpProtocol::FRAGMENT => 8,
            IpProtocol::AUTHENTICATION if length == 0 => {
                let expected = "1 at least (RFC 4302 2)";
                return Err(DecodeError::field(Layer::Ipv6Extension, start, "hdr_ext_len", 0, expected));
            }
            IpProtocol::AUTHENTICATION => (length + 2) * 4,
            _ => (length + 1) * 8,
        };
        let data = cursor.bytes(Layer::Ipv6Extension, start, size - ExtensionStart::LEN)?;
        let this = Self { kind, start: *first, data };
        let mut options = this.options();
        while options.next().is_some() {}
        let (layer, bound) = (Layer::Ipv6Extension, Bound::HeaderLength);
        match *options.rest {
            [] => {}
            [_] => return Err(DecodeError::truncated(layer, start, size + 1, size, bound)),
            [_, length, ref left @ ..] => {
                let (claimed, left) = (length.into(), left.len());
                return Err(DecodeError::overrun(layer, start, "opt_data_len", claimed, left, bound));
            }
        }
        *reader = cursor;
        Ok(this)
    }

    /// The options of a hop-by-hop or destination options header one by one; none of other headers.
    pub const fn options(&self) -> Ipv6Options<'a> {
        match self.kind {
            IpProtocol::HOP_BY_HOP | IpProtocol::DESTINATION_OPTIONS => Ipv6Options { rest: self.data },
            _ => Ipv6Options { rest: &[] },
        }
    }

    /// The length of all behind the base header, if this header says it (RFC 2675).
    pub(crate) fn jumbo_payload(&self) -> Option<u32> {
        self.options().find_map(|option| match option {
            Ipv6Option::JumboPayload(length) => Some(length),
            _ => None,
        })
    }

    pub(crate) fn anomalies(&self, report: &mut AnomalyReport<'_>) {
        const SOURCE: &str = "RFC 8200 4.5";
        match (self.kind, self.data) {
            (IpProtocol::FRAGMENT, &[_, offset_and_more, ..]) => {
                report.reserved("reserved", self.start.length, 2, SOURCE);
                report.reserved("reserved2", offset_and_more & 0x06, 2, SOURCE);
            }
            (IpProtocol::ROUTING, &[0, ..]) => {
                report.add("routing_type", 0u8, "another, as this one is deprecated", "RFC 5095 3");
            }
            (IpProtocol::AUTHENTICATION, &[high, low, ..]) => {
                report.reserved("reserved", u16::from_be_bytes([high, low]), 4, "RFC 4302 2.3");
            }
            _ => {}
        }
    }
}

/// An option of a hop-by-hop or destination options header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ipv6Option<'a> {
    /// How many more times the packet may be tunnelled (RFC 2473).
    TunnelEncapsulationLimit(u8),
    /// Each router on the way looks at the packet: 0 for multicast listener discovery, 1 for RSVP (RFC 2711).
    RouterAlert(u16),
    /// The length of all that follows the base header, in bytes (RFC 2675).
    JumboPayload(u32),
    /// Any other, or one of these at a length that it does not have.
    Other {
        /// What to do with an unknown option (2 bits), whether it changes on the way (1), and which it is (5).
        option_type: u8,
        /// What stands behind type and length.
        data: &'a [u8],
    },
}

impl<'a> Ipv6Option<'a> {
    const fn new(option_type: u8, data: &'a [u8]) -> Self {
        match (option_type, data) {
            (0x04, &[limit]) => Self::TunnelEncapsulationLimit(limit),
            (0x05, &[a, b]) => Self::RouterAlert(u16::from_be_bytes([a, b])),
            (0xc2, &[a, b, c, d]) => Self::JumboPayload(u32::from_be_bytes([a, b, c, d])),
            _ => Self::Other { option_type, data },
        }
    }
}

/// The options of an extension header; padding is left out. See [`Ipv6Extension::options`].
#[derive(Clone, Debug)]
pub struct Ipv6Options<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Ipv6Options<'a> {
    type Item = Ipv6Option<'a>;

    fn next(&mut self) -> Option<Ipv6Option<'a>> {
        const PAD1: u8 = 0;
        const PADN: u8 = 1;
        loop {
            match *self.rest {
                [PAD1, ref rest @ ..] => self.rest = rest,
                [option_type, length, ref rest @ ..] => {
                    let (data, rest) = rest.split_at_checked(length.into())?;
                    self.rest = rest;
                    if option_type != PADN {
                        return Some(Ipv6Option::new(option_type, data));
                    }
                }
                _ => return None,
            }
        }
    }
}

/// The extension headers of an IPv6 header; see [`Ipv6::extensions`](super::Ipv6::extensions).
#[derive(Clone, Debug)]
pub struct Ipv6Extensions<'a> {
    pub(super) kind: IpProtocol,
    pub(super) rest: &'a [u8],
}

impl<'a> Iterator for Ipv6Extensions<'a> {
    type Item = Ipv6Extension<'a>;

    fn next(&mut self) -> Option<Ipv6Extension<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let mut reader = Reader { bound: Bound::HeaderLength, ..Reader::new(self.rest) };
        let extension = Ipv6Extension::read(self.kind, &mut reader).ok()?;
        self.rest = reader.rest;
        self.kind = extension.start.next_header;
        Some(extension)
    }
}
