//! How threads of a store wait for each other.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex};

use super::guard::{lock, wait};

/// Something changed that others may wait for.
#[derive(Debug, Default)]
pub(super) struct Signal {
    /// Whether the store is being closed.
    stopped: AtomicBool,
    /// How often something was written to the base.
    flushes: AtomicU64,
    /// Whether there are threads that flush and merge.
    threads: AtomicBool,
    turn: Mutex<()>,
    changed: Condvar,
}

impl Signal {
    /// Wakes all who wait, to look again.
    pub(super) fn changed(&self) {
        // Who is about to wait has either not looked yet, or waits already.
        drop(lock(&self.turn));
        self.changed.notify_all();
    }

    pub(super) fn flushed(&self) {
        self.flushes.fetch_add(1, Ordering::Release);
        self.changed();
    }

    pub(super) fn flushes(&self) -> u64 {
        self.flushes.load(Ordering::Acquire)
    }

    /// Waits until `done` or the end of the store.
    pub(super) fn wait_until(&self, done: impl Fn() -> bool) {
        let mut turn = lock(&self.turn);
        while !done() && !self.stopped() {
            turn = wait(&self.changed, turn);
        }
    }

    pub(super) fn stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.changed();
    }

    pub(super) fn threads(&self) -> bool {
        self.threads.load(Ordering::Acquire)
    }

    pub(super) fn with_threads(&self) {
        self.threads.store(true, Ordering::Release);
    }
}
