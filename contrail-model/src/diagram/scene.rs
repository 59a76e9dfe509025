//! What is to be seen: boxes within boxes, lines of text, and links between them, with places once they are laid out.

use crate::fabric::{DeviceId, Name, PortGroupId, ServerId, WorkloadId};

/// A picture: a tree of boxes and the links between some of them.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    /// What it shows, in a few words.
    pub(super) title: String,
    /// What it shows, for somebody who cannot see it.
    pub(super) description: String,
    pub(super) page: Block,
    pub(super) links: Vec<Link>,
    pub(super) ways: Vec<Way>,
}

/// A box with what is in it.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) kind: Kind,
    /// By which links find it.
    pub(super) anchor: Option<Anchor>,
    /// Greyed: it is down, refused or left as it was.
    pub(super) is_faint: bool,
    pub(super) content: Content,
    /// Where it is; nowhere before the layout.
    pub(super) place: Place,
}

#[derive(Clone, Debug)]
pub(super) enum Content {
    Blocks(Vec<Block>),
    Line(Line),
}

/// What a box stands for; its looks and the layout of what is in it follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Page,
    /// Devices or racks side by side.
    Tier,
    Rack,
    /// What is side by side in a rack.
    Shelf,
    Device,
    /// What is between the ports of a device.
    Body,
    /// Ports side by side at an edge of a device.
    Ports,
    Port,
    PortGroup,
    /// What a port group is where those are not shown.
    Slot,
    Server,
    Workload,
    /// What is not drawn, with how many there are.
    Collapsed,
    /// A packet with its headers, outermost on top.
    Packet,
    Header,
    /// A header that is there because of a tunnel.
    OuterHeader,
    /// Explanations, as many beside each other as there is room for.
    Legend,
    /// Lines below each other.
    List,
    Line,
}

/// A thing that a link or a packet's way can lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Anchor {
    Device(DeviceId),
    Server(ServerId),
    Workload(WorkloadId),
    /// An end of a cable between devices, by the cable's index and the end's.
    Cable {
        link: usize,
        end: usize,
    },
    /// A port of a port group, by its index there, at the device.
    AccessPort(PortGroupId, usize),
    /// The same at the other end.
    GroupPort(PortGroupId, usize),
    /// Racks that are drawn as one box.
    Racks,
    /// All cables of a device to them, at the device.
    ToRacks(DeviceId),
    /// The same at the other end.
    FromRacks(DeviceId),
}

/// A line of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) text: String,
    pub(super) style: Style,
    pub(super) mark: Option<Mark>,
}

/// What stands in front of a line of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// The colour and kind of line of a network, by its place in the legend.
    Network(usize),
    /// The line of a packet's way.
    Out,
    Back,
    /// The band around it where the packet is in a tunnel.
    Tunnel,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Style {
    Heading,
    Name,
    Plain,
    Small,
    /// The name of a port, in its box.
    Port,
    Good,
    Bad,
}

/// A line between two ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) ends: [Anchor; 2],
    /// What is written at the ends.
    pub(super) labels: [Name; 2],
    pub(super) is_down: bool,
}

/// The way of a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) is_back: bool,
    /// Where it is, from the sender on: one more than there are legs.
    pub(super) nodes: Vec<Anchor>,
    pub(super) legs: Vec<Leg>,
    /// Whether it ends where it should.
    pub(super) arrives: bool,
}

/// A link that a packet crosses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Leg {
    pub(super) ends: [Anchor; 2],
    /// Of the packet on it, in the whole picture.
    pub(super) number: usize,
    pub(super) is_tunnelled: bool,
}

/// A rectangle, in pixels from the upper left corner of the picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

impl Place {
    pub(super) const fn middle(self) -> i32 {
        self.x + self.width / 2
    }

    pub(super) const fn bottom(self) -> i32 {
        self.y + self.height
    }
}

impl Block {
    pub(super) fn new(kind: Kind, blocks: Vec<Self>) -> Self {
        let content = Content::Blocks(blocks);
        Self { kind, anchor: None, is_faint: false, content, place: Place::default() }
    }

    pub(super) fn at(self, anchor: Anchor) -> Self {
        Self { anchor: Some(anchor), ..self }
    }

    pub(super) fn faint(self, is_faint: bool) -> Self {
        Self { is_faint, ..self }
    }

    pub(super) fn line(style: Style, text: impl Into<String>) -> Self {
        Self::marked(style, text, None)
    }

    pub(super) fn marked(style: Style, text: impl Into<String>, mark: Option<Mark>) -> Self {
        let content = Content::Line(Line { text: text.into(), style, mark });
        Self { kind: Kind::Line, anchor: None, is_faint: false, content, place: Place::default() }
    }

    /// The boxes in it.
    pub(super) fn blocks(&self) -> &[Self] {
        match &self.content {
            Content::Blocks(blocks) => blocks,
            Content::Line(_) => &[],
        }
    }

    /// The lines that are its own, and not those of a box in it.
    pub(super) fn lines(&self) -> impl Iterator<Item = &Line> {
        self.blocks().iter().filter_map(|block| match &block.content {
            Content::Line(line) => Some(line),
            Content::Blocks(_) => None,
        })
    }

    /// Calls with it and each box in it, however deep, those outside first.
    pub(super) fn each<'b>(&'b self, visit: &mut impl FnMut(&'b Self)) {
        visit(self);
        self.blocks().iter().for_each(|block| block.each(visit));
    }
}
