//! The tree-sitter grammar of `editors/tree-sitter-journey`, compiled, so that tests can hold it against the parser.
//!
//! No product needs this crate. [`parse`] gives a tree, a [`Highlighter`] what the query for highlighting calls each
//! piece of a text. `tests/` compares trees with those of the parser, on files and on generated sentences, runs the corpus
//! of the grammar, and looks at half-typed files; the `highlighting` test of `xtask` compares the captures.

use std::ops::Range;

use tree_sitter::{
    Language, LanguageError, Parser, Query, QueryCursor, QueryError, StreamingIterator, Tree,
};

pub use tree_sitter::Node;

mod compiled;

/// The query that says what to highlight.
const HIGHLIGHTS: &str =
    include_str!("../../../editors/tree-sitter-journey/queries/highlights.scm");

/// A piece of a text, and what a query calls it.
pub type Capture = (Range<usize>, String);

/// Why the grammar or one of its queries is of no use.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The parser was generated for another version of the library.
    #[error(transparent)]
    Language(#[from] LanguageError),
    /// A query does not fit the grammar.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The library gave no tree, which it does when it is stopped.
    #[error("the parser was stopped")]
    Stopped,
}

/// The grammar.
pub fn language() -> Language {
    compiled::LANGUAGE.into()
}

/// Parses a file.
pub fn parse(text: &str) -> Result<Tree, Broken> {
    let mut parser = Parser::new();
    parser.set_language(&language())?;
    parser.parse(text, None).ok_or(Broken::Stopped)
}

/// The query for highlighting, ready for use.
pub struct Highlighter {
    query: Query,
}

impl Highlighter {
    /// Reads `queries/highlights.scm`.
    pub fn new() -> Result<Highlighter, Broken> {
        Ok(Highlighter { query: Query::new(&language(), HIGHLIGHTS)? })
    }

    /// What the pieces of a text are called, in the order of the file.
    pub fn captures(&self, text: &str) -> Result<Vec<Capture>, Broken> {
        captures(&self.query, text)
    }
}

/// What a query finds in a text.
pub fn find(query: &str, text: &str) -> Result<Vec<Capture>, Broken> {
    captures(&Query::new(&language(), query)?, text)
}

fn captures(query: &Query, text: &str) -> Result<Vec<Capture>, Broken> {
    let tree = parse(text)?;
    let (mut cursor, mut found) = (QueryCursor::new(), Vec::new());
    let mut captures = cursor.captures(query, tree.root_node(), text.as_bytes());
    while let Some((matched, at)) = captures.next() {
        let Some(capture) = matched.captures().get(*at) else { continue };
        let name = query.capture_names().get(capture.index as usize);
        let name = name.map(|name| (*name).to_owned()).unwrap_or_default();
        found.push((capture.node.byte_range(), name));
    }
    Ok(found)
}
