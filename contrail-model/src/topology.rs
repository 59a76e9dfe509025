//! The underlay's graph: who is cabled to whom, how far apart, and by which equally short ways.

use std::collections::VecDeque;
use std::sync::OnceLock;

use crate::fabric::{DeviceId, Link};

/// No way leads there.
pub(crate) const UNREACHABLE: u32 = u32::MAX;

#[derive(Debug, Default)]
pub(crate) struct Topology {
    /// By device: the neighbour, and the cable as its index and this device's end of it.
    neighbours: Vec<Vec<Neighbour>>,
    /// By device: the distance from each device to it, found when it is first asked for.
    distances: Vec<OnceLock<Box<[u32]>>>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Neighbour {
    pub(crate) device: DeviceId,
    /// Index in the document's list of links.
    pub(crate) link: usize,
    /// Which of the link's two ends is here.
    pub(crate) end: usize,
}

/// Where a device sends what goes to one of several others.
#[derive(Debug, Default)]
pub(crate) struct NextHops {
    /// Those of the others that are nearest, all equally far.
    pub(crate) nearest: Vec<DeviceId>,
    pub(crate) cables: Vec<Neighbour>,
}

impl Topology {
    /// Of those of the document's links that are up, each with its index there.
    pub(crate) fn new<'l>(devices: usize, links: impl Iterator<Item = (usize, &'l Link)>) -> Self {
        let mut neighbours = vec![Vec::new(); devices];
        for (index, link) in links {
            let [a, b] = &link.ends;
            for (end, here, there) in [(0, a, b), (1, b, a)] {
                if let Some(list) = neighbours.get_mut(here.device.index()) {
                    list.push(Neighbour { device: there.device, link: index, end });
                }
            }
        }
        let distances = (0..devices).map(|_| OnceLock::new()).collect();
        Self { neighbours, distances }
    }

    pub(crate) fn neighbours(&self, device: DeviceId) -> &[Neighbour] {
        self.neighbours.get(device.index()).map_or(&[], Vec::as_slice)
    }

    /// Cables between two devices on the shortest way, or [`UNREACHABLE`].
    pub(crate) fn distance(&self, from: DeviceId, to: DeviceId) -> u32 {
        let Some(cell) = self.distances.get(to.index()) else { return UNREACHABLE };
        let distances = cell.get_or_init(|| self.distances_to(to));
        distances.get(from.index()).copied().unwrap_or(UNREACHABLE)
    }

    fn distances_to(&self, to: DeviceId) -> Box<[u32]> {
        let mut distances = vec![UNREACHABLE; self.neighbours.len()];
        let mut queue = VecDeque::from([(to, 0)]);
        if let Some(here) = distances.get_mut(to.index()) {
            *here = 0;
        }
        while let Some((device, distance)) = queue.pop_front() {
            for neighbour in self.neighbours(device) {
                if let Some(known @ &mut UNREACHABLE) = distances.get_mut(neighbour.device.index()) {
                    *known = distance + 1;
                    queue.push_back((neighbour.device, distance + 1));
                }
            }
        }
        distances.into_boxed_slice()
    }

    /// The nearest of `origins`; none if none can be reached.
    pub(crate) fn nearest<O: Iterator<Item = DeviceId> + Clone>(
        &self,
        from: DeviceId,
        origins: O,
    ) -> impl Iterator<Item = DeviceId> + Clone + use<'_, O> {
        let distance = origins.clone().map(|origin| self.distance(from, origin)).min();
        let distance = distance.filter(|distance| *distance != UNREACHABLE);
        origins.filter(move |origin| Some(self.distance(from, *origin)) == distance)
    }

    /// Finds the nearest of `origins`, and the neighbours that are one step closer to one of them, in the order of the
    /// cables; none if none can be reached.
    pub(crate) fn next_hops(
        &self,
        from: DeviceId,
        origins: impl Iterator<Item = DeviceId>,
        NextHops { nearest, cables }: &mut NextHops,
    ) {
        nearest.clear();
        cables.clear();
        let mut distance = UNREACHABLE;
        for origin in origins {
            let other = self.distance(from, origin);
            if other < distance {
                distance = other;
                nearest.clear();
            }
            if other == distance && other != UNREACHABLE {
                nearest.push(origin);
            }
        }
        match distance {
            0 | UNREACHABLE => {}
            1 => {
                // A spine has a thousand neighbours, of which one is asked for; that one has few.
                nearest.iter().for_each(|origin| self.cables(from, *origin, cables));
                cables.sort_unstable_by_key(|neighbour| neighbour.link);
            }
            distance => {
                let closer = |neighbour: &&Neighbour| {
                    nearest.iter().any(|origin| self.distance(neighbour.device, *origin) + 1 == distance)
                };
                cables.extend(self.neighbours(from).iter().filter(closer));
            }
        }
    }

    /// Adds the cables between two devices, seen from the first.
    fn cables(&self, from: DeviceId, to: DeviceId, found: &mut Vec<Neighbour>) {
        let [near, far] = [from, to].map(|device| self.neighbours(device));
        if near.len() <= far.len() {
            found.extend(near.iter().filter(|neighbour| neighbour.device == to));
        } else {
            let back = far.iter().filter(|neighbour| neighbour.device == from);
            found.extend(back.map(|neighbour| neighbour.seen_from(to)));
        }
    }
}

impl Neighbour {
    /// The same cable from its other end, which is on this device.
    const fn seen_from(self, there: DeviceId) -> Self {
        Self { device: there, link: self.link, end: 1 - self.end }
    }
}
