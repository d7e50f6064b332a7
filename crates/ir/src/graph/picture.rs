//! The layout as data: where the boxes are and how the lines run, for those who draw themselves.

use serde::{Deserialize, Serialize};

use super::layout::{Direction, Lane, Placed, Plan, layout, size};
use super::measure::width;
use super::walk::{Pen, Stretch, walk};
use super::{Graph, Overlay};

/// Height of the box in which a journey begins, and how wide it may be.
const ENTRY: i32 = 32;
const WIDEST_ENTRY: i32 = 760;

/// A journey, laid out. Lengths are pixels; everything is in the quadrant right of and below 0, 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// How wide it is.
    pub width: i32,
    /// How high it is.
    pub height: i32,
    /// Where the journey is entered.
    pub entry: Frame,
    /// The tiles, in source order.
    pub tiles: Vec<PlacedTile>,
    /// The edges, in source order of what they lead to.
    pub edges: Vec<PlacedEdge>,
}

/// A rectangle, by its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Frame {
    pub x: i32,
    pub y: i32,
    pub width: i32,
    pub height: i32,
}

/// A tile and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedTile {
    /// Its id.
    pub id: String,
    /// Where it is.
    pub frame: Frame,
    /// Its title, in as many lines as there is room for.
    pub lines: Vec<String>,
}

/// An edge, which runs at a place of a sequence: where a tile could be put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedEdge {
    /// The tile and the number of its edge that opens the sequence; none for the body.
    pub sequence: Option<(String, usize)>,
    /// How many tiles of the sequence are before it.
    pub index: usize,
    /// From where to where, by way of which corners.
    pub points: Vec<(i32, i32)>,
    /// What stands at it.
    pub label: Option<PlacedLabel>,
    /// Whether it leads back to the tile that opened the sequence, a loop.
    pub again: bool,
}

/// What stands at an edge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedLabel {
    /// All of it.
    pub text: String,
    /// The same, in as many lines as there is room for.
    pub lines: Vec<String>,
    /// Where it is.
    pub frame: Frame,
}

/// Lays out a journey. `spare_lines` are kept free in each tile.
pub fn picture(
    graph: &Graph,
    overlay: &Overlay,
    direction: Direction,
    spare_lines: usize,
) -> Picture {
    let column = layout(graph, Plan { overlay, direction, spare_lines });
    let text = width(&graph.entry, size::TITLE) + 3 * size::PADDING;
    // Even, so that both halves are whole.
    let text = text + text % 2;
    let (across, along) = direction.turn((text.min(WIDEST_ENTRY), ENTRY));
    let spine = column.before.max(across / 2);
    let mut collector = Collector { direction, tiles: Vec::new(), edges: Vec::new() };
    let entry = collector.frame((spine, 0), (across, along));
    let body = along + size::GAP;
    let empty = graph.body.is_empty();
    if !empty {
        let first = Stretch { owner: None, index: 0 };
        let edge = collector.edge(first, &[(spine, along), (spine, body)]);
        collector.edges.push(edge);
    }
    let mut end = walk(&column, (spine, body), &mut collector);
    if empty || column.falls_through {
        // The loose end: a body that does not exit on every way.
        let last = Stretch { owner: None, index: graph.body.len() };
        let from = if empty { along } else { end };
        let edge = collector.edge(last, &[(spine, from), (spine, from + size::GAP)]);
        collector.edges.push(edge);
        end = from + size::GAP;
    }
    let (width, height) = direction.turn((spine + column.after.max(across / 2), end));
    Picture { width, height, entry, tiles: collector.tiles, edges: collector.edges }
}

/// Notes what it is walked past.
struct Collector {
    direction: Direction,
    tiles: Vec<PlacedTile>,
    edges: Vec<PlacedEdge>,
}

impl Collector {
    /// A box that is centred on a spine, given by the middle of its first side.
    fn frame(&self, (x, y): (i32, i32), (across, along): (i32, i32)) -> Frame {
        let (x, y) = self.direction.turn((x - across / 2, y));
        let (width, height) = self.direction.turn((across, along));
        Frame { x, y, width, height }
    }

    fn edge(&self, stretch: Stretch<'_>, points: &[(i32, i32)]) -> PlacedEdge {
        let mut points: Vec<_> = points.iter().map(|at| self.direction.turn(*at)).collect();
        points.dedup();
        PlacedEdge {
            sequence: stretch.owner.map(|(node, number)| (node.id.clone(), number)),
            index: stretch.index,
            points,
            label: None,
            again: false,
        }
    }
}

impl Collector {
    /// Adds the end of a lane. One with nothing in it is a single edge from end to end.
    fn lengthen(&mut self, mut edge: PlacedEdge) {
        let last = self.edges.last_mut();
        match last.filter(|last| edge.index == 0 && last.sequence == edge.sequence) {
            Some(whole) => {
                whole.points.append(&mut edge.points);
                whole.points.dedup();
                whole.again = edge.again;
            }
            None => self.edges.push(edge),
        }
    }
}

impl<'g> Pen<'g> for Collector {
    fn tile(&mut self, tile: &Placed<'g>, at: (i32, i32)) {
        self.tiles.push(PlacedTile {
            id: tile.node.id.clone(),
            frame: self.frame(at, (tile.across, tile.along)),
            lines: tile.title.clone(),
        });
    }

    fn next(&mut self, stretch: Stretch<'g>, (x, y): (i32, i32)) {
        let edge = self.edge(stretch, &[(x, y), (x, y + size::GAP)]);
        self.edges.push(edge);
    }

    fn fork(&mut self, _: (i32, i32), _: i32) {
        // Each edge into a lane runs from the tile.
    }

    fn lead_in(
        &mut self,
        stretch: Stretch<'g>,
        lane: &Lane<'g>,
        (spine, bar): (i32, i32),
        body: Option<i32>,
    ) {
        let (x, label) = (spine + lane.offset, bar + size::LABEL_GAP);
        let begin = bar - size::FORK;
        let end = body.unwrap_or(label + lane.label.along);
        let mut edge = self.edge(stretch, &[(spine, begin), (spine, bar), (x, bar), (x, end)]);
        edge.label = Some(PlacedLabel {
            text: lane.label.whole.to_owned(),
            lines: lane.label.lines.clone(),
            frame: self.frame((x, label), (lane.label.across, lane.label.along)),
        });
        self.edges.push(edge);
    }

    fn again(&mut self, stretch: Stretch<'g>, (x, y): (i32, i32), end: i32) {
        let mut edge = self.edge(stretch, &[(x, y), (x, end + size::FORK / 3)]);
        edge.again = true;
        self.lengthen(edge);
    }

    fn lead_out(&mut self, stretch: Stretch<'g>, (x, y): (i32, i32), to: (i32, i32)) {
        let (spine, gather) = to;
        let bar = gather - size::FORK / 3;
        let edge = self.edge(stretch, &[(x, y), (x, bar), (spine, bar), (spine, gather)]);
        self.lengthen(edge);
    }
}
