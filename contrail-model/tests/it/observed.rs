//! Routes as others print and record them, against those that the fabric of the article needs.

use std::time::Duration;

use contrail_model::Fabric;
use contrail_model::routes::{Observed, RouteEntry, Routes};
use contrail_wire::bgp::evpn::Route as EvpnRoute;
use contrail_wire::bgp::{
    ExtendedCommunity, ExtendedCommunityKind, Family, Nlri, Route, Session, UpdateBuilder,
};
use contrail_wire::capture::PcapWriter;
use contrail_wire::net::ipv4::Ipv4Header;
use contrail_wire::net::tcp::{TcpFlags, TcpHeader};
use contrail_wire::{EthernetSegmentId, Header, IpProtocol, LinkType, frame};
use serde_json::json;

use crate::routes::{fabrics, updates};
use crate::{OCTAVIA, fabric};

/// `show bgp l2vpn evpn route detail json` of FRR 8.4.4 and `gobgp global rib -a evpn -j` of GoBGP 3.10, after our announcer
/// gave them the fabric's routes, withdrew one and changed another.
const FRR: &str = include_str!("observed/frr-octavia.json");
const GOBGP: &str = include_str!("observed/gobgp-octavia.json");

fn solved() -> Fabric {
    let fabric = fabric(OCTAVIA);
    fabric.plan().best().unwrap().apply(&fabric)
}

fn observed(fabric: &Fabric, bytes: &[u8]) -> Observed {
    let mut observed = Observed::default();
    observed.read(fabric, bytes).unwrap();
    observed
}

fn drift(expected: &Routes, observed: &Observed) -> Vec<String> {
    let expected = expected.of_families(observed.families);
    expected.drift(&observed.routes()).iter().map(ToString::to_string).collect()
}

#[test]
fn what_frr_and_gobgp_print_tells_what_was_withdrawn_and_what_was_changed() {
    let fabric = solved();
    for (printed, not_shown) in [
        (FRR, vec!["type-3 routes: replication, replication_flags", "type-5 routes: gateway, segment"]),
        (GOBGP, vec!["type-3 routes: replication_flags"]),
    ] {
        let observed = observed(&fabric, printed.as_bytes());
        assert_eq!(
            drift(&fabric.routes(), &observed),
            [
                "the type-5 route of compute1 for workload amphora-1 differs in communities\n  compute1: different \
                 10.1.2.21:2:[5]:[0]:[32]:[10.99.0.11] (workload amphora-1); communities: expected \
                 `target:64512:8000005 encapsulation:vxlan router-mac:02:c0:00:00:02:21`, found `target:64512:4711 \
                 encapsulation:vxlan router-mac:02:c0:00:00:02:21`",
                "leaf1 is not in the flood list of octavia (VNI 5001): its type-3 route is missing\n  leaf1: missing \
                 10.255.0.11:7999:[3]:[5001]:[32]:[10.255.0.11] via 10.255.0.11, ingress-replication to 10.255.0.11, \
                 VNI 5001, target:64512:8000001 encapsulation:vxlan (network octavia)",
            ]
        );
        assert_eq!(observed.not_shown(), not_shown);
        assert_eq!(observed.families.iter().collect::<Vec<_>>(), [Family::EVPN]);
    }
}

#[test]
fn a_label_that_a_table_shows_is_compared() {
    let fabric = solved();
    for (printed, from, to) in
        [(FRR, "\"vni\":\"9001\"", "\"vni\":\"9002\""), (GOBGP, "\"label\":9001", "\"label\":9002")]
    {
        let changed = printed.replace(from, to);
        let drift = drift(&fabric.routes(), &observed(&fabric, changed.as_bytes())).join("\n");
        assert!(drift.contains("label: expected `VNI 9001`, found `VNI 9002`"), "{drift}");
    }
}

fn refused(text: &str) -> String {
    let mut observed = Observed::default();
    let error = observed.read(&fabric(OCTAVIA), text.as_bytes()).unwrap_err();
    assert_eq!(observed, Observed::default());
    error.to_string()
}

