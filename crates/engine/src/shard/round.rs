//! What is kept between the commands of one step.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use journey_vm::{Input, Rebase, Refusal, apply};

use super::Shard;
use super::guest::Guest;
use super::recorder::{Collected, Recorder};
use crate::command::Reply;
use crate::deploy::{Change, Deployment, Line, Operation};
use crate::experiments::Experiments;
use crate::form::{ReadError, encode};
use crate::keys;
use crate::outbox::{Message, MessageId};
use crate::planted::{self, Bug};
use crate::store::{Batch, Store};
use crate::timeline::{Cause, Record};

/// See the [module](self).
pub(super) struct Round<'r> {
    pub(super) shard: &'r mut Shard,
    pub(super) store: &'r dyn Store,
    /// The program that is at work.
    pub(super) latest: Option<Arc<Deployment>>,
    pub(super) guests: BTreeMap<Box<str>, Guest>,
    pub(super) batch: Batch,
    /// Ids of events that this step has seen first.
    pub(super) seen: BTreeSet<[u8; 16]>,
    /// Messages that this step has caused or changed.
    pub(super) messages: Vec<(MessageId, Message)>,
    /// What this step has to say of the arms of splits.
    pub(super) experiments: Experiments,
    /// Keys of messages and troubles that this step has deleted: the store has them still.
    pub(super) gone: BTreeSet<Vec<u8>>,
}

impl<'r> Round<'r> {
    pub(super) fn new(shard: &'r mut Shard, store: &'r dyn Store) -> Round<'r> {
        let latest = shard.history.deployment().cloned();
        Round {
            shard,
            store,
            latest,
            guests: BTreeMap::new(),
            batch: Batch::new(),
            seen: BTreeSet::new(),
            messages: Vec::new(),
            experiments: Experiments::default(),
            gone: BTreeSet::new(),
        }
    }

    /// Takes the customer out of the room, loading it if this is its first command. It is brought along
    /// to the latest operation.
    pub(super) fn take(&mut self, id: &str, latest: &Arc<Deployment>) -> Result<Guest, ReadError> {
        if let Some((_, guest)) = self.guests.remove_entry(id) {
            return Ok(guest);
        }
        let history = Arc::clone(&self.shard.history);
        let stored = self.store.get(&keys::customer(self.shard.number, id))?;
        let Some(bytes) = stored else { return Ok(Guest::unknown(id, &history, latest)) };
        let mut guest = Guest::decode(id, &bytes, &history)?;
        for operation in history.since(guest.seen) {
            self.undergo(&mut guest, operation)?;
            guest.seen += 1;
            guest.touched = true;
        }
        Ok(guest)
    }

    /// Puts the customer back for the next command of this step.
    pub(super) fn put_back(&mut self, guest: Guest) {
        self.guests.insert(guest.customer.id().into(), guest);
    }

    /// Lets an operation happen to a customer, at its instant.
    fn undergo(&mut self, guest: &mut Guest, operation: &Operation) -> Result<(), ReadError> {
        let at = operation.at;
        match &operation.what {
            Change::Deploy(deployment) => self.deploy(guest, deployment, at),
            Change::Pause(_) if planted::is(Bug::PauseIgnored) => Ok(()),
            Change::Pause(line) => self.on_line(guest, *line, at, |journey| {
                (Input::Pause { journey }, Cause::Pause { journey })
            }),
            Change::Resume(line) => self.on_line(guest, *line, at, |journey| {
                (Input::Resume { journey }, Cause::Resume { journey })
            }),
            Change::Stop(line) => self.on_line(guest, *line, at, |journey| {
                (Input::Stop { journey }, Cause::Stop { journey })
            }),
        }
    }

    fn on_line(
        &mut self,
        guest: &mut Guest,
        line: Line,
        at: i64,
        input: impl FnOnce(u16) -> (Input<'static>, Cause),
    ) -> Result<(), ReadError> {
        let Some(journey) = guest.deployment.current(line) else { return Ok(()) };
        let (input, cause) = input(journey);
        self.apply(guest, input, cause, at).map(drop)
    }

    /// Brings a customer from one program to the next.
    fn deploy(
        &mut self,
        guest: &mut Guest,
        next: &Arc<Deployment>,
        at: i64,
    ) -> Result<(), ReadError> {
        let from = std::mem::replace(&mut guest.deployment, Arc::clone(next));
        if let Some(rebase) = &next.rebase {
            self.rebase(guest, (&from, next), rebase, at)?;
        }
        for journey in &next.admits {
            self.apply(guest, Input::Admit { journey: *journey }, Cause::Deploy, at)?;
        }
        Ok(())
    }

    /// What happens up to the change is told in the words of the program that was at work before.
    fn rebase(
        &mut self,
        guest: &mut Guest,
        (from, next): (&Arc<Deployment>, &Arc<Deployment>),
        rebase: &Rebase,
        at: i64,
    ) -> Result<(), ReadError> {
        let id = guest.customer.id().to_owned();
        let (mut before, mut after) = (Collected::default(), Collected::default());
        let mut error = None;
        let shard = &mut *self.shard;
        let mut recorder = Recorder {
            store: self.store,
            shard: shard.number,
            deployment: from,
            customer: &id,
            book: &mut shard.book,
            decisions: shard.settings.decisions,
            out: &mut before,
            next: Some((next, &mut after)),
            before: None,
            error: &mut error,
        };
        let (customer, scratch) = (&mut guest.customer, &mut shard.scratch);
        rebase.apply(&from.set, &next.set, customer, at, scratch, &mut recorder);
        if let Some(error) = error {
            return Err(error);
        }
        guest.touched = true;
        self.keep_as(guest, from, (Cause::Time, at, 0), before)?;
        self.keep(guest, Cause::Deploy, at, 1, after)
    }

    /// Applies an input and keeps what it has led to. Returns what a command may want to know.
    pub(super) fn apply(
        &mut self,
        guest: &mut Guest,
        input: Input<'_>,
        cause: Cause,
        now: i64,
    ) -> Result<Summary, ReadError> {
        let mut collected = Collected::default();
        let mut error = None;
        let deployment = Arc::clone(&guest.deployment);
        let id = guest.customer.id().to_owned();
        let shard = &mut *self.shard;
        let mut recorder = Recorder {
            store: self.store,
            shard: shard.number,
            deployment: &deployment,
            customer: &id,
            book: &mut shard.book,
            decisions: shard.settings.decisions,
            out: &mut collected,
            next: None,
            before: None,
            error: &mut error,
        };
        apply(&deployment.set, &mut guest.customer, input, now, &mut shard.scratch, &mut recorder);
        if let Some(error) = error {
            return Err(error);
        }
        guest.touched = true;
        let summary = Summary {
            entered: std::mem::take(&mut collected.entered),
            refused: std::mem::take(&mut collected.refused),
            exited: std::mem::take(&mut collected.exited),
        };
        self.keep(guest, cause, now, 0, collected)?;
        Ok(summary)
    }

    /// Puts what was collected into the batch.
    fn keep(
        &mut self,
        guest: &mut Guest,
        cause: Cause,
        at: i64,
        part: u16,
        collected: Collected,
    ) -> Result<(), ReadError> {
        let deployment = Arc::clone(&guest.deployment);
        self.keep_as(guest, &deployment, (cause, at, part), collected)
    }

    /// The same, with indices of this deployment.
    fn keep_as(
        &mut self,
        guest: &mut Guest,
        deployment: &Deployment,
        (cause, at, part): (Cause, i64, u16),
        collected: Collected,
    ) -> Result<(), ReadError> {
        guest.faults.extend(collected.faults);
        let (shard, id) = (self.shard.number, guest.customer.id());
        for message in collected.messages {
            let number = self.shard.numbers.outbox;
            self.shard.numbers.outbox += 1;
            self.messages.push((MessageId { shard, number }, message));
        }
        for happened in &collected.effects {
            self.experiments.note((self.store, shard), id, deployment, happened)?;
        }
        if !collected.effects.is_empty() {
            let deployment = deployment.number;
            let record = Record { deployment, at, cause, effects: collected.effects };
            let key = keys::timeline(shard, id, guest.customer.sequence(), part);
            self.batch.put(&key, &encode(&record));
        }
        Ok(())
    }

    /// Writes down all that has changed.
    pub(super) fn finish(mut self) -> Result<Finished, ReadError> {
        let shard = self.shard.number;
        let mut earliest = i64::MAX;
        // In order of id, so that the same commands make the same batch.
        for guest in self.guests.values_mut().filter(|guest| guest.touched) {
            guest.write(shard, &mut self.batch);
            earliest = earliest.min(guest.due().unwrap_or(i64::MAX));
        }
        let mut messages = Vec::with_capacity(self.messages.len());
        for (id, message) in &self.messages {
            self.batch.put(&keys::outbox(id.shard, id.number), &encode(message));
            messages.push(*id);
        }
        self.experiments.write(shard, &mut self.batch);
        let (batch, settled) = (self.batch, self.gone.len());
        Ok(Finished { batch, messages, earliest, settled })
    }
}

