//! From objects to a document: every reference finds its object, or is a finding.

mod attached;
mod fabric;
mod network;

use std::cell::OnceCell;

use foldhash::{HashMap, HashSet};
use uuid::Uuid;

use super::object::{
    Object, Objects, PhysicalInterface, PhysicalRouter, Ref, VirtualMachineInterface, VirtualNetwork,
    VirtualPortGroup,
};
use super::tally::Tally;
use super::{ImportFinding, Imported};
use crate::document::Document;

/// What all objects make together.
pub(super) fn import(objects: &Objects, tally: Tally) -> Imported {
    let networks = Lookup::new(&objects.virtual_networks);
    let tenants = network::of_tenants(objects, &networks);
    let mut importer = Importer {
        objects,
        devices: Lookup::new(&objects.physical_routers),
        interfaces: Lookup::new(&objects.physical_interfaces),
        network_names: network::names_of(objects, &tenants),
        networks,
        tenants,
        port_groups: Lookup::new(&objects.virtual_port_groups),
        group_names: names(&objects.virtual_port_groups.iter()),
        machine_interfaces: Lookup::new(&objects.virtual_machine_interfaces),
        findings: Vec::new(),
    };
    let mut document = Document::default();
    importer.global(&mut document);
    importer.devices(&mut document);
    document.links = importer.links();
    document.networks = importer.virtual_networks();
    document.logical_routers = importer.logical_routers();
    let incomplete = importer.attached(&mut document);
    Imported { document, findings: importer.findings, tally, incomplete }
}

/// Objects of one type by what refers to them.
struct Lookup<'o, O> {
    objects: &'o [O],
    by_uuid: HashMap<Uuid, usize>,
    /// Made when the first reference comes that has no UUID, or one that is not there.
    by_name: OnceCell<HashMap<&'o [String], usize>>,
}

impl<'o, O: Object> Lookup<'o, O> {
    fn new(objects: &'o [O]) -> Self {
        let by_uuid = objects.iter().enumerate();
        let by_uuid = by_uuid.filter_map(|(index, object)| Some((object.uuid()?, index))).collect();
        Self { objects, by_uuid, by_name: OnceCell::new() }
    }

    /// The index of the object that a reference leads to.
    fn find<A>(&self, to: &Ref<A>) -> Option<usize> {
        let names =
            || self.objects.iter().enumerate().map(|(index, object)| (object.fq_name(), index)).collect();
        let by_uuid = to.uuid.and_then(|uuid| self.by_uuid.get(&uuid));
        by_uuid.or_else(|| self.by_name.get_or_init(names).get(to.to.as_slice())).copied()
    }

    /// The object that a reference leads to.
    fn get<A>(&self, to: &Ref<A>) -> Option<&'o O> {
        self.find(to).and_then(|index| self.objects.get(index))
    }
}

/// What objects are called in a document: by their last name, with the project or all names before it where it is not
/// the only one.
fn names<'o, O: Object + 'o>(objects: &(impl Iterator<Item = &'o O> + Clone)) -> Vec<String> {
    let mut names: Vec<String> = objects.clone().map(|object| object.name().to_owned()).collect();
    for parts in [2, usize::MAX] {
        let mut seen: HashSet<&str> = HashSet::default();
        let again = names.iter().filter(|name| !seen.insert(name)).cloned();
        let again: HashSet<String> = again.collect();
        if again.is_empty() {
            break;
        }
        for (name, object) in names.iter_mut().zip(objects.clone()).filter(|(name, _)| again.contains(*name))
        {
            let all = object.fq_name();
            *name = all.get(all.len().saturating_sub(parts)..).unwrap_or_default().join(":");
        }
    }
    names
}

struct Importer<'o> {
    objects: &'o Objects,
    devices: Lookup<'o, PhysicalRouter>,
    interfaces: Lookup<'o, PhysicalInterface>,
    networks: Lookup<'o, VirtualNetwork>,
    /// Those networks that are in the document, by index.
    tenants: Vec<usize>,
    /// What all networks are called.
    network_names: Vec<String>,
    port_groups: Lookup<'o, VirtualPortGroup>,
    group_names: Vec<String>,
    machine_interfaces: Lookup<'o, VirtualMachineInterface>,
    findings: Vec<ImportFinding>,
}

impl Importer<'_> {
    fn finding<O: Object>(&mut self, object: &O, message: String) {
        let name = if object.fq_name().is_empty() {
            object.uuid().map(|uuid| uuid.to_string()).unwrap_or_default()
        } else {
            object.full_name()
        };
        self.findings.push(ImportFinding { object: format!("{} {name}", O::TYPE), message });
    }

    /// A reference that leads to nothing that was read.
    fn dangling<O: Object, A>(&mut self, object: &O, field: &str, of: &str, to: &Ref<A>) {
        let other = match to.uuid {
            Some(uuid) if to.to.is_empty() => uuid.to_string(),
            _ => to.to.join(":"),
        };
        self.finding(object, format!("{field}: there is no {of} {other} among what was read"));
    }
}
