//! Expressions in texts: where they end, and where they are given up.

use logos::Logos;

use super::{Lexer, starts_statement, text};
use crate::SyntaxKind::{
    self, COLON, COMMENT, DOT, ERROR_TOKEN, INT_LIT, INTERP_CLOSE, L_BRACE, LONG_QUOTE, R_BRACE,
    TEXT_QUOTE, WHITESPACE,
};

/// The interpolations that are open, and what was seen in them.
#[derive(Default)]
pub(super) struct Interpolations {
    pub(super) open: Vec<Interpolation>,
    /// Whether a line ended since the outermost of them began.
    pub(super) crossed_line: bool,
    /// Whether the last token was a word no expression contains.
    stray_keyword: bool,
}

/// An interpolation that is open.
pub(super) struct Interpolation {
    /// How many braces are open in it.
    braces: u32,
    /// Whether the text it belongs to stands between three quotes.
    long: bool,
}

impl Interpolations {
    /// Begins one in a text.
    pub(super) fn begin(&mut self, long: bool) {
        if self.open.is_empty() {
            self.crossed_line = false;
        }
        self.stray_keyword = false;
        self.open.push(Interpolation { braces: 0, long });
    }

    /// Ends those whose texts cannot go on behind the end of the line.
    pub(super) fn end_line(&mut self) {
        while self.open.last().is_some_and(|innermost| !innermost.long) {
            self.open.pop();
        }
    }

    /// Gives up all up to one of a text that goes on; whether there is one.
    fn give_up(&mut self) -> bool {
        self.stray_keyword = false;
        self.end_line();
        self.open.pop().is_some()
    }
}

/// Where texts between three quotes end.
#[derive(Default)]
pub(super) struct LongTexts {
    /// Where the last three quotes of the file stand, once someone has looked.
    last: Option<usize>,
    /// Where the current text ends at the latest, if it is broken.
    limit: Option<usize>,
    /// Whether the layout is consulted, for some text of the file is never closed.
    by_layout: bool,
}

impl LongTexts {
    pub(super) fn by_layout() -> LongTexts {
        LongTexts { by_layout: true, ..LongTexts::default() }
    }
}

impl<'t> Lexer<'t> {
    /// Takes a token inside an interpolation, where a brace may end it.
    ///
    /// An interpolation may contain line ends, so one that is never closed would swallow the rest
    /// of the file. It is given up at the first sign that it cannot be well-formed: after a line
    /// end, a word that no expression contains, or a `}` behind which the text does not go on.
    pub(super) fn nested_token(&mut self, kind: SyntaxKind) {
        if kind != WHITESPACE && kind != COMMENT {
            if self.interpolations.stray_keyword && kind != COLON {
                if self.interpolations.give_up() {
                    self.rewind();
                    return self.text(true);
                }
                return self.token(kind);
            }
            let after_dot = self.last_significant() == Some(DOT);
            self.interpolations.stray_keyword =
                self.interpolations.crossed_line && !after_dot && starts_statement(kind);
        }
        let innermost = self.interpolations.open.last_mut();
        match (kind, innermost) {
            (L_BRACE, Some(innermost)) => innermost.braces += 1,
            (R_BRACE, Some(Interpolation { braces: 0, long })) => {
                let long = *long;
                return self.close_interpolation(long);
            }
            (R_BRACE, Some(innermost)) => innermost.braces -= 1,
            (INT_LIT | COMMENT | TEXT_QUOTE | LONG_QUOTE | ERROR_TOKEN, _) => {
                return self.read_on(kind);
            }
            _ => {}
        }
        self.push(kind);
    }

    fn close_interpolation(&mut self, long: bool) {
        if !long && self.interpolations.crossed_line && !text::goes_on(self.inner.remainder()) {
            self.interpolations.end_line();
            return self.token(R_BRACE);
        }
        self.interpolations.open.pop();
        self.push(INTERP_CLOSE);
        self.text(long);
    }

    /// Whether three quotes, found in an interpolation, close the text around it, for no more of
    /// them follow: then the interpolation was never closed. Otherwise a text begins.
    pub(super) fn closes_long_text(&mut self, quotes: usize) -> bool {
        quotes >= self.last_long_quotes() && self.interpolations.give_up()
    }

    fn last_long_quotes(&mut self) -> usize {
        let source = self.inner.source();
        let find = || memchr::memmem::rfind(source.as_bytes(), b"\"\"\"").unwrap_or(0);
        *self.long_texts.last.get_or_insert_with(find)
    }

    /// Whether the end of the last text had to be guessed.
    pub(super) fn has_unclosed_text(&self) -> bool {
        self.long_texts.limit.is_some()
    }

    /// Reads a text from behind its three opening quotes.
    pub(super) fn long_text(&mut self) {
        let (here, rest) = (self.inner.span().end, self.inner.remainder());
        self.long_texts.limit = if here > self.last_long_quotes() {
            Some(here + text::unclosed(rest))
        } else if self.long_texts.by_layout {
            text::swallows_declaration(rest).map(|len| here + len)
        } else {
            None
        };
        self.text(true);
    }

    /// What there is left of the file for a text to end in.
    pub(super) fn rest_of_text(&self, long: bool) -> &'t str {
        match self.long_texts.limit.filter(|_| long) {
            Some(limit) => self.inner.source().get(self.inner.span().end..limit),
            None => Some(self.inner.remainder()),
        }
        .unwrap_or_default()
    }

    /// Goes back in front of the current token.
    fn rewind(&mut self) {
        let (source, start) = (self.inner.source(), self.inner.span().start);
        self.inner = SyntaxKind::lexer(source);
        self.inner.bump(start);
    }

    fn last_significant(&self) -> Option<SyntaxKind> {
        self.tokens.iter().rev().map(|token| token.kind).find(|kind| !kind.is_trivia())
    }
}
