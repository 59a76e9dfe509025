//! Pictures: a fabric as its operator would draw it, tier by tier, with no program but this crate.
//!
//! ```
//! use contrail_model::diagram::Layers;
//! # let text = include_str!("../../../examples/fabrics/octavia.yaml");
//! # let fabric = contrail_model::Fabric::from_yaml(text)?;
//!
//! let picture = fabric.diagram().svg(); // everything, for a browser
//! let cabling = fabric.diagram().show(Layers::UNDERLAY | Layers::SUBNETS).svg();
//! let text = fabric.diagram().mermaid(); // for where Markdown is shown
//! let graph = fabric.diagram().dot(); // for Graphviz
//! let drawing = fabric.diagram().drawio(); // to go on drawing by hand
//! assert!(picture.starts_with("<svg "));
//!
//! for trace in fabric.trace_required() {
//!     let picture = trace.diagram().svg(); // the way of its packets, their headers, and where each value comes from
//!     assert!(picture.contains("dropped at ")); // the logical router is extended to no device yet
//! }
//!
//! let plan = fabric.plan();
//! let placement = plan.diagram(&fabric).svg(); // where a logical router may be, and where it may not and why
//! assert!(placement.contains("refused: L1: leaf3 "));
//! # Ok::<(), contrail_model::LoadError>(())
//! ```
//!
//! A picture decides nothing: it draws what fabric, trace and plan say. The same fabric gives the same picture, byte for byte.

mod cables;
mod dot;
mod drawio;
mod elements;
mod fabric;
mod layout;
mod legend;
mod mermaid;
mod placement;
mod racks;
mod ruler;
mod scene;
mod strokes;
mod svg;
mod theme;
mod told;
mod xml;

use self::elements::Elements;
use self::fabric::Story;
pub(crate) use self::fabric::counted;
pub use self::ruler::Ruler;
use self::scene::Scene;
pub(crate) use self::theme::style_sheet;
use crate::fabric::Fabric;
use crate::plan::Plan;
use crate::trace::Trace;

bitflags::bitflags! {
    /// What a picture shows, beside devices, servers, workloads and the ways of packets.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Layers: u8 {
        /// Cables with their interfaces, and loopback addresses.
        const UNDERLAY = 1;
        /// Virtual port groups, and what their VLANs mean.
        const PORT_GROUPS = 1 << 1;
        /// Logical routers and their IRBs, and the static routes of servers that lead to them.
        const LOGICAL_ROUTERS = 1 << 2;
        /// Networks, each with its colour and kind of line, and the addresses in them.
        const NETWORKS = 1 << 3;
        /// The subnets of each rack, and who routes them in the underlay.
        const SUBNETS = 1 << 4;
        /// Of a trace the packet on each link, and where its values come from.
        const PACKETS = 1 << 5;
    }
}

/// A picture of a fabric, to be had in several forms.
#[derive(Clone, Debug)]
pub struct Diagram<'f> {
    fabric: &'f Fabric,
    layers: Layers,
    subject: Subject<'f>,
}

/// Writes a picture in some form.
pub type Form = fn(&Diagram<'_>) -> String;

/// What a picture is about.
#[derive(Clone, Copy, Debug)]
enum Subject<'f> {
    Fabric,
    Trace(&'f Trace),
    Plan(&'f Plan),
}

impl Fabric {
    /// A picture of the fabric with all its layers.
    ///
    /// Where there are more than twelve racks, and where a rack has more than twelve port groups, they are drawn as one
    /// box that says how many there are.
    pub const fn diagram(&self) -> Diagram<'_> {
        Diagram { fabric: self, layers: Layers::all(), subject: Subject::Fabric }
    }
}

impl Trace {
    /// A picture of the trace on its fabric, with all layers.
    ///
    /// Each way has the path that [`Way::telling`](crate::trace::Way::telling) gives: out with a whole line, back with a
    /// dashed one, with a band around it where the packet is in a tunnel. Where a packet is dropped it says why. Each link is
    /// numbered, and below is the packet on it: its headers with the fields that fabric and flow decide, and where each
    /// value comes from. However large the fabric is, what the packets touch is drawn.
    pub const fn diagram(&self) -> Diagram<'_> {
        Diagram { subject: Subject::Trace(self), ..self.fabric().diagram() }
    }
}

impl Plan {
    /// A picture of where the plan's ways put logical routers in the fabric that it was made for, with all layers.
    ///
    /// A device has the rank of the best way that uses it; one that is refused is greyed, with the reason and its rule.
    pub const fn diagram<'f>(&'f self, fabric: &'f Fabric) -> Diagram<'f> {
        Diagram { subject: Subject::Plan(self), ..fabric.diagram() }
    }
}

impl Diagram<'_> {
    /// The forms by the names that programs give them.
    ///
    /// ```
    /// # let text = include_str!("../../../examples/fabrics/octavia.yaml");
    /// # let fabric = contrail_model::Fabric::from_yaml(text)?;
    /// use contrail_model::diagram::Diagram;
    ///
    /// let pictures = Diagram::FORMS.map(|(name, form)| (format!("octavia.{name}"), form(&fabric.diagram())));
    /// assert!(pictures.iter().any(|(name, text)| name == "octavia.mermaid" && text.contains("flowchart TB")));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const FORMS: [(&'static str, Form); 4] = [
        ("svg", |picture| picture.svg()),
        ("mermaid", |picture| picture.mermaid()),
        ("dot", |picture| picture.dot()),
        ("drawio", |picture| picture.drawio()),
    ];

    /// Shows these layers and no other.
    #[must_use]
    pub const fn show(self, layers: Layers) -> Self {
        Self { layers, ..self }
    }

    /// An SVG document (SVG 2) that needs nothing beside it: boxes tier by tier, light or dark as the reader prefers, with a
    /// title and a description for those who cannot see it.
    pub fn svg(&self) -> String {
        svg::document(&self.scene(), Some(&style_sheet()))
    }

    /// The same as a part of a page, whose style sheet has [`style_sheet`] for its pictures.
    pub(crate) fn inline_svg(&self) -> String {
        svg::document(&self.scene(), None)
    }

    /// A flowchart for Mermaid.
    pub fn mermaid(&self) -> String {
        mermaid::document(&Elements::of(&self.scene()))
    }

    /// A graph for Graphviz (`dot`).
    pub fn dot(&self) -> String {
        dot::document(&Elements::of(&self.scene()))
    }

    /// A drawing for draw.io (diagrams.net), to be changed by hand: what is in a box moves with it, and cables follow.
    pub fn drawio(&self) -> String {
        drawio::document(&self.scene())
    }

    fn scene(&self) -> Scene {
        let story = match self.subject {
            Subject::Fabric => Story::default(),
            Subject::Trace(trace) => told::story(trace, self.layers),
            Subject::Plan(plan) => placement::story(self.fabric, plan),
        };
        let mut scene = fabric::scene(self.fabric, self.layers, story);
        scene.page.lay_out();
        scene
    }
}
