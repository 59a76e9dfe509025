//! FRR's bgpd, without zebra.

use std::fs;
use std::path::Path;
use std::process::Command;

use contrail_wire::bgp::evpn::{IpPrefixRoute, Route as EvpnRoute};
use contrail_wire::bgp::{Nlri, VpnRoute};
use serde_json::{Value, json};

use crate::lab::{self, Announced, Gap, Listener, Process, Reflected, Table};

const UNKNOWN: &str = "bgpd skips EVPN types above 5";
const NO_GATEWAY: &str = "bgpd leaves the gateway of a prefix out";
const NO_CONSTRAINT: &str = "bgpd has no route target constraint";

const GAPS: &[Gap] = &[
    ("evpn 1", Reflected, "bgpd sets the label to 0"),
    ("evpn 5 gateway", Table, NO_GATEWAY),
    ("evpn 5 gateway", Reflected, NO_GATEWAY),
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
    ("ipv4 route-target", Table, NO_CONSTRAINT),
    ("ipv4 route-target", Reflected, NO_CONSTRAINT),
];

const NEIGHBORS: &str = "
 neighbor 127.0.0.1 remote-as 64512
 neighbor 127.0.0.1 passive
 neighbor 127.0.0.12 remote-as 64512
 neighbor 127.0.0.12 port 17912
 neighbor 127.0.0.12 timers connect 1
";

/// What it is told to originate, by family.
const NETWORKS: [(&str, &str); 5] = [
    ("ipv4 unicast", "198.51.100.0/24"),
    ("ipv6 unicast", "2001:db8:51::/48"),
    ("ipv4 vpn", "198.51.100.0/24 rd 64512:8002 label 300"),
    ("ipv6 vpn", "2001:db8:52::/48 rd 64512:8002 label 301"),
    (
        "l2vpn evpn",
        "198.51.100.0/24 rd 10.255.0.1:9002 ethtag 0 label 9002 esi 00:00:00:00:00:00:00:00:00:00 \
         gwip 0.0.0.0 routermac 02:00:00:00:00:0c",
    ),
];

fn configuration() -> String {
    let families = NETWORKS.map(|(family, network)| {
        let neighbors = ["127.0.0.1", "127.0.0.12"]
            .map(|it| format!("  neighbor {it} activate\n  neighbor {it} route-reflector-client\n"));
        format!(" address-family {family}\n{}  network {network}\n exit-address-family\n", neighbors.concat())
    });
    format!(
        "router bgp 64512\n bgp router-id 10.255.0.1\n no bgp default ipv4-unicast\n{NEIGHBORS}{}",
        families.concat()
    )
}

pub(crate) const BGPD: &str = "/usr/lib/frr/bgpd";

/// Starts bgpd at an address and port, with its files in a folder.
pub(crate) fn bgpd(folder: &Path, configuration: &str, address: &str, port: &str) -> Process {
    fs::write(folder.join("frr.conf"), configuration).unwrap();
    let socket = folder.to_str().unwrap();
    let mut bgpd = Command::new(BGPD);
    bgpd.args(["--no_zebra", "--skip_runas", "-l", address, "-p", port, "-P", "0"]).args([
        "--vty_socket",
        socket,
        "-f",
        &format!("{socket}/frr.conf"),
        "-i",
        &format!("{socket}/pid"),
    ]);
    Process::start(&mut bgpd, &folder.join("log"))
}

