//! ExaBGP, which decodes and prints what comes. It has no table, reflects nothing and originates no EVPN from its
//! configuration.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use contrail_wire::bgp::{Family, Nlri, Route, Routes, VpnRoute};
use serde_json::{Value, json};

use crate::lab::{self, Announced, Gap, Listener, Process, Reflected, Table};

const NO_REFLECTION: &str = "ExaBGP reflects nothing";

const GAPS: &[Gap] = &[
    ("evpn 1", Reflected, NO_REFLECTION),
    ("evpn 2", Reflected, NO_REFLECTION),
    ("evpn 3", Reflected, NO_REFLECTION),
    ("evpn 4", Reflected, NO_REFLECTION),
    ("evpn 5", Reflected, NO_REFLECTION),
    ("evpn 5 gateway", Reflected, NO_REFLECTION),
    ("evpn 6", Reflected, NO_REFLECTION),
    ("evpn 7", Reflected, NO_REFLECTION),
    ("evpn 8", Reflected, NO_REFLECTION),
    ("evpn 9", Reflected, NO_REFLECTION),
    ("evpn 10", Reflected, NO_REFLECTION),
    ("evpn 11", Reflected, NO_REFLECTION),
    ("ipv4 unicast", Reflected, NO_REFLECTION),
    ("ipv6 unicast", Reflected, NO_REFLECTION),
    ("ipv4 vpn", Reflected, NO_REFLECTION),
    ("ipv6 vpn", Reflected, NO_REFLECTION),
    ("ipv4 route-target", Table, "ExaBGP 4 has no route target constraint"),
    ("ipv4 route-target", Reflected, NO_REFLECTION),
];

const COMMON: &str = "
  router-id 10.255.0.3; local-address 127.0.0.4; local-as 64512; peer-as 64512; hold-time 90;
  family { ipv4 unicast; ipv6 unicast; ipv4 mpls-vpn; ipv6 mpls-vpn; l2vpn evpn; }
  static {
    route 203.0.113.0/24 next-hop 10.88.0.3;
    route 2001:db8:113::/48 next-hop 2001:db8::88;
    route 10.32.0.0/16 rd 64512:8003 label 302 next-hop 10.88.0.3 extended-community [ target:64512:8003 ];
    route 2001:db8:32::/48 rd 64512:8003 label 302 next-hop 2001:db8::88 extended-community [ target:64512:8003 ];
  }";

#[test]
fn exabgp() {
    if !lab::is_installed("exabgp") {
        return;
    }
    let folder = lab::folder("exabgp");
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    // Its own output stays open: ExaBGP takes a program that closes that for dead.
    fs::write(path("keep"), format!("#!/bin/sh\ncat >{}\n", path("messages"))).unwrap();
    fs::set_permissions(path("keep"), fs::Permissions::from_mode(0o755)).unwrap();
    let configuration = format!(
        "process keep {{ run {}; encoder json; }}\n\
         neighbor 127.0.0.1 {{{COMMON} passive true; listen 17930; api {{ processes [ keep ]; receive {{ parsed; update; }} }} }}\n\
         neighbor 127.0.0.12 {{{COMMON} connect 17932; }}\n",
        path("keep"),
    );
    fs::write(path("exabgp.conf"), configuration).unwrap();
    let listener = Listener::start("127.0.0.12:17932", &[]);
    let user = lab::printed("id", &["-un"]);
    let mut exabgp = Command::new("exabgp");
    exabgp
        .env("exabgp.daemon.user", user.trim())
        .env("exabgp.tcp.bind", "127.0.0.4")
        .env("exabgp.tcp.port", "17930")
        .env("exabgp.api.cli", "false")
        .arg(path("exabgp.conf"));
    let _exabgp = Process::start(&mut exabgp, &folder.join("log"));
    let _announcer = lab::announcer("127.0.0.4:17930", &folder.join("announcer"));

    let labels = json!([{ "raw": 302 << 4 | 1, "vni": 302 << 4 | 1, "mpls": 302 }]);
    let target = json!({ "type": "extended_communities", "value": ["target:64512:8003"] });
    let originated = [
        (
            json!({ "family": "ipv4 unicast", "prefix": "203.0.113.0/24" }),
            vec![json!({ "type": "next_hop", "value": "10.88.0.3" })],
        ),
        (
            json!({ "family": "ipv6 unicast", "prefix": "2001:db8:113::/48" }),
            vec![json!({ "type": "mp_reach_nlri", "family": "ipv6 unicast", "next_hop": "2001:db8::88" })],
        ),
        (
            json!({ "family": "ipv4 vpn", "rd": "64512:8003", "prefix": "10.32.0.0/16", "labels": labels }),
            vec![
                json!({ "type": "mp_reach_nlri", "family": "ipv4 vpn", "next_hop": "10.88.0.3" }),
                target.clone(),
            ],
        ),
        (
            json!({ "family": "ipv6 vpn", "rd": "64512:8003", "prefix": "2001:db8:32::/48", "labels": labels }),
            vec![
                json!({ "type": "mp_reach_nlri", "family": "ipv6 vpn", "next_hop": "2001:db8::88" }),
                target,
            ],
        ),
    ];
    lab::compare("ExaBGP", GAPS, &listener, &originated, || {
        let text = fs::read_to_string(path("messages")).unwrap_or_default();
        let messages: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        move |announced: &Announced| messages.iter().any(|message| has(message, announced))
    });
}

/// Whether an UPDATE that it decoded has the route, with next hop and route targets.
fn has(message: &Value, announced: &Announced) -> bool {
    let update = &message["neighbor"]["message"]["update"];
    let family = match announced.route.family() {
        Family::EVPN => "l2vpn evpn",
        Family::VPN_IPV4 => "ipv4 mpls-vpn",
        Family::VPN_IPV6 => "ipv6 mpls-vpn",
        Family::IPV4_UNICAST => "ipv4 unicast",
        Family::IPV6_UNICAST => "ipv6 unicast",
        _ => return false,
    };
    let communities = update["attribute"]["extended-community"].as_array().cloned().unwrap_or_default();
    let has_target = |target: &String| communities.iter().any(|it| it["string"] == *target);
    let routes = update["announce"][family][announced.said.next_hop.to_string()]
        .as_array()
        .cloned()
        .unwrap_or_default();
    announced.said.route_targets.iter().map(ToString::to_string).all(|target| has_target(&target))
        && routes.iter().any(|route| is(route, &announced.route))
}

fn is(shown: &Value, route: &Nlri<'_>) -> bool {
    match route {
        Nlri::Evpn(_) => {
            let raw = octets(shown["raw"].as_str().unwrap_or_default());
            let mut routes = Routes::new(Family::EVPN, &raw, false);
            routes.next() == Some(Ok(Route::from(*route))) && routes.next().is_none()
        }
        Nlri::Vpn(VpnRoute { rd, prefix, labels }) => {
            let labels: Vec<_> = labels.iter().map(|label| json!([label.mpls_label().get()])).collect();
            *shown == json!({ "nlri": prefix.to_string(), "rd": rd.to_string(), "label": labels })
        }
        other => *shown == json!({ "nlri": other.to_string() }),
    }
}

fn octets(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}
