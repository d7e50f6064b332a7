//! Journeys: the tiles.

use journey_base::Code;

use super::declarations::{block, dangling_docs, docs, name};
use super::recovery::Braced;
use super::{Mark, Parser, expressions, header, messages};
use crate::SyntaxError;
use crate::SyntaxKind::{self, *};

/// The inside of a block.
pub(super) const TILES: Braced = Braced {
    element: "a tile",
    begins: |p| at_tile(p) || header::at_clause(p),
    resumes: |p| at_tile(p) || header::at_clause(p),
};

const WAIT_ARMS: Braced = Braced {
    element: "`on`, `when` or `timeout`",
    begins: |p| matches!(p.current, KW_ON | KW_WHEN | KW_TIMEOUT),
    resumes: |p| matches!(p.current, KW_ON | KW_WHEN | KW_TIMEOUT),
};

const BRANCH_ARMS: Braced = Braced {
    element: "`when` or `else`",
    begins: |p| matches!(p.current, KW_WHEN | KW_ELSE),
    resumes: |p| matches!(p.current, KW_WHEN | KW_ELSE),
};

const VALUE_ARMS: Braced = Braced {
    element: "a value or `else`",
    begins: |p| p.at(KW_ELSE) || expressions::at_expr(p),
    resumes: |p| p.at(KW_ELSE) || p.at(TEXT_QUOTE) || expressions::at_literal(p),
};

const SPLIT_ARMS: Braced = Braced {
    element: "a share, for example `50% a { … }`",
    begins: |p| matches!(p.current, INT_LIT | NUMBER_LIT),
    resumes: |p| matches!(p.current, INT_LIT | NUMBER_LIT),
};

fn starts_tile(kind: SyntaxKind) -> bool {
    matches!(kind, KW_WAIT | KW_BRANCH | KW_SPLIT | KW_SEND | KW_UPDATE | KW_EXIT)
}

/// Whether the current token begins a tile: its keyword, its label or its doc comment.
pub(super) fn at_tile(p: &Parser<'_>) -> bool {
    starts_tile(p.current) || p.at(DOC) || (p.at_word() && p.nth(1) == COLON)
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
        KW_WAIT => wait(p, kind),
        KW_BRANCH => branch(p, kind),
        KW_SPLIT => split(p, kind),
        KW_SEND => send(p, kind),
        KW_UPDATE => update(p, kind),
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

fn wait(p: &mut Parser<'_>, mark: Mark) {
    p.bump();
    let kind = match p.current {
        KW_UNTIL => {
            p.bump();
            expressions::expr(p);
            WAIT_UNTIL
        }
        KW_FOR => wait_event(p),
        L_BRACE | KW_BY => wait_arms(p),
        // `up` can be the name of a constant, and `to` a label behind it.
        KW_UP if p.nth(1) == KW_TO && p.nth(2) != COLON => wait_arms(p),
        _ => {
            expressions::expr(p);
            WAIT_FOR
        }
    };
    p.finish(mark, kind);
}

fn wait_event(p: &mut Parser<'_>) -> SyntaxKind {
    p.bump();
    if !p.at(KW_EVENT) {
        let message = format!("expected `event` after `wait for`, found {}", messages::found(p));
        let error = SyntaxError::new(Code::SYNTAX, p.range(), message);
        p.error(error.help("to wait for some time, write `wait 3d`"));
        if !p.first_on_line() {
            p.skip_expression();
        }
        return WAIT_EVENT;
    }
    header::event_pattern(p);
    if p.at(KW_UP) && p.nth(1) == KW_TO {
        up_to(p);
    }
    WAIT_EVENT
}

fn up_to(p: &mut Parser<'_>) {
    let mark = p.start();
    p.bump();
    p.bump();
    expressions::expr(p);
    p.finish(mark, UP_TO);
}

fn wait_arms(p: &mut Parser<'_>) -> SyntaxKind {
    if p.at(KW_UP) {
        up_to(p);
    } else if p.at(KW_BY) {
        let mark = p.start();
        p.bump();
        expressions::expr(p);
        p.finish(mark, BY_TIME);
    }
    p.braced(&WAIT_ARMS, "a block `{ … }` with what is waited for", |p| {
        let mark = p.start();
        match p.current {
            KW_ON => {
                p.bump();
                header::event_pattern(p);
                block(p, "a block `{ … }` after the event");
                p.finish(mark, ON_ARM);
            }
            KW_WHEN => when_arm(p, mark),
            _ => {
                p.bump();
                block(p, "a block `{ … }` after `timeout`");
                p.finish(mark, TIMEOUT_ARM);
            }
        }
    });
    SyntaxKind::WAIT_ARMS
}

fn when_arm(p: &mut Parser<'_>, mark: Mark) {
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
/// comment or a label, and behind a label stands a keyword that no expression begins with.
fn at_record(p: &Parser<'_>) -> bool {
    let first = p.nth(1);
    let word = first == IDENT || first.is_keyword();
    first == R_BRACE || (word && p.nth(2) == COLON && !starts_tile(p.nth(3)))
}

fn split(p: &mut Parser<'_>, mark: Mark) {
    p.bump();
    name(p, "the split's name");
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
    p.finish(mark, SEND);
}

fn update(p: &mut Parser<'_>, mark: Mark) {
    p.bump();
    p.expect(KW_CUSTOMER, "`customer`");
    expressions::assignments(p);
    p.finish(mark, UPDATE);
}

fn exit(p: &mut Parser<'_>, mark: Mark) {
    p.bump();
    name(p, "the outcome's name");
    p.finish(mark, EXIT);
}
