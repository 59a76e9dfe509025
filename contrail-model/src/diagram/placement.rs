//! A plan as what a picture tells of it: where a logical router may be, in which order, and where it may not and why.

use std::collections::{BTreeMap, HashSet};

use super::fabric::Story;
use super::scene::{Anchor, Block, Kind, Style};
use super::told::{IN_A_BOX, hanging, wrapped};
use super::{legend, racks};
use crate::fabric::{DeviceId, Fabric, Name};
use crate::plan::{BreakOut, Plan, Reason, Rejected};

/// Each device with its best rank or why it is refused; all ways in a list.
pub(super) fn story(fabric: &Fabric, plan: &Plan) -> Story {
    let mut story = Story { title: Some(format!("Ways for fabric {}", fabric.name())), ..Story::default() };
    let mut ranks: BTreeMap<DeviceId, usize> = BTreeMap::new();
    let mut ways = vec![Block::line(Style::Name, "Ways that work, the cheapest first")];
    for (index, candidate) in plan.candidates.iter().enumerate() {
        let rank = index + 1;
        for device in devices(fabric, &candidate.break_outs) {
            ranks.entry(device).or_insert(rank);
        }
        if rank <= legend::MOST {
            let told = candidate.to_string();
            let told = format!("{rank}. {}", told.lines().next().unwrap_or_default());
            ways.extend(hanging(&told).into_iter().map(|line| Block::line(Style::Plain, line)));
        }
    }
    ways.extend(legend::and_more(plan.candidates.len()));
    if plan.candidates.is_empty() {
        ways.push(Block::line(Style::Bad, "none"));
    }
    for (device, rank) in &ranks {
        let others = plan
            .candidates
            .get(rank - 1)
            .map(|best| together(&best.break_outs, &fabric.devices[*device].name));
        let with = match others.unwrap_or_default().join(", ") {
            names if names.is_empty() => String::new(),
            names => format!(", with {names}"),
        };
        let lines = wrapped(&format!("rank {rank}{with}"), IN_A_BOX).into_iter();
        let lines = lines.map(|line| Block::line(Style::Good, line));
        story.notes.entry(Anchor::Device(*device)).or_default().extend(lines);
    }
    for (device, rejected) in refused(fabric, plan) {
        if ranks.contains_key(&device) {
            continue;
        }
        let name = &fabric.devices[device].name;
        let Some(reason) = reason(rejected, name) else { continue };
        let lines = wrapped(&format!("refused: {reason}"), IN_A_BOX).into_iter();
        let lines = lines.map(|line| Block::line(Style::Bad, line));
        story.notes.entry(Anchor::Device(device)).or_default().extend(lines);
        story.faint.insert(device);
    }
    let mut by_rank: Vec<(DeviceId, usize)> = ranks.into_iter().collect();
    by_rank.sort_by_key(|(_, rank)| *rank);
    story.focus = by_rank.iter().take(racks::MOST).map(|(device, _)| Anchor::Device(*device)).collect();
    story.description = match plan.best() {
        Some(best) => format!("The best way: {}", best.to_string().lines().next().unwrap_or_default()),
        None => "No way works.".to_owned(),
    };
    story.lists.push(Block::new(Kind::List, ways));
    story.lists.extend(elsewhere(plan));
    story
}

/// The devices that ways are on; those that would do as well too.
fn devices(fabric: &Fabric, break_outs: &[BreakOut]) -> Vec<DeviceId> {
    let alike = break_outs.iter().flat_map(|one| one.alike.iter().flatten());
    let named = break_outs.iter().flat_map(|one| &one.devices).chain(alike);
    let mut seen = HashSet::new();
    named.filter_map(|name| fabric.device_named(name)).filter(|device| seen.insert(*device)).collect()
}

/// The devices that a way puts a logical router on together with one.
fn together<'p>(break_outs: &'p [BreakOut], device: &Name) -> Vec<&'p str> {
    let mut sets = break_outs.iter().flat_map(|one| std::iter::once(&one.devices).chain(&one.alike));
    let set = sets.find(|set| set.contains(device)).map(Vec::as_slice).unwrap_or_default();
    set.iter().filter(|other| *other != device).map(|other| &**other).collect()
}

/// Each device with the smallest way on it that is refused.
fn refused<'p>(fabric: &Fabric, plan: &'p Plan) -> BTreeMap<DeviceId, &'p Rejected> {
    let mut refused: BTreeMap<DeviceId, (usize, &Rejected)> = BTreeMap::new();
    for rejected in &plan.rejected {
        let size = rejected.break_outs.iter().map(|one| one.devices.len()).sum();
        for device in devices(fabric, &rejected.break_outs) {
            let known = refused.entry(device).or_insert((size, rejected));
            if size < known.0 {
                *known = (size, rejected);
            }
        }
    }
    refused.into_iter().map(|(device, (_, rejected))| (device, rejected)).collect()
}

/// The reason that names the device, or else the first; with its rule.
fn reason(rejected: &Rejected, device: &Name) -> Option<String> {
    let told: Vec<String> = rejected.reasons.iter().map(Reason::with_rule).collect();
    told.iter().find(|reason| reason.contains(&**device)).or(told.first()).cloned()
}

/// Ways on no device that are refused, such as distributed SNAT.
fn elsewhere(plan: &Plan) -> Option<Block> {
    let on_none = |rejected: &&Rejected| rejected.break_outs.iter().all(|one| one.devices.is_empty());
    let mut lines = vec![Block::line(Style::Name, "Refused as well")];
    let rejected: Vec<&Rejected> = plan.rejected.iter().filter(on_none).collect();
    for rejected in rejected.iter().take(legend::MOST) {
        for line in rejected.to_string().lines() {
            lines.extend(hanging(line.trim_start()).into_iter().map(|line| Block::line(Style::Plain, line)));
        }
    }
    lines.extend(legend::and_more(rejected.len()));
    (lines.len() > 1).then(|| Block::new(Kind::List, lines))
}
