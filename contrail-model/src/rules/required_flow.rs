//! F1 required-flow.

use super::{Context, Rule};
use crate::fabric::Facts;
use crate::report::{Finding, Severity};
use crate::trace::Verdict;

pub(super) static RULE: Rule = Rule {
    id: "F1",
    name: "required-flow",
    severity: Severity::Error,
    holds: "Every required flow arrives, and so does its answer.",
    why: "That is what the fabric is for. What another rule has found already is not repeated here.",
    broken_by: "Any drop on the way.",
    remedy: "What the reason says, or what `plan` finds.",
    references: &["the document: integrations and flows"],
    depends_on: Facts::FLOWS,
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for dropped in context.drops(None) {
        let Some(reason) = dropped.reason() else { continue };
        findings.push(
            Finding::of(
                &RULE,
                dropped.at,
                &*dropped.flow.path,
                format!("required flows are dropped at {}: {reason}", dropped.at),
            )
            .because(format!("required: {}", dropped.flows()))
            .fix(reason.fix()),
        );
    }
    for (flow, trace) in context.traces() {
        for way in [trace.out(), trace.back()] {
            let undetermined = way.verdicts().into_iter().find_map(|verdict| match verdict {
                Verdict::Undetermined { at, missing } => Some((at, missing)),
                _ => None,
            });
            if let Some((at, missing)) = undetermined {
                findings.push(
                    Finding::of(
                        &RULE,
                        &**at,
                        &*flow.path,
                        format!("it cannot be told whether {} reaches {}", trace.from(), trace.to()),
                    )
                    .because(format!("the document does not say {missing}"))
                    .fix(format!("say {missing}")),
                );
            }
        }
    }
}
