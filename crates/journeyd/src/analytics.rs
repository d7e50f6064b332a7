//! What the counters say: rows added up.

use std::collections::BTreeMap;

use journey_engine::counters::{Counts, HOUR};
use journey_engine::deploy::{Line, Version};
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

/// The counts of a version in buckets of so many hours, by the beginning of each in milliseconds since
/// 1970; only what lies between two instants.
pub fn buckets(
    store: &dyn Store,
    version: Version,
    (from, to): (i64, i64),
    hours: i64,
) -> Result<BTreeMap<i64, Counts>, ReadError> {
    let mut sums: BTreeMap<i64, Counts> = BTreeMap::new();
    each(store, version.line, |row, hour, counts| {
        let at = hour.saturating_mul(HOUR);
        if row == version && (from..to).contains(&at) {
            let bucket = hour.div_euclid(hours) * hours * HOUR;
            sums.entry(bucket).or_default().add(&counts);
        }
    })?;
    Ok(sums)
}

/// Shows all rows of a journey.
fn each(
    store: &dyn Store,
    line: Line,
    mut see: impl FnMut(Version, i64, Counts),
) -> Result<(), ReadError> {
    let all = keys::counters(line.0);
    let mut from = all.start;
    loop {
        let rows = store.scan(&from, &all.end, CHUNK)?;
        for (key, bytes) in &rows {
            if let Some((_, version, hour, _)) = keys::counter_of(key) {
                see(Version { line, version }, hour, decode("counters", bytes)?);
            }
        }
        match rows.last() {
            Some((last, _)) if rows.len() == CHUNK => from = [&last[..], &[0]].concat(),
            _ => return Ok(()),
        }
    }
}
