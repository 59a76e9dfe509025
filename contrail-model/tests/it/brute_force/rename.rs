//! The same fabric in other words, and in another order.

use std::collections::BTreeMap;

use contrail_model::document::Document;

use super::random::Random;

/// New names for all objects.
pub(super) struct Names(BTreeMap<String, String>);

impl Names {
    /// Names that sort in another order than the old ones.
    pub(super) fn new(document: &Document, random: &mut Random) -> Self {
        let mut old: Vec<&String> = Vec::new();
        old.extend(document.devices.iter().map(|device| &device.name));
        old.extend(document.networks.iter().map(|network| &network.name));
        old.extend(document.port_groups.iter().map(|group| &group.name));
        old.extend(document.servers.iter().map(|server| &server.name));
        old.extend(document.workloads.iter().map(|workload| &workload.name));
        old.extend(document.virtual_services.iter().map(|service| &service.name));
        old.extend(document.logical_routers.iter().map(|router| &router.name));
        random.shuffle(&mut old);
        let new = old.into_iter().enumerate().map(|(number, old)| (old.clone(), format!("q{number}")));
        Self(new.collect())
    }

    /// A text with every name in it replaced, those of logical routers that the planner makes included.
    pub(super) fn replaced(&self, text: &str) -> String {
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        let mut replaced = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.find(|letter| !is_name(letter)).unwrap_or(rest.len());
            let (word, others) = rest.split_at(end);
            replaced.push_str(&self.word(word));
            let end = others.find(is_name).unwrap_or(others.len());
            let (between, others) = others.split_at(end);
            replaced.push_str(between);
            rest = others;
        }
        replaced
    }

    fn word(&self, word: &str) -> String {
        let (stem, made) = word.find("-router").map_or((word, ""), |at| word.split_at(at));
        self.0.get(stem).map_or_else(|| word.to_owned(), |new| format!("{new}{made}"))
    }

    pub(super) fn document(&self, document: &Document) -> Document {
        serde_json::from_str(&self.replaced(&serde_json::to_string(document).unwrap())).unwrap()
    }
}

/// The same document with its lists in another order.
pub(super) fn reordered(document: &Document, random: &mut Random) -> Document {
    let mut document = document.clone();
    random.shuffle(&mut document.devices);
    random.shuffle(&mut document.links);
    random.shuffle(&mut document.networks);
    random.shuffle(&mut document.port_groups);
    random.shuffle(&mut document.servers);
    random.shuffle(&mut document.workloads);
    random.shuffle(&mut document.virtual_services);
    random.shuffle(&mut document.logical_routers);
    random.shuffle(&mut document.integrations);
    random.shuffle(&mut document.flows);
    document.networks.iter_mut().for_each(|network| random.shuffle(&mut network.underlay_irb));
    for group in &mut document.port_groups {
        random.shuffle(&mut group.ports);
        random.shuffle(&mut group.vlans);
    }
    for router in &mut document.logical_routers {
        random.shuffle(&mut router.networks);
        random.shuffle(&mut router.extended_to);
    }
    document
}
