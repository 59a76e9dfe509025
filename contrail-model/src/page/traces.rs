//! Traces as parts of a page: all in a table, some hop by hop.

use maud::{Markup, html};

use super::picture;
use super::table::{left_out, table};
use crate::diagram::counted;
use crate::trace::{Hop, PacketHeaders, Path, Sent, Trace, TracedField, Way, usual_by_source};

/// Traces that are told hop by hop.
const IN_FULL: usize = 8;

/// A table of the traces; those that do not arrive come first where not all are told in full.
pub(super) fn section(id: &str, title: &str, traces: &[&Trace]) -> Markup {
    let mut told = traces.to_vec();
    told.sort_by_key(|trace| trace.is_delivered());
    let headings = ["flow", "what for", "out", "back", "cables"];
    html! {
        section {
            h2 #(id) { (title) }
            (table("Flows, and how they end.", &headings, traces.iter().map(|trace| row(trace)), traces.len()))
            @for trace in told.iter().take(IN_FULL) { (in_full(trace)) }
            (left_out(told.len(), IN_FULL))
        }
    }
}

fn name(trace: &Trace) -> String {
    format!("{} to {}, {}", trace.from(), trace.to(), trace.service())
}

/// A class that an element has in some cases.
fn class(is_so: bool, class: &str) -> Option<&str> {
    is_so.then_some(class)
}

fn row(trace: &Trace) -> Markup {
    let links = trace.out().underlay_links() + trace.back().underlay_links();
    html! {
        tr {
            td { (name(trace)) }
            td { (trace.why()) }
            @for way in [trace.out(), trace.back()] {
                td class=[class(!way.is_delivered(), "error")] { @if let Some(path) = way.telling() { (path.verdict()) } }
            }
            td .number { (links) }
        }
    }
}

fn in_full(trace: &Trace) -> Markup {
    let ends = if trace.is_delivered() { "arrives" } else { "does not arrive" };
    html! {
        details .trace {
            summary { (name(trace)) ": " span class=[class(!trace.is_delivered(), "error")] { (ends) } }
            (picture(&trace.diagram()))
            (way("Out", trace.out()))
            (way("Back", trace.back()))
        }
    }
}

/// The path that tells most of it, hop by hop.
fn way(name: &str, way: Way<'_>) -> Markup {
    let Some(path) = way.telling() else { return html! {} };
    let paths = way.paths().len();
    html! {
        h3 { (name) ": " (path.verdict()) }
        @if paths > 1 {
            p { "One of " (paths) @if way.is_cut() { " and more" } " equal-cost paths." }
        }
        ol .hops { (hops(&path)) }
    }
}

fn hops(path: &Path<'_>) -> Markup {
    let mut before = None;
    html! {
        @for hop in path.hops() {
            li { (told(hop, before)) }
            @let () = before = hop.sent().map(|sent| sent.packet()).or(before);
        }
    }
}

fn told(hop: Hop<'_>, before: Option<PacketHeaders<'_>>) -> Markup {
    html! {
        details {
            summary {
                strong { (hop.node()) }
                @if let Some(sent) = hop.sent() { " sends to " (sent.to()) " on " (sent.link()) }
            }
            ul { @for step in hop.steps() { li { (step) } } }
            @if let Some(sent) = hop.sent() { (packet(sent, before)) }
        }
    }
}

/// The headers from the outside in. One that is as before is only named; of another, values that are new are marked.
fn packet(sent: Sent<'_>, before: Option<PacketHeaders<'_>>) -> Markup {
    html! {
        table .packet {
            caption { (counted(sent.packet().bytes().len(), "octet")) }
            @for (header, other) in sent.packet().since(before) {
                @let (fields, other) = (header.fields(), other.map(|other| other.fields()));
                @let is_as_before = other.as_ref() == Some(&fields);
                tbody {
                    tr { th colspan="3" scope="rowgroup" {
                        (header.header().layer().name()) @if is_as_before { ", as before" }
                    } }
                    @if !is_as_before { (rows(&fields, &other.unwrap_or_default())) }
                }
            }
        }
    }
}

/// A row for each field that this fabric and flow decide; the others are put together by where they come from.
fn rows(fields: &[TracedField], before: &[TracedField]) -> Markup {
    let is_new = |field| !before.is_empty() && !before.contains(field);
    html! {
        @for field in fields.iter().filter(|field| field.has_story) {
            tr class=[class(is_new(field), "changed")] { td { (field.name) } td { (field.value) } td { (field.source) } }
        }
        @for (source, same) in usual_by_source(fields) {
            tr .usual {
                td colspan="2" {
                    @for (index, field) in same.iter().enumerate() {
                        @if index > 0 { ", " }
                        span class=[class(is_new(field), "changed")] { (field.name) " " (field.value) }
                    }
                }
                td { (source) }
            }
        }
    }
}
