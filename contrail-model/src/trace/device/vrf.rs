//! A packet in a logical router's VRF.

use super::connected;
use crate::fabric::{DeviceId, NetworkId, Owner, RouterId, VIRTUAL_GATEWAY, VROUTER_GATEWAY, WorkloadId};
use crate::trace::note::{Domain, Neighbour, NextHop, PassedOver, Route, Source, Step, Table, TunnelEnd};
use crate::trace::packet::Sourced;
use crate::trace::step::RouteKind;
use crate::trace::verdict::Drop;
use crate::trace::walk::{Walker, Work, host_route};
use contrail_wire::MacAddr;
use ipnet::IpNet;

impl Walker<'_> {
    /// An IP packet in a logical router's VRF.
    pub(super) fn route_in_vrf(&mut self, device: DeviceId, router: RouterId, mut work: Work) {
        let fabric = self.fabric;
        let destination = self.destination(&work);
        let table = Table::Vrf(router, device);
        let networks = fabric.routers[router].networks.iter();
        let subnets = networks
            .filter_map(|network| Some((*network, fabric.networks[*network].subnet_of(destination)?.prefix)));
        let Some((network, prefix)) = subnets.max_by_key(|(_, prefix)| prefix.prefix_len()) else {
            let reason = self.no_route(table, destination, Vec::new());
            return self.drop(work, reason);
        };
        match fabric.owner(network, destination) {
            Some(Owner::Workload(workload)) => self.vrf_to_workload(device, router, network, workload, work),
            Some(Owner::VirtualService(service)) => {
                self.send_to_members(service, work, |walker, member, work| {
                    walker.vrf_to_workload(device, router, network, member, work);
                });
            }
            Some(Owner::Server(server)) if fabric.has_irb(router, device, network) => {
                self.step(&mut work, Step::lookup(table, destination, connected(prefix, network)));
                self.irb_to_server(device, network, server, work);
            }
            Some(Owner::Server(server)) => {
                let has_host_route = fabric.has_host_route(server, network, destination);
                let prefix = if has_host_route { host_route(destination) } else { prefix };
                self.vrf_to_other_device(device, router, network, prefix, work);
            }
            None => {
                let network = fabric.networks[network].name.clone();
                self.drop(work, Drop::NoNeighbour { network, address: destination });
            }
        }
    }

    /// To a device that has the IRB which is missing here, by its type-5 route.
    fn vrf_to_other_device(
        &mut self,
        device: DeviceId,
        router: RouterId,
        network: NetworkId,
        prefix: IpNet,
        work: Work,
    ) {
        let fabric = self.fabric;
        let at = &fabric.routers[router];
        let destination = self.destination(&work);
        let table = Table::Vrf(router, device);
        let others = fabric.devices_with_irb(router, network);
        let mut nearest = fabric.topology.nearest(device, others).peekable();
        if nearest.peek().is_none() {
            let name = &fabric.networks[network].name;
            let fact = format!("no device that {} is extended to has an IRB of {name}", at.name);
            let reason = self.no_route(table, destination, vec![fact]);
            return self.drop(work, reason);
        }
        for other in nearest {
            let chosen = Route { to: prefix, kind: RouteKind::EvpnPrefix, next_hop: NextHop::Vtep(other) };
            let mut work = work;
            self.step(&mut work, Step::lookup(table, destination, chosen));
            let end = TunnelEnd::Device(other);
            self.by_type_5(
                device,
                router,
                work,
                (fabric.devices[other].router_mac, Source::RouterMac(end)),
                end,
            );
        }
    }

    /// Into VXLAN with a logical router's VNI, addressed to the other end's router MAC.
    fn by_type_5(
        &mut self,
        device: DeviceId,
        router: RouterId,
        mut work: Work,
        router_mac: Sourced<MacAddr>,
        end: TunnelEnd,
    ) {
        let own = Source::RouterMac(TunnelEnd::Device(device));
        self.set_link(&mut work, (self.fabric.devices[device].router_mac, own), router_mac);
        let vni = (Domain::Router(router), "EVPN type-5");
        self.encapsulate_vxlan(device, work, vni, end, "routes of a logical router are always VXLAN");
    }

    /// From a VRF to a workload on a vRouter: by MPLS from a DC gateway, otherwise by VXLAN, with the network's VNI
    /// where the device has its IRB and the vRouter's type-2 route offers VXLAN, else with the logical router's.
    fn vrf_to_workload(
        &mut self,
        device: DeviceId,
        router: RouterId,
        network: NetworkId,
        workload: WorkloadId,
        mut work: Work,
    ) {
        let fabric = self.fabric;
        let target = &fabric.workloads[workload];
        let server = target.host;
        let host = &fabric.servers[server];
        let destination = self.destination(&work);
        let table = Table::Vrf(router, device);
        let Some(vhost0) = &host.vhost0 else {
            return self.drop(work, Drop::NoTunnelEnd { of: host.name.clone() });
        };
        let end = TunnelEnd::Vrouter(server);
        let route = |kind| Route { to: host_route(destination), kind, next_hop: NextHop::Vhost0(server) };
        let mut lookup = |walker: &mut Self, kind, passed_over| {
            let chosen = route(kind);
            walker.step(&mut work, Step::Lookup { table, destination, chosen, passed_over });
        };

        if fabric.is_reached_by_mpls(device) {
            lookup(self, RouteKind::L3vpn, PassedOver::Nothing);
            return self.encapsulate_mpls(device, workload, work);
        }
        let has_irb = fabric.has_irb(router, device, network);
        if has_irb && fabric.prefers_vxlan() {
            lookup(self, RouteKind::EvpnMacIp, PassedOver::PrefixOf(server, network));
            let is_own = target.addresses().any(|at| at.address == destination);
            let mac = if is_own { target.interface.mac } else { VROUTER_GATEWAY };
            let answered_by = Neighbour::Workload(workload);
            let own = (VIRTUAL_GATEWAY, Source::IrbMac { device, network });
            let neighbour = (mac, Source::NeighbourByArp { address: destination, answered_by });
            self.set_link(&mut work, own, neighbour);
            let vni = (Domain::Network(network), "EVPN type-2");
            return self.encapsulate_vxlan(device, work, vni, end, "the network's VNI, as its IRB is here");
        }
        let passed_over = if has_irb {
            PassedOver::OtherTunnelOf(server, device)
        } else {
            PassedOver::NoIrbFor(server, device, network)
        };
        lookup(self, RouteKind::EvpnPrefix, passed_over);
        self.by_type_5(device, router, work, (vhost0.mac, Source::RouterMac(end)), end);
    }
}
