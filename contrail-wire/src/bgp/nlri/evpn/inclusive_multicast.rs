use core::net::IpAddr;

use crate::bgp::cursor::Cursor;
use crate::bgp::error::{At, Error};
use crate::bgp::nlri::evpn::{Parts, put_address};
use crate::bgp::writer::Writer;
use crate::{EncodeError, EthernetTag, RouteDistinguisher};

/// EVPN route type 3: inclusive multicast Ethernet tag ([RFC 7432](https://www.rfc-editor.org/rfc/rfc7432) section
/// 7.3).
///
/// ```text
/// +---------------------------------------+
/// |  RD (8 octets)                        |
/// +---------------------------------------+
/// |  Ethernet Tag ID (4 octets)           |
/// +---------------------------------------+
/// |  IP Address Length (1 octet)          |
/// +---------------------------------------+
/// |  Originating Router's IP Address      |
/// |          (4 or 16 octets)             |
/// +---------------------------------------+
/// ```
///
/// The label or VNI is in the PMSI tunnel attribute. Refused: an IP length other than 32 or 128, and a length that is
/// not what follows from it. Tolerated: any address.
///
/// ```
/// use contrail_wire::EthernetTag;
/// use contrail_wire::bgp::evpn::{InclusiveMulticastRoute, Route};
///
/// let route = Route::from(InclusiveMulticastRoute {
///     rd: "10.0.0.1:7".parse().unwrap(),
///     ethernet_tag: EthernetTag::ZERO,
///     originator: [10, 0, 0, 1].into(),
/// });
/// assert_eq!(route.to_string(), "10.0.0.1:7:[3]:[0]:[32]:[10.0.0.1]");
/// let mut buffer = [0xa5; 19];
/// assert!(route.encode(&mut buffer).unwrap().is_empty());
/// assert_eq!(Route::decode(&buffer), Ok((route, &[][..])));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(deny_unknown_fields))]
pub struct InclusiveMulticastRoute {
    /// Of the VRF.
    pub rd: RouteDistinguisher,
    /// The broadcast domain.
    #[cfg_attr(feature = "serde", serde(default))]
    pub ethernet_tag: EthernetTag,
    /// Whose route it is.
    pub originator: IpAddr,
}

impl InclusiveMulticastRoute {
    #[inline]
    pub(super) fn read(value: Cursor<'_>, at: At) -> Result<Self, Error> {
        let mut parts = Parts::new(value, at, 8 + 4 + 1 + 4);
        let (rd, ethernet_tag) = (parts.read()?, parts.read()?);
        let originator = parts.address("ip_length", "32 or 128 (RFC 7432 7.3)")?;
        parts.end("17 or 29, as its IP length says (RFC 7432 7.3)")?;
        Ok(Self { rd, ethernet_tag, originator })
    }

    pub(super) fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.put(&self.rd)?;
        writer.put(&self.ethernet_tag)?;
        put_address(writer, self.originator)
    }
}
