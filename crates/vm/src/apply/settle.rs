//! What follows from a change: computed audiences, then continuous conditions, then entries by
//! audience; again and again until nothing changes.
//!
//! It ends because every round but the first needs a trait to be set by a tile, and the budget
//! parks an instance that passes too many of those.

use super::{Env, NEVER, each_instance, enter, wait};
use crate::effect::Effect;
use crate::eval::{Eval, test};
use crate::state::Customer;

/// Follows up what the input has changed.
pub(super) fn settle(env: &mut Env<'_>, customer: &mut Customer) {
    if !env.work.pending.is_empty() || !env.work.stale.is_empty() {
        rounds(env, customer, false);
    }
}

/// The same at an instant at which something is due.
pub(super) fn settle_due(env: &mut Env<'_>, customer: &mut Customer) {
    rounds(env, customer, true);
}

fn rounds(env: &mut Env<'_>, customer: &mut Customer, due: bool) {
    let mut first_due = due;
    loop {
        let work = &mut *env.work;
        std::mem::swap(&mut work.current, &mut work.pending);
        work.pending.clear();
        refresh_audiences(env, customer);
        if first_due || !env.work.current.is_empty() {
            each_instance(env, customer, wait::attend);
        }
        enter_by_audience(env, customer);
        if env.work.pending.is_empty() {
            return;
        }
        first_due = false;
    }
}

/// Finds the audiences of a customer who is seen for the first time. Conditions and filters see
/// the customer as a member from here on; the joining itself is told, and acted on, when the
/// input has been dealt with and the customer is a member still.
pub(super) fn be_born(env: &mut Env<'_>, customer: &mut Customer) {
    for audience in 0..customer.audience_wakes.len() {
        let Ok(audience) = u16::try_from(audience) else { break };
        let member = evaluate(env, customer, audience);
        customer.profile.audiences.set(audience, member);
        env.work.untold.set(audience, member);
        env.work.stale.set(audience, true);
    }
    find_due(customer);
}

/// Marks the audiences that can change at this instant.
pub(super) fn wake_audiences(env: &mut Env<'_>, customer: &Customer) {
    if customer.audience_due > env.now {
        return;
    }
    for (audience, wake) in (0..).zip(&customer.audience_wakes) {
        if *wake <= env.now {
            env.work.stale.set(audience, true);
        }
    }
}

/// Looks again at each audience that reads something that has changed, in order: an audience
/// reads only earlier ones, so once over the list is enough.
fn refresh_audiences(env: &mut Env<'_>, customer: &mut Customer) {
    let readers = &env.set.audience_readers;
    let work = &mut *env.work;
    for (changed, readers) in [
        (&work.current.traits, &readers.traits),
        (&work.current.windows, &readers.windows),
        (&work.current.audiences, &readers.audiences),
    ] {
        for index in changed.iter() {
            for audience in readers.get(usize::from(index)).into_iter().flatten() {
                work.stale.set(*audience, true);
            }
        }
    }
    let mut from = 0;
    while let Some(audience) = env.work.stale.next(from) {
        from = u32::from(audience) + 1;
        refresh(env, customer, audience);
    }
    if from > 0 {
        env.work.stale.clear();
        find_due(customer);
    }
}

fn refresh(env: &mut Env<'_>, customer: &mut Customer, audience: u16) {
    let at = env.now;
    let member = evaluate(env, customer, audience);
    let was = customer.profile.audiences.contains(audience);
    let told = was && !env.work.untold.contains(audience);
    env.work.untold.set(audience, false);
    customer.profile.audiences.set(audience, member);
    if member != was {
        env.work.current.audiences.set(audience, true);
        let readers = env.set.audience_readers.audiences.get(usize::from(audience));
        readers.into_iter().flatten().for_each(|reader| env.work.stale.set(*reader, true));
    }
    if member && !told {
        env.out.emit(Effect::JoinedAudience { audience, at });
        let journeys = env.set.entries_by_audience(audience);
        journeys.iter().for_each(|journey| env.work.entries.set(*journey, true));
    } else if told && !member {
        env.out.emit(Effect::LeftAudience { audience, at });
    }
}

/// Whether the customer belongs to an audience now; notes when that can next change by itself.
fn evaluate(env: &mut Env<'_>, customer: &mut Customer, audience: u16) -> bool {
    let Some(declared) = env.set.program().audiences.get(usize::from(audience)) else {
        return false;
    };
    let ctx = Eval::of(&customer.profile, None, env.now, env.arena);
    let member = test(env.set, declared.condition.test, &ctx);
    // A fault may pass with time, too: the event that causes it leaves its window.
    let wake = wait::next_change(env.set, &declared.condition, &ctx);
    let (member, wake) = match (member, wake) {
        (Ok(member), Ok(wake)) => (member, wake),
        (Err(fault), wake) | (Ok(_), wake @ Err(fault)) => {
            env.out.emit(Effect::AudienceFault { audience, fault, at: env.now });
            (false, wake.unwrap_or(NEVER))
        }
    };
    if let Some(place) = customer.audience_wakes.get_mut(usize::from(audience)) {
        *place = wake;
    }
    member
}

fn find_due(customer: &mut Customer) {
    customer.audience_due = customer.audience_wakes.iter().copied().min().unwrap_or(NEVER);
}

/// Enters the journeys of audiences that were joined, by name.
fn enter_by_audience(env: &mut Env<'_>, customer: &mut Customer) {
    let mut from = 0;
    while let Some(journey) = env.work.entries.next(from) {
        from = u32::from(journey) + 1;
        env.work.entries.set(journey, false);
        enter::enter(env, customer, journey, None);
    }
}