#[test]
fn what_is_not_as_it_is_printed_is_told_by_its_place() {
    let table = |prefix: &str, path: &str| {
        format!(r#"{{"10.0.0.1:7":{{"rd":"10.0.0.1:7","{prefix}":{{"paths":[[{path}]]}}}}}}"#)
    };
    let flooding = "[3]:[0]:[32]:[10.0.0.1]";
    for (text, error) in [
        ("{", "line 1, column 1: EOF while parsing an object".to_owned()),
        ("{}", "no route is shown, and so not of which family there are none".to_owned()),
        (
            "# EVPN",
            "expected what FRR, GoBGP or Junos print, a capture, MRT records or BMP messages".to_owned(),
        ),
        ("<a><b></a>", "byte 6: ill-formed document: expected `</b>`, but `</a>` was found".to_owned()),
        ("<a><b></b>", "expected the end of an element".to_owned()),
        (&"<a>".repeat(99), "byte 96: expected the elements of a route table, found deeper ones".to_owned()),
        (
            "<route-information><route-table/></route-information>",
            "/route-information/0: expected the table bgp.evpn.0".to_owned(),
        ),
        (
            r#"{"route-information":[{"route-table":[{"table-name":[{"data":"bgp.evpn.0"}],"rt":[{"rt-destination":
               [{"data":"3:10.0.0.1:7"}]}]}]}]}"#,
            "/route-information/0/route-table/0/rt/0: `3:10.0.0.1:7`, expected a route such as \
             3:10.255.0.11:7999::5002::10.255.0.11"
                .to_owned(),
        ),
        (
            &table("[3]:[0]", "{}"),
            "/10.0.0.1:7/[3]:[0]: not an EVPN route: expected 10.0.0.1:7:[2]:[0]:[48]:[02:aa:00:00:00:11] or \
             2-10.0.0.1:7-0-02:aa:00:00:00:11,0.0.0.0"
                .to_owned(),
        ),
        (&table(flooding, "{}"), format!("/10.0.0.1:7/{flooding}/paths/0/0: missing field `nexthops`")),
        (
            &table(flooding, r#"{"nexthops":[{"ip":"10.0.0"}]}"#),
            format!("/10.0.0.1:7/{flooding}/paths/0/0/nexthops/0/ip: invalid IP address syntax"),
        ),
        (
            r#"{"10.0.0.0/8":[{"nlri":{"type":2,"value":{"rd":{"type":0,"admin":1,"assigned":2}}}}]}"#,
            "/10.0.0.0~18/0/nlri/value: missing field `esi`".to_owned(),
        ),
        (
            r#"{"10.0.0.0/8":[{"nlri":{"prefix":"10.0.0.0/8"}}]}"#,
            "/10.0.0.0~18/0: expected `attrs`".to_owned(),
        ),
    ] {
        assert_eq!(refused(text), error);
    }
}

#[test]
fn other_families_are_read_from_frr_and_gobgp() {
    let fabric = fabric(OCTAVIA);
    for (text, routes, not_shown) in [
        (
            r#"{"routes":{"routeDistinguishers":{"10.1.2.21:1":{"10.99.0.11/32":[{"nexthops":[{"ip":"10.1.2.21"}]}]}}}}"#,
            ["10.1.2.21:1:10.99.0.11/32 via 10.1.2.21 (observed)"],
            ["L3VPN routes: communities, label"].as_slice(),
        ),
        (
            r#"{"routes":{"10.99.0.11/32":[{"bestpath":true,"nexthops":[{"ip":"10.1.2.21"}]},{"nexthops":[{"ip":"10.1.2.22"}]}]}}"#,
            ["10.99.0.11/32 via 10.1.2.21 (observed)"],
            ["unicast routes: communities"].as_slice(),
        ),
        (
            r#"{"k":[{"nlri":{"prefix":"10.99.0.11/32","labels":[16],"rd":{"type":2,"admin":7,"assigned":1}},
                "attrs":[{"type":14,"nexthop":"10.1.2.21"}]}]}"#,
            ["7L:1:10.99.0.11/32 via 10.1.2.21, label 16 (observed)"],
            [].as_slice(),
        ),
        (
            r#"{"k":[{"nlri":{"prefix":"10.99.0.11/32"},"attrs":[{"type":3,"nexthop":"10.1.2.21"}]}]}"#,
            ["10.99.0.11/32 via 10.1.2.21 (observed)"],
            [].as_slice(),
        ),
    ] {
        let observed = observed(&fabric, text.as_bytes());
        assert_eq!(observed.routes().entries.iter().map(ToString::to_string).collect::<Vec<_>>(), routes);
        assert_eq!(observed.not_shown(), not_shown);
        assert_eq!(&*observed.routes().entries.first().unwrap().speaker, "compute1");
    }
}

