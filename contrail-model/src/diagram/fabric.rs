//! A fabric as boxes: what each device, port group, server and workload says of itself.

use std::collections::{HashMap, HashSet};

use super::Layers;
use super::cables::Cables;
use super::legend::Networks;
use super::racks::{Rack, Tiers, drawn};
use super::scene::{Anchor, Block, Kind, Scene, Style, Way};
use crate::fabric::{
    Address, DeviceId, Fabric, NetworkId, PortGroup, PortGroupId, Server, ServerId, ServerKind, WorkloadId,
};

/// What is being drawn.
struct Drawing<'f> {
    fabric: &'f Fabric,
    layers: Layers,
    story: Story,
    tiers: Tiers,
    cables: Cables,
    networks: Networks<'f>,
}

/// What a picture shows beside its fabric.
#[derive(Default)]
pub(super) struct Story {
    /// In place of the fabric's name.
    pub(super) title: Option<String>,
    pub(super) description: String,
    /// What is drawn even if the fabric is large.
    pub(super) focus: HashSet<Anchor>,
    /// What is greyed.
    pub(super) faint: HashSet<DeviceId>,
    /// What is said in the boxes of devices, servers and workloads.
    pub(super) notes: HashMap<Anchor, Vec<Block>>,
    pub(super) ways: Vec<Way>,
    /// Lists that stand beside those of networks and logical routers.
    pub(super) lists: Vec<Block>,
    /// What stands below.
    pub(super) below: Vec<Block>,
}

/// A fabric, not yet laid out.
pub(super) fn scene(fabric: &Fabric, layers: Layers, story: Story) -> Scene {
    let tiers = Tiers::new(fabric, &story.focus);
    let cables = Cables::new(fabric, &tiers);
    let networks = Networks::new(fabric, layers);
    let title = story.title.clone().unwrap_or_else(|| format!("Fabric {}", fabric.name()));
    let mut drawing = Drawing { fabric, layers, story, tiers, cables, networks };
    let page = drawing.page(&title);
    let Drawing { cables, story: Story { description: told, ways, .. }, .. } = drawing;
    let mut description = description(fabric);
    if !told.is_empty() {
        description = format!("{description} {told}");
    }
    Scene { title, description, page, links: cables.links, ways }
}

/// `2 spines, 5 leaves`, for somebody who cannot see them.
fn description(fabric: &Fabric) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut roles: Vec<(&str, usize)> = Vec::new();
    for (_, device) in fabric.devices.iter() {
        let role = device.role.name();
        match roles.iter_mut().find(|(known, _)| *known == role) {
            Some((_, count)) => *count += 1,
            None => roles.push((role, 1)),
        }
    }
    parts.extend(roles.into_iter().map(|(role, count)| counted(count, &format!("{role} device"))));
    parts.extend([
        counted(fabric.links.len(), "cable"),
        counted(fabric.servers.len(), "server"),
        counted(fabric.workloads.len(), "workload"),
        counted(fabric.networks.len(), "network"),
        counted(fabric.routers.len(), "logical router"),
    ]);
    format!("Devices tier by tier with the servers below their leaves: {}.", parts.join(", "))
}

/// `1 server`, `3 servers`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

