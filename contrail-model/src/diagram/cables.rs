//! Which cables are drawn, and in which order ports stand at the edges of their devices.

use std::collections::BTreeMap;
use std::collections::HashMap;

use super::fabric::counted;
use super::racks::Tiers;
use super::scene::{Anchor, Link};
use crate::fabric::{DeviceId, Fabric, Port, PortGroupId};

/// Ports of one edge of a device: what leads to them, and what they are called.
type Edge = Vec<(Anchor, String)>;

#[derive(Debug, Default)]
pub(super) struct Cables {
    pub(super) links: Vec<Link>,
    above: HashMap<DeviceId, Edge>,
    below: HashMap<DeviceId, Edge>,
    at_racks: Edge,
}

/// A port at an edge, before the ports are in order: that of what the cables lead to.
struct Unsorted {
    device: DeviceId,
    is_above: bool,
    leads_to: (usize, usize, usize),
    anchor: Anchor,
    name: String,
}

impl Cables {
    pub(super) fn new(fabric: &Fabric, tiers: &Tiers) -> Self {
        let mut cables = Self::default();
        let mut ports = Vec::new();
        cables.between_devices(fabric, tiers, &mut ports);
        for rack in &tiers.racks {
            for (place, group) in rack.groups.iter().enumerate() {
                cables.of_group(fabric, place, *group, &mut ports);
            }
        }
        ports.sort_by_key(|port| port.leads_to);
        for Unsorted { device, is_above, anchor, name, .. } in ports {
            let edges = if is_above { &mut cables.above } else { &mut cables.below };
            edges.entry(device).or_default().push((anchor, name));
        }
        cables
    }

    /// The ports at a device's upper edge.
    pub(super) fn above(&self, device: DeviceId) -> &[(Anchor, String)] {
        self.above.get(&device).map_or(&[], Vec::as_slice)
    }

    /// The ports at a device's lower edge.
    pub(super) fn below(&self, device: DeviceId) -> &[(Anchor, String)] {
        self.below.get(&device).map_or(&[], Vec::as_slice)
    }

    /// The ports at the upper edge of the racks that are one box.
    pub(super) fn at_racks(&self) -> &[(Anchor, String)] {
        &self.at_racks
    }

    fn between_devices(&mut self, fabric: &Fabric, tiers: &Tiers, ports: &mut Vec<Unsorted>) {
        let mut to_racks: BTreeMap<((usize, usize), DeviceId), usize> = BTreeMap::new();
        for (index, link) in fabric.links.iter().enumerate() {
            let [a, b] = &link.ends;
            match [a, b].map(|end| tiers.order(end.device)) {
                [Some(at_a), Some(at_b)] => {
                    for (end, port, (tier, _), (other_tier, other_place)) in
                        [(0, a, at_a, at_b), (1, b, at_b, at_a)]
                    {
                        ports.push(Unsorted {
                            device: port.device,
                            is_above: other_tier <= tier,
                            leads_to: (other_tier, other_place, index),
                            anchor: Anchor::Cable { link: index, end },
                            name: port.interface.to_string(),
                        });
                    }
                    self.links.push(Link {
                        ends: [0, 1].map(|end| Anchor::Cable { link: index, end }),
                        labels: [a.interface.clone(), b.interface.clone()],
                        is_down: [a, b].into_iter().any(|end| !fabric.is_port_up(end)),
                    });
                }
                [Some(at), None] => *to_racks.entry((at, a.device)).or_default() += 1,
                [None, Some(at)] => *to_racks.entry((at, b.device)).or_default() += 1,
                [None, None] => {}
            }
        }
        for (((tier, _), device), count) in to_racks {
            let ends = [Anchor::ToRacks(device), Anchor::FromRacks(device)];
            let name = counted(count, "cable");
            ports.push(Unsorted {
                device,
                // Beside them, the box has its ports above too.
                is_above: tier > 1,
                leads_to: (usize::MAX, 0, 0),
                anchor: Anchor::ToRacks(device),
                name: name.clone(),
            });
            self.at_racks.push((Anchor::FromRacks(device), fabric.devices[device].name.to_string()));
            self.links.push(Link { ends, labels: [name.into(), "".into()], is_down: false });
        }
    }

    /// Access ports of the port group at a place of its rack.
    fn of_group(&mut self, fabric: &Fabric, place: usize, id: PortGroupId, ports: &mut Vec<Unsorted>) {
        for (index, port) in fabric.port_groups[id].ports.iter().enumerate() {
            let Port { device, interface } = port;
            ports.push(Unsorted {
                device: *device,
                is_above: false,
                leads_to: (usize::MAX, place, index),
                anchor: Anchor::AccessPort(id, index),
                name: interface.to_string(),
            });
            self.links.push(Link {
                ends: [Anchor::AccessPort(id, index), Anchor::GroupPort(id, index)],
                labels: [interface.clone(), "".into()],
                is_down: !fabric.is_port_up(port),
            });
        }
    }
}
