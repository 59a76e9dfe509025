//! The paths of a trace, hop by hop, as they are told.

use std::ops::Range;

use contrail_wire::{FieldValue, Header};

use super::note;
use super::note::{Link, Next, Node, Noted, Walk};
use super::packet::NotedHeader;
use super::source::usual;
use super::step::Step;
use super::verdict::{Drop, Verdict};
use super::{Source, Trace};
use crate::fabric::Name;

/// Paths that are told before the rest is left out.
const MAX_PATHS: usize = 256;

/// All paths that a packet may take.
#[derive(Clone, Copy, Debug)]
pub struct Way<'t> {
    trace: &'t Trace,
    walk: &'t Walk,
}

impl<'t> Way<'t> {
    pub(super) const fn new(trace: &'t Trace, walk: &'t Walk) -> Self {
        Self { trace, walk }
    }

    /// Whether the packet arrives on every path.
    pub fn is_delivered(&self) -> bool {
        self.walk.is_delivered
    }

    /// One for each combination of equal-cost choices, the shortest first, then in the order of the document. Of more
    /// than 256 the rest is left out.
    pub fn paths(&self) -> Vec<Path<'t>> {
        let mut paths = Vec::new();
        self.each_path(|hops, verdict| {
            paths.push(Path { trace: self.trace, hops: hops.to_vec(), verdict });
            paths.len() < MAX_PATHS
        });
        paths.sort_by_key(|path| path.hops.len());
        paths
    }

    /// Whether there are more paths than are told.
    pub fn is_cut(&self) -> bool {
        let mut paths = 0;
        self.each_path(|_, _| {
            paths += 1;
            paths <= MAX_PATHS
        });
        paths > MAX_PATHS
    }

    /// The first path on which the packet does not arrive, or else the first.
    pub fn telling(&self) -> Option<Path<'t>> {
        telling(&self.paths()).cloned()
    }

    /// How the packet may end, each verdict once.
    pub fn verdicts(&self) -> Vec<&'t Verdict> {
        let mut verdicts = Vec::new();
        for hop in self.trace.notes.hops.get(self.noted()).unwrap_or_default() {
            if let Some(verdict) = self.trace.notes.verdict(hop.next)
                && !verdicts.contains(&verdict)
            {
                verdicts.push(verdict);
            }
        }
        verdicts
    }

    /// Why the packet does not arrive, each reason once with where it strikes.
    pub fn drops(&self) -> Vec<(&'t Name, &'t Drop)> {
        let drops = self.verdicts().into_iter().filter_map(|verdict| match verdict {
            Verdict::Dropped { at, reason } => Some((at, &**reason)),
            _ => None,
        });
        drops.collect()
    }

    /// Cables between devices on the longest path.
    pub fn underlay_links(&self) -> usize {
        let mut most = 0;
        let mut paths = 0;
        self.each_path(|hops, _| {
            most = most.max(self.trace.notes.cables(hops));
            paths += 1;
            paths < MAX_PATHS
        });
        most
    }

    /// The hops of all paths among those of the trace, each once, in the order in which a packet can come to them.
    pub(super) fn noted(&self) -> Range<usize> {
        self.walk.hops.clone()
    }

    /// Calls with each path, its hops and its end, until it is told to stop.
    fn each_path(&self, mut each: impl FnMut(&[usize], &'t Verdict) -> bool) {
        let notes = &self.trace.notes;
        let hops_of = |visit: usize| notes.visits.get(visit).map_or(0..0, |visit| visit.hops.clone());
        for start in self.walk.starts.clone() {
            let mut path: Vec<usize> = Vec::new();
            // For each hop of the path what is left to try in its place.
            let mut choices = vec![hops_of(start)];
            while let Some(left) = choices.last_mut() {
                let next = left.next();
                path.truncate(choices.len() - 1);
                let Some(index) = next else {
                    choices.pop();
                    continue;
                };
                path.push(index);
                let Some(next) = notes.hops.get(index).map(|hop| hop.next) else { continue };
                match (next, notes.verdict(next)) {
                    (Next::Visits(visit), _) => choices.push(hops_of(visit)),
                    (_, Some(verdict)) if !each(&path, verdict) => return,
                    _ => {}
                }
            }
        }
    }
}

/// The first path on which the packet does not arrive, or else the first.
pub(super) fn telling<'p, 't>(paths: &'p [Path<'t>]) -> Option<&'p Path<'t>> {
    paths.iter().find(|path| !path.verdict.is_delivered()).or(paths.first())
}

/// One way through the fabric.
#[derive(Clone, Debug)]
pub struct Path<'t> {
    trace: &'t Trace,
    hops: Vec<usize>,
    verdict: &'t Verdict,
}

impl<'t> Path<'t> {
    /// From the sender on; the last hop is where the path ends.
    pub fn hops(&self) -> impl ExactSizeIterator<Item = Hop<'t>> + use<'t> {
        let trace = self.trace;
        let hops: Vec<&Noted> = self.hops.iter().filter_map(|hop| trace.notes.hops.get(*hop)).collect();
        hops.into_iter().map(move |noted| Hop { trace, noted })
    }

    /// How it ends.
    pub const fn verdict(&self) -> &'t Verdict {
        self.verdict
    }

    /// Cables between devices that the packet crosses.
    pub fn underlay_links(&self) -> usize {
        self.trace.notes.cables(&self.hops)
    }
}

