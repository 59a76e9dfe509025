//! Pictures: each is as its golden file says, is XML, and no text of it is on top of another.

use std::collections::BTreeMap;

use contrail_model::diagram::Layers;

use crate::fabrics::examples;
use crate::golden::assert_generated;
use crate::{OCTAVIA, fabric, solved};

/// The pictures of `examples/pictures/`, by name: each fabric, and what the article's figures show beside it.
fn pictures() -> BTreeMap<String, String> {
    let mut pictures = BTreeMap::new();
    for (name, text) in examples() {
        pictures.insert(format!("{name}.svg"), fabric(&text).diagram().svg());
    }
    let octavia = fabric(OCTAVIA);
    pictures.insert("octavia.mmd".to_owned(), octavia.diagram().mermaid());
    pictures.insert("octavia.dot".to_owned(), octavia.diagram().dot());
    pictures
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

#[test]
fn many_racks_and_servers_are_told_by_their_number() {
    let mut document =
        String::from("fabric: large\ndevices:\n  - {name: spine1, role: spine, loopback: 10.0.0.1}\n");
    let leaves = 1..=30;
    for leaf in leaves.clone() {
        document += &format!("  - {{name: leaf{leaf}, role: leaf, loopback: 10.0.1.{leaf}}}\n");
    }
    document += "links:\n";
    for leaf in leaves.clone() {
        document += &format!("  - [\"leaf{leaf}:et-0\", \"spine1:et-{leaf}\"]\n");
    }
    document += "networks: [{name: net, vni: 5}]\nport_groups:\n";
    for leaf in leaves.clone() {
        document += &format!(
            "  - {{name: g{leaf}, ports: [\"leaf{leaf}:xe-0\"], vlans: [{{vlan: 5, network: net}}]}}\n"
        );
    }
    document += "servers:\n";
    for leaf in leaves {
        document += &format!("  - {{name: s{leaf}, kind: controller, port_group: g{leaf}}}\n");
    }
    let large = fabric(&document);
    let texts: Vec<String> = texts(&large.diagram().svg()).into_iter().map(|text| text.what).collect();
    for told in ["30 racks", "leaf1 to leaf30", "30 port groups", "30 servers", "30 cables"] {
        assert!(texts.iter().any(|text| text == told), "{told}: {texts:?}");
    }
    assert!(large.diagram().dot().contains("n0 -- n1 [taillabel=\"30 cables\""));
}

/// A line of text of a picture, with the room it takes.
struct Text {
    what: String,
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
