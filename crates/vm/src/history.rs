//! Event-history windows: what a customer's events add up to, kept up to date event by event.
//!
//! Nothing here scans a log. A window without end is a running total; a window over a range of
//! time keeps what each event adds, by the event's time, and lets go of what has left the range;
//! only a window whose filter needs the instance that asks keeps the events themselves.

use std::collections::VecDeque;

use journey_bytecode::{Aggregate, Range, Window};

use crate::set::{Place, ProgramSet, WindowPlan};
use crate::{Eval, Fault, Row, Val, eval, test};

/// So many events an instance keeps for waits that look back; older ones are forgotten.
const MAX_KEPT: usize = 1_000;

/// What one event adds to a sum, or a sum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sample {
    /// Nothing: the window only counts, or there was no event yet.
    Nothing,
    /// An int.
    Int(i64),
    /// A number.
    Number(f64),
    /// The filter or the value could not be evaluated. Who asks the window faults too.
    Fault(Fault),
}

/// An event as a window keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// The event's own time.
    pub at: i64,
    /// The properties the window has a use for; the others are absent.
    pub row: Row,
    /// Why it is not known whether the event counts.
    pub fault: Option<Fault>,
}

/// A running total: all that an unbounded window needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Tally {
    /// How many events.
    pub count: i64,
    /// Their sum.
    pub sum: Sample,
    /// The latest of them, if the window asks for it.
    pub last: Option<Box<Kept>>,
}

/// The state of a window, of the customer or of an instance.
#[derive(Debug, Clone, PartialEq)]
pub enum WindowState {
    /// A range without end.
    Total(Tally),
    /// A count or sum over a range of time.
    Recent {
        /// What each event adds, by the event's time.
        entries: VecDeque<(i64, Sample)>,
        /// How many of them are faults.
        faults: usize,
    },
    /// The latest event over a range of time.
    Latest(Option<Box<Kept>>),
    /// Events that are filtered only when the window is asked, by time.
    Log(VecDeque<Kept>),
}

/// The history an expression can ask: the customer's windows, and those of the instance at hand.
#[derive(Debug, Clone, Copy, Default)]
pub struct History<'a> {
    /// The windows of the customer.
    pub windows: &'a [WindowState],
    /// The windows of the instance, `None` before their mark.
    pub tallies: &'a [Option<WindowState>],
}

impl Tally {
    /// The total of no events.
    pub(crate) fn new() -> Tally {
        Tally { count: 0, sum: Sample::Nothing, last: None }
    }

    /// Takes the event at hand into account.
    pub(crate) fn record(&mut self, set: &ProgramSet, plan: &WindowPlan, ctx: &Eval<'_>) {
        let window = plan.window(set);
        let Some(sample) = sample(set, window, ctx) else { return };
        self.count += 1;
        self.sum = self.sum.plus(sample);
        if matches!(window.aggregate, Aggregate::Last { .. }) {
            keep_latest(&mut self.last, plan, ctx, sample.fault());
        }
    }

    fn value<'a>(&'a self, set: &ProgramSet, plan: &WindowPlan, ctx: &Eval<'a>) -> Answer<'a> {
        let window = plan.window(set);
        match &window.aggregate {
            Aggregate::Last { .. } => last(self.last.as_deref(), plan, ctx),
            _ => total(plan, window, self.count, self.sum),
        }
    }
}

/// What a window answers.
type Answer<'a> = Result<Val<'a>, Fault>;

impl Sample {
    fn fault(self) -> Option<Fault> {
        match self {
            Sample::Fault(fault) => Some(fault),
            _ => None,
        }
    }

    fn plus(self, other: Sample) -> Sample {
        match (self, other) {
            (Sample::Fault(fault), _) | (_, Sample::Fault(fault)) => Sample::Fault(fault),
            (Sample::Nothing, other) | (other, Sample::Nothing) => other,
            (Sample::Int(a), Sample::Int(b)) => {
                a.checked_add(b).map_or(Sample::Fault(Fault::Overflow), Sample::Int)
            }
            (Sample::Number(a), Sample::Number(b)) if (a + b).is_finite() => Sample::Number(a + b),
            (Sample::Number(_), Sample::Number(_)) => Sample::Fault(Fault::NonFinite),
            _ => Sample::Fault(Fault::Program),
        }
    }
}

impl WindowState {
    /// The state before the first event.
    pub(crate) fn new(set: &ProgramSet, plan: &WindowPlan) -> WindowState {
        let window = plan.window(set);
        match (plan.late, window.range, &window.aggregate) {
            (true, ..) => WindowState::Log(VecDeque::new()),
            (false, Range::Within(_), Aggregate::Last { .. }) => WindowState::Latest(None),
            (false, Range::Within(_), _) => {
                WindowState::Recent { entries: VecDeque::new(), faults: 0 }
            }
            (false, ..) => WindowState::Total(Tally::new()),
        }
    }

