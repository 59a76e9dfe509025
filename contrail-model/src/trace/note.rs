//! What a walk notes, by the ids of objects: steps, and where values come from. Names are put to them when somebody
//! asks ([`super::tell`]).

use std::net::IpAddr;
use std::ops::Range;

use contrail_wire::{Label, MacAddr, Vni};
use ipnet::IpNet;

use super::packet::{Headers, Packet};
use super::step::RouteKind;
use super::verdict::Verdict;
use crate::fabric::{
    DeviceId, NetworkId, PortGroupId, RouterId, ServerId, TunnelKind, VirtualServiceId, WorkloadId,
};

/// Devices, as a stretch of the list that a trace keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Devices {
    start: u32,
    length: u32,
}

impl Devices {
    pub(super) const fn is_empty(self) -> bool {
        self.length == 0
    }
}

/// What has a VNI and a VRF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Domain {
    Network(NetworkId),
    Router(RouterId),
}

/// See [`super::Table`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Table {
    Host(ServerId),
    Vrouter(ServerId, Domain),
    IpFabric(ServerId),
    Underlay(DeviceId),
    Vrf(RouterId, DeviceId),
}

/// Where a route leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NextHop {
    /// Into a network that a host has an address in.
    Network(NetworkId),
    Irb(NetworkId),
    Gateway(IpAddr),
    /// To the device that it is sent to, on the way to the nearest that announce the route.
    Towards(Devices),
    Loopback(DeviceId),
    Vtep(DeviceId),
    Vhost0(ServerId),
    SubnetOfVhost0,
    GatewayOfVhost0,
}

/// See [`super::Route`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) to: IpNet,
    pub(super) kind: RouteKind,
    pub(super) next_hop: NextHop,
}

/// What else a lookup found, and why it was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PassedOver {
    Nothing,
    /// Gateways that are farther.
    Farther(Devices),
    /// A vRouter's type-5 route, as the device has the IRB.
    PrefixOf(ServerId, NetworkId),
    /// A vRouter's type-2 route, as it goes with a tunnel that the device cannot make.
    OtherTunnelOf(ServerId, DeviceId),
    /// A vRouter's type-2 route, as the device does not have the IRB.
    NoIrbFor(ServerId, DeviceId, NetworkId),
}

/// Who answers for an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Neighbour {
    Server(ServerId),
    Workload(WorkloadId),
    /// A vRouter, for an address that several workloads answer for.
    VirtualService(VirtualServiceId),
    /// A vRouter, for a workload under IP fabric forwarding.
    VrouterFor(WorkloadId),
    /// The IRBs of a network.
    Irb(NetworkId, Devices),
}

/// Where a frame is bridged to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BridgeTo {
    AccessPort(ServerId),
    Vteps(Devices),
    VrouterOf(ServerId),
}

/// What a tunnel header says whose the packet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TunnelId {
    Vni(Vni),
    Label(Label),
}

/// What a packet out of a tunnel goes on in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Into {
    Vrf(RouterId),
    Network(NetworkId),
    InterfaceOf(WorkloadId),
    Dhcp(NetworkId),
}

/// See [`super::Step`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Receive { device: DeviceId, server: ServerId, network: NetworkId },
    Lookup { table: Table, destination: IpAddr, chosen: Route, passed_over: PassedOver },
    Resolve { network: NetworkId, address: IpAddr, mac: MacAddr, owner: Neighbour },
    Bridge { network: NetworkId, mac: MacAddr, to: BridgeTo },
    Flood { network: NetworkId, to: Devices, followed: ServerId },
    Encapsulate { tunnel: TunnelKind, id: TunnelId, between: [IpAddr; 2], because: &'static str },
    Decapsulate { tunnel: TunnelKind, id: TunnelId, into: Into },
    Translate { from: (IpAddr, u16), to: (IpAddr, u16) },
}

impl Step {
    /// A lookup that passed nothing over.
    pub(super) const fn lookup(table: Table, destination: IpAddr, chosen: Route) -> Self {
        Self::Lookup { table, destination, chosen, passed_over: PassedOver::Nothing }
    }
}

/// An interface with a MAC address of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Interface {
    Server(ServerId, NetworkId),
    Vhost0(ServerId),
    Workload(WorkloadId),
}

/// A node that tunnels end at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TunnelEnd {
    Device(DeviceId),
    Vrouter(ServerId),
}

/// Whose an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AddressOf {
    /// The end that opens the flow, as the flow calls it.
    From,
    /// The end that answers, as the flow calls it.
    To,
    Workload(WorkloadId),
    VirtualService(VirtualServiceId),
    Vhost0(ServerId),
}

/// What a label was advertised for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LabelFor {
    Workload(WorkloadId),
    Vrf(DeviceId, RouterId),
}

