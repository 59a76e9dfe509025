//! Which networks the required flows are between, read from the document alone.

use contrail_model::Fabric;
use contrail_model::document::{Document, Network};

/// Required flows that hang together by their networks; those of the last part need no break-out.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    /// Networks of workloads, virtual services and bare-metal servers.
    pub(super) overlay: Vec<String>,
    /// The networks at the other ends.
    pub(super) services: Vec<String>,
    /// The networks at both ends of each flow that crosses from one into another; these flows come first.
    pub(super) pairs: Vec<[String; 2]>,
    /// Which of the required flows they are.
    pub(super) flows: Vec<usize>,
}

impl Part {
    pub(super) fn networks(&self) -> impl Iterator<Item = &String> {
        self.overlay.iter().chain(&self.services)
    }

    /// Whether they share a network, or a logical router has networks of both.
    fn touches(&self, other: &Self, document: &Document) -> bool {
        let has =
            |part: &Self, networks: &[String]| part.networks().any(|network| networks.contains(network));
        let mut routers = document.logical_routers.iter();
        self.networks().any(|network| other.networks().any(|same| same == network))
            || routers.any(|router| has(self, &router.networks) && has(other, &router.networks))
    }

    fn take(&mut self, other: Self) {
        for (ours, theirs) in [(&mut self.overlay, other.overlay), (&mut self.services, other.services)] {
            ours.extend(theirs);
            ours.sort();
            ours.dedup();
        }
        self.pairs.extend(other.pairs);
        self.flows.extend(other.flows);
    }

    /// Parts as one.
    pub(super) fn all(parts: impl Iterator<Item = Self>) -> Self {
        let mut all = Self::default();
        parts.for_each(|part| all.take(part));
        all
    }

    /// The part with some of its flows only.
    pub(super) fn with(&self, flows: &[usize]) -> Self {
        let is_kept = |index: &usize| flows.contains(index);
        let pairs = self.flows.iter().zip(&self.pairs).filter(|(index, _)| is_kept(index));
        let pairs: Vec<[String; 2]> = pairs.map(|(_, pair)| pair.clone()).collect();
        let is_met = |network: &&String| pairs.iter().any(|pair| pair.contains(network));
        Self {
            overlay: self.overlay.iter().filter(is_met).cloned().collect(),
            services: self.services.iter().filter(is_met).cloned().collect(),
            flows: self.flows.iter().copied().filter(is_kept).collect(),
            pairs,
        }
    }

    /// The flows between networks that are all in a group.
    pub(super) fn flows_within(&self, group: &[String]) -> Vec<usize> {
        let flows = self.flows.iter().zip(&self.pairs);
        let inner = flows.filter(|(_, pair)| pair.iter().all(|network| group.contains(network)));
        inner.map(|(flow, _)| *flow).collect()
    }

    /// The networks that a network's flows go to or come from.
    pub(super) fn peers<'p>(&'p self, network: &'p str) -> impl Iterator<Item = &'p String> {
        self.pairs.iter().filter_map(move |[one, other]| match network {
            _ if network == one => Some(other),
            _ if network == other => Some(one),
            _ => None,
        })
    }
}

/// All required flows, in parts.
pub(super) fn parts(document: &Document, fabric: &Fabric) -> Vec<Part> {
    let (mut parts, mut plain) = (Vec::<Part>::new(), Part::default());
    for (index, trace) in fabric.trace_required().iter().enumerate() {
        let [from, to] = [trace.from(), trace.to()].map(|end| network_of(document, end));
        let is_plain = from == to || trace.service().starts_with("DHCP");
        let is_overlay = [&from, &to].map(|network| is_overlay(document, network));
        if is_plain || is_overlay == [false, false] {
            plain.flows.push(index);
            continue;
        }
        let mut part = Part { flows: vec![index], ..Part::default() };
        for (network, is_overlay) in [&from, &to].into_iter().zip(is_overlay) {
            let list = if is_overlay { &mut part.overlay } else { &mut part.services };
            list.push(network.clone());
        }
        part.pairs.push([from, to]);
        let (touching, apart): (Vec<Part>, Vec<Part>) =
            parts.into_iter().partition(|other| other.touches(&part, document));
        touching.into_iter().for_each(|other| part.take(other));
        parts = apart;
        parts.push(part);
    }
    parts.push(plain);
    parts
}

