//! IPv4 ([RFC 791](https://www.rfc-editor.org/rfc/rfc791), [RFC 2474](https://www.rfc-editor.org/rfc/rfc2474),
//! [RFC 3168](https://www.rfc-editor.org/rfc/rfc3168)).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |Version|  IHL  |    DSCP   |ECN|          Total Length         |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |         Identification        |Flags|      Fragment Offset    |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |  Time to Live |    Protocol   |         Header Checksum       |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                       Source Address                          |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                    Destination Address                        |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```
//!
//! Refused: another version, an IHL below 5, a total length below the header's or past what there is. Tolerated: a
//! wrong checksum (ask [`Ipv4::checksum_is_right`]), any options ([`Ipv4::options`] ends at one whose length cannot
//! be true), the reserved flag, a TTL of 0, and a total length of 0, which a capture taken before segmentation offload
//! shows: then the frame ends the packet. A fragment other than the first is not read on, the first no further than
//! its transport header.
//!
//! ```
//! use contrail_wire::net::ipv4::Ipv4Header;
//! use contrail_wire::{FixedHeader, IpProtocol};
//!
//! let mut header = Ipv4Header::new([10, 1, 2, 21].into(), [10, 255, 0, 11].into(), IpProtocol::UDP);
//! header.total_length.set(28);
//! header.update_checksum(&[]);
//! let mut buffer = [0xa5; 20];
//! header.encode(&mut buffer).unwrap();
//!
//! let (read, _) = Ipv4Header::decode(&buffer)?;
//! assert_eq!(read.destination_address.to_string(), "10.255.0.11");
//! assert_eq!(read.time_to_live, 64);
//! # Ok::<(), contrail_wire::DecodeError>(())
//! ```

use core::net::Ipv4Addr;

use zerocopy::network_endian::U16;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use super::checksum::{self, Sum};
use super::options::Options;
use crate::reader::Reader;
use crate::value::in_range;
use crate::{
    AnomalyReport, Bound, Checksum, DecodeError, FieldValue, FixedHeader, IpProtocol, Ipv4Octets, Layer,
    ValueError,
};

/// The part of the header that is always there; see the [module](self).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(C)]
pub struct Ipv4Header {
    /// Version (4 bits) and IHL, the header's length in 32-bit words (4 bits).
    pub version_ihl: u8,
    /// Differentiated services code point (6 bits) and ECN (2 bits).
    pub dscp_ecn: u8,
    /// Of header and payload, in bytes.
    pub total_length: U16,
    /// Groups the fragments of one packet.
    pub identification: U16,
    /// Reserved, don't fragment, more fragments (3 bits); fragment offset in units of 8 bytes (13 bits).
    pub flags_fragment_offset: U16,
    /// Hops left.
    pub time_to_live: u8,
    /// What follows.
    pub protocol: IpProtocol,
    /// Over the header with its options.
    pub header_checksum: U16,
    /// The sender.
    pub source_address: Ipv4Octets,
    /// The receiver.
    pub destination_address: Ipv4Octets,
}

impl Ipv4Header {
    /// A header without options: TTL 64, no fragment, length and checksum still 0.
    pub fn new(source: Ipv4Addr, destination: Ipv4Addr, protocol: IpProtocol) -> Self {
        Self {
            version_ihl: 0x45,
            time_to_live: 64,
            protocol,
            source_address: source.into(),
            destination_address: destination.into(),
            ..Self::default()
        }
    }

    /// 4 in a header that was decoded.
    pub const fn version(&self) -> u8 {
        self.version_ihl >> 4
    }

    /// The header's length in 32-bit words, 5 to 15.
    pub const fn ihl(&self) -> u8 {
        self.version_ihl & 0x0f
    }

    /// The header's length with its options, in bytes.
    pub fn header_length(&self) -> usize {
        usize::from(self.ihl()) * 4
    }

    /// The differentiated services code point, 0 to 63.
    pub const fn dscp(&self) -> u8 {
        self.dscp_ecn >> 2
    }

    /// The congestion notification bits, 0 to 3.
    pub const fn ecn(&self) -> u8 {
        self.dscp_ecn & 0x03
    }

