//! The walk: from node to node, over every equal-cost choice, until each path ends.
//!
//! What a packet does at a node does not depend on how it came there, beyond where it came from and what it looks like.
//! So each such visit is worked out once, however many of the equal-cost paths lead to it.

use std::iter::successors;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::conversation::Nat;
use super::dhcp::Dhcp;
use super::note::{
    Devices, Ingress, Interface, Link, Neighbour, Next, Node, Noted, Notes, Sent, Source, Step, Table,
    TunnelId, Visit, Walk,
};
use super::packet::{Packet, Shim, Sourced};
use super::verdict::{Drop, Verdict};
use crate::fabric::{
    DeviceId, Endpoint, Fabric, Name, NetworkId, Origin, Owner, Port, PortGroupId, Protocol, ServerId,
    TunnelKind, VIRTUAL_GATEWAY, VROUTER_GATEWAY, VirtualServiceId, VlanBinding,
};
use crate::limits;
use crate::topology::NextHops;
use contrail_wire::MacAddr;

/// More hops than a path in a Clos can have; a path that is longer goes round.
const MAX_HOPS: usize = 32;
/// Visits of one way before the rest is left out.
const MAX_VISITS: usize = 16_384;

/// A packet inside a node, with what the node has done so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Work {
    pub(super) last_step: Option<usize>,
    pub(super) packet: Packet,
    /// Whether this node put the packet into VXLAN.
    pub(super) is_encapsulated_here: bool,
}

/// The longest prefix that the underlay carries for an address, and who announces it.
type UnderlayRoute<'f> = Option<(IpNet, &'f [Origin])>;

/// The last visit in each of some buckets, into which they are sorted by node and packet: about as many as a trace has.
#[derive(Default)]
struct Visited([Option<usize>; 32]);

impl Visited {
    fn bucket(&self, node: Node, packet: Packet) -> usize {
        let node = match node {
            Node::Workload(id) => id.index(),
            Node::Server(id) => id.index(),
            Node::Device(id) => id.index(),
        };
        node.wrapping_add(packet.place().wrapping_mul(5)) % self.0.len()
    }

    fn last(&self, node: Node, packet: Packet) -> Option<usize> {
        self.0.get(self.bucket(node, packet)).copied().flatten()
    }

    fn put(&mut self, node: Node, packet: Packet, visit: usize) {
        let bucket = self.bucket(node, packet);
        if let Some(last) = self.0.get_mut(bucket) {
            *last = Some(visit);
        }
    }
}

/// One who walks both ways of a flow. What a packet does at a node ends in [`Walker::emit`], [`Walker::drop`] or
/// [`Walker::end`], once for each equal-cost choice.
pub(super) struct Walker<'f> {
    pub(super) fabric: &'f Fabric,
    pub(super) protocol: Protocol,
    /// The port that the flow is opened to.
    pub(super) port: u16,
    pub(super) nat: Option<Nat>,
    /// The virtual service that the flow is opened to.
    pub(super) virtual_service: Option<VirtualServiceId>,
    pub(super) dhcp: Option<Dhcp<'f>>,
    pub(super) is_answer: bool,
    pub(super) notes: Notes,
    /// The first visit of this way, and the one that is worked out.
    first: usize,
    pub(super) now: usize,
    here: Node,
    /// Whether a visit led back to itself or to one before it.
    may_loop: bool,
    /// The visits of this way, those but where it starts.
    visited: Visited,
    /// What was looked up in the underlay's table: a trace asks for few addresses, at many places.
    looked_up: Vec<(IpAddr, UnderlayRoute<'f>)>,
    /// Room for those of a device.
    pub(super) next_hops: NextHops,
    /// The last visit of devices that only sent on what came from the underlay, by a hash of the device, with where the
    /// packet goes: others that go there are sent on as it was.
    pub(super) transits: [Option<(DeviceId, IpAddr, usize)>; 16],
}

impl<'f> Walker<'f> {
    pub(super) fn new(fabric: &'f Fabric, protocol: Protocol, port: u16) -> Self {
        Self {
            fabric,
            protocol,
            port,
            nat: None,
            virtual_service: None,
            dhcp: None,
            is_answer: false,
            notes: Notes::new(),
            first: 0,
            now: 0,
            here: Node::Device(DeviceId::at(0)),
            may_loop: false,
            visited: Visited::default(),
            looked_up: Vec::new(),
            next_hops: NextHops::default(),
            transits: [None; 16],
        }
    }

