//! The ways in which overlay and underlay can meet, and where each could be tried.

use std::fmt;

use contrail_wire::Vni;

use super::Change;
use crate::fabric::{DeviceId, Fabric, Name, NetworkId, Protocol, RouterId};

/// How overlay and underlay meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Approach {
    /// As it is, nothing has to change.
    AsItIs,
    /// A logical router on leaves (or on other devices that are no gateways).
    RouterOnLeaves,
    /// A logical router on a DC gateway.
    RouterOnDcGateway,
    /// IP fabric forwarding, with secondary addresses on the IRBs of the hypervisors' leaves.
    IpFabricForwarding,
    /// Distributed SNAT.
    DistributedSnat,
}

impl fmt::Display for Approach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AsItIs => "as it is",
            Self::RouterOnLeaves => "logical router on",
            Self::RouterOnDcGateway => "logical router on DC gateway",
            Self::IpFabricForwarding => "IP fabric forwarding",
            Self::DistributedSnat => "distributed SNAT",
        })
    }
}

/// Something to try.
pub(super) struct Attempt {
    pub(super) approach: Approach,
    /// Where overlay and underlay would meet.
    pub(super) devices: Vec<DeviceId>,
    /// What it starts with; what else is needed shows when the flows are traced.
    pub(super) changes: Vec<Change>,
    pub(super) crossing: Crossing,
}

/// The networks that required flows connect.
#[derive(Clone, Debug, Default)]
pub(super) struct Crossing {
    pub(super) overlay: Vec<NetworkId>,
    pub(super) services: Vec<NetworkId>,
}

impl Crossing {
    fn of(fabric: &Fabric) -> Self {
        let mut crossing = Self::default();
        for flow in fabric.required_flows.iter() {
            let ends = [flow.from.1, flow.to.1].map(|end| fabric.network_of(end));
            let [Some(from), Some(to)] = ends else { continue };
            if fabric.is_overlay(from) != fabric.is_overlay(to) && flow.protocol != Protocol::Dhcp {
                for network in [from, to] {
                    let is_overlay = fabric.is_overlay(network);
                    let list = if is_overlay { &mut crossing.overlay } else { &mut crossing.services };
                    if !list.contains(&network) {
                        list.push(network);
                    }
                }
            }
        }
        crossing
    }
}

/// Everything to try, in the order of the document.
pub(super) fn attempts(fabric: &Fabric) -> Vec<Attempt> {
    let crossing = Crossing::of(fabric);
    let attempt =
        |approach, devices, changes| Attempt { approach, devices, changes, crossing: crossing.clone() };
    if fabric.trace_required().iter().all(crate::trace::Trace::is_delivered) {
        return vec![attempt(Approach::AsItIs, Vec::new(), Vec::new())];
    }
    let mut attempts = Vec::new();
    for devices in places(fabric) {
        let is_gateway = devices.iter().all(|device| fabric.devices[*device].terminates_mpls());
        let approach = if is_gateway { Approach::RouterOnDcGateway } else { Approach::RouterOnLeaves };
        let changes = router_changes(fabric, &crossing, &devices);
        attempts.push(attempt(approach, devices, changes));
    }
    let names = |networks: &[NetworkId]| -> Vec<Name> {
        networks.iter().map(|network| fabric.networks[*network].name.clone()).collect()
    };
    let withdrawn = withdrawals(fabric, &crossing, &[]);
    let forwarding =
        names(&crossing.overlay).into_iter().map(|network| Change::EnableIpFabricForwarding { network });
    let changes = withdrawn.iter().cloned().chain(forwarding).collect();
    attempts.push(attempt(Approach::IpFabricForwarding, Vec::new(), changes));
    let snat = names(&crossing.overlay).into_iter().map(|network| Change::EnableFabricSnat { network });
    let changes = withdrawn.iter().cloned().chain(snat).collect();
    attempts.push(attempt(Approach::DistributedSnat, Vec::new(), changes));
    attempts
}

/// Sets of devices that a logical router could be extended to: each device, each group of leaves that share port
/// groups, and the DC gateways together.
fn places(fabric: &Fabric) -> Vec<Vec<DeviceId>> {
    let servers: Vec<_> = fabric.servers.ids().collect();
    let groups = fabric.racks(&servers).into_iter().filter(|group| group.len() > 1);
    let singles = fabric.devices.ids().map(|device| vec![device]);
    let gateways = fabric.devices.iter().filter(|(_, device)| device.terminates_mpls());
    let gateways: Vec<DeviceId> = gateways.map(|(id, _)| id).collect();
    let gateways = (gateways.len() > 1).then_some(gateways);
    let mut places: Vec<Vec<DeviceId>> = Vec::new();
    for place in groups.chain(gateways).chain(singles) {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places
}

/// The logical routers that join networks of both sides.
fn routers(fabric: &Fabric, crossing: &Crossing) -> Vec<RouterId> {
    let routers = fabric.routers.iter().filter(|(_, router)| {
        let joins = |networks: &[NetworkId]| networks.iter().any(|network| router.networks.contains(network));
        joins(&crossing.overlay) && joins(&crossing.services)
    });
    routers.map(|(id, _)| id).collect()
}

/// What takes the logical routers of the crossing off all devices but `kept`.
fn withdrawals(fabric: &Fabric, crossing: &Crossing, kept: &[DeviceId]) -> Vec<Change> {
    let withdraw = |router: RouterId| {
        let router = &fabric.routers[router];
        let elsewhere = router.extended_to.iter().filter(|device| !kept.contains(device));
        let devices = fabric.device_names(&elsewhere.copied().collect::<Vec<_>>());
        let name = router.name.clone();
        (!devices.is_empty()).then_some(Change::WithdrawLogicalRouter { router: name, devices })
    };
    routers(fabric, crossing).into_iter().filter_map(withdraw).collect()
}

/// What puts the logical router of the crossing on `devices` and nowhere else.
fn router_changes(fabric: &Fabric, crossing: &Crossing, devices: &[DeviceId]) -> Vec<Change> {
    let mut changes = withdrawals(fabric, crossing, devices);
    let existing = routers(fabric, crossing);
    for router in &existing {
        let at = &fabric.routers[*router];
        let new = devices.iter().filter(|device| !at.extended_to.contains(device));
        let devices = fabric.device_names(&new.copied().collect::<Vec<_>>());
        if !devices.is_empty() {
            changes.push(Change::ExtendLogicalRouter { router: at.name.clone(), devices });
        }
    }
    if existing.is_empty() {
        let networks = crossing.overlay.iter().chain(&crossing.services);
        let networks: Vec<Name> = networks.map(|id| fabric.networks[*id].name.clone()).collect();
        let Some(vni) = free_vni(fabric) else { return changes };
        let router: Name = format!("{}-router", networks.first().map_or("new", |name| name)).into();
        changes.push(Change::CreateLogicalRouter { router: router.clone(), vni, networks });
        let devices = fabric.device_names(devices);
        changes.push(Change::ExtendLogicalRouter { router, devices });
    }
    changes
}

/// The VNI behind the largest that is in use, or else the smallest that is free.
fn free_vni(fabric: &Fabric) -> Option<Vni> {
    let networks = fabric.networks.iter().map(|(_, network)| network.vni.get());
    let used: Vec<u32> = networks.chain(fabric.routers.iter().map(|(_, router)| router.vni.get())).collect();
    let behind = used.iter().max().map_or(1, |largest| largest + 1);
    Vni::new(behind).ok().or_else(|| {
        let free = (1..=0xff_ffff).find(|number| !used.contains(number))?;
        Vni::new(free).ok()
    })
}
