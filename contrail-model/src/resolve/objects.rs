//! The lists of the document, each from names and texts to objects.

use std::collections::HashSet;
use std::net::IpAddr;

use super::{Names, Resolver};
use crate::document;
use crate::fabric::{
    Address, Arena, Device, DeviceId, DeviceManagerPython, Family, Link, LogicalRouter, Name, Network,
    NetworkId, OverlayRoles, PhysicalRole, Port, PortGroup, PortTranslationPool, RouterType,
    SecondaryAddress, Server, ServerKind, StaticRoute, Subnet, TunnelKind, VirtualService, VlanBinding,
    VniMode, Workload, derived_mac, router_mac,
};
use crate::rules;
use contrail_wire::Vni;
use ipnet::IpNet;

impl Resolver<'_> {
    pub(super) fn encapsulation_priority(&mut self) -> Vec<TunnelKind> {
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

    pub(super) fn pools(&mut self) -> Vec<PortTranslationPool> {
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

    pub(super) fn device_manager_python(&mut self) -> DeviceManagerPython {
        match self.document.device_manager_python {
            None | Some(2) => DeviceManagerPython::Two,
            Some(3) => DeviceManagerPython::Three,
            Some(other) => {
                self.problem("device_manager_python", format!("there is no Python {other}: expected 2 or 3"));
                DeviceManagerPython::default()
            }
        }
    }

    pub(super) fn tunnel_destinations(&mut self) -> Vec<IpNet> {
        let prefixes = self.document.tunnel_destinations.iter().enumerate();
        prefixes.filter_map(|(i, text)| self.prefix(&format!("tunnel_destinations[{i}]"), text)).collect()
    }

    pub(super) fn devices(&mut self, networks: &Names<'_, Network>) -> Arena<Device> {
        let mut devices = Vec::with_capacity(self.document.devices.len());
        for (i, device) in self.document.devices.iter().enumerate() {
            let path = format!("devices[{i}]");
            self.named(&path, &device.name);
            let role = self.word(&format!("{path}.role"), "a role", &device.role, &PhysicalRole::NAMES);
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
                let address: Option<IpNet> = self.parse(
                    &format!("{path}.address"),
                    "an address with prefix length",
                    &secondary.address,
                );
                if let (Some(irb), Some(address)) = (irb, address) {
                    let redistribute = secondary.redistribute;
                    secondary_addresses.push(SecondaryAddress { irb, address, redistribute });
                }
            }
            if let Some(fabric) = &device.fabric {
                self.named(&format!("{path}.fabric"), fabric);
            }
            devices.push(Device {
                name: device.name.as_str().into(),
                role: role.unwrap_or(PhysicalRole::Leaf),
                overlay_roles,
                loopback,
                router_mac: router_mac(&device.name),
                fabric: device.fabric.as_ref().unwrap_or(&self.document.fabric).as_str().into(),
                product: device.product.as_deref().map(Name::from),
                mtu: self.mtu(&path, device.mtu, Device::MTU),
                secondary_addresses,
            });
        }
        devices.into()
    }

    pub(super) fn links(&mut self, devices: &Names<'_, Device>) -> Vec<Link> {
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

    pub(super) fn networks(&mut self, devices: &Names<'_, Device>, vni_mode: VniMode) -> Arena<Network> {
        let mut networks = Vec::with_capacity(self.document.networks.len());
        for (i, network) in self.document.networks.iter().enumerate() {
            let path = format!("networks[{i}]");
            self.named(&path, &network.name);
            let configured_vni = network.vni.map(|number| self.vni(&format!("{path}.vni"), number));
            let network_id = network.network_id.map(|number| self.vni(&format!("{path}.network_id"), number));
            let vni = match vni_mode {
                VniMode::Configured => configured_vni.or(network_id),
                VniMode::Automatic => network_id,
            };
            let vni = vni.unwrap_or_else(|| {
                self.problem(
                    &path,
                    match vni_mode {
                        VniMode::Configured => "a network needs a vni, or a network_id that is used instead",
                        VniMode::Automatic => {
                            "a network needs a network_id, which is its VNI when vni_mode is automatic"
                        }
                    },
                );
                Vni::default()
            });
            let mtu = self.mtu(&path, network.mtu, 1500);
            let mut subnets = Vec::new();
            for (k, subnet) in network.subnets.iter().enumerate() {
                let path = format!("{path}.subnets[{k}]");
                let prefix = self.prefix(&format!("{path}.prefix"), &subnet.prefix);
                let gateway = subnet.gateway.as_ref();
                let gateway =
                    gateway.and_then(|text| self.parse(&format!("{path}.gateway"), "an address", text));
                let service_address = subnet.service_address.as_ref();
                let service_address = service_address
                    .and_then(|text| self.parse(&format!("{path}.service_address"), "an address", text));
                if let Some(prefix) = prefix {
                    let dhcp = subnet.dhcp.unwrap_or(true);
                    let dhcp_options = subnet.dhcp_options.clone();
                    subnets.push(Subnet { prefix, gateway, service_address, dhcp, dhcp_options });
                }
            }
            let irbs = network.underlay_irb.iter().enumerate();
            let underlay_irb = irbs
                .filter_map(|(k, name)| {
                    self.find(devices, &format!("{path}.underlay_irb[{k}]"), "device", name)
                })
                .collect();
            networks.push(Network {
                name: network.name.as_str().into(),
                project: self.project(&path, network.project.as_deref()),
                vni,
                configured_vni,
                network_id,
                mtu,
                subnets,
                underlay_irb,
                ip_fabric_forwarding: network.ip_fabric_forwarding,
                fabric_snat: network.fabric_snat,
            });
        }
        networks.into()
    }

    pub(super) fn port_groups(
        &mut self,
        devices: &Names<'_, Device>,
        networks: &Names<'_, Network>,
    ) -> Arena<PortGroup> {
        let mut groups = Vec::with_capacity(self.document.port_groups.len());
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
            let mut ae_numbers = Vec::new();
            for (name, number) in &group.ae_numbers {
                let path = format!("{path}.ae_numbers.{name}");
                let device = self.find(devices, &path, "device", name);
                if *number > 127 {
                    self.problem(&path, format!("ae{number} is out of range: expected 0 to 127"));
                }
                let Some(device) = device else { continue };
                if ports.iter().all(|port| port.device != device) {
                    self.problem(&path, format!("the port group has no port on {name}"));
                }
                ae_numbers.push((device, *number));
            }
            let uuid = group.uuid.as_ref().and_then(|text| self.uuid(&format!("{path}.uuid"), text));
            let lacp = group.lacp.unwrap_or(true);
            groups.push(PortGroup { name: group.name.as_str().into(), ports, vlans, lacp, uuid, ae_numbers });
        }
        groups.into()
    }

    pub(super) fn address(
        &mut self,
        networks: &Names<'_, Network>,
        path: &str,
        owner: &str,
        address: &document::Address,
    ) -> Option<Address> {
        let document::Address { network, address, mac } = address;
        let ip = self.parse(&format!("{path}.address"), "an address", address);
        self.interface(networks, path, owner, network, mac.as_ref(), ip)
    }

    /// An interface by one of its addresses.
    fn interface(
        &mut self,
        networks: &Names<'_, Network>,
        path: &str,
        owner: &str,
        network: &str,
        mac: Option<&String>,
        address: Option<IpAddr>,
    ) -> Option<Address> {
        let id = self.find(networks, &format!("{path}.network"), "network", network);
        let mac = self.mac(&format!("{path}.mac"), mac);
        Some(Address {
            network: id?,
            address: address?,
            mac: mac.unwrap_or_else(|| derived_mac(&[owner, network])),
            mac_is_given: mac.is_some(),
        })
    }

    pub(super) fn servers(
        &mut self,
        groups: &Names<'_, PortGroup>,
        networks: &Names<'_, Network>,
    ) -> Arena<Server> {
        let mut servers = Vec::with_capacity(self.document.servers.len());
        for (i, server) in self.document.servers.iter().enumerate() {
            let path = format!("servers[{i}]");
            self.named(&path, &server.name);
            let kind =
                self.word(&format!("{path}.kind"), "a kind of server", &server.kind, &ServerKind::NAMES);
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
                let dhcp_options = server.dhcp_options.clone();
                let mtu = self.mtu(&path, server.mtu, Device::MTU);
                servers.push(Server { name, kind, port_group, addresses, vhost0, dhcp_options, mtu, routes });
            }
        }
        servers.into()
    }

    pub(super) fn workloads(
        &mut self,
        servers: &Names<'_, Server>,
        networks: &Names<'_, Network>,
    ) -> Arena<Workload> {
        let mut workloads = Vec::with_capacity(self.document.workloads.len());
        for (i, workload) in self.document.workloads.iter().enumerate() {
            let path = format!("workloads[{i}]");
            self.named(&path, &workload.name);
            let host = self.find(servers, &format!("{path}.host"), "server", &workload.host);
            let [first, second] = self.workload_addresses(&format!("{path}.address"), &workload.address.0);
            let document::Workload { name, network, mac, .. } = workload;
            let interface = self.interface(networks, &path, name, network, mac.as_ref(), first);
            if let (Some(host), Some(interface)) = (host, interface) {
                let second = second.map(|address| Address { address, ..interface.clone() });
                workloads.push(Workload { name: name.as_str().into(), host, interface, second });
            }
        }
        workloads.into()
    }

    /// One address, or two of different families.
    fn workload_addresses(&mut self, path: &str, texts: &[String]) -> [Option<IpAddr>; 2] {
        match texts {
            [one] => [self.parse(path, "an address", one), None],
            [one, other] => {
                let both: [Option<IpAddr>; 2] = [(one, 0), (other, 1)]
                    .map(|(text, k)| self.parse(&format!("{path}[{k}]"), "an address", text));
                if let [Some(one), Some(other)] = both
                    && Family::of(one) == Family::of(other)
                {
                    self.problem(path, format!("{one} and {other} are of one address family"));
                }
                both
            }
            _ => {
                self.problem(path, "expected an address, or one of each address family");
                [None, None]
            }
        }
    }

    pub(super) fn virtual_services(
        &mut self,
        workloads: &Names<'_, Workload>,
        networks: &Names<'_, Network>,
    ) -> Arena<VirtualService> {
        let mut services = Vec::with_capacity(self.document.virtual_services.len());
        for (i, service) in self.document.virtual_services.iter().enumerate() {
            let path = format!("virtual_services[{i}]");
            self.named(&path, &service.name);
            let network = self.find(networks, &format!("{path}.network"), "network", &service.network);
            let address = self.parse(&format!("{path}.address"), "an address", &service.address);
            let protocol = self.protocol(&format!("{path}.protocol"), &service.protocol);
            let members = service.members.iter().enumerate();
            let members = members
                .filter_map(|(k, name)| {
                    self.find(workloads, &format!("{path}.members[{k}]"), "workload", name)
                })
                .collect();
            if let (Some(network), Some(address), Some(protocol)) = (network, address, protocol) {
                let (name, port) = (service.name.as_str().into(), service.port);
                let member_port = service.member_port.unwrap_or(port);
                services.push(VirtualService {
                    name,
                    network,
                    address,
                    protocol,
                    port,
                    members,
                    member_port,
                });
            }
        }
        services.into()
    }

    pub(super) fn routers(
        &mut self,
        devices: &Names<'_, Device>,
        networks: &Names<'_, Network>,
    ) -> Arena<LogicalRouter> {
        let mut free = self.free_vnis();
        let mut routers = Vec::with_capacity(self.document.logical_routers.len());
        for (i, router) in self.document.logical_routers.iter().enumerate() {
            let path = format!("logical_routers[{i}]");
            self.named(&path, &router.name);
            let kind = self.choice(
                &format!("{path}.type"),
                "a type of logical router",
                router.kind.as_ref(),
                &RouterType::NAMES,
            );
            let vni_is_given = router.vni.is_some();
            let vni = match router.vni {
                Some(number) => self.vni(&format!("{path}.vni"), number),
                None => free.next().unwrap_or_default(),
            };
            let external_gateway = router
                .external_gateway
                .as_ref()
                .and_then(|name| self.find(networks, &format!("{path}.external_gateway"), "network", name));
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
            routers.push(LogicalRouter {
                name,
                project: self.project(&path, router.project.as_deref()),
                kind,
                vni,
                vni_is_given,
                external_gateway,
                networks: joined,
                extended_to,
            });
        }
        routers.into()
    }

    /// The VNIs that nothing in the document has, the highest first: the automatic ones begin at 1.
    fn free_vnis(&self) -> impl Iterator<Item = Vni> + use<> {
        let document = self.document;
        let networks = document.networks.iter().flat_map(|network| [network.vni, network.network_id]);
        let routers = document.logical_routers.iter().map(|router| router.vni);
        let used: HashSet<u64> = networks.chain(routers).flatten().collect();
        (1..=0xff_ffff)
            .rev()
            .filter(move |number| !used.contains(&u64::from(*number)))
            .filter_map(|n| Vni::new(n).ok())
    }

    pub(super) fn ignored_rules(&mut self) -> Vec<String> {
        for (i, id) in self.document.ignore_rules.iter().enumerate() {
            if rules::RULES.iter().all(|rule| rule.id != id) {
                let known = self.suggestion(id, rules::RULES.iter().map(|rule| rule.id));
                self.problem(format!("ignore_rules[{i}]"), format!("no rule has the id `{id}`{known}"));
            }
        }
        self.document.ignore_rules.clone()
    }
}
