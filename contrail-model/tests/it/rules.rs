//! Each rule: a fabric that breaks it, the text of its finding, and that the fabric before breaks nothing.

use contrail_model::{Fabric, Severity};

use crate::golden::assert_golden;
use crate::{OCTAVIA, fabric, solved, with};

/// The findings of a rule in a fabric that breaks it.
fn assert_breaks(rule: &str, replacements: &[(&str, &str)]) {
    let broken = fabric(&with(&solved(), replacements));
    let report = broken.check();
    let findings: Vec<String> =
        report.findings.iter().filter(|finding| finding.rule == rule).map(ToString::to_string).collect();
    assert!(!findings.is_empty(), "{rule} finds nothing:\n{report}");
    assert_golden(&format!("rule-{rule}"), &findings.concat());
    assert_switches_off(rule, replacements);
}

fn assert_switches_off(rule: &str, replacements: &[(&str, &str)]) {
    let text = format!("{}ignore_rules: [{rule}]\n", with(&solved(), replacements));
    let report = fabric(&text).check();
    assert!(report.findings.iter().all(|finding| finding.rule != rule), "{report}");
    assert!(report.to_string().ends_with(&format!("not checked, as the document says: {rule}\n")));
}

#[test]
fn the_solved_fabric_breaks_nothing() {
    let report = fabric(&solved()).check();
    assert_eq!(report.to_string(), "no findings\n");
}

#[test]
fn i1_unique_name() {
    assert_breaks(
        "I1",
        &[
            ("name: leaf2, role", "name: leaf1, role"),
            ("\"leaf2:et-0/0/48\"", "\"leaf1:et-0/0/50\""),
            ("\"leaf2:et-0/0/49\"", "\"leaf1:et-0/0/51\""),
            ("\"leaf2:xe-0/0/10\"", "\"leaf1:xe-0/0/12\""),
            ("\"leaf2:xe-0/0/11\"", "\"leaf1:xe-0/0/13\""),
            ("underlay_irb: [leaf1, leaf2]", "underlay_irb: [leaf1]"),
            ("extended_to: [leaf1, leaf2]", "extended_to: [leaf1]"),
        ],
    );
}

#[test]
fn i2_unique_address() {
    assert_breaks(
        "I2",
        &[("loopback: 10.255.0.12", "loopback: 10.255.0.11"), ("address: 10.99.0.12", "address: 10.99.0.11")],
    );
}

#[test]
fn i3_address_in_subnet() {
    assert_breaks(
        "I3",
        &[("address: 10.1.10.12", "address: 10.1.11.12"), ("gateway: 10.99.0.1}", "gateway: 10.98.0.1}")],
    );
}

#[test]
fn i4_subnets_overlap() {
    assert_breaks(
        "I4",
        &[("prefix: 10.1.1.0/24, gateway: 10.1.1.1", "prefix: 10.1.0.0/16, gateway: 10.1.1.1")],
    );
}

#[test]
fn i5_gateway_in_use() {
    assert_breaks("I5", &[("address: 10.1.10.12", "address: 10.1.10.1")]);
}

#[test]
fn i6_unique_vni() {
    assert_breaks("I6", &[("vni: 9001", "vni: 5001")]);
}

#[test]
fn i7_port_in_one_group() {
    assert_breaks("I7", &[("[\"leaf1:xe-0/0/11\"", "[\"leaf1:xe-0/0/10\"")]);
}

#[test]
fn i8_network_carried() {
    assert_breaks(
        "I8",
        &[(
            "vlans: [{vlan: 200, network: api}, {vlan: 101, network: underlay-rack1}]\n  - name: ctl2",
            "vlans: [{vlan: 101, network: underlay-rack1}]\n  - name: ctl2",
        )],
    );
}

#[test]
fn r1_router_extended_to_nothing() {
    assert_breaks("R1", &[("extended_to: [leaf1, leaf2]", "extended_to: []")]);
}

#[test]
fn r2_router_without_routing_role() {
    assert_breaks("R2", &[("extended_to: [leaf1, leaf2]", "extended_to: [leaf1, leaf2, spine1]")]);
}

#[test]
fn r3_irb_in_two_tables() {
    assert_breaks("R3", &[("gateway: 10.1.10.1}]\n", "gateway: 10.1.10.1}]\n    underlay_irb: [leaf1]\n")]);
}

#[test]
fn l1_vtep_behind_access() {
    assert_breaks("L1", &[("extended_to: [leaf1, leaf2]", "extended_to: [leaf3, leaf4]")]);
}

#[test]
fn l2_underlay_subnet_per_rack() {
    assert_breaks(
        "L2",
        &[("[\"leaf3:xe-0/0/21\", \"leaf4:xe-0/0/21\"]", "[\"leaf1:xe-0/0/21\", \"leaf2:xe-0/0/21\"]")],
    );
}

#[test]
fn l3_nearest_to_service() {
    assert_breaks("L3", &[("extended_to: [leaf1, leaf2]", "extended_to: [dcgw1]")]);
}

#[test]
fn l4_way_back() {
    assert_breaks(
        "L4",
        &[(
            "mac: \"02:c0:00:00:00:12\"}]\n    routes: [{to: 10.99.0.0/24, via: 10.1.10.1}]",
            "mac: \"02:c0:00:00:00:12\"}]",
        )],
    );
}

#[test]
fn l5_opened_from_outside() {
    assert_breaks(
        "L5",
        &[
            ("extended_to: [leaf1, leaf2]", "extended_to: []"),
            ("vni: 5001\n", "vni: 5001\n    fabric_snat: true\n"),
        ],
    );
}

#[test]
fn f1_required_flow() {
    let changes =
        [("extended_to: [leaf1, leaf2]", "extended_to: [leaf1]"), ("release: article", "release: r2011")];
    assert_breaks("F1", &changes);
}

#[test]
fn one_leaf_of_a_pair_is_not_an_l1() {
    // CSN and logical router may share leaves: the limit is per flow, and no required flow passes here.
    let text = with(
        &solved(),
        &[
            ("extended_to: [leaf1, leaf2]", "extended_to: [leaf1, leaf2]"),
            (
                "  - name: compute1\n    kind",
                "  - name: compute3\n    kind: hypervisor\n    port_group: ctl1\n    vhost0: {network: underlay-rack1, address: 10.1.1.33}\n  - name: compute1\n    kind",
            ),
        ],
    );
    let report = fabric(&text).check();
    assert!(report.findings.iter().all(|finding| finding.rule != "L1"), "{report}");
}

#[test]
fn severities_are_told_apart() {
    let report = fabric(OCTAVIA).check();
    assert!(report.has_errors());
    let warning = report.findings.iter().find(|finding| finding.rule == "R1").unwrap();
    assert_eq!(warning.severity, Severity::Warning);
    let only_advice: Fabric =
        fabric(&with(&solved(), &[("extended_to: [leaf1, leaf2]", "extended_to: [dcgw1]")]));
    assert!(!only_advice.check().has_errors());
}
