//! Fabrics on which the planner is known to miss something, so that a law does not ask about them. The predicate goes
//! when the planner does better.

use contrail_model::document::Document;

/// Rule R3 is broken already: a logical router is where one of its networks is routed in the underlay too. The planner
/// does not extend a logical router to such a device again once it has taken it off, as elsewhere that breaks R3.
pub(super) fn an_irb_is_in_two_tables(document: &Document) -> bool {
    document.logical_routers.iter().any(|router| {
        let joined = document.networks.iter().filter(|network| router.networks.contains(&network.name));
        let mut irbs = joined.flat_map(|network| &network.underlay_irb);
        irbs.any(|device| router.extended_to.contains(device))
    })
}
