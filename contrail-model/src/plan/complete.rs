//! From an attempt to a candidate: what is still missing shows when the required flows are traced.

use std::collections::HashSet;

use contrail_wire::Vni;

use super::approach::Attempt;
use super::remedy::remedies;
use super::{Candidate, Change, Cost, Reason, Weights};
use crate::fabric::{DeviceId, Fabric, Facts, Name};
use crate::report::{Finding, Severity};
use crate::rules::Rule;
use crate::trace::{Trace, Verdict, Way};

/// More rounds than there are kinds of remedies, so that a remedy that does not help ends.
const MAX_ROUNDS: usize = 8;

/// What attempts are held against.
pub(super) struct Measure<'m> {
    pub(super) fabric: &'m Fabric,
    /// The errors that are there before any change: rule, subject, message.
    errors_now: HashSet<(&'static str, String, String)>,
    used_vnis: HashSet<u32>,
    pub(super) weights: &'m Weights,
}

/// What some changes come to.
struct Trial {
    changes: Vec<Change>,
    fabric: Fabric,
    /// How the attempt's flows fare then.
    traces: Vec<Trace>,
}

impl Trial {
    fn of(measure: &Measure<'_>, attempt: &Attempt<'_>, changes: Vec<Change>) -> Self {
        let fabric = measure.fabric.with(&changes);
        let traces = fabric.trace_flows(&attempt.flows);
        Self { changes, fabric, traces }
    }

    fn is_delivered(&self) -> bool {
        self.traces.iter().all(Trace::is_delivered)
    }
}

/// Adds the changes that the attempt still needs, or says why it cannot work.
pub(super) fn complete(
    measure: &Measure<'_>,
    attempt: &Attempt<'_>,
    alike: &[Vec<DeviceId>],
) -> Result<Candidate, Vec<Reason>> {
    let mut trial = Trial::of(measure, attempt, attempt.changes.clone());
    for _ in 0..MAX_ROUNDS {
        if trial.is_delivered() {
            let trial = without_needless(measure, attempt, trial);
            return accept(measure, attempt, trial, alike);
        }
        let (remedies, hopeless) = remedies(&trial.fabric, attempt, &trial.traces);
        let mut changes = trial.changes.clone();
        for change in remedies {
            // Remedies of different drops may have a change in common.
            if !changes.contains(&change) {
                changes.push(change);
            }
        }
        if !hopeless.is_empty() || changes.len() == trial.changes.len() {
            let broken = measure.newly_broken(&trial.fabric, &trial.changes);
            let dropped = if hopeless.is_empty() { all_reasons(&trial.traces) } else { hopeless };
            return Err(if broken.is_empty() { essential(dropped) } else { broken });
        }
        trial = Trial::of(measure, attempt, changes);
    }
    Err(dropped(&trial.traces))
}

/// Why flows do not arrive, if they do not.
pub(super) fn dropped(traces: &[Trace]) -> Vec<Reason> {
    essential(all_reasons(traces))
}

/// Without the static routes that another remedy has made needless. (What is configured on several devices is not
/// needless where one of them would do: it is there for when that one fails.)
fn without_needless(measure: &Measure<'_>, attempt: &Attempt<'_>, trial: Trial) -> Trial {
    let is_route = |change: &Change| matches!(change, Change::AddStaticRoute { .. });
    let remedies = trial.changes.iter().skip(attempt.changes.len());
    if remedies.clone().all(is_route) {
        return trial;
    }
    let routes: Vec<Change> = remedies.filter(|change| is_route(change)).cloned().collect();
    let mut kept = trial;
    for route in routes {
        let mut fewer = kept.changes.clone();
        fewer.retain(|change| *change != route);
        let fewer = Trial::of(measure, attempt, fewer);
        if fewer.is_delivered() {
            kept = fewer;
        }
    }
    kept
}

impl<'m> Measure<'m> {
    pub(super) fn new(fabric: &'m Fabric, weights: &'m Weights) -> Self {
        let report = errors(fabric, Facts::all());
        let errors = report.map(|error| (error.rule, error.subject, error.message));
        let numbers = fabric
            .networks
            .iter()
            .flat_map(|(_, network)| [Some(network.vni), network.configured_vni, network.network_id])
            .chain(fabric.routers.iter().map(|(_, router)| Some(router.vni)));
        let used_vnis = numbers.flatten().map(Vni::get).collect();
        Self { fabric, errors_now: errors.collect(), used_vnis, weights }
    }

