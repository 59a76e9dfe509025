//! What to change so that the required flows work: every way there is, ranked, and why the others do not do.

mod approach;
mod change;
mod combine;
mod complete;
mod cost;
mod explain;
mod part;
mod place;
mod remedy;
mod text;

use serde::Serialize;

pub use self::approach::Approach;
pub use self::change::Change;
use self::combine::Ways;
use self::complete::Measure;
pub use self::cost::{Cost, Weights};
pub(crate) use self::text::Title;
use crate::fabric::{Fabric, Name, RequiredFlow};
use crate::report::Finding;
use crate::trace::Drop;

/// The answer to "what has to change?".
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// The ways that work, the cheapest first. Where parts of the required flows have no network in common, the first
    /// has the best for each, and each other way differs from it in one part.
    pub candidates: Vec<Candidate>,
    /// The ways that do not.
    pub rejected: Vec<Rejected>,
    /// Where nothing works: what forbids it. Empty if there is a way.
    pub impossible: Vec<Impossible>,
    /// What costs were weighed with.
    pub weights: Weights,
}

/// A way that works: with these changes every required flow and its answer arrive, and no rule is broken that held
/// before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// How overlay and underlay meet; one entry unless networks go different ways.
    pub break_outs: Vec<BreakOut>,
    /// What to change, in an order in which it can be done.
    pub changes: Vec<Change>,
    /// What it costs.
    pub cost: Cost,
}

/// How the networks of some required flows meet the underlay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BreakOut {
    /// The overlay networks.
    pub networks: Vec<Name>,
    /// How they meet the underlay.
    pub approach: Approach,
    /// The devices on which they do; empty where that is each hypervisor.
    pub devices: Vec<Name>,
    /// Other devices that would do as well, or as badly: no required flow could notice the difference.
    pub alike: Vec<Vec<Name>>,
}

/// A way that does not work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rejected {
    /// How overlay and underlay would meet.
    pub break_outs: Vec<BreakOut>,
    /// Why they cannot; never empty.
    pub reasons: Vec<Reason>,
}

/// What forbids every way: the smallest set of facts, and what would lift it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Impossible {
    /// Required flows that cannot be met together. If any one of them were not required, there would be a way for the
    /// others.
    pub flows: Vec<Name>,
    /// What stands against each way, for these flows alone.
    pub against: Vec<Rejected>,
    /// What was tried and would make a way for these flows; each alone suffices.
    pub lifts: Vec<Lift>,
}

/// Something that could be built so that a way is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(remote = "Self", tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Lift {
    /// A DC gateway, cabled to each spine.
    DcGateway,
    /// A server moved behind a pair of leaves of its own.
    OwnLeaves {
        /// The server.
        server: Name,
    },
}

/// Why a way does not work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(remote = "Self", tag = "kind", rename_all = "snake_case")]
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
    Broken(#[serde(serialize_with = "crate::serialize::finding")] Box<Finding>),
    /// The document does not say what is needed to tell.
    Undetermined {
        /// Where the question comes up.
        at: Name,
        /// What it does not say.
        missing: String,
    },
    /// A device that it needs is down.
    Down {
        /// The device.
        device: Name,
    },
}

impl Reason {
    /// The rule that forbids it, if it is one.
    pub fn rule(&self) -> Option<&'static str> {
        match self {
            Self::Dropped { reason, .. } => reason.rule(),
            Self::Broken(finding) => Some(finding.rule),
            Self::Undetermined { .. } | Self::Down { .. } => None,
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
    /// Each overlay network gets an approach of its own; networks that are routed and whose flows have a network in
    /// common share one logical router, as a network can be in one only.
    pub fn plan_with(&self, weights: Weights) -> Plan {
        let measure = Measure::new(self, &weights);
        let flows: Vec<&RequiredFlow> = self.required_flows.iter().collect();
        let Ways { candidates, rejected, without } = combine::ways(&measure, &flows);
        let impossible = without.iter().map(|flows| explain::explain(&measure, flows)).collect();
        Plan { candidates, rejected, impossible, weights }
    }
}
