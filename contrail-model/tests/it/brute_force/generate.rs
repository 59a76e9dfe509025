//! Small fabrics, drawn at random, so that what the planner has to solve comes up in every mixture: placements that are
//! legal and that are not, routes and pools that are there or missing, logical routers half configured.

use contrail_model::document::{
    Address, Device, Document, Flow, Integration, LogicalRouter, Network, OneOrMany, PortGroup,
    PortTranslationPool, SecondaryAddress, Server, StaticRoute, Subnet, VirtualService, VlanBinding,
    Workload,
};

use super::random::Random;

/// More leaves would only make the exhaustive search longer.
const MAX_LEAVES: usize = 5;

/// The fabric of a seed.
pub(super) fn fabric(seed: u64) -> Document {
    let random = Random::new(seed);
    let mut draft = Draft { random, document: Document::default(), racks: Vec::new(), hosts: 0 };
    draft.devices();
    draft.underlay();
    let integrations = 1 + usize::from(draft.random.percent(30));
    for _ in 0..integrations {
        let service = draft.service_network();
        match draft.random.below(10) {
            0..3 => draft.octavia(&service),
            3..5 => draft.ironic(&service),
            5..7 => draft.kubernetes(&service),
            _ => draft.own_flows(&service),
        }
    }
    draft.routed_service_networks();
    draft.host_routes();
    draft.half_configured();
    draft.document
}

struct Draft {
    random: Random,
    document: Document,
    /// The leaves of each rack.
    racks: Vec<Vec<String>>,
    /// Servers so far, which number addresses and ports.
    hosts: usize,
}

impl Draft {
    fn devices(&mut self) {
        let release = if self.random.percent(50) { "article" } else { "r2011" };
        let vxlan_first = self.random.percent(40);
        let order =
            if vxlan_first { ["VXLAN", "MPLSoUDP", "MPLSoGRE"] } else { ["MPLSoUDP", "MPLSoGRE", "VXLAN"] };
        self.document.fabric = "dc".to_owned();
        self.document.release = Some(release.to_owned());
        self.document.encapsulation_priority = order.map(str::to_owned).to_vec();
        let spines: Vec<String> = (1..=self.random.up_to(2)).map(|n| format!("sp{n}")).collect();
        for spine in &spines {
            let role = if self.random.percent(4) { "CRB-Gateway" } else { "Route-Reflector" };
            self.device(spine, "spine", &[role]);
        }
        let mut leaves = 0;
        for _ in 0..self.random.up_to(4) {
            let width = self.random.up_to(2).min(MAX_LEAVES - leaves);
            if width == 0 {
                break;
            }
            let rack: Vec<String> = (1..=width).map(|n| format!("lf{}", leaves + n)).collect();
            leaves += width;
            let roles: &[&str] = match self.random.below(100) {
                0..5 => &["CRB-Access"],
                5..8 => &["ERB-UCAST-Gateway", "DC-Gateway"],
                _ => &["ERB-UCAST-Gateway"],
            };
            for leaf in &rack {
                self.device(leaf, "leaf", roles);
                self.cable(leaf, &spines);
            }
            self.racks.push(rack);
        }
        let gateways = *self.random.one(&[0, 0, 1, 1, 2]);
        for n in 1..=gateways {
            let name = format!("gw{n}");
            self.device(&name, "leaf", &["DC-Gateway"]);
            self.cable(&name, &spines);
        }
    }

    fn device(&mut self, name: &str, role: &str, roles: &[&str]) {
        let loopback = format!("10.255.0.{}", self.document.devices.len() + 1);
        self.document.devices.push(Device {
            name: name.to_owned(),
            role: role.to_owned(),
            overlay_roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            loopback: (!self.random.percent(1)).then_some(loopback),
            ..Device::default()
        });
    }

    fn cable(&mut self, leaf: &str, spines: &[String]) {
        for (n, spine) in spines.iter().enumerate() {
            // Now and then a leaf has one cable less.
            if n == 0 || !self.random.percent(5) {
                self.document.links.push([format!("{leaf}:et-{n}"), format!("{spine}:et-{leaf}")]);
            }
        }
    }

    fn network(&mut self, name: &str, prefix: &str) {
        let gateway = (!self.random.percent(2)).then(|| format!("{prefix}.1"));
        let vni = Some(5000 + u64::try_from(self.document.networks.len()).unwrap());
        let subnet = Subnet { prefix: format!("{prefix}.0/24"), gateway, ..Subnet::default() };
        let subnets = vec![subnet];
        self.document.networks.push(Network { name: name.to_owned(), vni, subnets, ..Network::default() });
    }

