use core::fmt;
use core::str::FromStr;

use super::serde_as_number;
use crate::ValueError;

/// An MPLS label, 20 bits (RFC 3032 section 2.1).
///
/// ```
/// use contrail_wire::Label;
/// assert_eq!(Label::new(299_776).unwrap().get(), 299_776);
/// assert!(Label::new(1 << 20).is_err());
/// assert_eq!(Label::ENTROPY_INDICATOR.name(), Some("entropy label indicator"));
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label(u32);

impl Label {
    /// The packet below is IPv4 (RFC 3032; bottom of stack only until RFC 4182).
    pub const IPV4_EXPLICIT_NULL: Self = Self(0);
    /// For the router itself (RFC 3032).
    pub const ROUTER_ALERT: Self = Self(1);
    /// The packet below is IPv6 (RFC 3032).
    pub const IPV6_EXPLICIT_NULL: Self = Self(2);
    /// Signalled, never sent (RFC 3032).
    pub const IMPLICIT_NULL: Self = Self(3);
    /// The next entry is an entropy label (RFC 6790).
    pub const ENTROPY_INDICATOR: Self = Self(7);
    /// Generic associated channel (RFC 5586).
    pub const GENERIC_ASSOCIATED_CHANNEL: Self = Self(13);
    /// Operation and maintenance of a label switched path (RFC 3429).
    pub const OAM_ALERT: Self = Self(14);
    /// The next entry is a special-purpose label of its own space (RFC 7274).
    pub const EXTENSION: Self = Self(15);
    /// The first label that is not special-purpose (RFC 7274).
    pub const FIRST_UNRESERVED: Self = Self(16);
    /// The largest, 2^20 - 1.
    pub const MAX: Self = Self(0xf_ffff);

    /// The label with this number, refused above 1048575.
    pub const fn new(number: u32) -> Result<Self, ValueError> {
        if number > Self::MAX.0 {
            return Err(ValueError::OutOfRange { what: "MPLS label", found: number, min: 0, max: 0xf_ffff });
        }
        Ok(Self(number))
    }

    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }

    pub(crate) const fn from_top_20_bits(word: u32) -> Self {
        Self(word >> 12)
    }

    /// What a special-purpose label means, in words.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::IPV4_EXPLICIT_NULL => "ipv4 explicit null",
            Self::ROUTER_ALERT => "router alert",
            Self::IPV6_EXPLICIT_NULL => "ipv6 explicit null",
            Self::IMPLICIT_NULL => "implicit null",
            Self::ENTROPY_INDICATOR => "entropy label indicator",
            Self::GENERIC_ASSOCIATED_CHANNEL => "generic associated channel",
            Self::OAM_ALERT => "oam alert",
            Self::EXTENSION => "extension",
            Self(4..16) => "reserved",
            _ => return None,
        })
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Label {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let number = text.parse().map_err(|_| ValueError::Syntax {
            what: "an MPLS label",
            expected: "a number from 0 to 1048575",
        })?;
        Self::new(number)
    }
}

serde_as_number!(Label);
