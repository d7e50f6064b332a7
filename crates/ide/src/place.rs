//! Places in a workspace.

use journey_base::{FileId, TextRange};
use journey_sema::Workspace;
use journey_syntax::{Parse, SyntaxToken, Tree};

/// A place between two characters of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FilePosition {
    /// The file.
    pub file: FileId,
    /// Bytes before it.
    pub offset: u32,
}

/// A stretch of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileRange {
    /// The file.
    pub file: FileId,
    /// Where in it.
    pub range: TextRange,
}

/// The syntax of a file as it is now. Parsing takes microseconds, and only the declarations of a
/// file are remembered; nothing for a file that is not there.
pub(crate) fn parsed(workspace: &Workspace, file: FileId) -> Option<Parse> {
    Some(journey_syntax::parse(&workspace.text(file)?))
}

/// The tokens that touch `offset`: the one that ends there and the one that begins there, or the
/// one around it, twice.
pub(crate) fn tokens_at(
    tree: &Tree,
    offset: u32,
) -> (Option<SyntaxToken<'_>>, Option<SyntaxToken<'_>>) {
    let mut before = None;
    for token in tree.tokens() {
        let range = token.range();
        if range.start < offset && offset <= range.end {
            before = Some(token);
        }
        if range.contains(offset) {
            return (before, Some(token));
        }
    }
    (before, None)
}
