//! The article's scenarios, each as its fabric in the examples: what a packet does when the plan's best way has been
//! gone, and what cannot be.

use contrail_model::{Approach, Fabric, Flow};

use crate::golden::assert_golden;
use crate::{OCTAVIA, fabric, in_r2011, with};

pub(crate) const IRONIC: &str = include_str!("../../../examples/fabrics/ironic.yaml");
const OCTAVIA_L2: &str = include_str!("../../../examples/fabrics/octavia-l2.yaml");
const KUBERNETES_KEYSTONE: &str = include_str!("../../../examples/fabrics/kubernetes-keystone.yaml");

/// The fabric after the best way of its plan has been gone.
pub(crate) fn best(text: &str) -> Fabric {
    let fabric = fabric(text);
    let plan = fabric.plan();
    plan.best().unwrap_or_else(|| panic!("{plan}")).apply(&fabric)
}

/// Compares the trace of a flow, after the best way of the plan, with its golden text in each release.
fn assert_traced(name: &str, text: &str, flow: &Flow) {
    let told = |text: &str| best(text).trace(flow).unwrap().to_string();
    let (article, r2011) = (told(text), told(&in_r2011(text)));
    assert_golden(name, &article);
    let r2011 = if r2011 == article { "as in release article\n" } else { &r2011 };
    assert_golden(&format!("{name}-r2011"), r2011);
}

#[test]
fn octavia_over_layer_3_and_over_layer_2() {
    let flow = Flow::tcp("octavia-worker", "amphora-1", 9443);
    assert_traced("octavia-l3-trace", OCTAVIA, &flow);
    assert_traced("octavia-l2-trace", OCTAVIA_L2, &flow);
}

#[test]
fn ironic_lands_on_the_controllers_leaves_though_the_service_node_is_there() {
    let plan = fabric(IRONIC).plan();
    let best = &plan.best().unwrap().break_outs;
    assert_eq!(best.iter().map(|at| at.approach).collect::<Vec<_>>(), [Approach::RouterOnLeaves]);
    assert_eq!(
        best.iter().flat_map(|at| at.devices.iter().map(|name| &**name)).collect::<Vec<_>>(),
        ["leaf1", "leaf2"]
    );
}

#[test]
fn dhcp_passes_the_service_nodes_leaves_as_vxlan_that_is_only_routed() {
    let fabric = best(IRONIC);
    assert_traced("ironic-dhcp-trace", IRONIC, &Flow::dhcp("bms1", "csn1"));
    for trace in
        [Flow::dhcp("bms1", "csn1"), Flow::dhcp("bms2", "csn1")].map(|flow| fabric.trace(&flow).unwrap())
    {
        assert!(trace.is_delivered(), "{trace}");
        for path in trace.paths() {
            for hop in path.hops().filter(|hop| ["leaf1", "leaf2"].contains(&&**hop.node())) {
                let steps: Vec<String> = hop.steps().iter().map(ToString::to_string).collect();
                assert!(!steps.iter().any(|step| step.contains("capsulates")), "{steps:?}");
            }
        }
    }
}

#[test]
fn the_boot_of_a_bare_metal_server_leaves_the_overlay_at_the_controllers_leaves() {
    assert_traced("ironic-tftp-trace", IRONIC, &Flow::udp("bms1", "ironic-conductor", 69));
}

#[test]
fn a_bare_metal_server_behind_the_service_nodes_leaves_is_refused_by_l1() {
    let moved = with(IRONIC, &[(r#"ports: ["leaf5:xe-0/0/31"]"#, r#"ports: ["leaf1:xe-0/0/31"]"#)]);
    let trace = fabric(&moved).trace(&Flow::dhcp("bms2", "csn1")).unwrap();
    let rules: Vec<_> = trace.out().drops().into_iter().map(|(_, drop)| drop.rule()).collect();
    assert_eq!(rules, [Some("L1")], "{trace}");
    assert!(fabric(&moved).plan().best().is_none());
}

#[test]
fn each_missing_static_route_is_named_for_its_host() {
    let text = with(
        IRONIC,
        &[(
            "networks: [ironic, api], extended_to: []",
            "networks: [ironic, api], extended_to: [leaf1, leaf2]",
        )],
    );
    let report = fabric(&text).check();
    let missing: Vec<&str> =
        report.errors().filter(|finding| finding.rule == "L4").map(|finding| &*finding.subject).collect();
    assert_eq!(missing, ["ctl1", "swift1"], "{report}");
}

#[test]
fn without_a_service_node_the_integration_says_so() {
    let text = with(IRONIC, &[("kind: service-node", "kind: controller")]);
    let error = Fabric::from_yaml(&text).unwrap_err().to_string();
    assert!(error.contains("ironic needs a server of kind service-node with vhost0"), "{error}");
}

#[test]
fn of_two_service_nodes_the_lowest_address_as_text_answers() {
    let second = "  - name: csn2\n    kind: service-node\n    port_group: csn1\n    \
                  vhost0: {network: underlay-rack1, address: 10.1.1.4}\n";
    let text = with(
        IRONIC,
        &[(
            "  - name: compute1\n    kind: hypervisor",
            &format!("{second}  - name: compute1\n    kind: hypervisor"),
        )],
    );
    let fabric = fabric(&text);
    // 10.1.1.31 sorts before 10.1.1.4.
    assert!(fabric.trace(&Flow::dhcp("bms1", "csn1")).unwrap().is_delivered());
    let error = fabric.trace(&Flow::dhcp("bms1", "csn2")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`bms1` does not ask `csn2` for an address: expected a bare-metal server with an IPv4 address and the active service node"
    );
}

#[test]
fn the_webhook_by_a_logical_router_and_its_question_by_snat() {
    let fabric = best(KUBERNETES_KEYSTONE);
    let webhook = Flow::tcp("master1", "keystone-auth", 8443);
    assert_traced("kubernetes-keystone-webhook-trace", KUBERNETES_KEYSTONE, &webhook);
    let question = Flow::tcp("keystone-auth-1", "kubernetes-keystone-keystone", 5000);
    assert_traced("kubernetes-keystone-question-trace", KUBERNETES_KEYSTONE, &question);
    let trace = fabric.trace(&Flow::tcp("master1", "keystone-auth", 80)).unwrap();
    assert!(trace.to_string().contains("keystone-auth does not answer TCP 80"), "{trace}");
}
