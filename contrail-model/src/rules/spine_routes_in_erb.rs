//! O3 spine-routes-in-erb.

use super::{Context, Rule};
use crate::fabric::{Device, Facts, OverlayRoles, PhysicalRole};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "O3",
    name: "spine-routes-in-erb",
    severity: Severity::Warning,
    holds: "In a fabric whose leaves are ERB gateways no logical router is on a spine, except as DC gateway.",
    why: "In an ERB fabric routing is done on leaves or on the DC gateway, and spines only forward the underlay. A \
        logical router that is on both has its gateway address on the leaves and a virtual gateway on the spine, and \
        which of the two answers a host is left to chance.",
    broken_by: "A logical router on spine1 with CRB-Gateway, in a fabric with ERB leaves.",
    remedy: "Extend it to leaves or to a DC gateway.",
    references: &["the article, \"Physical network\": spines are not involved into routing"],
    depends_on: Facts::ROUTERS,
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    let central = OverlayRoles::CRB_GATEWAY.union(OverlayRoles::CRB_MCAST_GATEWAY);
    let gateway = OverlayRoles::DC_GATEWAY.union(OverlayRoles::DCI_GATEWAY);
    for (id, router) in fabric.routers.iter() {
        for (index, device) in router.extended_to.iter().enumerate() {
            let at = &fabric.devices[*device];
            let is_spine = at.role == PhysicalRole::Spine
                && at.overlay_roles.intersects(central)
                && !at.overlay_roles.intersects(gateway);
            if !is_spine {
                continue;
            }
            let mut devices = fabric.devices.iter().map(|(_, other)| other);
            let is_erb = |other: &&Device| {
                other.fabric == at.fabric && other.overlay_roles.contains(OverlayRoles::ERB_UCAST_GATEWAY)
            };
            let Some(erb) = devices.find(is_erb) else { continue };
            findings.push(
                Finding::of(
                    &RULE,
                    &*router.name,
                    format!("logical_routers[{}].extended_to[{index}]", id.index()),
                    format!("the logical router is on {}, a spine of an ERB fabric", at.name),
                )
                .because(format!("{} is an ERB gateway", erb.name))
                .fix(format!("extend {} to leaves or to a DC gateway", router.name)),
            );
        }
    }
}
