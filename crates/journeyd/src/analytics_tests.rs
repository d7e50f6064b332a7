use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use journey_engine::counters::{Counts, HOUR, Tally};
use journey_engine::deploy::{Line, Version};
use journey_engine::experiments::{ArmCounts, Arms};
use journey_engine::form::encode;
use journey_engine::keys;
use journey_engine::store::{Batch, MemoryStore, Pair, Store, StoreError, Ticket};

use super::{Span, spans, tallies, totals};

const SHOP: Line = Line(1);
const SHARDS: u16 = 2;
/// Hours in which something happened: ten weeks.
const HOURS: i64 = 1_680;

/// A store that counts what is read of it.
struct Counting(MemoryStore, AtomicUsize);

impl Store for Counting {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.get(key)
    }

    fn scan(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Pair>, StoreError> {
        let pairs = self.0.scan(from, to, limit)?;
        self.1.fetch_add(pairs.len(), Ordering::Relaxed);
        Ok(pairs)
    }

    fn append(&self, batch: &Batch) -> Result<Ticket, StoreError> {
        self.0.append(batch)
    }

    fn sync(&self) -> Result<Ticket, StoreError> {
        self.0.sync()
    }
}

/// Three versions of a journey, each with rows in every hour, between those of two others.
fn store() -> Counting {
    let store = MemoryStore::new();
    let mut batch = Batch::new();
    for line in [0, SHOP.0, 2] {
        for version in 1..=3 {
            for hour in 0..HOURS {
                for shard in 0..SHARDS {
                    let entered = u64::from(version) + u64::from(shard) + hour as u64 % 7;
                    let counts = Counts { entered, removed: entered / 2, ..Counts::default() };
                    batch.put(&keys::counter(line, version, hour, shard), &encode(&counts));
                    let arm = ArmCounts { members: entered, ..ArmCounts::default() };
                    let arms: Arms = [((0, 0), arm)].into();
                    batch.put(&keys::arms(line, version, hour, shard), &encode(&arms));
                }
            }
        }
    }
    store.append(&batch).unwrap();
    Counting(store, AtomicUsize::new(0))
}

fn entered(version: u32, hours: impl Iterator<Item = i64>) -> u64 {
    let of_hour = |hour| 2 * (u64::from(version) + hour as u64 % 7) + 1;
    hours.map(of_hour).sum()
}

/// Asks for versions between two hours; gives what it took to read that, too.
fn ask(
    store: &Counting,
    versions: &[u32],
    (from, to): (Option<i64>, Option<i64>),
    bucket: Option<i64>,
) -> (BTreeMap<u32, Span>, usize) {
    let mut counted: BTreeMap<u32, Tally> = tallies(store, SHOP).unwrap();
    counted.retain(|version, _| versions.contains(version));
    store.1.store(0, Ordering::Relaxed);
    let at = |hour: Option<i64>, open| hour.map_or(open, |hour| hour * HOUR);
    let range = (at(from, i64::MIN), at(to, i64::MAX));
    let spans = spans(store, SHOP, counted, range, bucket).unwrap();
    (spans, store.1.load(Ordering::Relaxed))
}

#[test]
fn what_a_day_costs_does_not_go_by_how_old_the_journey_is() {
    let store = store();
    let rows = |hours: i64| 2 * usize::from(SHARDS) * hours as usize;
    for to in [None, Some(HOURS), Some(HOURS + 100)] {
        let (spans, read) = ask(&store, &[2], (Some(HOURS - 24), to), Some(1));
        assert_eq!(read, rows(24), "{to:?}");
        let span = &spans[&2];
        assert_eq!(span.within.entered, entered(2, HOURS - 24..HOURS));
        assert_eq!(span.until.entered, entered(2, 0..HOURS), "who is inside is known all the same");
        assert_eq!((span.buckets.len(), spans.len()), (24, 1));
        assert_eq!(span.arms[&(0, 0)].members, span.within.entered);
    }
    let (spans, read) = ask(&store, &[1, 3], (None, None), None);
    assert_eq!(read, rows(HOURS), "only what became of arms, of two versions");
    assert_eq!(spans[&3].within, spans[&3].until);
    assert_eq!(spans[&3].within.entered, entered(3, 0..HOURS));
}

#[test]
fn a_range_that_ended_long_ago_has_those_who_were_inside_then() {
    let store = store();
    let (spans, read) = ask(&store, &[2], (Some(50), Some(60)), Some(24));
    let span = &spans[&2];
    assert_eq!(span.within.entered, entered(2, 50..60));
    assert_eq!(span.until.entered, entered(2, 0..60));
    assert_eq!(span.buckets.keys().copied().collect::<Vec<_>>(), [48 * HOUR]);
    assert_eq!(read, usize::from(SHARDS) * (60 + 10), "nothing behind it is looked at");
    let (spans, _) = ask(&store, &[2], (Some(HOURS + 1), None), None);
    assert_eq!((spans[&2].within.entered, spans[&2].until.entered), (0, entered(2, 0..HOURS)));
}

#[test]
fn totals_are_of_their_version_alone() {
    let store = store();
    let version = Version { line: SHOP, version: 3 };
    assert_eq!(totals(&store, version).unwrap().entered, entered(3, 0..HOURS));
    assert_eq!(store.1.load(Ordering::Relaxed), usize::from(SHARDS) * HOURS as usize);
    let tally = &tallies(&store, SHOP).unwrap()[&1];
    assert_eq!((tally.counts.entered, tally.latest), (entered(1, 0..HOURS), HOURS - 1));
}
