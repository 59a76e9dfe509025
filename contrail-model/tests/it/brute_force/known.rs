//! Fabrics on which the planner is known to miss something, so that a law does not ask about them. Each predicate goes
//! when the planner does better.

use contrail_model::document::Document;

use super::parts::Part;

/// The logical routers that have a network of a part.
fn routers<'d>(document: &'d Document, part: &Part) -> Vec<&'d str> {
    let has = |networks: &[String]| part.networks().any(|network| networks.contains(network));
    let routers = document.logical_routers.iter().filter(|router| has(&router.networks));
    routers.map(|router| &*router.name).collect()
}

/// What it costs to take networks out of one logical router and into another is left to the planner.
pub(super) fn routers_are_there(document: &Document, parts: &[Part]) -> bool {
    parts.iter().any(|part| !routers(document, part).is_empty())
}

/// A network has secondary addresses already, so that a way may be cheapest that routes one of two networks which talk
/// to each other and leaves the other in the underlay; the planner tries each alone first, and misses it (seed 28).
pub(super) fn secondary_addresses_are_partial(document: &Document) -> bool {
    document.devices.iter().any(|device| !device.secondary_addresses.is_empty())
}

/// One overlay network is routed to a service's network while another passes the router by: the planner puts the
/// service's network into the underlay on the router's devices too, which breaks R3.
pub(super) fn overlay_networks_share_a_service(part: &Part) -> bool {
    part.overlay.len() > 1
}
