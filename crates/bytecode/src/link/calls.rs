//! Journeys that an earlier version starts, and the ends of those it waits for.

use std::collections::BTreeMap;

use super::error::Broken;
use super::names::writes;
use super::walk::Referred;
use super::{Unit, numbers};
use crate::{Call, Entry, Event, ExprId, FormerEnd, Journey, Program, Run, Slot, WhileInside};

/// The journey that stands for each line of the outcome.
pub(super) struct Lines<'a> {
    heads: BTreeMap<&'a str, Head<'a>>,
}

/// A journey that others start.
#[derive(Clone, Copy)]
struct Head<'a> {
    number: u16,
    journey: &'a Journey,
    /// The event by which it is entered.
    entry: Option<&'a Event>,
}

impl<'a> Lines<'a> {
    pub(super) fn of(base: &'a Program, pinned: &[Unit<'a>]) -> Lines<'a> {
        let mut heads = BTreeMap::new();
        // Ascending, so that of earlier versions the latest stands for the line.
        let numbers = numbers(base, pinned);
        for unit in pinned {
            if let Some(number) = numbers.get(&unit.key()) {
                let head = Head { number: *number, journey: unit.journey, entry: None };
                heads.insert(&*unit.journey.name, head);
            }
        }
        for (name, number) in base.heads() {
            if let Some(journey) = base.journeys.get(usize::from(number)) {
                let entry = entry_event(base, journey);
                heads.insert(name, Head { number, journey, entry });
            }
        }
        Lines { heads }
    }

    fn head(&self, name: &str) -> Referred<Head<'a>> {
        self.heads.get(name).copied().ok_or_else(|| Broken::Gone(format!("journey `{name}`")))
    }

    /// The outcome with which members leave who enter a line anew.
    pub(super) fn restarted(&self, name: &str) -> Option<&'a String> {
        let head = self.heads.get(name)?.journey;
        match head.inside {
            WhileInside::Restart(outcome) => head.outcomes.get(usize::from(outcome)),
            WhileInside::Ignore | WhileInside::Refresh => None,
        }
    }

    /// A start of another journey goes to the version that stands for its line.
    pub(super) fn call(
        &self,
        from: &Program,
        call: &Call,
        optional: &dyn Fn(ExprId) -> bool,
    ) -> Referred<Call> {
        let was = callee(from, call)?;
        let head = self.head(&was.name)?;
        let name = &was.name;
        let before: Vec<&Slot> = was.params.iter().map(|param| &param.slot).collect();
        let after: Vec<&Slot> = head.journey.params.iter().map(|param| &param.slot).collect();
        let thing = |slot: &Slot| format!("parameter `{}` of journey `{name}`", slot.name);
        let args = given(&call.args, &before, &after, optional, &thing)?;
        // A version that nobody enters needs no event.
        let Some(event) = head.entry else {
            return Ok(Call { journey: head.number, args, event: Vec::new() });
        };
        let before = entry_event(from, was);
        if before.is_none_or(|before| before.name != event.name) {
            let brought = event.properties.iter().any(is_needed);
            let event = Vec::new();
            return match brought || !call.event.is_empty() {
                true => Err(Broken::Entry(name.clone())),
                false => Ok(Call { journey: head.number, args, event }),
            };
        }
        let before: Vec<&Slot> = before.iter().flat_map(|event| &event.properties).collect();
        let after: Vec<&Slot> = event.properties.iter().collect();
        let thing = |slot: &Slot| format!("property `{}.{}`", event.name, slot.name);
        let properties = given(&call.event, &before, &after, optional, &thing)?;
        Ok(Call { journey: head.number, args, event: properties })
    }
}

fn is_needed(slot: &Slot) -> bool {
    !slot.optional && slot.default.is_none()
}

/// The journey that a call starts.
fn callee<'p>(program: &'p Program, call: &Call) -> Referred<&'p Journey> {
    program.journeys.get(usize::from(call.journey)).ok_or(Broken::Inconsistent)
}

/// The event by which a journey is entered.
fn entry_event<'p>(program: &'p Program, journey: &Journey) -> Option<&'p Event> {
    match &journey.entry {
        Entry::Event { event, .. } => program.events.get(usize::from(*event)),
        Entry::Audience { .. } | Entry::Manual => None,
    }
}

/// Values for slots that are now others, by name.
pub(super) fn given(
    values: &[(u16, ExprId)],
    before: &[&Slot],
    after: &[&Slot],
    optional: &dyn Fn(ExprId) -> bool,
    thing: &dyn Fn(&Slot) -> String,
) -> Referred<Vec<(u16, ExprId)>> {
    let mut given = Vec::new();
    for (number, value) in values {
        let was = *before.get(usize::from(*number)).ok_or(Broken::Inconsistent)?;
        let now = (0..=u16::MAX).zip(after).find(|(_, slot)| slot.name == was.name);
        let (number, is) = now.ok_or_else(|| Broken::Gone(thing(was)))?;
        writes(was, is, optional(*value), || thing(was))?;
        given.push((number, *value));
    }
    given.sort_unstable_by_key(|(number, _)| *number);
    let missing = (0..=u16::MAX).zip(after).find(|(number, slot)| {
        is_needed(slot) && given.binary_search_by_key(number, |(given, _)| *given).is_err()
    });
    match missing {
        Some((_, slot)) => Err(Broken::NoValue(thing(slot))),
        None => Ok(given),
    }
}

/// Lets each wait for another journey go on by the outcomes that one has now. Ends that only its earlier
/// versions know are what this gives.
pub(super) fn ends(
    unit: &Unit<'_>,
    journey: &mut Journey,
    lines: &Lines<'_>,
) -> Referred<Vec<FormerEnd>> {
    let mut former = Vec::new();
    for (number, state) in (0..=u16::MAX).zip(&mut journey.states) {
        let Some(run) = &mut state.run else { continue };
        let call = unit.journey.calls.get(usize::from(run.call)).ok_or(Broken::Inconsistent)?;
        let was = callee(unit.from, call)?;
        let now = lines.head(&was.name)?.journey;
        let known = known_ends(unit, number, run, was);
        run.outcomes = ways(run, &known, now)?;
        let gone = known.into_iter().filter(|(name, _)| !now.outcomes.contains(name));
        former.extend(gone.map(|(outcome, to)| FormerEnd { state: number, outcome, to }));
    }
    Ok(former)
}

/// Where each outcome leads that the version knows.
fn known_ends(unit: &Unit<'_>, state: u16, run: &Run, callee: &Journey) -> BTreeMap<String, u32> {
    let earlier = &unit.from.version(unit.number).former_ends;
    let earlier = earlier.iter().filter(|end| end.state == state);
    let earlier = earlier.map(|end| (end.outcome.clone(), end.to));
    earlier.chain(callee.outcomes.iter().cloned().zip(run.outcomes.iter().copied())).collect()
}

/// Where the present outcomes lead. One that the version does not know leads where all ends do, if they
/// do.
fn ways(run: &Run, known: &BTreeMap<String, u32>, now: &Journey) -> Referred<Vec<u32>> {
    let same = known.values().all(|to| *to == run.not_entered);
    let way = |outcome: &String| match known.get(outcome) {
        Some(to) => Ok(*to),
        None if same => Ok(run.not_entered),
        None => Err(Broken::End { journey: now.name.clone(), outcome: outcome.clone() }),
    };
    now.outcomes.iter().map(way).collect()
}
