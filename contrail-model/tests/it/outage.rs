//! What-if: devices and cables down. The octavia fabric has two of everything but the DC gateway.

use contrail_model::document::Document;
use contrail_model::trace::{Drop, Path, Way};
use contrail_model::{Fabric, Flow, Trace, Verdict};

use crate::fabrics::examples;
use crate::golden::assert_golden;
use crate::{OCTAVIA, fabric, in_r2011, solved, with};

fn without(fabric: &Fabric, parts: &[&str]) -> Fabric {
    fabric.without(parts.iter().copied()).unwrap()
}

fn worker_to_amphora(fabric: &Fabric) -> Trace {
    fabric.trace(&Flow::tcp("octavia-worker@ctl1", "amphora-1", 9443)).unwrap()
}

fn how(way: Way<'_>) -> String {
    way.telling().unwrap().verdict().to_string()
}

/// The nodes that any path passes.
fn nodes(trace: &Trace) -> Vec<String> {
    let hops = trace.paths().flat_map(|path| path.hops());
    let mut nodes: Vec<String> = hops.map(|hop| hop.node().to_string()).collect();
    nodes.sort();
    nodes.dedup();
    nodes
}

#[test]
fn each_single_failure_and_what_is_lost_with_it() {
    let mut told = String::new();
    for (release, text) in [("article", solved()), ("r2011", in_r2011(&solved()))] {
        let fabric = fabric(&text);
        told.push_str(&format!("release {release}\n"));
        for part in fabric.parts() {
            let without = without(&fabric, &[&part]);
            assert_eq!(without.down(), std::slice::from_ref(&part));
            told.push_str(&format!("  without {part}\n"));
            for trace in without.trace_required().iter().filter(|trace| !trace.is_delivered()) {
                let (out, back) = (how(trace.out()), how(trace.back()));
                told.push_str(&format!("    {} to {}: {out}; the answer {back}\n", trace.from(), trace.to()));
            }
        }
    }
    assert_golden("outage-each", &told);
}

#[test]
fn the_underlay_goes_round_a_spine_or_a_cable() {
    let fabric = fabric(&solved());
    assert!(nodes(&worker_to_amphora(&fabric)).contains(&"spine1".to_owned()));
    for part in ["spine1", "leaf1:et-0/0/48"] {
        let trace = worker_to_amphora(&without(&fabric, &[part]));
        assert!(trace.is_delivered(), "{trace}");
    }
    let trace = worker_to_amphora(&without(&fabric, &["spine1"]));
    assert!(!nodes(&trace).contains(&"spine1".to_owned()), "{trace}");
    let links = |trace: &Trace| {
        let hops = trace.paths().flat_map(|path| path.hops());
        hops.filter_map(|hop| hop.sent()).map(|sent| sent.link().to_string()).collect::<Vec<_>>()
    };
    let is_cut = |link: &String| link.contains("leaf1:et-0/0/48");
    assert!(links(&worker_to_amphora(&fabric)).iter().any(is_cut));
    let trace = worker_to_amphora(&without(&fabric, &["leaf1:et-0/0/48"]));
    assert!(!links(&trace).iter().any(is_cut) && nodes(&trace).contains(&"spine1".to_owned()), "{trace}");
}

#[test]
fn the_other_leaf_of_a_pair_takes_over() {
    let fabric = fabric(&solved());
    for (down, left) in [("leaf1", "leaf2"), ("leaf2", "leaf1"), ("leaf3", "leaf4"), ("leaf4", "leaf3")] {
        let trace = worker_to_amphora(&without(&fabric, &[down]));
        let nodes = nodes(&trace);
        assert!(trace.is_delivered() && nodes.contains(&left.to_owned()), "{trace}");
        assert!(!nodes.contains(&down.to_owned()), "{trace}");
    }
}

#[test]
fn a_pair_that_is_down_is_named_and_nothing_else_is() {
    let fabric = fabric(&solved());
    for (pair, dropped) in [
        (
            ["leaf1", "leaf2"],
            "dropped at ctl1: leaf1 and leaf2 are down: no port of port group ctl1 is up, so that ctl1 is \
             attached to nothing",
        ),
        (
            ["leaf3", "leaf4"],
            "dropped at leaf1: leaf3 and leaf4 are down: the underlay table of leaf1 has no route to 10.1.2.21",
        ),
        (
            ["spine1", "spine2"],
            "dropped at leaf1: spine1 and spine2 are down: the underlay table of leaf1 has no route to 10.1.2.21: \
             no cables lead to leaf3, leaf4",
        ),
    ] {
        let [a, b] = pair;
        // What has nothing to do with it is down too.
        let trace = worker_to_amphora(&without(&fabric, &["dcgw1", a, b]));
        assert_eq!(how(trace.out()), dropped);
    }
}

