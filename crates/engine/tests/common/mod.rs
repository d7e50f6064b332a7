#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may be blunt, and each uses its own part"
)]

//! A small world for tests: a store in memory, one shard, and a clock that is told.

use std::collections::BTreeMap;

use journey_bytecode::{Const, Plan, Program, Version as ProgramVersion, verify};
use journey_engine::command::{Command, Reply, What};
use journey_engine::control::{Control, Release};
use journey_engine::counters::Counts;
use journey_engine::deploy::Version;
use journey_engine::form::decode;
use journey_engine::keys;
use journey_engine::lifecycle::Move;
use journey_engine::outbox::{Message, MessageId};
use journey_engine::shard::{Settings, Shard, Step};
use journey_engine::store::{MemoryStore, Store};
use journey_engine::timeline::Record;
use journey_sema::{Config, Workspace};
use journey_vm::Row;

pub(crate) const MINUTE: i64 = 60_000;
pub(crate) const HOUR: i64 = 60 * MINUTE;
/// 2026-01-05, a Monday, at midnight.
pub(crate) const START: i64 = 1_767_571_200_000;

pub(crate) struct World {
    pub(crate) store: MemoryStore,
    pub(crate) control: Control,
    pub(crate) shard: Shard,
    pub(crate) now: i64,
    /// Messages that may be sent.
    pub(crate) released: Vec<MessageId>,
    versions: BTreeMap<String, u32>,
}

/// Compiles a workspace of one file; the journeys have these versions.
pub(crate) fn compile(source: &str, versions: &BTreeMap<String, u32>) -> Program {
    let files = vec![("main.journey".to_owned(), source.to_owned())];
    let workspace = Workspace::new(Config::default(), files);
    let errors = workspace.diagnostics();
    let checked = workspace.checked().unwrap_or_else(|| panic!("{errors:#?}"));
    let mut program = journey_ir::lower(&checked).unwrap();
    program.set_versions(|name| ProgramVersion::current(versions.get(name).copied().unwrap_or(1)));
    program
}

impl World {
    pub(crate) fn new(source: &str) -> World {
        let store = MemoryStore::default();
        let control = Control::open(&store).unwrap();
        let shard = Shard::open(&store, 0, control.history(), Settings::default()).unwrap();
        let (released, versions) = (Vec::new(), BTreeMap::new());
        let mut world = World { store, control, shard, now: START, released, versions };
        world.deploy(source, Plan::default());
        world
    }

    /// Puts a workspace to work. Journeys begin as their first version.
    pub(crate) fn deploy(&mut self, source: &str, plan: Plan) {
        let program = verify(compile(source, &self.versions)).unwrap();
        let begins = program.journeys.iter().map(|it| it.name.clone()).collect();
        let inside = |version: Version| self.counts(version).inside();
        let release = Release { program, plan, begins };
        let prepared = self.control.prepare(release, inside).unwrap();
        self.control.deploy(&self.store, prepared, self.now).unwrap();
        self.shard.learn(self.control.history());
    }

    /// From now on a journey is of this version.
    pub(crate) fn version(&mut self, journey: &str, version: u32) {
        self.versions.insert(journey.to_owned(), version);
    }

    pub(crate) fn shift(&mut self, journey: &str, wanted: Move) {
        let line = self.control.line(journey).unwrap();
        self.control.shift(&self.store, line, wanted, self.now).unwrap();
        self.shard.learn(self.control.history());
    }

    /// The process dies and comes back.
    pub(crate) fn restart(&mut self) {
        self.control = Control::open(&self.store).unwrap();
        let history = self.control.history();
        self.shard = Shard::open(&self.store, 0, history, Settings::default()).unwrap();
    }

    /// Does something for a customer now.
    pub(crate) fn tell(&mut self, customer: &str, what: What) -> Reply {
        let command = Command { tag: 7, customer: customer.into(), now: self.now, what };
        let step = self.shard.step(&self.store, [command]).unwrap();
        let [(7, reply)] = &step.replies[..] else { panic!("{step:?}") };
        let reply = reply.clone();
        self.release(step);
        reply
    }

