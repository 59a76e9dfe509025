//! What a packet does, for each way in which overlay and underlay meet.

use contrail_model::trace::{Drop, Source, Step};
use contrail_model::{Approach, Candidate, Fabric, Flow, FlowError, Trace, Verdict};
use contrail_wire::Layer;

use crate::golden::assert_golden;
use crate::{OCTAVIA, fabric, solved, with, with_proxy};

fn worker_to_amphora(fabric: &Fabric) -> Trace {
    fabric.trace(&Flow::tcp("octavia-worker", "amphora-1", 9443)).unwrap()
}

fn by(approach: Approach) -> Fabric {
    let fabric = fabric(OCTAVIA);
    let plan = fabric.plan();
    let takes = |candidate: &&Candidate| candidate.break_outs.iter().all(|at| at.approach == approach);
    let candidate = plan.candidates.iter().find(takes).unwrap();
    candidate.apply(&fabric)
}

/// The layers on each link of a path.
fn layers(trace: &Trace) -> Vec<Vec<Layer>> {
    let path = trace.out().paths().into_iter().next().unwrap();
    let sent = path.hops().filter_map(|hop| hop.sent());
    sent.map(|sent| sent.packet().headers().map(|entry| entry.header().layer()).collect()).collect()
}

/// Whether any path has a packet that is put into a tunnel between two ends.
fn is_encapsulated(trace: &Trace, ends: [&str; 2], expected: &str) -> bool {
    let ends = ends.map(|end| end.parse::<std::net::IpAddr>().unwrap());
    let mut steps = trace.paths().flat_map(|path| path.hops()).flat_map(|hop| hop.steps());
    steps.any(
        |step| matches!(step, Step::Encapsulate { between, id, .. } if (between, &*id) == (ends, expected)),
    )
}

#[test]
fn by_ip_fabric_forwarding() {
    let trace = worker_to_amphora(&by(Approach::IpFabricForwarding));
    for layers in layers(&trace) {
        assert!(!layers.contains(&Layer::Vxlan) && !layers.contains(&Layer::Mpls), "{layers:?}");
    }
}

#[test]
fn by_distributed_snat_from_the_workload_only() {
    let text = with(
        OCTAVIA,
        &[
            (
                "  - name: octavia\n    vni: 5001\n",
                "  - name: octavia\n    vni: 5001\n    fabric_snat: true\n",
            ),
            ("gateway: 10.1.10.1}]\n", "gateway: 10.1.10.1}]\n    underlay_irb: [leaf1, leaf2]\n"),
            (
                "release: article\n",
                "release: article\nport_translation_pools: [{protocol: udp, start_port: 57024, end_port: 58047}]\n",
            ),
            (
                "mac: \"02:c0:00:00:00:12\"}]",
                "mac: \"02:c0:00:00:00:12\"}]\n    routes: [{to: 10.1.0.0/16, via: 10.1.10.1}]",
            ),
        ],
    );
    let fabric = fabric(&text);
    let trace = fabric.trace(&Flow::udp("amphora-1", "octavia-health-manager", 5555)).unwrap();
    assert!(trace.is_delivered(), "{trace}");
    assert_golden("octavia-snat-trace", &trace.to_string());

    let no_pool = fabric.trace(&Flow::tcp("amphora-1", "octavia-health-manager", 443)).unwrap();
    let drops: Vec<&Drop> = no_pool.out().drops().into_iter().map(|(_, reason)| reason).collect();
    assert!(matches!(drops.as_slice(), [Drop::NoTranslationPool { protocol: "TCP", .. }]), "{no_pool}");

    let opened = worker_to_amphora(&fabric);
    assert_eq!(opened.out().drops().first().and_then(|(_, reason)| reason.rule()), Some("L5"));
}

#[test]
fn release_r2011_follows_the_sources() {
    let to_r2011 = ("release: article", "release: r2011");
    let on_leaves = fabric(&with(&solved(), &[to_r2011]));
    let text = worker_to_amphora(&on_leaves).to_string();
    assert!(text.contains("not type 2 of compute1, as leaf1 has no IRB of octavia"), "{text}");

    let gateway = with(&solved(), &[to_r2011, ("extended_to: [leaf1, leaf2]", "extended_to: [dcgw1]")]);
    let text = worker_to_amphora(&fabric(&gateway)).to_string();
    assert!(text.contains("encapsulates in VXLAN, VNI 9001, 10.1.2.21 to 10.255.0.21"), "{text}");
    assert!(!text.contains("MPLSoUDP, label"), "{text}");
}

