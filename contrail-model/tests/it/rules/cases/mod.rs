//! The fabrics that break the rules.

mod bases;
mod devices;
mod flows;
mod identity;
mod port_groups;
mod routers;

use super::{Case, NearMiss};

pub(super) fn all() -> impl Iterator<Item = &'static Case> {
    let families = [identity::CASES, port_groups::CASES, devices::CASES, routers::CASES, flows::CASES];
    families.into_iter().flatten()
}

pub(super) fn near_misses() -> impl Iterator<Item = &'static NearMiss> {
    flows::NEAR_MISSES.iter()
}
