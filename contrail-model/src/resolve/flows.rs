//! Who can be an end of a flow, and which flows are required.

use foldhash::{HashMap, HashMapExt};

use super::{Names, Resolver};
use crate::document;
use crate::fabric::{
    Address, Endpoint, Fabric, Family, Name, Network, NetworkId, Protocol, RequiredFlow, Server, ServerId,
    ServerKind, Workload, WorkloadId,
};
use crate::integration;

impl Resolver<'_> {
    pub(super) fn flows(
        &mut self,
        fabric: &Fabric,
        servers: &Names<'_, Server>,
        networks: &Names<'_, Network>,
    ) -> (HashMap<Name, Vec<Endpoint>>, Vec<RequiredFlow>) {
        let mut endpoints = endpoints(fabric);
        let mut required = Vec::new();
        let own = self.document.integration_kinds.iter().enumerate();
        let own = own.map(|(i, kind)| (format!("integration_kinds[{i}]"), kind.clone()));
        let known = integration::known().into_iter().map(|kind| ("integrations".to_owned(), kind));
        let kinds: Vec<Kind> = known.chain(own).map(|(path, kind)| self.kind(&path, kind)).collect();
        for (k, kind) in kinds.iter().enumerate() {
            if kinds.iter().take(k).any(|other| other.name == kind.name) {
                self.problem(
                    format!("{}.name", kind.path),
                    format!("the kind `{}` is there already", kind.name),
                );
            }
        }
        for (i, integration) in self.document.integrations.iter().enumerate() {
            let path = format!("integrations[{i}]");
            let words: Vec<(&str, &Kind)> = kinds.iter().map(|kind| (&*kind.name, kind)).collect();
            let kind = self.word(&format!("{path}.kind"), "a kind of integration", &integration.kind, &words);
            if let Some(kind) = kind {
                let mut scope = Scope { fabric, servers, networks, endpoints: &mut endpoints };
                self.integration(&mut scope, &path, integration, kind, &mut required);
            }
        }
        for (i, flow) in self.document.flows.iter().enumerate() {
            self.own_flow(fabric, &format!("flows[{i}]"), flow, &endpoints, &mut required);
        }
        (endpoints, required)
    }

    /// A kind of integration, with its parties told apart.
    fn kind(&mut self, path: &str, kind: document::IntegrationKind) -> Kind {
        self.named(path, &kind.name);
        let optional = kind.optional_services.iter().map(|service| (service.clone(), false));
        let services: Vec<(String, bool)> =
            kind.services.iter().map(|service| (service.clone(), true)).chain(optional).collect();
        for (service, _) in &services {
            if RESERVED.iter().any(|(word, _)| word == service) {
                self.problem(
                    path,
                    format!("`{service}` stands for something else and is no name of a service"),
                );
            }
        }
        let mut templates = Vec::new();
        for (i, flow) in kind.flows.into_iter().enumerate() {
            let path = format!("{path}.flows[{i}]");
            let protocol = self.conversation(&format!("{path}.protocol"), &flow.protocol);
            let from = self.party(&format!("{path}.from"), &flow.from, &services);
            let to = self.party(&format!("{path}.to"), &flow.to, &services);
            let (Some(from), Some(to), Some(protocol)) = (from, to, protocol) else { continue };
            if protocol == Protocol::Dhcp && (&from, &to) != (&Party::BareMetal, &Party::ServiceNode) {
                self.problem(&path, "dhcp goes from bare-metal to service-node");
            }
            let port = match (flow.port, protocol, &to) {
                (Some(port), ..) => port,
                (None, Protocol::Dhcp, _) => DHCP_PORT,
                (None, _, Party::VirtualService) => 0,
                (None, ..) => {
                    self.problem(format!("{path}.port"), "the destination port is missing");
                    continue;
                }
            };
            templates.push(Template { from, to, protocol, port, why: flow.why.into() });
        }
        Kind { path: path.to_owned(), name: kind.name, services, templates }
    }

    fn party(&mut self, path: &str, name: &str, services: &[(String, bool)]) -> Option<Party> {
        if let Some((_, party)) = RESERVED.iter().find(|(word, _)| *word == name) {
            return Some(party.clone());
        }
        if services.iter().any(|(service, _)| service == name) {
            return Some(Party::Service(name.to_owned()));
        }
        let words: Vec<&str> = services
            .iter()
            .map(|(service, _)| service.as_str())
            .chain(RESERVED.iter().map(|(word, _)| *word))
            .collect();
        self.problem(path, format!("`{name}` is no party: expected {}", words.join(", ")));
        None
    }

    fn integration(
        &mut self,
        scope: &mut Scope<'_>,
        path: &str,
        integration: &document::Integration,
        kind: &Kind,
        required: &mut Vec<RequiredFlow>,
    ) {
        let fabric = scope.fabric;
        let known_before = self.problems.len();
        let mut network = |field: &str, name: &Option<String>| {
            let name = name.as_ref()?;
            self.find(scope.networks, &format!("{path}.{field}"), "network", name)
        };
        let management = network("management_network", &integration.management_network);
        let service_network = network("service_network", &integration.service_network);
        let virtual_service = integration.virtual_service.as_ref().and_then(|name| {
            let found = fabric.virtual_services.iter().find(|(_, service)| *service.name == **name);
            if found.is_none() {
                self.problem(
                    format!("{path}.virtual_service"),
                    format!("no virtual service is called `{name}`"),
                );
            }
            found
        });
        let placed = self.placed(scope, path, integration, kind, service_network);
        for (service, is_needed) in &kind.services {
            if *is_needed && !integration.services.contains_key(service) {
                let message = format!("{} needs to know where its service `{service}` runs", kind.name);
                self.problem(format!("{path}.services"), message);
            }
        }
        let uses = |party: &[Party]| {
            kind.templates.iter().any(|flow| party.contains(&flow.from) || party.contains(&flow.to))
        };
        if uses(&[Party::Workloads, Party::BareMetal]) && integration.management_network.is_none() {
            self.problem(path, format!("{} needs a management_network", kind.name));
        }
        if uses(&[Party::VirtualService, Party::Members]) && integration.virtual_service.is_none() {
            self.problem(path, format!("{} needs a virtual_service", kind.name));
        }
        if uses(&[Party::ServiceNode]) && fabric.active_service_node().is_none() {
            let message = format!("{} needs a server of kind service-node with vhost0", kind.name);
            self.problem(path, message);
        }
        if self.problems.len() > known_before {
            return;
        }
        let workload = |id: WorkloadId| {
            let at = &fabric.workloads[id];
            (at.name.clone(), workload_end(id, at))
        };
        let ends = |party: &Party| -> Vec<(Name, Endpoint)> {
            match party {
                Party::Service(service) => placed.get(service.as_str()).cloned().unwrap_or_default(),
                Party::Workloads => {
                    let ids = management.map_or(&[][..], |network| fabric.workloads_of(network));
                    ids.iter().copied().map(workload).collect()
                }
                Party::BareMetal => management.map(|network| bare_metal(fabric, network)).unwrap_or_default(),
                Party::ServiceNode => {
                    let node = fabric.active_service_node();
                    node.map(|id| (fabric.servers[id].name.clone(), Endpoint::Vhost0(id)))
                        .into_iter()
                        .collect()
                }
                Party::VirtualService => virtual_service
                    .map(|(id, service)| (service.name.clone(), Endpoint::VirtualService(id)))
                    .into_iter()
                    .collect(),
                Party::Members => {
                    let members = virtual_service.map_or(&[][..], |(_, service)| &service.members);
                    members.iter().copied().map(workload).collect()
                }
            }
        };
        for template in &kind.templates {
            let port = match (&template.to, virtual_service) {
                (Party::VirtualService, Some((_, service))) if template.port == 0 => service.port,
                _ => template.port,
            };
            for from in ends(&template.from) {
                for to in ends(&template.to) {
                    if fabric.host_of(from.1).is_some() && fabric.host_of(from.1) == fabric.host_of(to.1) {
                        continue;
                    }
                    let (protocol, why) = (template.protocol, template.why.clone());
                    let (from, path, family) = (from.clone(), path.into(), None);
                    let flow = RequiredFlow { from, to, protocol, port, why, path, family };
                    self.require(fabric, &flow, required);
                }
            }
        }
    }

    /// Where each service of an integration runs.
    fn placed<'i>(
        &mut self,
        scope: &mut Scope<'_>,
        path: &str,
        integration: &'i document::Integration,
        kind: &Kind,
        service_network: Option<NetworkId>,
    ) -> HashMap<&'i str, Vec<(Name, Endpoint)>> {
        let mut placed: HashMap<&str, Vec<(Name, Endpoint)>> = HashMap::new();
        for (service, hosts) in &integration.services {
            let path = format!("{path}.services.{service}");
            if kind.services.iter().all(|(known, _)| known != service) {
                let known: Vec<&str> = kind.services.iter().map(|(known, _)| known.as_str()).collect();
                let known = known.join(", ");
                self.problem(&path, format!("{} has no service `{service}`: expected {known}", kind.name));
                continue;
            }
            for host in &hosts.0 {
                let Some(server) = self.find(scope.servers, &path, "server", host) else { continue };
                let Some(endpoint) = self.service_address(scope, &path, server, service_network) else {
                    continue;
                };
                let called: Name = format!("{}-{service}", kind.name).into();
                let on_host: Name = format!("{called}@{host}").into();
                scope.endpoints.entry(called).or_default().push(endpoint);
                scope.endpoints.entry(on_host.clone()).or_insert_with(|| vec![endpoint]);
                placed.entry(service).or_default().push((on_host, endpoint));
            }
        }
        placed
    }

    /// The address that a service listens on: the first in the service network, or in the server's only one.
    fn service_address(
        &mut self,
        scope: &Scope<'_>,
        path: &str,
        server: ServerId,
        network: Option<NetworkId>,
    ) -> Option<Endpoint> {
        let (id, server) = (server, &scope.fabric.servers[server]);
        let is_in = |address: &Address| network.is_none_or(|network| address.network == network);
        let found = match server.addresses.iter().position(is_in) {
            Some(index) if network.is_some() || server.is_in_one_network() => {
                Some(Endpoint::Server(id, index))
            }
            Some(_) => None,
            None => server.vhost0.as_ref().filter(|vhost0| is_in(vhost0)).map(|_| Endpoint::Vhost0(id)),
        };
        if found.is_none() {
            let name = &server.name;
            let message = match network {
                Some(network) => {
                    format!("{name} has no address in {}", scope.fabric.networks[network].name)
                }
                None => format!(
                    "{name} has {} addresses: service_network must say which one the service uses",
                    server.addresses.len()
                ),
            };
            self.problem(path, message);
        }
        found
    }

    fn own_flow(
        &mut self,
        fabric: &Fabric,
        path: &str,
        flow: &document::Flow,
        endpoints: &HashMap<Name, Vec<Endpoint>>,
        required: &mut Vec<RequiredFlow>,
    ) {
        let protocol = self.conversation(&format!("{path}.protocol"), &flow.protocol);
        let [from, to] = [("from", &flow.from), ("to", &flow.to)].map(|(field, name)| {
            let found = endpoints.get(name.as_str()).cloned().unwrap_or_default();
            if found.is_empty() {
                let known = self.suggestion(name, endpoints.keys().map(|name| &**name));
                let message =
                    format!("no workload, service or server with an address is called `{name}`{known}");
                self.problem(format!("{path}.{field}"), message);
            }
            found
        });
        let Some(protocol) = protocol else { return };
        let Some(port) = flow.port.or((protocol == Protocol::Dhcp).then_some(DHCP_PORT)) else {
            self.problem(format!("{path}.port"), "the destination port is missing");
            return;
        };
        for from in &from {
            for to in &to {
                let mut ends = [*from, *to];
                if protocol == Protocol::Dhcp {
                    let Some(dhcp) = fabric.dhcp_ends(*from, *to) else {
                        self.problem(path, "dhcp goes from a bare-metal server to the active service node");
                        return;
                    };
                    ends = dhcp;
                }
                let [from, to] = ends;
                let flow = RequiredFlow {
                    from: (flow.from.as_str().into(), from),
                    to: (flow.to.as_str().into(), to),
                    protocol,
                    port,
                    why: flow.why.as_str().into(),
                    path: path.into(),
                    family: None,
                };
                self.require(fabric, &flow, required);
            }
        }
    }

    /// Requires a flow over each address family that both its ends have.
    fn require(&mut self, fabric: &Fabric, flow: &RequiredFlow, required: &mut Vec<RequiredFlow>) {
        let ends = [flow.from.1, flow.to.1];
        let families = fabric.by_family(flow.protocol, ends);
        if families.is_empty() {
            let [from, to] = ends.map(|end| fabric.address_of(end));
            let message = match flow.protocol {
                Protocol::Dhcp => {
                    format!("DHCP is for IPv4: {from} cannot be asked of {to}, and DHCPv6 is not supported")
                }
                _ => format!("{from} and {to} are of different address families"),
            };
            self.problem(&*flow.path, message);
        }
        for (family, [from, to]) in families {
            let [from, to] = [(&flow.from.0, from), (&flow.to.0, to)].map(|(name, end)| (name.clone(), end));
            required.push(RequiredFlow { from, to, family, ..flow.clone() });
        }
    }
}

