//! B3 snat-and-ip-fabric.

use super::{Context, Rule};
use crate::fabric::Facts;
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "B3",
    name: "snat-and-ip-fabric",
    severity: Severity::Warning,
    holds: "A network has distributed SNAT or IP fabric forwarding, and not both.",
    why: "Under IP fabric forwarding the underlay knows the workloads' addresses, and there is nothing to translate. \
        Contrail accepts both; kube-manager sets SNAT only where forwarding is off.",
    broken_by: "`fabric_snat: true` and `ip_fabric_forwarding: true` on one network.",
    remedy: "Turn one of them off.",
    references: &["tf-controller, kube_manager vnc_namespace.py: forwarding wins"],
    depends_on: Facts::BREAK_OUTS,
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let both = context.fabric.networks.iter();
    for (id, network) in both.filter(|(_, network)| network.fabric_snat && network.ip_fabric_forwarding) {
        findings.push(
            Finding::of(
                &RULE,
                &*network.name,
                format!("networks[{}].fabric_snat", id.index()),
                "the network has distributed SNAT and IP fabric forwarding",
            )
            .because("forwarding wins, and nothing is translated")
            .fix("turn fabric_snat off, or ip_fabric_forwarding"),
        );
    }
}
