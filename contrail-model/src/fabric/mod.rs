//! The fabric with every name resolved, and the questions that rules and traces ask of it.

mod aggregate;
mod city_hash;
mod facts;
mod family;
mod id;
mod index;
mod mac;
mod objects;
mod prefix;

use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;

use contrail_wire::net::{ethernet::EthernetHeader, ipv4::Ipv4Header, udp::UdpHeader};
use contrail_wire::tunnel::{gre::GreHeader, mpls::MplsEntry, vxlan::VxlanHeader};
use contrail_wire::{MacAddr, Vni};
use foldhash::{HashMap, HashMapExt};
use ipnet::IpNet;

pub(crate) use self::aggregate::DeviceManagerPython;
pub use self::aggregate::{Aggregate, Segment};
pub(crate) use self::facts::Facts;
pub(crate) use self::family::Family;
pub(crate) use self::id::{Arena, Id};
pub(crate) use self::index::Index;
use self::mac::port_mac;
pub(crate) use self::mac::{VIRTUAL_GATEWAY, VROUTER_GATEWAY, derived_mac, router_mac};
pub use self::objects::Name;
pub(crate) use self::objects::{
    Address, Device, DeviceId, Endpoint, Link, LogicalRouter, Network, NetworkId, OverlayRoles, PhysicalRole,
    Port, PortGroup, PortGroupId, PortTranslationPool, Protocol, RequiredFlow, RouterId, RouterType,
    SecondaryAddress, Server, ServerId, ServerKind, StaticRoute, Style, Subnet, VirtualService,
    VirtualServiceId, VlanBinding, VniMode, Workload, WorkloadId,
};
pub(crate) use self::prefix::PrefixTable;
use crate::outage::Outage;
use crate::release::Release;
use crate::topology::Topology;

/// A fabric, resolved: made from a [`Document`](crate::document::Document) and never changed. Clones share it.
#[derive(Clone, Debug)]
pub struct Fabric(Arc<Parts>);

/// What a fabric is made of. Fabrics that are made from it share what they do not change.
#[derive(Clone, Debug)]
pub struct Parts {
    pub(crate) name: Name,
    pub(crate) autonomous_system: u32,
    pub(crate) release: Release,
    pub(crate) encapsulation_priority: Arc<[TunnelKind]>,
    pub(crate) pools: Arc<Vec<PortTranslationPool>>,
    pub(crate) vni_mode: VniMode,
    pub(crate) style: Style,
    pub(crate) device_manager_python: DeviceManagerPython,
    /// Whether Contrail checks which VLANs and networks go together.
    pub(crate) checks_vlans: bool,
    /// Where DC gateways make tunnels to any address; empty if the document does not say.
    pub(crate) tunnel_destinations: Arc<[IpNet]>,
    pub(crate) devices: Arena<Device>,
    pub(crate) links: Arc<[Link]>,
    pub(crate) networks: Arena<Network>,
    pub(crate) port_groups: Arena<PortGroup>,
    pub(crate) servers: Arena<Server>,
    pub(crate) workloads: Arena<Workload>,
    pub(crate) virtual_services: Arena<VirtualService>,
    pub(crate) routers: Arena<LogicalRouter>,
    pub(crate) required_flows: Arc<[RequiredFlow]>,
    /// What a flow's ends can be called; several ends where a service runs on several servers.
    pub(crate) endpoints: Arc<HashMap<Name, Vec<Endpoint>>>,
    pub(crate) ignored_rules: Arc<[String]>,
    pub(crate) topology: Arc<Topology>,
    /// What is down. The objects are as they are written down all the same.
    pub(crate) outage: Outage,
    pub(crate) index: Index,
}

/// How a vRouter can tunnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TunnelKind {
    /// MPLS in UDP.
    MplsOverUdp,
    /// MPLS in GRE.
    MplsOverGre,
    /// VXLAN.
    Vxlan,
}

impl TunnelKind {
    pub(crate) const ALL: [Self; 3] = [Self::MplsOverUdp, Self::MplsOverGre, Self::Vxlan];

    /// As Contrail spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MplsOverUdp => "MPLSoUDP",
            Self::MplsOverGre => "MPLSoGRE",
            Self::Vxlan => "VXLAN",
        }
    }

    /// By how many bytes the outer IP packet is larger than the inner one, over IPv4: VXLAN carries the inner Ethernet
    /// header too.
    pub(crate) fn overhead(self) -> u16 {
        let behind_ip = match self {
            Self::MplsOverUdp => size_of::<(UdpHeader, MplsEntry)>(),
            Self::MplsOverGre => size_of::<(GreHeader, MplsEntry)>(),
            Self::Vxlan => size_of::<(UdpHeader, VxlanHeader, EthernetHeader)>(),
        };
        u16::try_from(size_of::<Ipv4Header>() + behind_ip).unwrap_or(u16::MAX)
    }
}

