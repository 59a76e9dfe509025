use core::net::IpAddr;

use crate::bgp::cursor::Cursor;
use crate::bgp::error::{At, Error};
use crate::bgp::nlri::evpn::{MulticastFlags, Parts, put_address, put_optional_address};
use crate::bgp::writer::Writer;
use crate::{EncodeError, EthernetSegmentId, EthernetTag, RouteDistinguisher};

/// EVPN route type 7: multicast membership report synch ([RFC 9251](https://www.rfc-editor.org/rfc/rfc9251) section
/// 9.2).
///
/// ```text
/// +--------------------------------------------------+
/// |  RD (8 octets)                                   |
/// +--------------------------------------------------+
/// |  Ethernet Segment Identifier (10 octets)         |
/// +--------------------------------------------------+
/// |  Ethernet Tag ID (4 octets)                      |
/// +--------------------------------------------------+
/// |  Multicast Source Length (1 octet)               |
/// +--------------------------------------------------+
/// |  Multicast Source Address (variable)             |
/// +--------------------------------------------------+
/// |  Multicast Group Length (1 octet)                |
/// +--------------------------------------------------+
/// |  Multicast Group Address (variable)              |
/// +--------------------------------------------------+
/// |  Originator Router Length (1 octet)              |
/// +--------------------------------------------------+
/// |  Originator Router Address (variable)            |
/// +--------------------------------------------------+
/// |  Flags (1 octet)                                 |
/// +--------------------------------------------------+
/// ```
///
/// Refused: lengths other than 32 or 128 bits, or 0 for any source, and anything but the flags behind. Tolerated: any
/// address, whether multicast or not, and any flags.
///
/// ```
/// use contrail_wire::EthernetTag;
/// use contrail_wire::bgp::evpn::{MembershipReportSynchRoute, MulticastFlags, Route};
///
/// let route = Route::from(MembershipReportSynchRoute {
///     rd: "10.0.0.1:7".parse().unwrap(),
///     esi: "03:44:38:39:ff:ff:01:00:00:01".parse().unwrap(),
///     ethernet_tag: EthernetTag::ZERO,
///     source: Some([10, 99, 0, 11].into()),
///     group: [239, 1, 1, 1].into(),
///     originator: [10, 0, 0, 1].into(),
///     flags: MulticastFlags::VERSION_3,
/// });
/// let mut buffer = [0xa5; 40];
/// assert!(route.encode(&mut buffer).unwrap().is_empty());
/// assert_eq!(Route::decode(&buffer), Ok((route, &[][..])));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(deny_unknown_fields))]
pub struct MembershipReportSynchRoute {
    /// Of the VRF.
    pub rd: RouteDistinguisher,
    /// The segment on which the report was heard. Part of the route's identity.
    pub esi: EthernetSegmentId,
    /// The broadcast domain.
    #[cfg_attr(feature = "serde", serde(default))]
    pub ethernet_tag: EthernetTag,
    /// The sender; `None` for any.
    pub source: Option<IpAddr>,
    /// The multicast group.
    pub group: IpAddr,
    /// Who heard the report.
    pub originator: IpAddr,
    /// Which versions were heard; no part of the route's identity.
    pub flags: MulticastFlags,
}

impl MembershipReportSynchRoute {
    pub(super) fn read(value: Cursor<'_>, at: At) -> Result<Self, Error> {
        let mut parts = Parts::new(value, at, 8 + 10 + 4 + 1 + 1 + 4 + 1 + 4 + 1);
        let (rd, esi, ethernet_tag) = (parts.read()?, parts.read()?, parts.read()?);
        let source = parts.optional_address("multicast_source_length", "0, 32 or 128 (RFC 9251 9.2)")?;
        let group = parts.address("multicast_group_length", "32 or 128 (RFC 9251 9.2)")?;
        let originator = parts.address("originator_router_length", "32 or 128 (RFC 9251 9.2)")?;
        let flags = parts.read()?;
        parts.end("what its address lengths say (RFC 9251 9.2)")?;
        Ok(Self { rd, esi, ethernet_tag, source, group, originator, flags })
    }

    pub(super) fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.put(&self.rd)?;
        writer.put(&self.esi)?;
        writer.put(&self.ethernet_tag)?;
        put_optional_address(writer, self.source)?;
        put_address(writer, self.group)?;
        put_address(writer, self.originator)?;
        writer.put(&self.flags)
    }

    pub(super) const fn key(self) -> Self {
        Self { flags: MulticastFlags::empty(), ..self }
    }
}
