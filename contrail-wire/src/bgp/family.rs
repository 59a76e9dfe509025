//! Address families ([RFC 4760](https://www.rfc-editor.org/rfc/rfc4760) section 3): which routes are spoken of.

use core::fmt;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

/// An address family identifier (AFI).
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(transparent)]
pub struct Afi([u8; 2]);

impl Afi {
    /// IPv4.
    pub const IPV4: Self = Self::new(1);
    /// IPv6.
    pub const IPV6: Self = Self::new(2);
    /// Layer-2 VPN.
    pub const L2VPN: Self = Self::new(25);

    /// The identifier with this number.
    pub const fn new(number: u16) -> Self {
        Self(number.to_be_bytes())
    }

    /// The number.
    pub const fn get(self) -> u16 {
        u16::from_be_bytes(self.0)
    }
}

impl fmt::Debug for Afi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.get(), f)
    }
}

/// A subsequent address family identifier (SAFI).
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(transparent)]
pub struct Safi(pub u8);

impl Safi {
    /// Unicast (RFC 4760).
    pub const UNICAST: Self = Self(1);
    /// Multicast (RFC 4760).
    pub const MULTICAST: Self = Self(2);
    /// With MPLS labels (RFC 8277).
    pub const LABELED_UNICAST: Self = Self(4);
    /// EVPN (RFC 7432).
    pub const EVPN: Self = Self(70);
    /// With MPLS labels in a VPN (RFC 4364).
    pub const VPN: Self = Self(128);
    /// Route target constraint (RFC 4684).
    pub const ROUTE_TARGET: Self = Self(132);
}

impl fmt::Debug for Safi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// AFI and SAFI together, as they stand in MP_REACH_NLRI.
///
/// ```
/// use contrail_wire::bgp::{Afi, Family, Safi};
/// assert_eq!(Family::EVPN, Family { afi: Afi::L2VPN, safi: Safi::EVPN });
/// assert_eq!(Family::EVPN.to_string(), "l2vpn evpn");
/// assert_eq!(Family { afi: Afi::new(16388), safi: Safi(71) }.to_string(), "afi 16388 safi 71");
/// ```
#[derive(
    Clone,
    Copy,
    Debug,
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
#[repr(C)]
pub struct Family {
    /// Whose addresses.
    pub afi: Afi,
    /// What for.
    pub safi: Safi,
}

impl Family {
    /// IPv4 unicast, which BGP carries even if nothing was agreed.
    pub const IPV4_UNICAST: Self = Self { afi: Afi::IPV4, safi: Safi::UNICAST };
    /// IPv6 unicast (RFC 2545).
    pub const IPV6_UNICAST: Self = Self { afi: Afi::IPV6, safi: Safi::UNICAST };
    /// IPv4 in VPNs (RFC 4364).
    pub const VPN_IPV4: Self = Self { afi: Afi::IPV4, safi: Safi::VPN };
    /// IPv6 in VPNs (RFC 4659).
    pub const VPN_IPV6: Self = Self { afi: Afi::IPV6, safi: Safi::VPN };
    /// Which route targets somebody wants (RFC 4684).
    pub const ROUTE_TARGET: Self = Self { afi: Afi::IPV4, safi: Safi::ROUTE_TARGET };
    /// Ethernet VPN (RFC 7432).
    pub const EVPN: Self = Self { afi: Afi::L2VPN, safi: Safi::EVPN };

    /// Those whose routes this library decodes.
    pub const KNOWN: [Self; 6] = [
        Self::IPV4_UNICAST,
        Self::IPV6_UNICAST,
        Self::VPN_IPV4,
        Self::VPN_IPV6,
        Self::ROUTE_TARGET,
        Self::EVPN,
    ];

    /// What FRR calls a known family.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::IPV4_UNICAST => "ipv4 unicast",
            Self::IPV6_UNICAST => "ipv6 unicast",
            Self::VPN_IPV4 => "ipv4 vpn",
            Self::VPN_IPV6 => "ipv6 vpn",
            Self::ROUTE_TARGET => "ipv4 route-target",
            Self::EVPN => "l2vpn evpn",
            _ => return None,
        })
    }

    const fn bit(self) -> u8 {
        match self {
            Self::IPV4_UNICAST => 0x01,
            Self::IPV6_UNICAST => 0x02,
            Self::VPN_IPV4 => 0x04,
            Self::VPN_IPV6 => 0x08,
            Self::ROUTE_TARGET => 0x10,
            Self::EVPN => 0x20,
            _ => 0,
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "afi {:?} safi {:?}", self.afi, self.safi),
        }
    }
}

/// A set of [known](Family::KNOWN) families; the others have routes that are only bytes here, so that nothing depends
/// on whether they are in it.
///
/// ```
/// use contrail_wire::bgp::{Families, Family};
/// let families = Families::NONE.with(Family::EVPN).with(Family::VPN_IPV4);
/// assert!(families.contains(Family::EVPN) && !families.contains(Family::IPV4_UNICAST));
/// assert_eq!(families.iter().count(), 2);
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Families(u8);

impl Families {
    /// None of them.
    pub const NONE: Self = Self(0);
    /// All known ones.
    pub const ALL: Self = Self(0x3f);

    /// These and `family`; the same if it is not a known one.
    #[must_use]
    pub const fn with(self, family: Family) -> Self {
        Self(self.0 | family.bit())
    }

    /// Those that are in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether `family` is one of them.
    #[inline]
    pub const fn contains(self, family: Family) -> bool {
        self.0 & family.bit() != 0
    }

    /// Them, in the order of [`Family::KNOWN`].
    pub fn iter(self) -> impl Iterator<Item = Family> {
        Family::KNOWN.into_iter().filter(move |family| self.contains(*family))
    }
}

impl FromIterator<Family> for Families {
    fn from_iter<I: IntoIterator<Item = Family>>(families: I) -> Self {
        families.into_iter().fold(Self::NONE, Self::with)
    }
}

impl fmt::Debug for Families {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Family::name)).finish()
    }
}
