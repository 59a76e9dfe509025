//! Logical routers.

use super::super::Case;
use super::bases::quiet;

pub(super) const CASES: &[Case] = &[
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
        rule: "R4",
        base: quiet,
        edit: &[(
            "{name: octavia, vni: 9001, networks: [octavia, api], extended_to: [leaf1, leaf2]}",
            "{name: octavia, vni: 9001, networks: [octavia, api], extended_to: [leaf1, leaf2]}\n  - {name: other, vni: 9002, networks: [api], extended_to: [leaf1]}",
        )],
        remedy: &[("\n  - {name: other, vni: 9002, networks: [api], extended_to: [leaf1]}", "")],
    },
    Case {
        rule: "R5",
        base: quiet,
        edit: &[
            ("release: article", "release: r2011"),
            ("extended_to: [leaf1, leaf2]", "extended_to: [leaf1, leaf2, leaf3]"),
        ],
        remedy: &[("extended_to: [leaf1, leaf2, leaf3]", "extended_to: [leaf1, leaf2]")],
    },
    Case {
        rule: "R6",
        base: quiet,
        edit: &[("octavia, vni: 9001", "octavia")],
        remedy: &[("{name: octavia, networks", "{name: octavia, vni: 9002, networks")],
    },
    Case {
        rule: "R7",
        base: quiet,
        edit: &[("octavia, vni: 9001", "octavia, type: snat-routing, vni: 9001")],
        remedy: &[("extended_to: [leaf1, leaf2]", "extended_to: []")],
    },
    Case {
        rule: "R8",
        base: quiet,
        edit: &[("octavia, vni: 9001", "octavia, external_gateway: api, vni: 9001")],
        remedy: &[("networks: [octavia, api]", "networks: [octavia]")],
    },
];
