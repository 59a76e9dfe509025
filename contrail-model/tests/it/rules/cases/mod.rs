//! The fabrics that break the rules.

mod bases;
mod devices;
mod flows;
mod identity;
mod port_groups;
mod routers;

use super::Case;

pub(super) fn all() -> impl Iterator<Item = &'static Case> {
    let families = [identity::CASES, port_groups::CASES, devices::CASES, routers::CASES, flows::CASES];
    families.into_iter().flatten()
}