    /// Changes the differentiated services code point, which has 6 bits. The checksum stays as it is.
    pub fn set_dscp(&mut self, dscp: u8) -> Result<(), ValueError> {
        in_range("DSCP", dscp.into(), 0x3f)?;
        self.dscp_ecn = dscp << 2 | self.ecn();
        Ok(())
    }

    /// Changes the congestion notification bits, of which there are 2. The checksum stays as it is.
    pub fn set_ecn(&mut self, ecn: u8) -> Result<(), ValueError> {
        in_range("ECN", ecn.into(), 0x03)?;
        self.dscp_ecn = self.dscp_ecn & 0xfc | ecn;
        Ok(())
    }

    /// Whether the bit is set that must be zero (RFC 791; RFC 3514 has fun with it).
    pub const fn reserved_flag(&self) -> bool {
        self.flags_fragment_offset.get() & 0x8000 != 0
    }

    /// Whether routers may not fragment the packet.
    pub const fn dont_fragment(&self) -> bool {
        self.flags_fragment_offset.get() & 0x4000 != 0
    }

    /// Whether this is a fragment and not the last.
    pub const fn more_fragments(&self) -> bool {
        self.flags_fragment_offset.get() & 0x2000 != 0
    }

    /// Where this fragment's payload belongs, in units of 8 bytes.
    pub const fn fragment_offset(&self) -> u16 {
        self.flags_fragment_offset.get() & 0x1fff
    }

    /// Computes the checksum over the header and the `options` behind it, and puts it in.
    pub fn update_checksum(&mut self, options: &[u8]) {
        self.header_checksum.set(0);
        self.header_checksum.set(Sum::default().bytes(self.as_bytes()).bytes(options).finish());
    }

    /// Takes one hop off the time to live and keeps the checksum right (RFC 1624), whatever the options are.
    pub fn decrement_time_to_live(&mut self) {
        let before = u16::from_be_bytes([self.time_to_live, self.protocol.0]);
        self.time_to_live = self.time_to_live.saturating_sub(1);
        let after = u16::from_be_bytes([self.time_to_live, self.protocol.0]);
        self.header_checksum.set(checksum::update(self.header_checksum.get(), before, after));
    }
}

impl FixedHeader for Ipv4Header {
    const LAYER: Layer = Layer::Ipv4;

    #[inline(always)]
    fn validate(&self, offset: usize) -> Result<(), DecodeError> {
        if self.version() != 4 {
            let found = self.version().into();
            return Err(DecodeError::field(Layer::Ipv4, offset, "version", found, "4"));
        }
        if self.ihl() < 5 {
            let found = self.ihl().into();
            return Err(DecodeError::field(Layer::Ipv4, offset, "ihl", found, "5 to 15 (RFC 791 3.1)"));
        }
        Ok(())
    }

    fn fields(&self, visit: &mut dyn FnMut(&'static str, FieldValue<'_>)) {
        visit("version", self.version().into());
        visit("ihl", self.ihl().into());
        visit("dscp", self.dscp().into());
        visit("ecn", self.ecn().into());
        visit("total_length", self.total_length.get().into());
        visit("identification", self.identification.get().into());
        visit("dont_fragment", self.dont_fragment().into());
        visit("more_fragments", self.more_fragments().into());
        visit("fragment_offset", self.fragment_offset().into());
        visit("time_to_live", self.time_to_live.into());
        visit("protocol", self.protocol.0.into());
        visit("header_checksum", FieldValue::Hex(self.header_checksum.get().into(), 4));
        visit("source_address", self.source_address.get().into());
        visit("destination_address", self.destination_address.get().into());
    }

    fn anomalies(&self, report: &mut AnomalyReport<'_>) {
        if self.total_length.get() == 0 {
            report.add("total_length", 0u8, "the length of header and payload", "RFC 791 3.1");
        }
        if self.reserved_flag() {
            report.add("reserved_flag", true, false, "RFC 791 3.1");
        }
        if self.time_to_live == 0 {
            report.add("time_to_live", 0u8, "1 to 255", "RFC 1122 3.2.1.7");
        }
        let source = self.source_address.get();
        if source.is_multicast() || source.is_broadcast() {
            report.add("source_address", source, "the address of one host", "RFC 1122 3.2.1.3");
        }
    }
}