/// Who has an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    Server(ServerId),
    Workload(WorkloadId),
    /// Several workloads together.
    VirtualService(VirtualServiceId),
}

/// A device that announces a prefix into the underlay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) device: DeviceId,
    pub(crate) kind: OriginKind,
}

/// Why a device announces a prefix into the underlay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OriginKind {
    Loopback,
    /// It has an IRB of the network.
    Irb(NetworkId),
    /// Its IRB of the network has a secondary address.
    Secondary(NetworkId),
}

#[doc(hidden)]
impl Deref for Fabric {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Fabric {
    /// As Contrail ships.
    pub(crate) const AUTONOMOUS_SYSTEM: u32 = 64_512;

    pub(crate) fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// To make a fabric that differs from those that it was cloned from.
    pub(crate) fn parts_mut(&mut self) -> &mut Parts {
        Arc::make_mut(&mut self.0)
    }

    /// With topology and indexes made anew, after devices or cables were added, or went down or up.
    pub(crate) fn rewired(mut self) -> Self {
        let is_up = |(_, link): &(usize, &Link)| link.ends.iter().all(|end| self.is_port_up(end));
        let links = self.links.iter().enumerate().filter(is_up);
        let topology = Topology::new(self.devices.len(), links);
        self.parts_mut().topology = Arc::new(topology);
        self.reindexed()
    }

    /// The MAC address of a port between devices.
    pub(crate) fn port_mac(&self, port: &Port) -> MacAddr {
        port_mac(&self.devices[port.device].name, &port.interface)
    }

    /// With the indexes made anew after any object was changed.
    pub(crate) fn reindexed(mut self) -> Self {
        self.parts_mut().index = Index::new(&self);
        self
    }

    /// What the fabric is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whose account of forwarding it follows.
    pub fn release(&self) -> Release {
        self.release
    }

    /// The first device of a name.
    pub(crate) fn device_named(&self, name: &str) -> Option<DeviceId> {
        self.index.placement.device_names.get(name).copied()
    }

    /// The first network of a name.
    pub(crate) fn network_named(&self, name: &str) -> Option<NetworkId> {
        self.index.placement.network_names.get(name).copied()
    }

    /// The first server of a name.
    pub(crate) fn server_named(&self, name: &str) -> Option<ServerId> {
        self.index.placement.server_names.get(name).copied()
    }

    /// The device or server at which tunnels to an address end.
    pub(crate) fn tunnel_end(&self, address: IpAddr) -> Option<&Name> {
        self.index.placement.tunnel_ends.get(&address)
    }

    /// The first logical router of a name.
    pub(crate) fn router_named(&self, name: &str) -> Option<RouterId> {
        self.routers.iter().find(|(_, router)| *router.name == *name).map(|(id, _)| id)
    }

    pub(crate) fn owner(&self, network: NetworkId, address: IpAddr) -> Option<Owner> {
        self.index.placement.addresses.get(&(network, address)).copied()
    }

    pub(crate) fn mac_owner(&self, network: NetworkId, mac: MacAddr) -> Option<Owner> {
        self.index.placement.macs.get(&(network, mac)).copied()
    }

    /// The workload that the underlay can reach at this address, under IP fabric forwarding.
    pub(crate) fn ip_fabric_workload(&self, address: IpAddr) -> Option<WorkloadId> {
        self.index.ip_fabric_workloads.get(&address).copied()
    }

    pub(crate) fn workloads_of(&self, network: NetworkId) -> &[WorkloadId] {
        self.index.placement.workloads_of.get(&network).map_or(&[], Vec::as_slice)
    }

    /// The server that an end of a flow is on; none for a virtual service, which is in several places.
    pub(crate) fn host_of(&self, end: Endpoint) -> Option<ServerId> {
        match end {
            Endpoint::Workload(id, _) => Some(self.workloads[id].host),
            Endpoint::Server(id, _) | Endpoint::Vhost0(id) => Some(id),
            Endpoint::VirtualService(_) => None,
        }
    }

    /// The network that an end of a flow is in.
    pub(crate) fn network_of(&self, end: Endpoint) -> Option<NetworkId> {
        match end {
            Endpoint::Workload(id, _) => Some(self.workloads[id].interface.network),
            Endpoint::Server(id, index) => self.servers[id].addresses.get(index).map(|at| at.network),
            Endpoint::Vhost0(id) => self.servers[id].vhost0.as_ref().map(|vhost0| vhost0.network),
            Endpoint::VirtualService(id) => Some(self.virtual_services[id].network),
        }
    }

