//! Which of the parts that are down a drop is due to.

use std::collections::HashMap;
use std::mem::discriminant;

use super::conversation::{Traced, trace};
use super::note::Next;
use super::{Drop, Trace, Verdict, Way};
use crate::fabric::{Fabric, Name};
use crate::outage::Outage;

/// Finds the causes of drops in a fabric with an outage, by tracing with less of it.
pub(super) struct Blame<'f> {
    fabric: &'f Fabric,
    /// The fabric with only a part of the outage.
    with_less: HashMap<Outage, Fabric>,
}

/// One drop of a flow.
struct Struck<'d> {
    flow: &'d Traced<'d>,
    way: fn(&Trace) -> Way<'_>,
    at: Name,
    reason: Drop,
}

impl<'f> Blame<'f> {
    pub(super) fn new(fabric: &'f Fabric) -> Self {
        Self { fabric, with_less: HashMap::new() }
    }

    /// Names what is down in each drop that is not there without it.
    pub(super) fn explain(&mut self, flow: &Traced<'_>, trace: &mut Trace) {
        if self.fabric.outage.is_empty() {
            return;
        }
        let ways: [fn(&Trace) -> Way<'_>; 2] = [Trace::out, Trace::back];
        for way in ways {
            let drops = way(trace).drops().into_iter().map(|(at, reason)| (at.clone(), reason.clone()));
            for (at, reason) in drops.collect::<Vec<_>>() {
                let struck = Struck { flow, way, at, reason };
                let down = self.due_to(&struck);
                if down.is_empty() {
                    continue;
                }
                let hops = way(trace).noted();
                let notes = &mut trace.notes;
                for hop in notes.hops.get(hops).unwrap_or_default() {
                    if let Next::Ends(verdict) = hop.next
                        && let Some(Verdict::Dropped { at, reason }) = notes.verdicts.get_mut(verdict)
                        && (&*at, &**reason) == (&struck.at, &struck.reason)
                    {
                        let consequence = reason.clone();
                        **reason = Drop::Outage { down: down.names(), consequence };
                    }
                }
            }
        }
    }

    /// The least of the outage with which the drop is still there: nothing, if it is there without any.
    fn due_to(&mut self, struck: &Struck<'_>) -> Outage {
        let nothing = Outage::default();
        if self.happens_with(&nothing, struck) {
            return nothing;
        }
        let mut down = self.fabric.outage.clone();
        for part in self.fabric.outage.parts() {
            let less = down.without(part);
            if self.happens_with(&less, struck) {
                down = less;
            }
        }
        down
    }

    fn happens_with(&mut self, outage: &Outage, struck: &Struck<'_>) -> bool {
        let fabric = self.fabric;
        let with_less = || fabric.with_outage(outage.clone());
        let fabric = self.with_less.entry(outage.clone()).or_insert_with(with_less);
        (struck.way)(&trace(fabric, struck.flow))
            .drops()
            .into_iter()
            .any(|(at, reason)| *at == struck.at && discriminant(reason) == discriminant(&struck.reason))
    }
}
