//! Which devices and servers stand together, and which are told by their number only.

use std::collections::{HashMap, HashSet};

use super::scene::Anchor;
use crate::fabric::{DeviceId, Fabric, PhysicalRole, PortGroupId, ServerId, WorkloadId};
use crate::outage::Outage;

/// Racks, port groups of a rack, or workloads of a server: of more, those that a picture is not about become one box.
pub(super) const MOST: usize = 12;

/// Leaves that share servers, and the port groups on them.
#[derive(Debug, Default)]
pub(super) struct Rack {
    pub(super) devices: Vec<DeviceId>,
    pub(super) groups: Vec<PortGroupId>,
}

/// A fabric's devices from the top of the picture to its bottom.
#[derive(Debug)]
pub(super) struct Tiers {
    /// Superspines, then spines.
    pub(super) upper: [Vec<DeviceId>; 2],
    /// Leaves side by side; those without servers, DC gateways among them, each for itself behind the others.
    pub(super) racks: Vec<Rack>,
    /// Racks that are drawn as one box.
    pub(super) collapsed: Vec<Rack>,
    pub(super) servers_of: HashMap<PortGroupId, Vec<ServerId>>,
    pub(super) workloads_of: HashMap<ServerId, Vec<WorkloadId>>,
    /// Where a device stands: its tier, and its place there. Of racks that are one box there is none.
    order: HashMap<DeviceId, (usize, usize)>,
}

impl Tiers {
    /// Everything in `focus` is drawn.
    pub(super) fn new(fabric: &Fabric, focus: &HashSet<Anchor>) -> Self {
        let mut servers_of: HashMap<PortGroupId, Vec<ServerId>> = HashMap::new();
        for (id, server) in fabric.servers.iter() {
            servers_of.entry(server.port_group).or_default().push(id);
        }
        let mut workloads_of: HashMap<ServerId, Vec<WorkloadId>> = HashMap::new();
        for (id, workload) in fabric.workloads.iter() {
            workloads_of.entry(workload.host).or_default().push(id);
        }
        let racks = racks(fabric);
        let in_a_rack: HashSet<DeviceId> = racks.iter().flat_map(|rack| &rack.devices).copied().collect();
        let of_role = |role| {
            let devices = fabric.devices.iter();
            let devices = devices.filter(|(id, device)| device.role == role && !in_a_rack.contains(id));
            devices.map(|(id, _)| id).collect::<Vec<_>>()
        };
        let upper = [of_role(PhysicalRole::Superspine), of_role(PhysicalRole::Spine)];
        let is_below = |id: &DeviceId| !in_a_rack.contains(id) && !upper.iter().flatten().any(|up| up == id);
        let mut alone: Vec<DeviceId> = fabric.devices.ids().filter(is_below).collect();
        alone.sort_by_key(|id| fabric.devices[*id].is_central_gateway());
        let alone = alone.into_iter().map(|id| Rack { devices: vec![id], groups: Vec::new() });
        let racks: Vec<Rack> = racks.into_iter().chain(alone).collect();
        let is_large = racks.len() > MOST;
        let is_drawn = |rack: &Rack| {
            let servers = rack.groups.iter().filter_map(|group| servers_of.get(group)).flatten();
            let is_gateway = |id: &DeviceId| fabric.devices[*id].is_central_gateway();
            !is_large
                || (rack.groups.is_empty() && rack.devices.iter().all(is_gateway))
                || rack.devices.iter().any(|id| focus.contains(&Anchor::Device(*id)))
                || servers.into_iter().any(|id| focus.contains(&Anchor::Server(*id)))
        };
        let (racks, collapsed): (Vec<Rack>, Vec<Rack>) = racks.into_iter().partition(is_drawn);
        let lower: Vec<DeviceId> = racks.iter().flat_map(|rack| &rack.devices).copied().collect();
        let tiers = upper.iter().chain([&lower]).enumerate();
        let order = tiers.flat_map(|(tier, devices)| {
            devices.iter().enumerate().map(move |(place, device)| (*device, (tier, place)))
        });
        let order = order.collect();
        Self { upper, racks, collapsed, servers_of, workloads_of, order }
    }

    /// A device's tier, the uppermost first, and its place there; none if it is not drawn by itself.
    pub(super) fn order(&self, device: DeviceId) -> Option<(usize, usize)> {
        self.order.get(&device).copied()
    }

    pub(super) fn servers(&self, group: PortGroupId) -> &[ServerId] {
        self.servers_of.get(&group).map_or(&[], Vec::as_slice)
    }

    pub(super) fn workloads(&self, server: ServerId) -> &[WorkloadId] {
        self.workloads_of.get(&server).map_or(&[], Vec::as_slice)
    }
}

/// The racks with servers or port groups, whatever is down.
fn racks(fabric: &Fabric) -> Vec<Rack> {
    let built = (!fabric.down().is_empty()).then(|| fabric.with_outage(Outage::default()));
    let servers: Vec<ServerId> = fabric.servers.ids().collect();
    let devices = built.as_ref().unwrap_or(fabric).racks(&servers);
    let mut racks: Vec<Rack> =
        devices.into_iter().map(|devices| Rack { devices, groups: Vec::new() }).collect();
    let places = racks.iter().enumerate();
    let places = places.flat_map(|(at, rack)| rack.devices.iter().map(move |device| (*device, at)));
    let mut place_of: HashMap<DeviceId, usize> = places.collect();
    for (id, group) in fabric.port_groups.iter() {
        let Some(first) = group.ports.first() else { continue };
        // A port group without servers may be all that is on its devices.
        let at = *place_of.entry(first.device).or_insert(racks.len());
        match racks.get_mut(at) {
            Some(rack) => rack.groups.push(id),
            None => racks.push(Rack { devices: vec![first.device], groups: vec![id] }),
        }
    }
    racks
}

/// Those that are drawn, and how many others there are.
pub(super) fn drawn<T: Copy>(all: &[T], is_in_focus: impl Fn(T) -> bool) -> (Vec<T>, Vec<T>) {
    if all.len() <= MOST {
        (all.to_vec(), Vec::new())
    } else {
        all.iter().partition(|one| is_in_focus(**one))
    }
}
