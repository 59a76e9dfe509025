//! Routes, attributes and messages of BGP.

use std::vec;
use std::vec::Vec;

use arbitrary::{Arbitrary, Error, Result, Unstructured};
use core::net::{IpAddr, Ipv6Addr};
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use super::BgpMessage;
use super::value::of_bytes;
use crate::bgp::evpn::{self, MulticastFlags, RouteType};
use crate::bgp::{
    Afi, Aggregator, Aigp, AsPath, Attribute, AttributeFlags, AttributeType, Capabilities, DPath, Family,
    Message, MpReach, MpUnreach, NextHop, Nlri, Notification, Open, Origin, PathAttribute, PmsiTunnel, Route,
    RouteRefresh, RouteTargetMembership, Routes, Safi, Session, TunnelEncapsulation, Update, UpdateBuilder,
    VpnRoute,
};
use crate::{EncodeError, IpNet, LabelField};

of_bytes! {
    MulticastFlags: |any| {};
}

/// What is any of all its fields.
macro_rules! of_fields {
    ($($type:ty: $($field:ident),*;)*) => {$(
        impl<'a> Arbitrary<'a> for $type {
            fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
                Ok(Self { $($field: input.arbitrary()?),* })
            }
        }
    )*};
}
of_fields! {
    evpn::EthernetAutoDiscoveryRoute: rd, esi, ethernet_tag, label;
    evpn::MacIpRoute: rd, esi, ethernet_tag, mac, ip, label1, label2;
    evpn::InclusiveMulticastRoute: rd, ethernet_tag, originator;
    evpn::EthernetSegmentRoute: rd, esi, originator;
    evpn::SelectiveMulticastRoute: rd, ethernet_tag, source, group, originator, flags;
    evpn::MembershipReportSynchRoute: rd, esi, ethernet_tag, source, group, originator, flags;
    evpn::LeaveSynchRoute:
        rd, esi, ethernet_tag, source, group, originator, reserved, maximum_response_time, flags;
    evpn::PerRegionRoute: rd, ethernet_tag, region;
    evpn::SPmsiRoute: rd, ethernet_tag, source, group, originator;
}

impl<'a> Arbitrary<'a> for Route<'a> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self { path_id: input.arbitrary()?, nlri: input.arbitrary()? })
    }
}

impl<'a> Arbitrary<'a> for evpn::IpPrefixRoute {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let prefix = prefix(input)?;
        let gateway = match prefix {
            _ if input.arbitrary()? => None,
            IpNet::V4(_) => Some(IpAddr::V4(input.arbitrary()?)),
            IpNet::V6(_) => Some(IpAddr::V6(input.arbitrary()?)),
        };
        Ok(Self {
            rd: input.arbitrary()?,
            esi: input.arbitrary()?,
            ethernet_tag: input.arbitrary()?,
            prefix,
            // All zero is none on the wire.
            gateway: gateway.filter(|gateway| !gateway.is_unspecified()),
            label: input.arbitrary()?,
        })
    }
}

/// A prefix with any bits behind it.
fn prefix(input: &mut Unstructured<'_>) -> Result<IpNet> {
    let address: IpAddr = input.arbitrary()?;
    let length = input.int_in_range(0..=if address.is_ipv4() { 32 } else { 128 })?;
    IpNet::new(address, length).map_err(|_| Error::IncorrectFormat)
}

impl<'a> Arbitrary<'a> for evpn::LeafRoute<'a> {
    /// Its key is a route, of which the length is right.
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        const MULTICAST: &[u8] = &[3, 17, 0, 1, 10, 0, 0, 1, 0, 7, 0, 0, 0, 0, 32, 10, 0, 0, 1];
        let key = |bytes: &'a [u8]| evpn::Route::decode(bytes).is_ok_and(|(_, rest)| rest.is_empty());
        let route_key = longest(input, 64, |bytes| Some(bytes).filter(|bytes| key(bytes)))?;
        Ok(Self { route_key: route_key.unwrap_or(MULTICAST), originator: input.arbitrary()? })
    }
}

