//! Values as they stand on the wire: transparent over a byte array, so that headers hold them directly.
//! A number with a range is made by a checked constructor; the text form is what an operator types.

mod ethertype;
mod ip;
mod label;
mod mac;
mod vni;

pub use ethertype::EtherType;
pub use ip::{IpProtocol, Ipv4Octets, Ipv6Octets};
pub use label::Label;
pub use mac::MacAddr;
pub use vni::Vni;

use crate::ValueError;

/// Refuses a number above `max`.
pub(crate) const fn in_range(what: &'static str, number: u32, max: u32) -> Result<(), ValueError> {
    if number > max {
        return Err(ValueError::OutOfRange { what, found: number, min: 0, max });
    }
    Ok(())
}

/// `Serialize` and `Deserialize` through the text form.
macro_rules! serde_as_text {
    ($type:ident, $expecting:literal) => {
        #[cfg(feature = "serde")]
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;
                impl serde::de::Visitor<'_> for Text {
                    type Value = $type;
                    fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                        f.write_str($expecting)
                    }
                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$type, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(Text)
            }
        }
    };
}

/// `Serialize` and `Deserialize` as a number, through `get` and the checked constructor.
macro_rules! serde_as_number {
    ($type:ident) => {
        #[cfg(feature = "serde")]
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_u32(self.get())
            }
        }

        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(u32::deserialize(deserializer)?).map_err(serde::de::Error::custom)
            }
        }
    };
}

pub(crate) use {serde_as_number, serde_as_text};