#[test]
fn frr() {
    if !lab::is_installed(BGPD) {
        return;
    }
    let folder = lab::folder("frr");
    let listener = Listener::start("127.0.0.12:17912", &[]);
    let _bgpd = bgpd(&folder, &configuration(), "127.0.0.2", "17910");
    let socket = folder.to_str().unwrap();
    let _announcer = lab::announcer("127.0.0.2:17910", &folder.join("announcer"));

    let show = |what: &str| {
        lab::printed_json("vtysh", &["--vty_socket", socket, "-c", &format!("show bgp {what} json")])
    };
    let mpls = |label: u32| json!([{ "raw": label << 4 | 1, "vni": label << 4 | 1, "mpls": label }]);
    let originated = [
        (json!({ "family": "ipv4 unicast", "prefix": "198.51.100.0/24" }), vec![]),
        (json!({ "family": "ipv6 unicast", "prefix": "2001:db8:51::/48" }), vec![]),
        (
            json!({ "family": "ipv4 vpn", "rd": "64512:8002", "prefix": "198.51.100.0/24", "labels": mpls(300) }),
            vec![],
        ),
        (
            json!({ "family": "ipv6 vpn", "rd": "64512:8002", "prefix": "2001:db8:52::/48", "labels": mpls(301) }),
            vec![],
        ),
        (
            json!({
                "type": 5, "rd": "10.255.0.1:9002", "esi": "00:00:00:00:00:00:00:00:00:00", "ethernet_tag": 0,
                "prefix": "198.51.100.0/24", "gateway": null, "labels": mpls(9002),
            }),
            vec![json!({ "type": "extended_communities", "value": ["router-mac:02:00:00:00:00:0c"] })],
        ),
    ];
    lab::compare("FRR", GAPS, &listener, &originated, || {
        let evpn = show("l2vpn evpn route detail");
        let others =
            ["ipv4 unicast", "ipv6 unicast", "ipv4 vpn", "ipv6 vpn"].map(|family| (family, show(family)));
        move |announced: &Announced| {
            let table = |route: &Nlri<'_>| {
                let name = route.family().to_string();
                others.iter().find(|(family, _)| *family == name).map(|(_, table)| &table["routes"])
            };
            let path = match &announced.route {
                Nlri::Evpn(route) => {
                    let rd = route.rd().map(|rd| rd.to_string()).unwrap_or_default();
                    &evpn[rd][route.key().prefix().to_string()]["paths"][0][0]
                }
                vpn @ Nlri::Vpn(VpnRoute { rd, prefix, .. }) => {
                    let Some(table) = table(vpn) else { return false };
                    &table["routeDistinguishers"][rd.to_string()][prefix.to_string()][0]
                }
                other => {
                    let Some(table) = table(other) else { return false };
                    &table[other.to_string()][0]
                }
            };
            has_next_hop(path, announced)
                && has_gateway(path, announced)
                && has_vni(path, announced)
                && has_communities(path, announced)
        }
    });
}

fn has_next_hop(path: &Value, announced: &Announced) -> bool {
    path["nexthops"][0]["ip"] == announced.said.next_hop.to_string()
}

fn has_gateway(path: &Value, announced: &Announced) -> bool {
    match announced.route {
        Nlri::Evpn(EvpnRoute::IpPrefix(IpPrefixRoute { gateway: Some(gateway), .. })) => {
            path.to_string().contains(&gateway.to_string())
        }
        _ => true,
    }
}

/// The VNI of a MAC address or a prefix is shown, and that of other types is not.
fn has_vni(path: &Value, announced: &Announced) -> bool {
    if !matches!(lab::kind(&lab::object(announced.route)).as_str(), "evpn 2" | "evpn 5" | "evpn 5 gateway") {
        return true;
    }
    let shown = path["vni"].as_str().unwrap_or_default().split('/').map(str::to_owned);
    shown.eq(announced.route.labels().map(|label| label.vni().to_string()))
}

/// Route targets and encapsulation, where they are shown.
fn has_communities(path: &Value, announced: &Announced) -> bool {
    let shown = path["extendedCommunity"]["string"].as_str().unwrap_or_default();
    let shown: Vec<&str> = shown.split(' ').collect();
    let targets = announced.said.route_targets.iter().map(|it| it.to_string().replace("target:", "RT:"));
    let mut wanted = targets.chain(announced.said.encapsulation.map(|it| format!("ET:{}", it.get())));
    !matches!(announced.route, Nlri::Evpn(_)) || wanted.all(|it| shown.contains(&it.as_str()))
}
