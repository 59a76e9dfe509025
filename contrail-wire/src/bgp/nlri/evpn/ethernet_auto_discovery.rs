use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::bgp::cursor::Cursor;
use crate::bgp::error::{At, Error};
use crate::bgp::nlri::evpn::exactly;
use crate::{EthernetSegmentId, EthernetTag, LabelField, RouteDistinguisher};

/// EVPN route type 1: Ethernet auto-discovery ([RFC 7432](https://www.rfc-editor.org/rfc/rfc7432) section 7.1).
///
/// ```text
/// +---------------------------------------+
/// |  Route Distinguisher (RD) (8 octets)  |
/// +---------------------------------------+
/// |Ethernet Segment Identifier (10 octets)|
/// +---------------------------------------+
/// |  Ethernet Tag ID (4 octets)           |
/// +---------------------------------------+
/// |  MPLS Label (3 octets)                |
/// +---------------------------------------+
/// ```
///
/// With the tag [`MAX`](EthernetTag::MAX) it stands for a whole segment, else for one broadcast domain of it. Refused:
/// a length other than 25. Tolerated: any label, also where it has no meaning.
///
/// ```
/// use contrail_wire::bgp::evpn::{EthernetAutoDiscoveryRoute, Route};
/// use contrail_wire::{EthernetTag, LabelField};
///
/// let route = Route::from(EthernetAutoDiscoveryRoute {
///     rd: "10.0.0.1:7".parse().unwrap(),
///     esi: "03:44:38:39:ff:ff:01:00:00:01".parse().unwrap(),
///     ethernet_tag: EthernetTag::MAX,
///     label: LabelField::ZERO,
/// });
/// let mut buffer = [0xa5; 27];
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
pub struct EthernetAutoDiscoveryRoute {
    /// Of the VRF, or of the device for a whole segment.
    pub rd: RouteDistinguisher,
    /// The segment. Part of the route's identity.
    pub esi: EthernetSegmentId,
    /// The broadcast domain; `MAX` for the whole segment.
    #[cfg_attr(feature = "serde", serde(default))]
    pub ethernet_tag: EthernetTag,
    /// Label or VNI; no part of the route's identity.
    #[cfg_attr(
        feature = "serde",
        serde(rename = "labels", deserialize_with = "crate::bgp::serialize::one_label")
    )]
    pub label: LabelField,
}

impl EthernetAutoDiscoveryRoute {
    #[inline]
    pub(super) fn read(value: Cursor<'_>, at: At) -> Result<Self, Error> {
        exactly(value, at).copied()
    }

    pub(super) const fn key(self) -> Self {
        Self { label: LabelField::ZERO, ..self }
    }
}