impl<'a> Arbitrary<'a> for evpn::UnknownRoute<'a> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self { route_type: RouteType(input.int_in_range(12..=255)?), value: octets(input, 40)? })
    }
}

impl<'a> Arbitrary<'a> for evpn::Route<'a> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match input.int_in_range(1..=12)? {
            1 => Self::EthernetAutoDiscovery(input.arbitrary()?),
            2 => Self::MacIp(input.arbitrary()?),
            3 => Self::InclusiveMulticast(input.arbitrary()?),
            4 => Self::EthernetSegment(input.arbitrary()?),
            5 => Self::IpPrefix(input.arbitrary()?),
            6 => Self::SelectiveMulticast(input.arbitrary()?),
            7 => Self::MembershipReportSynch(input.arbitrary()?),
            8 => Self::LeaveSynch(input.arbitrary()?),
            9 => Self::PerRegion(input.arbitrary()?),
            10 => Self::SPmsi(input.arbitrary()?),
            11 => Self::Leaf(input.arbitrary()?),
            _ => Self::Unknown(input.arbitrary()?),
        })
    }
}

impl<'a> Arbitrary<'a> for VpnRoute<'a> {
    /// With one label or two.
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        const STACKS: [&[LabelField]; 3] = [
            &[LabelField::WITHDRAWN],
            &[LabelField::from_octets([0x49, 0x30, 0x01])],
            &[LabelField::from_octets([0x49, 0x30, 0x00]), LabelField::from_octets([0, 1, 0x01])],
        ];
        let labels = match list::<LabelField>(input, 1)? {
            [label] if label.is_bottom() => core::slice::from_ref(label),
            _ => *input.choose(&STACKS)?,
        };
        Ok(Self { labels, rd: input.arbitrary()?, prefix: prefix(input)?.trunc() })
    }
}

impl<'a> Arbitrary<'a> for RouteTargetMembership {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let bits = input.int_in_range(31..=96)?;
        let bits = if bits == 31 { 0 } else { bits };
        Self::from_prefix(bits, input.arbitrary()?).ok_or(Error::IncorrectFormat)
    }
}

/// A family of which routes are not decoded, link state.
const UNKNOWN: Family = Family { afi: Afi::new(16388), safi: Safi(71) };

impl<'a> Arbitrary<'a> for Family {
    /// One that is known, or one that is not.
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let [a, b, c, d, e, f] = Self::KNOWN;
        Ok(*input.choose(&[a, b, c, d, e, f, UNKNOWN])?)
    }
}

impl<'a> Arbitrary<'a> for Nlri<'a> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let family = input.arbitrary()?;
        of_family(family, input)
    }
}

fn of_family<'a>(family: Family, input: &mut Unstructured<'a>) -> Result<Nlri<'a>> {
    let is_ipv4 = family.afi == Afi::IPV4;
    let of_version = |net: IpNet| match net {
        IpNet::V6(_) if is_ipv4 => IpNet::V4(Default::default()),
        IpNet::V4(_) if !is_ipv4 => IpNet::V6(Default::default()),
        net => net,
    };
    Ok(match family {
        Family::EVPN => Nlri::Evpn(input.arbitrary()?),
        Family::ROUTE_TARGET => Nlri::RouteTarget(input.arbitrary()?),
        Family::VPN_IPV4 | Family::VPN_IPV6 => {
            let route = VpnRoute::arbitrary(input)?;
            Nlri::Vpn(VpnRoute { prefix: of_version(route.prefix), ..route })
        }
        Family::IPV4_UNICAST | Family::IPV6_UNICAST => Nlri::Unicast(of_version(prefix(input)?.trunc())),
        family => {
            let length = input.int_in_range(1..=40)?;
            Nlri::Unknown { family, bytes: input.bytes(length)? }
        }
    })
}

fn next_hop<'a>(family: Family, input: &mut Unstructured<'a>) -> Result<NextHop<'a>> {
    if family == UNKNOWN {
        return Ok(NextHop::Unknown(octets(input, 20)?));
    }
    let address: IpAddr = input.arbitrary()?;
    let link_local: Option<Ipv6Addr> = input.arbitrary()?;
    let next_hop = match address {
        IpAddr::V4(address) if family == Family::IPV6_UNICAST => address.to_ipv6_mapped().into(),
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(global) => NextHop::Ipv6 { global, link_local },
    };
    Ok(next_hop.of_family(family))
}

