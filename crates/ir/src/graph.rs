//! The canvas graph: a journey as the picture people see.
//!
//! Text and picture are the same thing, so the graph is the tree of tiles itself, as plain data:
//! a sequence of tiles, each with its edges in source order, each edge with the sequence it opens.
//! [`picture()`] says where everything goes, [`render_text`] draws it for a terminal, [`render_svg`] for everything else, [`render_mermaid`]
//! and [`render_dot`] leave the drawing to others; the canvas of the browser gets the same data. An
//! [`Overlay`] puts figures or differences upon it.

mod counts;
mod dot;
mod fields;
mod header;
mod layout;
mod measure;
mod mermaid;
mod overlay;
mod picture;
mod shapes;
mod svg;
mod text;
mod walk;
mod write;

use journey_base::TextRange;
use journey_bytecode::TileKind as Kind;
use journey_sema::thir::{self, TileKind};

use crate::{LowerError, build, titles, ways};

pub use counts::{Counts, JourneyCounts, TileCounts};
pub use dot::render_dot;
pub use fields::Field;
pub use layout::Direction;
pub use mermaid::{MERMAID_EDGES, TooManyEdges, render_mermaid};
pub use overlay::{Count, Mark, Overlay, Stats};
pub use picture::{Frame, Picture, PlacedEdge, PlacedLabel, PlacedTile, picture};
pub use svg::{picture_size, render_svg};
pub use text::render_text;
pub use write::{escape_xml, thousands};

/// What stands behind the id of a tile that is only there to show that it is gone: a tile of that
/// id may be there as well.
pub(crate) const GONE: &str = " (before)";

/// The parser admits fewer levels; this only keeps the promise locally.
const DEEPEST: usize = 256;

/// A journey as a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    /// The name in source.
    pub name: String,
    /// The display name.
    pub title: String,
    /// Who enters: `entry event cart_abandoned as cart where cart.total >= 25`.
    pub entry: String,
    /// The other clauses of the header, in source order: `reenter after 7d`, `exit expired after
    /// 30d`.
    pub clauses: Vec<String>,
    /// Values that `let` captures, each by its name and as source: no tiles, but what tiles read.
    pub captures: Vec<(String, String)>,
    /// The body.
    pub body: Vec<Node>,
}

/// A tile of the picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Its label, or kind and place: the id of the compiled tile.
    pub id: String,
    /// Whether the id is a label of the source.
    pub labelled: bool,
    /// Its kind.
    pub kind: Kind,
    /// The source of its head on one line.
    pub title: String,
    /// Its doc comment.
    pub doc: String,
    /// What it says, the arms aside: with the kind, what the tile does.
    pub fields: Vec<Field>,
    /// Where it stands, relative to the journey's declaration.
    pub range: TextRange,
    /// Whether a member can ever be here.
    pub reachable: bool,
    /// Its edges in source order; the index of one is its number in the compiled tile.
    pub arms: Vec<Arm>,
}

/// An edge out of a tile, and what it opens.
#[derive(Debug, Clone, PartialEq)]
pub struct Arm {
    /// What stands at the edge.
    pub label: String,
    /// What it says, whole, where the label may be cut off.
    pub head: String,
    /// Whether the edge has a block in the source, be it empty.
    pub is_block: bool,
    /// The tiles of the block. After the last of them, members go on behind the tile, unless
    /// they have left.
    pub body: Vec<Node>,
}

/// An edge from tile to tile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// Id of the tile it leaves.
    pub from: String,
    /// Its number among the edges of that tile.
    pub number: usize,
    /// What stands at it.
    pub label: String,
    /// Id of the tile it leads to; none where a body ends without an exit.
    pub to: Option<String>,
}

/// The picture of a journey.
pub fn graph(journey: &thir::Journey) -> Result<Graph, LowerError> {
    let cfg = build(journey)?;
    let mut reachable = vec![false; cfg.tiles.len()];
    for block in cfg.layout() {
        for step in &cfg.block(block).steps {
            if let crate::cfg::Step::Arrive(tile) = step
                && let Some(reachable) = reachable.get_mut(tile.0)
            {
                *reachable = true;
            }
        }
    }
    let ids = ways::ids(&ways::tiles(journey));
    let mut tiles = ids.into_iter().zip(reachable);
    let item = || LowerError::TooDeep { item: format!("journey {}", journey.name), limit: DEEPEST };
    Ok(Graph {
        name: journey.name.to_string(),
        title: journey.title.to_string(),
        entry: header::entry(journey),
        clauses: header::clauses(journey),
        captures: captures(journey),
        body: nodes(&journey.body, journey, &mut tiles, 0).ok_or_else(item)?,
    })
}

