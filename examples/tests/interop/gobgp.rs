//! GoBGP, which is told what to originate by its command line.

use std::fs;
use std::path::Path;
use std::process::Command;

use contrail_wire::bgp::evpn::Route as EvpnRoute;
use contrail_wire::bgp::{Family, Nlri, VpnRoute};
use serde_json::{Value, json};

use crate::lab::{self, Announced, Gap, Listener, Process, Reflected, Table};

const UNKNOWN: &str = "GoBGP 3.10 takes a type above 5 for an error, and disables the family";
const CONSTRAINT: &str = "the listener takes none, so that GoBGP does not hold routes back";

const GAPS: &[Gap] = &[
    ("evpn 6", Table, UNKNOWN),
    ("evpn 6", Reflected, UNKNOWN),
    ("evpn 7", Table, UNKNOWN),
    ("evpn 7", Reflected, UNKNOWN),
    ("evpn 8", Table, UNKNOWN),
    ("evpn 8", Reflected, UNKNOWN),
    ("evpn 9", Table, UNKNOWN),
    ("evpn 9", Reflected, UNKNOWN),
    ("evpn 10", Table, UNKNOWN),
    ("evpn 10", Reflected, UNKNOWN),
    ("evpn 11", Table, UNKNOWN),
    ("evpn 11", Reflected, UNKNOWN),
    ("ipv4 route-target", Reflected, CONSTRAINT),
];

const FAMILIES: [&str; 6] =
    ["ipv4-unicast", "ipv6-unicast", "l3vpn-ipv4-unicast", "l3vpn-ipv6-unicast", "l2vpn-evpn", "rtc"];

/// The families of a neighbor, as its configuration has them.
pub(crate) fn families<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let family = |name: &str| {
        format!("[[neighbors.afi-safis]]\n[neighbors.afi-safis.config]\nafi-safi-name = \"{name}\"\n")
    };
    names.into_iter().map(family).collect()
}

/// A neighbor that routes are reflected to and from.
pub(crate) fn neighbor(address: &str, transport: &str, families: &str) -> String {
    format!(
        "[[neighbors]]\n[neighbors.config]\nneighbor-address = \"{address}\"\npeer-as = 64512\n\
         [neighbors.transport.config]\n{transport}\n[neighbors.timers.config]\nconnect-retry = 1\n\
         [neighbors.route-reflector.config]\nroute-reflector-client = true\n\
         route-reflector-cluster-id = \"10.255.0.2\"\n{families}"
    )
}

/// Starts gobgpd at an address, with the ports of BGP and of its API, and its files in a folder.
pub(crate) fn gobgpd(folder: &Path, address: &str, [port, api]: [&str; 2], neighbors: &str) -> Process {
    let file = folder.join("gobgpd.toml");
    let configuration = format!(
        "[global.config]\nas = 64512\nrouter-id = \"10.255.0.2\"\nport = {port}\n\
         local-address-list = [\"{address}\"]\n{neighbors}"
    );
    fs::write(&file, configuration).unwrap();
    let mut gobgpd = Command::new("gobgpd");
    gobgpd.args(["--api-hosts", &format!("{address}:{api}"), "--pprof-disable", "-f"]).arg(&file);
    Process::start(&mut gobgpd, &folder.join("log"))
}

fn neighbors() -> String {
    let listening = "remote-port = 17922\nlocal-address = \"127.0.0.3\"";
    let without_constraints = FAMILIES.into_iter().take(5);
    neighbor("127.0.0.1", "passive-mode = true", &families(FAMILIES))
        + &neighbor("127.0.0.12", listening, &families(without_constraints))
}

