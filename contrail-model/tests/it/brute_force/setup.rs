//! One way in which a fabric could be set up, as the document that results.

use contrail_model::document::{Document, LogicalRouter, PortTranslationPool, SecondaryAddress, StaticRoute};

use super::apply;
use super::parts::{self, Part};

/// How a part's networks meet the underlay.
#[derive(Clone, Debug, Default)]
pub(super) struct Setup {
    /// Networks that a logical router joins, and the devices that it is on. Networks that are in none are in no
    /// logical router at all.
    pub(super) routers: Vec<(Vec<String>, Vec<String>)>,
    pub(super) ip_fabric: Vec<String>,
    pub(super) snat: Vec<String>,
    /// Which logical router goes on, if several have equally many of the networks.
    pub(super) kept: usize,
    /// Underlay IRBs: the network and the device.
    pub(super) irbs: Vec<(String, String)>,
    /// Networks whose gateway's address hypervisors' leaves have on their underlay IRBs, and announce.
    pub(super) secondary: Vec<String>,
}

/// A static route: the server, where to, and the gateway.
pub(super) type HostRoute = (String, String, String);

impl Setup {
    /// The logical routers that there are and that have most of the networks of the first one here.
    pub(super) fn routers_that_fit(&self, document: &Document) -> Vec<usize> {
        self.routers.first().map(|(networks, _)| fitting(document, networks)).unwrap_or_default()
    }

    /// The document with a part set up so, with host routes, and with what never harms: port translation pools.
    pub(super) fn made(&self, document: &Document, part: &Part, routes: &[HostRoute]) -> Document {
        let mut made = document.clone();
        for router in &mut made.logical_routers {
            let before = router.networks.len();
            router.networks.retain(|network| part.networks().all(|other| other != network));
            if router.networks.len() < before.min(2) {
                // With nothing left to join it would only be in the way.
                router.extended_to.clear();
            }
        }
        for (networks, devices) in &self.routers {
            // What is wrong with a logical router now is not new, so it is the same one that goes on.
            if let Some(index) = fitting(document, networks).get(self.kept) {
                let router = made.logical_routers.get_mut(*index).unwrap();
                router.networks.extend(networks.iter().cloned());
                router.extended_to.clone_from(devices);
                continue;
            }
            let number = made.logical_routers.len();
            made.logical_routers.push(LogicalRouter {
                name: format!("own{number}"),
                vni: Some(70_000 + u64::try_from(number).unwrap()),
                networks: networks.clone(),
                extended_to: devices.clone(),
                ..LogicalRouter::default()
            });
        }
        for network in &self.ip_fabric {
            apply::network(&mut made, network).ip_fabric_forwarding = true;
        }
        for network in &self.snat {
            apply::network(&mut made, network).fabric_snat = true;
        }
        for (network, device) in &self.irbs {
            apply::network(&mut made, network).underlay_irb.push(device.clone());
        }
        for network in &self.secondary {
            for (device, secondary) in secondary_addresses(document, network) {
                let there = &mut apply::device(&mut made, &device).secondary_addresses;
                match there.iter_mut().find(|at| at.irb == secondary.irb && at.address == secondary.address) {
                    Some(known) => known.redistribute = true,
                    None => there.push(secondary),
                }
            }
        }
        for (protocol, first) in [("tcp", 56_000), ("udp", 57_024)] {
            if made.port_translation_pools.iter().all(|pool| pool.protocol != protocol) {
                let (protocol, end_port) = (protocol.to_owned(), first + 1023);
                let pool = PortTranslationPool { protocol, start_port: first, end_port };
                made.port_translation_pools.push(pool);
            }
        }
        for (server, to, via) in routes {
            let server = made.servers.iter_mut().find(|other| other.name == *server).unwrap();
            server.routes.push(StaticRoute { to: to.clone(), via: via.clone() });
        }
        made
    }
}

/// The logical routers with most of some networks, by their indexes; none where none has any.
fn fitting(document: &Document, networks: &[String]) -> Vec<usize> {
    let count =
        |router: &LogicalRouter| router.networks.iter().filter(|network| networks.contains(network)).count();
    let counts: Vec<usize> = document.logical_routers.iter().map(count).collect();
    let most = counts.iter().copied().max().unwrap_or_default();
    let indexes = counts.into_iter().enumerate().filter(|(_, count)| most > 0 && *count == most);
    indexes.map(|(index, _)| index).collect()
}

/// A static route from each server to each subnet that it is not in, via its own network's gateway.
pub(super) fn all_host_routes(document: &Document) -> Vec<HostRoute> {
    let mut routes = Vec::new();
    for server in &document.servers {
        let Some(own) = server.addresses.iter().chain(&server.vhost0).next() else { continue };
        let gateway = parts::network(document, &own.network).subnets.iter().find_map(|at| at.gateway.clone());
        let Some(gateway) = gateway else { continue };
        for network in document.networks.iter().filter(|network| network.name != own.network) {
            for subnet in &network.subnets {
                routes.push((server.name.clone(), subnet.prefix.clone(), gateway.clone()));
            }
        }
    }
    routes
}

/// The underlay IRBs that a network has not, on the devices that it reaches.
pub(super) fn missing_irbs(document: &Document, network: &str) -> Vec<(String, String)> {
    let at = parts::network(document, network);
    let attached = parts::attached(document, network).into_iter();
    let missing = attached.filter(|device| !at.underlay_irb.contains(device));
    let has_gateway = at.subnets.iter().any(|subnet| subnet.gateway.is_some());
    missing.filter(|_| has_gateway).map(|device| (network.to_owned(), device)).collect()
}

/// The secondary addresses that a network has not, on the leaves of the hypervisors with its workloads.
pub(super) fn secondary_addresses(document: &Document, network: &str) -> Vec<(String, SecondaryAddress)> {
    let mut missing = Vec::new();
    for workload in document.workloads.iter().filter(|workload| workload.network == network) {
        let host = document.servers.iter().find(|server| server.name == workload.host).unwrap();
        let irb = &host.vhost0.as_ref().unwrap().network;
        for subnet in &parts::network(document, network).subnets {
            let Some(gateway) = &subnet.gateway else { continue };
            let (_, length) = subnet.prefix.split_once('/').unwrap();
            let address = format!("{gateway}/{length}");
            for leaf in parts::leaves_of(document, &host.name) {
                let secondary =
                    SecondaryAddress { irb: irb.clone(), address: address.clone(), redistribute: true };
                let known = document.devices.iter().find(|device| device.name == leaf).unwrap();
                let entry = (leaf, secondary);
                if !known.secondary_addresses.contains(&entry.1) && !missing.contains(&entry) {
                    missing.push(entry);
                }
            }
        }
    }
    missing
}