    /// Takes the event at hand into account.
    pub(crate) fn record(&mut self, set: &ProgramSet, plan: &WindowPlan, ctx: &Eval<'_>) {
        let Some((row, at)) = ctx.event else { return };
        let window = plan.window(set);
        let horizon = horizon(window, ctx.now);
        self.let_go(horizon);
        if at <= horizon {
            return;
        }
        match self {
            WindowState::Total(tally) => tally.record(set, plan, ctx),
            WindowState::Latest(latest) => {
                if let Some(sample) = sample(set, window, ctx) {
                    keep_latest(latest, plan, ctx, sample.fault());
                }
            }
            WindowState::Recent { entries, faults } => {
                let Some(sample) = sample(set, window, ctx) else { return };
                *faults += usize::from(sample.fault().is_some());
                let place = entries.partition_point(|(earlier, _)| *earlier <= at);
                entries.insert(place, (at, sample));
            }
            WindowState::Log(log) if plan.for_waits(set) => keep_for_waits(log, plan, set, row, at),
            WindowState::Log(log) => {
                let place = log.partition_point(|earlier| earlier.at <= at);
                log.insert(place, plan.keep(row, at));
            }
        }
    }

    /// Keeps an event for waits that look back.
    pub(crate) fn keep(&mut self, set: &ProgramSet, plan: &WindowPlan, row: &Row, at: i64) {
        if let WindowState::Log(log) = self {
            keep_for_waits(log, plan, set, row, at);
        }
    }

    /// The events that are kept for waits, in the order in which they were applied.
    pub(crate) fn kept(&self) -> impl Iterator<Item = &Kept> {
        let log = match self {
            WindowState::Log(log) => Some(log),
            _ => None,
        };
        log.into_iter().flatten()
    }

    /// Forgets events that have left the range for good.
    fn let_go(&mut self, horizon: i64) {
        match self {
            WindowState::Recent { entries, faults } => {
                while let Some((at, sample)) = entries.front()
                    && *at <= horizon
                {
                    *faults -= usize::from(sample.fault().is_some());
                    entries.pop_front();
                }
            }
            WindowState::Log(log) => {
                while log.front().is_some_and(|kept| kept.at <= horizon) {
                    log.pop_front();
                }
            }
            WindowState::Total(_) | WindowState::Latest(_) => {}
        }
    }

    fn value<'a>(&'a self, set: &'a ProgramSet, plan: &WindowPlan, ctx: &Eval<'a>) -> Answer<'a> {
        let window = plan.window(set);
        let horizon = horizon(window, ctx.now);
        match self {
            WindowState::Total(tally) => tally.value(set, plan, ctx),
            WindowState::Latest(kept) => {
                last(kept.as_deref().filter(|kept| kept.at > horizon), plan, ctx)
            }
            WindowState::Recent { entries, faults } => {
                let first = entries.partition_point(|(at, _)| *at <= horizon);
                let inside = entries.iter().skip(first).map(|(_, sample)| *sample);
                let count = (entries.len() - first) as i64;
                let sums = *faults > 0 || window.aggregate == Aggregate::Sum;
                let sum =
                    if sums { inside.fold(Sample::Nothing, Sample::plus) } else { Sample::Nothing };
                total(plan, window, count, sum)
            }
            WindowState::Log(log) => {
                let first = log.partition_point(|kept| kept.at <= horizon);
                late_value(log.range(first..), set, plan, ctx)
            }
        }
    }

    /// When the oldest event that is still inside leaves the range.
    fn next_leave(&self, horizon: i64) -> Option<i64> {
        match self {
            WindowState::Total(_) => None,
            WindowState::Latest(kept) => {
                kept.as_deref().map(|kept| kept.at).filter(|at| *at > horizon)
            }
            WindowState::Recent { entries, .. } => {
                entries.get(entries.partition_point(|(at, _)| *at <= horizon)).map(|(at, _)| *at)
            }
            WindowState::Log(log) => {
                log.get(log.partition_point(|kept| kept.at <= horizon)).map(|kept| kept.at)
            }
        }
    }
}

/// The present result of a window.
pub(crate) fn ask<'a>(set: &'a ProgramSet, number: u16, ctx: &Eval<'a>) -> Answer<'a> {
    let plan = set.window(number).ok_or(Fault::Program)?;
    let state = match plan.place {
        Place::Customer(place) => {
            let state = ctx.history.windows.get(usize::from(place));
            state.map(|state| state.value(set, plan, ctx))
        }
        Place::Instance(place) => {
            let tally = ctx.history.tallies.get(usize::from(place)).and_then(Option::as_ref);
            tally.map(|tally| tally.value(set, plan, ctx))
        }
    };
    // No state: a customer that has had no input yet, or a mark that was not reached.
    state.unwrap_or_else(|| match &plan.window(set).aggregate {
        Aggregate::Last { .. } => Ok(Val::Unset),
        _ => total(plan, plan.window(set), 0, Sample::Nothing),
    })
}

