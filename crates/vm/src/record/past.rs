//! What is remembered of memberships that are over.

use super::instance::{get_goals, put_goals};
use super::row::{get_row, put_row};
use super::wire::{Reader, Writer};
use super::{Part, RecordError};
use crate::key::InstanceKey;
use crate::memory::{Exit, Memory, Past, counts};
use crate::{Customer, ProgramSet};

/// Memories by journey, ascending. The open instances of a keyed journey are found among the
/// customer's.
pub(super) const MEMORY: Part = Part {
    bit: super::MEMORY,
    is_there: |customer, _| !customer.memory.is_empty(),
    put: |customer, set, to| {
        to.count(customer.memory.len());
        customer.memory.iter().for_each(|memory| put_memory(to, set, customer, memory));
    },
    get: |customer, set, from| {
        let count = from.count()?;
        customer.memory.reserve_exact(count.min(from.remaining() / 3));
        for _ in 0..count {
            let memory = get_memory(from, set, customer.sequence)?;
            if customer.memory.last().is_some_and(|last| last.journey >= memory.journey) {
                return Err(from.malformed("journeys out of order"));
            }
            customer.memory.push(memory);
        }
        for instance in &customer.instances {
            let Some(key) = instance.key else { continue };
            let line = set.line(instance.journey);
            let place = customer.memory.binary_search_by_key(&line, |it| it.journey);
            let memory = place.ok().and_then(|place| customer.memory.get_mut(place));
            let keys = memory.and_then(|memory| memory.keys.as_mut());
            let keys = keys.ok_or_else(|| from.malformed("a key that nobody remembers"))?;
            keys.open.insert(key, instance.entered_sequence);
        }
        Ok(())
    },
};

const EXIT: u8 = 1;
const KEYS: u8 = 2;

fn put_memory(to: &mut Writer<'_>, set: &ProgramSet, customer: &Customer, memory: &Memory) {
    to.varint(memory.journey);
    to.varint(memory.memberships);
    let exit = if memory.exit.is_some() { EXIT } else { 0 };
    to.byte(exit | if memory.keys.is_some() { KEYS } else { 0 });
    let put_exit = |to: &mut Writer<'_>, (sequence, at): Exit| {
        to.varint(customer.sequence.wrapping_sub(sequence));
        to.time(at);
    };
    if let Some(exit) = memory.exit {
        put_exit(to, exit);
    }
    if let Some(keys) = &memory.keys
        && let Some((journey, _)) = set.journey(memory.journey)
    {
        // Later inputs have higher numbers.
        let now = (customer.sequence.saturating_add(1), customer.clock);
        let mut exits: Vec<_> =
            keys.exits.iter().filter(|(_, exit)| counts(journey.reenter, **exit, now)).collect();
        exits.sort_unstable();
        to.count(exits.len());
        for (InstanceKey(key), exit) in exits {
            to.out.extend_from_slice(key);
            put_exit(to, *exit);
        }
    }
}

fn get_memory(
    from: &mut Reader<'_>,
    set: &ProgramSet,
    sequence: u64,
) -> Result<Memory, RecordError> {
    let journeys = set.program().journeys.len();
    let journey = from.index_below(journeys, "a journey that there is not")?;
    let mut memory = Memory::new(journey);
    memory.memberships = from.u32()?;
    let there = from.byte()?;
    let get_exit = |from: &mut Reader<'_>| -> Result<Exit, RecordError> {
        Ok((sequence.wrapping_sub(from.varint()?), from.time()?))
    };
    if there & EXIT != 0 {
        memory.exit = Some(get_exit(from)?);
    }
    if there & KEYS != 0 {
        let keys = memory.keys.get_or_insert_default();
        for _ in 0..from.count()? {
            let key = InstanceKey(from.array()?);
            keys.exits.insert(key, get_exit(from)?);
        }
    }
    Ok(memory)
}

/// Memberships that may still reach a goal.
pub(super) const PAST: Part = Part {
    bit: super::PAST,
    is_there: |customer, _| open(customer).next().is_some(),
    put: |customer, set, to| {
        to.count(open(customer).count());
        for past in open(customer) {
            to.varint(past.journey);
            to.varint(past.membership);
            to.time(past.entered_at);
            put_goals(to, &past.goals);
            if let Some((_, plan)) = set.journey(past.journey) {
                put_row(to, &past.locals, &plan.local_kinds);
            }
        }
    },
    get: |customer, set, from| {
        for _ in 0..from.count()? {
            let journey = from.index()?;
            let Some((_, plan)) = set.journey(journey) else {
                return Err(from.malformed("a journey that there is not"));
            };
            customer.past.push(Past {
                journey,
                membership: from.u32()?,
                entered_at: from.time()?,
                goals: get_goals(from)?,
                locals: get_row(from, &plan.local_kinds)?,
            });
        }
        Ok(())
    },
};

fn open(customer: &Customer) -> impl Iterator<Item = &Past> {
    customer.past.iter().filter(|past| past.is_open(customer.clock))
}
