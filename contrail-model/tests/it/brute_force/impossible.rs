//! What a plan says where nothing works.

use contrail_model::document::Document;
use contrail_model::{Fabric, Plan};

use super::exhaustive::Search;
use super::parts::Part;

/// No set-up makes the flows work that are named as impossible together; without any one of them there is a set-up.
pub(super) fn explanations(
    document: &Document,
    fabric: &Fabric,
    parts: &[Part],
    plan: &Plan,
) -> (Vec<String>, usize) {
    let mut search = Search::new(document, fabric);
    let mut broken = Vec::new();
    if plan.impossible.is_empty() && parts.iter().all(|part| search.way(part).is_some()) {
        broken.push(format!("each part can be met:\n{plan}"));
    }
    let traces = fabric.trace_required();
    for impossible in &plan.impossible {
        let is_named = |index: &usize| {
            let trace = traces.get(*index).unwrap();
            let name = format!("{} to {}, {}", trace.from(), trace.to(), trace.service());
            impossible.flows.iter().any(|flow| **flow == *name)
        };
        let named: Vec<usize> = (0..traces.len()).filter(is_named).collect();
        let part = parts.iter().find(|part| named.iter().all(|flow| part.flows.contains(flow)));
        let Some(part) = part.filter(|_| !named.is_empty()) else {
            broken.push(format!("the flows of {impossible} are not of one part"));
            continue;
        };
        if let Some(way) = search.way(&part.with(&named)) {
            broken.push(format!("{impossible}is possible: {way:#?}"));
        }
        for flow in &named {
            let others: Vec<usize> = named.iter().copied().filter(|other| other != flow).collect();
            if search.way(&part.with(&others)).is_none() {
                broken.push(format!("{impossible}is more than is impossible: flow {flow} can be left out"));
            }
        }
    }
    (broken, search.tried)
}