/// An IPv4 header with its options, borrowed from a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ipv4<'a> {
    /// The fixed part.
    pub header: &'a Ipv4Header,
    /// The options as they stand, 0 to 40 bytes.
    pub options: &'a [u8],
}

impl<'a> Ipv4<'a> {
    /// Reads the header and ends `reader` where the total length says, or says why that cannot be.
    #[inline(always)]
    pub(crate) fn read(reader: &mut Reader<'a>) -> Result<(Self, Result<(), DecodeError>), DecodeError> {
        let start = reader.offset();
        let mut cursor = *reader;
        let header: &Ipv4Header = cursor.header()?;
        let options = cursor.bytes(Layer::Ipv4, start, header.header_length() - Ipv4Header::LEN)?;
        *reader = cursor;
        let total_length = usize::from(header.total_length.get());
        let limit = if let Some(payload) = total_length.checked_sub(header.header_length()) {
            let bound = Bound::Ipv4TotalLength;
            reader.limit(Layer::Ipv4, start, "total_length", total_length, payload, bound)
        } else if total_length == 0 {
            Ok(())
        } else {
            let expected = "at least the header's length (RFC 791 3.1)";
            let found = header.total_length.get().into();
            Err(DecodeError::field(Layer::Ipv4, start, "total_length", found, expected))
        };
        Ok((Self { header, options }, limit))
    }

    /// Whether this is a fragment other than the first, so that no transport header follows.
    pub const fn is_later_fragment(&self) -> bool {
        self.header.fragment_offset() != 0
    }

    /// Whether this is one of several fragments.
    pub const fn is_fragment(&self) -> bool {
        self.header.flags_fragment_offset.get() & 0x3fff != 0
    }

    /// Verifies the checksum over header and options.
    pub fn checksum(&self) -> Checksum {
        let sum = Sum::default().bytes(self.header.as_bytes()).bytes(self.options);
        Checksum::new(sum, self.header.header_checksum.get())
    }

    /// Whether the checksum over header and options is right.
    pub fn checksum_is_right(&self) -> bool {
        self.checksum() == Checksum::Right
    }

    /// The options one by one; ends after an option whose length cannot be true, which it returns as
    /// an error.
    pub const fn options(&self) -> Ipv4Options<'a> {
        Ipv4Options { raw: Options(self.options) }
    }

    /// Where the packet ends up: the end of a source route that is not used up, else the destination address. It is
    /// what the checksums of UDP and TCP cover, which nobody changes on the way.
    pub fn final_destination(&self) -> Ipv4Addr {
        let route = self.options().find_map(|option| match option {
            Ok(Ipv4Option::LooseSourceRoute(route) | Ipv4Option::StrictSourceRoute(route)) => {
                route.remaining().last()
            }
            _ => None,
        });
        route.unwrap_or(&self.header.destination_address).get()
    }

    pub(crate) fn anomalies(&self, report: &mut AnomalyReport<'_>) {
        self.header.anomalies(report);
        report.checksum("header_checksum", self.checksum(), "RFC 791 3.1");
        if let Some(Err([option_type, ..])) = self.options().last() {
            let found = FieldValue::Hex((*option_type).into(), 2);
            report.add("options", found, "options that end inside the header", "RFC 791 3.1");
        }
    }
}