    pub(super) fn walk(&mut self, from: Endpoint, to: Endpoint, called: &Name, packet: Packet) -> Walk {
        self.first = self.notes.visits.len();
        self.now = self.first;
        self.may_loop = false;
        self.visited = Visited::default();
        let start = |walker: &mut Self, node| {
            let packet = walker.as_sent_by(node, packet);
            let visit =
                Visit { node, ingress: Ingress::Origin, packet, depth: 0, hops: 0..0, in_same_bucket: None };
            walker.notes.visits.push(visit);
        };
        match from {
            Endpoint::Workload(id, _) => start(self, Node::Workload(id)),
            Endpoint::Server(id, _) | Endpoint::Vhost0(id) => start(self, Node::Server(id)),
            Endpoint::VirtualService(id) => {
                let members = &self.fabric.virtual_services[id].members;
                members.iter().for_each(|member| start(self, Node::Workload(*member)));
            }
        }
        let starts = self.first..self.notes.visits.len();
        let first_hop = self.notes.hops.len();
        while let Some(visit) = self.notes.visits.get(self.now) {
            let Visit { node, ingress, packet, .. } = *visit;
            self.here = node;
            let start = self.notes.hops.len();
            self.visit(ingress, Work { last_step: None, packet, is_encapsulated_here: false }, to, called);
            let hops = start..self.notes.hops.len();
            if let Some(visit) = self.notes.visits.get_mut(self.now) {
                visit.hops = hops;
            }
            self.now += 1;
        }
        if self.may_loop {
            starts.clone().for_each(|start| self.end_loops(start));
        }
        let hops = self.notes.hops.iter().skip(first_hop);
        let mut ends = hops.filter_map(|hop| Some(self.notes.verdict(hop.next)?.is_delivered()));
        let is_delivered = ends.next().is_some_and(|first| first && ends.all(|other| other));
        Walk { starts, hops: first_hop..self.notes.hops.len(), is_delivered }
    }

    /// A packet in a node.
    fn visit(&mut self, ingress: Ingress, work: Work, to: Endpoint, called: &Name) {
        match (self.here, ingress) {
            (Node::Workload(id), Ingress::Origin) => self.workload_sends(id, work),
            (Node::Workload(id), _) if self.fabric.is_at(to, id) => self.deliver(work, called),
            (Node::Workload(_), _) => {
                let destination = self.destination(&work);
                self.drop(work, Drop::NotForUs { destination });
            }
            (Node::Server(id), Ingress::Origin) => match self.dhcp {
                Some(dhcp) if self.is_answer => self.dhcp_offer(dhcp, id, work),
                Some(dhcp) => self.dhcp_discover(dhcp, work),
                None => self.host_sends(id, work),
            },
            (Node::Server(id), Ingress::Tap(workload)) => self.vrouter_from_tap(id, workload, work),
            (Node::Server(id), _) => self.at_server(id, work, to, called),
            (Node::Device(id), ingress) => self.at_device(id, ingress, work),
        }
    }

    /// A frame from a leaf: for the vRouter, or for the server's own stack.
    fn at_server(&mut self, server: ServerId, work: Work, to: Endpoint, called: &Name) {
        if self.vrouter_from_underlay(server, work) {
            return;
        }
        let destination = self.destination(&work);
        match to {
            Endpoint::Server(id, _) | Endpoint::Vhost0(id)
                if id == server && self.fabric.address_of(to) == destination =>
            {
                self.deliver(work, called);
            }
            _ => self.drop(work, Drop::NotForUs { destination }),
        }
    }

    /// Sends the packet on.
    pub(super) fn emit(&mut self, work: Work, link: Link, to: Node, ingress: Ingress) {
        let sent = Sent { link, to, packet: work.packet };
        let next = self.onward(to, ingress, work.packet);
        self.note(work, Some(sent), next);
    }

