//! An integration that the document itself describes, and what is said of one that makes no sense.

use contrail_model::{Approach, Fabric};

use crate::{fabric, with};

const OWN: &str = include_str!("../../../examples/fabrics/own-integration.yaml");

const SCRAPE: &str =
    "{from: collector, to: workloads, protocol: tcp, port: 9100, why: the collector scrapes the machine}";

fn problems(replacements: &[(&str, &str)]) -> Vec<String> {
    let error = Fabric::from_yaml(&with(OWN, replacements)).unwrap_err();
    error.problems.iter().map(|problem| format!("{}: {}", problem.path, problem.message)).collect()
}

#[test]
fn its_flows_are_required_and_planned_like_those_that_are_known() {
    let fabric = fabric(OWN);
    let flows: Vec<String> =
        fabric.trace_required().iter().map(|flow| format!("{} to {}", flow.from(), flow.to())).collect();
    assert_eq!(
        flows,
        [
            "monitoring-collector@mon1 to vm-1",
            "monitoring-collector@mon1 to vm-2",
            "vm-1 to monitoring-alertmanager@mon1",
            "vm-2 to monitoring-alertmanager@mon1"
        ]
    );
    let plan = fabric.plan();
    let best = plan.best().unwrap().break_outs.first().unwrap();
    assert_eq!((best.approach, best.devices.concat()), (Approach::RouterOnLeaves, "leaf1".to_owned()));
}

#[test]
fn flows_of_an_optional_service_that_is_not_placed_are_not_needed() {
    let text = with(OWN, &[(", alertmanager: mon1}", "}")]);
    assert_eq!(fabric(&text).trace_required().len(), 2);
}

#[test]
fn an_unknown_party() {
    let found = problems(&[(SCRAPE, "{from: colector, to: workloads, protocol: tcp, port: 9100}")]);
    assert_eq!(
        found,
        [
            "integration_kinds[0].flows[0].from: `colector` is no party: expected collector, alertmanager, workloads, \
          bare-metal, service-node, virtual-service, members"
        ]
    );
}

#[test]
fn a_missing_service() {
    let found = problems(&[("services: {collector: mon1, ", "services: {")]);
    assert_eq!(
        found,
        ["integrations[0].services: monitoring needs to know where its service `collector` runs"]
    );
}

#[test]
fn a_service_that_the_kind_does_not_have() {
    let found = problems(&[(", alertmanager: mon1}", ", grafana: mon1}")]);
    assert_eq!(
        found,
        [
            "integrations[0].services.grafana: monitoring has no service `grafana`: expected collector, alertmanager"
        ]
    );
}

#[test]
fn a_kind_that_is_there_already() {
    let found = problems(&[
        ("  - name: monitoring\n    services: [collector]", "  - name: octavia\n    services: [collector]"),
        ("kind: monitoring", "kind: openstack"),
        ("services: {collector: mon1, alertmanager: mon1}", "services: {keystone: mon1}"),
    ]);
    assert_eq!(found, ["integration_kinds[0].name: the kind `octavia` is there already"]);
}

#[test]
fn dhcp_between_parties_that_do_not_speak_it() {
    let found = problems(&[(SCRAPE, "{from: collector, to: workloads, protocol: dhcp}")]);
    assert_eq!(found, ["integration_kinds[0].flows[0]: dhcp goes from bare-metal to service-node"]);
}

#[test]
fn a_service_with_the_name_of_another_party() {
    let found =
        problems(&[("optional_services: [alertmanager]", "optional_services: [alertmanager, members]")]);
    assert_eq!(
        found,
        ["integration_kinds[0]: `members` stands for something else and is no name of a service"]
    );
}

#[test]
fn a_flow_without_its_port_and_an_unknown_kind() {
    let found = problems(&[
        (SCRAPE, "{from: collector, to: workloads, protocol: tcp}"),
        ("  - kind: monitoring", "  - kind: monitorin"),
    ]);
    assert_eq!(
        found,
        [
            "integration_kinds[0].flows[0].port: the destination port is missing",
            "integrations[0].kind: `monitorin` is not a kind of integration: expected octavia, ironic, \
             kubernetes-keystone, openstack, kubernetes, vcenter, monitoring"
        ]
    );
}

#[test]
fn workloads_need_the_network_they_are_in() {
    let found = problems(&[("    management_network: machines\n", "")]);
    assert_eq!(found, ["integrations[0]: monitoring needs a management_network"]);
}