    fn underlay(&mut self) {
        for (n, rack) in self.racks.clone().into_iter().enumerate() {
            self.network(&format!("n-rack{n}"), &format!("10.1.{n}"));
            let network = self.document.networks.last_mut().unwrap();
            network.underlay_irb = rack;
            if self.random.percent(2) {
                network.underlay_irb.pop();
            }
        }
    }

    /// A network that services listen in: a new one, or one that is there.
    fn service_network(&mut self) -> String {
        let known: Vec<String> = self.names(|name| name.starts_with("n-api"));
        if !known.is_empty() && self.random.percent(60) {
            return self.random.one(&known).clone();
        }
        let name = format!("n-api{}", known.len());
        self.network(&name, &format!("10.2.{}", known.len()));
        name
    }

    /// A new network of the overlay.
    fn overlay_network(&mut self, what: &str) -> String {
        let number = self.document.networks.len();
        let name = format!("n-{what}{number}");
        self.network(&name, &format!("10.9.{number}"));
        let (forwards, translates) = (self.random.percent(6), self.random.percent(8));
        let network = self.document.networks.last_mut().unwrap();
        network.ip_fabric_forwarding = forwards;
        network.fabric_snat = translates && !forwards;
        name
    }

    fn names(&self, is_wanted: impl Fn(&str) -> bool) -> Vec<String> {
        let networks = self.document.networks.iter().map(|network| network.name.clone());
        networks.filter(|name| is_wanted(name)).collect()
    }

    /// A server in a rack, with the networks that its port group carries.
    fn server(&mut self, kind: &str, name: &str, rack: usize, networks: &[&str]) -> &mut Server {
        self.hosts += 1;
        let mut leaves = self.racks.get(rack).unwrap().clone();
        if self.random.percent(15) {
            self.random.shuffle(&mut leaves);
            leaves.truncate(1);
        }
        let vlans = networks.iter().map(|network| {
            let number = self.document.networks.iter().position(|other| other.name == **network).unwrap();
            let vlan = 100 + u16::try_from(number).unwrap();
            VlanBinding { vlan, network: (*network).to_owned(), untagged: false }
        });
        let group = PortGroup {
            name: format!("pg-{name}"),
            ports: leaves.iter().map(|leaf| format!("{leaf}:xe-{}", self.hosts)).collect(),
            vlans: vlans.collect(),
            ..PortGroup::default()
        };
        let port_group = group.name.clone();
        self.document.port_groups.push(group);
        let (name, kind) = (name.to_owned(), kind.to_owned());
        self.document.servers.push(Server { name, kind, port_group, ..Server::default() });
        self.document.servers.last_mut().unwrap()
    }

    /// An address in a network, the same host part for all interfaces of a server.
    fn address(&self, network: &str) -> Address {
        let prefix = &self.document.networks.iter().find(|other| other.name == network).unwrap().subnets;
        let prefix = prefix.first().unwrap().prefix.strip_suffix("0/24").unwrap();
        let host = 10 + self.hosts;
        let number = self.document.networks.iter().position(|other| other.name == network).unwrap();
        Address {
            network: network.to_owned(),
            address: format!("{prefix}{host}"),
            mac: Some(format!("02:00:00:00:{number:02x}:{host:02x}")),
        }
    }

    /// A rack, more often the first one.
    fn rack(&mut self) -> usize {
        if self.random.percent(30) { 0 } else { self.random.below(self.racks.len()) }
    }

    fn controller(&mut self, service: &str) -> String {
        let (rack, name) = (self.rack(), format!("ctl{}", self.hosts));
        self.server("controller", &name, rack, &[service]);
        let address = self.address(service);
        self.document.servers.last_mut().unwrap().addresses = vec![address];
        name
    }

    /// One or two controllers, as often the same.
    fn two_controllers(&mut self, service: &str) -> [String; 2] {
        let first = self.controller(service);
        let second = if self.random.percent(50) { first.clone() } else { self.controller(service) };
        [first, second]
    }

    fn with_vhost0(&mut self, kind: &str, name: &str) {
        let rack = self.rack();
        let network = format!("n-rack{rack}");
        self.server(kind, name, rack, &[&network]);
        let address = self.address(&network);
        self.document.servers.last_mut().unwrap().vhost0 = Some(address);
    }

