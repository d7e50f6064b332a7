//! What the canvas is told: plain data, as it goes over the wire.
//!
//! Places in the text are of a type `S` of the reader's choice: here byte ranges, in an editor's
//! protocol lines and columns. [`Canvas::map`] changes from one to the other.

use journey_base::{Severity, TextRange};
use journey_ir::graph;
pub use journey_ir::graph::Frame;
use journey_ir::ways::Kind;
use serde::{Deserialize, Serialize};

/// A journey as a picture.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Canvas<S = TextRange> {
    /// The name of the journey in the text.
    pub journey: String,
    /// What people call it.
    pub title: String,
    /// Where the journey stands in the text.
    pub span: S,
    /// How wide the picture is, in pixels.
    pub width: i32,
    /// How high it is.
    pub height: i32,
    /// Who enters.
    pub entry: Entry,
    /// The other clauses of the header, each on one line.
    pub clauses: Vec<String>,
    /// The tiles, in the order of the text.
    pub tiles: Vec<CanvasTile<S>>,
    /// The edges. At each of them a tile can be put in.
    pub edges: Vec<CanvasEdge>,
    /// What `let` captures: no tiles, but what tiles read.
    pub captures: Vec<Capture<S>>,
    /// What was found in this journey.
    pub problems: Vec<Problem<S>>,
    /// Whether the text of the journey has mistakes of grammar, so that tiles may be missing here. Who
    /// has an earlier picture shows that one, greyed.
    pub stale: bool,
}

/// Where members come in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// What the header says of it, on one line.
    pub text: String,
    /// Where it is.
    #[serde(rename = "box")]
    pub frame: Frame,
}

/// A point of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Point {
    pub x: i32,
    pub y: i32,
}

/// A tile.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CanvasTile<S = TextRange> {
    /// Its label, or kind and place: the id of the compiled tile.
    pub key: String,
    /// Whether the key is a label in the text.
    pub labelled: bool,
    /// What it is.
    pub kind: TileKind,
    /// What it does, in a few words.
    pub title: String,
    /// The title in as many lines as there is room for.
    pub lines: Vec<String>,
    /// The rest of what it says, its arms aside, on one line; may be empty.
    pub detail: String,
    /// Its doc comment.
    pub doc: String,
    /// Where it stands in the text.
    pub span: S,
    /// Where it is in the picture.
    #[serde(rename = "box")]
    pub frame: Frame,
    /// Where it stands among the others.
    #[serde(flatten)]
    pub place: Place,
    /// Its ways out, in the order of the text; what is only implied comes last.
    pub arms: Vec<CanvasArm<S>>,
    /// Whether its arms are not drawn.
    pub collapsed: bool,
    /// Whether a member can ever be here, as far as the checker could tell.
    pub reachable: bool,
}

/// A way out of a tile.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CanvasArm<S = TextRange> {
    /// What stands at it.
    pub label: String,
    /// Where it stands in the text; nothing where it is only implied.
    pub span: Option<S>,
    /// Whether tiles can be put into it.
    pub block: bool,
    /// The keys of the tiles in it.
    pub tiles: Vec<String>,
}

/// An edge.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CanvasEdge {
    /// Where a tile goes that is put in here.
    #[serde(flatten)]
    pub place: Place,
    /// From where to where, by way of which corners.
    pub points: Vec<Point>,
    /// What stands at it.
    pub label: Option<EdgeLabel>,
    /// Whether it leads back to the tile it came from, a loop.
    pub again: bool,
}

/// What stands at an edge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EdgeLabel {
    /// All of it.
    pub text: String,
    /// The same in as many lines as there is room for.
    pub lines: Vec<String>,
    /// Where it is.
    #[serde(rename = "box")]
    pub frame: Frame,
}

