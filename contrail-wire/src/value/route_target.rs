use core::fmt;
use core::str::FromStr;

use zerocopy::{Immutable, IntoBytes, KnownLayout, Unaligned};

use super::serde_as_text;
use crate::{AssignedNumber, ValueError};

/// A route target (RFC 4360 section 4, RFC 5668): which VRFs import a route.
///
/// On the wire it is the extended community with type 0x00, 0x01 or 0x02 and sub-type 0x02, and nothing else can be
/// made into one. Text is `target:` and an [`AssignedNumber`]; the word may be left out when it is read.
///
/// ```
/// use contrail_wire::RouteTarget;
/// let target: RouteTarget = "target:64512:100".parse().unwrap();
/// assert_eq!(target.octets(), [0x00, 0x02, 0xfc, 0x00, 0, 0, 0, 100]);
/// assert_eq!("64512L:100".parse::<RouteTarget>().unwrap().to_string(), "target:64512L:100");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(transparent)]
pub struct RouteTarget([u8; 8]);

impl RouteTarget {
    pub(crate) const SUB_TYPE: u8 = 0x02;

    /// The target in the eight octets of an extended community; `None` if they are something else.
    pub const fn from_octets(octets: [u8; 8]) -> Option<Self> {
        match octets {
            [0x00..=0x02, Self::SUB_TYPE, ..] => Some(Self(octets)),
            _ => None,
        }
    }

    /// The eight octets of the extended community.
    pub const fn octets(self) -> [u8; 8] {
        self.0
    }

    /// The number in it and who assigned that.
    pub const fn assigned(self) -> AssignedNumber {
        let [kind, _, value @ ..] = self.0;
        match AssignedNumber::from_wire(kind, value) {
            Some(number) => number,
            None => AssignedNumber::TwoOctetAs { asn: 0, number: 0 },
        }
    }
}

impl From<AssignedNumber> for RouteTarget {
    fn from(number: AssignedNumber) -> Self {
        let (kind, [a, b, c, d, e, f]) = number.to_wire();
        Self([kind, Self::SUB_TYPE, a, b, c, d, e, f])
    }
}

impl fmt::Display for RouteTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "target:{}", self.assigned())
    }
}

impl fmt::Debug for RouteTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for RouteTarget {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let expected = "target:64512:100, target:10.0.0.1:100 or target:64512L:100";
        let number: Result<AssignedNumber, _> = text.strip_prefix("target:").unwrap_or(text).parse();
        number.map(Self::from).map_err(|_| ValueError::Syntax { what: "a route target", expected })
    }
}

serde_as_text!(RouteTarget, "a route target such as target:64512:100");
