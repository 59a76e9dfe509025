//! What check finds, as a part of a page.

use maud::{Markup, html};

use super::table::table;
use crate::report::{Finding, Report, Severity};
use crate::rules::RULES;

pub(super) fn section(report: &Report) -> Markup {
    let rows = report.findings.iter().map(row);
    let headings = ["severity", "rule", "object", "what is wrong, and what to do"];
    html! {
        section {
            h2 #findings { "Findings" }
            @if report.findings.is_empty() {
                p { "No rule is broken." }
            } @else {
                (table("Sort by a heading, or filter by any word.", &headings, rows, report.findings.len()))
            }
            @if !report.ignored.is_empty() {
                p { "Not checked, as the document says: " (report.ignored.join(", ")) "." }
            }
        }
    }
}

fn row(finding: &Finding) -> Markup {
    let Finding { rule, name, severity, subject, path, message, because, fix, references } = finding;
    html! {
        tr {
            td .(severity.name()) data-sort=(rank(*severity)) { (severity.name()) }
            td { (rule) " " (name) }
            td { (subject) }
            td {
                p { (message) }
                @if !fix.is_empty() { p { strong { "Fix: " } (fix) } }
                details {
                    summary { "Why" }
                    @if !because.is_empty() { ul { @for fact in because { li { (fact) } } } }
                    @if let Some(rule) = RULES.iter().find(|known| known.id == *rule) {
                        p { (rule.holds) " " (rule.why) }
                    }
                    p .aside { "In the document at " code { (path) } "; see " (references.join(", ")) "." }
                }
            }
        }
    }
}

/// The worst first.
const fn rank(severity: Severity) -> u8 {
    match severity {
        Severity::Error => 0,
        Severity::Warning => 1,
        Severity::Advice => 2,
    }
}