#[test]
fn a_drop_that_was_there_before_is_not_blamed_on_what_is_down() {
    let before = fabric(OCTAVIA);
    let [before, after] = [before.clone(), without(&before, &["spine1", "leaf4"])];
    let of = |fabric: &Fabric| how(worker_to_amphora(fabric).out());
    assert!(
        of(&before).starts_with("dropped at ctl1: the routing table of ctl1 has no route"),
        "{}",
        of(&before)
    );
    assert_eq!(of(&before), of(&after));
}

#[test]
fn each_of_several_causes_is_told_where_it_strikes() {
    // A leaf of the hypervisors has lost its port to one of them; what else is down does not matter to that.
    let fabric = without(&fabric(&solved()), &["leaf2", "leaf3:xe-0/0/20", "spine2"]);
    let trace = worker_to_amphora(&fabric);
    let reasons = trace.out().drops();
    let [(at, reason)] = reasons.as_slice() else { panic!("{trace}") };
    let Drop::Outage { down, consequence } = reason else { panic!("{reason}") };
    assert_eq!((&***at, down.len(), &*down[0]), ("leaf3", 1, "leaf3:xe-0/0/20"));
    assert!(matches!(**consequence, Drop::DoubleEncapsulation { .. }), "{reason}");
    let delivered = trace.out().paths().iter().filter(|path| path.verdict().is_delivered()).count();
    assert!(delivered > 0, "by leaf4 it arrives");
}

#[test]
fn check_reports_flows_and_not_what_is_written_down() {
    let fabric = fabric(&solved());
    assert_eq!(fabric.check().to_string(), "no findings\n");
    assert_eq!(without(&fabric, &["leaf1"]).check().to_string(), "no findings\n");
    let report = without(&fabric, &["leaf1", "leaf2"]).check();
    let rules: Vec<&str> = report.findings.iter().map(|finding| finding.rule).collect();
    assert!(!rules.is_empty() && rules.iter().all(|rule| *rule == "F1"), "{report}");
    assert_eq!(report.findings[0].fix, "bring up leaf1 or leaf2", "{report}");
}

