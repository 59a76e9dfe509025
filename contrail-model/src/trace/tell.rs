//! From what a walk noted to what is told: names in the place of ids.

use super::note::{
    self, AddressOf, BridgeTo, Devices, Domain, Interface, Into, LabelFor, Link, Neighbour, NextHop, Node,
    PassedOver, TunnelEnd, TunnelId,
};
use super::packet::NotedHeader;
use super::step::{Route, Step, Table};
use super::{Source, Trace};
use crate::fabric::{DeviceId, Fabric, Name, Port, PortGroup, ServerId};

impl Fabric {
    pub(super) fn node_name(&self, node: Node) -> &Name {
        match node {
            Node::Workload(id) => &self.workloads[id].name,
            Node::Server(id) => &self.servers[id].name,
            Node::Device(id) => &self.devices[id].name,
        }
    }

    fn cable_end(&self, link: usize, end: usize) -> Option<&Port> {
        self.links.get(link).and_then(|link| link.ends.get(end))
    }

    fn group_of(&self, server: ServerId) -> &PortGroup {
        &self.port_groups[self.servers[server].port_group]
    }
}

impl Domain {
    fn name(self, fabric: &Fabric) -> &Name {
        match self {
            Self::Network(id) => &fabric.networks[id].name,
            Self::Router(id) => &fabric.routers[id].name,
        }
    }

    /// `network octavia`
    fn described(self, fabric: &Fabric) -> Name {
        let kind = match self {
            Self::Network(_) => "network",
            Self::Router(_) => "logical router",
        };
        format!("{kind} {}", self.name(fabric)).into()
    }
}

impl note::Table {
    pub(super) fn told(self, fabric: &Fabric) -> Table {
        let server = |id: ServerId| fabric.servers[id].name.clone();
        let device = |id: DeviceId| fabric.devices[id].name.clone();
        match self {
            Self::Host(id) => Table::Host { server: server(id) },
            Self::Vrouter(id, of) => Table::Vrouter { server: server(id), network: of.name(fabric).clone() },
            Self::IpFabric(id) => Table::IpFabric { server: server(id) },
            Self::Underlay(id) => Table::Underlay { device: device(id) },
            Self::Vrf(router, id) => {
                Table::Vrf { router: fabric.routers[router].name.clone(), device: device(id) }
            }
        }
    }
}

impl TunnelId {
    pub(super) fn told(self) -> String {
        match self {
            Self::Vni(vni) => format!("VNI {vni}"),
            Self::Label(label) => format!("label {label}"),
        }
    }
}

impl TunnelEnd {
    /// `loopback of leaf1`
    pub(super) fn described(self, fabric: &Fabric) -> Name {
        let kind = match self {
            Self::Device(_) => "loopback",
            Self::Vrouter(_) => "vhost0",
        };
        format!("{kind} of {}", self.name(fabric)).into()
    }

    fn name(self, fabric: &Fabric) -> &Name {
        match self {
            Self::Device(id) => &fabric.devices[id].name,
            Self::Vrouter(id) => &fabric.servers[id].name,
        }
    }
}

impl Trace {
    fn names_of(&self, devices: Devices) -> String {
        self.fabric.names_of(self.notes.devices(devices))
    }

    fn neighbour(&self, neighbour: Neighbour) -> Name {
        let fabric = &self.fabric;
        match neighbour {
            Neighbour::Server(id) => fabric.servers[id].name.clone(),
            Neighbour::Workload(id) => fabric.workloads[id].name.clone(),
            Neighbour::VirtualService(id) => {
                format!("the vRouter, for {}", fabric.virtual_services[id].name).into()
            }
            Neighbour::VrouterFor(id) => {
                let workload = &fabric.workloads[id];
                format!("the vRouter of {} for {}", fabric.servers[workload.host].name, workload.name).into()
            }
            Neighbour::Irb(network, devices) => {
                format!("the IRB of {} on {}", fabric.networks[network].name, self.names_of(devices)).into()
            }
        }
    }

    fn next_hop(&self, next_hop: NextHop, sent_to: Option<Node>) -> String {
        let fabric = &self.fabric;
        match next_hop {
            NextHop::Network(id) => fabric.networks[id].name.to_string(),
            NextHop::Irb(id) => format!("the IRB of {}", fabric.networks[id].name),
            NextHop::Gateway(address) => format!("gateway {address}"),
            NextHop::Towards(nearest) => {
                let next = sent_to.map(|node| &**fabric.node_name(node)).unwrap_or_default();
                format!("{next}, towards {}", self.names_of(nearest))
            }
            NextHop::Loopback(id) => match fabric.devices[id].loopback {
                Some(loopback) => format!("loopback {loopback} of {}", fabric.devices[id].name),
                None => TunnelEnd::Device(id).described(fabric).to_string(),
            },
            NextHop::Vtep(id) => format!("VTEP of {}", fabric.devices[id].name),
            NextHop::Vhost0(id) => match &fabric.servers[id].vhost0 {
                Some(vhost0) => format!("vhost0 {} of {}", vhost0.address, fabric.servers[id].name),
                None => TunnelEnd::Vrouter(id).described(fabric).to_string(),
            },
            NextHop::SubnetOfVhost0 => "the subnet of vhost0".to_owned(),
            NextHop::GatewayOfVhost0 => "the gateway of vhost0".to_owned(),
        }
    }

