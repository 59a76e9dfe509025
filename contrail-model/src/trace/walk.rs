//! The walk: from node to node, over every equal-cost choice, until each path ends.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::Arc;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::conversation::Nat;
use super::dhcp::Dhcp;
use super::packet::{PacketHeaders, Sourced};
use super::source::Source;
use super::step::{Step, Table};
use super::verdict::{Drop, Verdict};
use super::{Hop, Path, Sent, Way};
use crate::fabric::{
    DeviceId, Endpoint, Fabric, Name, NetworkId, Owner, Protocol, ServerId, VROUTER_GATEWAY,
    VirtualServiceId, VlanBinding, WorkloadId,
};
use crate::limits;

/// More hops than a path in a Clos can have; a path that is longer goes round.
const MAX_HOPS: usize = 32;
/// Paths that are followed before the rest is left out.
const MAX_PATHS: usize = 256;

pub(super) struct Walker<'f> {
    pub(super) fabric: &'f Fabric,
    pub(super) protocol: Protocol,
    /// The port that the flow is opened to.
    pub(super) port: u16,
    pub(super) nat: Option<Nat>,
    /// The virtual service that the flow is opened to.
    pub(super) virtual_service: Option<VirtualServiceId>,
    pub(super) dhcp: Option<Dhcp>,
    pub(super) is_answer: bool,
}

/// Where a packet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Workload(WorkloadId),
    Server(ServerId),
    Device(DeviceId),
}

/// How a packet came to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ingress {
    /// It is made there.
    Origin,
    /// From a workload, over its tap interface.
    Tap(WorkloadId),
    /// From a leaf, over the server's port group.
    PortGroup,
    /// From a server, over an access port, in this network.
    Access(ServerId, NetworkId),
    /// From another device.
    Fabric,
}

/// A packet inside a node, with what the node has done so far.
#[derive(Clone, Debug)]
pub(super) struct Work {
    pub(super) steps: Vec<Step>,
    pub(super) packet: PacketHeaders,
    /// Whether this node put the packet into VXLAN.
    pub(super) is_encapsulated_here: bool,
}

impl Work {
    pub(super) fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }
}

/// A packet that leaves a node.
pub(super) struct Emission {
    pub(super) link: Name,
    pub(super) is_fabric_link: bool,
    pub(super) to: Node,
    pub(super) ingress: Ingress,
}

/// What becomes of a packet at a node: one entry for each equal-cost choice.
pub(super) type Outcomes = Vec<(Work, Result<Emission, Verdict>)>;

/// A path that is still growing.
struct Branch {
    node: Node,
    ingress: Ingress,
    packet: PacketHeaders,
    hops: Vec<Arc<Hop>>,
}

/// A packet that was at a node before, by another of the equal-cost paths.
struct Visit {
    node: Node,
    ingress: Ingress,
    packet: PacketHeaders,
    onward: Arc<[Onward]>,
}

/// One thing that became of it.
struct Onward {
    hop: Arc<Hop>,
    next: Result<(Node, Ingress), Verdict>,
}

impl Visit {
    /// Whether a packet fares as this one did. From which device it comes does not matter in the underlay.
    fn was_like(&self, branch: &Branch) -> bool {
        let with_link = self.ingress != Ingress::Fabric;
        self.node == branch.node
            && self.ingress == branch.ingress
            && self.packet.is_like(&branch.packet, with_link)
    }
}

