//! A Contrail / Tungsten Fabric EVPN-VXLAN fabric as a library: check it, plan what has to change, trace what a packet
//! does, list the routes that BGP must carry.
//!
//! An operator runs OpenStack or Kubernetes on Contrail, over a leaf-spine fabric. Services such as Octavia must talk
//! across the border between overlay and underlay, and whether they can depends on where things are: which device a
//! logical router is extended to, which subnet each rack's hypervisors are in, who knows the way back. This crate
//! holds the fabric and the rules.
//!
//! ```
//! use contrail_model::Fabric;
//! # let text = include_str!("../../examples/fabrics/octavia.yaml");
//!
//! let fabric = Fabric::from_yaml(text)?; // every problem of the document, with path, line and column
//! let report = fabric.check(); // what is wrong, why, and what to do
//! let plan = fabric.plan(); // every way to make the required flows work, and why the others do not
//! let best = plan.best().expect("there is a way");
//! println!("{report}\n{plan}");
//!
//! let changed = best.apply(&fabric);
//! assert!(!changed.check().has_errors());
//! for trace in changed.trace_required() {
//!     println!("{trace}"); // hop by hop, each header field with its value and where it comes from, out and back
//!     assert!(trace.is_delivered());
//! }
//! println!("{}", changed.routes()); // what BGP must carry for that, speaker by speaker
//! # Ok::<(), contrail_model::LoadError>(())
//! ```
//!
//! The `guide` has pages that explain the words and lead through what one came for.
//!
//! # How it is built
//!
//! - [`document`] is what is written down: names and numbers. A [`Fabric`] is what they mean, with every name resolved.
//! - **A rule is one file** with an id that is never reused. [`Fabric::check`] runs all and never stops at the first.
//! - **A limit lives once.** The tracer asks it; rules report what traces show; the planner tries a change and traces.
//!   The reason that a device is refused *is* the drop or the finding.
//! - **A trace is data**: paths, hops, steps, headers that are real `contrail-wire` headers, and a verdict from a
//!   closed set. [`Trace::frames`] gives the bytes on each link.
//! - **Routes are values of `contrail-wire`**: they go into an UPDATE as they are, and [`Routes::diff`] compares them with
//!   what real speakers announce. A test holds them against the routes that traces take.
//! - **What is planned can be done**: [`Candidate::procedure`] is the calls, lines and commands for it, step by step. A fabric
//!   need not be written down: [`contrail_api`] makes it of what Contrail tells.
//! - Where the article and the Tungsten Fabric sources differ, the fabric's [`Release`] decides.

#[cfg(feature = "contrail-api")]
pub mod contrail_api;
pub mod diagram;
pub mod document;
mod fabric;
#[cfg(any(doc, doctest))]
pub mod guide;
mod integration;
mod limits;
mod load;
mod outage;
mod page;
mod plan;
pub mod procedure;
mod release;
mod report;
mod resolve;
pub mod routes;
mod rules;
#[cfg(feature = "schema")]
mod schema;
mod serialize;
mod topology;
pub mod trace;

pub use fabric::{Aggregate, Fabric, Name, Segment, TunnelKind};
pub use load::{LoadError, Place, Problem};
pub use outage::{OutageError, UnknownPart};
pub use page::Page;
pub use plan::{
    Approach, BreakOut, Candidate, Change, Cost, Impossible, Lift, Plan, Reason, Rejected, Weights,
};
pub use release::Release;
pub use report::{Finding, Report, Severity};
pub use routes::Routes;
pub use rules::{RULES, Rule};
pub use trace::{Flow, FlowError, Trace, Verdict};
