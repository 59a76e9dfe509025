//! A plan as a part of a page.

use maud::{Markup, html};

use super::picture;
use super::table::table;
use crate::fabric::Fabric;
use crate::plan::{Candidate, Plan, Reason, Rejected, Title};

pub(super) fn section(fabric: &Fabric, plan: &Plan) -> Markup {
    let Plan { candidates, rejected, impossible, weights } = plan;
    let ranked = candidates.iter().enumerate().map(|(index, candidate)| way(index + 1, candidate));
    let headings =
        ["rank", "way, and what to change", "cost", "cables", "devices", "static routes", "by hand", "alone"];
    let names_networks = plan.names_networks();
    let refused = rejected.iter().map(|rejected| refusal(rejected, names_networks));
    html! {
        section {
            h2 #ways { "Ways to make the required flows work" }
            @if candidates.is_empty() {
                p { "No way works." }
            } @else {
                (table("Ways that work, the cheapest first.", &headings, ranked, candidates.len()))
                p .aside {
                    "Cost: " (weights.underlay_link) " for each cable of the longest flow out and back, "
                    (weights.device) " for each device, " (weights.static_route) " for each static route, "
                    (weights.by_hand) " for each change by hand, " (weights.lone_device)
                    " for a device that stands alone."
                }
            }
            @for impossible in impossible { pre { (impossible) } }
            @if !rejected.is_empty() {
                (table("Ways that are refused, and why.", &["way", "reasons"], refused, rejected.len()))
            }
            (picture(&plan.diagram(fabric)))
        }
    }
}

fn way(rank: usize, candidate: &Candidate) -> Markup {
    let cost = &candidate.cost;
    let parts =
        [cost.total, cost.underlay_links, cost.devices, cost.static_routes, cost.by_hand, cost.lone_devices];
    html! {
        tr {
            td { (rank) }
            td {
                p { (candidate.title()) }
                details open[rank == 1] {
                    summary { "Changes" }
                    ol {
                        @for change in &candidate.changes {
                            li { (change) @if change.is_by_hand() { strong { " by hand" } } }
                        }
                    }
                }
            }
            @for part in parts { td .number { (part) } }
        }
    }
}

fn refusal(rejected: &Rejected, names_networks: bool) -> Markup {
    let title = Title { break_outs: &rejected.break_outs, names_networks };
    html! {
        tr {
            td { (title) }
            td { ul { @for reason in &rejected.reasons { li { (Reason::with_rule(reason)) } } } }
        }
    }
}
