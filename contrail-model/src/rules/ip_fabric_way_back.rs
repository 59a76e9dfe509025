//! B2 ip-fabric-way-back.

use super::{Context, Rule, few};
use crate::fabric::{DeviceId, Facts};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "B2",
    name: "ip-fabric-way-back",
    severity: Severity::Warning,
    holds: "The underlay has a route to workloads under IP fabric forwarding, to a leaf of their own hypervisor.",
    why: "They send with their own addresses, which nothing in the underlay has heard of: answers are dropped at the \
        first router. The leaves of their hypervisors have to have the subnet, as a secondary address of the underlay \
        IRB, and redistribute it.",
    broken_by: "`ip_fabric_forwarding: true` without secondary addresses.",
    remedy: "Secondary addresses with `redistribute: true` on the leaves of the hypervisors.",
    references: &[
        "the article, round 1: add the octavia network on the existing IRB and distribute it in the underlay",
        "tf-specs, gateway-less-forwarding.md",
    ],
    depends_on: Facts::BREAK_OUTS.union(Facts::UNDERLAY),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    for (id, network) in fabric.networks.iter().filter(|(_, network)| network.ip_fabric_forwarding) {
        let lost = fabric.workloads_of(id).iter().map(|workload| &fabric.workloads[*workload]);
        let lost: Vec<&str> = lost
            .filter(|workload| {
                let own: Vec<DeviceId> = fabric.leaves_of(workload.host).collect();
                workload.addresses().any(|at| {
                    let route = fabric.index.underlay.longest(at.address);
                    route.is_none_or(|(_, origins)| origins.iter().all(|at| !own.contains(&at.device)))
                })
            })
            .map(|workload| &*workload.name)
            .collect();
        if lost.is_empty() {
            continue;
        }
        findings.push(
            Finding::of(
                &RULE,
                &*network.name,
                format!("networks[{}].ip_fabric_forwarding", id.index()),
                format!("the underlay has no way back to {} in {}", few(&lost, ", "), network.name),
            )
            .because("no leaf of their hypervisors announces their subnet into the underlay")
            .fix(format!(
                "add the gateway of {} to the underlay IRBs of these leaves, with redistribute: true",
                network.name
            )),
        );
    }
}