#[test]
fn vxlan_first_makes_the_leaf_use_the_networks_own_vni() {
    let text = with(&solved(), &[("[MPLSoUDP, MPLSoGRE, VXLAN]", "[VXLAN, MPLSoUDP, MPLSoGRE]")]);
    let text = worker_to_amphora(&fabric(&text)).to_string();
    assert!(text.contains("encapsulates in VXLAN, VNI 5001, 10.255.0.11 to 10.1.2.21"), "{text}");
}

#[test]
fn every_field_says_where_its_value_comes_from() {
    let trace = worker_to_amphora(&fabric(&solved()));
    for path in trace.paths() {
        for sent in path.hops().filter_map(|hop| hop.sent()) {
            for header in sent.packet().headers() {
                for field in header.fields() {
                    assert!(!field.source.is_empty(), "{} {}", header.header().layer(), field.name);
                }
            }
        }
    }
}

#[test]
fn equal_cost_choices_are_separate_paths() {
    let trace = worker_to_amphora(&fabric(&solved()));
    assert_eq!(trace.out().paths().len(), 8, "two leaves, two spines, two leaves");
    assert!(trace.out().paths().iter().all(|path| path.verdict().is_delivered()));
    assert!(trace.out().paths().iter().all(|path| path.underlay_links() == 2));
}

#[test]
fn the_time_to_live_counts_the_routers() {
    let trace = worker_to_amphora(&fabric(&solved()));
    let paths = trace.out().paths();
    let last = paths.first().unwrap().hops().filter_map(|hop| hop.sent()).last();
    let inner = last.unwrap().packet().headers().find(|entry| entry.header().layer() == Layer::Ipv4).unwrap();
    let fields = inner.fields();
    let ttl = fields.iter().find(|field| field.name == "time_to_live").unwrap();
    assert_eq!(ttl.value, "62", "the leaf's VRF and the vRouter's VRF");
}

#[test]
fn a_wrong_next_hop_is_told() {
    let text = with(&solved(), &[("leaf1, leaf2]}\n\nintegrations", "leaf1, leaf2]}\n\nintegrations")]);
    let text = text.replacen("via: 10.1.10.1}", "via: 10.9.9.9}", 1);
    let trace = worker_to_amphora(&fabric(&text));
    assert!(matches!(trace.out().drops().as_slice(), [(_, Drop::NextHopUnreachable { .. })]), "{trace}");
}

#[test]
fn an_unknown_end_and_an_ambiguous_end_are_errors() {
    let both = with(&solved(), &[("worker: ctl1", "worker: [ctl1, ctl2]")]);
    let fabric = fabric(&both);
    let unknown = fabric.trace(&Flow::tcp("nobody", "amphora-1", 1)).unwrap_err();
    assert_eq!(unknown.to_string(), "no workload, service or server with an address is called `nobody`");
    let ambiguous = fabric.trace(&Flow::tcp("octavia-worker", "amphora-1", 1)).unwrap_err();
    assert!(matches!(&ambiguous, FlowError::Ambiguous { choices, .. } if choices.len() == 2));
    assert_eq!(
        ambiguous.to_string(),
        "`octavia-worker` runs in several places: expected one of octavia-worker@ctl1, octavia-worker@ctl2"
    );
    assert!(fabric.trace(&Flow::tcp("octavia-worker@ctl2", "amphora-1", 9443)).unwrap().is_delivered());
}

#[test]
fn workloads_of_a_network_reach_each_other() {
    for (priority, tunnel) in [
        ("[MPLSoUDP, MPLSoGRE, VXLAN]", "MPLSoUDP, label 17"),
        ("[VXLAN, MPLSoUDP, MPLSoGRE]", "VXLAN, VNI 5001"),
    ] {
        let text = solved().replace("[MPLSoUDP, MPLSoGRE, VXLAN]", priority);
        let trace = fabric(&text).trace(&Flow::tcp("amphora-1", "amphora-2", 80)).unwrap();
        assert!(trace.is_delivered(), "{trace}");
        assert!(trace.to_string().contains(&format!("encapsulates in {tunnel}")), "{trace}");
    }
}

