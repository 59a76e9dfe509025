//! What came of a run, as a table.

use std::fmt;

use contrail_model::Trace;
use contrail_model::trace::Resolution;
use contrail_wire::net::arp::ArpPacket;
use contrail_wire::{Decoder, Header};

use super::Talk;
use super::capture::Captured;
use super::comparison::Comparison;
use super::tables::Match;

/// What a fabric of Linux and FRR cannot show, and why.
const NOT_COMPARABLE: [&str; 7] = [
    "host routes that Junos announces by type 5 as another device told them by type 2: FRR does not",
    "VLAN tags: a VLAN of a port is a veth of its own here, and captures get its tag back",
    "Ethernet segments (EVPN types 1 and 4, split horizon): FRR wants a bond for them; broadcasts of a server come back to it \
     over its other cables",
    "route distinguishers and Ethernet tags: FRR has a distinguisher for each VNI, and no tags; route targets stand for both",
    "broadcasts to vRouters: they have a tree of their own (edge replication), and FRR sends each of them a copy",
    "how L3VPN routes are learnt: none are announced, and the ends of MPLS tunnels have labels and next hops from the model",
    "checksums, identification, DF, DSCP, TCP's numbers and options: senders are free to choose them",
];

/// What the lab found.
#[derive(Clone, Debug)]
pub struct Report {
    /// The fabric.
    pub fabric: String,
    /// The flows.
    pub rows: Vec<Row>,
    /// ARP requests and replies that traces predict, and whether they were seen as predicted.
    pub resolutions: Match,
    /// EVPN routes.
    pub routes: Match,
    /// Flood lists.
    pub flood_lists: Match,
    /// Whose MPLS tunnels ended in a program of our own, and not in the kernel.
    pub own_tunnels: Vec<String>,
    /// What was not as it should be when the fabric came up.
    pub remarks: Vec<String>,
}

/// A flow, and how it went.
#[derive(Clone, Debug)]
pub struct Row {
    /// `octavia-worker@ctl1 to amphora-1, TCP 9443`.
    pub flow: String,
    /// What was changed in the lab; empty for nothing.
    pub situation: &'static str,
    /// How it ends, as the trace has it.
    pub predicted: String,
    /// How it ended.
    pub happened: String,
    /// What was seen on the links.
    pub comparison: Comparison,
    ends_as_predicted: bool,
}

impl Row {
    pub(super) fn new(trace: &Trace, talk: &Talk, comparison: Comparison) -> Self {
        let Talk { times, asked, answered, is_cut_off, .. } = talk;
        let situation = if *is_cut_off { "no static routes" } else { "" };
        let arrives = trace.out().is_delivered();
        let drop = |way: contrail_model::trace::Way<'_>| {
            way.drops().first().map(|(at, reason)| format!("dropped at {at}: {reason}")).unwrap_or_default()
        };
        let predicted = match (arrives, trace.back().is_delivered()) {
            (true, true) => "answered".to_owned(),
            (true, false) => format!("the answer {}", drop(trace.back())),
            (false, _) => drop(trace.out()),
        };
        let all = usize::from(*times);
        // Who answers TCP is not told before the third packet.
        let is_tcp = trace.service().starts_with("TCP");
        let ends_as_predicted = if trace.is_delivered() {
            *answered == all
        } else {
            *answered == 0 && *asked == if arrives && !is_tcp { all } else { 0 }
        };
        let happened = format!("{asked} of {times} came, {answered} answered");
        let flow = format!("{} to {}, {}", trace.from(), trace.to(), trace.service());
        Self { flow, situation, predicted, happened, comparison, ends_as_predicted }
    }

    /// Whether it went as predicted.
    pub const fn agrees(&self) -> bool {
        self.ends_as_predicted && self.comparison.differences.is_empty()
    }
}

impl Report {
    /// Whether all is as predicted.
    pub fn agrees(&self) -> bool {
        self.rows.iter().all(Row::agrees)
            && self.resolutions.is_whole()
            && self.routes.is_whole()
            && self.flood_lists.is_whole()
    }
}

