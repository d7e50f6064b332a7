//! Reading input: from bytes to rows.
//!
//! [`Source`] opens and decompresses, [`Chunks`] cuts the text into whole lines, a [`Decoder`]
//! turns a chunk into a [`Batch`] of rows laid out by the schema. Nothing here knows what is
//! done with a row; how a line becomes one is in `journey_intake`.

mod batch;
mod chunk;
mod decode;
mod source;

pub(crate) use batch::{Batch, Entry, shard_of};
pub(crate) use chunk::{Chunk, Chunks};
pub(crate) use decode::{Decoder, Pass, Rules, hash};
pub use source::Input;
pub(crate) use source::Source;
