//! A packet in the underlay's table: to the next device, or out of an IRB.

use std::mem;
use std::net::IpAddr;

use super::{From, connected};
use crate::fabric::{DeviceId, NetworkId, Origin, OriginKind, Owner, ServerId, VIRTUAL_GATEWAY};
use crate::topology::Neighbour as Cabled;
use crate::trace::note::{Ingress, Link, Neighbour, NextHop, Node, Noted, Route, Sent, Source, Step, Table};
use crate::trace::step::RouteKind;
use crate::trace::verdict::Drop;
use crate::trace::walk::{Walker, Work};
use contrail_wire::MacAddr;
use ipnet::IpNet;

impl Walker<'_> {
    /// An IP packet in the underlay's table.
    pub(super) fn route_in_underlay(&mut self, device: DeviceId, from: From, mut work: Work) {
        let fabric = self.fabric;
        let at = &fabric.devices[device];
        let destination = self.destination(&work);
        if at.loopback == Some(destination) {
            return match from {
                // Two devices with one loopback (rule I2): the tunnel to the other ends here.
                From::Here => self.drop(work, Drop::Loop),
                From::Access(..) | From::Fabric => self.terminate(device, from, work),
            };
        }
        if !matches!(from, From::Here) {
            self.hop(&mut work);
        }
        if matches!(from, From::Fabric)
            && let Some(visit) = self.transit(device, destination)
        {
            return self.follow(visit, work);
        }
        let table = Table::Underlay(device);
        if let Some((prefix, irb)) = self.unannounced_secondary(device, destination) {
            self.step(&mut work, Step::lookup(table, destination, connected(prefix, irb)));
            return self.send_to_ip_fabric_workload(device, irb, destination, work);
        }
        let Some((prefix, origins)) = self.underlay_route(destination) else {
            let reason = self.no_route(table, destination, Vec::new());
            return self.drop(work, reason);
        };
        let knowing = self.origins_that_know(origins, destination);
        let origins = if knowing.is_empty() { origins } else { &knowing };
        if let Some(own) = origins.iter().find(|origin| origin.device == device) {
            match own.kind {
                OriginKind::Loopback => self.terminate(device, from, work),
                OriginKind::Irb(network) => {
                    self.step(&mut work, Step::lookup(table, destination, connected(prefix, network)));
                    self.send_to_neighbour(device, network, destination, work);
                }
                OriginKind::Secondary(irb) => {
                    self.step(&mut work, Step::lookup(table, destination, connected(prefix, irb)));
                    self.send_to_ip_fabric_workload(device, irb, destination, work);
                }
            }
            return;
        }
        self.send_to_next_hops(device, destination, prefix, origins, work);
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
        let is_secondary = |origin: &&Origin| matches!(origin.kind, OriginKind::Secondary(_));
        let mut secondaries = origins.iter().filter(is_secondary).peekable();
        if secondaries.peek().is_none() {
            return Vec::new();
        }
        let fabric = self.fabric;
        let Some(workload) = fabric.ip_fabric_workload(destination) else { return Vec::new() };
        let leaves = fabric.leaves_of(fabric.workloads[workload].host);
        secondaries.filter(|origin| leaves.clone().any(|leaf| leaf == origin.device)).copied().collect()
    }

    /// On to the neighbours that are closer to where a prefix is announced.
    fn send_to_next_hops(
        &mut self,
        device: DeviceId,
        destination: IpAddr,
        prefix: IpNet,
        origins: &[Origin],
        mut work: Work,
    ) {
        let fabric = self.fabric;
        let table = Table::Underlay(device);
        let origins = origins.iter().map(|origin| origin.device);
        let mut next_hops = mem::take(&mut self.next_hops);
        fabric.topology.next_hops(device, origins.clone(), &mut next_hops);
        if next_hops.cables.is_empty() {
            let fact = format!("no cables lead to {}", fabric.names_of(&origins.collect::<Vec<_>>()));
            let reason = self.no_route(table, destination, vec![fact]);
            return self.drop(work, reason);
        }
        self.note_transit(device, destination, &work);
        let nearest = self.devices(next_hops.nearest.iter().copied());
        let chosen = Route { to: prefix, kind: RouteKind::Underlay, next_hop: NextHop::Towards(nearest) };
        self.step(&mut work, Step::lookup(table, destination, chosen));
        self.notes.headers.strip_link(&mut work.packet);
        for &Cabled { device: next, link, end } in &next_hops.cables {
            self.emit(work, Link::Cable { link, end }, Node::Device(next), Ingress::Fabric);
        }
        self.next_hops = next_hops;
    }

    /// Notes that packets are only sent on here, unless something was done with this one before: its steps are its own.
    fn note_transit(&mut self, device: DeviceId, destination: IpAddr, work: &Work) {
        let bucket = device.index() % self.transits.len();
        if work.last_step.is_none()
            && let Some(transit) = self.transits.get_mut(bucket)
        {
            *transit = Some((device, destination, self.now));
        }
    }

    /// The visit in which another packet was sent on here to the same destination.
    fn transit(&self, device: DeviceId, destination: IpAddr) -> Option<usize> {
        let (at, to, visit) = (*self.transits.get(device.index() % self.transits.len())?)?;
        ((at, to) == (device, destination)).then_some(visit)
    }

    /// Sends the packet to where another was sent in that visit.
    fn follow(&mut self, visit: usize, mut work: Work) {
        let hops = self.notes.visits.get(visit).map_or(0..0, |visit| visit.hops.clone());
        for hop in hops {
            let Some(Noted { last_step, sent: Some(Sent { link, to, .. }), .. }) =
                self.notes.hops.get(hop).copied()
            else {
                continue;
            };
            work.last_step = last_step;
            self.emit(work, link, to, Ingress::Fabric);
        }
    }

    /// Out of an underlay IRB to a host of its network.
    fn send_to_neighbour(&mut self, device: DeviceId, network: NetworkId, destination: IpAddr, work: Work) {
        let fabric = self.fabric;
        match fabric.owner(network, destination) {
            Some(Owner::Server(server)) => self.irb_to_server(device, network, server, work),
            _ => {
                let network = fabric.networks[network].name.clone();
                self.drop(work, Drop::NoNeighbour { network, address: destination });
            }
        }
    }

    /// Out of an underlay IRB with a secondary address to a workload under IP fabric forwarding.
    fn send_to_ip_fabric_workload(
        &mut self,
        device: DeviceId,
        irb: NetworkId,
        destination: IpAddr,
        mut work: Work,
    ) {
        let fabric = self.fabric;
        let workload = fabric.ip_fabric_workload(destination);
        let workload = workload.filter(|id| fabric.access(device, fabric.workloads[*id].host, irb).is_some());
        let Some(id) = workload else {
            let network = fabric.networks[irb].name.clone();
            return self.drop(work, Drop::NoNeighbour { network, address: destination });
        };
        let workload = &fabric.workloads[id];
        let (mac, owner) = match &fabric.servers[workload.host].vhost0 {
            Some(vhost0) if !fabric.release.ip_fabric_keeps_workload_mac() => {
                (vhost0.mac, Neighbour::VrouterFor(id))
            }
            _ => (workload.interface.mac, Neighbour::Workload(id)),
        };
        self.out_of_irb(device, irb, destination, mac, owner, &mut work);
        self.out_of_access(device, workload.host, irb, work);
    }

    /// Out of an IRB to a server, here or behind other leaves.
    pub(super) fn irb_to_server(
        &mut self,
        device: DeviceId,
        network: NetworkId,
        server: ServerId,
        mut work: Work,
    ) {
        let fabric = self.fabric;
        let destination = self.destination(&work);
        let mac = fabric.servers[server].interfaces().find(|interface| interface.address == destination);
        let mac = mac.map_or(MacAddr::default(), |interface| interface.mac);
        self.out_of_irb(device, network, destination, mac, Neighbour::Server(server), &mut work);
        if fabric.access(device, server, network).is_some() {
            return self.out_of_access(device, server, network, work);
        }
        self.bridge_to_server(device, network, mac, server, work);
    }

    /// Resolves a neighbour in the network of an IRB, and addresses the frame to it.
    fn out_of_irb(
        &mut self,
        device: DeviceId,
        network: NetworkId,
        address: IpAddr,
        mac: MacAddr,
        owner: Neighbour,
        work: &mut Work,
    ) {
        self.step(work, Step::Resolve { network, address, mac, owner });
        let own = (VIRTUAL_GATEWAY, Source::IrbMac { device, network });
        self.set_link(work, own, (mac, Source::NeighbourByArp { address, answered_by: owner }));
    }
}