/// An option of an IPv4 header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ipv4Option<'a> {
    /// The routers that the packet has passed (RFC 791).
    RecordRoute(Ipv4Route<'a>),
    /// The routers that the packet is to pass, among others (RFC 791).
    LooseSourceRoute(Ipv4Route<'a>),
    /// The routers that the packet is to pass, and no others (RFC 791).
    StrictSourceRoute(Ipv4Route<'a>),
    /// Each router on the way looks at the packet (RFC 2113); 0 is the only value in use.
    RouterAlert(u16),
    /// Any other, or one of these at a length that it does not have.
    Other {
        /// Copied flag (1 bit), class (2) and number (5).
        option_type: u8,
        /// What stands behind type and length.
        data: &'a [u8],
    },
}

impl<'a> Ipv4Option<'a> {
    fn new(option_type: u8, data: &'a [u8]) -> Self {
        match (option_type, data, Ipv4Route::new(data)) {
            (0x07, _, Some(route)) => Self::RecordRoute(route),
            (0x83, _, Some(route)) => Self::LooseSourceRoute(route),
            (0x89, _, Some(route)) => Self::StrictSourceRoute(route),
            (0x94, &[high, low], _) => Self::RouterAlert(u16::from_be_bytes([high, low])),
            _ => Self::Other { option_type, data },
        }
    }
}

/// The addresses of a route and how far it has been followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ipv4Route<'a> {
    /// Where the next address stands, in octets from the option's first, which is 1: 4 at the start of the route.
    pub pointer: u8,
    /// All addresses, used or not.
    pub addresses: &'a [Ipv4Octets],
}

impl<'a> Ipv4Route<'a> {
    fn new(data: &'a [u8]) -> Option<Self> {
        let (&pointer, addresses) = data.split_first()?;
        Some(Self { pointer, addresses: FromBytes::ref_from_bytes(addresses).ok()? })
    }

    /// The addresses from the one that the pointer points at on.
    pub fn remaining(&self) -> &'a [Ipv4Octets] {
        let used = usize::from(self.pointer.saturating_sub(4)).div_ceil(4);
        self.addresses.get(used..).unwrap_or_default()
    }
}

/// The options of an IPv4 header; padding is left out. See [`Ipv4::options`].
#[derive(Clone, Debug)]
pub struct Ipv4Options<'a> {
    raw: Options<'a>,
}

impl<'a> Iterator for Ipv4Options<'a> {
    /// An option, or the octets from one whose length is below 2 or past the header's end.
    type Item = Result<Ipv4Option<'a>, &'a [u8]>;

    fn next(&mut self) -> Option<Self::Item> {
        let option = self.raw.next()?;
        Some(option.map(|(option_type, data)| Ipv4Option::new(option_type, data)))
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    #[test]
    fn an_option_of_length_zero_ends_the_list() {
        let header = Ipv4Header::default();
        let view = Ipv4 { header: &header, options: &[1, 130, 3, 9, 68, 0, 1, 1] };
        let mut options = view.options();
        assert_eq!(options.next(), Some(Ok(Ipv4Option::Other { option_type: 130, data: &[9] })));
        assert_eq!(options.next(), Some(Err(&[68, 0, 1, 1][..])));
        assert_eq!(options.next(), None);
    }

    #[test]
    fn options_that_are_known_have_their_type() {
        let header = Ipv4Header::new([10, 0, 0, 1].into(), [10, 0, 0, 2].into(), IpProtocol::UDP);
        let options = [0x94, 4, 0, 0, 0x83, 11, 8, 10, 0, 0, 3, 10, 0, 0, 4, 7, 4, 4, 0, 0];
        let view = Ipv4 { header: &header, options: &options };
        let found: Vec<_> = view.options().map(Result::unwrap).collect();
        let addresses =
            &[Ipv4Octets::from(Ipv4Addr::from([10, 0, 0, 3])), Ipv4Addr::from([10, 0, 0, 4]).into()];
        let route = Ipv4Route { pointer: 8, addresses };
        let odd_route = Ipv4Option::Other { option_type: 7, data: &[4, 0] };
        assert_eq!(found, [Ipv4Option::RouterAlert(0), Ipv4Option::LooseSourceRoute(route), odd_route]);
        assert_eq!(route.remaining(), &addresses[1..]);
        assert_eq!(view.final_destination(), Ipv4Addr::from([10, 0, 0, 4]));
        assert_eq!(Ipv4Route { pointer: 12, addresses }.remaining(), []);
    }

    #[test]
    fn a_hop_keeps_the_checksum_right() {
        let mut header = Ipv4Header::new([192, 0, 2, 1].into(), [198, 51, 100, 7].into(), IpProtocol::TCP);
        header.update_checksum(&[]);
        for _ in 0..64 {
            header.decrement_time_to_live();
            assert!(Ipv4 { header: &header, options: &[] }.checksum_is_right());
        }
        assert_eq!(header.time_to_live, 0);
    }
}
