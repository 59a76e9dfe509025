//! What BGP must carry: as texts, against the traces, and over the wire.

use std::net::IpAddr;

use contrail_model::routes::{Destination, Difference, Origin, RouteEntry};
use contrail_model::trace::{Hop, Route, RouteKind, Step};
use contrail_model::{Fabric, Routes, Trace};
use contrail_wire::bgp::{Family, Message, Session, UpdateBuilder, evpn};

use crate::fabrics::examples;
use crate::golden::assert_golden;
use crate::scenarios::{IRONIC, best};
use crate::{OCTAVIA, fabric, in_r2011, ipv6, solved, with, with_proxy};

const UUID: &str = "3fa85f64-5717-4562-b3fc-2c963f66afa6";

#[test]
fn each_speaker_announces_what_its_golden_text_says() {
    for (name, text) in [("octavia", OCTAVIA), ("ironic", IRONIC)] {
        let [article, r2011] = [text, &in_r2011(text)].map(|text| best(text).routes().to_string());
        assert_golden(&format!("routes-{name}"), &article);
        let r2011 = if r2011 == article { "as in release article\n" } else { &r2011 };
        assert_golden(&format!("routes-{name}-r2011"), r2011);
    }
}

/// Every example as it is and after each way of its plan, in both releases, and with VXLAN first.
pub(crate) fn fabrics() -> impl Iterator<Item = Fabric> {
    let texts = examples().into_values().flat_map(|text| [in_r2011(&text), text]);
    let texts = texts.chain([ipv6::octavia(), with_proxy()]).flat_map(|text| {
        let vxlan_first = text.replace("[MPLSoUDP, MPLSoGRE, VXLAN]", "[VXLAN, MPLSoUDP, MPLSoGRE]");
        [text, vxlan_first]
    });
    texts.flat_map(|text| {
        let fabric = fabric(&text);
        let ways = fabric.plan().candidates;
        let ways: Vec<Fabric> = ways.iter().map(|way| way.apply(&fabric)).collect();
        [fabric].into_iter().chain(ways)
    })
}

fn hops(trace: &Trace) -> impl Iterator<Item = Hop<'_>> {
    trace.paths().flat_map(|path| path.hops())
}

/// Whether an entry is the route that a trace names, of the right kind and to the right place, with the label or VNI
/// that the packet then gets.
fn is_chosen(entry: &RouteEntry, chosen: &Route, id: &str) -> bool {
    let is_of_kind = match (&entry.destination, chosen.kind) {
        (Destination::Evpn(evpn::Route::MacIp(route)), RouteKind::EvpnMacIp) => {
            route.ip == Some(chosen.to.addr())
        }
        (Destination::Evpn(evpn::Route::IpPrefix(route)), RouteKind::EvpnPrefix) => route.prefix == chosen.to,
        (Destination::Vpn { prefix, .. }, RouteKind::L3vpn) => *prefix == chosen.to,
        _ => false,
    };
    let words: Vec<&str> = chosen.next_hop.split(' ').collect();
    let leads_there = match words.as_slice() {
        ["VTEP", "of", speaker] => &*entry.speaker == *speaker,
        [_, address, "of", speaker] => &*entry.speaker == *speaker && entry.next_hop.to_string() == *address,
        _ => false,
    };
    is_of_kind && leads_there && entry.to_string().contains(&format!(", {id},"))
}

/// Whether an entry is a type-5 route of the same logical router that leads to the address and is longer than the
/// chosen one.
fn is_longer(entry: &RouteEntry, chosen: &Route, address: IpAddr, id: &str) -> bool {
    match &entry.destination {
        Destination::Evpn(evpn::Route::IpPrefix(route)) => {
            chosen.kind == RouteKind::EvpnPrefix
                && route.prefix.contains(&address)
                && route.prefix.prefix_len() > chosen.to.prefix_len()
                && entry.to_string().contains(&format!(", {id},"))
        }
        _ => false,
    }
}

/// The speakers that a frame is bridged to over a tunnel, in the words of a trace.
fn bridged_to(to: &str) -> Vec<&str> {
    match to.strip_prefix("VTEP of ") {
        Some(devices) => devices.split(", ").collect(),
        None => to.strip_prefix("the vRouter of ").into_iter().collect(),
    }
}