#[test]
fn a_segment_of_gobgp_is_read_by_its_type() {
    for (printed, esi) in [
        ("ESI_ARBITRARY | 01:02:03:04:05:06:07:08:09", "00:01:02:03:04:05:06:07:08:09"),
        ("ESI_LACP | system mac aa:bb:cc:dd:ee:ff, port key 100", "01:aa:bb:cc:dd:ee:ff:00:64:00"),
        ("ESI_MSTP | bridge mac aa:bb:cc:dd:ee:ff, priority 100", "02:aa:bb:cc:dd:ee:ff:00:64:00"),
        ("ESI_MAC | system mac aa:bb:cc:dd:ee:ff, local discriminator 100", "03:aa:bb:cc:dd:ee:ff:00:00:64"),
        ("ESI_ROUTERID | router id 1.1.1.1, local discriminator 100", "04:01:01:01:01:00:00:00:64:00"),
        ("ESI_AS | as 65000, local discriminator 100", "05:00:00:fd:e8:00:00:00:64:00"),
    ] {
        let text = format!(
            r#"{{"k":[{{"nlri":{{"type":4,"value":{{"rd":{{"type":1,"admin":"10.0.0.1","assigned":0}},"esi":"{printed}",
                "ip":"10.0.0.1"}}}},"attrs":[{{"type":14,"nexthop":"10.0.0.1"}}]}}]}}"#
        );
        let observed = observed(&fabric(OCTAVIA), text.as_bytes());
        let route = observed.routes().entries.first().unwrap().key().to_string();
        assert_eq!(route, format!("10.0.0.1:0:[4]:[{esi}]:[32]:[10.0.0.1]"));
    }
}

/// What Junos would print of routes, by name, next hop and communities: no device was asked.
fn junos(routes: &Routes) -> Vec<(String, String, Vec<String>)> {
    let hex = |esi: EthernetSegmentId| esi.to_string().replace(':', "").trim_start_matches("00").to_owned();
    let name = |route: &EvpnRoute<'_>| {
        Some(match route {
            EvpnRoute::EthernetAutoDiscovery(it) if it.ethernet_tag.get() == u32::MAX => {
                format!("1:{}::{}::FFFF:FFFF", it.rd, hex(it.esi))
            }
            EvpnRoute::EthernetAutoDiscovery(it) => {
                format!("1:{}::{}::{}", it.rd, hex(it.esi), it.ethernet_tag)
            }
            EvpnRoute::MacIp(it) => {
                let ip = it.ip.map(|ip| format!("::{ip}")).unwrap_or_default();
                format!("2:{}::{}::{}{ip}", it.rd, it.ethernet_tag, it.mac)
            }
            EvpnRoute::InclusiveMulticast(it) => {
                format!("3:{}::{}::{}", it.rd, it.ethernet_tag, it.originator)
            }
            EvpnRoute::EthernetSegment(it) => format!("4:{}::{}:{}", it.rd, hex(it.esi), it.originator),
            EvpnRoute::IpPrefix(it) => {
                let (address, length) = (it.prefix.addr(), it.prefix.prefix_len());
                format!("5:{}::{}::{address}::{length}", it.rd, it.ethernet_tag)
            }
            _ => return None,
        })
    };
    let community = |community: &ExtendedCommunity| match community.kind() {
        ExtendedCommunityKind::Encapsulation(tunnel) => {
            format!("encapsulation:{tunnel}(0x{:x})", tunnel.get())
        }
        ExtendedCommunityKind::EsImport(mac) => {
            format!("es-import-target:{}", mac.to_string().replace(':', "-"))
        }
        ExtendedCommunityKind::DefaultGateway => "evpn-default-gateway".to_owned(),
        _ => community.to_string(),
    };
    let entries = routes.entries.iter().filter_map(|entry| match entry.key() {
        Nlri::Evpn(route) => Some((
            name(&route)?,
            entry.next_hop.to_string(),
            entry.communities.iter().map(community).collect(),
        )),
        _ => None,
    });
    entries.collect()
}

