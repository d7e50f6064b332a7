//! One input, applied to one customer.
//!
//! The order of things is the contract; it is the order of this file and of the modules below:
//!
//! 1. All that is due by `now` happens, by due instant (`pass_time`).
//! 2. The input itself: an event goes to history windows, open instances and entries (`event`).
//! 3. What follows from changed traits, windows and audiences, until nothing changes (`settle`).
//!
//! Audiences are brought up to date as soon as a trait or window they read has changed, before
//! anything else looks: `customer in A` and the definition of A, asked at the same place, agree.
//! What follows from joining waits for step 3.
//!
//! Journeys that tiles have started are entered, and those who waited for one go on, once all instances
//! have seen what happened (`calls`).
//!
//! An instance goes on by running the code of its journey to the next wait (`run`).

mod action;
mod calls;
mod dispatch;
mod enter;
mod event;
mod goal;
mod members;
mod pause;
mod policy;
mod rebased;
mod run;
mod settle;
mod wait;

use journey_bytecode::ExprId;

use crate::effect::{Effect, Effects, Ending, Site};
use crate::eval::{Eval, reads, test};
use crate::memory::{Memory, Past};
use crate::scratch::{Return, Work};
use crate::state::{Customer, Instance, Profile, Status};
use crate::{Fault, Input, ProgramSet, Row, Scratch, Val};

/// How many tiles may be arrived at on one input, for each instance that is open when it comes or
/// that it enters, before the instance that goes on is parked.
const BUDGET: u32 = 1_000;

/// How many timers may fire in one call. Only a program that sets itself a timer every few
/// milliseconds comes near it; what is still due is then parked.
const MAX_TIMERS: u32 = 1_000_000;

/// Nothing happens by itself any more.
const NEVER: i64 = i64::MAX;

/// Applies one input to one customer at `now`: first all that is due by then, then the input,
/// then what follows from it. A `now` before the customer's clock counts as the clock. Indices
/// in the input that the program does not have are passed over.
pub fn apply(
    set: &ProgramSet,
    customer: &mut Customer,
    input: Input<'_>,
    now: i64,
    scratch: &mut Scratch,
    out: &mut impl Effects,
) {
    let now = now.max(customer.clock);
    let born = !customer.started;
    if born {
        customer.lay_out(set);
    } else {
        pass_time(set, customer, now, scratch, out);
    }
    let env = &mut Env::begin(set, customer, now, scratch, out);
    if born {
        settle::be_born(env, customer);
    }
    match input {
        // Membership stays as it was just found: there is nobody to tell.
        Input::Activate if born => {
            env.work.clear(BUDGET);
            settle::admit_existing(env, &customer.profile);
        }
        Input::Activate | Input::Tick => {}
        Input::Event { event, at, id, row } => {
            if id.is_some_and(|id| customer.recent.is_repeated(id, now)) {
                env.out.emit(Effect::Duplicate { at: now });
            } else {
                event::happen(env, customer, event, row, at);
            }
        }
        Input::Traits(changes) => change_traits(env, &mut customer.profile, changes),
        Input::Member { audience, member } => {
            settle::set_member(env, &mut customer.profile, audience, member);
        }
        Input::Enter { journey, args, event } => {
            enter::by_hand(env, customer, journey, args, event);
        }
        Input::Pause { journey } => pause::pause(env, customer, journey),
        Input::Resume { journey } => pause::resume(env, customer, journey),
        Input::Outcome { journey, membership, tile, visit, answer } => {
            let asked = action::Asked { journey, membership, tile, visit };
            action::answered(env, customer, asked, answer);
        }
        Input::Remove { journey, membership } => {
            members::remove(env, customer, journey, membership);
        }
        Input::Stop { journey } => members::stop(env, customer, journey),
        Input::Retry { journey, membership } => {
            members::retry(env, customer, journey, membership);
        }
        Input::Admit { journey } => settle::admit(env, &customer.profile, journey),
        Input::Choose { journey, split, arm } => customer.profile.choose(journey, split, arm),
    }
    calls::follow(env, customer);
    settle::settle(env, customer);
    customer.find_next_due();
}

