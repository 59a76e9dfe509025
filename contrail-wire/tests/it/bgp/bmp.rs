//! The BMP in captures reads as NetGauze reads it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::net::IpAddr;

use contrail_wire::bgp::bmp::{BmpMessage, BmpMessages, PeerHeader};
use contrail_wire::bgp::{Attribute, Message, Nlri, Origin, Route, Session, Update, evpn};
use contrail_wire::{FromBytes, RouteDistinguisher};
use serde_json::Value;

use super::captures::{Connections, streams};
use crate::corpus;

const PORT: u16 = 1790;

/// Whether a message may begin so: version 3, and a length that is not absurd.
fn begins(bytes: &[u8]) -> bool {
    bytes.starts_with(&[3, 0])
}

/// The messages of a capture, a line each, in the order of the lines; `error` for what neither reads.
fn ours(capture: &[u8]) -> Vec<String> {
    let connections = Connections::read(capture, &[PORT]).unwrap();
    let mut lines = Vec::new();
    for run in connections.directions.values().flatten() {
        let mut sessions = BTreeMap::new();
        for stream in streams(run, begins) {
            let mut messages = BmpMessages::new(&stream);
            // Of its own routes FRR says that a neighbour without an identifier is up.
            let text = |message: Result<_, _>| message.map_or("error".into(), |it| line(&it, &mut sessions));
            lines.extend(messages.by_ref().map(text));
        }
    }
    lines.sort();
    lines
}

type Sessions = BTreeMap<(RouteDistinguisher, IpAddr), Session>;

fn line(message: &BmpMessage<'_>, sessions: &mut Sessions) -> String {
    match message {
        BmpMessage::Initiation(information) => format!("initiation {}", information.count()),
        BmpMessage::PeerUp { peer, up } => {
            let Some(session) = up.session() else { return "error".into() };
            sessions.insert((peer.peer_distinguisher, peer.address()), session);
            let open = |message: Message<'_>| match message {
                Message::Open(open) => format!("{} {} {}", open.asn(), open.hold_time, open.identifier),
                other => format!("{other:?}"),
            };
            let [sent, received] =
                [up.sent, up.received].map(|it| open(it.decode(Session::default()).unwrap()));
            let (local, ports) = (up.local_address, (up.local_port, up.remote_port));
            format!("{} up {local} {ports:?} {sent} {received}", peer_text(peer))
        }
        BmpMessage::PeerDown { peer, .. } => format!("{} down", peer_text(peer)),
        BmpMessage::StatisticsReport { peer, statistics } => {
            format!("{} statistics {}", peer_text(peer), statistics.count())
        }
        BmpMessage::RouteMonitoring { peer, update } => {
            let session =
                sessions.get(&(peer.peer_distinguisher, peer.address())).copied().unwrap_or_default();
            let update = update.decode(peer.session(session)).unwrap().update().unwrap();
            // FRR has written paths of two octets where the header says four.
            if update.attributes().any(|raw| raw.unwrap().decode(&update.session()).is_err()) {
                return "error".into();
            }
            format!("{} routes {}", peer_text(peer), update_text(&update))
        }
        other => format!("{other:?}"),
    }
}

fn peer_text(peer: &PeerHeader) -> String {
    let address = match peer.address() {
        address if peer.peer_type == 3 || address.is_unspecified() => "-".into(),
        address => address.to_string(),
    };
    let flags = match peer.peer_type {
        3 => 0,
        _ => peer.peer_flags & 0x70,
    };
    let time =
        f64::from(peer.timestamp_seconds.get() % 86400) + f64::from(peer.timestamp_microseconds.get()) / 1e6;
    let (asn, id) = (peer.peer_as, peer.peer_bgp_id.get());
    format!("{address} {asn} {id} {flags:#x} {time:.6}")
}

