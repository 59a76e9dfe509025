use core::fmt;
use core::str::FromStr;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use super::serde_as_number;
use crate::ValueError;

/// A VXLAN network identifier, 24 bits (RFC 7348 section 5).
///
/// Zero is legal on the wire; Contrail configures 1 to 16777215.
///
/// ```
/// use contrail_wire::Vni;
/// assert_eq!(Vni::new(5001).unwrap().get(), 5001);
/// assert_eq!(Vni::new(1 << 24).unwrap_err().to_string(), "VNI is 16777216, expected 0 to 16777215");
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
pub struct Vni([u8; 3]);

impl Vni {
    /// The largest, 2^24 - 1.
    pub const MAX: Self = Self([0xff; 3]);

    /// The identifier with this number, refused above 16777215.
    pub const fn new(number: u32) -> Result<Self, ValueError> {
        let [0, a, b, c] = number.to_be_bytes() else {
            return Err(ValueError::OutOfRange { what: "VNI", found: number, min: 0, max: 0xff_ffff });
        };
        Ok(Self([a, b, c]))
    }

    pub(crate) const fn from_octets(octets: [u8; 3]) -> Self {
        Self(octets)
    }

    pub(crate) const fn octets(self) -> [u8; 3] {
        self.0
    }

    /// The number.
    pub const fn get(self) -> u32 {
        let [a, b, c] = self.0;
        u32::from_be_bytes([0, a, b, c])
    }
}

impl fmt::Display for Vni {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.get(), f)
    }
}

impl fmt::Debug for Vni {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Vni {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let number = text
            .parse()
            .map_err(|_| ValueError::Syntax { what: "a VNI", expected: "a number from 0 to 16777215" })?;
        Self::new(number)
    }
}

serde_as_number!(Vni);
