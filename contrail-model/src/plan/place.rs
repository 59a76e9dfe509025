//! Where a logical router could be extended to.

use std::collections::{HashMap, HashSet};

use super::part::Part;
use crate::fabric::{DeviceId, Endpoint, Fabric, PhysicalRole, ServerId};

/// Devices that a logical router could be extended to together.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) devices: Vec<DeviceId>,
    /// Other places that differ from this one in nothing that a required flow could notice.
    pub(super) alike: Vec<Vec<DeviceId>>,
}

/// Each device, each group of leaves that share port groups, and the DC gateways together; what is alike is there
/// once. In the order of the document, groups first.
pub(super) fn places(fabric: &Fabric, part: &Part<'_>) -> Vec<Place> {
    let servers: Vec<_> = fabric.servers.ids().collect();
    let groups = fabric.racks(&servers).into_iter().filter(|group| group.len() > 1);
    let singles = fabric.devices.ids().map(|device| vec![device]);
    let gateways = fabric.devices.iter().filter(|(id, device)| device.terminates_mpls() && fabric.is_up(*id));
    let gateways: Vec<DeviceId> = gateways.map(|(id, _)| id).collect();
    let gateways = (gateways.len() > 1).then_some(gateways);
    let kinds = Kinds::of(fabric, part);
    let mut known: HashMap<Vec<u32>, usize> = HashMap::new();
    let mut seen: HashSet<Vec<DeviceId>> = HashSet::new();
    let mut places: Vec<Place> = Vec::new();
    for devices in groups.chain(gateways).chain(singles).filter(|devices| seen.insert(devices.clone())) {
        let at = *known.entry(kinds.of_place(&devices)).or_insert(places.len());
        match places.get_mut(at) {
            Some(place) => place.alike.push(devices),
            None => places.push(Place { devices, alike: Vec::new() }),
        }
    }
    places
}

/// What a part's flows can notice of a device, as a number for each kind of device.
struct Kinds {
    by_device: Vec<u32>,
}

impl Kinds {
    fn of(fabric: &Fabric, part: &Part<'_>) -> Self {
        let watched = watched(fabric, part);
        let networks: Vec<_> = part.overlay.iter().chain(&part.services).copied().collect();
        let routers = fabric.routers.iter().map(|(_, router)| router);
        let routers: Vec<_> =
            routers.filter(|router| router.networks.iter().any(|id| networks.contains(id))).collect();
        let mut numbers: HashMap<(PhysicalRole, Vec<u32>), u32> = HashMap::new();
        let by_device = fabric.devices.iter().map(|(id, device)| {
            let mut traits: Vec<u32> =
                watched.iter().map(|other| fabric.topology.distance(id, *other)).collect();
            traits.push(device.overlay_roles.bits().into());
            traits.push(device.loopback.is_some().into());
            traits.push(fabric.is_up(id).into());
            // A device with addresses of its own, or with a loopback that is not, is like no other.
            let is_own = !device.secondary_addresses.is_empty();
            traits.push(if is_own { u32::try_from(id.index()).unwrap_or(u32::MAX) } else { u32::MAX });
            for network in &networks {
                traits.push(fabric.is_attached(id, *network).into());
                traits.push(fabric.has_underlay_irb(id, *network).into());
            }
            traits.extend(routers.iter().map(|router| u32::from(router.extended_to.contains(&id))));
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            *numbers.entry((device.role, traits)).or_insert(next)
        });
        Self { by_device: by_device.collect() }
    }

    fn of_place(&self, devices: &[DeviceId]) -> Vec<u32> {
        let kind = |device: &DeviceId| self.by_device.get(device.index()).copied().unwrap_or(u32::MAX);
        let mut kinds: Vec<u32> = devices.iter().map(kind).collect();
        kinds.sort_unstable();
        kinds
    }
}

/// The devices whose distance a flow of the part can notice: those of its ends, and those that route already.
fn watched(fabric: &Fabric, part: &Part<'_>) -> Vec<DeviceId> {
    let mut servers: Vec<ServerId> = Vec::new();
    for flow in &part.flows {
        for end in [flow.from.1, flow.to.1] {
            match end {
                Endpoint::Workload(id, _) => servers.push(fabric.workloads[id].host),
                Endpoint::Server(id, _) | Endpoint::Vhost0(id) => servers.push(id),
                Endpoint::VirtualService(id) => {
                    let members = fabric.virtual_services[id].members.iter();
                    servers.extend(members.map(|member| fabric.workloads[*member].host));
                }
            }
        }
    }
    servers.sort_unstable();
    servers.dedup();
    let mut watched: Vec<DeviceId> = servers.iter().flat_map(|server| fabric.leaves_of(*server)).collect();
    for network in part.overlay.iter().chain(&part.services) {
        watched.extend(&fabric.networks[*network].underlay_irb);
        for router in fabric.routers_of(*network) {
            watched.extend(&fabric.routers[*router].extended_to);
        }
    }
    watched.sort_unstable();
    watched.dedup();
    watched
}
