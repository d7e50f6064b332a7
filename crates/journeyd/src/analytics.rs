//! What the counters say: rows added up.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use journey_engine::counters::{Counts, HOUR};
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
    each(store, version.line, |row, _, counts| {
        if row == version {
            sum.add(&counts);
        }
    })?;
    Ok(sum)
}

/// The counts of all versions of a journey since they began.
pub fn by_version(store: &dyn Store, line: Line) -> Result<BTreeMap<u32, Counts>, ReadError> {
    let mut sums: BTreeMap<u32, Counts> = BTreeMap::new();
    each(store, line, |row, _, counts| sums.entry(row.version).or_default().add(&counts))?;
    Ok(sums)
}

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

/// What happened in each version of a journey between two instants: in whole hours, from the one that
/// `from` is in to the last that begins before `to`. Buckets are of so many hours.
pub fn spans(
    store: &dyn Store,
    line: Line,
    (from, to): (i64, i64),
    bucket: Option<i64>,
) -> Result<BTreeMap<u32, Span>, ReadError> {
    let (first, end) = (from.div_euclid(HOUR), to.div_euclid(HOUR) + i64::from(to % HOUR != 0));
    let mut spans: BTreeMap<u32, Span> = BTreeMap::new();
    each(store, line, |row, hour, counts| {
        if hour >= end {
            return;
        }
        let span = spans.entry(row.version).or_default();
        span.until.add(&counts);
        if hour < first {
            return;
        }
        span.within.add(&counts);
        if let Some(hours) = bucket {
            let at = hour.div_euclid(hours) * hours * HOUR;
            span.buckets.entry(at).or_default().add(&counts);
        }
    })?;
    scan(store, keys::all_arms(line.0), |key, bytes| {
        let Some((_, version, hour, _)) = keys::counter_of(key) else { return Ok(()) };
        if (first..end).contains(&hour) {
            let span = spans.entry(version).or_default();
            for (arm, counts) in decode::<Arms>("arms", bytes)? {
                span.arms.entry(arm).or_default().add(&counts);
            }
        }
        Ok(())
    })?;
    Ok(spans)
}

/// The program in which a version stood last, and its number there.
pub fn declared(history: &History, version: Version) -> Option<(&Arc<Deployment>, u16)> {
    let latest = history.deployment()?.number;
    (1..=latest).rev().find_map(|number| {
        let deployment = history.numbered(number)?;
        Some((deployment, deployment.find(version)?))
    })
}

/// Shows all rows of a journey.
fn each(
    store: &dyn Store,
    line: Line,
    mut see: impl FnMut(Version, i64, Counts),
) -> Result<(), ReadError> {
    scan(store, keys::counters(line.0), |key, bytes| {
        if let Some((_, version, hour, _)) = keys::counter_of(key) {
            see(Version { line, version }, hour, decode("counters", bytes)?);
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
