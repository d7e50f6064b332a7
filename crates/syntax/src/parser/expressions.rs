//! Expressions.
//!
//! The grammar has a rule for each level of the ladder. Here one function climbs it: an operand,
//! then every operator that binds at least as tightly as asked for. In postorder an operand that
//! is already written is wrapped by finishing a node at its mark, so a chain of any length, and a
//! row of `not` or `-`, needs no recursion.

use journey_base::Code;

use super::declarations::any_name;
use super::{Mark, Parser, declarations, header, is_word, messages, requests, texts, tiles};
use crate::SyntaxError;
use crate::SyntaxKind::{self, *};
use crate::lexer::starts_statement;

/// How tightly an operator binds, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Or,
    And,
    Not,
    Compare,
    Coalesce,
    Add,
    Mul,
    Neg,
}

/// `expr`; reports if there is none.
pub(super) fn expr(p: &mut Parser<'_>) {
    if !p.enter() {
        return p.skip_expression();
    }
    if p.at(KW_IF) {
        if_expr(p);
    } else {
        chain(p, Level::Or);
    }
    if p.at(DOT_DOT) {
        let error = SyntaxError::new(Code::SYNTAX, p.range(), "a range cannot stand here");
        p.error(error.help("ranges stand behind `in`: `x in 1..10`"));
        p.skip_rest_of_line();
    }
    p.leave();
}

fn if_expr(p: &mut Parser<'_>) {
    let mark = p.start();
    p.bump();
    expr(p);
    if p.expect(KW_THEN, "`then`") {
        expr(p);
        if p.expect(KW_ELSE, "`else`: an `if` has a value in either case") {
            expr(p);
        }
    }
    p.finish(mark, IF_EXPR);
}

/// An operand and the operators behind it down to `level`.
fn chain(p: &mut Parser<'_>, level: Level) {
    let mark = p.start();
    operand(p, level, mark);
    let mut compared = false;
    while let Some(found) = infix(p).filter(|found| *found >= level) {
        if compared && found > Level::Compare {
            compared_operand(p);
        }
        match found {
            Level::Or => repeat(p, mark, OR_CHAIN, Level::And, at_or),
            Level::And => repeat(p, mark, AND_CHAIN, Level::Not, at_and),
            Level::Compare => {
                if compared {
                    compare_again(p);
                }
                compared = true;
                compare(p, mark);
            }
            Level::Coalesce => {
                repeat(p, mark, COALESCE_CHAIN, Level::Add, |p| p.at(QUESTION_QUESTION));
            }
            Level::Add => repeat(p, mark, ADD_CHAIN, Level::Mul, at_add),
            Level::Mul => repeat(p, mark, MUL_CHAIN, Level::Neg, at_mul),
            Level::Not | Level::Neg => break,
        }
    }
}

/// The level of the operator at the current token.
fn infix(p: &Parser<'_>) -> Option<Level> {
    Some(match p.current {
        KW_OR => Level::Or,
        KW_AND => Level::And,
        EQ_EQ | BANG_EQ | LT | LT_EQ | GT | GT_EQ | KW_CONTAINS | KW_STARTS_WITH | KW_ENDS_WITH
        | KW_MATCHES | KW_IN | KW_IS => Level::Compare,
        KW_NOT if p.nth(1) == KW_IN => Level::Compare,
        QUESTION_QUESTION => Level::Coalesce,
        PLUS | MINUS => Level::Add,
        STAR | SLASH | PERCENT_SIGN => Level::Mul,
        // What other languages write; reported where it is taken.
        EQ | FAT_ARROW => Level::Compare,
        ERROR_TOKEN if at_or(p) => Level::Or,
        ERROR_TOKEN if at_and(p) => Level::And,
        _ => return None,
    })
}

fn at_or(p: &Parser<'_>) -> bool {
    p.at(KW_OR) || (p.at(ERROR_TOKEN) && p.token_text() == "||")
}

fn at_and(p: &Parser<'_>) -> bool {
    p.at(KW_AND) || (p.at(ERROR_TOKEN) && p.token_text() == "&&")
}

fn at_add(p: &Parser<'_>) -> bool {
    matches!(p.current, PLUS | MINUS)
}

