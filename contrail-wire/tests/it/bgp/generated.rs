//! Routes, attributes and messages of every shape, made at random.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use contrail_wire::bgp::evpn::{self, MulticastFlags};
use contrail_wire::bgp::{
    Aggregator, AsPath, Attribute, AttributeFlags, AttributeType, Community, DPath, ExtendedCommunity,
    Family, Ipv6ExtendedCommunity, LargeCommunity, NextHop, Nlri, Origin, PathAttribute, PmsiFlags,
    PmsiTunnel, PmsiTunnelType, Route, RouteTargetMembership, SegmentType, TunnelEncapsulation, VpnRoute,
};
use contrail_wire::{
    AssignedNumber, EthernetSegmentId, EthernetTag, IpNet, LabelField, MacAddr, RouteDistinguisher,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// Test cases are few and small, so that what they borrow may stay.
pub(crate) fn kept<T>(values: Vec<T>) -> &'static [T] {
    Vec::leak(values)
}

pub(crate) fn rd() -> BoxedStrategy<RouteDistinguisher> {
    prop_oneof![
        any::<[u8; 8]>().prop_map(RouteDistinguisher::new),
        assigned().prop_map(RouteDistinguisher::from),
    ]
    .boxed()
}

pub(crate) fn assigned() -> BoxedStrategy<AssignedNumber> {
    prop_oneof![
        (any::<u16>(), any::<u32>()).prop_map(|(asn, number)| AssignedNumber::TwoOctetAs { asn, number }),
        (any::<Ipv4Addr>(), any::<u16>())
            .prop_map(|(address, number)| AssignedNumber::Ipv4 { address, number }),
        (any::<u32>(), any::<u16>()).prop_map(|(asn, number)| AssignedNumber::FourOctetAs { asn, number }),
    ]
    .boxed()
}

pub(crate) fn esi() -> BoxedStrategy<EthernetSegmentId> {
    prop_oneof![Just(EthernetSegmentId::ZERO), any::<[u8; 10]>().prop_map(EthernetSegmentId::new)].boxed()
}

fn tag() -> BoxedStrategy<EthernetTag> {
    any::<u32>().prop_map(EthernetTag::new).boxed()
}

fn mac() -> BoxedStrategy<MacAddr> {
    any::<[u8; 6]>().prop_map(MacAddr::new).boxed()
}

pub(crate) fn label() -> BoxedStrategy<LabelField> {
    (0..1_u32 << 24).prop_map(|number| LabelField::new(number).unwrap()).boxed()
}

fn flags() -> BoxedStrategy<MulticastFlags> {
    any::<u8>().prop_map(MulticastFlags::from_bits_retain).boxed()
}

pub(crate) fn net() -> BoxedStrategy<IpNet> {
    (any::<IpAddr>(), 0..=128_u8)
        .prop_map(|(address, length)| {
            let most = if address.is_ipv4() { 32 } else { 128 };
            IpNet::new(address, length % (most + 1)).unwrap()
        })
        .boxed()
}

pub(crate) fn evpn_route() -> BoxedStrategy<evpn::Route<'static>> {
    prop_oneof![
        4 => evpn_route_with_text(),
        1 => (vec(any::<u8>(), 0..40), any::<u8>(), any::<IpAddr>()).prop_map(|(value, kind, originator)| {
            let mut key = vec![kind, u8::try_from(value.len()).unwrap()];
            key.extend(value);
            evpn::LeafRoute { route_key: kept(key), originator }.into()
        }),
        1 => (vec(any::<u8>(), 0..40), 12..=255_u8).prop_map(|(value, kind)| {
            evpn::UnknownRoute { route_type: evpn::RouteType(kind), value: kept(value) }.into()
        }),
    ]
    .boxed()
}

