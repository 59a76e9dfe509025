//! What must hold, one file for each rule.
//!
//! A rule has an id that is never reused. `check` runs all of them and never stops at the first finding.

mod active_service_node;
mod address_in_subnet;
mod aggregate_number;
mod bare_metal_gateway;
mod boot_server_address;
mod cable_without_underlay;
mod erb_combination;
mod external_gateway_joined;
mod fabrics_joined;
mod gateway_in_use;
mod group_in_one_fabric;
mod ip_fabric_way_back;
mod irb_in_two_tables;
mod lag_without_lacp;
mod nearest_to_service;
mod network_carried;
mod network_in_two_routers;
mod network_once_in_group;
mod no_vrf_without_port_group;
mod one_untagged;
mod opened_from_outside;
mod port_in_one_group;
mod ports_on_leaves;
mod required_flow;
mod reserved_vlan;
mod role_not_offered;
mod route_reflector;
mod router_extended_to_nothing;
mod router_without_role;
mod router_without_vni;
mod service_node;
mod snat_and_ip_fabric;
mod snat_router_extended;
mod snat_without_pool;
mod spine_routes_in_erb;
mod subnets_overlap;
mod tagged_and_untagged;
mod tunnel_destinations;
mod underlay_ipv4;
mod underlay_mtu;
mod underlay_subnet_per_rack;
mod unique_addresses;
mod unique_names;
mod unique_segment;
mod unique_vnis;
mod vlan_means_one_network;
mod vlan_once_in_group;
mod vlans_without_gateway;
mod vni_ignored;
mod vrouter_gateway;
mod vtep_behind_access;
mod way_back;

use std::cell::OnceCell;
use std::collections::HashMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::fabric::{Address, Fabric, Facts, Name, RequiredFlow, ServerId, WorkloadId};
use crate::outage::Outage;
use crate::report::{Finding, Report, Severity};
use crate::trace::{Drop, Trace};

/// A rule: what must hold, why, and how it is checked. All of them are [`RULES`].
#[derive(Debug)]
#[non_exhaustive]
pub struct Rule {
    /// Never used again for another rule.
    pub id: &'static str,
    /// In a few words.
    pub name: &'static str,
    /// How much its findings matter.
    pub severity: Severity,
    /// What must hold.
    pub holds: &'static str,
    /// Why it must.
    pub why: &'static str,
    /// A fabric that breaks it.
    pub broken_by: &'static str,
    /// What to do then.
    pub remedy: &'static str,
    /// Where it comes from: the article, an RFC, a check in Tungsten Fabric.
    pub references: &'static [&'static str],
    /// Which of the facts that a plan changes it looks at.
    pub(crate) depends_on: Facts,
    pub(crate) check: fn(&Context<'_>, &mut Vec<Finding>),
}

/// All rules, in the order in which they report.
pub const RULES: &[&Rule] = &[
    &unique_names::RULE,
    &unique_addresses::RULE,
    &address_in_subnet::RULE,
    &subnets_overlap::RULE,
    &gateway_in_use::RULE,
    &unique_vnis::RULE,
    &port_in_one_group::RULE,
    &network_carried::RULE,
    &vni_ignored::RULE,
    &vlan_once_in_group::RULE,
    &network_once_in_group::RULE,
    &vlan_means_one_network::RULE,
    &one_untagged::RULE,
    &tagged_and_untagged::RULE,
    &reserved_vlan::RULE,
    &ports_on_leaves::RULE,
    &lag_without_lacp::RULE,
    &unique_segment::RULE,
    &aggregate_number::RULE,
    &group_in_one_fabric::RULE,
    &role_not_offered::RULE,
    &erb_combination::RULE,
    &spine_routes_in_erb::RULE,
    &route_reflector::RULE,
    &vlans_without_gateway::RULE,
    &fabrics_joined::RULE,
    &cable_without_underlay::RULE,
    &router_extended_to_nothing::RULE,
    &router_without_role::RULE,
    &irb_in_two_tables::RULE,
    &network_in_two_routers::RULE,
    &no_vrf_without_port_group::RULE,
    &router_without_vni::RULE,
    &snat_router_extended::RULE,
    &external_gateway_joined::RULE,
    &vrouter_gateway::RULE,
    &underlay_mtu::RULE,
    &tunnel_destinations::RULE,
    &underlay_ipv4::RULE,
    &vtep_behind_access::RULE,
    &underlay_subnet_per_rack::RULE,
    &nearest_to_service::RULE,
    &way_back::RULE,
    &opened_from_outside::RULE,
    &snat_without_pool::RULE,
    &ip_fabric_way_back::RULE,
    &snat_and_ip_fabric::RULE,
    &service_node::RULE,
    &bare_metal_gateway::RULE,
    &boot_server_address::RULE,
    &active_service_node::RULE,
    &required_flow::RULE,
];

/// What rules look at.
#[derive(Debug)]
pub(crate) struct Context<'f> {
    /// As it is written down, even if parts of it are down.
    pub(crate) fabric: &'f Fabric,
    /// As it forwards.
    forwarding: &'f Fabric,
    traces: OnceCell<Vec<Trace>>,
}

impl<'f> Context<'f> {
    /// The required flows with their traces, which are made once for all rules.
    fn traces(&self) -> impl Iterator<Item = (&'f RequiredFlow, &Trace)> {
        let traces = self.traces.get_or_init(|| self.forwarding.trace_required());
        self.fabric.required_flows.iter().zip(traces)
    }

