//! P4 one-untagged.

use super::{Context, Rule};
use crate::fabric::Facts;
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "P4",
    name: "one-untagged",
    severity: Severity::Error,
    holds: "A port group has one untagged VLAN at most.",
    why: "Nothing else tells frames without a tag apart. Contrail answers 400 to a second one in either style, unless \
        disable_vlan_vn_uniqueness_check is set; device manager then refuses to configure the port.",
    broken_by: "Two VLANs with `untagged: true` in one port group.",
    remedy: "Tag one of them.",
    references: &[
        "tf-controller, resources/virtual_machine_interface.py: untagged VLAN of a virtual port group",
        "tf-controller, l2_gateway_feature.py: one untagged network for each physical interface",
    ],
    depends_on: Facts::empty(),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    for (id, group) in fabric.port_groups.iter() {
        let mut untagged = group.vlans.iter().enumerate().filter(|(_, binding)| binding.untagged);
        let Some((_, first)) = untagged.next() else { continue };
        for (index, binding) in untagged {
            let [one, other] = [first, binding].map(|binding| &fabric.networks[binding.network].name);
            findings.push(
                Finding::of(
                    &RULE,
                    &*group.name,
                    format!("port_groups[{}].vlans[{index}].untagged", id.index()),
                    format!("{other} is untagged, and so is {one}"),
                )
                .because("frames without a tag can belong to one network only")
                .fix(format!("tag {other} or {one} in {}", group.name)),
            );
        }
    }
}