fn captures(journey: &thir::Journey) -> Vec<(String, String)> {
    let mut open: Vec<&thir::Tile> = journey.body.iter().rev().collect();
    let mut found = Vec::new();
    while let Some(tile) = open.pop() {
        if let TileKind::Let(binding, value) = &tile.kind {
            let name = journey.bindings.get(binding.0 as usize);
            let name = name.map_or("?", |binding| &binding.name);
            found.push((name.to_owned(), titles::source(value, &journey.bindings)));
        }
        open.extend(tile.blocks().into_iter().rev().flat_map(|block| block.iter().rev()));
    }
    found
}

/// Nodes of a sequence; takes ids in the order of the tiles, which is that of the source. None
/// where it nests too deep.
fn nodes(
    tiles: &[thir::Tile],
    journey: &thir::Journey,
    ids: &mut impl Iterator<Item = (String, bool)>,
    depth: usize,
) -> Option<Vec<Node>> {
    if depth == DEEPEST {
        return None;
    }
    let node = |tile: &thir::Tile| {
        let kind = ways::kind(tile)?;
        let (id, reachable) = ids.next()?;
        let ways = ways::ways(tile, &journey.bindings);
        let mut heads = fields::heads(tile, &journey.bindings).into_iter();
        let mut arms = Vec::new();
        for (number, way) in ways.into_iter().enumerate() {
            arms.push(Arm {
                head: heads.next().unwrap_or_else(|| way.label.clone()),
                label: match share(tile, number) {
                    Some(share) => format!("{share} {}", way.label),
                    None => way.label,
                },
                is_block: way.block.is_some(),
                body: nodes(way.block.unwrap_or_default(), journey, &mut *ids, depth + 1)?,
            });
        }
        Some(Node {
            id,
            labelled: tile.label.is_some(),
            kind,
            title: tile.title.to_string(),
            doc: tile.doc.to_string(),
            fields: fields::fields(tile, &journey.bindings),
            range: tile.range,
            reachable,
            arms,
        })
    };
    tiles.iter().filter(|tile| ways::kind(tile).is_some()).map(node).collect()
}

/// The share of an arm of a split, as it is written.
fn share(tile: &thir::Tile, number: usize) -> Option<String> {
    let TileKind::Split { arms, .. } = &tile.kind else { return None };
    let share = arms.get(number)?.share;
    let (whole, rest) = (share / 1_000, share % 1_000);
    let digits = format!("{rest:03}");
    let digits = digits.trim_end_matches('0');
    let point = if digits.is_empty() { "" } else { "." };
    Some(format!("{whole}{point}{digits}%"))
}

impl Graph {
    /// Calls `see` for every tile in source order.
    pub fn visit<'g>(&'g self, see: &mut dyn FnMut(&'g Node)) {
        visit(&self.body, see);
    }

    /// All edges, in the order of the tiles they leave.
    pub fn edges(&self) -> Vec<Edge> {
        let mut edges = Vec::new();
        sequence_edges(&self.body, None, &mut edges);
        edges
    }
}

fn visit<'g>(nodes: &'g [Node], see: &mut dyn FnMut(&'g Node)) {
    for node in nodes {
        see(node);
        node.arms.iter().for_each(|arm| visit(&arm.body, see));
    }
}

/// Adds the edges of `nodes`, the last of which leads on to `after`.
fn sequence_edges(nodes: &[Node], after: Option<&str>, edges: &mut Vec<Edge>) {
    for (index, node) in nodes.iter().enumerate() {
        let next = nodes.get(index + 1).map(|next| &*next.id).or(after);
        for (number, arm) in node.arms.iter().enumerate() {
            let to = arm.body.first().map(|first| &*first.id).or(next);
            edges.push(Edge {
                from: node.id.clone(),
                number,
                label: arm.label.clone(),
                to: to.map(str::to_owned),
            });
        }
        for arm in &node.arms {
            // A round of a loop leads back to its tile.
            let after = if node.kind == Kind::Repeat { Some(&*node.id) } else { next };
            sequence_edges(&arm.body, after, edges);
        }
    }
}

impl Node {
    /// Whether the tile is drawn with its edges apart: it opens blocks.
    fn forks(&self) -> bool {
        self.arms.iter().any(|arm| arm.is_block)
    }
}

/// Whether members can come out at the end of a sequence.
pub fn falls_through(nodes: &[Node]) -> bool {
    nodes
        .iter()
        .all(|node| node.kind != Kind::Exit && node.arms.iter().any(|arm| falls_through(&arm.body)))
}

#[cfg(test)]
mod tests;