/// A node on a path.
#[derive(Clone, Copy, Debug)]
pub struct Hop<'t> {
    trace: &'t Trace,
    noted: &'t Noted,
}

impl<'t> Hop<'t> {
    /// The workload, server or device.
    pub fn node(&self) -> &'t Name {
        self.trace.fabric.node_name(self.noted.node)
    }

    pub(crate) const fn place(&self) -> Node {
        self.noted.node
    }

    pub(super) fn mtu(&self) -> u16 {
        self.trace.fabric.mtu_at(self.noted.node)
    }

    /// What it does, in order.
    pub fn steps(&self) -> Vec<Step> {
        let steps = self.trace.notes.steps_until(self.noted.last_step);
        let to = self.noted.sent.map(|sent| sent.to);
        steps.into_iter().map(|step| self.trace.step(step, to)).collect()
    }

    /// What it sends on, if it does.
    pub fn sent(&self) -> Option<Sent<'t>> {
        let (trace, noted) = (self.trace, self.noted.sent.as_ref()?);
        Some(Sent { trace, noted })
    }
}

/// A packet on a link.
#[derive(Clone, Copy, Debug)]
pub struct Sent<'t> {
    trace: &'t Trace,
    noted: &'t note::Sent,
}

impl<'t> Sent<'t> {
    /// The link, by its two ends.
    pub fn link(&self) -> Name {
        self.trace.link_name(self.noted.link).into()
    }

    pub(crate) const fn over(&self) -> Link {
        self.noted.link
    }

    /// Who receives it.
    pub fn to(&self) -> &'t Name {
        self.trace.fabric.node_name(self.noted.to)
    }

    pub(super) fn receiver_mtu(&self) -> u16 {
        self.trace.fabric.mtu_at(self.noted.to)
    }

    /// Whether the link is a cable between devices.
    pub const fn is_fabric_link(&self) -> bool {
        self.noted.link.is_cable()
    }

    /// The packet as it is there.
    pub const fn packet(&self) -> PacketHeaders<'t> {
        PacketHeaders { trace: self.trace, sent: self.noted }
    }
}

/// The headers of a packet, outermost first, and what it carries: nothing, but for DHCP.
#[derive(Clone, Copy, Debug)]
pub struct PacketHeaders<'t> {
    trace: &'t Trace,
    sent: &'t note::Sent,
}

impl<'t> PacketHeaders<'t> {
    /// The headers, outermost first.
    pub fn headers(&self) -> impl Iterator<Item = TracedHeader<'t>> {
        let trace = self.trace;
        let own = trace.notes.headers.of(self.sent.packet).copied();
        trace.link_header(self.sent).into_iter().chain(own).map(move |noted| TracedHeader { trace, noted })
    }

    /// The headers, outermost first, each with the one that stood at its place in the packet before, counted from the
    /// inside, if that was of the same kind.
    pub(crate) fn since(&self, before: Option<Self>) -> Vec<(TracedHeader<'t>, Option<TracedHeader<'t>>)> {
        let headers: Vec<TracedHeader<'_>> = self.headers().collect();
        let before: Vec<TracedHeader<'_>> =
            before.map(|before| before.headers().collect()).unwrap_or_default();
        let count = headers.len();
        let pairs = headers.into_iter().enumerate().map(|(index, entry)| {
            let same_place = before.len().checked_sub(count - index).and_then(|place| before.get(place));
            let other = same_place.filter(|other| other.header().layer() == entry.header().layer());
            (entry, other.copied())
        });
        pairs.collect()
    }

    /// What stands behind the headers: a DHCP message, or nothing.
    pub fn payload(&self) -> &'t [u8] {
        self.trace.notes.headers.payload(self.sent.packet)
    }

    /// The packet's bytes, with all headers as they stand.
    pub fn bytes(&self) -> Vec<u8> {
        let link = self.trace.link_header(self.sent);
        self.trace.notes.headers.bytes(link.as_ref(), self.sent.packet)
    }
}

/// One header of a traced packet.
#[derive(Clone, Copy, Debug)]
pub struct TracedHeader<'t> {
    trace: &'t Trace,
    noted: NotedHeader,
}

/// A field of a traced header, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TracedField {
    /// Named as in the RFC's figure, in snake case.
    pub name: &'static str,
    /// The value as text.
    pub value: String,
    /// Where the value comes from.
    pub source: String,
    /// Whether the value comes from this fabric and flow, and not from the header's form.
    pub has_story: bool,
}

impl TracedHeader<'_> {
    /// The header itself.
    pub const fn header(&self) -> &Header<'static> {
        &self.noted.header
    }

    /// Where the value of a field comes from, if this fabric and flow decide it.
    pub fn source(&self, field: &str) -> Option<Source> {
        self.noted.source(field).map(|source| self.trace.source(source))
    }

    /// Its fields, each with its value and where that comes from.
    pub fn fields(&self) -> Vec<TracedField> {
        let mut fields = Vec::new();
        self.header().fields(&mut |name, value: FieldValue<'_>| {
            let given = self.source(name);
            let has_story = given.is_some();
            let source =
                given.map_or_else(|| usual(self.header(), name).to_owned(), |source| source.to_string());
            fields.push(TracedField { name, value: value.to_string(), source, has_story });
        });
        fields
    }
}
