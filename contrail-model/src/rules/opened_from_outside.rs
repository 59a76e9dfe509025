//! L5 opened-from-outside.

use super::{Context, Rule};
use crate::fabric::Facts;
use crate::report::{Finding, Severity};
use crate::trace::Drop;

pub(super) static RULE: Rule = Rule {
    id: "L5",
    name: "opened-from-outside",
    severity: Severity::Error,
    holds: "No required flow is opened from the underlay to a workload behind distributed SNAT.",
    why: "The translation is made when the workload opens a flow; before that the hypervisor has nothing to \
        translate back, and the underlay has no route to the workload's address (the article, \
        \"Approaches\").",
    broken_by: "Distributed SNAT on the octavia network: the worker opens flows to the amphorae.",
    remedy: "A logical router or IP fabric forwarding.",
    references: &["tf-specs, distributed-snat.md: flows are initiated by the virtual machine"],
    depends_on: Facts::FLOWS,
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    for dropped in context.drops(Some(RULE.id)) {
        let Some(reason @ Drop::BehindSnat { workload, network }) = dropped.reason() else { continue };
        let path = fabric
            .network_named(network)
            .map_or_else(String::new, |id| format!("networks[{}].fabric_snat", id.index()));
        findings.push(
            Finding::of(&RULE, &**workload, path, reason.to_string())
                .because(format!("required: {}", dropped.flows()))
                .fix(format!("join {network} by a logical router, or use IP fabric forwarding")),
        );
    }
}
