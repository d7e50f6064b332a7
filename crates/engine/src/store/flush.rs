//! From the overlay to the base.

use std::sync::atomic::Ordering;

use super::base::Held;
use super::embedded::Inner;
use super::guard::lock;
use super::metrics::Counters;
use super::{EmbeddedStore, StoreError};
use crate::planted::{self, Bug};

impl EmbeddedStore {
    /// Writes everything that was appended so far to the base, and removes the log up to there.
    ///
    /// # Errors
    ///
    /// If the store has failed.
    pub fn flush(&self) -> Result<(), StoreError> {
        self.inner.flush()
    }

    /// Writes one frozen layer to the base, and says whether there was one.
    ///
    /// # Errors
    ///
    /// If the store has failed.
    pub fn flush_step(&self) -> Result<bool, StoreError> {
        self.inner.flush_next(u64::MAX)
    }

    /// Lets the base merge some of its files, and says whether there was anything to do.
    ///
    /// # Errors
    ///
    /// If the store has failed.
    pub fn merge_step(&self) -> Result<bool, StoreError> {
        self.inner.merge_step()
    }

    /// Rewrites the base, so that what was deleted or replaced before this call leaves no byte in the files of the
    /// store: after a customer is erased, for instance. It takes as long as copying the store. Where a
    /// [`backup`](Self::backup) is running it keeps old files until it ends.
    ///
    /// # Errors
    ///
    /// If the store has failed.
    pub fn compact(&self) -> Result<(), StoreError> {
        let inner = &self.inner;
        inner.flush()?;
        // What a crash left behind that came between writing the base and removing the log.
        if let Some(held) = inner.base.held()? {
            inner.log.drop_through(held.through)?;
        }
        let compacted = inner.health.noted(inner.base.compact());
        inner.signal.changed();
        compacted
    }
}

impl Inner {
    pub(super) fn flush(&self) -> Result<(), StoreError> {
        self.health.check()?;
        let last = {
            let mut pending = self.log.pending();
            self.freeze(&mut pending);
            self.overlay.last_frozen()
        };
        while self.flush_next(last)? {}
        Ok(())
    }

    /// Writes the oldest frozen layer to the base, unless it is newer than the given one.
    pub(super) fn flush_next(&self, newest: u64) -> Result<bool, StoreError> {
        let _flushing = lock(&self.flushing);
        self.health.check()?;
        let Some(layer) = self.overlay.begin_flush(newest) else { return Ok(false) };
        while self.base.behind() && self.merge_step()? {}
        // What is in the base is in the log on disk, always.
        if !planted::is(Bug::BaseAheadOfLog) {
            self.log.roll()?;
        }
        let held = Held { store: self.home.store, through: layer.last };
        if planted::is(Bug::LogRemovedEarly) {
            self.log.drop_through(held.through)?;
        }
        let bytes = self.health.noted(self.base.write(&mut layer.changes(), held))?;
        drop(layer);
        self.overlay.end_flush();
        self.log.drop_through(held.through)?;
        Counters::one(&self.counters.flushes);
        self.counters.flushed_bytes.fetch_add(bytes, Ordering::Relaxed);
        self.signal.flushed();
        Ok(true)
    }

    pub(super) fn merge_step(&self) -> Result<bool, StoreError> {
        self.health.check()?;
        let done = self.health.noted(self.base.merge_step())?;
        if done {
            Counters::one(&self.counters.merges);
        }
        Ok(done)
    }
}
