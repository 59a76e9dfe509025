//! The EVPN routes that NetGauze reads too.

use std::net::IpAddr;

use contrail_wire::bgp::evpn::{
    self, EthernetAutoDiscoveryRoute, EthernetSegmentRoute, InclusiveMulticastRoute, IpPrefixRoute,
    MacIpRoute,
};
use contrail_wire::bgp::{Error, Family, Nlri, Routes};
use contrail_wire::{
    EthernetSegmentId, EthernetTag, IpNet, LabelField, MacAddr, Problem, RouteDistinguisher,
};
use netgauze_bgp_pkt::nlri::{
    EthernetSegmentIdentifier, EthernetTag as TheirTag, L2EvpnIpPrefixRoute, L2EvpnRoute, MplsLabel,
    RouteDistinguisher as TheirDistinguisher,
};
use netgauze_parse_utils::WritablePdu;
use netgauze_parse_utils::reader::SliceReader;
use netgauze_parse_utils::traits::ParseFrom;

use super::{Known, each_route, is_known, masked};

/// Any bytes, taken for EVPN routes, and what they write of them.
pub fn against_netgauze(bytes: &[u8]) {
    each_route(bytes, |one| {
        let ours = ours(one);
        match (&ours, L2EvpnRoute::parse(&mut SliceReader::new(one))) {
            (_, Ok(L2EvpnRoute::Unknown { .. })) | (Err(_), Err(_)) => {}
            (Ok(ours), Ok(theirs)) => {
                assert_eq!(*ours, route(&theirs), "of {theirs:?}");
                let mut written = Vec::new();
                theirs.write(&mut written).expect("it was read");
                assert_eq!(self::ours(&written), Ok(masked(*ours)), "of {theirs:?}");
            }
            (_, theirs) => {
                let known = known(one, &ours, theirs.is_ok());
                is_known(&format_args!("ours {ours:?}, theirs {theirs:?}; Update {one:?}"), &known);
            }
        }
    });
}

fn ours(one: &[u8]) -> Result<Nlri<'_>, Error> {
    let mut routes = Routes::new(Family::EVPN, one, false);
    routes.next().expect("there are bytes").map(|route| route.nlri)
}

/// Of routes that one of both refuses.
fn known(one: &[u8], ours: &Result<Nlri<'_>, Error>, they_read: bool) -> [Known; 2] {
    let kind = one.get(2..4).and_then(|kind| kind.first_chunk()).map(|kind| u16::from_be_bytes(*kind));
    let is_too_long = |error: &Error| matches!(error.problem, Problem::Field { field: "length", .. });
    [
        (
            "theirs knows types 0 to 2 of a route distinguisher, and 65535 of one value; to ours eight bytes are one, as it is \
             compared by nothing else (RFC 4364 4.1)",
            !they_read && ours.is_ok() && kind.is_some_and(|kind| kind > 2),
        ),
        (
            "theirs leaves what is behind the last field of a route, and writes it as a shorter one; ours refuses it: a length is \
             that of the value (RFC 7432 7)",
            they_read && ours.as_ref().is_err_and(is_too_long) && is_longer_than_theirs(one),
        ),
    ]
}

/// Whether theirs writes fewer bytes than it has read.
fn is_longer_than_theirs(one: &[u8]) -> bool {
    L2EvpnRoute::parse(&mut SliceReader::new(one)).is_ok_and(|theirs| theirs.len() < one.len())
}

/// The same route.
fn route(theirs: &L2EvpnRoute) -> Nlri<'static> {
    let rd = |it: TheirDistinguisher| RouteDistinguisher::new(u64::from(it).to_be_bytes());
    let esi = |it: &EthernetSegmentIdentifier| EthernetSegmentId::new(*it.value());
    let tag = |it: &TheirTag| EthernetTag::new(it.value());
    let label = |it: &MplsLabel| {
        let [a, b, c] = *it.value();
        LabelField::new(u32::from_be_bytes([0, a, b, c])).expect("it has 24 bits")
    };
    let gateway = |it: IpAddr| Some(it).filter(|it| !it.is_unspecified());
    Nlri::Evpn(match theirs {
        L2EvpnRoute::EthernetAutoDiscovery(it) => {
            evpn::Route::EthernetAutoDiscovery(EthernetAutoDiscoveryRoute {
                rd: rd(it.rd()),
                esi: esi(it.segment_id()),
                ethernet_tag: tag(it.tag()),
                label: label(it.mpls_label()),
            })
        }
        L2EvpnRoute::MacIpAdvertisement(it) => evpn::Route::MacIp(MacIpRoute {
            rd: rd(it.rd()),
            esi: esi(it.segment_id()),
            ethernet_tag: tag(it.tag()),
            mac: MacAddr::new(*it.mac().value()),
            ip: it.ip(),
            label1: label(it.mpls_label1()),
            label2: it.mpls_label2().map(label),
        }),
        L2EvpnRoute::InclusiveMulticastEthernetTagRoute(it) => {
            evpn::Route::InclusiveMulticast(InclusiveMulticastRoute {
                rd: rd(it.rd()),
                ethernet_tag: tag(it.tag()),
                originator: it.ip(),
            })
        }
        L2EvpnRoute::EthernetSegmentRoute(it) => evpn::Route::EthernetSegment(EthernetSegmentRoute {
            rd: rd(it.rd()),
            esi: esi(it.segment_id()),
            originator: it.ip(),
        }),
        L2EvpnRoute::IpPrefixRoute(L2EvpnIpPrefixRoute::V4(it)) => evpn::Route::IpPrefix(IpPrefixRoute {
            rd: rd(it.rd()),
            esi: esi(it.segment_id()),
            ethernet_tag: tag(it.tag()),
            prefix: IpNet::V4(it.prefix()),
            gateway: gateway(it.gateway().into()),
            label: label(it.label()),
        }),
        L2EvpnRoute::IpPrefixRoute(L2EvpnIpPrefixRoute::V6(it)) => evpn::Route::IpPrefix(IpPrefixRoute {
            rd: rd(it.rd()),
            esi: esi(it.segment_id()),
            ethernet_tag: tag(it.tag()),
            prefix: IpNet::V6(it.prefix()),
            gateway: gateway(it.gateway().into()),
            label: label(it.label()),
        }),
        L2EvpnRoute::Unknown { .. } => unreachable!("nothing is claimed of it"),
    })
}
