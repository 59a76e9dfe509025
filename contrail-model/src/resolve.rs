//! From a [`Document`] to a [`Fabric`]: every name finds its object, every text its value. All that is wrong is
//! collected; nothing stops at the first.

use std::collections::HashMap;
use std::fmt::Display;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;

use contrail_wire::{MacAddr, Vni};
use ipnet::IpNet;

use crate::document::{self, Document};
use crate::fabric::{
    Address, Arena, Device, DeviceId, Endpoint, Fabric, Id, Index, Link, LogicalRouter, Name, Network,
    NetworkId, OverlayRoles, PhysicalRole, Port, PortGroup, PortTranslationPool, Protocol, RequiredFlow,
    SecondaryAddress, Server, ServerId, ServerKind, StaticRoute, Subnet, TunnelKind, VlanBinding, Workload,
    derived_mac,
};
use crate::integration::{KINDS, Kind, Party};
use crate::load::{LoadError, Problem, locate};
use crate::release::Release;
use crate::rules;
use crate::topology::Topology;

impl Fabric {
    /// Reads a fabric from YAML (or JSON, which is a part of it). Problems know line and column.
    pub fn from_yaml(text: &str) -> Result<Self, LoadError> {
        Self::from_document(&Document::from_yaml(text)?).map_err(|mut error| {
            locate(&mut error.problems, text);
            error
        })
    }

    /// Reads a fabric from JSON.
    pub fn from_json(text: &str) -> Result<Self, LoadError> {
        Self::from_document(&Document::from_json(text)?)
    }

    /// Resolves a document.
    pub fn from_document(document: &Document) -> Result<Self, LoadError> {
        let mut resolver = Resolver { document, problems: Vec::new() };
        match resolver.fabric() {
            Some(fabric) if resolver.problems.is_empty() => Ok(fabric),
            _ => Err(LoadError { problems: resolver.problems }),
        }
    }
}

struct Resolver<'d> {
    document: &'d Document,
    problems: Vec<Problem>,
}

/// The objects of one kind by name; the first of a name wins, and rule I1 reports the others.
type Names<'d, T> = HashMap<&'d str, Id<T>>;