impl Drawing<'_> {
    fn page(&mut self, title: &str) -> Block {
        let mut blocks = vec![Block::line(Style::Heading, title)];
        let upper = std::mem::take(&mut self.tiers.upper);
        for devices in upper.iter().filter(|devices| !devices.is_empty()) {
            let devices = devices.iter().map(|device| self.device(*device)).collect();
            blocks.push(Block::new(Kind::Tier, devices));
        }
        let racks = std::mem::take(&mut self.tiers.racks);
        let mut lower: Vec<Block> = racks.iter().map(|rack| self.rack(rack)).collect();
        lower.extend(self.collapsed_racks());
        blocks.push(Block::new(Kind::Tier, lower));
        let mut lists = std::mem::take(&mut self.story.lists);
        lists.extend(self.networks.legend());
        if !lists.is_empty() {
            blocks.push(Block::new(Kind::Legend, lists));
        }
        blocks.append(&mut self.story.below);
        Block::new(Kind::Page, blocks)
    }

    fn shows(&self, layer: Layers) -> bool {
        self.layers.contains(layer)
    }

    fn device(&mut self, id: DeviceId) -> Block {
        let fabric = self.fabric;
        let device = &fabric.devices[id];
        let mut blocks: Vec<Block> = self.ports(self.cables.above(id)).into_iter().collect();
        let mut lines = vec![Block::line(Style::Name, &*device.name)];
        if !fabric.is_up(id) {
            lines.push(Block::line(Style::Bad, "down"));
        }
        let mut roles = device.role.name().to_owned();
        if !device.overlay_roles.is_empty() {
            roles = format!("{roles}, {}", device.overlay_roles.names());
        }
        lines.push(Block::line(Style::Small, roles));
        if self.shows(Layers::UNDERLAY)
            && let Some(loopback) = device.loopback
        {
            lines.push(Block::line(Style::Plain, format!("lo0 {loopback}")));
        }
        if self.shows(Layers::LOGICAL_ROUTERS) {
            lines.extend(self.routers(id));
        }
        if self.shows(Layers::SUBNETS) {
            lines.extend(self.underlay_irbs(id));
        }
        lines.extend(self.notes(Anchor::Device(id)));
        blocks.push(Block::new(Kind::Body, lines));
        blocks.extend(self.ports(self.cables.below(id)));
        let is_faint = !fabric.is_up(id) || self.story.faint.contains(&id);
        Block::new(Kind::Device, blocks).at(Anchor::Device(id)).faint(is_faint)
    }

    /// What the picture says of a thing beside what the fabric does.
    fn notes(&mut self, of: Anchor) -> Vec<Block> {
        self.story.notes.remove(&of).unwrap_or_default()
    }

    /// Ports at one edge of a device.
    fn ports(&self, ports: &[(Anchor, String)]) -> Option<Block> {
        let is_named = self.shows(Layers::UNDERLAY);
        let port = |(anchor, name): &(Anchor, String)| {
            let name = is_named.then(|| Block::line(Style::Port, name.clone()));
            Block::new(Kind::Port, name.into_iter().collect()).at(*anchor)
        };
        (!ports.is_empty()).then(|| Block::new(Kind::Ports, ports.iter().map(port).collect()))
    }

    /// The VRFs of logical routers on a device, with their IRBs.
    fn routers(&mut self, device: DeviceId) -> Vec<Block> {
        let fabric = self.fabric;
        let mut lines = Vec::new();
        for (id, router) in fabric.routers.iter().filter(|(_, router)| router.extended_to.contains(&device)) {
            lines.push(Block::line(Style::Plain, format!("LR {}, VNI {}", router.name, router.vni)));
            for network in router.networks.iter().filter(|network| fabric.has_irb(id, device, **network)) {
                lines.push(self.irb(*network));
            }
        }
        lines
    }

    fn irb(&mut self, network: NetworkId) -> Block {
        let at = &self.fabric.networks[network];
        let gateways = at.subnets.iter().filter_map(|subnet| subnet.gateway);
        let gateways: Vec<String> = gateways.map(|gateway| gateway.to_string()).collect();
        let text = format!("IRB {} {}", at.name, gateways.join(", "));
        Block::marked(Style::Plain, text.trim_end(), self.networks.mark(network))
    }

    /// What a device routes in the underlay by hand or by IRB.
    fn underlay_irbs(&mut self, id: DeviceId) -> Vec<Block> {
        let fabric = self.fabric;
        let networks = fabric.networks.iter().filter(|(_, network)| network.underlay_irb.contains(&id));
        let networks: Vec<NetworkId> = networks.map(|(network, _)| network).collect();
        let mut lines: Vec<Block> = networks.into_iter().map(|network| self.irb(network)).collect();
        for secondary in &fabric.devices[id].secondary_addresses {
            let text =
                format!("secondary {} on IRB {}", secondary.address, fabric.networks[secondary.irb].name);
            lines.push(Block::marked(Style::Plain, text, self.networks.mark(secondary.irb)));
        }
        lines
    }

    /// A pair of leaves with what is attached to them, or a device that nothing is attached to.
    fn rack(&mut self, rack: &Rack) -> Block {
        let mut devices: Vec<Block> = rack.devices.iter().map(|device| self.device(*device)).collect();
        if rack.groups.is_empty()
            && devices.len() == 1
            && let Some(device) = devices.pop()
        {
            return device;
        }
        let mut blocks = vec![Block::new(Kind::Shelf, devices)];
        let is_in_focus = |group| {
            let servers = self.tiers.servers(group).iter();
            servers.map(|server| Anchor::Server(*server)).any(|server| self.story.focus.contains(&server))
        };
        let (groups, others) = drawn(&rack.groups, is_in_focus);
        let mut shelf: Vec<Block> = groups.into_iter().map(|group| self.port_group(group)).collect();
        if !others.is_empty() {
            let lines = self.counts(&others).into_iter().map(|line| Block::line(Style::Plain, line));
            shelf.push(Block::new(Kind::Collapsed, lines.collect()));
        }
        if !shelf.is_empty() {
            blocks.push(Block::new(Kind::Shelf, shelf));
        }
        if self.shows(Layers::SUBNETS) {
            blocks.extend(self.subnets(rack));
        }
        Block::new(Kind::Rack, blocks)
    }

    /// The subnets that a rack's devices route in the underlay.
    fn subnets(&mut self, rack: &Rack) -> Vec<Block> {
        let fabric = self.fabric;
        let networks = fabric
            .networks
            .iter()
            .filter(|(_, network)| rack.devices.iter().any(|device| network.underlay_irb.contains(device)));
        let mut lines = Vec::new();
        for (id, network) in networks {
            for subnet in &network.subnets {
                let text = format!("{} {}", network.name, subnet.prefix);
                lines.push(Block::marked(Style::Plain, text, self.networks.mark(id)));
            }
        }
        lines
    }

    fn counts(&self, groups: &[PortGroupId]) -> Vec<String> {
        let servers = groups.iter().flat_map(|group| self.tiers.servers(*group));
        let workloads: usize = servers.clone().map(|server| self.tiers.workloads(*server).len()).sum();
        let counts = [(groups.len(), "port group"), (servers.count(), "server"), (workloads, "workload")];
        counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| counted(count, what)).collect()
    }

    /// All racks that are not drawn, as one box.
    fn collapsed_racks(&self) -> Option<Block> {
        let racks = &self.tiers.collapsed;
        let devices: Vec<DeviceId> = racks.iter().flat_map(|rack| &rack.devices).copied().collect();
        let (first, last) = (devices.first()?, devices.last()?);
        let name = |id: &DeviceId| &self.fabric.devices[*id].name;
        let groups: Vec<PortGroupId> = racks.iter().flat_map(|rack| &rack.groups).copied().collect();
        let mut lines = vec![
            Block::line(Style::Name, counted(racks.len(), "rack")),
            Block::line(Style::Plain, counted(devices.len(), "device")),
            Block::line(Style::Small, format!("{} to {}", name(first), name(last))),
        ];
        lines.extend(self.counts(&groups).into_iter().map(|line| Block::line(Style::Plain, line)));
        let mut blocks: Vec<Block> = self.ports(self.cables.at_racks()).into_iter().collect();
        blocks.push(Block::new(Kind::Body, lines));
        Some(Block::new(Kind::Collapsed, blocks).at(Anchor::Racks))
    }

    fn port_group(&mut self, id: PortGroupId) -> Block {
        let fabric = self.fabric;
        let group = &fabric.port_groups[id];
        let nub = |port| Block::new(Kind::Port, Vec::new()).at(Anchor::GroupPort(id, port));
        let nubs = (0..group.ports.len()).map(nub).collect();
        let mut blocks = vec![Block::new(Kind::Ports, nubs)];
        if self.shows(Layers::PORT_GROUPS) {
            blocks.extend(self.group_lines(group));
        }
        let servers = self.tiers.servers(id).to_vec();
        blocks.extend(servers.into_iter().map(|server| self.server(server)));
        let kind = if self.shows(Layers::PORT_GROUPS) { Kind::PortGroup } else { Kind::Slot };
        Block::new(kind, blocks)
    }

    fn group_lines(&mut self, group: &PortGroup) -> Vec<Block> {
        let mut lines = vec![Block::line(Style::Plain, format!("VPG {}", group.name))];
        for binding in &group.vlans {
            let network = &self.fabric.networks[binding.network];
            let untagged = if binding.untagged { " untagged" } else { "" };
            let text = format!("VLAN {}{untagged} {}", binding.vlan, network.name);
            lines.push(Block::marked(Style::Small, text, self.networks.mark(binding.network)));
        }
        lines
    }

    fn server(&mut self, id: ServerId) -> Block {
        let server = &self.fabric.servers[id];
        let kind = match server.kind {
            ServerKind::Hypervisor => "hypervisor with vRouter",
            ServerKind::Controller => "controller",
            ServerKind::ServiceNode => "service node (CSN)",
            ServerKind::BareMetal => "bare-metal server",
        };
        let mut blocks = vec![Block::line(Style::Name, &*server.name), Block::line(Style::Small, kind)];
        if self.shows(Layers::NETWORKS) {
            blocks.extend(self.addresses(server));
        }
        if self.shows(Layers::LOGICAL_ROUTERS) {
            let routes = server.routes.iter();
            let routes = routes.map(|route| format!("route {} via {}", route.to, route.via));
            blocks.extend(routes.map(|route| Block::line(Style::Plain, route)));
        }
        blocks.extend(self.notes(Anchor::Server(id)));
        let all = self.tiers.workloads(id);
        let (workloads, others) =
            drawn(all, |workload| self.story.focus.contains(&Anchor::Workload(workload)));
        blocks.extend(workloads.into_iter().map(|workload| self.workload(workload)));
        if !others.is_empty() {
            blocks.push(Block::line(Style::Plain, counted(others.len(), "workload")));
        }
        Block::new(Kind::Server, blocks).at(Anchor::Server(id))
    }

    fn addresses(&mut self, server: &Server) -> Vec<Block> {
        let own = server.addresses.iter().map(|address| ("", address));
        let vhost0 = server.vhost0.iter().map(|address| ("vhost0 ", address));
        own.chain(vhost0).map(|(interface, address)| self.address(interface, address)).collect()
    }

    fn address(&mut self, interface: &str, at: &Address) -> Block {
        let text = format!("{interface}{} {}", self.fabric.networks[at.network].name, at.address);
        Block::marked(Style::Plain, text, self.networks.mark(at.network))
    }

    fn workload(&mut self, id: WorkloadId) -> Block {
        let workload = &self.fabric.workloads[id];
        let mut blocks = vec![Block::line(Style::Name, &*workload.name)];
        if self.shows(Layers::NETWORKS) {
            blocks.extend(workload.addresses().map(|address| self.address("", address)));
        }
        blocks.extend(self.notes(Anchor::Workload(id)));
        Block::new(Kind::Workload, blocks).at(Anchor::Workload(id))
    }
}
