//! Where boxes are: each is as large as what is in it, so nothing is on top of anything else.

use super::scene::{Block, Content, Kind, Line, Place, Style};

/// How what is in a box is arranged.
#[derive(Clone, Copy)]
enum Arrangement {
    /// Below each other, all as wide as the widest.
    Column,
    /// Beside each other, the room that is left between them.
    Row,
    /// Beside each other up to a width in pixels, then below.
    Flow(i32),
}

/// Room around and between what is in a box, in pixels.
struct Room {
    side: i32,
    top: i32,
    bottom: i32,
    gap: i32,
}

impl Kind {
    const fn arrangement(self) -> Arrangement {
        match self {
            Self::Tier | Self::Shelf | Self::Ports => Arrangement::Row,
            Self::Legend => Arrangement::Flow(1400),
            _ => Arrangement::Column,
        }
    }

    /// Beside text there is room for the ways of packets.
    const fn room(self) -> Room {
        let (side, top, bottom, gap) = match self {
            Self::Page => (24, 24, 24, 84),
            Self::Tier => (0, 0, 0, 36),
            Self::Rack => (16, 12, 16, 64),
            Self::Shelf => (0, 0, 0, 24),
            Self::Device | Self::Ports | Self::Packet | Self::Line => (0, 0, 0, 0),
            Self::Body => (24, 16, 16, 3),
            Self::Port => (4, 2, 2, 0),
            Self::PortGroup | Self::Slot => (20, 0, 8, 14),
            Self::Server => (20, 7, 8, 3),
            Self::Collapsed => (12, 0, 8, 3),
            Self::Workload => (20, 5, 6, 2),
            Self::Header | Self::OuterHeader => (8, 4, 5, 1),
            Self::Legend => (0, 0, 0, 32),
            Self::List => (0, 0, 4, 3),
        };
        Room { side, top, bottom, gap }
    }
}

impl Style {
    /// Height of the letters in pixels.
    pub(super) const fn size(self) -> i32 {
        match self {
            Self::Heading => 16,
            Self::Name => 13,
            Self::Plain | Self::Good | Self::Bad => 11,
            Self::Small | Self::Port => 9,
        }
    }

    /// From one line to the next, in pixels.
    pub(super) const fn height(self) -> i32 {
        self.size() * 4 / 3
    }
}

impl Line {
    /// Room for the mark in front, in pixels.
    pub(super) const MARK: i32 = 20;

    pub(super) fn indent(&self) -> i32 {
        if self.mark.is_some() { Self::MARK } else { 0 }
    }

    /// In pixels, as much as any of the usual fixed-width fonts takes: 0.61 of the height for each character, twice that
    /// for what may be a wide one.
    pub(super) fn width(&self) -> i32 {
        let columns = self.text.chars().map(|letter| if letter.is_ascii() { 1 } else { 2 }).sum::<i32>();
        self.indent() + (columns * self.style.size() * 61 + 99) / 100
    }
}

impl Block {
    /// Gives the box, and all that is in it, a place; its upper left corner is at the origin.
    pub(super) fn lay_out(&mut self) {
        self.measure();
        self.settle();
    }

    /// Sizes, from the inside out.
    fn measure(&mut self) {
        let Room { side, top, bottom, gap } = self.kind.room();
        let arrangement = self.kind.arrangement();
        let (width, height) = match &mut self.content {
            Content::Line(line) => (line.width(), line.style.height()),
            Content::Blocks(blocks) => {
                blocks.iter_mut().for_each(Self::measure);
                match arrangement {
                    Arrangement::Column => {
                        let [along, across] = extent(blocks, gap, |place| [place.height, place.width]);
                        (across, along)
                    }
                    Arrangement::Row => {
                        let [along, across] = extent(blocks, gap, |place| [place.width, place.height]);
                        (along, across)
                    }
                    Arrangement::Flow(limit) => flow(blocks, gap, limit),
                }
            }
        };
        self.place.width = self.place.width.max(width + 2 * side);
        self.place.height = height + top + bottom;
    }

    /// Places, from the outside in.
    fn settle(&mut self) {
        let Room { side, top, bottom, gap } = self.kind.room();
        let arrangement = self.kind.arrangement();
        let Place { x, y, width, height } = self.place;
        let Content::Blocks(blocks) = &mut self.content else { return };
        let (inner_width, inner_height) = (width - 2 * side, height - top - bottom);
        match arrangement {
            Arrangement::Column => {
                let mut upper = y + top;
                let mut blocks = blocks.iter_mut().peekable();
                while let Some(block) = blocks.next() {
                    block.place = Place { x: x + side, y: upper, width: inner_width, ..block.place };
                    let next = blocks.peek().map(|next| &**next);
                    upper = block.place.bottom() + gap_behind(block, next, gap);
                }
            }
            Arrangement::Row => {
                let [along, _] = extent(blocks, gap, |place| [place.width, place.height]);
                let count = i32::try_from(blocks.len()).unwrap_or(i32::MAX);
                let spare = (inner_width - along).max(0);
                let mut left = x + side;
                for (index, block) in (0..).zip(blocks.iter_mut()) {
                    // Half of a share before the first and behind the last.
                    let shift = spare * (2 * index + 1) / (2 * count.max(1));
                    block.place.x = left + shift;
                    block.place.y = y + top;
                    if matches!(block.kind, Kind::Rack | Kind::Port) {
                        block.place.height = inner_height;
                    }
                    left += block.place.width + gap;
                }
            }
            Arrangement::Flow(_) => {
                for block in blocks.iter_mut() {
                    block.place.x += x + side;
                    block.place.y += y + top;
                }
            }
        }
        blocks.iter_mut().for_each(Self::settle);
    }
}

/// The gap behind a box: where cables cross it is as wide as they need, and small beside lines of text.
fn gap_behind(block: &Block, next: Option<&Block>, gap: i32) -> i32 {
    match (block.kind, next.map(|next| next.kind)) {
        (_, None) => 0,
        (Kind::Line, Some(Kind::Line)) => gap.min(3),
        (Kind::Line, _) | (_, Some(Kind::Line)) => gap.min(14),
        (_, Some(Kind::Legend)) => gap.min(32),
        _ => gap,
    }
}

/// How long boxes are together in one direction, with the gaps, and how long the longest is in the other.
fn extent(blocks: &[Block], gap: i32, of: impl Fn(Place) -> [i32; 2]) -> [i32; 2] {
    let mut along = 0;
    let mut across = 0;
    let mut blocks = blocks.iter().peekable();
    while let Some(block) = blocks.next() {
        let [length, breadth] = of(block.place);
        along += length + gap_behind(block, blocks.peek().copied(), gap);
        across = across.max(breadth);
    }
    [along, across]
}

/// Places boxes relative to the corner of the box they are in; returns how much room they take.
fn flow(blocks: &mut [Block], gap: i32, limit: i32) -> (i32, i32) {
    let (mut left, mut top, mut row) = (0, 0, 0);
    let (mut width, mut height) = (0, 0);
    for block in blocks {
        if left > 0 && left + block.place.width > limit {
            (left, top, row) = (0, top + row + gap, 0);
        }
        (block.place.x, block.place.y) = (left, top);
        left += block.place.width + gap;
        row = row.max(block.place.height);
        width = width.max(left - gap);
        height = height.max(top + row);
    }
    (width, height)
}
