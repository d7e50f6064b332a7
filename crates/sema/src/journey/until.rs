//! `wait until`: an instant, a condition, or certain days and hours.

use journey_base::{Code, TextRange};
use journey_syntax::{AstNode, ast};

use super::flow::Flow;
use super::{Checker, outline};
use crate::Type;
use crate::cx::Stage;
use crate::expr::{Role, weekday};
use crate::findings::Finding;
use crate::literals;
use crate::thir::{BinaryOp, Expr, ExprKind, Hours, TileKind, Window};
use crate::walk;

/// A bit for each day of the week.
const EVERY_DAY: u8 = 0x7f;

impl Checker<'_> {
    /// `wait until TIME` or `wait until CONDITION`.
    pub(super) fn wait_until(
        &mut self,
        wait: ast::WaitUntil<'_>,
        head: TextRange,
    ) -> (Option<TileKind>, Flow) {
        let up_to = wait.up_to().map(|limit| (limit.range(), limit.expr()));
        let up_to = up_to.map(|(range, limit)| (range, self.duration(limit, "`up to`")));
        // It is looked at again whenever a trait it reads changes, so what was known of traits on
        // arrival does not hold for it.
        self.suspend();
        let findings = self.cx.findings.len();
        let what = "`wait until`";
        let until = self
            .cx
            .at_stage(Stage::Journey, |cx| cx.time_or_condition(wait.expr(), Role::new(what)));
        let late = wait.late_block();
        if until.ty == Type::Bool {
            if let Some(late) = late {
                let note = "it holds on arrival or comes to hold; `late` is for an instant";
                self.shape(late.range(), "a condition is never late", note);
            }
            let up_to = up_to.map(|(_, limit)| limit);
            return (Some(self.wait_condition(until, up_to, head)), Flow::from(head, GOES_ON));
        }
        if let Some((range, _)) = up_to
            && !until.is_error()
        {
            let note = "an instant comes by itself; to take the earlier of two write `wait up to 3d \
                        { when now >= t { } }`";
            self.shape(range, "`up to` limits the wait for a condition, and this is a time", note);
        }
        let clean = self.cx.findings.len() == findings;
        let time = if clean && walk::reads_now(&until) {
            self.relative_instant(&until, what);
            Expr::error(until.range)
        } else {
            until
        };
        self.until_time(time, late, head)
    }

    fn wait_condition(&mut self, test: Expr, up_to: Option<Expr>, head: TextRange) -> TileKind {
        self.cx.unsure |= test.is_error();
        let condition = self.cx.watch(test);
        if up_to.is_none() {
            self.endless(head, "a wait for a condition", " up to 7d");
            // It only goes on once the condition holds.
            let known = self.cx.paths.learn(&condition.test, true);
            self.cx.facts.add(&known);
        }
        TileKind::WaitCondition { condition, up_to }
    }

    fn until_time(
        &mut self,
        time: Expr,
        late: Option<ast::LateBlock<'_>>,
        head: TextRange,
    ) -> (Option<TileKind>, Flow) {
        let flow = Flow::from(head, GOES_ON);
        let Some(late) = late else {
            if time.as_const().is_none() && !time.is_error() {
                self.unhandled_late(&time, head);
            }
            return (Some(TileKind::WaitUntil { time, late: None }), flow);
        };
        let Some(arm) = late.late_arm() else {
            return (Some(TileKind::WaitUntil { time, late: None }), flow);
        };
        let in_time = self.cx.facts.clone();
        let arm_head = outline::head_of(arm.syntax());
        let (body, after) = self.arm_block(arm.block());
        let after = after.of_arm(arm_head, "after this arm");
        let mut ways = vec![in_time];
        if after.is_open() {
            ways.push(self.cx.facts.clone());
        }
        self.merge(ways);
        (Some(TileKind::WaitUntil { time, late: Some(body) }), flow.or(after))
    }

    /// An instant that depends on a member can be past when it arrives.
    fn unhandled_late(&mut self, time: &Expr, head: TextRange) {
        let message = "nothing is said of members for whom this is past on arrival";
        let finding = Finding::new(Code::UNHANDLED_LATE, time.range, message)
            .note("they go on at once, as if they had waited");
        let at = TextRange::empty(head.end);
        self.cx.structural(finding.guess("say what becomes of them", at, " { late { } }"));
    }

    /// An instant to wait for.
    pub(super) fn instant(&mut self, syntax: Option<ast::Expr<'_>>, what: &str) -> Expr {
        let findings = self.cx.findings.len();
        let expr =
            self.cx.at_stage(Stage::Journey, |cx| cx.typed(syntax, &Type::Time, Role::new(what)));
        if self.cx.findings.len() == findings && walk::reads_now(&expr) {
            self.relative_instant(&expr, what);
            return Expr::error(expr.range);
        }
        expr
    }

    /// `wait until now + 3d` never comes: it would be computed again and again.
    fn relative_instant(&mut self, expr: &Expr, what: &str) {
        let message = format!("{what} takes an instant that does not move with `now`");
        let finding = Finding::new(Code::OUT_OF_PLACE, expr.range, message);
        let instead = if what == "`by`" { "up to" } else { "wait" };
        let ExprKind::Binary(BinaryOp::AddTimeDuration, sides) = &expr.kind else {
            self.cx.report(finding.note(format!("for some time from now write `{instead} 3d`")));
            return;
        };
        let [start, duration] = &**sides;
        let source = self.cx.source(duration.range);
        self.cx.report(match start.kind {
            ExprKind::Now => finding.note(format!("write `{instead} {source}`")),
            _ => finding.note(format!("for some time from now write `{instead} 3d`")),
        });
    }

    /// `wait until mon..fri 09:00..17:00`.
    pub(super) fn wait_window(&mut self, wait: ast::WaitWindow<'_>, head: TextRange) -> TileKind {
        self.suspend();
        let days = wait.window_days().map_or(EVERY_DAY, |days| self.window_days(days));
        let hours = match wait.window_hours() {
            Some(hours) => self.window_hours(hours),
            None => Hours::All,
        };
        if days == EVERY_DAY && wait.window_hours().is_none() {
            let note = "name fewer days, or hours: `wait until mon..sun 09:00..17:00`";
            self.shape(head, "this never waits: it is open on every day", note);
        }
        TileKind::WaitWindow(Window { days, hours })
    }

    fn window_days(&mut self, syntax: ast::WindowDays<'_>) -> u8 {
        let mut days = 0;
        for span in syntax.day_spans() {
            let named = span
                .weekdaies()
                .filter_map(|day| weekday(day.syntax().first_token().map(|token| token.kind())?));
            let named: Vec<u8> = named.collect();
            let (Some(first), Some(last)) = (named.first(), named.last()) else { continue };
            let bits = span_of(*first, *last);
            if days & bits == bits {
                let message =
                    format!("`{}` is among these days already", self.cx.source(span.range()));
                self.cx.report(Finding::new(Code::DUPLICATE, span.range(), message));
            }
            days |= bits;
        }
        // What the parser could not read was reported.
        if days == 0 { EVERY_DAY } else { days }
    }

    fn window_hours(&mut self, syntax: ast::WindowHours<'_>) -> Hours {
        let mut read = Vec::new();
        for token in syntax.timeofday_lit_tokens() {
            match literals::time_of_day(token.text()) {
                Ok(time) => read.push(time),
                Err(problem) => self.cx.bad_literal(token.range(), problem),
            }
        }
        match *read.as_slice() {
            [at] => Hours::At(at),
            [from, to] if from == to => {
                let note = "from a time of day to the same one there is no time";
                self.shape(syntax.range(), "this range of hours is empty", note);
                Hours::At(from)
            }
            [from, to] => Hours::Range(from, to),
            _ => Hours::All,
        }
    }
}

/// What is said of a wait that is followed by nothing.
const GOES_ON: &str = "this goes on to the end";

/// The days from one to another, over the weekend where that is the way.
fn span_of(first: u8, last: u8) -> u8 {
    (0..7)
        .map(|step| (first + step) % 7)
        .take_while(|day| *day != last)
        .chain([last])
        .fold(0, |bits, day| bits | 1 << day)
}

#[cfg(test)]
mod tests {
    use super::span_of;

    #[test]
    fn days_are_inclusive_and_go_over_the_weekend() {
        assert_eq!(span_of(0, 4), 0b001_1111);
        assert_eq!(span_of(5, 0), 0b110_0001);
        assert_eq!(span_of(6, 6), 0b100_0000);
        assert_eq!(span_of(1, 0), 0x7f);
    }
}
