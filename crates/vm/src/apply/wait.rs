//! What ends a wait, or a whole membership, without an event: conditions and instants.

use journey_bytecode::{ArmTrigger, Condition, Deadline, ExitTrigger, ExprId, Journey, State};

use super::{About, Env, NEVER, Stop, calls, capture, policy, run};
use crate::effect::{Effect, Site};
use crate::eval::{Eval, eval, test, zone_named};
use crate::history::{self, WindowState};
use crate::set::Place;
use crate::state::{Instance, Profile, Status};
use crate::{Fault, ProgramSet, Val};

/// Where an instance goes from a state.
#[derive(Debug, Clone, Copy)]
pub(super) enum Next {
    /// It stays there.
    Stay,
    /// On to this operation.
    Go(u32),
    /// Out, with this outcome.
    Exit(u16),
}

/// Looks after a waiting instance because it is due, or because something that its conditions
/// read has changed: exit criteria in source order, then the arms of its wait, then the timeout.
pub(super) fn attend(
    env: &mut Env<'_>,
    profile: &mut Profile,
    instance: &mut Instance,
) -> Result<Stop, Fault> {
    let (journey, plan) = env.set.journey(instance.journey).ok_or(Fault::Program)?;
    let all = instance.due <= env.now;
    if !all && !plan.reads.meets(&env.work.current) && !plan.reads.meets(&env.work.pending) {
        return Ok(Stop::Waiting);
    }
    look_after(env, profile, instance, journey, Why::Due)
}

/// Looks after a waiting instance because the entry that it goes by is another one, or because
/// nobody did for some time.
pub(super) fn look_again(
    env: &mut Env<'_>,
    profile: &mut Profile,
    instance: &mut Instance,
) -> Result<Stop, Fault> {
    let (journey, _) = env.set.journey(instance.journey).ok_or(Fault::Program)?;
    look_after(env, profile, instance, journey, Why::Moved)
}

/// Looks after a waiting instance because its wait is another one than before. The end of it that is
/// counted from its beginning stays.
pub(super) fn look_in_new_place(
    env: &mut Env<'_>,
    profile: &mut Profile,
    instance: &mut Instance,
) -> Result<Stop, Fault> {
    let (journey, _) = env.set.journey(instance.journey).ok_or(Fault::Program)?;
    look_after(env, profile, instance, journey, Why::Placed)
}

/// Why a waiting instance is looked after.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Why {
    /// It is due, or something has changed that its conditions read.
    Due,
    /// The entry that it goes by is another one, or nobody did for some time.
    Moved,
    /// Its wait is another one.
    Placed,
}

fn look_after(
    env: &mut Env<'_>,
    profile: &mut Profile,
    instance: &mut Instance,
    journey: &Journey,
    why: Why,
) -> Result<Stop, Fault> {
    let moved = why == Why::Moved;
    let Status::Waiting(state) = instance.status else { return Ok(Stop::Waiting) };
    let state = journey.states.get(usize::from(state)).ok_or(Fault::Program)?;
    if let Some(zone) = &journey.timezone
        && (moved || env.work.current.meets_reads(&zone.reads))
    {
        note_zone(env, journey, profile, instance);
    }
    if let Some(outcome) = exit_reached(env, journey, profile, instance)? {
        return Ok(Stop::Exit(outcome));
    }
    if let Some(to) =
        open_arm(env, state, About::instance(instance), &env.scope(profile, instance))?
    {
        return run::go_on(env, profile, instance, to);
    }
    if let Deadline::At { time, reads } = &state.deadline
        && (moved
            || why == Why::Placed && (instance.deadline.is_none() || !env.set.reads_now(*time))
            || env.work.current.meets_reads(reads)
            || env.work.pending.meets_reads(reads))
    {
        let time = eval(env.set, *time, &env.scope(profile, instance))?;
        instance.deadline = Some(instant(time)?);
    }
    if let Deadline::Policy { reads, .. } = &state.deadline {
        let moved =
            moved || env.work.current.meets_reads(reads) || env.work.pending.meets_reads(reads);
        if (moved || instance.deadline.is_none_or(|until| until <= env.now))
            && let Next::Go(to) = policy::ask(env, journey, state, profile, instance)?
        {
            return run::go_on(env, profile, instance, to);
        }
    } else if let (Some(deadline), Some(timeout)) = (instance.deadline, state.timeout)
        && deadline <= env.now
    {
        return run::go_on(env, profile, instance, timeout);
    }
    instance.due = next_due(env, journey, state, profile, instance)?;
    Ok(Stop::Waiting)
}