fn at_mul(p: &Parser<'_>) -> bool {
    matches!(p.current, STAR | SLASH | PERCENT_SIGN)
}

/// The rest of a chain of one level, whose first operand is written.
fn repeat(
    p: &mut Parser<'_>,
    mark: Mark,
    kind: SyntaxKind,
    operand: Level,
    at_operator: fn(&Parser<'_>) -> bool,
) {
    while at_operator(p) {
        match kind {
            ADD_CHAIN => p.leaf(ADD_OP),
            MUL_CHAIN => p.leaf(MUL_OP),
            _ if p.at(ERROR_TOKEN) => foreign(p),
            _ => p.bump(),
        }
        chain(p, operand);
    }
    p.finish(mark, kind);
}

/// `compare_tail | member_tail | presence_tail`
fn compare(p: &mut Parser<'_>, mark: Mark) {
    let operator = p.start();
    match p.current {
        KW_NOT | KW_IN => {
            p.eat(KW_NOT);
            p.bump();
            p.finish(operator, MEMBER_OP);
            range_chain(p);
        }
        KW_IS => {
            p.bump();
            if !p.eat(KW_SET) && !p.eat(KW_UNSET) {
                presence_missing(p);
            }
            p.finish(operator, PRESENCE_OP);
        }
        _ => {
            if p.at(EQ) {
                let error = SyntaxError::new(Code::SYNTAX, p.range(), "`=` does not compare");
                p.error(error.help("write `==`"));
            }
            if p.at(FAT_ARROW) {
                return arrow(p, mark, operator);
            }
            if p.at(LT) && p.nth(1) == GT {
                let error = SyntaxError::new(Code::SYNTAX, p.range(), "`<>` is not an operator");
                p.error(error.help("write `!=`"));
                p.bump();
                p.last_error = Some(p.pos);
            }
            p.bump();
            p.finish(operator, COMPARE_OP);
            chain(p, Level::Coalesce);
        }
    }
    p.finish(mark, COMPARE_CHAIN);
}

/// `a => b`, where no function can stand.
fn arrow(p: &mut Parser<'_>, mark: Mark, operator: Mark) {
    let error = SyntaxError::new(Code::SYNTAX, p.range(), "`=>` does not compare");
    p.error(error.help("write `>=`; a function such as `x => x > 1` is an argument by itself"));
    p.bump();
    p.finish(operator, COMPARE_OP);
    expr(p);
    p.finish(mark, COMPARE_CHAIN);
}

fn presence_missing(p: &mut Parser<'_>) {
    let message = format!("expected `set` or `unset` after `is`, found {}", messages::found(p));
    let error = SyntaxError::new(Code::SYNTAX, p.range(), message);
    p.error(error.help("to compare values, write `==` or `!=`"));
    if !p.first_on_line() && (p.at(KW_NOT) || at_expr(p)) {
        p.eat(KW_NOT);
        chain(p, Level::Coalesce);
    }
}

fn range_chain(p: &mut Parser<'_>) {
    let mark = p.start();
    chain(p, Level::Coalesce);
    if p.eat(DOT_DOT) {
        chain(p, Level::Coalesce);
        p.finish(mark, RANGE_CHAIN);
    }
}

/// `a < b < c`
fn compare_again(p: &mut Parser<'_>) {
    let error = SyntaxError::new(Code::SYNTAX, p.range(), "comparisons cannot be chained");
    p.error(error.help("join two of them with `and`, or put one in parentheses"));
}

/// `a is set ?? b`, where the operator binds more tightly than the comparison in front of it.
fn compared_operand(p: &mut Parser<'_>) {
    let message = format!("`{}` cannot stand right behind a comparison", p.token_text());
    let error = SyntaxError::new(Code::SYNTAX, p.range(), message);
    p.error(error.help("put the comparison in parentheses: `(x is set)`"));
}

/// A row of prefix operators and what they apply to, or just the latter.
fn operand(p: &mut Parser<'_>, level: Level, mark: Mark) {
    match p.current {
        KW_NOT => {
            parenthesise(p, level, Level::Not, "not");
            while p.eat(KW_NOT) {}
            chain(p, level.max(Level::Compare));
            p.finish(mark, NOT_CHAIN);
        }
        ERROR_TOKEN if p.token_text() == "!" => {
            while p.at(ERROR_TOKEN) && p.token_text() == "!" {
                foreign(p);
            }
            chain(p, level.max(Level::Compare));
            p.finish(mark, NOT_CHAIN);
        }
        MINUS => {
            parenthesise(p, level, Level::Neg, "-");
            while p.eat(MINUS) {}
            at_chain(p);
            p.finish(mark, NEG_CHAIN);
        }
        KW_IF => {
            let error = SyntaxError::new(Code::SYNTAX, p.range(), "an `if` cannot stand here");
            p.error(error.help("put it in parentheses: `( if … then … else … )`"));
            expr(p);
        }
        _ => at_chain(p),
    }
}

/// A prefix operator behind one that binds more tightly.
fn parenthesise(p: &mut Parser<'_>, level: Level, own: Level, operator: &str) {
    if level > own {
        let message = format!("`{operator}` cannot stand right behind this operator");
        let error = SyntaxError::new(Code::SYNTAX, p.range(), message);
        p.error(error.help(format!("put it in parentheses: `({operator} …)`")));
    }
}

/// An operator of another language.
fn foreign(p: &mut Parser<'_>) {
    let error = messages::stray(p);
    p.error(error);
    p.bump();
}

/// `date at timeofday`
fn at_chain(p: &mut Parser<'_>) {
    let mark = p.start();
    field_chain(p);
    // In a test, `at` with an instant is the next step.
    if p.at(KW_AT) && p.nth(1) != TIME_LIT {
        p.bump();
        field_chain(p);
        p.finish(mark, AT_CHAIN);
    }
}

fn field_chain(p: &mut Parser<'_>) {
    let mark = p.start();
    if !primary(p) || !p.at(DOT) {
        return;
    }
    while p.at(DOT) {
        let access = p.start();
        p.bump();
        any_name(p, "a name after `.`");
        p.finish(access, FIELD_ACCESS);
    }
    p.finish(mark, FIELD_CHAIN);
}

/// Whether the current token can begin an expression.
pub(super) fn at_expr(p: &Parser<'_>) -> bool {
    at_literal(p)
        || p.at_name()
        || matches!(
            p.current,
            TEXT_QUOTE
                | LONG_QUOTE
                | L_BRACKET
                | L_BRACE
                | L_PAREN
                | KW_CUSTOMER
                | KW_IF
                | KW_NOT
                | MINUS
        )
}

/// Whether the current token is a literal.
pub(super) fn at_literal(p: &Parser<'_>) -> bool {
    is_literal(p.current)
}

pub(super) fn is_literal(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        TIME_LIT
            | DATE_LIT
            | TIMEOFDAY_LIT
            | DURATION_LIT
            | NUMBER_LIT
            | INT_LIT
            | KW_TRUE
            | KW_FALSE
            | KW_UNSET
            | KW_MON
            | KW_TUE
            | KW_WED
            | KW_THU
            | KW_FRI
            | KW_SAT
            | KW_SUN
    )
}

