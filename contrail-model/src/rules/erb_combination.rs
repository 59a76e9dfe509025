//! O2 erb-combination.

use super::{Context, Rule};
use crate::fabric::{Facts, OverlayRoles};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "O2",
    name: "erb-combination",
    severity: Severity::Error,
    holds: "A device with ERB-UCAST-Gateway has no other role that routes tenants, and not PNF-Servicechain.",
    why: "The same IRB would be configured in two ways: with the gateway's own address on every leaf, and with an \
        address of its own behind a virtual gateway address. Contrail refuses the assignment of roles.",
    broken_by: "A leaf with ERB-UCAST-Gateway and DC-Gateway.",
    remedy: "Take one of the roles away; a border leaf with DC-Gateway alone routes tenants too.",
    references: &["tf-controller, fabric.py: _validate_ucast_with_other_roles"],
    depends_on: Facts::empty(),
    check,
};

/// What does not go together with ERB-UCAST-Gateway.
const OTHERS: OverlayRoles = OverlayRoles::CRB_GATEWAY
    .union(OverlayRoles::CRB_MCAST_GATEWAY)
    .union(OverlayRoles::DC_GATEWAY)
    .union(OverlayRoles::DCI_GATEWAY)
    .union(OverlayRoles::PNF_SERVICECHAIN);

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (id, device) in context.fabric.devices.iter() {
        let others = device.overlay_roles.intersection(OTHERS);
        if others.is_empty() || !device.overlay_roles.contains(OverlayRoles::ERB_UCAST_GATEWAY) {
            continue;
        }
        findings.push(
            Finding::of(
                &RULE,
                &*device.name,
                format!("devices[{}].overlay_roles", id.index()),
                format!("ERB-UCAST-Gateway does not go together with {}", others.names()),
            )
            .because("Contrail refuses the assignment of these roles to one device")
            .fix(format!("take ERB-UCAST-Gateway or {} from {}", others.names(), device.name)),
        );
    }
}
