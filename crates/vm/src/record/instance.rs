//! Open instances.

use journey_bytecode::Journey;
use smallvec::SmallVec;

use super::row::{get_row, put_row};
use super::window::{get_fault, get_window, put_window};
use super::wire::{Reader, Writer};
use super::{Part, RecordError};
use crate::key::InstanceKey;
use crate::set::JourneyPlan;
use crate::state::{Hold, Instance, KeptEvent, Status, Still};
use crate::{Customer, ProgramSet, WindowState};

pub(super) const INSTANCES: Part = Part {
    bit: super::INSTANCES,
    is_there: |customer, _| !customer.instances.is_empty(),
    put: |customer, set, to| {
        to.count(customer.instances.len());
        for instance in &customer.instances {
            put_instance(to, set, customer, instance);
        }
    },
    get: |customer, set, from| {
        // An instance takes a dozen bytes or more.
        let count = from.count()?;
        customer.instances.reserve_exact(count.min(from.remaining() / 8));
        for _ in 0..count {
            let instance = get_instance(from, set, customer.sequence)?;
            customer.instances.push(instance);
        }
        Ok(())
    },
};

/// What follows the number of the membership; the most common in the first seven.
mod has {
    pub(super) const TILE: u64 = 1;
    /// A deadline, at which the instance is due.
    pub(super) const DUE_AT_DEADLINE: u64 = 1 << 1;
    /// A deadline, and something else before.
    pub(super) const DEADLINE: u64 = 1 << 2;
    /// An instant at which it is due.
    pub(super) const DUE: u64 = 1 << 3;
    pub(super) const VISITS: u64 = 1 << 4;
    pub(super) const ACTIONS: u64 = 1 << 5;
    pub(super) const GOALS: u64 = 1 << 6;
    pub(super) const KEY: u64 = 1 << 7;
    pub(super) const EXITS: u64 = 1 << 8;
    /// Its status is paused.
    pub(super) const STANDS: u64 = 1 << 9;
    /// Its status is faulted.
    pub(super) const FAULT: u64 = 1 << 10;
    pub(super) const FROZEN: u64 = 1 << 11;
    pub(super) const CALLER: u64 = 1 << 12;
    pub(super) const RETURNED: u64 = 1 << 13;
    pub(super) const HOLD: u64 = 1 << 14;
    pub(super) const ALL: u64 = (1 << 15) - 1;
}

fn flags(instance: &Instance) -> u64 {
    let due = match (instance.deadline, instance.due) {
        (Some(deadline), due) if deadline == due => has::DUE_AT_DEADLINE,
        (deadline, due) => {
            let due = if due == i64::MAX { 0 } else { has::DUE };
            due | if deadline.is_some() { has::DEADLINE } else { 0 }
        }
    };
    let status = match instance.status {
        Status::Waiting(_) => 0,
        Status::Paused => has::STANDS,
        Status::Faulted(_) => has::FAULT,
    };
    let parts = [
        (has::TILE, instance.tile.is_some()),
        (has::VISITS, !instance.visits.is_empty()),
        (has::ACTIONS, instance.actions != 0),
        (has::GOALS, !instance.goals.is_empty()),
        (has::KEY, instance.key.is_some()),
        (has::EXITS, !instance.exits_after.is_empty()),
        (has::FROZEN, instance.frozen != 0),
        (has::CALLER, instance.caller.is_some()),
        (has::RETURNED, instance.returned.is_some()),
        (has::HOLD, instance.hold.is_some()),
    ];
    parts.iter().filter(|(_, there)| *there).fold(due | status, |flags, (flag, _)| flags | flag)
}

