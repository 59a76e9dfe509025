use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use crate::bgp::attribute::AttributeType;
use crate::bgp::error::{At, Disposition, Element, Error, length};
use crate::bgp::family::{Afi, Family, Safi};
use crate::bgp::writer::{Writer, not_so};
use crate::{EncodeError, Ipv4Octets, Ipv6Octets, RouteDistinguisher};

/// Next hops, in one place for all families ([RFC 4760](https://www.rfc-editor.org/rfc/rfc4760) section 3, [RFC
/// 2545](https://www.rfc-editor.org/rfc/rfc2545), [RFC 4364](https://www.rfc-editor.org/rfc/rfc4364), [RFC
/// 4659](https://www.rfc-editor.org/rfc/rfc4659), [RFC 8950](https://www.rfc-editor.org/rfc/rfc8950)).
///
/// | octets | what they are |
/// |---|---|
/// | 4 | an IPv4 address |
/// | 16 | an IPv6 address |
/// | 32 | an IPv6 address and a link-local one |
/// | 12 | a route distinguisher of zero and an IPv4 address |
/// | 24 | a route distinguisher of zero and an IPv6 address |
/// | 48 | the same, and once more with a link-local address |
///
/// VPN families have those with a route distinguisher, and the others those without. What RFC 5549 had in VPN families,
/// an IPv6 address without one, is read too. Refused: any other length, and 4 octets for IPv6 unicast. Of a family that
/// is not known, any length is read as [`NextHop::Unknown`].
///
/// ```
/// use contrail_wire::bgp::{Family, NextHop};
/// let next_hop = NextHop::decode(Family::EVPN, &[10, 0, 0, 1])?;
/// assert_eq!(next_hop, NextHop::from(core::net::Ipv4Addr::new(10, 0, 0, 1)));
/// let error = NextHop::decode(Family::EVPN, &[10, 0, 0, 1, 0]).unwrap_err();
/// assert_eq!(error.disposition.to_string(), "session reset 3/9");
/// # Ok::<(), contrail_wire::bgp::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NextHop<'a> {
    /// An IPv4 address.
    Ipv4(Ipv4Addr),
    /// An IPv6 address.
    Ipv6 {
        /// The address.
        global: Ipv6Addr,
        /// Its address on the link that both ends of the session share.
        link_local: Option<Ipv6Addr>,
    },
    /// An IPv4 address in a VPN family.
    VpnIpv4 {
        /// Sent as zero.
        rd: RouteDistinguisher,
        /// The address.
        address: Ipv4Addr,
    },
    /// An IPv6 address in a VPN family.
    VpnIpv6 {
        /// Sent as zero.
        rd: RouteDistinguisher,
        /// The address.
        global: Ipv6Addr,
        /// Its address on the link that both ends of the session share, with a route distinguisher of its own.
        link_local: Option<(RouteDistinguisher, Ipv6Addr)>,
    },
    /// Of a family that is not known.
    Unknown(&'a [u8]),
}

#[derive(FromBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct WithRd<Address> {
    rd: RouteDistinguisher,
    address: Address,
}

impl<'a> NextHop<'a> {
    /// The next hop of routes of a family.
    pub fn decode(family: Family, octets: &'a [u8]) -> Result<Self, Error> {
        let element = Element::Attribute(AttributeType::MP_REACH_NLRI);
        Self::read(
            family,
            octets,
            At { element, offset: 0, disposition: Disposition::OPTIONAL_ATTRIBUTE_ERROR },
        )
    }

    #[inline(always)]
    pub(crate) fn read(family: Family, octets: &'a [u8], at: At) -> Result<Self, Error> {
        let next_hop =
            if family.name().is_some() { Self::of_length(octets) } else { Some(Self::Unknown(octets)) };
        match next_hop {
            Some(next_hop) if next_hop.is_of(family) => Ok(next_hop),
            _ => Err(Self::what_is_wrong(family, octets.len(), at)),
        }
    }

    #[cold]
    #[inline(never)]
    fn what_is_wrong(family: Family, found: usize, at: At) -> Error {
        let expected = match family.afi {
            _ if family.safi == Safi::VPN => {
                "12, 16, 24, 32 or 48 (RFC 4364 4.3.2, RFC 4659 3.2.1, RFC 5549, RFC 8950)"
            }
            Afi::IPV6 => "16 or 32 (RFC 2545 3)",
            _ => "4, 16 or 32 (RFC 4760 3, RFC 8950)",
        };
        at.field("next_hop_length", length(found), expected)
    }

    #[inline(always)]
    fn of_length(octets: &'a [u8]) -> Option<Self> {
        Some(match octets.len() {
            4 => Self::Ipv4(Ipv4Octets::ref_from_bytes(octets).ok()?.get()),
            16 => Self::Ipv6 { global: Ipv6Octets::ref_from_bytes(octets).ok()?.get(), link_local: None },
            _ => return Self::of_other_length(octets),
        })
    }

