//! B1 snat-without-pool.

use super::{Context, Rule};
use crate::fabric::{Facts, Protocol};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "B1",
    name: "snat-without-pool",
    severity: Severity::Warning,
    holds: "Where a network has distributed SNAT there are port translation pools for TCP and for UDP.",
    why: "The vRouter takes the source port from the pool of the protocol; without one the flow is short, that is, \
        dropped. ICMP needs none. kube-manager makes both pools, nothing else does.",
    broken_by: "`fabric_snat: true` without `port_translation_pools`.",
    remedy: "Add a pool for each protocol.",
    references: &["tf-specs, distributed-snat.md", "tf-controller, agent pkt/flow_entry.cc: PortTable"],
    depends_on: Facts::BREAK_OUTS.union(Facts::POOLS),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    let missing = Protocol::NAMES.iter().map(|(_, protocol)| *protocol);
    let missing = missing.filter(|protocol| fabric.pools.iter().all(|pool| pool.protocol != *protocol));
    let missing: Vec<&str> = missing.map(Protocol::name).collect();
    if missing.is_empty() {
        return;
    }
    let missing = missing.join(" and ");
    for (id, network) in fabric.networks.iter() {
        if !network.fabric_snat || network.ip_fabric_forwarding {
            continue;
        }
        findings.push(
            Finding::of(
                &RULE,
                &*network.name,
                format!("networks[{}].fabric_snat", id.index()),
                format!("distributed SNAT of {} has no source ports for {missing}", network.name),
            )
            .because("a protocol without a port translation pool is dropped")
            .fix(format!("add a port translation pool for {missing}")),
        );
    }
}
