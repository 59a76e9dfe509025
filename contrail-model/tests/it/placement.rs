//! The article's verdicts: where the logical router of Octavia may be, and why not elsewhere.

use contrail_model::{Approach, BreakOut, Candidate, Change, Fabric, Lift, Plan, Reason, Rejected, Verdict};

use crate::golden::assert_golden;
use crate::{OCTAVIA, fabric, solved, with};

fn names(list: &[contrail_model::Name]) -> Vec<&str> {
    list.iter().map(|name| &**name).collect()
}

fn is_only(break_outs: &[BreakOut], approach: Approach, devices: &[&str]) -> bool {
    matches!(break_outs, [one] if one.approach == approach && names(&one.devices) == devices)
}

fn candidate<'p>(plan: &'p Plan, approach: Approach, devices: &[&str]) -> &'p Candidate {
    let found = plan.candidates.iter().find(|c| is_only(&c.break_outs, approach, devices));
    found.unwrap_or_else(|| panic!("{approach} {devices:?} is not legal:\n{plan}"))
}

fn rejected<'p>(plan: &'p Plan, approach: Approach, devices: &[&str]) -> &'p Rejected {
    let found = plan.rejected.iter().find(|r| is_only(&r.break_outs, approach, devices));
    found.unwrap_or_else(|| panic!("{approach} {devices:?} is not refused:\n{plan}"))
}

/// A plan keeps what it promises: with the changes made, everything arrives and no error is left.
fn assert_kept(fabric: &Fabric, candidate: &Candidate) {
    let changed = candidate.apply(fabric);
    for trace in changed.trace_required() {
        assert!(trace.is_delivered(), "{trace}");
    }
    assert!(!changed.check().has_errors(), "{}", changed.check());
}

#[test]
fn the_controllers_leaves_are_legal_and_first() {
    let fabric = fabric(OCTAVIA);
    let plan = fabric.plan();
    let best = plan.best().unwrap();
    assert!(is_only(&best.break_outs, Approach::RouterOnLeaves, &["leaf1", "leaf2"]));
    for candidate in &plan.candidates {
        assert_kept(&fabric, candidate);
    }
}

#[test]
fn the_hypervisors_leaves_are_refused_by_l1_and_both_are_named() {
    let plan = fabric(OCTAVIA).plan();
    let right = rejected(&plan, Approach::RouterOnLeaves, &["leaf3", "leaf4"]);
    assert!(right.reasons.iter().all(|reason| reason.rule() == Some("L1")));
    let text = right.to_string();
    assert!(text.contains("leaf3 cannot") && text.contains("leaf4 cannot"), "{text}");
}

#[test]
fn a_leaf_alone_costs_more_than_the_pair() {
    let plan = fabric(OCTAVIA).plan();
    let alone = candidate(&plan, Approach::RouterOnLeaves, &["leaf1"]);
    let pair = candidate(&plan, Approach::RouterOnLeaves, &["leaf1", "leaf2"]);
    assert_eq!((alone.cost.lone_devices, pair.cost.lone_devices), (1, 0));
    assert!(alone.cost.total > pair.cost.total);
}

#[test]
fn a_leaf_alone_is_refused_where_leaves_do_not_advertise_the_gateway() {
    let plan = fabric(&with(OCTAVIA, &[("release: article", "release: r2011")])).plan();
    let text = rejected(&plan, Approach::RouterOnLeaves, &["leaf1"]).to_string();
    assert!(text.contains("leaf2 has no IRB of api"), "{text}");
}

#[test]
fn a_spine_is_refused_for_its_role() {
    let plan = fabric(OCTAVIA).plan();
    let spine = rejected(&plan, Approach::RouterOnLeaves, &["spine1"]);
    assert_eq!(spine.reasons.first().and_then(Reason::rule), Some("R2"));
}

#[test]
fn the_dc_gateway_is_legal_and_reached_by_mpls_over_udp() {
    let fabric = fabric(OCTAVIA);
    let plan = fabric.plan();
    let changed = candidate(&plan, Approach::RouterOnDcGateway, &["dcgw1"]).apply(&fabric);
    let trace = changed.trace_required().into_iter().next().unwrap();
    assert_golden("octavia-dc-gateway-trace", &trace.to_string());
    for path in trace.back().paths() {
        let tunnels: Vec<&str> = path
            .hops()
            .flat_map(|hop| hop.steps())
            .filter_map(|step| match step {
                contrail_model::trace::Step::Encapsulate { tunnel, .. } => Some(tunnel.name()),
                _ => None,
            })
            .collect();
        assert_eq!(
            tunnels,
            ["MPLSoUDP", "VXLAN"],
            "from the hypervisor to the gateway, then on to the leaves"
        );
    }
}