/// What it is told to originate.
const COMMANDS: [&str; 9] = [
    "evpn a-d esi LACP aa:bb:cc:dd:ee:ff 100 etag 0 label 4242 rd 10.88.0.1:4242 rt 65001:4242 encap vxlan",
    "evpn macadv 02:11:22:33:44:55 10.1.1.1 etag 0 label 4242 rd 10.88.0.1:4242 rt 65001:4242 encap vxlan",
    "evpn multicast 10.88.0.1 etag 0 rd 10.88.0.1:4242 rt 65001:4242 encap vxlan",
    "evpn esi 10.88.0.1 esi LACP aa:bb:cc:dd:ee:ff 100 rd 10.88.0.1:0",
    "evpn prefix 10.20.0.0/16 gw 10.99.0.14 etag 0 label 5000 rd 10.88.0.1:5000 rt 65001:5000 encap vxlan",
    "vpnv4 10.30.0.0/16 label 300 rd 65001:300 rt 65001:300",
    "vpnv6 2001:db8:30::/48 label 300 rd 65001:300 rt 65001:300",
    "ipv4 10.31.0.0/16 nexthop 10.88.0.1",
    "ipv6 2001:db8:31::/48 nexthop 2001:db8::88",
];

fn originated() -> Vec<lab::Origination> {
    let vni = |number: u32| json!([{ "raw": number, "vni": number, "mpls": number >> 4 }]);
    let mpls = json!([{ "raw": 300 << 4 | 1, "vni": 300 << 4 | 1, "mpls": 300 }]);
    let (none, segment) = ("00:00:00:00:00:00:00:00:00:00", "01:aa:bb:cc:dd:ee:ff:00:64:00");
    let rd = "10.88.0.1:4242";
    let communities = |list: &[&str]| vec![json!({ "type": "extended_communities", "value": list })];
    let of_network = communities(&["encapsulation:vxlan", "target:65001:4242"]);
    vec![
        (
            json!({ "type": 1, "rd": rd, "esi": segment, "ethernet_tag": 0, "labels": vni(4242) }),
            of_network.clone(),
        ),
        (
            json!({
                "type": 2, "rd": rd, "esi": none, "ethernet_tag": 0, "mac": "02:11:22:33:44:55", "ip": "10.1.1.1",
                "labels": vni(4242),
            }),
            of_network.clone(),
        ),
        (json!({ "type": 3, "rd": rd, "ethernet_tag": 0, "originator": "10.88.0.1" }), of_network),
        (
            json!({ "type": 4, "rd": "10.88.0.1:0", "esi": segment, "originator": "10.88.0.1" }),
            communities(&["es-import:aa:bb:cc:dd:ee:ff"]),
        ),
        (
            json!({
                "type": 5, "rd": "10.88.0.1:5000", "esi": none, "ethernet_tag": 0, "prefix": "10.20.0.0/16",
                "gateway": "10.99.0.14", "labels": vni(5000),
            }),
            communities(&["encapsulation:vxlan", "target:65001:5000"]),
        ),
        (
            json!({ "family": "ipv4 vpn", "rd": "65001:300", "prefix": "10.30.0.0/16", "labels": mpls }),
            communities(&["target:65001:300"]),
        ),
        (
            json!({ "family": "ipv6 vpn", "rd": "65001:300", "prefix": "2001:db8:30::/48", "labels": mpls }),
            communities(&["target:65001:300"]),
        ),
        (
            json!({ "family": "ipv4 unicast", "prefix": "10.31.0.0/16" }),
            vec![json!({ "type": "next_hop", "value": "10.88.0.1" })],
        ),
        (
            json!({ "family": "ipv6 unicast", "prefix": "2001:db8:31::/48" }),
            vec![json!({ "type": "mp_reach_nlri", "family": "ipv6 unicast", "next_hop": "2001:db8::88" })],
        ),
    ]
}

