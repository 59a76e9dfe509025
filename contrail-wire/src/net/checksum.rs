//! The internet checksum ([RFC 1071](https://www.rfc-editor.org/rfc/rfc1071)) and its update in place
//! ([RFC 1624](https://www.rfc-editor.org/rfc/rfc1624)).
//!
//! ```
//! use contrail_wire::net::checksum::{Sum, update};
//!
//! let mut header = [0x45, 0, 0, 20, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
//! let checksum = Sum::default().bytes(&header).finish();
//! header[10..12].copy_from_slice(&checksum.to_be_bytes());
//! assert_eq!(Sum::default().bytes(&header).finish(), 0);
//! // One hop later only the TTL has changed, and the checksum follows without the header being read again.
//! let after = update(checksum, 0x4011, 0x3f11);
//! header[8] = 63;
//! header[10..12].copy_from_slice(&after.to_be_bytes());
//! assert_eq!(Sum::default().bytes(&header).finish(), 0);
//! ```

use core::net::{Ipv4Addr, Ipv6Addr};

use crate::IpProtocol;

/// A one's complement sum that is still growing.
#[derive(Clone, Copy, Debug, Default)]
#[must_use]
pub struct Sum(u64);

impl Sum {
    /// Goes on from a checksum over bytes that have changed since, each told to [`change`](Self::change).
    pub const fn of_checksum(checksum: u16) -> Self {
        Self(widen(!checksum))
    }

    /// A 16-bit word that was `before` when the checksum was made is now `after` (RFC 1624 equation 3).
    pub const fn change(self, before: u16, after: u16) -> Self {
        Self(self.0 + widen(!before) + widen(after))
    }

    /// Adds bytes; an odd last byte counts as if a zero stood behind it, so only the last call may have one.
    pub fn bytes(self, bytes: &[u8]) -> Self {
        // The order of the bytes in a word does not matter until the end (RFC 1071 section 2 B). So words are added as
        // they stand, and in lanes that do not wait for each other: compilers make wide instructions of that.
        let (blocks, rest) = bytes.as_chunks::<32>();
        let mut lanes = [0; 4];
        for block in blocks {
            for (lane, word) in lanes.iter_mut().zip(block.as_chunks::<8>().0) {
                let word = u64::from_ne_bytes(*word);
                *lane += (word & 0xffff_ffff) + (word >> 32);
            }
        }
        let (words, tail) = rest.as_chunks::<4>();
        let sum = words
            .iter()
            .fold(lanes.iter().sum(), |sum: u64, word| sum + u64::from(u32::from_ne_bytes(*word)));
        let mut last = [0; 4];
        for (byte, left) in last.iter_mut().zip(tail) {
            *byte = *left;
        }
        let sum = fold_16(sum + u64::from(u32::from_ne_bytes(last)));
        Self(self.0 + u64::from(u16::from_be(sum)))
    }

    /// Adds the pseudo-header of RFC 768 and RFC 9293; `length` is that of the transport header and payload.
    pub fn pseudo_ipv4(
        self,
        source: Ipv4Addr,
        destination: Ipv4Addr,
        protocol: IpProtocol,
        length: u16,
    ) -> Self {
        let sum = u64::from(source.to_bits())
            + u64::from(destination.to_bits())
            + u64::from(protocol.0)
            + u64::from(length);
        Self(self.0 + sum)
    }

    /// Adds the pseudo-header of RFC 8200 section 8.1.
    pub fn pseudo_ipv6(
        self,
        source: Ipv6Addr,
        destination: Ipv6Addr,
        protocol: IpProtocol,
        length: u32,
    ) -> Self {
        let sum = self.bytes(&source.octets()).bytes(&destination.octets());
        Self(sum.0 + u64::from(protocol.0) + u64::from(length))
    }

    /// The checksum: the complement of the sum, folded to 16 bits.
    pub const fn finish(self) -> u16 {
        !fold_16(self.0)
    }

    /// The checksum as UDP sends it, where 0 would mean that there is none (RFC 768).
    pub const fn finish_udp(self) -> u16 {
        match self.finish() {
            0 => 0xffff,
            checksum => checksum,
        }
    }
}

/// The checksum after a 16-bit word that it covers changed from `before` to `after` (RFC 1624 equation 3).
pub const fn update(checksum: u16, before: u16, after: u16) -> u16 {
    Sum::of_checksum(checksum).change(before, after).finish()
}

/// As [`update`], where a word of 0 became `word`.
pub(crate) const fn add(checksum: u16, word: u16) -> u16 {
    // The carry goes around once and makes no other: the sum was less than 2^16 + word.
    let (sum, carry) = (!checksum).overflowing_add(word);
    if carry { !(sum + 1) } else { !sum }
}

const fn widen(word: u16) -> u64 {
    let [high, low] = word.to_be_bytes();
    u64::from_be_bytes([0, 0, 0, 0, 0, 0, high, low])
}

/// Adds the two halves with the carry that goes around, then those of the result.
const fn fold_16(sum: u64) -> u16 {
    let [a, b, c, d, ..] = sum.wrapping_add(sum.rotate_left(32)).to_be_bytes();
    let sum = u32::from_be_bytes([a, b, c, d]);
    let [high, low, ..] = sum.wrapping_add(sum.rotate_left(16)).to_be_bytes();
    u16::from_be_bytes([high, low])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_1071() {
        let bytes = [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7];
        assert_eq!(Sum::default().bytes(&bytes).finish(), !0xddf2);
    }

    #[test]
    fn a_word_that_was_0_is_added_with_and_without_a_carry() {
        // A header whose words are all 0 there is not.
        for checksum in (0..u16::MAX).step_by(257) {
            for word in [0, 1, 20, 0x7fff, 0x8000, 0xfffe] {
                assert_eq!(add(checksum, word), update(checksum, 0, word), "{checksum:04x} {word:04x}");
            }
        }
    }

    #[test]
    fn the_example_of_rfc_1624() {
        // Equation 2 of RFC 1141 gives 0xffff here; RFC 1624 shows why 0x0000 is right.
        assert_eq!(update(0xdd2f, 0x5555, 0x3285), 0x0000);
    }

    #[test]
    fn all_lengths() {
        let bytes: [u8; 100] = core::array::from_fn(|index| u8::try_from(index * 7 % 256).unwrap());
        for length in 0..=bytes.len() {
            let mut by_words = 0u32;
            for pair in bytes[..length].chunks(2) {
                by_words += u32::from(u16::from_be_bytes([pair[0], pair.get(1).copied().unwrap_or(0)]));
            }
            let expected = !u16::try_from(by_words % 0xffff).unwrap();
            assert_eq!(Sum::default().bytes(&bytes[..length]).finish(), expected, "{length} bytes");
        }
    }
}
