//! R3 irb-in-two-tables.

use super::{Context, Rule};
use crate::fabric::Facts;
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "R3",
    name: "irb-in-two-tables",
    severity: Severity::Error,
    holds: "A device has the IRB of a network in one routing table only.",
    why: "An IRB unit belongs to one routing instance. A network that is routed as part of the underlay on a \
        device cannot be in a logical router's VRF on the same device.",
    broken_by: "A logical router with network `api` on leaf1, where `api` has an underlay IRB.",
    remedy: "Take one away.",
    references: &["Junos: an interface belongs to one routing instance"],
    depends_on: Facts::ROUTERS.union(Facts::UNDERLAY),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    for (id, network) in fabric.networks.iter() {
        for (index, device) in network.underlay_irb.iter().enumerate() {
            let Some(router) = fabric.router_with_irb(*device, id) else { continue };
            let (router, device) = (&fabric.routers[router].name, &fabric.devices[*device].name);
            findings.push(
                Finding::of(
                    &RULE,
                    &*network.name,
                    format!("networks[{}].underlay_irb[{index}]", id.index()),
                    format!("the IRB of {} on {device} would be in two routing tables", network.name),
                )
                .because(format!("it is in the underlay there, and in the VRF of logical router {router}"))
                .fix(format!("take {device} out of underlay_irb, or {} out of {router}", network.name)),
            );
        }
    }
}
