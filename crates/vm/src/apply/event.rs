//! An event: first the history, then open instances in order of entry, then entries.

use journey_bytecode::{ArmTrigger, Entry, ExitTrigger, Journey};

use super::dispatch::Reached;
use super::{About, Env, Stop, calls, capture, conclude, enter, goal, pause, run, settle};
use crate::effect::{Effect, Refusal, Site};
use crate::eval::Eval;
use crate::state::{Customer, Instance, Profile, Status};
use crate::{Fault, Row, Val};

/// An event that was not seen before.
pub(super) fn happen(env: &mut Env<'_>, customer: &mut Customer, event: u16, row: &Row, at: i64) {
    remember(env, customer, event, row, at);
    settle::refresh_audiences(env, &mut customer.profile);
    if !customer.past.is_empty() {
        goal::hear_past(env, customer, event, (row, at));
    }
    if !customer.instances.is_empty() {
        tell(env, customer, event, row, at);
        calls::follow(env, customer);
    }
    let set = env.set;
    let entries = set.event(event).map_or(&[][..], |plan| &plan.entries);
    for journey in entries {
        enter_by(env, customer, *journey, row, at);
    }
}

/// Brings the history windows up to date: the customer's, then those of each open instance.
fn remember(env: &mut Env<'_>, customer: &mut Customer, event: u16, row: &Row, at: i64) {
    let set = env.set;
    let Customer { profile, instances, .. } = customer;
    for number in set.event(event).map_or(&[][..], |plan| &plan.windows) {
        let Some(plan) = set.window(*number) else { continue };
        let crate::set::Place::Customer(place) = plan.place else { continue };
        // Filters do not ask other windows, so these can be lent out for writing.
        let mut windows = std::mem::take(&mut profile.windows);
        if let Some(state) = windows.get_mut(usize::from(place)) {
            let ctx = Eval::of(profile, None, env.now, env.arena);
            state.record(set, plan, &Eval { event: Some((row, at)), ..ctx });
        }
        profile.windows = windows;
        env.changed_window(*number);
    }
    if set.event(event).is_none_or(|plan| !plan.by_instance) {
        return;
    }
    for instance in instances {
        let Some((_, journey)) = set.journey(instance.journey) else { continue };
        for (place, number) in journey.tallies.iter().enumerate() {
            let Some(plan) = set.window(*number).filter(|plan| plan.window(set).event == event)
            else {
                continue;
            };
            let mut tallies = std::mem::take(&mut instance.tallies);
            if let Some(Some(tally)) = tallies.get_mut(place) {
                let ctx = Eval::of(profile, Some(instance), env.now, env.arena);
                tally.record(set, plan, &Eval { event: Some((row, at)), ..ctx });
                env.changed_window(*number);
            }
            instance.tallies = tallies;
        }
    }
}

/// Shows the event to open instances, in order of entry. One that is paused or cannot go on can
/// still reach a goal.
fn tell(env: &mut Env<'_>, customer: &mut Customer, event: u16, row: &Row, at: i64) {
    let Customer { profile, instances, memory, past, .. } = customer;
    let mut reached = Reached::default();
    instances.retain_mut(|instance| match instance.status {
        _ if !reached.includes(env, instance, event, row) => true,
        Status::Waiting(_) => {
            let outcome = hear(env, profile, instance, event, row, at);
            // What could not be decided of an event is to be decided again.
            let undecided = outcome.is_err() && env.work.going.is_none();
            let over = conclude(env, memory, past, instance, outcome);
            if undecided {
                pause::keep(env, profile, instance, event, (row, at));
            }
            !over
        }
        Status::Paused | Status::Faulted(_) => {
            goal::hear(env, profile, instance, event, (row, at));
            pause::keep(env, profile, instance, event, (row, at));
            true
        }
    });
}

