//! From tokens to a tree. Never fails: the tree covers every byte, and what does not follow the
//! grammar becomes an `ERROR` node and a [`SyntaxError`].
//!
//! This file holds the machinery: the cursor over the tokens, the tape it writes, and how errors
//! are reported. [`recovery`] says where parsing goes on after one. The other files follow the
//! sections of `grammar/journey.pest`; each of their functions parses the rule it is named after
//! and expects the parser to stand at its first token.
//!
//! One mistake makes one error: a second one at the same token is not reported, for it is almost
//! always the echo of the first.

use std::sync::Arc;

use journey_base::{Code, TextRange};

use crate::SyntaxKind::{self, DOC, EOF, ERROR, ERROR_TOKEN, IDENT, LONG_QUOTE, TEXT_QUOTE};
use crate::lexer::{self, Token};
use crate::tree::range;
use crate::{MAX_TEXT, SyntaxError, TapeNode, Tree};

mod declarations;
mod destinations;
mod expressions;
mod header;
mod messages;
mod recovery;
mod requests;
mod steps;
mod texts;
mod tiles;
mod types;
mod waits;

/// The tree of a text and the mistakes in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parse {
    /// The tree; it covers the whole text, mistakes or not.
    pub tree: Tree,
    /// The mistakes, in order of their places as far as they were found; at most
    /// [`MAX_ERRORS`] and a last one that says that there are more.
    pub errors: Vec<SyntaxError>,
}

/// How many mistakes of a file are reported.
pub const MAX_ERRORS: usize = 100;

/// How deep expressions, blocks, types and texts may nest in one another.
pub const MAX_DEPTH: u32 = 128;

/// Parses a file. Of a text longer than [`MAX_TEXT`] only the beginning is read, which is a mistake.
pub fn parse(text: &str) -> Parse {
    let whole = text.len();
    let text = text.get(..text.floor_char_boundary(MAX_TEXT)).unwrap_or(text);
    let lexed = lexer::lex(text);
    let mut parser = Parser::new(text, lexed);
    declarations::file(&mut parser);
    if text.len() < whole {
        let error = messages::too_long(&parser, whole);
        parser.report(error);
    }
    // Errors are found in order, but for those that speak of a bracket opened earlier.
    parser.errors.sort_by_key(|error| (error.code == Code::TOO_MANY, error.range.start));
    Parse { tree: Tree::new(Arc::from(text), parser.tape), errors: parser.errors }
}

/// Where a node begins.
#[derive(Clone, Copy)]
struct Mark {
    entry: u32,
    offset: u32,
}

