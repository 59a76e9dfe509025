use core::fmt;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

/// The type of an EVPN route (IANA "EVPN Route Types").
///
/// ```
/// use contrail_wire::bgp::evpn::RouteType;
/// assert_eq!(RouteType::MAC_IP.to_string(), "mac-ip");
/// assert_eq!(RouteType(99).to_string(), "99");
/// ```
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(transparent)]
pub struct RouteType(pub u8);

impl RouteType {
    /// Ethernet auto-discovery (RFC 7432).
    pub const ETHERNET_AUTO_DISCOVERY: Self = Self(1);
    /// MAC/IP advertisement (RFC 7432).
    pub const MAC_IP: Self = Self(2);
    /// Inclusive multicast Ethernet tag (RFC 7432).
    pub const INCLUSIVE_MULTICAST: Self = Self(3);
    /// Ethernet segment (RFC 7432).
    pub const ETHERNET_SEGMENT: Self = Self(4);
    /// IP prefix (RFC 9136).
    pub const IP_PREFIX: Self = Self(5);
    /// Selective multicast Ethernet tag (RFC 9251).
    pub const SELECTIVE_MULTICAST: Self = Self(6);
    /// Multicast membership report synch (RFC 9251).
    pub const MEMBERSHIP_REPORT_SYNCH: Self = Self(7);
    /// Multicast leave synch (RFC 9251).
    pub const LEAVE_SYNCH: Self = Self(8);
    /// Per-region I-PMSI auto-discovery (RFC 9572).
    pub const PER_REGION: Self = Self(9);
    /// S-PMSI auto-discovery (RFC 9572).
    pub const S_PMSI: Self = Self(10);
    /// Leaf auto-discovery (RFC 9572).
    pub const LEAF: Self = Self(11);

    /// The name of a known type.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::ETHERNET_AUTO_DISCOVERY => "ethernet-auto-discovery",
            Self::MAC_IP => "mac-ip",
            Self::INCLUSIVE_MULTICAST => "inclusive-multicast",
            Self::ETHERNET_SEGMENT => "ethernet-segment",
            Self::IP_PREFIX => "ip-prefix",
            Self::SELECTIVE_MULTICAST => "selective-multicast",
            Self::MEMBERSHIP_REPORT_SYNCH => "membership-report-synch",
            Self::LEAVE_SYNCH => "leave-synch",
            Self::PER_REGION => "per-region",
            Self::S_PMSI => "s-pmsi",
            Self::LEAF => "leaf",
            _ => return None,
        })
    }

    /// What a route of this type is called in errors.
    pub(crate) const fn element_name(self) -> &'static str {
        match self {
            Self::ETHERNET_AUTO_DISCOVERY => "evpn_ethernet_auto_discovery_route",
            Self::MAC_IP => "evpn_mac_ip_route",
            Self::INCLUSIVE_MULTICAST => "evpn_inclusive_multicast_route",
            Self::ETHERNET_SEGMENT => "evpn_ethernet_segment_route",
            Self::IP_PREFIX => "evpn_ip_prefix_route",
            Self::SELECTIVE_MULTICAST => "evpn_selective_multicast_route",
            Self::MEMBERSHIP_REPORT_SYNCH => "evpn_membership_report_synch_route",
            Self::LEAVE_SYNCH => "evpn_leave_synch_route",
            Self::PER_REGION => "evpn_per_region_route",
            Self::S_PMSI => "evpn_s_pmsi_route",
            Self::LEAF => "evpn_leaf_route",
            _ => "evpn_route",
        }
    }
}

impl fmt::Display for RouteType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => fmt::Display::fmt(&self.0, f),
        }
    }
}

impl fmt::Debug for RouteType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
