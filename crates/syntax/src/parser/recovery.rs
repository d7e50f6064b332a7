//! Where parsing goes on after a mistake.
//!
//! Two ideas. First, a list knows by which tokens its elements begin; what fits none of them is
//! skipped, whole bracketed groups at a time, up to one that does. Second, where the braces of a
//! file do not match, it is wrong for sure, and then the layout tells best which one is missing:
//! a `}` at the start of a line closes nothing that stands further to the right, and a
//! declaration at the left margin ends whatever is still open. Where the braces match, the
//! layout means nothing.

use super::expressions::is_literal;
use super::{Parser, can_be_name, header, messages, tiles};
use crate::SyntaxKind::{self, *};
use crate::lexer::starts_statement;
use journey_base::TextRange;

/// What recovery knows of the surroundings.
pub(super) struct Context {
    /// Whether the layout is consulted.
    pub(super) layout: bool,
    /// Where the first token of the current line stands on it. Kept up only with `layout`.
    indent: u32,
    /// The same for the line on which the current declaration began.
    item_indent: u32,
    /// Round and square brackets that are open.
    parens: u32,
    brackets: u32,
}

/// A bracket that is open.
pub(super) struct Opener {
    pub(super) open: SyntaxKind,
    pub(super) close: SyntaxKind,
    pub(super) range: TextRange,
    indent: u32,
}