/// Up to `most` octets.
fn octets<'a>(input: &mut Unstructured<'a>, most: usize) -> Result<&'a [u8]> {
    let length = input.int_in_range(0..=most)?;
    input.bytes(length.min(input.len()))
}

/// One to `most` of what is its bytes.
fn list<'a, T>(input: &mut Unstructured<'a>, most: usize) -> Result<&'a [T]>
where
    T: FromBytes + KnownLayout + Immutable + Unaligned,
{
    let count = input.int_in_range(1..=most)?;
    <[T]>::ref_from_bytes(input.bytes(count * size_of::<T>())?).map_err(|_| Error::IncorrectFormat)
}

/// What is read of the most octets that it can be read of, up to `most`; if it can be read of any number.
fn longest<'a, T>(
    input: &mut Unstructured<'a>,
    most: usize,
    read: impl Fn(&'a [u8]) -> Option<T>,
) -> Result<Option<T>> {
    let bytes = octets(input, most)?;
    Ok((0..=bytes.len()).rev().find_map(|length| read(bytes.get(..length)?)))
}

/// What is read of octets of the input, or of some that are known to be good.
fn read<'a, T>(
    input: &mut Unstructured<'a>,
    good: &[&'static [u8]],
    decode: impl Fn(&'a [u8]) -> Option<T>,
) -> Result<T> {
    let read = if input.arbitrary()? { longest(input, 64, &decode)? } else { None };
    let good = *input.choose(good)?;
    read.or_else(|| decode(good)).ok_or(Error::IncorrectFormat)
}

impl<'a> Arbitrary<'a> for Origin {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        Ok(*input.choose(&[Self::Igp, Self::Egp, Self::Incomplete])?)
    }
}

impl<'a> Arbitrary<'a> for Aggregator {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self { asn: input.int_in_range(1..=u32::MAX)?, address: input.arbitrary()? })
    }
}

impl<'a> Arbitrary<'a> for AsPath<'a> {
    /// With AS numbers of four octets.
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let good: [&[u8]; 4] = [
            &[],
            &[2, 2, 0, 0, 0xfc, 0, 0xfa, 0x56, 0xea, 0],
            &[3, 1, 0, 0, 0xfc, 1, 2, 1, 0, 0, 0xfc, 2],
            &[2, 1, 0, 0, 0xfc, 0, 1, 2, 0, 0, 0xfc, 1, 0, 0, 0xfc, 2],
        ];
        read(input, &good, |value| Self::decode(value, true).ok())
    }
}

impl<'a> Arbitrary<'a> for Aigp<'a> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let good: [&[u8]; 2] =
            [&[1, 0, 11, 0, 0, 0, 0, 0, 0, 0, 5], &[7, 0, 4, 9, 1, 0, 11, 0, 0, 0, 0, 0, 0, 0, 6]];
        read(input, &good, |value| Self::decode(value).ok())
    }
}

impl<'a> Arbitrary<'a> for DPath<'a> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let good: [&[u8]; 2] =
            [&[1, 0, 0, 0xfc, 0, 0, 1, 70], &[2, 0, 0, 0xfc, 0, 0, 1, 70, 0, 0, 0xfc, 0, 0, 2, 128]];
        read(input, &good, |value| Self::decode(value).ok())
    }
}

impl<'a> Arbitrary<'a> for TunnelEncapsulation<'a> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let good: [&[u8]; 2] = [&[0, 8, 0, 6, 4, 4, 0, 0, 0, 7], &[0, 13, 0, 0, 0, 8, 0, 4, 128, 0, 1, 9]];
        read(input, &good, |value| Self::decode(value).ok())
    }
}

impl<'a> Arbitrary<'a> for PmsiTunnel<'a> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let good: [&[u8]; 3] = [
            &[0, 6, 0, 0x13, 0x89, 10, 0, 0, 1],
            &[0, 6, 0, 0x13, 0x89, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
            &[1, 0, 0, 0, 0],
        ];
        read(input, &good, |value| Self::decode(value).ok())
    }
}

