//! Checks of what uses expressions: windows, audiences, conditions.

use super::expr::{Facts, matches};
use super::problem::Problem;
use super::shape::Shape;
use super::{Checked, at, refuse};
use crate::{Aggregate, Condition, ExprId, Program, Range, Reads, Window};

/// What is at hand where an expression is used.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Scope {
    /// An event of this kind.
    pub(super) event: Option<u16>,
    /// An instance of this journey.
    pub(super) journey: Option<u16>,
    /// What the request of this action is made of, and nothing of the customer.
    pub(super) action: Option<u16>,
}

/// Checks that an expression exists, gives what is expected, and uses only what is at hand.
pub(super) fn check_use(
    program: &Program,
    facts: &[Facts],
    id: ExprId,
    expected: &Shape,
    scope: Scope,
) -> Result<(), Problem> {
    let expr = at(&program.exprs, id.0 as usize, "expression")?;
    let facts = at(facts, id.0 as usize, "expression")?;
    matches(&Shape::of(&expr.ty), expected, "the expression")?;
    if facts.event && (scope.event.is_none() || expr.event != scope.event) {
        return Err(Problem::Scope("the event of the expression"));
    }
    if facts.instance && (scope.journey.is_none() || expr.journey != scope.journey) {
        return Err(Problem::Scope("an instance of the journey of the expression"));
    }
    if facts.request && (scope.action.is_none() || expr.action != scope.action) {
        return Err(Problem::Scope("the request of the expression"));
    }
    let reads = !facts.reads.traits.is_empty()
        || !facts.reads.windows.is_empty()
        || !facts.reads.audiences.is_empty();
    if scope.action.is_some() && (reads || facts.outside) {
        return Err(Problem::Scope("the customer"));
    }
    Ok(())
}

pub(super) fn check_windows(program: &Program, facts: &[Facts]) -> Checked<()> {
    for (number, window) in program.windows.iter().enumerate() {
        let outcome = check_window(program, facts, window);
        outcome.or_else(|problem| refuse(format!("window {number}"), problem))?;
    }
    Ok(())
}

fn check_window(program: &Program, facts: &[Facts], window: &Window) -> Result<(), Problem> {
    let event = at(&program.events, usize::from(window.event), "event")?;
    let scope = Scope { event: Some(window.event), journey: window.journey, action: None };
    if let Some(journey) = window.journey {
        let journey = at(&program.journeys, usize::from(journey), "journey")?;
        if let Range::SinceMark(mark) = window.range
            && mark >= journey.marks
        {
            return Err(Problem::Index { what: "mark", index: usize::from(mark) });
        }
    } else if matches!(window.range, Range::SinceEntered | Range::SinceMark(_)) {
        return Err(Problem::Missing("the journey of the window"));
    }
    if let Aggregate::Last { slots } = &window.aggregate {
        // In the order in which the record has them, which is that of the schema it was compiled with.
        let mut slots = slots.clone();
        slots.sort_unstable();
        ascending(&slots, event.properties.len(), "property")?;
    }
    if matches!(window.aggregate, Aggregate::First | Aggregate::Each) {
        let since = matches!(window.range, Range::SinceEntered | Range::SinceMark(_));
        return match since && window.filter.is_none() && window.value.is_none() {
            true => Ok(()),
            false => Err(Problem::KeptEvents),
        };
    }
    if let Some(filter) = window.filter {
        check_use(program, facts, filter, &Shape::Bool, scope)?;
    }
    if let Some(value) = window.value {
        let expr = at(&program.exprs, value.0 as usize, "expression")?;
        let number = [Shape::Int, Shape::Number].into_iter().find(|n| *n == Shape::of(&expr.ty));
        check_use(program, facts, value, &number.unwrap_or(Shape::Number), scope)?;
        if expr.optional {
            return Err(Problem::MayBeUnset("the value of a sum"));
        }
    } else if window.aggregate == Aggregate::Sum {
        return Err(Problem::Missing("the value of a sum"));
    }
    for id in [window.filter, window.value].into_iter().flatten() {
        if !at(facts, id.0 as usize, "expression")?.reads.windows.is_empty() {
            return Err(Problem::NestedWindow);
        }
    }
    Ok(())
}

