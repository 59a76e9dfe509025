//! P11 group-in-one-fabric.

use super::{Context, Rule};
use crate::fabric::Facts;
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "P11",
    name: "group-in-one-fabric",
    severity: Severity::Error,
    holds: "The ports of a port group are on devices of one fabric.",
    why: "A port group is a child of its fabric, and an Ethernet segment is known within its overlay only. Contrail \
        refuses an interface whose links are of several fabrics.",
    broken_by: "A port group on leaf1 of fabric dc1 and on leaf9 of fabric dc2.",
    remedy: "A port group in each fabric.",
    references: &["tf-controller, resources/virtual_machine_interface.py: all links are of one fabric"],
    depends_on: Facts::empty(),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    for (id, group) in fabric.port_groups.iter() {
        let Some(first) = group.ports.first().map(|port| &fabric.devices[port.device]) else { continue };
        let devices =
            group.ports.iter().enumerate().map(|(index, port)| (index, &fabric.devices[port.device]));
        for (index, other) in devices.filter(|(_, other)| other.fabric != first.fabric) {
            findings.push(
                Finding::of(
                    &RULE,
                    &*group.name,
                    format!("port_groups[{}].ports[{index}]", id.index()),
                    format!(
                        "{} is in fabric {}, the first port in fabric {}",
                        other.name, other.fabric, first.fabric
                    ),
                )
                .because("a port group belongs to one fabric")
                .fix(format!("make a port group of its own for the ports in {}", other.fabric)),
            );
        }
    }
}
