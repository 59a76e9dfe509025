//! From an attempt to a candidate: what is still missing shows when the required flows are traced.

use std::net::IpAddr;

use ipnet::IpNet;

use super::approach::{Approach, Attempt, Crossing};
use super::{Candidate, Change, Cost, Reason, Weights};
use crate::fabric::{Fabric, NetworkId};
use crate::report::Finding;
use crate::trace::{Drop, Table, Trace, Verdict};

/// More rounds than there are kinds of remedies, so that a remedy that does not help ends.
const MAX_ROUNDS: usize = 8;

/// Adds the changes that the attempt still needs, or says why it cannot work.
pub(super) fn complete(
    fabric: &Fabric,
    attempt: &Attempt,
    errors_now: &[Finding],
    weights: &Weights,
) -> Result<Candidate, Vec<Reason>> {
    let mut changes = attempt.changes.clone();
    for _ in 0..MAX_ROUNDS {
        let changed = fabric.with(&changes);
        let traces = changed.trace_required();
        if traces.iter().all(Trace::is_delivered) {
            return accept(fabric, attempt, &changed, changes, &traces, errors_now, weights);
        }
        let (remedies, hopeless) = remedies(&changed, attempt, &traces);
        let new: Vec<Change> = remedies.into_iter().filter(|change| !changes.contains(change)).collect();
        if !hopeless.is_empty() || new.is_empty() {
            let broken = newly_broken(&changed, errors_now, |rule| !FLOW_RULES.contains(&rule));
            let dropped = if hopeless.is_empty() { all_reasons(&traces) } else { hopeless };
            return Err(if broken.is_empty() { essential(dropped) } else { broken });
        }
        changes.extend(new);
    }
    Err(essential(all_reasons(&fabric.with(&changes).trace_required())))
}

/// Rules that report what traces show; the drops themselves say it more precisely.
const FLOW_RULES: [&str; 4] = ["L1", "L4", "L5", "F1"];

/// The errors that were not there before.
fn newly_broken(fabric: &Fabric, errors_now: &[Finding], counts: impl Fn(&str) -> bool) -> Vec<Reason> {
    let report = fabric.check();
    let is_new = |error: &&Finding| {
        !errors_now
            .iter()
            .any(|now| now.rule == error.rule && now.subject == error.subject && now.message == error.message)
    };
    let new = report.errors().filter(is_new).filter(|error| counts(error.rule));
    new.map(|finding| Reason::Broken(Box::new(finding.clone()))).collect()
}

/// The candidate, unless it breaks a rule that holds now.
fn accept(
    fabric: &Fabric,
    attempt: &Attempt,
    changed: &Fabric,
    changes: Vec<Change>,
    traces: &[Trace],
    errors_now: &[Finding],
    weights: &Weights,
) -> Result<Candidate, Vec<Reason>> {
    let broken = newly_broken(changed, errors_now, |_| true);
    if !broken.is_empty() {
        return Err(broken);
    }
    let mut changes = changes;
    changes.sort_by_key(Change::order);
    let devices = fabric.device_names(&attempt.devices);
    let cost = Cost::of(&devices, &changes, traces, weights);
    Ok(Candidate { approach: attempt.approach, devices, changes, cost })
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
            };
            let is_first = !causes.contains(&cause);
            causes.push(cause);
            is_first
        })
        .collect()
}

/// What would end each drop, and the drops that nothing within the approach would end.
fn remedies(fabric: &Fabric, attempt: &Attempt, traces: &[Trace]) -> (Vec<Change>, Vec<Reason>) {
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
fn remedy(fabric: &Fabric, attempt: &Attempt, reason: &Drop) -> Vec<Change> {
    let crossing = &attempt.crossing;
    let in_underlay = matches!(attempt.approach, Approach::IpFabricForwarding | Approach::DistributedSnat);
    match reason {
        Drop::NoRoute { table: Table::Host { server }, destination, .. } => {
            static_route(fabric, crossing, server, *destination).into_iter().collect()
        }
        Drop::NoGateway { network, .. } if in_underlay => {
            let service = crossing.services.iter().find(|id| fabric.networks[**id].name == *network);
            service.map(|id| underlay_irbs(fabric, *id)).unwrap_or_default()
        }
        Drop::NoRoute { table: Table::Underlay { .. }, destination, .. } if in_underlay => {
            let is_in = |id: &&NetworkId| fabric.networks[**id].subnet_of(*destination).is_some();
            if let Some(service) = crossing.services.iter().find(is_in) {
                return underlay_irbs(fabric, *service);
            }
            match crossing.overlay.iter().find(is_in) {
                Some(overlay) if attempt.approach == Approach::IpFabricForwarding => {
                    secondary_addresses(fabric, *overlay)
                }
                _ => Vec::new(),
            }
        }
        Drop::NoTranslationPool { protocol, .. } => {
            // The ranges that kube-manager sets up.
            let (start_port, end_port) = if *protocol == "TCP" { (56_000, 57_023) } else { (57_024, 58_047) };
            vec![Change::AddPortTranslationPool { protocol, start_port, end_port }]
        }
        _ => Vec::new(),
    }
}

/// A route on a server to the overlay subnet of an address, via the gateway of the service network that it is in.
fn static_route(fabric: &Fabric, crossing: &Crossing, server: &str, destination: IpAddr) -> Option<Change> {
    let (_, server) = fabric.servers.iter().find(|(_, other)| &*other.name == server)?;
    let subnet = crossing.overlay.iter().find_map(|id| fabric.networks[*id].subnet_of(destination))?;
    let address = server.addresses.iter().find(|address| crossing.services.contains(&address.network))?;
    let via = fabric.networks[address.network].subnet_of(address.address)?.gateway?;
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
        for (leaf, irb) in &places {
            let device = fabric.devices[*leaf].name.clone();
            let irb = fabric.networks[*irb].name.clone();
            changes.push(Change::AddSecondaryAddress { irb, address, device });
        }
        for (leaf, _) in &places {
            let device = fabric.devices[*leaf].name.clone();
            changes.push(Change::RedistributeSubnet { prefix: subnet.prefix, device });
        }
    }
    changes
}
