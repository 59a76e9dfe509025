//! What a vRouter does with a workload's packet: which route it takes, and which tunnel.

use std::net::IpAddr;

use super::mpls_shim;
use crate::fabric::{DeviceId, Name, NetworkId, Owner, RouterId, ServerId, TunnelKind, WorkloadId};
use crate::trace::packet::Shim;
use crate::trace::source::Source;
use crate::trace::step::{Route, RouteKind, Step, Table};
use crate::trace::verdict::Drop;
use crate::trace::walk::{Node, Outcomes, Walker, Work, host_route};
use contrail_wire::Label;
use ipnet::IpNet;

impl Walker<'_> {
    /// A workload's frame at its vRouter.
    pub(in crate::trace) fn vrouter_from_tap(
        &self,
        server: ServerId,
        workload: WorkloadId,
        work: Work,
    ) -> Outcomes {
        let fabric = self.fabric;
        let here = Node::Server(server);
        let (from, work) = self.as_virtual_service(workload, work);
        let destination = self.destination(&work);
        let mut because = Vec::new();

        if fabric.networks[from].subnet_of(destination).is_some() {
            return match fabric.owner(from, destination) {
                Some(Owner::Workload(to)) => self.to_workload_of_network(server, from, to, work),
                Some(Owner::VirtualService(service)) => self.to_members(here, service, &work, |to, work| {
                    self.to_workload_of_network(server, from, to, work)
                }),
                _ => {
                    let network = fabric.networks[from].name.clone();
                    self.drop(here, work, Drop::NoNeighbour { network, address: destination })
                }
            };
        }
        for router in fabric.routers_of(from).iter().copied() {
            match self.by_router(server, router, from, destination, work.clone()) {
                Ok(outcomes) => return outcomes,
                Err(Some(fact)) => because.push(fact),
                Err(None) => {}
            }
        }
        let network = &fabric.networks[from];
        if network.ip_fabric_forwarding {
            return self.by_ip_fabric(server, workload, destination, work);
        }
        if network.fabric_snat {
            return self.by_snat(server, workload, destination, work);
        }
        let table = self.vrouter_table(server, from);
        self.drop(here, work, self.no_route(table, destination, because))
    }

    fn vrouter_table(&self, server: ServerId, network: NetworkId) -> Table {
        Table::Vrouter {
            server: self.fabric.servers[server].name.clone(),
            network: self.fabric.networks[network].name.clone(),
        }
    }

    /// To another workload of the same network.
    fn to_workload_of_network(
        &self,
        server: ServerId,
        network: NetworkId,
        to: WorkloadId,
        mut work: Work,
    ) -> Outcomes {
        let fabric = self.fabric;
        let target = &fabric.workloads[to];
        let destination = self.destination(&work);
        let host = &fabric.servers[target.host];
        if target.host == server {
            return self.to_tap(server, to, work, false);
        }
        let Some(vhost0) = &host.vhost0 else {
            return self.drop(Node::Server(server), work, Drop::NoTunnelEnd { of: host.name.clone() });
        };
        let (kind, shim, id, because) = if fabric.prefers_vxlan() {
            let vni = fabric.networks[network].vni;
            let what = format!("network {}", fabric.networks[network].name).into();
            let shim = Shim::Vxlan((vni, Source::VniOf { what, route: "EVPN type-2" }));
            (RouteKind::EvpnMacIp, shim, format!("VNI {vni}"), "VXLAN is first in encapsulation_priority")
        } else {
            let label = fabric.workload_label(to);
            let shim = self.workload_label_shim(to, label);
            work.packet.strip_link();
            (RouteKind::L3vpn, shim, format!("label {label}"), "first of encapsulation_priority but VXLAN")
        };
        let tunnel = if kind == RouteKind::L3vpn { fabric.mpls_tunnel() } else { TunnelKind::Vxlan };
        let chosen = Route {
            to: host_route(destination),
            kind,
            next_hop: format!("vhost0 {} of {}", vhost0.address, host.name),
        };
        let table = self.vrouter_table(server, network);
        let end: Name = format!("vhost0 of {}", host.name).into();
        let work = work.step(Step::Lookup { table, destination, chosen, passed_over: Vec::new() });
        self.tunnel_from_vrouter(server, work, tunnel, shim, id, (vhost0.address, end), because)
    }

    fn workload_label_shim(&self, workload: WorkloadId, label: Label) -> Shim {
        let fabric = self.fabric;
        let at = &fabric.workloads[workload];
        let advertised_by = fabric.servers[at.host].name.clone();
        let source = Source::LabelFrom { advertised_by, what: at.name.clone() };
        mpls_shim(fabric.mpls_tunnel(), (label, source))
    }

    /// By a logical router to another of its networks; the error says why it cannot help, if it should.
    fn by_router(
        &self,
        server: ServerId,
        router: RouterId,
        from: NetworkId,
        destination: IpAddr,
        work: Work,
    ) -> Result<Outcomes, Option<String>> {
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
        match fabric.owner(network, destination) {
            Some(Owner::Workload(to)) => return Ok(self.to_workload_by_type_5(server, router, to, work)),
            Some(Owner::VirtualService(service)) => {
                return Ok(self.to_members(Node::Server(server), service, &work, |to, work| {
                    self.to_workload_by_type_5(server, router, to, work)
                }));
            }
            Some(Owner::Server(_)) | None => {}
        }
        let has_irb = |device: &DeviceId| fabric.has_irb(router, *device, network);
        let with_irb: Vec<DeviceId> = at.extended_to.iter().copied().filter(has_irb).collect();
        if with_irb.is_empty() {
            return Err(Some(format!(
                "logical router {} has no IRB of {to} on {}",
                at.name,
                fabric.names_of(&at.extended_to)
            )));
        }
        let leaves = fabric.leaves_of(server);
        let distance = |device: DeviceId| {
            leaves.iter().map(|leaf| fabric.topology.distance(*leaf, device)).min().unwrap_or(u32::MAX)
        };
        let nearest = with_irb.iter().map(|device| distance(*device)).min();
        let chosen = with_irb.iter().copied().filter(|device| Some(distance(*device)) == nearest);
        let passed_over: Vec<String> = with_irb
            .iter()
            .filter(|device| Some(distance(**device)) != nearest)
            .map(|device| format!("{}, which is farther", fabric.devices[*device].name))
            .collect();
        Ok(chosen
            .flat_map(|device| {
                let passed_over = passed_over.clone();
                self.to_gateway(server, (router, from), device, subnet.prefix, work.clone(), passed_over)
            })
            .collect())
    }

    /// To a device that a logical router of the workload's network is extended to.
    fn to_gateway(
        &self,
        server: ServerId,
        (router, from): (RouterId, NetworkId),
        device: DeviceId,
        prefix: IpNet,
        mut work: Work,
        passed_over: Vec<String>,
    ) -> Outcomes {
        let fabric = self.fabric;
        let gateway = &fabric.devices[device];
        let at = &fabric.routers[router];
        let Some(loopback) = gateway.loopback else {
            return self.drop(Node::Server(server), work, Drop::NoTunnelEnd { of: gateway.name.clone() });
        };
        let destination = self.destination(&work);
        let own = self.vhost0_mac(server);
        let by_mpls = gateway.terminates_mpls() && fabric.release.reaches_dc_gateway_by_mpls();
        // Labelled routes are imported into the network's own table; type-5 routes stay in the logical router's.
        let network = if by_mpls { &fabric.networks[from].name } else { &at.name };
        let table = Table::Vrouter { server: fabric.servers[server].name.clone(), network: network.clone() };
        let (kind, tunnel, shim, id, because) = if by_mpls {
            let label = fabric.vrf_label(router);
            let what = format!("logical router {}", at.name).into();
            let source = Source::LabelFrom { advertised_by: gateway.name.clone(), what };
            work.packet.strip_link();
            let tunnel = fabric.mpls_tunnel();
            let shim = mpls_shim(tunnel, (label, source));
            let because = "first of encapsulation_priority that an L3VPN route can have";
            (RouteKind::L3vpn, tunnel, shim, format!("label {label}"), because)
        } else {
            let what = format!("logical router {}", at.name).into();
            let router_mac = Source::RouterMac { of: gateway.name.clone() };
            work.packet.set_link(own, (fabric.router_mac(device), router_mac));
            let shim = Shim::Vxlan((at.vni, Source::VniOf { what, route: "EVPN type-5" }));
            let because = "routes of a logical router are always VXLAN";
            (RouteKind::EvpnPrefix, TunnelKind::Vxlan, shim, format!("VNI {}", at.vni), because)
        };
        let chosen = Route { to: prefix, kind, next_hop: format!("loopback {loopback} of {}", gateway.name) };
        work.packet.hop();
        let work = work.step(Step::Lookup { table, destination, chosen, passed_over });
        let end = format!("loopback of {}", gateway.name).into();
        self.tunnel_from_vrouter(server, work, tunnel, shim, id, (loopback, end), because)
    }

    /// To a workload in another network of a logical router, from vRouter to vRouter.
    fn to_workload_by_type_5(
        &self,
        server: ServerId,
        router: RouterId,
        to: WorkloadId,
        mut work: Work,
    ) -> Outcomes {
        let fabric = self.fabric;
        let target = &fabric.workloads[to];
        work.packet.hop();
        if target.host == server {
            return self.to_tap(server, to, work, true);
        }
        let host = &fabric.servers[target.host];
        let Some(vhost0) = &host.vhost0 else {
            return self.drop(Node::Server(server), work, Drop::NoTunnelEnd { of: host.name.clone() });
        };
        let at = &fabric.routers[router];
        let source = Source::RouterMac { of: host.name.clone() };
        work.packet.set_link(self.vhost0_mac(server), (vhost0.mac, source));
        let what = format!("logical router {}", at.name).into();
        let shim = Shim::Vxlan((at.vni, Source::VniOf { what, route: "EVPN type-5" }));
        let destination = self.destination(&work);
        let chosen = Route {
            to: host_route(destination),
            kind: RouteKind::EvpnPrefix,
            next_hop: format!("vhost0 {} of {}", vhost0.address, host.name),
        };
        let table = Table::Vrouter { server: fabric.servers[server].name.clone(), network: at.name.clone() };
        let work = work.step(Step::Lookup { table, destination, chosen, passed_over: Vec::new() });
        let end = format!("vhost0 of {}", host.name).into();
        let (id, because) = (format!("VNI {}", at.vni), "routes of a logical router are always VXLAN");
        self.tunnel_from_vrouter(server, work, TunnelKind::Vxlan, shim, id, (vhost0.address, end), because)
    }
}
