use core::net::IpAddr;

use crate::bgp::cursor::Cursor;
use crate::bgp::error::{At, Error};
use crate::bgp::nlri::evpn::{Parts, put_address, put_optional_address};
use crate::bgp::writer::Writer;
use crate::{EncodeError, EthernetTag, RouteDistinguisher};

/// EVPN route type 10: S-PMSI auto-discovery ([RFC 9572](https://www.rfc-editor.org/rfc/rfc9572) section 3.2).
///
/// ```text
/// +-----------------------------------+
/// |      RD (8 octets)                |
/// +-----------------------------------+
/// |  Ethernet Tag ID (4 octets)       |
/// +-----------------------------------+
/// | Multicast Source Length (1 octet) |
/// +-----------------------------------+
/// | Multicast Source (variable)       |
/// +-----------------------------------+
/// | Multicast Group Length (1 octet)  |
/// +-----------------------------------+
/// | Multicast Group (variable)        |
/// +-----------------------------------+
/// |Originator's Addr Length (1 octet) |
/// +-----------------------------------+
/// |Originator's Addr (4 or 16 octets) |
/// +-----------------------------------+
/// ```
///
/// Refused: lengths other than 32 or 128 bits, or 0 for any source or group (RFC 6625), and anything behind. Tolerated:
/// any address, whether multicast or not.
///
/// ```
/// use contrail_wire::EthernetTag;
/// use contrail_wire::bgp::evpn::{Route, SPmsiRoute};
///
/// let route = Route::from(SPmsiRoute {
///     rd: "10.0.0.1:7".parse().unwrap(),
///     ethernet_tag: EthernetTag::ZERO,
///     source: None,
///     group: Some([239, 1, 1, 1].into()),
///     originator: [10, 0, 0, 1].into(),
/// });
/// let mut buffer = [0xa5; 25];
/// assert!(route.encode(&mut buffer).unwrap().is_empty());
/// assert_eq!(Route::decode(&buffer), Ok((route, &[][..])));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(deny_unknown_fields))]
pub struct SPmsiRoute {
    /// Of the VRF.
    pub rd: RouteDistinguisher,
    /// The broadcast domain.
    #[cfg_attr(feature = "serde", serde(default))]
    pub ethernet_tag: EthernetTag,
    /// The sender; `None` for any.
    pub source: Option<IpAddr>,
    /// The multicast group; `None` for any.
    pub group: Option<IpAddr>,
    /// Whose route it is.
    pub originator: IpAddr,
}

impl SPmsiRoute {
    pub(super) fn read(value: Cursor<'_>, at: At) -> Result<Self, Error> {
        let mut parts = Parts::new(value, at, 8 + 4 + 1 + 1 + 1 + 4);
        let (rd, ethernet_tag) = (parts.read()?, parts.read()?);
        let source = parts.optional_address("multicast_source_length", "0, 32 or 128 (RFC 9572 3.2)")?;
        let group = parts.optional_address("multicast_group_length", "0, 32 or 128 (RFC 9572 3.2)")?;
        let originator = parts.address("originator_length", "32 or 128 (RFC 9572 3.2)")?;
        parts.end("what its address lengths say (RFC 9572 3.2)")?;
        Ok(Self { rd, ethernet_tag, source, group, originator })
    }

    pub(super) fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.put(&self.rd)?;
        writer.put(&self.ethernet_tag)?;
        put_optional_address(writer, self.source)?;
        put_optional_address(writer, self.group)?;
        put_address(writer, self.originator)
    }
}
