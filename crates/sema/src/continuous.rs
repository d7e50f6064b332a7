//! Conditions that take effect the moment they become true, and the instants at which time alone
//! can make them so.
//!
//! Nothing polls. From a condition follows when to look again: `now - t > 3d` can change at
//! `t + 3d` and at no other time. What `now` may stand in is therefore limited to forms of which
//! this can be said.

use journey_base::Code;
use journey_syntax::ast;

use crate::Type;
use crate::cx::Cx;
use crate::findings::Finding;
use crate::thir::{BinaryOp, CompareOp, Condition, Const, Expr, ExprKind, UnaryOp, Wake};
use crate::walk;

/// Instants and durations that are added and subtracted, `now` among them.
#[derive(Default)]
struct Linear {
    /// How often `now` is added.
    now: i32,
    plus: Vec<Expr>,
    minus: Vec<Expr>,
}

/// `now` stands in a form of which no next change can be computed.
struct NotComputable;

impl Cx<'_> {
    /// A condition that is watched.
    pub(crate) fn watched(&mut self, syntax: Option<ast::Expr<'_>>, what: &str) -> Condition {
        let test = self.condition(syntax, what);
        self.watch(test)
    }

    /// The same, of a condition that is checked already.
    pub(crate) fn watch(&mut self, test: Expr) -> Condition {
        let mut wakes = Vec::new();
        if !test.is_error() {
            self.wakes(&test, &mut wakes);
        }
        Condition { test, wakes }
    }

    /// Collects when `test` can change though nothing else happens.
    fn wakes(&mut self, test: &Expr, wakes: &mut Vec<Wake>) {
        if !walk::reads_now(test) {
            return;
        }
        let found = match &test.kind {
            ExprKind::Not(_) | ExprKind::And(_) | ExprKind::Or(_) | ExprKind::If(_) => {
                return walk::children(test).into_iter().for_each(|part| self.wakes(part, wakes));
            }
            ExprKind::Compare(_, sides) if sides.iter().all(|side| side.ty == Type::Bool) => {
                return sides.iter().for_each(|side| self.wakes(side, wakes));
            }
            _ if only_calendar(test) => Ok(vec![Wake::Midnight]),
            _ if let Some(hours) = hours_of_now(test) => Ok(hours),
            ExprKind::Compare(op, sides) => {
                let [left, right] = &**sides;
                self.compared(*op, left, right)
            }
            ExprKind::InRange(parts) => in_range(parts),
            _ => Err(NotComputable),
        };
        match found {
            Ok(found) => {
                for wake in found {
                    if !wakes.iter().any(|known| same(known, &wake)) {
                        wakes.push(wake);
                    }
                }
            }
            Err(NotComputable) => self.not_computable(test),
        }
    }

    fn compared(
        &mut self,
        op: CompareOp,
        left: &Expr,
        right: &Expr,
    ) -> Result<Vec<Wake>, NotComputable> {
        // At a single instant nothing is ever equal long enough to be noticed.
        if matches!(op, CompareOp::Eq | CompareOp::Ne) {
            return Err(NotComputable);
        }
        let clock = |side: &Expr| is_time_of_now(side);
        match (clock(left), clock(right)) {
            (true, false) if only_calendar(right) => {
                return Ok(vec![Wake::TimeOfDay(right.clone()), Wake::Midnight]);
            }
            (false, true) if only_calendar(left) => {
                return Ok(vec![Wake::TimeOfDay(left.clone()), Wake::Midnight]);
            }
            _ => {}
        }
        let mut difference = linear(left)?;
        difference.subtract(linear(right)?);
        let Some(at) = self.solve(difference)? else { return Ok(Vec::new()) };
        // What asks the calendar is another instant from midnight on.
        let midnight = walk::reads_now(&at).then_some(Wake::Midnight);
        Ok([Wake::At(at)].into_iter().chain(midnight).collect())
    }

    /// The instant at which `now` makes the sum zero; none where it cancels out.
    fn solve(&mut self, sum: Linear) -> Result<Option<Expr>, NotComputable> {
        let (plus, minus) = match sum.now {
            0 => return Ok(None),
            1 => (sum.minus, sum.plus),
            -1 => (sum.plus, sum.minus),
            _ => return Err(NotComputable),
        };
        let times = |exprs: Vec<Expr>| -> (Vec<Expr>, Vec<Expr>) {
            exprs.into_iter().partition(|expr| expr.ty == Type::Time)
        };
        let (add_times, add_durations) = times(plus);
        let (subtract_times, subtract_durations) = times(minus);
        let mut add_times = add_times.into_iter();
        let mut at = add_times.next().ok_or(NotComputable)?;
        let mut subtract_times = subtract_times.into_iter();
        // Every further instant needs one it is counted from.
        for later in add_times {
            let earlier = subtract_times.next().ok_or(NotComputable)?;
            let between = self.combine(BinaryOp::SubTimeTime, later, earlier, Type::Duration);
            at = self.combine(BinaryOp::AddTimeDuration, at, between, Type::Time);
        }
        if subtract_times.next().is_some() {
            return Err(NotComputable);
        }
        for duration in add_durations {
            at = self.combine(BinaryOp::AddTimeDuration, at, duration, Type::Time);
        }
        for duration in subtract_durations {
            at = self.combine(BinaryOp::SubTimeDuration, at, duration, Type::Time);
        }
        Ok(Some(at))
    }

    fn combine(&mut self, op: BinaryOp, a: Expr, b: Expr, ty: Type) -> Expr {
        let range = a.range.cover(b.range);
        self.binary(op, a, b, ty, range)
    }

    fn not_computable(&mut self, test: &Expr) {
        let message = "when this changes cannot be computed";
        let finding = Finding::new(Code::NOT_COMPUTABLE, test.range, message)
            .label("this condition is watched, not asked at an instant");
        let asks_hour = walk::any(
            test,
            &|expr| matches!(&expr.kind, ExprKind::Unary(UnaryOp::HourOf, inner) if inner.kind == ExprKind::Now),
        );
        let equal = matches!(&test.kind, ExprKind::Compare(CompareOp::Eq | CompareOp::Ne, _));
        self.report(if asks_hour {
            finding.note(
                "an hour is compared with a constant, `now.hour >= 9`, or written as a range of the \
                 clock: `now.time in 09:00..17:00`",
            )
        } else if equal {
            let finding = finding.note(
                "an instant is over at once; write `now >= t`, or compare dates: `now.date == d`",
            );
            match self.lasting_form(test) {
                Some(text) => finding.guess(format!("write `{text}`"), test.range, text),
                None => finding,
            }
        } else {
            finding.note(
                "`now` may stand in `now < t`, `now - t > 3d`, `now.time in 09:00..17:00`, \
                 `now.weekday in mon..fri` and comparisons of `now.date`",
            )
        });
    }
}

