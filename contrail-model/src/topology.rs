//! The underlay's graph: who is cabled to whom, how far apart, and by which equally short ways.

use std::collections::VecDeque;
use std::sync::OnceLock;

use contrail_wire::MacAddr;

use crate::fabric::{DeviceId, Link, Port};

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
    /// The MAC addresses of the port here and the port there.
    pub(crate) macs: [MacAddr; 2],
}

impl Topology {
    /// Of those of the document's links that are up, each with its index there.
    pub(crate) fn new<'l>(
        devices: usize,
        links: impl Iterator<Item = (usize, &'l Link)>,
        mac: impl Fn(&Port) -> MacAddr,
    ) -> Self {
        let mut neighbours = vec![Vec::new(); devices];
        for (index, link) in links {
            let [a, b] = &link.ends;
            let [at_a, at_b] = link.ends.each_ref().map(&mac);
            for (end, here, there, macs) in [(0, a, b, [at_a, at_b]), (1, b, a, [at_b, at_a])] {
                if let Some(list) = neighbours.get_mut(here.device.index()) {
                    list.push(Neighbour { device: there.device, link: index, end, macs });
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

    /// The nearest of `origins`; empty if none can be reached.
    pub(crate) fn nearest(
        &self,
        from: DeviceId,
        origins: impl Iterator<Item = DeviceId> + Clone,
    ) -> Vec<DeviceId> {
        let distance = origins.clone().map(|origin| self.distance(from, origin)).min();
        let is_nearest = |origin: &DeviceId| Some(self.distance(from, *origin)) == distance;
        match distance {
            None | Some(UNREACHABLE) => Vec::new(),
            Some(_) => origins.filter(is_nearest).collect(),
        }
    }

    /// The neighbours that are one step closer to one of `nearest`, which are all equally far.
    pub(crate) fn next_hops(&self, from: DeviceId, nearest: &[DeviceId]) -> Vec<Neighbour> {
        let distance = nearest.first().map_or(0, |origin| self.distance(from, *origin));
        if distance == 0 {
            return Vec::new();
        }
        if distance == 1 {
            // A spine has a thousand neighbours, of which one is asked for; that one has few.
            let mut cables = Vec::new();
            nearest.iter().for_each(|origin| self.cables(from, *origin, &mut cables));
            cables.sort_unstable_by_key(|neighbour| neighbour.link);
            return cables;
        }
        let closer = |neighbour: &&Neighbour| {
            nearest.iter().any(|origin| self.distance(neighbour.device, *origin) + 1 == distance)
        };
        self.neighbours(from).iter().filter(closer).copied().collect()
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
        let [here_mac, there_mac] = self.macs;
        Self { device: there, link: self.link, end: 1 - self.end, macs: [there_mac, here_mac] }
    }
}