/// Makes it known if the time zone of an instance is none. That its name cannot be computed at all
/// shows where a local time is read.
pub(super) fn note_zone(
    env: &mut Env<'_>,
    journey: &Journey,
    profile: &Profile,
    instance: &Instance,
) {
    let Some(zone) = &journey.timezone else { return };
    if let Ok(None) = zone_named(env.set, zone.name, &env.scope(profile, instance)) {
        let Instance { journey, membership, .. } = *instance;
        env.out.emit(Effect::UnknownZone { journey, membership, at: env.now });
    }
}

/// Stands still at a state, unless there is nothing to wait for.
pub(super) fn suspend(
    env: &mut Env<'_>,
    profile: &mut Profile,
    instance: &mut Instance,
    number: u16,
) -> Result<Next, Fault> {
    let (journey, plan) = env.set.journey(instance.journey).ok_or(Fault::Program)?;
    let state = journey.states.get(usize::from(number)).ok_or(Fault::Program)?;
    if let Some(run) = &state.run {
        if let Some(outcome) = exit_reached(env, journey, profile, instance)? {
            return Ok(Next::Exit(outcome));
        }
        calls::call(env, journey, profile, instance, run.call, true)?;
    }
    if let Some(to) = open_on_arrival(env, state, profile, instance)? {
        return Ok(Next::Go(to));
    }
    let ctx = env.scope(profile, instance);
    let deadline = match &state.deadline {
        Deadline::None => None,
        Deadline::After(length) => match eval(env.set, *length, &ctx)? {
            Val::Duration(length) => Some(env.now.checked_add(length).ok_or(Fault::Overflow)?),
            _ => return Err(Fault::Program),
        },
        Deadline::At { time, .. } => Some(instant(eval(env.set, *time, &ctx)?)?),
        Deadline::Policy { .. } => {
            // A message: exit criteria come before its policy.
            if let Some(outcome) = exit_reached(env, journey, profile, instance)? {
                return Ok(Next::Exit(outcome));
            }
            match policy::ask(env, journey, state, profile, instance)? {
                Next::Stay => instance.deadline,
                gone => return Ok(gone),
            }
        }
    };
    if let (Some(deadline), Some(timeout)) = (deadline, state.timeout)
        && deadline <= env.now
    {
        let late = state.late.filter(|_| deadline < env.now);
        return Ok(Next::Go(late.unwrap_or(timeout)));
    }
    instance.status = Status::Waiting(number);
    instance.deadline = deadline;
    for (place, tally) in instance.tallies.iter_mut().enumerate() {
        if plan.is_over(number, place) {
            *tally = None;
        }
    }
    instance.due = next_due(env, journey, state, profile, instance)?;
    Ok(Next::Stay)
}

/// The outcome of the first exit criterion that holds now though no event came.
pub(super) fn exit_reached(
    env: &mut Env<'_>,
    journey: &Journey,
    profile: &Profile,
    instance: &Instance,
) -> Result<Option<u16>, Fault> {
    let ctx = env.scope(profile, instance);
    let (mut after, about) = (instance.exits_after.iter(), About::instance(instance));
    for (number, exit) in (0..).zip(&journey.exits) {
        let holds = match &exit.trigger {
            ExitTrigger::Event { .. } => false,
            ExitTrigger::When(when) => env.holds(Site::Exit(number), about, when.test, &ctx)?,
            ExitTrigger::After(_) => after.next().is_some_and(|reached| *reached <= env.now),
        };
        if holds {
            return Ok(Some(exit.outcome));
        }
    }
    Ok(None)
}

/// Where the first arm leads whose condition holds.
fn open_arm(
    env: &mut Env<'_>,
    state: &State,
    about: About,
    ctx: &Eval<'_>,
) -> Result<Option<u32>, Fault> {
    for (number, arm) in (0..).zip(&state.arms) {
        if let ArmTrigger::When(when) = &arm.trigger
            && env.holds(Site::Arm(number), about, when.test, ctx)?
        {
            return Ok(Some(arm.to));
        }
    }
    Ok(None)
}

