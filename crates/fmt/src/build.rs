//! From the tree to a document.
//!
//! One walk through the tree in the order of the text. Blanks and comments stand between the
//! parts of a node: they are gathered on the way (`trivia.rs`) and written at the next place
//! where a line may end.

mod lists;
mod nodes;
mod trivia;

use journey_syntax::SyntaxKind::{self, *};

use crate::doc::{Doc, Keep};
use crate::layout::{Layout, layout};
use crate::outline::{Entry, Outline, Walk};
use trivia::Trivia;

/// The document of a file without mistakes.
pub(crate) fn file(text: &str, outline: &Outline) -> Doc {
    let doc = Doc::for_source(text.len());
    let trivia = Trivia::default();
    let mut builder =
        Builder { text, outline, doc, trivia, flat: 0, in_test: false, open_time: false };
    builder.file();
    builder.doc.finish()
}

struct Builder<'a> {
    text: &'a str,
    outline: &'a Outline,
    doc: Doc,
    trivia: Trivia,
    /// How many texts there are around this place: in them no line ends.
    flat: u32,
    /// Whether this is in a test.
    in_test: bool,
    /// Whether the last token was a time without an offset: a dot behind it would be part of it.
    open_time: bool,
}

impl<'a> Builder<'a> {
    /// The next part of a node that is neither blank nor comment.
    fn next(&mut self, walk: &mut Walk) -> Option<(u32, SyntaxKind)> {
        loop {
            let at = self.outline.next(walk)?;
            let entry = self.outline.get(at);
            if !entry.kind.is_trivia() {
                return Some((at, entry.kind));
            }
            self.trivia.take(entry, self.text);
        }
    }

    fn visit(&mut self, at: u32) {
        self.visit_hanging(at, 1);
    }

    /// `hang`: how many steps the further lines of a chain are indented.
    fn visit_hanging(&mut self, at: u32, hang: i8) {
        let entry = self.outline.get(at);
        let Some(layout) = layout(entry.kind) else {
            return self.token(entry);
        };
        match layout {
            Layout::File => self.file(),
            Layout::Spaced => self.spaced(at),
            Layout::Tight => self.tight(at),
            Layout::Text => self.text(at, entry),
            Layout::Body => self.body(at),
            Layout::Block => self.block(at, Keep::TextsToo),
            Layout::List | Layout::Record | Layout::Fields => self.list(at, entry.kind, layout),
            Layout::Chain => self.chain(at, entry.kind, hang),
            Layout::Clauses => self.clauses(at, entry.kind),
            Layout::Assign => self.assign(at),
            Layout::If => self.if_expr(at),
            Layout::Paren => self.paren(at),
        }
    }

    // --- Tokens --------------------------------------------------------------------------------

    fn token(&mut self, entry: Entry) {
        if self.open_time && matches!(entry.kind, DOT | DOT_DOT) {
            self.doc.space();
        }
        let text = self.piece(entry);
        self.open_time = entry.kind == TIME_LIT && !has_offset(text);
        let text = if entry.kind == DOC { text.trim_end() } else { text };
        self.doc.text(entry.start, text.len() as u32, width(text));
        self.trivia.token();
    }

    /// Something as it stands in the source, whatever is in it.
    fn verbatim(&mut self, entry: Entry) {
        let text = self.piece(entry);
        match text.split_once('\n') {
            Some((first, _)) => self.doc.lines(entry.start, entry.len, width(first), false),
            None => self.doc.text(entry.start, entry.len, width(text)),
        }
        self.open_time = false;
        self.trivia.token();
    }

    /// A text of several lines, which moves with its first.
    fn long_text(&mut self, entry: Entry) {
        let Some((first, _)) = self.piece(entry).split_once('\n') else {
            return self.verbatim(entry);
        };
        self.doc.lines(entry.start, entry.len, width(first.trim_end()), true);
        self.open_time = false;
        self.trivia.token();
    }

    fn piece(&self, entry: Entry) -> &'a str {
        self.text.get(entry.start as usize..(entry.start + entry.len) as usize).unwrap_or_default()
    }

    // --- Places where a line may end -----------------------------------------------------------

    /// A space, or a line end if the group is broken.
    fn line(&mut self) {
        if self.flat > 0 {
            return self.doc.space();
        }
        self.trivia.write(&mut self.doc, None);
        self.doc.line();
    }

    /// Nothing, or a line end if the group is broken.
    fn soft(&mut self) {
        if self.flat == 0 {
            self.trivia.write(&mut self.doc, None);
            self.doc.soft();
        }
    }

    /// A line end; an empty line is kept unless this is the `first` one of its block.
    fn hard(&mut self, first: bool) {
        let blank = self.trivia.write(&mut self.doc, Some(first));
        self.doc.hard(blank);
    }

    /// One step in.
    fn indent(&mut self) {
        self.doc.indent(1);
    }

    /// One step out; comments that stand here are still inside.
    fn dedent(&mut self) {
        if self.flat == 0 {
            self.trivia.write(&mut self.doc, None);
        }
        self.doc.indent(-1);
    }
}

/// Whether a time literal ends with `Z`, `+01:00` or the like.
fn has_offset(time: &str) -> bool {
    let clock = time.split_once('T').map_or("", |(_, clock)| clock);
    clock.contains(['Z', '+', '-'])
}

/// The columns a piece of text takes.
fn width(text: &str) -> u32 {
    if text.is_ascii() { text.len() as u32 } else { text.chars().count() as u32 }
}
