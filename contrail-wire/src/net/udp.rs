//! UDP ([RFC 768](https://www.rfc-editor.org/rfc/rfc768)).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |          Source Port          |        Destination Port       |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |            Length             |            Checksum           |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```
//!
//! Refused: a length below 8 or past what IP leaves (except in the first of several fragments). Tolerated: a wrong
//! checksum (ask [`Packet::transport_checksum`](crate::Packet::transport_checksum)) or none; bytes between the UDP
//! length and the end of the IP packet, which belong to nobody.
//!
//! ```
//! use contrail_wire::net::udp::UdpHeader;
//! use contrail_wire::FixedHeader;
//!
//! let header = UdpHeader::new(49152, UdpHeader::VXLAN);
//! let mut buffer = [0xa5; 8];
//! header.encode(&mut buffer).unwrap();
//! assert_eq!(buffer, [0xc0, 0, 0x12, 0xb5, 0, 0, 0, 0]); // without length and checksum
//! let (read, _) = UdpHeader::decode(&[0xc0, 0, 0x12, 0xb5, 0, 8, 0, 0])?;
//! assert_eq!(read.destination_port.get(), 4789);
//! # Ok::<(), contrail_wire::DecodeError>(())
//! ```

use zerocopy::network_endian::U16;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::reader::Reader;
use crate::{Bound, DecodeError, FieldValue, FixedHeader, Layer};

/// The UDP header; see the [module](self).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(C)]
pub struct UdpHeader {
    /// The sender's port.
    pub source_port: U16,
    /// The receiver's port.
    pub destination_port: U16,
    /// Of header and payload, in bytes.
    pub length: U16,
    /// Over pseudo-header, header and payload; 0 means none was computed.
    pub checksum: U16,
}

impl UdpHeader {
    /// The port of VXLAN (RFC 7348).
    pub const VXLAN: u16 = 4789;
    /// The port of VXLAN with a next protocol (VXLAN-GPE).
    pub const VXLAN_GPE: u16 = 4790;
    /// The port of MPLS in UDP (RFC 7510).
    pub const MPLS: u16 = 6635;
    /// The port on which a vRouter took MPLS in UDP before RFC 7510, and still does.
    pub const MPLS_LEGACY: u16 = 51234;

    /// A header with these ports; length and checksum still 0.
    pub const fn new(source_port: u16, destination_port: u16) -> Self {
        Self {
            source_port: U16::new(source_port),
            destination_port: U16::new(destination_port),
            length: U16::ZERO,
            checksum: U16::ZERO,
        }
    }

    /// Reads the header and ends `reader` where the length says, or says why that cannot be.
    #[inline(always)]
    pub(crate) fn read<'a>(
        reader: &mut Reader<'a>,
        is_fragment: bool,
    ) -> Result<(&'a Self, Result<(), DecodeError>), DecodeError> {
        let start = reader.offset();
        let header: &Self = reader.header()?;
        let length = usize::from(header.length.get());
        let limit = match length.checked_sub(Self::LEN) {
            None => {
                let found = header.length.get().into();
                Err(DecodeError::field(Layer::Udp, start, "length", found, "at least 8 (RFC 768)"))
            }
            // The rest of the datagram is in the other fragments.
            Some(payload) if is_fragment && payload > reader.rest.len() => Ok(()),
            Some(payload) => reader.limit(Layer::Udp, start, "length", length, payload, Bound::UdpLength),
        };
        Ok((header, limit))
    }
}

impl FixedHeader for UdpHeader {
    const LAYER: Layer = Layer::Udp;

    fn fields(&self, visit: &mut dyn FnMut(&'static str, FieldValue<'_>)) {
        visit("source_port", self.source_port.get().into());
        visit("destination_port", self.destination_port.get().into());
        visit("length", self.length.get().into());
        visit("checksum", FieldValue::Hex(self.checksum.get().into(), 4));
    }
}
