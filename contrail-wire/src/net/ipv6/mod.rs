//! IPv6 ([RFC 8200](https://www.rfc-editor.org/rfc/rfc8200)).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |Version| Traffic Class |           Flow Label                  |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |         Payload Length        |  Next Header  |   Hop Limit   |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                    Source Address (16)                        |
//! |                  Destination Address (16)                     |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```
//!
//! Refused: another version, a payload length past what there is. Tolerated: a hop limit of 0, any addresses, a chain of
//! [extension headers](extension) in any order and of any number, as RFC 8200 section 4.1 asks of a receiver; each takes
//! 8 bytes at least, so the payload length bounds them. After a fragment header with an offset nothing is read on.
//!
//! A payload length of 0 means no payload, except in a jumbogram ([RFC 2675](https://www.rfc-editor.org/rfc/rfc2675)),
//! as large segments look that Linux hands to the card: there the jumbo payload option says the length. One that
//! says 65535 or less is refused. A UDP length of 0, which a jumbogram may have, is refused as in any other packet.
//!
//! ```
//! use contrail_wire::net::ipv6::Ipv6Header;
//! use contrail_wire::{FixedHeader, IpProtocol};
//!
//! let header = Ipv6Header::new("2001:db8::1".parse().unwrap(), "2001:db8::2".parse().unwrap(), IpProtocol::UDP);
//! let mut buffer = [0xa5; 40];
//! header.encode(&mut buffer).unwrap();
//! let (read, _) = Ipv6Header::decode(&buffer)?;
//! assert_eq!((read.next_header, read.hop_limit), (IpProtocol::UDP, 64));
//! # Ok::<(), contrail_wire::DecodeError>(())
//! ```

pub mod extension;

use core::net::Ipv6Addr;

use zerocopy::network_endian::{U16, U32};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use self::extension::{Ipv6Extension, Ipv6Extensions, is_extension};
use crate::reader::Reader;
use crate::value::in_range;
use crate::{
    AnomalyReport, Bound, DecodeError, FieldValue, FixedHeader, IpProtocol, Ipv6Octets, Layer, ValueError,
};

/// The base header; see the [module](self).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(C)]
pub struct Ipv6Header {
    /// Version (4 bits), traffic class (8), flow label (20).
    pub version_class_label: U32,
    /// Of all that follows this header, in bytes.
    pub payload_length: U16,
    /// What follows.
    pub next_header: IpProtocol,
    /// Hops left.
    pub hop_limit: u8,
    /// The sender.
    pub source_address: Ipv6Octets,
    /// The receiver.
    pub destination_address: Ipv6Octets,
}

impl Ipv6Header {
    /// A header with hop limit 64, length still 0.
    pub fn new(source: Ipv6Addr, destination: Ipv6Addr, next_header: IpProtocol) -> Self {
        Self {
            version_class_label: U32::new(6 << 28),
            payload_length: U16::ZERO,
            next_header,
            hop_limit: 64,
            source_address: source.into(),
            destination_address: destination.into(),
        }
    }

    /// 6 in a header that was decoded.
    pub const fn version(&self) -> u8 {
        let [first, ..] = self.version_class_label.get().to_be_bytes();
        first >> 4
    }

    /// Differentiated services code point (6 bits) and ECN (2 bits).
    pub const fn traffic_class(&self) -> u8 {
        let [_, class, ..] = (self.version_class_label.get() >> 4).to_be_bytes();
        class
    }

    /// Changes the traffic class.
    pub fn set_traffic_class(&mut self, traffic_class: u8) {
        let others = self.version_class_label.get() & 0xf00f_ffff;
        self.version_class_label.set(others | u32::from(traffic_class) << 20);
    }

    /// The differentiated services code point, 0 to 63.
    pub const fn dscp(&self) -> u8 {
        self.traffic_class() >> 2
    }

    /// Changes the differentiated services code point, which has 6 bits.
    pub fn set_dscp(&mut self, dscp: u8) -> Result<(), ValueError> {
        in_range("DSCP", dscp.into(), 0x3f)?;
        self.set_traffic_class(dscp << 2 | self.ecn());
        Ok(())
    }

    /// The congestion notification bits, 0 to 3.
    pub const fn ecn(&self) -> u8 {
        self.traffic_class() & 0x03
    }

    /// Changes the congestion notification bits, of which there are 2.
    pub fn set_ecn(&mut self, ecn: u8) -> Result<(), ValueError> {
        in_range("ECN", ecn.into(), 0x03)?;
        self.set_traffic_class(self.traffic_class() & 0xfc | ecn);
        Ok(())
    }

    /// The flow label, 20 bits.
    pub const fn flow_label(&self) -> u32 {
        self.version_class_label.get() & 0xf_ffff
    }

    /// Changes the flow label, which has 20 bits.
    pub fn set_flow_label(&mut self, flow_label: u32) -> Result<(), ValueError> {
        in_range("flow label", flow_label, 0xf_ffff)?;
        let others = self.version_class_label.get() & 0xfff0_0000;
        self.version_class_label.set(others | flow_label);
        Ok(())
    }
}

impl FixedHeader for Ipv6Header {
    const LAYER: Layer = Layer::Ipv6;

    #[inline(always)]
    fn validate(&self, offset: usize) -> Result<(), DecodeError> {
        if self.version() != 6 {
            let found = self.version().into();
            return Err(DecodeError::field(Layer::Ipv6, offset, "version", found, "6"));
        }
        Ok(())
    }

    fn fields(&self, visit: &mut dyn FnMut(&'static str, FieldValue<'_>)) {
        visit("version", self.version().into());
        visit("traffic_class", self.traffic_class().into());
        visit("flow_label", self.flow_label().into());
        visit("payload_length", self.payload_length.get().into());
        visit("next_header", self.next_header.0.into());
        visit("hop_limit", self.hop_limit.into());
        visit("source_address", self.source_address.get().into());
        visit("destination_address", self.destination_address.get().into());
    }

