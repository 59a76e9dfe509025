//! Where the ways of packets run between the boxes, and where their numbers stand.

use std::collections::HashMap;

use super::scene::{Anchor, Block, Content, Leg, Place, Way};

/// In pixels.
pub(super) type Point = (i32, i32);

/// Of the circle around a number, in pixels.
pub(super) const RADIUS: i32 = 8;

/// The way back runs beside the way out, this many pixels to the right.
const BESIDE: i32 = 6;

/// A stretch of a way.
struct Stretch {
    points: Vec<Point>,
    is_tunnelled: bool,
}

/// The lines of a way.
#[derive(Debug, Default)]
pub(super) struct Strokes {
    pub(super) line: Vec<Point>,
    /// Where there is a second line around it.
    pub(super) bands: Vec<Vec<Point>>,
    /// Where the number of each leg stands.
    pub(super) numbers: Vec<(usize, Point)>,
}

/// What is already there, so that no number is put on top of it.
pub(super) struct Taken(Vec<Place>);

impl Taken {
    /// By the texts of a page.
    pub(super) fn by_texts(page: &Block) -> Self {
        let mut taken = Vec::new();
        page.each(&mut |block| {
            if matches!(block.content, Content::Line(_)) {
                taken.push(block.place);
            }
        });
        Self(taken)
    }

    /// Takes the first of some points around which there is room for a number, or else the first.
    fn take(&mut self, points: &[Point]) -> Option<Point> {
        let around =
            |(x, y): Point| Place { x: x - RADIUS, y: y - RADIUS, width: 2 * RADIUS, height: 2 * RADIUS };
        let Self(taken) = self;
        let is_free = |point: &&Point| !taken.iter().any(|place| place.meets(around(**point)));
        let point = *points.iter().find(is_free).or(points.first())?;
        taken.push(around(point));
        Some(point)
    }
}

impl Place {
    const fn meets(self, other: Self) -> bool {
        self.x < other.x + other.width
            && other.x < self.x + self.width
            && self.y < other.bottom()
            && other.y < self.bottom()
    }

    /// In the room at the left edge of a server's or workload's box, beside its name.
    const fn margin(self) -> Point {
        (self.x + 5, self.y + 14)
    }
}

/// The ends of a link between two ports: the lower edge of the upper, the upper edge of the lower.
pub(super) fn between(from: Place, to: Place) -> [Point; 2] {
    if from.bottom() < to.y {
        [(from.middle(), from.bottom()), (to.middle(), to.y)]
    } else if to.bottom() < from.y {
        [(from.middle(), from.y), (to.middle(), to.bottom())]
    } else {
        [(from.middle(), from.y), (to.middle(), to.y)]
    }
}

impl Strokes {
    /// Nothing, if not all that the way leads to is drawn.
    pub(super) fn of(way: &Way, places: &HashMap<Anchor, Place>, taken: &mut Taken) -> Self {
        let shift = if way.is_back { BESIDE } else { 0 };
        let Some(stretches) = stretches(way, places) else { return Self::default() };
        let mut strokes = Self::default();
        let mut is_tunnelled = false;
        for (index, Stretch { points, is_tunnelled: is_now }) in stretches.into_iter().enumerate() {
            let points: Vec<Point> = points.into_iter().map(|(x, y)| (x + shift, y)).collect();
            // A leg is between two nodes.
            if let Some(leg) = way.legs.get(index / 2).filter(|_| index % 2 == 1) {
                strokes.numbers.extend(taken.take(&along(&points)).map(|point| (leg.number, point)));
            }
            if is_now {
                match strokes.bands.last_mut().filter(|_| is_tunnelled) {
                    Some(band) => band.extend(&points),
                    None => strokes.bands.push(points.clone()),
                }
            }
            is_tunnelled = is_now;
            strokes.line.extend(points);
        }
        strokes.line.dedup();
        strokes
    }
}

/// Where a way comes into a node or leaves it.
#[derive(Clone, Copy)]
struct Door {
    at: Point,
    /// How far from the edge there is room for it to turn.
    depth: i32,
}

