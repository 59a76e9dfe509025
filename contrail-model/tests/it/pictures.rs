//! Pictures: each is as its golden file says, is XML, and no text of it is on top of another.
#![expect(clippy::indexing_slicing, reason = "a test may fail")]

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use contrail_model::Flow;
use contrail_model::diagram::{Layers, Ruler};
use quick_xml::events::Event;
use quick_xml::{Reader, XmlVersion};

use crate::fabrics::examples;
use crate::golden::assert_generated;
use crate::{OCTAVIA, fabric, solved};

/// The article's figures, each with the fabric, and the required flow that is traced when the plan's best way has been
/// gone.
const FIGURES: [(&str, &str, Option<usize>); 9] = [
    ("mplsoudpgre", "dc-gateway", Some(0)),
    ("snat", "snat", Some(0)),
    ("ip_fabric_forwarding", "ip-fabric-forwarding", Some(0)),
    ("leaf-spine", "leaf-spine", None),
    ("octavia-l3", "octavia", Some(0)),
    ("octavia-l2", "octavia-l2", Some(0)),
    ("ironic-large", "ironic", None),
    ("ironic-from-bms-to-underlay", "ironic", Some(0)),
    ("ironic-zoomed", "ironic", Some(2)),
];

/// The pictures of `examples/pictures/`, by the name of the file.
fn pictures() -> BTreeMap<String, String> {
    let mut pictures = BTreeMap::new();
    for (name, text) in examples() {
        let fabric = fabric(&text);
        pictures.insert(format!("{name}.svg"), fabric.diagram().svg());
        for (figure, _, flow) in FIGURES.iter().filter(|(_, of, _)| *of == name) {
            let plan = fabric.plan();
            let solved = plan.best().unwrap().apply(&fabric);
            let picture = match flow {
                Some(flow) => solved.trace_required()[*flow].diagram().svg(),
                None => solved.diagram().svg(),
            };
            pictures.insert(format!("figure-{figure}.svg"), picture);
        }
    }
    let octavia = fabric(OCTAVIA);
    let plan = octavia.plan();
    pictures.extend(crate::rules::pictures());
    pictures.insert("octavia-plan.svg".to_owned(), plan.diagram(&octavia).svg());
    pictures.insert("octavia-dropped.svg".to_owned(), octavia.trace_required()[0].diagram().svg());
    pictures.insert("octavia.mmd".to_owned(), octavia.diagram().mermaid());
    pictures.insert("octavia.dot".to_owned(), octavia.diagram().dot());
    pictures.insert("octavia.drawio".to_owned(), octavia.diagram().drawio());
    let solved = plan.best().unwrap().apply(&octavia);
    pictures.insert("octavia-trace.drawio".to_owned(), solved.trace_required()[0].diagram().drawio());
    let trace = &solved.trace_required()[0];
    let packet = trace.out().telling().unwrap().hops().nth(1).unwrap().sent().unwrap().packet();
    let ruler = Ruler::of(packet.headers().map(|traced| *traced.header()));
    pictures.insert("packet-vxlan.svg".to_owned(), ruler.svg());
    pictures.insert("packet-vxlan.txt".to_owned(), ruler.to_string());
    pictures.insert("octavia-trace.mmd".to_owned(), solved.trace_required()[0].diagram().mermaid());
    pictures.insert("octavia-trace.dot".to_owned(), solved.trace_required()[0].diagram().dot());
    pictures
}

#[test]
fn no_picture_is_left_of_what_is_drawn_no_more() {
    let pictures = pictures();
    let folder = format!("{}/../examples/pictures", env!("CARGO_MANIFEST_DIR"));
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap().file_name().into_string().unwrap();
        assert!(pictures.contains_key(&file) || file == "README.md", "nothing makes {file}");
    }
}

#[test]
fn each_is_as_its_golden_file_says() {
    for (name, picture) in pictures() {
        assert_generated(&format!("../examples/pictures/{name}"), &picture);
    }
}

