//! A page to read and to pass on: what is wrong with a fabric, what may be changed, and what its packets do, in one file.

mod findings;
mod table;
mod traces;
mod ways;

use std::fmt;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::diagram::{Diagram, counted, style_sheet};
use crate::fabric::Fabric;
use crate::plan::Plan;
use crate::report::{Report, Severity};
use crate::trace::Trace;

/// An HTML document about a fabric that needs nothing beside it: no other file, and no network.
///
/// It has the fabric's picture, and what is asked for. Tables can be sorted and filtered, hops opened; light or dark as the
/// reader prefers. Without JavaScript all can be read too. However large the fabric is, the page stays small enough for a
/// browser: what is left out is counted.
///
/// ```
/// use contrail_model::{Fabric, Page};
/// # let text = include_str!("../../../examples/fabrics/octavia.yaml");
///
/// let fabric = Fabric::from_yaml(text)?;
/// let page = Page::of(&fabric).check().plan().trace_required().to_string();
/// assert!(page.starts_with("<!DOCTYPE html>"));
/// # Ok::<(), contrail_model::LoadError>(())
/// ```
///
/// The same fabric gives the same page, byte for byte. It is worked out when it is written.
#[derive(Clone, Debug)]
pub struct Page<'f> {
    fabric: &'f Fabric,
    checks: bool,
    plans: bool,
    traces: bool,
    others: Vec<&'f Trace>,
}

impl<'f> Page<'f> {
    /// A page with the fabric's picture alone.
    pub const fn of(fabric: &'f Fabric) -> Self {
        Self { fabric, checks: false, plans: false, traces: false, others: Vec::new() }
    }

    /// Shows what [`Fabric::check`] finds.
    #[must_use]
    pub fn check(self) -> Self {
        Self { checks: true, ..self }
    }

    /// Shows what [`Fabric::plan`] answers, with the ways that are refused and why.
    #[must_use]
    pub fn plan(self) -> Self {
        Self { plans: true, ..self }
    }

    /// Shows what [`Fabric::trace_required`] tells; if there is a plan, also with the changes of its best way made.
    #[must_use]
    pub fn trace_required(self) -> Self {
        Self { traces: true, ..self }
    }

    /// Shows a trace more.
    #[must_use]
    pub fn trace(mut self, trace: &'f Trace) -> Self {
        self.others.push(trace);
        self
    }
}

impl fmt::Display for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fabric = self.fabric;
        let report = self.checks.then(|| fabric.check());
        let plan = self.plans.then(|| fabric.plan());
        let required = if self.traces { fabric.trace_required() } else { Vec::new() };
        let best = plan.as_ref().and_then(Plan::best).filter(|best| !best.changes.is_empty());
        let solved = best.filter(|_| self.traces).map(|best| best.apply(fabric).trace_required());
        let document = html! {
            (DOCTYPE)
            html lang="en" {
                (head(fabric))
                body {
                    header {
                        h1 { "Fabric " (fabric.name()) }
                        (summary(report.as_ref(), plan.as_ref(), self.traces.then_some(&required)))
                    }
                    main {
                        section {
                            h2 #picture { "The fabric" }
                            (picture(&fabric.diagram()))
                        }
                        @if let Some(report) = &report { (findings::section(report)) }
                        @if let Some(plan) = &plan { (ways::section(fabric, plan)) }
                        @if self.traces {
                            (traces::section("flows", "Required flows", &required.iter().collect::<Vec<_>>()))
                        }
                        @if let Some(solved) = &solved {
                            @let title = "Required flows, with the changes of the best way made";
                            (traces::section("solved", title, &solved.iter().collect::<Vec<_>>()))
                        }
                        @if !self.others.is_empty() {
                            (traces::section("traces", "Other flows", &self.others))
                        }
                    }
                    footer {
                        p {
                            "Made by contrail-model " (env!("CARGO_PKG_VERSION")) ", forwarding as in release "
                            (fabric.release().name()) "."
                        }
                    }
                    script { (PreEscaped(include_str!("page.js"))) }
                }
            }
        };
        f.write_str(&document.into_string())
    }
}

/// What a browser has to know, with the policy that nothing is loaded from anywhere.
fn head(fabric: &Fabric) -> Markup {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy);
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            title { "Fabric " (fabric.name()) }
            style {
                (PreEscaped(include_str!("page.css")))
                ".picture{" (PreEscaped(style_sheet())) "}"
            }
        }
    }
}

/// A picture that is scrolled where it is wider than the page.
fn picture(diagram: &Diagram<'_>) -> Markup {
    html! { figure .picture tabindex="0" { (PreEscaped(diagram.inline_svg())) } }
}

/// What there is to know before anything else, each line a way to the rest.
fn summary(report: Option<&Report>, plan: Option<&Plan>, traces: Option<&Vec<Trace>>) -> Markup {
    html! {
        ul .summary {
            @if let Some(report) = report {
                li { a href="#findings" { (found(report)) } }
            }
            @if let Some(plan) = plan {
                li {
                    a href="#ways" {
                        @match plan.best() {
                            Some(best) => { (best.title().to_string()) " is the best of " (counted(plan.candidates.len(), "way")) }
                            None => "no way works",
                        }
                    }
                }
            }
            @if let Some(traces) = traces {
                @let arrive = traces.iter().filter(|trace| trace.is_delivered()).count();
                li { a href="#flows" { (arrive) " of " (counted(traces.len(), "required flow")) " arrive" } }
            }
        }
    }
}

/// `2 errors, 1 warning`
fn found(report: &Report) -> String {
    let of = |severity: Severity| report.findings.iter().filter(|found| found.severity == severity).count();
    let parts = [
        (of(Severity::Error), "error"),
        (of(Severity::Warning), "warning"),
        (of(Severity::Advice), "recommendation"),
    ];
    let parts: Vec<String> =
        parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| counted(count, what)).collect();
    if parts.is_empty() { "no findings".to_owned() } else { parts.join(", ") }
}