    fn passed_over(&self, passed_over: PassedOver) -> Vec<String> {
        let fabric = &self.fabric;
        match passed_over {
            PassedOver::Nothing => Vec::new(),
            PassedOver::Farther(devices) => {
                let devices = self.notes.devices(devices).iter();
                devices.map(|device| format!("{}, which is farther", fabric.devices[*device].name)).collect()
            }
            PassedOver::PrefixOf(server, network) => vec![format!(
                "type 5 of {}, as the IRB of {} is here",
                fabric.servers[server].name, fabric.networks[network].name
            )],
            PassedOver::OtherTunnelOf(server, device) => {
                let offered = fabric.encapsulation_priority.first().map_or("nothing", |kind| kind.name());
                vec![format!(
                    "type 2 of {}, which it advertises with {offered} (encapsulation_priority) and {} cannot do",
                    fabric.servers[server].name, fabric.devices[device].name
                )]
            }
            PassedOver::NoIrbFor(server, device, network) => vec![format!(
                "type 2 of {}, as {} has no IRB of {}",
                fabric.servers[server].name, fabric.devices[device].name, fabric.networks[network].name
            )],
        }
    }

    /// What a node did, with names, before it sent the packet to the next.
    pub(super) fn step(&self, step: &note::Step, sent_to: Option<Node>) -> Step {
        let fabric = &self.fabric;
        let network_name = |id| fabric.networks[id].name.clone();
        match *step {
            note::Step::Receive { device, server, network } => {
                let on = match fabric.access(device, server, network) {
                    Some((port, binding)) => format!(
                        "access port {}, {}VLAN {} of network {} (VNI {})",
                        port.interface,
                        if binding.untagged { "untagged " } else { "" },
                        binding.vlan,
                        fabric.networks[network].name,
                        fabric.networks[network].vni
                    ),
                    None => format!("the port of {}", fabric.servers[server].name),
                };
                Step::Receive { on }
            }
            note::Step::Lookup {
                table,
                destination,
                chosen: note::Route { to, kind, next_hop },
                passed_over,
            } => Step::Lookup {
                table: table.told(fabric),
                destination,
                chosen: Route { to, kind, next_hop: self.next_hop(next_hop, sent_to) },
                passed_over: self.passed_over(passed_over),
            },
            note::Step::Resolve { network, address, mac, owner } => {
                Step::Resolve { network: network_name(network), address, mac, owner: self.neighbour(owner) }
            }
            note::Step::Bridge { network, mac, to } => {
                let to = match to {
                    BridgeTo::AccessPort(id) => format!("access port of {}", fabric.servers[id].name),
                    BridgeTo::Vteps(devices) => format!("VTEP of {}", self.names_of(devices)),
                    BridgeTo::VrouterOf(id) => format!("the vRouter of {}", fabric.servers[id].name),
                };
                Step::Bridge { network: network_name(network), mac, to }
            }
            note::Step::Flood { network, to, followed } => {
                let followed = fabric.servers[followed].name.clone();
                let mut to = fabric.device_names(self.notes.devices(to));
                to.push(followed.clone());
                Step::Flood { network: network_name(network), to, followed }
            }
            note::Step::Encapsulate { tunnel, id, between, because } => {
                Step::Encapsulate { tunnel, id: id.told(), between, because: because.to_owned() }
            }
            note::Step::Decapsulate { tunnel, id, into } => {
                let into = match into {
                    Into::Vrf(router) => format!("the VRF of {}", fabric.routers[router].name),
                    Into::Network(network) => format!("network {}", fabric.networks[network].name),
                    Into::InterfaceOf(id) => format!("the interface of {}", fabric.workloads[id].name),
                    Into::Dhcp(network) => format!("DHCP for network {}", fabric.networks[network].name),
                };
                Step::Decapsulate { tunnel, id: id.told(), into }
            }
            note::Step::Translate { from, to } => Step::Translate { from, to },
        }
    }

