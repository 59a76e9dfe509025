//! What is attached to the fabric: port groups, servers, workloads.

use std::net::IpAddr;

use foldhash::HashMap;
use ipnet::IpNet;

use super::Importer;
use crate::contrail_api::ImportFinding;
use crate::contrail_api::object::{
    InstanceIp, Object, PhysicalInterface, VirtualMachineInterface, VirtualPortGroup, derived_uuid,
};
use crate::document::{Address, Document, OneOrMany, PortGroup, Server, VlanBinding, Workload};

/// The VLAN of untagged frames where nothing names one (device manager, `l2_gateway_feature.py`).
const NATIVE_VLAN: u16 = 4094;

/// Servers and workloads that lack something.
type Incomplete = (Vec<Server>, Vec<Workload>);

/// The interfaces at a port group, and the addresses of each interface, by index.
struct Attachments {
    at_group: Vec<Vec<usize>>,
    group_of: HashMap<usize, usize>,
    addresses: HashMap<usize, Vec<String>>,
}

/// The subnets of networks, and which networks port groups carry.
struct Subnets<'d> {
    all: Vec<(IpNet, &'d str)>,
    carried: HashMap<&'d str, Vec<&'d str>>,
}

impl<'d> Subnets<'d> {
    fn of(document: &'d Document) -> Self {
        let subnets = document.networks.iter().flat_map(|network| {
            let prefixes = network.subnets.iter().filter_map(|subnet| subnet.prefix.parse().ok());
            prefixes.map(|prefix| (prefix, network.name.as_str()))
        });
        let carried = document.port_groups.iter().map(|group| {
            (group.name.as_str(), group.vlans.iter().map(|binding| binding.network.as_str()).collect())
        });
        Self { all: subnets.collect(), carried: carried.collect() }
    }

    /// vhost0 in the network with its address that the server's port group carries, or in the only one with it.
    fn vhost0(&self, server: &Server, address: &str) -> Option<Address> {
        let parsed: IpAddr = address.parse().ok()?;
        let networks =
            self.all.iter().filter(|(prefix, _)| prefix.contains(&parsed)).map(|(_, network)| *network);
        let networks: Vec<&str> = networks.collect();
        let carried = self.carried.get(server.port_group.as_str()).map_or(&[][..], Vec::as_slice);
        let only = if let [only] = networks.as_slice() { Some(only) } else { None };
        let network = networks.iter().find(|network| carried.contains(network)).or(only)?;
        Some(Address { network: (*network).to_owned(), address: address.to_owned(), mac: None })
    }
}

impl VirtualMachineInterface {
    fn mac(&self) -> Option<String> {
        self.virtual_machine_interface_mac_addresses.mac_address.first().cloned()
    }

    /// Whether it is a logical router's leg in a network.
    fn is_router_leg(&self) -> bool {
        self.virtual_machine_interface_device_owner == "network:router_interface"
    }

    /// Its VLAN at a port group, and whether that is untagged.
    fn vlan(&self) -> (u16, bool) {
        let attr = self.virtual_port_group_refs.iter().find_map(|reference| reference.attr.as_ref());
        let [tag, native] = [attr.and_then(|attr| attr.vlan_tag), attr.and_then(|attr| attr.native_vlan_tag)];
        let tag = tag.or(self.virtual_machine_interface_properties.sub_interface_vlan_tag);
        let native = native.or_else(|| self.binding("tor_port_vlan_id").and_then(|vlan| vlan.parse().ok()));
        match (tag.filter(|vlan| *vlan != 0), native.filter(|vlan| *vlan != 0)) {
            (Some(tag), _) => (tag, false),
            (None, native) => (native.unwrap_or(NATIVE_VLAN), true),
        }
    }
}

impl Attachments {
    /// Notes that an interface is at a port group, unless it is at one already.
    fn attach(&mut self, interface: usize, group: usize) {
        if self.group_of.insert(interface, group).is_none()
            && let Some(list) = self.at_group.get_mut(group)
        {
            list.push(interface);
        }
    }
}

