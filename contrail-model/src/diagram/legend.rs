//! Which networks a picture shows, in which colours, and what logical routers join.

use super::Layers;
use super::scene::{Block, Kind, Mark, Style};
use crate::fabric::{Fabric, Name, NetworkId};

/// Networks, ways and the like that a list tells; of more, how many there are.
pub(super) const MOST: usize = 24;

/// The networks that a picture shows, in the order in which they were met.
pub(super) struct Networks<'f> {
    fabric: &'f Fabric,
    layers: Layers,
    shown: Vec<NetworkId>,
}

impl<'f> Networks<'f> {
    pub(super) const fn new(fabric: &'f Fabric, layers: Layers) -> Self {
        Self { fabric, layers, shown: Vec::new() }
    }

    /// A network's place in the legend, by which it has its colour.
    pub(super) fn mark(&mut self, network: NetworkId) -> Option<Mark> {
        if !self.layers.contains(Layers::NETWORKS) {
            return None;
        }
        let known = self.shown.iter().position(|shown| *shown == network);
        Some(Mark::Network(known.unwrap_or_else(|| {
            self.shown.push(network);
            self.shown.len() - 1
        })))
    }

    pub(super) fn legend(&self) -> Vec<Block> {
        let mut lists = Vec::new();
        if !self.shown.is_empty() {
            lists.push(self.networks());
        }
        if self.layers.contains(Layers::LOGICAL_ROUTERS) && self.fabric.routers.len() > 0 {
            lists.push(self.routers());
        }
        lists
    }

    fn networks(&self) -> Block {
        let mut lines = vec![Block::line(Style::Name, "Networks")];
        for (place, id) in self.shown.iter().enumerate().take(MOST) {
            let network = &self.fabric.networks[*id];
            let subnets: Vec<String> =
                network.subnets.iter().map(|subnet| subnet.prefix.to_string()).collect();
            let text = format!("{}, VNI {}, {}", network.name, network.vni, subnets.join(", "));
            lines.push(Block::marked(
                Style::Plain,
                text.trim_end_matches([',', ' ']),
                Some(Mark::Network(place)),
            ));
        }
        lines.extend(and_more(self.shown.len()));
        Block::new(Kind::List, lines)
    }

    fn routers(&self) -> Block {
        let fabric = self.fabric;
        let mut lines = vec![Block::line(Style::Name, "Logical routers")];
        for (_, router) in fabric.routers.iter().take(MOST) {
            let networks: Vec<&Name> = router.networks.iter().map(|id| &fabric.networks[*id].name).collect();
            let networks: Vec<&str> = networks.into_iter().map(|name| &**name).collect();
            let devices = match fabric.names_of(&router.extended_to) {
                devices if devices.is_empty() => "no device".to_owned(),
                devices => devices,
            };
            let text =
                format!("{}, VNI {}: joins {} on {devices}", router.name, router.vni, networks.join(", "));
            lines.push(Block::line(Style::Plain, text));
        }
        lines.extend(and_more(fabric.routers.len()));
        Block::new(Kind::List, lines)
    }
}

/// How many more there are than a list tells.
pub(super) fn and_more(count: usize) -> Option<Block> {
    let more = count.saturating_sub(MOST);
    (more > 0).then(|| Block::line(Style::Plain, format!("and {more} more")))
}
