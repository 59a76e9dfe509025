//! R7 snat-router-extended.

use super::{Context, Rule};
use crate::fabric::{Facts, RouterType};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "R7",
    name: "snat-router-extended",
    severity: Severity::Warning,
    holds: "A logical router of type snat-routing is extended to no device, and needs none.",
    why: "It is a service instance on hypervisors that translates to addresses of an external network; devices get no \
        VRF of it. The type cannot be changed afterwards, and snat-routing is what Contrail takes when none is given.",
    broken_by: "`type: snat-routing` with `extended_to: [leaf1]`.",
    remedy: "Make it again with type vxlan-routing, or withdraw it from the devices.",
    references: &["Contrail API: logical_router_type", "tf-controller, vn_interconnect_feature.py"],
    depends_on: Facts::ROUTERS,
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    for (id, router) in fabric.routers.iter() {
        if router.kind != RouterType::SnatRouting || router.extended_to.is_empty() {
            continue;
        }
        let devices = fabric.names_of(&router.extended_to);
        findings.push(
            Finding::of(
                &RULE,
                &*router.name,
                format!("logical_routers[{}].extended_to", id.index()),
                format!("nothing of it is configured on {devices}"),
            )
            .because("it is of type snat-routing, which devices have no part in")
            .fix(format!("make it again with type: vxlan-routing, or take {devices} out")),
        );
    }
}