/// Shows the event to an open instance: exit criteria, goals, then the arms of its wait. Conditions are
/// looked at in their place among these if something they read has changed with the event.
fn hear(
    env: &mut Env<'_>,
    profile: &mut Profile,
    instance: &mut Instance,
    event: u16,
    row: &Row,
    at: i64,
) -> Result<Stop, Fault> {
    let Some((journey, plan)) = env.set.journey(instance.journey) else {
        return Err(Fault::Program);
    };
    if !plan.reads.meets(&env.work.pending) && plan.events.binary_search(&event).is_err() {
        return Ok(Stop::Waiting);
    }
    let exit = exit_on(env, journey, profile, instance, event, (row, at));
    // Whatever comes of the criteria: an event that ends the instance can be what it was for.
    goal::hear(env, profile, instance, event, (row, at));
    if let Some(outcome) = exit? {
        return Ok(Stop::Exit(outcome));
    }
    take_arm(env, profile, instance, event, (row, at))
}

/// Takes the first arm of the wait that the event, or what changed with it, opens.
pub(super) fn take_arm(
    env: &mut Env<'_>,
    profile: &mut Profile,
    instance: &mut Instance,
    event: u16,
    (row, at): (&Row, i64),
) -> Result<Stop, Fault> {
    let (journey, plan) = env.set.journey(instance.journey).ok_or(Fault::Program)?;
    let Status::Waiting(state) = instance.status else { return Ok(Stop::Waiting) };
    let state = journey.states.get(usize::from(state)).ok_or(Fault::Program)?;
    let touched = plan.reads.meets(&env.work.pending);
    let ctx = env.scope(profile, instance);
    let heard = Eval { event: Some((row, at)), ..ctx };
    let about = About::instance(instance);
    for (number, arm) in (0..).zip(&state.arms) {
        let site = Site::Arm(number);
        match &arm.trigger {
            ArmTrigger::Event { event: awaited, filter, captures, .. }
                if *awaited == event
                    && filter
                        .map_or(Ok(true), |filter| env.holds(site, about, filter, &heard))? =>
            {
                capture(&mut instance.locals, captures, (row, at), Val::Unset);
            }
            ArmTrigger::When(when)
                if touched
                    && env.work.pending.meets_reads(&when.reads)
                    && env.holds(site, about, when.test, &ctx)? => {}
            _ => continue,
        }
        return run::go_on(env, profile, instance, arm.to);
    }
    Ok(Stop::Waiting)
}

/// The outcome of the first exit criterion that the event, or what changed with it, fulfils.
pub(super) fn exit_on(
    env: &mut Env<'_>,
    journey: &Journey,
    profile: &Profile,
    instance: &Instance,
    event: u16,
    heard: (&Row, i64),
) -> Result<Option<u16>, Fault> {
    let ctx = env.scope(profile, instance);
    let heard = Eval { event: Some(heard), ..ctx };
    let about = About::instance(instance);
    for (number, exit) in (0..).zip(&journey.exits) {
        let site = Site::Exit(number);
        let holds = match &exit.trigger {
            ExitTrigger::Event { event: awaited, filter } if *awaited == event => {
                filter.map_or(Ok(true), |filter| env.holds(site, about, filter, &heard))?
            }
            ExitTrigger::When(when) if env.work.pending.meets_reads(&when.reads) => {
                env.holds(site, about, when.test, &ctx)?
            }
            _ => false,
        };
        if holds {
            return Ok(Some(exit.outcome));
        }
    }
    Ok(None)
}

/// Enters a journey by the event if its filter holds.
fn enter_by(env: &mut Env<'_>, customer: &mut Customer, number: u16, row: &Row, at: i64) {
    let Some((journey, _)) = env.set.journey(number) else { return };
    let Entry::Event { filter, .. } = &journey.entry else { return };
    let ctx = Eval::of(&customer.profile, None, env.now, env.arena);
    let ctx = Eval { event: Some((row, at)), ..ctx };
    let about = About::outside(Some(number));
    match filter.map_or(Ok(true), |filter| env.holds(Site::Entry, about, filter, &ctx)) {
        Ok(false) => {}
        Ok(true) => enter::by_event(env, customer, number, (row, at), enter::By::default()),
        Err(fault) => {
            let reason = Refusal::Fault(fault);
            env.out.emit(Effect::NotEntered { journey: number, reason, at: env.now });
        }
    }
}