impl Importer<'_> {
    pub(super) fn attached(&mut self, document: &mut Document) -> Incomplete {
        let attachments = self.attachments();
        document.port_groups = self.port_groups(&attachments);
        let (servers, without_group) = self.servers(document, &attachments);
        document.servers = servers;
        let all = document.servers.iter().chain(&without_group);
        let hosts: HashMap<String, bool> =
            all.map(|server| (server.name.clone(), !server.port_group.is_empty())).collect();
        let (workloads, on_incomplete) = self.workloads(&attachments, &hosts);
        document.workloads = workloads;
        (without_group, on_incomplete)
    }

    fn attachments(&mut self) -> Attachments {
        let objects = self.objects;
        let mut attachments = Attachments {
            at_group: vec![Vec::new(); objects.virtual_port_groups.len()],
            group_of: HashMap::default(),
            addresses: HashMap::default(),
        };
        for (index, group) in objects.virtual_port_groups.iter().enumerate() {
            for reference in &group.virtual_machine_interface_refs {
                match self.machine_interfaces.find(reference) {
                    Some(interface) => attachments.attach(interface, index),
                    None => {
                        let of = VirtualMachineInterface::TYPE;
                        self.dangling(group, "virtual_machine_interface_refs", of, reference);
                    }
                }
            }
        }
        for (index, interface) in objects.virtual_machine_interfaces.iter().enumerate() {
            for reference in &interface.virtual_port_group_refs {
                match self.port_groups.find(reference) {
                    Some(group) => attachments.attach(index, group),
                    None => {
                        let of = VirtualPortGroup::TYPE;
                        self.dangling(interface, "virtual_port_group_refs", of, reference);
                    }
                }
            }
        }
        for address in &objects.instance_ips {
            for reference in &address.virtual_machine_interface_refs {
                match self.machine_interfaces.find(reference) {
                    Some(interface) => {
                        let known = attachments.addresses.entry(interface).or_default();
                        known.push(address.instance_ip_address.clone());
                    }
                    None => self.dangling::<InstanceIp, _>(
                        address,
                        "virtual_machine_interface_refs",
                        VirtualMachineInterface::TYPE,
                        reference,
                    ),
                }
            }
        }
        attachments
    }

    fn port_groups(&mut self, attachments: &Attachments) -> Vec<PortGroup> {
        let objects = self.objects;
        let mut groups = Vec::new();
        for (index, group) in objects.virtual_port_groups.iter().enumerate() {
            let mut at = PortGroup {
                name: self.group_names.get(index).cloned().unwrap_or_default(),
                lacp: group.virtual_port_group_lacp_enabled.filter(|lacp| !lacp),
                uuid: group
                    .uuid
                    .filter(|uuid| *uuid != derived_uuid(VirtualPortGroup::TYPE, &group.fq_name))
                    .map(|uuid| uuid.to_string()),
                ..PortGroup::default()
            };
            for reference in &group.physical_interface_refs {
                // The reference names device and interface even where the interface was not read.
                let read = self.interfaces.get(reference);
                let named =
                    PhysicalInterface { fq_name: reference.to.clone(), ..PhysicalInterface::default() };
                if read.is_none() && reference.to.len() < 2 {
                    let of = PhysicalInterface::TYPE;
                    self.dangling(group, "physical_interface_refs", of, reference);
                    continue;
                }
                let interface = read.unwrap_or(&named);
                at.ports.push(interface.port());
                if let Some(number) = reference.attr.as_ref().and_then(|attr| attr.ae_num) {
                    at.ae_numbers.insert(interface.device().to_owned(), number);
                }
            }
            for interface in attachments.at_group.get(index).into_iter().flatten() {
                let Some(interface) = objects.virtual_machine_interfaces.get(*interface) else { continue };
                let Some(network) = self.network_of(interface) else { continue };
                let (vlan, untagged) = interface.vlan();
                let binding = VlanBinding { vlan, network, untagged };
                if !at.vlans.contains(&binding) {
                    at.vlans.push(binding);
                }
            }
            if at.ports.is_empty() {
                self.finding(group, "physical_interface_refs: it has no ports".to_owned());
                continue;
            }
            groups.push(at);
        }
        groups
    }

    /// The servers that nodes and virtual routers stand for, those first of which is known where they are attached.
    fn servers(&mut self, document: &Document, attachments: &Attachments) -> (Vec<Server>, Vec<Server>) {
        let objects = self.objects;
        let mut servers: Vec<(Server, Option<&str>)> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::default();
        for node in &objects.nodes {
            let kind = if node.node_type == "baremetal" { "bare-metal" } else { "controller" };
            places.entry(node.name()).or_insert_with(|| {
                let name = node.name().to_owned();
                servers.push((Server { name, kind: kind.to_owned(), ..Server::default() }, None));
                servers.len() - 1
            });
        }
        for router in &objects.virtual_routers {
            let place = *places.entry(router.name()).or_insert_with(|| {
                servers.push((Server { name: router.name().to_owned(), ..Server::default() }, None));
                servers.len() - 1
            });
            let Some((server, vhost0)) = servers.get_mut(place) else { continue };
            let kind =
                if router.virtual_router_type == "tor-service-node" { "service-node" } else { "hypervisor" };
            kind.clone_into(&mut server.kind);
            *vhost0 = Some(router.virtual_router_ip_address.as_str()).filter(|address| !address.is_empty());
        }
        self.attach_nodes(document, &mut servers, &places);
        let mut at_group: HashMap<String, Vec<usize>> = HashMap::default();
        for (place, (server, _)) in servers.iter().enumerate() {
            at_group.entry(server.port_group.clone()).or_default().push(place);
        }
        for (index, interfaces) in attachments.at_group.iter().enumerate() {
            let group = self.group_names.get(index).cloned().unwrap_or_default();
            let attached = at_group.get(&group).map_or(&[][..], Vec::as_slice);
            for index in interfaces {
                let Some(interface) = objects.virtual_machine_interfaces.get(*index) else { continue };
                let addresses = attachments.addresses.get(index).map_or(&[][..], Vec::as_slice);
                // Where it leads nowhere that was told with the port group.
                let Some(network) = self.known_network_of(interface).filter(|_| !addresses.is_empty()) else {
                    continue;
                };
                let named = interface.binding("host_id").and_then(|host| places.get(host)).copied();
                let only = if let [only] = attached { Some(*only) } else { None };
                let Some((server, vhost0)) = named.or(only).and_then(|place| servers.get_mut(place)) else {
                    let addresses = addresses.join(", ");
                    self.finding(
                        interface,
                        format!("which server at port group {group} has {addresses} is not known"),
                    );
                    continue;
                };
                for address in addresses {
                    let at =
                        Address { network: network.clone(), address: address.clone(), mac: interface.mac() };
                    if *vhost0 == Some(address.as_str()) {
                        server.vhost0 = Some(at);
                    } else {
                        server.addresses.push(at);
                    }
                }
            }
        }
        let subnets = Subnets::of(document);
        for (server, vhost0) in &mut servers {
            if let (None, Some(address)) = (&server.vhost0, *vhost0) {
                server.vhost0 = subnets.vhost0(server, address);
                if server.vhost0.is_none() {
                    let object = format!("virtual-router {}", server.name);
                    let message =
                        format!("virtual_router_ip_address: which network {address} is in is not known");
                    self.findings.push(ImportFinding { object, message });
                }
            }
        }
        servers.into_iter().map(|(server, _)| server).partition(|server| !server.port_group.is_empty())
    }

    /// Finds the port group of each node by the switch ports that its ports name.
    fn attach_nodes(
        &mut self,
        document: &Document,
        servers: &mut [(Server, Option<&str>)],
        places: &HashMap<&str, usize>,
    ) {
        let objects = self.objects;
        let group_of: HashMap<&str, &str> = document
            .port_groups
            .iter()
            .flat_map(|group| group.ports.iter().map(|port| (port.as_str(), group.name.as_str())))
            .collect();
        let node_names: HashMap<_, _> = objects.nodes.iter().map(|node| (node.uuid, node.name())).collect();
        for port in &objects.ports {
            let link = &port.bms_port_info.local_link_connection;
            let by_name = port.fq_name.len().checked_sub(2).and_then(|place| port.fq_name.get(place));
            let by_uuid = port.parent_uuid.and_then(|uuid| node_names.get(&Some(uuid)).copied());
            let node = by_uuid.or(by_name.map(String::as_str));
            let Some((server, _)) =
                node.and_then(|node| places.get(node)).and_then(|at| servers.get_mut(*at))
            else {
                self.finding(port, "its node is not among what was read".to_owned());
                continue;
            };
            let at = format!("{}:{}", link.switch_info, link.port_id);
            match group_of.get(at.as_str()) {
                None => self.finding(port, format!("local_link_connection: {at} is in no port group")),
                Some(group) if server.port_group.is_empty() => (*group).clone_into(&mut server.port_group),
                Some(group) if *group == server.port_group => {}
                Some(group) => {
                    let message =
                        format!("{} is at port group {} and at {group}", server.name, server.port_group);
                    self.finding(port, message);
                }
            }
        }
    }

    /// The interfaces of virtual machines, and those on hosts that are not complete.
    fn workloads(
        &mut self,
        attachments: &Attachments,
        hosts: &HashMap<String, bool>,
    ) -> (Vec<Workload>, Vec<Workload>) {
        let objects = self.objects;
        let is_workload = |(index, interface): &(usize, &VirtualMachineInterface)| {
            attachments.addresses.contains_key(index)
                && !attachments.group_of.contains_key(index)
                && !interface.is_router_leg()
        };
        let interfaces = objects.virtual_machine_interfaces.iter().enumerate().filter(is_workload);
        let names = super::names(&interfaces.clone().map(|(_, interface)| interface));
        let (mut workloads, mut incomplete) = (Vec::new(), Vec::new());
        for ((index, interface), name) in interfaces.zip(names) {
            let Some(addresses) = attachments.addresses.get(&index) else { continue };
            let host = interface.binding("host_id");
            // Nova names a host by its domain name, where the vRouter may be called by the first part of it.
            let short = host.and_then(|host| host.split('.').next());
            let Some(host) = [host, short].into_iter().flatten().find(|host| hosts.contains_key(*host))
            else {
                let message = match host {
                    Some(host) => format!("host_id: there is no virtual-router {host} among what was read"),
                    None => "virtual_machine_interface_bindings: no host_id says where it is".to_owned(),
                };
                self.finding(interface, message);
                continue;
            };
            let Some(network) = self.network_of(interface) else { continue };
            let mut addresses = addresses.clone();
            addresses.sort_by_key(|address| address.contains(':'));
            let address = OneOrMany(addresses);
            let is_complete = hosts.get(host) == Some(&true);
            let workload = Workload { name, host: host.to_owned(), network, address, mac: interface.mac() };
            if is_complete { workloads.push(workload) } else { incomplete.push(workload) }
        }
        (workloads, incomplete)
    }
}
