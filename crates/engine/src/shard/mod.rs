//! A shard: some of the customers, and the one writer of all that is stored of them.
//!
//! A step takes commands, loads the customers they are about, brings each along to the latest
//! operation, lets [`apply`](journey_vm::apply) say what happens, and appends one batch with all
//! that has changed: records, timers, indexes, messages, counters, timeline. It makes nothing durable:
//! answers may be given and messages sent only once the store says that the step's ticket is.
//!
//! [`Shard::step`] has the order of things, `round.rs` what is kept between the commands of a
//! step, `execute.rs` what each command does, `guest.rs` how a customer is loaded and written.

mod erase;
mod execute;
mod guest;
mod recorder;
mod round;

use std::cell::Cell;
use std::sync::Arc;

use journey_vm::{Customer, Scratch};
use serde::{Deserialize, Serialize};

use crate::command::{Command, Reply, What};
use crate::counters::{Book, Tally};
use crate::deploy::{Deployment, History, Version};
use crate::form::{ReadError, decode, encode};
use crate::keys;
use crate::outbox::MessageId;
use crate::planted::{self, Bug};
use crate::store::{Batch, Store, StoreError, Ticket};
use round::{Finished, Round};

/// What is the same for all shards.
#[derive(Debug, Clone)]
pub struct Settings {
    /// For how long the id of an event is remembered, in milliseconds.
    pub dedupe: i64,
    /// Whether the timeline says what decisions have read.
    pub decisions: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { dedupe: 7 * 86_400_000, decisions: true }
    }
}

/// See the [module](self).
#[derive(Debug)]
pub struct Shard {
    number: u16,
    settings: Settings,
    history: Arc<History>,
    book: Book,
    numbers: Numbers,
    scratch: Scratch,
    /// No timer is due before this. What was deleted there takes long to step over.
    waiting: Cell<i64>,
    /// How much has left the outbox since its beginning was looked for.
    settled: usize,
}

/// After how many deletions the beginning of the outbox is looked for.
const SETTLED: usize = 4_096;

/// The next numbers of what a shard writes in order, and how late it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Numbers {
    outbox: u64,
    /// No message of the outbox has a number below this.
    first: u64,
    trouble: u64,
    rejected: u64,
    erased: u64,
    /// The latest time of its commands.
    clock: Option<i64>,
}

/// What came of a step.
#[derive(Debug, Default)]
pub struct Step {
    /// Once this is durable, the rest may be known; nothing was written if there is none.
    pub ticket: Option<Ticket>,
    /// Answers, by the tags of their commands.
    pub replies: Vec<(u64, Reply)>,
    /// Messages that may be sent, by number; what they say stands in the store.
    pub messages: Vec<MessageId>,
}

/// What came of a [sweep](Shard::sweep).
#[derive(Debug, Default)]
pub struct Swept {
    /// A reply for each customer who was brought along.
    pub step: Step,
    /// The last who was looked at; none at the end.
    pub last: Option<String>,
    /// How many were.
    pub looked_at: usize,
}

/// Why a step came to nothing.
pub type StepError = ReadError;

/// Which shard a customer belongs to. Never changes for a store: the number of shards is fixed when
/// it is made.
pub fn shard_of(customer: &str, shards: u16) -> u16 {
    let hash = blake3::hash(customer.as_bytes());
    let word = hash.as_bytes().first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
    // Below `shards`, so it fits.
    ((u64::from(word) * u64::from(shards)) >> 32) as u16
}

/// A customer as it is stored, and the program it is laid out for. It may not have seen the latest
/// operations yet.
pub fn look_up(
    store: &dyn Store,
    shard: u16,
    id: &str,
    history: &History,
) -> Result<Option<(Customer, Arc<Deployment>)>, ReadError> {
    let Some(bytes) = store.get(&keys::customer(shard, id))? else { return Ok(None) };
    let guest = guest::Guest::decode(id, &bytes, history)?;
    Ok(Some((guest.customer, guest.deployment)))
}

/// How many events a shard has rejected so far: the number of the next.
pub fn rejected_so_far(store: &dyn Store, shard: u16) -> Result<u64, ReadError> {
    let Some(bytes) = store.get(&keys::shard(shard))? else { return Ok(0) };
    Ok(decode::<Numbers>("numbers of a shard", &bytes)?.rejected)
}

/// A number that no message of a shard's outbox is below, near the first that is there.
pub fn first_message(store: &dyn Store, shard: u16) -> Result<u64, ReadError> {
    let Some(bytes) = store.get(&keys::shard(shard))? else { return Ok(0) };
    Ok(decode::<Numbers>("numbers of a shard", &bytes)?.first)
}

impl Shard {
    /// Opens a shard of a store.
    pub fn open(
        store: &dyn Store,
        number: u16,
        history: Arc<History>,
        settings: Settings,
    ) -> Result<Shard, ReadError> {
        let numbers = match store.get(&keys::shard(number))? {
            Some(bytes) => decode("numbers of a shard", &bytes)?,
            None => Numbers::default(),
        };
        let (book, scratch) = (Book::default(), Scratch::new());
        let (waiting, settled) = (Cell::new(i64::MIN), 0);
        Ok(Shard { number, settings, history, book, numbers, scratch, waiting, settled })
    }

    /// Its number.
    pub fn number(&self) -> u16 {
        self.number
    }

    /// The latest time of a command that has changed anything, also before it was opened.
    pub fn clock(&self) -> Option<i64> {
        self.numbers.clock
    }

    /// How many operations it knows of.
    pub fn operations(&self) -> u32 {
        self.history.len()
    }

    /// What it has counted since it was opened, of those versions of which it counted something since this was last
    /// asked. What a step that failed has counted is in it.
    pub fn take_counted(&mut self) -> impl Iterator<Item = (Version, &Tally)> {
        self.book.take_news()
    }

