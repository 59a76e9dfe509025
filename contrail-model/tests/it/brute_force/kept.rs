//! What a plan promises, candidate by candidate.

use contrail_model::document::Document;
use contrail_model::{Approach, BreakOut, Fabric, Name, Plan};

use super::random::Random;
use super::rename::{Names, reordered};
use super::{apply, new_errors};

/// With each candidate's changes made to the document by hand, what it promises holds.
pub(super) fn promises(document: &Document, fabric: &Fabric, plan: &Plan) -> Vec<String> {
    let mut broken = Vec::new();
    for candidate in &plan.candidates {
        let in_document = apply::changed(document, &candidate.changes);
        let changed = apply::fabric(&in_document);
        let theirs = candidate.apply(fabric);
        if format!("{:?}", changed.trace_required()) != format!("{:?}", theirs.trace_required())
            || changed.check().to_string() != theirs.check().to_string()
        {
            broken.push(format!("applied in the document it is not what the plan applies:\n{candidate}"));
        }
        for trace in changed.trace_required().iter().filter(|trace| !trace.is_delivered()) {
            broken.push(format!("{candidate}does not deliver {trace}"));
        }
        let errors = new_errors(fabric, &changed);
        if !errors.is_empty() {
            broken.push(format!("{candidate}breaks {errors:?}"));
        }
        for at in candidate.break_outs.iter().filter(|at| !at.devices.is_empty()) {
            if !is_routed_there(&in_document, at) {
                broken.push(format!("after\n{candidate}no logical router is where it says"));
            }
        }
        let again = changed.plan();
        let is_settled = |plan: &Plan| {
            let [only] = plan.candidates.as_slice() else { return false };
            only.changes.is_empty() && only.break_outs.iter().all(|at| at.approach == Approach::AsItIs)
        };
        if !is_settled(&again) {
            broken.push(format!("after\n{candidate}there is still to do:\n{again}"));
        }
    }
    broken
}

/// Whether the networks of a break-out have a logical router on its devices and nowhere else.
fn is_routed_there(document: &Document, at: &BreakOut) -> bool {
    let has = |names: &[String], name: &Name| names.iter().any(|other| **other == **name);
    document.logical_routers.iter().any(|router| {
        at.networks.iter().all(|network| has(&router.networks, network))
            && at.devices.iter().all(|device| has(&router.extended_to, device))
            && router.extended_to.len() == at.devices.len()
    })
}

/// The plan does not depend on what things are called.
pub(super) fn independence_of_names(seed: u64, document: &Document, plan: &Plan) -> Vec<String> {
    let mut broken = Vec::new();
    let told = format!("{plan:#?}");
    let again = apply::fabric(document).plan();
    if format!("{again:#?}") != told {
        broken.push(format!("the second run differs:\n{plan}\n{again}"));
    }
    let mut random = Random::new(!seed);
    let names = Names::new(document, &mut random);
    let renamed = apply::fabric(&names.document(document)).plan();
    if format!("{renamed:#?}") != names.replaced(&told) {
        broken.push(format!("the names matter:\n{}\n{renamed}", names.replaced(&plan.to_string())));
    }
    broken
}

/// What the best way costs does not depend on the order in which things are written.
pub(super) fn independence_of_order(seed: u64, document: &Document, plan: &Plan) -> Vec<String> {
    let mut random = Random::new(!seed);
    let reordered = apply::fabric(&reordered(document, &mut random)).plan();
    let costs = [plan, &reordered].map(|plan| plan.best().map(|best| best.cost));
    let [one, other] = costs.map(|cost| cost.map(|cost| (cost.total, cost.by_hand, cost.underlay_links)));
    if one == other {
        return Vec::new();
    }
    vec![format!("the order matters:\n{plan}\n{reordered}")]
}