    fn anomalies(&self, report: &mut AnomalyReport<'_>) {
        if self.hop_limit == 0 {
            report.add("hop_limit", 0u8, "1 to 255", "RFC 8200 3");
        }
        let source = self.source_address.get();
        if source.is_multicast() {
            report.add("source_address", source, "the address of one host", "RFC 4291 2.7");
        }
    }
}

/// An IPv6 header with its chain of extension headers, borrowed from a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ipv6<'a> {
    /// The base header.
    pub header: &'a Ipv6Header,
    /// The extension headers as they stand.
    pub extensions: &'a [u8],
    /// What follows the extension headers.
    pub protocol: IpProtocol,
    /// Whether this is one of several fragments.
    pub is_fragment: bool,
    /// Whether this is a fragment other than the first, so that no transport header follows.
    pub is_later_fragment: bool,
}

impl<'a> Ipv6<'a> {
    /// Reads the header and ends `reader` where the payload length says, or says why that cannot be.
    pub(crate) fn read(reader: &mut Reader<'a>) -> Result<(Self, Result<(), DecodeError>), DecodeError> {
        let start = reader.offset();
        let header: &Ipv6Header = reader.header()?;
        let bound = Bound::Ipv6PayloadLength;
        let limit = match (header.payload_length.get(), header.next_header) {
            (0, IpProtocol::HOP_BY_HOP) => limit_jumbogram(start, reader),
            (length, _) => {
                let length = length.into();
                reader.limit(Layer::Ipv6, start, "payload_length", length, length, bound)
            }
        };
        let mut view = Self {
            header,
            extensions: &[],
            protocol: header.next_header,
            is_fragment: false,
            is_later_fragment: false,
        };
        let rest = match limit {
            Ok(()) if is_extension(view.protocol) => view.read_extensions(reader),
            limit => limit,
        };
        Ok((view, rest))
    }

    /// The header with a chain of extension headers that is known to be whole.
    pub(crate) fn new(header: &'a Ipv6Header, extensions: &'a [u8]) -> Self {
        let mut view = Self {
            header,
            extensions: &[],
            protocol: header.next_header,
            is_fragment: false,
            is_later_fragment: false,
        };
        // What the chain lacks at its end was reported when it was read first.
        let _ = view.read_extensions(&mut Reader::new(extensions));
        view
    }

    fn read_extensions(&mut self, reader: &mut Reader<'a>) -> Result<(), DecodeError> {
        let chain = reader.rest;
        let mut result = Ok(());
        while is_extension(self.protocol) && !self.is_later_fragment {
            match Ipv6Extension::read(self.protocol, reader) {
                Ok(extension) => {
                    self.protocol = extension.start.next_header;
                    if let (IpProtocol::FRAGMENT, &[high, low, ..]) = (extension.kind, extension.data) {
                        let offset_and_more = u16::from_be_bytes([high, low]);
                        self.is_fragment |= offset_and_more & 0xfff9 != 0;
                        self.is_later_fragment = offset_and_more & 0xfff8 != 0;
                    }
                }
                Err(error) => {
                    result = Err(error);
                    break;
                }
            }
        }
        self.extensions = chain.get(..chain.len() - reader.rest.len()).unwrap_or_default();
        result
    }

    /// Where the packet ends up: the end of a route that is not used up, else the destination address. It is what the
    /// checksums of UDP, TCP and ICMPv6 cover (RFC 8200 8.1). `None` if the route is of a type that is not known here.
    pub fn final_destination(&self) -> Option<Ipv6Addr> {
        const SOURCE_ROUTE: u8 = 0;
        const MOBILE: u8 = 2;
        const SEGMENTS: u8 = 4;
        let mut destination = Some(self.header.destination_address);
        for extension in self.extensions().filter(|extension| extension.kind == IpProtocol::ROUTING) {
            let &[routing_type, segments_left, _, _, _, _, ref route @ ..] = extension.data else { continue };
            let (addresses, _) = route.as_chunks::<16>();
            destination = match routing_type {
                _ if segments_left == 0 => continue,
                SOURCE_ROUTE | MOBILE => addresses.last(),
                // Segments stand from the last to the first, and other things behind them (RFC 8754 2).
                SEGMENTS => addresses.first(),
                _ => None,
            }
            .map(|address| Ipv6Addr::from(*address).into());
        }
        destination.map(Ipv6Octets::get)
    }

    /// The extension headers in order.
    pub const fn extensions(&self) -> Ipv6Extensions<'a> {
        Ipv6Extensions { kind: self.header.next_header, rest: self.extensions }
    }
}

/// Ends `reader` where the jumbo payload option says, if there is one in the header that comes next; else right here.
#[cold]
fn limit_jumbogram(start: usize, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
    let mut ahead = *reader;
    let hop_by_hop = Ipv6Extension::read(IpProtocol::HOP_BY_HOP, &mut ahead);
    let jumbo = hop_by_hop.ok().and_then(|header| header.jumbo_payload());
    let (layer, field, length) = match jumbo {
        None => (Layer::Ipv6, "payload_length", 0),
        Some(length) => (Layer::Ipv6Extension, "jumbo_payload_length", length),
    };
    let start = if jumbo.is_some() { reader.offset() } else { start };
    if jumbo.is_some_and(|length| length <= 0xffff) {
        return Err(DecodeError::field(layer, start, field, length, "65536 at least (RFC 2675 3)"));
    }
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    reader.limit(layer, start, field, length, length, Bound::Ipv6PayloadLength)
}