    /// Each cause for which required flows are dropped by a rule (`None`: by no placement rule), with the flows that
    /// it strikes.
    fn drops(&self, rule: Option<&str>) -> Vec<Dropped<'_>> {
        let mut causes: Vec<Dropped<'_>> = Vec::new();
        let mut index: HashMap<String, usize> = HashMap::new();
        for (flow, trace) in self.traces() {
            for (way, direction) in [(trace.out(), ""), (trace.back(), "the answer of ")] {
                for (at, reason) in way.drops().into_iter().filter(|(_, reason)| reason.rule() == rule) {
                    let place = *index.entry(reason.cause(at)).or_insert(causes.len());
                    if place == causes.len() {
                        causes.push(Dropped { at, flow, reasons: Vec::new(), flows: Vec::new() });
                    }
                    if let Some(dropped) = causes.get_mut(place) {
                        dropped.flows.push(format!(
                            "{direction}{} to {}, {}",
                            trace.from(),
                            trace.to(),
                            trace.service()
                        ));
                        if !dropped.reasons.contains(&reason) {
                            dropped.reasons.push(reason);
                        }
                    }
                }
            }
        }
        causes
    }
}

/// A cause of drops, and what it strikes.
struct Dropped<'c> {
    /// Where it strikes first.
    at: &'c str,
    /// The first flow that it strikes.
    flow: &'c RequiredFlow,
    /// In how many words it is told: at least one.
    reasons: Vec<&'c Drop>,
    flows: Vec<String>,
}

impl<'c> Dropped<'c> {
    fn reason(&self) -> Option<&'c Drop> {
        self.reasons.first().copied()
    }

    /// The flows in a sentence; the first few of many.
    fn flows(&self) -> String {
        few(&self.flows, "; ")
    }
}

/// Texts in a sentence; the first few of many.
fn few<T: AsRef<str>>(texts: &[T], separator: &str) -> String {
    let shown = if texts.len() > 5 { 4 } else { texts.len() };
    let mut sentence: Vec<String> = texts.iter().take(shown).map(|text| text.as_ref().to_owned()).collect();
    if shown < texts.len() {
        sentence.push(format!("and {} more", texts.len() - shown));
    }
    sentence.join(separator)
}

impl Fabric {
    /// Checks all rules.
    pub fn check(&self) -> Report {
        self.check_rules(|_| true)
    }

    pub(crate) fn check_rules(&self, is_asked: impl Fn(&Rule) -> bool) -> Report {
        let written = (!self.outage.is_empty()).then(|| self.with_outage(Outage::default()));
        let context =
            Context { fabric: written.as_ref().unwrap_or(self), traces: OnceCell::new(), forwarding: self };
        let mut findings = Vec::new();
        let is_ignored = |rule: &Rule| self.ignored_rules.iter().any(|id| id == rule.id);
        for rule in RULES.iter().filter(|rule| is_asked(rule) && !is_ignored(rule)) {
            (rule.check)(&context, &mut findings);
        }
        Report { findings, ignored: self.ignored_rules.to_vec() }
    }
}

/// Every interface of a server or workload: whose it is, what it has, and where in the document that stands.
fn interfaces(fabric: &Fabric) -> impl Iterator<Item = (&Name, &Address, Place)> + Clone {
    let servers = fabric.servers.iter().flat_map(|(id, server)| {
        let addresses = server.addresses.iter().enumerate();
        let addresses = addresses.map(move |(index, address)| (address, Place::Server(id, index)));
        let vhost0 = server.vhost0.iter().map(move |address| (address, Place::Vhost0(id)));
        addresses.chain(vhost0).map(|(address, place)| (&server.name, address, place))
    });
    let workloads = fabric.workloads.iter().flat_map(|(id, workload)| {
        let has_two = workload.second.is_some();
        let addresses = workload.addresses().enumerate();
        addresses.map(move |(index, address)| {
            (&workload.name, address, Place::Workload(id, has_two.then_some(index)))
        })
    });
    servers.chain(workloads)
}

/// Where an interface's address stands in the document.
#[derive(Clone, Copy)]
enum Place {
    Server(ServerId, usize),
    Vhost0(ServerId),
    /// By the index in the list, if it is one.
    Workload(WorkloadId, Option<usize>),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(id, index) => write!(f, "servers[{}].addresses[{index}].address", id.index()),
            Self::Vhost0(id) => write!(f, "servers[{}].vhost0.address", id.index()),
            Self::Workload(id, None) => write!(f, "workloads[{}].address", id.index()),
            Self::Workload(id, Some(index)) => write!(f, "workloads[{}].address[{index}]", id.index()),
        }
    }
}

/// Whether a value stands in the list twice. Sorts it.
fn repeats<K: Ord>(keys: &mut [K]) -> bool {
    keys.sort_unstable();
    !keys.is_sorted_by(|a, b| a < b)
}

/// Those items whose key an earlier item has, each with the first of its key.
fn repeated<K: Hash + Eq, T: Copy>(items: impl Iterator<Item = (K, T)> + Clone) -> Vec<(T, T)> {
    // Most lists repeat nothing, which the hashes of their keys show; that equal hashes are equal keys they do not.
    let hash = |(key, _): (K, T)| {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        hasher.finish()
    };
    if !repeats(&mut items.clone().map(hash).collect::<Vec<u64>>()) {
        return Vec::new();
    }
    let mut first = HashMap::new();
    let mut repeated = Vec::new();
    for (key, item) in items {
        match first.get(&key) {
            Some(earlier) => repeated.push((*earlier, item)),
            None => {
                first.insert(key, item);
            }
        }
    }
    repeated
}
