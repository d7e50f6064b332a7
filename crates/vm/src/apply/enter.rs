//! Entry into a journey: by an event, by hand or by joining an audience.

use journey_bytecode::{
    Capture, Entry, ExitTrigger, ExprId, Journey, Param, Range, Reenter, Slot, WhileInside,
};
use smallvec::SmallVec;

use super::{About, BUDGET, Env, NEVER, Stop, capture, conclude, goal, run, wait};
use crate::effect::{Effect, Refusal, Site};
use crate::eval::{Eval, eval};
use crate::history::WindowState;
use crate::key::InstanceKey;
use crate::memory::{Exit, Memory};
use crate::state::{Customer, Instance, Profile, Status};
use crate::value::Kind;
use crate::{Fault, ProgramSet, Row, Val};

/// The event that causes an entry, and what is kept of it.
#[derive(Clone, Copy)]
struct Cause<'a> {
    captures: &'a [Capture],
    event: (&'a Row, i64),
    /// The element at hand, where the entry goes through a list.
    item: Val<'a>,
    by: By<'a>,
}

/// What an entry brings along, and who waits for its end.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct By<'a> {
    /// A value for each parameter; their defaults if nothing was brought along.
    pub(super) params: Option<&'a Row>,
    /// The instance that waits for it to exit: its journey and membership.
    pub(super) caller: Option<(u16, u32)>,
}

/// What tells an instance from others of its customer and journey.
type Key<'a> = Option<(InstanceKey, Val<'a>)>;

/// What becomes of an entry.
enum Admission {
    /// An instance begins.
    Enter,
    /// Nothing.
    Refused(Refusal),
    /// The open instance at this place takes over what is kept of the event.
    Refresh(usize),
}

