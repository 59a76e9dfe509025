//! R1 router-extended-to-nothing.

use super::{Context, Rule};
use crate::fabric::{Facts, RouterType};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "R1",
    name: "router-extended-to-nothing",
    severity: Severity::Warning,
    holds: "A logical router is extended to a device.",
    why: "Until then there is no VRF and no IRB anywhere; the networks are joined on paper only (the \
        article: it \"must be extended to one or more physical devices\").",
    broken_by: "`extended_to: []`.",
    remedy: "Extend it, where `plan` says.",
    references: &["the article, \"Physical network\": LR"],
    depends_on: Facts::ROUTERS,
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    for (id, router) in fabric.routers.iter() {
        if !router.extended_to.is_empty() || router.kind != RouterType::VxlanRouting {
            continue;
        }
        let networks = router.networks.iter().map(|network| &*fabric.networks[*network].name);
        let networks: Vec<&str> = networks.collect();
        findings.push(
            Finding::of(
                &RULE,
                &*router.name,
                format!("logical_routers[{}].extended_to", id.index()),
                "the logical router is extended to no device, so it routes nothing",
            )
            .because(format!("it joins {}", networks.join(", ")))
            .fix("extend it to the devices that the plan names"),
        );
    }
}
