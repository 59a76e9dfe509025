//! R4 network-in-two-routers.

use super::{Context, Rule, repeated};
use crate::fabric::{Facts, RouterType};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "R4",
    name: "network-in-two-routers",
    severity: Severity::Error,
    holds: "A network is in one logical router of type vxlan-routing, and in one of type snat-routing.",
    why: "An IRB is in one VRF. The Contrail API accepts a second logical router; device manager keeps one of them, \
        and which one is not told. One of each type is fine: the other type has no VRF on devices.",
    broken_by: "Network `api` in the logical routers `octavia` and `ironic`.",
    remedy: "Join all its networks in one logical router.",
    references: &[
        "tf-controller, device_manager/db.py: set_logical_router",
        "tf-specs, R2011 Default_routing_fix: one snat-routing and one vxlan-routing logical router",
    ],
    depends_on: Facts::ROUTERS,
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    let joined = fabric.routers.iter().flat_map(|(id, router)| {
        let networks = router.networks.iter().enumerate();
        networks.map(move |(index, network)| ((router.kind, *network), (id, index, *network)))
    });
    for ((earlier, ..), (id, index, network)) in repeated(joined) {
        let (router, network) = (&fabric.routers[id], &fabric.networks[network].name);
        let earlier = &fabric.routers[earlier].name;
        let fix = match router.kind {
            RouterType::VxlanRouting => format!("move the networks of {} into {earlier}", router.name),
            RouterType::SnatRouting => format!("take {network} out of {} or {earlier}", router.name),
        };
        findings.push(
            Finding::of(
                &RULE,
                &*router.name,
                format!("logical_routers[{}].networks[{index}]", id.index()),
                format!("{network} is in {} and in {earlier}", router.name),
            )
            .because("a network has its IRB in the VRF of one logical router")
            .fix(fix),
        );
    }
}