impl Walker<'_> {
    pub(super) fn walk(&self, from: Endpoint, to: Endpoint, called: &Name, packet: &PacketHeaders) -> Way {
        let start = match from {
            Endpoint::Workload(id) => vec![Node::Workload(id)],
            Endpoint::Server(id, _) | Endpoint::Vhost0(id) => vec![Node::Server(id)],
            Endpoint::VirtualService(id) => {
                let members = self.fabric.virtual_services[id].members.iter();
                members.map(|member| Node::Workload(*member)).collect()
            }
        };
        let start = start.into_iter().map(|node| {
            let packet = self.as_sent_by(node, packet.clone());
            Branch { node, ingress: Ingress::Origin, packet, hops: Vec::new() }
        });
        let mut branches: VecDeque<Branch> = start.collect();
        let mut visits: Vec<Visit> = Vec::new();
        let mut way = Way::default();
        while let Some(branch) = branches.pop_front() {
            if way.paths.len() + branches.len() >= MAX_PATHS {
                way.is_cut = true;
                break;
            }
            if branch.hops.len() >= MAX_HOPS {
                let at = self.name(branch.node);
                let verdict = Verdict::Dropped { at, reason: Box::new(Drop::Loop) };
                way.paths.push(Path { hops: branch.hops, verdict });
                continue;
            }
            let onward = match visits.iter().find(|visit| visit.was_like(&branch)) {
                Some(visit) => Arc::clone(&visit.onward),
                None => {
                    let onward: Arc<[Onward]> = self.visit(&branch, to, called).into();
                    let Branch { node, ingress, ref packet, .. } = branch;
                    visits.push(Visit { node, ingress, packet: packet.clone(), onward: Arc::clone(&onward) });
                    onward
                }
            };
            for Onward { hop, next } in onward.iter() {
                let mut hops = branch.hops.clone();
                hops.push(Arc::clone(hop));
                match (next, &hop.sent) {
                    (Ok((node, ingress)), Some(sent)) => {
                        let (node, ingress, packet) = (*node, *ingress, sent.packet.clone());
                        branches.push_back(Branch { node, ingress, packet, hops });
                    }
                    (Err(verdict), _) => way.paths.push(Path { hops, verdict: verdict.clone() }),
                    (Ok(_), None) => {}
                }
            }
        }
        way
    }

    /// What becomes of a packet at a node.
    fn visit(&self, branch: &Branch, to: Endpoint, called: &Name) -> Vec<Onward> {
        let node = self.name(branch.node);
        let outcomes = self.at(branch, to, called).into_iter();
        let onward = outcomes.map(|(work, result)| {
            let Work { steps, packet, .. } = work;
            let (sent, next) = match result {
                Ok(Emission { link, is_fabric_link, to, ingress }) => {
                    let sent = Sent { link, to: self.name(to), is_fabric_link, packet };
                    (Some(sent), Ok((to, ingress)))
                }
                Err(verdict) => (None, Err(verdict)),
            };
            Onward { hop: Arc::new(Hop { node: node.clone(), steps, sent }), next }
        });
        onward.collect()
    }

    fn at(&self, branch: &Branch, to: Endpoint, called: &Name) -> Outcomes {
        let work = Work { steps: Vec::new(), packet: branch.packet.clone(), is_encapsulated_here: false };
        match (branch.node, branch.ingress) {
            (Node::Workload(id), Ingress::Origin) => self.workload_sends(id, work),
            (Node::Workload(id), _) => {
                let verdict = if self.fabric.is_at(to, id) {
                    Verdict::Delivered { to: called.clone() }
                } else {
                    self.dropped(branch.node, Drop::NotForUs { destination: self.destination(&work) })
                };
                vec![(work, Err(verdict))]
            }
            (Node::Server(id), Ingress::Origin) => match &self.dhcp {
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
    fn at_server(&self, server: ServerId, work: Work, to: Endpoint, called: &Name) -> Outcomes {
        let destination = self.destination(&work);
        if self.fabric.servers[server].vhost0.is_some()
            && let Some(outcomes) = self.vrouter_from_underlay(server, work.clone())
        {
            return outcomes;
        }
        let verdict = match to {
            Endpoint::Server(id, _) | Endpoint::Vhost0(id)
                if id == server && self.fabric.address_of(to) == destination =>
            {
                Verdict::Delivered { to: called.clone() }
            }
            _ => self.dropped(Node::Server(server), Drop::NotForUs { destination }),
        };
        vec![(work, Err(verdict))]
    }

    pub(super) fn destination(&self, work: &Work) -> IpAddr {
        let _ = self;
        work.packet.destination().unwrap_or(IpAddr::from([0; 4]))
    }

    pub(super) fn name(&self, node: Node) -> Name {
        match node {
            Node::Workload(id) => self.fabric.workloads[id].name.clone(),
            Node::Server(id) => self.fabric.servers[id].name.clone(),
            Node::Device(id) => self.fabric.devices[id].name.clone(),
        }
    }

    pub(super) fn dropped(&self, at: Node, reason: Drop) -> Verdict {
        Verdict::Dropped { at: self.name(at), reason: Box::new(reason) }
    }

    pub(super) fn drop(&self, at: Node, work: Work, reason: Drop) -> Outcomes {
        vec![(work, Err(self.dropped(at, reason)))]
    }

    /// The drop for an address that a table has no route to.
    pub(super) fn no_route(&self, table: Table, destination: IpAddr, because: Vec<String>) -> Drop {
        let network = self.fabric.overlay_network(destination);
        let network = network.map(|network| self.fabric.networks[network].name.clone());
        Drop::NoRoute { table, destination, network, because }
    }

    /// L5, as a reason: the destination is a workload that nobody outside can open a flow to.
    pub(super) fn behind_snat(&self, destination: IpAddr) -> Option<Drop> {
        let fabric = self.fabric;
        let network = self.fabric.overlay_network(destination)?;
        let Some(Owner::Workload(workload)) = fabric.owner(network, destination) else { return None };
        let (workload, network) =
            (limits::only_behind_snat(fabric, workload).then_some(workload)?, &fabric.networks[network]);
        let workload = fabric.workloads[workload].name.clone();
        Some(Drop::BehindSnat { workload, network: network.name.clone() })
    }

    /// The MAC address of a next hop in a network as a server asks for it, and who answers.
    pub(super) fn resolve(
        &self,
        server: ServerId,
        network: NetworkId,
        address: IpAddr,
    ) -> Result<(Sourced<contrail_wire::MacAddr>, Name), Drop> {
        let fabric = self.fabric;
        let at = &fabric.networks[network];
        let is_gateway = at.subnets.iter().any(|subnet| subnet.gateway == Some(address));
        if is_gateway {
            let leaves = fabric.leaves_of(server);
            if leaves.is_empty() {
                return Err(self.detached(server));
            }
            let has_irb = |device: &DeviceId| {
                fabric.has_underlay_irb(*device, network)
                    || fabric.router_with_irb(*device, network).is_some()
            };
            let mut answering: Vec<DeviceId> = leaves.iter().copied().filter(has_irb).collect();
            if answering.is_empty() {
                answering = self.advertised_gateways(network);
            }
            if answering.is_empty() {
                let devices = leaves.iter().map(|leaf| fabric.devices[*leaf].name.clone()).collect();
                return Err(Drop::NoGateway { network: at.name.clone(), gateway: address, devices });
            }
            let answered_by: Name =
                format!("the IRB of {} on {}", at.name, fabric.names_of(&answering)).into();
            let source = Source::GatewayByArp { gateway: address, answered_by: answered_by.clone() };
            return Ok(((crate::fabric::VIRTUAL_GATEWAY, source), answered_by));
        }
        let (mac, owner): (_, Name) = match fabric.owner(network, address) {
            Some(Owner::Server(id)) => {
                let server = &fabric.servers[id];
                let interface = server.interfaces().find(|interface| interface.address == address);
                (interface.map(|interface| interface.mac), server.name.clone())
            }
            Some(Owner::Workload(id)) => {
                (Some(fabric.workloads[id].interface.mac), fabric.workloads[id].name.clone())
            }
            Some(Owner::VirtualService(id)) => (
                Some(VROUTER_GATEWAY),
                format!("the vRouter, for {}", fabric.virtual_services[id].name).into(),
            ),
            None => (None, "nobody".into()),
        };
        let no_neighbour = Drop::NoNeighbour { network: at.name.clone(), address };
        let mac = mac.ok_or(no_neighbour)?;
        Ok(((mac, Source::NeighbourByArp { address, answered_by: owner.clone() }), owner))
    }

    /// The devices from which all leaves learn the MAC address of a network's gateway.
    pub(super) fn advertised_gateways(&self, network: NetworkId) -> Vec<DeviceId> {
        let fabric = self.fabric;
        let routers = fabric.routers_of(network).iter();
        let extended = routers.flat_map(|router| {
            let devices = fabric.routers[*router].extended_to.iter();
            devices.copied().filter(|device| fabric.has_irb(*router, *device, network))
        });
        extended.filter(|device| fabric.advertises_gateways(*device)).collect()
    }

    /// Sends a frame from a server over each port of its port group.
    pub(super) fn out_of_server(
        &self,
        server: ServerId,
        network: NetworkId,
        mut work: Work,
        source: Sourced<contrail_wire::MacAddr>,
        destination: Sourced<contrail_wire::MacAddr>,
    ) -> Outcomes {
        let fabric = self.fabric;
        let at = &fabric.servers[server];
        let group = &fabric.port_groups[at.port_group];
        let Some(binding) = group.binding(network) else {
            let reason = Drop::NotCarried {
                server: at.name.clone(),
                port_group: group.name.clone(),
                network: fabric.networks[network].name.clone(),
            };
            return self.drop(Node::Server(server), work, reason);
        };
        work.packet.set_link(source, destination);
        work.packet.set_vlan(self.tag(binding, &group.name));
        let ports: Vec<_> = group.ports.iter().filter(|port| fabric.is_port_up(port)).collect();
        if ports.is_empty() {
            return self.drop(Node::Server(server), work, self.detached(server));
        }
        let emissions = ports.into_iter().map(|port| {
            let device = &fabric.devices[port.device].name;
            let emission = Emission {
                link: access_link(device, &port.interface, &at.name),
                is_fabric_link: false,
                to: Node::Device(port.device),
                ingress: Ingress::Access(server, network),
            };
            (work.clone(), Ok(emission))
        });
        emissions.collect()
    }

    /// The drop for a server none of whose cables is up.
    pub(super) fn detached(&self, server: ServerId) -> Drop {
        let at = &self.fabric.servers[server];
        let port_group = self.fabric.port_groups[at.port_group].name.clone();
        Drop::Detached { server: at.name.clone(), port_group }
    }

    /// The tag that frames of a VLAN bear on a port.
    pub(super) fn tag(&self, binding: &VlanBinding, port_group: &Name) -> Option<Sourced<u16>> {
        let network = self.fabric.networks[binding.network].name.clone();
        let source = Source::VlanOf { network, port_group: port_group.clone() };
        (!binding.untagged).then_some((binding.vlan, source))
    }
}

/// What a cable between a leaf and a server is called.
pub(super) fn access_link(device: &str, interface: &str, server: &str) -> Name {
    format!("{device}:{interface} - {server}").into()
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
