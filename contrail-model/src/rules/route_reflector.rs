//! O4 route-reflector.

use std::collections::BTreeMap;

use super::{Context, Rule};
use crate::fabric::{DeviceId, Facts, Name, OverlayRoles};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "O4",
    name: "route-reflector",
    severity: Severity::Error,
    holds: "Every fabric has a route reflector.",
    why: "The overlay is iBGP, in which a speaker does not pass on what it has learnt; without a reflector devices know \
        the routes of nobody but their own peers. Contrail refuses the assignment of roles.",
    broken_by: "A fabric without any device with Route-Reflector.",
    remedy: "Assign it to the spines.",
    references: &["RFC 4456", "tf-controller, fabric.py: _validate_role_assignments"],
    depends_on: Facts::empty(),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    // Of each fabric its first device, and whether it has a reflector.
    let mut fabrics: BTreeMap<&Name, (DeviceId, bool)> = BTreeMap::new();
    for (id, device) in context.fabric.devices.iter() {
        let (_, has_one) = fabrics.entry(&device.fabric).or_insert((id, false));
        *has_one |= device.overlay_roles.contains(OverlayRoles::ROUTE_REFLECTOR);
    }
    for (name, (first, _)) in fabrics.into_iter().filter(|(_, (_, has_one))| !has_one) {
        findings.push(
            Finding::of(
                &RULE,
                &**name,
                format!("devices[{}].overlay_roles", first.index()),
                format!("no device of fabric {name} is a route reflector"),
            )
            .because("iBGP speakers do not pass on to each other what they have learnt")
            .fix("add Route-Reflector to the overlay roles of its spines"),
        );
    }
}
