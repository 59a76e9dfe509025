//! P6 reserved-vlan.

use super::{Context, Rule};
use crate::fabric::Facts;
use crate::report::{Finding, Severity};

/// VLANs that a QFX keeps for itself (`RESERVED_QFX_L2_VLAN_TAGS`).
const RESERVED: [u16; 3] = [1, 2, 4094];

pub(super) static RULE: Rule = Rule {
    id: "P6",
    name: "reserved-vlan",
    severity: Severity::Error,
    holds: "On a QFX no network is tagged with VLAN 1, 2 or 4094.",
    why: "The switch uses them itself. Contrail answers 400 to a logical interface with one of them. A device whose \
        product is not known is taken for a QFX.",
    broken_by: "VLAN 4094, tagged, on a port of a QFX.",
    remedy: "Take another VLAN.",
    references: &["tf-controller, vns.sandesh: RESERVED_QFX_L2_VLAN_TAGS"],
    depends_on: Facts::empty(),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    for (id, group) in fabric.port_groups.iter() {
        let mut devices = group.ports.iter().map(|port| &fabric.devices[port.device]);
        let Some(qfx) = devices.find(|device| device.is_qfx()) else { continue };
        for (index, binding) in group.vlans.iter().enumerate() {
            if binding.untagged || !RESERVED.contains(&binding.vlan) {
                continue;
            }
            findings.push(
                Finding::of(
                    &RULE,
                    &*group.name,
                    format!("port_groups[{}].vlans[{index}].vlan", id.index()),
                    format!("VLAN {} is reserved on {}", binding.vlan, qfx.name),
                )
                .because("a QFX keeps VLANs 1, 2 and 4094 for itself")
                .fix(format!("take another VLAN for {}", fabric.networks[binding.network].name)),
            );
        }
    }
}
