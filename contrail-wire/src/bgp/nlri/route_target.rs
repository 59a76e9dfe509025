use core::fmt;

use crate::bgp::error::{At, Error};
use crate::bgp::nlri::prefix;
use crate::bgp::writer::Writer;
use crate::{EncodeError, RouteTarget};

/// Route target constraint ([RFC 4684](https://www.rfc-editor.org/rfc/rfc4684) section 4): which route targets somebody
/// wants the routes of.
///
/// ```text
/// +-------------------------------+
/// | origin as        (4 octets)   |
/// +-------------------------------+
/// | route target     (8 octets)   |
/// +                               +
/// |                               |
/// +-------------------------------+
/// ```
///
/// It is a prefix of these twelve octets, with a length in bits in front. Refused: lengths of 1 to 31 and above 96.
/// Tolerated: anything in place of the route target; bits behind the prefix, which read as zero.
///
/// ```
/// use contrail_wire::bgp::{Nlri, RouteTargetMembership};
///
/// let target = "target:64512:100".parse().unwrap();
/// let route = Nlri::RouteTarget(RouteTargetMembership::new(64512, target));
/// assert_eq!(route.to_string(), "64512:target:64512:100");
/// let mut buffer = [0xa5; 13];
/// assert!(route.encode(&mut buffer).unwrap().is_empty());
/// assert_eq!(buffer, [96, 0, 0, 0xfc, 0, 0, 2, 0xfc, 0, 0, 0, 0, 100]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RouteTargetMembership {
    /// 0, or 32 to 96.
    bits: u8,
    /// Zero behind the bits that count.
    octets: [u8; 12],
}

impl RouteTargetMembership {
    /// All of them.
    pub const DEFAULT: Self = Self { bits: 0, octets: [0; 12] };

    /// Exactly one, wanted by an autonomous system.
    pub const fn new(origin_as: u32, target: RouteTarget) -> Self {
        let ([a, b, c, d], [e, f, g, h, i, j, k, l]) = (origin_as.to_be_bytes(), target.octets());
        Self { bits: 96, octets: [a, b, c, d, e, f, g, h, i, j, k, l] }
    }

    /// The first `bits` bits of origin AS and route target; `None` for 1 to 31 bits and above 96.
    pub fn from_prefix(bits: u8, mut octets: [u8; 12]) -> Option<Self> {
        if !matches!(bits, 0 | 32..=96) {
            return None;
        }
        for (index, octet) in (0..).zip(&mut octets) {
            *octet &= match bits.saturating_sub(8 * index) {
                0 => 0,
                used @ 1..8 => !(0xff >> used),
                _ => 0xff,
            };
        }
        Some(Self { bits, octets })
    }

    #[inline]
    pub(super) fn read(bits: u8, octets: &[u8], at: At) -> Result<Self, Error> {
        let mut padded = [0; 12];
        let start = padded.get_mut(..octets.len()).map(|start| start.copy_from_slice(octets));
        start
            .and_then(|()| Self::from_prefix(bits, padded))
            .ok_or_else(|| at.field("length", bits.into(), "0, or 32 to 96 (RFC 4684 4)"))
    }

    pub(super) fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.put(&self.bits)?;
        writer.put(self.octets.get(..prefix::octets(self.bits)).unwrap_or_default())
    }

    /// How many bits of origin AS and route target count.
    pub const fn prefix_length(&self) -> u8 {
        self.bits
    }

    /// Whose wish it is; `None` in the default.
    pub const fn origin_as(&self) -> Option<u32> {
        let [a, b, c, d, ..] = self.octets;
        if self.bits == 0 { None } else { Some(u32::from_be_bytes([a, b, c, d])) }
    }

    /// The route target, if all its bits count and it is one.
    pub const fn route_target(&self) -> Option<RouteTarget> {
        let [_, _, _, _, target @ ..] = self.octets;
        if self.bits == 96 { RouteTarget::from_octets(target) } else { None }
    }

    /// Whether routes with this target are wanted.
    pub fn wants(&self, target: RouteTarget) -> bool {
        let ([a, b, c, d, ..], [e, f, g, h, i, j, k, l]) = (self.octets, target.octets());
        Self::from_prefix(self.bits, [a, b, c, d, e, f, g, h, i, j, k, l]) == Some(*self)
    }
}

/// `64512:target:64512:100`, `default`, or a prefix as AS, eight octets in hex and length.
impl fmt::Display for RouteTargetMembership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(origin_as) = self.origin_as() else { return f.write_str("default") };
        if let Some(target) = self.route_target() {
            return write!(f, "{origin_as}:{target}");
        }
        let [_, _, _, _, target @ ..] = self.octets;
        write!(f, "{origin_as}:0x{:016x}/{}", u64::from_be_bytes(target), self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_wants_what_begins_like_it() {
        let [ours, other]: [RouteTarget; 2] = ["64512:100", "64512:200"].map(|text| text.parse().unwrap());
        let exact = RouteTargetMembership::new(64512, ours);
        let all_of_as = RouteTargetMembership::from_prefix(64, exact.octets).unwrap();
        assert!(exact.wants(ours) && !exact.wants(other));
        assert!(all_of_as.wants(ours) && all_of_as.wants(other));
        assert!(!all_of_as.wants("64513:100".parse().unwrap()));
        assert!(RouteTargetMembership::DEFAULT.wants(other));
        assert_eq!(all_of_as.octets, [0, 0, 0xfc, 0, 0, 2, 0xfc, 0, 0, 0, 0, 0]);
        assert_eq!(RouteTargetMembership::from_prefix(31, [0; 12]), None);
        assert_eq!(RouteTargetMembership::from_prefix(97, [0; 12]), None);
    }
}
