//! P1 vlan-once-in-group.

use super::{Context, Rule, repeated, repeats};
use crate::fabric::{Facts, Style, VlanBinding};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "P1",
    name: "vlan-once-in-group",
    severity: Severity::Error,
    holds: "A tagged VLAN stands once in a port group; in service-provider style once for each network.",
    why: "The tag alone decides which network a frame belongs to. Contrail answers 400 to a second use, unless \
        disable_vlan_vn_uniqueness_check is set.",
    broken_by: "VLAN 200 for `api` and for `storage` in one port group.",
    remedy: "Take another VLAN for one of them.",
    references: &["tf-controller, resources/virtual_machine_interface.py: validation of enterprise and \
        service-provider style"],
    depends_on: Facts::empty(),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    if !fabric.checks_vlans {
        return;
    }
    let key = |binding: &VlanBinding| {
        (binding.vlan, (fabric.style == Style::ServiceProvider).then_some(binding.network))
    };
    let mut keys = Vec::new();
    for (id, group) in fabric.port_groups.iter() {
        let tagged = || group.vlans.iter().enumerate().filter(|(_, binding)| !binding.untagged);
        keys.clear();
        keys.extend(tagged().map(|(_, binding)| key(binding)));
        if !repeats(&mut keys) {
            continue;
        }
        let keyed = tagged().map(|(index, binding)| (key(binding), (index, binding)));
        for ((_, earlier), (index, binding)) in repeated(keyed) {
            let [one, other] = [earlier, binding].map(|binding| &fabric.networks[binding.network].name);
            findings.push(
                Finding::of(
                    &RULE,
                    &*group.name,
                    format!("port_groups[{}].vlans[{index}].vlan", id.index()),
                    format!("VLAN {} is there for {one} and again for {other}", binding.vlan),
                )
                .because("a tagged frame is told by its VLAN alone")
                .fix(format!("take another VLAN for {other}, or leave it out")),
            );
        }
    }
}
