//! Whether any combination of changes makes a part's flows work.
//!
//! Tried are: every partition of the part's networks into logical routers (a network is in one only), each on every set
//! of devices that route tenants; IP fabric forwarding, distributed SNAT or neither for each network of workloads;
//! every set of underlay IRBs where a network is routed both ways; for each network that no logical router joins underlay
//! IRBs on all devices that it reaches, or no more than there are (the underlay would go to devices behind which a host
//! is not). What never harms is always there: routes of all
//! hosts to all subnets, port translation pools, secondary addresses under IP fabric forwarding. Left out is what cannot help: a network whose flows have no way out of it
//! (a vRouter knows a logical router, IP fabric forwarding and SNAT, a bare-metal server only the first).

use contrail_model::document::Document;
use contrail_model::{Fabric, Trace};

use super::parts::{self, Part, subsets};
use super::setup::{HostRoute, Setup, all_host_routes, missing_irbs};
use super::{apply, known, new_errors};

pub(super) struct Search<'d> {
    document: &'d Document,
    fabric: &'d Fabric,
    routes: Vec<HostRoute>,
    /// How many set-ups were tried.
    pub(super) tried: usize,
}

impl<'d> Search<'d> {
    pub(super) fn new(document: &'d Document, fabric: &'d Fabric) -> Self {
        Self { document, fabric, routes: all_host_routes(document), tried: 0 }
    }

    /// A way to make a part's flows work, if there is any; one that the planner is known to miss only where there is no
    /// other.
    pub(super) fn way(&mut self, part: &Part) -> Option<Setup> {
        let document = self.document;
        let mut missed = None;
        let devices = parts::routing_devices(document);
        let places: Vec<Vec<String>> =
            subsets(&devices).into_iter().filter(|place| !place.is_empty()).collect();
        for groups in partitions(&part.networks().cloned().collect::<Vec<_>>()) {
            let groups: Vec<Vec<String>> = groups.into_iter().filter(|group| group.len() > 1).collect();
            for flags in self.flags(part, &groups) {
                let mut placed: Vec<Setup> = vec![flags];
                for group in &groups {
                    let at = |place: &Vec<String>| (group.clone(), place.clone());
                    let mut here: Vec<_> = places.iter().map(at).collect();
                    if groups.len() > 1 {
                        // Flows that stay in a logical router do not depend on where another one is.
                        let inner = part.flows_within(group);
                        here.retain(|at| {
                            let alone =
                                Setup { routers: vec![at.clone()], ..placed.first().unwrap().clone() };
                            self.irbs(part, &alone).iter().any(|setup| self.works(part, &inner, setup))
                        });
                    }
                    let with = |setup: &Setup| {
                        let add = |at: &(Vec<String>, Vec<String>)| {
                            let mut setup = setup.clone();
                            setup.routers.push(at.clone());
                            setup
                        };
                        here.iter().map(add).collect::<Vec<_>>()
                    };
                    placed = placed.iter().flat_map(with).collect();
                    if placed.is_empty() {
                        break;
                    }
                }
                for setup in placed {
                    let options = self.irbs(part, &setup).into_iter();
                    let found = options.into_iter().find(|setup| self.works(part, &part.flows, setup));
                    match found {
                        Some(way) if known::a_network_goes_both_ways(&way) => missed = Some(way),
                        Some(way) => return Some(way),
                        None => {}
                    }
                }
            }
        }
        missed
    }

    /// What vRouters can do for the networks, such that each flow has a way out of its own network.
    fn flags(&self, part: &Part, groups: &[Vec<String>]) -> Vec<Setup> {
        let mut all = vec![Setup::default()];
        for network in &part.overlay {
            let own = groups.iter().find(|group| group.contains(network));
            let is_joined = part.peers(network).all(|peer| own.is_some_and(|group| group.contains(peer)));
            let at = parts::network(self.document, network);
            let has_flag = at.ip_fabric_forwarding || at.fabric_snat;
            let mut more = Vec::new();
            if is_joined || has_flag {
                more.extend(all.clone());
            }
            if !is_joined && parts::has_workloads(self.document, network) {
                for mut setup in all {
                    if !at.fabric_snat && !at.ip_fabric_forwarding {
                        let mut setup = setup.clone();
                        setup.snat.push(network.clone());
                        more.push(setup);
                    }
                    if !at.ip_fabric_forwarding {
                        setup.ip_fabric.push(network.clone());
                        more.push(setup);
                    }
                }
            }
            all = more;
        }
        for setup in &mut all {
            let forwards = |network: &&String| {
                setup.ip_fabric.contains(network)
                    || parts::network(self.document, network).ip_fabric_forwarding
            };
            setup.secondary = part.overlay.iter().filter(forwards).cloned().collect();
        }
        all
    }

    /// With underlay IRBs: all or no more of each network that no logical router joins, any of those that one joins
    /// while some of their flows pass it by.
    fn irbs(&self, part: &Part, setup: &Setup) -> Vec<Setup> {
        let document = self.document;
        let mut open: Vec<Vec<(String, String)>> = Vec::new();
        let vhost0 = document.servers.iter().flat_map(|server| &server.vhost0).map(|at| &at.network);
        let mut networks: Vec<&String> = part.services.iter().chain(vhost0).collect();
        networks.sort();
        networks.dedup();
        for network in networks {
            let missing = missing_irbs(document, network);
            match setup.routers.iter().find(|(group, _)| group.contains(network)) {
                None if missing.is_empty() => {}
                None => open.push(missing),
                Some((group, place)) if part.peers(network).any(|peer| !group.contains(peer)) => {
                    let others = missing.into_iter().filter(|(_, device)| !place.contains(device));
                    open.extend(others.map(|irb| vec![irb]));
                }
                Some(_) => {}
            }
        }
        let with = |irbs: Vec<Vec<(String, String)>>| Setup { irbs: irbs.concat(), ..setup.clone() };
        subsets(&open).into_iter().map(with).collect()
    }

    /// Whether with this set-up some of a part's flows work and no rule is newly broken.
    fn works(&mut self, part: &Part, flows: &[usize], setup: &Setup) -> bool {
        self.tried += 1;
        let made = apply::fabric(&setup.made(self.document, part, &self.routes));
        let traces = made.trace_required();
        flows.iter().all(|flow| traces.get(*flow).is_some_and(Trace::is_delivered))
            && new_errors(self.fabric, &made).iter().all(|error| is_of_flows(error))
    }
}

/// Whether an error is about flows, so that another part may cause it.
pub(super) fn is_of_flows(error: &str) -> bool {
    ["L1 ", "L4 ", "L5 ", "F1 "].iter().any(|rule| error.starts_with(rule))
}

/// All ways to put items into groups.
fn partitions(items: &[String]) -> Vec<Vec<Vec<String>>> {
    let Some((last, others)) = items.split_last() else { return vec![Vec::new()] };
    let mut all = Vec::new();
    for partition in partitions(others) {
        for at in 0..partition.len() {
            let mut joined = partition.clone();
            joined.get_mut(at).unwrap().push(last.clone());
            all.push(joined);
        }
        let mut alone = partition;
        alone.push(vec![last.clone()]);
        all.push(alone);
    }
    all
}
