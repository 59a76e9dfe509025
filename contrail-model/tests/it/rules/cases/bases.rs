//! The fabrics that the cases begin with; none of them breaks a rule.

use crate::{solved, with};

const DUAL_STACK: &str = include_str!("../../fabrics/dual-stack.yaml");
const IRONIC: &str = include_str!("../../../../../examples/fabrics/ironic.yaml");

/// The solved fabric without its integration: no flow is required.
pub(super) fn quiet() -> String {
    let solved = solved();
    let (before, _) = solved.split_once("integrations:").unwrap();
    before.to_owned()
}

/// One required flow, opened from the underlay.
pub(super) fn one_flow() -> String {
    format!("{}flows:\n  - {{from: ctl1, to: amphora-1, protocol: tcp, port: 9443}}\n", quiet())
}

/// The quiet fabric in service-provider style.
pub(super) fn service_provider() -> String {
    quiet().replace("fabric: dc1\n", "fabric: dc1\nstyle: service-provider\n")
}

/// As many aggregated interfaces on leaf3 and leaf4 as they have, and one group of a single port.
pub(super) fn many_groups() -> String {
    let group = |number: usize| {
        let ports = match number {
            126 => "\"leaf3:many-126\"".to_owned(),
            _ => format!("\"leaf3:many-{number}\", \"leaf4:many-{number}\""),
        };
        format!("  - name: many-{number}\n    ports: [{ports}]\n")
    };
    let groups: String = (0..=126).map(group).collect();
    quiet().replace("port_groups:\n", &format!("port_groups:\n{groups}"))
}

/// The quiet fabric with IP fabric forwarding for the octavia network.
pub(super) fn ip_fabric() -> String {
    let secondary =
        "secondary_addresses: [{irb: underlay-rack2, address: 10.99.0.1/24, redistribute: true}]}";
    with(
        &quiet(),
        &[
            ("vni: 5001\n", "vni: 5001\n    ip_fabric_forwarding: true\n"),
            ("loopback: 10.255.0.13}", &format!("loopback: 10.255.0.13, {secondary}")),
            ("loopback: 10.255.0.14}", &format!("loopback: 10.255.0.14, {secondary}")),
        ],
    )
}

/// The fabric of the article's second round, with its logical router and without its integration.
pub(super) fn bare_metal() -> String {
    let (before, _) = IRONIC.split_once("integrations:").unwrap();
    before.replace("extended_to: []", "extended_to: [leaf1, leaf2]")
}

/// Two networks with IPv4 and IPv6 subnets, and no required flow.
pub(super) fn dual_stack() -> String {
    let (before, _) = DUAL_STACK.split_once("flows:").unwrap();
    before.to_owned()
}

/// The quiet fabric and a border device of another one, joined by gateways.
pub(super) fn two_fabrics() -> String {
    with(
        &quiet(),
        &[(
            "links:\n",
            "  - {name: border9, role: leaf, fabric: dc2, overlay_roles: [DC-Gateway, Route-Reflector], loopback: 10.255.9.9}\n\
             links:\n  - [\"dcgw1:et-0/0/9\", \"border9:et-0/0/9\"]\n",
        )],
    )
}
