//! What a plan says where nothing works.

use contrail_model::document::Document;
use contrail_model::{Fabric, Plan, Trace};

use super::exhaustive::Search;
use super::parts::Part;
use super::{Tally, apply, count, known, lift};

/// No set-up makes the flows work that are named as impossible together; without any one of them there is a set-up, and
/// with each lift.
pub(super) fn explanations(
    document: &Document,
    fabric: &Fabric,
    parts: &[Part],
    plan: &Plan,
    tally: &mut Tally,
) -> Vec<String> {
    let mut search = Search::new(document, fabric);
    let mut broken = Vec::new();
    if plan.impossible.is_empty() {
        broken.push(format!("nothing says why:\n{plan}"));
    }
    let traces = fabric.trace_required();
    for impossible in &plan.impossible {
        let is_named = |index: &usize| {
            let name = name_of(traces.get(*index).unwrap());
            impossible.flows.iter().any(|flow| **flow == *name)
        };
        let named: Vec<usize> = (0..traces.len()).filter(is_named).collect();
        if named.is_empty() {
            broken.push(format!("no required flow is among those of {impossible}"));
        }
        let met = parts.iter().filter(|part| named.iter().any(|flow| part.flows.contains(flow)));
        let part = Part::all(met.cloned()).with(&named);
        match search.way(&part) {
            Some(way) if known::a_network_goes_both_ways(&way) => count(tally, "known to be missed"),
            Some(way) => broken.push(format!("{impossible}is possible: {way:#?}")),
            None => {}
        }
        for lift in &impossible.lifts {
            let lifted = lift::lifted(document, lift);
            let lifted_fabric = apply::fabric(&lifted);
            if Search::new(&lifted, &lifted_fabric).way(&part).is_none() {
                broken.push(format!("{impossible}is not lifted by {lift}"));
            }
        }
        for flow in &impossible.flows {
            let is_other = |index: &usize| name_of(traces.get(*index).unwrap()) != **flow;
            let others: Vec<usize> = named.iter().copied().filter(is_other).collect();
            // Where nothing is required, nothing is to be done.
            if !others.is_empty() && search.way(&part.with(&others)).is_none() {
                broken.push(format!("{impossible}is more than is impossible: {flow} can be left out"));
            }
        }
    }
    *tally.entry("set-ups tried".to_owned()).or_default() += search.tried;
    broken
}

/// What a plan calls a flow; one that is required twice has one name.
fn name_of(trace: &Trace) -> String {
    format!("{} to {}, {}", trace.from(), trace.to(), trace.service())
}