/// What can be named as an end of a flow without an integration.
fn endpoints(fabric: &Fabric) -> HashMap<Name, Vec<Endpoint>> {
    let workloads = fabric.workloads.iter().map(|(id, at)| (&at.name, workload_end(id, at)));
    let services = fabric.virtual_services.iter().map(|(id, at)| (&at.name, Endpoint::VirtualService(id)));
    let servers = fabric.servers.iter().filter_map(|(id, server)| {
        let by_vhost0 = server.vhost0.as_ref().map(|_| Endpoint::Vhost0(id));
        let end = if server.addresses.is_empty() { by_vhost0? } else { Endpoint::Server(id, 0) };
        Some((&server.name, end))
    });
    let mut endpoints = HashMap::new();
    for (name, end) in workloads.chain(services).chain(servers) {
        endpoints.entry(name.clone()).or_insert_with(|| vec![end]);
    }
    endpoints
}

/// A workload by the first of its addresses.
fn workload_end(id: WorkloadId, at: &Workload) -> Endpoint {
    Endpoint::Workload(id, Family::of(at.interface.address))
}

/// The bare-metal servers with an address in a network.
fn bare_metal(fabric: &Fabric, network: NetworkId) -> Vec<(Name, Endpoint)> {
    let bare_metal = fabric.servers.iter().filter(|(_, server)| server.kind == ServerKind::BareMetal);
    let in_network = bare_metal.filter_map(|(id, server)| {
        let index = server.addresses.iter().position(|address| address.network == network)?;
        Some((server.name.clone(), Endpoint::Server(id, index)))
    });
    in_network.collect()
}

/// A kind of integration, resolved.
struct Kind {
    /// Where it is described.
    path: String,
    name: String,
    /// Its services, and whether each must be placed.
    services: Vec<(String, bool)>,
    templates: Vec<Template>,
}

struct Template {
    from: Party,
    to: Party,
    protocol: Protocol,
    /// 0 for that of the virtual service.
    port: u16,
    why: Name,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Party {
    Service(String),
    Workloads,
    BareMetal,
    ServiceNode,
    VirtualService,
    Members,
}

/// Parties that are no services.
const RESERVED: [(&str, Party); 5] = [
    ("workloads", Party::Workloads),
    ("bare-metal", Party::BareMetal),
    ("service-node", Party::ServiceNode),
    ("virtual-service", Party::VirtualService),
    ("members", Party::Members),
];

/// RFC 2131, section 4.1.
const DHCP_PORT: u16 = 67;

/// What an integration's names are looked up in.
struct Scope<'s> {
    fabric: &'s Fabric,
    servers: &'s Names<'s, Server>,
    networks: &'s Names<'s, Network>,
    endpoints: &'s mut HashMap<Name, Vec<Endpoint>>,
}
