//! Questions to the event history, answered by looking at every event there ever was.

use std::cmp::Reverse;

use journey_sema::Type;
use journey_sema::thir::{History, HistoryFn, HistoryRange};

use super::{Fault, Occurrence, Outcome, Value, World, arithmetic, evaluate, instance, truth};

pub(super) fn answer(asked: &History, world: &World<'_>) -> Outcome {
    let in_range = events_in_range(asked, world)?;
    match asked.function {
        HistoryFn::Count => Ok(Value::Int(matching(asked, &in_range, world)?.len() as i64)),
        HistoryFn::Happened => Ok(Value::Bool(!matching(asked, &in_range, world)?.is_empty())),
        HistoryFn::Sum => sum(asked, &matching(asked, &in_range, world)?, world),
        HistoryFn::Last => last(asked, in_range, world),
    }
}

/// The events that are asked for, whatever the filter says of them, in the order in which they
/// were applied.
fn events_in_range<'a>(asked: &History, world: &World<'a>) -> Result<Vec<&'a Occurrence>, Fault> {
    // Positions in the past stand for "applied after": the first so many are too early.
    let skipped = match &asked.range {
        HistoryRange::All | HistoryRange::Within(_) => 0,
        HistoryRange::SinceEntered => instance(world)?.entered_after,
        // A tile that was never arrived at has nothing after it.
        HistoryRange::SinceLabel(label) => {
            instance(world)?.marks.get(label).copied().unwrap_or(usize::MAX)
        }
    };
    let recent = |event: &&Occurrence| match asked.range {
        HistoryRange::Within(length) => {
            i128::from(event.at) > i128::from(world.now) - i128::from(length)
        }
        _ => true,
    };
    let past = world.customer.past.iter().skip(skipped);
    Ok(past.filter(|event| event.event == asked.event).filter(recent).collect())
}

fn passes(asked: &History, event: &Occurrence, world: &World<'_>) -> Result<bool, Fault> {
    match &asked.filter {
        Some(filter) => truth(&evaluate(filter, &World { event: Some(event), ..*world })?),
        None => Ok(true),
    }
}

/// Those that pass the filter. An event of which that cannot be told spoils the whole answer.
fn matching<'a>(
    asked: &History,
    events: &[&'a Occurrence],
    world: &World<'_>,
) -> Result<Vec<&'a Occurrence>, Fault> {
    let mut found = Vec::new();
    for event in events {
        if passes(asked, event, world)? {
            found.push(*event);
        }
    }
    Ok(found)
}

fn sum(asked: &History, events: &[&Occurrence], world: &World<'_>) -> Outcome {
    let value = asked.value.as_ref().ok_or(Fault::Unchecked)?;
    let (mut total, op) = match value.ty {
        Type::Int => (Value::Int(0), journey_sema::thir::BinaryOp::AddInt),
        _ => (Value::Number(0.0), journey_sema::thir::BinaryOp::AddNumber),
    };
    for event in events {
        let summand = evaluate(value, &World { event: Some(event), ..*world })?;
        total = arithmetic::binary(op, &total, &summand)?;
    }
    Ok(total)
}

/// The latest by its own time; of several at that time the one applied last.
fn last(asked: &History, mut events: Vec<&Occurrence>, world: &World<'_>) -> Outcome {
    events.reverse();
    events.sort_by_key(|event| Reverse(event.at));
    for event in events {
        if passes(asked, event, world)? {
            let mut fields = event.properties.clone();
            fields.push(Value::Time(event.at));
            return Ok(Value::Record(fields.into()));
        }
    }
    Ok(Value::Unset)
}