#[test]
fn every_mac_address_that_a_trace_bridges_to_is_announced() {
    let mut seen = 0;
    for fabric in fabrics() {
        let routes = fabric.routes();
        for trace in fabric.trace_required() {
            for step in hops(&trace).flat_map(|hop| hop.steps()) {
                let Step::Bridge { mac: sought, to, .. } = &step else { continue };
                for speaker in bridged_to(to) {
                    seen += 1;
                    let is_there = routes.of(speaker).any(|entry| match entry.destination {
                        Destination::Evpn(evpn::Route::MacIp(route)) => route.mac == *sought,
                        _ => false,
                    });
                    assert!(is_there, "{step}\n{routes}");
                }
            }
        }
    }
    assert!(seen > 0);
}

#[test]
fn every_route_that_a_trace_takes_is_announced() {
    let mut seen = [RouteKind::EvpnMacIp, RouteKind::EvpnPrefix, RouteKind::L3vpn].map(|kind| (kind, 0));
    for fabric in fabrics() {
        let routes = fabric.routes();
        for trace in fabric.trace_required() {
            for hop in hops(&trace) {
                let steps = hop.steps();
                for (at, step) in steps.iter().enumerate() {
                    let Step::Lookup { chosen, destination, .. } = step else { continue };
                    let Some((_, count)) = seen.iter_mut().find(|(kind, _)| *kind == chosen.kind) else {
                        continue;
                    };
                    let id = steps.iter().skip(at).find_map(|step| match step {
                        Step::Encapsulate { id, .. } => Some(id),
                        _ => None,
                    });
                    // Dropped before it is in the tunnel.
                    let Some(id) = id else { continue };
                    *count += 1;
                    let is_there = routes.entries.iter().any(|entry| is_chosen(entry, chosen, id));
                    assert!(is_there, "{}: {chosen} ({id})\n{routes}", hop.node());
                    let longer =
                        routes.entries.iter().find(|entry| is_longer(entry, chosen, *destination, id));
                    assert!(longer.is_none(), "{}: {chosen} ({id})\n{longer:?}", hop.node());
                }
            }
        }
    }
    assert!(seen.iter().all(|(_, count)| *count > 0), "{seen:?}");
}

#[test]
fn a_trace_floods_to_those_who_announce_type_3() {
    let mut floods = 0;
    for fabric in fabrics() {
        let routes = fabric.routes();
        for trace in fabric.trace_required() {
            for hop in hops(&trace) {
                for step in &hop.steps() {
                    let Step::Flood { network, to, .. } = step else { continue };
                    floods += 1;
                    let to: Vec<&str> = to.iter().map(|name| &**name).collect();
                    assert_eq!(routes.flood_list(network, hop.node()), to, "{}", hop.node());
                }
            }
        }
    }
    assert!(floods > 0);
}

/// Routes as UPDATEs.
pub(crate) fn updates<'r>(entries: impl IntoIterator<Item = &'r RouteEntry>) -> Vec<Vec<u8>> {
    let session = Session::default();
    let mut messages = Vec::new();
    let mut rest: Vec<&RouteEntry> = entries.into_iter().collect();
    while let Some(first) = rest.first().copied() {
        let (alike, other) = rest.into_iter().partition(|entry| {
            entry.attributes() == first.attributes() && entry.bgp_next_hop() == first.bgp_next_hop()
        });
        let alike: Vec<&RouteEntry> = alike;
        rest = other;
        let attributes = first.attributes();
        let all = alike.iter().map(|entry| entry.route());
        let mut builder = UpdateBuilder::announce(&session, first.bgp_next_hop(), &attributes, all);
        let mut buffer = [0xa5; 4096];
        while let Some(bytes) = builder.encode_next(&mut buffer).unwrap() {
            messages.push(bytes.to_vec());
        }
    }
    messages
}

/// The routes of a speaker as UPDATEs and back.
fn over_the_wire(speaker: &str, routes: &Routes) -> Routes {
    let mut found = Routes::default();
    for bytes in updates(routes.of(speaker)) {
        let (message, behind) = Message::decode(&bytes, Session::default()).unwrap();
        assert!(behind.is_empty());
        let update = message.update().unwrap();
        assert_eq!(update.validate(|error| panic!("{error}")), None);
        found.observe(speaker, &update);
    }
    found
}