fn put_instance(to: &mut Writer<'_>, set: &ProgramSet, customer: &Customer, instance: &Instance) {
    let flags = flags(instance);
    to.varint(instance.journey);
    to.varint(instance.membership);
    to.varint(flags);
    match instance.status {
        Status::Waiting(state) => to.varint(state),
        Status::Paused => {}
        Status::Faulted(fault) => to.byte(fault.code()),
    }
    if let Some(tile) = instance.tile {
        to.varint(tile);
    }
    to.time(instance.entered_at);
    to.varint(customer.sequence.wrapping_sub(instance.entered_sequence));
    to.int(instance.arrived_at.wrapping_sub(instance.entered_at));
    if let Some(deadline) = instance.deadline {
        to.time(deadline);
    }
    if flags & has::DUE != 0 {
        to.time(instance.due);
    }
    if flags & has::VISITS != 0 {
        to.count(instance.visits.len());
        for (tile, count) in &instance.visits {
            to.varint(*tile);
            to.varint(*count);
        }
    }
    if flags & has::ACTIONS != 0 {
        to.varint(instance.actions);
    }
    if flags & has::GOALS != 0 {
        put_goals(to, &instance.goals);
    }
    if let Some(InstanceKey(key)) = instance.key {
        to.out.extend_from_slice(&key);
    }
    if flags & has::EXITS != 0 {
        to.count(instance.exits_after.len());
        instance.exits_after.iter().for_each(|reached| to.time(*reached));
    }
    if flags & has::FROZEN != 0 {
        to.int(instance.frozen);
    }
    if let Some((journey, membership)) = instance.caller {
        to.varint(journey);
        to.varint(membership);
    }
    if let Some((journey, end)) = instance.returned {
        to.varint(journey);
        to.varint(end.map_or(0, |outcome| u64::from(outcome) + 1));
    }
    if let Some(hold) = &instance.hold {
        put_hold(to, hold);
    }
    if flags & (has::STANDS | has::FAULT) != 0 {
        // Whoever stands still has something of that; it is nothing where there is none.
        put_still(to, set, instance.still.as_deref().unwrap_or(&Still::default()));
    }
    if let Some((_, plan)) = set.journey(instance.journey) {
        put_row(to, &instance.locals, &plan.local_kinds);
        put_tallies(to, set, plan, &instance.tallies);
    }
}

fn get_instance(
    from: &mut Reader<'_>,
    set: &ProgramSet,
    sequence: u64,
) -> Result<Instance, RecordError> {
    let journey = from.index()?;
    let Some((declared, plan)) = set.journey(journey) else {
        return Err(from.malformed("a journey that there is not"));
    };
    let membership = from.u32()?;
    let flags = from.varint()?;
    let there = |flag: u64| flags & flag != 0;
    if there(!has::ALL) || there(has::STANDS) && there(has::FAULT) {
        return Err(from.malformed("an instance of no kind"));
    }
    let status = if there(has::FAULT) {
        let code = from.byte()?;
        Status::Faulted(get_fault(from, code)?)
    } else if there(has::STANDS) {
        Status::Paused
    } else {
        Status::Waiting(get_state(from, declared)?)
    };
    let tiles = declared.tiles.len();
    let tile = |from: &mut Reader<'_>| from.index_below(tiles, "a tile that there is not");
    let at_tile = there(has::TILE).then(|| tile(from)).transpose()?;
    let entered_at = from.time()?;
    let entered_sequence = sequence.wrapping_sub(from.varint()?);
    let arrived_at = entered_at.wrapping_add(from.int()?);
    let deadline = there(has::DUE_AT_DEADLINE | has::DEADLINE).then(|| from.time()).transpose()?;
    let due = match deadline {
        Some(deadline) if there(has::DUE_AT_DEADLINE) => deadline,
        _ if there(has::DUE) => from.time()?,
        _ => i64::MAX,
    };
    let mut visits = SmallVec::new();
    if there(has::VISITS) {
        for _ in 0..from.count()? {
            visits.push((tile(from)?, from.u32()?));
        }
    }
    Ok(Instance {
        journey,
        membership,
        status,
        tile: at_tile,
        entered_at,
        entered_sequence,
        arrived_at,
        deadline,
        due,
        visits,
        actions: if there(has::ACTIONS) { from.u32()? } else { 0 },
        goals: if there(has::GOALS) { get_goals(from)? } else { SmallVec::new() },
        key: there(has::KEY).then(|| from.array()).transpose()?.map(InstanceKey),
        exits_after: if there(has::EXITS) { get_times(from)? } else { SmallVec::new() },
        frozen: if there(has::FROZEN) { from.int()? } else { 0 },
        caller: there(has::CALLER).then(|| Ok((from.index()?, from.u32()?))).transpose()?,
        returned: there(has::RETURNED).then(|| get_returned(from)).transpose()?,
        hold: there(has::HOLD).then(|| get_hold(from)).transpose()?.map(Box::new),
        still: match status {
            Status::Waiting(_) => None,
            Status::Paused | Status::Faulted(_) => Some(Box::new(get_still(from, set, declared)?)),
        },
        locals: get_row(from, &plan.local_kinds)?,
        tallies: get_tallies(from, set, plan)?,
    })
}

fn get_times(from: &mut Reader<'_>) -> Result<SmallVec<[i64; 1]>, RecordError> {
    (0..from.count()?).map(|_| from.time()).collect()
}

