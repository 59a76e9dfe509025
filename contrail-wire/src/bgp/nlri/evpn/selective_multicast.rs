use core::net::IpAddr;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::bgp::cursor::Cursor;
use crate::bgp::error::{At, Error};
use crate::bgp::nlri::evpn::{Parts, put_address, put_optional_address};
use crate::bgp::writer::Writer;
use crate::{EncodeError, EthernetTag, RouteDistinguisher};

/// The flags of route types 6, 7 and 8: which versions of IGMP or MLD were heard (RFC 9251 section 9.1).
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    FromBytes,
    IntoBytes,
    KnownLayout,
    Immutable,
    Unaligned,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
#[repr(transparent)]
pub struct MulticastFlags(u8);

bitflags::bitflags! {
    impl MulticastFlags: u8 {
        /// IGMP version 1.
        const VERSION_1 = 0x01;
        /// IGMP version 2, or MLD version 1.
        const VERSION_2 = 0x02;
        /// IGMP version 3, or MLD version 2.
        const VERSION_3 = 0x04;
        /// IE: the source is one to exclude, not to include.
        const EXCLUDE = 0x08;
        /// Reserved.
        const RESERVED = 0xf0;
    }
}

/// EVPN route type 6: selective multicast Ethernet tag, SMET ([RFC 9251](https://www.rfc-editor.org/rfc/rfc9251)
/// section 9.1).
///
/// ```text
/// +---------------------------------------+
/// |  RD (8 octets)                        |
/// +---------------------------------------+
/// |  Ethernet Tag ID (4 octets)           |
/// +---------------------------------------+
/// |  Multicast Source Length (1 octet)    |
/// +---------------------------------------+
/// |  Multicast Source Address (variable)  |
/// +---------------------------------------+
/// |  Multicast Group Length (1 octet)     |
/// +---------------------------------------+
/// |  Multicast Group Address (variable)   |
/// +---------------------------------------+
/// |  Originator Router Length (1 octet)   |
/// +---------------------------------------+
/// |  Originator Router Address (variable) |
/// +---------------------------------------+
/// |  Flags (1 octet)                      |
/// +---------------------------------------+
/// ```
///
/// Refused: lengths other than 32 or 128 bits, or 0 for any source, and anything but the flags behind. Tolerated: any
/// address, whether multicast or not, and any flags.
///
/// ```
/// use contrail_wire::EthernetTag;
/// use contrail_wire::bgp::evpn::{MulticastFlags, Route, SelectiveMulticastRoute};
///
/// let route = Route::from(SelectiveMulticastRoute {
///     rd: "10.0.0.1:7".parse().unwrap(),
///     ethernet_tag: EthernetTag::ZERO,
///     source: None,
///     group: [239, 1, 1, 1].into(),
///     originator: [10, 0, 0, 1].into(),
///     flags: MulticastFlags::VERSION_2,
/// });
/// assert_eq!(route.to_string(), "10.0.0.1:7:[6]:[0]:[0]:[*]:[32]:[239.1.1.1]:[32]:[10.0.0.1]");
/// let mut buffer = [0xa5; 26];
/// assert!(route.encode(&mut buffer).unwrap().is_empty());
/// assert_eq!(Route::decode(&buffer), Ok((route, &[][..])));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(deny_unknown_fields))]
pub struct SelectiveMulticastRoute {
    /// Of the VRF.
    pub rd: RouteDistinguisher,
    /// The broadcast domain.
    #[cfg_attr(feature = "serde", serde(default))]
    pub ethernet_tag: EthernetTag,
    /// The sender; `None` for any.
    pub source: Option<IpAddr>,
    /// The multicast group.
    pub group: IpAddr,
    /// Who wants to receive it.
    pub originator: IpAddr,
    /// Which versions were heard; no part of the route's identity.
    pub flags: MulticastFlags,
}

impl SelectiveMulticastRoute {
    pub(super) fn read(value: Cursor<'_>, at: At) -> Result<Self, Error> {
        let mut parts = Parts::new(value, at, 8 + 4 + 1 + 1 + 4 + 1 + 4 + 1);
        let (rd, ethernet_tag) = (parts.read()?, parts.read()?);
        let source = parts.optional_address("multicast_source_length", "0, 32 or 128 (RFC 9251 9.1)")?;
        let group = parts.address("multicast_group_length", "32 or 128 (RFC 9251 9.1)")?;
        let originator = parts.address("originator_router_length", "32 or 128 (RFC 9251 9.1)")?;
        let flags = parts.read()?;
        parts.end("what its address lengths say (RFC 9251 9.1)")?;
        Ok(Self { rd, ethernet_tag, source, group, originator, flags })
    }

    pub(super) fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.put(&self.rd)?;
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
