use core::fmt;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::bgp::attribute::AttributeFlags;

/// The type code of a path attribute (IANA "BGP Path Attributes").
///
/// ```
/// use contrail_wire::bgp::AttributeType;
/// assert_eq!(AttributeType::AS_PATH.to_string(), "as_path");
/// assert_eq!(AttributeType(99).to_string(), "99");
/// ```
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(transparent)]
pub struct AttributeType(pub u8);

impl AttributeType {
    /// RFC 4271 section 5.1.1.
    pub const ORIGIN: Self = Self(1);
    /// RFC 4271 section 5.1.2.
    pub const AS_PATH: Self = Self(2);
    /// RFC 4271 section 5.1.3.
    pub const NEXT_HOP: Self = Self(3);
    /// RFC 4271 section 5.1.4.
    pub const MULTI_EXIT_DISC: Self = Self(4);
    /// RFC 4271 section 5.1.5.
    pub const LOCAL_PREF: Self = Self(5);
    /// RFC 4271 section 5.1.6.
    pub const ATOMIC_AGGREGATE: Self = Self(6);
    /// RFC 4271 section 5.1.7.
    pub const AGGREGATOR: Self = Self(7);
    /// RFC 1997.
    pub const COMMUNITIES: Self = Self(8);
    /// RFC 4456.
    pub const ORIGINATOR_ID: Self = Self(9);
    /// RFC 4456.
    pub const CLUSTER_LIST: Self = Self(10);
    /// RFC 4760 section 3.
    pub const MP_REACH_NLRI: Self = Self(14);
    /// RFC 4760 section 4.
    pub const MP_UNREACH_NLRI: Self = Self(15);
    /// RFC 4360.
    pub const EXTENDED_COMMUNITIES: Self = Self(16);
    /// RFC 6793.
    pub const AS4_PATH: Self = Self(17);
    /// RFC 6793.
    pub const AS4_AGGREGATOR: Self = Self(18);
    /// RFC 6514 section 5.
    pub const PMSI_TUNNEL: Self = Self(22);
    /// RFC 9012.
    pub const TUNNEL_ENCAPSULATION: Self = Self(23);
    /// RFC 5701.
    pub const IPV6_EXTENDED_COMMUNITIES: Self = Self(25);
    /// RFC 7311.
    pub const AIGP: Self = Self(26);
    /// RFC 8092.
    pub const LARGE_COMMUNITIES: Self = Self(32);
    /// draft-ietf-bess-evpn-ipvpn-interworking.
    pub const D_PATH: Self = Self(36);

    /// The name of a known type, in snake case.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::ORIGIN => "origin",
            Self::AS_PATH => "as_path",
            Self::NEXT_HOP => "next_hop",
            Self::MULTI_EXIT_DISC => "multi_exit_disc",
            Self::LOCAL_PREF => "local_pref",
            Self::ATOMIC_AGGREGATE => "atomic_aggregate",
            Self::AGGREGATOR => "aggregator",
            Self::COMMUNITIES => "communities",
            Self::ORIGINATOR_ID => "originator_id",
            Self::CLUSTER_LIST => "cluster_list",
            Self::MP_REACH_NLRI => "mp_reach_nlri",
            Self::MP_UNREACH_NLRI => "mp_unreach_nlri",
            Self::EXTENDED_COMMUNITIES => "extended_communities",
            Self::AS4_PATH => "as4_path",
            Self::AS4_AGGREGATOR => "as4_aggregator",
            Self::PMSI_TUNNEL => "pmsi_tunnel",
            Self::TUNNEL_ENCAPSULATION => "tunnel_encapsulation",
            Self::IPV6_EXTENDED_COMMUNITIES => "ipv6_extended_communities",
            Self::AIGP => "aigp",
            Self::LARGE_COMMUNITIES => "large_communities",
            Self::D_PATH => "d_path",
            _ => return None,
        })
    }

    /// The flags that a known type has; Partial may be set besides where both are.
    pub const fn flags(self) -> Option<AttributeFlags> {
        Some(match self {
            Self::ORIGIN | Self::AS_PATH | Self::NEXT_HOP | Self::LOCAL_PREF | Self::ATOMIC_AGGREGATE => {
                AttributeFlags::TRANSITIVE
            }
            Self::MULTI_EXIT_DISC
            | Self::ORIGINATOR_ID
            | Self::CLUSTER_LIST
            | Self::MP_REACH_NLRI
            | Self::MP_UNREACH_NLRI
            | Self::AIGP => AttributeFlags::OPTIONAL,
            Self::AGGREGATOR
            | Self::COMMUNITIES
            | Self::EXTENDED_COMMUNITIES
            | Self::AS4_PATH
            | Self::AS4_AGGREGATOR
            | Self::PMSI_TUNNEL
            | Self::TUNNEL_ENCAPSULATION
            | Self::IPV6_EXTENDED_COMMUNITIES
            | Self::LARGE_COMMUNITIES
            | Self::D_PATH => AttributeFlags::OPTIONAL.union(AttributeFlags::TRANSITIVE),
            _ => return None,
        })
    }
}

impl fmt::Display for AttributeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => fmt::Display::fmt(&self.0, f),
        }
    }
}

impl fmt::Debug for AttributeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