impl Cx<'_> {
    /// What is probably meant by a comparison that holds for an instant only: from then on, or for
    /// a minute of the clock.
    fn lasting_form(&self, test: &Expr) -> Option<String> {
        let ExprKind::Compare(CompareOp::Eq, sides) = &test.kind else { return None };
        let [left, right] = &**sides;
        let (asked, other) = match (walk::reads_now(left), walk::reads_now(right)) {
            (true, false) => (left, right),
            (false, true) => (right, left),
            _ => return None,
        };
        let source = |expr: &Expr| self.source(expr.range);
        if asked.kind == ExprKind::Now {
            return Some(format!("now >= {}", source(other)));
        }
        let Some(Const::TimeOfDay(from)) = other.as_const().filter(|_| is_time_of_now(asked))
        else {
            return None;
        };
        let to = (from / MINUTE + 1) % (24 * 60);
        Some(format!("now.time in {}..{:02}:{:02}", source(other), to / 60, to % 60))
    }
}

/// Milliseconds.
const MINUTE: i32 = 60_000;
const HOUR: i32 = 60 * MINUTE;

/// When a comparison of `now.hour` with constants can change: as one of those hours begins or
/// ends.
fn hours_of_now(test: &Expr) -> Option<Vec<Wake>> {
    let is_hour = |expr: &Expr| matches!(&expr.kind, ExprKind::Unary(UnaryOp::HourOf, inner) if inner.kind == ExprKind::Now);
    let parts = match &test.kind {
        ExprKind::Compare(..) | ExprKind::InList(_) | ExprKind::InRange(_) => walk::children(test),
        _ => return None,
    };
    let (asked, constants): (Vec<_>, Vec<_>) = parts.into_iter().partition(|part| is_hour(part));
    if asked.is_empty() {
        return None;
    }
    let mut hours = Vec::new();
    for constant in constants {
        match constant.as_const()? {
            Const::Int(hour) => hours.push(*hour),
            Const::List(items) => {
                for item in items.iter() {
                    let Const::Int(hour) = item else { return None };
                    hours.push(*hour);
                }
            }
            _ => return None,
        }
    }
    let ends = hours.iter().map(|hour| hour.saturating_add(1));
    let mut changes: Vec<i64> = hours.iter().copied().chain(ends).collect();
    changes.retain(|hour| (0..24).contains(hour));
    changes.sort_unstable();
    changes.dedup();
    let at = |hour: i64| {
        let time = Const::TimeOfDay(hour as i32 * HOUR);
        Wake::TimeOfDay(Expr::new(ExprKind::Const(time), Type::TimeOfDay, test.range))
    };
    Some(changes.into_iter().map(at).chain([Wake::Midnight]).collect())
}

