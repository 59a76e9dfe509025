//! R8 external-gateway-joined.

use super::{Context, Rule};
use crate::fabric::Facts;
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "R8",
    name: "external-gateway-joined",
    severity: Severity::Error,
    holds: "The network of a logical router's external gateway is not one that it joins.",
    why: "What leaves by the gateway would be inside already. Contrail answers 400.",
    broken_by: "`networks: [api, public]` with `external_gateway: public`.",
    remedy: "Take the network out of one of the two.",
    references: &["tf-controller, resources/logical_router.py: gateway network and interface networks"],
    depends_on: Facts::ROUTERS,
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    for (id, router) in fabric.routers.iter() {
        let Some(gateway) = router.external_gateway.filter(|gateway| router.networks.contains(gateway))
        else {
            continue;
        };
        let network = &fabric.networks[gateway].name;
        findings.push(
            Finding::of(
                &RULE,
                &*router.name,
                format!("logical_routers[{}].external_gateway", id.index()),
                format!("{network} is joined by the logical router, and is its external gateway's"),
            )
            .because("Contrail refuses a gateway in a network that the router has an interface in")
            .fix(format!("take {network} out of networks or out of external_gateway")),
        );
    }
}
