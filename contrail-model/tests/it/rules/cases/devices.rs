//! Devices, their roles and the underlay.

use super::super::Case;
use super::bases::{quiet, two_fabrics};

pub(super) const CASES: &[Case] = &[
    Case {
        rule: "O1",
        base: quiet,
        edit: &[(
            "dcgw1, role: leaf, overlay_roles: [DC-Gateway]",
            "dcgw1, role: leaf, product: qfx5120-48y-8c, overlay_roles: [DC-Gateway]",
        )],
        remedy: &[("product: qfx5120-48y-8c", "product: qfx5110-48s-4c")],
    },
    Case {
        rule: "O1",
        base: quiet,
        edit: &[(
            "spine2, role: spine, overlay_roles: [Route-Reflector]",
            "spine2, role: spine, overlay_roles: [Route-Reflector, ERB-UCAST-Gateway]",
        )],
        remedy: &[("[Route-Reflector, ERB-UCAST-Gateway]", "[Route-Reflector, CRB-Gateway]")],
    },
    Case {
        rule: "O2",
        base: quiet,
        edit: &[(
            "leaf4, role: leaf, overlay_roles: [ERB-UCAST-Gateway]",
            "leaf4, role: leaf, overlay_roles: [ERB-UCAST-Gateway, CRB-Gateway]",
        )],
        remedy: &[("[ERB-UCAST-Gateway, CRB-Gateway]", "[CRB-Gateway]")],
    },
    Case {
        rule: "O3",
        base: quiet,
        edit: &[
            (
                "spine1, role: spine, overlay_roles: [Route-Reflector]",
                "spine1, role: spine, overlay_roles: [Route-Reflector, CRB-Gateway]",
            ),
            ("extended_to: [leaf1, leaf2]", "extended_to: [spine1]"),
        ],
        remedy: &[("extended_to: [spine1]", "extended_to: [leaf1, leaf2]")],
    },
    Case {
        rule: "O4",
        base: quiet,
        edit: &[
            (
                "spine1, role: spine, overlay_roles: [Route-Reflector]",
                "spine1, role: spine, overlay_roles: [lean]",
            ),
            ("spine2, role: spine, overlay_roles: [Route-Reflector]", "spine2, role: spine"),
        ],
        remedy: &[("overlay_roles: [lean]", "overlay_roles: [lean, Route-Reflector]")],
    },
    Case {
        rule: "O5",
        base: quiet,
        edit: &[
            (
                "leaf2, role: leaf, overlay_roles: [ERB-UCAST-Gateway]",
                "leaf2, role: leaf, overlay_roles: [AR-Client]",
            ),
            ("extended_to: [leaf1, leaf2]", "extended_to: [leaf1]"),
            (
                "leaf4, role: leaf, overlay_roles: [ERB-UCAST-Gateway], loopback: 10.255.0.14",
                "leaf4, role: leaf, overlay_roles: [ERB-UCAST-Gateway]",
            ),
        ],
        remedy: &[
            ("overlay_roles: [AR-Client]", "overlay_roles: [AR-Client, CRB-Access]"),
            (
                "leaf4, role: leaf, overlay_roles: [ERB-UCAST-Gateway]",
                "leaf4, role: leaf, overlay_roles: [ERB-UCAST-Gateway], loopback: 10.255.0.44",
            ),
        ],
    },
    Case {
        rule: "O6",
        base: two_fabrics,
        edit: &[("[DC-Gateway, Route-Reflector]", "[ERB-UCAST-Gateway, Route-Reflector]")],
        remedy: &[("[ERB-UCAST-Gateway, Route-Reflector]", "[DCI-Gateway, Route-Reflector]")],
    },
    Case {
        rule: "O7",
        base: quiet,
        edit: &[("links:\n", "links:\n  - [\"leaf1:et-0/0/50\", \"leaf2:et-0/0/50\"]\n")],
        remedy: &[("  - [\"leaf1:et-0/0/50\", \"leaf2:et-0/0/50\"]\n", "")],
    },
    Case {
        rule: "U1",
        base: quiet,
        edit: &[("underlay_irb: [leaf3, leaf4]", "underlay_irb: [leaf3]")],
        remedy: &[("underlay_irb: [leaf3]", "underlay_irb: [leaf3, leaf4]")],
    },
    Case {
        rule: "U1",
        base: quiet,
        edit: &[("{prefix: 10.1.2.0/24, gateway: 10.1.2.1}", "{prefix: 10.1.2.0/24}")],
        remedy: &[("{prefix: 10.1.2.0/24}", "{prefix: 10.1.2.0/24, gateway: 10.1.2.254}")],
    },
    Case {
        rule: "U2",
        base: quiet,
        edit: &[
            ("spine1, role: spine", "spine1, role: spine, mtu: 1500"),
            ("spine2, role: spine", "spine2, role: spine, mtu: 1550"),
            ("name: compute1\n    kind: hypervisor", "name: compute1\n    mtu: 1549\n    kind: hypervisor"),
        ],
        remedy: &[("mtu: 1500", "mtu: 1550"), ("mtu: 1549", "mtu: 1550")],
    },
    Case {
        rule: "U2",
        base: quiet,
        edit: &[
            ("networks: [octavia, api]", "networks: [api]"),
            ("name: compute1\n    kind: hypervisor", "name: compute1\n    mtu: 1531\n    kind: hypervisor"),
        ],
        remedy: &[("vni: 5001\n", "vni: 5001\n    mtu: 1499\n")],
    },
    Case {
        rule: "U2",
        base: quiet,
        edit: &[
            (
                "networks:\n  #",
                "networks:\n  - {name: storage, vni: 5009, mtu: 9216, subnets: [{prefix: 10.97.0.0/24, gateway: 10.97.0.1}]}\n  #",
            ),
            (
                "workloads:\n",
                "workloads:\n  - {name: store-1, host: compute2, network: storage, address: 10.97.0.11}\n",
            ),
        ],
        remedy: &[("mtu: 9216", "mtu: 9000")],
    },
    Case {
        rule: "U3",
        base: quiet,
        edit: &[("fabric: dc1\n", "fabric: dc1\ntunnel_destinations: [10.1.1.0/24, 10.255.0.0/28]\n")],
        remedy: &[("[10.1.1.0/24, 10.255.0.0/28]", "[10.1.0.0/16, 10.255.0.0/24]")],
    },
    Case {
        rule: "U4",
        base: quiet,
        edit: &[("loopback: 10.255.0.12", "loopback: \"2001:db8::12\"")],
        remedy: &[("loopback: \"2001:db8::12\"", "loopback: 10.255.0.12")],
    },
];
