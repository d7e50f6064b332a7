//! What is done to members from outside: they are taken out, one by one or with all others, or
//! tried again.
//!
//! Being taken out is none of the journey's outcomes. Beyond that it is an exit like any other: the
//! re-entry rule counts from it, goals can still be reached, and who waits for the journey goes on.

use journey_bytecode::{ExitCriterion, ExitTrigger, WhileInside};

use super::{Env, Stop, conclude, end, enter, pause};
use crate::Fault;
use crate::effect::{Effect, Ending};
use crate::state::{Customer, Instance, Profile, Status};

/// Takes a member out, or all of a journey.
pub(super) fn remove(
    env: &mut Env<'_>,
    customer: &mut Customer,
    number: u16,
    membership: Option<u32>,
) {
    let meant = |it: &Instance| membership.is_none_or(|membership| it.membership == membership);
    let set = env.set;
    let is_member = |it: &Instance| set.line(it.journey) == set.line(number);
    leave(env, customer, Ending::Removed, |it| is_member(it) && meant(it));
}

/// Takes all members of a journey out. There is nothing left to pause.
pub(super) fn stop(env: &mut Env<'_>, customer: &mut Customer, number: u16) {
    // Who waits for it goes on in this input, and may start it again.
    let (set, line) = (env.set, env.set.line(number));
    env.work.stopped = Some(line);
    customer.set_paused(line, false);
    leave(env, customer, Ending::Stopped, |it| set.line(it.journey) == line);
}

fn leave(
    env: &mut Env<'_>,
    customer: &mut Customer,
    ending: Ending,
    leaves: impl Fn(&Instance) -> bool,
) {
    let Customer { instances, memory, past, .. } = customer;
    instances.retain_mut(|instance| {
        let leaves = leaves(instance);
        if leaves {
            unpark(env, instance);
            end(env, memory, past, instance, ending);
        }
        !leaves
    });
}

/// Tries an instance again that cannot go on. Where its journey is paused nothing moves it.
pub(super) fn retry(env: &mut Env<'_>, customer: &mut Customer, number: u16, membership: u32) {
    let (set, line) = (env.set, env.set.line(number));
    let is_meant = |it: &Instance| set.line(it.journey) == line && it.membership == membership;
    if customer.is_paused(line) {
        return;
    }
    let Customer { profile, instances, memory, past, .. } = customer;
    let Some(place) = instances.iter().position(is_meant) else { return };
    let Some(instance) = instances.get_mut(place) else { return };
    if !unpark(env, instance) {
        return;
    }
    pause::rouse(env, instance);
    let outcome = try_again(env, profile, instance);
    if conclude(env, memory, past, instance, outcome) {
        instances.remove(place);
    }
}

/// Tells of an instance that it does not stand there any more for not being able to go on, if it does.
pub(super) fn unpark(env: &mut Env<'_>, instance: &Instance) -> bool {
    let Instance { journey, membership, tile, .. } = *instance;
    let parked = matches!(instance.status, Status::Faulted(_));
    if parked {
        env.out.emit(Effect::Unparked { journey, membership, tile, at: env.now });
    }
    parked
}

/// Goes on as after a pause. What counts from the entry is computed again where that may be what went
/// wrong: before the first operation, where an entry is taken over, and in another version.
fn try_again(
    env: &mut Env<'_>,
    profile: &mut Profile,
    instance: &mut Instance,
) -> Result<Stop, Fault> {
    let (journey, _) = env.set.journey(instance.journey).ok_or(Fault::Program)?;
    let onward = instance.still.as_ref().and_then(|still| still.onward);
    let begins = instance.tile.is_none() && onward == Some(0);
    let is_after = |exit: &&ExitCriterion| matches!(exit.trigger, ExitTrigger::After(_));
    let lacks = journey.exits.iter().filter(is_after).count() != instance.exits_after.len();
    if begins || lacks || journey.inside == WhileInside::Refresh {
        enter::set_limits(env, journey, profile, instance)?;
    }
    pause::go_on(env, profile, instance)
}
