//! Tests.

use super::declarations::name;
use super::recovery::Braced;
use super::{Mark, Parser, expressions, header, texts};
use crate::SyntaxKind::{self, *};

const STEPS: Braced = Braced { element: "a step", begins: at_step, resumes: at_step };

fn at_step(p: &Parser<'_>) -> bool {
    matches!(
        p.current,
        KW_JOURNEY | KW_CUSTOMER | KW_AT | KW_AFTER | KW_EVENT | KW_UPDATE | KW_CHOOSE | KW_EXPECT
    )
}

pub(super) fn test_decl(p: &mut Parser<'_>) -> SyntaxKind {
    p.bump();
    if p.at(TEXT_QUOTE) {
        texts::text(p);
    } else {
        p.expected("what the test shows, in double quotes");
        // A title without quotes is skipped as a whole.
        if p.at_word() && !p.first_on_line() {
            p.leaf(ERROR);
        }
    }
    p.braced(&STEPS, "a block `{ … }` with the test's steps", step);
    TEST_DECL
}

fn step(p: &mut Parser<'_>) {
    let mark = p.start();
    let kind = match p.current {
        KW_JOURNEY => {
            p.bump();
            name(p, "the journey's name");
            JOURNEY_STEP
        }
        KW_CUSTOMER => {
            p.bump();
            expressions::assignments(p);
            CUSTOMER_STEP
        }
        KW_AT => {
            p.bump();
            literal(p, TIME_LIT, "an instant, for example `2026-12-01T09:00Z`");
            AT_STEP
        }
        KW_AFTER => {
            p.bump();
            literal(p, DURATION_LIT, "a duration, for example `1h`");
            AFTER_STEP
        }
        KW_EVENT => {
            p.bump();
            name(p, "the event's name");
            if p.at(L_BRACE) {
                expressions::assignments(p);
            }
            EVENT_STEP
        }
        KW_UPDATE => {
            p.bump();
            p.expect(KW_CUSTOMER, "`customer`");
            expressions::assignments(p);
            UPDATE_STEP
        }
        KW_CHOOSE => {
            p.bump();
            if name(p, "the split's name") {
                name(p, "the arm's name");
            }
            CHOOSE_STEP
        }
        _ => return expect_step(p, mark),
    };
    p.finish(mark, kind);
}

fn expect_step(p: &mut Parser<'_>, mark: Mark) {
    p.bump();
    let kind = match p.current {
        KW_EXIT => {
            p.bump();
            name(p, "the outcome's name");
            EXPECT_EXIT
        }
        KW_AT => {
            p.bump();
            name(p, "a tile's label");
            if p.eat(KW_UNTIL) {
                literal(p, TIME_LIT, "an instant, for example `2026-12-01T09:00Z`");
            }
            EXPECT_AT
        }
        KW_SEND => {
            expect_send(p);
            if p.at(INT_LIT) {
                let times = p.start();
                p.bump();
                p.expect(KW_TIMES, "`times`");
                p.finish(times, TIMES);
            }
            EXPECT_SEND
        }
        KW_NO if p.nth(1) == KW_SEND => {
            p.bump();
            let absent = p.start();
            expect_send(p);
            p.finish(absent, NO_SEND);
            EXPECT_NO
        }
        KW_NOT if p.nth(1) == KW_ENTERED => {
            p.bump();
            p.bump();
            EXPECT_NOT_ENTERED
        }
        _ => {
            expressions::expr(p);
            EXPECT_CONDITION
        }
    };
    p.finish(mark, kind);
}

/// A literal of this kind, and no expression.
fn literal(p: &mut Parser<'_>, kind: SyntaxKind, what: &str) {
    if !p.expect(kind, what) {
        p.skip_rest_of_line();
    }
}

/// `kw_send ~ action_ref ~ arg_list?`
fn expect_send(p: &mut Parser<'_>) {
    p.bump();
    header::action_ref(p);
    if p.at(L_PAREN) {
        expressions::arg_list(p);
    }
}
