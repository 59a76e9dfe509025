//! From an attempt to a candidate: what is still missing shows when the required flows are traced.

use std::collections::HashSet;
use std::net::IpAddr;

use ipnet::IpNet;

use super::approach::{Approach, Attempt};
use super::{Candidate, Change, Cost, Reason, Weights};
use crate::fabric::{DeviceId, Fabric, Name, NetworkId, SecondaryAddress};
use crate::report::{Finding, Severity};
use crate::trace::{Drop, Table, Trace, Verdict};

/// More rounds than there are kinds of remedies, so that a remedy that does not help ends.
const MAX_ROUNDS: usize = 8;

/// What attempts are held against.
pub(super) struct Measure<'m> {
    pub(super) fabric: &'m Fabric,
    /// The errors that are there before any change: rule, subject, message.
    errors_now: HashSet<(&'static str, String, String)>,
    pub(super) weights: &'m Weights,
}

/// Adds the changes that the attempt still needs, or says why it cannot work.
pub(super) fn complete(
    measure: &Measure<'_>,
    attempt: &Attempt<'_>,
    alike: &[Vec<DeviceId>],
) -> Result<Candidate, Vec<Reason>> {
    let fabric = measure.fabric;
    let mut changes = attempt.changes.clone();
    for _ in 0..MAX_ROUNDS {
        let changed = fabric.with(&changes);
        let traces = changed.trace_flows(&attempt.flows);
        if traces.iter().all(Trace::is_delivered) {
            let changes = without_needless(measure, attempt, changes);
            let changed = fabric.with(&changes);
            let traces = changed.trace_flows(&attempt.flows);
            return accept(measure, attempt, &changed, changes, &traces, alike);
        }
        let (remedies, hopeless) = remedies(&changed, attempt, &traces);
        let new: Vec<Change> = remedies.into_iter().filter(|change| !changes.contains(change)).collect();
        if !hopeless.is_empty() || new.is_empty() {
            let broken = measure.newly_broken(&changed, |rule| !FLOW_RULES.contains(&rule));
            let dropped = if hopeless.is_empty() { all_reasons(&traces) } else { hopeless };
            return Err(if broken.is_empty() { essential(dropped) } else { broken });
        }
        changes.extend(new);
    }
    Err(dropped(&fabric.with(&changes).trace_flows(&attempt.flows)))
}

/// Why flows do not arrive, if they do not.
pub(super) fn dropped(traces: &[Trace]) -> Vec<Reason> {
    essential(all_reasons(traces))
}

/// Rules about objects that no change of a plan touches.
const OBJECT_RULES: [&str; 27] = [
    "I1", "I2", "I3", "I7", "I8", "I9", "P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10", "P11",
    "O1", "O2", "O4", "O5", "O6", "O7", "U3", "U4", "M3", "M4",
];

/// Rules that report what traces show; the drops themselves say it more precisely.
const FLOW_RULES: [&str; 4] = ["L1", "L4", "L5", "F1"];

/// Without the static routes that another remedy has made needless. (What is configured on several devices is not
/// needless where one of them would do: it is there for when that one fails.)
fn without_needless(measure: &Measure<'_>, attempt: &Attempt<'_>, changes: Vec<Change>) -> Vec<Change> {
    let is_route = |change: &Change| matches!(change, Change::AddStaticRoute { .. });
    let others = changes.iter().skip(attempt.changes.len()).filter(|change| !is_route(change)).count();
    let mut kept = changes;
    let mut index = attempt.changes.len();
    while others > 0 && index < kept.len() {
        let mut fewer = kept.clone();
        let change = fewer.remove(index);
        let is_needless = is_route(&change)
            && measure.fabric.with(&fewer).trace_flows(&attempt.flows).iter().all(Trace::is_delivered);
        if is_needless {
            kept = fewer;
        } else {
            index += 1;
        }
    }
    kept
}

impl<'m> Measure<'m> {
    pub(super) fn new(fabric: &'m Fabric, weights: &'m Weights) -> Self {
        let report = fabric.check_rules(|rule| !OBJECT_RULES.contains(&rule.id));
        let errors = report.errors().map(|error| (error.rule, error.subject.clone(), error.message.clone()));
        Self { fabric, errors_now: errors.collect(), weights }
    }

