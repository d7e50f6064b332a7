//! Files, declarations and fields.

use journey_base::Code;

use super::recovery::Braced;
use super::{
    Mark, Parser, destinations, expressions, header, messages, steps, texts, tiles, types,
};
use crate::SyntaxError;
use crate::SyntaxKind::{self, *};

const FIELDS: Braced = Braced {
    element: "a field",
    begins: |p| p.at_word() || p.at(DOC),
    resumes: |p| (p.at_word() && matches!(p.nth(1), COLON | TEXT_QUOTE | LONG_QUOTE)) || p.at(DOC),
};

pub(super) fn file(p: &mut Parser<'_>) {
    while !p.at(EOF) {
        p.mark_item();
        let before = p.pos;
        item(p);
        if p.pos == before {
            p.skip_stray();
            if p.pos == before {
                let error = unexpected(p);
                p.error(error);
                p.skip_to_declaration();
            }
        }
    }
    p.finish_file();
}

/// Whatever stands where a declaration should.
fn unexpected(p: &Parser<'_>) -> SyntaxError {
    match p.current {
        R_BRACE => SyntaxError::new(Code::SYNTAX, p.range(), "this `}` closes nothing")
            .help("remove it, or look above for a `}` too many"),
        KW_WAIT | KW_BRANCH | KW_SPLIT | KW_SEND | KW_UPDATE | KW_EXIT | KW_ENTRY | KW_REENTER => {
            let message = format!("`{}` stands outside of a journey", p.token_text());
            SyntaxError::new(Code::SYNTAX, p.range(), message)
                .help("put it into `journey name { … }`, or look above for a `}` too many")
        }
        _ => messages::no_element(p, "a declaration"),
    }
}

fn item(p: &mut Parser<'_>) {
    let mark = p.start();
    docs(p);
    let kind = match p.current {
        KW_CUSTOMER => customer_decl(p),
        KW_EVENT => event_decl(p),
        KW_AUDIENCE => audience_decl(p),
        KW_LET => let_decl(p),
        KW_POLICY => destinations::policy_decl(p),
        KW_DESTINATION => destinations::destination_decl(p),
        KW_JOURNEY => header::journey_decl(p),
        KW_TEST => steps::test_decl(p),
        _ => return dangling_docs(p, mark),
    };
    p.finish(mark, kind);
}

/// Doc comments with nothing behind them to describe.
pub(super) fn dangling_docs(p: &mut Parser<'_>, mark: Mark) {
    if !p.nothing_since(mark) {
        let error = messages::dangling_doc(p);
        p.error(error);
        p.finish(mark, ERROR);
    }
}

/// `doc*`
pub(super) fn docs(p: &mut Parser<'_>) {
    while p.eat(DOC) {}
}

fn customer_decl(p: &mut Parser<'_>) -> SyntaxKind {
    p.bump();
    fields(p, "a block `{ … }` with the customer's traits");
    CUSTOMER_DECL
}

fn event_decl(p: &mut Parser<'_>) -> SyntaxKind {
    p.bump();
    name(p, "the event's name");
    external_name(p);
    attributes(p);
    fields(p, "a block `{ … }` with the event's properties");
    EVENT_DECL
}

/// `"{" ~ field* ~ "}"`
pub(super) fn fields(p: &mut Parser<'_>, missing: &str) {
    p.braced(&FIELDS, missing, field);
}

fn field(p: &mut Parser<'_>) {
    let mark = p.start();
    docs(p);
    if !p.at_word() {
        return dangling_docs(p, mark);
    }
    any_name(p, "the field's name");
    external_name(p);
    typed(p);
    attributes(p);
    late_default(p);
    p.finish(mark, FIELD);
}

/// `":" ~ type_ref ~ default?`, of a field, a parameter or a setting.
pub(super) fn typed(p: &mut Parser<'_>) {
    if p.expect(COLON, "`:` and a type") || (types::at_type(p) && !p.first_on_line()) {
        types::type_ref(p);
        if p.at(EQ) {
            default(p);
        }
    }
}

/// `attribute*`
pub(super) fn attributes(p: &mut Parser<'_>) {
    while p.at(AT_SIGN) {
        let mark = p.start();
        p.bump();
        // A word on the next line that names the next field is none.
        if p.first_on_line() && p.nth(1) == COLON {
            p.expected("the attribute's name, for example `@pii`");
        } else {
            any_name(p, "the attribute's name, for example `@pii`");
        }
        if p.at(L_PAREN) {
            let opener = p.open(R_PAREN);
            if p.at_text() {
                texts::text(p);
            } else {
                p.expected("a text in double quotes");
            }
            if !p.at(R_PAREN) && !p.first_on_line() {
                p.expected("`)`");
                p.skip_expression();
            }
            p.close(&opener);
        }
        p.finish(mark, ATTRIBUTE);
    }
}

/// A default behind the attributes: it is understood, and reported.
fn late_default(p: &mut Parser<'_>) {
    if p.at(EQ) && !p.first_on_line() {
        let error =
            SyntaxError::new(Code::SYNTAX, p.range(), "a default stands behind an attribute");
        p.error(error.help("put the attribute last: `score: int = 0 @pii`"));
        default(p);
    }
}

