//! Checks of versions: which journeys are one line, and who of it is entered.
//!
//! Current journeys stand by name, so that entries by one event go by name; behind them stand
//! earlier versions, by name and number. What is said of a version is checked here, but for where
//! the ends of what it runs lead, which `flow` follows.

use std::collections::{BTreeMap, BTreeSet};

use super::problem::Problem;
use super::schema::ascend;
use super::{Checked, refuse};
use crate::{FormerEnd, Journey, Program, Version, WhileInside};

pub(super) fn check(program: &Program) -> Checked<()> {
    let Program { journeys, versions, .. } = program;
    if versions.is_empty() {
        return ascend("journeys", journeys.iter().map(|journey| &journey.name));
    }
    if versions.len() != journeys.len() {
        return refuse("program", Problem::Missing("the version of a journey"));
    }
    check_order(journeys, versions)?;
    let mut entered: BTreeMap<&str, &Journey> = BTreeMap::new();
    for (journey, _) in journeys.iter().zip(versions).filter(|(_, it)| !it.retired) {
        entered.insert(&journey.name, journey);
    }
    for (journey, version) in journeys.iter().zip(versions) {
        let outcome = check_version(program, journey, version, entered.get(&*journey.name));
        outcome.or_else(|problem| {
            refuse(format!("journey `{}`, version {}", journey.name, version.number), problem)
        })?;
    }
    Ok(())
}

/// Names ascend up to where the earlier versions begin.
fn check_order(journeys: &[Journey], versions: &[Version]) -> Checked<()> {
    let falls = journeys
        .windows(2)
        .position(|pair| matches!(pair, [before, after] if after.name <= before.name));
    let first = falls.map_or(journeys.len(), |before| before + 1);
    let all = || journeys.iter().zip(versions);
    let known: BTreeSet<(&str, u32)> =
        all().take(first).map(|(journey, version)| (&*journey.name, version.number)).collect();
    let mut earlier = all().skip(first).peekable();
    while let Some((journey, version)) = earlier.next() {
        let place = || format!("journey `{}`, version {}", journey.name, version.number);
        let key = (&*journey.name, version.number);
        let ascends = earlier.peek().is_none_or(|(next, it)| (&*next.name, it.number) > key);
        if !version.retired || !ascends || known.contains(&key) {
            return refuse(place(), Problem::Order("versions of journeys"));
        }
    }
    Ok(())
}

fn check_version(
    program: &Program,
    journey: &Journey,
    version: &Version,
    current: Option<&&Journey>,
) -> Result<(), Problem> {
    if version.number == 0 {
        return Err(Problem::Range("the version"));
    }
    // Who enters anew by the current version leaves this one with an outcome that it has.
    if let Some(current) = current
        && let WhileInside::Restart(outcome) = current.inside
        && let Some(restarted) = current.outcomes.get(usize::from(outcome))
        && !journey.outcomes.contains(restarted)
    {
        return Err(Problem::Missing("the outcome of those who enter anew"));
    }
    if !version.former_ends.is_sorted_by(|a, b| (a.state, &a.outcome) < (b.state, &b.outcome)) {
        return Err(Problem::Order("former ends"));
    }
    version.former_ends.iter().try_for_each(|end| check_end(program, journey, end))
}

/// A former end is one of a journey that is waited for, and not one that it has now.
fn check_end(program: &Program, journey: &Journey, end: &FormerEnd) -> Result<(), Problem> {
    let state = journey.states.get(usize::from(end.state));
    let call = state.and_then(|state| state.run.as_ref()).map(|run| run.call);
    let call = call.and_then(|call| journey.calls.get(usize::from(call)));
    let callee = call.and_then(|call| program.journeys.get(usize::from(call.journey)));
    match callee {
        None => Err(Problem::Missing("the journey that has ended")),
        Some(callee) if callee.outcomes.contains(&end.outcome) => {
            Err(Problem::Position("a former end that is one"))
        }
        Some(_) => Ok(()),
    }
}
