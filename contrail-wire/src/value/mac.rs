use core::fmt;
use core::str::FromStr;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use super::serde_as_text;
use crate::ValueError;

/// A 48-bit MAC address.
///
/// Text is six pairs of hex digits with colons; dashes and Cisco's dotted form are read too.
///
/// ```
/// use contrail_wire::MacAddr;
/// let mac: MacAddr = "00:00:5e:01:00:01".parse().unwrap();
/// assert_eq!(mac, "0000.5e01.0001".parse().unwrap());
/// assert_eq!(mac.to_string(), "00:00:5e:01:00:01");
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
pub struct MacAddr([u8; 6]);

impl MacAddr {
    /// `ff:ff:ff:ff:ff:ff`.
    pub const BROADCAST: Self = Self([0xff; 6]);

    /// The address with these six bytes.
    pub const fn new(octets: [u8; 6]) -> Self {
        Self(octets)
    }

    /// The six bytes.
    pub const fn octets(self) -> [u8; 6] {
        self.0
    }

    /// Whether the group bit is set (IEEE 802): broadcast and multicast.
    pub const fn is_group(self) -> bool {
        let [first, ..] = self.0;
        first & 0x01 != 0
    }
}

impl fmt::Display for MacAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

impl fmt::Debug for MacAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for MacAddr {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        const SYNTAX: ValueError =
            ValueError::Syntax { what: "a MAC address", expected: "six hex pairs, 00:11:22:33:44:55" };
        let (separator, digits_per_group) = match text.as_bytes() {
            [_, _, separator @ (b':' | b'-'), ..] => (*separator, 2),
            [_, _, _, _, b'.', ..] => (b'.', 4),
            _ => return Err(SYNTAX),
        };
        let mut octets = [0u8; 6];
        let mut groups = 0;
        let mut nibbles = octets.iter_mut();
        for group in text.as_bytes().split(|byte| *byte == separator) {
            if group.len() != digits_per_group {
                return Err(SYNTAX);
            }
            for pair in group.as_chunks::<2>().0 {
                let [Some(high), Some(low)] = pair.map(hex) else { return Err(SYNTAX) };
                *nibbles.next().ok_or(SYNTAX)? = high << 4 | low;
                groups += 1;
            }
        }
        if groups == 6 { Ok(Self(octets)) } else { Err(SYNTAX) }
    }
}

fn hex(digit: u8) -> Option<u8> {
    let digit = char::from(digit).to_digit(16)?;
    u8::try_from(digit).ok()
}

serde_as_text!(MacAddr, "a MAC address such as 00:11:22:33:44:55");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_three_usual_spellings_are_read() {
        let mac = MacAddr::new([0, 0x11, 0x22, 0xaa, 0xbb, 0xff]);
        for text in ["00:11:22:aa:bb:ff", "00-11-22-AA-BB-FF", "0011.22aa.bbff"] {
            assert_eq!(text.parse(), Ok(mac), "{text}");
        }
        for text in [
            "",
            "00",
            "00:11:22:aa:bb",
            "00:11:22:aa:bb:ff:00",
            "00:11:22:aa:bb:f",
            "0:11:22:aa:bb:ff",
            "00:11-22:aa:bb:ff",
            "001122aabbff",
            "0011.22aa.bbff.00",
            "00:11:22:aa:bb:+f",
            "äö:11:22:33:44:55",
        ] {
            assert!(text.parse::<MacAddr>().is_err(), "{text}");
        }
    }
}
