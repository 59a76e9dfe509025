//! What follows from the objects, so that a question need not look at all of them.

use std::net::IpAddr;
use std::sync::Arc;

use contrail_wire::{MacAddr, Vni};
use foldhash::{HashMap, HashSet};
use ipnet::IpNet;

use super::{
    DeviceId, Fabric, Facts, LogicalRouter, Name, NetworkId, Origin, OriginKind, Owner, PrefixTable,
    RouterId, RouterType, ServerId, ServerKind, WorkloadId,
};

/// All indexes. Those that a change leaves as they are stay shared with the fabric before it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    pub(super) placement: Arc<Placement>,
    /// What the underlay's routing protocol carries, and who announces it.
    pub(crate) underlay: Arc<PrefixTable<Vec<Origin>>>,
    /// Workloads that the underlay sees as they are.
    pub(super) ip_fabric_workloads: Arc<HashMap<IpAddr, WorkloadId>>,
    pub(super) routers: Arc<Routers>,
}

/// Logical routers by what they have.
#[derive(Debug, Default)]
pub(super) struct Routers {
    pub(super) of: HashMap<NetworkId, Vec<RouterId>>,
    pub(super) with_vni: HashMap<Vni, Vec<RouterId>>,
}

/// Who is where, and what it is called: no change of a plan alters it.
#[derive(Debug, Default)]
pub(super) struct Placement {
    pub(super) addresses: HashMap<(NetworkId, IpAddr), Owner>,
    pub(super) macs: HashMap<(NetworkId, MacAddr), Owner>,
    /// Devices with a port of a port group that carries the network.
    pub(super) attached: HashSet<(DeviceId, NetworkId)>,
    pub(super) attached_devices: HashMap<NetworkId, Vec<DeviceId>>,
    pub(super) workloads_of: HashMap<NetworkId, Vec<WorkloadId>>,
    /// Networks of workloads, virtual services and bare-metal servers.
    pub(super) overlay: HashSet<NetworkId>,
    /// Their subnets.
    pub(super) overlay_subnets: PrefixTable<Vec<NetworkId>>,
    pub(super) networks_with_vni: HashMap<Vni, Vec<NetworkId>>,
    pub(super) device_names: HashMap<Name, DeviceId>,
    pub(super) network_names: HashMap<Name, NetworkId>,
    pub(super) server_names: HashMap<Name, ServerId>,
    /// Devices and servers by the address that tunnels to them end at.
    pub(super) tunnel_ends: HashMap<IpAddr, Name>,
}

impl Index {
    pub(super) fn new(fabric: &Fabric) -> Self {
        let mut index = Self { placement: Arc::new(Placement::new(fabric)), ..Self::default() };
        index.update(fabric, Facts::all());
        index
    }

    /// Makes anew what follows from changed facts.
    pub(crate) fn update(&mut self, fabric: &Fabric, changed: Facts) {
        if changed.contains(Facts::UNDERLAY) {
            self.underlay = Arc::new(underlay(fabric));
        }
        if changed.contains(Facts::BREAK_OUTS) {
            self.ip_fabric_workloads = Arc::new(ip_fabric_workloads(fabric));
        }
        if changed.contains(Facts::ROUTERS) {
            self.routers = Arc::new(Routers::new(fabric));
        }
    }
}

impl Routers {
    fn new(fabric: &Fabric) -> Self {
        let mut routers = Self::default();
        for (id, router) in fabric.routers.iter() {
            routers.with_vni.entry(router.vni).or_default().push(id);
            if router.kind == RouterType::VxlanRouting {
                let LogicalRouter { networks, .. } = router;
                networks.iter().for_each(|network| routers.of.entry(*network).or_default().push(id));
            }
        }
        routers
    }
}

fn underlay(fabric: &Fabric) -> PrefixTable<Vec<Origin>> {
    let mut underlay: PrefixTable<Vec<Origin>> = PrefixTable::default();
    let mut announce = |prefix: IpNet, device, kind| underlay.entry(prefix).push(Origin { device, kind });
    for (id, device) in fabric.devices.iter().filter(|(id, _)| fabric.is_up(*id)) {
        if let Some(loopback) = device.loopback {
            announce(loopback.into(), id, OriginKind::Loopback);
        }
        for secondary in device.secondary_addresses.iter().filter(|secondary| secondary.redistribute) {
            announce(secondary.address, id, OriginKind::Secondary(secondary.irb));
        }
    }
    for (id, network) in fabric.networks.iter() {
        for device in network.underlay_irb.iter().filter(|device| fabric.is_up(**device)) {
            for subnet in &network.subnets {
                announce(subnet.prefix, *device, OriginKind::Irb(id));
            }
        }
    }
    underlay
}

fn ip_fabric_workloads(fabric: &Fabric) -> HashMap<IpAddr, WorkloadId> {
    let mut workloads = HashMap::default();
    for (id, workload) in fabric.workloads.iter() {
        for at in workload.addresses().filter(|at| fabric.networks[at.network].ip_fabric_forwarding) {
            workloads.entry(at.address).or_insert(id);
        }
    }
    workloads
}

impl Placement {
    fn new(fabric: &Fabric) -> Self {
        let mut index = Self::default();
        for (_, group) in fabric.port_groups.iter() {
            for binding in &group.vlans {
                for port in group.ports.iter().filter(|port| fabric.is_port_up(port)) {
                    if index.attached.insert((port.device, binding.network)) {
                        index.attached_devices.entry(binding.network).or_default().push(port.device);
                    }
                }
            }
        }
        for (id, server) in fabric.servers.iter() {
            index.server_names.entry(server.name.clone()).or_insert(id);
            for address in server.interfaces() {
                index.addresses.entry((address.network, address.address)).or_insert(Owner::Server(id));
                index.macs.entry((address.network, address.mac)).or_insert(Owner::Server(id));
            }
            if server.kind == ServerKind::BareMetal {
                index.overlay.extend(server.addresses.iter().map(|address| address.network));
            }
        }
        for (id, workload) in fabric.workloads.iter() {
            let at = &workload.interface;
            for at in workload.addresses() {
                index.addresses.entry((at.network, at.address)).or_insert(Owner::Workload(id));
            }
            index.macs.entry((at.network, at.mac)).or_insert(Owner::Workload(id));
            index.workloads_of.entry(at.network).or_default().push(id);
            index.overlay.insert(at.network);
        }
        for (id, service) in fabric.virtual_services.iter() {
            let owner = Owner::VirtualService(id);
            index.overlay.insert(service.network);
            index.addresses.entry((service.network, service.address)).or_insert(owner);
        }
        for (id, device) in fabric.devices.iter() {
            index.device_names.entry(device.name.clone()).or_insert(id);
            if let Some(loopback) = device.loopback {
                index.tunnel_ends.entry(loopback).or_insert_with(|| device.name.clone());
            }
        }
        for (_, server) in fabric.servers.iter() {
            if let Some(vhost0) = &server.vhost0 {
                index.tunnel_ends.entry(vhost0.address).or_insert_with(|| server.name.clone());
            }
        }
        for (id, network) in fabric.networks.iter() {
            index.network_names.entry(network.name.clone()).or_insert(id);
            index.networks_with_vni.entry(network.vni).or_default().push(id);
            if index.overlay.contains(&id) {
                for subnet in &network.subnets {
                    index.overlay_subnets.entry(subnet.prefix).push(id);
                }
            }
        }
        index
    }
}
