//! I8 network-carried.

use super::{Context, Rule};
use crate::fabric::Facts;
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "I8",
    name: "network-carried",
    severity: Severity::Error,
    holds: "A server's port group carries every network that the server has an address in.",
    why: "Without a VLAN for the network on the port group, the server's frames for it reach nobody.",
    broken_by: "A controller with an address in `api` on a port group without a VLAN of `api`.",
    remedy: "Add the VLAN.",
    references: &[
        "the article, \"Physical network\": VLANs of a virtual port group are associated with networks",
    ],
    depends_on: Facts::empty(),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    for (id, server) in fabric.servers.iter() {
        let group = &fabric.port_groups[server.port_group];
        for address in server.interfaces() {
            if group.binding(address.network).is_some() {
                continue;
            }
            let network = &fabric.networks[address.network].name;
            findings.push(
                Finding::of(
                    &RULE,
                    &*server.name,
                    format!("servers[{}].port_group", id.index()),
                    format!("port group {} does not carry {network}", group.name),
                )
                .because(format!("{} has {} in {network}", server.name, address.address))
                .fix(format!("add a VLAN of {network} to port group {}", group.name)),
            );
        }
    }
}
