//! A scene as SVG.

use std::collections::HashMap;
use std::fmt::Display;

use super::scene::{Anchor, Block, Content, Kind, Line, Place, Scene, Style};
use super::theme;
use super::xml::Xml;

/// The document.
pub(super) fn document(scene: &Scene) -> String {
    let Place { width, height, .. } = scene.page.place;
    let mut xml = Xml::default();
    let attributes: [(&str, &dyn Display); 6] = [
        ("xmlns", &"http://www.w3.org/2000/svg"),
        ("width", &width),
        ("height", &height),
        ("viewBox", &format!("0 0 {width} {height}")),
        ("role", &"img"),
        ("aria-labelledby", &"title description"),
    ];
    xml.begin("svg", &attributes);
    xml.text("title", &[("id", &"title")], &scene.title);
    xml.text("desc", &[("id", &"description")], &scene.description);
    xml.text("style", &[], &theme::style_sheet());
    let places = places(&scene.page);
    boxes(&mut xml, &scene.page);
    for link in &scene.links {
        let [Some(from), Some(to)] = link.ends.map(|end| places.get(&end).copied()) else { continue };
        let class = if link.is_down { "cable down" } else { "cable" };
        xml.empty("path", &[("class", &class), ("d", &way(from, to))]);
    }
    texts(&mut xml, &scene.page);
    xml.finish()
}

/// Where what links lead to is.
fn places(page: &Block) -> HashMap<Anchor, Place> {
    let mut places = HashMap::new();
    page.each(&mut |block| {
        if let Some(anchor) = block.anchor {
            places.insert(anchor, block.place);
        }
    });
    places
}

/// From the lower edge of the upper port to the upper edge of the lower one; between ports at one height in a bow above.
fn way(from: Place, to: Place) -> String {
    let (from, to) = if from.y <= to.y { (from, to) } else { (to, from) };
    if from.bottom() < to.y {
        format!("M{} {}L{} {}", from.middle(), from.bottom(), to.middle(), to.y)
    } else {
        let top = from.y - 30;
        format!(
            "M{} {}C{} {top} {} {top} {} {}",
            from.middle(),
            from.y,
            from.middle(),
            to.middle(),
            to.middle(),
            to.y
        )
    }
}

impl Kind {
    /// The class of its outline, and how round its corners are in pixels; none if it is not drawn.
    const fn outline(self) -> Option<(&'static str, i32)> {
        match self {
            Self::Page => Some(("page", 0)),
            Self::Rack => Some(("rack", 10)),
            Self::Device => Some(("device", 4)),
            Self::Port => Some(("port", 2)),
            Self::PortGroup => Some(("group", 8)),
            Self::Server | Self::Collapsed => Some(("box", 4)),
            Self::Workload => Some(("workload", 8)),
            Self::Tier
            | Self::Shelf
            | Self::Body
            | Self::Ports
            | Self::Slot
            | Self::Legend
            | Self::List
            | Self::Line => None,
        }
    }
}

/// The outlines, those outside first.
fn boxes(xml: &mut Xml, block: &Block) {
    if let Some((class, round)) = block.kind.outline() {
        let Place { x, y, width, height } = block.place;
        let class = if block.is_faint { format!("{class} faint") } else { class.to_owned() };
        let all: [(&str, &dyn Display); 6] =
            [("class", &class), ("width", &width), ("height", &height), ("x", &x), ("y", &y), ("rx", &round)];
        // The page is as large as the document.
        let (of_page, _) = all.split_at(3);
        let attributes = if block.kind == Kind::Page { of_page } else { &all };
        xml.empty("rect", attributes);
    }
    block.blocks().iter().for_each(|inner| boxes(xml, inner));
}

impl Style {
    const fn class(self) -> Option<&'static str> {
        match self {
            Self::Heading => Some("heading"),
            Self::Name => Some("name"),
            Self::Plain => None,
            Self::Small => Some("small"),
            Self::Bad => Some("bad"),
        }
    }
}

/// The lines of text, each with the mark of its network.
fn texts(xml: &mut Xml, block: &Block) {
    if let Content::Line(line) = &block.content {
        text(xml, line, block.place);
    }
    block.blocks().iter().for_each(|inner| texts(xml, inner));
}

fn text(xml: &mut Xml, line: &Line, place: Place) {
    let size = line.style.size();
    // Letters stand on a line a fifth of their height above the bottom.
    let baseline = place.bottom() - (place.height - size) / 2 - size / 5;
    if let Some(network) = line.network {
        let y = place.y + place.height / 2;
        let (from, to) = (place.x, place.x + Line::MARK - 5);
        xml.empty("path", &[("class", &theme::classes(network)), ("d", &format!("M{from} {y}H{to}"))]);
    }
    let x = place.x + line.indent();
    let mut attributes: Vec<(&str, &dyn Display)> = vec![("x", &x), ("y", &baseline), ("font-size", &size)];
    let class = line.style.class();
    if let Some(class) = &class {
        attributes.push(("class", class));
    }
    xml.text("text", &attributes, &line.text);
}