/// Lets everything happen that is due by `now`.
fn pass_time(
    set: &ProgramSet,
    customer: &mut Customer,
    now: i64,
    scratch: &mut Scratch,
    out: &mut dyn Effects,
) {
    let mut timers = 0;
    while let Some(due) = customer.next_due
        && due <= now
    {
        timers += 1;
        let env = &mut Env::begin(set, customer, due.max(customer.clock), scratch, out);
        if timers > MAX_TIMERS {
            give_up(env, customer, now);
        } else {
            settle::wake_audiences(env, &customer.profile);
            settle::settle_due(env, customer);
        }
        customer.find_next_due();
    }
}

/// Parks everything that is due by `now`.
fn give_up(env: &mut Env<'_>, customer: &mut Customer, now: i64) {
    let profile = &mut customer.profile;
    for (audience, wake) in (0..).zip(&mut profile.audience_wakes) {
        if *wake <= now {
            *wake = NEVER;
            env.out.emit(Effect::AudienceFault { audience, fault: Fault::Budget, at: env.now });
        }
    }
    profile.find_audience_due();
    each_instance(env, customer, |_, _, instance| match instance.due <= now {
        true => Err(Fault::Budget),
        false => Ok(Stop::Waiting),
    });
}

/// Sets traits from outside.
fn change_traits(env: &mut Env<'_>, profile: &mut Profile, changes: &[(u16, Val<'_>)]) {
    for (slot, value) in changes {
        let declared = env.set.program().traits.get(usize::from(*slot));
        let (Some(kind), Some(declared)) = (env.set.trait_kind(*slot), declared) else { continue };
        let value = match (value, &declared.default) {
            (Val::Unset, Some(default)) => Val::from_const(default, env.arena),
            (value, _) => *value,
        };
        if kind.takes(value) && profile.traits.value(*slot, kind, env.arena) != value {
            profile.traits.set(*slot, value);
            env.changed_trait(*slot);
        }
    }
}

/// What is the same for all that happens at one instant.
struct Env<'e> {
    set: &'e ProgramSet,
    arena: &'e bumpalo::Bump,
    work: &'e mut Work,
    out: &'e mut dyn Effects,
    now: i64,
    /// The number of the input; a timer that fires is one too.
    sequence: u64,
    /// Whether decisions are told, with what they read.
    tells: bool,
}

/// What a decision is about.
#[derive(Clone, Copy)]
struct About {
    journey: Option<u16>,
    membership: u32,
    tile: Option<u16>,
}

impl About {
    /// An instance.
    fn instance(instance: &Instance) -> About {
        let Instance { journey, membership, tile, .. } = *instance;
        About { journey: Some(journey), membership, tile }
    }

    /// Something outside of any instance.
    fn outside(journey: Option<u16>) -> About {
        About { journey, membership: 0, tile: None }
    }
}

impl<'e> Env<'e> {
    /// Begins an input: moves the customer's clock on and forgets what the last one left.
    fn begin(
        set: &'e ProgramSet,
        customer: &mut Customer,
        now: i64,
        scratch: &'e mut Scratch,
        out: &'e mut dyn Effects,
    ) -> Env<'e> {
        customer.clock = now;
        customer.sequence += 1;
        let Scratch { arena, work } = scratch;
        arena.reset();
        let open = u32::try_from(customer.instances.len()).unwrap_or(u32::MAX);
        work.clear(BUDGET.saturating_mul(open.max(1)));
        let tells = out.wants_decisions();
        Env { set, arena, work, out, now, sequence: customer.sequence, tells }
    }

    /// Notes that a trait has a new value, if that matters to any continuous condition.
    fn changed_trait(&mut self, slot: u16) {
        if self.set.watched.traits.contains(slot) {
            self.work.pending.traits.set(slot, true);
            self.work.mark_stale(self.set.audience_readers.traits.get(usize::from(slot)));
        }
    }

    /// Notes that a window has another result, if that matters to any continuous condition.
    fn changed_window(&mut self, window: u16) {
        if self.set.watched.windows.contains(window) {
            self.work.pending.windows.set(window, true);
            self.work.mark_stale(self.set.audience_readers.windows.get(usize::from(window)));
        }
    }

    /// Notes that a customer joined or left an audience.
    fn changed_audience(&mut self, audience: u16) {
        self.work.pending.audiences.set(audience, true);
        self.work.mark_stale(self.set.audience_readers.audiences.get(usize::from(audience)));
    }

    /// Whether a condition holds. Tells what it read, where somebody wants to know.
    fn holds(
        &mut self,
        site: Site,
        about: About,
        condition: ExprId,
        ctx: &Eval<'_>,
    ) -> Result<bool, Fault> {
        let holds = test(self.set, condition, ctx)?;
        if self.tells {
            let About { journey, membership, tile } = about;
            let (reads, at) = (reads(self.set, condition, ctx), self.now);
            self.out.emit(Effect::Decided { site, journey, membership, tile, holds, reads, at });
        }
        Ok(holds)
    }

    /// What the instance's expressions can read.
    fn scope<'a>(&self, profile: &'a Profile, instance: &'a Instance) -> Eval<'a>
    where
        'e: 'a,
    {
        Eval::of(profile, Some(instance), self.now, self.arena)
    }
}

