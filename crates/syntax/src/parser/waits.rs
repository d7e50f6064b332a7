//! Journeys: the tiles that wait.

use journey_base::Code;

use super::declarations::{block, name};
use super::header::{self, EventPattern};
use super::recovery::Braced;
use super::tiles::when_arm;
use super::{Mark, Parser, expressions, messages};
use crate::SyntaxError;
use crate::SyntaxKind::{self, *};

const ARMS: Braced = Braced {
    element: "`on`, `when` or `timeout`",
    begins: |p| matches!(p.current, KW_ON | KW_WHEN | KW_TIMEOUT),
    resumes: |p| matches!(p.current, KW_ON | KW_WHEN | KW_TIMEOUT),
};

const LATE: Braced = Braced {
    element: "`late`",
    begins: |p| p.at(KW_LATE),
    resumes: |p| p.at(KW_LATE) && p.nth(1) == L_BRACE,
};

/// The current token is `wait`.
pub(super) fn wait(p: &mut Parser<'_>, mark: Mark) {
    p.bump();
    let kind = match p.current {
        KW_UNTIL => wait_until(p),
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

/// A window, where a weekday or a time of day follows; else a time or a condition.
fn wait_until(p: &mut Parser<'_>) -> SyntaxKind {
    p.bump();
    if at_weekday(p) || p.at(TIMEOFDAY_LIT) {
        window(p);
        if p.at(L_BRACE) {
            let error = SyntaxError::new(Code::SYNTAX, p.range(), "a window has no arms");
            p.error(error.help("remove them: inside of it the wait passes at once"));
            p.error_group();
        }
        return WAIT_WINDOW;
    }
    expressions::expr(p);
    up_to(p);
    if p.at(L_BRACE) {
        late_block(p);
    }
    WAIT_UNTIL
}

fn at_weekday(p: &Parser<'_>) -> bool {
    matches!(p.current, KW_MON | KW_TUE | KW_WED | KW_THU | KW_FRI | KW_SAT | KW_SUN)
}

/// `window_days ~ window_hours? | window_hours`
fn window(p: &mut Parser<'_>) {
    if at_weekday(p) {
        let mark = p.start();
        day_span(p);
        while p.eat(COMMA) {
            day_span(p);
        }
        p.finish(mark, WINDOW_DAYS);
    }
    if p.at(TIMEOFDAY_LIT) {
        let mark = p.start();
        p.bump();
        if range_operator(p) {
            p.phrase(&[(TIMEOFDAY_LIT, "a time of day, for example `17:00`")]);
        }
        p.finish(mark, WINDOW_HOURS);
    }
}

fn day_span(p: &mut Parser<'_>) {
    let mark = p.start();
    weekday(p);
    if range_operator(p) {
        weekday(p);
    }
    p.finish(mark, DAY_SPAN);
}

/// `..`, or the dash that other notations have instead.
pub(super) fn range_operator(p: &mut Parser<'_>) -> bool {
    let dash = p.at(MINUS) || (p.at(ERROR_TOKEN) && matches!(p.token_text(), "–" | "—"));
    if dash {
        let message = format!("`{}` does not make a range", p.token_text());
        let error = SyntaxError::new(Code::SYNTAX, p.range(), message);
        p.error(error.help("write `..`, as in `mon..fri 09:00..17:00`"));
        p.leaf(ERROR);
        p.last_error = Some(p.pos);
    }
    dash || p.eat(DOT_DOT)
}

fn weekday(p: &mut Parser<'_>) {
    if at_weekday(p) {
        p.leaf(WEEKDAY);
    } else {
        p.expected("a weekday, for example `fri`");
    }
}

/// `late_block`, of which the current token is the first.
fn late_block(p: &mut Parser<'_>) {
    let mark = p.start();
    if p.nth(1) == R_BRACE {
        p.expected("`late { … }` in the braces, or none");
    }
    let mut arms = 0;
    p.braced(&LATE, "", |p| {
        if arms > 0 {
            let error = SyntaxError::new(Code::SYNTAX, p.range(), "`late` stands here already");
            p.error(error.help("join the two arms"));
        }
        arms += 1;
        let arm = p.start();
        p.bump();
        block(p, "a block `{ … }` after `late`");
        p.finish(arm, LATE_ARM);
    });
    p.finish(mark, LATE_BLOCK);
}

fn wait_event(p: &mut Parser<'_>) -> SyntaxKind {
    p.bump();
    if !p.at(KW_EVENT) && !p.at(KW_ANY) {
        let error = messages::expected(p, "`event` after `wait for`");
        p.error(error.help("to wait for some time, write `wait 3d`"));
        if !p.first_on_line() {
            p.skip_expression();
        }
        return WAIT_EVENT;
    }
    header::event_pattern(p, EventPattern::Match);
    since(p);
    up_to(p);
    WAIT_EVENT
}

/// `since?`
fn since(p: &mut Parser<'_>) {
    // `since:` is the label of the next tile.
    if p.at(KW_SINCE) && p.nth(1) != COLON {
        let mark = p.start();
        p.bump();
        name(p, "`entered` or the label of a tile");
        p.finish(mark, SINCE);
    }
}

/// `up_to?`
pub(super) fn up_to(p: &mut Parser<'_>) {
    if p.at(KW_UP) && p.nth(1) != COLON {
        let mark = p.start();
        p.bump();
        if p.expect(KW_TO, "`to` and a duration, as in `up to 3d`") {
            expressions::expr(p);
        }
        p.finish(mark, UP_TO);
    }
}

fn wait_arms(p: &mut Parser<'_>) -> SyntaxKind {
    if p.at(KW_BY) {
        let mark = p.start();
        p.bump();
        expressions::expr(p);
        p.finish(mark, BY_TIME);
    } else {
        up_to(p);
    }
    p.braced(&ARMS, "a block `{ … }` with what is waited for", |p| {
        let mark = p.start();
        match p.current {
            KW_ON => {
                p.bump();
                header::event_pattern(p, EventPattern::Match);
                since(p);
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
    WAIT_ARMS
}
