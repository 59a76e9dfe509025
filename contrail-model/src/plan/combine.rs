//! From what each overlay network can do to what all of them can do together.

use super::approach::{Approach, Attempt};
use super::complete::{Measure, complete, dropped, tidy};
use super::part::Part;
use super::place::{Place, places};
use super::{BreakOut, Candidate, Change, Reason, Rejected};
use crate::fabric::{DeviceId, Fabric, Name, NetworkId, RequiredFlow};
use crate::trace::Trace;

/// Combinations of a part that are tried, the most promising first.
const MAX_COMBINATIONS: usize = 64;

/// How some required flows can be made to work.
pub(super) struct Ways<'f> {
    /// The cheapest first.
    pub(super) candidates: Vec<Candidate>,
    pub(super) rejected: Vec<Rejected>,
    /// The flows of each part for which there is no way; all of them if there is none for the parts together.
    pub(super) without: Vec<Vec<&'f RequiredFlow>>,
}

/// Every way to make flows work, part by part and then together.
pub(super) fn ways<'f>(measure: &Measure<'f>, flows: &[&'f RequiredFlow]) -> Ways<'f> {
    let (mut rejected, mut parts, mut without) = (Vec::new(), Vec::new(), Vec::new());
    for part in Part::all(measure.fabric, flows) {
        let (ways, refused) = ways_of(measure, &part);
        if ways.is_empty() {
            without.push(part.flows);
        }
        rejected.extend(refused);
        parts.push(ways);
    }
    let candidates = together(measure, flows, &parts, &mut rejected);
    if candidates.is_empty() && without.is_empty() {
        without.push(flows.to_vec());
    }
    Ways { candidates, rejected, without }
}

/// Every way to make a part's flows work, the cheapest first, and why the others do not do.
fn ways_of(measure: &Measure<'_>, part: &Part<'_>) -> (Vec<Candidate>, Vec<Rejected>) {
    let fabric = measure.fabric;
    let traces = fabric.trace_flows(&part.flows);
    if traces.iter().all(Trace::is_delivered) {
        return (vec![as_it_is(fabric, part)], Vec::new());
    }
    let places = places(fabric, part);
    let (mut ways, rejected) = match part.overlay.as_slice() {
        [] => tried(measure, part, vec![(Vec::new(), None)]),
        [network] => {
            let choices = choices(fabric, *network, &places);
            let choices = choices.into_iter().map(|(approach, place)| (vec![(*network, approach)], place));
            tried(measure, part, choices.collect())
        }
        several => combined(measure, part, several, &places),
    };
    ways.sort_by_key(|way| way.candidate.cost.rank());
    (without_detours(ways), rejected)
}

/// A way that works.
struct Way {
    candidate: Candidate,
    /// Whether its logical router had to be extended beyond the place that was tried.
    goes_beyond: bool,
}

/// Nothing to change, at no cost.
fn as_it_is(fabric: &Fabric, part: &Part<'_>) -> Candidate {
    let networks = part.overlay.iter().map(|id| fabric.networks[*id].name.clone()).collect();
    let (approach, devices, alike) = (Approach::AsItIs, Vec::new(), Vec::new());
    Candidate { break_outs: vec![BreakOut { networks, approach, devices, alike }], ..Candidate::default() }
}

/// An approach, and where, if it has a place.
type Choice<'p> = (Approach, Option<&'p Place>);

/// What an overlay network could do: a logical router at each place; what a vRouter offers, if its ends are on vRouters.
fn choices<'p>(fabric: &Fabric, network: NetworkId, places: &'p [Place]) -> Vec<Choice<'p>> {
    let mut choices: Vec<Choice<'p>> = Vec::new();
    for place in places {
        let is_gateway = place.devices.iter().all(|device| fabric.devices[*device].terminates_mpls());
        let approach = if is_gateway { Approach::RouterOnDcGateway } else { Approach::RouterOnLeaves };
        choices.push((approach, Some(place)));
    }
    if !fabric.workloads_of(network).is_empty() {
        choices.extend([(Approach::IpFabricForwarding, None), (Approach::DistributedSnat, None)]);
    }
    choices
}

/// An approach for each overlay network, and where the logical router would be, if there is one.
type Choices<'p> = (Vec<(NetworkId, Approach)>, Option<&'p Place>);

