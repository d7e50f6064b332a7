//! The picture of a journey, as data.

use std::collections::BTreeMap;

use journey_bytecode::TileKind;
use journey_ir::graph::{Graph, Node};
use serde::Serialize;
use utoipa::ToSchema;

/// A journey as tiles and edges.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Canvas {
    /// The tiles in the order of the text.
    tiles: Vec<CanvasTile>,
    /// The edges.
    edges: Vec<CanvasEdge>,
}

/// A tile.
#[derive(Debug, Serialize, ToSchema)]
struct CanvasTile {
    /// Its label, or an id made of its kind and place.
    id: String,
    /// What kind of tile it is.
    kind: &'static str,
    /// Its label, where it has one in the text.
    label: Option<String>,
    /// One line of what it does.
    title: String,
    /// What it says, by field.
    config: BTreeMap<String, String>,
    /// Where it stands, in bytes from the beginning of the journey.
    span: (u32, u32),
}

/// An edge.
#[derive(Debug, Serialize, ToSchema)]
struct CanvasEdge {
    /// The tile it leaves.
    from: String,
    /// The tile it leads to; none where members leave.
    to: Option<String>,
    /// What stands at it.
    label: String,
}

/// The keyword of a tile.
pub(super) fn kind(kind: TileKind) -> &'static str {
    match kind {
        TileKind::Wait => "wait",
        TileKind::Branch => "branch",
        TileKind::Split => "split",
        TileKind::Send => "send",
        TileKind::Update => "update",
        TileKind::Run => "run",
        TileKind::Enter => "enter",
        TileKind::Repeat => "repeat",
        TileKind::Exit => "exit",
        TileKind::Webhook => "webhook",
    }
}

impl Canvas {
    pub(super) fn of(graph: &Graph) -> Canvas {
        let mut tiles = Vec::new();
        graph.visit(&mut |node| tiles.push(CanvasTile::of(node)));
        let edges = graph.edges().into_iter();
        let edges =
            edges.map(|edge| CanvasEdge { from: edge.from, to: edge.to, label: edge.label });
        Canvas { tiles, edges: edges.collect() }
    }
}

impl CanvasTile {
    fn of(node: &Node) -> CanvasTile {
        let fields = node.fields.iter();
        CanvasTile {
            id: node.id.clone(),
            kind: kind(node.kind),
            label: node.labelled.then(|| node.id.clone()),
            title: node.title.clone(),
            config: fields.map(|field| (field.name.clone(), field.value.clone())).collect(),
            span: (node.range.start, node.range.end),
        }
    }
}