    /// Where a value comes from, with names.
    pub(super) fn source(&self, source: &note::Source) -> Source {
        let fabric = &self.fabric;
        match *source {
            note::Source::InterfaceMac { of, given } => {
                let of = match of {
                    Interface::Server(server, network) => {
                        format!("{} in {}", fabric.servers[server].name, fabric.networks[network].name).into()
                    }
                    Interface::Vhost0(server) => TunnelEnd::Vrouter(server).described(fabric),
                    Interface::Workload(id) => fabric.workloads[id].name.clone(),
                };
                Source::InterfaceMac { of, given }
            }
            note::Source::PortMac { link, end } => {
                let port = fabric.cable_end(link, end).map(|port| fabric.port_name(port));
                Source::PortMac { port: port.unwrap_or_default() }
            }
            note::Source::GatewayByArp { gateway, answered_by } => {
                Source::GatewayByArp { gateway, answered_by: self.neighbour(answered_by) }
            }
            note::Source::NeighbourByArp { address, answered_by } => {
                Source::NeighbourByArp { address, answered_by: self.neighbour(answered_by) }
            }
            note::Source::VrouterGateway => Source::VrouterGateway,
            note::Source::IrbMac { device, network } => Source::IrbMac {
                device: fabric.devices[device].name.clone(),
                network: fabric.networks[network].name.clone(),
            },
            note::Source::RouterMac(of) => Source::RouterMac { of: of.name(fabric).clone() },
            note::Source::AddressOf(of) => Source::AddressOf {
                of: match of {
                    AddressOf::From => self.from.clone(),
                    AddressOf::To => self.to.clone(),
                    AddressOf::Workload(id) => fabric.workloads[id].name.clone(),
                    AddressOf::VirtualService(id) => fabric.virtual_services[id].name.clone(),
                    AddressOf::Vhost0(id) => TunnelEnd::Vrouter(id).described(fabric),
                },
            },
            note::Source::Translated(id) => {
                let workload = &fabric.workloads[id];
                let hypervisor = fabric.servers[workload.host].name.clone();
                Source::Translated { hypervisor, workload: workload.name.clone() }
            }
            note::Source::TunnelEnd(end) => Source::TunnelEnd { what: end.described(fabric) },
            note::Source::VniOf(domain, route) => Source::VniOf { what: domain.described(fabric), route },
            note::Source::LabelFrom(LabelFor::Workload(id)) => {
                let workload = &fabric.workloads[id];
                let advertised_by = fabric.servers[workload.host].name.clone();
                Source::LabelFrom { advertised_by, what: workload.name.clone() }
            }
            note::Source::LabelFrom(LabelFor::Vrf(device, router)) => {
                let advertised_by = fabric.devices[device].name.clone();
                Source::LabelFrom { advertised_by, what: Domain::Router(router).described(fabric) }
            }
            note::Source::VlanOf(network, group) => Source::VlanOf {
                network: fabric.networks[network].name.clone(),
                port_group: fabric.port_groups[group].name.clone(),
            },
            note::Source::NoAddressYet => Source::NoAddressYet,
            note::Source::Broadcast => Source::Broadcast,
            note::Source::ServiceAddress(id) => {
                Source::ServiceAddress { network: fabric.networks[id].name.clone() }
            }
            note::Source::Offered(id) => Source::Offered { to: fabric.servers[id].name.clone() },
            note::Source::ServicePort => Source::ServicePort,
            note::Source::ClientPort => Source::ClientPort,
            note::Source::TranslatedPort { first, last } => Source::TranslatedPort { first, last },
            note::Source::Entropy => Source::Entropy,
            note::Source::Assigned(by) => Source::Assigned(by),
        }
    }

    /// The link header that a packet has on a cable between devices.
    pub(super) fn link_header(&self, sent: &note::Sent) -> Option<NotedHeader> {
        let Link::Cable { link, end } = sent.link else { return None };
        let mac = |end| {
            let port = self.fabric.cable_end(link, end);
            let mac = port.map(|port| self.fabric.port_mac(port)).unwrap_or_default();
            (mac, note::Source::PortMac { link, end })
        };
        let ethertype = self.notes.headers.ethertype(sent.packet);
        Some(NotedHeader::on_cable(ethertype, mac(end), mac(1 - end)))
    }

    /// What a link is called, by its two ends.
    pub(super) fn link_name(&self, link: Link) -> String {
        let fabric = &self.fabric;
        match link {
            Link::Cable { link, end } => {
                let port = |end| fabric.cable_end(link, end).map(|port| fabric.port_name(port));
                let [here, there] = [end, 1 - end].map(|end| port(end).unwrap_or_default());
                format!("{here} - {there}")
            }
            Link::Access { server, port } => {
                let port = fabric.group_of(server).ports.get(port);
                let port = port.map(|port| fabric.port_name(port)).unwrap_or_default();
                format!("{port} - {}", fabric.servers[server].name)
            }
            Link::Tap(id) => {
                let workload = &fabric.workloads[id];
                format!("{}:tap - {}", fabric.servers[workload.host].name, workload.name)
            }
        }
    }
}