/// `now.time in a..b`.
fn in_range(parts: &[Expr; 3]) -> Result<Vec<Wake>, NotComputable> {
    let [value, low, high] = parts;
    if !is_time_of_now(value) || !only_calendar(low) || !only_calendar(high) {
        return Err(NotComputable);
    }
    let mut wakes = vec![Wake::TimeOfDay(low.clone()), Wake::TimeOfDay(high.clone())];
    if walk::reads_now(low) || walk::reads_now(high) {
        wakes.push(Wake::Midnight);
    }
    Ok(wakes)
}

fn is_time_of_now(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Unary(UnaryOp::TimeOfDayOf, inner) if inner.kind == ExprKind::Now)
}

/// Whether `now` is only asked for its date or what follows from that: it changes at midnight.
fn only_calendar(test: &Expr) -> bool {
    let mut open = vec![test];
    while let Some(expr) = open.pop() {
        match &expr.kind {
            ExprKind::Now => return false,
            ExprKind::Unary(
                UnaryOp::DateOf
                | UnaryOp::WeekdayOf
                | UnaryOp::DayOf
                | UnaryOp::MonthOf
                | UnaryOp::YearOf,
                inner,
            ) if inner.kind == ExprKind::Now => {}
            _ => open.extend(walk::children(expr)),
        }
    }
    true
}

/// The expression as a sum.
fn linear(expr: &Expr) -> Result<Linear, NotComputable> {
    // The calendar stands still from one midnight to the next.
    if only_calendar(expr) {
        return match expr.ty {
            Type::Time | Type::Duration => {
                Ok(Linear { plus: vec![expr.clone()], ..Linear::default() })
            }
            _ => Err(NotComputable),
        };
    }
    match &expr.kind {
        ExprKind::Now => Ok(Linear { now: 1, ..Linear::default() }),
        ExprKind::Binary(BinaryOp::AddTimeDuration | BinaryOp::AddDuration, sides) => {
            let [left, right] = &**sides;
            let mut sum = linear(left)?;
            sum.add(linear(right)?);
            Ok(sum)
        }
        ExprKind::Binary(
            BinaryOp::SubTimeDuration | BinaryOp::SubDuration | BinaryOp::SubTimeTime,
            sides,
        ) => {
            let [left, right] = &**sides;
            let mut sum = linear(left)?;
            sum.subtract(linear(right)?);
            Ok(sum)
        }
        ExprKind::Unary(UnaryOp::NegDuration, inner) => {
            let mut sum = Linear::default();
            sum.subtract(linear(inner)?);
            Ok(sum)
        }
        _ => Err(NotComputable),
    }
}

impl Linear {
    fn add(&mut self, other: Linear) {
        self.now += other.now;
        self.plus.extend(other.plus);
        self.minus.extend(other.minus);
    }

    fn subtract(&mut self, other: Linear) {
        self.now -= other.now;
        self.plus.extend(other.minus);
        self.minus.extend(other.plus);
    }
}

fn same(a: &Wake, b: &Wake) -> bool {
    match (a, b) {
        (Wake::Midnight, Wake::Midnight) => true,
        (Wake::At(a), Wake::At(b)) | (Wake::TimeOfDay(a), Wake::TimeOfDay(b)) => walk::same(a, b),
        _ => false,
    }
}
