//! Texts and the expressions in them.

use journey_base::{Code, TextRange};

use super::{Parser, expressions};
use crate::SyntaxError;
use crate::SyntaxKind::{self, *};
use crate::lexer::starts_statement;

/// The current token is the opening quote, or three of them.
pub(super) fn text(p: &mut Parser<'_>) {
    let mark = p.start();
    let (quote, begin) = (p.current, p.offset);
    p.bump();
    // Between the pieces of a text stand no blanks; if some do, the text ended before them. But
    // for those behind a broken interpolation, whose expression may have ended with blanks.
    let mut whole = true;
    loop {
        let kind = if p.written == p.pos || !whole { p.current } else { EOF };
        match kind {
            TEXT_CHUNK | LONG_CHUNK => p.bump(),
            INTERP_OPEN => {
                let closed = interpolation(p);
                whole = closed || quote == TEXT_QUOTE;
                if !closed && quote == TEXT_QUOTE {
                    unclosed(p, begin, quote);
                    break;
                }
                continue;
            }
            ERROR_TOKEN => bad_piece(p),
            _ if kind == quote => {
                p.bump();
                break;
            }
            _ => {
                unclosed(p, begin, quote);
                break;
            }
        }
        whole = true;
    }
    p.finish(mark, TEXT);
}

/// The text that began at `begin` has no closing quote.
fn unclosed(p: &mut Parser<'_>, begin: u32, quote: SyntaxKind) {
    let end = p.end_of_last().start;
    let text = TextRange::new(begin, end);
    let line = text.of(p.text).find('\n').map_or(end, |len| begin + len as u32);
    let range = TextRange::new(begin, line);
    let error = SyntaxError::new(Code::UNTERMINATED_TEXT, range, "this text is not closed");
    p.error(error.help(if quote == LONG_QUOTE {
        "end it with `\"\"\"`, as it began"
    } else {
        "end it with `\"` on the same line, or write it between `\"\"\"`; a brace is `\\{`"
    }));
}

/// `"{" ~ expr ~ "}"`; whether it was closed.
fn interpolation(p: &mut Parser<'_>) -> bool {
    let mark = p.start();
    let open = p.range();
    p.bump();
    if !given_up(p) {
        expressions::expr(p);
    }
    if !p.at(INTERP_CLOSE) && !given_up(p) {
        let help = "write `\\{` for a brace that is meant as text";
        let found = super::messages::found(p);
        let message = format!("expected `}}` after the expression in the text, found {found}");
        let error = SyntaxError::new(Code::SYNTAX, p.range(), message).help(help);
        p.error(error.related(open, "the expression begins here"));
        skip_to_close(p);
        p.last_error = Some(p.pos);
    }
    let closed = p.eat(INTERP_CLOSE);
    p.finish(mark, INTERPOLATION);
    closed
}

/// Whether the lexer ended the text before the current token, for no expression contains it.
fn given_up(p: &Parser<'_>) -> bool {
    p.at_end() || ((starts_statement(p.current) || p.at(R_BRACE)) && p.first_on_line())
}

/// Skips to the end of the interpolation, which the lexer has marked if there is one.
fn skip_to_close(p: &mut Parser<'_>) {
    let done = |p: &Parser<'_>| p.at(INTERP_CLOSE) || p.at(R_BRACE) || given_up(p);
    if done(p) {
        return;
    }
    let mark = p.start();
    while !done(p) {
        p.skip_one();
    }
    p.finish(mark, ERROR);
}

/// A backslash that begins no escape, or a brace nested too deeply.
fn bad_piece(p: &mut Parser<'_>) {
    let (range, piece) = (p.range(), p.token_text());
    let error = if piece.starts_with('{') {
        SyntaxError::new(Code::TOO_DEEP, range, "texts nest too deeply in one another")
            .help("name the inner ones with `let`")
    } else {
        SyntaxError::new(Code::BAD_TOKEN, range, format!("`{piece}` is no escape"))
            .help("escapes are `\\n`, `\\t`, `\\\"`, `\\\\`, `\\{`, `\\}` and `\\u{1F600}`")
    };
    p.report(error);
    p.leaf(ERROR);
    p.last_error = Some(p.pos);
}
