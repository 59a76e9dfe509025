//! From a [`Document`] to a [`Fabric`]: every name finds its object, every text its value. All that is wrong is
//! collected; nothing stops at the first.

mod flows;
mod objects;
mod values;

use std::collections::HashMap;

use crate::document::Document;
use crate::fabric::{Fabric, Id, Index, Parts, ServerKind, Style, VniMode};
use crate::load::{LoadError, Problem, locate};
use crate::outage::Outage;
use crate::release::Release;
use std::sync::Arc;

pub(crate) use self::values::most_like;

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
    fn fabric(&mut self) -> Option<Fabric> {
        let document = self.document;
        let device_names = names(document.devices.iter().map(|device| &*device.name));
        let network_names = names(document.networks.iter().map(|network| &*network.name));
        let group_names = names(document.port_groups.iter().map(|group| &*group.name));
        let server_names = names(document.servers.iter().map(|server| &*server.name));

        let releases = Release::ALL.map(|release| (release.name(), release));
        let release = self.choice("release", "a release", document.release.as_ref(), &releases);
        let encapsulation_priority = self.encapsulation_priority();
        let pools = self.pools();
        let vni_mode = self.choice("vni_mode", "a VNI mode", document.vni_mode.as_ref(), &VniMode::NAMES);
        let style = self.choice("style", "a style", document.style.as_ref(), &Style::NAMES);
        let device_manager_python = self.device_manager_python();
        let tunnel_destinations = self.tunnel_destinations();
        let devices = self.devices(&network_names);
        let links = self.links(&device_names);
        let networks = self.networks(&device_names, vni_mode);
        let port_groups = self.port_groups(&device_names, &network_names);
        let servers = self.servers(&group_names, &network_names);
        let workloads = self.workloads(&server_names, &network_names);
        let workload_names = names(document.workloads.iter().map(|workload| &*workload.name));
        let virtual_services = self.virtual_services(&workload_names, &network_names);
        let routers = self.routers(&device_names, &network_names);
        let ignored_rules = self.ignored_rules();
        if !self.problems.is_empty() {
            // Flows name objects that may be missing now; their problems would only repeat those.
            return None;
        }
        let mut fabric = Fabric::new(Parts {
            name: document.fabric.as_str().into(),
            autonomous_system: document.autonomous_system.unwrap_or(Fabric::AUTONOMOUS_SYSTEM),
            release,
            encapsulation_priority: encapsulation_priority.into(),
            pools: Arc::new(pools),
            vni_mode,
            style,
            device_manager_python,
            checks_vlans: !document.disable_vlan_vn_uniqueness_check,
            tunnel_destinations: tunnel_destinations.into(),
            devices,
            links: links.into(),
            networks,
            port_groups,
            servers,
            workloads,
            virtual_services,
            routers,
            required_flows: Arc::new([]),
            endpoints: Arc::default(),
            ignored_rules: ignored_rules.into(),
            topology: Arc::default(),
            outage: Outage::default(),
            index: Index::default(),
        })
        .rewired();
        for (id, workload) in fabric.workloads.iter() {
            let host = &fabric.servers[workload.host];
            if host.kind != ServerKind::Hypervisor {
                let message = format!("{} is no hypervisor, and workloads run on hypervisors", host.name);
                self.problem(format!("workloads[{}].host", id.index()), message);
            }
        }
        let (endpoints, required_flows) = self.flows(&fabric, &server_names, &network_names);
        let parts = fabric.parts_mut();
        parts.endpoints = Arc::new(endpoints);
        parts.required_flows = required_flows.into();
        Some(fabric)
    }
}

fn names<'d, T>(list: impl Iterator<Item = &'d str>) -> Names<'d, T> {
    let mut names = HashMap::new();
    for (index, name) in list.enumerate() {
        names.entry(name).or_insert(Id::at(index));
    }
    names
}
