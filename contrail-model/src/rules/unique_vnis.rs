//! I6 unique-vni.

use super::{Context, Rule, repeated};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "I6",
    name: "unique-vni",
    severity: Severity::Error,
    holds: "No two networks or logical routers have the same VNI.",
    why: "A VTEP finds the network of what it decapsulates by the VNI alone. Contrail keeps one list of VNIs \
        for networks and logical routers and answers 400 to a second use.",
    broken_by: "A logical router with the VNI of a network.",
    remedy: "Take a free one.",
    references: &["RFC 7348 4", "Contrail API: /id/virtual-networks"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    let networks = fabric.networks.iter().map(|(id, network)| {
        (network.vni, format!("network {}", network.name), format!("networks[{}].vni", id.index()))
    });
    let routers = fabric.routers.iter().map(|(id, router)| {
        let path = format!("logical_routers[{}].vni", id.index());
        (router.vni, format!("logical router {}", router.name), path)
    });
    let all: Vec<_> = networks.chain(routers).collect();
    for ((_, earlier, _), (vni, what, path)) in repeated(all.iter().map(|entry| (entry.0, entry))) {
        findings.push(
            Finding::of(&RULE, what, path, format!("VNI {vni} is also that of {earlier}"))
                .because("networks and logical routers share one list of VNIs")
                .fix(format!("give {what} a VNI that is free")),
        );
    }
}