    /// The errors that were not there before some changes. What flows meet the traces say more precisely.
    pub(super) fn newly_broken(&self, changed: &Fabric, changes: &[Change]) -> Vec<Reason> {
        let is_new = |error: &Finding| {
            !self.errors_now.contains(&(error.rule, error.subject.clone(), error.message.clone()))
        };
        let new = errors(changed, Change::facts(changes)).filter(is_new);
        new.map(|finding| Reason::Broken(Box::new(finding))).collect()
    }

    /// The VNIs behind the largest that is in use, and then the others that are free.
    pub(super) fn free_vnis(&self) -> impl Iterator<Item = Vni> {
        let behind = self.used_vnis.iter().max().map_or(1, |largest| largest + 1);
        let numbers = (behind..=0xff_ffff).chain(1..behind);
        let free = numbers.filter(|number| !self.used_vnis.contains(number));
        free.filter_map(|number| Vni::new(number).ok())
    }
}

/// The errors of the rules that depend on some facts, but for those that report what traces show.
fn errors(fabric: &Fabric, facts: Facts) -> impl Iterator<Item = Finding> {
    let facts = facts.difference(Facts::FLOWS);
    let is_asked = |rule: &Rule| rule.severity == Severity::Error && rule.depends_on.intersects(facts);
    fabric.check_rules(is_asked).findings.into_iter()
}

/// The candidate, unless it breaks a rule that holds now. What flows other than its own do is not asked here.
fn accept(
    measure: &Measure<'_>,
    attempt: &Attempt<'_>,
    trial: Trial,
    alike: &[Vec<DeviceId>],
) -> Result<Candidate, Vec<Reason>> {
    let Trial { changes, fabric: changed, traces } = trial;
    let broken = measure.newly_broken(&changed, &changes);
    if !broken.is_empty() {
        return Err(broken);
    }
    let changes = tidy(changes);
    let router = attempt.router.as_ref().and_then(|name| changed.router_named(name));
    let mut extended = router.map(|id| changed.routers[id].extended_to.clone()).unwrap_or_default();
    extended.sort_unstable();
    let extended: Vec<Name> = changed.device_names(&extended);
    let break_outs = attempt.break_outs(measure.fabric, &extended, alike);
    let cost = Cost::of(&break_outs, &changes, &traces, measure.weights);
    Ok(Candidate { break_outs, changes, cost })
}

/// Changes in an order in which they can be made; one for all devices that a logical router is extended to, and none
/// for those that it is withdrawn from and extended to again.
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
    without_returns(&mut tidied);
    tidied.sort_by_key(Change::order);
    tidied
}

/// Leaves a logical router on the devices that it is withdrawn from and extended to again.
fn without_returns(changes: &mut Vec<Change>) {
    let mut gone: Vec<(Name, Name)> = Vec::new();
    let mut returned: Vec<(Name, Name)> = Vec::new();
    for change in changes.iter() {
        match change {
            Change::WithdrawLogicalRouter { router, devices } => gone.extend(pairs(router, devices)),
            Change::ExtendLogicalRouter { router, devices } => returned.extend(pairs(router, devices)),
            _ => {}
        }
    }
    returned.retain(|pair| gone.contains(pair));
    changes.retain_mut(|change| match change {
        Change::WithdrawLogicalRouter { router, devices }
        | Change::ExtendLogicalRouter { router, devices } => {
            devices.retain(|device| !returned.contains(&(router.clone(), device.clone())));
            !devices.is_empty()
        }
        _ => true,
    });
}

fn pairs<'c>(router: &'c Name, devices: &'c [Name]) -> impl Iterator<Item = (Name, Name)> + 'c {
    devices.iter().map(|device| (router.clone(), device.clone()))
}

fn all_reasons(traces: &[Trace]) -> Vec<Reason> {
    traces.iter().flat_map(reasons).collect()
}

/// Why a trace does not arrive.
pub(super) fn reasons(trace: &Trace) -> Vec<Reason> {
    let mut reasons = Vec::new();
    for verdict in [trace.out(), trace.back()].iter().flat_map(Way::verdicts) {
        let reason = match verdict {
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
