//! P2 network-once-in-group.

use super::{Context, Rule, repeated, repeats};
use crate::fabric::{Facts, Style};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "P2",
    name: "network-once-in-group",
    severity: Severity::Error,
    holds: "In enterprise style a network has one tagged VLAN in a port group.",
    why: "The port is one trunk whose VLANs are the fabric's, so a network cannot be two of them. Contrail answers \
        400 to a second interface of the network in the group; service-provider style allows it.",
    broken_by: "VLANs 200 and 201 for `api` in one port group.",
    remedy: "Leave one of them out.",
    references: &["tf-controller, resources/virtual_machine_interface.py: validation of enterprise style"],
    depends_on: Facts::empty(),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    if !fabric.checks_vlans || fabric.style != Style::Enterprise {
        return;
    }
    let mut networks = Vec::new();
    for (id, group) in fabric.port_groups.iter() {
        let tagged = || group.vlans.iter().enumerate().filter(|(_, binding)| !binding.untagged);
        networks.clear();
        networks.extend(tagged().map(|(_, binding)| binding.network));
        if !repeats(&mut networks) {
            continue;
        }
        let keyed = tagged().map(|(index, binding)| (binding.network, (index, binding.vlan)));
        let repeated = repeated(keyed).into_iter();
        // The same VLAN again is P1.
        for ((_, earlier), (index, vlan)) in repeated.filter(|((_, earlier), (_, vlan))| earlier != vlan) {
            let network = group.vlans.get(index).map(|binding| &*fabric.networks[binding.network].name);
            let network = network.unwrap_or_default();
            findings.push(
                Finding::of(
                    &RULE,
                    &*group.name,
                    format!("port_groups[{}].vlans[{index}].network", id.index()),
                    format!("{network} has VLAN {vlan} and VLAN {earlier} in one port group"),
                )
                .because("the fabric is of enterprise style")
                .fix(format!("leave VLAN {vlan} or VLAN {earlier} out of {}", group.name)),
            );
        }
    }
}
