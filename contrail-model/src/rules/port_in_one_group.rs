//! I7 port-in-one-group.

use std::fmt;

use super::{Context, Rule, repeated};
use crate::fabric::{Facts, PortGroupId};
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
    depends_on: Facts::empty(),
    check,
};

/// What a port is used for.
#[derive(Clone, Copy)]
enum Use<'f> {
    Link { index: usize, end: usize },
    PortGroup { id: PortGroupId, index: usize, name: &'f str },
}

impl Use<'_> {
    fn path(self) -> String {
        match self {
            Self::Link { index, end } => format!("links[{index}][{end}]"),
            Self::PortGroup { id, index, .. } => format!("port_groups[{}].ports[{index}]", id.index()),
        }
    }
}

impl fmt::Display for Use<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Link { index, .. } => write!(f, "links[{index}]"),
            Self::PortGroup { name, .. } => write!(f, "port group {name}"),
        }
    }
}

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    let links = fabric.links.iter().enumerate().flat_map(|(index, link)| {
        link.ends.iter().enumerate().map(move |(end, port)| (port, Use::Link { index, end }))
    });
    let groups = fabric.port_groups.iter().flat_map(|(id, group)| {
        let ports = group.ports.iter().enumerate();
        ports.map(move |(index, port)| (port, Use::PortGroup { id, index, name: &group.name }))
    });
    let keyed = links.chain(groups).map(|(port, by)| ((port.device, &*port.interface), (port, by)));
    for ((_, earlier), (port, later)) in repeated(keyed) {
        let name = format!("{}:{}", fabric.devices[port.device].name, port.interface);
        findings.push(
            Finding::of(
                &RULE,
                later.to_string(),
                later.path(),
                format!("port {name} is already used by {earlier}"),
            )
            .because("a port belongs to one port group or one cable")
            .fix(format!("take {name} out of {later} or of {earlier}")),
        );
    }
}
