//! A packet in a logical router's VRF.

use std::net::IpAddr;

use super::connected;
use crate::fabric::{
    DeviceId, Name, NetworkId, Owner, RouterId, ServerId, VIRTUAL_GATEWAY, VROUTER_GATEWAY, WorkloadId,
};
use crate::trace::packet::Sourced;
use crate::trace::source::Source;
use crate::trace::step::{Route, RouteKind, Step, Table};
use crate::trace::verdict::Drop;
use crate::trace::walk::{Node, Outcomes, Walker, Work, host_route};
use contrail_wire::MacAddr;
use ipnet::IpNet;

impl Walker<'_> {
    /// An IP packet in a logical router's VRF.
    pub(super) fn route_in_vrf(&self, device: DeviceId, router: RouterId, work: Work) -> Outcomes {
        let fabric = self.fabric;
        let here = Node::Device(device);
        let at = &fabric.routers[router];
        let destination = self.destination(&work);
        let table = Table::Vrf { router: at.name.clone(), device: fabric.devices[device].name.clone() };
        let subnets = at
            .networks
            .iter()
            .filter_map(|network| Some((*network, fabric.networks[*network].subnet_of(destination)?.prefix)));
        let Some((network, prefix)) = subnets.max_by_key(|(_, prefix)| prefix.prefix_len()) else {
            return self.drop(here, work, self.no_route(table, destination, Vec::new()));
        };
        let name = &fabric.networks[network].name;
        let has_irb = fabric.has_irb(router, device, network);
        match fabric.owner(network, destination) {
            Some(Owner::Workload(workload)) => {
                self.vrf_to_workload(device, router, network, workload, table, work)
            }
            Some(Owner::VirtualService(service)) => self.to_members(here, service, &work, |member, work| {
                self.vrf_to_workload(device, router, network, member, table.clone(), work)
            }),
            Some(Owner::Server(server)) if has_irb => {
                let step = connected(table, destination, prefix, name);
                self.vrf_to_server(device, network, server, work.step(step))
            }
            Some(Owner::Server(_)) => self.vrf_to_other_device(device, router, network, prefix, table, work),
            None => {
                let reason = Drop::NoNeighbour { network: name.clone(), address: destination };
                self.drop(here, work, reason)
            }
        }
    }

    /// Out of an IRB of a VRF to a server, here or behind other leaves.
    fn vrf_to_server(
        &self,
        device: DeviceId,
        network: NetworkId,
        server: ServerId,
        mut work: Work,
    ) -> Outcomes {
        let fabric = self.fabric;
        let name = &fabric.networks[network].name;
        let destination = self.destination(&work);
        let to = &fabric.servers[server];
        let mac = to.interfaces().find(|interface| interface.address == destination);
        let mac = mac.map_or(MacAddr::default(), |interface| interface.mac);
        let own = Source::IrbMac { device: fabric.devices[device].name.clone(), network: name.clone() };
        let neighbour = Source::NeighbourByArp { address: destination, answered_by: to.name.clone() };
        let owner = to.name.clone();
        work.steps.push(Step::Resolve { network: name.clone(), address: destination, mac, owner });
        work.packet.set_link((VIRTUAL_GATEWAY, own), (mac, neighbour));
        if fabric.access(device, server, network).is_some() {
            return self.out_of_access(device, server, network, work);
        }
        self.bridge_to_server(device, network, mac, server, work)
    }

    /// To a device that has the IRB which is missing here, by its type-5 route.
    fn vrf_to_other_device(
        &self,
        device: DeviceId,
        router: RouterId,
        network: NetworkId,
        prefix: IpNet,
        table: Table,
        work: Work,
    ) -> Outcomes {
        let fabric = self.fabric;
        let at = &fabric.routers[router];
        let destination = self.destination(&work);
        let others = at.extended_to.iter().copied();
        let others: Vec<DeviceId> = others.filter(|other| fabric.has_irb(router, *other, network)).collect();
        let (_, nearest) = fabric.topology.nearest(device, &others);
        if nearest.is_empty() {
            let name = &fabric.networks[network].name;
            let fact = format!("no device that {} is extended to has an IRB of {name}", at.name);
            let reason = self.no_route(table, destination, vec![fact]);
            return self.drop(Node::Device(device), work, reason);
        }
        let tunnels = nearest.iter().flat_map(|other| {
            let end = &fabric.devices[*other];
            let next_hop = format!("VTEP of {}", end.name);
            let chosen = Route { to: prefix, kind: RouteKind::EvpnPrefix, next_hop };
            let (table, passed_over) = (table.clone(), Vec::new());
            let work = work.clone().step(Step::Lookup { table, destination, chosen, passed_over });
            let mac = (fabric.router_mac(*other), Source::RouterMac { of: end.name.clone() });
            let end = (end.loopback, format!("loopback of {}", end.name).into());
            self.by_type_5(device, router, work, mac, end)
        });
        tunnels.collect()
    }

    /// Into VXLAN with a logical router's VNI, addressed to the other end's router MAC.
    fn by_type_5(
        &self,
        device: DeviceId,
        router: RouterId,
        mut work: Work,
        router_mac: Sourced<MacAddr>,
        end: (Option<IpAddr>, Name),
    ) -> Outcomes {
        let fabric = self.fabric;
        let at = &fabric.routers[router];
        let own = Source::RouterMac { of: fabric.devices[device].name.clone() };
        work.packet.set_link((fabric.router_mac(device), own), router_mac);
        let what = format!("logical router {}", at.name).into();
        let vni = (at.vni, Source::VniOf { what, route: "EVPN type-5" });
        self.encapsulate_vxlan(device, work, vni, end, "routes of a logical router are always VXLAN")
    }

    /// From a VRF to a workload on a vRouter: by MPLS from a DC gateway, otherwise by VXLAN, with the network's VNI
    /// where the device has its IRB and the vRouter's type-2 route offers VXLAN, else with the logical router's.
    fn vrf_to_workload(
        &self,
        device: DeviceId,
        router: RouterId,
        network: NetworkId,
        workload: WorkloadId,
        table: Table,
        mut work: Work,
    ) -> Outcomes {
        let fabric = self.fabric;
        let here = Node::Device(device);
        let at = &fabric.devices[device];
        let name = &fabric.networks[network].name;
        let target = &fabric.workloads[workload];
        let host = &fabric.servers[target.host];
        let destination = self.destination(&work);
        let Some(vhost0) = &host.vhost0 else {
            return self.drop(here, work, Drop::NoTunnelEnd { of: host.name.clone() });
        };
        let end: (Option<IpAddr>, Name) = (Some(vhost0.address), format!("vhost0 of {}", host.name).into());
        let next_hop = format!("vhost0 {} of {}", vhost0.address, host.name);
        let to = host_route(destination);

        if at.terminates_mpls() && fabric.release.reaches_dc_gateway_by_mpls() {
            let chosen = Route { to, kind: RouteKind::L3vpn, next_hop };
            let work = work.step(Step::Lookup { table, destination, chosen, passed_over: Vec::new() });
            return self.encapsulate_mpls(device, workload, work, end);
        }
        let has_irb = fabric.has_irb(router, device, network);
        if has_irb && fabric.prefers_vxlan() {
            let chosen = Route { to, kind: RouteKind::EvpnMacIp, next_hop };
            let passed_over = vec![format!("type 5 of {}, as the IRB of {name} is here", host.name)];
            work.steps.push(Step::Lookup { table, destination, chosen, passed_over });
            let own = Source::IrbMac { device: at.name.clone(), network: name.clone() };
            let is_own = destination == target.interface.address;
            let mac = if is_own { target.interface.mac } else { VROUTER_GATEWAY };
            let neighbour = Source::NeighbourByArp { address: destination, answered_by: target.name.clone() };
            work.packet.set_link((VIRTUAL_GATEWAY, own), (mac, neighbour));
            let what = format!("network {name}").into();
            let vni = (fabric.networks[network].vni, Source::VniOf { what, route: "EVPN type-2" });
            return self.encapsulate_vxlan(device, work, vni, end, "the network's VNI, as its IRB is here");
        }
        let passed_over = if has_irb {
            let offered = fabric.encapsulation_priority.first().map_or("nothing", |kind| kind.name());
            vec![format!(
                "type 2 of {}, which it advertises with {offered} (encapsulation_priority) and {} cannot do",
                host.name, at.name
            )]
        } else {
            vec![format!("type 2 of {}, as {} has no IRB of {name}", host.name, at.name)]
        };
        let chosen = Route { to, kind: RouteKind::EvpnPrefix, next_hop };
        let work = work.step(Step::Lookup { table, destination, chosen, passed_over });
        let mac = (vhost0.mac, Source::RouterMac { of: host.name.clone() });
        self.by_type_5(device, router, work, mac, end)
    }
}