/// See [`super::Source`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    InterfaceMac {
        of: Interface,
        given: bool,
    },
    /// An end of a cable, by its index.
    PortMac {
        link: usize,
        end: usize,
    },
    GatewayByArp {
        gateway: IpAddr,
        answered_by: Neighbour,
    },
    NeighbourByArp {
        address: IpAddr,
        answered_by: Neighbour,
    },
    VrouterGateway,
    IrbMac {
        device: DeviceId,
        network: NetworkId,
    },
    RouterMac(TunnelEnd),
    AddressOf(AddressOf),
    Translated(WorkloadId),
    TunnelEnd(TunnelEnd),
    VniOf(Domain, &'static str),
    LabelFrom(LabelFor),
    VlanOf(NetworkId, PortGroupId),
    NoAddressYet,
    Broadcast,
    ServiceAddress(NetworkId),
    Offered(ServerId),
    ServicePort,
    ClientPort,
    TranslatedPort {
        first: u16,
        last: u16,
    },
    Entropy,
    Assigned(&'static str),
}

/// A link between two nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// A cable between devices, by its index, and the end that the packet leaves from.
    Cable { link: usize, end: usize },
    /// Between a port of a device, by its index in the server's port group, and the server.
    Access { server: ServerId, port: usize },
    /// Between a workload and its vRouter.
    Tap(WorkloadId),
}

impl Link {
    /// Whether it is between devices.
    pub(super) const fn is_cable(self) -> bool {
        matches!(self, Self::Cable { .. })
    }
}

/// All that was noted on the ways of a trace.
#[derive(Clone, Debug, Default)]
pub(super) struct Notes {
    pub(super) headers: Headers,
    /// Each with the one before it at the same node.
    pub(super) steps: Vec<(Step, Option<usize>)>,
    devices: Vec<DeviceId>,
    pub(super) hops: Vec<Noted>,
    pub(super) visits: Vec<Visit>,
    /// How paths end, as often as they do.
    pub(super) verdicts: Vec<Verdict>,
}

impl Notes {
    /// Notes devices that a step or source tells of.
    pub(super) fn note_devices(&mut self, devices: impl IntoIterator<Item = DeviceId>) -> Devices {
        let place = |devices: &Vec<DeviceId>| u32::try_from(devices.len()).unwrap_or(u32::MAX);
        let start = place(&self.devices);
        self.devices.extend(devices);
        Devices { start, length: place(&self.devices) - start }
    }

    pub(super) fn devices(&self, Devices { start, length }: Devices) -> &[DeviceId] {
        let [start, length] = [start, length].map(|place| usize::try_from(place).unwrap_or(usize::MAX));
        self.devices.get(start..).and_then(|devices| devices.get(..length)).unwrap_or_default()
    }

    /// Room for what most traces note.
    pub(super) fn new() -> Self {
        Self {
            headers: Headers::with_capacity(96),
            steps: Vec::with_capacity(96),
            devices: Vec::with_capacity(64),
            hops: Vec::with_capacity(96),
            visits: Vec::with_capacity(48),
            verdicts: Vec::with_capacity(8),
        }
    }

    /// How a path ends, if it does.
    pub(super) fn verdict(&self, next: Next) -> Option<&Verdict> {
        match next {
            Next::Ends(verdict) => self.verdicts.get(verdict),
            Next::Visits(_) => None,
        }
    }

    /// Notes how a path ends.
    pub(super) fn ends(&mut self, verdict: Verdict) -> Next {
        self.verdicts.push(verdict);
        Next::Ends(self.verdicts.len() - 1)
    }

    /// How many cables between devices some hops send over.
    pub(super) fn cables(&self, hops: &[usize]) -> usize {
        let sent = hops.iter().filter_map(|hop| self.hops.get(*hop)?.sent.as_ref());
        sent.filter(|sent| sent.link.is_cable()).count()
    }

    /// The steps up to one, in order.
    pub(super) fn steps_until(&self, last: Option<usize>) -> Vec<&Step> {
        let mut steps = Vec::new();
        let mut next = last;
        while let Some((step, before)) = next.and_then(|at| self.steps.get(at)) {
            steps.push(step);
            next = *before;
        }
        steps.reverse();
        steps
    }
}

/// One way of a trace.
#[derive(Clone, Debug)]
pub(super) struct Walk {
    /// Where packets start: more than one where several workloads answer for an address.
    pub(super) starts: Range<usize>,
    pub(super) hops: Range<usize>,
    /// Whether the packet arrives on every path.
    pub(super) is_delivered: bool,
}

/// A packet that comes to a node.
#[derive(Clone, Debug)]
pub(super) struct Visit {
    pub(super) node: Node,
    pub(super) ingress: Ingress,
    pub(super) packet: Packet,
    /// Hops before it on the shortest path that leads to it.
    pub(super) depth: usize,
    /// What becomes of it, by index: one for each equal-cost choice.
    pub(super) hops: Range<usize>,
    /// Another visit of the walker's bucket.
    pub(super) in_same_bucket: Option<usize>,
}

/// What becomes of a packet at a node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noted {
    pub(super) node: Node,
    pub(super) last_step: Option<usize>,
    pub(super) sent: Option<Sent>,
    pub(super) next: Next,
}

/// A packet on a link.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    pub(super) link: Link,
    pub(super) to: Node,
    /// On a cable between devices without its link header: what that is, the cable says.
    pub(super) packet: Packet,
}

/// How it goes on.
#[derive(Clone, Copy, Debug)]
pub(super) enum Next {
    /// With this visit.
    Visits(usize),
    /// With this verdict, by index.
    Ends(usize),
}

/// Where a packet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Node {
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
    /// From another device. From which does not matter in the underlay.
    Fabric,
}
