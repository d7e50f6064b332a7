//! The canonical form of Journey files.
//!
//! Two files that differ in blanks and lines alone become the same file, but for single blank lines
//! between statements, which are kept, and for whether lines end with `\n` or with `\r\n`. Comments
//! are kept, each with what it belongs to. The result is read again and compared with what was there before it is handed out: a formatter
//! that changes a journey is worse than none.
//!
//! This crate does not know what names mean, and it reads and writes no files. Start at
//! [`format`], then at the table in `layout.rs`, which says how each kind of node is laid out;
//! `build/` follows it from the tree to a document of `doc.rs`, and `print.rs` decides
//! which of the document's groups fit on their line.

mod build;
mod doc;
mod layout;
mod outline;
mod print;
mod same;

use std::fmt::Display;

use journey_base::LineEnds;
use journey_syntax::{SyntaxError, parse};

use outline::Outline;

/// Line width where nothing is said.
pub const DEFAULT_WIDTH: u32 = 100;

/// Why a text was not formatted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// It does not follow the grammar.
    #[error("{} where the grammar is not followed", places(.0))]
    Syntax(Vec<SyntaxError>),
    /// The result would not have meant the same: a mistake of this crate.
    #[error(
        "internal error: the formatted text would not be the same program ({difference}); please \
         report this with the file"
    )]
    Unfaithful {
        /// Where the two differ, in words.
        difference: String,
    },
}

/// `text` in its canonical form, in lines of at most `width` columns where that can be.
///
/// Lines end as most of them did, with `\n` or with `\r\n`, and so does the last one, unless the
/// text is empty: what a version control system makes of line ends is its own affair. A byte order
/// mark is dropped.
pub fn format(text: &str, width: u32) -> Result<String, FormatError> {
    let parsed = parse(text);
    if !parsed.errors.is_empty() {
        return Err(FormatError::Syntax(parsed.errors));
    }
    let outline = Outline::new(parsed.tree.tape());
    let document = build::file(text, &outline);
    let mut formatted = print::print(&document, text, width);
    if LineEnds::of(text) == LineEnds::Double {
        // Texts of several lines have their own line ends in them already.
        formatted = LineEnds::Double.put(&formatted).into_owned();
    }
    if formatted != text {
        let again = parse(&formatted);
        let difference = match again.errors.first() {
            Some(error) => Some(error.message.clone()),
            None => same::difference(&parsed.tree, &again.tree),
        };
        if let Some(difference) = difference {
            return Err(FormatError::Unfaithful { difference });
        }
    }
    Ok(formatted)
}

fn places(errors: &[SyntaxError]) -> impl Display {
    match errors.len() {
        1 => "a place".to_owned(),
        count => format!("{count} places"),
    }
}
