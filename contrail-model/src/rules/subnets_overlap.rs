//! I4 subnets-overlap.

use std::collections::BTreeSet;

use ipnet::IpNet;

use super::{Context, Rule};
use crate::fabric::{Fabric, Facts, NetworkId};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "I4",
    name: "subnets-overlap",
    severity: Severity::Error,
    holds: "Subnets that can meet in one routing table do not overlap. They meet within a network, in a \
        logical router that joins their networks, and in the underlay.",
    why: "The longer prefix would take the other's traffic. Neutron refuses overlapping subnets on one \
        router (`_check_for_dup_router_subnet`); nothing checks the underlay.",
    broken_by: "Racks with 10.1.2.0/24 and 10.1.2.128/25.",
    remedy: "Renumber one.",
    references: &["tf-controller, neutron_plugin_db.py: _check_for_dup_router_subnet"],
    depends_on: Facts::ROUTERS.union(Facts::UNDERLAY).union(Facts::BREAK_OUTS),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    let mut reported = BTreeSet::new();
    let mut table = |networks: Vec<NetworkId>, meet: String| {
        for ((a, a_index, a_prefix), (b, b_index, b_prefix)) in overlaps(fabric, networks) {
            if !reported.insert((a, a_index, b, b_index)) {
                continue;
            }
            let (one, other) = (&fabric.networks[a].name, &fabric.networks[b].name);
            findings.push(
                Finding::of(
                    &RULE,
                    &**other,
                    format!("networks[{}].subnets[{b_index}].prefix", b.index()),
                    format!("{b_prefix} of {other} overlaps {a_prefix} of {one}"),
                )
                .because(format!("they meet in {meet}"))
                .fix(format!("renumber {b_prefix} or {a_prefix}")),
            );
        }
    };
    for (id, network) in fabric.networks.iter().filter(|(_, network)| network.subnets.len() > 1) {
        table(vec![id], format!("network {}", network.name));
    }
    for (_, router) in fabric.routers.iter() {
        table(router.networks.clone(), format!("logical router {}", router.name));
    }
    let vhost0 = fabric.servers.iter().filter_map(|(_, server)| Some(server.vhost0.as_ref()?.network));
    let routed = fabric.networks.iter().filter_map(|(id, network)| {
        (!network.underlay_irb.is_empty() || network.ip_fabric_forwarding).then_some(id)
    });
    let mut underlay: Vec<NetworkId> = vhost0.chain(routed).collect();
    underlay.dedup();
    table(underlay, "the underlay".to_owned());
}

/// A subnet: its network, its index there, its prefix.
type Entry = (NetworkId, usize, IpNet);

/// Each subnet that lies in, or is equal to, another, with the nearest one around it.
fn overlaps(fabric: &Fabric, networks: Vec<NetworkId>) -> Vec<(Entry, Entry)> {
    let mut entries: Vec<Entry> = Vec::new();
    let networks: BTreeSet<NetworkId> = networks.into_iter().collect();
    for network in networks {
        for (index, subnet) in fabric.networks[network].subnets.iter().enumerate() {
            entries.push((network, index, subnet.prefix));
        }
    }
    entries.sort_by_key(|(network, index, prefix)| (prefix.network(), prefix.prefix_len(), *network, *index));
    let mut around: Vec<Entry> = Vec::new();
    let mut found = Vec::new();
    for entry in entries {
        while around.last().is_some_and(|(_, _, outer)| !outer.contains(&entry.2)) {
            around.pop();
        }
        if let Some(outer) = around.last() {
            found.push((*outer, entry));
        }
        around.push(entry);
    }
    found
}