/// Tries each, in order.
fn tried(measure: &Measure<'_>, part: &Part<'_>, all: Vec<Choices<'_>>) -> (Vec<Way>, Vec<Rejected>) {
    let mut ways = Vec::new();
    let mut rejected = Vec::new();
    for (choices, place) in all {
        let devices = place.map_or(&[][..], |place| &place.devices);
        let alike = place.map_or(&[][..], |place| &place.alike);
        let attempts = Attempt::all(measure, part, &choices, devices);
        let down: Vec<Reason> = down(measure.fabric, devices);
        let mut works: Vec<Candidate> = Vec::new();
        let mut refused = None;
        for attempt in &attempts {
            let completed =
                if down.is_empty() { complete(measure, attempt, alike) } else { Err(down.clone()) };
            match completed {
                Ok(candidate) => works.push(candidate),
                Err(reasons) => {
                    let devices = measure.fabric.device_names(devices);
                    let break_outs = attempt.break_outs(measure.fabric, &devices, alike);
                    refused.get_or_insert(Rejected { break_outs, reasons });
                }
            }
        }
        match works.into_iter().min_by_key(|candidate| candidate.cost.rank()) {
            Some(candidate) => {
                let goes_beyond = candidate.routed_on().len() > devices.len();
                ways.push(Way { candidate, goes_beyond });
            }
            None => rejected.extend(refused),
        }
    }
    (ways, rejected)
}

/// Those devices that are down, as reasons.
fn down(fabric: &Fabric, devices: &[DeviceId]) -> Vec<Reason> {
    let down = devices.iter().filter(|device| !fabric.is_up(**device));
    down.map(|device| Reason::Down { device: fabric.devices[*device].name.clone() }).collect()
}

/// How promising a choice is, the least the most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Promise {
    /// For how many networks it works only if those that they talk to go another way.
    needs_others: u32,
    /// What it costs each network alone.
    cost: u32,
}

impl Promise {
    const fn and(self, other: Self) -> Self {
        Self {
            needs_others: self.needs_others.saturating_add(other.needs_others),
            cost: self.cost.saturating_add(other.cost),
        }
    }
}