#[test]
fn encapsulation_priority_decides_between_udp_and_gre() {
    let text = with(OCTAVIA, &[("[MPLSoUDP, MPLSoGRE, VXLAN]", "[VXLAN, MPLSoGRE, MPLSoUDP]")]);
    let text = with(&text, &[("extended_to: []", "extended_to: [dcgw1]")]);
    let trace = fabric(&text).trace_required().into_iter().nth(2).unwrap();
    let text = trace.to_string();
    assert!(text.contains("encapsulates in MPLSoGRE"), "L3VPN routes are never VXLAN:\n{text}");
}

#[test]
fn ip_fabric_forwarding_is_legal_with_its_changes_by_hand() {
    let fabric = fabric(OCTAVIA);
    let plan = fabric.plan();
    let by_hand: Vec<String> = candidate(&plan, Approach::IpFabricForwarding, &[])
        .changes
        .iter()
        .filter(|change| change.is_by_hand())
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        by_hand,
        [
            "by hand: on leaf1, route api in the underlay (IRB with 10.1.10.1)",
            "by hand: on leaf2, route api in the underlay (IRB with 10.1.10.1)",
            "by hand: on leaf3, add secondary address 10.99.0.1/24 to the IRB of underlay-rack2",
            "by hand: on leaf4, add secondary address 10.99.0.1/24 to the IRB of underlay-rack2",
            "by hand: on leaf3, redistribute 10.99.0.0/24 and the hosts learnt in it into the underlay",
            "by hand: on leaf4, redistribute 10.99.0.0/24 and the hosts learnt in it into the underlay",
        ]
    );
}

#[test]
fn distributed_snat_is_refused_by_l5_as_the_worker_opens_the_flow() {
    let plan = fabric(OCTAVIA).plan();
    let snat = rejected(&plan, Approach::DistributedSnat, &[]);
    assert!(snat.reasons.iter().all(|reason| reason.rule() == Some("L5")), "{snat}");
}

#[test]
fn without_the_static_route_the_answer_drops_at_the_host_and_the_plan_has_exactly_that_route() {
    let text = with(
        OCTAVIA,
        &[
            ("extended_to: []", "extended_to: [leaf1, leaf2]"),
            (
                "mac: \"02:c0:00:00:00:11\"}]",
                "mac: \"02:c0:00:00:00:11\"}]\n    routes: [{to: 10.99.0.0/24, via: 10.1.10.1}]",
            ),
        ],
    );
    let fabric = fabric(&text);
    let trace =
        fabric.trace(&contrail_model::Flow::udp("amphora-1", "octavia-health-manager", 5555)).unwrap();
    assert!(trace.out().is_delivered());
    for path in trace.back().paths() {
        let Verdict::Dropped { at, .. } = path.verdict() else { panic!("{trace}") };
        assert_eq!(&**at, "ctl2");
    }
    assert_golden("octavia-no-way-back-trace", &trace.to_string());

    let plan = fabric.plan();
    let best = plan.best().unwrap();
    let [Change::AddStaticRoute { server, to, via }] = best.changes.as_slice() else { panic!("{plan}") };
    assert_eq!(
        (&**server, to.to_string(), via.to_string()),
        ("ctl2", "10.99.0.0/24".into(), "10.1.10.1".into())
    );
}

#[test]
fn a_hypervisor_on_the_left_pair_changes_the_verdict_of_the_left_pair() {
    let moved = with(
        OCTAVIA,
        &[
            (
                "ports: [\"leaf3:xe-0/0/20\", \"leaf4:xe-0/0/20\"]\n    vlans: [{vlan: 102, network: underlay-rack2}]",
                "ports: [\"leaf1:xe-0/0/20\", \"leaf2:xe-0/0/20\"]\n    vlans: [{vlan: 101, network: underlay-rack1}]",
            ),
            (
                "vhost0: {network: underlay-rack2, address: 10.1.2.21,",
                "vhost0: {network: underlay-rack1, address: 10.1.1.21,",
            ),
        ],
    );
    let fabric = fabric(&moved);
    let plan = fabric.plan();
    let left = rejected(&plan, Approach::RouterOnLeaves, &["leaf1", "leaf2"]);
    assert!(left.reasons.iter().all(|reason| reason.rule() == Some("L1")), "{left}");
    assert!(is_only(&plan.best().unwrap().break_outs, Approach::RouterOnDcGateway, &["dcgw1"]));
    assert_kept(&fabric, plan.best().unwrap());
}

