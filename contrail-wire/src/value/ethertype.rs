use core::fmt;
use core::str::FromStr;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use super::serde_as_text;
use crate::ValueError;

/// An EtherType, or the length of an IEEE 802.3 frame where it is 1500 or less.
///
/// Text is the name of a known one, else the number in hex; a decimal number is read too.
///
/// ```
/// use contrail_wire::EtherType;
/// assert_eq!(EtherType::MPLS.to_string(), "mpls");
/// assert_eq!(EtherType::new(0x88b5).to_string(), "0x88b5");
/// assert_eq!("0x8847".parse(), Ok(EtherType::MPLS));
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
pub struct EtherType([u8; 2]);

impl EtherType {
    /// IPv4 (RFC 894).
    pub const IPV4: Self = Self::new(0x0800);
    /// ARP (RFC 826).
    pub const ARP: Self = Self::new(0x0806);
    /// Transparent Ethernet bridging, in GRE (RFC 1701, RFC 7637).
    pub const ETHERNET: Self = Self::new(0x6558);
    /// An 802.1Q tag follows.
    pub const VLAN: Self = Self::new(0x8100);
    /// IPv6 (RFC 2464).
    pub const IPV6: Self = Self::new(0x86dd);
    /// MPLS (RFC 5332: label assigned by the downstream router).
    pub const MPLS: Self = Self::new(0x8847);
    /// MPLS (RFC 5332: label assigned by the upstream router).
    pub const MPLS_UPSTREAM: Self = Self::new(0x8848);
    /// An 802.1ad service tag follows.
    pub const SERVICE_VLAN: Self = Self::new(0x88a8);
    /// The tag that came before 802.1ad on many switches.
    pub const LEGACY_SERVICE_VLAN: Self = Self::new(0x9100);

    /// The EtherType with this number.
    pub const fn new(number: u16) -> Self {
        Self(number.to_be_bytes())
    }

    /// The number.
    pub const fn get(self) -> u16 {
        u16::from_be_bytes(self.0)
    }

    /// Whether a VLAN tag follows.
    pub const fn is_vlan(self) -> bool {
        matches!(self, Self::VLAN | Self::SERVICE_VLAN | Self::LEGACY_SERVICE_VLAN)
    }

    /// The length that an IEEE 802.3 frame has in this place, in bytes.
    pub const fn ieee_802_3_length(self) -> Option<u16> {
        if self.get() <= 1500 { Some(self.get()) } else { None }
    }

    const NAMES: [(Self, &'static str); 9] = [
        (Self::IPV4, "ipv4"),
        (Self::ARP, "arp"),
        (Self::ETHERNET, "ethernet"),
        (Self::VLAN, "vlan"),
        (Self::IPV6, "ipv6"),
        (Self::MPLS, "mpls"),
        (Self::MPLS_UPSTREAM, "mpls upstream"),
        (Self::SERVICE_VLAN, "service vlan"),
        (Self::LEGACY_SERVICE_VLAN, "legacy service vlan"),
    ];

    /// The name of a known type.
    pub fn name(self) -> Option<&'static str> {
        Self::NAMES.iter().find(|(known, _)| *known == self).map(|(_, name)| *name)
    }
}

impl fmt::Display for EtherType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{:#06x}", self.get()),
        }
    }
}

impl fmt::Debug for EtherType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for EtherType {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        if let Some((known, _)) = Self::NAMES.iter().find(|(_, name)| *name == text) {
            return Ok(*known);
        }
        let number = match text.strip_prefix("0x") {
            Some(digits) => u16::from_str_radix(digits, 16),
            None => text.parse(),
        };
        let what = "a name or number of an EtherType";
        number.map(Self::new).map_err(|_| ValueError::Syntax { what, expected: "one such as mpls or 0x8847" })
    }
}

serde_as_text!(EtherType, "an EtherType such as mpls or 0x88b5");
