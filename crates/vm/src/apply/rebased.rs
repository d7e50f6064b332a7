//! A customer whom another program set takes over.
//!
//! 1. What is due by then happens, and who has no place in the new program leaves. Indices of effects
//!    are those of the old program, up to [`Effect::Rebased`].
//! 2. The customer is laid out anew ([`Rebase`]).
//! 3. Computed audiences are found again; nobody joins or leaves by that. Then those whose wait has
//!    become another one are looked at, in order of entry, those who have waited for who has left go
//!    on, and what follows from it all.
//!
//! The time that a member has waited counts: a duration ends so long after it began, whatever it was
//! until now, later by the pauses. Goals and `exit … after` are computed anew from the entry.

use journey_bytecode::{Deadline, ExprId, Journey, Op};

use super::{Env, Stop, calls, conclude, end, enter, members, pass_time, settle, wait};
use crate::effect::{Effect, Effects, Ending};
use crate::eval::eval;
use crate::rebase::Rebase;
use crate::scratch::Return;
use crate::state::{Customer, Instance, Profile, Status};
use crate::{Fault, ProgramSet, Scratch, Val};

/// What is known of an instance whose wait becomes another one.
struct Was {
    /// The version that it leaves, if it does.
    version: Option<u32>,
    tile: Option<u16>,
    /// How long its wait was to last, if it was to last so long.
    length: Option<i64>,
    /// Whether its wait was to end at an instant.
    until: bool,
    /// Whether a policy held its message.
    held: bool,
}

impl Rebase {
    /// Brings a customer from one program set to another at `now`. The sets are those that this was
    /// worked out for, `from` the one of the customer's last input. What is due by `now` happens
    /// before. Like an input, it counts in the customer's sequence.
    pub fn apply(
        &self,
        from: &ProgramSet,
        to: &ProgramSet,
        customer: &mut Customer,
        now: i64,
        scratch: &mut Scratch,
        out: &mut impl Effects,
    ) {
        if !customer.started {
            self.lay_out(from, to, customer);
            out.emit(Effect::Rebased { at: now });
            return;
        }
        let now = now.max(customer.clock);
        pass_time(from, customer, now, scratch, out);
        let env = &mut Env::begin(from, customer, now, scratch, out);
        let returns = leave(env, self, to, customer);
        let were: Vec<Option<Was>> = {
            let Customer { profile, instances, .. } = &*customer;
            instances.iter().map(|instance| was(env, self, profile, instance)).collect()
        };
        self.lay_out(from, to, customer);
        out.emit(Effect::Rebased { at: now });
        // All of this is one input.
        customer.sequence -= 1;
        let env = &mut Env::begin(to, customer, now, scratch, out);
        settle::find_again(env, &mut customer.profile);
        go_on(env, customer, were);
        env.work.returns.extend(returns);
        calls::follow(env, customer);
        settle::settle(env, customer);
        customer.find_next_due();
    }
}

/// Who has no place any more leaves. Those who waited for them go on in the new program: this gives them,
/// by its numbers.
fn leave(
    env: &mut Env<'_>,
    rebase: &Rebase,
    to: &ProgramSet,
    customer: &mut Customer,
) -> Vec<Return> {
    let Customer { instances, memory, past, .. } = customer;
    instances.retain_mut(|instance| {
        let route = rebase.route(instance.journey);
        let ends = route.is_none_or(|route| route.ends(env.set, to, instance));
        if ends {
            members::unpark(env, instance);
            end(env, memory, past, instance, Ending::Superseded);
        }
        !ends
    });
    let returns = std::mem::take(&mut env.work.returns).into_iter();
    let renumbered = returns.filter_map(|Return { caller: (journey, membership), callee, end }| {
        let caller = (rebase.journey(journey)?, membership);
        Some(Return { caller, callee: rebase.line(callee)?, end })
    });
    renumbered.collect()
}