#[test]
fn all_routes_of_a_speaker_go_over_the_wire_and_back() {
    let mut families = Vec::new();
    for fabric in fabrics() {
        let routes = fabric.routes();
        for speaker in routes.speakers() {
            let expected = Routes { entries: routes.of(speaker).cloned().collect(), left_out: Vec::new() };
            let found = over_the_wire(speaker, &routes);
            assert_eq!(found.entries.len(), expected.entries.len());
            let differences: Vec<String> = expected.diff(&found).iter().map(ToString::to_string).collect();
            assert_eq!(differences, [""; 0]);
            let bare = |routes: &Routes| {
                let mut entries = routes.entries.clone();
                entries.sort_by_cached_key(RouteEntry::key);
                entries.iter_mut().for_each(|entry| entry.origin = Origin::Observed);
                entries
            };
            assert_eq!(bare(&expected), bare(&found));
            families.extend(expected.entries.iter().map(|entry| entry.route().nlri.family()));
        }
    }
    for family in [Family::EVPN, Family::VPN_IPV4, Family::VPN_IPV6, Family::IPV4_UNICAST] {
        assert!(families.contains(&family), "{family}");
    }
}

#[test]
fn a_difference_says_which_route_and_which_field() {
    let before = fabric(&solved()).routes();
    assert_eq!(before.diff(&before), []);
    let after = fabric(&with(
        &solved(),
        &[
            ("vni: 9001", "vni: 9009"),
            ("extended_to: [leaf1, leaf2]", "extended_to: [leaf1]"),
            ("amphora-2, host: compute2", "amphora-2, host: compute1"),
        ],
    ))
    .routes();
    let differences: Vec<String> = before.diff(&after).iter().map(ToString::to_string).collect();
    assert_golden("routes-difference", &(differences.join("\n") + "\n"));

    let back = after.diff(&before);
    let count =
        |of: fn(&Difference<'_>) -> bool, all: &[Difference<'_>]| all.iter().filter(|it| of(it)).count();
    let forth = before.diff(&after);
    let missing = |it: &Difference<'_>| matches!(it, Difference::Missing(_));
    let unexpected = |it: &Difference<'_>| matches!(it, Difference::Unexpected(_));
    assert_eq!(count(missing, &forth), count(unexpected, &back));
    assert_eq!(count(unexpected, &forth), count(missing, &back));
}

#[test]
fn a_segment_is_announced_where_the_uuid_is_known_and_otherwise_missed() {
    let uuid = format!("  - name: ctl1\n    uuid: {UUID}\n    ports");
    let routes = fabric(&with(&solved(), &[("  - name: ctl1\n    ports", &uuid)])).routes();
    let left_out: Vec<&str> = routes.left_out.iter().map(String::as_str).collect();
    assert_eq!(
        left_out,
        ["ctl2 on leaf1, leaf2", "compute1 on leaf3, leaf4", "compute2 on leaf3, leaf4"].map(|group| format!(
            "types 1 and 4 of port group {group}: its segment follows from its UUID, which the document does not give"
        ))
    );
    let of_segment =
        routes.of("leaf1").filter(|entry| entry.to_string().contains("00:46:34:a9:b9:2b:34:f3:c7:00"));
    let of_segment: Vec<String> = of_segment.map(|entry| format!("{entry}\n")).collect();
    assert_golden("routes-segment", &of_segment.concat());
}

/// The lines of a text that contain all of the words, without indentation.
fn lines<'t>(text: &'t str, words: &[&str]) -> Vec<&'t str> {
    text.lines().map(str::trim).filter(|line| words.iter().all(|word| line.contains(word))).collect()
}

