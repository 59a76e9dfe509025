//! What ends a drop within an approach.

use std::net::IpAddr;

use ipnet::IpNet;

use super::approach::Attempt;
use super::complete::reasons;
use super::{Change, Reason};
use crate::fabric::{
    Address, DeviceId, Fabric, Name, NetworkId, RequiredFlow, RouterId, SecondaryAddress, ServerId,
};
use crate::trace::{Drop, Table, Trace};

/// What would end each drop, and the drops that nothing within the approach would end.
pub(super) fn remedies(
    fabric: &Fabric,
    attempt: &Attempt<'_>,
    traces: &[Trace],
) -> (Vec<Change>, Vec<Reason>) {
    let drops = Drops { fabric, attempt, networks: attempt.addressed(fabric) };
    let mut found: Vec<(Reason, Option<Remedy>)> = Vec::new();
    for (flow, trace) in attempt.flows.iter().zip(traces) {
        for reason in first_reasons(trace) {
            let remedy = match &reason {
                Reason::Dropped { reason, .. } => drops.remedy(flow, reason),
                _ => None,
            };
            found.push((reason, remedy));
        }
    }
    let mut remedies: Vec<(&Remedy, Vec<Change>)> = Vec::new();
    for remedy in found.iter().filter_map(|(_, remedy)| remedy.as_ref()) {
        if remedies.iter().all(|(known, _)| *known != remedy) {
            remedies.push((remedy, remedy.changes(fabric)));
        }
    }
    let helps = |remedy: &Remedy| {
        remedies.iter().any(|(other, changes)| other.helps_where_does(remedy) && !changes.is_empty())
    };
    let hopeless = found.iter().filter(|(_, remedy)| !remedy.as_ref().is_some_and(helps));
    let hopeless = hopeless.map(|(reason, _)| reason.clone()).collect();
    (remedies.into_iter().flat_map(|(_, changes)| changes).collect(), hopeless)
}

/// Why a trace does not arrive. What is not translated for want of a pool goes under a wrong address; how its answer
/// fares says nothing.
fn first_reasons(trace: &Trace) -> Vec<Reason> {
    let mut reasons = reasons(trace);
    let lacks_pool = |reason: &Reason| matches!(reason, Reason::Dropped { reason, .. } if matches!(**reason, Drop::NoTranslationPool { .. }));
    if reasons.iter().any(lacks_pool) {
        reasons.retain(lacks_pool);
    }
    reasons
}

/// What ends drops.
#[derive(PartialEq)]
enum Remedy {
    One(Change),
    /// Underlay IRBs of a network on those of some devices that have none.
    UnderlayIrbs(NetworkId, Vec<DeviceId>),
    /// Secondary addresses of an overlay network on the underlay IRBs of its hypervisors' leaves, and their
    /// announcement.
    SecondaryAddresses(NetworkId),
}

impl Remedy {
    /// Whether it helps against what another one is for: IRBs of a network announce it, whoever they are there for.
    fn helps_where_does(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::UnderlayIrbs(network, _), Self::UnderlayIrbs(same, _)) => network == same,
            _ => self == other,
        }
    }

    fn changes(&self, fabric: &Fabric) -> Vec<Change> {
        match self {
            Self::One(change) => vec![change.clone()],
            Self::UnderlayIrbs(network, devices) => underlay_irbs(fabric, *network, devices),
            Self::SecondaryAddresses(network) => secondary_addresses(fabric, *network),
        }
    }
}

/// What drops are looked at with.
struct Drops<'d> {
    /// With the changes so far.
    fabric: &'d Fabric,
    attempt: &'d Attempt<'d>,
    /// The networks that packets of the attempt's flows can be addressed to.
    networks: Vec<NetworkId>,
}

