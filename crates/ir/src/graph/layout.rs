//! Where everything goes: boxes inside boxes.
//!
//! A sequence is a column around a straight spine. A tile that opens blocks spreads them below
//! itself as lanes side by side in source order, each again a sequence with a spine of its own,
//! and closes them again where members fall through. Sizes are computed bottom up, once; drawing
//! then goes top down. All lengths are whole pixels, so the same graph gives the same bytes.

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
    /// How far it reaches from the spine to either side.
    pub(super) left: i32,
    pub(super) right: i32,
    pub(super) height: i32,
    /// Whether the spine comes out at the bottom.
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
    pub(super) lanes: Vec<Lane<'g>>,
    /// Height of the labels of all lanes: of the highest, so that what is below begins level.
    pub(super) labels_height: i32,
    /// Height of the lanes alone: the highest of them.
    pub(super) lanes_height: i32,
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
    pub(super) mark: Option<Mark>,
}

/// Lays out the body of a journey.
pub(super) fn layout<'g>(graph: &'g Graph, overlay: &Overlay) -> Column<'g> {
    column(&graph.body, overlay)
}

fn column<'g>(nodes: &'g [Node], overlay: &Overlay) -> Column<'g> {
    // Tiles of a column are equally wide: a ragged column is hard to read.
    let wanted = nodes.iter().map(|node| inner_width(node, overlay) + 2 * inset(node));
    let width = wanted.max().unwrap_or(0).clamp(size::NARROWEST, size::WIDEST);
    let tiles: Vec<_> = nodes.iter().map(|node| placed(node, width, overlay)).collect();
    let gaps = size::GAP * i32::try_from(nodes.len()).unwrap_or(0).saturating_sub(1).max(0);
    let half = if nodes.is_empty() { 0 } else { width / 2 };
    let left = tiles.iter().map(|tile| tile.reach().0).max().unwrap_or(0).max(half);
    let right = tiles.iter().map(|tile| tile.reach().1).max().unwrap_or(0).max(half);
    let height = tiles.iter().map(Placed::total_height).sum::<i32>() + gaps;
    Column { tiles, left, right, height, falls_through: falls_through(nodes) }
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

fn placed<'g>(node: &'g Node, width: i32, overlay: &Overlay) -> Placed<'g> {
    // An exit is a full stop, and no wider than it needs to be.
    let width = match node.kind {
        Kind::Exit => (inner_width(node, overlay) + 2 * inset(node)).min(width),
        _ => width,
    };
    let title = wrap(&node.title, size::TITLE, width - 2 * inset(node), 2);
    let lines = 1 + title.len() + usize::from(!overlay.figures.is_empty());
    let height = i32::try_from(lines).unwrap_or(0) * size::LINE + size::PADDING;
    let mut lanes = Vec::new();
    if node.forks() {
        let mut x = 0;
        for (edge, arm) in node.arms.iter().enumerate() {
            let column = column(&arm.body, overlay);
            let mut label = self::label(&arm.label, overlay.share(&node.id, edge));
            label.mark = overlay.arm_mark(&node.id, edge);
            let half = label.width / 2;
            let (left, right) = (column.left.max(half), column.right.max(half));
            lanes.push(Lane { label, offset: x + left, column });
            x += left + right + size::LANE_GAP;
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
    let labels_height = lanes.iter().map(|lane| lane.label.height).max().unwrap_or(0);
    let lanes_height = lanes.iter().map(|lane| lane.height(labels_height)).max().unwrap_or(0);
    let falls_through = falls_through(std::slice::from_ref(node));
    Placed { node, title, width, height, lanes, labels_height, lanes_height, falls_through }
}

/// The label at the top of a lane, with its share on a line of its own.
fn label<'g>(whole: &'g str, share: Option<&str>) -> Label<'g> {
    let mut lines = wrap(whole, size::SMALL, size::WIDEST_LABEL - 2 * size::PADDING, 2);
    lines.extend(share.map(str::to_owned));
    let width = lines.iter().map(|line| width(line, size::SMALL)).max().unwrap_or(0);
    let more = i32::try_from(lines.len()).unwrap_or(1) - 1;
    let (width, height) = (width + 2 * size::PADDING, size::LABEL + more * size::LABEL_LINE);
    Label { whole, lines, width, height, mark: None }
}

/// Room between the border of a tile and its text: the round ends of an exit take more.
pub(super) fn inset(node: &Node) -> i32 {
    if node.kind == Kind::Exit { 2 * size::PADDING } else { size::PADDING }
}

impl Lane<'_> {
    /// From the bar above to the end of the lane.
    fn height(&self, labels: i32) -> i32 {
        let body = match self.column.tiles.is_empty() {
            true => 0,
            false => size::LABEL_GAP + self.column.height,
        };
        size::LABEL_GAP + labels + body
    }
}

impl Placed<'_> {
    /// How far the tile and its lanes reach from the spine to either side.
    fn reach(&self) -> (i32, i32) {
        let mut reach = (self.width / 2, self.width / 2);
        for lane in &self.lanes {
            let label = lane.label.width / 2;
            reach.0 = reach.0.max(lane.column.left.max(label) - lane.offset);
            reach.1 = reach.1.max(lane.column.right.max(label) + lane.offset);
        }
        reach
    }

    fn total_height(&self) -> i32 {
        if self.lanes.is_empty() {
            return self.height;
        }
        let gather = if self.falls_through { size::FORK } else { 0 };
        self.height + size::FORK + self.lanes_height + gather
    }
}