    /// The path ends here.
    pub(super) fn end(&mut self, work: Work, verdict: Verdict) {
        let next = self.notes.ends(verdict);
        self.note(work, None, next);
    }

    pub(super) fn drop(&mut self, work: Work, reason: Drop) {
        let at = self.fabric.node_name(self.here).clone();
        self.end(work, Verdict::Dropped { at, reason: Box::new(reason) });
    }

    /// The document does not say how it goes on.
    pub(super) fn undetermined(&mut self, work: Work, missing: String) {
        let at = self.fabric.node_name(self.here).clone();
        self.end(work, Verdict::Undetermined { at, missing });
    }

    pub(super) fn deliver(&mut self, work: Work, to: &Name) {
        self.end(work, Verdict::Delivered { to: to.clone() });
    }

    fn note(&mut self, work: Work, sent: Option<Sent>, next: Next) {
        self.notes.hops.push(Noted { node: self.here, last_step: work.last_step, sent, next });
    }

    /// The visit that a packet goes on with, which may be one that another path leads to.
    fn onward(&mut self, node: Node, ingress: Ingress, packet: Packet) -> Next {
        let visits = &self.notes.visits;
        let is_known = |visit: &Visit| (visit.node, visit.ingress, visit.packet) == (node, ingress, packet);
        let in_same_bucket = self.visited.last(node, packet);
        let mut others = successors(in_same_bucket, |other| visits.get(*other)?.in_same_bucket);
        if let Some(index) = others.find(|other| visits.get(*other).is_some_and(is_known)) {
            self.may_loop |= index <= self.now;
            return Next::Visits(index);
        }
        let depth = visits.get(self.now).map_or(0, |visit| visit.depth) + 1;
        if depth >= MAX_HOPS {
            let at = self.fabric.node_name(node).clone();
            return self.notes.ends(Verdict::Dropped { at, reason: Box::new(Drop::Loop) });
        }
        let index = visits.len();
        if index - self.first >= MAX_VISITS {
            let missing = format!("more than {MAX_VISITS} of the places where equal-cost paths lead");
            let at = self.fabric.node_name(node).clone();
            return self.notes.ends(Verdict::Undetermined { at, missing });
        }
        self.visited.put(node, packet, index);
        self.notes.visits.push(Visit { node, ingress, packet, depth, hops: 0..0, in_same_bucket });
        Next::Visits(index)
    }

    /// Ends the paths that come to a visit again.
    fn end_loops(&mut self, start: usize) {
        let hops_of =
            |notes: &Notes, visit: usize| notes.visits.get(visit).map_or(0..0, |visit| visit.hops.clone());
        let mut done = vec![false; self.notes.visits.len()];
        let mut open = vec![(start, hops_of(&self.notes, start))];
        while let Some((visit, left)) = open.last_mut() {
            let Some(index) = left.next() else {
                if let Some(done) = done.get_mut(*visit) {
                    *done = true;
                }
                open.pop();
                continue;
            };
            let Some(Next::Visits(next)) = self.notes.hops.get(index).map(|hop| hop.next) else { continue };
            if open.iter().any(|(visit, _)| *visit == next) {
                let at = self.notes.visits.get(next).map_or(self.here, |visit| visit.node);
                let at = self.fabric.node_name(at).clone();
                let next = self.notes.ends(Verdict::Dropped { at, reason: Box::new(Drop::Loop) });
                if let Some(hop) = self.notes.hops.get_mut(index) {
                    hop.next = next;
                }
            } else if done.get(next) == Some(&false) {
                open.push((next, hops_of(&self.notes, next)));
            }
        }
    }

    /// Notes what the node does.
    pub(super) fn step(&mut self, work: &mut Work, step: Step) {
        let index = self.notes.steps.len();
        self.notes.steps.push((step, work.last_step));
        work.last_step = Some(index);
    }

    /// Notes devices that a step or source tells of.
    pub(super) fn devices(&mut self, devices: impl IntoIterator<Item = DeviceId>) -> Devices {
        self.notes.note_devices(devices)
    }

