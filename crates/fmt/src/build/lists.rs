//! Lists, records, chains of operands and other things in expressions and types.

use journey_syntax::SyntaxKind::{self, *};

use super::Builder;
use crate::doc::Keep;
use crate::layout::{Layout, is_plain};

impl Builder<'_> {
    /// Parts in brackets, on one line or each on its own; then a comma follows the last, too.
    pub(super) fn list(&mut self, at: u32, kind: SyntaxKind, layout: Layout) {
        let parts = self.outline.kinds(at).filter(|kind| !kind.is_token()).count();
        if parts == 0 {
            return self.tight(at);
        }
        let fill = self.shares_lines(at, kind);
        // A text of several lines among other things gets lines of its own.
        self.doc.group(if parts == 1 { Keep::LineEnds } else { Keep::TextsToo });
        let (mut walk, mut first) = (self.outline.children(at), true);
        while let Some((part, kind)) = self.next(&mut walk) {
            match kind {
                COMMA => continue,
                L_PAREN | L_BRACKET | L_BRACE => self.visit(part),
                R_PAREN | R_BRACKET | R_BRACE => {
                    if layout != Layout::Fields && self.flat == 0 {
                        self.doc.broken_comma();
                    }
                    self.dedent();
                    self.edge(layout);
                    self.visit(part);
                }
                _ => {
                    if first {
                        self.indent();
                        self.edge(layout);
                    } else {
                        self.between(layout, fill);
                    }
                    first = false;
                    if fill {
                        self.doc.group(Keep::LineEnds);
                        self.visit(part);
                        self.doc.end();
                    } else {
                        self.visit(part);
                    }
                }
            }
        }
        self.doc.end();
    }

    /// Whether as many parts as fit stand on a line: plain values, and the facts of a test.
    fn shares_lines(&self, at: u32, kind: SyntaxKind) -> bool {
        let plain = |at| self.outline.kinds(at).filter(|kind| !kind.is_token()).all(is_plain);
        match kind {
            LIST_EXPR => plain(at),
            ASSIGNMENTS => self.in_test,
            _ => false,
        }
    }

    /// The place at a bracket.
    fn edge(&mut self, layout: Layout) {
        if layout == Layout::List { self.soft() } else { self.line() }
    }

    /// The place between two parts.
    fn between(&mut self, layout: Layout, fill: bool) {
        if layout != Layout::Fields {
            self.doc.comma();
        }
        if fill && self.flat == 0 {
            self.trivia.write(&mut self.doc, None);
            self.doc.fill();
        } else {
            self.line();
        }
    }

    /// Operands, and operators at the beginnings of lines.
    pub(super) fn chain(&mut self, at: u32, kind: SyntaxKind, hang: i8) {
        // `x in [` stays together, whatever the length of the list.
        let last = self.outline.kinds(at).last();
        if kind == COMPARE_CHAIN && matches!(last, Some(LIST_EXPR | RECORD_EXPR)) {
            return self.spaced(at);
        }
        self.doc.group(Keep::LineEnds);
        let (mut walk, mut place) = (self.outline.children(at), 0_usize);
        while let Some((part, _)) = self.next(&mut walk) {
            // Operands and operators take turns.
            if place == 1 {
                self.doc.indent(hang);
            }
            match place {
                0 => {}
                odd if odd % 2 == 1 => self.line(),
                _ => self.doc.space(),
            }
            self.visit(part);
            place += 1;
        }
        if place > 1 {
            self.doc.indent(-hang);
        }
        self.doc.end();
    }

    /// `if … then … else …`
    pub(super) fn if_expr(&mut self, at: u32) {
        self.doc.group(Keep::LineEnds);
        self.indent();
        let (mut walk, mut first) = (self.outline.children(at), true);
        while let Some((part, kind)) = self.next(&mut walk) {
            match kind {
                KW_THEN | KW_ELSE => self.line(),
                _ if first => {}
                _ => self.doc.space(),
            }
            first = false;
            self.visit(part);
        }
        self.doc.indent(-1);
        self.doc.end();
    }

    /// `( … )` around one thing.
    pub(super) fn paren(&mut self, at: u32) {
        self.doc.group(Keep::LineEnds);
        let mut walk = self.outline.children(at);
        while let Some((part, kind)) = self.next(&mut walk) {
            match kind {
                L_PAREN => self.visit(part),
                R_PAREN => {
                    self.dedent();
                    self.soft();
                    self.visit(part);
                }
                _ => {
                    self.indent();
                    self.soft();
                    self.visit_hanging(part, 0);
                }
            }
        }
        self.doc.end();
    }
}
