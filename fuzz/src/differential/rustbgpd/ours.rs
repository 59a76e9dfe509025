//! What rustbgpd reads, as our own types.

use std::net::IpAddr;

use contrail_wire::bgp::evpn::{
    self, EthernetAutoDiscoveryRoute, EthernetSegmentRoute, InclusiveMulticastRoute, IpPrefixRoute,
    MacIpRoute, MulticastFlags, SelectiveMulticastRoute,
};
use contrail_wire::bgp::{Attribute, Nlri, Route, SegmentType, Update};
use contrail_wire::{EthernetSegmentId, EthernetTag, IpNet, LabelField, MacAddr, RouteDistinguisher};
use rustbgpd_wire::attribute::{AsPathSegment, MpReachNlri, PathAttribute};
use rustbgpd_wire::evpn::{
    EthernetSegmentIdentifier, EthernetTagId, EvpnIpPrefixValue, EvpnRoute, MplsLabel,
    RouteDistinguisher as TheirDistinguisher,
};
use rustbgpd_wire::nlri::{Ipv4NlriEntry, NlriEntry, Prefix};
use rustbgpd_wire::update::ParsedUpdate;

use crate::differential::masked;

/// Whether it is of a type that theirs reads.
pub(super) const fn they_know(route: &Route<'_>) -> bool {
    matches!(
        route.nlri,
        Nlri::Evpn(
            evpn::Route::EthernetAutoDiscovery(_)
                | evpn::Route::MacIp(_)
                | evpn::Route::InclusiveMulticast(_)
                | evpn::Route::EthernetSegment(_)
                | evpn::Route::IpPrefix(_)
                | evpn::Route::SelectiveMulticast(_)
        )
    )
}

/// The same route; None if ours has no such.
pub(super) fn route(theirs: &EvpnRoute) -> Option<Nlri<'static>> {
    let rd = |it: TheirDistinguisher| RouteDistinguisher::new(it.0);
    let esi = |it: EthernetSegmentIdentifier| EthernetSegmentId::new(it.0);
    let tag = |it: EthernetTagId| EthernetTag::new(it.0);
    let label = |it: MplsLabel| LabelField::new(it.0).expect("it has 24 bits");
    let discovery = |its_rd, its_esi, its_tag, its_label| {
        evpn::Route::EthernetAutoDiscovery(EthernetAutoDiscoveryRoute {
            rd: rd(its_rd),
            esi: esi(its_esi),
            ethernet_tag: tag(its_tag),
            label: label(its_label),
        })
    };
    Some(Nlri::Evpn(match theirs {
        EvpnRoute::EadPerEs(it) => discovery(it.rd, it.esi, it.ethernet_tag, it.label),
        EvpnRoute::EadPerEvi(it) => discovery(it.rd, it.esi, it.ethernet_tag, it.label),
        EvpnRoute::MacIp(it) => evpn::Route::MacIp(MacIpRoute {
            rd: rd(it.rd),
            esi: esi(it.esi),
            ethernet_tag: tag(it.ethernet_tag),
            mac: MacAddr::new(it.mac.0),
            ip: it.ip,
            label1: label(it.label1),
            label2: it.label2.map(label),
        }),
        EvpnRoute::Imet(it) => evpn::Route::InclusiveMulticast(InclusiveMulticastRoute {
            rd: rd(it.rd),
            ethernet_tag: tag(it.ethernet_tag),
            originator: it.originator_ip,
        }),
        EvpnRoute::Es(it) => evpn::Route::EthernetSegment(EthernetSegmentRoute {
            rd: rd(it.rd),
            esi: esi(it.esi),
            originator: it.originator_ip,
        }),
        EvpnRoute::IpPrefix(it) => evpn::Route::IpPrefix(IpPrefixRoute {
            rd: rd(it.rd),
            esi: esi(it.esi),
            ethernet_tag: tag(it.ethernet_tag),
            prefix: match it.prefix {
                EvpnIpPrefixValue::V4(prefix) => net(prefix.addr.into(), prefix.len),
                EvpnIpPrefixValue::V6(prefix) => net(prefix.addr.into(), prefix.len),
            },
            gateway: Some(it.gateway).filter(|gateway| !gateway.is_unspecified()),
            label: label(it.label),
        }),
        EvpnRoute::Smet(it) => evpn::Route::SelectiveMulticast(SelectiveMulticastRoute {
            rd: rd(it.rd),
            ethernet_tag: tag(it.ethernet_tag),
            source: it.source_ip,
            group: it.group_ip?,
            originator: it.originator_ip,
            flags: MulticastFlags::from_bits_retain(it.flags),
        }),
        _ => return None,
    }))
}

fn net(address: IpAddr, length: u8) -> IpNet {
    IpNet::new(address, length).expect("a prefix is no longer than an address")
}

