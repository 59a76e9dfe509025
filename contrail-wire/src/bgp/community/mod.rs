//! Communities: marks that routes carry. Each kind is its bytes, so that an attribute lends a slice of them.

mod extended;
mod ipv6_extended;
mod kind;
mod text;
mod tunnel_type;

use core::fmt;
use core::str::FromStr;

pub use extended::ExtendedCommunity;
pub use ipv6_extended::Ipv6ExtendedCommunity;
pub use kind::{ContrailCommunity, ExtendedCommunityKind};
pub use tunnel_type::TunnelType;
use zerocopy::network_endian::U32;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::ValueError;
use crate::value::serde_as_text;

/// A community ([RFC 1997](https://www.rfc-editor.org/rfc/rfc1997)).
///
/// ```
/// use contrail_wire::bgp::Community;
/// assert_eq!(Community::NO_EXPORT.to_string(), "no-export");
/// assert_eq!("64512:100".parse(), Ok(Community::new(64512, 100)));
/// ```
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(transparent)]
pub struct Community([u8; 4]);

impl Community {
    /// Not to other autonomous systems (RFC 1997).
    pub const NO_EXPORT: Self = Self([0xff, 0xff, 0xff, 0x01]);
    /// To nobody (RFC 1997).
    pub const NO_ADVERTISE: Self = Self([0xff, 0xff, 0xff, 0x02]);
    /// Not even to other members of a confederation (RFC 1997).
    pub const NO_EXPORT_SUBCONFED: Self = Self([0xff, 0xff, 0xff, 0x03]);
    /// Traffic is to be discarded (RFC 7999).
    pub const BLACKHOLE: Self = Self([0xff, 0xff, 0x02, 0x9a]);
    /// The route was stale when it was announced (RFC 9494).
    pub const LLGR_STALE: Self = Self([0xff, 0xff, 0x00, 0x06]);
    /// The route must not be kept when it is stale (RFC 9494).
    pub const NO_LLGR: Self = Self([0xff, 0xff, 0x00, 0x07]);
    /// The route is to be taken though it comes back to where it was announced (RFC 7611).
    pub const ACCEPT_OWN: Self = Self([0xff, 0xff, 0x00, 0x01]);

    /// A community that an autonomous system gives a meaning to.
    pub const fn new(asn: u16, number: u16) -> Self {
        let ([a, b], [c, d]) = (asn.to_be_bytes(), number.to_be_bytes());
        Self([a, b, c, d])
    }

    /// All 32 bits as a number.
    pub const fn get(self) -> u32 {
        u32::from_be_bytes(self.0)
    }

    /// The name of a well-known one.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::NO_EXPORT => "no-export",
            Self::NO_ADVERTISE => "no-advertise",
            Self::NO_EXPORT_SUBCONFED => "no-export-subconfed",
            Self::BLACKHOLE => "blackhole",
            Self::LLGR_STALE => "llgr-stale",
            Self::NO_LLGR => "no-llgr",
            Self::ACCEPT_OWN => "accept-own",
            _ => return None,
        })
    }
}

impl fmt::Display for Community {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.name(), self.0) {
            (Some(name), _) => f.write_str(name),
            (None, [a, b, c, d]) => {
                write!(f, "{}:{}", u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]))
            }
        }
    }
}

impl fmt::Debug for Community {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Community {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let well_known = [
            Self::NO_EXPORT,
            Self::NO_ADVERTISE,
            Self::NO_EXPORT_SUBCONFED,
            Self::BLACKHOLE,
            Self::LLGR_STALE,
            Self::NO_LLGR,
            Self::ACCEPT_OWN,
        ];
        if let Some(known) = well_known.into_iter().find(|known| known.name() == Some(text)) {
            return Ok(known);
        }
        let syntax =
            ValueError::Syntax { what: "a community", expected: "64512:100 or a name such as no-export" };
        let (asn, number) = text.split_once(':').ok_or(syntax)?;
        match (asn.parse(), number.parse()) {
            (Ok(asn), Ok(number)) => Ok(Self::new(asn, number)),
            _ => Err(syntax),
        }
    }
}

serde_as_text!(Community, "a community such as 64512:100");

/// A large community ([RFC 8092](https://www.rfc-editor.org/rfc/rfc8092)).
///
/// ```
/// use contrail_wire::bgp::LargeCommunity;
/// let community: LargeCommunity = "4200000000:1:2".parse().unwrap();
/// assert_eq!(community.global_administrator.get(), 4_200_000_000);
/// ```
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(C)]
pub struct LargeCommunity {
    /// The autonomous system that gives it a meaning.
    pub global_administrator: U32,
    /// Up to that.
    pub local_data_1: U32,
    /// Up to that.
    pub local_data_2: U32,
}

impl fmt::Display for LargeCommunity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.global_administrator, self.local_data_1, self.local_data_2)
    }
}

impl fmt::Debug for LargeCommunity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for LargeCommunity {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let syntax = ValueError::Syntax { what: "a large community", expected: "4200000000:1:2" };
        let mut numbers = text.split(':').map(|number| number.parse::<u32>().map(U32::new));
        match [numbers.next(), numbers.next(), numbers.next(), numbers.next()] {
            [Some(Ok(global_administrator)), Some(Ok(local_data_1)), Some(Ok(local_data_2)), None] => {
                Ok(Self { global_administrator, local_data_1, local_data_2 })
            }
            _ => Err(syntax),
        }
    }
}

serde_as_text!(LargeCommunity, "a large community such as 4200000000:1:2");
