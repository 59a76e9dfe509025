//! The fabrics that break the rules, in the order of the rules.

use super::Case;
use crate::solved;

/// The solved fabric without its integration: no flow is required.
fn quiet() -> String {
    let solved = solved();
    let (before, _) = solved.split_once("integrations:").unwrap();
    before.to_owned()
}

/// One required flow, opened from the underlay.
fn one_flow() -> String {
    format!("{}flows:\n  - {{from: ctl1, to: amphora-1, protocol: tcp, port: 9443}}\n", quiet())
}

const CTL2_ROUTE: &str = "mac: \"02:c0:00:00:00:12\"}]\n    routes: [{to: 10.99.0.0/24, via: 10.1.10.1}]";

pub(super) const CASES: &[Case] = &[
    Case {
        rule: "I1",
        base: quiet,
        edit: &[("name: amphora-2", "name: amphora-1")],
        remedy: &[("name: amphora-1, host: compute2", "name: amphora-3, host: compute2")],
    },
    Case {
        rule: "I2",
        base: quiet,
        edit: &[
            ("loopback: 10.255.0.12", "loopback: 10.255.0.11"),
            ("address: 10.99.0.12", "address: 10.99.0.11"),
        ],
        remedy: &[
            (
                "leaf2, role: leaf, overlay_roles: [ERB-UCAST-Gateway], loopback: 10.255.0.11",
                "leaf2, role: leaf, overlay_roles: [ERB-UCAST-Gateway], loopback: 10.255.0.15",
            ),
            (
                "amphora-2, host: compute2, network: octavia, address: 10.99.0.11",
                "amphora-2, host: compute2, network: octavia, address: 10.99.0.13",
            ),
        ],
    },
    Case {
        rule: "I3",
        base: quiet,
        edit: &[
            ("address: 10.1.10.12", "address: 10.1.11.12"),
            ("gateway: 10.99.0.1}", "gateway: 10.98.0.1}"),
        ],
        remedy: &[
            (
                "{prefix: 10.1.10.0/24, gateway: 10.1.10.1}",
                "{prefix: 10.1.10.0/24, gateway: 10.1.10.1}, {prefix: 10.1.11.0/24}",
            ),
            ("gateway: 10.98.0.1}", "gateway: 10.99.0.254}"),
        ],
    },
    Case {
        rule: "I4",
        base: quiet,
        edit: &[("prefix: 10.1.1.0/24", "prefix: 10.1.0.0/16")],
        remedy: &[("prefix: 10.1.0.0/16", "prefix: 10.1.0.0/23")],
    },
    Case {
        rule: "I5",
        base: quiet,
        edit: &[("address: 10.1.10.12", "address: 10.1.10.1")],
        remedy: &[("address: 10.1.10.1,", "address: 10.1.10.13,")],
    },
    Case {
        rule: "I6",
        base: quiet,
        edit: &[("vni: 9001", "vni: 5001")],
        remedy: &[("octavia, vni: 5001", "octavia, vni: 9002")],
    },
    Case {
        rule: "I7",
        base: quiet,
        edit: &[("[\"leaf1:xe-0/0/11\"", "[\"leaf1:xe-0/0/10\"")],
        remedy: &[("[\"leaf1:xe-0/0/10\", \"leaf2:xe-0/0/11\"]", "[\"leaf2:xe-0/0/11\"]")],
    },
    Case {
        rule: "I8",
        base: quiet,
        edit: &[(
            "vlans: [{vlan: 200, network: api}, {vlan: 101, network: underlay-rack1}]\n  - name: ctl2",
            "vlans: [{vlan: 101, network: underlay-rack1}]\n  - name: ctl2",
        )],
        remedy: &[(
            "vlans: [{vlan: 101, network: underlay-rack1}]\n  - name: ctl2",
            "vlans: [{vlan: 101, network: underlay-rack1}, {vlan: 200, network: api}]\n  - name: ctl2",
        )],
    },
    Case {
        rule: "R1",
        base: quiet,
        edit: &[("extended_to: [leaf1, leaf2]", "extended_to: []")],
        remedy: &[("extended_to: []", "extended_to: [leaf1]")],
    },
    Case {
        rule: "R2",
        base: quiet,
        edit: &[("extended_to: [leaf1, leaf2]", "extended_to: [leaf1, spine1]")],
        remedy: &[("extended_to: [leaf1, spine1]", "extended_to: [leaf1]")],
    },
    Case {
        rule: "R3",
        base: quiet,
        edit: &[("gateway: 10.1.10.1}]\n", "gateway: 10.1.10.1}]\n    underlay_irb: [leaf1]\n")],
        remedy: &[("networks: [octavia, api]", "networks: [octavia]")],
    },
    Case {
        rule: "L1",
        base: solved,
        edit: &[("extended_to: [leaf1, leaf2]", "extended_to: [leaf1, leaf2, leaf3]")],
        remedy: &[("extended_to: [leaf1, leaf2, leaf3]", "extended_to: [leaf1, leaf2]")],
    },
    Case {
        rule: "L2",
        base: quiet,
        edit: &[("[\"leaf3:xe-0/0/21\", \"leaf4:xe-0/0/21\"]", "[\"leaf1:xe-0/0/21\", \"leaf2:xe-0/0/21\"]")],
        remedy: &[
            (
                "[\"leaf1:xe-0/0/21\", \"leaf2:xe-0/0/21\"]\n    vlans: [{vlan: 102, network: underlay-rack2}]",
                "[\"leaf1:xe-0/0/21\", \"leaf2:xe-0/0/21\"]\n    vlans: [{vlan: 101, network: underlay-rack1}]",
            ),
            (
                "vhost0: {network: underlay-rack2, address: 10.1.2.22",
                "vhost0: {network: underlay-rack1, address: 10.1.1.22",
            ),
        ],
    },
    Case {
        rule: "L3",
        base: solved,
        edit: &[("extended_to: [leaf1, leaf2]", "extended_to: [dcgw1]")],
        remedy: &[("extended_to: [dcgw1]", "extended_to: [leaf1, leaf2]")],
    },
    Case {
        rule: "L4",
        base: solved,
        edit: &[(CTL2_ROUTE, "mac: \"02:c0:00:00:00:12\"}]")],
        remedy: &[("mac: \"02:c0:00:00:00:12\"}]", CTL2_ROUTE)],
    },
    Case {
        rule: "L5",
        base: one_flow,
        edit: &[
            ("networks: [octavia, api]", "networks: [api]"),
            ("vni: 5001\n", "vni: 5001\n    fabric_snat: true\n"),
        ],
        remedy: &[("networks: [api]", "networks: [octavia, api]")],
    },
    Case {
        rule: "F1",
        base: solved,
        edit: &[
            ("extended_to: [leaf1, leaf2]", "extended_to: [leaf1]"),
            ("release: article", "release: r2011"),
        ],
        remedy: &[("extended_to: [leaf1]", "extended_to: [leaf1, leaf2]")],
    },
];
