//! Pause and resume.
//!
//! While its journey is paused an instance stands still, and so does its time: what lasts so long is
//! that much longer. Instants stay what they are; one that has passed takes effect at the end.
//! Events that could end the membership or one of its waits are kept and shown to it then. Goals
//! count meanwhile, and what belongs to the customer (traits, audiences, history) goes on.
//!
//! An instance that cannot go on stands still in the same way until it is tried again.

use std::collections::VecDeque;

use journey_bytecode::{ArmTrigger, Deadline, ExitTrigger, ExprId, Journey};

use super::{Env, NEVER, Stop, each_instance, event, run, wait};
use crate::effect::Effect;
use crate::eval::{Eval, test};
use crate::scratch::Return;
use crate::set::JourneyPlan;
use crate::state::{Customer, Instance, KeptEvent, Profile, Status, Still};
use crate::{Fault, Row};

/// So many events are kept for an instance. Beyond that the oldest goes that no exit criterion
/// waits for, or else the oldest.
const MAX_KEPT: usize = 256;

/// Halts the customer's instances of a journey, and bars the entry.
pub(super) fn pause(env: &Env<'_>, customer: &mut Customer, number: u16) {
    if env.set.journey(number).is_none() {
        return;
    }
    let line = env.set.line(number);
    customer.set_paused(line, true);
    for instance in customer.instances.iter_mut().filter(|it| env.set.line(it.journey) == line) {
        if let Status::Waiting(state) = instance.status {
            let still = Still { since: env.now, state, onward: None, kept: VecDeque::new() };
            instance.status = Status::Paused;
            instance.still = Some(Box::new(still));
            instance.due = NEVER;
        }
    }
}

/// Keeps an event for an instance that stands still and may have waited for it.
pub(super) fn keep(
    env: &mut Env<'_>,
    profile: &Profile,
    instance: &mut Instance,
    event: u16,
    heard: (&Row, i64),
) {
    let Some(still) = &mut instance.still else { return };
    let Some((journey, plan)) = env.set.journey(instance.journey) else { return };
    if plan.events.binary_search(&event).is_err() || !may_match(env, journey, profile, event, heard)
    {
        return;
    }
    let (row, at) = heard;
    still.kept.push_back(KeptEvent { event, at, row: row.clone() });
    if still.kept.len() > MAX_KEPT
        && let Some(forgotten) = forget(journey, &mut still.kept)
    {
        let Instance { journey, membership, .. } = *instance;
        let event = forgotten.event;
        env.out.emit(Effect::Forgotten { journey, membership, event, at: env.now });
    }
}

/// Lets go of one event: rather of one that only some wait could want than of one that ends the
/// membership.
fn forget(journey: &Journey, kept: &mut VecDeque<KeptEvent>) -> Option<KeptEvent> {
    let ends = |event: u16| {
        journey.exits.iter().any(|exit| {
            matches!(&exit.trigger, ExitTrigger::Event { event: awaited, .. } if *awaited == event)
        })
    };
    let place = kept.iter().position(|kept| !ends(kept.event)).unwrap_or(0);
    kept.remove(place)
}

/// Whether an event can match when the pause is over. Filters that read the event alone are asked
/// at once, since they will say the same then.
fn may_match(
    env: &Env<'_>,
    journey: &Journey,
    profile: &Profile,
    event: u16,
    heard: (&Row, i64),
) -> bool {
    let ctx = Eval::of(profile, None, env.now, env.arena);
    let ctx = Eval { event: Some(heard), ..ctx };
    let matches = |awaited: u16, filter: Option<ExprId>| {
        awaited == event
            && filter.is_none_or(|filter| {
                !env.set.reads_event_only(filter) || test(env.set, filter, &ctx).unwrap_or(true)
            })
    };
    let exits = journey.exits.iter().any(|exit| match &exit.trigger {
        ExitTrigger::Event { event, filter } => matches(*event, *filter),
        _ => false,
    });
    exits
        || journey.states.iter().flat_map(|state| &state.arms).any(|arm| match &arm.trigger {
            ArmTrigger::Event { event, filter, .. } => matches(*event, *filter),
            _ => false,
        })
}

/// Lets a journey go on.
pub(super) fn resume(env: &mut Env<'_>, customer: &mut Customer, number: u16) {
    if env.set.journey(number).is_none() {
        return;
    }
    let (set, line) = (env.set, env.set.line(number));
    customer.set_paused(line, false);
    for instance in customer.instances.iter_mut().filter(|it| set.line(it.journey) == line) {
        if instance.status == Status::Paused {
            rouse(env, instance);
        }
    }
    each_instance(env, customer, go_on);
}