/// Of the types that are read from text.
pub(crate) fn evpn_route_with_text() -> BoxedStrategy<evpn::Route<'static>> {
    let group = || (any::<Option<IpAddr>>(), any::<IpAddr>(), any::<IpAddr>()).boxed();
    prop_oneof![
        (rd(), esi(), tag(), label()).prop_map(|(rd, esi, ethernet_tag, label)| {
            evpn::EthernetAutoDiscoveryRoute { rd, esi, ethernet_tag, label }.into()
        }),
        (rd(), esi(), tag(), mac(), any::<Option<IpAddr>>(), label(), proptest::option::of(label()))
            .prop_map(|(rd, esi, ethernet_tag, mac, ip, label1, label2)| {
                evpn::MacIpRoute { rd, esi, ethernet_tag, mac, ip, label1, label2 }.into()
            }),
        (rd(), tag(), any::<IpAddr>()).prop_map(|(rd, ethernet_tag, originator)| {
            evpn::InclusiveMulticastRoute { rd, ethernet_tag, originator }.into()
        }),
        (rd(), esi(), any::<IpAddr>()).prop_map(|(rd, esi, originator)| evpn::EthernetSegmentRoute {
            rd,
            esi,
            originator
        }
        .into()),
        (rd(), esi(), tag(), net(), any::<bool>(), any::<[u8; 16]>(), label()).prop_map(
            |(rd, esi, ethernet_tag, prefix, has_gateway, octets, label)| {
                let gateway = match prefix {
                    IpNet::V4(_) => IpAddr::from([octets[0] | 1, octets[1], octets[2], octets[3]]),
                    IpNet::V6(_) => IpAddr::from(octets),
                };
                let gateway = Some(gateway).filter(|it| has_gateway && !it.is_unspecified());
                evpn::IpPrefixRoute { rd, esi, ethernet_tag, prefix, gateway, label }.into()
            }
        ),
        (rd(), tag(), group(), flags()).prop_map(|(rd, ethernet_tag, (source, group, originator), flags)| {
            evpn::SelectiveMulticastRoute { rd, ethernet_tag, source, group, originator, flags }.into()
        }),
        (rd(), esi(), tag(), group(), flags()).prop_map(
            |(rd, esi, ethernet_tag, (source, group, originator), flags)| {
                evpn::MembershipReportSynchRoute { rd, esi, ethernet_tag, source, group, originator, flags }
                    .into()
            }
        ),
        (rd(), esi(), tag(), group(), flags(), any::<[u8; 4]>(), any::<u8>()).prop_map(
            |(rd, esi, ethernet_tag, (source, group, originator), flags, reserved, time)| {
                evpn::LeaveSynchRoute {
                    rd,
                    esi,
                    ethernet_tag,
                    source,
                    group,
                    originator,
                    reserved,
                    maximum_response_time: time,
                    flags,
                }
                .into()
            }
        ),
        (rd(), tag(), any::<[u8; 8]>()).prop_map(|(rd, ethernet_tag, region)| {
            evpn::PerRegionRoute { rd, ethernet_tag, region: ExtendedCommunity::new(region) }.into()
        }),
        (rd(), tag(), any::<Option<IpAddr>>(), any::<Option<IpAddr>>(), any::<IpAddr>()).prop_map(
            |(rd, ethernet_tag, source, group, originator)| {
                evpn::SPmsiRoute { rd, ethernet_tag, source, group, originator }.into()
            }
        ),
    ]
    .boxed()
}

/// Labels of which the last and no other ends the stack.
fn stack() -> BoxedStrategy<&'static [LabelField]> {
    (vec(1..1_u32 << 23, 0..3), 0..1_u32 << 23)
        .prop_map(|(above, last)| {
            let numbers = above.into_iter().map(|label| label << 1).filter(|it| *it != 0x80_0000);
            kept(numbers.chain([last << 1 | 1]).map(|number| LabelField::new(number).unwrap()).collect())
        })
        .boxed()
}

pub(crate) fn nlri() -> BoxedStrategy<Nlri<'static>> {
    prop_oneof![
        2 => evpn_route().prop_map(Nlri::Evpn),
        1 => net().prop_map(|net| Nlri::Unicast(net.trunc())),
        1 => (stack(), rd(), net()).prop_filter_map("more bits than a length can say", |(labels, rd, prefix)| {
            let prefix = prefix.trunc();
            let bits = labels.len() * 24 + 64 + usize::from(prefix.prefix_len());
            (bits < 256).then_some(Nlri::Vpn(VpnRoute { labels, rd, prefix }))
        }),
        1 => (prop_oneof![Just(0), 32..=96_u8], any::<[u8; 12]>()).prop_map(|(bits, octets)| {
            Nlri::RouteTarget(RouteTargetMembership::from_prefix(bits, octets).unwrap())
        }),
    ]
    .boxed()
}

pub(crate) fn next_hop() -> impl Strategy<Value = NextHop<'static>> {
    prop_oneof![
        any::<IpAddr>().prop_map(NextHop::from),
        (any::<Ipv6Addr>(), any::<Ipv6Addr>())
            .prop_map(|(global, link)| NextHop::Ipv6 { global, link_local: Some(link) }),
    ]
}