/// What both say of an UPDATE in which nothing is wrong.
pub(super) fn is_the_same(ours: &Update<'_>, theirs: &ParsedUpdate) {
    let unicast = |entries: &[Ipv4NlriEntry]| -> Vec<_> {
        entries.iter().map(|entry| net(entry.prefix.addr.into(), entry.prefix.len)).collect()
    };
    let of_ours = |routes: contrail_wire::bgp::Routes<'_>| -> Vec<_> {
        routes
            .map(|route| match route.expect("nothing is wrong").nlri {
                Nlri::Unicast(net) => net,
                other => panic!("{other:?} is no IPv4 unicast"),
            })
            .collect()
    };
    assert_eq!(of_ours(ours.ipv4_routes()), unicast(&theirs.announced));
    assert_eq!(of_ours(ours.ipv4_withdrawn()), unicast(&theirs.withdrawn));
    for theirs in &theirs.attributes {
        let code = theirs.type_code();
        let ours = ours.attribute(contrail_wire::bgp::AttributeType(code));
        let ours = ours.unwrap_or_else(|| panic!("ours has no {theirs:?}"));
        assert!(attribute_is_the_same(&ours, theirs), "ours {ours:?}, theirs {theirs:?}");
    }
}

fn attribute_is_the_same(ours: &Attribute<'_>, theirs: &PathAttribute) -> bool {
    match (ours, theirs) {
        (Attribute::Origin(ours), PathAttribute::Origin(theirs)) => *ours as u8 == *theirs as u8,
        (Attribute::AsPath(ours), PathAttribute::AsPath(theirs)) => {
            let theirs = theirs.segments.iter().map(|segment| match segment {
                AsPathSegment::AsSet(numbers) => (SegmentType::SET, numbers.clone()),
                AsPathSegment::AsSequence(numbers) => (SegmentType::SEQUENCE, numbers.clone()),
            });
            ours.segments().map(|segment| (segment.kind, segment.numbers().collect())).eq(theirs)
        }
        (Attribute::NextHop(ours), PathAttribute::NextHop(theirs)) => ours == theirs,
        (Attribute::MultiExitDisc(ours), PathAttribute::Med(theirs)) => ours == theirs,
        (Attribute::LocalPref(ours), PathAttribute::LocalPref(theirs)) => ours == theirs,
        (Attribute::AtomicAggregate, PathAttribute::AtomicAggregate) => true,
        (Attribute::Aggregator(ours), PathAttribute::Aggregator(theirs)) => {
            (ours.asn, ours.address) == (theirs.asn, theirs.router_id)
        }
        (
            Attribute::Communities(ours),
            PathAttribute::Communities(theirs) | PathAttribute::CommunitiesPartial(theirs),
        ) => ours.iter().map(|it| it.get()).eq(theirs.iter().copied()),
        (
            Attribute::ExtendedCommunities(ours),
            PathAttribute::ExtendedCommunities(theirs) | PathAttribute::ExtendedCommunitiesPartial(theirs),
        ) => ours.iter().map(|it| u64::from_be_bytes(it.octets())).eq(theirs.iter().map(|it| it.as_u64())),
        (Attribute::OriginatorId(ours), PathAttribute::OriginatorId(theirs)) => ours == theirs,
        (Attribute::ClusterList(ours), PathAttribute::ClusterList(theirs)) => {
            ours.iter().map(|it| it.get()).eq(theirs.iter().copied())
        }
        (Attribute::MpReach(ours), PathAttribute::MpReachNlri(theirs)) => {
            let ours: Result<Vec<_>, _> = ours.routes.collect();
            same_routes(&ours.expect("nothing is wrong"), &reached(theirs))
        }
        (Attribute::MpUnreach(ours), PathAttribute::MpUnreachNlri(theirs)) => {
            let ours: Result<Vec<_>, _> = ours.routes.collect();
            let theirs = nlri(&theirs.evpn_withdrawn, &theirs.withdrawn);
            same_routes(&ours.expect("nothing is wrong"), &theirs)
        }
        // The rest is not compared: other names of the same bytes, and those that one of both leaves as they are.
        _ => true,
    }
}

fn reached(theirs: &MpReachNlri) -> Vec<Option<Nlri<'static>>> {
    nlri(&theirs.evpn_announced, &theirs.announced)
}

fn nlri(evpn: &[EvpnRoute], unicast: &[NlriEntry]) -> Vec<Option<Nlri<'static>>> {
    let unicast = unicast.iter().map(|entry| match entry.prefix {
        Prefix::V4(prefix) => net(prefix.addr.into(), prefix.len),
        Prefix::V6(prefix) => net(prefix.addr.into(), prefix.len),
    });
    evpn.iter().map(route).chain(unicast.map(Nlri::Unicast).map(Some)).collect()
}

/// Routes of a kind that theirs reads and keeps here.
fn same_routes(ours: &[Route<'_>], theirs: &[Option<Nlri<'static>>]) -> bool {
    let is_kept = |route: &&Route<'_>| they_know(route) || matches!(route.nlri, Nlri::Unicast(_));
    ours.iter().filter(is_kept).map(|route| Some(masked(route.nlri))).eq(theirs.iter().copied())
}