/// With `display json`.
fn junos_json(routes: &[(String, String, Vec<String>)]) -> String {
    let data = |text: &str| json!([{ "data": text }]);
    let routes = routes.iter().map(|(name, next_hop, communities)| {
        let communities: Vec<_> = communities.iter().map(|community| json!({ "data": community })).collect();
        json!({
            "rt-destination": data(name),
            "rt-entry": [{
                "active-tag": data("*"),
                "protocol-name": data("BGP"),
                "protocol-nh": [{ "to": data(next_hop) }],
                "communities": [{ "community": communities }],
            }],
        })
    });
    let routes: Vec<_> = routes.collect();
    let table = json!({ "table-name": data("bgp.evpn.0"), "rt": routes });
    let other = json!({ "table-name": data("red.evpn.0"), "rt": [{ "rt-destination": data("no route") }] });
    json!({ "route-information": [{ "attributes": { "xmlns": "" }, "route-table": [other, table] }] })
        .to_string()
}

/// With `display xml`.
fn junos_xml(routes: &[(String, String, Vec<String>)]) -> String {
    let route = |(name, next_hop, communities): &(String, String, Vec<String>)| {
        let communities: Vec<String> =
            communities.iter().map(|community| format!("<community>{community}</community>")).collect();
        format!(
            "<rt junos:style=\"detail\">\n<rt-destination>{name}</rt-destination>\n<rt-entry><active-tag>*</active-tag>\
             <current-active/><protocol-name>BGP</protocol-name><protocol-nh><to>{next_hop}</to></protocol-nh>\
             <communities>{}</communities></rt-entry>\n</rt>\n",
            communities.concat()
        )
    };
    format!(
        "<rpc-reply xmlns:junos=\"http://xml.juniper.net/junos/21.4R0/junos\">\n<route-information>\n<!-- keepalive -->\n\
         <route-table>\n<table-name>bgp.evpn.0</table-name>\n{}</route-table></route-information></rpc-reply>\n",
        routes.iter().map(route).collect::<String>()
    )
}

#[test]
fn what_junos_prints_is_read_as_json_and_as_xml() {
    for fabric in fabrics() {
        let expected = fabric.routes();
        let mut routes = junos(&expected);
        for printed in [junos_json(&routes), junos_xml(&routes)] {
            let observed = observed(&fabric, printed.as_bytes());
            assert_eq!(observed.routes().entries.len(), routes.len());
            assert_eq!(drift(&expected, &observed), [""; 0], "{printed}");
        }
        let (_, _, communities) = routes.last_mut().unwrap();
        communities.push("target:64512:4711".to_owned());
        let gone = routes.remove(0).0;
        for printed in [junos_json(&routes), junos_xml(&routes)] {
            let drift = drift(&expected, &observed(&fabric, printed.as_bytes())).join("\n");
            assert_eq!(drift.matches(": missing ").count(), 1, "{gone}: {drift}");
            assert_eq!(drift.matches("; communities: expected ").count(), 1, "{drift}");
        }
    }
}

