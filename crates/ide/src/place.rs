//! Places in a workspace.

use journey_base::{Edit, FileId, TextRange};
use journey_sema::Workspace;
use journey_syntax::{Parse, SyntaxNode, SyntaxToken, Tree};

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

/// The nodes that cover a range, from the file down to the smallest.
pub(crate) fn covering(tree: &Tree, range: TextRange) -> Vec<SyntaxNode<'_>> {
    let covers = |it: TextRange| it.start <= range.start && range.end <= it.end;
    let mut found = vec![tree.root()];
    while let Some(last) = found.last() {
        let inside = last.elements_rev().filter_map(|it| it.node());
        match inside.filter(|it| covers(it.range())).last() {
            Some(node) => found.push(node),
            None => break,
        }
    }
    found
}

/// A text after some edits of it, which do not overlap.
pub fn edited<'e>(text: &str, edits: impl Iterator<Item = &'e Edit>) -> String {
    let mut edits: Vec<&Edit> = edits.collect();
    edits.sort_by_key(|edit| edit.range);
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for edit in edits {
        out.push_str(text.get(at..edit.range.start as usize).unwrap_or_default());
        out.push_str(&edit.text);
        at = edit.range.end as usize;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}
