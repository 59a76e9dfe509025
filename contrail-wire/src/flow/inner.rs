use crate::net::ethernet::EthernetHeader;
use crate::net::ipv4::Ipv4Header;
use crate::net::ipv6::Ipv6Header;
use crate::net::vlan::VlanTag;
use crate::{EtherType, FixedHeader};

/// What a tunnel carries, as far as the outer headers take something from it.
#[derive(Clone, Copy)]
pub(crate) enum Inner<'a> {
    /// The header and all that follows it, options and padding too.
    Ipv4(&'a Ipv4Header, &'a [u8]),
    /// The header and the whole packet, up to what is there.
    Ipv6(&'a Ipv6Header, &'a [u8]),
    /// The header, whatever it is followed by.
    Ethernet(&'a EthernetHeader),
    Opaque,
}

impl<'a> Inner<'a> {
    #[inline(always)]
    pub(crate) fn ethernet(frame: &'a [u8]) -> Self {
        let Ok((link, rest)) = EthernetHeader::decode(frame) else { return Self::Opaque };
        Self::behind(link.ethertype, rest).unwrap_or(Self::Ethernet(link))
    }

    #[inline(always)]
    fn behind(ethertype: EtherType, rest: &'a [u8]) -> Option<Self> {
        match ethertype {
            EtherType::IPV4 => Self::ipv4(rest),
            EtherType::IPV6 => Self::ipv6(rest),
            _ => Self::behind_tags(ethertype, rest),
        }
    }

    #[cold]
    fn behind_tags(mut ethertype: EtherType, mut rest: &'a [u8]) -> Option<Self> {
        while ethertype.is_vlan() {
            let (tag, behind) = VlanTag::decode(rest).ok()?;
            (ethertype, rest) = (tag.ethertype, behind);
        }
        match ethertype {
            EtherType::IPV4 => Self::ipv4(rest),
            EtherType::IPV6 => Self::ipv6(rest),
            _ => None,
        }
    }

    #[inline]
    pub(crate) fn ip(packet: &'a [u8]) -> Self {
        Self::ipv4(packet).or_else(|| Self::ipv6(packet)).unwrap_or(Self::Opaque)
    }

    #[inline]
    fn ipv4(packet: &'a [u8]) -> Option<Self> {
        Ipv4Header::decode(packet).ok().map(|(header, behind)| Self::Ipv4(header, behind))
    }

    #[inline]
    fn ipv6(packet: &'a [u8]) -> Option<Self> {
        let (header, _) = Ipv6Header::decode(packet).ok()?;
        let length = Ipv6Header::LEN + usize::from(header.payload_length.get());
        Some(Self::Ipv6(header, packet.get(..length).unwrap_or(packet)))
    }

    /// The traffic class octet: DSCP and ECN; 0 if there is none.
    #[inline]
    pub(crate) fn class(&self) -> u8 {
        match self {
            Self::Ipv4(header, _) => header.dscp_ecn,
            Self::Ipv6(header, _) => header.traffic_class(),
            _ => 0,
        }
    }

    /// Where there are none to go on with.
    pub(crate) const DEFAULT_HOPS: u8 = 64;

    /// TTL or hop limit.
    #[inline]
    pub(crate) fn hops(&self) -> u8 {
        let hops = match self {
            Self::Ipv4(header, _) => header.time_to_live,
            Self::Ipv6(header, _) => header.hop_limit,
            _ => 0,
        };
        if hops == 0 { Self::DEFAULT_HOPS } else { hops }
    }

    /// Whether no router may fragment the inner.
    #[inline]
    pub(crate) fn dont_fragment(&self) -> bool {
        match self {
            Self::Ipv4(header, _) => header.dont_fragment(),
            Self::Ipv6(..) => true,
            _ => false,
        }
    }

    /// The identification of IPv4.
    #[inline]
    pub(crate) fn identification(&self) -> Option<u16> {
        match self {
            Self::Ipv4(header, _) => Some(header.identification.get()),
            _ => None,
        }
    }
}

/// What is behind the Ethernet header, if it is IPv4 right away.
#[inline(always)]
pub(crate) fn plain(frame: &[u8]) -> Option<&[u8]> {
    let (link, packet) = EthernetHeader::decode(frame).ok()?;
    (link.ethertype == EtherType::IPV4).then_some(packet)
}