/// Enters a journey by hand: what is brought along must be what the journey takes.
pub(super) fn by_hand(
    env: &mut Env<'_>,
    customer: &mut Customer,
    number: u16,
    args: &[(u16, Val<'_>)],
    event: Option<&Row>,
) {
    if env.set.journey(number).is_none() {
        return;
    }
    let Some(number) = env.set.current(number) else {
        return refuse(env, number, Refusal::Closed);
    };
    let Some((journey, _)) = env.set.journey(number) else { return };
    if let (Entry::Event { each, key, .. }, None) = (&journey.entry, event)
        && (each.is_some() || key.is_some())
    {
        return refuse(env, number, Refusal::NoEvent);
    }
    let none = Row::nothing();
    let event = event.unwrap_or(&none);
    if !takes(&journey.params, args) || !complete(env, journey, event) {
        return refuse(env, number, Refusal::Arguments);
    }
    let mut params = defaults(journey);
    args.iter().for_each(|(param, value)| params.set(*param, *value));
    with(env, customer, number, Some(event), By { params: Some(&params), caller: None });
}

/// Enters a journey with what it takes. An event that is brought along meets the condition of the
/// entry as any other.
pub(super) fn with(
    env: &mut Env<'_>,
    customer: &mut Customer,
    number: u16,
    event: Option<&Row>,
    by: By<'_>,
) {
    let Some((journey, _)) = env.set.journey(number) else { return };
    let (Entry::Event { filter, .. }, Some(row)) = (&journey.entry, event) else {
        return without_event(env, customer, number, by);
    };
    let ctx = Eval::of(&customer.profile, None, env.now, env.arena);
    let ctx = Eval { event: Some((row, env.now)), ..ctx };
    let about = About::outside(Some(number));
    match filter.map_or(Ok(true), |filter| env.holds(Site::Entry, about, filter, &ctx)) {
        Ok(true) => by_event(env, customer, number, (row, env.now), by),
        Ok(false) => refuse(env, number, Refusal::Condition),
        Err(fault) => refuse(env, number, Refusal::Fault(fault)),
    }
}

/// The defaults of a journey's parameters.
pub(super) fn defaults(journey: &Journey) -> Row {
    let mut row = Row::new(journey.params.len());
    for (number, param) in (0..).zip(&journey.params) {
        if let Some(default) = &param.slot.default {
            row.set_const(number, default);
        }
    }
    row
}

/// Whether these are arguments for these parameters.
fn takes(params: &[Param], args: &[(u16, Val<'_>)]) -> bool {
    let fits = |(number, value): &(u16, Val<'_>)| {
        params.get(usize::from(*number)).is_some_and(|param| {
            let Slot { ty, optional, .. } = &param.slot;
            if value.is_set() { Kind::of(ty).takes(*value) } else { *optional }
        })
    };
    let given = |number: u16| args.iter().any(|(given, _)| *given == number);
    let open = |(number, param): (u16, &Param)| {
        !param.slot.optional && param.slot.default.is_none() && !given(number)
    };
    args.iter().all(fits) && !(0..).zip(params).any(open)
}

/// Whether the row has all that the entry's event cannot be without.
fn complete(env: &Env<'_>, journey: &Journey, row: &Row) -> bool {
    let Entry::Event { event, .. } = &journey.entry else { return true };
    env.set.program().events.get(usize::from(*event)).is_some_and(|event| {
        (0..).zip(&event.properties).all(|(slot, it)| it.optional || row.is_set(slot))
    })
}

/// Enters a journey with no event, by hand or by joining an audience.
pub(super) fn without_event(env: &mut Env<'_>, customer: &mut Customer, number: u16, by: By<'_>) {
    let Some((journey, _)) = env.set.journey(number) else { return };
    if let Some(reason) = closed(env, customer, number) {
        return refuse(env, number, reason);
    }
    if let Entry::Event { each, key, .. } = &journey.entry
        && (each.is_some() || key.is_some())
    {
        return refuse(env, number, Refusal::NoEvent);
    }
    match admission(env, customer, journey, number, None) {
        Admission::Enter => {
            let locals = new_locals(env, number, None, by);
            start(env, customer, number, None, (locals, None), by);
        }
        Admission::Refused(reason) => refuse(env, number, reason),
        // There is nothing to take over.
        Admission::Refresh(_) => refuse(env, number, Refusal::Inside),
    }
}

/// Enters a journey by an event that its filter lets through.
pub(super) fn by_event(
    env: &mut Env<'_>,
    customer: &mut Customer,
    number: u16,
    event: (&Row, i64),
    by: By<'_>,
) {
    let Some((journey, _)) = env.set.journey(number) else { return };
    let Entry::Event { captures, each, key, .. } = &journey.entry else { return };
    if let Some(reason) = closed(env, customer, number) {
        return refuse(env, number, reason);
    }
    let cause = Cause { captures, event, item: Val::Unset, by };
    let list = match each {
        None => &[Val::Unset],
        Some(list) => match elements(env, &customer.profile, *list, event) {
            Ok(items) => {
                // Each element is an entry of its own, and gets what an entry may use up.
                let more = u32::try_from(items.len()).unwrap_or(u32::MAX);
                env.work.budget = env.work.budget.saturating_add(BUDGET.saturating_mul(more));
                items
            }
            Err(fault) => return refuse(env, number, Refusal::Fault(fault)),
        },
    };
    match key {
        None => enter_together(env, customer, (journey, number), cause, list),
        Some(key) => {
            for item in list {
                enter_with_key(
                    env,
                    customer,
                    (journey, number),
                    Cause { item: *item, ..cause },
                    *key,
                );
            }
        }
    }
}

/// The elements of the list that an entry goes through.
fn elements<'e>(
    env: &Env<'e>,
    profile: &Profile,
    list: ExprId,
    event: (&Row, i64),
) -> Result<&'e [Val<'e>], Fault> {
    let ctx = Eval::of(profile, None, env.now, env.arena);
    match eval(env.set, list, &Eval { event: Some(event), ..ctx })?.kept(env.arena) {
        Val::List(items) => Ok(items),
        _ => Err(Fault::Program),
    }
}

/// Enters for all elements or for none: whether the customer may is asked once, as they come by
/// one event and nothing tells them apart.
fn enter_together(
    env: &mut Env<'_>,
    customer: &mut Customer,
    (journey, number): (&Journey, u16),
    cause: Cause<'_>,
    items: &[Val<'_>],
) {
    if items.is_empty() {
        return;
    }
    match admission(env, customer, journey, number, None) {
        Admission::Enter => {
            for item in items {
                let cause = Cause { item: *item, ..cause };
                let begins = (new_locals(env, number, Some(cause), cause.by), Some(cause.event));
                start(env, customer, number, None, begins, cause.by);
            }
        }
        Admission::Refused(reason) => items.iter().for_each(|_| refuse(env, number, reason)),
        Admission::Refresh(place) => refresh(env, customer, place, cause),
    }
}

/// Enters with the key that is found in what is kept of the event.
fn enter_with_key(
    env: &mut Env<'_>,
    customer: &mut Customer,
    (journey, number): (&Journey, u16),
    cause: Cause<'_>,
    key: ExprId,
) {
    let locals = new_locals(env, number, Some(cause), cause.by);
    let ctx = Eval::of(&customer.profile, None, env.now, env.arena);
    let value = match eval(env.set, key, &Eval { locals: Some(&locals), ..ctx }) {
        Ok(value) => value.kept(env.arena),
        Err(fault) => return refuse(env, number, Refusal::Fault(fault)),
    };
    let Some(key) = InstanceKey::of(value) else {
        return refuse(env, number, Refusal::Fault(Fault::Program));
    };
    match admission(env, customer, journey, number, Some(key)) {
        Admission::Enter => {
            let begins = (locals, Some(cause.event));
            start(env, customer, number, Some((key, value)), begins, cause.by);
        }
        Admission::Refused(reason) => refuse(env, number, reason),
        Admission::Refresh(place) => refresh(env, customer, place, cause),
    }
}

/// Why nobody at all enters a journey at present.
fn closed(env: &Env<'_>, customer: &Customer, number: u16) -> Option<Refusal> {
    let line = env.set.line(number);
    if env.work.stopped == Some(line) {
        return Some(Refusal::Stopped);
    }
    if env.set.current(number) != Some(number) {
        return Some(Refusal::Closed);
    }
    customer.is_paused(line).then_some(Refusal::Paused)
}

fn refuse(env: &mut Env<'_>, journey: u16, reason: Refusal) {
    let at = env.now;
    env.out.emit(Effect::NotEntered { journey, reason, at });
}

/// Decides on an entry. Where the rule is to restart, the open instance leaves here.
fn admission(
    env: &mut Env<'_>,
    customer: &mut Customer,
    journey: &Journey,
    number: u16,
    key: Option<InstanceKey>,
) -> Admission {
    let set = env.set;
    let Some(place) = open(set, customer, number, key) else {
        let memory = Memory::find(&customer.memory, set.line(number));
        return match may_enter(journey.reenter, memory.and_then(|memory| memory.exit(key)), env) {
            true => Admission::Enter,
            false => Admission::Refused(Refusal::Reentry),
        };
    };
    // An instance that cannot go on stays for somebody to look at.
    let is_it = |instance: &Instance| is_inside(set, instance, set.line(number), key);
    let mut here = customer.instances.iter().skip(place).filter(|it| is_it(it));
    if here.any(|instance| matches!(instance.status, Status::Faulted(_))) {
        return Admission::Refused(Refusal::Inside);
    }
    match journey.inside {
        WhileInside::Ignore => Admission::Refused(Refusal::Inside),
        // Another version keeps other values.
        WhileInside::Refresh => match customer.instances.get(place) {
            Some(instance) if instance.journey == number => Admission::Refresh(place),
            _ => Admission::Refused(Refusal::Inside),
        },
        WhileInside::Restart(outcome) => {
            let Customer { instances, memory, past, .. } = customer;
            let mut place_of = 0;
            instances.retain_mut(|instance| {
                place_of += 1;
                if place_of <= place || !is_it(instance) {
                    return true;
                }
                // Every version has the outcome, but maybe in another place.
                let Some(outcome) = set.outcome_of(outcome, number, instance.journey) else {
                    return true;
                };
                // What it was to achieve, the new one is to achieve.
                instance.goals.clear();
                !conclude(env, memory, past, instance, Ok(Stop::Exit(outcome)))
            });
            Admission::Enter
        }
    }
}

/// Whether somebody who enters a line with a key is inside by this instance. Who is inside by a version
/// without keys is so with every key.
fn is_inside(set: &ProgramSet, instance: &Instance, line: u16, key: Option<InstanceKey>) -> bool {
    set.line(instance.journey) == line
        && (key.is_none() || instance.key.is_none() || instance.key == key)
}

/// Where the first open instance of a journey's line, or the one with the key, stands among all.
fn open(
    set: &ProgramSet,
    customer: &Customer,
    number: u16,
    key: Option<InstanceKey>,
) -> Option<usize> {
    let (instances, line) = (&customer.instances, set.line(number));
    let memory = Memory::find(&customer.memory, line);
    let first = match (key, key.and_then(|key| memory?.open(key))) {
        // There may be thousands, but they stand in order of entry.
        (Some(_), Some(entered)) => {
            instances.partition_point(|instance| instance.entered_sequence < entered)
        }
        (Some(_), None) if !set.has_versions(number) => return None,
        _ => 0,
    };
    let is_it = |instance: &Instance| is_inside(set, instance, line, key);
    let found = instances.iter().skip(first).position(is_it)?;
    Some(first + found)
}

/// The re-entry rule.
fn may_enter(rule: Reenter, exit: Option<Exit>, env: &Env<'_>) -> bool {
    let Some((sequence, at)) = exit else { return true };
    match rule {
        Reenter::Never => false,
        Reenter::Always => true,
        Reenter::Later => env.sequence > sequence,
        Reenter::After(length) => env.now >= at.saturating_add(length),
    }
}

/// Lets an instance begin, with what it keeps of the event that caused it, and that event.
fn start(
    env: &mut Env<'_>,
    customer: &mut Customer,
    number: u16,
    key: Key<'_>,
    begins: (Row, Option<(&Row, i64)>),
    by: By<'_>,
) {
    let Customer { profile, instances, memory, past, .. } = customer;
    let Some(remembered) = Memory::of(memory, env.set.line(number)) else { return };
    let (key, value) = key.unzip();
    let membership = remembered.enter(key, env.sequence);
    let mut instance = new_instance(env, number, membership, key, begins);
    instance.caller = by.caller;
    env.work.begun += 1;
    env.out.emit(Effect::Entered { journey: number, membership, key: value, at: env.now });
    if let Some((journey, _)) = env.set.journey(number) {
        wait::note_zone(env, journey, profile, &instance);
    }
    let outcome = begin(env, profile, &mut instance);
    if !conclude(env, memory, past, &mut instance, outcome) {
        // There are millions of customers, and most of them are in one journey.
        if instances.is_empty() {
            instances.reserve_exact(1);
        }
        instances.push(instance);
    }
}

/// The open instance takes over what is kept of the event, and goes on with it.
fn refresh(env: &mut Env<'_>, customer: &mut Customer, place: usize, cause: Cause<'_>) {
    let Customer { profile, instances, memory, past, .. } = customer;
    let Some(instance) = instances.get_mut(place) else { return };
    capture(&mut instance.locals, cause.captures, cause.event, cause.item);
    let Instance { journey, membership, .. } = *instance;
    env.out.emit(Effect::Refreshed { journey, membership, at: env.now });
    let outcome = renew(env, profile, instance);
    if conclude(env, memory, past, instance, outcome) {
        instances.remove(place);
    }
}

/// What was computed from the entry is computed again.
fn renew(env: &mut Env<'_>, profile: &mut Profile, instance: &mut Instance) -> Result<Stop, Fault> {
    let (journey, _) = env.set.journey(instance.journey).ok_or(Fault::Program)?;
    set_limits(env, journey, profile, instance)?;
    wait::look_again(env, profile, instance)
}

/// Computes what counts from the entry: exit criteria by time, and goals.
pub(super) fn set_limits(
    env: &Env<'_>,
    journey: &Journey,
    profile: &Profile,
    instance: &mut Instance,
) -> Result<(), Fault> {
    limit(env, journey, profile, instance)?;
    goal::set_out(env, journey, profile, instance)
}

fn new_locals(env: &Env<'_>, journey: u16, cause: Option<Cause<'_>>, by: By<'_>) -> Row {
    let plan = env.set.journey(journey).map(|(_, plan)| plan);
    let mut locals = Row::new(plan.map_or(0, |plan| plan.local_kinds.len()));
    if let Some(cause) = cause {
        capture(&mut locals, cause.captures, cause.event, cause.item);
    }
    let params = env.set.journey(journey).map_or(&[][..], |(journey, _)| &journey.params);
    for (number, param) in (0..).zip(params) {
        let Some(local) = param.local else { continue };
        match (by.params, &param.slot.default) {
            (Some(given), _) => locals.copy_slot(local, given, number),
            (None, Some(default)) => locals.set_const(local, default),
            (None, None) => {}
        }
    }
    locals
}

fn new_instance(
    env: &Env<'_>,
    journey: u16,
    membership: u32,
    key: Option<InstanceKey>,
    (locals, event): (Row, Option<(&Row, i64)>),
) -> Instance {
    let plan = env.set.journey(journey).map(|(_, plan)| plan);
    // Windows since the entry begin to count now, windows since a mark once it is reached.
    // A wait that looks back to the entry sees the event that caused it.
    let tally = |number: &u16| {
        let plan = env.set.window(*number)?;
        let counts = plan.window(env.set).range == Range::SinceEntered;
        let mut tally = counts.then(|| WindowState::new(env.set, plan))?;
        if let Some((row, at)) = event
            && plan.for_waits(env.set)
            && entry_event(env, journey) == Some(plan.window(env.set).event)
        {
            tally.keep(env.set, plan, row, at);
        }
        Some(tally)
    };
    Instance {
        journey,
        membership,
        status: Status::Waiting(0),
        tile: None,
        entered_at: env.now,
        arrived_at: env.now,
        entered_sequence: env.sequence,
        actions: 0,
        key,
        locals,
        deadline: None,
        due: NEVER,
        frozen: 0,
        exits_after: SmallVec::new(),
        goals: SmallVec::new(),
        tallies: plan.map(|plan| plan.tallies.iter().map(tally).collect()).unwrap_or_default(),
        visits: SmallVec::new(),
        hold: None,
        still: None,
        caller: None,
        returned: None,
    }
}

/// The event by which a journey is entered.
fn entry_event(env: &Env<'_>, journey: u16) -> Option<u16> {
    match env.set.journey(journey)?.0.entry {
        Entry::Event { event, .. } => Some(event),
        Entry::Audience { .. } | Entry::Manual => None,
    }
}

/// Takes a new instance to its first wait. Exit criteria that hold already end it before its
/// first tile, so that no tile ever sees them hold.
fn begin(env: &mut Env<'_>, profile: &mut Profile, instance: &mut Instance) -> Result<Stop, Fault> {
    let (journey, _) = env.set.journey(instance.journey).ok_or(Fault::Program)?;
    env.work.going = Some(0);
    set_limits(env, journey, profile, instance)?;
    let exit = wait::exit_reached(env, journey, profile, instance)?;
    env.work.going = None;
    match exit {
        Some(outcome) => Ok(Stop::Exit(outcome)),
        None => run::go_on(env, profile, instance, 0),
    }
}

/// Computes when each `exit … after` criterion is reached.
fn limit(
    env: &Env<'_>,
    journey: &Journey,
    profile: &Profile,
    instance: &mut Instance,
) -> Result<(), Fault> {
    let mut exits_after = SmallVec::new();
    for exit in &journey.exits {
        if let ExitTrigger::After(length) = &exit.trigger {
            let Val::Duration(length) = eval(env.set, *length, &env.scope(profile, instance))?
            else {
                return Err(Fault::Program);
            };
            let reached = instance.entered_at.checked_add(length).ok_or(Fault::Overflow)?;
            exits_after.push(reached.saturating_add(instance.frozen));
        }
    }
    instance.exits_after = exits_after;
    Ok(())
}