    /// The service node that answers DHCP: of several, the one whose address is lowest as text (tf-controller's agent
    /// sorts the texts).
    pub(crate) fn active_service_node(&self) -> Option<ServerId> {
        let nodes = self.servers.iter().filter(|(_, server)| server.kind == ServerKind::ServiceNode);
        let nodes = nodes.filter_map(|(id, server)| Some((server.vhost0.as_ref()?.address.to_string(), id)));
        nodes.min().map(|(_, id)| id)
    }

    /// The ends of a DHCP conversation between two servers, if they can have one.
    pub(crate) fn dhcp_ends(&self, from: Endpoint, to: Endpoint) -> Option<[Endpoint; 2]> {
        let node = self.host_of(to).filter(|node| self.active_service_node() == Some(*node))?;
        let client = self.host_of(from).filter(|id| self.servers[*id].kind == ServerKind::BareMetal);
        client.map(|_| [from, Endpoint::Vhost0(node)])
    }

    /// Whether a workload is an end of a flow, or one of several that are.
    pub(crate) fn is_at(&self, end: Endpoint, workload: WorkloadId) -> bool {
        match end {
            Endpoint::Workload(id, _) => id == workload,
            Endpoint::VirtualService(id) => self.virtual_services[id].members.contains(&workload),
            Endpoint::Server(..) | Endpoint::Vhost0(_) => false,
        }
    }

    /// Whether a network is one of workloads, bare-metal servers or virtual services: the underlay does not know it.
    pub(crate) fn is_overlay(&self, network: NetworkId) -> bool {
        self.index.placement.overlay.contains(&network)
    }

    /// The overlay network that an address belongs to; of several the first.
    pub(crate) fn overlay_network(&self, address: IpAddr) -> Option<NetworkId> {
        let (_, networks) = self.index.placement.overlay_subnets.longest(address)?;
        networks.first().copied()
    }

    /// The networks with a VNI: one, unless rule I6 is broken.
    pub(crate) fn networks_with_vni(&self, vni: Vni) -> &[NetworkId] {
        self.index.placement.networks_with_vni.get(&vni).map_or(&[], Vec::as_slice)
    }

    /// The logical routers with a VNI: one, unless rule I6 is broken.
    pub(crate) fn routers_with_vni(&self, vni: Vni) -> &[RouterId] {
        self.index.routers.with_vni.get(&vni).map_or(&[], Vec::as_slice)
    }

    /// The logical routers that join a network to others on devices.
    pub(crate) fn routers_of(&self, network: NetworkId) -> &[RouterId] {
        self.index.routers.of.get(&network).map_or(&[], Vec::as_slice)
    }

    /// Whether a port group on the device carries the network.
    pub(crate) fn is_attached(&self, device: DeviceId, network: NetworkId) -> bool {
        self.index.placement.attached.contains(&(device, network))
    }

    /// The devices that a network reaches by port groups.
    pub(crate) fn attached_devices(&self, network: NetworkId) -> &[DeviceId] {
        self.index.placement.attached_devices.get(&network).map_or(&[], Vec::as_slice)
    }

    /// Whether a device takes part in a network over VXLAN: it has a port in it, or the IRB of a logical router.
    pub(crate) fn takes_part(&self, device: DeviceId, network: NetworkId) -> bool {
        self.is_attached(device, network) || self.router_with_irb(device, network).is_some()
    }

    /// Whether other devices learn the gateways of logical routers from a device.
    pub(crate) fn advertises_gateways(&self, device: DeviceId) -> bool {
        self.release.leaves_advertise_gateway() || self.devices[device].is_central_gateway()
    }

    /// The devices that a server is cabled to, each once; without those that are down or whose cable is.
    pub(crate) fn leaves_of(&self, server: ServerId) -> impl Iterator<Item = DeviceId> + Clone {
        self.devices_with_ports_up(&self.port_groups[self.servers[server].port_group])
    }

    /// The devices on which ports of a port group are up, each once.
    pub(crate) fn devices_with_ports_up(&self, group: &PortGroup) -> impl Iterator<Item = DeviceId> + Clone {
        let up = group.ports.iter().enumerate().filter(|(_, port)| self.is_port_up(port));
        let is_first = |(index, port): &(usize, &Port)| {
            let mut before = group.ports.iter().take(*index);
            !before.any(|other| other.device == port.device && self.is_port_up(other))
        };
        up.filter(is_first).map(|(_, port)| port.device)
    }

