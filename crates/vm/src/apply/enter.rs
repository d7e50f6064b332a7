//! Entry into a journey.

use journey_bytecode::{Capture, ExitTrigger, Range, Reenter};
use smallvec::SmallVec;

use super::{Env, NEVER, Stop, capture, conclude, run, wait};
use crate::effect::{Effect, Refusal};
use crate::eval::eval;
use crate::history::WindowState;
use crate::state::{Customer, Instance, Memory, Profile, Status};
use crate::{Fault, Row, Val};

/// The event that causes an entry, and what is kept of it.
type Cause<'a> = Option<(&'a [Capture], &'a Row, i64)>;

/// Enters a journey, unless the customer is inside or its re-entry rule says no.
pub(super) fn enter(env: &mut Env<'_>, customer: &mut Customer, number: u16, cause: Cause<'_>) {
    let Some((journey, _)) = env.set.journey(number) else { return };
    let at = env.now;
    if customer.instance(number).is_some() {
        let reason = Refusal::Inside;
        return env.out.emit(Effect::NotEntered { journey: number, reason, at });
    }
    let Customer { profile, instances, memory, .. } = customer;
    let memory_of = memory.binary_search_by_key(&number, |memory| memory.journey);
    let place = memory_of.unwrap_or_else(|place| {
        room_for_first(memory);
        memory.insert(place, Memory { journey: number, memberships: 0, exit: None });
        place
    });
    let Some(remembered) = memory.get_mut(place) else { return };
    if !may_enter(journey.reenter, remembered, env) {
        let reason = Refusal::Reentry;
        return env.out.emit(Effect::NotEntered { journey: number, reason, at });
    }
    remembered.memberships += 1;
    let membership = remembered.memberships;
    let mut instance = new_instance(env, number, membership, cause);
    env.out.emit(Effect::Entered { journey: number, membership, at });
    let outcome = begin(env, profile, &mut instance);
    if !conclude(env, memory, &mut instance, outcome) {
        room_for_first(instances);
        instances.push(instance);
    }
}

/// Makes room for one item in an empty vector, which by itself would make room for four. There
/// are millions of customers, and most of them are in one journey.
fn room_for_first<T>(items: &mut Vec<T>) {
    if items.is_empty() {
        items.reserve_exact(1);
    }
}

/// The re-entry rule.
fn may_enter(rule: Reenter, memory: &Memory, env: &Env<'_>) -> bool {
    let Some((sequence, at)) = memory.exit else { return true };
    match rule {
        Reenter::Never => false,
        Reenter::Always => true,
        Reenter::Later => env.sequence > sequence,
        Reenter::After(length) => env.now >= at.saturating_add(length),
    }
}

fn new_instance(env: &Env<'_>, journey: u16, membership: u32, cause: Cause<'_>) -> Instance {
    let plan = env.set.journey(journey).map(|(_, plan)| plan);
    let mut locals = Row::new(plan.map_or(0, |plan| plan.local_kinds.len()));
    if let Some((captures, row, at)) = cause {
        capture(&mut locals, captures, row, at);
    }
    // Windows since the entry begin to count now, windows since a mark once it is reached.
    let tally = |number: &u16| {
        let plan = env.set.window(*number)?;
        let counts = plan.window(env.set).range == Range::SinceEntered;
        counts.then(|| WindowState::new(env.set, plan))
    };
    Instance {
        journey,
        membership,
        status: Status::Waiting(0),
        tile: None,
        entered_at: env.now,
        entered_sequence: env.sequence,
        actions: 0,
        locals,
        deadline: None,
        due: NEVER,
        exits_after: SmallVec::new(),
        tallies: plan.map(|plan| plan.tallies.iter().map(tally).collect()).unwrap_or_default(),
        visits: SmallVec::new(),
        hold: None,
    }
}

/// Takes a new instance to its first wait. Exit criteria that hold already end it before its
/// first tile, so that no tile ever sees them hold.
fn begin(env: &mut Env<'_>, profile: &mut Profile, instance: &mut Instance) -> Result<Stop, Fault> {
    let (journey, _) = env.set.journey(instance.journey).ok_or(Fault::Program)?;
    let mut exits_after = SmallVec::new();
    for exit in &journey.exits {
        if let ExitTrigger::After(length) = &exit.trigger {
            let Val::Duration(length) = eval(env.set, *length, &env.scope(profile, instance))?
            else {
                return Err(Fault::Program);
            };
            exits_after.push(env.now.checked_add(length).ok_or(Fault::Overflow)?);
        }
    }
    instance.exits_after = exits_after;
    match wait::exit_reached(env, journey, profile, instance)? {
        Some(outcome) => Ok(Stop::Exit(outcome)),
        None => run::go_on(env, profile, instance, 0),
    }
}
