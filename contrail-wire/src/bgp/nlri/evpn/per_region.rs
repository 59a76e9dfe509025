use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::bgp::community::ExtendedCommunity;
use crate::bgp::cursor::Cursor;
use crate::bgp::error::{At, Error};
use crate::bgp::nlri::evpn::exactly;
use crate::{EthernetTag, RouteDistinguisher};

/// EVPN route type 9: per-region I-PMSI auto-discovery ([RFC 9572](https://www.rfc-editor.org/rfc/rfc9572) section
/// 3.1).
///
/// ```text
/// +-----------------------------------+
/// |       RD (8 octets)               |
/// +-----------------------------------+
/// |   Ethernet Tag ID (4 octets)      |
/// +-----------------------------------+
/// |       Region ID (8 octets)        |
/// +-----------------------------------+
/// ```
///
/// Refused: a length other than 20. Tolerated: any region; it is encoded as an extended community.
///
/// ```
/// use contrail_wire::EthernetTag;
/// use contrail_wire::bgp::ExtendedCommunity;
/// use contrail_wire::bgp::evpn::{PerRegionRoute, Route};
///
/// let route = Route::from(PerRegionRoute {
///     rd: "10.0.0.1:7".parse().unwrap(),
///     ethernet_tag: EthernetTag::ZERO,
///     region: ExtendedCommunity::new([0x00, 0x09, 0xfc, 0x00, 0, 0, 0, 1]),
/// });
/// let mut buffer = [0xa5; 22];
/// assert!(route.encode(&mut buffer).unwrap().is_empty());
/// assert_eq!(Route::decode(&buffer), Ok((route, &[][..])));
/// ```
#[derive(
    Clone,
    Copy,
    Debug,
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
#[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(deny_unknown_fields))]
#[repr(C)]
pub struct PerRegionRoute {
    /// Of the VRF.
    pub rd: RouteDistinguisher,
    /// The broadcast domain.
    #[cfg_attr(feature = "serde", serde(default))]
    pub ethernet_tag: EthernetTag,
    /// The region that the route is for all devices of.
    pub region: ExtendedCommunity,
}

impl PerRegionRoute {
    #[inline]
    pub(super) fn read(value: Cursor<'_>, at: At) -> Result<Self, Error> {
        exactly(value, at).copied()
    }
}
