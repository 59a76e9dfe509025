//! Placement, break-outs, bare metal and required flows.

use super::super::{Case, NearMiss};
use super::bases::{bare_metal, ip_fabric, one_flow, quiet};
use crate::{PROXY_SERVER, solved};

const CTL2_ROUTE: &str = "mac: \"02:c0:00:00:00:12\"}]\n    routes: [{to: 10.99.0.0/24, via: 10.1.10.1}]";

pub(super) const CASES: &[Case] = &[
    Case {
        rule: "L1",
        base: solved,
        edit: &[("extended_to: [leaf1, leaf2]", "extended_to: [leaf1, leaf2, leaf3]")],
        remedy: &[("extended_to: [leaf1, leaf2, leaf3]", "extended_to: [leaf1, leaf2]")],
    },
    Case {
        rule: "L1",
        base: one_flow,
        edit: &[
            ("from: ctl1", "from: proxy"),
            ("[MPLSoUDP, MPLSoGRE, VXLAN]", "[VXLAN, MPLSoUDP, MPLSoGRE]"),
            (
                "port_groups:\n",
                "port_groups:\n  - {name: proxy, ports: [\"leaf3:xe-0/0/12\"], vlans: [{vlan: 300, network: octavia}]}\n",
            ),
            PROXY_SERVER,
        ],
        remedy: &[("leaf3:xe-0/0/12", "leaf1:xe-0/0/12")],
    },
    Case {
        rule: "L2",
        base: quiet,
        edit: &[
            ("underlay_irb: [leaf3, leaf4]", "underlay_irb: [leaf3, leaf4, leaf1, leaf2]"),
            ("[\"leaf3:xe-0/0/21\", \"leaf4:xe-0/0/21\"]", "[\"leaf1:xe-0/0/21\", \"leaf2:xe-0/0/21\"]"),
        ],
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
            (
                "fabric: dc1\n",
                "fabric: dc1\nport_translation_pools:\n  - {protocol: tcp, start_port: 56000, end_port: 57023}\n  - {protocol: udp, start_port: 57024, end_port: 58047}\n",
            ),
            ("networks: [octavia, api]", "networks: [api]"),
            ("vni: 5001\n", "vni: 5001\n    fabric_snat: true\n"),
        ],
        remedy: &[("networks: [api]", "networks: [octavia, api]")],
    },
    Case {
        rule: "B1",
        base: quiet,
        edit: &[("vni: 5001\n", "vni: 5001\n    fabric_snat: true\n")],
        remedy: &[(
            "fabric: dc1\n",
            "fabric: dc1\nport_translation_pools:\n  - {protocol: tcp, start_port: 56000, end_port: 57023}\n  - {protocol: udp, start_port: 57024, end_port: 58047}\n",
        )],
    },
    Case {
        rule: "B1",
        base: quiet,
        edit: &[
            ("vni: 5001\n", "vni: 5001\n    fabric_snat: true\n"),
            (
                "fabric: dc1\n",
                "fabric: dc1\nport_translation_pools:\n  - {protocol: tcp, start_port: 56000, end_port: 57023}\n",
            ),
        ],
        remedy: &[(
            "port_translation_pools:\n",
            "port_translation_pools:\n  - {protocol: udp, start_port: 57024, end_port: 58047}\n",
        )],
    },
    Case {
        rule: "B2",
        base: quiet,
        edit: &[("vni: 5001\n", "vni: 5001\n    ip_fabric_forwarding: true\n")],
        remedy: &[
            (
                "loopback: 10.255.0.13}",
                "loopback: 10.255.0.13, secondary_addresses: [{irb: underlay-rack2, address: 10.99.0.1/24, redistribute: true}]}",
            ),
            (
                "loopback: 10.255.0.14}",
                "loopback: 10.255.0.14, secondary_addresses: [{irb: underlay-rack2, address: 10.99.0.1/24, redistribute: true}]}",
            ),
        ],
    },
    Case {
        rule: "B3",
        base: ip_fabric,
        edit: &[("vni: 5001\n", "vni: 5001\n    fabric_snat: true\n")],
        remedy: &[("    fabric_snat: true\n", "")],
    },
    Case {
        rule: "M1",
        base: bare_metal,
        edit: &[(
            "  - name: csn1\n    kind: service-node\n    port_group: csn1\n    addresses: [{network: api, address: 10.1.10.31, mac: \"02:c0:00:00:00:31\"}]\n    vhost0: {network: underlay-rack1, address: 10.1.1.31, mac: \"02:c0:00:00:01:31\"}\n",
            "",
        )],
        remedy: &[("service_address: 10.98.0.2", "dhcp: false")],
    },
    Case {
        rule: "M2",
        base: bare_metal,
        edit: &[("networks: [ironic, api]", "networks: [api]")],
        remedy: &[("networks: [api]", "networks: [api, ironic]")],
    },
    Case {
        rule: "M3",
        base: bare_metal,
        edit: &[
            (
                "service_address: 10.98.0.2",
                "service_address: 10.98.0.2, dhcp_options: {tftp-server-name: conductor, bootfile-name: snponly.efi}",
            ),
            (
                "  - name: bms1\n    kind: bare-metal",
                "  - name: bms1\n    dhcp_options: {tftp-server-name: \"2001:db8::11\"}\n    kind: bare-metal",
            ),
        ],
        remedy: &[
            ("tftp-server-name: conductor", "tftp-server-name: 10.1.10.11"),
            ("tftp-server-name: \"2001:db8::11\"", "tftp-server-name: 10.1.10.11"),
        ],
    },
    Case {
        rule: "M4",
        base: bare_metal,
        edit: &[(
            "  - name: csn1\n    kind: service-node\n    port_group: csn1\n    addresses: [{network: api, address: 10.1.10.31, mac: \"02:c0:00:00:00:31\"}]\n    vhost0: {network: underlay-rack1, address: 10.1.1.31, mac: \"02:c0:00:00:01:31\"}\n",
            "  - name: csn1\n    kind: service-node\n    port_group: csn1\n    addresses: [{network: api, address: 10.1.10.31, mac: \"02:c0:00:00:00:31\"}]\n    vhost0: {network: underlay-rack1, address: 10.1.1.31, mac: \"02:c0:00:00:01:31\"}\n  - name: csn2\n    kind: service-node\n    port_group: csn1\n    addresses: [{network: api, address: 10.1.10.32, mac: \"02:c0:00:00:00:32\"}]\n    vhost0: {network: underlay-rack1, address: 10.1.1.4, mac: \"02:c0:00:00:01:32\"}\n",
        )],
        remedy: &[("address: 10.1.1.4,", "address: 10.1.1.32,")],
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
    Case {
        rule: "F1",
        base: one_flow,
        edit: &[
            ("from: ctl1", "from: proxy"),
            (
                "port_groups:\n",
                "port_groups:\n  - {name: proxy, ports: [\"leaf1:xe-0/0/12\"], vlans: [{vlan: 300, network: octavia}]}\n",
            ),
            PROXY_SERVER,
        ],
        remedy: &[("from: proxy", "from: ctl1")],
    },
];

/// M2 but for DHCP: who has its address by hand has its default route by hand too.
pub(super) const NEAR_MISSES: &[NearMiss] = &[NearMiss {
    base: bare_metal,
    edit: &[("networks: [ironic, api]", "networks: [api]"), ("service_address: 10.98.0.2", "dhcp: false")],
}];
