//! What stands one below the other between two braces: the tiles of a block, the arms of a tile.
//!
//! A comment belongs to what follows it, if nothing but a line end stands between the two, and to
//! what it stands behind on the same line. Comments that belong to nothing are things of their own, so
//! that a place among things is a place among comments, too.

use journey_base::TextRange;
use journey_syntax::{SyntaxKind, Tree};

/// Things between braces.
#[derive(Debug)]
pub(super) struct Strip {
    /// Where they begin: behind the brace and a comment on its line.
    pub(super) open: u32,
    /// Whether there is such a comment.
    pub(super) commented: bool,
    /// Where the closing brace is.
    pub(super) close: u32,
    pub(super) things: Vec<Thing>,
}

/// A thing with the comments that belong to it, or comments that belong to nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Thing {
    /// All of it, from its first comment to the one behind it.
    pub(super) whole: TextRange,
    /// The thing itself; none for comments.
    pub(super) node: Option<TextRange>,
}

impl Strip {
    /// The index of the thing that begins here.
    pub(super) fn position(&self, node: TextRange) -> Option<usize> {
        self.things.iter().position(|thing| thing.node == Some(node))
    }

    /// The blanks before the thing of this index; those before the brace behind the last.
    pub(super) fn gap(&self, index: usize) -> TextRange {
        let before = index.checked_sub(1).and_then(|before| self.things.get(before));
        let start = before.map_or(self.open, |before| before.whole.end);
        let end = self.things.get(index).map_or(self.close, |thing| thing.whole.start);
        TextRange::new(start, end)
    }
}

/// Divides what stands between `open` and `close`, in which there are `nodes`.
pub(super) fn strip(tree: &Tree, open: u32, close: u32, nodes: &[TextRange]) -> Strip {
    let comments: Vec<TextRange> = comments_between(tree, open, close, nodes);
    let lines = |from: u32, to: u32| TextRange::new(from, to).of(tree.text()).matches('\n').count();
    // A comment on the line where something ends.
    let behind = |end: u32| {
        let next = comments.iter().find(|comment| comment.start >= end);
        next.filter(|next| lines(end, next.start) == 0).map_or(end, |next| next.end)
    };
    let (brace, open) = (open, behind(open).min(close));
    let mut things = Vec::new();
    let mut from = open;
    let mut sorted = nodes.to_vec();
    sorted.sort_by_key(|node| node.start);
    for node in sorted.into_iter().map(Some).chain([None]) {
        let start = node.map_or(close, |node| node.start);
        let mut groups: Vec<TextRange> = Vec::new();
        for comment in comments.iter().filter(|it| from <= it.start && it.end <= start) {
            match groups.last_mut().filter(|group| lines(group.end, comment.start) == 1) {
                Some(group) => *group = group.cover(*comment),
                None => groups.push(*comment),
            }
        }
        let Some(node) = node else {
            things.extend(groups.into_iter().map(|whole| Thing { whole, node: None }));
            break;
        };
        let lead = groups.pop_if(|group| lines(group.end, start) == 1);
        things.extend(groups.into_iter().map(|whole| Thing { whole, node: None }));
        let end = behind(node.end);
        let whole = TextRange::new(lead.map_or(start, |lead| lead.start), end);
        things.push(Thing { whole, node: Some(node) });
        from = end;
    }
    Strip { open, commented: open > brace, close, things }
}

/// Comments between the nodes, those inside them left out, and without a line end that `\r` begins.
fn comments_between(tree: &Tree, open: u32, close: u32, nodes: &[TextRange]) -> Vec<TextRange> {
    let mut found = Vec::new();
    for token in tree.tokens() {
        let range = token.range();
        if range.start >= close {
            break;
        }
        let inside = |node: &TextRange| node.contains(range.start);
        if token.kind() == SyntaxKind::COMMENT && range.start >= open && !nodes.iter().any(inside) {
            let length = token.text().trim_end().len() as u32;
            found.push(TextRange::new(range.start, range.start + length));
        }
    }
    found
}