/// An amphora on each pair of leaves, no DC gateway, and no gateway address that leaves could take.
pub(crate) fn impossible() -> String {
    with(
        OCTAVIA,
        &[
            (
                "ports: [\"leaf3:xe-0/0/20\", \"leaf4:xe-0/0/20\"]\n    vlans: [{vlan: 102, network: underlay-rack2}]",
                "ports: [\"leaf1:xe-0/0/20\", \"leaf2:xe-0/0/20\"]\n    vlans: [{vlan: 101, network: underlay-rack1}]",
            ),
            (
                "vhost0: {network: underlay-rack2, address: 10.1.2.21,",
                "vhost0: {network: underlay-rack1, address: 10.1.1.21,",
            ),
            ("overlay_roles: [DC-Gateway]", "overlay_roles: [lean]"),
            ("gateway: 10.99.0.1}", "}"),
        ],
    )
}

#[test]
fn what_is_impossible_is_told_by_the_fewest_flows_and_by_what_would_lift_it() {
    let fabric = fabric(&impossible());
    let plan = fabric.plan();
    assert!(plan.best().is_none());
    let [impossible] = plan.impossible.as_slice() else { panic!("{plan}") };
    assert_eq!(impossible.flows.len(), 2, "{impossible}");
    assert_eq!(impossible.lifts, [Lift::DcGateway, Lift::OwnLeaves { server: "ctl1".into() }]);
    assert_golden("octavia-impossible", &impossible.to_string());
}

#[test]
fn where_everything_works_nothing_has_to_change() {
    let plan = fabric(&solved()).plan();
    assert_eq!(plan.candidates.len(), 1);
    assert!(is_only(&plan.best().unwrap().break_outs, Approach::AsItIs, &[]));
    assert!(plan.best().unwrap().changes.is_empty());
}

#[test]
fn a_logical_router_in_the_wrong_place_is_moved() {
    let text = with(&solved(), &[("extended_to: [leaf1, leaf2]", "extended_to: [leaf3, leaf4]")]);
    let fabric = fabric(&text);
    let plan = fabric.plan();
    let changes: Vec<String> = plan.best().unwrap().changes.iter().map(ToString::to_string).collect();
    assert_eq!(
        changes,
        [
            "withdraw logical router octavia from leaf3, leaf4",
            "extend logical router octavia to leaf1, leaf2"
        ]
    );
    assert_kept(&fabric, plan.best().unwrap());
}

#[test]
fn without_a_logical_router_the_plan_creates_one() {
    let text = with(
        OCTAVIA,
        &[(
            "logical_routers:\n  - {name: octavia, vni: 9001, networks: [octavia, api], extended_to: []}\n",
            "",
        )],
    );
    let fabric = fabric(&text);
    let plan = fabric.plan();
    let first = plan.best().unwrap().changes.first().unwrap();
    assert_eq!(first.to_string(), "create logical router octavia-router with VNI 6003 for octavia, api");
    assert_kept(&fabric, plan.best().unwrap());
}

#[test]
fn without_a_legal_place_there_is_no_plan_but_a_reason_for_each_device() {
    let text = with(
        OCTAVIA,
        &[
            ("overlay_roles: [DC-Gateway]", "overlay_roles: [lean]"),
            ("gateway: 10.99.0.1}", "}"),
            ("gateway: 10.1.10.1}", "}"),
        ],
    );
    let plan = fabric(&text).plan();
    assert!(plan.best().is_none());
    assert!(plan.rejected.iter().all(|rejected| !rejected.reasons.is_empty()));
    assert!(plan.to_string().starts_with("no way works\nrefused\n"));
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let once = fabric(OCTAVIA);
    let again = fabric(OCTAVIA);
    assert_eq!(once.check().to_string(), again.check().to_string());
    assert_eq!(once.plan().to_string(), again.plan().to_string());
}