/// Several overlay networks: first what each can do for itself, then what of that goes together.
fn combined(
    measure: &Measure<'_>,
    part: &Part<'_>,
    networks: &[NetworkId],
    places: &[Place],
) -> (Vec<Way>, Vec<Rejected>) {
    let fabric = measure.fabric;
    let mut rejected = Vec::new();
    // For each network what works, with how promising it is.
    let mut working: Vec<Vec<(Choice<'_>, Promise)>> = Vec::new();
    for network in networks {
        let alone = Part::with(fabric, &part.flows_of(fabric, *network));
        let to_services = alone.flows_to_services(fabric);
        let mut works = Vec::new();
        for (approach, place) in choices(fabric, *network, places) {
            let others = alone.overlay.iter().filter(|other| *other != network && approach.is_router());
            let chosen = std::iter::once(network).chain(others).map(|id| (*id, approach)).collect();
            let (mut ways, refused) = tried(measure, &alone, vec![(chosen, place)]);
            let mut needs_others = 0;
            if ways.is_empty() && (approach.is_router() || to_services.len() < alone.flows.len()) {
                // Networks that it talks to, or that its logical router joins too, may go another way.
                needs_others = 1;
                let alone = part.with_alone(fabric, &to_services);
                (ways, _) = tried(measure, &alone, vec![(vec![(*network, approach)], place)]);
            }
            if ways.is_empty() {
                // A device may lack a VRF only as long as none of the others joins the logical router.
                let needs_company =
                    |refused: &Rejected| refused.reasons.iter().all(|reason| reason.rule() == Some("R5"));
                if refused.iter().all(needs_company) {
                    works.push(((approach, place), Promise { needs_others: 1, cost: 0 }));
                }
                rejected.extend(refused);
            }
            let promise = |way: &Way| Promise { needs_others, cost: way.candidate.cost.total };
            works.extend(ways.iter().map(|way| ((approach, place), promise(way))));
        }
        working.push(works);
    }
    let mut combinations: Vec<(Promise, Choices<'_>)> = Vec::new();
    for place in std::iter::once(None).chain(places.iter().map(Some)) {
        let mut partial: Vec<(Promise, Vec<(NetworkId, Approach)>)> = vec![(Promise::default(), Vec::new())];
        for (network, works) in networks.iter().zip(&working) {
            let fits = |at: &Option<&Place>| match (at, place) {
                (None, _) => true,
                (Some(at), Some(place)) => std::ptr::eq(*at, place),
                (Some(_), None) => false,
            };
            let fitting: Vec<_> = works.iter().filter(|((_, at), _)| fits(at)).collect();
            let extend = |(promise, chosen): &(Promise, Vec<(NetworkId, Approach)>)| {
                let (promise, chosen) = (*promise, chosen.clone());
                fitting
                    .iter()
                    .map(move |((approach, _), more)| {
                        let mut chosen = chosen.clone();
                        chosen.push((*network, *approach));
                        (promise.and(*more), chosen)
                    })
                    .collect::<Vec<_>>()
            };
            partial = partial.iter().flat_map(extend).collect();
            partial.sort_by_key(|(promise, _)| *promise);
            partial.truncate(MAX_COMBINATIONS);
        }
        let uses_place =
            |chosen: &[(NetworkId, Approach)]| chosen.iter().any(|(_, approach)| approach.is_router());
        let partial = partial.into_iter().filter(|(_, chosen)| uses_place(chosen) == place.is_some());
        combinations.extend(partial.map(|(promise, chosen)| (promise, (chosen, place))));
    }
    combinations.sort_by_key(|(promise, _)| *promise);
    combinations.truncate(MAX_COMBINATIONS);
    let combinations: Vec<Choices<'_>> = combinations.into_iter().map(|(_, choices)| choices).collect();
    let (ways, refused) = tried(measure, part, combinations);
    rejected.extend(refused);
    (ways, rejected)
}

/// Leaves out a way whose logical router had to be extended beyond where it was tried, if another way's is on some of
/// these devices and no others.
fn without_detours(ways: Vec<Way>) -> Vec<Candidate> {
    let routed: Vec<Vec<Name>> = ways.iter().map(|way| way.candidate.routed_on().to_vec()).collect();
    let is_detour = |(index, way): &(usize, Way)| {
        let devices = way.candidate.routed_on();
        let is_within = |(other, smaller): (usize, &Vec<Name>)| {
            !smaller.is_empty()
                && (smaller.len(), other) < (devices.len(), *index)
                && smaller.iter().all(|device| devices.contains(device))
        };
        way.goes_beyond && routed.iter().enumerate().any(is_within)
    };
    let ways = ways.into_iter().enumerate().filter(|way| !is_detour(way));
    ways.map(|(_, way)| way.candidate).collect()
}

/// All parts together: the best of each, and then the ways that differ from that in one part. A way that does not work
/// together with the others is refused.
fn together(
    measure: &Measure<'_>,
    flows: &[&RequiredFlow],
    parts: &[Vec<Candidate>],
    rejected: &mut Vec<Rejected>,
) -> Vec<Candidate> {
    if parts.iter().any(Vec::is_empty) {
        return Vec::new();
    }
    let best: Vec<&Candidate> = parts.iter().filter_map(|ways| ways.first()).collect();
    let mut candidates = Vec::new();
    let mut add = |ways: &[&Candidate]| {
        let candidate = merged(measure, ways);
        let mut broken = Vec::new();
        // What a part does alone is known.
        if parts.len() > 1 {
            let changed = measure.fabric.with(&candidate.changes);
            broken = dropped(&changed.trace_flows(flows));
            if broken.is_empty() {
                broken = measure.newly_broken(&changed, &candidate.changes);
            }
        }
        if broken.is_empty() {
            candidates.push(candidate);
        } else {
            rejected.push(Rejected { break_outs: candidate.break_outs, reasons: broken });
        }
    };
    add(&best);
    for (at, ways) in parts.iter().enumerate() {
        for way in ways.iter().skip(1) {
            let mut chosen = best.clone();
            if let Some(place) = chosen.get_mut(at) {
                *place = way;
            }
            add(&chosen);
        }
    }
    candidates.sort_by_key(|candidate| candidate.cost.rank());
    candidates
}

fn merged(measure: &Measure<'_>, ways: &[&Candidate]) -> Candidate {
    let mut merged = Candidate::default();
    for way in ways {
        let break_outs = way.break_outs.iter().filter(|at| ways.len() == 1 || !at.networks.is_empty());
        merged.break_outs.extend(break_outs.cloned());
        for change in &way.changes {
            let mut change = change.clone();
            if let Change::CreateLogicalRouter { vni, .. } = &mut change {
                // Each part has taken the first that is free.
                let taken =
                    merged.changes.iter().filter(|other| matches!(other, Change::CreateLogicalRouter { .. }));
                *vni = measure.free_vnis().nth(taken.count()).unwrap_or(*vni);
            }
            if !merged.changes.contains(&change) {
                merged.changes.push(change);
            }
        }
        merged.cost = merged.cost.and(&way.cost);
    }
    merged.changes = tidy(merged.changes);
    merged
}

impl Candidate {
    /// The devices that its logical router is on.
    fn routed_on(&self) -> &[Name] {
        let at = self.break_outs.iter().find(|at| at.approach.is_router());
        at.map_or(&[], |at| &at.devices)
    }
}
