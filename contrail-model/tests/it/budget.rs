//! The MTU budget of a path, and the rule that finds the same by the document alone.

use contrail_model::trace::{Budget, Step};
use contrail_model::{Fabric, Flow, TunnelKind};
use contrail_wire::{Encapsulation, Label, Vni};

use crate::fabrics::examples;
use crate::golden::assert_golden;
use crate::{fabric, solved, with};

/// Of all paths of all required flows, out and back.
fn budgets(fabric: &Fabric) -> Vec<Budget> {
    let traces = fabric.trace_required();
    let paths = traces.iter().flat_map(contrail_model::Trace::paths);
    paths.map(|path| path.budget()).collect()
}

/// Octavia on the left pair, with a hypervisor and a spine of these MTUs.
fn with_mtus(compute: u16, spine: u16) -> Fabric {
    fabric(&with(
        &solved(),
        &[
            (
                "name: compute1\n    kind: hypervisor",
                &format!("name: compute1\n    mtu: {compute}\n    kind: hypervisor"),
            ),
            ("spine1, role: spine", &format!("spine1, role: spine, mtu: {spine}")),
        ],
    ))
}

#[test]
fn link_by_link() {
    let fabric = with_mtus(1560, 1540);
    let trace = fabric.trace(&Flow::tcp("octavia-worker@ctl1", "amphora-1", 9443)).unwrap();
    let told: Vec<String> = trace.out().paths().iter().map(|path| path.budget().to_string()).collect();
    assert_golden("budget-octavia", &told.join("\n"));
}

#[test]
fn the_hop_that_is_too_small_is_where_the_rule_says() {
    for mtu in 1545..=1555 {
        for (fabric, name) in [(with_mtus(mtu, 9178), "compute1"), (with_mtus(9178, mtu), "spine1")] {
            let budgets = budgets(&fabric);
            let mut links = budgets.iter().flat_map(Budget::too_small).peekable();
            let findings = fabric.check().findings;
            let by_rule: Vec<&str> =
                findings.iter().filter(|found| found.rule == "U2").map(|found| &*found.subject).collect();
            assert_eq!(links.peek().is_some(), mtu < 1550, "{mtu}");
            assert_eq!(by_rule, if mtu < 1550 { vec![name] } else { vec![] }, "{mtu}");
            assert!(links.all(|link| link.link.contains(name)), "{mtu}");
            let smallest = budgets.iter().map(Budget::largest).min().unwrap();
            assert_eq!(smallest, (mtu - 50).min(1500));
        }
    }
}

#[test]
fn nothing_is_too_small_where_the_rule_finds_nothing() {
    let mut workloads = 0;
    for (name, text) in examples() {
        let fabric = fabric(&text);
        let fabric = fabric.plan().best().unwrap().apply(&fabric);
        for budget in budgets(&fabric) {
            if budget.wanted() == 1500 {
                assert_eq!(budget.largest(), 1500, "{name}: {budget}");
                assert_eq!(budget.too_small().count(), 0, "{name}: {budget}");
                workloads += 1;
            }
        }
    }
    assert!(workloads > 50, "{workloads}");
}

#[test]
fn servers_that_use_all_of_their_mtu_do_not_get_through_a_tunnel() {
    let fabric = fabric(&examples()["ironic"]);
    let fabric = fabric.plan().best().unwrap().apply(&fabric);
    let trace = fabric.trace(&Flow::udp("bms1", "ironic-conductor@ctl1", 69)).unwrap();
    let budget = trace.out().paths()[0].budget();
    assert_eq!((budget.wanted(), budget.largest()), (9178, 9128), "{budget}");
    assert!(budget.too_small().all(|link| link.overhead == 50 && link.link.contains("spine")), "{budget}");
    assert_eq!(budget.too_small().count(), 2, "{budget}");
}

/// What `contrail-wire` takes for a tunnel over IPv4, beside the inner Ethernet header that VXLAN carries.
fn overhead(tunnel: TunnelKind) -> usize {
    let [from, to] = [[10, 1, 2, 21], [10, 255, 0, 11]].map(Into::into);
    match tunnel {
        TunnelKind::Vxlan => 14 + Encapsulation::vxlan(Vni::new(1).unwrap()).ipv4(from, to).overhead(),
        TunnelKind::MplsOverUdp => {
            Encapsulation::mpls_over_udp(Label::new(16).unwrap()).ipv4(from, to).overhead()
        }
        TunnelKind::MplsOverGre => {
            Encapsulation::mpls_over_gre(Label::new(16).unwrap()).ipv4(from, to).overhead()
        }
    }
}

#[test]
fn what_is_added_is_what_the_tunnel_takes() {
    let gre_first = with(&solved(), &[("[MPLSoUDP, MPLSoGRE, VXLAN]", "[MPLSoGRE, MPLSoUDP, VXLAN]")]);
    let mut seen = Vec::new();
    for text in [solved(), gre_first] {
        let fabric = fabric(&text);
        for fabric in fabric.plan().candidates.iter().map(|way| way.apply(&fabric)) {
            check_overheads(&fabric, &mut seen);
        }
    }
    let dcgw = fabric(&with(&solved(), &[("extended_to: [leaf1, leaf2]", "extended_to: [dcgw1]")]));
    check_overheads(&dcgw, &mut seen);
    let gre = fabric(&with(
        &with(&solved(), &[("extended_to: [leaf1, leaf2]", "extended_to: [dcgw1]")]),
        &[("[MPLSoUDP, MPLSoGRE, VXLAN]", "[MPLSoGRE, MPLSoUDP, VXLAN]")],
    ));
    check_overheads(&gre, &mut seen);
    for tunnel in ["VXLAN", "MPLSoUDP", "MPLSoGRE"] {
        assert!(seen.contains(&tunnel), "{tunnel} is in {seen:?}");
    }
}

fn check_overheads(fabric: &Fabric, seen: &mut Vec<&'static str>) {
    for trace in fabric.trace_required() {
        for path in trace.paths() {
            let budget = path.budget();
            let mut expected = 0;
            for (hop, link) in path.hops().zip(&budget.links) {
                for step in hop.steps() {
                    match step {
                        Step::Encapsulate { tunnel, .. } => {
                            expected = overhead(tunnel);
                            seen.push(tunnel.name());
                        }
                        Step::Decapsulate { .. } => expected = 0,
                        _ => {}
                    }
                }
                assert_eq!(usize::from(link.overhead), expected, "{budget}");
            }
        }
    }
}