fn default(p: &mut Parser<'_>) {
    let mark = p.start();
    p.bump();
    if default_value(p) {
        // A default is no expression, for nothing would say where it ends.
        let ends =
            matches!(p.current, R_BRACE | R_PAREN | COMMA | EOF | ERROR_TOKEN | DOC | AT_SIGN);
        if !ends && !p.at_word() && !p.first_on_line() {
            let error = messages::default_goes_on(p);
            p.error(error);
            p.skip_rest_of_line();
        }
    } else {
        p.expected("a default: a literal, a list, a record or the name of a constant");
        p.skip_rest_of_line();
    }
    p.finish(mark, DEFAULT);
}

/// `default_value`; whether there is one.
fn default_value(p: &mut Parser<'_>) -> bool {
    if p.at_name() {
        expressions::name_expr(p);
        return true;
    }
    match p.current {
        _ if expressions::at_literal(p) => p.leaf(LITERAL),
        TEXT_QUOTE | LONG_QUOTE => texts::text(p),
        L_BRACKET => expressions::list_expr(p),
        L_BRACE => expressions::record_expr(p),
        MINUS => {
            let mark = p.start();
            p.bump();
            if expressions::at_literal(p) {
                p.leaf(LITERAL);
            } else {
                p.expected("a number or a duration");
            }
            p.finish(mark, SIGNED_LITERAL);
        }
        _ => return false,
    }
    true
}

fn audience_decl(p: &mut Parser<'_>) -> SyntaxKind {
    p.bump();
    name(p, "the audience's name");
    external_name(p);
    attributes(p);
    // Without a definition, its members are set from outside.
    let ends = matches!(p.current, EOF | DOC | R_BRACE) || p.at_declaration();
    if p.at(EQ) || !(ends || p.first_on_line()) {
        let mark = p.start();
        definition(p);
        p.finish(mark, DEFINITION);
    }
    AUDIENCE_DECL
}

fn let_decl(p: &mut Parser<'_>) -> SyntaxKind {
    p.bump();
    name(p, "the constant's name");
    definition(p);
    LET_DECL
}

/// `"=" ~ expr`
pub(super) fn definition(p: &mut Parser<'_>) {
    if p.expect(EQ, "`=` and an expression") {
        expressions::expr(p);
    } else if !p.first_on_line() && !p.at(EOF) {
        // Something else stands for the `=`, or nothing: the expression is understood anyway.
        if matches!(p.current, EQ_EQ | COLON) {
            p.leaf(ERROR);
        }
        expressions::expr(p);
    }
}

/// `param_list`, of which the current token is the first.
pub(super) fn param_list(p: &mut Parser<'_>) {
    let mark = p.start();
    p.separated(R_PAREN, "a parameter", |p| p.at_word() || p.at(DOC), param);
    p.finish(mark, PARAM_LIST);
}

fn param(p: &mut Parser<'_>) {
    let mark = p.start();
    docs(p);
    if !p.at_word() {
        return dangling_docs(p, mark);
    }
    any_name(p, "the parameter's name");
    typed(p);
    attributes(p);
    late_default(p);
    p.finish(mark, PARAM);
}

/// `external_name?`
pub(super) fn external_name(p: &mut Parser<'_>) {
    if p.at_text() {
        let mark = p.start();
        texts::text(p);
        p.finish(mark, EXTERNAL_NAME);
    }
}

/// A name that cannot be a reserved word; whether there is one. `what` says whose name it is.
pub(super) fn name(p: &mut Parser<'_>, what: &str) -> bool {
    if p.at_name() && p.name_is_missing() {
        p.expected(what);
        return false;
    }
    name_before_word(p, what)
}

/// The same where another word may follow the name.
pub(super) fn name_before_word(p: &mut Parser<'_>, what: &str) -> bool {
    if !p.at_name() {
        p.skip_stray();
    }
    let mark = p.start();
    if p.at_name() {
        p.bump_as(IDENT);
    } else if p.current.is_reserved() && !p.first_on_line() {
        // On the same line it is meant as the name; on the next, it begins something else.
        let error = messages::reserved(p);
        p.error(error);
        p.bump_as(IDENT);
    } else {
        p.expected(what);
        return false;
    }
    p.finish(mark, NAME);
    true
}

/// A name that any word can be.
pub(super) fn any_name(p: &mut Parser<'_>, what: &str) -> bool {
    if !p.at_word() {
        p.expected(what);
        return false;
    }
    let mark = p.start();
    p.bump_as(IDENT);
    p.finish(mark, ANY_NAME);
    true
}

/// `block`, or what to say if there is none.
pub(super) fn block(p: &mut Parser<'_>, missing: &str) {
    // A block whose brace is missing may still have tiles, and those blocks again: it counts.
    if !p.enter() {
        return p.error_group();
    }
    let mark = p.start();
    p.braced(&tiles::TILES, missing, tiles::tile);
    p.finish(mark, BLOCK);
    p.leave();
}
