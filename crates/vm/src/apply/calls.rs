//! Journeys that start journeys.
//!
//! A tile only notes what it starts, with the values of that instant. Once the instance stands still
//! or has left, and the others have seen what happened, the other journey is entered and runs to its
//! first wait, and so on with what that one has started. Who waits for a journey goes on at the
//! instant at which that one exits, before anything else is entered. The budget counts the tiles of
//! all of them.

use journey_bytecode::{Entry, Journey};

use super::enter::{self, By};
use super::{Env, Stop, conclude, run, wait};
use crate::eval::eval;
use crate::scratch::{Calling, Return};
use crate::state::{Customer, Instance, Profile, Status};
use crate::{Fault, Row};

/// Notes that a tile starts a journey.
pub(super) fn call(
    env: &mut Env<'_>,
    journey: &Journey,
    profile: &Profile,
    instance: &Instance,
    number: u16,
    waits: bool,
) -> Result<(), Fault> {
    let call = journey.calls.get(usize::from(number)).ok_or(Fault::Program)?;
    let (callee, _) = env.set.journey(call.journey).ok_or(Fault::Program)?;
    let mut params = enter::defaults(callee);
    let ctx = env.scope(profile, instance);
    for (param, value) in &call.args {
        params.set(*param, eval(env.set, *value, &ctx)?);
    }
    let event = match &callee.entry {
        Entry::Event { event, .. } => {
            let event = env.set.program().events.get(usize::from(*event)).ok_or(Fault::Program)?;
            let mut row = Row::with_defaults(&event.properties);
            for (property, value) in &call.event {
                row.set(*property, eval(env.set, *value, &ctx)?);
            }
            Some(row)
        }
        Entry::Audience { .. } | Entry::Manual => None,
    };
    let caller = waits.then_some((instance.journey, instance.membership));
    env.work.calls.push_back(Calling { journey: call.journey, params, event, caller });
    Ok(())
}

/// Lets those go on who have waited for a journey that is over, and enters what was started, until
/// nothing is left to do.
pub(super) fn follow(env: &mut Env<'_>, customer: &mut Customer) {
    loop {
        if let Some(over) = env.work.returns.pop_front() {
            go_on(env, customer, over);
        } else if let Some(calling) = env.work.calls.pop_front() {
            start(env, customer, &calling);
        } else {
            return;
        }
    }
}

/// Enters a journey that a tile has started.
fn start(env: &mut Env<'_>, customer: &mut Customer, calling: &Calling) {
    let Calling { journey: callee, params, event, caller } = calling;
    let begun = env.work.begun;
    let by = By { params: Some(params), caller: *caller };
    enter::with(env, customer, *callee, event.as_ref(), by);
    if let Some(caller) = *caller
        && env.work.begun == begun
    {
        env.work.returns.push_back(Return { caller, callee: *callee, end: None });
    }
}

/// Lets an instance go on that has waited for a journey, or notes that it can once it does not stand
/// still any more. If it has left meanwhile, nobody waits.
fn go_on(env: &mut Env<'_>, customer: &mut Customer, over: Return) {
    let Customer { profile, instances, memory, past, .. } = customer;
    let is_caller = |it: &Instance| (it.journey, it.membership) == over.caller;
    let Some(index) = instances.iter().position(is_caller) else { return };
    let Some(instance) = instances.get_mut(index) else { return };
    let state = match instance.status {
        Status::Waiting(state) => state,
        Status::Paused | Status::Faulted(_) => {
            instance.returned = Some((over.callee, over.end));
            return;
        }
    };
    let Some(to) = way_on(env, instance, state, over) else { return };
    let outcome = resume(env, profile, instance, to);
    if outcome.is_err() && env.work.going.is_none() {
        // It did not get away.
        instance.returned = Some((over.callee, over.end));
    }
    if conclude(env, memory, past, instance, outcome) {
        instances.remove(index);
    }
}

/// Where it goes on after that end. What ended may have been another version than the one that would
/// be started now, with outcomes of its own: one that is not known here is no better than none.
fn way_on(env: &Env<'_>, instance: &Instance, state: u16, over: Return) -> Option<u32> {
    let set = env.set;
    let (journey, _) = set.journey(instance.journey)?;
    let run = journey.states.get(usize::from(state))?.run.as_ref()?;
    let call = journey.calls.get(usize::from(run.call))?;
    if set.line(call.journey) != set.line(over.callee) {
        return None;
    }
    let Some(outcome) = over.end else { return Some(run.not_entered) };
    let present = set.outcome_of(outcome, over.callee, call.journey);
    let way = match present {
        Some(outcome) => run.outcomes.get(usize::from(outcome)).copied(),
        None => {
            let name = set.journey(over.callee)?.0.outcomes.get(usize::from(outcome))?;
            let mut ends = set.program().version(instance.journey).former_ends.iter();
            ends.find(|end| end.state == state && end.outcome == *name).map(|end| end.to)
        }
    };
    Some(way.unwrap_or(run.not_entered))
}

/// Exit criteria come first, as everywhere.
fn resume(
    env: &mut Env<'_>,
    profile: &mut Profile,
    instance: &mut Instance,
    to: u32,
) -> Result<Stop, Fault> {
    let (journey, _) = env.set.journey(instance.journey).ok_or(Fault::Program)?;
    match wait::exit_reached(env, journey, profile, instance)? {
        Some(outcome) => Ok(Stop::Exit(outcome)),
        None => run::go_on(env, profile, instance, to),
    }
}
