//! A scene as a drawing for draw.io (diagrams.net): its mxGraph model, uncompressed. What is in a box moves with it, and cables
//! follow their ports; the ways of packets are a layer of their own.

use std::collections::HashMap;
use std::fmt::Display;

use super::scene::{Anchor, Block, Content, Line, Mark, Place, Scene};
use super::strokes::{Point, RADIUS, Strokes, Taken};
use super::theme;
use super::xml::Xml;

/// The drawing.
pub(super) fn document(scene: &Scene) -> String {
    let mut drawing =
        Drawing { xml: Xml::default(), cells: 0, anchors: HashMap::new(), places: HashMap::new() };
    drawing.xml.begin("mxfile", &[]);
    drawing.xml.begin("diagram", &[("name", &scene.title)]);
    let Place { width, height, .. } = scene.page.place;
    drawing.xml.begin("mxGraphModel", &[("page", &1), ("pageWidth", &width), ("pageHeight", &height)]);
    drawing.xml.begin("root", &[]);
    drawing.xml.empty("mxCell", &[("id", &"root")]);
    for (layer, name) in [(FABRIC, "fabric"), (WAYS, "ways of packets")] {
        drawing.xml.empty("mxCell", &[("id", &layer), ("value", &name), ("parent", &"root")]);
    }
    scene.page.blocks().iter().for_each(|block| drawing.block(block, FABRIC, (0, 0)));
    for link in &scene.links {
        let class: &[&str] = if link.is_down { &[".cable", ".down"] } else { &[".cable"] };
        let [source, target] = link.ends.map(|end| drawing.anchors.get(&end).cloned());
        let (Some(source), Some(target)) = (source, target) else { continue };
        drawing.edge(
            FABRIC,
            &format!("endArrow=none;{}", style(class)),
            &[("source", &source), ("target", &target)],
            &[],
        );
    }
    let mut taken = Taken::by_texts(&scene.page);
    for way in &scene.ways {
        let strokes = Strokes::of(way, &drawing.places, &mut taken);
        for band in &strokes.bands {
            drawing.edge(WAYS, &format!("endArrow=none;{}", style(&[".band"])), &[], band);
        }
        let (line, circle): (&[&str], &[&str]) = if way.is_back {
            (&[".way", "path.back"], &["circle.number", "circle.number.back"])
        } else {
            (&[".way"], &["circle.number"])
        };
        let end = if way.arrives { "oval" } else { "cross" };
        drawing.edge(WAYS, &format!("endArrow={end};{}", style(line)), &[], &strokes.line);
        for (number, (x, y)) in strokes.numbers {
            let place = Place { x: x - RADIUS, y: y - RADIUS, width: 2 * RADIUS, height: 2 * RADIUS };
            let letters = if way.is_back { "text.number.back" } else { "text.number" };
            let style = format!("ellipse;fontSize=9;{}{}", style(circle), font(&["text.number", letters]));
            drawing.vertex(WAYS, &number.to_string(), &style, place);
        }
    }
    drawing.xml.finish()
}

/// The ids of layers.
const FABRIC: &str = "fabric";
const WAYS: &str = "ways";

struct Drawing {
    xml: Xml,
    cells: usize,
    /// The cells that links lead to.
    anchors: HashMap<Anchor, String>,
    /// Where they are on the page.
    places: HashMap<Anchor, Place>,
}

impl Drawing {
    /// A box with what is in it, or that alone if it is not drawn; `origin` is where the box around it is.
    fn block(&mut self, block: &Block, parent: &str, origin: Point) {
        let (x, y) = origin;
        let place = Place { x: block.place.x - x, y: block.place.y - y, ..block.place };
        if let Content::Line(line) = &block.content {
            return self.line(line, parent, place);
        }
        let mut inside = (parent.to_owned(), origin);
        if let Some((classes, round)) = block.kind.outline() {
            let mut classes = selectors(classes);
            if block.is_faint {
                classes.push(".faint".to_owned());
            }
            let looks = format!("rounded=1;absoluteArcSize=1;arcSize={};{}", 2 * round, style(&classes));
            inside = (self.vertex(parent, "", &looks, place), (block.place.x, block.place.y));
        }
        let (id, origin) = inside;
        if let Some(anchor) = block.anchor {
            self.anchors.insert(anchor, id.clone());
            self.places.insert(anchor, block.place);
        }
        block.blocks().iter().for_each(|inner| self.block(inner, &id, origin));
    }