impl Drops<'_> {
    /// The remedy of a drop of a flow, within the approach.
    fn remedy(&self, flow: &RequiredFlow, reason: &Drop) -> Option<Remedy> {
        let Self { fabric, attempt, .. } = self;
        match reason {
            Drop::Outage { consequence, .. } => self.remedy(flow, consequence),
            Drop::NoRoute { table: Table::Host { server }, destination, .. }
            | Drop::NextHopUnreachable { server, destination, .. } => self.static_route(server, *destination),
            Drop::NoGateway { network, devices, .. } => {
                let network = fabric.network_named(network)?;
                match self.router() {
                    Some((_, name)) if self.is_joined(network) && attempt.is_routed(fabric, flow) => {
                        extended(name, devices.clone())
                    }
                    _ => self.is_of_underlay(network).then(|| self.underlay_irbs(flow, network)),
                }
            }
            Drop::GatewayElsewhere { network, .. } => {
                let network = fabric.network_named(network)?;
                let is_in_underlay = !fabric.networks[network].underlay_irb.is_empty();
                let passes_by = self.is_joined(network) && !attempt.is_routed(fabric, flow);
                (is_in_underlay || passes_by).then(|| self.underlay_irbs(flow, network))
            }
            Drop::NoRoute { table: Table::Vrf { .. }, .. } if !attempt.is_routed(fabric, flow) => {
                // The logical router has attracted what is to pass it by.
                self.irbs_of_ends(flow, |network| self.is_joined(network))
            }
            Drop::NoRoute { table: Table::Vrf { .. } | Table::Vrouter { .. }, destination, .. } => {
                self.irb_elsewhere(*destination)
            }
            Drop::NoTunnelEnd { .. } if !attempt.is_routed(fabric, flow) => {
                // An IRB on the leaf of a host spares the bridging to that leaf.
                self.irbs_of_ends(flow, |network| self.is_of_underlay(network))
            }
            Drop::NoTunnelEnd { .. } => self.extended_to_ends(flow),
            Drop::NoRoute { table: Table::Underlay { device }, .. }
                if attempt.is_routed(fabric, flow) && attempt.is_withdrawn_from(device) =>
            {
                extended(attempt.router.as_ref()?, vec![device.clone()])
            }
            Drop::NoRoute { table: Table::Underlay { .. }, destination, .. } => {
                match self.network_of(*destination)? {
                    network if fabric.networks[network].ip_fabric_forwarding => {
                        Some(Remedy::SecondaryAddresses(network))
                    }
                    network => self.is_of_underlay(network).then(|| self.underlay_irbs(flow, network)),
                }
            }
            Drop::NoNeighbour { address, .. } => {
                // The subnet is announced, but not by the leaves that could learn the workload.
                let network = fabric.overlay_network(*address)?;
                let is_forwarded = fabric.networks[network].ip_fabric_forwarding;
                is_forwarded.then_some(Remedy::SecondaryAddresses(network))
            }
            Drop::NoTranslationPool { protocol, .. } => {
                // The ranges that kube-manager sets up.
                let (start_port, end_port) =
                    if *protocol == "TCP" { (56_000, 57_023) } else { (57_024, 58_047) };
                Some(Remedy::One(Change::AddPortTranslationPool { protocol, start_port, end_port }))
            }
            _ => None,
        }
    }

    /// The network that a packet is addressed to.
    fn network_of(&self, destination: IpAddr) -> Option<NetworkId> {
        let is_in = |id: &NetworkId| self.fabric.networks[*id].subnet_of(destination).is_some();
        self.networks.iter().copied().find(is_in)
    }

    /// The attempt's logical router.
    fn router(&self) -> Option<(RouterId, &Name)> {
        let name = self.attempt.router.as_ref()?;
        Some((self.fabric.router_named(name)?, name))
    }

    /// Whether the attempt's logical router joins a network.
    fn is_joined(&self, network: NetworkId) -> bool {
        self.router().is_some_and(|(id, _)| self.fabric.routers[id].networks.contains(&network))
    }

    /// Whether the underlay is to route a network: one of servers that the logical router does not join, or that some
    /// traffic reaches without it.
    fn is_of_underlay(&self, network: NetworkId) -> bool {
        !self.fabric.is_overlay(network) && (self.attempt.is_in_underlay() || !self.is_joined(network))
    }

    /// Underlay IRBs of the network of a flow's ends that is wanted.
    fn irbs_of_ends(&self, flow: &RequiredFlow, is_wanted: impl Fn(NetworkId) -> bool) -> Option<Remedy> {
        let mut ends = [flow.from.1, flow.to.1].into_iter().filter_map(|end| self.fabric.network_of(end));
        ends.find(|network| is_wanted(*network)).map(|network| self.underlay_irbs(flow, network))
    }

    /// A network routed in the underlay: wherever it reaches; if a logical router joins it too, only on those leaves of the
    /// flow's ends in it where the logical router has no IRB of it.
    fn underlay_irbs(&self, flow: &RequiredFlow, network: NetworkId) -> Remedy {
        let fabric = self.fabric;
        let mut devices = fabric.attached_devices(network).to_vec();
        if self.is_joined(network) {
            let hosts = [flow.from.1, flow.to.1].into_iter().filter_map(|end| fabric.host_of(end));
            let hosts =
                hosts.filter(|host| fabric.servers[*host].interfaces().any(|at| at.network == network));
            let leaves: Vec<DeviceId> = hosts.flat_map(|host| fabric.leaves_of(host)).collect();
            let is_routed = |device| fabric.router_with_irb(device, network).is_some();
            devices.retain(|device| leaves.contains(device) && !is_routed(*device));
        }
        Remedy::UnderlayIrbs(network, devices)
    }

    /// The attempt's logical router on the leaves of a flow's ends in its networks, which spares the bridging to them.
    fn extended_to_ends(&self, flow: &RequiredFlow) -> Option<Remedy> {
        let fabric = self.fabric;
        let (id, name) = self.router()?;
        let router = &fabric.routers[id];
        let hosts = [flow.from.1, flow.to.1].into_iter().filter_map(|end| fabric.host_of(end));
        let is_joined = |host: &ServerId| {
            fabric.servers[*host].addresses.iter().any(|at| router.networks.contains(&at.network))
        };
        let leaves = hosts.filter(is_joined).flat_map(|host| fabric.leaves_of(host));
        let devices = leaves.filter(|leaf| !router.extended_to.contains(leaf)).collect::<Vec<DeviceId>>();
        extended(name, fabric.device_names(&devices))
    }

    /// The attempt's logical router on the devices that a network reaches, where only such have its IRB (release
    /// `r2011`).
    fn irb_elsewhere(&self, destination: IpAddr) -> Option<Remedy> {
        let fabric = self.fabric;
        let (id, name) = self.router()?;
        let router = &fabric.routers[id];
        let is_in = |network: &&NetworkId| fabric.networks[**network].subnet_of(destination).is_some();
        let network = *router.networks.iter().find(is_in)?;
        if router.extended_to.iter().any(|device| fabric.has_irb(id, *device, network)) {
            return None;
        }
        let attached = fabric.attached_devices(network).iter().copied();
        let devices: Vec<DeviceId> =
            attached.filter(|device| fabric.devices[*device].routes_tenants()).collect();
        extended(name, fabric.device_names(&devices))
    }

    /// A route on a server to the subnet of an address, via the gateway of the network by which the server takes part.
    fn static_route(&self, server: &str, destination: IpAddr) -> Option<Remedy> {
        let fabric = self.fabric;
        let id = fabric.server_named(server)?;
        let server = &fabric.servers[id];
        let to = fabric.networks[self.network_of(destination)?].subnet_of(destination)?.prefix;
        let mut ends = self.attempt.flows.iter().flat_map(|flow| [flow.from.1, flow.to.1]);
        let network = fabric.network_of(ends.find(|end| fabric.host_of(*end) == Some(id))?)?;
        let is_of_family = |address: &&Address| address.address.is_ipv4() == destination.is_ipv4();
        let address = server.interfaces().filter(is_of_family).find(|address| address.network == network)?;
        let via = fabric.networks[network].subnet_of(address.address)?.gateway?;
        Some(Remedy::One(Change::AddStaticRoute { server: server.name.clone(), to, via }))
    }
}

