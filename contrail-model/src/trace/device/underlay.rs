//! A packet in the underlay's table: to the next device, or out of an IRB.

use std::net::IpAddr;

use super::{From, connected};
use crate::fabric::{DeviceId, Name, NetworkId, Origin, OriginKind, Owner, VIRTUAL_GATEWAY, derived_mac};
use crate::trace::source::Source;
use crate::trace::step::{Route, RouteKind, Step, Table};
use crate::trace::verdict::Drop;
use crate::trace::walk::{Emission, Ingress, Node, Outcomes, Walker, Work};
use contrail_wire::MacAddr;
use ipnet::IpNet;

impl Walker<'_> {
    /// An IP packet in the underlay's table.
    pub(super) fn route_in_underlay(&self, device: DeviceId, from: From, mut work: Work) -> Outcomes {
        let fabric = self.fabric;
        let here = Node::Device(device);
        let at = &fabric.devices[device];
        let destination = self.destination(&work);
        if at.loopback == Some(destination) {
            return match from {
                // Two devices with one loopback (rule I2): the tunnel to the other ends here.
                From::Here => self.drop(here, work, Drop::Loop),
                From::Access(..) | From::Fabric => self.terminate(device, from, work),
            };
        }
        if !matches!(from, From::Here) {
            work.packet.hop();
        }
        let table = Table::Underlay { device: at.name.clone() };
        if let Some((prefix, irb)) = self.unannounced_secondary(device, destination) {
            let work = work.step(connected(table, destination, prefix, &fabric.networks[irb].name));
            return self.to_ip_fabric_workload(device, irb, destination, work);
        }
        let Some((prefix, origins)) = fabric.index.underlay.longest(destination) else {
            return self.drop(here, work, self.no_route(table, destination, Vec::new()));
        };
        let origins = self.origins_that_know(origins, destination);
        if let Some(own) = origins.iter().find(|origin| origin.device == device) {
            return match own.kind {
                OriginKind::Loopback => self.terminate(device, from, work),
                OriginKind::Irb(network) => {
                    let step = connected(table, destination, prefix, &fabric.networks[network].name);
                    self.to_neighbour(device, network, destination, work.step(step))
                }
                OriginKind::Secondary(irb) => {
                    let step = connected(table, destination, prefix, &fabric.networks[irb].name);
                    self.to_ip_fabric_workload(device, irb, destination, work.step(step))
                }
            };
        }
        let devices: Vec<DeviceId> = origins.iter().map(|origin| origin.device).collect();
        self.to_next_hops(device, table, destination, prefix, &devices, work)
    }

    /// A secondary address of this device that it does not announce, if the destination is in its subnet.
    fn unannounced_secondary(&self, device: DeviceId, address: IpAddr) -> Option<(IpNet, NetworkId)> {
        let secondaries = self.fabric.devices[device].secondary_addresses.iter();
        let mut matching =
            secondaries.filter(|secondary| !secondary.redistribute && secondary.address.contains(&address));
        matching.next().map(|secondary| (secondary.address.trunc(), secondary.irb))
    }

    /// Of the devices that announce a subnet with secondary addresses, those that have learnt the host itself;
    /// they announce it too (the article, octavia-l2: the leaves learn each amphora by ARP).
    fn origins_that_know(&self, origins: &[Origin], destination: IpAddr) -> Vec<Origin> {
        let fabric = self.fabric;
        let workload = fabric.ip_fabric_workload(destination);
        let leaves = workload.map(|workload| fabric.leaves_of(fabric.workloads[workload].host));
        let knows = |origin: &&Origin| {
            matches!(origin.kind, OriginKind::Secondary(_))
                && leaves.as_ref().is_some_and(|leaves| leaves.contains(&origin.device))
        };
        let knowing: Vec<Origin> = origins.iter().filter(knows).copied().collect();
        if knowing.is_empty() { origins.to_vec() } else { knowing }
    }

    /// On to the neighbours that are closer to where a prefix is announced.
    fn to_next_hops(
        &self,
        device: DeviceId,
        table: Table,
        destination: IpAddr,
        prefix: IpNet,
        origins: &[DeviceId],
        work: Work,
    ) -> Outcomes {
        let fabric = self.fabric;
        let next_hops = fabric.topology.next_hops(device, origins);
        if next_hops.is_empty() {
            let fact = format!("no cables lead to {}", fabric.names_of(origins));
            return self.drop(Node::Device(device), work, self.no_route(table, destination, vec![fact]));
        }
        let (_, nearest) = fabric.topology.nearest(device, origins);
        let forward = |neighbour: &crate::topology::Neighbour| {
            let mut work = work.clone();
            let ends = fabric.links.get(neighbour.link).map(|link| &link.ends);
            let [here, there] = match (ends, neighbour.end) {
                (Some([a, b]), 0) => [a, b],
                (Some([a, b]), _) => [b, a],
                (None, _) => return None,
            };
            let port = |port: &crate::fabric::Port| -> Name {
                format!("{}:{}", fabric.devices[port.device].name, port.interface).into()
            };
            let (here, there) = (port(here), port(there));
            let next = &fabric.devices[neighbour.device].name;
            let next_hop = format!("{next}, towards {}", fabric.names_of(&nearest));
            let chosen = Route { to: prefix, kind: RouteKind::Underlay, next_hop };
            let (table, passed_over) = (table.clone(), Vec::new());
            work.steps.push(Step::Lookup { table, destination, chosen, passed_over });
            let own_mac = derived_mac(&[&here]);
            let next_mac = derived_mac(&[&there]);
            work.packet.set_link(
                (own_mac, Source::PortMac { port: here.clone() }),
                (next_mac, Source::PortMac { port: there.clone() }),
            );
            let emission = Emission {
                link: format!("{here} - {there}").into(),
                is_fabric_link: true,
                to: Node::Device(neighbour.device),
                ingress: Ingress::Fabric,
            };
            Some((work, Ok(emission)))
        };
        next_hops.iter().filter_map(forward).collect()
    }

    /// Out of an underlay IRB to a host of its network.
    fn to_neighbour(
        &self,
        device: DeviceId,
        network: NetworkId,
        destination: IpAddr,
        mut work: Work,
    ) -> Outcomes {
        let fabric = self.fabric;
        let here = Node::Device(device);
        let name = &fabric.networks[network].name;
        let Some(Owner::Server(server)) = fabric.owner(network, destination) else {
            let reason = Drop::NoNeighbour { network: name.clone(), address: destination };
            return self.drop(here, work, reason);
        };
        let to = &fabric.servers[server];
        let mac = to.interfaces().find(|interface| interface.address == destination);
        let mac = mac.map_or(MacAddr::default(), |interface| interface.mac);
        let owner = to.name.clone();
        work.steps.push(Step::Resolve { network: name.clone(), address: destination, mac, owner });
        let own = Source::IrbMac { device: fabric.devices[device].name.clone(), network: name.clone() };
        let answered_by = to.name.clone();
        let neighbour = Source::NeighbourByArp { address: destination, answered_by };
        work.packet.set_link((VIRTUAL_GATEWAY, own), (mac, neighbour));
        if fabric.access(device, server, network).is_some() {
            return self.out_of_access(device, server, network, work);
        }
        self.bridge_to_server(device, network, mac, server, work)
    }

    /// Out of an underlay IRB with a secondary address to a workload under IP fabric forwarding.
    fn to_ip_fabric_workload(
        &self,
        device: DeviceId,
        irb: NetworkId,
        destination: IpAddr,
        mut work: Work,
    ) -> Outcomes {
        let fabric = self.fabric;
        let network = &fabric.networks[irb].name;
        let workload = fabric.ip_fabric_workload(destination);
        let workload = workload.map(|id| &fabric.workloads[id]);
        let workload = workload.filter(|workload| fabric.access(device, workload.host, irb).is_some());
        let Some(workload) = workload else {
            let reason = Drop::NoNeighbour { network: network.clone(), address: destination };
            return self.drop(Node::Device(device), work, reason);
        };
        let host = &fabric.servers[workload.host];
        let (mac, owner) = match &host.vhost0 {
            Some(vhost0) if !fabric.release.ip_fabric_keeps_workload_mac() => {
                (vhost0.mac, format!("the vRouter of {} for {}", host.name, workload.name).into())
            }
            _ => (workload.interface.mac, workload.name.clone()),
        };
        let step =
            Step::Resolve { network: network.clone(), address: destination, mac, owner: Name::clone(&owner) };
        work.steps.push(step);
        let own = Source::IrbMac { device: fabric.devices[device].name.clone(), network: network.clone() };
        let neighbour = Source::NeighbourByArp { address: destination, answered_by: owner };
        work.packet.set_link((VIRTUAL_GATEWAY, own), (mac, neighbour));
        self.out_of_access(device, workload.host, irb, work)
    }
}