/// From the vRouter to the leaves that have the server, whatever tunnel vRouters prefer among themselves; back from the leaf
/// only if that prefers VXLAN.
#[test]
fn a_workload_and_a_server_of_a_network_reach_each_other() {
    let in_vxlan = ("[MPLSoUDP, MPLSoGRE, VXLAN]", "[VXLAN, MPLSoUDP, MPLSoGRE]");
    let prefers_vxlan = fabric(&with(&with_proxy(), &[in_vxlan]));
    for flow in [Flow::tcp("proxy", "amphora-2", 9443), Flow::tcp("amphora-2", "proxy", 443)] {
        let trace = prefers_vxlan.trace(&flow).unwrap();
        assert!(trace.is_delivered(), "{trace}");
        for leaf in ["10.255.0.11", "10.255.0.12"] {
            for between in [["10.1.2.22", leaf], [leaf, "10.1.2.22"]] {
                assert!(is_encapsulated(&trace, between, "VNI 5001"), "{between:?}: {trace}");
            }
        }
    }

    let flow = Flow::tcp("amphora-2", "proxy", 443);
    let prefers_mpls = fabric(&with_proxy());
    let trace = prefers_mpls.trace(&flow).unwrap();
    assert!(trace.out().is_delivered() && !trace.is_delivered(), "{trace}");
    assert!(
        trace.to_string().contains("10.99.0.50/32 (EVPN type 2) to loopback 10.255.0.11 of leaf1"),
        "{trace}"
    );
    assert!(is_encapsulated(&trace, ["10.1.2.22", "10.255.0.12"], "VNI 5001"), "{trace}");

    let drops = |down: &[&str]| {
        let trace = prefers_vxlan.without(down.iter().copied()).unwrap().trace(&flow).unwrap();
        trace.out().drops().into_iter().map(|(_, reason)| reason.to_string()).collect::<Vec<_>>()
    };
    assert!(drops(&["leaf1"]).is_empty(), "the other leaf has it");
    let [reason] = &drops(&["leaf1", "leaf2"])[..] else { panic!("one reason") };
    assert!(reason.contains("proxy"), "{reason}");
}

#[test]
fn one_underlay_network_over_two_racks_is_double_encapsulation() {
    // compute2 moves to the left pair, and its vhost0 stays in the network of the right rack.
    let text = with(
        &solved(),
        &[(
            "ports: [\"leaf3:xe-0/0/21\", \"leaf4:xe-0/0/21\"]",
            "ports: [\"leaf1:xe-0/0/21\", \"leaf2:xe-0/0/21\"]",
        )],
    );
    let fabric = fabric(&text);
    let trace = fabric.trace(&Flow::tcp("amphora-1", "amphora-2", 80)).unwrap();
    assert_eq!(trace.out().drops().first().and_then(|(_, reason)| reason.rule()), Some("L2"), "{trace}");
    assert!(fabric.check().errors().any(|finding| finding.rule == "L2"));
}

#[test]
fn a_mac_address_that_the_document_gives_is_said_to_be_given() {
    let trace = worker_to_amphora(&fabric(&solved()));
    let first = trace.out().paths().first().unwrap().hops().next().unwrap();
    let resolved = first.steps().iter().any(|step| matches!(step, Step::Resolve { .. }));
    assert!(resolved);
    let given = Source::InterfaceMac { of: "ctl1 in api".into(), given: true };
    assert!(trace.to_string().contains(&given.to_string()));
}

#[test]
fn a_device_without_cables_cannot_be_reached() {
    let text = with(
        &solved(),
        &[
            ("  - [\"leaf1:et-0/0/48\", \"spine1:et-0/0/0\"]\n", ""),
            ("  - [\"leaf1:et-0/0/49\", \"spine2:et-0/0/0\"]\n", ""),
        ],
    );
    let trace = worker_to_amphora(&fabric(&text));
    let Verdict::Dropped { at, .. } = trace.out().telling().unwrap().verdict() else { panic!("{trace}") };
    assert_eq!(&**at, "leaf1");
}