impl Resolver<'_> {
    fn problem(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.problems.push(Problem { path: path.into(), place: None, message: message.into() });
    }

    fn parse<T: FromStr<Err: Display>>(&mut self, path: &str, what: &str, text: &str) -> Option<T> {
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.problem(path, format!("`{text}` is not {what}: {error}"));
                None
            }
        }
    }

    fn find<T>(&mut self, names: &Names<'_, T>, path: &str, what: &str, name: &str) -> Option<Id<T>> {
        let found = names.get(name).copied();
        if found.is_none() {
            let known = self.suggestion(name, names.keys().copied());
            self.problem(path, format!("no {what} is called `{name}`{known}"));
        }
        found
    }

    /// `; did you mean ...?` with the known name that is most like the one that was not found. Only the first
    /// problems get one, so that a hostile document costs no more than its length.
    fn suggestion<'n>(&self, name: &str, known: impl Iterator<Item = &'n str>) -> String {
        if self.problems.len() >= 10 || name.len() > 64 {
            return String::new();
        }
        let known = known.filter(|known| known.len().abs_diff(name.len()) <= 2);
        match known.map(|known| (edit_distance(name, known), known)).min() {
            Some((1..=2, known)) => format!("; did you mean `{known}`?"),
            _ => String::new(),
        }
    }

    /// One of a fixed set of words.
    fn word<T: Copy>(&mut self, path: &str, what: &str, text: &str, words: &[(&str, T)]) -> Option<T> {
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.problem(path, format!("`{text}` is not {what}: expected {}", words.join(", ")));
        }
        found
    }

    fn vni(&mut self, path: &str, number: u64) -> Vni {
        let vni = u32::try_from(number).ok().filter(|number| *number > 0).and_then(|n| Vni::new(n).ok());
        vni.unwrap_or_else(|| {
            self.problem(path, format!("VNI {number} is out of range: expected 1 to 16777215"));
            Vni::default()
        })
    }

    fn fabric(&mut self) -> Option<Fabric> {
        let document = self.document;
        let device_names = names(document.devices.iter().map(|device| &*device.name));
        let network_names = names(document.networks.iter().map(|network| &*network.name));
        let group_names = names(document.port_groups.iter().map(|group| &*group.name));
        let server_names = names(document.servers.iter().map(|server| &*server.name));

        let releases = Release::ALL.map(|release| (release.name(), release));
        let release = match &document.release {
            None => Release::default(),
            Some(text) => self.word("release", "a release", text, &releases).unwrap_or_default(),
        };
        let encapsulation_priority = self.encapsulation_priority();
        let pools = self.pools();
        let devices = self.devices(&network_names);
        let links = self.links(&device_names);
        let networks = self.networks(&device_names);
        let port_groups = self.port_groups(&device_names, &network_names);
        let servers = self.servers(&group_names, &network_names);
        let workloads = self.workloads(&server_names, &network_names);
        let routers = self.routers(&device_names, &network_names);
        let ignored_rules = self.ignored_rules();
        let topology = Arc::new(Topology::new(devices.len(), &links));
        if !self.problems.is_empty() {
            // Flows name objects that may be missing now; their problems would only repeat those.
            return None;
        }
        let fabric = Fabric {
            name: document.fabric.as_str().into(),
            release,
            encapsulation_priority,
            pools,
            devices,
            links: links.into(),
            networks,
            port_groups,
            servers,
            workloads,
            routers,
            required_flows: Arc::new([]),
            endpoints: Arc::default(),
            ignored_rules,
            topology,
            index: Index::default(),
        }
        .reindexed();
        let (endpoints, required_flows) = self.flows(&fabric, &server_names, &network_names);
        Some(Fabric { endpoints: Arc::new(endpoints), required_flows: required_flows.into(), ..fabric })
    }

    fn encapsulation_priority(&mut self) -> Vec<TunnelKind> {
        if self.document.encapsulation_priority.is_empty() {
            return TunnelKind::ALL.to_vec();
        }
        let words = TunnelKind::ALL.map(|kind| (kind.name(), kind));
        let entries = self.document.encapsulation_priority.iter().enumerate();
        entries
            .filter_map(|(i, text)| {
                self.word(&format!("encapsulation_priority[{i}]"), "an encapsulation", text, &words)
            })
            .collect()
    }

    fn protocol(&mut self, path: &str, text: &str) -> Option<Protocol> {
        self.word(path, "a protocol", text, &[("tcp", Protocol::Tcp), ("udp", Protocol::Udp)])
    }

    fn pools(&mut self) -> Vec<PortTranslationPool> {
        let mut pools = Vec::new();
        for (i, pool) in self.document.port_translation_pools.iter().enumerate() {
            let path = format!("port_translation_pools[{i}]");
            let protocol = self.protocol(&format!("{path}.protocol"), &pool.protocol);
            if pool.start_port == 0 || pool.start_port > pool.end_port {
                let range = format!("{} to {}", pool.start_port, pool.end_port);
                self.problem(&path, format!("ports {range} are no range above 0"));
            }
            if let Some(protocol) = protocol {
                let (start_port, end_port) = (pool.start_port, pool.end_port);
                pools.push(PortTranslationPool { protocol, start_port, end_port });
            }
        }
        pools
    }

    fn devices(&mut self, networks: &Names<'_, Network>) -> Arena<Device> {
        let roles = [
            ("leaf", PhysicalRole::Leaf),
            ("spine", PhysicalRole::Spine),
            ("superspine", PhysicalRole::Superspine),
            ("pnf", PhysicalRole::Pnf),
        ];
        let mut arena = Arena::default();
        for (i, device) in self.document.devices.iter().enumerate() {
            let path = format!("devices[{i}]");
            self.named(&path, &device.name);
            let role = self.word(&format!("{path}.role"), "a role", &device.role, &roles);
            let mut overlay_roles = OverlayRoles::empty();
            for (k, text) in device.overlay_roles.iter().enumerate() {
                let path = format!("{path}.overlay_roles[{k}]");
                overlay_roles |=
                    self.word(&path, "an overlay role", text, &OverlayRoles::NAMES).unwrap_or_default();
            }
            let loopback = device.loopback.as_ref();
            let loopback =
                loopback.and_then(|text| self.parse(&format!("{path}.loopback"), "an address", text));
            let mut secondary_addresses = Vec::new();
            for (k, secondary) in device.secondary_addresses.iter().enumerate() {
                let path = format!("{path}.secondary_addresses[{k}]");
                let irb = self.find(networks, &format!("{path}.irb"), "network", &secondary.irb);
                let address: Option<IpNet> =
                    self.parse(&format!("{path}.address"), "an address with prefix length", &secondary.address);
                if let (Some(irb), Some(address)) = (irb, address) {
                    let redistribute = secondary.redistribute;
                    secondary_addresses.push(SecondaryAddress { irb, address, redistribute });
                }
            }
            arena.push(Device {
                name: device.name.as_str().into(),
                role: role.unwrap_or(PhysicalRole::Leaf),
                overlay_roles,
                loopback,
                secondary_addresses,
            });
        }
        arena
    }

    fn named(&mut self, path: &str, name: &str) {
        if name.trim().is_empty() {
            self.problem(format!("{path}.name"), "the name is empty");
        }
    }

    /// `device:interface`, split at the first colon, as interfaces may contain one (`xe-0/0/0:1`).
    fn port(&mut self, devices: &Names<'_, Device>, path: &str, text: &str) -> Option<Port> {
        let Some((device, interface)) = text.split_once(':').filter(|(_, interface)| !interface.is_empty())
        else {
            self.problem(path, format!("`{text}` is not a port: expected device:interface"));
            return None;
        };
        let device = self.find(devices, path, "device", device)?;
        Some(Port { device, interface: interface.into() })
    }

    fn links(&mut self, devices: &Names<'_, Device>) -> Vec<Link> {
        let mut links = Vec::new();
        for (i, [a, b]) in self.document.links.iter().enumerate() {
            let a = self.port(devices, &format!("links[{i}][0]"), a);
            let b = self.port(devices, &format!("links[{i}][1]"), b);
            let (Some(a), Some(b)) = (a, b) else { continue };
            if a.device == b.device {
                self.problem(format!("links[{i}]"), "both ends are on the same device");
            }
            links.push(Link { ends: [a, b] });
        }
        links
    }

    fn prefix(&mut self, path: &str, text: &str) -> Option<IpNet> {
        let prefix: IpNet = self.parse(path, "a prefix", text)?;
        if prefix != prefix.trunc() {
            let network = prefix.trunc();
            self.problem(path, format!("`{text}` has bits behind its length; the prefix is {network}"));
        }
        Some(prefix.trunc())
    }

    fn networks(&mut self, devices: &Names<'_, Device>) -> Arena<Network> {
        let mut arena = Arena::default();
        for (i, network) in self.document.networks.iter().enumerate() {
            let path = format!("networks[{i}]");
            self.named(&path, &network.name);
            let vni = self.vni(&format!("{path}.vni"), network.vni);
            let mut subnets = Vec::new();
            for (k, subnet) in network.subnets.iter().enumerate() {
                let path = format!("{path}.subnets[{k}]");
                let prefix = self.prefix(&format!("{path}.prefix"), &subnet.prefix);
                let gateway = subnet.gateway.as_ref();
                let gateway =
                    gateway.and_then(|text| self.parse(&format!("{path}.gateway"), "an address", text));
                if let Some(prefix) = prefix {
                    subnets.push(Subnet { prefix, gateway });
                }
            }
            let irbs = network.underlay_irb.iter().enumerate();
            let underlay_irb = irbs
                .filter_map(|(k, name)| {
                    self.find(devices, &format!("{path}.underlay_irb[{k}]"), "device", name)
                })
                .collect();
            arena.push(Network {
                name: network.name.as_str().into(),
                vni,
                subnets,
                underlay_irb,
                ip_fabric_forwarding: network.ip_fabric_forwarding,
                fabric_snat: network.fabric_snat,
            });
        }
        arena
    }

    fn port_groups(
        &mut self,
        devices: &Names<'_, Device>,
        networks: &Names<'_, Network>,
    ) -> Arena<PortGroup> {
        let mut arena = Arena::default();
        for (i, group) in self.document.port_groups.iter().enumerate() {
            let path = format!("port_groups[{i}]");
            self.named(&path, &group.name);
            let ports = group.ports.iter().enumerate();
            let ports: Vec<Port> = ports
                .filter_map(|(k, text)| self.port(devices, &format!("{path}.ports[{k}]"), text))
                .collect();
            if group.ports.is_empty() {
                self.problem(format!("{path}.ports"), "a port group needs a port");
            }
            let mut vlans = Vec::new();
            for (k, binding) in group.vlans.iter().enumerate() {
                let path = format!("{path}.vlans[{k}]");
                if !(1..=4094).contains(&binding.vlan) {
                    let vlan = binding.vlan;
                    let message = format!("VLAN {vlan} is out of range: expected 1 to 4094");
                    self.problem(format!("{path}.vlan"), message);
                }
                let network = self.find(networks, &format!("{path}.network"), "network", &binding.network);
                if let Some(network) = network {
                    vlans.push(VlanBinding { vlan: binding.vlan, network, untagged: binding.untagged });
                }
            }
            arena.push(PortGroup { name: group.name.as_str().into(), ports, vlans });
        }
        arena
    }

    fn mac(&mut self, path: &str, text: Option<&String>) -> Option<MacAddr> {
        let mac: MacAddr = self.parse(path, "a MAC address", text?)?;
        if mac.is_group() {
            self.problem(path, format!("{mac} is a multicast address"));
        }
        Some(mac)
    }

    fn address(
        &mut self,
        networks: &Names<'_, Network>,
        path: &str,
        owner: &str,
        address: &document::Address,
    ) -> Option<Address> {
        let network = self.find(networks, &format!("{path}.network"), "network", &address.network);
        let ip: Option<IpAddr> = self.parse(&format!("{path}.address"), "an address", &address.address);
        let mac = self.mac(&format!("{path}.mac"), address.mac.as_ref());
        Some(Address {
            network: network?,
            address: ip?,
            mac: mac.unwrap_or_else(|| derived_mac(&[owner, &address.network])),
            mac_is_given: mac.is_some(),
        })
    }

    fn servers(
        &mut self,
        groups: &Names<'_, PortGroup>,
        networks: &Names<'_, Network>,
    ) -> Arena<Server> {
        let kinds = [
            ("hypervisor", ServerKind::Hypervisor),
            ("controller", ServerKind::Controller),
            ("service-node", ServerKind::ServiceNode),
            ("bare-metal", ServerKind::BareMetal),
        ];
        let mut arena = Arena::default();
        for (i, server) in self.document.servers.iter().enumerate() {
            let path = format!("servers[{i}]");
            self.named(&path, &server.name);
            let kind = self.word(&format!("{path}.kind"), "a kind of server", &server.kind, &kinds);
            let port_group =
                self.find(groups, &format!("{path}.port_group"), "port group", &server.port_group);
            let listed = server.addresses.iter().enumerate();
            let addresses = listed
                .filter_map(|(k, address)| {
                    self.address(networks, &format!("{path}.addresses[{k}]"), &server.name, address)
                })
                .collect();
            let vhost0 = server.vhost0.as_ref().and_then(|address| {
                self.address(networks, &format!("{path}.vhost0"), &format!("{}/vhost0", server.name), address)
            });
            if kind == Some(ServerKind::Hypervisor) && server.vhost0.is_none() {
                self.problem(&path, "a hypervisor needs vhost0");
            }
            let mut routes = Vec::new();
            for (k, route) in server.routes.iter().enumerate() {
                let path = format!("{path}.routes[{k}]");
                let to = self.prefix(&format!("{path}.to"), &route.to);
                let via = self.parse(&format!("{path}.via"), "an address", &route.via);
                if let (Some(to), Some(via)) = (to, via) {
                    routes.push(StaticRoute { to, via });
                }
            }
            if let (Some(kind), Some(port_group)) = (kind, port_group) {
                let name = server.name.as_str().into();
                arena.push(Server { name, kind, port_group, addresses, vhost0, routes });
            }
        }
        arena
    }

    fn workloads(
        &mut self,
        servers: &Names<'_, Server>,
        networks: &Names<'_, Network>,
    ) -> Arena<Workload> {
        let mut arena = Arena::default();
        for (i, workload) in self.document.workloads.iter().enumerate() {
            let path = format!("workloads[{i}]");
            self.named(&path, &workload.name);
            let host = self.find(servers, &format!("{path}.host"), "server", &workload.host);
            let on = host.and_then(|host| self.document.servers.get(host.index()));
            if let Some(server) = on.filter(|server| server.kind != "hypervisor") {
                let message = format!("{} is a {}, workloads run on hypervisors", server.name, server.kind);
                self.problem(format!("{path}.host"), message);
            }
            let interface = document::Address {
                network: workload.network.clone(),
                address: workload.address.clone(),
                mac: workload.mac.clone(),
            };
            let interface = self.address(networks, &path, &workload.name, &interface);
            if let (Some(host), Some(interface)) = (host, interface) {
                arena.push(Workload { name: workload.name.as_str().into(), host, interface });
            }
        }
        arena
    }

    fn routers(
        &mut self,
        devices: &Names<'_, Device>,
        networks: &Names<'_, Network>,
    ) -> Arena<LogicalRouter> {
        let mut arena = Arena::default();
        for (i, router) in self.document.logical_routers.iter().enumerate() {
            let path = format!("logical_routers[{i}]");
            self.named(&path, &router.name);
            let vni = self.vni(&format!("{path}.vni"), router.vni);
            let joined: Vec<NetworkId> = router
                .networks
                .iter()
                .enumerate()
                .filter_map(|(k, name)| {
                    self.find(networks, &format!("{path}.networks[{k}]"), "network", name)
                })
                .collect();
            let extended_to: Vec<DeviceId> = router
                .extended_to
                .iter()
                .enumerate()
                .filter_map(|(k, name)| {
                    self.find(devices, &format!("{path}.extended_to[{k}]"), "device", name)
                })
                .collect();
            let name = router.name.as_str().into();
            arena.push(LogicalRouter { name, vni, networks: joined, extended_to });
        }
        arena
    }

    fn ignored_rules(&mut self) -> Vec<String> {
        for (i, id) in self.document.ignore_rules.iter().enumerate() {
            if rules::ALL.iter().all(|rule| rule.id != id) {
                let known = self.suggestion(id, rules::ALL.iter().map(|rule| rule.id));
                self.problem(format!("ignore_rules[{i}]"), format!("no rule has the id `{id}`{known}"));
            }
        }
        self.document.ignore_rules.clone()
    }

    fn flows(
        &mut self,
        fabric: &Fabric,
        servers: &Names<'_, Server>,
        networks: &Names<'_, Network>,
    ) -> (HashMap<Name, Vec<Endpoint>>, Vec<RequiredFlow>) {
        let mut endpoints: HashMap<Name, Vec<Endpoint>> = HashMap::new();
        for (id, workload) in fabric.workloads.iter() {
            endpoints.entry(workload.name.clone()).or_insert_with(|| vec![Endpoint::Workload(id)]);
        }
        for (id, server) in fabric.servers.iter() {
            if !server.addresses.is_empty() {
                endpoints.entry(server.name.clone()).or_insert_with(|| vec![Endpoint::Server(id, 0)]);
            }
        }
        let mut required = Vec::new();
        for (i, integration) in self.document.integrations.iter().enumerate() {
            let path = format!("integrations[{i}]");
            let kinds: Vec<_> = KINDS.iter().map(|kind| (kind.name, kind)).collect();
            let kind =
                self.word(&format!("{path}.kind"), "a kind of integration", &integration.kind, &kinds);
            if let Some(kind) = kind {
                let mut scope = Scope { fabric, servers, networks, endpoints: &mut endpoints };
                self.integration(&mut scope, &path, integration, kind, &mut required);
            }
        }
        for (i, flow) in self.document.flows.iter().enumerate() {
            self.own_flow(&format!("flows[{i}]"), flow, &endpoints, &mut required);
        }
        (endpoints, required)
    }

    fn integration(
        &mut self,
        scope: &mut Scope<'_>,
        path: &str,
        integration: &document::Integration,
        kind: &Kind,
        required: &mut Vec<RequiredFlow>,
    ) {
        let management = self.find(
            scope.networks,
            &format!("{path}.management_network"),
            "network",
            &integration.management_network,
        );
        let service_network = integration.service_network.as_ref().and_then(|name| {
            self.find(scope.networks, &format!("{path}.service_network"), "network", name)
        });
        let mut parties: HashMap<&str, Vec<(Name, Endpoint)>> = HashMap::new();
        for (service, hosts) in &integration.services {
            let path = format!("{path}.services.{service}");
            if !kind.services.contains(&service.as_str()) {
                let known = kind.services.join(", ");
                self.problem(&path, format!("{} has no service `{service}`: expected {known}", kind.name));
                continue;
            }
            for host in &hosts.0 {
                let Some(server) = self.find(scope.servers, &path, "server", host) else { continue };
                let Some(index) = self.service_address(scope, &path, server, service_network) else {
                    continue;
                };
                let endpoint = Endpoint::Server(server, index);
                let called: Name = format!("{}-{service}", kind.name).into();
                let on_host: Name = format!("{called}@{host}").into();
                scope.endpoints.entry(called).or_default().push(endpoint);
                scope.endpoints.entry(on_host.clone()).or_insert_with(|| vec![endpoint]);
                parties.entry(service).or_default().push((on_host, endpoint));
            }
        }
        for service in kind.services {
            if !integration.services.contains_key(*service) {
                let message = format!("{} needs to know where its service `{service}` runs", kind.name);
                self.problem(format!("{path}.services"), message);
            }
        }
        let Some(management) = management else { return };
        let workloads: Vec<(Name, Endpoint)> = scope
            .fabric
            .workloads_of(management)
            .iter()
            .map(|id| (scope.fabric.workloads[*id].name.clone(), Endpoint::Workload(*id)))
            .collect();
        let ends = |party: Party| match party {
            Party::Workloads => workloads.clone(),
            Party::Service(service) => parties.get(service).cloned().unwrap_or_default(),
        };
        for template in kind.flows {
            for from in ends(template.from) {
                for to in ends(template.to) {
                    required.push(RequiredFlow {
                        from: from.clone(),
                        to,
                        protocol: template.protocol,
                        port: template.port,
                        why: template.why.into(),
                        path: path.into(),
                    });
                }
            }
        }
    }

    /// The address that a service listens on: the one in the service network, or the server's only one.
    fn service_address(
        &mut self,
        scope: &Scope<'_>,
        path: &str,
        server: ServerId,
        network: Option<NetworkId>,
    ) -> Option<usize> {
        let server = &scope.fabric.servers[server];
        let found = match network {
            Some(network) => server.addresses.iter().position(|address| address.network == network),
            None if server.addresses.len() == 1 => Some(0),
            None => None,
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
        path: &str,
        flow: &document::Flow,
        endpoints: &HashMap<Name, Vec<Endpoint>>,
        required: &mut Vec<RequiredFlow>,
    ) {
        let protocol = self.protocol(&format!("{path}.protocol"), &flow.protocol);
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
        for from in &from {
            for to in &to {
                required.push(RequiredFlow {
                    from: (flow.from.as_str().into(), *from),
                    to: (flow.to.as_str().into(), *to),
                    protocol,
                    port: flow.port,
                    why: flow.why.as_str().into(),
                    path: path.into(),
                });
            }
        }
    }
}

/// What an integration's names are looked up in.
struct Scope<'s> {
    fabric: &'s Fabric,
    servers: &'s Names<'s, Server>,
    networks: &'s Names<'s, Network>,
    endpoints: &'s mut HashMap<Name, Vec<Endpoint>>,
}

fn names<'d, T>(list: impl Iterator<Item = &'d str>) -> Names<'d, T> {
    let mut names = HashMap::new();
    for (index, name) in list.enumerate() {
        names.entry(name).or_insert(Id::at(index));
    }
    names
}

/// Single-character insertions, deletions and replacements between two texts (Levenshtein).
fn edit_distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, y) in row.iter_mut().skip(1).zip(b.chars()) {
            let replaced = diagonal + usize::from(x != y);
            diagonal = *cell;
            left = replaced.min(diagonal + 1).min(left + 1);
            *cell = left;
        }
    }
    row.last().copied().unwrap_or_default()
}
