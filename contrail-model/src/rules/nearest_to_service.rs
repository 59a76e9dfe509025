//! L3 nearest-to-service.

use std::collections::BTreeMap;

use super::{Context, Rule};
use crate::fabric::{DeviceId, Endpoint, Facts, RouterId, ServerId};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "L3",
    name: "nearest-to-service",
    severity: Severity::Advice,
    holds: "Of the legal places for a logical router, it is at the one closest to the service.",
    why: "The path is shortest then (the article, round 1: \"as close as possible to the destination\"). On \
        the service's own leaves nothing has to cross the fabric twice.",
    broken_by: "A logical router on the DC gateway, where the controllers' own leaves could have it.",
    remedy: "Extend it to those.",
    references: &["the article, round 1: a logical choice is as close as possible to the destination"],
    depends_on: Facts::ROUTERS,
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    let mut advised: BTreeMap<RouterId, (ServerId, Vec<DeviceId>)> = BTreeMap::new();
    for flow in fabric.required_flows.iter() {
        let ends = [flow.from.1, flow.to.1];
        let ([Endpoint::Workload(workload, _), Endpoint::Server(server, index)]
        | [Endpoint::Server(server, index), Endpoint::Workload(workload, _)]) = ends
        else {
            continue;
        };
        let Some(address) = fabric.servers[server].addresses.get(index) else { continue };
        let at = &fabric.workloads[workload];
        let [own, hypervisor] = [server, at.host].map(|at| fabric.leaves_of(at).collect::<Vec<DeviceId>>());
        let could =
            own.iter().all(|leaf| fabric.devices[*leaf].routes_tenants() && !hypervisor.contains(leaf));
        for router in fabric.routers_of(at.interface.network) {
            let extended_to = &fabric.routers[*router].extended_to;
            let joins_both = fabric.routers_of(address.network).contains(router);
            let is_there = extended_to.iter().any(|device| own.contains(device));
            if could && joins_both && !extended_to.is_empty() && !is_there {
                advised.entry(*router).or_insert((server, own.clone()));
            }
        }
    }
    for (router, (server, own)) in advised {
        let at = &fabric.routers[router];
        let distance = own
            .iter()
            .flat_map(|leaf| at.extended_to.iter().map(|other| fabric.topology.distance(*leaf, *other)))
            .min()
            .unwrap_or_default();
        let (name, own) = (&fabric.servers[server].name, fabric.names_of(&own));
        findings.push(
            Finding::of(
                &RULE,
                &*at.name,
                format!("logical_routers[{}].extended_to", router.index()),
                format!(
                    "the logical router is on {}, {own} would be nearer",
                    fabric.names_of(&at.extended_to)
                ),
            )
            .because(format!("{name} is behind {own}, {distance} cables away"))
            .fix(format!("extend it to {own} instead")),
        );
    }
}
