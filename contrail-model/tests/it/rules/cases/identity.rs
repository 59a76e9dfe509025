//! Names, addresses and VNIs.

use super::super::Case;
use super::bases::{dual_stack, quiet};

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
        rule: "I2",
        base: dual_stack,
        edit: &[("10.99.1.12}", "\"2001:DB8:99:0::11\"}")],
        remedy: &[("\"2001:DB8:99:0::11\"", "\"2001:db8:99::12\"")],
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
        rule: "I3",
        base: dual_stack,
        edit: &[
            ("address: \"2001:db8:10::11\"", "address: \"2001:db8:11::11\""),
            ("gateway: 10.99.1.1}", "gateway: \"2001:db8:99::2\"}"),
        ],
        remedy: &[
            (
                "gateway: \"2001:db8:10::1\"}",
                "gateway: \"2001:db8:10::1\"}\n      - {prefix: \"2001:db8:11::/64\"}",
            ),
            ("gateway: \"2001:db8:99::2\"}", "gateway: 10.99.1.254}"),
        ],
    },
    Case {
        rule: "I4",
        base: quiet,
        edit: &[("prefix: 10.1.1.0/24", "prefix: 10.1.0.0/16")],
        remedy: &[("prefix: 10.1.0.0/16", "prefix: 10.1.0.0/23")],
    },
    Case {
        rule: "I4",
        base: dual_stack,
        edit: &[
            (
                "{prefix: 10.99.1.0/24, gateway: 10.99.1.1}",
                "{prefix: 10.99.1.0/24, gateway: 10.99.1.1}\n      - {prefix: 10.99.1.128/25}",
            ),
            ("\"2001:db8:10::/64\"", "\"2001:db8::/32\""),
        ],
        remedy: &[("      - {prefix: 10.99.1.128/25}\n", ""), ("\"2001:db8::/32\"", "\"2001:db8:10::/60\"")],
    },
    Case {
        rule: "I5",
        base: quiet,
        edit: &[("address: 10.1.10.12", "address: 10.1.10.1")],
        remedy: &[("address: 10.1.10.1,", "address: 10.1.10.13,")],
    },
    Case {
        rule: "I5",
        base: dual_stack,
        edit: &[("address: \"2001:db8:99::11\"", "address: \"2001:db8:99:0:0::1\"")],
        remedy: &[("address: \"2001:db8:99:0:0::1\"", "address: \"2001:db8:99::2\"")],
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
        rule: "I6",
        base: quiet,
        edit: &[("vni: 5002", "vni: 5002\n    network_id: 5001")],
        remedy: &[("network_id: 5001", "network_id: 5002")],
    },
    Case {
        rule: "I9",
        base: quiet,
        edit: &[
            ("vni: 5001\n", "vni: 5001\n    network_id: 7\n"),
            ("vni: 5002\n", "network_id: 8\n"),
            ("vni: 6001\n", "network_id: 9\n"),
            ("vni: 6002\n", "network_id: 10\n"),
            ("fabric: dc1\n", "fabric: dc1\nvni_mode: automatic\n"),
        ],
        remedy: &[("    vni: 5001\n", "")],
    },
];