/// Where the first arm leads that is open on arrival: by a condition that holds, or by an event that
/// came before and is still good.
fn open_on_arrival(
    env: &mut Env<'_>,
    state: &State,
    profile: &Profile,
    instance: &mut Instance,
) -> Result<Option<u32>, Fault> {
    for (number, arm) in (0..).zip(&state.arms) {
        match &arm.trigger {
            ArmTrigger::When(when) => {
                let ctx = env.scope(profile, instance);
                if env.holds(Site::Arm(number), About::instance(instance), when.test, &ctx)? {
                    return Ok(Some(arm.to));
                }
            }
            ArmTrigger::Event { filter, captures, earlier: Some(window), .. } => {
                let Some(kept) = earlier_event(env, *window, *filter, profile, instance)? else {
                    continue;
                };
                let Instance { locals, tallies, .. } = instance;
                let kept =
                    tally(env.set, tallies, *window).and_then(|tally| tally.kept().nth(kept));
                if let Some(kept) = kept {
                    capture(locals, captures, (&kept.row, kept.at), Val::Unset);
                }
                return Ok(Some(arm.to));
            }
            ArmTrigger::Event { earlier: None, .. }
            | ArmTrigger::Skipped
            | ArmTrigger::Outcome(_) => {}
        }
    }
    Ok(None)
}

/// Which of the events kept in a window is the first that matches.
fn earlier_event(
    env: &Env<'_>,
    window: u16,
    filter: Option<ExprId>,
    profile: &Profile,
    instance: &Instance,
) -> Result<Option<usize>, Fault> {
    let Some(tally) = tally(env.set, &instance.tallies, window) else { return Ok(None) };
    let ctx = env.scope(profile, instance);
    for (index, kept) in tally.kept().enumerate() {
        let heard = Eval { event: Some((&kept.row, kept.at)), ..ctx };
        if filter.map_or(Ok(true), |filter| test(env.set, filter, &heard))? {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

/// The state of a window of an instance; none before its mark was reached.
fn tally<'t>(
    set: &ProgramSet,
    tallies: &'t [Option<WindowState>],
    window: u16,
) -> Option<&'t WindowState> {
    match set.window(window)?.place {
        Place::Instance(place) => tallies.get(usize::from(place))?.as_ref(),
        Place::Customer(_) => None,
    }
}

/// When the instance has to be attended to next, though nothing changes before.
fn next_due(
    env: &Env<'_>,
    journey: &Journey,
    state: &State,
    profile: &Profile,
    instance: &Instance,
) -> Result<i64, Fault> {
    let ctx = env.scope(profile, instance);
    let mut due = instance.deadline.unwrap_or(NEVER);
    due = instance.exits_after.iter().fold(due, |due, reached| due.min(*reached));
    for exit in &journey.exits {
        if let ExitTrigger::When(when) = &exit.trigger {
            due = due.min(next_change(env.set, when, &ctx)?);
        }
    }
    for arm in &state.arms {
        if let ArmTrigger::When(when) = &arm.trigger {
            due = due.min(next_change(env.set, when, &ctx)?);
        }
    }
    Ok(due)
}

/// The next instant at which a condition can change by the passing of time alone.
pub(super) fn next_change(
    set: &ProgramSet,
    condition: &Condition,
    ctx: &Eval<'_>,
) -> Result<i64, Fault> {
    let mut next = NEVER;
    for wake in &condition.wakes {
        match eval(set, *wake, ctx) {
            Ok(Val::Time(at)) if at > ctx.now => next = next.min(at),
            Ok(Val::Time(_) | Val::Unset) => {}
            // A wake is asked without the tests that guard the condition it comes from. Where it
            // has no value, neither has the comparison, or it cannot change before all time ends.
            Err(fault) if fault != Fault::Program => {}
            _ => return Err(Fault::Program),
        }
    }
    for window in &condition.reads.windows {
        let change = history::next_change(set, *window, ctx.history, ctx.now);
        next = next.min(change.unwrap_or(NEVER));
    }
    Ok(next)
}

fn instant(value: Val<'_>) -> Result<i64, Fault> {
    match value {
        Val::Time(at) => Ok(at),
        _ => Err(Fault::Program),
    }
}