#[test]
fn a_dc_gateway_says_udp_by_a_community_and_gre_by_none() {
    let on_gateway = ("extended_to: [leaf1, leaf2]", "extended_to: [dcgw1]");
    let mx = ("overlay_roles: [DC-Gateway]", "overlay_roles: [DC-Gateway], product: MX204");
    let asn = ("autonomous_system: 64512", "autonomous_system: 65001");
    let gre = ("[MPLSoUDP, MPLSoGRE, VXLAN]", "[MPLSoGRE, MPLSoUDP, VXLAN]");
    let route = |changes: &[(&str, &str)]| {
        let text = fabric(&with(&solved(), &[&[on_gateway, asn], changes].concat())).routes().to_string();
        let found = lines(&text, &["10.255.0.21:1:10.99.0.0/24"]).concat();
        found
            .strip_prefix("10.255.0.21:1:10.99.0.0/24 via 10.255.0.21, label 299776, ")
            .unwrap_or_default()
            .to_owned()
    };
    let targets = "target:65001:8000001 target:65001:8000002";
    let origin = "(logical router octavia, network octavia)";
    assert_eq!(route(&[]), format!("{targets} 0x030c0000fde9000d {origin}"), "a QFX has the AS number in it");
    assert_eq!(route(&[mx]), format!("{targets} 0x030c0000fc00000d {origin}"), "an MX always 64512");
    assert_eq!(route(&[mx, gre]), format!("{targets} {origin}"));

    let r2011 = fabric(&in_r2011(&with(&solved(), &[on_gateway]))).routes().to_string();
    assert_eq!(lines(&r2011, &["10.255.0.21:1:10.99.0.0/24"]), [""; 0]);
    assert_eq!(lines(&r2011, &["10.255.0.21:1:[5]:[0]:[24]:[10.99.0.0]", "VNI 9001"]).len(), 1);
    // The gateway of a central gateway is advertised in either release, and marked as one in the article's.
    let gateway = |text: &str| lines(text, &["10.255.0.21:7999:[2]:[5001]", "[10.99.0.1]"]).concat();
    let article = fabric(&with(&solved(), &[on_gateway])).routes().to_string();
    assert!(gateway(&article).contains("default-gateway") && !gateway(&r2011).contains("default-gateway"));
    assert!(!gateway(&r2011).is_empty());
}

#[test]
fn a_vrouter_that_does_vxlan_says_so_alone_and_takes_part_in_broadcasts() {
    let text = with(&solved(), &[("[MPLSoUDP, MPLSoGRE, VXLAN]", "[VXLAN, MPLSoUDP, MPLSoGRE]")]);
    let routes = fabric(&text).routes();
    let told: Vec<String> = routes.of("compute1").map(|entry| format!("{entry}\n")).collect();
    assert_golden("routes-vrouter-vxlan", &told.concat());
    assert_eq!(routes.flood_list("octavia", "leaf1"), ["leaf2"], "vRouters have a tree of their own");
}

#[test]
fn each_vrouter_with_a_member_announces_a_virtual_service() {
    let text = examples().remove("kubernetes-keystone").unwrap();
    let routes = fabric(&text).routes();
    let of_service = |entry: &&RouteEntry| entry.origin == Origin::VirtualService("keystone-auth".into());
    let mut keys: Vec<String> =
        routes.entries.iter().filter(of_service).map(|entry| entry.key().to_string()).collect();
    keys.retain(|key| key.contains(":10.96.0.10/32"));
    assert_eq!(keys.len(), 2, "{keys:?}");
}

#[test]
fn what_is_withdrawn_is_missing() {
    let routes = fabric(&solved()).routes();
    let (session, mut buffer) = (Session::default(), [0xa5; 4096]);
    let mut found = over_the_wire("compute1", &routes);
    let gone: Vec<&RouteEntry> = routes.of("compute1").take(2).collect();
    let mut builder = UpdateBuilder::withdraw(&session, gone.iter().map(|entry| entry.route()));
    while let Some(bytes) = builder.encode_next(&mut buffer).unwrap() {
        let (message, _) = Message::decode(bytes, session).unwrap();
        found.observe("compute2", &message.update().unwrap());
        found.observe("compute1", &message.update().unwrap());
    }
    let expected = Routes { entries: routes.of("compute1").cloned().collect(), left_out: Vec::new() };
    let missing: Vec<Difference<'_>> = gone.into_iter().map(Difference::Missing).collect();
    assert_eq!(expected.diff(&found), missing);
}

#[test]
fn an_autonomous_system_of_four_octets_leaves_less_room_for_numbers() {
    let text = with(&solved(), &[("autonomous_system: 64512", "autonomous_system: 4200000001")]);
    let routes = fabric(&text).routes().to_string();
    assert!(routes.contains("target:4200000001:8001 ") && !routes.contains(":8000001"), "{routes}");
}

#[test]
fn an_object_that_is_there_twice_announces_once() {
    let twice = with(&solved(), &[("name: amphora-2, host: compute2", "name: amphora-2, host: compute1")]);
    let twice = twice.replace("10.99.0.12", "10.99.0.11").replace("02:aa:00:00:00:12", "02:aa:00:00:00:11");
    let routes = fabric(&twice).routes();
    let mut keys: Vec<_> = routes.entries.iter().map(|entry| (&entry.speaker, entry.key())).collect();
    keys.sort_unstable();
    assert!(keys.windows(2).all(|pair| !matches!(pair, [a, b] if a == b)));
}
