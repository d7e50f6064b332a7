//! What stands one below the other between two braces: the tiles of a block, the arms of a tile.
//!
//! A comment belongs to what follows it, if nothing but a line end stands between the two, and to
//! what it stands behind on the same line. Comments that belong to nothing are things of their own, so
//! that a place among things is a place among comments, too.

use journey_base::TextRange;
use journey_syntax::{SyntaxKind, SyntaxNode};

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
        let behind = self.things.partition_point(|thing| thing.whole.start <= node.start);
        let found = behind.checked_sub(1)?;
        (self.things.get(found)?.node == Some(node)).then_some(found)
    }

    /// The blanks before the thing of this index; those before the brace behind the last.
    pub(super) fn gap(&self, index: usize) -> TextRange {
        let before = index.checked_sub(1).and_then(|before| self.things.get(before));
        let start = before.map_or(self.open, |before| before.whole.end);
        let end = self.things.get(index).map_or(self.close, |thing| thing.whole.start);
        TextRange::new(start, end)
    }
}

/// Divides what stands between `open` and `close`, in which there are `nodes`. The comments are those
/// of all that is around it, in order: a journey of a thousand tiles has nearly as many strips, so
/// each reads its own part alone.
pub(super) fn strip(
    text: &str,
    comments: &[TextRange],
    (open, close): (u32, u32),
    nodes: &[TextRange],
) -> Strip {
    let mut nodes = nodes.to_vec();
    nodes.sort_by_key(|node| node.start);
    let comments = comments_between(comments, (open, close), &nodes);
    let mut comments = comments.as_slice();
    let lines = |from: u32, to: u32| TextRange::new(from, to).of(text).matches('\n').count();
    // A comment on the line where something ends, before what comes next.
    let behind = |end: u32, next: u32, comments: &[TextRange]| {
        let same_line = |comment: &&TextRange| {
            let between = TextRange::new(end, comment.start);
            comment.start < next && !between.of(text).contains('\n')
        };
        let first = comments.iter().find(|comment| comment.start >= end);
        first.filter(same_line).map_or(end, |comment| comment.end)
    };
    let start_of = |node: usize| nodes.get(node).map_or(close, |node| node.start);
    let (brace, open) = (open, behind(open, start_of(0), comments).min(close));
    let mut things = Vec::new();
    let mut from = open;
    for number in 0..=nodes.len() {
        let start = start_of(number);
        let (here, rest) = comments.split_at(comments.partition_point(|it| it.end <= start));
        comments = rest;
        let mut groups: Vec<TextRange> = Vec::new();
        for comment in here.iter().filter(|it| from <= it.start) {
            match groups.last_mut().filter(|group| lines(group.end, comment.start) == 1) {
                Some(group) => *group = group.cover(*comment),
                None => groups.push(*comment),
            }
        }
        let Some(node) = nodes.get(number).copied() else {
            things.extend(groups.into_iter().map(|whole| Thing { whole, node: None }));
            break;
        };
        let lead = groups.pop_if(|group| lines(group.end, start) == 1);
        things.extend(groups.into_iter().map(|whole| Thing { whole, node: None }));
        let end = behind(node.end, start_of(number + 1), comments);
        let whole = TextRange::new(lead.map_or(start, |lead| lead.start), end);
        things.push(Thing { whole, node: Some(node) });
        from = end;
    }
    Strip { open, commented: open > brace, close, things }
}

/// The comments in a node, by place.
pub(super) fn comments(node: SyntaxNode<'_>) -> Vec<TextRange> {
    let found = node.leaves().filter(|token| token.kind() == SyntaxKind::COMMENT);
    let found = found.map(|token| {
        let start = token.range().start;
        TextRange::new(start, start + token.text().trim_end().len() as u32)
    });
    found.collect()
}

/// Comments between the nodes, those inside them left out.
fn comments_between(
    all: &[TextRange],
    (open, close): (u32, u32),
    nodes: &[TextRange],
) -> Vec<TextRange> {
    let first = all.partition_point(|comment| comment.start < open);
    let end = all.partition_point(|comment| comment.start < close);
    let mut nodes = nodes.iter().peekable();
    let mut outside = |comment: &TextRange| {
        while nodes.next_if(|node| node.end <= comment.start).is_some() {}
        nodes.peek().is_none_or(|node| comment.start < node.start)
    };
    let within = all.get(first..end).unwrap_or_default().iter().copied();
    within.filter(|comment| outside(comment)).collect()
}
