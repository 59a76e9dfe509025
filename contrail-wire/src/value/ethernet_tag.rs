use core::fmt;
use core::str::FromStr;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::ValueError;

/// An Ethernet tag (RFC 7432 section 2): which broadcast domain of an EVPN instance.
///
/// It is 0 where an instance has one, and [`MAX`](Self::MAX) in a route for a whole Ethernet segment. Over VXLAN it may
/// hold the VNI.
///
/// ```
/// use contrail_wire::EthernetTag;
/// assert_eq!(EthernetTag::MAX.to_string(), "4294967295");
/// assert_eq!(EthernetTag::new(100), "100".parse().unwrap());
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
pub struct EthernetTag([u8; 4]);

impl EthernetTag {
    /// For an instance with one broadcast domain.
    pub const ZERO: Self = Self([0; 4]);
    /// MAX-ET: for a whole Ethernet segment (RFC 7432 section 8.2.1).
    pub const MAX: Self = Self([0xff; 4]);

    /// The tag with this number.
    pub const fn new(number: u32) -> Self {
        Self(number.to_be_bytes())
    }

    /// The number.
    pub const fn get(self) -> u32 {
        u32::from_be_bytes(self.0)
    }
}

impl fmt::Display for EthernetTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.get(), f)
    }
}

impl fmt::Debug for EthernetTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for EthernetTag {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let syntax =
            ValueError::Syntax { what: "an Ethernet tag", expected: "a number from 0 to 4294967295" };
        text.parse().map(Self::new).map_err(|_| syntax)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for EthernetTag {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.get())
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for EthernetTag {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u32::deserialize(deserializer).map(Self::new)
    }
}
