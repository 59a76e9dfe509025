//! A trace as what a picture tells of it: ways through the fabric, and the packet on each link.

use std::collections::HashSet;

use contrail_wire::Header;

use super::Layers;
use super::fabric::Story;
use super::scene::{Anchor, Block, Kind, Leg, Mark, Style, Way};
use crate::fabric::Fabric;
use crate::trace::{Hop, Link, Node, PacketHeaders, Path, Trace};

/// Columns of a reason in a box.
pub(super) const IN_A_BOX: usize = 34;

/// Columns of a line of an explanation.
const IN_A_LIST: usize = 90;

/// Where values come from, each once, with the number that stands at the field.
#[derive(Default)]
struct Sources(Vec<String>);

/// Both ways of a trace: each by its first path, or the first on which the packet does not arrive.
pub(super) fn story(trace: &Trace, layers: Layers) -> Story {
    let title = format!("{} to {}, {}", trace.from(), trace.to(), trace.service());
    let mut story = Story { title: Some(title.clone()), ..Story::default() };
    let mut sources = Sources::default();
    let mut flow = vec![Block::line(Style::Name, title)];
    let mut number = 0;
    for (is_back, ends) in [(false, trace.out()), (true, trace.back())] {
        let Some(path) = ends.telling() else { continue };
        let (name, mark) = if is_back { ("back", Mark::Back) } else { ("out", Mark::Out) };
        let way = way(&path, trace.fabric(), is_back, number);
        let mut lines = hanging(&format!("{name}: {}", path.verdict())).into_iter();
        flow.extend(lines.next().map(|line| Block::marked(Style::Plain, line, Some(mark))));
        flow.extend(lines.map(|line| Block::line(Style::Plain, line)));
        let paths = ends.paths().len();
        if paths > 1 {
            let more = if ends.is_cut() { " and more" } else { "" };
            flow.push(Block::line(Style::Small, format!("one of {paths}{more} equal-cost paths")));
        }
        if !path.verdict().is_delivered()
            && let Some(last) = way.nodes.last()
        {
            let reason = wrapped(&path.verdict().to_string(), IN_A_BOX);
            let reason = reason.into_iter().map(|line| Block::line(Style::Bad, line));
            story.notes.entry(*last).or_default().extend(reason);
        }
        let nodes: Vec<&str> = path.hops().map(|hop| &**hop.node()).collect();
        story.description += &format!("Way {name}: {}; {}. ", nodes.join(", "), path.verdict());
        if layers.contains(Layers::PACKETS) && !way.legs.is_empty() {
            story.below.push(Block::line(Style::Name, format!("Packets on the way {name}")));
            story.below.push(packets(&path, number, &mut sources));
        }
        number += way.legs.len();
        story.focus.extend(focus(&way, trace.fabric()));
        story.ways.push(way);
    }
    if story.ways.iter().flat_map(|way| &way.legs).any(|leg| leg.is_tunnelled) {
        flow.push(Block::marked(Style::Plain, "in a tunnel", Some(Mark::Tunnel)));
    }
    story.description.truncate(story.description.trim_end().len());
    story.lists.push(Block::new(Kind::List, flow));
    if let Some(legend) = sources.legend() {
        story.below.push(Block::line(Style::Name, "Where the values come from"));
        story.below.push(legend);
    }
    story
}

fn anchor(node: Node) -> Anchor {
    match node {
        Node::Device(id) => Anchor::Device(id),
        Node::Server(id) => Anchor::Server(id),
        Node::Workload(id) => Anchor::Workload(id),
    }
}

/// The ends of a link, that at which the packet leaves a node first.
fn ends(link: Link, from: Node, fabric: &Fabric) -> [Anchor; 2] {
    let (ends, is_reverse) = match link {
        Link::Cable { link, end } => ([end, 1 - end].map(|end| Anchor::Cable { link, end }), false),
        Link::Access { server, port } => {
            let group = fabric.servers[server].port_group;
            let ends = [Anchor::AccessPort(group, port), Anchor::GroupPort(group, port)];
            (ends, matches!(from, Node::Server(_)))
        }
        Link::Tap(id) => {
            let ends = [Anchor::Server(fabric.workloads[id].host), Anchor::Workload(id)];
            (ends, matches!(from, Node::Workload(_)))
        }
    };
    let [first, second] = ends;
    if is_reverse { [second, first] } else { [first, second] }
}

