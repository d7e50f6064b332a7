//! What is done to all customers at once: programs that are put to work, pauses, stops.

use std::collections::BTreeMap;

use journey_bytecode::{Plan, Version as ProgramVersion, verify};
use journey_engine::control::Release;
use journey_engine::counters::Counts;
use journey_engine::deploy::Version;
use journey_engine::form::decode;
use journey_engine::keys;
use journey_engine::lifecycle::{Move, State};
use journey_engine::store::Store;

use super::World;
use super::halt::Halt;
use super::process::Process;
use crate::programs::{CHANGING, Choice};
use crate::violation::Violation;

/// Journeys that can be paused.
const ALL: [&str; 6] = ["welcome", "carts", "loyal", "survey", "news", "risky"];

impl World<'_> {
    pub(super) fn first_deployment(&mut self, process: &mut Process) -> Result<(), Halt> {
        self.machine.disk.arm(crate::disk::Faults::default());
        self.deploy(process, [Some(0), Some(0), Some(0)], None)
    }

    /// Does one thing to all customers.
    pub(super) fn operate(&mut self, process: &mut Process) -> Result<(), Halt> {
        if self.random.chance(35) {
            return self.change(process);
        }
        let Some(name) = self.random.pick(&ALL) else { return Ok(()) };
        let Some(line) = process.control.line(name) else { return Ok(()) };
        let wanted = match process.control.state(line) {
            State::Active => Move::Pause,
            State::Paused => Move::Resume,
            _ => return Ok(()),
        };
        self.shift(process, name, wanted)
    }

    pub(super) fn shift(
        &mut self,
        process: &mut Process,
        name: &str,
        wanted: Move,
    ) -> Result<(), Halt> {
        let Some(line) = process.control.line(name) else { return Ok(()) };
        self.trace.event(|| format!("at {}: {} {name}", self.now, wanted.name()));
        let outcome = process.control.shift(&*process.store, line, wanted, self.now);
        outcome?;
        process.tell();
        Ok(())
    }

    /// Puts another form of a journey to work, or ends it, or begins it again.
    fn change(&mut self, process: &mut Process) -> Result<(), Halt> {
        let Some(before) = self.choice(process) else { return Ok(()) };
        let place = self.random.place(CHANGING.len());
        let mut choice = before;
        let (Some(form), Some(changing)) = (choice.get_mut(place), CHANGING.get(place)) else {
            return Ok(());
        };
        let state = process.control.line(changing.name).map(|line| process.control.state(line));
        *form = match *form {
            // What is paused cannot be activated.
            Some(_) if state == Some(State::Paused) => return Ok(()),
            Some(form) if self.random.chance(75) => Some(1 - form),
            Some(_) => None,
            None => Some(self.random.below(2) as u8),
        };
        let stops = form.is_none() && self.random.chance(50);
        if stops {
            self.shift(process, changing.name, Move::Stop)?;
        }
        self.deploy(process, choice, Some((before, changing.name)))
    }

    fn choice(&self, process: &Process) -> Option<Choice> {
        let history = process.control.history();
        self.choices.get(&history.deployment()?.number).copied()
    }

    fn deploy(
        &mut self,
        process: &mut Process,
        choice: Choice,
        change: Option<(Choice, &'static str)>,
    ) -> Result<(), Halt> {
        let history = process.control.history();
        let changed = change.map(|(_, name)| name);
        let (mut latest, mut highest) = (BTreeMap::new(), BTreeMap::new());
        for number in 1..=history.deployment().map_or(0, |it| it.number) {
            let Some(deployment) = history.numbered(number) else { continue };
            let program = deployment.set.program();
            for (version, journey) in deployment.journeys.iter().zip(&program.journeys) {
                let known = highest.entry(journey.name.clone()).or_insert(0);
                *known = version.version.max(*known);
            }
            let heads = program.heads();
            latest = heads
                .iter()
                .map(|(name, head)| ((*name).to_owned(), program.version(*head).clone()))
                .collect();
        }
        let mut program = self.library.compiled(choice)?.program.clone();
        let version = |name: &str| match latest.get(name).filter(|_| changed != Some(name)) {
            Some(version) => ProgramVersion::current(version.number),
            None => ProgramVersion::current(highest.get(name).copied().unwrap_or(0) + 1),
        };
        program.set_versions(version);
        let program = verify(program).map_err(Violation::simulation)?;
        let mut plan = Plan::default();
        if let Some((before, name)) = change
            && let Some(old) = latest.get(name).filter(|version| !version.retired)
            && program.heads().contains_key(name)
            && self.random.chance(50)
        {
            plan.set(name, old.number, self.library.migration(before, choice, name)?);
        }
        let is_new = |name: &&String| latest.get(*name).is_none_or(|version| version.retired);
        let begins = program.journeys.iter().map(|it| &it.name).filter(is_new).cloned().collect();
        let number = history.deployment().map_or(1, |it| it.number + 1);
        self.trace.event(|| format!("at {}: deployment {number}, {choice:?}, {plan:?}", self.now));
        let store = &*process.store;
        let inside = |version| inside(store, version).unwrap_or(u64::MAX);
        let prepared = process.control.prepare(Release { program, plan, begins }, inside)?;
        self.choices.insert(number, choice);
        process.control.deploy(store, prepared, self.now)?;
        process.tell();
        Ok(())
    }
}

/// How many members a version has.
fn inside(store: &dyn Store, version: Version) -> Option<u64> {
    let all = keys::counters(version.line.0);
    let mut sum = Counts::default();
    for (key, bytes) in store.scan(&all.start, &all.end, usize::MAX).ok()? {
        if keys::counter_of(&key)?.1 == version.version {
            sum.add(&decode("counters", &bytes).ok()?);
        }
    }
    Some(sum.inside())
}
