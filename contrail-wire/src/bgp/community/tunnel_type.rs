use core::fmt;
use core::str::FromStr;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::ValueError;
use crate::value::serde_as_text;

/// What a route's traffic is encapsulated in (IANA "BGP Tunnel Encapsulation Attribute Tunnel Types").
///
/// ```
/// use contrail_wire::bgp::TunnelType;
/// assert_eq!(TunnelType::VXLAN.to_string(), "vxlan");
/// assert!(TunnelType::VXLAN.has_vni() && !TunnelType::MPLS_IN_UDP.has_vni());
/// ```
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(transparent)]
pub struct TunnelType([u8; 2]);

impl TunnelType {
    /// L2TP version 3 (RFC 9012).
    pub const L2TPV3: Self = Self::new(1);
    /// GRE (RFC 9012).
    pub const GRE: Self = Self::new(2);
    /// IP in IP (RFC 9012).
    pub const IP_IN_IP: Self = Self::new(7);
    /// VXLAN (RFC 8365).
    pub const VXLAN: Self = Self::new(8);
    /// NVGRE (RFC 8365).
    pub const NVGRE: Self = Self::new(9);
    /// MPLS (RFC 8365).
    pub const MPLS: Self = Self::new(10);
    /// MPLS in GRE (RFC 8365).
    pub const MPLS_IN_GRE: Self = Self::new(11);
    /// VXLAN-GPE (RFC 8365).
    pub const VXLAN_GPE: Self = Self::new(12);
    /// MPLS in UDP (RFC 7510).
    pub const MPLS_IN_UDP: Self = Self::new(13);
    /// SR policy (RFC 9830).
    pub const SR_POLICY: Self = Self::new(15);
    /// None (RFC 9012 "bare"); Contrail says native.
    pub const BARE: Self = Self::new(16);
    /// Geneve (RFC 8365).
    pub const GENEVE: Self = Self::new(19);

    /// The type with this number.
    pub const fn new(number: u16) -> Self {
        Self(number.to_be_bytes())
    }

    /// The number.
    pub const fn get(self) -> u16 {
        u16::from_be_bytes(self.0)
    }

    /// Whether the label fields of its routes are virtual network identifiers of 24 bits, rather than MPLS labels (RFC
    /// 8365 section 5.1.3).
    pub const fn has_vni(self) -> bool {
        matches!(self, Self::VXLAN | Self::NVGRE | Self::VXLAN_GPE | Self::GENEVE)
    }

    const KNOWN: [Self; 12] = [
        Self::L2TPV3,
        Self::GRE,
        Self::IP_IN_IP,
        Self::VXLAN,
        Self::NVGRE,
        Self::MPLS,
        Self::MPLS_IN_GRE,
        Self::VXLAN_GPE,
        Self::MPLS_IN_UDP,
        Self::SR_POLICY,
        Self::BARE,
        Self::GENEVE,
    ];

    /// The name of a known type.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::L2TPV3 => "l2tpv3",
            Self::GRE => "gre",
            Self::IP_IN_IP => "ip-in-ip",
            Self::VXLAN => "vxlan",
            Self::NVGRE => "nvgre",
            Self::MPLS => "mpls",
            Self::MPLS_IN_GRE => "mpls-in-gre",
            Self::VXLAN_GPE => "vxlan-gpe",
            Self::MPLS_IN_UDP => "mpls-in-udp",
            Self::SR_POLICY => "sr-policy",
            Self::BARE => "bare",
            Self::GENEVE => "geneve",
            _ => return None,
        })
    }
}

impl fmt::Display for TunnelType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => fmt::Display::fmt(&self.get(), f),
        }
    }
}

impl fmt::Debug for TunnelType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for TunnelType {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let syntax =
            ValueError::Syntax { what: "a tunnel type", expected: "vxlan, mpls-in-udp, or a number" };
        match Self::KNOWN.into_iter().find(|known| known.name() == Some(text)) {
            Some(known) => Ok(known),
            None => text.parse().map(Self::new).map_err(|_| syntax),
        }
    }
}

serde_as_text!(TunnelType, "a tunnel type such as vxlan");