/// The network of a flow's end, by the end's name: `octavia-worker@ctl1`, a workload, a virtual service or a server.
fn network_of(document: &Document, end: &str) -> String {
    if let Some((service, server)) = end.split_once('@') {
        let mut integrations = document.integrations.iter();
        let integration = integrations.find(|integration| {
            integration.services.iter().any(|(name, hosts)| {
                format!("{}-{name}", integration.kind) == service && hosts.0.iter().any(|host| host == server)
            })
        });
        return integration.unwrap().service_network.clone().unwrap();
    }
    let workloads = document.workloads.iter().map(|at| (&at.name, &at.network));
    let services = document.virtual_services.iter().map(|at| (&at.name, &at.network));
    let servers = document.servers.iter().flat_map(|server| {
        server.addresses.iter().chain(&server.vhost0).map(|at| (&server.name, &at.network)).take(1)
    });
    let mut all = workloads.chain(services).chain(servers);
    all.find(|(name, _)| *name == end).map(|(_, network)| network.clone()).unwrap()
}

pub(super) fn has_workloads(document: &Document, network: &str) -> bool {
    document.workloads.iter().any(|workload| workload.network == network)
}

fn is_overlay(document: &Document, network: &str) -> bool {
    let bare_metal = document.servers.iter().filter(|server| server.kind == "bare-metal");
    has_workloads(document, network)
        || document.virtual_services.iter().any(|service| service.network == network)
        || bare_metal.flat_map(|server| &server.addresses).any(|address| address.network == network)
}

pub(super) fn network<'d>(document: &'d Document, name: &str) -> &'d Network {
    document.networks.iter().find(|network| network.name == name).unwrap()
}

/// The devices of a port group, each once.
fn devices_of(document: &Document, port_group: &str) -> Vec<String> {
    let group = document.port_groups.iter().find(|group| group.name == port_group).unwrap();
    let mut devices: Vec<String> =
        group.ports.iter().map(|port| port.split_once(':').unwrap().0.to_owned()).collect();
    devices.sort();
    devices.dedup();
    devices
}

/// The leaves that a server is cabled to.
pub(super) fn leaves_of(document: &Document, server: &str) -> Vec<String> {
    let server = document.servers.iter().find(|other| other.name == server).unwrap();
    devices_of(document, &server.port_group)
}

/// The devices that a network reaches by port groups.
pub(super) fn attached(document: &Document, network: &str) -> Vec<String> {
    let groups = document.port_groups.iter();
    let carrying = groups.filter(|group| group.vlans.iter().any(|vlan| vlan.network == network));
    let mut devices: Vec<String> = carrying.flat_map(|group| devices_of(document, &group.name)).collect();
    devices.sort();
    devices.dedup();
    devices
}

/// The devices that can route tenants at all; elsewhere a logical router breaks rule R2.
pub(super) fn routing_devices(document: &Document) -> Vec<String> {
    let routes = |role: &String| {
        ["ERB-UCAST-Gateway", "CRB-Gateway", "DC-Gateway"].iter().any(|routing| role == routing)
    };
    let devices = document.devices.iter().filter(|device| device.overlay_roles.iter().any(routes));
    devices.map(|device| device.name.clone()).collect()
}

/// All subsets, the empty one first.
pub(super) fn subsets<T: Clone>(of: &[T]) -> Vec<Vec<T>> {
    let mut subsets = vec![Vec::new()];
    for item in of {
        let with: Vec<Vec<T>> =
            subsets.iter().map(|subset| subset.iter().cloned().chain([item.clone()]).collect()).collect();
        subsets.extend(with);
    }
    subsets
}
