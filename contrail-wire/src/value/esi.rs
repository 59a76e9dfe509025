use core::fmt;
use core::net::Ipv4Addr;
use core::str::FromStr;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use super::{octets_from_pairs, serde_as_text};
use crate::{MacAddr, ValueError};

/// An Ethernet segment identifier (RFC 7432 section 5): which links of which devices are one to a customer.
///
/// Text is ten pairs of hex digits with colons, as FRR and Junos print it. What Contrail prints for type 4,
/// `10.0.0.1:100`, and type 5, `64512:100`, is read too.
///
/// ```
/// use contrail_wire::{EthernetSegmentId, EthernetSegment, MacAddr};
/// let esi: EthernetSegmentId = "03:44:38:39:ff:ff:01:00:00:01".parse().unwrap();
/// let mac = MacAddr::new([0x44, 0x38, 0x39, 0xff, 0xff, 0x01]);
/// assert_eq!(esi.kind(), EthernetSegment::Mac { mac, discriminator: 1 });
/// assert_eq!("10.0.0.1:100".parse(), Ok(EthernetSegmentId::router_id([10, 0, 0, 1].into(), 100)));
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
pub struct EthernetSegmentId([u8; 10]);

/// How an Ethernet segment identifier was made: its type and what that says of the other nine octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EthernetSegment {
    /// All zero: a link with one device only.
    SingleHomed,
    /// All ones (MAX-ESI), which is reserved.
    Max,
    /// Type 0: configured by an operator.
    Arbitrary([u8; 9]),
    /// Type 1: the customer's LACP system and port key.
    Lacp {
        /// LACP system MAC address.
        mac: MacAddr,
        /// LACP port key.
        port_key: u16,
    },
    /// Type 2: the root bridge of the customer's spanning tree.
    Bridge {
        /// MAC address of the root bridge.
        mac: MacAddr,
        /// Its priority.
        priority: u16,
    },
    /// Type 3: a system's MAC address and a number of its own.
    Mac {
        /// The system.
        mac: MacAddr,
        /// 24 bits.
        discriminator: u32,
    },
    /// Type 4: a router's identifier and a number of its own.
    RouterId {
        /// The router.
        router_id: Ipv4Addr,
        /// Its number for the segment.
        discriminator: u32,
    },
    /// Type 5: an autonomous system and a number of its own.
    AutonomousSystem {
        /// The autonomous system.
        asn: u32,
        /// Its number for the segment.
        discriminator: u32,
    },
    /// A type that is not assigned.
    Unknown(u8),
}

impl EthernetSegmentId {
    /// All zero: a link with one device only.
    pub const ZERO: Self = Self([0; 10]);
    /// All ones, which is reserved.
    pub const MAX: Self = Self([0xff; 10]);

    /// The identifier with these octets, of which the first is the type.
    pub const fn new(octets: [u8; 10]) -> Self {
        Self(octets)
    }

    /// Type 4: a router's identifier and a number of its own.
    pub const fn router_id(router_id: Ipv4Addr, discriminator: u32) -> Self {
        let ([a, b, c, d], [e, f, g, h]) = (router_id.octets(), discriminator.to_be_bytes());
        Self([4, a, b, c, d, e, f, g, h, 0])
    }

    /// Type 5: an autonomous system and a number of its own.
    pub const fn autonomous_system(asn: u32, discriminator: u32) -> Self {
        let ([a, b, c, d], [e, f, g, h]) = (asn.to_be_bytes(), discriminator.to_be_bytes());
        Self([5, a, b, c, d, e, f, g, h, 0])
    }

    /// The ten octets.
    pub const fn octets(self) -> [u8; 10] {
        self.0
    }

    /// Whether it is all zero.
    pub const fn is_zero(self) -> bool {
        matches!(self, Self::ZERO)
    }

