//! R5 no-vrf-without-port-group.

use super::{Context, Rule};
use crate::fabric::{Facts, RouterType};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "R5",
    name: "no-vrf-without-port-group",
    severity: Severity::Error,
    holds: "In release r2011 an ERB leaf that a logical router is extended to has a port group with one of its networks.",
    why: "On a leaf whose only routing role is ERB-UCAST-Gateway device manager makes IRBs for those networks only that \
        have a port group there, and reaches the others by type-5 routes. Without any, there is no VRF either, and \
        nothing says so.",
    broken_by: "A logical router of `octavia` and `api` on a leaf pair without a controller.",
    remedy: "Extend it to leaves where one of its networks is attached, or to a DC gateway.",
    references: &[
        "tf-specs, R2011 Optimize_ERB_Resources",
        "tf-controller, vn_interconnect_feature.py: feature_config",
    ],
    depends_on: Facts::ROUTERS,
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    if !fabric.release.erb_irb_needs_port_group() {
        return;
    }
    for (id, router) in fabric.routers.iter().filter(|(_, router)| router.kind == RouterType::VxlanRouting) {
        for (index, device) in router.extended_to.iter().enumerate() {
            let at = &fabric.devices[*device];
            let is_attached = router.networks.iter().any(|network| fabric.is_attached(*device, *network));
            if !at.is_erb_only() || is_attached {
                continue;
            }
            findings.push(
                Finding::of(
                    &RULE,
                    &*router.name,
                    format!("logical_routers[{}].extended_to[{index}]", id.index()),
                    format!("{} gets no VRF of {}", at.name, router.name),
                )
                .because(format!("no port group on {} carries one of its networks", at.name))
                .fix(format!("extend {} to leaves where one of its networks is attached", router.name)),
            );
        }
    }
}
