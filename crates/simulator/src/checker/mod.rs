//! Checks a store against the engine's promises, from what it holds and what was seen from outside.
//!
//! It needs no simulation: the store may be one that a killed server left behind. What was seen from outside is
//! in [`Facts`].

mod indexes;
mod messages;
mod pauses;
mod recount;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use journey_engine::deploy::{Deployment, History, Version};
use journey_engine::form::decode;
use journey_engine::keys;
use journey_engine::shard::{look_up, shard_of};
use journey_engine::store::{Pair, Store};
use journey_engine::timeline::Record;
use journey_vm::{Customer, Key};
use serde::de::DeserializeOwned;

use crate::violation::{Promise, Violation, promise};

/// What a message is about: one visit of a tile by a member.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// The customer.
    pub customer: String,
    /// The journey's name.
    pub journey: String,
    /// The membership.
    pub membership: u32,
    /// The tile's id.
    pub tile: String,
    /// The visit, from 1.
    pub visit: u32,
}

/// What was seen of the engine from outside.
#[derive(Debug, Default)]
pub struct Facts {
    /// How many shards the store has.
    pub shards: u16,
    /// How late it is.
    pub now: i64,
    /// For how long ids of events are remembered.
    pub dedupe: i64,
    /// Events that were acknowledged, by customer and id, and when.
    pub events: BTreeMap<(String, String), i64>,
    /// Customers of whom something was acknowledged.
    pub known: BTreeSet<String>,
    /// What receivers got, by key.
    pub received: Vec<(Key, Origin)>,
    /// Messages that somebody asked to give up.
    pub dropped: Vec<(Key, Origin)>,
    /// Customers that somebody asked to erase, ever.
    pub erased: BTreeSet<String>,
    /// Those of them who are gone, and did not come back.
    pub gone: BTreeSet<String>,
    /// The timelines of customers who were erased, as far as they are known: counters keep what was theirs.
    /// If they are not known, counters may be ahead of the timelines.
    pub forgotten: Option<Vec<(String, Vec<Record>)>>,
}

/// A customer that was read.
struct Found {
    customer: Customer,
    deployment: Arc<Deployment>,
    timeline: Vec<Record>,
}

/// Everything that was read, by customer.
struct People<'c> {
    store: &'c dyn Store,
    history: &'c History,
    facts: &'c Facts,
    all: BTreeMap<String, Found>,
}

/// Checks a store.
///
/// # Errors
///
/// The first promise that is broken.
pub fn check(store: &dyn Store, history: &History, facts: &Facts) -> Result<(), Violation> {
    let people = People::read(store, history, facts)?;
    people.check_acknowledged()?;
    people.check_erased()?;
    people.check_clocks()?;
    people.check_indexes()?;
    people.check_members()?;
    people.check_counters()?;
    people.check_messages()?;
    people.check_pauses()
}

