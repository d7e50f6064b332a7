//! Journeys: the tiles.

use journey_base::Code;

use super::declarations::{block, dangling_docs, docs, name};
use super::recovery::Braced;
use super::{
    Mark, Parser, can_be_name, declarations, expressions, header, is_word, messages, requests,
    waits,
};
use crate::SyntaxError;
use crate::SyntaxKind::{self, *};

/// The inside of a block.
pub(super) const TILES: Braced = Braced {
    element: "a tile",
    begins: |p| at_tile(p) || header::at_clause(p),
    resumes: |p| resumes_at_tile(p) || header::resumes_at_clause(p),
};

const BRANCH_ARMS: Braced = Braced {
    element: "`when` or `else`",
    begins: |p| matches!(p.current, KW_WHEN | KW_ELSE),
    resumes: |p| matches!(p.current, KW_WHEN | KW_ELSE),
};

const VALUE_ARMS: Braced = Braced {
    element: "a value or `else`",
    begins: |p| p.at(KW_ELSE) || expressions::at_expr(p),
    resumes: |p| p.at(KW_ELSE) || p.at_text() || expressions::at_literal(p),
};

const SPLIT_ARMS: Braced = Braced {
    element: "a share, for example `50% a { … }`",
    begins: |p| matches!(p.current, INT_LIT | NUMBER_LIT),
    resumes: |p| matches!(p.current, INT_LIT | NUMBER_LIT),
};

const SEND_ARMS_LIST: Braced = Braced {
    element: messages::SEND_ARMS,
    begins: |p| matches!(p.current, KW_DELIVERED | KW_FAILED | KW_SKIPPED),
    resumes: |p| matches!(p.current, KW_DELIVERED | KW_FAILED | KW_SKIPPED),
};

const RUN_ARMS_LIST: Braced = Braced {
    element: messages::RUN_ARMS,
    begins: |p| matches!(p.current, KW_EXITED | KW_NOT_ENTERED | KW_ELSE),
    resumes: |p| matches!(p.current, KW_EXITED | KW_NOT_ENTERED | KW_ELSE),
};

/// Whether a tile begins with the token, which is a tile's keyword and nothing else.
fn starts_tile(kind: SyntaxKind) -> bool {
    matches!(kind, KW_WAIT | KW_BRANCH | KW_SPLIT | KW_SEND | KW_UPDATE | KW_LET | KW_EXIT)
}

/// The same for keywords that can be names elsewhere.
fn may_start_tile(kind: SyntaxKind) -> bool {
    matches!(kind, KW_WEBHOOK | KW_ADD | KW_REMOVE | KW_RUN | KW_ENTER | KW_REPEAT)
}

/// Whether a tile begins with the `n`th token after the current one, which is such a keyword and
/// is followed by what could not follow a name in an expression.
pub(super) fn at_worded_tile(p: &Parser<'_>, n: usize) -> bool {
    let kind = if n == 0 { p.current } else { p.nth(n) };
    may_start_tile(kind)
        && match (kind, p.nth(n + 1)) {
            (KW_ADD | KW_REMOVE, next) => next == KW_CUSTOMER,
            (_, next) => can_be_name(next),
        }
}

/// Whether a tile begins with the `n`th token after the current one, labels and comments aside.
pub(super) fn at_unlabelled_tile(p: &Parser<'_>, n: usize) -> bool {
    starts_tile(if n == 0 { p.current } else { p.nth(n) }) || at_worded_tile(p, n)
}

/// Whether the current token begins a tile, perhaps a broken one: its keyword, its label or its
/// doc comment.
pub(super) fn at_tile(p: &Parser<'_>) -> bool {
    starts_tile(p.current)
        || may_start_tile(p.current)
        || p.at(DOC)
        || (p.at_word() && p.nth(1) == COLON)
}

/// Whether it does so for sure, where something else was just skipped.
pub(super) fn resumes_at_tile(p: &Parser<'_>) -> bool {
    at_unlabelled_tile(p, 0) || p.at(DOC) || (p.at_word() && p.nth(1) == COLON)
}

/// `doc* ~ label? ~ tile_kind`
pub(super) fn tile(p: &mut Parser<'_>) {
    let mark = p.start();
    docs(p);
    if header::at_clause(p) {
        dangling_docs(p, mark);
        return header::misplaced(p);
    }
    documented(p, mark);
}