#[test]
fn a_plan_goes_round_what_is_down() {
    let fabric = fabric(OCTAVIA);
    let devices = |fabric: &Fabric| {
        let plan = fabric.plan();
        let best = plan.best().unwrap();
        best.break_outs.iter().flat_map(|at| &at.devices).map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(devices(&fabric), ["leaf1", "leaf2"]);
    assert_eq!(devices(&without(&fabric, &["leaf1"])), ["leaf2"]);
    let plan = without(&fabric, &["leaf1"]).plan();
    let on_leaf1 = plan.rejected.iter().find(|rejected| {
        rejected.break_outs.iter().any(|at| at.devices.iter().any(|device| &**device == "leaf1"))
    });
    let reasons = on_leaf1.unwrap().to_string();
    assert!(reasons.contains("       leaf1 is down\n"), "{reasons}");
    assert!(without(&fabric, &["spine1", "spine2"]).plan().best().is_none());
}

#[test]
fn what_is_down_announces_nothing() {
    let fabric = fabric(&with(
        &solved(),
        &[(
            "  - name: ctl1\n    ports:",
            "  - name: ctl1\n    uuid: 3fa85f64-5717-4562-b3fc-2c963f66afa6\n    ports:",
        )],
    ));
    let count = |fabric: &Fabric, speaker: &str| fabric.routes().of(speaker).count();
    assert!(count(&fabric, "leaf1") > 0 && count(&fabric, "compute1") > 0);
    let failed = without(&fabric, &["leaf1", "leaf3", "leaf4:xe-0/0/20"]);
    for speaker in ["leaf1", "leaf3", "compute1"] {
        assert_eq!(count(&failed, speaker), 0, "{speaker}");
    }
    assert!(count(&failed, "leaf2") > 0 && count(&failed, "compute2") > 0);
    assert_eq!(failed.routes().flood_list("api", "leaf2"), Vec::<&str>::new());
    // A cable that is down takes the types 1 and 4 of its segment, and the hosts behind it, with it.
    let segment = |fabric: &Fabric| {
        fabric.routes().of("leaf1").filter(|entry| entry.to_string().contains("00:46:34")).count()
    };
    assert!(segment(&fabric) > 0);
    assert_eq!(segment(&without(&fabric, &["leaf1:xe-0/0/10"])), 0);
    assert_eq!(fabric.aggregates().len(), failed.aggregates().len(), "what is written down stays");
}

#[test]
fn a_link_of_a_trace_can_be_taken_down_by_its_name() {
    let fabric = fabric(&solved());
    let trace = worker_to_amphora(&fabric);
    let mut taken = 0;
    for hop in trace.out().paths().iter().flat_map(Path::hops) {
        let Some(link) = hop.sent().map(|sent| sent.link()).filter(|link| !link.contains(":tap")) else {
            continue;
        };
        let without = without(&fabric, &[&link]);
        let [down] = <[_; 1]>::try_from(without.down()).unwrap();
        let ports: Vec<&str> = link.split(" - ").filter(|end| end.contains(':')).collect();
        assert!(ports.iter().all(|port| down.contains(port)), "{down} for {link}");
        taken += 1;
    }
    assert!(taken > 4);
}

#[test]
fn outages_add_up_and_are_there_once() {
    let fabric = fabric(&solved());
    let failed = without(&without(&fabric, &["leaf1"]), &["leaf2", "leaf1"]);
    assert_eq!(failed.down(), ["leaf1".into(), "leaf2".into()]);
    assert!(matches!(worker_to_amphora(&failed).out().telling().unwrap().verdict(), Verdict::Dropped { .. }));
    assert!(fabric.down().is_empty());
}

#[test]
fn every_unknown_name_is_told_at_once() {
    let error = fabric(OCTAVIA).without(["leaf1", "leaf9", "leaf1:et-0/0/4", "the moon"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no device or cable is called `leaf9`; did you mean `leaf1`?\n\
         no device or cable is called `leaf1:et-0/0/4`; did you mean `leaf1:et-0/0/48`?\n\
         no device or cable is called `the moon`"
    );
}

/// The example fabrics, and one that works.
fn documents() -> Vec<Document> {
    let texts = examples().into_values().chain([solved(), in_r2011(&solved())]);
    texts.map(|text| Document::from_yaml(&text).unwrap()).collect()
}

/// Every required flow with the nodes of each of its paths and whether these deliver.
fn ways(fabric: &Fabric) -> Vec<(bool, Vec<String>)> {
    let traces = fabric.trace_required();
    let paths = traces.iter().flat_map(Trace::paths);
    let way = |path: Path<'_>| {
        let nodes = path.hops().map(|hop| hop.node().to_string()).collect();
        (path.verdict().is_delivered(), nodes)
    };
    paths.map(way).collect()
}

#[test]
fn a_cable_that_is_down_is_as_one_that_is_not_in_the_document() {
    let mut compared = 0;
    for document in documents() {
        let fabric = Fabric::from_document(&document).unwrap();
        for (index, [end, _]) in document.links.iter().enumerate() {
            let mut other = document.clone();
            other.links.remove(index);
            let other = Fabric::from_document(&other).unwrap();
            assert_eq!(ways(&without(&fabric, &[end])), ways(&other), "{} {end}", document.fabric);
            compared += 1;
        }
        for (index, group) in document.port_groups.iter().enumerate() {
            for (k, port) in group.ports.iter().enumerate().filter(|_| group.ports.len() > 1) {
                let mut other = document.clone();
                other.port_groups[index].ports.remove(k);
                let other = Fabric::from_document(&other).unwrap();
                assert_eq!(ways(&without(&fabric, &[port])), ways(&other), "{} {port}", document.fabric);
                compared += 1;
            }
        }
    }
    assert!(compared > 100, "{compared}");
}

#[test]
fn a_device_that_is_down_is_as_one_that_does_nothing() {
    let mut compared = 0;
    for document in documents() {
        let fabric = Fabric::from_document(&document).unwrap();
        for (index, device) in document.devices.iter().enumerate() {
            let is_there = |port: &String| port.starts_with(&format!("{}:", device.name));
            if document.port_groups.iter().any(|group| group.ports.iter().all(is_there)) {
                continue; // a port group needs a port
            }
            let mut other = document.clone();
            other.devices[index].loopback = None;
            other.devices[index].overlay_roles.clear();
            other.devices[index].secondary_addresses.clear();
            other.links.retain(|link| !link.iter().any(is_there));
            other.port_groups.iter_mut().for_each(|group| group.ports.retain(|port| !is_there(port)));
            other.port_groups.iter_mut().for_each(|group| group.ae_numbers.clear());
            let is_other = |name: &String| *name != device.name;
            other.networks.iter_mut().for_each(|network| network.underlay_irb.retain(is_other));
            other.logical_routers.iter_mut().for_each(|router| router.extended_to.retain(is_other));
            let other = Fabric::from_document(&other).unwrap();
            let failed = without(&fabric, &[&device.name]);
            assert_eq!(ways(&failed), ways(&other), "{} {}", document.fabric, device.name);
            compared += 1;
        }
    }
    assert!(compared > 30, "{compared}");
}
