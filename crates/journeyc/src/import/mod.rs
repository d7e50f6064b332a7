//! Declarations from what is already written down elsewhere: JSON Schema, a tracking plan, or the
//! events themselves.
//!
//! Each source becomes a [`Declared`]: events and traits by their names on the wire, with types.
//! `write` turns that into a file in its canonical form; identifiers are made by `names`. What
//! a source says and the language cannot becomes `json` with a remark that says why.

mod json_schema;
mod names;
mod node;
mod sample;
mod shape;
mod tracking_plan;
mod write;

pub use json_schema::{Document, Role, import as from_json_schemas};
pub use node::Node;
pub use sample::{Options as SampleOptions, Sample, Skipped};
pub use shape::{Declared, Event, Field, Shape};
pub use tracking_plan::import as from_tracking_plan;
pub use write::{Written, write};

/// Why nothing could be made of a source.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It is not JSON.
    #[error("{place}: this is not JSON")]
    NotJson {
        /// Which file.
        place: String,
        /// What is wrong, and where.
        source: serde_json::Error,
    },
    /// It is, but of another kind than was said.
    #[error("{place}: {message}")]
    Other {
        /// Which file.
        place: String,
        /// What was looked for and not found.
        message: String,
    },
    /// The declarations could not be written: a mistake of this program.
    #[error("internal error: what was written is not a file of declarations: {0}")]
    Unwritable(#[from] journey_fmt::FormatError),
}