    fn line(&mut self, line: &Line, parent: &str, place: Place) {
        if let Some(mark) = line.mark {
            let looks = match mark {
                Mark::Network(place) => style(&selectors(&theme::classes(place))),
                Mark::Out => style(&[".way"]),
                Mark::Back => style(&[".way", "path.back"]),
                Mark::Tunnel => style(&[".band"]),
            };
            self.vertex(parent, "", &format!("line;{looks}"), Place { width: Line::MARK - 5, ..place });
        }
        let class = line.style.class().map(|class| format!(".{class}"));
        let classes: Vec<&str> = ["text"].into_iter().chain(class.as_deref()).collect();
        let looks = format!(
            "text;align=left;verticalAlign=middle;spacing=0;fontSize={};{}",
            line.style.size(),
            font(&classes)
        );
        let indent = line.indent();
        self.vertex(
            parent,
            &line.text,
            &looks,
            Place { x: place.x + indent, width: place.width - indent, ..place },
        );
    }

    /// Gives its id.
    fn vertex(&mut self, parent: &str, value: &str, style: &str, place: Place) -> String {
        let id = self.begin(parent, &[("value", &value), ("style", &style), ("vertex", &1)]);
        let Place { x, y, width, height } = place;
        let geometry: [(&str, &dyn Display); 5] =
            [("x", &x), ("y", &y), ("width", &width), ("height", &height), ("as", &"geometry")];
        self.xml.empty("mxGeometry", &geometry);
        self.xml.end();
        id
    }

    /// Between two cells, or along points.
    fn edge(&mut self, parent: &str, style: &str, ends: &[(&str, &dyn Display)], points: &[Point]) {
        let own: [(&str, &dyn Display); 2] = [("style", &style), ("edge", &1)];
        self.begin(parent, &[&own, ends].concat());
        let geometry: [(&str, &dyn Display); 2] = [("relative", &1), ("as", &"geometry")];
        if let [first, between @ .., last] = points {
            self.xml.begin("mxGeometry", &geometry);
            for ((x, y), name) in [(first, "sourcePoint"), (last, "targetPoint")] {
                self.xml.empty("mxPoint", &[("x", x), ("y", y), ("as", &name)]);
            }
            self.xml.begin("Array", &[("as", &"points")]);
            for (x, y) in between {
                self.xml.empty("mxPoint", &[("x", x), ("y", y)]);
            }
            self.xml.end();
            self.xml.end();
        } else {
            self.xml.empty("mxGeometry", &geometry);
        }
        self.xml.end();
    }

    /// Gives its id.
    fn begin(&mut self, parent: &str, attributes: &[(&str, &dyn Display)]) -> String {
        self.cells += 1;
        let id = format!("cell{}", self.cells);
        let own: [(&str, &dyn Display); 2] = [("id", &id), ("parent", &parent)];
        self.xml.begin("mxCell", &[&own, attributes].concat());
        id
    }
}

/// The selector of each class.
fn selectors(classes: &str) -> Vec<String> {
    classes.split(' ').map(|class| format!(".{class}")).collect()
}

/// What the style sheet says of a box or line, in the words of draw.io.
fn style(selectors: &[impl AsRef<str>]) -> String {
    let mut style = String::new();
    for (property, value) in theme::declared(selectors) {
        let key = match &*property {
            "fill" => "fillColor",
            "stroke" => "strokeColor",
            "stroke-width" => "strokeWidth",
            "stroke-dasharray" => "dashed=1;fixDash=1;dashPattern",
            "opacity" | "stroke-opacity" => {
                style.push_str(&format!("opacity={};", percent(&value)));
                continue;
            }
            _ => continue,
        };
        style.push_str(&format!("{key}={value};"));
    }
    style
}

/// What the style sheet says of a text, in the words of draw.io.
fn font(selectors: &[&str]) -> String {
    let mut style = String::new();
    for (property, value) in theme::declared(selectors) {
        match &*property {
            "fill" => style.push_str(&format!("fontColor={value};")),
            "font-weight" => style.push_str("fontStyle=1;"),
            // The first that the style sheet asks for.
            "font-family" => {
                let first = value.split(',').next().unwrap_or_default();
                style.push_str(&format!("fontFamily={};", first.trim_matches('\'')));
            }
            _ => {}
        }
    }
    style
}

/// `.45` is 45.
fn percent(part: &str) -> f32 {
    part.parse().map_or(100.0, |part: f32| (part * 100.0).round())
}