/// A primary; whether there is one.
fn primary(p: &mut Parser<'_>) -> bool {
    if at_literal(p) {
        p.leaf(LITERAL);
        return true;
    }
    if p.at_name() {
        if p.expression_is_missing() {
            return missing(p);
        }
        if p.nth(1) == L_PAREN {
            call_expr(p);
        } else {
            name_expr(p);
        }
        return true;
    }
    match p.current {
        KW_CUSTOMER => p.leaf(CUSTOMER_EXPR),
        TEXT_QUOTE | LONG_QUOTE => texts::text(p),
        L_PAREN => paren_expr(p),
        L_BRACKET => list_expr(p),
        L_BRACE if !at_block(p) => record_expr(p),
        ERROR_TOKEN | DOC => {
            p.skip_stray();
            return at_expr(p) && !p.first_on_line() && primary(p);
        }
        _ => return missing(p),
    }
    true
}

/// Whether a brace opens a block here: the expression in front of it is missing.
pub(super) fn at_block(p: &Parser<'_>) -> bool {
    let (first, second) = (p.nth(1), p.nth(2));
    let statement = starts_statement(first)
        || tiles::at_unlabelled_tile(p, 1)
        || (requests::begins_block(first) && !matches!(second, COLON | EQ | COMMA | R_BRACE));
    let labelled = is_word(first) && second == COLON;
    p.at(L_BRACE)
        && match labelled {
            true => starts_statement(p.nth(3)) || tiles::at_unlabelled_tile(p, 3),
            false => first == DOC || statement,
        }
}

