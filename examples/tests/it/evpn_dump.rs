//! `evpn_dump` as a user meets it.

use std::fmt::Write as _;
use std::io::Write;
use std::process::{Command, Output, Stdio};

use contrail_wire::bgp::evpn::{Route, RouteKey};
use contrail_wire::bgp::{Nlri, RouteTargetMembership, Session, UpdateBuilder, VpnRoute};
use contrail_wire::{Label, LabelField, Vni, doc};
use serde_json::{Value, json};

fn dump(options: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_evpn_dump"))
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn objects(output: &Output) -> Vec<Value> {
    std::str::from_utf8(&output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn hex(octets: &[u8]) -> String {
    octets.iter().fold(String::new(), |mut text, octet| {
        write!(text, "{octet:02x}").unwrap();
        text
    })
}

#[test]
fn an_update_shows_routes_attributes_and_errors() {
    let good = hex(doc::EVPN_UPDATE);
    let mut broken = doc::EVPN_UPDATE.to_vec();
    broken[66] = 31; // the IP length of the MAC/IP route
    let output = dump(&[], &format!("{good}\n{}\n", hex(&broken)));
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let attributes = json!([
        { "type": "mp_reach_nlri", "family": "l2vpn evpn", "next_hop": "10.0.0.1" },
        { "type": "origin", "value": "igp" },
        { "type": "as_path", "segments": [] },
        { "type": "local_pref", "value": 100 },
        { "type": "extended_communities", "value": ["target:64512:5001", "encapsulation:vxlan"] },
    ]);
    let shown = objects(&output);
    assert_eq!(shown[0]["attributes"], attributes);
    assert_eq!(
        shown[0]["routes"],
        json!([{
            "type": 2, "rd": "10.0.0.1:7", "esi": "00:00:00:00:00:00:00:00:00:00", "ethernet_tag": 0, "mac": "02:aa:00:00:00:11",
            "ip": "10.99.0.11", "labels": [{ "raw": 5001, "vni": 5001, "mpls": 312 }],
        }])
    );
    assert_eq!((&shown[0]["withdrawn"], &shown[0]["errors"]), (&json!([]), &json!([])));
    assert_eq!(shown[1]["attributes"], attributes);
    assert_eq!(shown[1]["routes"], json!([]));
    assert_eq!(
        shown[1]["errors"],
        json!([{
            "layer": "evpn_mac_ip_route", "offset": 35,
            "message": "ip_length is 31, expected 0, 32 or 128 (RFC 7432 7.2)",
            "disposition": "disable l2vpn evpn",
        }])
    );
}

#[test]
fn every_kind_of_route_has_its_fields() {
    let keys = [
        "10.0.0.1:7:[1]:[4294967295]:[00:01:02:03:04:05:06:07:08:09]",
        "10.0.0.1:7:[3]:[0]:[32]:[10.0.0.1]",
        "10.0.0.1:7:[4]:[00:01:02:03:04:05:06:07:08:09]:[32]:[10.0.0.1]",
        "10.0.0.1:7:[5]:[0]:[24]:[10.99.0.0]",
    ];
    let keys = keys.map(|text| text.parse::<RouteKey<'static>>().unwrap());
    let labels = [LabelField::from(Label::new(300).unwrap())];
    let vpn = VpnRoute {
        labels: &labels,
        rd: "64512:7".parse().unwrap(),
        prefix: "2001:db8::/32".parse().unwrap(),
    };
    let wish = RouteTargetMembership::new(64512, "64512:100".parse().unwrap());
    let others = [Nlri::from(vpn), wish.into(), Nlri::Unicast("192.0.2.0/24".parse().unwrap())];
    let routes: Vec<Nlri<'_>> = keys
        .iter()
        .map(|key| match *key.route() {
            Route::IpPrefix(mut route) => {
                route.label = Vni::new(9001).unwrap().into();
                Nlri::Evpn(route.into())
            }
            route => Nlri::Evpn(route),
        })
        .chain(others)
        .collect();
    let session = Session::default();
    let mut withdrawals = UpdateBuilder::withdraw(&session, routes);
    let (mut buffer, mut input) = ([0xa5; 4096], String::new());
    while let Some(message) = withdrawals.encode_next(&mut buffer).unwrap() {
        writeln!(input, "{}", hex(message)).unwrap();
    }
    let output = dump(&[], &input);
    assert!(output.status.success(), "{output:?}");
    let shown: Vec<Value> =
        objects(&output).iter().flat_map(|update| update["withdrawn"].as_array().unwrap().clone()).collect();
    let esi = "00:01:02:03:04:05:06:07:08:09";
    let label = |raw: u32| json!([{ "raw": raw, "vni": raw, "mpls": raw >> 4 }]);
    assert_eq!(
        shown,
        [
            json!({ "type": 1, "rd": "10.0.0.1:7", "esi": esi, "ethernet_tag": 4_294_967_295_u32, "labels": label(0) }),
            json!({ "type": 3, "rd": "10.0.0.1:7", "ethernet_tag": 0, "originator": "10.0.0.1" }),
            json!({ "type": 4, "rd": "10.0.0.1:7", "esi": esi, "originator": "10.0.0.1" }),
            json!({
                "type": 5, "rd": "10.0.0.1:7", "esi": "00:00:00:00:00:00:00:00:00:00", "ethernet_tag": 0, "prefix": "10.99.0.0/24",
                "gateway": null, "labels": label(9001),
            }),
            json!({ "family": "ipv6 vpn", "rd": "64512:7", "prefix": "2001:db8::/32", "labels": label(0x00_12c1) }),
            json!({
                "family": "ipv4 route-target", "prefix_length": 96, "origin_as": 64512,
                "route_target": "target:64512:100",
            }),
            json!({ "family": "ipv4 unicast", "prefix": "192.0.2.0/24" }),
        ]
    );
}

#[test]
fn a_line_that_is_not_hex_is_told_and_the_others_are_read() {
    let keepalive = "ffffffff ffffffff ffffffff ffffffff 0013 04";
    let output = dump(&[], &format!("{keepalive}\nff0\n\n0xff\n{keepalive}04\n{keepalive}"));
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(std::str::from_utf8(&output.stderr).unwrap(), "evpn_dump: 2 lines are not hex\n");
    let not_hex = |offset: u32| {
        json!({ "type": "error", "errors": [{
            "layer": "hex", "offset": offset, "message": "expected two hex digits for each octet", "disposition": null,
        }]})
    };
    let behind = json!({ "type": "error", "errors": [{
        "layer": "bgp_header", "offset": 19, "message": "the line goes on behind the message", "disposition": null,
    }]});
    let good = json!({ "type": "keepalive" });
    assert_eq!(objects(&output), [good.clone(), not_hex(2), not_hex(0), behind, good]);
}

#[test]
fn options_say_how_messages_read() {
    let external = dump(&["--external"], &hex(doc::EVPN_UPDATE));
    assert_eq!(objects(&external)[0]["errors"][0]["disposition"], "attribute discard");
    let with_paths = "ffffffffffffffffffffffffffffffff001e02 0007 00000009 10 0a01 0000";
    let shown = objects(&dump(&["--add-path"], with_paths));
    assert_eq!(
        shown[0]["withdrawn"],
        json!([{ "family": "ipv4 unicast", "prefix": "10.1.0.0/16", "path_id": 9 }])
    );
    let wrong = dump(&["--nonsense"], "");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(wrong.stdout.is_empty());
}
