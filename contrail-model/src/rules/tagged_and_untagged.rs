//! P5 tagged-and-untagged.

use super::{Context, Rule};
use crate::fabric::{Facts, Style};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "P5",
    name: "tagged-and-untagged",
    severity: Severity::Error,
    holds: "In a port group a network (in service-provider style a VLAN) is either tagged or untagged.",
    why: "Device manager has no configuration for both on one physical interface: it logs an error and leaves the \
        port as it was. The API does not check it.",
    broken_by: "`api` with VLAN 200 tagged and with VLAN 300 untagged in one port group.",
    remedy: "Leave one of them out.",
    references: &["tf-controller, l2_gateway_feature.py: tagged and untagged on one physical interface"],
    depends_on: Facts::empty(),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    for (id, group) in fabric.port_groups.iter() {
        let Some(untagged) = group.vlans.iter().find(|binding| binding.untagged) else { continue };
        let name = &fabric.networks[untagged.network].name;
        for (index, binding) in group.vlans.iter().enumerate().filter(|(_, binding)| !binding.untagged) {
            let (both, what) = match fabric.style {
                Style::Enterprise => (binding.network == untagged.network, format!("network {name}")),
                Style::ServiceProvider => (binding.vlan == untagged.vlan, format!("VLAN {}", binding.vlan)),
            };
            if both {
                findings.push(
                    Finding::of(
                        &RULE,
                        &*group.name,
                        format!("port_groups[{}].vlans[{index}]", id.index()),
                        format!("{what} is both tagged and untagged in one port group"),
                    )
                    .because("device manager configures neither then")
                    .fix(format!("leave the tagged or the untagged one out of {}", group.name)),
                );
            }
        }
    }
}