#[test]
fn a_route_of_junos_without_protocol_next_hop_is_of_whose_address_is_in_its_distinguisher() {
    let printed = |rd: &str| {
        format!(
            "<route-information><route-table><table-name>bgp.evpn.0</table-name><rt><rt-destination>5:{rd}::0::\
             2001:db8::::64/248</rt-destination><rt-entry><nh><to>10.0.0.1</to></nh></rt-entry></rt></route-table>\
             </route-information>"
        )
    };
    let fabric = fabric(OCTAVIA);
    let observed = observed(&fabric, printed("10.255.0.11:1").as_bytes());
    let routes = observed.routes();
    let [route] = routes.entries.as_slice() else { panic!("{observed:?}") };
    assert_eq!(
        (&*route.speaker, route.key().to_string().as_str()),
        ("leaf1", "10.255.0.11:1:[5]:[0]:[64]:[2001:db8::]")
    );
    assert_eq!(observed.not_shown(), ["type-5 routes: communities, gateway, label, next_hop, segment"]);
    assert_eq!(
        refused(&printed("64512:1")),
        "/route-information/0/route-table/0/rt/0/rt-entry/0: expected `protocol-nh`: `show route table bgp.evpn.0 \
         extensive` has it"
    );
}

/// BGP4MP_MESSAGE_AS4 (RFC 6396 section 4.4.3).
fn bgp4mp(message: &[u8]) -> Vec<u8> {
    let mut body = vec![0, 0, 0xfc, 0, 0, 0, 0xfc, 0, 0, 0, 0, 1, 10, 0, 0, 1, 10, 0, 0, 2];
    body.extend(message);
    record(16, 4, &body)
}

/// RIB_GENERIC (RFC 6396 section 4.3.3) with the entry of one neighbour.
fn rib(entry: &RouteEntry) -> Vec<u8> {
    let family = entry.route().nlri.family();
    let mut body = vec![0, 0, 0, 1];
    body.extend(family.afi.get().to_be_bytes());
    body.push(family.safi.0);
    let mut buffer = [0xa5; 256];
    let rest = entry.route().nlri.encode(&mut buffer).unwrap().len();
    body.extend(buffer.get(..buffer.len() - rest).unwrap());
    // One entry: neighbour, time, the attributes behind their length.
    body.extend([0, 1, 0, 0, 0, 0, 0, 0]);
    let message = updates([entry]).concat();
    // Behind the header of the message, the length of withdrawn routes and that of the attributes.
    let attributes = message.get(19 + 2 + 2..).unwrap();
    body.extend(u16::try_from(attributes.len()).unwrap().to_be_bytes());
    body.extend(attributes);
    record(13, 6, &body)
}

fn record(kind: u8, subtype: u8, body: &[u8]) -> Vec<u8> {
    let mut record = vec![0x68, 0, 0, 0, 0, kind, 0, subtype];
    record.extend(u32::try_from(body.len()).unwrap().to_be_bytes());
    record.extend(body);
    record
}

/// Route Monitoring (RFC 7854 section 4.6).
fn bmp(message: &[u8]) -> Vec<u8> {
    let mut whole = vec![3];
    whole.extend(u32::try_from(6 + 42 + message.len()).unwrap().to_be_bytes());
    whole.push(0);
    whole.extend([0; 42]);
    whole.extend(message);
    whole
}

#[test]
fn what_is_recorded_is_found() {
    let fabric = solved();
    let expected = fabric.routes();
    let messages = updates(&expected.entries);
    let evpn: Vec<&RouteEntry> =
        expected.entries.iter().filter(|entry| matches!(entry.key(), Nlri::Evpn(_))).collect();
    for (recorded, routes) in [
        (messages.iter().flat_map(|message| bgp4mp(message)).collect::<Vec<u8>>(), expected.entries.len()),
        (messages.iter().flat_map(|message| bmp(message)).collect(), expected.entries.len()),
        (evpn.iter().flat_map(|entry| rib(entry)).collect(), evpn.len()),
    ] {
        let observed = observed(&fabric, &recorded);
        assert_eq!(observed.routes().entries.len(), routes);
        assert_eq!(drift(&expected, &observed), [""; 0]);
        assert_eq!(observed.not_shown(), [""; 0]);
        let cut = recorded.get(..recorded.len() - 1).unwrap();
        let error = Observed::default().read(&fabric, cut).unwrap_err().to_string();
        assert!(error.starts_with("byte ") && error.ends_with(": expected a whole record"), "{error}");
    }
}

