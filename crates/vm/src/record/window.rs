//! History windows, of the customer and of instances. Which kind of state a window has is known
//! from the program.

use super::RecordError;
use super::row::{get_row, put_row};
use super::wire::{Reader, Writer};
use crate::fault::Fault;
use crate::history::{Kept, Sample, Tally, WindowState, horizon};
use crate::set::{ProgramSet, WindowPlan};
use crate::value::Kind;

/// Whether a window has no more to say at `now` than at its beginning.
pub(super) fn is_empty(set: &ProgramSet, plan: &WindowPlan, state: &WindowState, now: i64) -> bool {
    let horizon = horizon(plan.window(set), now);
    match state {
        WindowState::Total(tally) => tally.count == 0,
        WindowState::Recent { entries, .. } => entries.back().is_none_or(|(at, _)| *at <= horizon),
        WindowState::Latest(kept) => kept.as_ref().is_none_or(|kept| kept.at <= horizon),
        WindowState::Log(log) => log.iter().all(|kept| kept.at <= horizon),
    }
}

/// What a window knows at the instant that times are measured from.
pub(super) fn put_window(
    to: &mut Writer<'_>,
    set: &ProgramSet,
    plan: &WindowPlan,
    state: &WindowState,
) {
    let horizon = horizon(plan.window(set), to.base);
    let kinds = set.kinds_of_event(plan.window(set).event);
    match state {
        WindowState::Total(tally) => {
            to.varint(tally.count.cast_unsigned());
            if tally.count != 0 {
                put_sample(to, tally.sum);
                put_latest(to, tally.last.as_deref(), kinds);
            }
        }
        WindowState::Recent { entries, .. } => {
            let first = entries.partition_point(|(at, _)| *at <= horizon);
            let sums = entries.range(first..).any(|(_, sample)| *sample != Sample::Nothing);
            to.count(entries.len() - first);
            to.byte(u8::from(sums));
            let base = to.base;
            for (at, sample) in entries.range(first..) {
                to.time(*at);
                // One event after the other: each is measured from the one before.
                to.base = *at;
                if sums {
                    put_sample(to, *sample);
                }
            }
            to.base = base;
        }
        WindowState::Latest(kept) => {
            let kept = kept.as_deref().filter(|kept| kept.at > horizon);
            put_latest(to, kept, kinds);
        }
        WindowState::Log(log) => {
            let live = || log.iter().filter(|kept| kept.at > horizon);
            to.count(live().count());
            live().for_each(|kept| put_kept(to, kept, kinds));
        }
    }
}

/// Reads what a window knows into its first state.
pub(super) fn get_window(
    from: &mut Reader<'_>,
    set: &ProgramSet,
    plan: &WindowPlan,
) -> Result<WindowState, RecordError> {
    let kinds = set.kinds_of_event(plan.window(set).event);
    let mut state = WindowState::new(set, plan);
    match &mut state {
        WindowState::Total(tally) => *tally = get_tally(from, kinds)?,
        WindowState::Recent { entries, faults } => {
            let count = from.count()?;
            let sums = from.byte()? != 0;
            let base = from.base;
            for _ in 0..count {
                let at = from.time()?;
                if entries.back().is_some_and(|(earlier, _)| *earlier > at) {
                    return Err(from.malformed("events out of order"));
                }
                from.base = at;
                let sample = if sums { get_sample(from)? } else { Sample::Nothing };
                *faults += usize::from(matches!(sample, Sample::Fault(_)));
                entries.push_back((at, sample));
            }
            from.base = base;
        }
        WindowState::Latest(kept) => *kept = get_latest(from, kinds)?,
        WindowState::Log(log) => {
            for _ in 0..from.count()? {
                log.push_back(get_kept(from, kinds)?);
            }
        }
    }
    Ok(state)
}

fn get_tally(from: &mut Reader<'_>, kinds: &[Kind]) -> Result<Tally, RecordError> {
    let count = from.counted()?.cast_signed();
    if count == 0 {
        return Ok(Tally::new());
    }
    Ok(Tally { count, sum: get_sample(from)?, last: get_latest(from, kinds)? })
}

fn put_latest(to: &mut Writer<'_>, kept: Option<&Kept>, kinds: &[Kind]) {
    to.byte(u8::from(kept.is_some()));
    if let Some(kept) = kept {
        put_kept(to, kept, kinds);
    }
}

fn get_latest(from: &mut Reader<'_>, kinds: &[Kind]) -> Result<Option<Box<Kept>>, RecordError> {
    match from.byte()? {
        0 => Ok(None),
        _ => Ok(Some(Box::new(get_kept(from, kinds)?))),
    }
}

fn put_kept(to: &mut Writer<'_>, kept: &Kept, kinds: &[Kind]) {
    to.time(kept.at);
    to.byte(kept.fault.map_or(0, Fault::code));
    put_row(to, &kept.row, kinds);
}

fn get_kept(from: &mut Reader<'_>, kinds: &[Kind]) -> Result<Kept, RecordError> {
    let at = from.time()?;
    let fault = match from.byte()? {
        0 => None,
        code => Some(get_fault(from, code)?),
    };
    Ok(Kept { at, fault, row: get_row(from, kinds)? })
}

pub(super) fn get_fault(from: &Reader<'_>, code: u8) -> Result<Fault, RecordError> {
    Fault::from_code(code).ok_or_else(|| from.malformed("a fault that there is not"))
}

fn put_sample(to: &mut Writer<'_>, sample: Sample) {
    match sample {
        Sample::Nothing => to.byte(0),
        Sample::Int(v) => {
            to.byte(1);
            to.int(v);
        }
        Sample::Number(v) => {
            to.byte(2);
            to.number(v);
        }
        Sample::Fault(fault) => {
            to.byte(3);
            to.byte(fault.code());
        }
    }
}

fn get_sample(from: &mut Reader<'_>) -> Result<Sample, RecordError> {
    Ok(match from.byte()? {
        0 => Sample::Nothing,
        1 => Sample::Int(from.int()?),
        2 => Sample::Number(from.number()?),
        3 => {
            let code = from.byte()?;
            Sample::Fault(get_fault(from, code)?)
        }
        _ => return Err(from.malformed("no part of a sum")),
    })
}
