//! Port groups and their VLANs.

use super::super::Case;
use super::bases::{many_groups, quiet, service_provider, two_fabrics};

const CTL1_VLANS: &str = "{vlan: 200, network: api}, {vlan: 101, network: underlay-rack1}]\n  - name: ctl2";
const CTL2_VLANS: &str =
    "{vlan: 200, network: api}, {vlan: 101, network: underlay-rack1}]\n  - name: compute1\n    ports";

pub(super) const CASES: &[Case] = &[
    Case {
        rule: "P1",
        base: quiet,
        edit: &[
            ("networks:\n  #", "networks:\n  - {name: storage, vni: 5009}\n  #"),
            (CTL1_VLANS, "{vlan: 200, network: api}, {vlan: 200, network: storage}]\n  - name: ctl2"),
        ],
        remedy: &[("{vlan: 200, network: storage}", "{vlan: 201, network: storage}")],
    },
    Case {
        rule: "P1",
        base: service_provider,
        edit: &[(CTL1_VLANS, "{vlan: 200, network: api}, {vlan: 200, network: api}]\n  - name: ctl2")],
        remedy: &[(
            "{vlan: 200, network: api}, {vlan: 200, network: api}",
            "{vlan: 200, network: api}, {vlan: 201, network: api}",
        )],
    },
    Case {
        rule: "P2",
        base: quiet,
        edit: &[(CTL1_VLANS, "{vlan: 200, network: api}, {vlan: 201, network: api}]\n  - name: ctl2")],
        remedy: &[(", {vlan: 201, network: api}", "")],
    },
    Case {
        rule: "P3",
        base: quiet,
        edit: &[(
            CTL2_VLANS,
            "{vlan: 201, network: api}, {vlan: 101, network: underlay-rack1}]\n  - name: compute1\n    ports",
        )],
        remedy: &[("fabric: dc1", "fabric: dc1\nstyle: service-provider")],
    },
    Case {
        rule: "P3",
        base: quiet,
        edit: &[(
            "[{vlan: 102, network: underlay-rack2}]\n  - name: compute2",
            "[{vlan: 101, network: underlay-rack2}]\n  - name: compute2",
        )],
        remedy: &[("fabric: dc1", "fabric: dc1\ndisable_vlan_vn_uniqueness_check: true")],
    },
    Case {
        rule: "P4",
        base: quiet,
        edit: &[(
            CTL1_VLANS,
            "{vlan: 200, network: api, untagged: true}, {vlan: 101, network: underlay-rack1, untagged: true}]\n  - name: ctl2",
        )],
        remedy: &[("{vlan: 200, network: api, untagged: true}", "{vlan: 200, network: api}")],
    },
    Case {
        rule: "P5",
        base: quiet,
        edit: &[(
            CTL1_VLANS,
            "{vlan: 200, network: api}, {vlan: 300, network: api, untagged: true}]\n  - name: ctl2",
        )],
        remedy: &[(", {vlan: 300, network: api, untagged: true}", "")],
    },
    Case {
        rule: "P5",
        base: service_provider,
        edit: &[(
            CTL1_VLANS,
            "{vlan: 200, network: api}, {vlan: 200, network: underlay-rack1, untagged: true}]\n  - name: ctl2",
        )],
        remedy: &[(
            "{vlan: 200, network: underlay-rack1, untagged: true}",
            "{vlan: 300, network: underlay-rack1, untagged: true}",
        )],
    },
    Case {
        rule: "P6",
        base: service_provider,
        edit: &[(CTL1_VLANS, "{vlan: 4094, network: api}]\n  - name: ctl2")],
        remedy: &[("vlan: 4094", "vlan: 4093")],
    },
    Case {
        rule: "P7",
        base: quiet,
        edit: &[(
            "[\"leaf1:xe-0/0/11\", \"leaf2:xe-0/0/11\"]",
            "[\"leaf1:xe-0/0/11\", \"spine1:xe-0/0/11\"]",
        )],
        remedy: &[("\"spine1:xe-0/0/11\"", "\"leaf2:xe-0/0/11\"")],
    },
    Case {
        rule: "P8",
        base: quiet,
        edit: &[("  - name: compute2\n    ports", "  - name: compute2\n    lacp: false\n    ports")],
        remedy: &[("lacp: false", "lacp: true")],
    },
    Case {
        rule: "P9",
        base: quiet,
        edit: &[
            (
                "  - name: compute1\n    ports",
                "  - name: compute1\n    uuid: 3fa85f64-5717-4562-b3fc-2c963f66afa6\n    ports",
            ),
            (
                "  - name: compute2\n    ports",
                "  - name: compute2\n    uuid: 3FA85F64-5717-4562-B3FC-2C963F66AFA6\n    ports",
            ),
        ],
        remedy: &[("3FA85F64-5717-4562-B3FC-2C963F66AFA6", "3FA85F64-5717-4562-B3FC-2C963F66AFA7")],
    },
    Case {
        rule: "P10",
        base: quiet,
        edit: &[
            (
                "  - name: compute1\n    ports",
                "  - name: compute1\n    ae_numbers: {leaf3: 5, leaf4: 6}\n    ports",
            ),
            (
                "  - name: compute2\n    ports",
                "  - name: compute2\n    ae_numbers: {leaf3: 5, leaf4: 5}\n    ports",
            ),
        ],
        remedy: &[("{leaf3: 5, leaf4: 5}", "{leaf4: 5}")],
    },
    Case {
        rule: "P10",
        base: many_groups,
        edit: &[("\"leaf3:many-126\"", "\"leaf3:many-126\", \"leaf4:many-126\"")],
        remedy: &[("\"leaf3:many-126\", \"leaf4:many-126\"", "\"leaf4:many-126\"")],
    },
    Case {
        rule: "P11",
        base: two_fabrics,
        edit: &[("\"leaf2:xe-0/0/11\"]", "\"border9:xe-0/0/11\"]")],
        remedy: &[(", \"border9:xe-0/0/11\"]", "]")],
    },
];