    /// Makes operations known that were decided on since.
    pub fn learn(&mut self, history: Arc<History>) {
        self.history = history;
    }

    /// Does what it is asked to, in order. If there is an error nothing is done, and the shard must be
    /// opened anew.
    pub fn step(
        &mut self,
        store: &dyn Store,
        commands: impl IntoIterator<Item = Command>,
    ) -> Result<Step, StepError> {
        let before = self.numbers;
        let mut step = Step::default();
        let mut clock = before.clock;
        let mut round = Round::new(self, store);
        for command in commands {
            let tag = command.tag;
            clock = clock.max(Some(command.now));
            let reply = round.execute(command)?;
            step.replies.push((tag, reply));
        }
        let Finished { mut batch, messages, earliest, settled } = round.finish()?;
        step.messages = messages;
        self.waiting.set(self.waiting.get().min(earliest));
        self.settled += settled;
        self.find_first(store, before.outbox)?;
        let mut apart = Batch::new();
        for (version, hour, counts) in self.book.take_touched() {
            let key = keys::counter(version.line.0, version.version, hour, self.number);
            let batch = if planted::is(Bug::CountersApart) { &mut apart } else { &mut batch };
            batch.put(&key, &encode(counts));
        }
        self.book.trim();
        if self.numbers != before || !batch.is_empty() {
            self.numbers.clock = clock;
            if !planted::is(Bug::NumbersNotStored) {
                batch.put(&keys::shard(self.number), &encode(&self.numbers));
            }
        }
        if !batch.is_empty() {
            step.ticket = Some(store.append(&batch)?);
        }
        if !apart.is_empty() {
            store.append(&apart)?;
        }
        Ok(step)
    }

    /// Lets happen what is due by `now`, for at most `limit` customers.
    pub fn fire(&mut self, store: &dyn Store, now: i64, limit: usize) -> Result<Step, StepError> {
        let now = if planted::is(Bug::TimersEarly) { now + 600_000 } else { now };
        let (from, to) = (self.waiting.get(), keys::timers_until(self.number, now).end);
        if from > now {
            return Ok(Step::default());
        }
        let timers = store.scan(&keys::timer(self.number, from, ""), &to, limit)?;
        let customers = timers.iter().filter_map(|(key, _)| keys::timer_of(key));
        let commands: Vec<Command> =
            customers.map(|(_, customer)| catch_up(customer, now)).collect();
        self.step(store, commands)
    }

    /// When the next thing happens by itself.
    pub fn next_due(&self, store: &dyn Store) -> Result<Option<i64>, StoreError> {
        let from = keys::timer(self.number, self.waiting.get(), "");
        let first = store.scan(&from, &keys::timers(self.number).end, 1)?;
        let due = first.first().and_then(|(key, _)| keys::timer_of(key)).map(|(due, _)| due);
        self.waiting.set(due.unwrap_or(i64::MAX));
        Ok(due)
    }

    /// Looks for the beginning of the outbox once enough has left it. `next` is the number that was the next
    /// before this step.
    fn find_first(&mut self, store: &dyn Store, next: u64) -> Result<(), StoreError> {
        if self.settled < SETTLED {
            return Ok(());
        }
        self.settled = 0;
        let range = keys::outbox_from(self.number, self.numbers.first);
        let found = store.scan(&range.start, &range.end, 1)?;
        let found = found.first().and_then(|(key, _)| keys::numbered_of(key));
        self.numbers.first = found.map_or(next, |(_, number)| number);
        Ok(())
    }

    /// Brings customers along to the latest operation: those after `after`, of whom at most `limit` are
    /// looked at. Who has seen all operations is left alone.
    pub fn sweep(
        &mut self,
        store: &dyn Store,
        after: Option<&str>,
        limit: usize,
        now: i64,
    ) -> Result<Swept, StepError> {
        let range = match after {
            None => keys::customers(self.number),
            Some(after) => keys::customers_after(self.number, after),
        };
        let records = store.scan(&range.start, &range.end, limit)?;
        let operations = self.operations();
        let mut behind = Vec::new();
        for (key, bytes) in &records {
            let Some(id) = keys::customer_of(key) else { continue };
            if guest::operations_seen(bytes)? < operations {
                behind.push(catch_up(id, now));
            }
        }
        let looked_at = records.len();
        let last = records.last().filter(|_| looked_at == limit);
        let last = last.and_then(|(key, _)| keys::customer_of(key)).map(str::to_owned);
        Ok(Swept { step: self.step(store, behind)?, last, looked_at })
    }

    /// Forgets ids of events that were seen before the dedupe window began: those after a key, at most
    /// `limit` of them. Returns the last key it has looked at, none at the end.
    pub fn forget_seen(
        &mut self,
        store: &dyn Store,
        after: Option<&[u8]>,
        limit: usize,
        now: i64,
    ) -> Result<Option<Vec<u8>>, StepError> {
        let all = keys::all_seen(self.number);
        let start = after.map_or(all.start, |after| [after, &[0]].concat());
        let seen = store.scan(&start, &all.end, limit)?;
        let mut batch = Batch::new();
        for (key, value) in &seen {
            let at: i64 = decode("event id", value)?;
            if at <= now.saturating_sub(self.settings.dedupe) {
                batch.delete(key);
            }
        }
        if !batch.is_empty() {
            store.append(&batch)?;
        }
        Ok(seen.last().filter(|_| seen.len() == limit).map(|(key, _)| key.clone()))
    }
}

/// A command that nobody waits for.
fn catch_up(customer: &str, now: i64) -> Command {
    Command { tag: u64::MAX, customer: customer.into(), now, what: What::CatchUp }
}