/// When a window can next change though no event comes: its oldest event leaves.
pub(crate) fn next_change(
    set: &ProgramSet,
    number: u16,
    history: History<'_>,
    now: i64,
) -> Option<i64> {
    let plan = set.window(number)?;
    let (Range::Within(length), Place::Customer(place)) = (plan.window(set).range, plan.place)
    else {
        return None;
    };
    let state = history.windows.get(usize::from(place))?;
    state.next_leave(now.saturating_sub(length))?.checked_add(length)
}

/// The latest time that is outside a window's range.
pub(crate) fn horizon(window: &Window, now: i64) -> i64 {
    match window.range {
        Range::Within(length) => now.saturating_sub(length),
        _ => i64::MIN,
    }
}

/// What the event at hand adds; none if it does not count.
fn sample(set: &ProgramSet, window: &Window, ctx: &Eval<'_>) -> Option<Sample> {
    match window.filter.map_or(Ok(true), |filter| test(set, filter, ctx)) {
        Err(fault) => return Some(Sample::Fault(fault)),
        Ok(false) => return None,
        Ok(true) => {}
    }
    let value = window.value.map(|value| eval(set, value, ctx));
    Some(match value {
        None => Sample::Nothing,
        Some(Ok(Val::Int(v))) => Sample::Int(v),
        Some(Ok(Val::Number(v))) => Sample::Number(v),
        Some(Ok(_)) => Sample::Fault(Fault::Program),
        Some(Err(fault)) => Sample::Fault(fault),
    })
}

/// Keeps an event for waits that look back, in the order of application: the first one that
/// matches is theirs. Where nothing is asked of it, that is the first one at all.
fn keep_for_waits(
    log: &mut VecDeque<Kept>,
    plan: &WindowPlan,
    set: &ProgramSet,
    row: &Row,
    at: i64,
) {
    let first = plan.window(set).aggregate == Aggregate::First;
    if first && !log.is_empty() {
        return;
    }
    if log.len() >= MAX_KEPT {
        log.pop_front();
    }
    log.push_back(plan.keep(row, at));
}

/// Keeps the event at hand if it is the latest, in the memory of the one before.
fn keep_latest(
    latest: &mut Option<Box<Kept>>,
    plan: &WindowPlan,
    ctx: &Eval<'_>,
    fault: Option<Fault>,
) {
    let Some((row, at)) = ctx.event else { return };
    match latest {
        Some(kept) if kept.at > at => {}
        Some(kept) => {
            kept.at = at;
            kept.fault = fault;
            plan.copy_kept(&mut kept.row, row);
        }
        None => *latest = Some(Box::new(Kept { fault, ..plan.keep(row, at) })),
    }
}

/// The answer of a count or a sum.
fn total<'a>(plan: &WindowPlan, window: &Window, count: i64, sum: Sample) -> Answer<'a> {
    match (&window.aggregate, sum) {
        (_, Sample::Fault(fault)) => Err(fault),
        (Aggregate::Count, _) => Ok(Val::Int(count)),
        (_, Sample::Int(sum)) => Ok(Val::Int(sum)),
        (_, Sample::Number(sum)) => Ok(Val::Number(sum)),
        (_, Sample::Nothing) if plan.sums_ints => Ok(Val::Int(0)),
        (_, Sample::Nothing) => Ok(Val::Number(0.0)),
    }
}

/// The answer of a `last`: the kept properties, then the event's own time.
fn last<'a>(kept: Option<&'a Kept>, plan: &WindowPlan, ctx: &Eval<'a>) -> Answer<'a> {
    let Some(kept) = kept else { return Ok(Val::Unset) };
    if let Some(fault) = kept.fault {
        return Err(fault);
    }
    let fields = plan.fields.iter();
    let fields = fields.map(|(slot, kind)| kept.row.value(*slot, *kind, ctx.arena));
    let mut record = bumpalo::collections::Vec::new_in(ctx.arena);
    record.extend(fields);
    record.push(Val::Time(kept.at));
    Ok(Val::Record(record.into_bump_slice()))
}

/// The answer of a window whose filter is evaluated only now.
fn late_value<'a>(
    log: impl DoubleEndedIterator<Item = &'a Kept>,
    set: &'a ProgramSet,
    plan: &WindowPlan,
    ctx: &Eval<'a>,
) -> Answer<'a> {
    let window = plan.window(set);
    let sampled =
        |kept: &'a Kept| sample(set, window, &Eval { event: Some((&kept.row, kept.at)), ..*ctx });
    if matches!(window.aggregate, Aggregate::Last { .. }) {
        return match log.rev().find_map(|kept| Some((kept, sampled(kept)?))) {
            Some((_, Sample::Fault(fault))) => Err(fault),
            found => last(found.map(|(kept, _)| kept), plan, ctx),
        };
    }
    let (mut count, mut sum) = (0, Sample::Nothing);
    for sample in log.filter_map(sampled) {
        count += 1;
        sum = sum.plus(sample);
    }
    total(plan, window, count, sum)
}