/// What came of a round.
pub(super) struct Finished {
    pub(super) batch: Batch,
    pub(super) messages: Vec<MessageId>,
    /// When the first of those customers is due who were written.
    pub(super) earliest: i64,
    /// How many messages and troubles are gone.
    pub(super) settled: usize,
}

/// What a command may want to know of an input: journeys, once for each entry, refusal and exit.
#[derive(Debug)]
pub(super) struct Summary {
    pub(super) entered: Vec<u16>,
    pub(super) refused: Vec<(u16, Refusal)>,
    pub(super) exited: Vec<u16>,
}

impl Summary {
    /// What came of an entry by hand. Entries that followed from it into other journeys are not it.
    pub(super) fn entry(&self, journey: u16) -> Reply {
        let entries = count(&self.entered, |it| it == journey);
        match self.refused.iter().find(|(refused, _)| *refused == journey) {
            Some((_, reason)) if entries == 0 => Reply::NotEntered(*reason),
            _ => Reply::Entered(entries),
        }
    }

    /// How many members of a journey have left, whatever their version.
    pub(super) fn exits(&self, deployment: &Deployment, line: Line) -> u32 {
        let of_line = |journey| deployment.version(journey).is_some_and(|it| it.line == line);
        count(&self.exited, of_line)
    }
}

fn count(journeys: &[u16], is_it: impl Fn(u16) -> bool) -> u32 {
    let found = journeys.iter().filter(|journey| is_it(**journey)).count();
    u32::try_from(found).unwrap_or(u32::MAX)
}
