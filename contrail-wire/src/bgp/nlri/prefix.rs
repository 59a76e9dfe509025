//! Prefixes of variable length, as unicast and VPN routes hold them ([RFC 4271](https://www.rfc-editor.org/rfc/rfc4271)
//! section 4.3).
//!
//! ```text
//! +---------------------------+
//! |   Length (1 octet)        |
//! +---------------------------+
//! |   Prefix (variable)       |
//! +---------------------------+
//! ```
//!
//! The length counts bits, and as many octets follow as these need. Bits behind the prefix are irrelevant (section 4.3)
//! and read as zero.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::EncodeError;
use crate::bgp::family::Afi;
use crate::bgp::writer::Writer;

/// The prefix of `bits` bits in `octets`, of which there are as many as the bits need; `None` if an address has fewer.
#[inline]
pub(super) fn decode(afi: Afi, bits: u8, octets: &[u8]) -> Option<IpNet> {
    if afi == Afi::IPV6 {
        let mut address = [0; 16];
        address.get_mut(..octets.len())?.copy_from_slice(octets);
        return Some(IpNet::V6(Ipv6Net::new(address.into(), bits).ok()?.trunc()));
    }
    let mut address = [0; 4];
    address.get_mut(..octets.len())?.copy_from_slice(octets);
    Some(IpNet::V4(Ipv4Net::new(address.into(), bits).ok()?.trunc()))
}

/// As many octets as `bits` bits need.
pub(super) fn octets(bits: u8) -> usize {
    usize::from(bits.div_ceil(8))
}

/// The octets of the prefix, without its length.
#[inline]
pub(super) fn put(writer: &mut Writer<'_>, prefix: IpNet) -> Result<(), EncodeError> {
    let count = octets(prefix.prefix_len());
    match prefix.trunc() {
        IpNet::V4(prefix) => writer.put(prefix.addr().octets().get(..count).unwrap_or_default()),
        IpNet::V6(prefix) => writer.put(prefix.addr().octets().get(..count).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_behind_a_prefix_are_masked() {
        for (bits, octets, prefix) in [
            (0, &[][..], "0.0.0.0/0"),
            (20, &[203, 0, 127], "203.0.112.0/20"),
            (32, &[203, 0, 113, 255], "203.0.113.255/32"),
        ] {
            assert_eq!(decode(Afi::IPV4, bits, octets), Some(prefix.parse().unwrap()));
        }
        assert_eq!(decode(Afi::IPV4, 33, &[0; 5]), None);
        assert_eq!(decode(Afi::IPV6, 129, &[0; 17]), None);
        assert_eq!(
            decode(Afi::IPV6, 64, &[0x20, 1, 0xd, 0xb8, 0, 0, 0, 1]),
            "2001:db8:0:1::/64".parse().ok()
        );
    }
}
