//! Declarations, blocks, arms, and parts that stand one behind the other.

use journey_syntax::SyntaxKind::{self, *};

use super::Builder;
use crate::doc::Keep;
use crate::layout::{is_block, is_bracketed, is_clause};
use crate::outline::Entry;

impl Builder<'_> {
    pub(super) fn file(&mut self) {
        let mut walk = self.outline.children(0);
        let mut first = true;
        while let Some((at, kind)) = self.next(&mut walk) {
            if !first || self.trivia.has_comments() {
                self.hard(first);
            }
            first = false;
            self.in_test = kind == TEST_DECL;
            self.visit(at);
        }
        self.trivia.write(&mut self.doc, Some(first));
    }

    pub(super) fn spaced(&mut self, at: u32) {
        let (mut walk, mut before) = (self.outline.children(at), EOF);
        while let Some((part, kind)) = self.next(&mut walk) {
            self.gap(before, kind);
            self.visit(part);
            before = kind;
        }
    }

    pub(super) fn tight(&mut self, at: u32) {
        let mut walk = self.outline.children(at);
        while let Some((part, _)) = self.next(&mut walk) {
            self.visit(part);
        }
    }

    /// What stands between two parts of a node that stay on one line.
    fn gap(&mut self, before: SyntaxKind, after: SyntaxKind) {
        match (before, after) {
            (EOF, _) | (_, COMMA | COLON | DOT_DOT) | (DOT_DOT, _) => {}
            (DOC, _) => self.hard(true),
            (NAME | ANY_NAME | ACTION_REF, ARG_LIST | PARAM_LIST) => {}
            _ => self.doc.space(),
        }
    }

    /// A text. One of several lines moves with the line it begins on. The expressions in one of a
    /// single line get single spaces. Where an expression has a comment or a text of several
    /// lines in it, all is left as it is.
    pub(super) fn text(&mut self, at: u32, entry: Entry) {
        let count = |kind| self.outline.inside(at).filter(|token| token.kind == kind).count();
        let long = self.outline.kinds(at).next() == Some(LONG_QUOTE);
        if long && count(LONG_QUOTE) == 2 && !self.has_torn_expressions(at) {
            self.long_text(entry);
        } else if long || count(COMMENT) + count(LONG_QUOTE) > 0 || count(INTERP_OPEN) == 0 {
            self.verbatim(entry);
        } else {
            self.flat += 1;
            self.tight(at);
            self.flat -= 1;
        }
    }

    /// Whether an expression in a text has a line end in it.
    fn has_torn_expressions(&self, at: u32) -> bool {
        let mut blanks = self.outline.inside(at).filter(|token| token.kind.is_trivia());
        blanks.any(|blank| self.piece(blank).contains('\n'))
    }

    /// `head {`, each part on lines of its own, `}`.
    pub(super) fn body(&mut self, at: u32) {
        let (mut walk, mut before) = (self.outline.children(at), EOF);
        // A head that has no braces ends with the node.
        let mut inside = false;
        let mut first = true;
        while let Some((part, kind)) = self.next(&mut walk) {
            match kind {
                L_BRACE if !inside => {
                    self.gap(before, kind);
                    inside = true;
                }
                R_BRACE if first && !self.trivia.has_comments() => {}
                R_BRACE => {
                    if first {
                        self.indent();
                    }
                    self.trivia.write(&mut self.doc, Some(first));
                    self.doc.indent(-1);
                    self.doc.hard(false);
                }
                _ if inside => {
                    if first {
                        self.indent();
                    }
                    self.hard(first);
                    first = false;
                }
                _ => self.gap(before, kind),
            }
            self.visit(part);
            before = kind;
        }
    }

    /// `{ … }` on one line if there is one part in it and it fits.
    pub(super) fn block(&mut self, at: u32, keep: Keep) {
        let mut walk = self.outline.children(at);
        let kinds = std::iter::from_fn(|| self.outline.next(&mut walk));
        let mut kinds = kinds.map(|part| self.outline.get(part).kind);
        let (parts, comments) = kinds.by_ref().fold((0, 0), |(parts, comments), kind| {
            (parts + u32::from(!kind.is_token()), comments + u32::from(kind == COMMENT))
        });
        if parts != 1 || comments > 0 {
            return self.body(at);
        }
        self.doc.group(keep);
        let mut walk = self.outline.children(at);
        while let Some((part, kind)) = self.next(&mut walk) {
            match kind {
                L_BRACE => {}
                R_BRACE => {
                    self.dedent();
                    self.line();
                }
                _ => {
                    self.indent();
                    self.line();
                }
            }
            self.visit(part);
        }
        self.doc.end();
    }

    /// A head, its clauses, and perhaps a block.
    pub(super) fn clauses(&mut self, at: u32, kind: SyntaxKind) {
        let blocks = self.outline.kinds(at).filter(|kind| is_block(*kind)).count();
        let clauses = self.outline.kinds(at).filter(|kind| is_clause(*kind)).count();
        // Two steps before a block, so that the head is not mistaken for what is in it.
        let steps = if blocks > 0 { 2 } else { 1 };
        // How someone gets in should be seen at a glance.
        let broken = kind == ENTRY_EVENT && clauses > 1;
        let (mut walk, mut before) = (self.outline.children(at), EOF);
        self.doc.group(Keep::LineEnds);
        let (mut closed, mut comma) = (false, false);
        while let Some((part, kind)) = self.next(&mut walk) {
            if kind == COMMA {
                comma = true;
                continue;
            }
            if is_block(kind) {
                self.doc.end();
                closed = true;
                self.doc.space();
                if kind == BLOCK {
                    self.block(part, Keep::Head);
                } else {
                    self.body(part);
                }
                continue;
            }
            let moves = comma || (is_clause(kind) && before != EOF);
            if comma {
                self.doc.comma();
            }
            if moves {
                self.doc.indent(steps);
                if broken {
                    self.hard(true);
                } else {
                    self.line();
                }
                self.visit(part);
                self.doc.indent(-steps);
            } else {
                self.gap(before, kind);
                self.visit_hanging(part, steps);
            }
            comma = false;
            before = kind;
        }
        if !closed {
            self.doc.end();
        }
    }

    /// `name = value`
    pub(super) fn assign(&mut self, at: u32) {
        let (mut walk, mut before) = (self.outline.children(at), EOF);
        while let Some((part, kind)) = self.next(&mut walk) {
            if before == EQ && !is_bracketed(kind) {
                self.doc.group(Keep::LineEnds);
                self.indent();
                self.line();
                self.visit_hanging(part, 0);
                self.doc.indent(-1);
                self.doc.end();
            } else {
                self.gap(before, kind);
                self.visit(part);
            }
            before = kind;
        }
    }
}