fn update_text(update: &Update<'_>) -> String {
    let mut text = String::new();
    for route in update.ipv4_withdrawn() {
        write!(text, " -{}", route_text(&route.unwrap())).unwrap();
    }
    for raw in update.attributes() {
        match raw.unwrap().decode(&update.session()).unwrap() {
            Attribute::Origin(Origin::Igp) => text += " IGP",
            Attribute::Origin(Origin::Egp) => text += " EGP",
            Attribute::Origin(Origin::Incomplete) => text += " Incomplete",
            Attribute::AsPath(path) => {
                write!(text, " path {:?}", path.numbers().collect::<Vec<_>>()).unwrap();
            }
            Attribute::NextHop(address) => write!(text, " via {address}").unwrap(),
            Attribute::MultiExitDisc(it) => write!(text, " metric {it}").unwrap(),
            Attribute::LocalPref(it) => write!(text, " preference {it}").unwrap(),
            Attribute::Communities(list) => {
                let numbers: Vec<_> = list.iter().map(|it| it.get()).collect();
                write!(text, " communities {numbers:?}").unwrap();
            }
            Attribute::LargeCommunities(list) => {
                let texts: Vec<_> = list.iter().map(ToString::to_string).collect();
                write!(text, " large {}", texts.join(" ")).unwrap();
            }
            Attribute::ExtendedCommunities(list) => write!(text, " extended {}", list.len()).unwrap(),
            Attribute::OriginatorId(id) => write!(text, " originator {id}").unwrap(),
            Attribute::ClusterList(list) => write!(text, " clusters {}", list.len()).unwrap(),
            // Labelled unicast is bytes here.
            Attribute::MpReach(reach) if reach.family.name().is_some() => {
                write!(text, " {} via {}", reach.family, reach.next_hop).unwrap();
                reach.routes.for_each(|route| write!(text, " +{}", route_text(&route.unwrap())).unwrap());
            }
            Attribute::MpUnreach(unreach) if unreach.family.name().is_some() => {
                write!(text, " {}", unreach.family).unwrap();
                unreach.routes.for_each(|route| write!(text, " -{}", route_text(&route.unwrap())).unwrap());
            }
            _ => {}
        }
    }
    for route in update.ipv4_routes() {
        write!(text, " +{}", route_text(&route.unwrap())).unwrap();
    }
    text
}

fn route_text(route: &Route<'_>) -> String {
    let id = route.path_id.map_or(String::new(), |id| format!("{id}:"));
    match route.nlri {
        Nlri::Vpn(vpn) => {
            let labels: Vec<_> = vpn.labels.iter().map(|label| label.get()).collect();
            format!("{id}{labels:?}:{}:{}", vpn.rd, vpn.prefix)
        }
        Nlri::Evpn(evpn::Route::EthernetAutoDiscovery(route)) => {
            format!(
                "{id}[{}]:{}:{}:{:?}",
                route.label.get(),
                route.rd,
                route.ethernet_tag,
                route.esi.octets()
            )
        }
        nlri => format!("{id}{nlri}"),
    }
}

/// The same lines from what NetGauze has printed as JSON.
fn theirs(json: &str) -> Vec<String> {
    let mut lines: Vec<_> =
        json.lines().map(|line| json_line(&serde_json::from_str(line).unwrap())).collect();
    lines.sort();
    lines
}

fn json_line(json: &Value) -> String {
    let Some(message) = json.get("V3") else { return "error".into() };
    let (kind, message) = message.as_object().unwrap().iter().next().unwrap();
    let count = |key: &str| message[key].as_array().unwrap().len();
    if kind == "Initiation" {
        return format!("initiation {}", count("information"));
    }
    let peer = json_peer(&message["peer_header"]);
    match kind.as_str() {
        "PeerUpNotification" => {
            let open = |key: &str| {
                let open = &message[key]["Open"];
                let capabilities = open["params"].as_array().unwrap().iter();
                let mut capabilities = capabilities.flat_map(|it| it["Capabilities"].as_array().unwrap());
                let asn = capabilities.find_map(|it| it["FourOctetAs"]["asn4"].as_u64());
                let asn = asn.or_else(|| open["my_as"].as_u64()).unwrap();
                format!("{asn} {} {}", open["hold_time"], open["bgp_id"].as_str().unwrap())
            };
            let local = message["local_address"].as_str().unwrap_or("0.0.0.0");
            let port = |key: &str| message[key].as_u64().unwrap_or_default();
            let ports = (port("local_port"), port("remote_port"));
            format!("{peer} up {local} {ports:?} {} {}", open("sent_message"), open("received_message"))
        }
        "PeerDownNotification" => format!("{peer} down"),
        "StatisticsReport" => format!("{peer} statistics {}", count("counters")),
        _ => format!("{peer} routes {}", json_update(&message["update_message"]["Update"])),
    }
}