    /// The leaves that servers are attached to, as racks: servers that share a leaf are in the same rack.
    pub(crate) fn racks(&self, servers: &[ServerId]) -> Vec<Vec<DeviceId>> {
        let mut racks: Vec<Vec<DeviceId>> = Vec::new();
        let mut rack_of: HashMap<DeviceId, usize> = HashMap::new();
        for server in servers {
            let ports = &self.port_groups[self.servers[*server].port_group].ports;
            let mut known = ports.iter().map(|port| rack_of.get(&port.device));
            let first = known.next().flatten();
            if first.is_some() && known.all(|rack| rack == first) {
                continue;
            }
            let leaves: Vec<DeviceId> = self.leaves_of(*server).collect();
            let mut known: Vec<usize> = leaves.iter().filter_map(|leaf| rack_of.get(leaf).copied()).collect();
            known.sort_unstable();
            known.dedup();
            let at = known.first().copied().unwrap_or(racks.len());
            // Racks that this server is attached to together become one; those that are left empty go in the end.
            let mut joined: Vec<DeviceId> = leaves;
            for other in known.iter().skip(1).chain(known.first()) {
                joined.extend(racks.get_mut(*other).map(std::mem::take).unwrap_or_default());
            }
            joined.sort_unstable();
            joined.dedup();
            rack_of.extend(joined.iter().map(|leaf| (*leaf, at)));
            match racks.get_mut(at) {
                Some(rack) => *rack = joined,
                None => racks.push(joined),
            }
        }
        racks.retain(|rack| !rack.is_empty());
        racks
    }

    /// Whether the logical router's VRF on a device has an IRB of one of its networks.
    pub(crate) fn has_irb(&self, router: RouterId, device: DeviceId, network: NetworkId) -> bool {
        let LogicalRouter { kind, networks, extended_to, .. } = &self.routers[router];
        let at = &self.devices[device];
        *kind == RouterType::VxlanRouting
            && networks.contains(&network)
            && extended_to.contains(&device)
            && self.is_up(device)
            && at.routes_tenants()
            && (!at.is_erb_only()
                || !self.release.erb_irb_needs_port_group()
                || self.is_attached(device, network))
    }

    /// The devices on which the logical router's VRF has an IRB of one of its networks.
    pub(crate) fn devices_with_irb(
        &self,
        router: RouterId,
        network: NetworkId,
    ) -> impl Iterator<Item = DeviceId> + Clone {
        let extended_to = self.routers[router].extended_to.iter().copied();
        extended_to.filter(move |device| self.has_irb(router, *device, network))
    }

    /// The logical router whose IRB of a network a device has.
    pub(crate) fn router_with_irb(&self, device: DeviceId, network: NetworkId) -> Option<RouterId> {
        self.routers_of(network).iter().copied().find(|router| self.has_irb(*router, device, network))
    }

    /// Whether the devices that have the IRB announce a server's address alone by type 5: Junos exports host routes of
    /// IPv4, also those that it has made of another device's type-2 route (EVPN User Guide, "Pure Type 5 Host-Route
    /// Auto-Generated Community").
    pub(crate) fn has_host_route(&self, server: ServerId, network: NetworkId, address: IpAddr) -> bool {
        address.is_ipv4() && self.leaves_of(server).any(|leaf| self.access(leaf, server, network).is_some())
    }

    /// Whether vRouters and the device speak MPLS to each other, by L3VPN routes.
    pub(crate) fn is_reached_by_mpls(&self, device: DeviceId) -> bool {
        self.devices[device].terminates_mpls() && self.release.reaches_dc_gateway_by_mpls()
    }

    /// Whether the device has an IRB of the network in the underlay's routing table.
    pub(crate) fn has_underlay_irb(&self, device: DeviceId, network: NetworkId) -> bool {
        self.networks[network].underlay_irb.contains(&device) && self.is_up(device)
    }

    /// The port and VLAN by which a device reaches a server in a network.
    pub(crate) fn access(
        &self,
        device: DeviceId,
        server: ServerId,
        network: NetworkId,
    ) -> Option<(&Port, &VlanBinding)> {
        let group = &self.port_groups[self.servers[server].port_group];
        let binding = group.binding(network)?;
        let port = group.ports.iter().find(|port| port.device == device && self.is_port_up(port))?;
        Some((port, binding))
    }

    /// Names of devices, for a sentence: `leaf1, leaf2`.
    pub(crate) fn names_of(&self, devices: &[DeviceId]) -> String {
        let names: Vec<&str> = devices.iter().map(|device| &*self.devices[*device].name).collect();
        names.join(", ")
    }
}
