//! Blanks and comments between two tokens.
//!
//! A comment is written where a line may end, so it can never swallow what follows. One that
//! stands where no line may end (`wait // for what?` and then `3d`) goes to the next such
//! place. All keep their order.

use journey_syntax::SyntaxKind;

use crate::doc::Doc;
use crate::outline::Entry;

#[derive(Debug, Clone, Copy)]
struct Comment {
    start: u32,
    len: u32,
    /// Line ends before it, behind the last token or comment.
    lines: u32,
}

#[derive(Debug, Default)]
pub(super) struct Trivia {
    /// Comments that are not written yet.
    comments: Vec<Comment>,
    /// Line ends since the last token or comment.
    lines: u32,
    /// Whether a token was written since the first of the comments was found.
    passed: bool,
    /// Whether anything was written at all.
    begun: bool,
}

impl Trivia {
    /// Takes a blank or a comment.
    pub(super) fn take(&mut self, entry: Entry, text: &str) {
        let piece = text.get(entry.start as usize..(entry.start + entry.len) as usize);
        let piece = piece.unwrap_or_default();
        if entry.kind == SyntaxKind::COMMENT {
            let len = piece.trim_end().len() as u32;
            self.passed &= !self.comments.is_empty();
            self.comments.push(Comment { start: entry.start, len, lines: self.lines });
            self.lines = 0;
        } else if entry.len > 1 || piece == "\n" {
            self.lines += piece.bytes().filter(|byte| *byte == b'\n').count() as u32;
        }
    }

    /// A token is written.
    pub(super) fn token(&mut self) {
        self.lines = 0;
        self.begun = true;
        self.passed = true;
    }

    /// Whether there are comments to be written.
    pub(super) fn has_comments(&self) -> bool {
        !self.comments.is_empty()
    }

    /// Writes the comments gathered so far. `first`: whether empty lines are kept here, and if so,
    /// whether this is the beginning of a block, where there is none. Whether one follows.
    pub(super) fn write(&mut self, doc: &mut Doc, first: Option<bool>) -> bool {
        let mut keeps = first == Some(false);
        for (index, comment) in self.comments.drain(..).enumerate() {
            let behind = index == 0 && self.begun && (comment.lines == 0 || self.passed);
            doc.comment(comment.start, comment.len, !behind, keeps && comment.lines > 1);
            keeps = first.is_some() && (keeps || !behind);
        }
        self.begun = true;
        keeps && self.lines > 1
    }
}
