//! O5 vlans-without-l2-gateway.

use std::collections::BTreeMap;

use super::{Context, Rule, few};
use crate::fabric::{DeviceId, Facts};
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
    depends_on: Facts::empty(),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    let mut bare: BTreeMap<DeviceId, Vec<&str>> = BTreeMap::new();
    for (_, group) in fabric.port_groups.iter().filter(|(_, group)| !group.vlans.is_empty()) {
        for id in group.devices() {
            let device = &fabric.devices[id];
            // Where servers cannot be attached at all it is P7.
            if device.is_leaf() && (!device.bridges_tenants() || device.loopback.is_none()) {
                bare.entry(id).or_default().push(&group.name);
            }
        }
    }
    for (id, groups) in bare {
        let device = &fabric.devices[id];
        let (lacks, fix) = if device.bridges_tenants() {
            ("loopback, so that it is no VTEP", "add a loopback to")
        } else {
            ("overlay role that puts them into VXLAN", "add ERB-UCAST-Gateway or CRB-Access to the roles of")
        };
        findings.push(
            Finding::of(
                &RULE,
                &*device.name,
                format!("devices[{}]", id.index()),
                format!("{} has VLANs of {}, and no {lacks}", device.name, few(&groups, ", ")),
            )
            .because(format!("its overlay roles: {}", device.overlay_roles.names()))
            .fix(format!("{fix} {}", device.name)),
        );
    }
}
