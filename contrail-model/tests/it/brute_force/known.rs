//! What the planner is known to miss, so that a law counts it and does not ask for it. The predicate goes when the planner
//! does better.

use super::setup::Setup;

/// A network gets IP fabric forwarding for some of its flows and joins a logical router for others. The planner gives each
/// network one approach; both at once it only uses where IP fabric forwarding is on already.
pub(super) fn a_network_goes_both_ways(way: &Setup) -> bool {
    let mut routed = way.routers.iter().flat_map(|(networks, _)| networks);
    routed.any(|network| way.ip_fabric.contains(network))
}