fn way(path: &Path<'_>, fabric: &Fabric, is_back: bool, before: usize) -> Way {
    let hops: Vec<Hop<'_>> = path.hops().collect();
    let sent = hops.iter().filter_map(|hop| Some((hop.place(), hop.sent()?)));
    let legs = sent.enumerate().map(|(index, (from, sent))| Leg {
        ends: ends(sent.over(), from, fabric),
        number: before + index + 1,
        is_tunnelled: tunnel_headers(sent.packet()) > 0,
    });
    Way {
        is_back,
        legs: legs.collect(),
        nodes: hops.iter().map(|hop| anchor(hop.place())).collect(),
        arrives: path.verdict().is_delivered(),
    }
}

/// What has to be seen for a way to be: its nodes, and the servers that workloads are on.
fn focus(way: &Way, fabric: &Fabric) -> HashSet<Anchor> {
    let host = |node: &Anchor| match node {
        Anchor::Workload(id) => Some(Anchor::Server(fabric.workloads[*id].host)),
        _ => None,
    };
    way.nodes.iter().filter_map(host).chain(way.nodes.iter().copied()).collect()
}

/// How many headers a packet has because of a tunnel: all up to the last that begins one.
fn tunnel_headers(packet: PacketHeaders<'_>) -> usize {
    let begins = |header: &Header<'_>| {
        matches!(header, Header::Vxlan(_) | Header::VxlanGpe(_) | Header::Mpls(_) | Header::Gre(..))
    };
    let headers: Vec<bool> = packet.headers().map(|traced| begins(traced.header())).collect();
    headers.iter().rposition(|begins| *begins).map_or(0, |last| last + 1)
}

/// The packet on each link, with the fields that this fabric and flow decide. What is as before is only named.
fn packets(path: &Path<'_>, before: usize, sources: &mut Sources) -> Block {
    let mut last = None;
    let mut cards = Vec::new();
    let sent = path.hops().filter_map(|hop| Some((hop.node(), hop.sent()?)));
    for (index, (from, sent)) in sent.enumerate() {
        let number = before + index + 1;
        let title = vec![
            Block::line(Style::Name, format!("{number}  {from} to {}", sent.to())),
            Block::line(Style::Small, sent.link().to_string()),
        ];
        let mut blocks = vec![Block::new(Kind::List, title)];
        let outer = tunnel_headers(sent.packet());
        for (place, (header, other)) in sent.packet().since(last).into_iter().enumerate() {
            let told = |fields: Vec<crate::trace::TracedField>| -> Vec<_> {
                fields.into_iter().filter(|field| field.has_story).collect()
            };
            let (fields, other) = (told(header.fields()), other.map(|other| told(other.fields())));
            let name = header.header().layer().name();
            let mut lines = Vec::new();
            if other.as_ref() == Some(&fields) {
                lines.push(Block::line(Style::Small, format!("{name}, as before")));
            } else {
                lines.push(Block::line(Style::Plain, name));
                for field in fields {
                    let source = sources.number(field.source);
                    let text = format!("{:<19} {} [{source}]", field.name, field.value);
                    lines.push(Block::line(Style::Small, text));
                }
            }
            let kind = if place < outer { Kind::OuterHeader } else { Kind::Header };
            blocks.push(Block::new(kind, lines));
        }
        cards.push(Block::new(Kind::Packet, blocks));
        last = Some(sent.packet());
    }
    Block::new(Kind::Legend, cards)
}

impl Sources {
    fn number(&mut self, source: String) -> usize {
        let Self(known) = self;
        let place = known.iter().position(|other| *other == source);
        place.map_or_else(
            || {
                known.push(source);
                known.len()
            },
            |place| place + 1,
        )
    }

    /// `[3] address of amphora-1`
    fn legend(&self) -> Option<Block> {
        let Self(known) = self;
        let mut lines = Vec::new();
        for (index, source) in known.iter().enumerate() {
            let number = format!("[{}]", index + 1);
            for (row, line) in wrapped(source, IN_A_LIST).into_iter().enumerate() {
                let label = if row == 0 { &*number } else { "" };
                lines.push(Block::line(Style::Plain, format!("{label:<5}{line}")));
            }
        }
        (!lines.is_empty()).then(|| Block::new(Kind::List, lines))
    }
}

/// Text in lines of at most so many columns; a longer word has a line of its own.
pub(super) fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Text in the lines of a list, the second and those behind it indented.
pub(super) fn hanging(text: &str) -> Vec<String> {
    let lines = wrapped(text, IN_A_LIST).into_iter().enumerate();
    lines.map(|(row, line)| if row == 0 { line } else { format!("   {line}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn a_word_that_is_too_long_has_a_line_of_its_own() {
        assert_eq!(wrapped("ab cd a-long-word e", 5), ["ab cd", "a-long-word", "e"]);
    }
}
