use core::fmt;

use zerocopy::network_endian::U16;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::Ipv6Octets;

/// An extended community of an IPv6 address ([RFC 5701](https://www.rfc-editor.org/rfc/rfc5701) section 2).
///
/// ```text
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// | 0x00 or 0x40  |    Sub-Type   |    Global Administrator       |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |          Global Administrator (cont.)                         |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |          Global Administrator (cont.)                         |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |          Global Administrator (cont.)                         |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// | Global Administrator (cont.)  |    Local Administrator        |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
///
/// ```
/// use contrail_wire::bgp::Ipv6ExtendedCommunity;
/// let community = Ipv6ExtendedCommunity {
///     kind: 0x00,
///     sub_type: Ipv6ExtendedCommunity::ROUTE_TARGET,
///     global_administrator: "2001:db8::1".parse().unwrap(),
///     local_administrator: 100.into(),
/// };
/// assert_eq!(community.to_string(), "target:[2001:db8::1]:100");
/// ```
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(C)]
pub struct Ipv6ExtendedCommunity {
    /// 0x00 if it goes on to other autonomous systems, 0x40 if not.
    pub kind: u8,
    /// What it means.
    pub sub_type: u8,
    /// Who assigned the number.
    pub global_administrator: Ipv6Octets,
    /// The number.
    pub local_administrator: U16,
}

impl Ipv6ExtendedCommunity {
    /// Which VRFs import the route (RFC 5701 section 3).
    pub const ROUTE_TARGET: u8 = 0x02;
    /// The site that the route comes from (RFC 5701 section 3).
    pub const SITE_OF_ORIGIN: u8 = 0x03;
    /// Whom to tell that a multicast source is wanted (RFC 6515 section 4).
    pub const VRF_ROUTE_IMPORT: u8 = 0x0b;

    /// Whether it is a route target.
    pub const fn is_route_target(&self) -> bool {
        self.kind == 0x00 && self.sub_type == Self::ROUTE_TARGET
    }
}

impl fmt::Display for Ipv6ExtendedCommunity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.kind, self.sub_type) {
            (0x00, Self::ROUTE_TARGET) => f.write_str("target")?,
            (0x00, Self::SITE_OF_ORIGIN) => f.write_str("origin")?,
            (0x00, Self::VRF_ROUTE_IMPORT) => f.write_str("vrf-route-import")?,
            (kind, sub_type) => write!(f, "0x{kind:02x}{sub_type:02x}")?,
        }
        write!(f, ":[{}]:{}", self.global_administrator, self.local_administrator)
    }
}

impl fmt::Debug for Ipv6ExtendedCommunity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
