use core::net::IpAddr;

use crate::bgp::cursor::Cursor;
use crate::bgp::error::{At, Error};
use crate::bgp::nlri::evpn::{Parts, put_address};
use crate::bgp::writer::Writer;
use crate::{EncodeError, EthernetSegmentId, RouteDistinguisher};

/// EVPN route type 4: Ethernet segment ([RFC 7432](https://www.rfc-editor.org/rfc/rfc7432) section 7.4).
///
/// ```text
/// +---------------------------------------+
/// |  RD (8 octets)                        |
/// +---------------------------------------+
/// |Ethernet Segment Identifier (10 octets)|
/// +---------------------------------------+
/// |  IP Address Length (1 octet)          |
/// +---------------------------------------+
/// |  Originating Router's IP Address      |
/// |          (4 or 16 octets)             |
/// +---------------------------------------+
/// ```
///
/// Refused: an IP length other than 32 or 128, and a length that is not what follows from it. Tolerated: any segment
/// identifier, also the reserved ones.
///
/// ```
/// use contrail_wire::bgp::evpn::{EthernetSegmentRoute, Route};
///
/// let route = Route::from(EthernetSegmentRoute {
///     rd: "10.0.0.1:0".parse().unwrap(),
///     esi: "03:44:38:39:ff:ff:01:00:00:01".parse().unwrap(),
///     originator: [10, 0, 0, 1].into(),
/// });
/// assert_eq!(route.to_string(), "10.0.0.1:0:[4]:[03:44:38:39:ff:ff:01:00:00:01]:[32]:[10.0.0.1]");
/// let mut buffer = [0xa5; 25];
/// assert!(route.encode(&mut buffer).unwrap().is_empty());
/// assert_eq!(Route::decode(&buffer), Ok((route, &[][..])));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(deny_unknown_fields))]
pub struct EthernetSegmentRoute {
    /// Of the device.
    pub rd: RouteDistinguisher,
    /// The segment. Part of the route's identity.
    pub esi: EthernetSegmentId,
    /// Whose route it is.
    pub originator: IpAddr,
}

impl EthernetSegmentRoute {
    #[inline]
    pub(super) fn read(value: Cursor<'_>, at: At) -> Result<Self, Error> {
        let mut parts = Parts::new(value, at, 8 + 10 + 1 + 4);
        let (rd, esi) = (parts.read()?, parts.read()?);
        let originator = parts.address("ip_length", "32 or 128 (RFC 7432 7.4)")?;
        parts.end("23 or 35, as its IP length says (RFC 7432 7.4)")?;
        Ok(Self { rd, esi, originator })
    }

    pub(super) fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.put(&self.rd)?;
        writer.put(&self.esi)?;
        put_address(writer, self.originator)
    }
}