/// Where an instance has got to.
#[derive(Debug, Clone, Copy)]
enum Stop {
    /// It waits.
    Waiting,
    /// It leaves with this outcome.
    Exit(u16),
}

/// Shows every open instance to `attend`, in order of entry, and draws the conclusions.
fn each_instance<'e>(
    env: &mut Env<'e>,
    customer: &mut Customer,
    mut attend: impl FnMut(&mut Env<'e>, &mut Profile, &mut Instance) -> Result<Stop, Fault>,
) {
    let Customer { profile, instances, memory, past, .. } = customer;
    let mut over = |instance: &mut Instance| {
        let outcome = attend(env, profile, instance);
        conclude(env, memory, past, instance, outcome)
    };
    instances
        .retain_mut(|instance| !matches!(instance.status, Status::Waiting(_)) || !over(instance));
    calls::follow(env, customer);
}

/// Records how far an instance has got, and returns whether it is over.
fn conclude(
    env: &mut Env<'_>,
    memory: &mut Vec<Memory>,
    past: &mut Vec<Past>,
    instance: &mut Instance,
    outcome: Result<Stop, Fault>,
) -> bool {
    match outcome {
        Ok(Stop::Waiting) => false,
        Ok(Stop::Exit(outcome)) => {
            end(env, memory, past, instance, Ending::Outcome(outcome));
            true
        }
        Err(fault) => {
            park(env, instance, fault);
            false
        }
    }
}

/// Lets an instance stand still that cannot go on, where it can be tried again: in the state it
/// waits in, or at the operation it was about to do.
fn park(env: &mut Env<'_>, instance: &mut Instance, fault: Fault) {
    let Instance { journey, membership, tile, .. } = *instance;
    let at = env.now;
    let mut still = instance.still.take().unwrap_or_default();
    still.since = at;
    if let Status::Waiting(state) = instance.status {
        still.state = state;
    }
    if let Some(op) = env.work.going.take() {
        still.onward = Some(op);
        instance.deadline = None;
    }
    instance.still = Some(still);
    instance.status = Status::Faulted(fault);
    instance.due = NEVER;
    // What this instance used up does not count against the others.
    env.work.budget = BUDGET;
    env.out.emit(Effect::Faulted { journey, membership, tile, fault, at });
}

/// Ends a membership: what is remembered of it, and who is to go on.
fn end(
    env: &mut Env<'_>,
    memory: &mut Vec<Memory>,
    past: &mut Vec<Past>,
    instance: &mut Instance,
    ending: Ending,
) {
    let Instance { journey, membership, tile, key, arrived_at: since, .. } = *instance;
    let at = env.now;
    env.out.emit(Effect::Exited { journey, membership, ending, tile, since, at });
    // The rule is that of the version which is entered.
    let line = env.set.line(journey);
    if let Some((declared, _)) = env.set.journey(line)
        && let Some(memory) = Memory::of(memory, line)
    {
        memory.leave(key, declared.reenter, (env.sequence, at));
    }
    goal::outlive(past, instance, at);
    if let Some(caller) = instance.caller {
        let end = ending.outcome();
        env.work.returns.push_back(Return { caller, callee: journey, end });
    }
}

/// Copies what is captured of an event, and of the element at hand, into the locals of an instance.
fn capture(
    locals: &mut Row,
    captures: &[journey_bytecode::Capture],
    (row, at): (&Row, i64),
    item: Val<'_>,
) {
    use journey_bytecode::CaptureFrom;
    for capture in captures {
        match capture.from {
            CaptureFrom::Property(slot) => locals.copy_slot(capture.local, row, slot),
            CaptureFrom::At => locals.set_int(capture.local, at),
            CaptureFrom::Happened => locals.set_bool(capture.local, true),
            CaptureFrom::Item => locals.set(capture.local, item),
        }
    }
}