impl<'c> People<'c> {
    fn read(
        store: &'c dyn Store,
        history: &'c History,
        facts: &'c Facts,
    ) -> Result<People<'c>, Violation> {
        let mut people = BTreeMap::new();
        for shard in 0..facts.shards {
            for (key, _) in all(store, keys::customers(shard))? {
                let Some(id) = keys::customer_of(&key) else { continue };
                let found = look_up(store, shard, id, history);
                let found = found
                    .map_err(|error| Violation::new(Promise::Indexes, format!("{id}: {error}")))?;
                let Some((customer, deployment)) = found else { continue };
                promise(shard_of(id, facts.shards) == shard, Promise::Indexes, || {
                    format!("{id} stands in shard {shard}")
                })?;
                let stored = all(store, keys::timelines(shard, id))?;
                let records = stored.iter().map(|(_, bytes)| decoded("timeline", bytes));
                let timeline = records.collect::<Result<_, _>>()?;
                people.insert(id.to_owned(), Found { customer, deployment, timeline });
            }
        }
        Ok(People { store, history, facts, all: people })
    }

    fn check_acknowledged(&self) -> Result<(), Violation> {
        for ((customer, id), at) in &self.facts.events {
            let mut hasher = blake3::Hasher::new();
            hasher.update(customer.as_bytes()).update(&[0]).update(id.as_bytes());
            let mut hash = [0; 16];
            hasher.finalize_xof().fill(&mut hash);
            let key = keys::seen(shard_of(customer, self.facts.shards), hash);
            let seen = self.store.get(&key).map_err(Violation::simulation)?;
            let is_due = *at > self.facts.now - self.facts.dedupe;
            promise(!is_due || seen.is_some(), Promise::Acknowledged, || {
                format!("event {id} of {customer} was acknowledged and is not known")
            })?;
        }
        for customer in &self.facts.known {
            let is_there = self.all.contains_key(customer) || self.facts.erased.contains(customer);
            promise(is_there, Promise::Acknowledged, || {
                format!("something was acknowledged of {customer}, who is not known")
            })?;
        }
        Ok(())
    }

    fn check_erased(&self) -> Result<(), Violation> {
        if self.facts.gone.is_empty() {
            return Ok(());
        }
        let everything =
            self.store.scan(&[], &[0xff; 2], usize::MAX).map_err(Violation::simulation)?;
        for customer in &self.facts.gone {
            let holds = |bytes: &[u8]| {
                bytes.windows(customer.len()).any(|part| part == customer.as_bytes())
            };
            let left = everything.iter().find(|(key, value)| holds(key) || holds(value));
            promise(left.is_none(), Promise::Erased, || {
                let key = left.map(|(key, _)| String::from_utf8_lossy(key).into_owned());
                format!("{customer} was erased and is in {key:?}")
            })?;
        }
        Ok(())
    }

    /// Nothing happened in the future, and time went on.
    fn check_clocks(&self) -> Result<(), Violation> {
        for (id, found) in &self.all {
            let mut latest = i64::MIN;
            for record in &found.timeline {
                for happened in &record.effects {
                    promise(happened.at <= self.facts.now, Promise::Early, || {
                        let early = happened.at - self.facts.now;
                        format!("{early} ms before its time: {happened:?} of {id}")
                    })?;
                    promise(happened.at >= latest, Promise::Replay, || {
                        format!(
                            "time goes back by {} ms: {happened:?} of {id}",
                            latest - happened.at
                        )
                    })?;
                    latest = happened.at;
                }
            }
        }
        Ok(())
    }

    /// The members of each version: how many there are, and how many of them cannot go on.
    fn check_members(&self) -> Result<(), Violation> {
        let mut found: BTreeMap<Version, (u64, u64)> = BTreeMap::new();
        for Found { customer, deployment, .. } in self.all.values() {
            for instance in customer.instances() {
                let Some(version) = deployment.version(instance.journey) else { continue };
                let (inside, faulted) = found.entry(version).or_default();
                *inside += 1;
                *faulted += u64::from(matches!(instance.status, journey_vm::Status::Faulted(_)));
            }
        }
        let mut counted: BTreeMap<Version, (u64, u64)> = BTreeMap::new();
        for (version, counts) in self.counted_totals()? {
            let faulted = counts.faulted.saturating_sub(counts.unfaulted);
            counted.insert(version, (counts.inside(), faulted));
        }
        counted.retain(|_, counts| *counts != (0, 0));
        promise(counted == found, Promise::Members, || {
            format!("by the counters {counted:?}, by the records {found:?}")
        })
    }
}

/// All pairs of a range.
pub(crate) fn all(store: &dyn Store, range: Range<Vec<u8>>) -> Result<Vec<Pair>, Violation> {
    store.scan(&range.start, &range.end, usize::MAX).map_err(Violation::simulation)
}

/// A value of the store.
pub(crate) fn decoded<T: DeserializeOwned>(
    what: &'static str,
    bytes: &[u8],
) -> Result<T, Violation> {
    decode(what, bytes).map_err(|error| Violation::new(Promise::Indexes, error.to_string()))
}