    /// One or two workloads, on hypervisors that are there or new.
    fn workloads(&mut self, network: &str) -> Vec<String> {
        let mut names = Vec::new();
        for _ in 0..self.random.up_to(2) {
            let servers = self.document.servers.iter().filter(|server| server.kind == "hypervisor");
            let known: Vec<String> = servers.map(|server| server.name.clone()).collect();
            let host = if known.is_empty() || self.random.percent(60) {
                let name = format!("hv{}", self.hosts);
                self.with_vhost0("hypervisor", &name);
                name
            } else {
                self.random.one(&known).clone()
            };
            self.hosts += 1;
            let Address { network, address, mac } = self.address(network);
            let name = format!("vm{}", self.hosts);
            let address = OneOrMany(vec![address]);
            self.document.workloads.push(Workload { name: name.clone(), host, network, address, mac });
            names.push(name);
        }
        names
    }

    fn integration(&mut self, integration: Integration, services: &[(&str, &String)]) {
        let services =
            services.iter().map(|(service, host)| ((*service).to_owned(), OneOrMany(vec![(*host).clone()])));
        self.document.integrations.push(Integration { services: services.collect(), ..integration });
    }

    fn octavia(&mut self, service: &str) {
        let network = self.overlay_network("amphora");
        let [worker, health_manager] = self.two_controllers(service);
        self.workloads(&network);
        let integration = Integration {
            kind: "octavia".to_owned(),
            management_network: Some(network),
            service_network: Some(service.to_owned()),
            ..Integration::default()
        };
        self.integration(integration, &[("worker", &worker), ("health-manager", &health_manager)]);
    }

    fn ironic(&mut self, service: &str) {
        let network = self.overlay_network("bare");
        let [conductor, api] = self.two_controllers(service);
        if self.document.servers.iter().all(|server| server.kind != "service-node") {
            self.with_vhost0("service-node", "csn1");
        }
        let (rack, name) = (self.random.below(self.racks.len()), format!("bm{}", self.hosts));
        self.server("bare-metal", &name, rack, &[&network]);
        let address = self.address(&network);
        self.document.servers.last_mut().unwrap().addresses = vec![address];
        let integration = Integration {
            kind: "ironic".to_owned(),
            management_network: Some(network),
            service_network: Some(service.to_owned()),
            ..Integration::default()
        };
        self.integration(integration, &[("conductor", &conductor), ("api", &api)]);
    }

    fn kubernetes(&mut self, service: &str) {
        let pods = self.overlay_network("pods");
        let members = self.workloads(&pods);
        let vips = if self.random.percent(60) { self.overlay_network("vips") } else { pods };
        let [api_server, keystone] = self.two_controllers(service);
        self.hosts += 1;
        let Address { network, address, .. } = self.address(&vips);
        let name = format!("vip{}", self.hosts);
        self.document.virtual_services.push(VirtualService {
            name: name.clone(),
            network,
            address,
            protocol: "tcp".to_owned(),
            port: 8443,
            members,
            member_port: None,
        });
        let integration = Integration {
            kind: "kubernetes-keystone".to_owned(),
            service_network: Some(service.to_owned()),
            virtual_service: Some(name),
            ..Integration::default()
        };
        self.integration(integration, &[("api-server", &api_server), ("keystone", &keystone)]);
    }

    /// Flows that a user writes down: from a workload, to one, or between two.
    fn own_flows(&mut self, service: &str) {
        let network = self.overlay_network("own");
        let mut workloads = self.workloads(&network);
        let [one, other] = self.two_controllers(service);
        if self.random.percent(20) {
            let second = self.overlay_network("own");
            workloads.extend(self.workloads(&second));
        }
        for _ in 0..self.random.up_to(2) {
            let workload = self.random.one(&workloads).clone();
            let (from, to) = match self.random.below(10) {
                0..5 => (workload, one.clone()),
                5..8 => (other.clone(), workload),
                8 => (workload, self.random.one(&workloads).clone()),
                _ => (one.clone(), other.clone()),
            };
            let protocol = if self.random.percent(50) { "tcp" } else { "udp" };
            if from != to {
                let (protocol, port) = (protocol.to_owned(), Some(7000));
                self.document.flows.push(Flow { from, to, protocol, port, why: String::new() });
            }
        }
    }