/// Through the first node, over the first leg, through the second node, and so on.
fn stretches(way: &Way, places: &HashMap<Anchor, Place>) -> Option<Vec<Stretch>> {
    let doors: Option<Vec<[Door; 2]>> = way.legs.iter().map(|leg| doors(leg, places)).collect();
    let doors = doors?;
    let mut stretches = Vec::new();
    for (index, node) in way.nodes.iter().enumerate() {
        let place = *places.get(node)?;
        let before = index.checked_sub(1);
        let entry = before.and_then(|leg| doors.get(leg)).map(|[_, to]| *to);
        let exit = doors.get(index).map(|[from, _]| *from);
        let is_in_tunnel =
            |leg: Option<usize>| leg.and_then(|leg| way.legs.get(leg)).is_some_and(|leg| leg.is_tunnelled);
        let is_tunnelled = is_in_tunnel(before) && is_in_tunnel(Some(index));
        let points = match node {
            Anchor::Device(_) => through_device(place, entry, exit),
            _ => through_host(place, entry, exit),
        };
        stretches.push(Stretch { points, is_tunnelled });
        if let (Some(leg), Some([from, to])) = (way.legs.get(index), doors.get(index)) {
            let mut points = vec![from.at];
            // Down or up the margin of a server to the workload on it.
            match leg.ends {
                [Anchor::Server(_), _] => points.push((from.at.0, to.at.1)),
                [Anchor::Workload(_), _] => points.push((to.at.0, from.at.1)),
                _ => {}
            }
            points.push(to.at);
            stretches.push(Stretch { points, is_tunnelled: leg.is_tunnelled });
        }
    }
    Some(stretches)
}

fn doors(leg: &Leg, places: &HashMap<Anchor, Place>) -> Option<[Door; 2]> {
    let [from, to] = leg.ends.map(|end| places.get(&end).copied());
    let (from, to) = (from?, to?);
    let ends = match leg.ends {
        [Anchor::Server(_) | Anchor::Workload(_), _] => [from.margin(), to.margin()],
        _ => between(from, to),
    };
    let [start, end] = ends;
    Some([Door { at: start, depth: from.height + 5 }, Door { at: end, depth: to.height + 5 }])
}

/// From one port to another round what is written in the box; if it ends there, beside the name.
fn through_device(place: Place, entry: Option<Door>, exit: Option<Door>) -> Vec<Point> {
    let is_above = |door: Door| door.at.1 < place.y + place.height / 2;
    let turn = |door: Door| {
        let (x, y) = door.at;
        (x, if is_above(door) { y + door.depth } else { y - door.depth })
    };
    let aisle = place.x + 7;
    let mut points = Vec::new();
    if let Some(door) = entry {
        points.extend([door.at, turn(door)]);
    }
    match (entry, exit) {
        (Some(entry), Some(exit)) if is_above(entry) == is_above(exit) => {}
        (Some(entry), Some(exit)) => points.extend([(aisle, turn(entry).1), (aisle, turn(exit).1)]),
        (Some(entry), None) => points.extend([(aisle, turn(entry).1), (aisle, place.y + place.height / 2)]),
        _ => {}
    }
    if let Some(door) = exit {
        points.extend([turn(door), door.at]);
    }
    points
}

/// From a port of the server's port group along its left edge to beside the name of the server, and back.
fn through_host(place: Place, entry: Option<Door>, exit: Option<Door>) -> Vec<Point> {
    let own = place.margin();
    let aisle = place.x - 14;
    let by_aisle = |door: Door| {
        let (x, y) = door.at;
        [(x, y), (x, y + door.depth), (aisle, y + door.depth), (aisle, own.1), own]
    };
    let mut points = Vec::new();
    if let Some(entry) = entry.filter(|entry| entry.at != own) {
        points.extend(by_aisle(entry));
    }
    points.push(own);
    if let Some(exit) = exit.filter(|exit| exit.at != own) {
        points.extend(by_aisle(exit).into_iter().rev());
    }
    points
}

/// Points along a line, its middle first.
fn along(points: &[Point]) -> Vec<Point> {
    let longest = points.windows(2).filter_map(|pair| match pair {
        [from, to] => Some((*from, *to)),
        _ => None,
    });
    let length = |(from, to): &(Point, Point)| (from.0 - to.0).abs() + (from.1 - to.1).abs();
    let Some((from, to)) = longest.max_by_key(length) else { return Vec::new() };
    let at = |twelfth: i32| {
        let part = |from: i32, to: i32| from + (to - from) * twelfth / 12;
        (part(from.0, to.0), part(from.1, to.1))
    };
    [6, 5, 7, 4, 8, 3, 9, 2, 10].into_iter().map(at).collect()
}
