//! The store by itself: batches of a few keys, and a model that says what must be there after each.

use std::collections::BTreeMap;

use journey_engine::store::{Batch, Pair, Store, StoreError, Ticket};

use crate::disk::Faults;
use crate::machine::{End, Machine, Opened};
use crate::random::Random;
use crate::trace::Trace;
use crate::violation::{Promise, Violation, promise};

type Pairs = BTreeMap<Vec<u8>, Vec<u8>>;

/// What a store must hold after each ticket.
struct Model {
    states: Vec<Pairs>,
    /// The last ticket that a sync returned.
    synced: Ticket,
}

struct Run<'t> {
    random: Random,
    machine: Machine,
    model: Model,
    trace: &'t mut Trace,
}

#[derive(Debug, Clone, Copy)]
enum Action {
    Append,
    Sync,
    Flush,
    Merge,
    Look,
    Arm,
    End(End),
}

const ACTIONS: &[(u64, Action)] = &[
    (40, Action::Append),
    (20, Action::Sync),
    (8, Action::Flush),
    (3, Action::Merge),
    (6, Action::Look),
    (4, Action::Arm),
    (2, Action::End(End::Process)),
    (3, Action::End(End::Power)),
];

/// Runs one seed.
pub fn run(seed: u64, trace: &mut Trace) -> Result<(), Violation> {
    let mut random = Random::new(seed, 1);
    let machine = Machine::new(&mut random);
    let model = Model { states: vec![Pairs::new()], synced: Ticket(0) };
    let mut run = Run { random, machine, model, trace };
    let actions = 40 + run.random.below(80);
    let mut opened = run.start()?;
    for _ in 0..actions {
        let Some(action) = run.random.weighted(ACTIONS) else { break };
        let end = match action {
            Action::End(end) => Some(end),
            other => run.act(&opened, other)?,
        };
        if let Some(end) = end {
            drop(opened);
            run.end(end)?;
            opened = run.start()?;
        }
    }
    Ok(())
}

impl Run<'_> {
    /// Does something with the store; if the process does not outlive it, how that ends.
    fn act(&mut self, opened: &Opened, action: Action) -> Result<Option<End>, Violation> {
        let store = &*opened.store;
        let outcome = match action {
            Action::Append => self.append(store),
            Action::Sync => store.sync().map(|ticket| {
                self.trace.event(|| format!("synced up to {ticket}"));
                self.model.synced = ticket;
            }),
            Action::Flush if self.random.chance(40) => store.flush(),
            Action::Flush => store.flush_step().map(drop),
            Action::Merge => store.merge_step().map(drop),
            Action::Look => match self.look(store) {
                Ok(kept) => return kept.map(|()| None),
                Err(error) => Err(error),
            },
            Action::Arm => {
                let faults = draw(&mut self.random);
                self.trace.event(|| format!("to come: {faults:?}"));
                self.machine.disk.arm(faults);
                Ok(())
            }
            Action::End(_) => Ok(()),
        };
        match outcome {
            Ok(()) => Ok(None),
            Err(StoreError::Failed(_) | StoreError::Unreadable(_)) => {
                self.trace.event(|| format!("{action:?} failed"));
                let off = self.machine.disk.is_off();
                let power = self.random.chance(if off { 70 } else { 20 });
                Ok(Some(if power { End::Power } else { End::Process }))
            }
            Err(error) => Err(Violation::new(Promise::Opens, error.to_string())),
        }
    }

    fn append(&mut self, store: &dyn Store) -> Result<(), StoreError> {
        let mut batch = Batch::new();
        let mut state = self.model.states.last().cloned().unwrap_or_default();
        for _ in 0..=self.random.below(4) {
            let key = format!("key {}", self.random.below(30)).into_bytes();
            if self.random.chance(25) {
                batch.delete(&key);
                state.remove(&key);
            } else {
                let length = if self.random.chance(10) { 900 } else { 40 };
                let byte = self.random.below(256) as u8;
                let value = vec![byte; self.random.place(length)];
                batch.put(&key, &value);
                state.insert(key, value);
            }
        }
        let expected = Ticket(self.model.states.len() as u64);
        let outcome = store.append(&batch);
        // It may be on disk although the call failed later.
        self.model.states.push(state);
        let ticket = outcome?;
        self.trace.event(|| format!("appended {ticket} of {} changes", batch.len()));
        debug_assert_eq!(ticket, expected);
        Ok(())
    }

    /// Reads a part and compares it with the model.
    fn look(&mut self, store: &dyn Store) -> Result<Result<(), Violation>, StoreError> {
        let from = format!("key {}", self.random.below(30)).into_bytes();
        let limit = 1 + self.random.place(40);
        let found = store.scan(&from, b"l", limit)?;
        let one = store.get(&from)?;
        let state = self.model.states.last();
        let expected = state.into_iter().flat_map(|state| state.range(from.clone()..));
        let expected: Vec<Pair> =
            expected.take(limit).map(|(key, value)| (key.clone(), value.clone())).collect();
        let agrees = found == expected && one == state.and_then(|it| it.get(&from)).cloned();
        Ok(promise(agrees, Promise::Replay, || {
            format!("a scan gives {} pairs, and there are {}", found.len(), expected.len())
        }))
    }

    fn end(&mut self, end: End) -> Result<(), Violation> {
        self.trace.event(|| format!("the end: {end:?}"));
        self.machine.end(end);
        if self.random.chance(30) {
            let said = self.machine.spoil(&mut self.random)?;
            self.trace.event(|| format!("a bit went bad: {said:?}"));
        }
        Ok(())
    }

    /// Opens the store and compares what is there with the model.
    fn start(&mut self) -> Result<Opened, Violation> {
        let opened = self.machine.start(&mut self.random, true)?;
        let Opened { store, recovery } = &opened;
        self.trace.event(|| format!("opened: {recovery}"));
        let last = recovery.last;
        promise(last >= self.model.synced, Promise::Acknowledged, || {
            format!("synced up to ticket {}, recovered up to {last}", self.model.synced)
        })?;
        let place = last.0 as usize;
        let Some(expected) = self.model.states.get(place) else {
            let what = format!("ticket {last} was never appended");
            return Err(Violation::new(Promise::Acknowledged, what));
        };
        let found = store.scan(&[], &[0xff], usize::MAX).map_err(Violation::simulation)?;
        let agrees = found.iter().map(|(k, v)| (k, v)).eq(expected);
        promise(agrees, Promise::Acknowledged, || {
            format!("after ticket {last} there are {} other pairs than were put", found.len())
        })?;
        self.model.states.truncate(place + 1);
        // What was found is on disk from now on.
        self.model.synced = last;
        Ok(opened)
    }
}

/// Something that will fail soon.
pub(crate) fn draw(random: &mut Random) -> Faults {
    let mut faults = Faults::default();
    let within = 1 + random.below(12);
    let when = Some(random.below(within));
    match random.below(7) {
        0..=2 => faults.off_after = when,
        3 => faults.sync = when,
        4 => faults.write = when,
        5 => faults.read = when,
        _ => faults.full_after = when,
    }
    faults
}
