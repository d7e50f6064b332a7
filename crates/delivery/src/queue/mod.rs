//! A queue: what waits for one receiver, and the task that sends it off.
//!
//! Each queue is a bulkhead: its waiting jobs, its attempts under way, its limits and its breaker are its
//! own, so that a receiver that hangs delays nobody but itself.

mod breaker;
mod core;
mod limit;
mod pump;

pub use breaker::BreakerSettings;
pub(crate) use breaker::{Change, Health, Pass};
pub use core::{Circuit, LastFailure, QueueStatus, Refusal};
pub(crate) use core::{Core, Ended, Next};
pub(crate) use pump::pump;

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::job::Job;

/// A queue.
pub(crate) struct Queue {
    pub(crate) name: String,
    core: Mutex<Core>,
    /// Told when there is something new to look at.
    changed: Notify,
}

impl Queue {
    /// An empty queue.
    pub(crate) fn new(name: &str, core: Core) -> Queue {
        Queue { name: name.to_owned(), core: Mutex::new(core), changed: Notify::new() }
    }

    /// Puts a job at the end.
    pub(crate) fn push(&self, job: Box<Job>) -> Result<(), (Box<Job>, Refusal)> {
        self.core().push(job)?;
        self.changed.notify_one();
        Ok(())
    }

    /// Closes the breaker by hand.
    pub(crate) fn enable(&self) {
        self.core().enable();
        self.changed.notify_one();
    }

    /// Lets no further attempt begin, and forgets what waits.
    pub(crate) fn close(&self) {
        self.core().close();
        self.changed.notify_one();
    }

    /// Closes it if it can be forgotten; says whether it is closed.
    pub(crate) fn close_if_idle(&self, now: Instant) -> bool {
        let mut core = self.core();
        let is_idle = core.is_idle(now);
        if is_idle {
            core.close();
            self.changed.notify_one();
        }
        is_idle
    }

    pub(crate) fn status(&self) -> QueueStatus {
        self.core().status(&self.name)
    }

    /// What the queue remembers. Never held across an await.
    fn core(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
