//! What follows from a change: computed audiences, then continuous conditions, then entries by
//! audience; again and again until nothing changes.
//!
//! It ends because every round but the first needs a trait to be set by a tile, and the budget
//! parks an instance that passes too many of those.

use super::{About, Env, NEVER, calls, each_instance, enter, wait};
use crate::effect::{Effect, Site};
use crate::eval::Eval;
use crate::state::{Customer, Profile};

/// Follows up what the input has changed.
pub(super) fn settle(env: &mut Env<'_>, customer: &mut Customer) {
    let work = &env.work;
    if !work.pending.is_empty() || !work.stale.is_empty() || !work.entries.is_empty() {
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
        refresh_audiences(env, &mut customer.profile);
        let work = &mut *env.work;
        std::mem::swap(&mut work.current, &mut work.pending);
        work.pending.clear();
        if first_due || !env.work.current.is_empty() {
            each_instance(env, customer, wait::attend);
        }
        enter_by_audience(env, customer);
        calls::follow(env, customer);
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
    let profile = &mut customer.profile;
    for audience in 0..profile.audience_wakes.len() {
        let Ok(audience) = u16::try_from(audience) else { break };
        if !is_computed(env, audience) {
            continue;
        }
        let member = evaluate(env, profile, audience);
        profile.audiences.set(audience, member);
        env.work.untold.set(audience, member);
        env.work.stale.set(audience, true);
    }
    profile.find_audience_due();
}

/// Finds the audiences of a customer whom another program takes over. Nobody joins or leaves by that: it is
/// what is said of the customer that has changed. But conditions see it.
pub(super) fn find_again(env: &mut Env<'_>, profile: &mut Profile) {
    for audience in 0..profile.audience_wakes.len() {
        let Ok(audience) = u16::try_from(audience) else { break };
        if !is_computed(env, audience) {
            continue;
        }
        let member = evaluate(env, profile, audience);
        if member != profile.audiences.contains(audience) {
            profile.audiences.set(audience, member);
            env.changed_audience(audience);
        }
    }
    profile.find_audience_due();
}

fn is_computed(env: &Env<'_>, audience: u16) -> bool {
    let declared = env.set.program().audiences.get(usize::from(audience));
    declared.is_some_and(|audience| audience.condition.is_some())
}

/// Marks the journeys to enter that include who is a member when they are activated.
pub(super) fn admit_existing(env: &mut Env<'_>, profile: &Profile) {
    for (audience, journey) in env.set.entries_at_activation() {
        if profile.audiences.contains(*audience) {
            env.work.entries.set(*journey, true);
        }
    }
}

/// The same for one of them.
pub(super) fn admit(env: &mut Env<'_>, profile: &Profile, journey: u16) {
    let journey = env.set.line(journey);
    let found = env.set.entries_at_activation().iter().find(|(_, entered)| *entered == journey);
    if let Some((audience, _)) = found
        && profile.audiences.contains(*audience)
    {
        env.work.entries.set(journey, true);
    }
}

/// Puts the customer into an audience that is not computed, or takes it out.
pub(super) fn set_member(env: &mut Env<'_>, profile: &mut Profile, audience: u16, member: bool) {
    let exists = usize::from(audience) < profile.audience_wakes.len();
    if !exists || is_computed(env, audience) || profile.audiences.contains(audience) == member {
        return;
    }
    profile.audiences.set(audience, member);
    env.changed_audience(audience);
    tell(env, audience, member);
}

/// Tells that the customer joined or left an audience, and notes the journeys that it enters.
/// Whoever has left again before those are entered does not enter them.
fn tell(env: &mut Env<'_>, audience: u16, member: bool) {
    let at = env.now;
    env.out.emit(match member {
        true => Effect::JoinedAudience { audience, at },
        false => Effect::LeftAudience { audience, at },
    });
    for journey in env.set.entries_by_audience(audience) {
        env.work.entries.set(*journey, member);
    }
}

/// Marks the audiences that can change at this instant.
pub(super) fn wake_audiences(env: &mut Env<'_>, profile: &Profile) {
    if profile.audience_due > env.now {
        return;
    }
    for (audience, wake) in (0..).zip(&profile.audience_wakes) {
        if *wake <= env.now {
            env.work.stale.set(audience, true);
        }
    }
}

/// Looks again at each audience that reads something that has changed, in order: an audience
/// reads only earlier ones, so once over the list is enough.
pub(super) fn refresh_audiences(env: &mut Env<'_>, profile: &mut Profile) {
    let mut from = 0;
    while let Some(audience) = env.work.stale.next(from) {
        from = u32::from(audience) + 1;
        refresh(env, profile, audience);
    }
    if from > 0 {
        env.work.stale.clear();
        profile.find_audience_due();
    }
}

fn refresh(env: &mut Env<'_>, profile: &mut Profile, audience: u16) {
    let member = evaluate(env, profile, audience);
    let was = profile.audiences.contains(audience);
    let told = was && !env.work.untold.contains(audience);
    env.work.untold.set(audience, false);
    profile.audiences.set(audience, member);
    if member != was {
        env.changed_audience(audience);
    }
    if member != told {
        tell(env, audience, member);
    }
}

/// Whether the customer belongs to an audience now; notes when that can next change by itself.
fn evaluate(env: &mut Env<'_>, profile: &mut Profile, audience: u16) -> bool {
    let declared = env.set.program().audiences.get(usize::from(audience));
    let Some(condition) = declared.and_then(|audience| audience.condition.as_ref()) else {
        return profile.audiences.contains(audience);
    };
    let ctx = Eval::of(profile, None, env.now, env.arena);
    let about = About::outside(None);
    let member = env.holds(Site::Audience(audience), about, condition.test, &ctx);
    // A fault may pass with time, too: the event that causes it leaves its window.
    let wake = wait::next_change(env.set, condition, &ctx);
    let (member, wake) = match (member, wake) {
        (Ok(member), Ok(wake)) => (member, wake),
        (Err(fault), wake) | (Ok(_), wake @ Err(fault)) => {
            env.out.emit(Effect::AudienceFault { audience, fault, at: env.now });
            (false, wake.unwrap_or(NEVER))
        }
    };
    if let Some(place) = profile.audience_wakes.get_mut(usize::from(audience)) {
        *place = wake;
    }
    member
}

/// Enters the journeys of audiences that were joined, by name.
fn enter_by_audience(env: &mut Env<'_>, customer: &mut Customer) {
    let mut from = 0;
    while let Some(journey) = env.work.entries.next(from) {
        from = u32::from(journey) + 1;
        env.work.entries.set(journey, false);
        enter::without_event(env, customer, journey, enter::By::default());
    }
}
