//! An event: first the history, then open instances in order of entry, then entries.

use journey_bytecode::{ArmTrigger, Entry, ExitTrigger};

use super::{Env, Stop, capture, each_instance, enter, run, settle};
use crate::effect::{Effect, Refusal};
use crate::eval::{Eval, test};
use crate::state::{Customer, Instance, Profile, Status};
use crate::{Fault, Row};

/// An event that was not seen before.
pub(super) fn happen(env: &mut Env<'_>, customer: &mut Customer, event: u16, row: &Row, at: i64) {
    remember(env, customer, event, row, at);
    settle::refresh_audiences(env, &mut customer.profile);
    if !customer.instances.is_empty() {
        each_instance(env, customer, |env, profile, instance| {
            hear(env, profile, instance, event, row, at)
        });
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

/// Shows the event to an open instance: exit criteria, then the arms of its wait. Conditions are
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
    let touched = plan.reads.meets(&env.work.pending);
    if !touched && plan.events.binary_search(&event).is_err() {
        return Ok(Stop::Waiting);
    }
    let ctx = env.scope(profile, instance);
    let heard = Eval { event: Some((row, at)), ..ctx };
    for exit in &journey.exits {
        let holds = match &exit.trigger {
            ExitTrigger::Event { event: awaited, filter } if *awaited == event => {
                filter.map_or(Ok(true), |filter| test(env.set, filter, &heard))?
            }
            ExitTrigger::When(when) if touched && env.work.pending.meets_reads(&when.reads) => {
                test(env.set, when.test, &ctx)?
            }
            _ => false,
        };
        if holds {
            return Ok(Stop::Exit(exit.outcome));
        }
    }
    let Status::Waiting(state) = instance.status else { return Ok(Stop::Waiting) };
    let state = journey.states.get(usize::from(state)).ok_or(Fault::Program)?;
    for arm in &state.arms {
        match &arm.trigger {
            ArmTrigger::Event { event: awaited, filter, captures }
                if *awaited == event
                    && filter.map_or(Ok(true), |filter| test(env.set, filter, &heard))? =>
            {
                capture(&mut instance.locals, captures, row, at);
            }
            ArmTrigger::When(when)
                if touched
                    && env.work.pending.meets_reads(&when.reads)
                    && test(env.set, when.test, &ctx)? => {}
            _ => continue,
        }
        return run::go_on(env, profile, instance, arm.to);
    }
    Ok(Stop::Waiting)
}

/// Enters a journey by the event if its filter holds.
fn enter_by(env: &mut Env<'_>, customer: &mut Customer, number: u16, row: &Row, at: i64) {
    let Some((journey, _)) = env.set.journey(number) else { return };
    let Entry::Event { filter, captures, .. } = &journey.entry else { return };
    let ctx = Eval::of(&customer.profile, None, env.now, env.arena);
    let ctx = Eval { event: Some((row, at)), ..ctx };
    match filter.map_or(Ok(true), |filter| test(env.set, filter, &ctx)) {
        Ok(false) => {}
        Ok(true) => enter::enter(env, customer, number, Some((captures, row, at))),
        Err(fault) => {
            let reason = Refusal::Fault(fault);
            env.out.emit(Effect::NotEntered { journey: number, reason, at: env.now });
        }
    }
}
