//! The walk: from node to node, over every equal-cost choice, until each path ends.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::dhcp::Dhcp;
use super::flow::FlowError;
use super::packet::{PacketHeaders, Sourced};
use super::source::Source;
use super::step::{Step, Table};
use super::verdict::{Drop, Verdict};
use super::{Hop, Path, Sent, Trace, Way};
use crate::fabric::{
    Address, DeviceId, Endpoint, Fabric, Name, NetworkId, Owner, Protocol, ServerId, VROUTER_GATEWAY,
    VirtualServiceId, VlanBinding, WorkloadId,
};
use crate::limits;

/// The port that stands for the client's choice.
const CLIENT_PORT: u16 = 40_000;
/// More hops than a path in a Clos can have; a path that is longer goes round.
const MAX_HOPS: usize = 32;
/// Paths that are followed before the rest is left out.
const MAX_PATHS: usize = 256;

/// A flow with its ends found.
pub(crate) struct Traced {
    pub(crate) from: (Name, Endpoint),
    pub(crate) to: (Name, Endpoint),
    pub(crate) protocol: Protocol,
    pub(crate) port: u16,
    pub(crate) why: Name,
}

/// Traces a flow out and back.
pub(crate) fn trace(fabric: &Fabric, flow: &Traced) -> Result<Trace, FlowError> {
    let (from, to) = (fabric.address_of(flow.from.1), fabric.address_of(flow.to.1));
    if from.is_ipv4() != to.is_ipv4() {
        return Err(FlowError::Families { from, to });
    }
    let address = |end: &(Name, Endpoint), ip: IpAddr| -> Sourced<IpAddr> {
        (ip, Source::AddressOf { of: end.0.clone() })
    };
    let client = (CLIENT_PORT, Source::ClientPort);
    let service = (flow.port, Source::ServicePort);
    let walker = Walker {
        fabric,
        protocol: flow.protocol,
        port: flow.port,
        nat: fabric.translation(flow, from),
        virtual_service: match flow.to.1 {
            Endpoint::VirtualService(id) => Some(id),
            _ => None,
        },
        dhcp: fabric.dhcp(flow),
        is_answer: false,
    };
    let opening = match &walker.dhcp {
        Some(dhcp) => dhcp.discover(),
        None => {
            let ends = [address(&flow.from, from), address(&flow.to, to)];
            PacketHeaders::opening(flow.protocol, ends, [client.clone(), service.clone()], false)
        }
    };
    let out = walker.walk(flow.from.1, flow.to.1, &flow.to.0, &opening);

    let walker = Walker { is_answer: true, ..walker };
    // The answer goes to whom the opening packet said it came from.
    let answer = match (&walker.dhcp, &walker.nat) {
        (Some(dhcp), _) => dhcp.offer(fabric),
        (None, nat) => {
            let back_to = match nat {
                Some(nat) => {
                    let of = format!("vhost0 of {}", fabric.servers[nat.server].name).into();
                    let [first, last] = nat.pool;
                    let address = (nat.outside.0, Source::AddressOf { of });
                    (address, (nat.outside.1, Source::TranslatedPort { first, last }))
                }
                None => (address(&flow.from, from), client),
            };
            let ends = [address(&flow.to, to), back_to.0];
            PacketHeaders::opening(flow.protocol, ends, [service, back_to.1], true)
        }
    };
    let back = walker.walk(flow.to.1, flow.from.1, &flow.from.0, &answer);
    Ok(Trace {
        from: flow.from.0.clone(),
        to: flow.to.0.clone(),
        service: format!("{} {}", flow.protocol.name(), flow.port),
        why: flow.why.clone(),
        out,
        back,
    })
}

/// A translation that distributed SNAT keeps for a flow.
#[derive(Clone, Debug)]
pub(super) struct Nat {
    pub(super) server: ServerId,
    pub(super) workload: WorkloadId,
    /// The workload's address and port.
    pub(super) inside: (IpAddr, u16),
    /// vhost0's address, and a port of the pool.
    pub(super) outside: (IpAddr, u16),
    /// The pool's range.
    pub(super) pool: [u16; 2],
}

impl Fabric {
    pub(crate) fn address_of(&self, end: Endpoint) -> IpAddr {
        let address = |at: Option<&Address>| at.map_or(Ipv4Addr::UNSPECIFIED.into(), |at| at.address);
        match end {
            Endpoint::Workload(id) => self.workloads[id].interface.address,
            Endpoint::Server(id, index) => address(self.servers[id].addresses.get(index)),
            Endpoint::Vhost0(id) => address(self.servers[id].vhost0.as_ref()),
            Endpoint::VirtualService(id) => self.virtual_services[id].address,
        }
    }

    /// The translation for a flow that a workload behind distributed SNAT opens to the underlay.
    fn translation(&self, flow: &Traced, from: IpAddr) -> Option<Nat> {
        let (Endpoint::Workload(workload), Endpoint::Server(..)) = (flow.from.1, flow.to.1) else {
            return None;
        };
        if !limits::only_behind_snat(self, workload) {
            return None;
        }
        let server = self.workloads[workload].host;
        let vhost0 =
            self.servers[server].vhost0.as_ref().filter(|at| at.address.is_ipv4() == from.is_ipv4())?;
        let pool = self.pools.iter().find(|pool| pool.protocol == flow.protocol)?;
        Some(Nat {
            server,
            workload,
            inside: (from, CLIENT_PORT),
            outside: (vhost0.address, pool.start_port),
            pool: [pool.start_port, pool.end_port],
        })
    }
}

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

impl Walker<'_> {
    fn walk(&self, from: Endpoint, to: Endpoint, called: &Name, packet: &PacketHeaders) -> Way {
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
        let mut way = Way::default();
        while let Some(branch) = branches.pop_front() {
            if way.paths.len() + branches.len() >= MAX_PATHS {
                way.is_cut = true;
                break;
            }
            let name = self.name(branch.node);
            if branch.hops.len() >= MAX_HOPS {
                let verdict = Verdict::Dropped { at: name, reason: Box::new(Drop::Loop) };
                way.paths.push(Path { hops: branch.hops, verdict });
                continue;
            }
            for (work, result) in self.at(&branch, to, called) {
                let mut hops = branch.hops.clone();
                let sent = result.as_ref().ok().map(|emission| Sent {
                    link: emission.link.clone(),
                    to: self.name(emission.to),
                    is_fabric_link: emission.is_fabric_link,
                    packet: work.packet.clone(),
                });
                hops.push(Arc::new(Hop { node: name.clone(), steps: work.steps, sent }));
                match result {
                    Ok(Emission { to, ingress, .. }) => {
                        branches.push_back(Branch { node: to, ingress, packet: work.packet, hops });
                    }
                    Err(verdict) => way.paths.push(Path { hops, verdict }),
                }
            }
        }
        way
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
        let advertises = |device: &DeviceId| {
            fabric.release().leaves_advertise_gateway() || fabric.devices[*device].is_central_gateway()
        };
        extended.filter(advertises).collect()
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
        let emissions = group.ports.iter().map(|port| {
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
