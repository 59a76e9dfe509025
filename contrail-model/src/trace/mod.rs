//! What a packet does: which way it takes, what it looks like on each link, and how it ends, out and back.

mod blame;
mod budget;
mod comparison;
mod conversation;
mod device;
mod dhcp;
mod expectation;
mod flow;
mod frames;
mod host;
mod packet;
mod source;
mod step;
mod text;
mod verdict;
mod vrouter;
mod walk;

use std::sync::Arc;

pub use self::budget::{Budget, LinkBudget};
pub use self::comparison::{Comparison, Difference};
pub use self::expectation::{Expectation, Sighting, Spot};
pub use self::flow::{Flow, FlowError};
pub use self::frames::{TraceFrame, write_pcapng};
pub use self::packet::{PacketHeaders, TracedField, TracedHeader};
pub use self::source::Source;
pub(crate) use self::step::list;
pub use self::step::{Route, RouteKind, Step, Table};
pub use self::verdict::{Drop, Verdict};
use crate::fabric::Name;

/// A flow, traced out and back.
#[derive(Clone, Debug)]
pub struct Trace {
    /// Who opens the flow.
    pub from: Name,
    /// Who answers.
    pub to: Name,
    /// `TCP 9443`.
    pub service: String,
    /// What the flow is for, if the document says.
    pub why: Name,
    /// The way of the packet that opens the flow.
    pub out: Way,
    /// The way of the answer.
    pub back: Way,
}

impl Trace {
    /// Whether the opening packet and its answer arrive, whichever of the equal-cost paths they take.
    pub fn is_delivered(&self) -> bool {
        self.out.is_delivered() && self.back.is_delivered()
    }
}

/// All paths that a packet may take.
#[derive(Clone, Debug, Default)]
pub struct Way {
    /// One for each combination of equal-cost choices, in the order of the document.
    pub paths: Vec<Path>,
    /// Whether there are more paths than were followed.
    pub is_cut: bool,
}

impl Way {
    /// Whether the packet arrives on every path.
    pub fn is_delivered(&self) -> bool {
        !self.paths.is_empty() && self.paths.iter().all(|path| path.verdict.is_delivered())
    }

    /// The first path on which the packet does not arrive, or else the first.
    pub fn telling(&self) -> Option<&Path> {
        self.paths.iter().find(|path| !path.verdict.is_delivered()).or(self.paths.first())
    }

    /// Why the packet does not arrive, each reason once with where it strikes.
    pub fn drops(&self) -> Vec<(&Name, &Drop)> {
        let mut drops = Vec::new();
        for path in &self.paths {
            if let Verdict::Dropped { at, reason } = &path.verdict
                && !drops.contains(&(at, &**reason))
            {
                drops.push((at, &**reason));
            }
        }
        drops
    }
}

/// One way through the fabric.
#[derive(Clone, Debug)]
pub struct Path {
    /// From the sender on; the last hop is where the path ends.
    pub hops: Vec<Arc<Hop>>,
    /// How it ends.
    pub verdict: Verdict,
}

impl Path {
    /// Cables between devices that the packet crosses.
    pub fn underlay_links(&self) -> usize {
        self.hops.iter().filter(|hop| hop.sent.as_ref().is_some_and(|sent| sent.is_fabric_link)).count()
    }
}

/// A node on a path.
#[derive(Clone, Debug)]
pub struct Hop {
    /// The workload, server or device.
    pub node: Name,
    /// What it does, in order.
    pub steps: Vec<Step>,
    /// What it sends on, if it does.
    pub sent: Option<Sent>,
}

/// A packet on a link.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The link, by its two ends.
    pub link: Name,
    /// Who receives it.
    pub to: Name,
    /// Whether the link is a cable between devices.
    pub is_fabric_link: bool,
    /// The packet as it is there.
    pub packet: PacketHeaders,
}
