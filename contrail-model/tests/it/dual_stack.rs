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

/// The same, and the first workload has addresses of both families too.
fn workloads(more: &[(&str, &str)]) -> String {
    let both = "address: [10.99.0.11, \"2001:db8:99::44\"], mac: \"02:aa:00:00:00:44\"}";
    with(&with(SERVERS, &[("address: 10.99.0.11}", both)]), more)
}

#[test]
fn a_workload_may_have_an_address_of_each_family() {
    for release in ["r2011", "article"] {
        let fabric = fabric(&format!("{}\nrelease: {release}\n", workloads(&[])));
        assert_eq!(fabric.check().to_string(), "no findings\n", "{release}");
        assert!(fabric.trace_required().iter().all(Trace::is_delivered), "{release}");
        assert_eq!(
            required(&fabric).get(..3).unwrap(),
            [
                "octavia-worker@ctl1 to amphora-4, TCP 9443 over IPv4: Ipv4",
                "octavia-worker@ctl1 to amphora-4, TCP 9443 over IPv6: Ipv6",
                "octavia-worker@ctl1 to amphora-6, TCP 9443: Ipv6",
            ]
        );
    }
}

#[test]
fn both_addresses_of_a_workload_are_announced_with_its_mac_address() {
    let routes = fabric(&workloads(&[])).routes().to_string();
    let announced = routes.lines().filter_map(|line| line.split_once("[02:aa:00:00:00:44]"));
    let announced: Vec<&str> = announced.filter_map(|(_, rest)| rest.split(' ').next()).collect();
    assert_eq!(announced, ["", ":[32]:[10.99.0.11]", ":[128]:[2001:db8:99::44]"]);
}

#[test]
fn a_workload_sends_to_a_neighbour_from_the_address_of_its_family() {
    let fabric = fabric(&workloads(&[]));
    let trace = fabric.trace(&Flow::udp("amphora-4", "amphora-6", 5000)).unwrap();
    let text = trace.to_string();
    assert!(trace.is_delivered() && text.contains("2001:db8:99::44    address of amphora-4"), "{text}");
    let learnt = "2001:db8:99::11, learnt by neighbour discovery; answered by amphora-6";
    assert!(text.contains(learnt), "{text}");
}

#[test]
fn members_of_a_virtual_service_answer_from_the_address_of_its_family() {
    let service = "virtual_services:\n  - {name: balanced, network: octavia, address: \"2001:db8:99::80\", protocol: tcp, \
                   port: 80, members: [amphora-4]}\n\nflows:\n";
    let fabric = fabric(&workloads(&[("flows:\n", service)]));
    let trace = fabric.trace(&Flow::tcp("ctl1", "balanced", 80)).unwrap();
    let text = trace.to_string();
    assert!(trace.is_delivered(), "{text}");
    for [from, to] in [["80", "44"], ["44", "80"]] {
        let step = format!("translates 2001:db8:99::{from} port 80 to 2001:db8:99::{to} port 80");
        assert!(text.contains(&step), "{text}");
    }
}

#[test]
fn the_second_address_of_a_workload_is_checked_like_the_first() {
    let fabric = fabric(&workloads(&[("address: \"2001:db8:99::11\"", "address: \"2001:db8:99::44\"")]));
    let report = fabric.check();
    let finding = report.findings.iter().find(|finding| finding.rule == "I2").unwrap();
    assert_eq!(finding.message, "address 2001:db8:99::44 in octavia is also that of amphora-4");
    let elsewhere = self::fabric(&workloads(&[("2001:db8:99::44", "2001:db8:98::44")])).check();
    let paths: Vec<&str> = elsewhere.findings.iter().map(|finding| &*finding.path).collect();
    assert_eq!(paths.first(), Some(&"workloads[0].address[1]"), "{elsewhere}");
}

#[test]
fn a_workload_has_one_address_of_a_family() {
    for (address, message) in [
        (
            "[10.99.0.11, 10.99.0.12]",
            "workloads[0].address: 10.99.0.11 and 10.99.0.12 are of one address family",
        ),
        ("[]", "workloads[0].address: expected an address, or one of each address family"),
        ("[10.99.0.11, nothing]", "workloads[0].address[1]: `nothing` is not an address"),
    ] {
        let text = with(SERVERS, &[("address: 10.99.0.11}", &format!("address: {address}}}"))]);
        let error = Fabric::from_yaml(&text).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
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
