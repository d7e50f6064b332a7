//! What journeys do outside, and what becomes of it: calls of webhooks, and outcomes.
//!
//! A message or call is given to whoever takes the effects, and its outcome comes back as an input
//! of its own. A tile with arms waits for it. The outcome names the membership, the tile and the
//! visit it belongs to, so one that comes late, or twice, finds nobody waiting and changes nothing.

use journey_bytecode::{ArmTrigger, Journey, Op, Outcome};

use super::{Env, Stop, each_instance, run};
use crate::effect::Effect;
use crate::input::Answer;
use crate::state::{Customer, Instance, Profile, Status};
use crate::{Fault, request};

/// Whose outcome it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) journey: u16,
    pub(super) membership: u32,
    pub(super) tile: u16,
    pub(super) visit: u32,
}

/// Whether the operation at `pc` waits for the outcome of the one before it.
pub(super) fn awaits(journey: &Journey, pc: u32) -> bool {
    let Some(Op::Suspend { state }) = journey.code.get(pc as usize) else { return false };
    let state = journey.states.get(usize::from(*state));
    state.is_some_and(|state| {
        state.arms.iter().any(|arm| matches!(arm.trigger, ArmTrigger::Outcome(_)))
    })
}

/// Calls a webhook.
pub(super) fn call(
    env: &mut Env<'_>,
    profile: &Profile,
    instance: &mut Instance,
    number: u16,
    awaits: bool,
) -> Result<(), Fault> {
    let set = env.set;
    let (journey, _) = set.journey(instance.journey).ok_or(Fault::Program)?;
    let webhook = journey.webhooks.get(usize::from(number)).ok_or(Fault::Program)?;
    let tile = instance.tile.ok_or(Fault::Program)?;
    let key = run::message_key(set, journey, profile, instance)?;
    let call = request::call(set, &webhook.request, &env.scope(profile, instance))?;
    env.out.emit(Effect::Called {
        journey: instance.journey,
        membership: instance.membership,
        seq: instance.actions + 1,
        tile,
        webhook: number,
        call,
        key,
        awaits,
        at: env.now,
    });
    instance.actions += 1;
    run::count_visit(instance, tile);
    Ok(())
}

/// The outcome of a message or call. A member that stands still goes on by it afterwards.
pub(super) fn answered(
    env: &mut Env<'_>,
    customer: &mut Customer,
    asked: Asked,
    answer: Answer<'_>,
) {
    let is_asked = |instance: &Instance| {
        (instance.journey, instance.membership) == (asked.journey, asked.membership)
    };
    if let Some(instance) = customer.instances.iter_mut().find(|it| is_asked(it))
        && let Some(state) = instance.still.as_ref().map(|still| still.state)
    {
        let arm = take(env, instance, state, asked, answer).ok().flatten();
        if let (Some(to), Some(still)) = (arm, &mut instance.still) {
            still.onward = Some(to);
        }
        return;
    }
    each_instance(env, customer, |env, profile, instance| {
        let Status::Waiting(state) = instance.status else { return Ok(Stop::Waiting) };
        if !is_asked(instance) {
            return Ok(Stop::Waiting);
        }
        match take(env, instance, state, asked, answer)? {
            Some(to) => run::go_on(env, profile, instance, to),
            None => Ok(Stop::Waiting),
        }
    });
}

/// Where the outcome leads, if the instance stands at that tile and waits for just this.
fn take(
    env: &mut Env<'_>,
    instance: &mut Instance,
    state: u16,
    asked: Asked,
    answer: Answer<'_>,
) -> Result<Option<u32>, Fault> {
    let (journey, _) = env.set.journey(instance.journey).ok_or(Fault::Program)?;
    let state = journey.states.get(usize::from(state)).ok_or(Fault::Program)?;
    let visit = instance.visits_of(asked.tile);
    let current = state.tile == asked.tile && visit == asked.visit && visit > 0;
    // It was answered already, or does not wait at all.
    let elsewhere = instance.still.as_ref().is_some_and(|still| still.onward.is_some());
    let arm = |outcome: Outcome| {
        state.arms.iter().find(|arm| arm.trigger == ArmTrigger::Outcome(outcome))
    };
    if !current || elsewhere || arm(Outcome::Failed).is_none() {
        return Ok(None);
    }
    let webhook = journey.webhooks.iter().find(|webhook| webhook.tile == state.tile);
    let response = webhook.and_then(|webhook| webhook.response.as_ref());
    let (outcome, status) = match (answer, response) {
        (Answer::Response(value), Some(response)) if value.is_a(&response.ty) => {
            if let Some(local) = response.local {
                instance.locals.set(local, value);
            }
            (Outcome::Delivered, None)
        }
        // A response was to come, and this is none or another.
        (Answer::Response(_) | Answer::Delivered, Some(_)) => (Outcome::Failed, None),
        (Answer::Response(_) | Answer::Delivered, None) => (Outcome::Delivered, None),
        (Answer::Failed { status }, _) => (Outcome::Failed, status),
        (Answer::Skipped, _) if arm(Outcome::Skipped).is_none() => (Outcome::Failed, None),
        (Answer::Skipped, _) => (Outcome::Skipped, None),
    };
    let Asked { journey, membership, tile, visit } = asked;
    let at = env.now;
    env.out.emit(Effect::Answered { journey, membership, tile, visit, outcome, status, at });
    Ok(arm(outcome).map(|arm| arm.to))
}