/// Adds to what each expression reads what the windows it asks read when they are asked.
pub(super) fn close(program: &Program, mut facts: Vec<Facts>) -> Vec<Facts> {
    let late: Vec<Reads> =
        program.windows.iter().map(|window| late_reads(&facts, window)).collect();
    for facts in &mut facts {
        let Reads { traits, windows, audiences } = &mut facts.reads;
        for window in windows {
            let Some(late) = late.get(usize::from(*window)) else { continue };
            traits.extend(&late.traits);
            audiences.extend(&late.audiences);
        }
    }
    facts
}

/// What a window reads when it is asked: nothing if its events are filtered as they come. They are
/// filtered when it is asked if it belongs to a journey but counts over all instances, or if the
/// filter reads locals, which may be captured later.
fn late_reads(facts: &[Facts], window: &Window) -> Reads {
    let mut reads = Reads::default();
    let exprs = || [window.filter, window.value].into_iter().flatten();
    let facts: Vec<_> = exprs().filter_map(|id| facts.get(id.0 as usize)).collect();
    let shared = matches!(window.range, Range::All | Range::Within(_));
    if window.journey.is_some() && (shared || facts.iter().any(|facts| facts.locals)) {
        for facts in facts {
            reads.traits.extend(&facts.reads.traits);
            reads.audiences.extend(&facts.reads.audiences);
        }
    }
    reads
}

pub(super) fn check_audiences(program: &Program, facts: &[Facts]) -> Checked<()> {
    for (number, audience) in program.audiences.iter().enumerate() {
        let Some(condition) = &audience.condition else { continue };
        let outcome = check_condition(program, facts, condition, Scope::default());
        let outcome = outcome.and_then(|()| {
            let own = condition.reads.audiences.last();
            match own.is_some_and(|read| usize::from(*read) >= number) {
                true => Err(Problem::Order("audiences")),
                false => Ok(()),
            }
        });
        outcome.or_else(|problem| refuse(format!("audience `{}`", audience.name), problem))?;
    }
    Ok(())
}

/// Checks a continuous condition.
pub(super) fn check_condition(
    program: &Program,
    facts: &[Facts],
    condition: &Condition,
    scope: Scope,
) -> Result<(), Problem> {
    check_use(program, facts, condition.test, &Shape::Bool, scope)?;
    for wake in &condition.wakes {
        check_use(program, facts, *wake, &Shape::Time, scope)?;
    }
    let used = condition.wakes.iter().chain([&condition.test]);
    check_reads(program, facts, used, &condition.reads)
}

/// Checks that `reads` says all that the expressions read: a condition is looked at again only
/// when something that it declares has changed.
pub(super) fn check_reads<'a>(
    program: &Program,
    facts: &[Facts],
    exprs: impl Iterator<Item = &'a ExprId>,
    reads: &Reads,
) -> Result<(), Problem> {
    ascending(&reads.traits, program.traits.len(), "trait")?;
    ascending(&reads.windows, program.windows.len(), "window")?;
    ascending(&reads.audiences, program.audiences.len(), "audience")?;
    for id in exprs {
        let used = &at(facts, id.0 as usize, "expression")?.reads;
        declared(&used.traits, &reads.traits, "trait")?;
        declared(&used.windows, &reads.windows, "window")?;
        declared(&used.audiences, &reads.audiences, "audience")?;
    }
    Ok(())
}

fn declared(used: &[u16], declared: &[u16], what: &'static str) -> Result<(), Problem> {
    match used.iter().find(|index| declared.binary_search(index).is_err()) {
        Some(index) => Err(Problem::UndeclaredRead { what, index: *index }),
        None => Ok(()),
    }
}

/// Checks that numbers ascend and stay below `len`.
pub(super) fn ascending(list: &[u16], len: usize, what: &'static str) -> Result<(), Problem> {
    if !list.is_sorted_by(|a, b| a < b) {
        return Err(Problem::Order(what));
    }
    match list.last().map(|last| usize::from(*last)) {
        Some(index) if index >= len => Err(Problem::Index { what, index }),
        _ => Ok(()),
    }
}
