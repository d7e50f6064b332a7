//! The code of a journey, run from one wait to the next.

use bumpalo::collections::Vec as ArenaVec;
use journey_bytecode::{Journey, Op, Range};

use super::wait::Next;
use super::{About, Env, Stop, action, calls, policy, settle, wait};
use crate::effect::{Effect, Site};
use crate::eval::eval;
use crate::history::WindowState;
use crate::state::{Instance, Profile};
use crate::{Fault, MessageKey, ProgramSet, Val, split};

/// Most rounds of a loop.
const MAX_ROUNDS: i64 = 10_000;

/// Goes on at an operation until the instance waits again or leaves.
pub(super) fn go_on(
    env: &mut Env<'_>,
    profile: &mut Profile,
    instance: &mut Instance,
    from: u32,
) -> Result<Stop, Fault> {
    let stop = walk(env, profile, instance, from)?;
    env.work.going = None;
    Ok(stop)
}

/// Does one operation after the other. Every cycle of the code arrives at a tile, and the budget
/// counts arrivals, so it ends. An operation that faults has done nothing yet, or `going` says that
/// it is done.
fn walk(
    env: &mut Env<'_>,
    profile: &mut Profile,
    instance: &mut Instance,
    from: u32,
) -> Result<Stop, Fault> {
    let (journey, _) = env.set.journey(instance.journey).ok_or(Fault::Program)?;
    let Instance { journey: number, membership, .. } = *instance;
    let mut pc = from;
    loop {
        env.work.going = Some(pc);
        let op = *journey.code.get(pc as usize).ok_or(Fault::Program)?;
        pc += 1;
        match op {
            Op::Arrive { tile } => {
                instance.tile = Some(tile);
                instance.arrived_at = env.now;
                env.out.emit(Effect::Arrived { journey: number, membership, tile, at: env.now });
                env.work.going = Some(pc);
                env.work.budget = env.work.budget.checked_sub(1).ok_or(Fault::Budget)?;
            }
            Op::Leave { edge } => {
                // Until it arrives elsewhere it is at no tile.
                let tile = instance.tile.take().ok_or(Fault::Program)?;
                let (journey, since, at) = (number, instance.arrived_at, env.now);
                env.out.emit(Effect::Left { journey, membership, tile, edge, since, at });
            }
            Op::Mark { mark } => reach_mark(env, instance, mark),
            Op::Jump { to } => pc = to,
            Op::Unless { test: condition, to } => {
                let ctx = env.scope(profile, instance);
                if !env.holds(Site::Tile, About::instance(instance), condition, &ctx)? {
                    pc = to;
                }
            }
            Op::Split { split } => pc = choose_arm(journey, profile, instance, split)?,
            Op::Send { send } => {
                if let Some(outcome) = wait::exit_reached(env, journey, profile, instance)? {
                    return Ok(Stop::Exit(outcome));
                }
                let awaits = action::awaits(journey, pc);
                send_message(env, journey, profile, instance, send, awaits)?;
            }
            Op::Call { webhook } => {
                if let Some(outcome) = wait::exit_reached(env, journey, profile, instance)? {
                    return Ok(Stop::Exit(outcome));
                }
                action::call(env, profile, instance, webhook, action::awaits(journey, pc))?;
            }
            Op::Update { update } => {
                if let Some(outcome) = wait::exit_reached(env, journey, profile, instance)? {
                    return Ok(Stop::Exit(outcome));
                }
                update_traits(env, journey, profile, instance, update)?;
                env.work.going = Some(pc);
                settle::refresh_audiences(env, profile);
                if let Some(outcome) = wait::exit_reached(env, journey, profile, instance)? {
                    return Ok(Stop::Exit(outcome));
                }
            }
            Op::Member { audience, member } => {
                if let Some(outcome) = wait::exit_reached(env, journey, profile, instance)? {
                    return Ok(Stop::Exit(outcome));
                }
                set_member(env, profile, instance, audience, member)?;
                env.work.going = Some(pc);
                settle::refresh_audiences(env, profile);
                if let Some(outcome) = wait::exit_reached(env, journey, profile, instance)? {
                    return Ok(Stop::Exit(outcome));
                }
            }
            Op::Set { local, value } | Op::Pace { local, time: value } => {
                let value = eval(env.set, value, &env.scope(profile, instance))?.kept(env.arena);
                instance.locals.set(local, value);
            }
            Op::Rounds { local, times } => {
                let Val::Int(times) = eval(env.set, times, &env.scope(profile, instance))? else {
                    return Err(Fault::Program);
                };
                instance.locals.set_int(local, times.clamp(0, MAX_ROUNDS));
            }
            Op::Countdown { local, to } => match instance.locals.int(local) {
                Some(left @ 1..) => instance.locals.set_int(local, left - 1),
                _ => pc = to,
            },
            Op::Enter { call } => {
                if let Some(outcome) = wait::exit_reached(env, journey, profile, instance)? {
                    return Ok(Stop::Exit(outcome));
                }
                calls::call(env, journey, profile, instance, call, false)?;
            }
            Op::Suspend { state } => match wait::suspend(env, profile, instance, state)? {
                Next::Go(to) => pc = to,
                Next::Stay => return Ok(Stop::Waiting),
                Next::Exit(outcome) => return Ok(Stop::Exit(outcome)),
            },
            Op::Exit { outcome } => return Ok(Stop::Exit(outcome)),
        }
    }
}

