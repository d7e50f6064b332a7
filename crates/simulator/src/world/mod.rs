//! The engine on a machine that fails: who asks it for what, who receives what it sends, and when it ends.
//!
//! What outlives a process is in [`World`]: the machine, the clock, clients, receivers, and what they know. What
//! does not is in [`Process`]. The process does what the server does, one piece at a time, in an order that
//! the seed settles.

mod client;
mod halt;
mod operations;
mod process;
mod receivers;
mod rest;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use journey_engine::command::{Command, Reply};
use journey_engine::deploy::History;
use journey_engine::store::Ticket;

use crate::checker::{Facts, check};
use crate::disk::Faults;
use crate::machine::{End, Machine};
use crate::programs::{Choice, Library};
use crate::random::Random;
use crate::reference::Reference;
use crate::storage::draw;
use crate::trace::Trace;
use crate::violation::{Promise, Violation, promise};
use client::Client;
use halt::Halt;
use process::Process;
use receivers::Receivers;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// 2026-01-05, a Monday, at eight.
const START: i64 = 1_767_600_000_000;

/// See the [module](self).
pub(crate) struct World<'w> {
    library: &'w Library,
    random: Random,
    machine: Machine,
    trace: &'w mut Trace,
    now: i64,
    facts: Facts,
    reference: Reference,
    /// Steps of which it is not known yet whether they last.
    steps: VecDeque<Recorded>,
    /// The last ticket that was given out, and the last that a sync returned.
    last: Ticket,
    synced: Ticket,
    /// What is at work, by deployment.
    choices: BTreeMap<u32, Choice>,
    client: Client,
    receivers: Receivers,
}

/// A step that was taken.
struct Recorded {
    ticket: Ticket,
    shard: u16,
    history: Arc<History>,
    commands: Vec<Command>,
    replies: Vec<Reply>,
}

#[derive(Debug, Clone, Copy)]
enum Action {
    Ask,
    Turn,
    Fire,
    Sweep,
    Sync,
    Operate,
    Flush,
    Merge,
    Forget,
    Dispatch,
    Answer,
    Time,
    Arm,
    Check,
    End(End),
}

const ACTIONS: &[(u64, Action)] = &[
    (28, Action::Ask),
    (30, Action::Turn),
    (14, Action::Fire),
    (6, Action::Sweep),
    (14, Action::Sync),
    (4, Action::Operate),
    (3, Action::Flush),
    (1, Action::Merge),
    (1, Action::Forget),
    (20, Action::Dispatch),
    (16, Action::Answer),
    (12, Action::Time),
    (2, Action::Arm),
    (1, Action::Check),
    (1, Action::End(End::Process)),
    (1, Action::End(End::Power)),
];

/// Runs one seed.
pub(crate) fn run(seed: u64, library: &Library, trace: &mut Trace) -> Result<(), Violation> {
    let mut random = Random::new(seed, 2);
    let machine = Machine::new(&mut random);
    let shards = 1 + random.below(2) as u16;
    let dedupe = HOUR << random.below(5);
    let facts = Facts { shards, dedupe, now: START, ..Facts::default() };
    let mut world = World {
        library,
        machine,
        trace,
        now: START,
        facts,
        reference: Reference::new(dedupe),
        steps: VecDeque::new(),
        last: Ticket(0),
        synced: Ticket(0),
        choices: BTreeMap::new(),
        client: Client::default(),
        receivers: Receivers::default(),
        random,
    };
    let actions = 100 + world.random.below(150);
    let mut process = world.start(true)?;
    for _ in 0..actions {
        let Some(action) = world.random.weighted(ACTIONS) else { break };
        match world.act(&mut process, action) {
            Ok(()) => {}
            Err(Halt::Broken(violation)) => return Err(violation),
            Err(Halt::Process(end)) => {
                drop(process);
                world.end(end)?;
                process = world.start(true)?;
            }
        }
    }
    world.rest(process)
}