struct Parser<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    /// The next token that is neither blank nor comment, and its kind.
    pos: usize,
    current: SyntaxKind,
    /// Where it stands.
    offset: u32,
    /// The tokens before this one are on the tape; between it and `pos` are blanks and comments.
    written: usize,
    /// How much text the tape covers.
    written_offset: u32,
    tape: Vec<TapeNode>,
    errors: Vec<SyntaxError>,
    /// The token at which the last error was reported.
    last_error: Option<usize>,
    depth: u32,
    recovery: recovery::Context,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str, lexed: lexer::Lexed) -> Parser<'t> {
        let mut parser = Parser {
            text,
            pos: 0,
            current: EOF,
            offset: 0,
            written: 0,
            written_offset: 0,
            tape: Vec::with_capacity(lexed.tokens.len() * 2),
            tokens: lexed.tokens,
            errors: Vec::new(),
            last_error: None,
            depth: 0,
            recovery: recovery::Context::new(!lexed.balanced),
        };
        parser.skip_trivia();
        parser
    }

    // --- Looking -------------------------------------------------------------------------------

    fn at(&self, kind: SyntaxKind) -> bool {
        self.current == kind
    }

    /// The kind of the `n`th token after the current one, blanks and comments not counted.
    fn nth(&self, n: usize) -> SyntaxKind {
        let after = self.tokens.get(self.pos + 1..).unwrap_or_default();
        let mut significant = after.iter().map(|token| token.kind).filter(|kind| !kind.is_trivia());
        significant.nth(n.saturating_sub(1)).unwrap_or(EOF)
    }

    /// Whether the current token can be a name.
    fn at_name(&self) -> bool {
        can_be_name(self.current)
    }

    /// Whether the current token is a word, keyword or not.
    fn at_word(&self) -> bool {
        is_word(self.current)
    }

    /// Whether the current token begins a text.
    fn at_text(&self) -> bool {
        matches!(self.current, TEXT_QUOTE | LONG_QUOTE)
    }

    /// Where the current token stands; at the end of the file, behind its last character.
    fn range(&self) -> TextRange {
        range(self.offset, self.tokens.get(self.pos).map_or(0, |token| token.len))
    }

    /// The text of the current token.
    fn token_text(&self) -> &'t str {
        self.range().of(self.text)
    }

    /// Where the last token on the tape ends: the place for what is missing.
    fn end_of_last(&self) -> TextRange {
        TextRange::empty(self.gap().start)
    }

    /// The blanks and comments before the current token, on the tape or not.
    fn gap(&self) -> TextRange {
        let before = self.tokens.get(..self.pos).unwrap_or_default();
        let blanks = before.iter().rev().take_while(|token| token.kind.is_trivia());
        let len: u32 = blanks.map(|token| token.len).sum();
        TextRange::new(self.offset.saturating_sub(len), self.offset)
    }

    fn first_on_line(&self) -> bool {
        let gap = self.gap();
        gap.start == 0 || gap.of(self.text).contains('\n')
    }

    // --- Writing -------------------------------------------------------------------------------

    /// Begins a node at the current token. The blanks before it are not on the tape yet, and will
    /// get there in front of the node with its first token.
    fn start(&self) -> Mark {
        let blanks = self.pos - self.written;
        Mark { entry: (self.tape.len() + blanks) as u32, offset: self.offset }
    }

    /// Whether nothing was taken since `mark`.
    fn nothing_since(&self, mark: Mark) -> bool {
        self.tape.len() as u32 <= mark.entry
    }

    /// Ends a node that began at `mark`, behind the last token. Where nothing was taken since, no
    /// node is left: a node is where its tokens are.
    fn finish(&mut self, mark: Mark, kind: SyntaxKind) {
        if !self.nothing_since(mark) {
            let size = self.tape.len() as u32 + 1 - mark.entry;
            self.tape.push(TapeNode::new(kind, self.written_offset - mark.offset, size));
        }
    }

    /// Ends the file, the one node that owns the blanks at its ends and is there without tokens.
    fn finish_file(&mut self) {
        self.flush();
        let size = self.tape.len() as u32 + 1;
        self.tape.push(TapeNode::new(SyntaxKind::FILE, self.written_offset, size));
    }

    /// Takes the current token.
    fn bump(&mut self) {
        self.bump_as(self.current);
    }

    /// Takes the current token under another kind: a keyword that is a name here.
    fn bump_as(&mut self, kind: SyntaxKind) {
        if let Some(token) = self.tokens.get(self.pos).copied() {
            self.flush();
            self.tape.push(TapeNode::new(kind, token.len, 1));
            self.pos += 1;
            self.offset += token.len;
            self.written = self.pos;
            self.written_offset = self.offset;
            self.skip_trivia();
        }
    }

    /// Takes the current token if it is of this kind.
    fn eat(&mut self, kind: SyntaxKind) -> bool {
        let found = self.at(kind);
        if found {
            self.bump();
        }
        found
    }

    /// A node of a single token.
    fn leaf(&mut self, kind: SyntaxKind) {
        let mark = self.start();
        self.bump();
        self.finish(mark, kind);
    }

    /// Takes the first byte of the current token as `kind` and leaves the rest as `left`: a type
    /// ends and a default begins in `list<int>= []`.
    fn bump_first(&mut self, kind: SyntaxKind, left: SyntaxKind) {
        self.flush();
        if let Some(token) = self.tokens.get_mut(self.pos).filter(|token| token.len > 1) {
            *token = Token { kind: left, len: token.len - 1 };
            self.tape.push(TapeNode::new(kind, 1, 1));
            self.offset += 1;
            self.written_offset = self.offset;
            self.current = left;
        }
    }

    /// Puts the blanks and comments before the current token on the tape.
    fn flush(&mut self) {
        if self.written < self.pos {
            for token in self.tokens.get(self.written..self.pos).unwrap_or_default() {
                self.tape.push(TapeNode::new(token.kind, token.len, 1));
            }
            self.written = self.pos;
            self.written_offset = self.offset;
        }
    }

    #[inline]
    fn skip_trivia(&mut self) {
        while let Some(token) = self.tokens.get(self.pos).copied() {
            if !token.kind.is_trivia() {
                self.current = token.kind;
                return;
            }
            if self.recovery.layout {
                self.recovery.pass_blank(range(self.offset, token.len).of(self.text));
            }
            self.pos += 1;
            self.offset += token.len;
        }
        self.current = EOF;
    }

    // --- Expecting -----------------------------------------------------------------------------

    /// Takes a token of this kind, or says that it is missing before the current one.
    fn expect(&mut self, kind: SyntaxKind, what: &str) -> bool {
        if !self.at(kind) {
            self.skip_stray();
        }
        if self.eat(kind) {
            return true;
        }
        self.expected(what);
        false
    }

    /// Takes tokens of these kinds in a row. Where one is missing, says so and gives up the line.
    /// Whether all are there.
    fn phrase(&mut self, words: &[(SyntaxKind, &str)]) -> bool {
        let whole = words.iter().all(|(kind, what)| self.expect(*kind, what));
        if !whole {
            self.skip_rest_of_line();
        }
        whole
    }

    /// Reports that `what` is missing at the current token.
    fn expected(&mut self, what: &str) {
        if !self.is_quiet() {
            let error = messages::expected(self, what);
            self.error(error);
        }
    }

    /// Whether a mistake found here would not be reported, so that its words need not be found.
    fn is_quiet(&self) -> bool {
        self.last_error == Some(self.pos) || self.errors.len() > MAX_ERRORS
    }

    /// Reports a mistake, unless one was reported at this token already.
    fn error(&mut self, error: SyntaxError) {
        if self.last_error.replace(self.pos) == Some(self.pos) {
            return;
        }
        self.report(error);
    }

    /// Reports a mistake in any case.
    fn report(&mut self, error: SyntaxError) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(error);
        } else if self.errors.len() == MAX_ERRORS {
            let message = format!("this file has more than {MAX_ERRORS} mistakes");
            let more = SyntaxError::new(Code::TOO_MANY, error.range, message);
            self.errors.push(more.help("mend the ones above first; many of the rest may go away"));
        }
    }

    /// Takes malformed tokens and misplaced doc comments out of the way, each with an error of
    /// its own, so that what stands behind them is still understood.
    fn skip_stray(&mut self) {
        while self.at(ERROR_TOKEN) || self.at(DOC) {
            if !self.is_quiet() {
                let error = messages::stray(self);
                self.error(error);
            }
            self.leaf(ERROR);
            // What follows is innocent; but an error right behind is an echo.
            self.last_error = Some(self.pos);
        }
    }

    /// Takes a whole bracketed group as an error.
    fn error_group(&mut self) {
        let mark = self.start();
        self.skip_one();
        self.finish(mark, ERROR);
        self.last_error = Some(self.pos);
    }

    /// Goes one level deeper; at the limit says so and stays.
    fn enter(&mut self) -> bool {
        if self.depth < MAX_DEPTH {
            self.depth += 1;
            return true;
        }
        let error = messages::too_deep(self);
        self.error(error);
        false
    }

    fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }
}

/// Whether a token can be a name.
#[inline]
fn can_be_name(kind: SyntaxKind) -> bool {
    kind == IDENT || (kind.is_keyword() && !kind.is_reserved())
}

/// Whether a token is a word, keyword or not.
#[inline]
fn is_word(kind: SyntaxKind) -> bool {
    kind == IDENT || kind.is_keyword()
}

#[cfg(test)]
mod tests;
