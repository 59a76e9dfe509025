//! Values as they stand on the wire: transparent over a byte array, so that headers hold them directly.
//! A number with a range is made by a checked constructor; the text form is what an operator types.

mod assigned;
mod esi;
mod ethernet_tag;
mod ethertype;
mod ip;
mod label;
mod label_field;
mod mac;
mod rd;
mod route_target;
mod vni;

pub use assigned::AssignedNumber;
pub use esi::{EthernetSegment, EthernetSegmentId};
pub use ethernet_tag::EthernetTag;
pub use ethertype::EtherType;
pub use ip::{IpProtocol, Ipv4Octets, Ipv6Octets};
pub use label::Label;
pub use label_field::LabelField;
pub use mac::MacAddr;
pub use rd::RouteDistinguisher;
pub use route_target::RouteTarget;
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
                $crate::value::deserialize_text(deserializer, $expecting)
            }
        }
    };
}

#[cfg(feature = "serde")]
pub(crate) fn deserialize_text<'de, T, D>(deserializer: D, expecting: &'static str) -> Result<T, D::Error>
where
    T: core::str::FromStr<Err = ValueError>,
    D: serde::Deserializer<'de>,
{
    struct Text<T>(&'static str, core::marker::PhantomData<T>);
    impl<T: core::str::FromStr<Err = ValueError>> serde::de::Visitor<'_> for Text<T> {
        type Value = T;
        fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            f.write_str(self.0)
        }
        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(E::custom)
        }
    }
    deserializer.deserialize_str(Text(expecting, core::marker::PhantomData))
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

/// The octets that `0x` and two hex digits for each of them say.
pub(crate) fn octets_from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let (pairs, []) = text.strip_prefix("0x")?.as_bytes().as_chunks::<2>() else { return None };
    octets(pairs.iter().copied())
}

/// The octets that pairs of hex digits with colons between them say.
pub(crate) fn octets_from_pairs<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() + 1 != 3 * N {
        return None;
    }
    octets(text.as_bytes().split(|byte| *byte == b':').map(|pair| pair.try_into().unwrap_or_default()))
}

fn octets<const N: usize>(mut pairs: impl Iterator<Item = [u8; 2]>) -> Option<[u8; N]> {
    let hex = |digit| u8::try_from(char::from(digit).to_digit(16)?).ok();
    let mut octets = [0; N];
    for octet in &mut octets {
        let [high, low] = pairs.next()?;
        *octet = hex(high)? << 4 | hex(low)?;
    }
    pairs.next().is_none().then_some(octets)
}

pub(crate) use {serde_as_number, serde_as_text};
