//! The canvas: a journey as tiles, and edits of its text that are said in terms of tiles.
//!
//! Text is the source of truth. [`canvas`] shows it as a picture, [`tile_at`] and [`range_of`] lead from
//! one to the other, [`form`] lists what can be set at a tile, and [`edit`] turns what somebody does to
//! the picture into edits of the text, or says why that cannot be. Whoever draws needs to know
//! neither grammar nor layout.
//!
//! Everything is read off the syntax tree (`sheet.rs`), so it works in a journey that does not
//! type-check and in a file with mistakes elsewhere. What the checker knows is put on top where it
//! has an opinion: which tiles nobody reaches, and which branches leave nothing over. Where the
//! parser found a mistake in the journey itself the picture is [`stale`](Canvas::stale): it
//! holds what could be read, and whoever has an earlier one shows that; nothing is edited then.
//!
//! A tile is called by its key, which is the id of the compiled tile. A `let` is no tile; it is
//! called `let` and its name where something is done to it.

mod arms;
mod edit;
mod form;
mod locate;
mod picture;
mod sheet;
mod strip;
mod titles;
mod view;

pub use edit::{Change, New, Op, Refusal, Spacing, edit};
pub use form::{Choice, Completion, FieldType, Form, FormField, form};
pub(crate) use locate::keys;
pub use locate::{range_of, run_at, tile_at};
pub use picture::{Options, canvas};
pub use view::{
    Canvas, CanvasArm, CanvasEdge, CanvasTile, Capture, Direction, EdgeLabel, Entry, Frame, Place,
    Point, Problem, Sequence, TileKind, TileRef,
};

#[cfg(test)]
mod tests;
