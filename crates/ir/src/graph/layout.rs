//! Where everything goes: boxes inside boxes.
//!
//! A sequence is a column around a straight spine. A tile that opens blocks spreads them behind
//! itself as lanes side by side in source order, each again a sequence with a spine of its own,
//! and closes them again where members fall through. Sizes are computed bottom up, once; drawing
//! then goes top down. All lengths are whole pixels, so the same graph gives the same bytes.
//!
//! The spine runs down, or to the right; what differs is only which side of a box lies along it.
//! So lengths are told apart as those along the spine and those across it.

use journey_bytecode::TileKind as Kind;

use super::measure::{width, wrap};
use super::{GONE, Graph, Mark, Node, Overlay, falls_through};

/// Sizes of the picture, in pixels.
pub(super) mod size {
    pub(in crate::graph) const TITLE: i32 = 13;
    pub(in crate::graph) const SMALL: i32 = 11;
    /// Between a tile and the next.
    pub(in crate::graph) const GAP: i32 = 26;
    /// From a tile to the bar from which its lanes hang, and from the lanes' ends to the bar
    /// that gathers them.
    pub(in crate::graph) const FORK: i32 = 22;
    /// Height of a label of one line at the top of a lane, of each line more, and of the gaps above
    /// and below.
    pub(in crate::graph) const LABEL: i32 = 20;
    pub(in crate::graph) const LABEL_LINE: i32 = 14;
    pub(in crate::graph) const LABEL_GAP: i32 = 14;
    /// Between two lanes.
    pub(in crate::graph) const LANE_GAP: i32 = 28;
    /// Between the border of a tile or label and its text.
    pub(in crate::graph) const PADDING: i32 = 12;
    pub(in crate::graph) const NARROWEST: i32 = 150;
    pub(in crate::graph) const WIDEST: i32 = 340;
    pub(in crate::graph) const WIDEST_LABEL: i32 = 300;
    pub(in crate::graph) const LINE: i32 = 17;
}

/// A column of tiles.
pub(super) struct Column<'g> {
    pub(super) tiles: Vec<Placed<'g>>,
    /// How far it reaches across the spine to either side.
    pub(super) before: i32,
    pub(super) after: i32,
    pub(super) along: i32,
    /// Whether the spine comes out at the end.
    pub(super) falls_through: bool,
}

/// A tile with its lanes.
pub(super) struct Placed<'g> {
    pub(super) node: &'g Node,
    /// Its title, in lines.
    pub(super) title: Vec<String>,
    /// Of the tile itself.
    pub(super) width: i32,
    pub(super) height: i32,
    /// The same, as seen from the spine.
    pub(super) across: i32,
    pub(super) along: i32,
    pub(super) lanes: Vec<Lane<'g>>,
    /// Room for the labels of all lanes: of the longest, so that what is behind begins level.
    pub(super) labels_along: i32,
    /// Length of the lanes alone: of the longest.
    pub(super) lanes_along: i32,
    pub(super) falls_through: bool,
}

/// One arm of a tile.
pub(super) struct Lane<'g> {
    pub(super) label: Label<'g>,
    /// Where its spine is, as seen from that of the tile.
    pub(super) offset: i32,
    pub(super) column: Column<'g>,
}

/// What stands at the top of a lane.
pub(super) struct Label<'g> {
    pub(super) whole: &'g str,
    /// The same, in lines.
    pub(super) lines: Vec<String>,
    pub(super) width: i32,
    pub(super) height: i32,
    /// The same, as seen from the spine.
    pub(super) across: i32,
    pub(super) along: i32,
    pub(super) mark: Option<Mark>,
}

/// Which way the spine runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// From top to bottom.
    #[default]
    Down,
    /// From left to right.
    Right,
}

impl Direction {
    /// Width and height as lengths across and along the spine, and the other way round.
    pub(super) fn turn(self, (x, y): (i32, i32)) -> (i32, i32) {
        match self {
            Direction::Down => (x, y),
            Direction::Right => (y, x),
        }
    }
}

/// What the layout depends on, the graph aside.
#[derive(Clone, Copy)]
pub(super) struct Plan<'o> {
    pub(super) overlay: &'o Overlay,
    pub(super) direction: Direction,
    /// Lines that are kept free in each tile.
    pub(super) spare_lines: usize,
}

/// Lays out the body of a journey.
pub(super) fn layout<'g>(graph: &'g Graph, plan: Plan<'_>) -> Column<'g> {
    column(&graph.body, plan)
}

fn column<'g>(nodes: &'g [Node], plan: Plan<'_>) -> Column<'g> {
    // Tiles of a column are equally wide: a ragged column is hard to read.
    let wanted = |node| (inner_width(node, plan.overlay) + 2 * inset(node)).max(size::NARROWEST);
    let widest = nodes.iter().map(wanted).max().unwrap_or(0).clamp(size::NARROWEST, size::WIDEST);
    let width = |node| match plan.direction {
        Direction::Down => widest,
        Direction::Right => wanted(node).min(size::WIDEST),
    };
    let tiles: Vec<_> = nodes.iter().map(|node| placed(node, width(node), plan)).collect();
    let gaps = size::GAP * i32::try_from(nodes.len()).unwrap_or(0).saturating_sub(1).max(0);
    let half = match plan.direction {
        Direction::Down if !nodes.is_empty() => widest / 2,
        _ => 0,
    };
    let before = tiles.iter().map(|tile| tile.reach().0).max().unwrap_or(0).max(half);
    let after = tiles.iter().map(|tile| tile.reach().1).max().unwrap_or(0).max(half);
    let along = tiles.iter().map(Placed::total_along).sum::<i32>() + gaps;
    Column { tiles, before, after, along, falls_through: falls_through(nodes) }
}