/// Ends an instance's standing still: it waits again, and its time goes on.
pub(super) fn rouse(env: &mut Env<'_>, instance: &mut Instance) {
    let Some((journey, plan)) = env.set.journey(instance.journey) else { return };
    let Some((state, since)) = instance.still.as_ref().map(|still| (still.state, still.since))
    else {
        return;
    };
    instance.status = Status::Waiting(state);
    thaw(journey, plan, state, instance, env.now.saturating_sub(since));
    instance.due = env.now;
    if let Some((callee, end)) = instance.returned.take() {
        let caller = (instance.journey, instance.membership);
        env.work.returns.push_back(Return { caller, callee, end });
    }
}

/// Lets an instance go on that stood still. What it cannot be shown now is kept for when it is tried
/// again.
pub(super) fn go_on(
    env: &mut Env<'_>,
    profile: &mut Profile,
    instance: &mut Instance,
) -> Result<Stop, Fault> {
    let Some(mut still) = instance.still.take() else { return Ok(Stop::Waiting) };
    let outcome = catch_up(env, profile, instance, &mut still);
    if outcome.is_err() {
        instance.still = Some(still);
    }
    outcome
}

/// Puts off what lasts a certain time by the length of the pause.
fn thaw(journey: &Journey, plan: &JourneyPlan, state: u16, instance: &mut Instance, length: i64) {
    instance.frozen = instance.frozen.saturating_add(length);
    for reached in &mut instance.exits_after {
        *reached = reached.saturating_add(length);
    }
    for &local in &plan.paces {
        if let Some(due) = instance.locals.int(local) {
            instance.locals.set_int(local, due.saturating_add(length));
        }
    }
    if let Some(hold) = &mut instance.hold {
        hold.capped_since = hold.capped_since.map(|since| since.saturating_add(length));
    }
    let deadline = journey.states.get(usize::from(state)).map(|state| &state.deadline);
    match deadline {
        Some(Deadline::After(_)) => {
            instance.deadline = instance.deadline.map(|it| it.saturating_add(length));
        }
        // What a trait says may have changed; that is found out with the others who wait for it.
        Some(Deadline::At { .. } | Deadline::None) | None => {}
        // A policy is asked anew: what held the message may be over.
        Some(Deadline::Policy { .. }) => instance.deadline = None,
    }
}

/// Shows an instance what was kept for it: first to its exit criteria, so that who bought during
/// the pause is not reminded at its end; then to its waits in order, as if each event came now.
fn catch_up(
    env: &mut Env<'_>,
    profile: &mut Profile,
    instance: &mut Instance,
    still: &mut Still,
) -> Result<Stop, Fault> {
    let (journey, _) = env.set.journey(instance.journey).ok_or(Fault::Program)?;
    for KeptEvent { event, at, row } in &still.kept {
        let heard = (row, *at);
        if let Some(outcome) = event::exit_on(env, journey, profile, instance, *event, heard)? {
            return Ok(Stop::Exit(outcome));
        }
    }
    if let Some(outcome) = wait::exit_reached(env, journey, profile, instance)? {
        return Ok(Stop::Exit(outcome));
    }
    if let Some(to) = still.onward.take()
        && let over @ Stop::Exit(_) = run::go_on(env, profile, instance, to)?
    {
        return Ok(over);
    }
    while let Some(KeptEvent { event, at, row }) = still.kept.front() {
        let taken = event::take_arm(env, profile, instance, *event, (row, *at));
        if taken.is_ok() || env.work.going.is_some() {
            still.kept.pop_front();
        }
        if let over @ Stop::Exit(_) = taken? {
            return Ok(over);
        }
    }
    match window_passed(env, journey, instance) {
        Some(to) => run::go_on(env, profile, instance, to),
        None => wait::look_again(env, profile, instance),
    }
}

/// Where a wait leads whose end was counted from its beginning, as that of opening hours is, and
/// came during the pause. Computed again it would be the next such instant.
fn window_passed(env: &Env<'_>, journey: &Journey, instance: &Instance) -> Option<u32> {
    let Status::Waiting(state) = instance.status else { return None };
    let state = journey.states.get(usize::from(state))?;
    let Deadline::At { time, .. } = &state.deadline else { return None };
    let passed = instance.deadline? <= env.now;
    if passed && env.set.reads_now(*time) { state.timeout } else { None }
}