    pub(super) fn underlay_route(&mut self, destination: IpAddr) -> UnderlayRoute<'f> {
        if let Some((_, route)) = self.looked_up.iter().find(|(known, _)| *known == destination) {
            return *route;
        }
        let route = self.fabric.index.underlay.longest(destination);
        let route = route.map(|(prefix, origins)| (prefix, origins.as_slice()));
        self.looked_up.push((destination, route));
        route
    }

    pub(super) fn destination(&self, work: &Work) -> IpAddr {
        self.notes.headers.destination(work.packet).unwrap_or(IpAddr::from([0; 4]))
    }

    /// Routes the packet: takes its link header away, and one hop off its time to live.
    pub(super) fn hop(&mut self, work: &mut Work) {
        self.notes.headers.hop(&mut work.packet);
    }

    pub(super) fn set_link(
        &mut self,
        work: &mut Work,
        source: Sourced<MacAddr>,
        destination: Sourced<MacAddr>,
    ) {
        self.notes.headers.set_link(&mut work.packet, source, destination, None);
    }

    /// Puts a tunnel's headers around the packet.
    pub(super) fn put_into(
        &mut self,
        work: &mut Work,
        tunnel: TunnelKind,
        shim: Shim,
        [from, to]: [Sourced<IpAddr>; 2],
        because: &'static str,
    ) {
        self.notes.headers.encapsulate(&mut work.packet, shim, from, to);
        let id = match shim {
            Shim::Vxlan((vni, _)) => TunnelId::Vni(vni),
            Shim::MplsOverUdp((label, _)) | Shim::MplsOverGre((label, _)) => TunnelId::Label(label),
        };
        self.step(work, Step::Encapsulate { tunnel, id, between: [from.0, to.0], because });
    }

    /// The drop for an address that a table has no route to.
    pub(super) fn no_route(&self, table: Table, destination: IpAddr, because: Vec<String>) -> Drop {
        let network = self.fabric.overlay_network(destination);
        let network = network.map(|network| self.fabric.networks[network].name.clone());
        Drop::NoRoute { table: table.told(self.fabric), destination, network, because }
    }

    /// L5, as a reason: the destination is a workload that nobody outside can open a flow to.
    pub(super) fn behind_snat(&self, destination: IpAddr) -> Option<Drop> {
        let fabric = self.fabric;
        let network = fabric.overlay_network(destination)?;
        let Some(Owner::Workload(workload)) = fabric.owner(network, destination) else { return None };
        limits::only_behind_snat(fabric, workload).then(|| Drop::BehindSnat {
            workload: fabric.workloads[workload].name.clone(),
            network: fabric.networks[network].name.clone(),
        })
    }

    /// The MAC address of a next hop in a network as a server asks for it, and who answers.
    pub(super) fn resolve(
        &mut self,
        server: ServerId,
        network: NetworkId,
        address: IpAddr,
    ) -> Result<(Sourced<MacAddr>, Neighbour), Drop> {
        let fabric = self.fabric;
        let at = &fabric.networks[network];
        if at.subnets.iter().any(|subnet| subnet.gateway == Some(address)) {
            let leaves = fabric.leaves_of(server);
            if leaves.clone().next().is_none() {
                return Err(self.detached(server));
            }
            let has_irb = |device: &DeviceId| {
                fabric.has_underlay_irb(*device, network)
                    || fabric.router_with_irb(*device, network).is_some()
            };
            let mut answering = self.devices(leaves.clone().filter(has_irb));
            if answering.is_empty() {
                answering = self.devices(fabric.advertised_gateways(network));
            }
            if answering.is_empty() {
                let devices = fabric.device_names(&leaves.collect::<Vec<_>>());
                return Err(Drop::NoGateway { network: at.name.clone(), gateway: address, devices });
            }
            let answered_by = Neighbour::Irb(network, answering);
            let source = Source::GatewayByArp { gateway: address, answered_by };
            return Ok(((VIRTUAL_GATEWAY, source), answered_by));
        }
        let (mac, owner) = match fabric.owner(network, address) {
            Some(Owner::Server(id)) => {
                let interface =
                    fabric.servers[id].interfaces().find(|interface| interface.address == address);
                (interface.map(|interface| interface.mac), Neighbour::Server(id))
            }
            Some(Owner::Workload(id)) => (Some(fabric.workloads[id].interface.mac), Neighbour::Workload(id)),
            Some(Owner::VirtualService(id)) => (Some(VROUTER_GATEWAY), Neighbour::VirtualService(id)),
            None => return Err(Drop::NoNeighbour { network: at.name.clone(), address }),
        };
        let mac = mac.ok_or_else(|| Drop::NoNeighbour { network: at.name.clone(), address })?;
        Ok(((mac, Source::NeighbourByArp { address, answered_by: owner }), owner))
    }

    /// Sends a frame from a server over each port of its port group.
    pub(super) fn out_of_server(
        &mut self,
        server: ServerId,
        network: NetworkId,
        mut work: Work,
        source: Sourced<MacAddr>,
        destination: Sourced<MacAddr>,
    ) {
        let fabric = self.fabric;
        let port_group = fabric.servers[server].port_group;
        let group = &fabric.port_groups[port_group];
        let Some(binding) = group.binding(network) else {
            return self.drop(work, self.not_carried(server, network));
        };
        let mut ports = group.ports.iter().enumerate().filter(|(_, port)| fabric.is_port_up(port)).peekable();
        if ports.peek().is_none() {
            return self.drop(work, self.detached(server));
        }
        let tag = tag(binding, port_group);
        self.notes.headers.set_link(&mut work.packet, source, destination, tag);
        for (port, Port { device, .. }) in ports {
            let ingress = Ingress::Access(server, network);
            self.emit(work, Link::Access { server, port }, Node::Device(*device), ingress);
        }
    }

    /// The devices that have a server on a port in a network.
    pub(super) fn leaves_carrying(
        &self,
        server: ServerId,
        network: NetworkId,
    ) -> Result<Vec<DeviceId>, Drop> {
        let fabric = self.fabric;
        let mut attached = fabric.leaves_of(server).peekable();
        if attached.peek().is_none() {
            return Err(self.detached(server));
        }
        let leaves: Vec<DeviceId> =
            attached.filter(|leaf| fabric.access(*leaf, server, network).is_some()).collect();
        if leaves.is_empty() { Err(self.not_carried(server, network)) } else { Ok(leaves) }
    }

    /// The drop for a server whose port group does not carry a network.
    fn not_carried(&self, server: ServerId, network: NetworkId) -> Drop {
        let fabric = self.fabric;
        let at = &fabric.servers[server];
        Drop::NotCarried {
            server: at.name.clone(),
            port_group: fabric.port_groups[at.port_group].name.clone(),
            network: fabric.networks[network].name.clone(),
        }
    }

    /// The drop for a server none of whose cables is up.
    pub(super) fn detached(&self, server: ServerId) -> Drop {
        let at = &self.fabric.servers[server];
        let port_group = self.fabric.port_groups[at.port_group].name.clone();
        Drop::Detached { server: at.name.clone(), port_group }
    }
}