fn extended(router: &Name, devices: Vec<Name>) -> Option<Remedy> {
    let router = router.clone();
    (!devices.is_empty()).then_some(Remedy::One(Change::ExtendLogicalRouter { router, devices }))
}

fn underlay_irbs(fabric: &Fabric, network: NetworkId, devices: &[DeviceId]) -> Vec<Change> {
    let at = &fabric.networks[network];
    let Some(gateway) = at.subnets.iter().find_map(|subnet| subnet.gateway) else { return Vec::new() };
    let missing = devices.iter().copied().filter(|device| !at.underlay_irb.contains(device));
    let irb = |device| Change::AddUnderlayIrb {
        network: at.name.clone(),
        gateway,
        device: fabric.devices[device].name.clone(),
    };
    missing.map(irb).collect()
}

fn secondary_addresses(fabric: &Fabric, network: NetworkId) -> Vec<Change> {
    let at = &fabric.networks[network];
    let mut places = Vec::new();
    for workload in fabric.workloads_of(network) {
        let host = fabric.workloads[*workload].host;
        let Some(vhost0) = &fabric.servers[host].vhost0 else { continue };
        places.extend(fabric.leaves_of(host).map(|leaf| (leaf, vhost0.network)));
    }
    places.sort_unstable();
    places.dedup();
    let mut changes = Vec::new();
    for subnet in &at.subnets {
        let Some(gateway) = subnet.gateway else { continue };
        let Ok(address) = IpNet::new(gateway, subnet.prefix.prefix_len()) else { continue };
        let has = |leaf: DeviceId, is_enough: fn(&SecondaryAddress) -> bool| {
            let there = fabric.devices[leaf].secondary_addresses.iter();
            there.into_iter().any(|other| other.address.trunc() == subnet.prefix && is_enough(other))
        };
        for (leaf, irb) in places.iter().filter(|(leaf, _)| !has(*leaf, |_| true)) {
            let device = fabric.devices[*leaf].name.clone();
            let irb = fabric.networks[*irb].name.clone();
            changes.push(Change::AddSecondaryAddress { irb, address, device });
        }
        for (leaf, _) in places.iter().filter(|(leaf, _)| !has(*leaf, |other| other.redistribute)) {
            let device = fabric.devices[*leaf].name.clone();
            changes.push(Change::RedistributeSubnet { prefix: subnet.prefix, device });
        }
    }
    changes
}
