//! I7 port-in-one-group.

use super::{Context, Rule, repeated};
use crate::fabric::Port;
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "I7",
    name: "port-in-one-group",
    severity: Severity::Error,
    holds: "A port is in one port group at most, and carries no cable between devices besides.",
    why: "The port group decides which VLAN on the port belongs to which network. Contrail answers 400 to a \
        physical interface in a second virtual port group.",
    broken_by: "Port groups `ctl1` and `ctl2` that both list `leaf1:xe-0/0/10`.",
    remedy: "Take the port out of one.",
    references: &["Contrail API: virtual_port_group.py, a physical interface is in one virtual port group"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    let mut uses = Vec::new();
    for (index, link) in fabric.links.iter().enumerate() {
        for (end, port) in link.ends.iter().enumerate() {
            uses.push((port, format!("links[{index}]"), format!("links[{index}][{end}]")));
        }
    }
    for (id, group) in fabric.port_groups.iter() {
        for (index, port) in group.ports.iter().enumerate() {
            let path = format!("port_groups[{}].ports[{index}]", id.index());
            uses.push((port, format!("port group {}", group.name), path));
        }
    }
    let key = |port: &Port| (port.device, port.interface.clone());
    for ((_, earlier, _), (port, what, path)) in repeated(uses.iter().map(|entry| (key(entry.0), entry))) {
        let name = format!("{}:{}", fabric.devices[port.device].name, port.interface);
        findings.push(
            Finding::of(&RULE, what, path, format!("port {name} is already used by {earlier}"))
                .because("a port belongs to one port group or one cable")
                .fix(format!("take {name} out of {what} or of {earlier}")),
        );
    }
}
