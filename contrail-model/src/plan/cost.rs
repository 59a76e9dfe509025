//! What a candidate costs, so that candidates can be ranked.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{BreakOut, Change};
use crate::fabric::Name;
use crate::trace::Trace;

/// What one of each thing costs. The total is their sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Weights {
    /// A cable between devices that the longest required flow crosses, out or back.
    pub underlay_link: u32,
    /// A device whose configuration changes.
    pub device: u32,
    /// A static route on a server.
    pub static_route: u32,
    /// A change that Contrail does not make, so that somebody has to, and has to remember.
    pub by_hand: u32,
    /// A single device where overlay and underlay meet, so that they part when it fails.
    pub lone_device: u32,
}

impl Default for Weights {
    /// 1 for a cable, a device and a static route, 5 for a change by hand and for a device that stands alone.
    fn default() -> Self {
        Self { underlay_link: 1, device: 1, static_route: 1, by_hand: 5, lone_device: 5 }
    }
}

/// What a candidate costs. Parts of the required flows that have no network in common are costed each for itself and
/// added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// Cables between devices that the longest required flow crosses, out and back.
    pub underlay_links: u32,
    /// Devices whose configuration changes.
    pub devices: u32,
    /// Static routes to add on servers.
    pub static_routes: u32,
    /// Changes to make by hand.
    pub by_hand: u32,
    /// Devices where overlay and underlay meet and that have no second one beside them.
    pub lone_devices: u32,
    /// The weighted sum.
    pub total: u32,
}

impl Cost {
    pub(super) fn of(
        break_outs: &[BreakOut],
        changes: &[Change],
        traces: &[Trace],
        weights: &Weights,
    ) -> Self {
        let links = traces.iter().map(|trace| trace.out().underlay_links() + trace.back().underlay_links());
        let links = links.max();
        let devices: BTreeSet<&Name> = changes.iter().flat_map(Change::devices).collect();
        let routes = changes.iter().filter(|change| matches!(change, Change::AddStaticRoute { .. }));
        let by_hand = changes.iter().filter(|change| change.is_by_hand());
        let underlay_links = count(links.unwrap_or_default());
        let (devices, static_routes, by_hand) =
            (count(devices.len()), count(routes.count()), count(by_hand.count()));
        let lone_devices = count(break_outs.iter().filter(|at| at.devices.len() == 1).count());
        let total = [
            (underlay_links, weights.underlay_link),
            (devices, weights.device),
            (static_routes, weights.static_route),
            (by_hand, weights.by_hand),
            (lone_devices, weights.lone_device),
        ];
        let total =
            total.into_iter().fold(0u32, |sum, (n, weight)| sum.saturating_add(n.saturating_mul(weight)));
        Self { underlay_links, devices, static_routes, by_hand, lone_devices, total }
    }

    /// The cost of both together.
    pub(super) const fn and(&self, other: &Self) -> Self {
        Self {
            underlay_links: self.underlay_links.saturating_add(other.underlay_links),
            devices: self.devices.saturating_add(other.devices),
            static_routes: self.static_routes.saturating_add(other.static_routes),
            by_hand: self.by_hand.saturating_add(other.by_hand),
            lone_devices: self.lone_devices.saturating_add(other.lone_devices),
            total: self.total.saturating_add(other.total),
        }
    }

    /// What candidates are sorted by.
    pub(super) const fn rank(&self) -> (u32, u32, u32) {
        (self.total, self.by_hand, self.underlay_links)
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
