use core::net::Ipv4Addr;

use zerocopy::network_endian::{U16, U32};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::bgp::attribute::{
    AS_TRANS, Aigp, AsPath, AttributeType, DPath, MpReach, MpUnreach, PathAttribute, PmsiTunnel, Start,
    TunnelEncapsulation,
};
use crate::bgp::community::{Community, ExtendedCommunity, Ipv6ExtendedCommunity, LargeCommunity};
use crate::bgp::error::{At, Disposition, Element, Error, length};
use crate::bgp::session::Session;
use crate::bgp::writer::Writer;
use crate::{EncodeError, Ipv4Octets};

/// Where a route comes from (RFC 4271 section 5.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
pub enum Origin {
    /// 0: from within the autonomous system.
    Igp,
    /// 1: from the protocol that was there before BGP.
    Egp,
    /// 2: somehow else.
    Incomplete,
}

/// Who made an aggregate of routes (RFC 4271 section 5.1.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Aggregator {
    /// Its autonomous system.
    pub asn: u32,
    /// Its address.
    pub address: Ipv4Addr,
}

#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct AggregatorWire<Number> {
    asn: Number,
    address: Ipv4Octets,
}

/// A path attribute, typed: what is decoded, and what is encoded.
///
/// ```
/// use contrail_wire::bgp::{Attribute, ExtendedCommunity, Session, TunnelType};
/// let communities = ["target:64512:100".parse().unwrap(), ExtendedCommunity::from(TunnelType::VXLAN)];
/// let mut buffer = [0xa5; 19];
/// let attribute = Attribute::ExtendedCommunities(&communities);
/// assert!(attribute.encode(&Session::default(), &mut buffer).unwrap().is_empty());
/// assert_eq!(buffer[..5], [0xc0, 16, 16, 0x00, 0x02]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Attribute<'a> {
    /// Where the routes come from.
    Origin(Origin),
    /// Which autonomous systems they came through.
    AsPath(AsPath<'a>),
    /// Where traffic for the IPv4 unicast routes of the message itself goes.
    NextHop(Ipv4Addr),
    /// Which of several links to the neighbour is better (lower).
    MultiExitDisc(u32),
    /// How much they are preferred within the autonomous system (higher).
    LocalPref(u32),
    /// Part of a path was left out.
    AtomicAggregate,
    /// Who made an aggregate.
    Aggregator(Aggregator),
    /// Communities.
    Communities(&'a [Community]),
    /// Who brought the routes into the autonomous system, to a route reflector.
    OriginatorId(Ipv4Addr),
    /// Which route reflectors they came through.
    ClusterList(&'a [Ipv4Octets]),
    /// Announced routes.
    MpReach(MpReach<'a>),
    /// Withdrawn routes.
    MpUnreach(MpUnreach<'a>),
    /// Extended communities.
    ExtendedCommunities(&'a [ExtendedCommunity]),
    /// The path in full, from behind a neighbour that knows only two octets.
    As4Path(AsPath<'a>),
    /// The aggregator in full, from behind a neighbour that knows only two octets.
    As4Aggregator(Aggregator),
    /// How broadcasts reach everybody.
    PmsiTunnel(PmsiTunnel<'a>),
    /// Which tunnels lead to the next hop.
    TunnelEncapsulation(TunnelEncapsulation<'a>),
    /// Extended communities of IPv6 addresses.
    Ipv6ExtendedCommunities(&'a [Ipv6ExtendedCommunity]),
    /// Accumulated IGP metric.
    Aigp(Aigp<'a>),
    /// Large communities.
    LargeCommunities(&'a [LargeCommunity]),
    /// Which domains they came through between EVPN and IP VPN.
    DPath(DPath<'a>),
    /// An attribute of an unknown type, or one that goes on as it was received.
    Raw(PathAttribute<'a>),
}

impl<'a> Attribute<'a> {
    #[inline(always)]
    pub(super) fn read(raw: PathAttribute<'a>, session: &Session) -> Result<Self, Error> {
        let withdraw = raw.at(Disposition::TreatAsWithdraw);
        let discard = raw.at(Disposition::AttributeDiscard);
        let reset = raw.at(Disposition::OPTIONAL_ATTRIBUTE_ERROR);
        let (value, four_octets) = (raw.value, session.four_octet_as);
        Ok(match raw.kind {
            AttributeType::MP_REACH_NLRI => Self::MpReach(MpReach::read(raw.cursor(), reset, session)?),
            AttributeType::MP_UNREACH_NLRI => Self::MpUnreach(MpUnreach::read(raw.cursor(), reset, session)?),
            AttributeType::ORIGIN => match exactly::<[u8; 1]>(value, withdraw, "1 (RFC 7606 7.1)")? {
                [0] => Self::Origin(Origin::Igp),
                [1] => Self::Origin(Origin::Egp),
                [2] => Self::Origin(Origin::Incomplete),
                [found] => return Err(withdraw.field("value", (*found).into(), "0 to 2 (RFC 7606 7.1)")),
            },
            AttributeType::AS_PATH => Self::AsPath(AsPath::read(value, four_octets, withdraw)?),
            AttributeType::NEXT_HOP => {
                Self::NextHop(exactly::<Ipv4Octets>(value, withdraw, "4 (RFC 7606 7.3)")?.get())
            }
            AttributeType::MULTI_EXIT_DISC => {
                Self::MultiExitDisc(exactly::<U32>(value, withdraw, "4 (RFC 7606 7.4)")?.get())
            }
            AttributeType::LOCAL_PREF => {
                Self::LocalPref(exactly::<U32>(value, withdraw, "4 (RFC 7606 7.5)")?.get())
            }
            AttributeType::ATOMIC_AGGREGATE => {
                exactly::<[u8; 0]>(value, discard, "0 (RFC 7606 7.6)")?;
                Self::AtomicAggregate
            }
            AttributeType::AGGREGATOR => Self::Aggregator(aggregator(value, four_octets, discard)?),
            AttributeType::COMMUNITIES => {
                Self::Communities(list(value, withdraw, "4 or a multiple of it (RFC 7606 7.8)")?)
            }
            AttributeType::ORIGINATOR_ID => {
                Self::OriginatorId(exactly::<Ipv4Octets>(value, withdraw, "4 (RFC 7606 7.9)")?.get())
            }
            AttributeType::CLUSTER_LIST => {
                Self::ClusterList(list(value, withdraw, "4 or a multiple of it (RFC 7606 7.10)")?)
            }
            AttributeType::EXTENDED_COMMUNITIES => {
                Self::ExtendedCommunities(list(value, withdraw, "8 or a multiple of it (RFC 7606 7.14)")?)
            }
            AttributeType::AS4_PATH => {
                if value.is_empty() {
                    return Err(discard.field("length", 0, "6 at least (RFC 6793 6)"));
                }
                Self::As4Path(AsPath::read(value, true, discard)?)
            }
            AttributeType::AS4_AGGREGATOR => Self::As4Aggregator(aggregator(value, true, discard)?),
            AttributeType::PMSI_TUNNEL => Self::PmsiTunnel(PmsiTunnel::read(raw.cursor(), withdraw)?),
            AttributeType::TUNNEL_ENCAPSULATION => {
                Self::TunnelEncapsulation(TunnelEncapsulation::read(raw.cursor(), withdraw)?)
            }
            AttributeType::IPV6_EXTENDED_COMMUNITIES => Self::Ipv6ExtendedCommunities(list(
                value,
                withdraw,
                "20 or a multiple of it (RFC 7606 7.15)",
            )?),
            AttributeType::AIGP => Self::Aigp(Aigp::read(raw.cursor(), discard)?),
            AttributeType::LARGE_COMMUNITIES => {
                Self::LargeCommunities(list(value, withdraw, "12 or a multiple of it (RFC 8092 6)")?)
            }
            AttributeType::D_PATH => Self::DPath(DPath::read(raw.cursor(), withdraw)?),
            _ => Self::Raw(raw),
        })
    }

    /// Its type.
    pub const fn kind(&self) -> AttributeType {
        match self {
            Self::Origin(_) => AttributeType::ORIGIN,
            Self::AsPath(_) => AttributeType::AS_PATH,
            Self::NextHop(_) => AttributeType::NEXT_HOP,
            Self::MultiExitDisc(_) => AttributeType::MULTI_EXIT_DISC,
            Self::LocalPref(_) => AttributeType::LOCAL_PREF,
            Self::AtomicAggregate => AttributeType::ATOMIC_AGGREGATE,
            Self::Aggregator(_) => AttributeType::AGGREGATOR,
            Self::Communities(_) => AttributeType::COMMUNITIES,
            Self::OriginatorId(_) => AttributeType::ORIGINATOR_ID,
            Self::ClusterList(_) => AttributeType::CLUSTER_LIST,
            Self::MpReach(_) => AttributeType::MP_REACH_NLRI,
            Self::MpUnreach(_) => AttributeType::MP_UNREACH_NLRI,
            Self::ExtendedCommunities(_) => AttributeType::EXTENDED_COMMUNITIES,
            Self::As4Path(_) => AttributeType::AS4_PATH,
            Self::As4Aggregator(_) => AttributeType::AS4_AGGREGATOR,
            Self::PmsiTunnel(_) => AttributeType::PMSI_TUNNEL,
            Self::TunnelEncapsulation(_) => AttributeType::TUNNEL_ENCAPSULATION,
            Self::Ipv6ExtendedCommunities(_) => AttributeType::IPV6_EXTENDED_COMMUNITIES,
            Self::Aigp(_) => AttributeType::AIGP,
            Self::LargeCommunities(_) => AttributeType::LARGE_COMMUNITIES,
            Self::DPath(_) => AttributeType::D_PATH,
            Self::Raw(attribute) => attribute.kind,
        }
    }

    /// Writes the attribute to the start of `buffer`, with the flags of its type, and returns the room behind it. The
    /// length has two octets only where it must have.
    pub fn encode<'b>(&self, session: &Session, buffer: &'b mut [u8]) -> Result<&'b mut [u8], EncodeError> {
        let mut writer = Writer::new(buffer, Element::Attribute(self.kind()));
        self.write(session, &mut writer)?;
        Ok(writer.into_rest())
    }

    pub(crate) fn write(&self, session: &Session, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let four_octets = session.four_octet_as;
        let flags = match self {
            Self::Raw(raw) => return raw.write(writer),
            _ => self.kind().flags().unwrap_or_default(),
        };
        let attribute = Start::write(writer, flags, self.kind(), false)?;
        match self {
            Self::Origin(origin) => writer.put(&match origin {
                Origin::Igp => 0_u8,
                Origin::Egp => 1,
                Origin::Incomplete => 2,
            }),
            Self::AsPath(path) => path.write(writer, four_octets),
            Self::As4Path(path) => path.write(writer, true),
            Self::NextHop(address) | Self::OriginatorId(address) => writer.put(&address.octets()),
            Self::MultiExitDisc(number) | Self::LocalPref(number) => writer.put(&number.to_be_bytes()),
            Self::AtomicAggregate => Ok(()),
            Self::Aggregator(aggregator) if !four_octets => {
                let asn = u16::try_from(aggregator.asn).unwrap_or(AS_TRANS);
                let address = aggregator.address.into();
                writer.put(&AggregatorWire { asn: U16::new(asn), address })
            }
            Self::Aggregator(aggregator) | Self::As4Aggregator(aggregator) => {
                let address = aggregator.address.into();
                writer.put(&AggregatorWire { asn: U32::new(aggregator.asn), address })
            }
            Self::Communities(communities) => writer.put(*communities),
            Self::ClusterList(clusters) => writer.put(*clusters),
            Self::MpReach(reach) => reach.write(writer),
            Self::MpUnreach(unreach) => unreach.write(writer),
            Self::ExtendedCommunities(communities) => writer.put(*communities),
            Self::PmsiTunnel(tunnel) => tunnel.write(writer),
            Self::TunnelEncapsulation(tunnels) => writer.put(tunnels.bytes()),
            Self::Ipv6ExtendedCommunities(communities) => writer.put(*communities),
            Self::Aigp(aigp) => writer.put(aigp.bytes()),
            Self::LargeCommunities(communities) => writer.put(*communities),
            Self::DPath(path) => writer.put(path.bytes()),
            Self::Raw(raw) => writer.put(raw.value),
        }?;
        attribute.end(writer)
    }
}

#[inline(always)]
fn exactly<'a, T>(value: &'a [u8], at: At, expected: &'static str) -> Result<&'a T, Error>
where
    T: FromBytes + KnownLayout + Immutable + Unaligned,
{
    T::ref_from_bytes(value).map_err(|_| at.field("length", length(value.len()), expected))
}

#[inline(always)]
fn list<'a, T>(value: &'a [u8], at: At, expected: &'static str) -> Result<&'a [T], Error>
where
    T: FromBytes + KnownLayout + Immutable + Unaligned,
{
    match <[T]>::ref_from_bytes(value) {
        Ok(list) if !list.is_empty() => Ok(list),
        _ => Err(at.field("length", length(value.len()), expected)),
    }
}

fn aggregator(value: &[u8], four_octets: bool, at: At) -> Result<Aggregator, Error> {
    let (asn, address) = if four_octets {
        let wire: &AggregatorWire<U32> = exactly(value, at, "8 (RFC 7606 7.7)")?;
        (wire.asn.get(), wire.address)
    } else {
        let wire: &AggregatorWire<U16> = exactly(value, at, "6 (RFC 7606 7.7)")?;
        (wire.asn.get().into(), wire.address)
    };
    if asn == 0 {
        return Err(at.field("as_number", 0, "not 0 (RFC 7607)"));
    }
    Ok(Aggregator { asn, address: address.get() })
}
