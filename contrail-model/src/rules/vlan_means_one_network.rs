//! P3 vlan-means-one-network.

use super::{Context, Rule, repeated};
use crate::fabric::{Facts, Style};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "P3",
    name: "vlan-means-one-network",
    severity: Severity::Error,
    holds: "In enterprise style a tagged VLAN is the same network in all port groups of a fabric, and a network the \
        same VLAN.",
    why: "A device has one VLAN of a number, which belongs to one VNI. Contrail keeps a list of both directions and \
        answers 400 to what differs, unless disable_vlan_vn_uniqueness_check is set; service-provider style allows it.",
    broken_by: "VLAN 200 for `api` behind one rack and for `storage` behind another.",
    remedy: "One number for a network everywhere, or service-provider style.",
    references: &["tf-controller, resources/virtual_machine_interface.py: /validation/fabric/enterprise"],
    depends_on: Facts::empty(),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    if !fabric.checks_vlans || fabric.style != Style::Enterprise {
        return;
    }
    let mut tagged = Vec::new();
    for (id, group) in fabric.port_groups.iter() {
        let Some(port) = group.ports.first() else { continue };
        let of = &fabric.devices[port.device].fabric;
        let bindings = group.vlans.iter().enumerate().filter(|(_, binding)| !binding.untagged);
        tagged.extend(bindings.map(|(index, binding)| (of, id, index, binding)));
    }
    let by_vlan = repeated(tagged.iter().map(|entry| ((entry.0, entry.3.vlan), entry)));
    let by_network = repeated(tagged.iter().map(|entry| ((entry.0, entry.3.network), entry)));
    for ((_, other, _, earlier), (_, id, index, binding)) in by_vlan.into_iter().chain(by_network) {
        // Within a port group it is P1 or P2.
        let differ = (earlier.vlan, earlier.network) != (binding.vlan, binding.network);
        if !differ || other == id {
            continue;
        }
        let [group, other] = [id, other].map(|id| &fabric.port_groups[*id].name);
        let [network, other_network] =
            [binding, earlier].map(|binding| &fabric.networks[binding.network].name);
        findings.push(
            Finding::of(
                &RULE,
                &**group,
                format!("port_groups[{}].vlans[{index}]", id.index()),
                format!(
                    "VLAN {} is {network} here, in {other} VLAN {} is {other_network}",
                    binding.vlan, earlier.vlan
                ),
            )
            .because("the fabric is of enterprise style: VLAN and network belong together everywhere")
            .fix(format!("make the VLANs of {group} those of {other}, or set style: service-provider")),
        );
    }
}
