//! Tests.

use super::declarations::{name, name_before_word};
use super::recovery::Braced;
use super::{Mark, Parser, can_be_name, expressions, header, texts};
use crate::SyntaxKind::{self, *};

const STEPS: Braced = Braced { element: "a step", begins: at_step, resumes: resumes_at_step };

fn at_step(p: &Parser<'_>) -> bool {
    starts_step(p.current) || at_worded_step(p)
}

fn starts_step(kind: SyntaxKind) -> bool {
    matches!(kind, KW_JOURNEY | KW_CUSTOMER | KW_AT | KW_AFTER | KW_EVENT | KW_UPDATE | KW_EXPECT)
}

/// A keyword that can be a name elsewhere.
fn at_worded_step(p: &Parser<'_>) -> bool {
    matches!(
        p.current,
        KW_CHOOSE | KW_JOIN | KW_LEAVE | KW_ENTER | KW_RESPOND | KW_FAIL | KW_PAUSE | KW_RESUME
    )
}

/// Whether a step begins here for sure, where something else was just skipped.
fn resumes_at_step(p: &Parser<'_>) -> bool {
    starts_step(p.current) || (at_worded_step(p) && p.first_on_line())
}

const INSTANT: (SyntaxKind, &str) = (TIME_LIT, "an instant, for example `2026-12-01T09:00Z`");

pub(super) fn test_decl(p: &mut Parser<'_>) -> SyntaxKind {
    p.bump();
    if p.at_text() {
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
            memberships(p);
            CUSTOMER_STEP
        }
        KW_AT => {
            p.bump();
            p.phrase(&[INSTANT]);
            AT_STEP
        }
        KW_AFTER => {
            p.bump();
            p.phrase(&[(DURATION_LIT, "a duration, for example `1h`")]);
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
            if name_before_word(p, "the split's name") {
                name(p, "the arm's name");
            }
            CHOOSE_STEP
        }
        KW_EXPECT => return expect_step(p, mark),
        _ => member_step(p),
    };
    p.finish(mark, kind);
}

/// `memberships?`
fn memberships(p: &mut Parser<'_>) {
    if p.at(KW_IN) {
        let mark = p.start();
        p.bump();
        name(p, "an audience");
        while p.eat(COMMA) {
            name(p, "an audience");
        }
        p.finish(mark, MEMBERSHIPS);
    }
}

/// What happens to a member or to what a tile of it waits for.
fn member_step(p: &mut Parser<'_>) -> SyntaxKind {
    let keyword = p.current;
    p.bump();
    match keyword {
        KW_PAUSE => return PAUSE_STEP,
        KW_RESUME => return RESUME_STEP,
        KW_ENTER => {
            if p.at(L_PAREN) {
                expressions::arg_list(p);
            } else {
                p.expected("what the journey of the test is entered with, `( … )`");
                // Its name is known already, and not meant as something else.
                if p.at_name() && p.nth(1) == L_PAREN && !p.first_on_line() {
                    p.leaf(ERROR);
                    expressions::arg_list(p);
                }
            }
            return ENTER_STEP;
        }
        KW_JOIN | KW_LEAVE => name(p, "the audience's name"),
        _ => name_before_word(p, "a tile's label"),
    };
    match keyword {
        KW_JOIN => JOIN_STEP,
        KW_LEAVE => LEAVE_STEP,
        KW_RESPOND => {
            expressions::expr(p);
            RESPOND_STEP
        }
        _ => {
            if p.at(KW_WITH) {
                let mark = p.start();
                p.bump();
                p.phrase(&[(INT_LIT, "the status, for example `with 503`")]);
                p.finish(mark, WITH_STATUS);
            }
            if p.at(INT_LIT) && p.nth(1) != KW_TIMES {
                p.expected("`with` and the status, or how many `times`");
                p.skip_rest_of_line();
            } else {
                times(p);
            }
            FAIL_STEP
        }
    }
}

/// `times?`
fn times(p: &mut Parser<'_>) {
    if p.at(INT_LIT) {
        let mark = p.start();
        p.bump();
        p.expect(KW_TIMES, "`times`");
        p.finish(mark, TIMES);
    }
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
                p.phrase(&[INSTANT]);
            }
            EXPECT_AT
        }
        KW_SEND => {
            expect_send(p);
            times(p);
            EXPECT_SEND
        }
        KW_WEBHOOK if can_be_name(p.nth(1)) => {
            p.bump();
            name(p, "the webhook's label");
            if p.at(L_BRACE) {
                expressions::assignments(p);
            }
            times(p);
            EXPECT_WEBHOOK
        }
        KW_GOAL if can_be_name(p.nth(1)) => {
            p.bump();
            name(p, "the goal's name");
            EXPECT_GOAL
        }
        KW_NO if matches!(p.nth(1), KW_SEND | KW_WEBHOOK | KW_GOAL) => {
            p.bump();
            absence(p);
            EXPECT_NO
        }
        KW_NO if p.nth(1) == KW_EXIT => {
            p.bump();
            p.expected("`send`, `webhook` or `goal` behind `no`");
            p.skip_rest_of_line();
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

/// What `expect no` denies.
fn absence(p: &mut Parser<'_>) {
    let mark = p.start();
    let kind = match p.current {
        KW_SEND => {
            expect_send(p);
            NO_SEND
        }
        KW_WEBHOOK => {
            p.bump();
            name(p, "the webhook's label");
            NO_WEBHOOK
        }
        _ => {
            p.bump();
            name(p, "the goal's name");
            NO_GOAL
        }
    };
    p.finish(mark, kind);
}

/// `kw_send ~ action_ref ~ arg_list?`
fn expect_send(p: &mut Parser<'_>) {
    p.bump();
    header::action_ref(p);
    if p.at(L_PAREN) {
        expressions::arg_list(p);
    }
}