/// What a `let` captures.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Capture<S = TextRange> {
    /// What it is called in edits.
    pub key: String,
    /// The name.
    pub name: String,
    /// The value, on one line.
    pub value: String,
    /// Where it stands in the text.
    pub span: S,
    /// Where it stands among the tiles.
    #[serde(flatten)]
    pub place: Place,
}

/// Something that was found in a journey.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem<S = TextRange> {
    /// The tile it is about; none where it is about the journey.
    pub tile: Option<String>,
    /// How bad it is.
    pub severity: Severity,
    /// Its code.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub span: S,
}

/// A sequence of tiles: the body of a journey, or what is behind one way out of a tile.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sequence {
    /// The tile; none for the body.
    #[serde(default)]
    pub tile: Option<String>,
    /// The number of the way out.
    #[serde(default)]
    pub arm: u32,
}

/// A place in a sequence. The index counts what stands there, also what is no tile (values that are
/// captured, comments that belong to nothing), so nobody should compute it: it is at every edge.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// The sequence.
    pub sequence: Sequence,
    /// How much of it comes before.
    pub index: u32,
}

/// A tile of a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TileRef {
    /// Its journey.
    pub journey: String,
    /// Its key.
    pub key: String,
}

/// Which way the picture runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    /// From top to bottom.
    #[default]
    Down,
    /// From left to right.
    Right,
}

impl From<Direction> for graph::Direction {
    fn from(direction: Direction) -> graph::Direction {
        match direction {
            Direction::Down => graph::Direction::Down,
            Direction::Right => graph::Direction::Right,
        }
    }
}

/// What a tile is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub enum TileKind {
    Wait,
    Branch,
    Split,
    Send,
    Webhook,
    Update,
    Run,
    Enter,
    Repeat,
    Exit,
}

impl From<Kind> for TileKind {
    fn from(kind: Kind) -> TileKind {
        match kind {
            Kind::Wait => TileKind::Wait,
            Kind::Branch => TileKind::Branch,
            Kind::Split => TileKind::Split,
            Kind::Send => TileKind::Send,
            Kind::Webhook => TileKind::Webhook,
            Kind::Update => TileKind::Update,
            Kind::Run => TileKind::Run,
            Kind::Enter => TileKind::Enter,
            Kind::Repeat => TileKind::Repeat,
            Kind::Exit => TileKind::Exit,
        }
    }
}

impl<S> Canvas<S> {
    /// The same with places of another kind.
    pub fn map<T>(self, to: impl Fn(S) -> T) -> Canvas<T> {
        let tile = |tile: CanvasTile<S>| CanvasTile {
            key: tile.key,
            labelled: tile.labelled,
            kind: tile.kind,
            title: tile.title,
            lines: tile.lines,
            detail: tile.detail,
            doc: tile.doc,
            span: to(tile.span),
            frame: tile.frame,
            place: tile.place,
            arms: tile.arms.into_iter().map(|arm| arm.map(&to)).collect(),
            collapsed: tile.collapsed,
            reachable: tile.reachable,
        };
        let capture = |Capture { key, name, value, span, place }: Capture<S>| Capture {
            key,
            name,
            value,
            span: to(span),
            place,
        };
        let problem = |Problem { tile, severity, code, message, span }: Problem<S>| Problem {
            tile,
            severity,
            code,
            message,
            span: to(span),
        };
        Canvas {
            span: to(self.span),
            tiles: self.tiles.into_iter().map(tile).collect(),
            captures: self.captures.into_iter().map(capture).collect(),
            problems: self.problems.into_iter().map(problem).collect(),
            journey: self.journey,
            title: self.title,
            width: self.width,
            height: self.height,
            entry: self.entry,
            clauses: self.clauses,
            edges: self.edges,
            stale: self.stale,
        }
    }
}

impl<S> CanvasArm<S> {
    fn map<T>(self, to: &impl Fn(S) -> T) -> CanvasArm<T> {
        let CanvasArm { label, span, block, tiles } = self;
        CanvasArm { label, span: span.map(to), block, tiles }
    }
}
