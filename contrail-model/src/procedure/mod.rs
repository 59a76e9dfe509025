//! A plan's candidate as what has to be done: in which order, by whom, and how it is undone.

mod action;
mod calls;
mod lines;
mod patch;
mod text;

use std::slice;

use serde::Serialize;

pub use self::action::{Action, Call};
use crate::fabric::Fabric;
use crate::plan::{Candidate, Change};
use crate::trace::Trace;

/// What has to be done, step by step.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Procedure {
    /// The steps, in an order in which no required flow that works is broken on the way, where there is such an order.
    pub steps: Vec<Task>,
    /// The fabric's document changes by this, to be laid over it: JSON, and so YAML.
    pub patch: String,
}

/// One change, and how it is made.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Task {
    /// What changes.
    pub change: Change,
    /// What is done for it, in order.
    pub actions: Vec<Action>,
    /// What is done to have it as it was before, in order.
    pub undo: Vec<Action>,
    /// Required flows that work before this step and do not work after it, until a later step: `worker to amphora-1, TCP
    /// 9443`. Empty, unless no order can do without.
    pub breaks: Vec<String>,
    /// Required flows that work from this step on.
    pub repairs: Vec<String>,
}

impl Candidate {
    /// What has to be done for this way, in a fabric that it was planned for.
    ///
    /// After each step all required flows are traced: of the steps that could be next that one is, in the plan's order,
    /// which breaks nothing.
    pub fn procedure(&self, fabric: &Fabric) -> Procedure {
        let mut left: Vec<&Change> = self.changes.iter().collect();
        let mut now = Situation::of(fabric.clone());
        let mut steps = Vec::new();
        while let Some((place, after)) = now.next(&left) {
            let change = left.remove(place);
            let (actions, undo) = now.fabric.actions(change);
            steps.push(Task {
                change: change.clone(),
                actions,
                undo,
                breaks: now.not_in(&after).map(str::to_owned).collect(),
                repairs: after.not_in(&now).map(str::to_owned).collect(),
            });
            now = after;
        }
        let patch = fabric.patch_to(&now.fabric, &self.changes);
        Procedure { steps, patch }
    }
}

/// Whether a change can be made before all others that are left: what it needs is there.
fn can_be_next(change: &Change, left: &[&Change]) -> bool {
    let waits_for = |other: &&&Change| match (change, other) {
        (
            Change::ExtendLogicalRouter { router, .. } | Change::JoinLogicalRouter { router, .. },
            Change::CreateLogicalRouter { router: made, .. },
        ) => router == made,
        (
            Change::AddSecondaryAddress { irb, device, .. },
            Change::AddUnderlayIrb { network, device: at, .. },
        ) => (irb, device) == (network, at),
        (
            Change::RedistributeSubnet { prefix, device },
            Change::AddSecondaryAddress { address, device: at, .. },
        ) => (prefix, device) == (&address.trunc(), at),
        _ => false,
    };
    left.iter().find(waits_for).is_none()
}

/// A fabric on the way, and which of its required flows work.
struct Situation {
    fabric: Fabric,
    works: Vec<(String, bool)>,
}

impl Situation {
    fn of(fabric: Fabric) -> Self {
        let name = |trace: &Trace| format!("{} to {}, {}", trace.from(), trace.to(), trace.service());
        let traces = fabric.trace_required();
        let works = traces.iter().map(|trace| (name(trace), trace.is_delivered())).collect();
        Self { fabric, works }
    }

    /// The first of the changes that are left which breaks nothing, by its place, and what it leads to; if each does, the
    /// first that can be made.
    fn next(&self, left: &[&Change]) -> Option<(usize, Self)> {
        let possible = left.iter().enumerate().filter(|(_, change)| can_be_next(change, left));
        let mut first = None;
        for (place, change) in possible {
            let after = Self::of(self.fabric.with(slice::from_ref(*change)));
            if self.not_in(&after).next().is_none() {
                return Some((place, after));
            }
            first = first.or(Some((place, after)));
        }
        first
    }

    /// The flows that work here and not there.
    fn not_in<'s>(&'s self, other: &'s Self) -> impl Iterator<Item = &'s str> {
        let both = self.works.iter().zip(&other.works);
        both.filter(|((_, here), (_, there))| *here && !there).map(|((flow, _), _)| flow.as_str())
    }
}

impl Fabric {
    /// What is done for a change in this fabric, and what to have it as it was.
    fn actions(&self, change: &Change) -> (Vec<Action>, Vec<Action>) {
        match change {
            Change::AddStaticRoute { server, to, via } => lines::static_route(server, to, via),
            Change::AddSecondaryAddress { irb, address, device } => {
                self.secondary_address(irb, address, device)
            }
            Change::RedistributeSubnet { prefix, device } => lines::redistribution(prefix, device),
            _ => self.calls(change),
        }
    }
}
