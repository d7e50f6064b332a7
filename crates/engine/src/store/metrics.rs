//! What a store counts.

use std::sync::atomic::{AtomicU64, Ordering};

/// What an open store has done since it was opened, and how it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Metrics {
    /// Batches that were appended.
    pub appends: u64,
    /// Bytes that were written to the log.
    pub log_bytes: u64,
    /// How often the log was synced.
    pub syncs: u64,
    /// How many segments the log has.
    pub segments: u64,
    /// Bytes of memory that changes take which the base does not have yet.
    pub overlay_bytes: u64,
    /// How many keys these changes concern, counted once for each layer.
    pub overlay_keys: u64,
    /// How many layers wait to be written to the base.
    pub frozen_layers: u64,
    /// How many layers were written to the base.
    pub flushes: u64,
    /// Bytes of keys and values that were written to the base.
    pub flushed_bytes: u64,
    /// How often the base merged some of its files.
    pub merges: u64,
    /// How often an append had to wait for the base.
    pub waits: u64,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) appends: AtomicU64,
    pub(super) log_bytes: AtomicU64,
    pub(super) syncs: AtomicU64,
    pub(super) segments: AtomicU64,
    pub(super) flushes: AtomicU64,
    pub(super) flushed_bytes: AtomicU64,
    pub(super) merges: AtomicU64,
    pub(super) waits: AtomicU64,
}

impl Counters {
    pub(super) fn wrote(&self, bytes: usize) {
        self.log_bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(super) fn synced(&self) {
        self.syncs.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn one(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// All but what the overlay knows.
    pub(super) fn metrics(&self) -> Metrics {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Metrics {
            appends: of(&self.appends),
            log_bytes: of(&self.log_bytes),
            syncs: of(&self.syncs),
            segments: of(&self.segments),
            flushes: of(&self.flushes),
            flushed_bytes: of(&self.flushed_bytes),
            merges: of(&self.merges),
            waits: of(&self.waits),
            ..Metrics::default()
        }
    }
}
