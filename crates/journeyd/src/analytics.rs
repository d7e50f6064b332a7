//! What the counters say: rows added up.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use journey_engine::counters::{Counts, HOUR, Tally};
use journey_engine::deploy::{Deployment, History, Line, Version};
use journey_engine::experiments::Arms;
use journey_engine::form::{ReadError, decode};
use journey_engine::keys;
use journey_engine::store::Store;

/// How many rows are read in one go.
const CHUNK: usize = 1_000;

/// The counts of a version since it began.
pub fn totals(store: &dyn Store, version: Version) -> Result<Counts, ReadError> {
    let mut sum = Counts::default();
    of_version(store, version, ALWAYS, |_, counts| sum.add(&counts))?;
    Ok(sum)
}

/// The counts of all versions of a journey since they began, with the latest hour of each, by all their rows.
pub fn tallies(store: &dyn Store, line: Line) -> Result<BTreeMap<u32, Tally>, ReadError> {
    let mut sums: BTreeMap<u32, Tally> = BTreeMap::new();
    scan(store, keys::counters(line.0), |key, bytes| {
        if let Some((_, version, hour, _)) = keys::counter_of(key) {
            sums.entry(version).or_default().add(&decode("counters", bytes)?, hour);
        }
        Ok(())
    })?;
    Ok(sums)
}

/// All hours.
const ALWAYS: Range<i64> = i64::MIN..i64::MAX;

/// What happened in a version in a range of time.
#[derive(Debug, Default)]
pub struct Span {
    /// In the range.
    pub within: Counts,
    /// From the beginning to the end of the range: who is inside follows from it.
    pub until: Counts,
    /// In the range, in buckets, by the beginning of each in milliseconds since 1970.
    pub buckets: BTreeMap<i64, Counts>,
    /// What became of those who took an arm of a split in the range.
    pub arms: Arms,
}

/// What happened in versions of a journey between two instants: in whole hours, from the one that
/// `from` is in to the last that begins before `to`. Buckets are of so many hours.
///
/// What it costs goes by the hours between the two. Only where something happened behind them are
/// those before looked at, too: who was inside at their end follows from all of these.
pub fn spans(
    store: &dyn Store,
    line: Line,
    tallies: BTreeMap<u32, Tally>,
    (from, to): (i64, i64),
    bucket: Option<i64>,
) -> Result<BTreeMap<u32, Span>, ReadError> {
    let (first, end) = (from.div_euclid(HOUR), to.div_euclid(HOUR) + i64::from(to % HOUR != 0));
    let mut spans = BTreeMap::new();
    for (number, Tally { counts, latest }) in tallies {
        let version = Version { line, version: number };
        let mut span = Span::default();
        let is_last = latest < end;
        if is_last {
            span.until = counts;
        }
        if is_last && from == i64::MIN && bucket.is_none() {
            span.within.clone_from(&span.until);
        } else {
            let hours = if is_last { first } else { ALWAYS.start }..end;
            of_version(store, version, hours, |hour, counts| {
                if !is_last {
                    span.until.add(&counts);
                }
                if hour >= first {
                    span.add(hour, &counts, bucket);
                }
            })?;
        }
        scan(store, keys::arms_between(line.0, number, first..end), |_, bytes| {
            for (arm, counts) in decode::<Arms>("arms", bytes)? {
                span.arms.entry(arm).or_default().add(&counts);
            }
            Ok(())
        })?;
        spans.insert(number, span);
    }
    Ok(spans)
}

impl Span {
    /// Adds what happened in an hour of the range.
    fn add(&mut self, hour: i64, counts: &Counts, bucket: Option<i64>) {
        self.within.add(counts);
        if let Some(hours) = bucket {
            let at = hour.div_euclid(hours) * hours * HOUR;
            self.buckets.entry(at).or_default().add(counts);
        }
    }
}

/// The program in which a version stood last, and its number there.
pub fn declared(history: &History, version: Version) -> Option<(&Arc<Deployment>, u16)> {
    let latest = history.deployment()?.number;
    (1..=latest).rev().find_map(|number| {
        let deployment = history.numbered(number)?;
        Some((deployment, deployment.find(version)?))
    })
}

/// Shows the rows of a version in a range of hours.
fn of_version(
    store: &dyn Store,
    Version { line, version }: Version,
    hours: Range<i64>,
    mut see: impl FnMut(i64, Counts),
) -> Result<(), ReadError> {
    scan(store, keys::counters_between(line.0, version, hours), |key, bytes| {
        if let Some((_, _, hour, _)) = keys::counter_of(key) {
            see(hour, decode("counters", bytes)?);
        }
        Ok(())
    })
}

/// Shows all that is in a range, a chunk at a time.
fn scan(
    store: &dyn Store,
    range: Range<keys::Key>,
    mut see: impl FnMut(&[u8], &[u8]) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let mut from = range.start;
    loop {
        let rows = store.scan(&from, &range.end, CHUNK)?;
        rows.iter().try_for_each(|(key, bytes)| see(key, bytes))?;
        match rows.last() {
            Some((last, _)) if rows.len() == CHUNK => from = [&last[..], &[0]].concat(),
            _ => return Ok(()),
        }
    }
}

#[cfg(test)]
#[path = "analytics_tests.rs"]
mod tests;
