//! What is done to members from outside: they are taken out, one by one or with all others.
//!
//! Such an ending is none of the journey's outcomes. Beyond that it is an exit like any other: the
//! re-entry rule counts from it, goals can still be reached, and who waits for the journey goes on.

use super::{Env, end};
use crate::effect::Ending;
use crate::state::{Customer, Instance};

/// Takes a member out, or all of a journey.
pub(super) fn remove(
    env: &mut Env<'_>,
    customer: &mut Customer,
    number: u16,
    membership: Option<u32>,
) {
    let meant = |it: &Instance| membership.is_none_or(|membership| it.membership == membership);
    leave(env, customer, Ending::Removed, |it| it.journey == number && meant(it));
}

/// Takes all members of a journey out. There is nothing left to pause.
pub(super) fn stop(env: &mut Env<'_>, customer: &mut Customer, number: u16) {
    // Who waits for it goes on in this input, and may start it again.
    env.work.stopped = Some(number);
    customer.set_paused(number, false);
    leave(env, customer, Ending::Stopped, |it| it.journey == number);
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
            end(env, memory, past, instance, ending);
        }
        !leaves
    });
}
