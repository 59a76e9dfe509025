//! A scene as SVG.

use std::collections::HashMap;
use std::fmt::Display;

use super::scene::{Anchor, Block, Content, Kind, Line, Mark, Place, Scene, Style, Way};
use super::strokes::{Point, RADIUS, Strokes, Taken, between};
use super::theme;
use super::xml::Xml;

/// The document, with a style sheet in it if there is none where it is shown.
pub(super) fn document(scene: &Scene, style_sheet: Option<&str>) -> String {
    let mut xml = begun(&scene.title, &scene.description, scene.page.place, style_sheet);
    let places = places(&scene.page);
    boxes(&mut xml, &scene.page, |kind| kind != Kind::Port);
    for link in &scene.links {
        let [Some(from), Some(to)] = link.ends.map(|end| places.get(&end).copied()) else { continue };
        let class = if link.is_down { "cable down" } else { "cable" };
        xml.empty("path", &[("class", &class), ("d", &cable(from, to))]);
    }
    let mut taken = Taken::by_texts(&scene.page);
    let ways: Vec<(&Way, Strokes)> =
        scene.ways.iter().map(|way| (way, Strokes::of(way, &places, &mut taken))).collect();
    ways.iter().for_each(|(way, strokes)| lines(&mut xml, way, strokes));
    // A way leads into a port, and does not hide its name.
    boxes(&mut xml, &scene.page, |kind| kind == Kind::Port);
    texts(&mut xml, &scene.page);
    ways.iter().for_each(|(way, strokes)| numbers(&mut xml, way, strokes));
    xml.finish()
}

/// A document that has what comes first.
pub(super) fn begun(title: &str, description: &str, page: Place, style_sheet: Option<&str>) -> Xml {
    let Place { width, height, .. } = page;
    let mut xml = Xml::default();
    let attributes: [(&str, &dyn Display); 5] = [
        ("xmlns", &"http://www.w3.org/2000/svg"),
        ("width", &width),
        ("height", &height),
        ("viewBox", &format!("0 0 {width} {height}")),
        ("role", &"img"),
    ];
    xml.begin("svg", &attributes);
    // Without ids, as a page may have several pictures: a title of its own names an image (SVG-AAM 1.0, 8.1).
    xml.text("title", &[], title);
    xml.text("desc", &[], description);
    if let Some(style_sheet) = style_sheet {
        xml.text("style", &[], style_sheet);
    }
    xml
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

/// A straight line; between ports at one height a bow above.
fn cable(from: Place, to: Place) -> String {
    let ends @ [(x, y), (far_x, far_y)] = between(from, to);
    if y == far_y {
        format!("M{x} {y}C{x} {} {far_x} {} {far_x} {far_y}", y - 30, y - 30)
    } else {
        line(&ends)
    }
}

fn line(points: &[Point]) -> String {
    let mut text = String::new();
    for (index, (x, y)) in points.iter().enumerate() {
        text.push_str(&format!("{}{x} {y}", if index == 0 { 'M' } else { 'L' }));
    }
    text
}

/// A way with the bands around it, and how it ends.
fn lines(xml: &mut Xml, way: &Way, strokes: &Strokes) {
    for band in &strokes.bands {
        xml.empty("path", &[("class", &"band"), ("d", &line(band))]);
    }
    let class = if way.is_back { "way back" } else { "way" };
    xml.empty("path", &[("class", &class), ("d", &line(&strokes.line))]);
    let Some((x, y)) = strokes.line.last() else { return };
    if way.arrives {
        xml.empty("circle", &[("class", &"end"), ("cx", x), ("cy", y), ("r", &5)]);
    } else {
        let cross = format!("M{} {}l14 14m0 -14l-14 14", x - 7, y - 7);
        xml.empty("path", &[("class", &"cross"), ("d", &cross)]);
    }
}

fn numbers(xml: &mut Xml, way: &Way, strokes: &Strokes) {
    let class = if way.is_back { "number back" } else { "number" };
    for (number, (x, y)) in &strokes.numbers {
        xml.empty("circle", &[("class", &class), ("cx", x), ("cy", y), ("r", &RADIUS)]);
        let attributes: [(&str, &dyn Display); 5] =
            [("x", x), ("y", &(y + 3)), ("font-size", &9), ("text-anchor", &"middle"), ("class", &class)];
        xml.text("text", &attributes, &number.to_string());
    }
}

impl Kind {
    /// The class of its outline, and how round its corners are in pixels; none if it is not drawn.
    pub(super) const fn outline(self) -> Option<(&'static str, i32)> {
        match self {
            Self::Page => Some(("page", 0)),
            Self::Rack => Some(("rack", 10)),
            Self::Device => Some(("device", 4)),
            Self::Port => Some(("port", 2)),
            Self::PortGroup | Self::Slot => Some(("group", 8)),
            Self::Server | Self::Collapsed => Some(("box", 4)),
            Self::Workload => Some(("workload", 8)),
            Self::Header => Some(("box", 0)),
            Self::OuterHeader => Some(("box outer", 0)),
            Self::Tier
            | Self::Packet
            | Self::Shelf
            | Self::Body
            | Self::Ports
            | Self::Legend
            | Self::List
            | Self::Line => None,
        }
    }
}

/// The outlines of some kinds, those outside first.
fn boxes(xml: &mut Xml, block: &Block, is_drawn: fn(Kind) -> bool) {
    if let Some((class, round)) = block.kind.outline().filter(|_| is_drawn(block.kind)) {
        let Place { x, y, width, height } = block.place;
        let class = if block.is_faint { format!("{class} faint") } else { class.to_owned() };
        let all: [(&str, &dyn Display); 6] =
            [("class", &class), ("width", &width), ("height", &height), ("x", &x), ("y", &y), ("rx", &round)];
        // The page is as large as the document.
        let (of_page, _) = all.split_at(3);
        let attributes = if block.kind == Kind::Page { of_page } else { &all };
        xml.empty("rect", attributes);
    }
    block.blocks().iter().for_each(|inner| boxes(xml, inner, is_drawn));
}

impl Style {
    pub(super) const fn class(self) -> Option<&'static str> {
        match self {
            Self::Heading => Some("heading"),
            Self::Name => Some("name"),
            Self::Plain => None,
            Self::Small => Some("small"),
            Self::Port => Some("interface"),
            Self::Good => Some("good"),
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
    if let Some(mark) = line.mark {
        let class = match mark {
            Mark::Network(place) => theme::classes(place),
            Mark::Out => "way".to_owned(),
            Mark::Back => "way back".to_owned(),
            Mark::Tunnel => "band".to_owned(),
        };
        let y = place.y + place.height / 2;
        let (from, to) = (place.x, place.x + Line::MARK - 5);
        xml.empty("path", &[("class", &class), ("d", &format!("M{from} {y}H{to}"))]);
    }
    let x = place.x + line.indent();
    let mut attributes: Vec<(&str, &dyn Display)> = vec![("x", &x), ("y", &baseline), ("font-size", &size)];
    let class = line.style.class();
    if let Some(class) = &class {
        attributes.push(("class", class));
    }
    xml.text("text", &attributes, &line.text);
}