/// The ARP of traces among what was captured. Who was asked by the owner of an address needs not ask for it.
pub(super) fn resolutions(traces: &[Trace], captured: &[Captured]) -> Match {
    let mut found = Match::default();
    let asked: Vec<ArpPacket> = captured.iter().filter_map(|frame| request(&frame.bytes)).collect();
    let was_seen = |frame: &[u8]| captured.iter().any(|other| other.bytes.starts_with(frame));
    for Resolution { asked_by, answered_by, address, request: question, reply, .. } in resolved(traces) {
        let Some(own) = request(&question) else { continue };
        let is_known = |other: &ArpPacket| {
            other.sender_protocol_address == own.target_protocol_address
                && other.target_protocol_address == own.sender_protocol_address
        };
        if was_seen(&question) && was_seen(&reply) || asked.iter().any(is_known) {
            found.common += 1;
        } else {
            found.missing.push(format!("{asked_by} asks for {address}, and {answered_by} answers"));
        }
    }
    found
}

/// Each once.
fn resolved(traces: &[Trace]) -> Vec<Resolution> {
    let mut all = Vec::new();
    for resolution in traces.iter().flat_map(Trace::resolutions) {
        if !all.contains(&resolution) {
            all.push(resolution);
        }
    }
    all
}

/// The ARP request that a frame is.
fn request(frame: &[u8]) -> Option<ArpPacket> {
    let decoder = Decoder::new();
    let packet = decoder.ethernet(frame).ok()?;
    let mut headers = packet.headers().map(|(_, header)| header);
    headers.find_map(|header| match header {
        Header::Arp(arp) if arp.operation.get() == ArpPacket::REQUEST => Some(arp),
        _ => None,
    })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fabric, rows, resolutions, routes, flood_lists, own_tunnels, remarks } = self;
        writeln!(f, "{fabric}: traces beside what happened")?;
        for row in rows {
            let Row { flow, situation, predicted, happened, comparison, .. } = row;
            let mark = if row.agrees() { "as predicted" } else { "DIFFERS" };
            let situation = if situation.is_empty() { String::new() } else { format!(" ({situation})") };
            writeln!(f, "  {mark:13} {flow}{situation}")?;
            writeln!(f, "                predicted {predicted}; {happened}")?;
            let Comparison {
                frames, copies, links: [links, of_links], hops: [hops, of_hops], hashed, ..
            } = comparison;
            write!(
                f,
                "                {frames} frames at {hops} of {of_hops} hops, {links} of {of_links} ways over links; {hashed} tunnelled flows, a source port each"
            )?;
            if *copies > 0 {
                write!(f, "; {copies} copies of broadcasts")?;
            }
            writeln!(f)?;
            comparison.differences.iter().try_for_each(|what| writeln!(f, "                ! {what}"))?;
        }
        for (name, found) in [("ARP", resolutions), ("routes of EVPN", routes), ("flood lists", flood_lists)]
        {
            let Match { common, missing, unexpected } = found;
            let mark = if found.is_whole() { "as predicted" } else { "DIFFERS" };
            writeln!(
                f,
                "  {mark:13} {name}: {common} as predicted, {} missing, {} unexpected",
                missing.len(),
                unexpected.len()
            )?;
            missing.iter().try_for_each(|what| writeln!(f, "                ! missing: {what}"))?;
            unexpected.iter().try_for_each(|what| writeln!(f, "                ! unexpected: {what}"))?;
        }
        if !own_tunnels.is_empty() {
            let whose = own_tunnels.join(", ");
            writeln!(
                f,
                "  stands in:    MPLS tunnels of {whose} end in our own program, as the kernel has none"
            )?;
        }
        remarks.iter().try_for_each(|what| writeln!(f, "  coming up:    {what}"))?;
        NOT_COMPARABLE.iter().try_for_each(|what| writeln!(f, "  not comparable: {what}"))
    }
}
