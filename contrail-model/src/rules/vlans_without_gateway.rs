//! O5 vlans-without-l2-gateway.

use super::{Context, Rule};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "O5",
    name: "vlans-without-l2-gateway",
    severity: Severity::Error,
    holds: "A device with VLANs of port groups has an overlay role that puts them into VXLAN, and a loopback.",
    why: "VLAN and VNI are tied by the feature `l2-gateway`, which Route-Reflector, lean and AR roles do not have; and \
        a VTEP without an address is none. The VLAN then ends on the device.",
    broken_by: "A leaf with the role Route-Reflector only, with a controller's VLANs.",
    remedy: "Add ERB-UCAST-Gateway or CRB-Access to its roles, and a loopback.",
    references: &["Contrail node profiles: l2-gateway", "RFC 8365 5.1"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    for (id, group) in fabric.port_groups.iter().filter(|(_, group)| !group.vlans.is_empty()) {
        for device in group.devices() {
            let at = &fabric.devices[device];
            if !at.is_leaf() {
                // P7.
                continue;
            }
            let (lacks, fix) = if !at.bridges_tenants() {
                (
                    "overlay role that puts VLANs into VXLAN",
                    "add ERB-UCAST-Gateway or CRB-Access to the roles of",
                )
            } else if at.loopback.is_none() {
                ("loopback, so that it is no VTEP", "add a loopback to")
            } else {
                continue;
            };
            findings.push(
                Finding::of(
                    &RULE,
                    &*at.name,
                    format!("devices[{}]", device.index()),
                    format!("{} has VLANs of {}, and no {lacks}", at.name, group.name),
                )
                .because(format!(
                    "port_groups[{}] has a port on it; its overlay roles: {}",
                    id.index(),
                    at.overlay_roles.names()
                ))
                .fix(format!("{fix} {}", at.name)),
            );
        }
    }
}