/// The rest of a tile whose doc comments, from `mark` on, have been read.
pub(super) fn documented(p: &mut Parser<'_>, mark: Mark) {
    let labelled = p.at_word() && p.nth(1) == COLON;
    if labelled {
        label(p);
    }
    let kind = p.start();
    match p.current {
        KW_WAIT => waits::wait(p, kind),
        KW_BRANCH => branch(p, kind),
        KW_SPLIT => split(p, kind),
        KW_SEND => send(p, kind),
        KW_WEBHOOK => requests::webhook(p, kind),
        KW_UPDATE => update(p, kind),
        KW_ADD => membership(p, kind, KW_TO, ADD_CUSTOMER),
        KW_REMOVE => membership(p, kind, KW_FROM, REMOVE_CUSTOMER),
        KW_RUN => run(p, kind),
        KW_ENTER => {
            start_journey(p);
            p.finish(kind, ENTER);
        }
        KW_LET => let_tile(p, kind),
        KW_REPEAT => repeat(p, kind),
        KW_EXIT => exit(p, kind),
        _ if p.nothing_since(mark) => return,
        _ if labelled => p.expected("a tile behind the label"),
        _ => return dangling_docs(p, mark),
    }
    p.finish(mark, TILE);
}

fn label(p: &mut Parser<'_>) {
    let mark = p.start();
    if p.current.is_reserved() {
        let error = messages::reserved(p);
        p.error(error);
    }
    let inner = p.start();
    p.bump_as(IDENT);
    p.finish(inner, NAME);
    p.bump();
    p.finish(mark, LABEL);
}

pub(super) fn when_arm(p: &mut Parser<'_>, mark: Mark) {
    p.bump();
    expressions::expr(p);
    block(p, "a block `{ … }` after the condition");
    p.finish(mark, WHEN_ARM);
}

fn branch(p: &mut Parser<'_>, mark: Mark) {
    p.bump();
    let mut ended = false;
    if p.at(L_BRACE) {
        p.braced(&BRANCH_ARMS, "", |p| {
            let mark = p.start();
            if p.at(KW_ELSE) {
                else_arm(p, &mut ended);
            } else {
                before_else(p, ended);
                when_arm(p, mark);
            }
        });
        return p.finish(mark, BRANCH_WHEN);
    }
    expressions::expr(p);
    p.braced(&VALUE_ARMS, "a block `{ … }` with an arm for each value", |p| {
        if p.at(KW_ELSE) {
            else_arm(p, &mut ended);
        } else {
            before_else(p, ended);
            value_arm(p);
        }
    });
    p.finish(mark, BRANCH_VALUE);
}

fn else_arm(p: &mut Parser<'_>, ended: &mut bool) {
    before_else(p, *ended);
    *ended = true;
    let mark = p.start();
    p.bump();
    block(p, "a block `{ … }` after `else`");
    p.finish(mark, ELSE_ARM);
}

/// Nothing may follow `else`.
fn before_else(p: &mut Parser<'_>, ended: bool) {
    if ended {
        let error = SyntaxError::new(Code::SYNTAX, p.range(), "an arm stands behind `else`");
        p.error(error.help("put `else` last: it takes whatever no other arm took"));
    }
}

fn value_arm(p: &mut Parser<'_>) {
    let mark = p.start();
    expressions::expr(p);
    while p.at(COMMA) {
        p.bump();
        // A comma may stand behind the last value, and then a block follows, not a record.
        if p.at(L_BRACE) && !at_record(p) {
            break;
        }
        expressions::expr(p);
    }
    block(p, "a block `{ … }` after the value");
    p.finish(mark, VALUE_ARM);
}

/// Whether the brace opens a record: `{}` or a field. A block begins with a keyword, a doc
/// comment or a label, and behind a label stands a tile.
fn at_record(p: &Parser<'_>) -> bool {
    let first = p.nth(1);
    first == R_BRACE || (is_word(first) && p.nth(2) == COLON && !at_unlabelled_tile(p, 3))
}

fn split(p: &mut Parser<'_>, mark: Mark) {
    p.bump();
    name(p, messages::SPLIT_NAME);
    if p.at(KW_PER) {
        let per = p.start();
        p.bump();
        p.expect(KW_ENTRY, "`entry`");
        p.finish(per, PER_ENTRY);
    }
    p.braced(&SPLIT_ARMS, "a block `{ … }` with the shares", |p| {
        let arm = p.start();
        p.bump();
        p.expect(PERCENT_SIGN, "`%`");
        p.finish(arm, PERCENT);
        name(p, "the arm's name");
        block(p, "a block `{ … }` after the arm's name");
        p.finish(arm, SPLIT_ARM);
    });
    p.finish(mark, SPLIT);
}

