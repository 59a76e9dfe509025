//! A scene as a Mermaid flowchart.

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
    writeln!(text, "---\ntitle: {}\n---\nflowchart TB", quoted(elements.title))?;
    let mut clusters = 0;
    elements.items.iter().try_for_each(|item| write_item(text, item, 1, &mut clusters))?;
    for Edge { ends: [from, to], labels, is_down } in &elements.edges {
        let line = if *is_down { "-.-" } else { "---" };
        let labels: Vec<&str> =
            labels.iter().map(|label| &***label).filter(|label| !label.is_empty()).collect();
        write!(text, "  n{from} {line}")?;
        if !labels.is_empty() {
            write!(text, "|{}|", quoted(&labels.join(" - ")))?;
        }
        writeln!(text, " n{to}")?;
    }
    for Step { ends: [from, to], number, is_back, is_tunnelled } in &elements.steps {
        let line = if *is_back { "-.->" } else { "==>" };
        let tunnel = if *is_tunnelled { " in a tunnel" } else { "" };
        writeln!(text, "  n{from} {line}|\"{number}{tunnel}\"| n{to}")?;
    }
    text.write_str("  classDef device stroke-width:2px\n  classDef faint opacity:0.45\n")
}

fn write_item(text: &mut String, item: &Item<'_>, depth: usize, clusters: &mut usize) -> fmt::Result {
    let indent = "  ".repeat(depth);
    match item {
        Item::Node(Node { number, kind, is_faint, lines }) => {
            let (open, close) = match kind {
                Kind::Workload => ("(", ")"),
                _ => ("[", "]"),
            };
            let class = match (is_faint, kind) {
                (true, _) => ":::faint",
                (false, Kind::Device) => ":::device",
                _ => "",
            };
            writeln!(text, "{indent}n{number}{open}{}{close}{class}", label(lines))
        }
        Item::Cluster(lines, items) => {
            writeln!(text, "{indent}subgraph c{clusters}[{}]", label(lines))?;
            *clusters += 1;
            items.iter().try_for_each(|item| write_item(text, item, depth + 1, clusters))?;
            writeln!(text, "{indent}end")
        }
    }
}

/// A text of several lines, the name of the thing in bold.
fn label(lines: &[&Line]) -> String {
    let told = |line: &&Line| {
        let text = escaped(&line.text);
        if line.is_name() { format!("<b>{text}</b>") } else { text }
    };
    // A box without a text would be called by its number.
    let lines: Vec<String> = lines.iter().map(told).collect();
    if lines.is_empty() { "\" \"".to_owned() } else { format!("\"{}\"", lines.join("<br/>")) }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// Without what has a meaning for Mermaid or in HTML: as character references, which it spells with `#`.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '"' | '#' | '&' | '<' | '>' | '`' | '\\' | ';' | '|' => {
                escaped.push_str(&format!("#{};", u32::from(letter)));
            }
            '\0'..='\x1f' => escaped.push(' '),
            _ => escaped.push(letter),
        }
    }
    escaped
}
