//! What devices announce: networks, servers behind them, gateways, and the VRFs of logical routers.

use std::net::{IpAddr, Ipv4Addr};

use contrail_wire::bgp::evpn::{InclusiveMulticastRoute, IpPrefixRoute, MacIpRoute};
use contrail_wire::bgp::{ExtendedCommunity, ExtendedCommunityKind, PmsiFlags, TunnelType};
use contrail_wire::{EthernetSegmentId, EthernetTag, IpNet, MacAddr, RouteTarget};

use super::Announcer;
use super::entry::{Destination, Origin, Replication, RouteEntry};
use super::target::{DEFAULT_SWITCH, route_distinguisher};
use crate::fabric::{
    Address, DeviceId, Name, NetworkId, RouterId, RouterType, Server, ServerId, TunnelKind, VIRTUAL_GATEWAY,
};

/// What Contrail's template for MX puts into the reserved octets, whatever the AS number.
const RESERVED_MX: u32 = 64_512;

impl Announcer<'_> {
    pub(super) fn devices(&mut self) {
        for network in self.fabric.networks.ids() {
            self.network(network);
        }
        for (id, server) in self.fabric.servers.iter() {
            for interface in server.interfaces() {
                self.server(id, server, interface);
            }
        }
        for (id, router) in self.fabric.routers.iter() {
            if router.kind == RouterType::VxlanRouting {
                for device in &router.extended_to {
                    self.vrf(id, *device);
                }
            }
        }
    }

    /// The end of a device's tunnels.
    pub(super) fn vtep(&self, device: DeviceId) -> Option<Ipv4Addr> {
        match self.fabric.devices[device].loopback? {
            IpAddr::V4(loopback) => Some(loopback),
            IpAddr::V6(_) => None,
        }
    }

    /// Adds a route of a device.
    pub(super) fn by_device(
        &mut self,
        device: DeviceId,
        destination: Destination,
        replication: Option<Replication>,
        communities: impl IntoIterator<Item = ExtendedCommunity>,
        origin: Origin,
    ) {
        let at = &self.fabric.devices[device];
        let Some(next_hop) = at.loopback.filter(|_| self.fabric.is_up(device)) else { return };
        let mut communities: Vec<_> = communities.into_iter().collect();
        communities.sort_unstable();
        let speaker = at.name.clone();
        let not_shown = Vec::new();
        let entry =
            RouteEntry { speaker, next_hop, destination, replication, communities, origin, not_shown };
        self.entries.push((device.index(), entry));
    }

    /// Type 3 of each device that takes part in the network, and type 2 of its gateways.
    fn network(&mut self, network: NetworkId) {
        let fabric = self.fabric;
        let at = &fabric.networks[network];
        let extended =
            fabric.routers_of(network).iter().flat_map(|router| &fabric.routers[*router].extended_to);
        let mut devices: Vec<DeviceId> =
            fabric.attached_devices(network).iter().chain(extended).copied().collect();
        devices.sort_unstable();
        devices.dedup();
        for device in devices.into_iter().filter(|device| fabric.takes_part(*device, network)) {
            let Some(vtep) = self.vtep(device) else { continue };
            let route = InclusiveMulticastRoute {
                rd: route_distinguisher(vtep, DEFAULT_SWITCH),
                ethernet_tag: EthernetTag::new(at.vni.get()),
                originator: vtep.into(),
            };
            let replication = Replication::ingress(PmsiFlags::empty(), at.vni.into(), vtep);
            let communities = vxlan(fabric.network_target(network));
            let destination = Destination::Evpn(route.into());
            self.by_device(
                device,
                destination,
                Some(replication),
                communities,
                Origin::Network(at.name.clone()),
            );

            let has_gateway = fabric.router_with_irb(device, network).is_some();
            for gateway in at.subnets.iter().filter_map(|subnet| subnet.gateway) {
                if has_gateway && fabric.advertises_gateways(device) {
                    let mark = ExtendedCommunityKind::DefaultGateway.into();
                    let mark = fabric.release().marks_gateway().then_some(mark);
                    let host = (VIRTUAL_GATEWAY, Some(gateway));
                    let origin = Origin::Gateway(at.name.clone());
                    self.mac_ip(device, network, EthernetSegmentId::ZERO, host, mark, origin);
                }
            }
        }
    }

    /// Type 2 of a device.
    fn mac_ip(
        &mut self,
        device: DeviceId,
        network: NetworkId,
        esi: EthernetSegmentId,
        (mac, ip): (MacAddr, Option<IpAddr>),
        mark: Option<ExtendedCommunity>,
        origin: Origin,
    ) {
        let Some(vtep) = self.vtep(device) else { return };
        let vni = self.fabric.networks[network].vni;
        let route = MacIpRoute {
            rd: route_distinguisher(vtep, DEFAULT_SWITCH),
            esi,
            ethernet_tag: EthernetTag::new(vni.get()),
            mac,
            ip,
            label1: vni.into(),
            label2: None,
        };
        let communities = vxlan(self.fabric.network_target(network)).into_iter().chain(mark);
        self.by_device(device, Destination::Evpn(route.into()), None, communities, origin);
    }

    /// Type 2 of each device that the server's interface is behind, and type 5 of those with the network's IRB.
    fn server(&mut self, id: ServerId, server: &Server, interface: &Address) {
        let fabric = self.fabric;
        let network = interface.network;
        let segment = fabric.segment(&fabric.port_groups[server.port_group]);
        let esi = segment.map_or(EthernetSegmentId::ZERO, |segment| segment.esi);
        let origin =
            Origin::Server { name: server.name.clone(), network: fabric.networks[network].name.clone() };
        for device in fabric.leaves_of(id) {
            if fabric.access(device, id, network).is_none() {
                continue;
            }
            for ip in [None, Some(interface.address)] {
                self.mac_ip(device, network, esi, (interface.mac, ip), None, origin.clone());
            }
        }
        let has_host_route = fabric.has_host_route(id, network, interface.address);
        for router in fabric.routers_of(network) {
            for device in fabric.devices_with_irb(*router, network).filter(|_| has_host_route) {
                self.prefix(*router, device, interface.address.into(), origin.clone());
            }
        }
    }

    /// The subnets of a logical router's VRF on a device.
    fn vrf(&mut self, router: RouterId, device: DeviceId) {
        let fabric = self.fabric;
        let at = &fabric.routers[router];
        let by_mpls = fabric.is_reached_by_mpls(device);
        for network in at.networks.iter().copied().filter(|network| fabric.has_irb(router, device, *network))
        {
            let name: &Name = &fabric.networks[network].name;
            let origin = Origin::Router { name: at.name.clone(), network: name.clone() };
            for subnet in &fabric.networks[network].subnets {
                self.prefix(router, device, subnet.prefix, origin.clone());
                if by_mpls {
                    self.labelled(router, device, subnet.prefix, origin.clone());
                }
            }
        }
    }

    /// Type 5 of a logical router's VRF.
    fn prefix(&mut self, router: RouterId, device: DeviceId, prefix: IpNet, origin: Origin) {
        let fabric = self.fabric;
        let Some(vtep) = self.vtep(device) else { return };
        let route = IpPrefixRoute {
            rd: route_distinguisher(vtep, router.index() + 1),
            esi: EthernetSegmentId::ZERO,
            ethernet_tag: EthernetTag::ZERO,
            prefix,
            gateway: None,
            label: fabric.routers[router].vni.into(),
        };
        let router_mac = ExtendedCommunityKind::RouterMac(fabric.devices[device].router_mac).into();
        let communities = vxlan(fabric.router_target(router)).into_iter().chain([router_mac]);
        self.by_device(device, Destination::Evpn(route.into()), None, communities, origin);
    }

    /// L3VPN of a logical router's VRF on a DC gateway.
    fn labelled(&mut self, router: RouterId, device: DeviceId, prefix: IpNet, origin: Origin) {
        let fabric = self.fabric;
        let Some(vtep) = self.vtep(device) else { return };
        let rd = route_distinguisher(vtep, router.index() + 1);
        let destination = Destination::Vpn { label: fabric.vrf_label(router).into(), rd, prefix };
        let targets = fabric.routers[router].networks.iter().map(|network| fabric.network_target(*network));
        let over_udp = fabric.mpls_tunnel() == TunnelKind::MplsOverUdp;
        let reserved = if fabric.devices[device].is_qfx() { fabric.autonomous_system } else { RESERVED_MX };
        let encapsulation = over_udp.then(|| {
            let [a, b, c, d] = reserved.to_be_bytes();
            let [e, f] = TunnelType::MPLS_IN_UDP.get().to_be_bytes();
            ExtendedCommunity::new([0x03, 0x0c, a, b, c, d, e, f])
        });
        let communities = targets.map(ExtendedCommunity::from).chain(encapsulation);
        self.by_device(device, destination, None, communities, origin);
    }
}

/// The communities of what goes in VXLAN.
pub(super) fn vxlan(target: RouteTarget) -> [ExtendedCommunity; 2] {
    [target.into(), TunnelType::VXLAN.into()]
}
