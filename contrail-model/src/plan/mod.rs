//! What to change so that the required flows work: every way there is, ranked, and why the others do not do.

mod approach;
mod change;
mod complete;
mod cost;
mod text;

pub use self::approach::Approach;
pub use self::change::Change;
pub use self::cost::{Cost, Weights};
use crate::fabric::{Fabric, Name};
use crate::report::Finding;
use crate::trace::Drop;

/// The answer to "what has to change?".
#[derive(Clone, Debug)]
pub struct Plan {
    /// The ways that work, the cheapest first.
    pub candidates: Vec<Candidate>,
    /// The ways that do not.
    pub rejected: Vec<Rejected>,
    /// What costs were weighed with.
    pub weights: Weights,
}

/// A way that works: with these changes every required flow and its answer arrive, and no rule is broken that held
/// before.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// How overlay and underlay meet.
    pub approach: Approach,
    /// The devices on which they meet; empty where that is each hypervisor.
    pub devices: Vec<Name>,
    /// What to change, in an order in which it can be done.
    pub changes: Vec<Change>,
    /// What it costs.
    pub cost: Cost,
}

/// A way that does not work.
#[derive(Clone, Debug)]
pub struct Rejected {
    /// How overlay and underlay would meet.
    pub approach: Approach,
    /// The devices on which they would.
    pub devices: Vec<Name>,
    /// Why they cannot; never empty.
    pub reasons: Vec<Reason>,
}

/// Why a way does not work.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// A required flow would be dropped.
    Dropped {
        /// Where.
        at: Name,
        /// Why.
        reason: Box<Drop>,
    },
    /// A rule would be broken that holds now.
    Broken(Box<Finding>),
    /// The document does not say what is needed to tell.
    Undetermined {
        /// Where the question comes up.
        at: Name,
        /// What it does not say.
        missing: String,
    },
}

impl Reason {
    /// The rule that forbids it, if it is one.
    pub fn rule(&self) -> Option<&'static str> {
        match self {
            Self::Dropped { reason, .. } => reason.rule(),
            Self::Broken(finding) => Some(finding.rule),
            Self::Undetermined { .. } => None,
        }
    }
}

impl Plan {
    /// The cheapest way that works.
    pub fn best(&self) -> Option<&Candidate> {
        self.candidates.first()
    }

    /// The other ways that work.
    pub fn alternatives(&self) -> &[Candidate] {
        self.candidates.get(1..).unwrap_or_default()
    }
}

impl Candidate {
    /// The fabric with the changes made.
    pub fn apply(&self, fabric: &Fabric) -> Fabric {
        fabric.with(&self.changes)
    }
}

impl Fabric {
    /// Finds every way to make the required flows work, with the usual weights.
    pub fn plan(&self) -> Plan {
        self.plan_with(Weights::default())
    }

    /// Finds every way to make the required flows work; `weights` decide which is the best.
    ///
    /// The network of workloads and the networks of services that the required flows connect are planned as one: a
    /// candidate takes one approach for all of them.
    pub fn plan_with(&self, weights: Weights) -> Plan {
        let errors_now: Vec<Finding> = self.check().errors().cloned().collect();
        let mut candidates = Vec::new();
        let mut rejected = Vec::new();
        for attempt in approach::attempts(self) {
            match complete::complete(self, &attempt, &errors_now, &weights) {
                Ok(candidate) => candidates.push(candidate),
                Err(reasons) => rejected.push(Rejected {
                    approach: attempt.approach,
                    devices: self.device_names(&attempt.devices),
                    reasons,
                }),
            }
        }
        candidates.sort_by_key(|candidate| candidate.cost.rank());
        Plan { candidates, rejected, weights }
    }
}
