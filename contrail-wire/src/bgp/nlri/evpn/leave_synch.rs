use core::net::IpAddr;

use crate::bgp::cursor::Cursor;
use crate::bgp::error::{At, Error};
use crate::bgp::nlri::evpn::{MulticastFlags, Parts, put_address, put_optional_address};
use crate::bgp::writer::Writer;
use crate::{EncodeError, EthernetSegmentId, EthernetTag, RouteDistinguisher};

/// EVPN route type 8: multicast leave synch ([RFC 9251](https://www.rfc-editor.org/rfc/rfc9251) section 9.3).
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
/// |  Reserved (4 octets)                             |
/// +--------------------------------------------------+
/// |  Maximum Response Time (1 octet)                 |
/// +--------------------------------------------------+
/// |  Flags (1 octet)                                 |
/// +--------------------------------------------------+
/// ```
///
/// Refused: lengths other than 32 or 128 bits, or 0 for any source, and anything but the last three fields behind.
/// Tolerated: any address, whether multicast or not, any flags, and reserved octets, which are kept.
///
/// ```
/// use contrail_wire::EthernetTag;
/// use contrail_wire::bgp::evpn::{LeaveSynchRoute, MulticastFlags, Route};
///
/// let route = Route::from(LeaveSynchRoute {
///     rd: "10.0.0.1:7".parse().unwrap(),
///     esi: "03:44:38:39:ff:ff:01:00:00:01".parse().unwrap(),
///     ethernet_tag: EthernetTag::ZERO,
///     source: None,
///     group: [239, 1, 1, 1].into(),
///     originator: [10, 0, 0, 1].into(),
///     reserved: [0; 4],
///     maximum_response_time: 10,
///     flags: MulticastFlags::VERSION_2,
/// });
/// let mut buffer = [0xa5; 41];
/// assert!(route.encode(&mut buffer).unwrap().is_empty());
/// assert_eq!(Route::decode(&buffer), Ok((route, &[][..])));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(deny_unknown_fields))]
pub struct LeaveSynchRoute {
    /// Of the VRF.
    pub rd: RouteDistinguisher,
    /// The segment on which the leave was heard. Part of the route's identity.
    pub esi: EthernetSegmentId,
    /// The broadcast domain.
    #[cfg_attr(feature = "serde", serde(default))]
    pub ethernet_tag: EthernetTag,
    /// The sender; `None` for any.
    pub source: Option<IpAddr>,
    /// The multicast group.
    pub group: IpAddr,
    /// Who heard the leave.
    pub originator: IpAddr,
    /// Sent as zero; no part of the route's identity.
    #[cfg_attr(feature = "serde", serde(default, deserialize_with = "crate::bgp::serialize::four_octets"))]
    pub reserved: [u8; 4],
    /// How long to wait for another report, in tenths of seconds as IGMP has it; no part of the route's identity.
    pub maximum_response_time: u8,
    /// Which versions were heard; no part of the route's identity.
    pub flags: MulticastFlags,
}

impl LeaveSynchRoute {
    pub(super) fn read(value: Cursor<'_>, at: At) -> Result<Self, Error> {
        let mut parts = Parts::new(value, at, 8 + 10 + 4 + 1 + 1 + 4 + 1 + 4 + 4 + 1 + 1);
        let (rd, esi, ethernet_tag) = (parts.read()?, parts.read()?, parts.read()?);
        let source = parts.optional_address("multicast_source_length", "0, 32 or 128 (RFC 9251 9.3)")?;
        let group = parts.address("multicast_group_length", "32 or 128 (RFC 9251 9.3)")?;
        let originator = parts.address("originator_router_length", "32 or 128 (RFC 9251 9.3)")?;
        let (reserved, maximum_response_time, flags) = (parts.read()?, parts.read()?, parts.read()?);
        parts.end("what its address lengths say (RFC 9251 9.3)")?;
        Ok(Self { rd, esi, ethernet_tag, source, group, originator, reserved, maximum_response_time, flags })
    }

    pub(super) fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.put(&self.rd)?;
        writer.put(&self.esi)?;
        writer.put(&self.ethernet_tag)?;
        put_optional_address(writer, self.source)?;
        put_address(writer, self.group)?;
        put_address(writer, self.originator)?;
        writer.put(&self.reserved)?;
        writer.put(&self.maximum_response_time)?;
        writer.put(&self.flags)
    }

    pub(super) const fn key(self) -> Self {
        Self { reserved: [0; 4], maximum_response_time: 0, flags: MulticastFlags::empty(), ..self }
    }
}