/// What the elements of a braced list look like.
pub(super) struct Braced {
    /// What one of them is called: "a tile".
    pub(super) element: &'static str,
    /// Whether the current token may begin one, or a broken one.
    pub(super) begins: fn(&Parser<'_>) -> bool,
    /// Whether the current token begins one for sure, so that skipping may stop before it.
    pub(super) resumes: fn(&Parser<'_>) -> bool,
}

impl Context {
    pub(super) fn new(layout: bool) -> Context {
        Context { layout, indent: 0, item_indent: 0, parens: 0, brackets: 0 }
    }

    /// Sees blanks go by.
    pub(super) fn pass_blank(&mut self, blank: &str) {
        if let Some(newline) = memchr::memrchr(b'\n', blank.as_bytes()) {
            self.indent = (blank.len() - newline - 1) as u32;
        }
    }
}

impl Parser<'_> {
    // --- Brackets ------------------------------------------------------------------------------

    /// Takes the current token as an opening bracket.
    pub(super) fn open(&mut self, close: SyntaxKind) -> Opener {
        let (open, range, indent) = (self.current, self.range(), self.recovery.indent);
        match close {
            R_PAREN => self.recovery.parens += 1,
            R_BRACKET => self.recovery.brackets += 1,
            _ => {}
        }
        self.bump();
        Opener { open, close, range, indent }
    }

    /// Takes the closing bracket, or says that it is missing.
    pub(super) fn close(&mut self, opener: &Opener) {
        let counter = match opener.close {
            R_PAREN => &mut self.recovery.parens,
            _ => &mut self.recovery.brackets,
        };
        if opener.close != R_BRACE {
            *counter = counter.saturating_sub(1);
        }
        if self.at_close(opener) {
            self.bump();
        } else if self.at_wrong_close(opener) {
            self.expected(&format!("`{}`", messages::spelling(opener.close)));
            self.leaf(ERROR);
        } else {
            let error = messages::unclosed(self, opener);
            self.error(error);
        }
    }

    /// Whether the current token closes a bracket of another form, of which none is open.
    fn at_wrong_close(&self, opener: &Opener) -> bool {
        match self.current {
            R_PAREN => opener.close != R_PAREN && self.recovery.parens == 0,
            R_BRACKET => opener.close != R_BRACKET && self.recovery.brackets == 0,
            _ => false,
        }
    }

    fn at_close(&self, opener: &Opener) -> bool {
        let belongs_outside = self.at(R_BRACE)
            && self.recovery.layout
            && self.first_on_line()
            && self.recovery.indent < opener.indent;
        self.at(opener.close) && !belongs_outside
    }

    /// Whether the line begins no further to the right than the one on which the bracket was
    /// opened. If what stands there does not belong inside either, a `}` is missing before it.
    fn left_behind(&self, opener: &Opener) -> bool {
        self.recovery.layout && self.first_on_line() && self.recovery.indent <= opener.indent
    }

    /// `{ element* }`. `missing` says what to report if there is no brace.
    pub(super) fn braced(
        &mut self,
        list: &Braced,
        missing: &str,
        mut element: impl FnMut(&mut Self),
    ) {
        if !self.at(L_BRACE) {
            self.skip_stray();
        }
        let opener = if self.at(L_BRACE) {
            Some(self.open(R_BRACE))
        } else {
            self.expected(missing);
            // With a `}` to spare, its `{` is what is missing here.
            (self.recovery.layout && (list.resumes)(self)).then(|| Opener {
                open: L_BRACE,
                close: R_BRACE,
                range: self.end_of_last(),
                indent: 0,
            })
        };
        let Some(opener) = opener else { return };
        while !self.at_close(&opener) && !self.at(R_BRACE) && !self.at_end() {
            let before = self.pos;
            if (list.begins)(self) {
                element(self);
            } else if self.left_behind(&opener) {
                break;
            }
            if self.pos == before {
                self.skip_to_element(list);
            }
        }
        self.close(&opener);
    }

    /// `element ("," element)* ","?` in brackets, of which the current token is the first.
    pub(super) fn separated(
        &mut self,
        close: SyntaxKind,
        what: &str,
        begins: fn(&Parser<'_>) -> bool,
        mut element: impl FnMut(&mut Self),
    ) {
        let opener = self.open(close);
        while !self.at_close(&opener) && !self.at_list_end(close) {
            let before = self.pos;
            if !begins(self) {
                self.skip_stray();
            }
            if begins(self) {
                element(self);
            } else if !self.at_close(&opener) {
                self.expected(what);
            }
            if self.at_close(&opener) || self.at_list_end(close) {
                break;
            }
            if !self.eat(COMMA) && (self.pos == before || !self.missing_comma(&opener, begins)) {
                self.skip_in_list(&opener);
                self.eat(COMMA);
            }
        }
        self.close(&opener);
    }

    /// Reports a missing comma; whether the next element stands right here.
    fn missing_comma(&mut self, opener: &Opener, begins: fn(&Parser<'_>) -> bool) -> bool {
        let close = messages::spelling(opener.close);
        self.expected(&format!("`,` or `{close}`"));
        // Only what has a name begins an element beyond doubt.
        begins(self) && self.at_word() && self.nth(1) == COLON
    }

    // --- Ends ----------------------------------------------------------------------------------

    /// Whether nothing more can belong to what is being parsed, braces or not.
    pub(super) fn at_end(&self) -> bool {
        self.at(EOF) || self.at_item_boundary()
    }

    /// Whether a list in round or square brackets must have ended before the current token.
    fn at_list_end(&self, close: SyntaxKind) -> bool {
        match self.current {
            R_BRACE => true,
            INTERP_CLOSE => true,
            R_PAREN => close != R_PAREN,
            R_BRACKET => close != R_BRACKET,
            _ => self.at_statement() || self.at_end(),
        }
    }

    /// Whether the line begins with a word that begins a statement, and is not the name of a field
    /// or argument.
    fn at_statement(&self) -> bool {
        let reserved = starts_statement(self.current) && self.nth(1) != COLON;
        (reserved || self.at_worded_statement()) && self.first_on_line()
    }

    /// The same for a keyword that can be a name, and is followed by what follows none.
    fn at_worded_statement(&self) -> bool {
        match self.current {
            KW_ACTION | KW_SETTING | KW_SECRET | KW_JOIN | KW_LEAVE | KW_RESPOND | KW_FAIL
            | KW_CHOOSE | KW_POLICY => can_be_name(self.nth(1)),
            KW_WHILE | KW_GOAL | KW_TIMEZONE => header::resumes_at_clause(self),
            _ => tiles::at_worded_tile(self, 0),
        }
    }

    /// Whether a name is missing here: the line begins with a keyword that could be one, but goes
    /// on as no line does behind a name.
    pub(super) fn name_is_missing(&self) -> bool {
        !self.at(IDENT)
            && self.first_on_line()
            && self.nth(1) == IDENT
            && !matches!(self.nth(2), COLON | TEXT_QUOTE | LONG_QUOTE)
    }

    /// The same for an expression.
    pub(super) fn expression_is_missing(&self) -> bool {
        !self.at(IDENT)
            && self.first_on_line()
            && (is_literal(self.nth(1))
                || matches!(self.nth(1), TEXT_QUOTE | LONG_QUOTE)
                || (self.at(KW_POLICY) && self.nth(1) == IDENT && self.nth(2) == L_BRACE))
    }

    /// Remembers where a declaration begins.
    pub(super) fn mark_item(&mut self) {
        self.recovery.item_indent = self.recovery.indent;
        self.recovery.parens = 0;
        self.recovery.brackets = 0;
    }

    /// Whether a declaration begins at the current token and ends all that is open.
    fn at_item_boundary(&self) -> bool {
        self.recovery.layout
            && (self.at(DOC) || starts_declaration(self.current))
            && self.first_on_line()
            && self.recovery.indent <= self.recovery.item_indent
            && self.at_declaration()
    }

    /// Whether a declaration begins at the current token, its doc comments included. Their
    /// keywords stand in other places too, so the next token is looked at.
    pub(super) fn at_declaration(&self) -> bool {
        /// Asked at each token, so the answer may not depend on how long a comment is.
        const FAR_ENOUGH: usize = 128;
        let rest = self.tokens.get(self.pos..).unwrap_or_default().iter().take(FAR_ENOUGH);
        let mut kinds =
            rest.map(|token| token.kind).filter(|kind| !kind.is_trivia() && *kind != DOC);
        let (first, second) = (kinds.next().unwrap_or(EOF), kinds.next().unwrap_or(EOF));
        match first {
            KW_CUSTOMER => second == L_BRACE,
            KW_TEST => matches!(second, TEXT_QUOTE | LONG_QUOTE),
            _ => starts_declaration(first) && (second == IDENT || second.is_keyword()),
        }
    }

    // --- Skipping ------------------------------------------------------------------------------

    /// Reports that no element begins here and skips to one. Takes at least one token.
    fn skip_to_element(&mut self, list: &Braced) {
        let before = self.pos;
        self.skip_stray();
        // Where nothing was taken yet, something must be: an element that took nothing is broken.
        if self.at(R_BRACE) || self.at_end() || self.pos > before && (list.resumes)(self) {
            return;
        }
        if self.at(COMMA) {
            let error = messages::no_comma(self);
            self.error(error);
        } else {
            let error = messages::no_element(self, list.element);
            self.error(error);
        }
        let mark = self.start();
        loop {
            self.skip_one();
            if self.at(R_BRACE) || self.at(ERROR_TOKEN) || self.at_end() || (list.resumes)(self) {
                break;
            }
        }
        self.finish(mark, ERROR);
    }

    /// Skips to the next declaration. Takes at least one token.
    pub(super) fn skip_to_declaration(&mut self) {
        let mark = self.start();
        loop {
            self.skip_one();
            if self.at(EOF) || self.at_declaration() {
                break;
            }
        }
        self.finish(mark, ERROR);
        self.last_error = Some(self.pos);
    }

    /// Skips to the next comma or the end of a list in brackets.
    fn skip_in_list(&mut self, opener: &Opener) {
        let close = messages::spelling(opener.close);
        self.expected(&format!("`,` or `{close}`"));
        let done = |p: &Self| p.at(COMMA) || p.at_close(opener) || p.at_list_end(opener.close);
        if done(self) {
            return;
        }
        let mark = self.start();
        while !done(self) {
            self.skip_one();
        }
        self.finish(mark, ERROR);
        if !self.at(COMMA) && !self.at_close(opener) {
            // That the bracket is not closed either is an echo.
            self.last_error = Some(self.pos);
        }
    }

    /// Skips what is left of an expression: up to a closing bracket, a comma or a statement.
    pub(super) fn skip_expression(&mut self) {
        let done = |p: &Self| {
            matches!(p.current, R_BRACE | R_PAREN | R_BRACKET | INTERP_CLOSE | COMMA)
                || p.at_statement()
                || p.at_end()
        };
        if done(self) {
            return;
        }
        let mark = self.start();
        while !done(self) {
            self.skip_one();
        }
        self.finish(mark, ERROR);
        self.last_error = Some(self.pos);
    }

    /// Skips what stands on the current line up to a closing bracket or a comma.
    pub(super) fn skip_rest_of_line(&mut self) {
        let done = |p: &Self| {
            p.first_on_line() || matches!(p.current, R_BRACE | R_PAREN | R_BRACKET | COMMA | EOF)
        };
        if done(self) {
            return;
        }
        let mark = self.start();
        while !done(self) {
            self.skip_one();
        }
        self.finish(mark, ERROR);
        // What stands on the next line is innocent.
        if !self.first_on_line() {
            self.last_error = Some(self.pos);
        }
    }

    /// Skips a token; if it opens a bracket, all up to the one that closes it. Does not recurse,
    /// however deep brackets nest.
    pub(super) fn skip_one(&mut self) {
        let mut open: Vec<SyntaxKind> = Vec::new();
        loop {
            match self.current {
                L_BRACE => open.push(R_BRACE),
                L_PAREN => open.push(R_PAREN),
                L_BRACKET => open.push(R_BRACKET),
                INTERP_OPEN => open.push(INTERP_CLOSE),
                R_BRACE | R_PAREN | R_BRACKET | INTERP_CLOSE => {
                    // A closing bracket closes what was opened since its own, too.
                    match open.iter().rposition(|close| self.at(*close)) {
                        Some(at) => open.truncate(at),
                        None if open.is_empty() => {}
                        None => return,
                    }
                }
                _ => {}
            }
            self.bump();
            if open.is_empty() || self.at_end() {
                return;
            }
        }
    }
}

fn starts_declaration(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        KW_CUSTOMER
            | KW_EVENT
            | KW_AUDIENCE
            | KW_LET
            | KW_POLICY
            | KW_DESTINATION
            | KW_JOURNEY
            | KW_TEST
    )
}
