//! Reading input: from bytes to rows.
//!
//! [`Source`] opens and decompresses, [`Chunks`] cuts the text into whole lines, a [`Decoder`]
//! turns a chunk into a [`Batch`] of rows laid out by the [`Schema`]. Nothing here knows what is
//! done with a row.

mod batch;
mod cells;
mod chunk;
mod decode;
pub(crate) mod iso;
mod json;
mod names;
mod properties;
mod reason;
mod schema;
mod source;
mod value;

pub(crate) use batch::{Batch, Entry, Rejection, shard_of};
pub(crate) use cells::Cells;
pub(crate) use chunk::{Chunk, Chunks};
pub(crate) use decode::{Decoder, Pass, Rules, hash};
pub(crate) use json::Cursor;
pub(crate) use names::NameCounts;
pub use reason::Reason;
pub(crate) use schema::{Schema, is_required};
pub use source::Input;
pub(crate) use source::Source;
pub(crate) use value::{Room, read as read_value};
