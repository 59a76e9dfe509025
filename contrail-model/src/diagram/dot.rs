//! A scene as a graph for Graphviz.

use std::fmt::{self, Write};

use super::elements::{Edge, Elements, Item, Node, Step};
use super::scene::{Kind, Line};

/// The document.
pub(super) fn document(elements: &Elements<'_>) -> String {
    let mut text = String::new();
    // A string takes all that is written to it.
    let _ = write(&mut text, elements);
    text
}

fn write(text: &mut String, elements: &Elements<'_>) -> fmt::Result {
    writeln!(text, "graph {} {{", quoted(&[elements.title]))?;
    writeln!(
        text,
        "  graph [label={}, labelloc=t, ranksep=1, fontname=monospace]",
        quoted(&[elements.title])
    )?;
    text.write_str(
        "  node [shape=box, fontname=monospace, fontsize=10]\n  edge [fontname=monospace, fontsize=8]\n",
    )?;
    let mut clusters = 0;
    elements.items.iter().try_for_each(|item| write_item(text, item, 1, &mut clusters))?;
    for Edge { ends: [from, to], labels: [tail, head], is_down } in &elements.edges {
        let style = if *is_down { ", style=dashed" } else { "" };
        let [tail, head] = [tail, head].map(|label| quoted(&[label.as_ref()]));
        writeln!(text, "  n{from} -- n{to} [taillabel={tail}, headlabel={head}{style}]")?;
    }
    for Step { ends: [from, to], number, is_back, is_tunnelled } in &elements.steps {
        let style = if *is_back { "dashed" } else { "solid" };
        let colour = if *is_tunnelled { "orange:black:orange" } else { "black" };
        writeln!(
            text,
            "  n{from} -- n{to} [label={number}, dir=forward, constraint=false, penwidth=2, style={style}, \
             color=\"{colour}\"]"
        )?;
    }
    text.write_str("}\n")
}

fn write_item(text: &mut String, item: &Item<'_>, depth: usize, clusters: &mut usize) -> fmt::Result {
    let indent = "  ".repeat(depth);
    match item {
        Item::Node(Node { number, kind, is_faint, lines }) => {
            let style = match (is_faint, kind) {
                (true, _) => ", style=dashed, fontcolor=gray50",
                (false, Kind::Device) => ", style=bold",
                (false, Kind::Workload) => ", style=rounded",
                _ => "",
            };
            writeln!(text, "{indent}n{number} [label={}{style}]", label(lines))
        }
        Item::Cluster(lines, items) => {
            writeln!(text, "{indent}subgraph cluster{clusters} {{")?;
            *clusters += 1;
            writeln!(text, "{indent}  label={}; style=dotted", label(lines))?;
            items.iter().try_for_each(|item| write_item(text, item, depth + 1, clusters))?;
            writeln!(text, "{indent}}}")
        }
    }
}

fn label(lines: &[&Line]) -> String {
    let lines: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    quoted(&lines)
}

/// Lines as one string of the DOT language, in which `\` has a meaning too; `\n` is a line's end.
fn quoted(lines: &[&str]) -> String {
    let lines: Vec<String> =
        lines.iter().map(|line| line.replace('\\', "\\\\").replace('"', "\\\"")).collect();
    format!("\"{}\"", lines.join("\\n"))
}