/// What is to be known of an instance before it is laid out anew, if its wait becomes another one.
fn was(env: &Env<'_>, rebase: &Rebase, profile: &Profile, instance: &Instance) -> Option<Was> {
    let moved = rebase.route(instance.journey)?.moved.as_ref()?;
    let deadline = deadline(env, instance);
    let length = match deadline {
        Some(Deadline::After(length)) => duration(env, profile, instance, *length).ok(),
        _ => None,
    };
    Some(Was {
        version: moved.version,
        tile: instance.tile,
        length,
        until: matches!(deadline, Some(Deadline::At { .. })),
        held: matches!(deadline, Some(Deadline::Policy { .. })),
    })
}

/// The deadline of the wait at which an instance stands.
fn deadline<'e>(env: &Env<'e>, instance: &Instance) -> Option<&'e Deadline> {
    let (journey, _) = env.set.journey(instance.journey)?;
    Some(&journey.states.get(usize::from(instance.stands()?))?.deadline)
}

/// The operation at which the wait begins in which an instance stands.
fn suspends(journey: &Journey, instance: &Instance) -> Option<u32> {
    let state = instance.stands()?;
    let at = journey.code.iter().position(|op| *op == Op::Suspend { state })?;
    u32::try_from(at).ok()
}

fn duration(
    env: &Env<'_>,
    profile: &Profile,
    instance: &Instance,
    length: ExprId,
) -> Result<i64, Fault> {
    match eval(env.set, length, &env.scope(profile, instance))? {
        Val::Duration(length) => Ok(length),
        _ => Err(Fault::Program),
    }
}

/// Looks at everybody whose wait has become another one.
fn go_on(env: &mut Env<'_>, customer: &mut Customer, were: Vec<Option<Was>>) {
    let Customer { profile, instances, memory, past, .. } = customer;
    let mut were = were.into_iter();
    instances.retain_mut(|instance| {
        let Some(was) = were.next().flatten() else { return true };
        if let Some(from) = was.version {
            let Instance { journey, membership, tile, .. } = *instance;
            let (from_tile, at) = (was.tile, env.now);
            let faulted = matches!(instance.status, Status::Faulted(_));
            env.out.emit(Effect::Migrated {
                journey,
                membership,
                tile,
                from,
                from_tile,
                faulted,
                at,
            });
        }
        let outcome = wait_on(env, profile, instance, &was);
        // Who stands still does so, and it is found out when that is over.
        !matches!(instance.status, Status::Waiting(_))
            || !conclude(env, memory, past, instance, outcome)
    });
}

/// Lets an instance wait on where it is now.
fn wait_on(
    env: &mut Env<'_>,
    profile: &mut Profile,
    instance: &mut Instance,
    was: &Was,
) -> Result<Stop, Fault> {
    let (journey, _) = env.set.journey(instance.journey).ok_or(Fault::Program)?;
    // Those of another version say nothing.
    instance.exits_after.clear();
    enter::set_limits(env, journey, profile, instance)?;
    match deadline(env, instance) {
        Some(Deadline::After(length)) => {
            // If that has no value, it is where the wait begins that it is tried again.
            env.work.going = suspends(journey, instance);
            let length = duration(env, profile, instance, *length)?;
            env.work.going = None;
            let begun = match (instance.deadline, was.length) {
                // It began so long before its end, which the pauses since have put off.
                (Some(until), Some(length)) => until.checked_sub(length),
                _ => Some(instance.arrived_at),
            };
            let until = begun.and_then(|begun| begun.checked_add(length));
            instance.deadline = Some(until.ok_or(Fault::Overflow)?);
        }
        Some(Deadline::At { .. }) if was.until => {}
        Some(Deadline::Policy { .. }) if was.held => {}
        _ => {
            instance.deadline = None;
            instance.hold = None;
        }
    }
    match instance.status {
        Status::Waiting(_) => wait::look_in_new_place(env, profile, instance),
        Status::Paused | Status::Faulted(_) => Ok(Stop::Waiting),
    }
}