impl<'a> Arbitrary<'a> for MpReach<'a> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let routes = routes(input)?;
        let family = routes.family();
        Ok(Self { family, next_hop: next_hop(family, input)?, reserved: 0, routes })
    }
}

impl<'a> Arbitrary<'a> for MpUnreach<'a> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let routes = routes(input)?;
        Ok(Self { family: routes.family(), routes })
    }
}

/// Routes that can be read, without path identifiers.
fn routes<'a>(input: &mut Unstructured<'a>) -> Result<Routes<'a>> {
    let family = input.arbitrary()?;
    let readable =
        |bytes| Some(Routes::new(family, bytes, false)).filter(|routes| routes.clone().all(|it| it.is_ok()));
    longest(input, 64, readable)?.ok_or(Error::IncorrectFormat)
}

impl<'a> Arbitrary<'a> for PathAttribute<'a> {
    /// Of a type that is not known.
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let any = AttributeFlags::TRANSITIVE | AttributeFlags::PARTIAL | AttributeFlags::EXTENDED_LENGTH;
        let flags = AttributeFlags::from_bits_retain(input.arbitrary()?).intersection(any);
        let kind = AttributeType(input.int_in_range(40..=255)?);
        Ok(Self::new(AttributeFlags::OPTIONAL | flags, kind, octets(input, 40)?))
    }
}

impl<'a> Arbitrary<'a> for Attribute<'a> {
    /// As it reads where AS numbers have four octets and routes no path identifiers.
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match input.int_in_range(0..=21)? {
            0 => Self::Origin(input.arbitrary()?),
            1 => Self::AsPath(input.arbitrary()?),
            2 => Self::NextHop(input.arbitrary()?),
            3 => Self::MultiExitDisc(input.arbitrary()?),
            4 => Self::LocalPref(input.arbitrary()?),
            5 => Self::AtomicAggregate,
            6 => Self::Aggregator(input.arbitrary()?),
            7 => Self::Communities(list(input, 8)?),
            8 => Self::OriginatorId(input.arbitrary()?),
            9 => Self::ClusterList(list(input, 4)?),
            10 => Self::MpReach(input.arbitrary()?),
            11 => Self::MpUnreach(input.arbitrary()?),
            12 => Self::ExtendedCommunities(list(input, 8)?),
            13 => match AsPath::arbitrary(input)? {
                AsPath::EMPTY => Self::AtomicAggregate,
                path => Self::As4Path(path),
            },
            14 => Self::As4Aggregator(input.arbitrary()?),
            15 => Self::PmsiTunnel(input.arbitrary()?),
            16 => Self::TunnelEncapsulation(input.arbitrary()?),
            17 => Self::Ipv6ExtendedCommunities(list(input, 4)?),
            18 => Self::Aigp(input.arbitrary()?),
            19 => Self::LargeCommunities(list(input, 4)?),
            20 => Self::DPath(input.arbitrary()?),
            _ => Self::Raw(input.arbitrary()?),
        })
    }
}

impl<'a> Arbitrary<'a> for Capabilities<'a> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let good: [&[u8]; 3] = [
            &[],
            &[2, 6, 1, 4, 0, 25, 0, 70],
            &[2, 8, 2, 0, 65, 4, 0xfa, 0x56, 0xea, 0, 2, 6, 69, 4, 0, 25, 70, 3],
        ];
        read(input, &good, |value| Self::decode(value).ok().filter(|it| it.bytes().len() < 0xff))
    }
}

impl<'a> Arbitrary<'a> for Open<'a> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let my_as = input.int_in_range(1..=u16::MAX)?;
        let hold_time = input.int_in_range(2..=u16::MAX)?;
        let hold_time = if hold_time == 2 { 0 } else { hold_time };
        let identifier = input.int_in_range(1..=u32::MAX)?.into();
        let open = Self { my_as, hold_time, identifier, capabilities: input.arbitrary()? };
        // That of a capability may be 0.
        Ok(if open.asn() == 0 { Self { capabilities: Capabilities::NONE, ..open } } else { open })
    }
}