#[test]
fn no_text_is_on_top_of_another_or_out_of_the_picture() {
    for (name, picture) in pictures().into_iter().filter(|(name, _)| name.ends_with(".svg")) {
        assert_readable(&name, &picture);
    }
    let names = ["collapsed-spine", "crb", "dual-stack-servers", "dual-stack", "five-stage"];
    for name in names {
        let path = format!("{}/tests/it/fabrics/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
        let fabric = fabric(&std::fs::read_to_string(path).unwrap());
        assert_readable(name, &fabric.diagram().svg());
        for layer in Layers::all() {
            assert_readable(name, &fabric.diagram().show(layer).svg());
        }
    }
}

#[test]
fn each_is_xml_with_a_title_and_a_description_to_a_reader_of_others() {
    for (name, picture) in pictures().into_iter().filter(|(name, _)| name.ends_with(".svg")) {
        let mut reader = Reader::from_str(&picture);
        reader.config_mut().check_comments = true;
        let mut named = Vec::new();
        let mut within = Vec::new();
        loop {
            match reader.read_event().unwrap_or_else(|error| panic!("{name}: {error}")) {
                Event::Start(start) => {
                    for attribute in start.attributes() {
                        attribute.unwrap().normalized_value(XmlVersion::Implicit1_0).unwrap();
                    }
                    within.push(start.name().as_ref().to_owned());
                }
                Event::Empty(empty) => {
                    assert!(empty.attributes().all(|attribute| attribute.is_ok()), "{name}");
                }
                Event::Text(text)
                    if within.len() == 2 && !text.xml10_content().unwrap().trim().is_empty() =>
                {
                    named.push(within[1].clone());
                }
                Event::End(_) => drop(within.pop()),
                Event::Eof => break,
                _ => {}
            }
        }
        assert!(within.is_empty(), "{name}: {within:?} is not ended");
        assert_eq!(named[..2], [b"title".to_vec(), b"desc".to_vec()], "{name}");
    }
}

#[test]
fn a_drawing_has_all_texts_in_boxes_that_are_there_and_cables_between_them() {
    let pictures = pictures();
    for (name, of) in [("octavia.drawio", "octavia.svg"), ("octavia-trace.drawio", "figure-octavia-l3.svg")] {
        let mut reader = Reader::from_str(&pictures[name]);
        let (mut ids, mut named, mut values) = (Vec::new(), Vec::new(), Vec::new());
        loop {
            match reader.read_event().unwrap() {
                Event::Start(cell) | Event::Empty(cell) if cell.name().as_ref() == b"mxCell" => {
                    for attribute in cell.attributes() {
                        let attribute = attribute.unwrap();
                        let value = attribute.normalized_value(XmlVersion::Implicit1_0).unwrap().into_owned();
                        match attribute.key.as_ref() {
                            b"id" => ids.push(value),
                            b"parent" | b"source" | b"target" => named.push(value),
                            b"value" if !value.is_empty() => values.push(value),
                            _ => {}
                        }
                    }
                }
                Event::Eof => break,
                _ => {}
            }
        }
        for cell in &named {
            assert_eq!(ids.iter().filter(|id| *id == cell).count(), 1, "{name}: {cell}");
        }
        let mut texts: Vec<String> = texts(&pictures[of]).into_iter().map(|text| text.what).collect();
        texts.extend(["fabric", "ways of packets"].map(str::to_owned));
        texts.sort_unstable();
        values.sort_unstable();
        assert_eq!(values, texts, "{name}");
        let cables = pictures[of].matches("class=\"cable\"").count();
        assert_eq!(pictures[name].matches(" source=\"").count(), cables, "{name}");
    }
}

#[test]
fn graphviz_draws_each_graph() {
    for (name, graph) in pictures().into_iter().filter(|(name, _)| name.ends_with(".dot")) {
        let dot = Command::new("dot").arg("-Tplain").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let Ok(mut dot) = dot else {
            return eprintln!("SKIPPED: dot is not installed");
        };
        dot.stdin.take().unwrap().write_all(graph.as_bytes()).unwrap();
        let output = dot.wait_with_output().unwrap();
        assert!(output.status.success(), "{name}");
        let drawn = String::from_utf8(output.stdout).unwrap();
        let edges = |text: &str, sign: &str| text.lines().filter(|line| line.contains(sign)).count();
        assert!(edges(&graph, " -- ") > 5, "{name}");
        assert_eq!(
            drawn.lines().filter(|line| line.starts_with("edge ")).count(),
            edges(&graph, " -- "),
            "{name}"
        );
    }
}

#[test]
fn a_layer_that_is_not_shown_leaves_nothing_behind() {
    let of_layers = [
        (Layers::UNDERLAY, "et-0/0/48"),
        (Layers::PORT_GROUPS, "VPG compute1"),
        (Layers::LOGICAL_ROUTERS, "LR octavia, VNI 9001"),
        (Layers::NETWORKS, "octavia 10.99.0.11"),
        (Layers::SUBNETS, "underlay-rack2 10.1.2.0/24"),
    ];
    let fabric = fabric(&solved());
    for (layer, sign) in of_layers {
        let is_there =
            |layers| texts(&fabric.diagram().show(layers).svg()).iter().any(|text| text.what == sign);
        assert!(is_there(layer), "{sign}");
        assert!(!is_there(Layers::all() - layer), "{sign}");
    }
}

#[test]
fn what_is_down_is_drawn_as_down() {
    let fabric = fabric(OCTAVIA).without(["leaf1", "leaf3:et-0/0/48"]).unwrap();
    let picture = fabric.diagram().svg();
    // Two cables to spines, two to servers, and the one that is down by itself.
    assert_eq!(picture.matches("class=\"cable down\"").count(), 5);
    assert_eq!(picture.matches("class=\"device faint\"").count(), 1);
    assert_eq!(texts(&picture).iter().filter(|text| text.what == "down").count(), 1);
    assert_readable("down", &picture);
}

#[test]
fn a_name_means_nothing_to_the_form_it_is_written_in() {
    let odd = "a<b>&\\\"c\\\\;#d|`e`";
    let text = OCTAVIA.replace("ctl2", &format!("\"{odd}\""));
    let fabric = fabric(&text);
    let svg = fabric.diagram().svg();
    assert!(svg.contains(">a&lt;b&gt;&amp;&quot;c\\;#d|`e`</text>"), "{svg}");
    assert_readable("odd", &svg);
    let dot = fabric.diagram().dot();
    assert!(dot.contains(r#"label="a<b>&\"c\\;#d|`e`\ncontroller"#), "{dot}");
    let mermaid = fabric.diagram().mermaid();
    assert!(mermaid.contains("<b>a#60;b#62;#38;#34;c#92;#59;#35;d#124;#96;e#96;</b>"), "{mermaid}");
}

/// A fabric of 30 leaves with a server each, the last one in a subnet that the others have no route to.
fn large() -> String {
    let mut document =
        String::from("fabric: large\ndevices:\n  - {name: spine1, role: spine, loopback: 10.0.0.1}\n");
    let leaves = 1..=30;
    let network = |leaf| if leaf < 30 { ("net", 5) } else { ("far", 6) };
    for leaf in leaves.clone() {
        document += &format!("  - {{name: leaf{leaf}, role: leaf, loopback: 10.0.1.{leaf}}}\n");
    }
    document += "links:\n";
    for leaf in leaves.clone() {
        document += &format!("  - [\"leaf{leaf}:et-0\", \"spine1:et-{leaf}\"]\n");
    }
    document += "networks:\n  - {name: net, vni: 5, subnets: [{prefix: 10.9.5.0/24}]}\n";
    document += "  - {name: far, vni: 6, subnets: [{prefix: 10.9.6.0/24}]}\nport_groups:\n";
    for leaf in leaves.clone() {
        let (network, vlan) = network(leaf);
        document += &format!(
            "  - {{name: g{leaf}, ports: [\"leaf{leaf}:xe-0\"], vlans: [{{vlan: {vlan}, network: {network}}}]}}\n"
        );
    }
    document += "servers:\n";
    for leaf in leaves {
        let (network, third) = network(leaf);
        document += &format!(
            "  - {{name: s{leaf}, kind: controller, port_group: g{leaf}, addresses: [{{network: {network}, address: 10.9.{third}.{leaf}}}]}}\n"
        );
    }
    document
}

#[test]
fn many_racks_and_servers_are_told_by_their_number() {
    let large = fabric(&large());
    let texts: Vec<String> = texts(&large.diagram().svg()).into_iter().map(|text| text.what).collect();
    for told in ["30 racks", "leaf1 to leaf30", "30 port groups", "30 servers", "30 cables"] {
        assert!(texts.iter().any(|text| text == told), "{told}: {texts:?}");
    }
    assert!(large.diagram().dot().contains("n0 -- n1 [taillabel=\"30 cables\""));
}

#[test]
fn where_a_packet_is_dropped_is_drawn_in_a_large_fabric_too() {
    let large = fabric(&large());
    let trace = large.trace(&Flow::tcp("s1", "s30", 80)).expect("both ends are there");
    let picture = trace.diagram().svg();
    assert_eq!(picture.matches("class=\"cross\"").count(), 2, "neither way arrives");
    let texts: Vec<String> = texts(&picture).into_iter().map(|text| text.what).collect();
    for told in ["s1", "leaf1", "s30", "leaf30", "28 racks"] {
        assert!(texts.iter().any(|text| text == told), "{told}: {texts:?}");
    }
}

#[test]
fn a_way_runs_round_all_that_is_written_and_is_numbered_link_by_link() {
    let traced = pictures().into_iter().filter(|(_, picture)| picture.contains("class=\"way\""));
    let mut ways = 0;
    for (name, picture) in traced {
        let texts = texts(&picture);
        let lines = picture.lines().filter(|line| line.contains("class=\"way"));
        for line in lines.filter(|line| line.contains('L')) {
            ways += 1;
            for [from, to] in segments(line) {
                for text in &texts {
                    let number = text.what.parse::<u32>().is_ok();
                    let is_around = text.is_interface || !crosses(from, to, text);
                    assert!(number || is_around, "{name}: a way crosses `{}`", text.what);
                }
            }
        }
        let circles = picture.matches("<circle class=\"number").count();
        let mut numbers: Vec<usize> = texts.iter().filter_map(|text| text.what.parse().ok()).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=circles).collect::<Vec<_>>(), "{name}");
    }
    assert!(ways >= 14, "{ways}");
}

/// The straight pieces of a path.
fn segments(line: &str) -> Vec<[(f64, f64); 2]> {
    let (_, path) = line.split_once(" d=\"M").unwrap();
    let points = path.split('"').next().unwrap().split('L');
    let point = |text: &str| {
        let (x, y) = text.split_once(' ').unwrap();
        (x.parse::<f64>().unwrap(), y.parse::<f64>().unwrap())
    };
    let points: Vec<(f64, f64)> = points.map(point).collect();
    points.windows(2).map(|pair| [pair[0], pair[1]]).collect()
}

/// Whether a line crosses the room of a text, looked at in small steps.
fn crosses(from: (f64, f64), to: (f64, f64), text: &Text) -> bool {
    (0..=200).map(|step| f64::from(step) / 200.0).any(|part| {
        let (x, y) = (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part);
        text.left < x && x < text.right && text.top < y && y < text.bottom
    })
}

#[test]
fn a_packet_that_is_dropped_ends_in_a_cross_with_the_reason() {
    let octavia = fabric(OCTAVIA);
    let trace = &octavia.trace_required()[0];
    let picture = trace.diagram().svg();
    assert_eq!(picture.matches("class=\"cross\"").count(), 2, "neither way arrives");
    let bad: Vec<&str> = picture.lines().filter(|line| line.contains("class=\"bad\"")).collect();
    assert!(bad[0].contains("dropped at ctl1: the routing table"), "{bad:?}");
    assert!(
        picture.contains("Way out: octavia-worker, ") || picture.contains("Way out: ctl1; dropped at ctl1")
    );
}

#[test]
fn a_plan_ranks_devices_and_says_why_others_are_refused() {
    let octavia = fabric(OCTAVIA);
    let plan = octavia.plan();
    let picture = plan.diagram(&octavia).svg();
    let texts: Vec<String> = texts(&picture).into_iter().map(|text| text.what).collect();
    let told = |text: &str| texts.iter().filter(|told| told.starts_with(text)).count();
    assert_eq!((told("rank 1, with leaf2"), told("rank 1, with leaf1"), told("rank 4")), (1, 1, 1));
    assert_eq!((told("refused: L1: leaf3 cannot"), told("refused: R2: spine")), (1, 2));
    assert_eq!(picture.matches("class=\"device faint\"").count(), 4, "leaf3, leaf4 and the spines");
}

/// A line of text of a picture, with the room it takes.
struct Text {
    what: String,
    is_interface: bool,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

/// The texts of a picture. Letters are as wide as those of DejaVu Sans Mono, the widest of the fonts that it asks for: 0.602
/// of their height; above the line they stand on they take four fifths, below a quarter of it.
fn texts(picture: &str) -> Vec<Text> {
    let mut texts = Vec::new();
    for line in picture.lines() {
        let Some((attributes, rest)) =
            line.trim_start().strip_prefix("<text ").and_then(|text| text.split_once('>'))
        else {
            continue;
        };
        let what = rest.strip_suffix("</text>").unwrap();
        let what =
            what.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
        let (left, base, size) = (number(line, "x"), number(line, "y"), number(line, "font-size"));
        let width = what.chars().map(|_| 0.602 * size).sum::<f64>();
        let left = if attributes.contains("text-anchor=\"middle\"") { left - width / 2.0 } else { left };
        texts.push(Text {
            what,
            is_interface: attributes.contains("interface"),
            left,
            right: left + width,
            top: base - 0.8 * size,
            bottom: base + 0.25 * size,
        });
    }
    texts
}

/// The first attribute of that name.
fn number(text: &str, attribute: &str) -> f64 {
    let (_, rest) = text.split_once(&format!(" {attribute}=\"")).unwrap();
    rest.split('"').next().unwrap().parse().unwrap()
}

fn assert_readable(name: &str, picture: &str) {
    let (width, height) = (number(picture, "width"), number(picture, "height"));
    let texts = texts(picture);
    assert!(texts.len() > 5, "{name}");
    for (index, text) in texts.iter().enumerate() {
        let is_inside = text.left >= 0.0 && text.right <= width && text.top >= 0.0 && text.bottom <= height;
        assert!(is_inside, "{name}: `{}` leaves the picture", text.what);
        for other in texts.iter().skip(index + 1) {
            let apart = text.right <= other.left
                || other.right <= text.left
                || text.bottom <= other.top
                || other.bottom <= text.top;
            assert!(apart, "{name}: `{}` and `{}` are on top of each other", text.what, other.what);
        }
    }
}
