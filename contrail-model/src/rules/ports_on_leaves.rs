//! P7 ports-on-leaves.

use super::{Context, Rule};
use crate::fabric::Facts;
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "P7",
    name: "ports-on-leaves",
    severity: Severity::Error,
    holds: "The ports of a port group are on leaves, or on spines that are leaves too (Collapsed-Spine, CRB-Access).",
    why: "In a Clos servers are attached to leaves; a spine forwards the underlay and has no VLANs.",
    broken_by: "A controller's port group with a port on spine1.",
    remedy: "Attach the server to leaves.",
    references: &[
        "the article, \"Physical network\": VPG, ports on the same or different leaf switches",
        "Contrail node profiles: l2-gateway of a spine",
    ],
    depends_on: Facts::empty(),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    for (id, group) in fabric.port_groups.iter() {
        for (index, port) in group.ports.iter().enumerate() {
            let device = &fabric.devices[port.device];
            if device.is_leaf() {
                continue;
            }
            findings.push(
                Finding::of(
                    &RULE,
                    &*group.name,
                    format!("port_groups[{}].ports[{index}]", id.index()),
                    format!("port {}:{} is not on a leaf", device.name, port.interface),
                )
                .because(format!("{} is a {}", device.name, device.role.name()))
                .fix(format!("attach {} to leaves", group.name)),
            );
        }
    }
}