/// Lets windows since a mark count from nothing.
fn reach_mark(env: &mut Env<'_>, instance: &mut Instance, mark: u16) {
    let Some((_, plan)) = env.set.journey(instance.journey) else { return };
    for (number, tally) in plan.tallies.iter().zip(&mut instance.tallies) {
        let Some(window) = env.set.window(*number) else { continue };
        if window.window(env.set).range == Range::SinceMark(mark) {
            *tally = Some(WindowState::new(env.set, window));
            env.changed_window(*number);
        }
    }
}

/// Where the arm leads that the customer was given by hand or is assigned by the hash.
fn choose_arm(
    journey: &Journey,
    profile: &Profile,
    instance: &Instance,
    number: u16,
) -> Result<u32, Fault> {
    let split = journey.splits.get(usize::from(number)).ok_or(Fault::Program)?;
    if let Some(arm) = profile.chosen(instance.journey, number)
        && let Some(arm) = split.arms.get(usize::from(arm))
    {
        return Ok(arm.to);
    }
    let per_entry = split.per_entry.then_some(instance.membership);
    let mut point = split::point(&journey.name, &split.name, &profile.id, per_entry);
    for arm in &split.arms {
        if point < arm.share {
            return Ok(arm.to);
        }
        point -= arm.share;
    }
    Err(Fault::Program)
}

fn send_message(
    env: &mut Env<'_>,
    journey: &Journey,
    profile: &mut Profile,
    instance: &mut Instance,
    number: u16,
    awaits: bool,
) -> Result<(), Fault> {
    let send = journey.sends.get(usize::from(number)).ok_or(Fault::Program)?;
    let tile = instance.tile.ok_or(Fault::Program)?;
    let key = message_key(env.set, journey, profile, instance)?;
    let ctx = env.scope(profile, instance);
    let mut args = ArenaVec::with_capacity_in(send.args.len(), env.arena);
    for (param, value) in &send.args {
        args.push((*param, eval(env.set, *value, &ctx)?));
    }
    env.out.emit(Effect::Sent {
        journey: instance.journey,
        membership: instance.membership,
        seq: instance.actions + 1,
        tile,
        action: send.action,
        args: args.into_bump_slice(),
        key,
        awaits,
        at: env.now,
    });
    instance.actions += 1;
    count_visit(instance, tile);
    if let Some(local) = send.message_id {
        instance.locals.set_text(local, &key.compute().to_string());
    }
    policy::count(env, profile, send.action);
    Ok(())
}

/// What names the message at the tile the instance is at: the next one from there. It is counted
/// once it has left or is skipped, so that one that cannot be made leaves no gap.
pub(super) fn message_key<'a>(
    set: &'a ProgramSet,
    journey: &'a Journey,
    profile: &'a Profile,
    instance: &Instance,
) -> Result<MessageKey<'a>, Fault> {
    let tile = instance.tile.ok_or(Fault::Program)?;
    let id = &journey.tiles.get(usize::from(tile)).ok_or(Fault::Program)?.id;
    Ok(MessageKey {
        workspace: &set.program().workspace,
        journey: &journey.name,
        customer: &profile.id,
        membership: instance.membership,
        tile: id,
        visit: instance.visits_of(tile) + 1,
    })
}

/// Counts how many times the instance has sent from a tile.
pub(super) fn count_visit(instance: &mut Instance, tile: u16) {
    match instance.visits.iter_mut().find(|(visited, _)| *visited == tile) {
        Some((_, count)) => *count += 1,
        None => instance.visits.push((tile, 1)),
    }
}

/// Sets traits. All values are computed before any is set.
fn update_traits(
    env: &mut Env<'_>,
    journey: &Journey,
    profile: &mut Profile,
    instance: &mut Instance,
    number: u16,
) -> Result<(), Fault> {
    let update = journey.updates.get(usize::from(number)).ok_or(Fault::Program)?;
    let mut changes = ArenaVec::with_capacity_in(update.sets.len(), env.arena);
    for (slot, value) in &update.sets {
        let value: Val<'_> = eval(env.set, *value, &env.scope(profile, instance))?;
        changes.push((*slot, value.kept(env.arena)));
    }
    for (slot, value) in &changes {
        let kind = env.set.trait_kind(*slot).ok_or(Fault::Program)?;
        if profile.traits.value(*slot, kind, env.arena) != *value {
            profile.traits.set(*slot, *value);
            env.changed_trait(*slot);
        }
    }
    instance.actions += 1;
    env.out.emit(Effect::Updated {
        journey: instance.journey,
        membership: instance.membership,
        seq: instance.actions,
        tile: instance.tile.ok_or(Fault::Program)?,
        changes: &changes,
        at: env.now,
    });
    Ok(())
}

/// Puts the customer into an audience or takes it out.
fn set_member(
    env: &mut Env<'_>,
    profile: &mut Profile,
    instance: &mut Instance,
    audience: u16,
    member: bool,
) -> Result<(), Fault> {
    instance.actions += 1;
    env.out.emit(Effect::SetMember {
        journey: instance.journey,
        membership: instance.membership,
        seq: instance.actions,
        tile: instance.tile.ok_or(Fault::Program)?,
        audience,
        member,
        at: env.now,
    });
    settle::set_member(env, profile, audience, member);
    Ok(())
}