impl World<'_> {
    fn act(&mut self, process: &mut Process, action: Action) -> Result<(), Halt> {
        match action {
            Action::Ask => self.ask(process),
            Action::Turn => self.turn(process),
            Action::Fire => self.fire(process),
            Action::Sweep => self.sweep(process),
            Action::Sync => self.sync(process),
            Action::Operate => self.operate(process),
            Action::Flush if self.random.chance(50) => Ok(process.store.flush()?),
            Action::Flush => Ok(process.store.flush_step().map(drop)?),
            Action::Merge => Ok(process.store.merge_step().map(drop)?),
            Action::Forget => self.forget(process),
            Action::Dispatch => self.dispatch(process),
            Action::Answer => self.answer(process),
            Action::Time => self.pass_time(process),
            Action::Arm => {
                let faults = draw(&mut self.random);
                self.trace.event(|| format!("to come: {faults:?}"));
                self.machine.disk.arm(faults);
                Ok(())
            }
            Action::Check => {
                self.sync(process)?;
                // Reading for the checker is no part of what is simulated.
                self.machine.disk.arm(Faults::default());
                Ok(self.check(process)?)
            }
            Action::End(end) => Err(Halt::Process(Some(end))),
        }
        .map_err(|halt| self.named(halt, action))
    }

    /// A process that cannot go on ends; where the machine has gone off, mostly with it.
    fn named(&mut self, halt: Halt, action: Action) -> Halt {
        let Halt::Process(None) = halt else { return halt };
        self.trace.event(|| format!("{action:?} failed"));
        let off = self.machine.disk.is_off();
        let power = self.random.chance(if off { 70 } else { 20 });
        Halt::Process(Some(if power { End::Power } else { End::Process }))
    }

    fn end(&mut self, end: Option<End>) -> Result<(), Violation> {
        let end = end.unwrap_or(End::Process);
        self.trace.event(|| format!("the end: {end:?}"));
        self.machine.end(end);
        if self.random.chance(20) {
            let said = self.machine.spoil(&mut self.random)?;
            self.trace.event(|| format!("a bit went bad: {said:?}"));
        }
        self.receivers.forget_answers();
        self.client.lose(&mut self.random);
        Ok(())
    }

    /// Opens the store, and finds out what of the last process is there.
    fn start(&mut self, faulty: bool) -> Result<Process, Violation> {
        let opened = self.machine.start(&mut self.random, faulty)?;
        let last = opened.recovery.last;
        self.trace.event(|| format!("opened: {}", opened.recovery));
        promise(last >= self.synced, Promise::Acknowledged, || {
            format!("synced up to ticket {}, recovered up to {last}", self.synced)
        })?;
        self.steps.retain(|step| step.ticket <= last);
        self.settle(last)?;
        self.last = last;
        let mut process = Process::open(opened.store, self.facts.shards, self.facts.dedupe)?;
        self.check(&process)?;
        if process.control.history().is_empty() {
            self.first_deployment(&mut process).map_err(|halt| match halt {
                Halt::Broken(violation) => violation,
                Halt::Process(_) => Violation::simulation("the first deployment fails"),
            })?;
        }
        Ok(process)
    }

    /// Everything up to a ticket lasts: the reference does it, too, and must come to the same answers.
    fn settle(&mut self, last: Ticket) -> Result<(), Violation> {
        self.synced = self.synced.max(last);
        while let Some(step) = self.steps.pop_front_if(|step| step.ticket <= last) {
            let replies = self.reference.step(step.shard, &step.history, &step.commands);
            for ((command, found), expected) in
                step.commands.iter().zip(&step.replies).zip(&replies)
            {
                promise(found == expected, Promise::Replay, || {
                    format!("{command:?} was answered {found:?}, and should be {expected:?}")
                })?;
            }
        }
        Ok(())
    }

    /// Checks a store of which everything lasts.
    fn check(&mut self, process: &Process) -> Result<(), Violation> {
        let history = process.control.history();
        let facts = &mut self.facts;
        facts.now = self.now;
        facts.forgotten = Some(self.reference.forgotten().to_vec());
        let gone = facts.erased.iter().filter(|id| !self.reference.knows(id));
        facts.gone = gone.cloned().collect();
        let uncaused =
            facts.received.iter().find(|(key, origin)| !self.reference.has_caused(key, origin));
        promise(uncaused.is_none(), Promise::Cause, || {
            format!("{uncaused:?} was received, and nothing that lasts has caused it")
        })?;
        check(&*process.store, &history, facts)?;
        self.reference.compare(&*process.store, facts.shards, &history)
    }
}
