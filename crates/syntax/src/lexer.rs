//! From text to tokens. Never fails: what makes no token becomes an `ERROR_TOKEN`, and the
//! lengths of all tokens add up to the length of the text.
//!
//! Logos knows the words and the punctuation. Three things are read by hand from their first
//! character on: comments, numbers (the grammar tries seven kinds in order, and none may run
//! into a word) and texts, which can contain expressions, which can contain texts. The latter is
//! why the lexer has a stack of modes. [`text`] knows the pieces of texts, [`interpolation`] what
//! happens in the expressions between them.

use logos::Logos;

use crate::SyntaxKind;
use crate::SyntaxKind::{
    COMMENT, DOC, ERROR_TOKEN, INT_LIT, INTERP_OPEN, L_BRACE, LONG_CHUNK, LONG_QUOTE, R_BRACE,
    TEXT_CHUNK, TEXT_QUOTE, WHITESPACE,
};

mod interpolation;
mod number;
mod text;

use interpolation::{Interpolations, LongTexts};

/// A piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: SyntaxKind,
    /// Its length in bytes, at least 1.
    pub(crate) len: u32,
}

/// All tokens of a text.
pub(crate) struct Lexed {
    /// The tokens; their lengths add up to the length of the text.
    pub(crate) tokens: Vec<Token>,
    /// Whether each `{` has its `}`. If not, the text is wrong for sure, and the parser may look
    /// at the layout to find out where.
    pub(crate) balanced: bool,
}

/// How deep texts may nest in the expressions of texts.
const MAX_NESTING: usize = 32;

/// Splits `text` into tokens.
pub(crate) fn lex(text: &str) -> Lexed {
    let mut lexer = Lexer::new(text);
    lexer.run();
    if lexer.has_unclosed_text() {
        // The one that is not closed need not be the last: the layout tells better.
        let broken = Lexer::new(text);
        lexer = Lexer { long_texts: LongTexts::by_layout(), ..broken };
        lexer.run();
    }
    Lexed { balanced: lexer.balanced && lexer.depth == 0, tokens: lexer.tokens }
}

struct Lexer<'t> {
    inner: logos::Lexer<'t, SyntaxKind>,
    tokens: Vec<Token>,
    interpolations: Interpolations,
    long_texts: LongTexts,
    /// How many `{` are open, interpolations aside.
    depth: u32,
    balanced: bool,
}

impl<'t> Lexer<'t> {
    fn new(text: &'t str) -> Lexer<'t> {
        Lexer {
            inner: SyntaxKind::lexer(text),
            // Real files have a token every four bytes or so, blanks included.
            tokens: Vec::with_capacity(text.len() / 3 + 16),
            interpolations: Interpolations::default(),
            long_texts: LongTexts::default(),
            depth: 0,
            balanced: true,
        }
    }
}

impl Lexer<'_> {
    fn run(&mut self) {
        loop {
            self.blanks();
            let Some(token) = self.inner.next() else { break };
            self.token(token.unwrap_or(ERROR_TOKEN));
        }
    }

    /// Reads blanks before Logos sees them: half of all tokens are a single one.
    fn blanks(&mut self) {
        let rest = self.inner.remainder().as_bytes();
        let is_blank = |byte: &&u8| matches!(byte, b' ' | b'\n' | b'\t' | b'\r');
        let len = rest.iter().take_while(is_blank).count();
        if len > 0 {
            if !self.interpolations.open.is_empty() {
                let mut blanks = rest.iter().take(len);
                self.interpolations.crossed_line |= blanks.any(|byte| *byte == b'\n');
            }
            self.inner.bump(len);
            self.tokens.push(Token { kind: WHITESPACE, len: len as u32 });
        }
    }

    /// Takes a token from Logos and reads on where it only saw the beginning.
    fn token(&mut self, kind: SyntaxKind) {
        if !self.interpolations.open.is_empty() {
            return self.nested_token(kind);
        }
        match kind {
            L_BRACE => self.depth += 1,
            R_BRACE => {
                self.balanced &= self.depth > 0;
                self.depth = self.depth.saturating_sub(1);
            }
            INT_LIT | COMMENT | TEXT_QUOTE | LONG_QUOTE | ERROR_TOKEN => return self.read_on(kind),
            _ => {}
        }
        self.push(kind);
    }

