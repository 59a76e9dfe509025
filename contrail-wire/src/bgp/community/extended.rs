use core::fmt;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use super::{ExtendedCommunityKind, TunnelType};
use crate::RouteTarget;
use crate::value::serde_as_text;

/// An extended community ([RFC 4360](https://www.rfc-editor.org/rfc/rfc4360) section 2).
///
/// ```text
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |  Type high    |  Type low(*)  |                               |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+          Value                |
/// |                                                               |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
///
/// It is its eight octets, of any type; [`kind`](Self::kind) says what those mean that are known, and a kind turns into
/// one. Text is `target:64512:100`, `encapsulation:vxlan`, `mac-mobility:7:sticky` and the like, or all octets in hex,
/// `0x4306000000000000`: for a type that is not known, and where a word would not say all that is in it.
///
/// ```
/// use contrail_wire::bgp::{ExtendedCommunity, ExtendedCommunityKind, TunnelType};
/// let community = ExtendedCommunity::from(TunnelType::VXLAN);
/// assert_eq!(community.octets(), [0x03, 0x0c, 0, 0, 0, 0, 0, 8]);
/// assert_eq!(community.kind(), ExtendedCommunityKind::Encapsulation(TunnelType::VXLAN));
/// assert_eq!("router-mac:02:00:00:00:00:01".parse::<ExtendedCommunity>().unwrap().octets()[..2], [6, 3]);
/// // Junos puts its AS number into the reserved octets.
/// let community = ExtendedCommunity::new([0x03, 0x0c, 0, 0, 0xfc, 0, 0, 8]);
/// assert_eq!(community.kind(), ExtendedCommunityKind::Encapsulation(TunnelType::VXLAN));
/// assert_eq!(community.to_string(), "0x030c0000fc000008");
/// ```
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(transparent)]
pub struct ExtendedCommunity([u8; 8]);

impl ExtendedCommunity {
    /// The community with these octets.
    pub const fn new(octets: [u8; 8]) -> Self {
        Self(octets)
    }

    /// The eight octets.
    pub const fn octets(self) -> [u8; 8] {
        self.0
    }

    /// Whether it goes on to other autonomous systems.
    pub const fn is_transitive(self) -> bool {
        let [kind, ..] = self.0;
        kind & 0x40 == 0
    }

    /// The route target, if it is one.
    pub const fn route_target(self) -> Option<RouteTarget> {
        RouteTarget::from_octets(self.0)
    }

    /// The encapsulation, if it tells one (RFC 9012 section 4.1).
    pub const fn encapsulation(self) -> Option<TunnelType> {
        match self.0 {
            [0x03, 0x0c, _, _, _, _, high, low] => Some(TunnelType::new(u16::from_be_bytes([high, low]))),
            _ => None,
        }
    }

    /// What it means.
    pub const fn kind(self) -> ExtendedCommunityKind {
        ExtendedCommunityKind::of(self.0)
    }
}

impl From<RouteTarget> for ExtendedCommunity {
    fn from(target: RouteTarget) -> Self {
        Self(target.octets())
    }
}

impl From<TunnelType> for ExtendedCommunity {
    fn from(encapsulation: TunnelType) -> Self {
        ExtendedCommunityKind::Encapsulation(encapsulation).into()
    }
}

impl From<ExtendedCommunityKind> for ExtendedCommunity {
    fn from(kind: ExtendedCommunityKind) -> Self {
        Self(kind.octets())
    }
}

impl fmt::Debug for ExtendedCommunity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

serde_as_text!(ExtendedCommunity, "an extended community such as target:64512:100");
