//! O6 fabrics-joined-by-gateways.

use super::{Context, Rule};
use crate::fabric::{Facts, OverlayRoles};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "O6",
    name: "fabrics-joined-by-gateways",
    severity: Severity::Error,
    holds: "A cable between two fabrics is between gateways: DC-Gateway or DCI-Gateway on both sides.",
    why: "Fabrics are overlays of their own, with their own AS numbers and VLANs; what passes from one to the other is \
        terminated at the edge of both. Contrail has a device in one fabric only, and joins fabrics by DCI between \
        gateways.",
    broken_by: "A cable from a leaf of dc1 to a spine of dc2.",
    remedy: "Cable gateways with each other.",
    references: &[
        "tf-controller, fabric.py: a device is in exactly one fabric",
        "Contrail data center interconnect",
    ],
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
        if one.fabric == other.fabric {
            continue;
        }
        let others = ends.iter().filter(|at| !at.overlay_roles.intersects(gateway));
        let others: Vec<&str> = others.map(|at| &*at.name).collect();
        if others.is_empty() {
            continue;
        }
        findings.push(
            Finding::of(
                &RULE,
                format!("{} to {}", one.name, other.name),
                format!("links[{index}]"),
                format!("the cable joins fabrics {} and {}", one.fabric, other.fabric),
            )
            .because(format!("no DC-Gateway and no DCI-Gateway: {}", others.join(", ")))
            .fix("lead the cable from gateway to gateway"),
        );
    }
}