fn send(p: &mut Parser<'_>, mark: Mark) {
    p.bump();
    header::action_ref(p);
    if p.at(L_PAREN) {
        expressions::arg_list(p);
    } else {
        p.expected("the action's arguments `( … )`");
    }
    header::alias(p);
    if p.at(L_BRACE) {
        let arms = p.start();
        p.braced(&SEND_ARMS_LIST, "", send_arm);
        p.finish(arms, SEND_ARMS);
    }
    p.finish(mark, SEND);
}

fn send_arm(p: &mut Parser<'_>) {
    let mark = p.start();
    let (missing, kind) = match p.current {
        KW_FAILED => return requests::failed_arm(p),
        KW_SKIPPED => ("a block `{ … }` after `skipped`", SKIPPED_ARM),
        _ => ("a block `{ … }` after `delivered`", DELIVERED_ARM),
    };
    p.bump();
    block(p, missing);
    p.finish(mark, kind);
}

fn update(p: &mut Parser<'_>, mark: Mark) {
    p.bump();
    p.expect(KW_CUSTOMER, "`customer`");
    expressions::assignments(p);
    p.finish(mark, UPDATE);
}

/// `add customer to name`, `remove customer from name`
fn membership(p: &mut Parser<'_>, mark: Mark, preposition: SyntaxKind, kind: SyntaxKind) {
    p.bump();
    let word = messages::spelling(preposition);
    if p.expect(KW_CUSTOMER, "`customer`") {
        let found = p.expect(preposition, &format!("`{word}` and an audience"));
        if !found && matches!(p.current, KW_TO | KW_FROM | KW_IN) && p.nth(1) != COLON {
            p.leaf(ERROR);
        }
        if found || (p.at_name() && !p.first_on_line()) {
            name(p, "the audience's name");
        }
    }
    p.finish(mark, kind);
}

fn run(p: &mut Parser<'_>, mark: Mark) {
    start_journey(p);
    if p.at(L_BRACE) {
        let arms = p.start();
        let mut ended = false;
        p.braced(&RUN_ARMS_LIST, "", |p| {
            if p.at(KW_ELSE) {
                else_arm(p, &mut ended);
            } else {
                before_else(p, ended);
                run_arm(p);
            }
        });
        p.finish(arms, RUN_ARMS);
    }
    p.finish(mark, RUN);
}

/// The keyword, a journey and its arguments.
fn start_journey(p: &mut Parser<'_>) {
    p.bump();
    name(p, "the journey's name");
    if p.at(L_PAREN) {
        expressions::arg_list(p);
    } else {
        p.expected("the journey's arguments `( … )`");
    }
}

fn run_arm(p: &mut Parser<'_>) {
    let mark = p.start();
    if p.eat(KW_NOT_ENTERED) {
        block(p, "a block `{ … }` after `not_entered`");
        return p.finish(mark, NOT_ENTERED_ARM);
    }
    p.bump();
    name(p, "an outcome of the journey");
    while p.eat(COMMA) {
        name(p, "an outcome of the journey");
    }
    block(p, "a block `{ … }` after the outcome");
    p.finish(mark, EXITED_ARM);
}

fn let_tile(p: &mut Parser<'_>, mark: Mark) {
    p.bump();
    name(p, "a name for the value");
    declarations::definition(p);
    p.finish(mark, LET_TILE);
}

fn repeat(p: &mut Parser<'_>, mark: Mark) {
    p.bump();
    let bounded = p.expect(KW_UP, "`up to` and how often, as in `repeat up to 3 times { … }`")
        && p.expect(KW_TO, "`to` and how often, as in `repeat up to 3 times { … }`");
    if bounded || (expressions::at_expr(p) && !p.at(L_BRACE) && !p.first_on_line()) {
        expressions::expr(p);
        p.expect(KW_TIMES, "`times`, as in `repeat up to 3 times { … }`");
    }
    repeat_clause(p, KW_EVERY, EVERY);
    repeat_clause(p, KW_UNTIL, REPEAT_UNTIL);
    block(p, "a block `{ … }` with what is repeated");
    p.finish(mark, REPEAT);
}

/// `every?` or `repeat_until?`
fn repeat_clause(p: &mut Parser<'_>, keyword: SyntaxKind, kind: SyntaxKind) {
    if p.at(keyword) {
        let mark = p.start();
        p.bump();
        expressions::expr(p);
        p.finish(mark, kind);
    }
}

fn exit(p: &mut Parser<'_>, mark: Mark) {
    p.bump();
    name(p, "the outcome's name");
    p.finish(mark, EXIT);
}
