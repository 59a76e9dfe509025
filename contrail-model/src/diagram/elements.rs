//! A scene without its places, for programs that lay out by themselves: nodes, what encloses them, and edges.

use std::collections::HashMap;

use super::scene::{Anchor, Block, Content, Kind, Line, Scene, Style};
use crate::fabric::Name;

/// What there is, in the order of the picture.
#[derive(Debug, Default)]
pub(super) struct Elements<'s> {
    pub(super) title: &'s str,
    pub(super) items: Vec<Item<'s>>,
    pub(super) edges: Vec<Edge<'s>>,
    pub(super) steps: Vec<Step>,
}

/// A packet from one node to the next.
#[derive(Debug)]
pub(super) struct Step {
    /// By the numbers of nodes.
    pub(super) ends: [usize; 2],
    pub(super) number: usize,
    pub(super) is_back: bool,
    pub(super) is_tunnelled: bool,
}

#[derive(Debug)]
pub(super) enum Item<'s> {
    Node(Node<'s>),
    /// What encloses others, by its own lines.
    Cluster(Vec<&'s Line>, Vec<Self>),
}

/// A box, by the number that edges name it by.
#[derive(Debug)]
pub(super) struct Node<'s> {
    pub(super) number: usize,
    pub(super) kind: Kind,
    pub(super) is_faint: bool,
    pub(super) lines: Vec<&'s Line>,
}

#[derive(Debug)]
pub(super) struct Edge<'s> {
    /// By the numbers of nodes, the upper first.
    pub(super) ends: [usize; 2],
    pub(super) labels: [&'s Name; 2],
    pub(super) is_down: bool,
}

/// Nodes so far, and which of them has what links lead to.
#[derive(Default)]
struct Numbering {
    count: usize,
    node_of: HashMap<Anchor, usize>,
    /// Workloads, each with the server that it is on.
    hosted: Vec<[usize; 2]>,
}

static UNNAMED: std::sync::LazyLock<Name> = std::sync::LazyLock::new(|| "".into());

impl<'s> Elements<'s> {
    pub(super) fn of(scene: &'s Scene) -> Self {
        let mut numbering = Numbering::default();
        let mut items = Vec::new();
        numbering.collect(&scene.page, None, &mut items);
        let edge = |link: &'s super::scene::Link| {
            let [Some(from), Some(to)] = link.ends.map(|end| numbering.node_of.get(&end).copied()) else {
                return None;
            };
            let [first, second] = &link.labels;
            let labels = [first, second];
            let (ends, labels) =
                if from <= to { ([from, to], labels) } else { ([to, from], [second, first]) };
            Some(Edge { ends, labels, is_down: link.is_down })
        };
        let hosted = numbering.hosted.iter();
        let hosted = hosted.map(|ends| Edge { ends: *ends, labels: [&UNNAMED; 2], is_down: false });
        let edges = scene.links.iter().filter_map(edge).chain(hosted).collect();
        let mut steps = Vec::new();
        for way in &scene.ways {
            for (leg, pair) in way.legs.iter().zip(way.nodes.windows(2)) {
                let [from, to] = pair else { continue };
                if let (Some(from), Some(to)) = (numbering.node_of.get(from), numbering.node_of.get(to)) {
                    steps.push(Step {
                        ends: [*from, *to],
                        number: leg.number,
                        is_back: way.is_back,
                        is_tunnelled: leg.is_tunnelled,
                    });
                }
            }
        }
        Self { title: &scene.title, items, edges, steps }
    }
}

impl Numbering {
    /// Adds a box, or what is in it, to the items; `within` is the node whose box is around it.
    fn collect<'s>(&mut self, block: &'s Block, within: Option<usize>, items: &mut Vec<Item<'s>>) {
        if let (Some(anchor), Some(node)) = (block.anchor, within) {
            self.node_of.insert(anchor, node);
        }
        match block.kind {
            Kind::PortGroup if !is_empty(block) => {
                // Its ports are those of the first server, which is the next node.
                let cluster = self.cluster(block, Some(self.count));
                items.push(cluster);
            }
            Kind::Device | Kind::PortGroup | Kind::Server | Kind::Workload | Kind::Collapsed => {
                let number = self.count;
                self.count += 1;
                let mut lines = Vec::new();
                own_lines(block, &mut lines);
                items.push(Item::Node(Node { number, kind: block.kind, is_faint: block.is_faint, lines }));
                self.node_of.extend(block.anchor.map(|anchor| (anchor, number)));
                if let (Kind::Workload, Some(host)) = (block.kind, within) {
                    self.hosted.push([host, number]);
                }
                block.blocks().iter().for_each(|inner| self.collect(inner, Some(number), items));
            }
            Kind::Rack => {
                let cluster = self.cluster(block, None);
                items.push(cluster);
            }
            Kind::Slot if !is_empty(block) => {
                let next = self.count;
                block.blocks().iter().for_each(|inner| self.collect(inner, Some(next), items));
            }
            Kind::Legend => {}
            _ => block.blocks().iter().for_each(|inner| self.collect(inner, within, items)),
        }
    }

    fn cluster<'s>(&mut self, block: &'s Block, within: Option<usize>) -> Item<'s> {
        let mut items = Vec::new();
        block.blocks().iter().for_each(|inner| self.collect(inner, within, &mut items));
        Item::Cluster(block.lines().collect(), items)
    }
}

fn is_empty(group: &Block) -> bool {
    !group.blocks().iter().any(|inner| inner.kind == Kind::Server)
}

/// The lines of a box that are no port's and no other box's.
fn own_lines<'s>(block: &'s Block, lines: &mut Vec<&'s Line>) {
    for inner in block.blocks() {
        match (&inner.content, inner.kind) {
            (Content::Line(line), _) => lines.push(line),
            (_, Kind::Body) => own_lines(inner, lines),
            _ => {}
        }
    }
}

impl Line {
    pub(super) fn is_name(&self) -> bool {
        self.style == Style::Name
    }
}