#[test]
fn gobgp() {
    if !lab::is_installed("gobgpd") || !lab::is_installed("gobgp") {
        return;
    }
    let folder = lab::folder("gobgp");
    let families =
        ["ipv4-unicast", "ipv6-unicast", "ipv4-vpn", "ipv6-vpn", "l2vpn-evpn"].map(|name| ["--family", name]);
    let listener = Listener::start("127.0.0.12:17922", &families.concat());
    let _gobgpd = gobgpd(&folder, "127.0.0.3", ["17920", "17923"], &neighbors());
    let _announcer = lab::announcer("127.0.0.3:17920", &folder.join("announcer"));
    let gobgp = ["-u", "127.0.0.3", "-p", "17923", "global", "rib"];

    lab::compare("GoBGP", GAPS, &listener, &originated(), || {
        // Again each time, since it may not have been there before; it makes no difference if it was.
        for command in COMMANDS {
            let words: Vec<&str> = command.split(' ').collect();
            lab::printed("gobgp", &[&gobgp[..], &["add", "-a"], &words].concat());
        }
        let tables = ["evpn", "vpnv4", "vpnv6", "ipv4", "ipv6", "rtc"].map(|family| {
            (family, lab::printed_json("gobgp", &[&gobgp[..], &["-j", "-a", family]].concat()))
        });
        move |announced: &Announced| {
            let family = match announced.route.family() {
                Family::EVPN => "evpn",
                Family::VPN_IPV4 => "vpnv4",
                Family::VPN_IPV6 => "vpnv6",
                Family::IPV6_UNICAST => "ipv6",
                Family::ROUTE_TARGET => "rtc",
                _ => "ipv4",
            };
            let table =
                tables.iter().find(|(name, _)| *name == family).and_then(|(_, table)| table.as_object());
            let paths =
                table.into_iter().flat_map(|table| table.values()).filter_map(Value::as_array).flatten();
            paths
                .filter(|path| has_communities(path, announced))
                .any(|path| is(&path["nlri"], &announced.route))
        }
    });
}

/// Next hop and route targets.
fn has_communities(path: &Value, Announced { said, .. }: &Announced) -> bool {
    let attributes = path["attrs"].as_array().cloned().unwrap_or_default();
    let shown = |kind: u8| attributes.iter().find(move |it| it["type"] == kind);
    let next_hop = shown(14).or_else(|| shown(3)).map(|it| it["nexthop"].as_str().unwrap_or_default());
    let values = shown(16).and_then(|it| it["value"].as_array()).cloned().unwrap_or_default();
    let has = |target: String| {
        values.iter().any(|it| it["subtype"] == 2 && target.strip_prefix("target:") == it["value"].as_str())
    };
    next_hop == Some(&said.next_hop.to_string()) && said.route_targets.iter().all(|it| has(it.to_string()))
}

fn is(shown: &Value, route: &Nlri<'_>) -> bool {
    let rd = |value: &Value| {
        format!(
            "{}:{}",
            value["admin"].as_str().map_or_else(|| value["admin"].to_string(), str::to_owned),
            value["assigned"]
        )
    };
    let vnis = || route.labels().map(|label| json!(label.vni().get())).collect::<Vec<_>>();
    let Nlri::Evpn(evpn) = route else {
        return match route {
            Nlri::Vpn(VpnRoute { prefix, labels, rd: ours }) => {
                let labels: Vec<_> = labels.iter().map(|label| label.mpls_label().get()).collect();
                shown["prefix"] == prefix.to_string()
                    && shown["labels"] == json!(labels)
                    && rd(&shown["rd"]) == ours.to_string()
            }
            Nlri::RouteTarget(wish) => shown["prefix"] == wish.to_string().replace("target:", ""),
            other => shown["prefix"] == other.to_string(),
        };
    };
    let value = &shown["value"];
    let same = |field: &str, ours: &dyn ToString| value[field] == ours.to_string();
    if shown["type"] != evpn.route_type().0 || Some(rd(&value["rd"])) != evpn.rd().map(|rd| rd.to_string()) {
        return false;
    }
    match evpn {
        EvpnRoute::EthernetAutoDiscovery(it) => {
            value["etag"] == it.ethernet_tag.get() && value["label"] == it.label.vni().get()
        }
        EvpnRoute::MacIp(it) => {
            let ip = it.ip.map_or("<nil>".to_owned(), |ip| ip.to_string());
            same("mac", &it.mac) && same("ip", &ip) && value["labels"] == json!(vnis())
        }
        EvpnRoute::InclusiveMulticast(it) => {
            same("ip", &it.originator) && value["etag"] == it.ethernet_tag.get()
        }
        EvpnRoute::EthernetSegment(it) => same("ip", &it.originator),
        EvpnRoute::IpPrefix(it) => {
            let none = if it.prefix.addr().is_ipv4() { "0.0.0.0" } else { "::" };
            let gateway = it.gateway.map_or(none.to_owned(), |gateway| gateway.to_string());
            same("prefix", &it.prefix) && same("gateway", &gateway) && value["label"] == it.label.vni().get()
        }
        _ => false,
    }
}