impl<'a> Arbitrary<'a> for Notification<'a> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self { code: input.arbitrary()?, subcode: input.arbitrary()?, data: octets(input, 40)? })
    }
}

impl<'a> Arbitrary<'a> for RouteRefresh<'a> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let (family, subtype) = (input.arbitrary()?, input.arbitrary()?);
        let filters = match subtype {
            Self::BEGIN | Self::END => &[],
            _ => octets(input, 40)?,
        };
        Ok(Self { family, subtype, filters })
    }
}

impl<'a> Arbitrary<'a> for BgpMessage<'a> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match input.int_in_range(0..=9)? {
            0 => Self::Open(input.arbitrary()?),
            1 => Self::Notification(input.arbitrary()?),
            2 => Self::Keepalive,
            3 => Self::RouteRefresh(input.arbitrary()?),
            4 => Self::EndOfRib(input.arbitrary()?),
            5 => {
                let family = input.arbitrary()?;
                Self::Withdrawal { routes: some_routes(family, input)? }
            }
            _ => {
                let family = input.arbitrary()?;
                Self::Announcement {
                    next_hop: next_hop(family, input)?,
                    attributes: attributes(input)?,
                    routes: some_routes(family, input)?,
                }
            }
        })
    }
}

/// One to four routes of a family, or one of a family that is not known.
fn some_routes<'a>(family: Family, input: &mut Unstructured<'a>) -> Result<Vec<Nlri<'a>>> {
    let count = if family == UNKNOWN { 1 } else { input.int_in_range(1..=4)? };
    (0..count).map(|_| of_family(family, input)).collect()
}

/// Those that an announcement must have, and up to four others, one of each type, without those that it has anyway.
fn attributes<'a>(input: &mut Unstructured<'a>) -> Result<Vec<Attribute<'a>>> {
    let mut attributes = vec![
        Attribute::Origin(input.arbitrary()?),
        Attribute::AsPath(input.arbitrary()?),
        Attribute::LocalPref(input.arbitrary()?),
    ];
    for _ in 0..input.int_in_range(0..=4)? {
        let attribute: Attribute<'_> = input.arbitrary()?;
        let has_another_place = matches!(
            attribute,
            Attribute::NextHop(_)
                | Attribute::MpReach(_)
                | Attribute::MpUnreach(_)
                | Attribute::As4Path(_)
                | Attribute::As4Aggregator(_)
        );
        if !has_another_place && attributes.iter().all(|it| it.kind() != attribute.kind()) {
            attributes.push(attribute);
        }
    }
    Ok(attributes)
}

impl BgpMessage<'_> {
    /// The message's bytes, in a session of the usual kind.
    pub fn encode(&self) -> Vec<u8> {
        let mut buffer = vec![0; 4096];
        // Its parts are few and small, so that this is all the room there must be.
        let length = self.write(&mut buffer).unwrap_or_default();
        buffer.truncate(length);
        buffer
    }

    fn write(&self, buffer: &mut [u8]) -> core::result::Result<usize, EncodeError> {
        let (room, session) = (buffer.len(), Session::default());
        let message = match self {
            Self::Open(open) => Message::Open(*open),
            Self::Notification(notification) => Message::Notification(*notification),
            Self::Keepalive => Message::Keepalive,
            Self::RouteRefresh(refresh) => Message::RouteRefresh(*refresh),
            Self::EndOfRib(family) => return Update::encode_end_of_rib(*family, buffer).map(<[u8]>::len),
            Self::Withdrawal { routes } => {
                let mut builder = UpdateBuilder::withdraw(&session, routes.iter().copied());
                return Ok(builder.encode_next(buffer)?.map_or(0, <[u8]>::len));
            }
            Self::Announcement { next_hop, attributes, routes } => {
                let routes = routes.iter().copied();
                let mut builder = UpdateBuilder::announce(&session, *next_hop, attributes, routes);
                return Ok(builder.encode_next(buffer)?.map_or(0, <[u8]>::len));
            }
        };
        Ok(room - message.encode(buffer)?.len())
    }
}
