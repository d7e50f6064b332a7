//! From text to tokens. Never fails: what makes no token becomes an `ERROR_TOKEN`, and the
//! lengths of all tokens add up to the length of the text.
//!
//! Logos knows the words and the punctuation. Three things are read by hand from their first
//! character on: comments, numbers (the grammar tries seven kinds in order, and none may run
//! into a word) and texts, which can contain expressions, which can contain texts. The latter is
//! why the lexer has a stack of modes.

use logos::Logos;

use crate::SyntaxKind;
use crate::SyntaxKind::{
    COLON, COMMENT, DOC, DOT, ERROR_TOKEN, INT_LIT, INTERP_CLOSE, INTERP_OPEN, L_BRACE, R_BRACE,
    TEXT_CHUNK, TEXT_QUOTE, WHITESPACE,
};

mod number;
mod text;

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
    let mut lexer = Lexer {
        inner: SyntaxKind::lexer(text),
        // Real files have a token every four bytes or so, blanks included.
        tokens: Vec::with_capacity(text.len() / 3 + 16),
        interpolations: Vec::new(),
        crossed_line: false,
        stray_keyword: false,
        depth: 0,
        balanced: true,
    };
    loop {
        lexer.blanks();
        let Some(token) = lexer.inner.next() else { break };
        lexer.token(token.unwrap_or(ERROR_TOKEN));
    }
    Lexed { balanced: lexer.balanced && lexer.depth == 0, tokens: lexer.tokens }
}

struct Lexer<'t> {
    inner: logos::Lexer<'t, SyntaxKind>,
    tokens: Vec<Token>,
    /// The interpolations that are open: how many braces are open in each.
    interpolations: Vec<u32>,
    /// Whether a line ended since the outermost of them began.
    crossed_line: bool,
    /// Whether the last token was a word no expression contains, in an interpolation.
    stray_keyword: bool,
    /// How many `{` are open, interpolations aside.
    depth: u32,
    balanced: bool,
}

impl Lexer<'_> {
    /// Reads blanks before Logos sees them: half of all tokens are a single one.
    fn blanks(&mut self) {
        let rest = self.inner.remainder().as_bytes();
        let is_blank = |byte: &&u8| matches!(byte, b' ' | b'\n' | b'\t' | b'\r');
        let len = rest.iter().take_while(is_blank).count();
        if len > 0 {
            self.crossed_line |= rest.iter().take(len).any(|byte| *byte == b'\n');
            self.inner.bump(len);
            self.tokens.push(Token { kind: WHITESPACE, len: len as u32 });
        }
    }

    /// Takes a token from Logos and reads on where it only saw the beginning.
    fn token(&mut self, kind: SyntaxKind) {
        if !self.interpolations.is_empty() {
            return self.nested_token(kind);
        }
        match kind {
            L_BRACE => self.depth += 1,
            R_BRACE => {
                self.balanced &= self.depth > 0;
                self.depth = self.depth.saturating_sub(1);
            }
            INT_LIT | COMMENT | TEXT_QUOTE | ERROR_TOKEN => return self.read_on(kind),
            _ => {}
        }
        self.push(kind);
    }

    /// The same inside an interpolation, where a brace may end it.
    ///
    /// An interpolation may contain line ends, so one that is never closed would swallow the rest
    /// of the file. It is given up at the first sign that it cannot be well-formed: after a line
    /// end, a word that no expression contains, or a `}` behind which the text does not go on.
    fn nested_token(&mut self, kind: SyntaxKind) {
        if kind != WHITESPACE && kind != COMMENT {
            if self.stray_keyword && kind != COLON {
                self.interpolations.clear();
                self.stray_keyword = false;
                return self.token(kind);
            }
            let after_dot = self.last_significant() == Some(DOT);
            self.stray_keyword = self.crossed_line && !after_dot && starts_statement(kind);
        }
        match kind {
            L_BRACE => {
                if let Some(braces) = self.interpolations.last_mut() {
                    *braces += 1;
                }
            }
            R_BRACE => match self.interpolations.last_mut() {
                Some(0) => return self.close_interpolation(),
                Some(braces) => *braces -= 1,
                None => {}
            },
            INT_LIT | COMMENT | TEXT_QUOTE | ERROR_TOKEN => return self.read_on(kind),
            _ => {}
        }
        self.push(kind);
    }

    fn close_interpolation(&mut self) {
        if self.crossed_line && !text::goes_on(self.inner.remainder()) {
            self.interpolations.clear();
            return self.token(R_BRACE);
        }
        self.interpolations.pop();
        self.push(INTERP_CLOSE);
        self.text();
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
        if kind == TEXT_QUOTE {
            self.text();
        }
    }

    /// Reads a text from behind its opening quote, or from behind an interpolation.
    fn text(&mut self) {
        loop {
            let piece = text::piece(self.inner.remainder());
            let (kind, len) = match piece {
                text::Piece::Chunk(len) => (TEXT_CHUNK, len),
                text::Piece::BadEscape(len) => (ERROR_TOKEN, len),
                text::Piece::Open if self.interpolations.len() < MAX_NESTING => (INTERP_OPEN, 1),
                // Too deep to make sense of: the rest of the line goes, and all texts end with it.
                text::Piece::Open => (ERROR_TOKEN, text::rest_of_line(self.inner.remainder())),
                text::Piece::Quote => (TEXT_QUOTE, 1),
                // Never closed: all texts around it end here too, they stand on the same line.
                text::Piece::End => return self.interpolations.clear(),
            };
            self.inner.bump(len);
            self.tokens.push(Token { kind, len: len as u32 });
            match kind {
                INTERP_OPEN => {
                    if self.interpolations.is_empty() {
                        self.crossed_line = false;
                    }
                    self.stray_keyword = false;
                    return self.interpolations.push(0);
                }
                TEXT_QUOTE => return,
                _ => {}
            }
        }
    }

    fn push(&mut self, kind: SyntaxKind) {
        self.tokens.push(Token { kind, len: self.inner.span().len() as u32 });
    }

    fn last_significant(&self) -> Option<SyntaxKind> {
        self.tokens.iter().rev().map(|token| token.kind).find(|kind| !kind.is_trivia())
    }
}

/// `// …` is a comment, and so is a line of four slashes or more; `/// …` is a doc comment.
fn comment(rest: &str) -> (SyntaxKind, usize) {
    let kind = if rest.starts_with("///") && !rest.starts_with("////") { DOC } else { COMMENT };
    (kind, memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len()))
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