impl Fabric {
    /// The devices from which all leaves learn the MAC address of a network's gateway.
    pub(super) fn advertised_gateways(&self, network: NetworkId) -> Vec<DeviceId> {
        let extended = self.routers_of(network).iter().flat_map(|router| {
            let devices = self.routers[*router].extended_to.iter();
            devices.copied().filter(|device| self.has_irb(*router, *device, network))
        });
        extended.filter(|device| self.advertises_gateways(*device)).collect()
    }
}

/// The tag that frames of a VLAN bear on a port.
pub(super) fn tag(binding: &VlanBinding, group: PortGroupId) -> Option<Sourced<u16>> {
    (!binding.untagged).then_some((binding.vlan, Source::VlanOf(binding.network, group)))
}

/// The MAC address of a server's interface.
pub(super) fn mac_of(address: &crate::fabric::Address, of: Interface) -> Sourced<MacAddr> {
    (address.mac, Source::InterfaceMac { of, given: address.mac_is_given })
}

/// The default route of an address' family.
pub(super) fn default_route(address: IpAddr) -> IpNet {
    match address {
        IpAddr::V4(_) => Ipv4Net::default().into(),
        IpAddr::V6(_) => Ipv6Net::default().into(),
    }
}

/// The host route to an address.
pub(super) fn host_route(address: IpAddr) -> IpNet {
    IpNet::from(address)
}
