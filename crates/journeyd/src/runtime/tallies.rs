//! What was counted in each version, all hours together, without reading a row.
//!
//! The rows of the store are added up once, at the start. Afterwards each shard says what it has counted before
//! anybody learns what it did, so that whoever has an answer finds it in here.

use std::collections::BTreeMap;
use std::sync::Mutex;

use journey_engine::counters::{Counts, Tally};
use journey_engine::deploy::{Line, Version};

use crate::sync::lock;

/// See the [module](self).
#[derive(Debug, Default)]
pub(super) struct Tallies {
    /// What was there at the start.
    before: BTreeMap<Version, Tally>,
    /// What each shard has counted since.
    since: Vec<Mutex<BTreeMap<Version, Tally>>>,
}

impl Tallies {
    pub(super) fn new(before: BTreeMap<Version, Tally>, shards: u16) -> Tallies {
        Tallies { before, since: (0..shards).map(|_| Mutex::default()).collect() }
    }

    /// Takes over what a shard has counted.
    pub(super) fn publish<'t>(&self, shard: u16, news: impl Iterator<Item = (Version, &'t Tally)>) {
        let mut news = news.peekable();
        if let Some(since) = self.since.get(usize::from(shard))
            && news.peek().is_some()
        {
            let mut since = lock(since);
            news.for_each(|(version, tally)| drop(since.insert(version, tally.clone())));
        }
    }

    /// The versions of a journey in which something was ever counted.
    pub(super) fn of(&self, line: Line) -> BTreeMap<u32, Tally> {
        let all = Version { line, version: 0 }..=Version { line, version: u32::MAX };
        let before = self.before.range(all.clone());
        let mut sums: BTreeMap<u32, Tally> =
            before.map(|(version, tally)| (version.version, tally.clone())).collect();
        for since in &self.since {
            for (version, Tally { counts, latest }) in lock(since).range(all.clone()) {
                sums.entry(version.version).or_default().add(counts, *latest);
            }
        }
        sums
    }

    /// How many members each version had at the start.
    pub(super) fn members_before(&self) -> impl Iterator<Item = (Version, u64)> {
        self.before.iter().map(|(version, tally)| (*version, tally.counts.inside()))
    }

    /// What all shards have counted since the start.
    pub(super) fn since(&self) -> BTreeMap<Version, Counts> {
        let mut sums: BTreeMap<Version, Counts> = BTreeMap::new();
        for since in &self.since {
            for (version, tally) in &*lock(since) {
                sums.entry(*version).or_default().add(&tally.counts);
            }
        }
        sums
    }
}
