//! O1 role-not-offered.

use super::{Context, Rule};
use crate::fabric::{Device, Facts, OverlayRoles, PhysicalRole};
use crate::report::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "O1",
    name: "role-not-offered",
    severity: Severity::Error,
    holds: "A device has only overlay roles that Contrail offers for its product in its place in the fabric.",
    why: "The assignment of roles fails for the whole fabric otherwise. ERB-UCAST-Gateway is for leaves, lean for \
        spines and superspines; a superspine is lean or a route reflector. If the product is not known, any product's \
        roles will do.",
    broken_by: "A spine with the role ERB-UCAST-Gateway, or a QFX5120 with DC-Gateway.",
    remedy: "Assign another role, or take another product.",
    references: &[
        "tf-controller, predef_payloads.json: node profiles",
        "fabric.py: _validate_role_assignments",
    ],
    depends_on: Facts::empty(),
    check,
};

/// Which overlay roles the node profiles offer: for products whose names begin so, by leaf, spine and superspine.
const PROFILES: &[(&[&str], [OverlayRoles; 3])] = &[
    (&["qfx5100", "qfx5200", "qfx5210"], [CRB_ACCESS.union(RR), LEAN_OR_RR, LEAN_OR_RR]),
    (
        &["qfx5110"],
        [
            ACCESS_AND_GATEWAYS.union(RR).union(ERB).union(PNF).union(AR_CLIENT),
            ACCESS_AND_GATEWAYS.union(LEAN_OR_RR).union(PNF).union(AR_CLIENT),
            LEAN_OR_RR,
        ],
    ),
    (
        &["qfx5120"],
        [
            CRB_ACCESS.union(RR).union(AR_CLIENT).union(ERB).union(CRB_GATEWAY).union(PNF),
            LEAN_OR_RR.union(CRB_GATEWAY).union(PNF).union(COLLAPSED),
            LEAN_OR_RR,
        ],
    ),
    (&["qfx5220"], [NONE, LEAN_OR_RR, LEAN_OR_RR]),
    (
        &["qfx10"],
        [
            ACCESS_AND_GATEWAYS
                .union(RR)
                .union(ERB)
                .union(MCAST)
                .union(PNF)
                .union(AR_CLIENT)
                .union(AR_REPLICATOR),
            ACCESS_AND_GATEWAYS
                .union(LEAN_OR_RR)
                .union(MCAST)
                .union(PNF)
                .union(AR_CLIENT)
                .union(AR_REPLICATOR)
                .union(COLLAPSED),
            LEAN_OR_RR,
        ],
    ),
    (
        &["mx", "vmx"],
        [
            CRB_GATEWAY.union(DC).union(DCI).union(RR).union(ERB).union(MCAST),
            LEAN_OR_RR.union(CRB_GATEWAY).union(DC).union(DCI).union(MCAST),
            NONE,
        ],
    ),
];

const NONE: OverlayRoles = OverlayRoles::empty();
const RR: OverlayRoles = OverlayRoles::ROUTE_REFLECTOR;
const LEAN_OR_RR: OverlayRoles = OverlayRoles::LEAN.union(RR);
const CRB_ACCESS: OverlayRoles = OverlayRoles::CRB_ACCESS;
const CRB_GATEWAY: OverlayRoles = OverlayRoles::CRB_GATEWAY;
const MCAST: OverlayRoles = OverlayRoles::CRB_MCAST_GATEWAY;
const ERB: OverlayRoles = OverlayRoles::ERB_UCAST_GATEWAY;
const DC: OverlayRoles = OverlayRoles::DC_GATEWAY;
const DCI: OverlayRoles = OverlayRoles::DCI_GATEWAY;
const COLLAPSED: OverlayRoles = OverlayRoles::COLLAPSED_SPINE;
const AR_CLIENT: OverlayRoles = OverlayRoles::AR_CLIENT;
const AR_REPLICATOR: OverlayRoles = OverlayRoles::AR_REPLICATOR;
const PNF: OverlayRoles = OverlayRoles::PNF_SERVICECHAIN;
const ACCESS_AND_GATEWAYS: OverlayRoles = CRB_ACCESS.union(CRB_GATEWAY).union(DC).union(DCI);

/// The roles that a device can have.
fn offered(device: &Device) -> OverlayRoles {
    let place = match device.role {
        PhysicalRole::Leaf => 0,
        PhysicalRole::Spine => 1,
        PhysicalRole::Superspine => 2,
        PhysicalRole::Pnf => return PNF,
    };
    let product = device.product.as_ref().map(|product| product.to_ascii_lowercase());
    let is_it = |names: &[&str]| match &product {
        Some(product) => names.iter().any(|name| product.starts_with(name)),
        None => true,
    };
    let profiles = PROFILES.iter().filter(|(names, _)| is_it(names));
    let known: Vec<OverlayRoles> = profiles.filter_map(|(_, places)| places.get(place).copied()).collect();
    if known.is_empty() {
        // Somebody else's product: nothing is known of it.
        return OverlayRoles::all();
    }
    known.into_iter().fold(NONE, OverlayRoles::union)
}

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (id, device) in context.fabric.devices.iter() {
        let offered = offered(device);
        let refused = device.overlay_roles.difference(offered);
        if refused.is_empty() {
            continue;
        }
        let what = match &device.product {
            Some(product) => format!("a {product} as {}", device.role.name()),
            None => format!("any {}", device.role.name()),
        };
        findings.push(
            Finding::of(
                &RULE,
                &*device.name,
                format!("devices[{}].overlay_roles", id.index()),
                format!("{} is not a role of {what}", refused.names()),
            )
            .because(format!("Contrail offers {what}: {}", offered.names()))
            .fix(format!(
                "take {} from {}, or assign it to another device",
                refused.names(),
                device.name
            )),
        );
    }
}