fn json_peer(peer: &Value) -> String {
    let (_, kind) = peer["peer_type"].as_object().unwrap().iter().next().unwrap();
    let flag = |key: &str, bit| if kind[key] == true { bit } else { 0 };
    let flags = flag("post_policy", 0x40) | flag("asn2", 0x20) | flag("adj_rib_out", 0x10);
    let time = peer["timestamp"].as_str().unwrap_or("T0Z").split_once('T').unwrap().1.trim_end_matches('Z');
    let time =
        time.split(':').map(|part| part.parse::<f64>().unwrap()).fold(0.0, |sum, part| sum * 60.0 + part);
    let address = peer["address"].as_str().unwrap_or("-");
    format!(
        "{address} {} {} {flags:#x} {time:.6}",
        peer["peer_as"],
        peer["bgp_id"].as_str().unwrap_or("0.0.0.0")
    )
}

fn json_update(update: &Value) -> String {
    let mut text = String::new();
    let list = |value: &Value| value.as_array().unwrap().clone();
    for route in list(&update["withdrawn_routes"]) {
        write!(text, " -{}", json_route(&route)).unwrap();
    }
    for attribute in list(&update["path_attributes"]) {
        let (kind, value) = attribute["value"].as_object().unwrap().iter().next().unwrap();
        match kind.as_str() {
            "Origin" => write!(text, " {}", value.as_str().unwrap()).unwrap(),
            "AsPath" => {
                let (_, segments) = value.as_object().unwrap().iter().next().unwrap();
                let numbers: Vec<_> = list(segments)
                    .iter()
                    .flat_map(|segment| list(&segment["as_numbers"]))
                    .map(|number| number.as_u64().unwrap())
                    .collect();
                write!(text, " path {numbers:?}").unwrap();
            }
            "NextHop" => write!(text, " via {}", value["next_hop"].as_str().unwrap()).unwrap(),
            "MultiExitDiscriminator" => write!(text, " metric {}", value["metric"]).unwrap(),
            "LocalPreference" => write!(text, " preference {}", value["metric"]).unwrap(),
            "Communities" => {
                let numbers: Vec<_> =
                    list(&value["communities"]).iter().map(|it| it.as_u64().unwrap()).collect();
                write!(text, " communities {numbers:?}").unwrap();
            }
            "LargeCommunities" => {
                let texts: Vec<_> = list(&value["communities"])
                    .iter()
                    .map(|it| format!("{}:{}:{}", it["global_admin"], it["local_data1"], it["local_data2"]))
                    .collect();
                write!(text, " large {}", texts.join(" ")).unwrap();
            }
            "ExtendedCommunities" => write!(text, " extended {}", list(&value["communities"]).len()).unwrap(),
            "Originator" => write!(text, " originator {}", value.as_str().unwrap()).unwrap(),
            "ClusterList" => write!(text, " clusters {}", list(value).len()).unwrap(),
            "MpReach" | "MpUnreach" => {
                let (family, value) = value.as_object().unwrap().iter().next().unwrap();
                let family = match family.as_str() {
                    "Ipv4Unicast" => "ipv4 unicast",
                    "Ipv6Unicast" => "ipv6 unicast",
                    "Ipv4MplsVpnUnicast" => "ipv4 vpn",
                    "Ipv6MplsVpnUnicast" => "ipv6 vpn",
                    "L2Evpn" => "l2vpn evpn",
                    _ => continue,
                };
                write!(text, " {family}").unwrap();
                let sign = if kind == "MpReach" { '+' } else { '-' };
                if sign == '+' {
                    write!(text, " via {}", json_next_hop(value)).unwrap();
                }
                for route in list(&value["nlri"]) {
                    write!(text, " {sign}{}", json_route(&route)).unwrap();
                }
            }
            _ => {}
        }
    }
    for route in list(&update["nlri"]) {
        write!(text, " +{}", json_route(&route)).unwrap();
    }
    text
}

fn json_next_hop(value: &Value) -> &str {
    let of_vpn = value["next_hop"].as_object().and_then(|it| it.values().next());
    let next_hop = of_vpn.map_or(&value["next_hop"], |it| &it["next_hop"]);
    next_hop.as_str().or_else(|| value["next_hop_global"].as_str()).unwrap()
}