    #[inline(never)]
    fn of_other_length(octets: &'a [u8]) -> Option<Self> {
        if let Ok([global, link_local]) = <[Ipv6Octets; 2]>::ref_from_bytes(octets) {
            return Some(Self::Ipv6 { global: global.get(), link_local: Some(link_local.get()) });
        }
        if let Ok(WithRd { rd, address }) = WithRd::<Ipv4Octets>::ref_from_bytes(octets) {
            return Some(Self::VpnIpv4 { rd: *rd, address: address.get() });
        }
        if let Ok(WithRd { rd, address }) = WithRd::<Ipv6Octets>::ref_from_bytes(octets) {
            return Some(Self::VpnIpv6 { rd: *rd, global: address.get(), link_local: None });
        }
        let [global, link_local] = <[WithRd<Ipv6Octets>; 2]>::ref_from_bytes(octets).ok()?;
        let (rd, second) = (global.rd, (link_local.rd, link_local.address.get()));
        Some(Self::VpnIpv6 { rd, global: global.address.get(), link_local: Some(second) })
    }

    /// The address, and not the link-local one; `None` of a family that is not known.
    pub const fn address(&self) -> Option<IpAddr> {
        match *self {
            Self::Ipv4(address) | Self::VpnIpv4 { address, .. } => Some(IpAddr::V4(address)),
            Self::Ipv6 { global, .. } | Self::VpnIpv6 { global, .. } => Some(IpAddr::V6(global)),
            Self::Unknown(_) => None,
        }
    }

    /// The next hop as a family has it: with or without a route distinguisher of zero, and of IPv6 in VPNs as an IPv6
    /// address in any case (RFC 4659 section 3.2.1.2).
    ///
    /// ```
    /// use contrail_wire::bgp::{Family, NextHop};
    /// let next_hop = NextHop::from([10, 0, 0, 1]);
    /// assert_eq!(next_hop.of_family(Family::VPN_IPV4).to_string(), "10.0.0.1");
    /// assert_eq!(next_hop.of_family(Family::VPN_IPV6).to_string(), "::ffff:10.0.0.1");
    /// ```
    #[must_use]
    pub fn of_family(self, family: Family) -> Self {
        let rd = RouteDistinguisher::default();
        match self {
            Self::Ipv4(address) if family == Family::VPN_IPV6 => {
                Self::VpnIpv6 { rd, global: address.to_ipv6_mapped(), link_local: None }
            }
            Self::Ipv4(address) if family.safi == Safi::VPN => Self::VpnIpv4 { rd, address },
            Self::Ipv6 { global, link_local } if family.safi == Safi::VPN => {
                Self::VpnIpv6 { rd, global, link_local: link_local.map(|address| (rd, address)) }
            }
            Self::VpnIpv4 { address, .. } if family.safi != Safi::VPN => Self::Ipv4(address),
            Self::VpnIpv6 { global, link_local, .. } if family.safi != Safi::VPN => {
                Self::Ipv6 { global, link_local: link_local.map(|(_, address)| address) }
            }
            _ => self,
        }
    }

    /// Whether routes of a family may have it.
    #[inline(always)]
    pub(crate) fn is_of(self, family: Family) -> bool {
        let is_vpn = family.safi == Safi::VPN;
        match self {
            Self::Ipv4(_) => matches!(family, Family::EVPN | Family::IPV4_UNICAST | Family::ROUTE_TARGET),
            Self::Ipv6 { .. } => family.name().is_some(),
            Self::VpnIpv4 { .. } | Self::VpnIpv6 { .. } => is_vpn,
            Self::Unknown(_) => family.name().is_none(),
        }
    }

    /// Length and octets.
    pub(crate) fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        match self {
            Self::Ipv4(address) => {
                writer.put(&4_u8)?;
                writer.put(&address.octets())
            }
            Self::Ipv6 { global, link_local } => {
                writer.put(&if link_local.is_some() { 32_u8 } else { 16 })?;
                writer.put(&global.octets())?;
                link_local.map_or(Ok(()), |address| writer.put(&address.octets()))
            }
            Self::VpnIpv4 { rd, address } => {
                writer.put(&12_u8)?;
                writer.put(rd)?;
                writer.put(&address.octets())
            }
            Self::VpnIpv6 { rd, global, link_local } => {
                writer.put(&if link_local.is_some() { 48_u8 } else { 24 })?;
                writer.put(rd)?;
                writer.put(&global.octets())?;
                let Some((rd, address)) = link_local else { return Ok(()) };
                writer.put(rd)?;
                writer.put(&address.octets())
            }
            Self::Unknown(octets) => {
                let Ok(length) = u8::try_from(octets.len()) else {
                    return Err(not_so(writer.element, "next_hop", "255 octets at most (RFC 4760 3)"));
                };
                writer.put(&length)?;
                writer.put(*octets)
            }
        }
    }
}

impl<A: Into<IpAddr>> From<A> for NextHop<'_> {
    fn from(address: A) -> Self {
        match address.into() {
            IpAddr::V4(address) => Self::Ipv4(address),
            IpAddr::V6(global) => Self::Ipv6 { global, link_local: None },
        }
    }
}

/// The address, or the octets in hex.
impl fmt::Display for NextHop<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.address(), self) {
            (Some(address), _) => fmt::Display::fmt(&address, f),
            (None, Self::Unknown(octets)) => {
                f.write_str("0x")?;
                octets.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
            }
            (None, _) => Ok(()),
        }
    }
}