    /// Reads the rest of what Logos saw the first characters of.
    fn read_on(&mut self, kind: SyntaxKind) {
        let start = self.inner.span().start;
        let rest = self.inner.source().get(start..).unwrap_or_default();
        let read = self.inner.span().len();
        let (kind, len) = match kind {
            INT_LIT => number::read(rest.as_bytes()),
            COMMENT => comment(rest),
            ERROR_TOKEN => (ERROR_TOKEN, text::foreign(rest).unwrap_or(read)),
            _ => (kind, read),
        };
        self.inner.bump(len.saturating_sub(read));
        self.push(kind);
        match kind {
            TEXT_QUOTE => self.text(false),
            LONG_QUOTE if self.closes_long_text(start) => {}
            LONG_QUOTE => self.long_text(),
            _ => {}
        }
    }

    /// Reads a text from behind its opening quotes, or from behind an interpolation. A `long` one
    /// stands between three quotes.
    fn text(&mut self, long: bool) {
        let (chunk, quote) = if long { (LONG_CHUNK, LONG_QUOTE) } else { (TEXT_CHUNK, TEXT_QUOTE) };
        loop {
            let rest = self.rest_of_text(long);
            let (kind, len) = match if long { text::long_piece(rest) } else { text::piece(rest) } {
                text::Piece::Chunk(len) => (chunk, len),
                text::Piece::BadEscape(len) => (ERROR_TOKEN, len),
                text::Piece::Open if self.interpolations.open.len() < MAX_NESTING => {
                    (INTERP_OPEN, 1)
                }
                // Too deep to make sense of: the rest of the line goes, and with it all texts
                // that end on it.
                text::Piece::Open => (ERROR_TOKEN, text::rest_of_line(rest)),
                text::Piece::Quote(len) => (quote, len),
                text::Piece::End if long => return self.interpolations.open.clear(),
                // Never closed: those around it end here too, they stand on the same line.
                text::Piece::End => return self.interpolations.end_line(),
            };
            self.inner.bump(len);
            self.tokens.push(Token { kind, len: len as u32 });
            match kind {
                INTERP_OPEN => return self.interpolations.begin(long),
                TEXT_QUOTE | LONG_QUOTE => return,
                _ => {}
            }
        }
    }

    fn push(&mut self, kind: SyntaxKind) {
        self.tokens.push(Token { kind, len: self.inner.span().len() as u32 });
    }
}

/// `// …` is a comment, and so is a line of four slashes or more; `/// …` is a doc comment. A line
/// end of two characters behind a comment is no part of it.
fn comment(rest: &str) -> (SyntaxKind, usize) {
    let kind = if rest.starts_with("///") && !rest.starts_with("////") { DOC } else { COMMENT };
    let end = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
    let line = rest.get(..end).unwrap_or(rest);
    // To the grammar a doc comment has all there is before the line feed.
    (kind, if kind == COMMENT { line.trim_end_matches('\r').len() } else { end })
}

/// Whether the word begins a declaration, a clause, a tile, an arm or a step, and can stand in no
/// expression but as the name of a field or argument.
pub(crate) fn starts_statement(kind: SyntaxKind) -> bool {
    use SyntaxKind::*;
    matches!(
        kind,
        KW_EVENT
            | KW_AUDIENCE
            | KW_LET
            | KW_DESTINATION
            | KW_JOURNEY
            | KW_TEST
            | KW_ENTRY
            | KW_REENTER
            | KW_EXIT
            | KW_ON
            | KW_WHEN
            | KW_AS
            | KW_WAIT
            | KW_UNTIL
            | KW_FOR
            | KW_BY
            | KW_TIMEOUT
            | KW_BRANCH
            | KW_SPLIT
            | KW_SEND
            | KW_UPDATE
            | KW_AFTER
            | KW_EXPECT
    )
}

#[cfg(test)]
mod tests;