fn json_route(route: &Value) -> String {
    let id = route["path_id"].as_u64().map_or(String::new(), |id| format!("{id}:"));
    let label = |label: &Value| {
        label.as_array().unwrap().iter().fold(0, |sum, octet| sum << 8 | octet.as_u64().unwrap())
    };
    let evpn = &route["route"]["EthernetAutoDiscovery"];
    if evpn.is_object() {
        let esi: Vec<_> =
            evpn["segment_id"].as_array().unwrap().iter().map(|it| it.as_u64().unwrap()).collect();
        return format!(
            "{id}[{}]:{}:{}:{esi:?}",
            label(&evpn["mpls_label"]),
            json_rd(&evpn["rd"]),
            evpn["tag"]
        );
    }
    let network = route["network"].as_str().unwrap();
    match route["label_stack"].as_array() {
        Some(labels) => {
            let labels: Vec<_> = labels.iter().map(label).collect();
            format!("{id}{labels:?}:{}:{network}", json_rd(&route["rd"]))
        }
        None => format!("{id}{network}"),
    }
}

fn json_rd(rd: &Value) -> String {
    let (kind, rd) = rd.as_object().unwrap().iter().next().unwrap();
    match kind.as_str() {
        "As2Administrator" => format!("{}:{}", rd["asn2"], rd["number"]),
        "Ipv4Administrator" => format!("{}:{}", rd["ip"].as_str().unwrap(), rd["number"]),
        _ if rd["asn4"].as_u64().unwrap() < 65536 => format!("{}L:{}", rd["asn4"], rd["number"]),
        _ => format!("{}:{}", rd["asn4"], rd["number"]),
    }
}

#[test]
fn each_reads_as_netgauze_reads_it() {
    let (Some(captures), Some(golden)) = (corpus::part("captures"), corpus::part("oracle/upstream/netgauze"))
    else {
        return;
    };
    let mut compared = 0;
    for path in corpus::files(&golden) {
        let name = path.strip_prefix(&golden).unwrap().to_str().unwrap();
        let Some(capture) = name.strip_suffix("-bmp.json") else { continue };
        let capture = fs::read(captures.join("NetGauze+NetGauze").join(format!("{capture}.pcap"))).unwrap();
        let (ours, theirs) = (ours(&capture), theirs(&fs::read_to_string(&path).unwrap()));
        for (ours, theirs) in ours.iter().zip(&theirs) {
            assert_eq!(ours, theirs, "{name}");
        }
        assert_eq!(ours.len(), theirs.len(), "{name}");
        compared += ours.len();
    }
    println!("{compared} messages");
    assert!(compared > 2000, "{compared}");
}

#[test]
fn routes_are_sent_to_a_neighbour_if_the_flag_says_so_and_are_not_the_routers_own() {
    let mut peer = PeerHeader::read_from_bytes(&[0; 42]).unwrap();
    let mut says = |peer_type, peer_flags| {
        (peer.peer_type, peer.peer_flags) = (peer_type, peer_flags);
        (peer.is_outgoing(), peer.address().is_ipv6())
    };
    for peer_type in [0, 1, 2] {
        let flags = [0, 0x6f, 0x10, 0x80, 0xff];
        let expected = [(false, false), (false, false), (true, false), (false, true), (true, true)];
        assert_eq!(flags.map(|flags| says(peer_type, flags)), expected);
    }
    assert_eq!([0, 0x10, 0x80, 0xff].map(|flags| says(3, flags)), [(false, false); 4]);
}

#[test]
fn as_numbers_have_two_octets_if_the_flag_says_so_and_routes_are_not_the_routers_own() {
    let mut peer = PeerHeader::read_from_bytes(&[0; 42]).unwrap();
    for (peer_type, peer_flags, expected) in
        [(0, 0, true), (0, 0x20, false), (1, 0x30, false), (2, 0xdf, true), (3, 0, true), (3, 0x20, true)]
    {
        (peer.peer_type, peer.peer_flags) = (peer_type, peer_flags);
        let session = peer.session(Session { four_octet_as: !expected, hold_time: 7, ..Session::default() });
        let told =
            Session { four_octet_as: expected, hold_time: 7, extended_message: true, ..Session::default() };
        assert_eq!(session, told, "{peer_type} {peer_flags:#04x}");
    }
}
