//! Goals: what a membership is to achieve within some time after its entry, gone or not.

use journey_bytecode::Journey;

use super::{About, Env};
use crate::effect::{Effect, Site};
use crate::eval::{Eval, eval};
use crate::memory::{Past, REACHED};
use crate::state::{Customer, Instance, Profile};
use crate::{Fault, Row, Val};

/// How long an instance has for each goal of its journey.
pub(super) fn set_out(
    env: &Env<'_>,
    journey: &Journey,
    profile: &Profile,
    instance: &mut Instance,
) -> Result<(), Fault> {
    let mut goals = std::mem::take(&mut instance.goals);
    goals.resize(journey.goals.len(), REACHED + 1);
    for (goal, until) in journey.goals.iter().zip(&mut goals) {
        if *until != REACHED {
            match eval(env.set, goal.within, &env.scope(profile, instance))? {
                Val::Duration(length) => {
                    *until = instance.entered_at.checked_add(length).ok_or(Fault::Overflow)?;
                }
                _ => return Err(Fault::Program),
            }
        }
    }
    instance.goals = goals;
    Ok(())
}

/// Shows an event to the goals of an open instance.
pub(super) fn hear(
    env: &mut Env<'_>,
    profile: &Profile,
    instance: &mut Instance,
    event: u16,
    heard: (&Row, i64),
) {
    if instance.goals.is_empty() {
        return;
    }
    let mut goals = std::mem::take(&mut instance.goals);
    let who = (instance.journey, instance.membership);
    let ctx = Eval { event: Some(heard), ..Eval::of(profile, Some(instance), env.now, env.arena) };
    reach(env, who, event, &ctx, &mut goals);
    instance.goals = goals;
}

/// Shows an event to the goals of memberships that are over.
pub(super) fn hear_past(
    env: &mut Env<'_>,
    customer: &mut Customer,
    event: u16,
    heard: (&Row, i64),
) {
    let Customer { profile, past, .. } = customer;
    past.retain_mut(|past| {
        let Past { journey, membership, entered_at, locals, goals } = past;
        let plan = env.set.journey(*journey);
        if plan.is_none_or(|(_, plan)| plan.events.binary_search(&event).is_err()) {
            return true;
        }
        let ctx = Eval {
            event: Some(heard),
            locals: Some(locals),
            entered: Some(*entered_at),
            ..Eval::of(profile, None, env.now, env.arena)
        };
        reach(env, (*journey, *membership), event, &ctx, goals);
        past.is_open(env.now)
    });
}

/// Tells of the goals that an event reaches.
fn reach(
    env: &mut Env<'_>,
    (journey, membership): (u16, u32),
    event: u16,
    ctx: &Eval<'_>,
    goals: &mut [i64],
) {
    let at = env.now;
    let Some((declared, _)) = env.set.journey(journey) else { return };
    for ((goal, until), declared) in (0..).zip(goals).zip(&declared.goals) {
        if declared.event != event || *until <= at {
            continue;
        }
        let about = About { journey: Some(journey), membership, tile: None };
        let site = Site::Goal(goal);
        match declared.filter.map_or(Ok(true), |filter| env.holds(site, about, filter, ctx)) {
            Ok(false) => {}
            Ok(true) => {
                *until = REACHED;
                env.out.emit(Effect::GoalReached { journey, membership, goal, at });
            }
            Err(fault) => {
                env.out.emit(Effect::GoalFault { journey, membership, goal, fault, at });
            }
        }
    }
}

/// Keeps what a membership that is over may still achieve.
pub(super) fn outlive(all: &mut Vec<Past>, instance: &mut Instance, now: i64) {
    if instance.goals.iter().any(|until| *until > now) {
        let past = Past {
            journey: instance.journey,
            membership: instance.membership,
            entered_at: instance.entered_at,
            locals: std::mem::take(&mut instance.locals),
            goals: std::mem::take(&mut instance.goals),
        };
        past.keep(all, now);
    }
}
