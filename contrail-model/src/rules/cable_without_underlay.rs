//! O7 cable-without-underlay.

use super::{Context, Rule};
use crate::fabric::{Facts, OverlayRoles, PhysicalRole};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "O7",
    name: "cable-without-underlay",
    severity: Severity::Warning,
    holds: "In a fabric no cable joins two leaves, or two superspines.",
    why: "Device manager gives such a cable no addresses and no BGP session: it carries nothing of the underlay. \
        Leaves meet at spines, spines at superspines. A leaf that is a gateway may be cabled to another gateway.",
    broken_by: "A cable from leaf1 to leaf2.",
    remedy: "Take it out; a pair of leaves needs none, since multihoming is EVPN's.",
    references: &["tf-controller, fabric.py: no addresses for leaf-leaf and superspine-superspine links"],
    depends_on: Facts::empty(),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    let gateway = OverlayRoles::DC_GATEWAY.union(OverlayRoles::DCI_GATEWAY);
    for (index, link) in fabric.links.iter().enumerate() {
        let [a, b] = &link.ends;
        let ends = [a, b].map(|port| &fabric.devices[port.device]);
        let [one, other] = ends;
        let same = one.role == other.role
            && one.fabric == other.fabric
            && matches!(one.role, PhysicalRole::Leaf | PhysicalRole::Superspine);
        if !same || ends.iter().all(|at| at.overlay_roles.intersects(gateway)) {
            continue;
        }
        let role = one.role.name();
        findings.push(
            Finding::of(
                &RULE,
                format!("{} to {}", one.name, other.name),
                format!("links[{index}]"),
                format!("the cable carries nothing: it joins {} and {}, both {role}", one.name, other.name),
            )
            .because(format!("Contrail configures no underlay between one {role} and another"))
            .fix("take the cable out, or lead it to a device of another tier"),
        );
    }
}
