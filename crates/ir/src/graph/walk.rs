//! A walk along everything that was laid out, in the order in which it is drawn.
//!
//! Places are told as they are seen from the spine: first the coordinate across it, then the one
//! along it. With a spine that runs down these are x and y.

use journey_bytecode::TileKind as Kind;

use super::Node;
use super::layout::{Column, Lane, Placed, size};

/// A place in a sequence where an edge runs, and where a tile could be put.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch<'g> {
    /// The tile and the number of its edge that opens the sequence; none for the body.
    pub(super) owner: Option<(&'g Node, usize)>,
    /// How many tiles of the sequence are before it.
    pub(super) index: usize,
}

/// Who is led past everything.
pub(super) trait Pen<'g> {
    /// A tile: the middle of its first side.
    fn tile(&mut self, tile: &Placed<'g>, at: (i32, i32));
    /// From one tile of a sequence to the next, which is a gap away.
    fn next(&mut self, stretch: Stretch<'g>, from: (i32, i32));
    /// From a tile to the bar that its lanes hang from.
    fn fork(&mut self, from: (i32, i32), bar: i32);
    /// From that bar by way of the label to the first tile of the lane, if there is one.
    fn lead_in(
        &mut self,
        stretch: Stretch<'g>,
        lane: &Lane<'g>,
        from: (i32, i32),
        body: Option<i32>,
    );
    /// From the end of a loop back to its tile.
    fn again(&mut self, stretch: Stretch<'g>, from: (i32, i32), end: i32);
    /// From the end of a lane to where the spine of the tile goes on.
    fn lead_out(&mut self, stretch: Stretch<'g>, from: (i32, i32), to: (i32, i32));
}

/// Walks along a column that begins at `at`; gives where it ends.
pub(super) fn walk<'g>(column: &Column<'g>, at: (i32, i32), pen: &mut impl Pen<'g>) -> i32 {
    sequence(column, None, at, pen)
}

fn sequence<'g>(
    column: &Column<'g>,
    owner: Option<(&'g Node, usize)>,
    (spine, mut y): (i32, i32),
    pen: &mut impl Pen<'g>,
) -> i32 {
    for (index, tile) in column.tiles.iter().enumerate() {
        pen.tile(tile, (spine, y));
        y += tile.along;
        if !tile.lanes.is_empty() {
            y = fork(tile, (spine, y), pen);
        }
        if index + 1 < column.tiles.len() {
            if tile.falls_through {
                pen.next(Stretch { owner, index: index + 1 }, (spine, y));
            }
            y += size::GAP;
        }
    }
    y
}

/// Walks along the lanes behind a tile that ends at `y`; gives where they end.
fn fork<'g>(tile: &Placed<'g>, (spine, y): (i32, i32), pen: &mut impl Pen<'g>) -> i32 {
    let bar = y + size::FORK;
    let end = bar + tile.lanes_along;
    let gather = end + size::FORK;
    pen.fork((spine, y), bar);
    for (number, lane) in tile.lanes.iter().enumerate() {
        let owner = Some((tile.node, number));
        let x = spine + lane.offset;
        let label = bar + size::LABEL_GAP;
        let mut behind = label + lane.label.along;
        let first = label + tile.labels_along + size::LABEL_GAP;
        let body = (!lane.column.tiles.is_empty()).then_some(first);
        pen.lead_in(Stretch { owner, index: 0 }, lane, (spine, bar), body);
        if let Some(body) = body {
            behind = sequence(&lane.column, owner, (x, body), pen);
        }
        // A round of a loop does not go on below: it leads back to the tile.
        let again = tile.node.kind == Kind::Repeat && number == 0;
        let stretch = Stretch { owner, index: lane.column.tiles.len() };
        if again && lane.column.falls_through {
            pen.again(stretch, (x, behind), end);
        } else if lane.column.falls_through {
            pen.lead_out(stretch, (x, behind), (spine, gather));
        }
    }
    if tile.falls_through { gather } else { end }
}
