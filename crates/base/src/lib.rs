//! What every other crate speaks of: places in text, files, and diagnostics as plain data; and a little
//! arithmetic that more than one of them needs.
//!
//! This crate knows no syntax, no types and no I/O: a diagnostic here is a value that some
//! renderer elsewhere turns into text, JSON or an editor's squiggle. Start at [`Diagnostic`].

mod diagnostic;
mod line_ends;
mod line_index;
mod range;
mod words;

pub mod codes;
pub mod statistics;

pub use codes::Code;
pub use diagnostic::{Applicability, Diagnostic, Edit, FileId, Fix, Label, Severity};
pub use line_ends::LineEnds;
pub use line_index::{LineColumn, LineIndex};
pub use range::TextRange;
pub use words::plural;
