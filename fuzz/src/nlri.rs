//! The laws of routes, whatever carries them.

use std::ops::Range;

use contrail_wire::IpNet;
use contrail_wire::bgp::{Afi, Error, Families, Family, Nlri, Route, Routes, Safi, evpn};

use crate::bgp::{the_error_is_inside, written};
use crate::{UNWRITTEN, told};

/// Any bytes, taken for routes of each family, with path identifiers and without.
pub fn nlri(bytes: &[u8]) {
    let unknown = Family { afi: Afi::new(0x4004), safi: Safi(71) };
    for family in Families::ALL.iter().chain([unknown]) {
        for add_path in [false, true] {
            all(Routes::new(family, bytes, add_path), &(0..bytes.len()));
        }
    }
}

/// All routes, if they can be read to the end.
pub(crate) fn all<'a>(
    routes: impl Iterator<Item = Result<Route<'a>, Error>>,
    inside: &Range<usize>,
) -> Option<Vec<Route<'a>>> {
    let mut read = Some(Vec::new());
    for next in routes {
        match next {
            Ok(next) => {
                route(&next, inside.len() + 1);
                read.iter_mut().for_each(|read| read.push(next));
            }
            Err(error) => {
                the_error_is_inside(error.into(), inside.clone());
                read = None;
            }
        }
    }
    read
}

pub(crate) fn route(route: &Route<'_>, room: usize) {
    assert!(!route.to_string().is_empty());
    let (nlri, family) = (route.nlri, route.nlri.family());
    let bytes = written(room, |buffer| nlri.encode(buffer));
    let mut again = Routes::new(family, &bytes, false);
    assert_eq!((again.next(), again.next()), (Some(Ok(nlri.into())), None), "what is written is read");
    let mut smaller = vec![UNWRITTEN; bytes.len() - 1];
    assert!(nlri.encode(&mut smaller).is_err(), "a byte too few is refused");
    let key = route.key();
    assert_eq!((key.key(), key.nlri.family()), (key, family), "a key is its own");
    match nlri {
        Nlri::Unicast(prefix) => assert_eq!(nlri.to_string().parse::<IpNet>().as_ref(), Ok(&prefix)),
        Nlri::Vpn(route) => assert_eq!(route.rd.to_string().parse(), Ok(route.rd)),
        Nlri::RouteTarget(membership) => {
            let target = membership.route_target();
            assert!(target.is_none_or(|it| it.to_string().parse() == Ok(it) && membership.wants(it)));
        }
        Nlri::Evpn(route) => evpn_route(&route),
        _ => {}
    }
}

fn evpn_route(route: &evpn::Route<'_>) {
    match route {
        evpn::Route::EthernetAutoDiscovery(route) => told::value(route),
        evpn::Route::MacIp(route) => told::value(route),
        evpn::Route::InclusiveMulticast(route) => told::value(route),
        evpn::Route::EthernetSegment(route) => told::value(route),
        evpn::Route::IpPrefix(route) => told::value(route),
        evpn::Route::SelectiveMulticast(route) => told::value(route),
        evpn::Route::MembershipReportSynch(route) => told::value(route),
        evpn::Route::LeaveSynch(route) => told::value(route),
        evpn::Route::PerRegion(route) => told::value(route),
        evpn::Route::SPmsi(route) => told::value(route),
        _ => {}
    }
    let key = route.key();
    let (text, contrail) = (key.to_string(), key.contrail().to_string());
    let Some(rd) = route.rd() else { return };
    if matches!(route, evpn::Route::Leaf(_) | evpn::Route::Unknown(_)) {
        return;
    }
    assert_eq!(text.parse::<evpn::RouteKey<'static>>(), Ok(key), "text says all");
    assert_eq!(evpn::RouteKey::from_prefix(rd, &key.prefix().to_string()), Ok(key), "{text}");
    // Contrail has no word for no address.
    let says_all = match route {
        evpn::Route::MacIp(route) => route.ip.is_none_or(|it| !it.is_unspecified()),
        evpn::Route::SelectiveMulticast(route) => route.source.is_none_or(|it| !it.is_unspecified()),
        _ => true,
    };
    if says_all {
        assert_eq!(contrail.parse::<evpn::RouteKey<'static>>(), Ok(key), "{contrail}");
    }
}