fn as_path() -> impl Strategy<Value = AsPath<'static>> {
    vec((1..=4_u8, vec(1_u32.., 1..300)), 0..3).prop_map(|segments| {
        let segments: Vec<_> =
            segments.iter().map(|(kind, numbers)| (SegmentType(*kind), numbers.as_slice())).collect();
        let buffer = vec![0; 4000].leak();
        AsPath::encode_segments(&segments, buffer).unwrap()
    })
}

/// Any attribute that says something of routes, and no routes.
pub(crate) fn attribute() -> BoxedStrategy<Attribute<'static>> {
    let origin = prop_oneof![Just(Origin::Igp), Just(Origin::Egp), Just(Origin::Incomplete)];
    let aggregator = || (1_u32.., any::<Ipv4Addr>()).prop_map(|(asn, address)| Aggregator { asn, address });
    let large = any::<[u32; 3]>().prop_map(|[a, b, c]| LargeCommunity {
        global_administrator: a.into(),
        local_data_1: b.into(),
        local_data_2: c.into(),
    });
    let ipv6 =
        any::<([u8; 2], u128, u16)>().prop_map(|([kind, sub_type], global, local)| Ipv6ExtendedCommunity {
            kind,
            sub_type,
            global_administrator: Ipv6Addr::from(global).into(),
            local_administrator: local.into(),
        });
    let extended = any::<[u8; 8]>().prop_map(ExtendedCommunity::new);
    let pmsi = (any::<u8>(), 12..=255_u8, label(), vec(any::<u8>(), 0..20)).prop_map(
        |(flags, kind, label, identifier)| PmsiTunnel {
            flags: PmsiFlags::from_bits_retain(flags),
            tunnel_type: PmsiTunnelType(kind),
            label,
            identifier: kept(identifier),
        },
    );
    prop_oneof![
        origin.prop_map(Attribute::Origin),
        as_path().prop_map(Attribute::AsPath),
        any::<Ipv4Addr>().prop_map(Attribute::NextHop),
        any::<u32>().prop_map(Attribute::MultiExitDisc),
        any::<u32>().prop_map(Attribute::LocalPref),
        Just(Attribute::AtomicAggregate),
        aggregator().prop_map(Attribute::Aggregator),
        vec((any::<u16>(), any::<u16>()).prop_map(|(asn, number)| Community::new(asn, number)), 1..80)
            .prop_map(|it| Attribute::Communities(kept(it))),
        any::<Ipv4Addr>().prop_map(Attribute::OriginatorId),
        vec(any::<Ipv4Addr>().prop_map(Into::into), 1..4).prop_map(|it| Attribute::ClusterList(kept(it))),
        vec(extended, 1..40).prop_map(|it| Attribute::ExtendedCommunities(kept(it))),
        aggregator().prop_map(Attribute::As4Aggregator),
        pmsi.prop_map(Attribute::PmsiTunnel),
        vec(ipv6, 1..4).prop_map(|it| Attribute::Ipv6ExtendedCommunities(kept(it))),
        vec(large, 1..4).prop_map(|it| Attribute::LargeCommunities(kept(it))),
        any::<[u8; 7]>().prop_map(|domain| {
            let path = [&[1][..], &domain].concat();
            Attribute::DPath(DPath::decode(kept(path)).unwrap())
        }),
        vec(any::<u8>(), 0..20).prop_map(|value| {
            let sub_tlv = [&[4, u8::try_from(value.len()).unwrap()][..], &value].concat();
            let tlv = [&[0, 8, 0, u8::try_from(sub_tlv.len()).unwrap()][..], &sub_tlv].concat();
            Attribute::TunnelEncapsulation(TunnelEncapsulation::decode(kept(tlv)).unwrap())
        }),
        (100..=255_u8, vec(any::<u8>(), 0..300)).prop_map(|(kind, value)| {
            let flags = AttributeFlags::OPTIONAL | AttributeFlags::TRANSITIVE | AttributeFlags::PARTIAL;
            let long =
                if value.len() > 255 { AttributeFlags::EXTENDED_LENGTH } else { AttributeFlags::empty() };
            Attribute::Raw(PathAttribute::new(flags | long, AttributeType(kind), kept(value)))
        }),
    ]
    .boxed()
}

/// A route with the path identifier that its family has in a session.
pub(crate) fn route(nlri: Nlri<'static>, path_id: u32, add_path: bool) -> Route<'static> {
    Route { path_id: add_path.then_some(path_id), nlri }
}

pub(crate) fn families() -> impl Strategy<Value = contrail_wire::bgp::Families> {
    vec(any::<bool>(), Family::KNOWN.len()).prop_map(|chosen| {
        Family::KNOWN.into_iter().zip(chosen).filter_map(|(family, it)| it.then_some(family)).collect()
    })
}