    /// The errors that were not there before.
    pub(super) fn newly_broken(&self, fabric: &Fabric, counts: impl Fn(&str) -> bool) -> Vec<Reason> {
        let report = fabric.check_rules(|rule| !OBJECT_RULES.contains(&rule.id) && counts(rule.id));
        let errors = report.findings.into_iter().filter(|finding| finding.severity == Severity::Error);
        let is_new = |error: &Finding| {
            !self.errors_now.contains(&(error.rule, error.subject.clone(), error.message.clone()))
        };
        errors.filter(is_new).map(|finding| Reason::Broken(Box::new(finding))).collect()
    }
}

/// The candidate, unless it breaks a rule that holds now. What flows other than its own do is not asked here.
fn accept(
    measure: &Measure<'_>,
    attempt: &Attempt<'_>,
    changed: &Fabric,
    changes: Vec<Change>,
    traces: &[Trace],
    alike: &[Vec<DeviceId>],
) -> Result<Candidate, Vec<Reason>> {
    let broken = measure.newly_broken(changed, |rule| !FLOW_RULES.contains(&rule));
    if !broken.is_empty() {
        return Err(broken);
    }
    let changes = tidy(changes);
    let routers = changed.routers.iter();
    let router =
        routers.map(|(_, router)| router).find(|router| Some(&router.name) == attempt.router.as_ref());
    let mut extended: Vec<DeviceId> = router.map(|router| router.extended_to.clone()).unwrap_or_default();
    extended.sort_unstable();
    let extended: Vec<Name> = changed.device_names(&extended);
    let break_outs = attempt.break_outs(measure.fabric, &extended, alike);
    let cost = Cost::of(&break_outs, &changes, traces, measure.weights);
    Ok(Candidate { break_outs, changes, cost })
}

/// Changes in an order in which they can be made; one for all devices that a logical router is extended to.
pub(super) fn tidy(changes: Vec<Change>) -> Vec<Change> {
    let mut tidied: Vec<Change> = Vec::new();
    for change in changes {
        let Change::ExtendLogicalRouter { router, devices } = &change else {
            tidied.push(change);
            continue;
        };
        let same = tidied.iter_mut().find_map(|other| match other {
            Change::ExtendLogicalRouter { router: same, devices } if same == router => Some(devices),
            _ => None,
        });
        match same {
            Some(known) => {
                let new: Vec<Name> =
                    devices.iter().filter(|device| !known.contains(device)).cloned().collect();
                known.extend(new);
            }
            None => tidied.push(change),
        }
    }
    tidied.sort_by_key(Change::order);
    tidied
}

fn all_reasons(traces: &[Trace]) -> Vec<Reason> {
    traces.iter().flat_map(reasons).collect()
}