    /// Some service networks are routed in the underlay already.
    fn routed_service_networks(&mut self) {
        for name in self.names(|name| name.starts_with("n-api")) {
            let groups = self.document.port_groups.iter();
            let carrying = groups.filter(|group| group.vlans.iter().any(|vlan| vlan.network == name));
            let ports = carrying.flat_map(|group| &group.ports);
            let mut leaves: Vec<String> =
                ports.map(|port| port.split_once(':').unwrap().0.to_owned()).collect();
            leaves.sort();
            leaves.dedup();
            let chance = self.random.below(100);
            if chance >= 35 {
                continue;
            }
            if chance < 3 {
                leaves.truncate(1);
            }
            let network = self.document.networks.iter_mut().find(|network| network.name == name);
            network.unwrap().underlay_irb = leaves;
        }
    }

    /// Some controllers know a way already, the right one or another.
    fn host_routes(&mut self) {
        let overlay = self.names(|name| !name.starts_with("n-api") && !name.starts_with("n-rack"));
        for index in 0..self.document.servers.len() {
            let Some(address) = self.document.servers.get(index).unwrap().addresses.first().cloned() else {
                continue;
            };
            let gateway = |name: &str| {
                let network = self.document.networks.iter().find(|network| network.name == name);
                network.unwrap().subnets.first().unwrap().clone()
            };
            let Some(via) = gateway(&address.network).gateway else { continue };
            let route = match self.random.below(100) {
                0..20 => StaticRoute { to: "0.0.0.0/0".to_owned(), via },
                20..35 if !overlay.is_empty() => {
                    let network = self.random.below(overlay.len());
                    StaticRoute { to: gateway(overlay.get(network).unwrap()).prefix, via }
                }
                35..37 => StaticRoute { to: "10.9.0.0/16".to_owned(), via: "10.77.0.1".to_owned() },
                _ => continue,
            };
            self.document.servers.get_mut(index).unwrap().routes.push(route);
        }
    }

    /// What somebody has begun to configure.
    fn half_configured(&mut self) {
        for (protocol, first) in [("tcp", 56_000), ("udp", 57_024)] {
            if self.random.percent(40) {
                let (protocol, last) = (protocol.to_owned(), first + 1023);
                let pool = PortTranslationPool { protocol, start_port: first, end_port: last };
                self.document.port_translation_pools.push(pool);
            }
        }
        let overlay = self.names(|name| !name.starts_with("n-api") && !name.starts_with("n-rack"));
        let services = self.names(|name| name.starts_with("n-api"));
        let devices: Vec<String> = self
            .document
            .devices
            .iter()
            .map(|device| device.name.clone())
            .filter(|name| !name.starts_with("sp"))
            .collect();
        for network in overlay {
            let chance = self.random.below(100);
            if chance < 3 {
                self.secondary_addresses(&network);
            }
            let networks = match chance {
                0..45 => continue,
                45..55 => vec![network.clone()],
                _ => vec![network.clone(), self.random.one(&services).clone()],
            };
            // A network is in one logical router only.
            let routers = self.document.logical_routers.iter();
            let taken: Vec<&String> = routers.flat_map(|router| &router.networks).collect();
            let networks: Vec<String> =
                networks.into_iter().filter(|network| !taken.contains(&network)).collect();
            let mut extended_to = devices.clone();
            self.random.shuffle(&mut extended_to);
            extended_to.truncate(*self.random.one(&[0, 0, 1, 2]));
            let number = self.document.logical_routers.len();
            let vni = Some(9000 + u64::try_from(number).unwrap());
            let name = format!("lr{number}");
            self.document.logical_routers.push(LogicalRouter {
                name,
                vni,
                networks,
                extended_to,
                ..LogicalRouter::default()
            });
        }
    }

    fn secondary_addresses(&mut self, network: &str) {
        let subnets = &self.document.networks.iter().find(|other| other.name == network).unwrap().subnets;
        let Some(gateway) = subnets.first().unwrap().gateway.clone() else { return };
        let rack = self.random.below(self.racks.len());
        let redistribute = self.random.percent(70);
        for leaf in self.racks.get(rack).unwrap().clone() {
            let device = self.document.devices.iter_mut().find(|device| device.name == leaf).unwrap();
            let (irb, address) = (format!("n-rack{rack}"), format!("{gateway}/24"));
            device.secondary_addresses.push(SecondaryAddress { irb, address, redistribute });
        }
    }
}