    /// How it was made.
    pub const fn kind(self) -> EthernetSegment {
        let [kind, a, b, c, d, e, f, g, h, i] = self.0;
        let mac = MacAddr::new([a, b, c, d, e, f]);
        match kind {
            _ if matches!(self, Self::ZERO) => EthernetSegment::SingleHomed,
            _ if matches!(self, Self::MAX) => EthernetSegment::Max,
            0 => EthernetSegment::Arbitrary([a, b, c, d, e, f, g, h, i]),
            1 => EthernetSegment::Lacp { mac, port_key: u16::from_be_bytes([g, h]) },
            2 => EthernetSegment::Bridge { mac, priority: u16::from_be_bytes([g, h]) },
            3 => EthernetSegment::Mac { mac, discriminator: u32::from_be_bytes([0, g, h, i]) },
            4 => EthernetSegment::RouterId {
                router_id: Ipv4Addr::new(a, b, c, d),
                discriminator: u32::from_be_bytes([e, f, g, h]),
            },
            5 => EthernetSegment::AutonomousSystem {
                asn: u32::from_be_bytes([a, b, c, d]),
                discriminator: u32::from_be_bytes([e, f, g, h]),
            },
            _ => EthernetSegment::Unknown(kind),
        }
    }
}

impl fmt::Display for EthernetSegmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, rest @ ..] = self.0;
        write!(f, "{first:02x}")?;
        rest.iter().try_for_each(|octet| write!(f, ":{octet:02x}"))
    }
}

impl fmt::Debug for EthernetSegmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for EthernetSegmentId {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        const SYNTAX: ValueError = ValueError::Syntax {
            what: "an Ethernet segment identifier",
            expected: "ten hex pairs with colons, 10.0.0.1:100 or 64512:100",
        };
        if let Some(octets) = octets_from_pairs(text) {
            return Ok(Self(octets));
        }
        let (assigner, discriminator) = text.split_once(':').ok_or(SYNTAX)?;
        let discriminator = discriminator.parse().map_err(|_| SYNTAX)?;
        if let Ok(router_id) = assigner.parse() {
            return Ok(Self::router_id(router_id, discriminator));
        }
        let asn = assigner.parse().map_err(|_| SYNTAX)?;
        Ok(Self::autonomous_system(asn, discriminator))
    }
}

serde_as_text!(EthernetSegmentId, "an Ethernet segment identifier such as 03:44:38:39:ff:ff:01:00:00:01");

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn the_type_says_what_the_rest_is() {
        for (text, kind) in [
            ("00:00:00:00:00:00:00:00:00:00", EthernetSegment::SingleHomed),
            ("ff:ff:ff:ff:ff:ff:ff:ff:ff:ff", EthernetSegment::Max),
            ("00:01:02:03:04:05:06:07:08:09", EthernetSegment::Arbitrary([1, 2, 3, 4, 5, 6, 7, 8, 9])),
            (
                "01:f2:0c:dd:80:9f:f7:02:02:00",
                EthernetSegment::Lacp { mac: "f2:0c:dd:80:9f:f7".parse().unwrap(), port_key: 0x202 },
            ),
            (
                "04:2a:2a:2a:2a:02:02:02:02:00",
                EthernetSegment::RouterId { router_id: [42; 4].into(), discriminator: 0x0202_0202 },
            ),
            (
                "05:01:01:01:01:02:02:02:02:00",
                EthernetSegment::AutonomousSystem { asn: 0x0101_0101, discriminator: 0x0202_0202 },
            ),
            ("0a:09:08:07:06:05:04:03:02:01", EthernetSegment::Unknown(10)),
        ] {
            let esi: EthernetSegmentId = text.parse().unwrap();
            assert_eq!((esi.kind(), esi.to_string().as_str()), (kind, text));
        }
    }

    #[test]
    fn other_texts_are_not_read() {
        for text in [
            "",
            "00",
            "00:11:22:33:44:55:66:77:88",
            "00:11:22:33:44:55:66:77:88:99:aa",
            "1:2:3",
            "a:b",
            "1:",
            "+1:1x",
        ] {
            assert!(text.parse::<EthernetSegmentId>().is_err(), "{text}");
        }
    }
}
