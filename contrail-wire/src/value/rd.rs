use core::fmt;
use core::str::FromStr;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use super::{octets_from_hex, serde_as_text};
use crate::{AssignedNumber, ValueError};

/// A route distinguisher (RFC 4364 section 4.2): what makes equal prefixes of different VRFs different routes.
///
/// ```text
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |             Type              |             Value             |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+                               |
/// |                                                               |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
///
/// Text is that of an [`AssignedNumber`]; of another type than 0 to 2, all eight octets in hex: `0x0003c00002010064`.
///
/// ```
/// use contrail_wire::RouteDistinguisher;
/// let rd: RouteDistinguisher = "10.0.0.1:7999".parse().unwrap();
/// assert_eq!(rd.octets(), [0, 1, 10, 0, 0, 1, 0x1f, 0x3f]);
/// assert_eq!(rd.to_string(), "10.0.0.1:7999");
/// ```
#[derive(
    Clone,
    Copy,
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
#[repr(transparent)]
pub struct RouteDistinguisher([u8; 8]);

impl RouteDistinguisher {
    /// The distinguisher with these octets.
    pub const fn new(octets: [u8; 8]) -> Self {
        Self(octets)
    }

    /// The eight octets.
    pub const fn octets(self) -> [u8; 8] {
        self.0
    }

    /// The type; 0 to 2 are assigned.
    pub const fn kind(self) -> u16 {
        let [high, low, ..] = self.0;
        u16::from_be_bytes([high, low])
    }

    /// The number in it and who assigned that; `None` for a type that is not known.
    pub const fn assigned(self) -> Option<AssignedNumber> {
        match self.0 {
            [0, kind, value @ ..] => AssignedNumber::from_wire(kind, value),
            _ => None,
        }
    }
}

impl From<AssignedNumber> for RouteDistinguisher {
    fn from(number: AssignedNumber) -> Self {
        let (kind, [a, b, c, d, e, f]) = number.to_wire();
        Self([0, kind, a, b, c, d, e, f])
    }
}

impl fmt::Display for RouteDistinguisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.assigned() {
            Some(number) => fmt::Display::fmt(&number, f),
            None => write!(f, "0x{:016x}", u64::from_be_bytes(self.0)),
        }
    }
}

impl fmt::Debug for RouteDistinguisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for RouteDistinguisher {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        if let Some(octets) = octets_from_hex(text) {
            return Ok(Self(octets));
        }
        let expected = "64512:100, 10.0.0.1:100, 64512L:100 or 0x with 16 hex digits";
        let number: Result<AssignedNumber, _> = text.parse();
        number.map(Self::from).map_err(|_| ValueError::Syntax { what: "a route distinguisher", expected })
    }
}

serde_as_text!(RouteDistinguisher, "a route distinguisher such as 10.0.0.1:7999");