fn inner_width(node: &Node, overlay: &Overlay) -> i32 {
    let title = width(&node.title, size::TITLE);
    let figures = overlay.figures.get(&node.id);
    let figures = figures.map_or(0, |figures| width(figures, size::SMALL));
    let head = head(node, overlay.marks.get(&node.id).copied());
    title.max(width(&head, size::SMALL)).max(figures)
}

/// The head line of a tile: its id, and how it is set off.
pub(super) fn head(node: &Node, mark: Option<Mark>) -> String {
    let id = node.id.strip_suffix(GONE).unwrap_or(&node.id);
    match mark {
        Some(mark) => format!("{id} · {}", mark.word()),
        None => id.to_owned(),
    }
}

fn placed<'g>(node: &'g Node, width: i32, plan: Plan<'_>) -> Placed<'g> {
    let overlay = plan.overlay;
    // An exit is a full stop, and no wider than it needs to be.
    let width = match node.kind {
        Kind::Exit => (inner_width(node, overlay) + 2 * inset(node)).min(width),
        _ => width,
    };
    let title = wrap(&node.title, size::TITLE, width - 2 * inset(node), 2);
    let lines = 1 + title.len() + usize::from(!overlay.figures.is_empty()) + plan.spare_lines;
    let height = i32::try_from(lines).unwrap_or(0) * size::LINE + size::PADDING;
    let (across, along) = plan.direction.turn((width, height));
    let mut lanes = Vec::new();
    if node.forks() {
        let mut x = 0;
        for (edge, arm) in node.arms.iter().enumerate() {
            let column = column(&arm.body, plan);
            let mut label = self::label(&arm.label, overlay.share(&node.id, edge), plan.direction);
            label.mark = overlay.arm_mark(&node.id, edge);
            let half = label.across / 2;
            let (before, after) = (column.before.max(half), column.after.max(half));
            lanes.push(Lane { label, offset: x + before, column });
            x += before + after + size::LANE_GAP;
        }
        // The spine of the tile goes down between its first and its last lane.
        let middle = match (lanes.first(), lanes.last()) {
            (Some(first), Some(last)) => (first.offset + last.offset) / 2,
            _ => 0,
        };
        // With an odd number of lanes the middle one hangs on the spine if it is close to it.
        let near = lanes.iter().map(|lane| lane.offset - middle).min_by_key(|gap| gap.abs());
        let shift = middle + near.filter(|gap| gap.abs() < size::LANE_GAP).unwrap_or(0);
        for lane in &mut lanes {
            lane.offset -= shift;
        }
    }
    let labels_along = lanes.iter().map(|lane| lane.label.along).max().unwrap_or(0);
    let lanes_along = lanes.iter().map(|lane| lane.along(labels_along)).max().unwrap_or(0);
    let falls_through = falls_through(std::slice::from_ref(node));
    Placed {
        node,
        title,
        width,
        height,
        across,
        along,
        lanes,
        labels_along,
        lanes_along,
        falls_through,
    }
}

/// The label at the top of a lane, with its share on a line of its own.
fn label<'g>(whole: &'g str, share: Option<&str>, direction: Direction) -> Label<'g> {
    let mut lines = wrap(whole, size::SMALL, size::WIDEST_LABEL - 2 * size::PADDING, 2);
    lines.extend(share.map(str::to_owned));
    let width = lines.iter().map(|line| width(line, size::SMALL)).max().unwrap_or(0);
    let more = i32::try_from(lines.len()).unwrap_or(1) - 1;
    let (width, height) = (width + 2 * size::PADDING, size::LABEL + more * size::LABEL_LINE);
    let (across, along) = direction.turn((width, height));
    Label { whole, lines, width, height, across, along, mark: None }
}

/// Room between the border of a tile and its text: the round ends of an exit take more.
pub(super) fn inset(node: &Node) -> i32 {
    if node.kind == Kind::Exit { 2 * size::PADDING } else { size::PADDING }
}

impl Lane<'_> {
    /// From the bar before it to the end of the lane.
    fn along(&self, labels: i32) -> i32 {
        let body = match self.column.tiles.is_empty() {
            true => 0,
            false => size::LABEL_GAP + self.column.along,
        };
        size::LABEL_GAP + labels + body
    }
}

impl Placed<'_> {
    /// How far the tile and its lanes reach from the spine to either side.
    fn reach(&self) -> (i32, i32) {
        let mut reach = (self.across / 2, self.across / 2);
        for lane in &self.lanes {
            let label = lane.label.across / 2;
            reach.0 = reach.0.max(lane.column.before.max(label) - lane.offset);
            reach.1 = reach.1.max(lane.column.after.max(label) + lane.offset);
        }
        reach
    }

    fn total_along(&self) -> i32 {
        if self.lanes.is_empty() {
            return self.along;
        }
        let gather = if self.falls_through { size::FORK } else { 0 };
        self.along + size::FORK + self.lanes_along + gather
    }
}
