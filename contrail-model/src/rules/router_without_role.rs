//! R2 router-without-routing-role.

use super::{Context, Rule};
use crate::fabric::{Facts, RouterType};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "R2",
    name: "router-without-routing-role",
    severity: Severity::Error,
    holds: "A logical router is extended only to devices that route tenants.",
    why: "The VRF and its IRBs come from the features `l3-gateway` and `vn-interconnect`, which only some \
        overlay roles have. Contrail accepts the extension to any device; without such a role nothing \
        happens there.",
    broken_by: "A logical router on a spine with the role Route-Reflector only.",
    remedy: "Extend it elsewhere, or assign a routing role.",
    references: &[
        "Contrail node profiles: l3-gateway, vn-interconnect",
        "the article, \"Physical network\": in an ERB fabric routing is done on leaves or the DC gateway only",
    ],
    depends_on: Facts::ROUTERS,
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    for (id, router) in fabric.routers.iter().filter(|(_, router)| router.kind == RouterType::VxlanRouting) {
        for (index, device) in router.extended_to.iter().enumerate() {
            let at = &fabric.devices[*device];
            if at.routes_tenants() {
                continue;
            }
            findings.push(
                Finding::of(
                    &RULE,
                    &*router.name,
                    format!("logical_routers[{}].extended_to[{index}]", id.index()),
                    format!("{} has no overlay role that routes tenants", at.name),
                )
                .because(format!(
                    "{} is a {}, its overlay roles: {}",
                    at.name,
                    at.role.name(),
                    at.overlay_roles.names()
                ))
                .fix(format!("extend {} to a leaf or gateway with a routing role", router.name)),
            );
        }
    }
}