    fn release(&mut self, step: Step) {
        self.released.extend(step.messages);
    }

    /// Time passes; what is due happens.
    pub(crate) fn pass(&mut self, time: i64) {
        self.now += time;
        self.fire();
    }

    pub(crate) fn fire(&mut self) {
        while self.shard.next_due(&self.store).unwrap().is_some_and(|due| due <= self.now) {
            let step = self.shard.fire(&self.store, self.now, 100).unwrap();
            self.release(step);
        }
    }

    /// Brings everybody along to the latest operation.
    pub(crate) fn sweep(&mut self) {
        let mut after = None;
        loop {
            let swept = self.shard.sweep(&self.store, after.as_deref(), 10, self.now).unwrap();
            self.release(swept.step);
            after = swept.last;
            if after.is_none() {
                return;
            }
        }
    }

    pub(crate) fn event(&self, name: &str, properties: &[(&str, Const)]) -> What {
        self.event_with(name, properties, None)
    }

    pub(crate) fn event_with(
        &self,
        name: &str,
        properties: &[(&str, Const)],
        id: Option<&str>,
    ) -> What {
        let history = self.control.history();
        let deployment = history.deployment().unwrap();
        let events = &deployment.set.program().events;
        let event = events.iter().position(|it| it.name == name).unwrap();
        let mut row = Row::with_defaults(&events[event].properties);
        for (property, value) in properties {
            let slots = &events[event].properties;
            let slot = slots.iter().position(|it| it.name == *property).unwrap();
            row.set_const(slot as u16, value);
        }
        let id = id.map(Into::into);
        let (deployment, event) = (deployment.number, event as u16);
        What::Event { deployment, event, at: self.now, id, row }
    }

    /// The counts of a version, all hours.
    pub(crate) fn counts(&self, version: Version) -> Counts {
        let mut sum = Counts::default();
        let all = keys::counters(version.line.0);
        for (key, bytes) in self.store.scan(&all.start, &all.end, usize::MAX).unwrap() {
            if keys::counter_of(&key).unwrap().1 == version.version {
                sum.add(&decode("counters", &bytes).unwrap());
            }
        }
        sum
    }

    /// The counts of a journey's version by name.
    pub(crate) fn counts_of(&self, journey: &str, version: u32) -> Counts {
        self.counts(Version { line: self.control.line(journey).unwrap(), version })
    }

    /// What stands in the outbox.
    pub(crate) fn outbox(&self) -> Vec<(MessageId, Message)> {
        let all = keys::outbox_from(0, 0);
        let stored = self.store.scan(&all.start, &all.end, usize::MAX).unwrap();
        let message = |(key, bytes): (Vec<u8>, Vec<u8>)| {
            let (shard, number) = keys::numbered_of(&key).unwrap();
            (MessageId { shard, number }, decode("message", &bytes).unwrap())
        };
        stored.into_iter().map(message).collect()
    }

    /// The timeline of a customer.
    pub(crate) fn timeline(&self, customer: &str) -> Vec<Record> {
        let all = keys::timelines(0, customer);
        let stored = self.store.scan(&all.start, &all.end, usize::MAX).unwrap();
        stored.iter().map(|(_, bytes)| decode("timeline", bytes).unwrap()).collect()
    }

    /// All members of a journey.
    pub(crate) fn members(&self, journey: &str) -> Vec<(String, u32)> {
        let all = keys::members(self.control.line(journey).unwrap().0, 0);
        let stored = self.store.scan(&all.start, &all.end, usize::MAX).unwrap();
        let member = |key: &[u8]| {
            keys::member_of(key).map(|(customer, number)| (customer.to_owned(), number)).unwrap()
        };
        stored.iter().map(|(key, _)| member(key)).collect()
    }
}
