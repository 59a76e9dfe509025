//! Results as data: the shape of each on one small fabric, and what holds of all.

use contrail_model::Flow;
use serde::Serialize;
use serde_json::Value;

use crate::fabrics::examples;
use crate::golden::assert_generated;
use crate::placement::impossible;
use crate::{fabric, in_r2011};

/// A controller behind leaf1 and a hypervisor behind leaf2. The logical router is nowhere, and the way back unknown.
const SMALL: &str = r#"
fabric: small
devices:
  - {name: spine1, role: spine, overlay_roles: [Route-Reflector], loopback: 10.255.0.1}
  - {name: leaf1, role: leaf, overlay_roles: [ERB-UCAST-Gateway], loopback: 10.255.0.11}
  - {name: leaf2, role: leaf, overlay_roles: [ERB-UCAST-Gateway], loopback: 10.255.0.12}
links:
  - ["leaf1:et-0/0/48", "spine1:et-0/0/0"]
  - ["leaf2:et-0/0/48", "spine1:et-0/0/1"]
networks:
  - {name: tenant, vni: 5001, subnets: [{prefix: 10.99.0.0/24, gateway: 10.99.0.1}]}
  - {name: api, vni: 5002, subnets: [{prefix: 10.1.10.0/24, gateway: 10.1.10.1}]}
  - {name: underlay, vni: 6001, subnets: [{prefix: 10.1.1.0/24, gateway: 10.1.1.1}], underlay_irb: [leaf2]}
port_groups:
  - {name: ctl1, ports: ["leaf1:xe-0/0/10"], vlans: [{vlan: 200, network: api}]}
  - {name: compute1, ports: ["leaf2:xe-0/0/20"], vlans: [{vlan: 101, network: underlay}]}
servers:
  - {name: ctl1, kind: controller, port_group: ctl1, addresses: [{network: api, address: 10.1.10.11}]}
  - {name: compute1, kind: hypervisor, port_group: compute1, vhost0: {network: underlay, address: 10.1.1.21}}
workloads:
  - {name: vm1, host: compute1, network: tenant, address: 10.99.0.11}
logical_routers:
  - {name: tenant, vni: 9001, networks: [tenant, api], extended_to: []}
flows:
  - {from: ctl1, to: vm1, protocol: tcp, port: 22, why: debugging}
"#;

fn assert_data(name: &str, result: &impl Serialize) {
    let text = serde_json::to_string_pretty(result).unwrap();
    assert_generated(&format!("tests/it/golden/{name}.json"), &(text + "\n"));
}

#[test]
fn each_result_is_data() {
    let fabric = fabric(SMALL);
    assert_data("data-report", &fabric.check());
    let plan = fabric.plan();
    assert_data("data-plan", &plan);
    let flow = Flow::tcp("ctl1", "vm1", 22);
    assert_data("data-trace-dropped", &fabric.trace(&flow).unwrap());
    let changed = plan.best().unwrap().apply(&fabric);
    let trace = changed.trace(&flow).unwrap();
    let hops: Vec<_> = trace.paths().flat_map(|path| path.hops()).collect();
    assert_data("data-steps", &hops.iter().map(|hop| (hop.node(), hop.steps())).collect::<Vec<_>>());
    assert_data("data-routes", &changed.routes());
}

/// The text of a result, in which no object may have a key twice: the later would replace the earlier.
fn text(result: &impl Serialize) -> String {
    let text = serde_json::to_string(result).unwrap();
    let read: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(read.to_string().len(), text.len(), "{text}");
    text
}

#[test]
fn no_result_of_the_examples_has_a_key_twice_or_loses_a_sentence() {
    for (name, document) in examples() {
        for document in [document.clone(), in_r2011(&document)] {
            let fabric = fabric(&document);
            let (report, plan) = (fabric.check(), fabric.plan());
            for finding in &report.findings {
                assert!(text(&report).contains(&quoted(&finding.message)), "{name}: {finding}");
            }
            for reason in plan.rejected.iter().flat_map(|rejected| &rejected.reasons) {
                assert!(text(&plan).contains(&quoted(&reason.to_string())), "{name}: {reason}");
            }
            let changed = plan.best().map_or_else(|| fabric.clone(), |best| best.apply(&fabric));
            for trace in [fabric.trace_required(), changed.trace_required()].concat() {
                let text = text(&trace);
                for path in trace.paths() {
                    assert!(
                        text.contains(&quoted(&path.verdict().to_string())),
                        "{name}: {}",
                        path.verdict()
                    );
                    for step in path.hops().flat_map(|hop| hop.steps()) {
                        assert!(text.contains(&quoted(&step.to_string())), "{name}: {step}");
                    }
                }
            }
            let routes = changed.routes();
            let text = text(&routes);
            for entry in &routes.entries {
                assert!(text.contains(&quoted(&entry.to_string())), "{name}: {entry}");
            }
        }
    }
}

fn quoted(sentence: &str) -> String {
    Value::from(sentence).to_string()
}

#[test]
fn what_cannot_be_is_data_too() {
    assert_data("data-impossible", &fabric(&impossible()).plan().impossible);
}