/// No expression begins here.
fn missing(p: &mut Parser<'_>) -> bool {
    // A keyword in the middle of a line and in front of an operator is meant as a name.
    let used = matches!(p.nth(1), DOT | COMMA | R_PAREN | EQ_EQ | BANG_EQ | LT | GT | PLUS | MINUS);
    if p.current.is_reserved() && used && !p.first_on_line() {
        let error = messages::reserved(p);
        p.error(error);
        let mark = p.start();
        let name = p.start();
        p.bump_as(IDENT);
        p.finish(name, NAME);
        p.finish(mark, NAME_EXPR);
        return true;
    }
    p.expected("an expression");
    false
}

pub(super) fn name_expr(p: &mut Parser<'_>) {
    let mark = p.start();
    declarations::name(p, "a name");
    p.finish(mark, NAME_EXPR);
}

fn call_expr(p: &mut Parser<'_>) {
    let mark = p.start();
    declarations::name(p, "a name");
    arg_list(p);
    p.finish(mark, CALL_EXPR);
}

fn paren_expr(p: &mut Parser<'_>) {
    let mark = p.start();
    let opener = p.open(R_PAREN);
    expr(p);
    if !matches!(p.current, R_PAREN | R_BRACKET) && !p.first_on_line() && !p.at(EOF) {
        p.expected("`)`");
        p.skip_expression();
    }
    p.close(&opener);
    p.finish(mark, PAREN_EXPR);
}

pub(super) fn list_expr(p: &mut Parser<'_>) {
    let mark = p.start();
    p.separated(R_BRACKET, "a value", at_expr, expr);
    p.finish(mark, LIST_EXPR);
}

pub(super) fn record_expr(p: &mut Parser<'_>) {
    let mark = p.start();
    p.separated(R_BRACE, "a field", |p| p.at_word(), assignment);
    p.finish(mark, RECORD_EXPR);
}

/// `assignments`; reports if there are none.
pub(super) fn assignments(p: &mut Parser<'_>) {
    if !p.at(L_BRACE) {
        return p.expected("a block `{ name: value, … }`");
    }
    let mark = p.start();
    p.separated(R_BRACE, "a field", |p| p.at_word(), assignment);
    p.finish(mark, ASSIGNMENTS);
}

fn assignment(p: &mut Parser<'_>) {
    let mark = p.start();
    any_name(p, "a field");
    if p.at(EQ) {
        equals_for_colon(p);
        expr(p);
    } else if p.expect(COLON, "`:` and a value") {
        expr(p);
    }
    p.finish(mark, ASSIGNMENT);
}

fn equals_for_colon(p: &mut Parser<'_>) {
    let error = SyntaxError::new(Code::SYNTAX, p.range(), "expected `:`, found `=`");
    p.error(error.help("a value stands behind a colon: `name: value`"));
    p.leaf(ERROR);
}

/// The current token is the opening parenthesis.
pub(super) fn arg_list(p: &mut Parser<'_>) {
    let mark = p.start();
    p.separated(R_PAREN, "an argument", |p| at_expr(p) || p.at_word(), arg);
    p.finish(mark, ARG_LIST);
}

fn arg(p: &mut Parser<'_>) {
    let mark = p.start();
    if p.at_word() && matches!(p.nth(1), COLON | EQ) {
        let name = p.start();
        any_name(p, "the argument's name");
        if !p.eat(COLON) {
            equals_for_colon(p);
        }
        p.finish(name, ARG_NAME);
    }
    if p.at_name() && p.nth(1) == FAT_ARROW {
        lambda(p);
    } else {
        expr(p);
    }
    header::where_clause(p);
    p.finish(mark, ARG);
}

/// `name ~ "=>" ~ expr`
fn lambda(p: &mut Parser<'_>) {
    let mark = p.start();
    declarations::name(p, "a name for the element");
    p.bump();
    expr(p);
    p.finish(mark, LAMBDA);
}
