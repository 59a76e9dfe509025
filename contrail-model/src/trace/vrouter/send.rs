//! What a vRouter does with a workload's packet: which route it takes, and which tunnel.

use std::net::IpAddr;

use super::mpls_shim;
use crate::fabric::{DeviceId, NetworkId, Owner, RouterId, ServerId, TunnelKind, WorkloadId};
use crate::trace::note::{Domain, LabelFor, NextHop, PassedOver, Route, Source, Step, Table, TunnelEnd};
use crate::trace::packet::Shim;
use crate::trace::step::RouteKind;
use crate::trace::verdict::Drop;
use crate::trace::walk::{Walker, Work, host_route};
use ipnet::IpNet;

/// Why a logical router cannot help, if it should.
type Useless = Option<String>;

impl Walker<'_> {
    /// A workload's frame at its vRouter.
    pub(in crate::trace) fn vrouter_from_tap(
        &mut self,
        server: ServerId,
        workload: WorkloadId,
        mut work: Work,
    ) {
        let fabric = self.fabric;
        let from = self.as_virtual_service(workload, &mut work);
        let destination = self.destination(&work);
        let network = &fabric.networks[from];
        if network.subnet_of(destination).is_some() {
            return match fabric.owner(from, destination) {
                Some(Owner::Workload(to)) => self.send_to_workload_of_network(server, from, to, work),
                Some(Owner::VirtualService(service)) => {
                    self.send_to_members(service, work, |walker, to, work| {
                        walker.send_to_workload_of_network(server, from, to, work);
                    });
                }
                Some(Owner::Server(to)) => self.send_to_server_of_network(server, from, to, work),
                None => {
                    let network = network.name.clone();
                    self.drop(work, Drop::NoNeighbour { network, address: destination });
                }
            };
        }
        let mut because = Vec::new();
        for router in fabric.routers_of(from).iter().copied() {
            match self.by_router(server, router, from, destination, work) {
                Ok(()) => return,
                Err(fact) => because.extend(fact),
            }
        }
        if network.ip_fabric_forwarding {
            return self.by_ip_fabric(server, workload, destination, work);
        }
        if network.fabric_snat {
            return self.by_snat(server, workload, destination, work);
        }
        let reason = self.no_route(Table::Vrouter(server, Domain::Network(from)), destination, because);
        self.drop(work, reason);
    }

    /// To another workload of the same network.
    fn send_to_workload_of_network(
        &mut self,
        server: ServerId,
        network: NetworkId,
        to: WorkloadId,
        mut work: Work,
    ) {
        let fabric = self.fabric;
        let host = fabric.workloads[to].host;
        if host == server {
            return self.send_to_tap(to, work, false);
        }
        let Some(vhost0) = &fabric.servers[host].vhost0 else {
            return self.drop(work, Drop::NoTunnelEnd { of: fabric.servers[host].name.clone() });
        };
        let domain = Domain::Network(network);
        let (kind, tunnel, shim, because) = if fabric.prefers_vxlan() {
            let shim = Shim::Vxlan((fabric.networks[network].vni, Source::VniOf(domain, "EVPN type-2")));
            (RouteKind::EvpnMacIp, TunnelKind::Vxlan, shim, "VXLAN is first in encapsulation_priority")
        } else {
            self.notes.headers.strip_link(&mut work.packet);
            let tunnel = fabric.mpls_tunnel();
            let source = Source::LabelFrom(LabelFor::Workload(to));
            let shim = mpls_shim(tunnel, (fabric.workload_label(to), source));
            (RouteKind::L3vpn, tunnel, shim, "first of encapsulation_priority but VXLAN")
        };
        let destination = self.destination(&work);
        let chosen = Route { to: host_route(destination), kind, next_hop: NextHop::Vhost0(host) };
        self.step(&mut work, Step::lookup(Table::Vrouter(server, domain), destination, chosen));
        let end = (vhost0.address, TunnelEnd::Vrouter(host));
        self.tunnel_from_vrouter(server, work, (tunnel, shim), end, because);
    }

    /// To a server of the same network: to all leaves that have it on a port, as a control node knows no distances.
    fn send_to_server_of_network(&mut self, server: ServerId, network: NetworkId, to: ServerId, work: Work) {
        let fabric = self.fabric;
        let leaves = match self.leaves_carrying(to, network) {
            Ok(leaves) => leaves,
            Err(reason) => return self.drop(work, reason),
        };
        let destination = self.destination(&work);
        let domain = Domain::Network(network);
        let table = Table::Vrouter(server, domain);
        let shim = Shim::Vxlan((fabric.networks[network].vni, Source::VniOf(domain, "EVPN type-2")));
        let because = "the only tunnel that a leaf's EVPN type-2 route offers";
        for leaf in leaves {
            let mut work = work;
            let Some(loopback) = fabric.devices[leaf].loopback else {
                self.drop(work, Drop::NoTunnelEnd { of: fabric.devices[leaf].name.clone() });
                continue;
            };
            let next_hop = NextHop::Loopback(leaf);
            let chosen = Route { to: host_route(destination), kind: RouteKind::EvpnMacIp, next_hop };
            self.step(&mut work, Step::lookup(table, destination, chosen));
            let end = (loopback, TunnelEnd::Device(leaf));
            self.tunnel_from_vrouter(server, work, (TunnelKind::Vxlan, shim), end, because);
        }
    }

    /// By a logical router to another of its networks.
    fn by_router(
        &mut self,
        server: ServerId,
        router: RouterId,
        from: NetworkId,
        destination: IpAddr,
        work: Work,
    ) -> Result<(), Useless> {
        let fabric = self.fabric;
        let at = &fabric.routers[router];
        let target = at.networks.iter().copied().filter(|network| *network != from);
        let found = target
            .filter_map(|network| Some((network, fabric.networks[network].subnet_of(destination)?)))
            .max_by_key(|(_, subnet)| subnet.prefix.prefix_len());
        let (network, subnet) = found.ok_or(None)?;
        let to = &fabric.networks[network].name;
        if at.extended_to.is_empty() {
            return Err(Some(format!(
                "logical router {} joins {} to {to}, but is extended to no device",
                at.name, fabric.networks[from].name
            )));
        }
        let prefix = match fabric.owner(network, destination) {
            Some(Owner::Workload(to)) => {
                self.send_to_workload_by_type_5(server, router, to, work);
                return Ok(());
            }
            Some(Owner::VirtualService(service)) => {
                self.send_to_members(service, work, |walker, to, work| {
                    walker.send_to_workload_by_type_5(server, router, to, work);
                });
                return Ok(());
            }
            Some(Owner::Server(to)) if fabric.has_host_route(to, network, destination) => {
                host_route(destination)
            }
            Some(Owner::Server(_)) | None => subnet.prefix,
        };
        let with_irb: Vec<DeviceId> = fabric.devices_with_irb(router, network).collect();
        if with_irb.is_empty() {
            return Err(Some(format!(
                "logical router {} has no IRB of {to} on {}",
                at.name,
                fabric.names_of(&at.extended_to)
            )));
        }
        let leaves = fabric.leaves_of(server);
        let distance = |device: &DeviceId| {
            leaves.clone().map(|leaf| fabric.topology.distance(leaf, *device)).min().unwrap_or(u32::MAX)
        };
        let least = with_irb.iter().map(distance).min();
        let (chosen, farther): (Vec<DeviceId>, Vec<DeviceId>) =
            with_irb.iter().partition(|device| Some(distance(device)) == least);
        let passed_over = match farther.as_slice() {
            [] => PassedOver::Nothing,
            _ => PassedOver::Farther(self.devices(farther)),
        };
        for device in chosen {
            // L3VPN routes are of subnets.
            let prefix = if fabric.is_reached_by_mpls(device) { subnet.prefix } else { prefix };
            self.send_to_gateway(server, (router, from), device, prefix, work, passed_over);
        }
        Ok(())
    }

    /// To a device that a logical router of the workload's network is extended to.
    fn send_to_gateway(
        &mut self,
        server: ServerId,
        (router, from): (RouterId, NetworkId),
        device: DeviceId,
        prefix: IpNet,
        mut work: Work,
        passed_over: PassedOver,
    ) {
        let fabric = self.fabric;
        let gateway = &fabric.devices[device];
        let Some(loopback) = gateway.loopback else {
            return self.drop(work, Drop::NoTunnelEnd { of: gateway.name.clone() });
        };
        let destination = self.destination(&work);
        let end = TunnelEnd::Device(device);
        self.hop(&mut work);
        // Labelled routes are imported into the network's own table; type-5 routes stay in the logical router's.
        let (domain, kind, tunnel, shim, because) = if fabric.is_reached_by_mpls(device) {
            let tunnel = fabric.mpls_tunnel();
            let source = Source::LabelFrom(LabelFor::Vrf(device, router));
            let shim = mpls_shim(tunnel, (fabric.vrf_label(router), source));
            let because = "first of encapsulation_priority that an L3VPN route can have";
            (Domain::Network(from), RouteKind::L3vpn, tunnel, shim, because)
        } else {
            let router_mac = (fabric.devices[device].router_mac, Source::RouterMac(end));
            self.set_link(&mut work, fabric.vhost0_mac(server), router_mac);
            let domain = Domain::Router(router);
            let shim = Shim::Vxlan((fabric.routers[router].vni, Source::VniOf(domain, "EVPN type-5")));
            let because = "routes of a logical router are always VXLAN";
            (domain, RouteKind::EvpnPrefix, TunnelKind::Vxlan, shim, because)
        };
        let chosen = Route { to: prefix, kind, next_hop: NextHop::Loopback(device) };
        let table = Table::Vrouter(server, domain);
        self.step(&mut work, Step::Lookup { table, destination, chosen, passed_over });
        self.tunnel_from_vrouter(server, work, (tunnel, shim), (loopback, end), because);
    }

    /// To a workload in another network of a logical router, from vRouter to vRouter.
    fn send_to_workload_by_type_5(
        &mut self,
        server: ServerId,
        router: RouterId,
        to: WorkloadId,
        mut work: Work,
    ) {
        let fabric = self.fabric;
        self.hop(&mut work);
        let host = fabric.workloads[to].host;
        if host == server {
            return self.send_to_tap(to, work, true);
        }
        let Some(vhost0) = &fabric.servers[host].vhost0 else {
            return self.drop(work, Drop::NoTunnelEnd { of: fabric.servers[host].name.clone() });
        };
        let (domain, end) = (Domain::Router(router), TunnelEnd::Vrouter(host));
        let router_mac = (vhost0.mac, Source::RouterMac(end));
        self.set_link(&mut work, fabric.vhost0_mac(server), router_mac);
        let shim = Shim::Vxlan((fabric.routers[router].vni, Source::VniOf(domain, "EVPN type-5")));
        let destination = self.destination(&work);
        let (kind, next_hop) = (RouteKind::EvpnPrefix, NextHop::Vhost0(host));
        let chosen = Route { to: host_route(destination), kind, next_hop };
        self.step(&mut work, Step::lookup(Table::Vrouter(server, domain), destination, chosen));
        let because = "routes of a logical router are always VXLAN";
        self.tunnel_from_vrouter(server, work, (TunnelKind::Vxlan, shim), (vhost0.address, end), because);
    }
}
