//! Ends with addresses of both families: what is required of them is required over each that they share.

use contrail_model::{Fabric, Flow, Trace};
use contrail_wire::Layer;

use crate::fabrics::examples;
use crate::{fabric, with};

const SERVERS: &str = include_str!("fabrics/dual-stack-servers.yaml");

/// Each required flow in a line, with its address family as its first packet has it.
fn required(fabric: &Fabric) -> Vec<String> {
    let line = |trace: &Trace| {
        format!("{} to {}, {}: {:?}", trace.from(), trace.to(), trace.service(), family(trace))
    };
    fabric.trace_required().iter().map(line).collect()
}

fn family(trace: &Trace) -> Layer {
    let frames = trace.frames();
    let mut headers = frames.first().unwrap().packet.headers().map(|entry| entry.header().layer());
    headers.find(|layer| [Layer::Ipv4, Layer::Ipv6].contains(layer)).unwrap()
}

#[test]
fn a_flow_has_to_work_over_each_family_that_both_ends_have() {
    for release in ["r2011", "article"] {
        let fabric = fabric(&format!("{SERVERS}\nrelease: {release}\n"));
        assert_eq!(fabric.check().to_string(), "no findings\n", "{release}");
        assert!(fabric.trace_required().iter().all(Trace::is_delivered), "{release}");
        assert_eq!(
            required(&fabric),
            [
                "octavia-worker@ctl1 to amphora-4, TCP 9443: Ipv4",
                "octavia-worker@ctl1 to amphora-6, TCP 9443: Ipv6",
                "amphora-4 to octavia-health-manager@ctl1, UDP 5555: Ipv4",
                "amphora-6 to octavia-health-manager@ctl1, UDP 5555: Ipv6",
                "ctl1 to swift1, TCP 8080 over IPv4: Ipv4",
                "ctl1 to swift1, TCP 8080 over IPv6: Ipv6",
            ]
        );
    }
}

#[test]
fn a_flow_is_traced_over_ipv4_unless_told_otherwise() {
    let fabric = fabric(SERVERS);
    let traced = |flow: &Flow| fabric.trace(flow).map(|trace| family(&trace));
    let flow = Flow::tcp("ctl1", "swift1", 8080);
    assert_eq!(traced(&flow), Ok(Layer::Ipv4));
    assert_eq!(traced(&flow.over_ipv6()), Ok(Layer::Ipv6));
    assert_eq!(traced(&Flow::tcp("ctl1", "amphora-6", 9443)), Ok(Layer::Ipv6));
    let refused = traced(&Flow::tcp("ctl1", "amphora-4", 9443).over_ipv6()).unwrap_err();
    assert_eq!(refused.to_string(), "not both `ctl1` and `amphora-4` have an IPv6 address");
}

#[test]
fn one_family_that_does_not_arrive_is_found_and_mended() {
    let fabric =
        fabric(&with(SERVERS, &[("      - {to: \"2001:db8:10::/64\", via: \"2001:db8:30::1\"}\n", "")]));
    let traces = fabric.trace_required();
    let dropped: Vec<String> =
        traces.iter().filter(|trace| !trace.is_delivered()).map(Trace::service).collect();
    assert_eq!(dropped, ["TCP 8080 over IPv6"]);
    let report = fabric.check().to_string();
    assert!(report.contains("required: the answer of ctl1 to swift1, TCP 8080 over IPv6"), "{report}");
    let plan = fabric.plan();
    let changes: Vec<String> = plan.best().unwrap().changes.iter().map(ToString::to_string).collect();
    assert_eq!(changes, ["add the static route 2001:db8:10::/64 via 2001:db8:30::1 on swift1"]);
}

/// Ironic with these addresses of bms1, and IPv6 addresses of the conductor and the networks.
fn ironic(addresses: &str) -> String {
    with(
        examples().get("ironic").unwrap(),
        &[
            (
                "service_address: 10.98.0.2}",
                "service_address: 10.98.0.2}, {prefix: \"2001:db8:98::/64\", gateway: \"2001:db8:98::1\"}",
            ),
            (
                "gateway: 10.1.10.1}",
                "gateway: 10.1.10.1}, {prefix: \"2001:db8:10::/64\", gateway: \"2001:db8:10::1\"}",
            ),
            (
                "mac: \"02:c0:00:00:00:11\"}",
                "mac: \"02:c0:00:00:00:11\"}, {network: api, address: \"2001:db8:10::11\"}",
            ),
            ("{network: ironic, address: 10.98.0.11, mac: \"02:bb:00:00:00:11\"}", addresses),
        ],
    )
}

#[test]
fn dhcp_is_for_the_ipv4_address_and_gives_no_route_for_ipv6() {
    let fabric = fabric(&ironic(
        "{network: ironic, address: \"2001:db8:98::11\"}, {network: ironic, address: 10.98.0.11}",
    ));
    let dhcp = fabric.trace(&Flow::dhcp("bms1", "csn1")).unwrap();
    assert!(dhcp.is_delivered() && dhcp.to_string().contains("10.98.0.11"), "{dhcp}");
    let plan = fabric.plan();
    let best = plan.best().unwrap();
    let changes: Vec<String> = best.changes.iter().map(ToString::to_string).collect();
    let route = "add the static route 2001:db8:10::/64 via 2001:db8:98::1 on bms1".to_owned();
    assert!(changes.contains(&route), "{plan}");
    assert!(best.apply(&fabric).trace_required().iter().all(Trace::is_delivered));
}

#[test]
fn a_server_without_an_ipv4_address_cannot_ask_by_dhcp() {
    let text = ironic("{network: ironic, address: \"2001:db8:98::11\"}");
    let error = Fabric::from_yaml(&text).unwrap_err().to_string();
    let refusal =
        "DHCP is for IPv4: 2001:db8:98::11 cannot be asked of 10.1.1.31, and DHCPv6 is not supported";
    assert!(error.contains(refusal), "{error}");
}