#[test]
fn a_route_that_is_withdrawn_in_a_record_is_gone() {
    let fabric = solved();
    let expected = fabric.routes();
    let silent: Vec<Route<'_>> = expected.of("leaf2").map(RouteEntry::route).collect();
    let session = Session::default();
    let mut recorded: Vec<u8> =
        updates(&expected.entries).iter().flat_map(|message| bgp4mp(message)).collect();
    let mut builder = UpdateBuilder::withdraw(&session, silent);
    let mut buffer = [0xa5; 4096];
    while let Some(message) = builder.encode_next(&mut buffer).unwrap() {
        recorded.extend(bgp4mp(message));
    }
    let drift = drift(&expected, &observed(&fabric, &recorded));
    let causes: Vec<&str> = drift.iter().filter_map(|drift| drift.lines().next()).collect();
    assert_eq!(causes, ["leaf2 is silent: none of its 13 routes is there"]);
}

/// A capture of what one end of a BGP session says, in segments of some bytes.
fn captured(messages: &[u8], segment: usize) -> Vec<u8> {
    let mut file = Vec::new();
    let mut writer = PcapWriter::new(&mut file, LinkType::RawIp).unwrap();
    let mut sequence = 1;
    for payload in messages.chunks(segment) {
        let mut tcp = TcpHeader::new(40000, 179, TcpFlags::ACK);
        tcp.sequence_number.set(sequence);
        sequence += u32::try_from(payload.len()).unwrap();
        let ip = Ipv4Header::new([10, 0, 0, 1].into(), [10, 0, 0, 2].into(), IpProtocol::TCP);
        let mut headers = [Header::Ipv4(ip, &[]), Header::Tcp(tcp, &[])];
        frame::complete(&mut headers, payload, &mut [0; 4096]).unwrap();
        let mut buffer = [0; 4096];
        let bytes = frame::encode(&headers, payload, &mut buffer).unwrap();
        writer.frame(Duration::from_secs(1), bytes, bytes.len()).unwrap();
    }
    file
}

#[test]
fn the_sessions_of_a_capture_are_read() {
    let fabric = solved();
    let expected = fabric.routes();
    let messages = updates(&expected.entries).concat();
    assert_eq!(drift(&expected, &observed(&fabric, &captured(&messages, 700))), [""; 0]);
    // A message of 18 bytes is shorter than its header.
    let broken = [&messages[..], &[0xff; 16], &[0, 18, 2]].concat();
    let error = Observed::default().read(&fabric, &captured(&broken, 700)).unwrap_err();
    assert_eq!(error.place, format!("frame {}", broken.len().div_ceil(700)), "{error}");
}

#[test]
fn what_one_neighbour_withdraws_is_still_there_of_another_until_its_session_ends() {
    let fabric = solved();
    let expected = fabric.routes();
    let of = |peer: u8, mut message: Vec<u8>| {
        message[6 + 2 + 8 + 15] = peer;
        message
    };
    let all = |peer| updates(&expected.entries).into_iter().flat_map(move |it| of(peer, bmp(&it)));
    let session = Session::default();
    let mut builder = UpdateBuilder::withdraw(&session, expected.entries.iter().map(RouteEntry::route));
    let mut buffer = [0xa5; 4096];
    let mut withdrawn = Vec::new();
    while let Some(message) = builder.encode_next(&mut buffer).unwrap() {
        withdrawn.extend(of(1, bmp(message)));
    }
    let mut recorded: Vec<u8> = all(1).chain(all(2)).chain(withdrawn).collect();
    let held = observed(&fabric, &recorded);
    assert_eq!(held.routes().entries.len(), expected.entries.len());
    assert_eq!(drift(&expected, &held), [""; 0]);
    let mut down = of(2, bmp(&[2, 0, 0]));
    down[5] = 2;
    recorded.extend(down);
    assert_eq!(observed(&fabric, &recorded).routes().entries.len(), 0);
}
