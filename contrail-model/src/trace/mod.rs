//! What a packet does: which way it takes, what it looks like on each link, and how it ends, out and back.

mod blame;
mod budget;
mod comparison;
mod conversation;
mod device;
mod dhcp;
mod dhcp_message;
mod expectation;
mod flow;
mod frames;
mod host;
mod note;
mod packet;
mod path;
mod resolution;
mod serialize;
mod source;
mod step;
mod tell;
mod text;
mod verdict;
mod vrouter;
mod walk;

use std::fmt;

pub use self::budget::{Budget, LinkBudget};
pub use self::comparison::{Comparison, Difference};
pub use self::expectation::{Expectation, Sighting, Spot};
pub use self::flow::{Flow, FlowError};
pub use self::frames::{TraceFrame, write_pcapng};
pub(crate) use self::note::{Link, Node};
pub use self::path::{Hop, PacketHeaders, Path, Sent, TracedField, TracedHeader, Way};
pub use self::resolution::Resolution;
pub use self::source::Source;
pub(crate) use self::step::list;
pub use self::step::{Route, RouteKind, Step, Table};
pub(crate) use self::text::usual_by_source;
pub use self::verdict::{Drop, Verdict};
use crate::fabric::{Fabric, Family, Name, Protocol};

/// A flow, traced out and back.
///
/// It holds what was looked up and decided at each hop and every header with its values; names and sentences are made
/// when they are asked for.
#[derive(Clone)]
pub struct Trace {
    fabric: Fabric,
    from: Name,
    to: Name,
    protocol: Protocol,
    port: u16,
    family: Option<Family>,
    why: Name,
    notes: note::Notes,
    out: note::Walk,
    back: note::Walk,
}

impl Trace {
    /// Who opens the flow, as the flow calls it.
    pub const fn from(&self) -> &Name {
        &self.from
    }

    /// Who answers, as the flow calls it.
    pub const fn to(&self) -> &Name {
        &self.to
    }

    /// `TCP 9443`; `TCP 9443 over IPv6` where both ends have addresses of both families.
    pub fn service(&self) -> String {
        self.protocol.service(self.port, self.family)
    }

    /// What the flow is for; empty if the document does not say.
    pub const fn why(&self) -> &Name {
        &self.why
    }

    /// The fabric that it was traced in.
    pub(crate) const fn fabric(&self) -> &Fabric {
        &self.fabric
    }

    /// The way of the packet that opens the flow.
    pub const fn out(&self) -> Way<'_> {
        Way::new(self, &self.out)
    }

    /// The way of the answer.
    pub const fn back(&self) -> Way<'_> {
        Way::new(self, &self.back)
    }

    /// The paths out, then those back.
    pub fn paths(&self) -> impl Iterator<Item = Path<'_>> {
        self.out().paths().into_iter().chain(self.back().paths())
    }

    /// Whether the opening packet and its answer arrive, whichever of the equal-cost paths they take.
    pub fn is_delivered(&self) -> bool {
        self.out().is_delivered() && self.back().is_delivered()
    }
}

impl fmt::Debug for Trace {
    /// All but the fabric.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fabric: _, from, to, protocol, port, family, why, notes, out, back } = self;
        f.debug_struct("Trace")
            .field("from", from)
            .field("to", to)
            .field("protocol", protocol)
            .field("port", port)
            .field("family", family)
            .field("why", why)
            .field("notes", notes)
            .field("out", out)
            .field("back", back)
            .finish_non_exhaustive()
    }
}