/// Until when goals can be reached, those behind a byte that have not been.
pub(super) fn put_goals(to: &mut Writer<'_>, goals: &[i64]) {
    to.count(goals.len());
    for until in goals {
        let reached = *until == crate::memory::REACHED;
        to.byte(u8::from(!reached));
        if !reached {
            to.time(*until);
        }
    }
}

pub(super) fn get_goals(from: &mut Reader<'_>) -> Result<SmallVec<[i64; 1]>, RecordError> {
    let goal = |from: &mut Reader<'_>| match from.byte()? {
        0 => Ok(crate::memory::REACHED),
        _ => from.time(),
    };
    (0..from.count()?).map(|_| goal(from)).collect()
}

fn get_returned(from: &mut Reader<'_>) -> Result<(u16, Option<u16>), RecordError> {
    let journey = from.index()?;
    let end = match from.u32()? {
        0 => None,
        outcome => Some(u16::try_from(outcome - 1).map_err(|_| from.malformed("no outcome"))?),
    };
    Ok((journey, end))
}

fn put_hold(to: &mut Writer<'_>, hold: &Hold) {
    let Hold { capped_since, zone_unknown_until } = *hold;
    to.byte(u8::from(capped_since.is_some()) | u8::from(zone_unknown_until.is_some()) << 1);
    [capped_since, zone_unknown_until].iter().flatten().for_each(|at| to.time(*at));
}

fn get_hold(from: &mut Reader<'_>) -> Result<Hold, RecordError> {
    let there = from.byte()?;
    Ok(Hold {
        capped_since: (there & 1 != 0).then(|| from.time()).transpose()?,
        zone_unknown_until: (there & 2 != 0).then(|| from.time()).transpose()?,
    })
}

/// A state to wait in. A journey without any has members that could not even begin.
fn get_state(from: &mut Reader<'_>, journey: &Journey) -> Result<u16, RecordError> {
    from.index_below(journey.states.len().max(1), "a state that there is not")
}

fn put_still(to: &mut Writer<'_>, set: &ProgramSet, still: &Still) {
    to.time(still.since);
    to.varint(still.state);
    to.varint(still.onward.map_or(0, |op| u64::from(op) + 1));
    to.count(still.kept.len());
    for kept in &still.kept {
        to.varint(kept.event);
        to.time(kept.at);
        put_row(to, &kept.row, set.kinds_of_event(kept.event));
    }
}

fn get_still(
    from: &mut Reader<'_>,
    set: &ProgramSet,
    journey: &Journey,
) -> Result<Still, RecordError> {
    let since = from.time()?;
    let state = get_state(from, journey)?;
    let onward = match from.varint()?.checked_sub(1) {
        Some(op) if op >= journey.code.len() as u64 => {
            return Err(from.malformed("an operation that there is not"));
        }
        op => op.and_then(|op| u32::try_from(op).ok()),
    };
    let events = set.program().events.len();
    let kept = (0..from.count()?).map(|_| {
        let event = from.index_below(events, "an event that there is not")?;
        Ok(KeptEvent { event, at: from.time()?, row: get_row(from, set.kinds_of_event(event))? })
    });
    Ok(Still { since, state, onward, kept: kept.collect::<Result<_, _>>()? })
}

/// A bit for each window that counts, then what those know.
fn put_tallies(
    to: &mut Writer<'_>,
    set: &ProgramSet,
    plan: &JourneyPlan,
    tallies: &[Option<WindowState>],
) {
    let bits = to.out.len();
    to.out.resize(bits + plan.tallies.len().div_ceil(8), 0);
    for (place, (number, tally)) in plan.tallies.iter().zip(tallies).enumerate() {
        let (Some(tally), Some(window)) = (tally, set.window(*number)) else { continue };
        if let Some(byte) = to.out.get_mut(bits + place / 8) {
            *byte |= 1 << (place % 8);
        }
        put_window(to, set, window, tally);
    }
}

fn get_tallies(
    from: &mut Reader<'_>,
    set: &ProgramSet,
    plan: &JourneyPlan,
) -> Result<Vec<Option<WindowState>>, RecordError> {
    let bits = from.take(plan.tallies.len().div_ceil(8))?;
    let tally = |(place, number): (usize, &u16)| {
        let byte = bits.get(place / 8).copied().unwrap_or_default();
        match set.window(*number) {
            Some(window) if byte >> (place % 8) & 1 == 1 => get_window(from, set, window).map(Some),
            _ => Ok(None),
        }
    };
    plan.tallies.iter().enumerate().map(tally).collect()
}