/// Why a trace does not arrive.
fn reasons(trace: &Trace) -> Vec<Reason> {
    let mut reasons = Vec::new();
    for path in trace.out.paths.iter().chain(&trace.back.paths) {
        let reason = match &path.verdict {
            Verdict::Delivered { .. } => continue,
            Verdict::Dropped { at, reason } => Reason::Dropped { at: at.clone(), reason: reason.clone() },
            Verdict::Undetermined { at, missing } => {
                Reason::Undetermined { at: at.clone(), missing: missing.clone() }
            }
        };
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    reasons
}

/// The reasons that matter: those of a placement rule, if there are any, each cause once.
fn essential(reasons: Vec<Reason>) -> Vec<Reason> {
    let is_limit = |reason: &&Reason| reason.rule().is_some_and(|rule| rule != "L4");
    let limits: Vec<Reason> = reasons.iter().filter(is_limit).cloned().collect();
    let mut causes = Vec::new();
    let candidates = if limits.is_empty() { reasons } else { limits };
    candidates
        .into_iter()
        .filter(|reason| {
            let cause = match reason {
                Reason::Dropped { at, reason } => reason.cause(at),
                Reason::Broken(finding) => format!("{} {}", finding.rule, finding.subject),
                Reason::Undetermined { at, missing } => format!("{at} {missing}"),
                Reason::Down { device } => device.to_string(),
            };
            let is_first = !causes.contains(&cause);
            causes.push(cause);
            is_first
        })
        .collect()
}

/// What would end each drop, and the drops that nothing within the approach would end.
fn remedies(fabric: &Fabric, attempt: &Attempt<'_>, traces: &[Trace]) -> (Vec<Change>, Vec<Reason>) {
    let mut remedies: Vec<Change> = Vec::new();
    let mut hopeless = Vec::new();
    for reason in all_reasons(traces) {
        let found = match &reason {
            Reason::Dropped { reason, .. } => remedy(fabric, attempt, reason),
            _ => Vec::new(),
        };
        if found.is_empty() {
            hopeless.push(reason);
        }
        for change in found {
            if !remedies.contains(&change) {
                remedies.push(change);
            }
        }
    }
    (remedies, hopeless)
}

/// The changes that end a drop within an approach.
fn remedy(fabric: &Fabric, attempt: &Attempt<'_>, reason: &Drop) -> Vec<Change> {
    match reason {
        Drop::Outage { consequence, .. } => remedy(fabric, attempt, consequence),
        Drop::NoRoute { table: Table::Host { server }, destination, .. }
        | Drop::NextHopUnreachable { server, destination, .. } => {
            static_route(fabric, attempt, server, *destination).into_iter().collect()
        }
        Drop::NoGateway { network, devices, .. } => {
            if let Some(router) = routed_by(fabric, attempt, network) {
                let devices = devices.clone();
                return vec![Change::ExtendLogicalRouter { router, devices }];
            }
            let service =
                fabric.networks.iter().find(|(id, at)| at.name == *network && !fabric.is_overlay(*id));
            let service = service.filter(|_| attempt.is_in_underlay());
            service.map(|(id, _)| underlay_irbs(fabric, id)).unwrap_or_default()
        }
        Drop::GatewayElsewhere { network, .. } => {
            let at =
                fabric.networks.iter().find(|(_, at)| at.name == *network && !at.underlay_irb.is_empty());
            at.map(|(id, _)| underlay_irbs(fabric, id)).unwrap_or_default()
        }
        Drop::NoRoute { table: Table::Vrf { .. } | Table::Vrouter { .. }, destination, .. } => {
            irb_elsewhere(fabric, attempt, *destination).into_iter().collect()
        }
        Drop::NoRoute { table: Table::Underlay { .. }, destination, .. } if attempt.is_in_underlay() => {
            let is_in = |id: &NetworkId| fabric.networks[*id].subnet_of(*destination).is_some();
            match fabric.networks.ids().find(is_in) {
                Some(network) if attempt.approach_of(network) == Some(Approach::IpFabricForwarding) => {
                    secondary_addresses(fabric, network)
                }
                Some(network) if !fabric.is_overlay(network) => underlay_irbs(fabric, network),
                _ => Vec::new(),
            }
        }
        Drop::NoNeighbour { address, .. } => {
            // The subnet is announced, but not by the leaves that could learn the workload.
            let network = fabric.overlay_network(*address);
            let network = network.filter(|id| attempt.approach_of(*id) == Some(Approach::IpFabricForwarding));
            network.map(|id| secondary_addresses(fabric, id)).unwrap_or_default()
        }
        Drop::NoTranslationPool { protocol, .. } => {
            // The ranges that kube-manager sets up.
            let (start_port, end_port) = if *protocol == "TCP" { (56_000, 57_023) } else { (57_024, 58_047) };
            vec![Change::AddPortTranslationPool { protocol, start_port, end_port }]
        }
        _ => Vec::new(),
    }
}

/// The attempt's logical router on the devices that a network reaches, where only such have its IRB (release `r2011`).
fn irb_elsewhere(fabric: &Fabric, attempt: &Attempt<'_>, destination: IpAddr) -> Option<Change> {
    let name = attempt.router.as_ref()?;
    let (id, router) = fabric.routers.iter().find(|(_, router)| router.name == *name)?;
    let is_in = |network: &&NetworkId| fabric.networks[**network].subnet_of(destination).is_some();
    let network = *router.networks.iter().find(is_in)?;
    if router.extended_to.iter().any(|device| fabric.has_irb(id, *device, network)) {
        return None;
    }
    let attached = fabric.attached_devices(network).iter().copied();
    let devices: Vec<DeviceId> = attached.filter(|device| fabric.devices[*device].routes_tenants()).collect();
    let devices = fabric.device_names(&devices);
    (!devices.is_empty()).then(|| Change::ExtendLogicalRouter { router: name.clone(), devices })
}

/// The attempt's logical router, if it joins a network.
fn routed_by(fabric: &Fabric, attempt: &Attempt<'_>, network: &Name) -> Option<Name> {
    let name = attempt.router.as_ref()?;
    let (_, router) = fabric.routers.iter().find(|(_, router)| router.name == *name)?;
    let joins = router.networks.iter().any(|id| fabric.networks[*id].name == *network);
    joins.then(|| name.clone())
}

/// A route on a server to the subnet of an address, via the gateway of the network by which the server takes part.
fn static_route(fabric: &Fabric, attempt: &Attempt<'_>, server: &str, destination: IpAddr) -> Option<Change> {
    let (id, server) = fabric.servers.iter().find(|(_, other)| &*other.name == server)?;
    let subnet = fabric.networks.iter().find_map(|(_, network)| network.subnet_of(destination))?;
    let ends = attempt.flows.iter().flat_map(|flow| [flow.from.1, flow.to.1]);
    let mut networks =
        ends.filter(|end| fabric.host_of(*end) == Some(id)).filter_map(|end| fabric.network_of(end));
    let network = networks.next()?;
    let address = server.interfaces().find(|address| address.network == network)?;
    let via = fabric.networks[network].subnet_of(address.address)?.gateway?;
    Some(Change::AddStaticRoute { server: server.name.clone(), to: subnet.prefix, via })
}

/// Underlay IRBs of a network on all devices that it reaches.
fn underlay_irbs(fabric: &Fabric, network: NetworkId) -> Vec<Change> {
    let at = &fabric.networks[network];
    let Some(gateway) = at.subnets.iter().find_map(|subnet| subnet.gateway) else { return Vec::new() };
    let missing = fabric.attached_devices(network).iter().filter(|device| !at.underlay_irb.contains(device));
    let irb = |device| Change::AddUnderlayIrb {
        network: at.name.clone(),
        gateway,
        device: fabric.devices[device].name.clone(),
    };
    missing.copied().map(irb).collect()
}

/// Secondary addresses of an overlay network on the underlay IRBs of its hypervisors' leaves, and their announcement.
fn secondary_addresses(fabric: &Fabric, network: NetworkId) -> Vec<Change> {
    let at = &fabric.networks[network];
    let mut places = Vec::new();
    for workload in fabric.workloads_of(network) {
        let host = fabric.workloads[*workload].host;
        let Some(vhost0) = &fabric.servers[host].vhost0 else { continue };
        for leaf in fabric.leaves_of(host) {
            if !places.contains(&(leaf, vhost0.network)) {
                places.push((leaf, vhost0.network));
            }
        }
    }
    places.sort_unstable();
    let mut changes = Vec::new();
    for subnet in &at.subnets {
        let Some(gateway) = subnet.gateway else { continue };
        let Ok(address) = IpNet::new(gateway, subnet.prefix.prefix_len()) else { continue };
        let has = |leaf: DeviceId, is_enough: fn(&SecondaryAddress) -> bool| {
            let there = fabric.devices[leaf].secondary_addresses.iter();
            there.into_iter().any(|other| other.address.trunc() == subnet.prefix && is_enough(other))
        };
        for (leaf, irb) in places.iter().filter(|(leaf, _)| !has(*leaf, |_| true)) {
            let device = fabric.devices[*leaf].name.clone();
            let irb = fabric.networks[*irb].name.clone();
            changes.push(Change::AddSecondaryAddress { irb, address, device });
        }
        for (leaf, _) in places.iter().filter(|(leaf, _)| !has(*leaf, |other| other.redistribute)) {
            let device = fabric.devices[*leaf].name.clone();
            changes.push(Change::RedistributeSubnet { prefix: subnet.prefix, device });
        }
    }
    changes
}
