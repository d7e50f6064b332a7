//! Nothing moves by itself while something is done to all customers.
//!
//! An operation has its instant before it is durable, and shards learn of it after that. A timer that fired
//! in between would have happened after a pause, say, and yet without it. So while an operation is being made
//! no timer goes past its beginning, and afterwards a shard lets none fire before it has learned.

use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use super::Clock;

/// See the [module](self).
#[derive(Debug)]
pub(super) struct Gate {
    /// Up to when timers may fire.
    until: AtomicI64,
    /// How many operations there are.
    operations: AtomicU32,
}

impl Gate {
    /// An open one, after so many operations.
    pub(super) fn new(operations: u32) -> Gate {
        Gate { until: AtomicI64::new(i64::MAX), operations: AtomicU32::new(operations) }
    }

    /// Closes it. Gives the instant of the operation, which no timer has gone past.
    pub(super) fn close(&self, clock: &Clock) -> i64 {
        self.until.store(clock.now(), Ordering::SeqCst);
        // Whoever found it open has read the clock before this.
        clock.now()
    }

    /// Opens it for those who know of so many operations.
    pub(super) fn open(&self, operations: u32) {
        self.operations.store(operations, Ordering::SeqCst);
        self.until.store(i64::MAX, Ordering::SeqCst);
    }

    /// Up to when a shard that knows of so many operations may go now; nowhere if there are others. `now` is
    /// what the clock showed before.
    pub(super) fn pass(&self, now: i64, known: u32) -> Option<i64> {
        let until = self.until.load(Ordering::SeqCst);
        let behind = self.operations.load(Ordering::SeqCst) > known;
        (!behind).then(|| now.min(until))
    }
}

#[cfg(test)]
mod tests {
    use super::Gate;
    use crate::runtime::{Clock, ClockKind};

    #[test]
    fn no_timer_goes_past_an_operation_that_is_being_made_or_not_learned_of() {
        let clock = Clock::new(ClockKind::Events, 100);
        let gate = Gate::new(1);
        assert_eq!(gate.pass(100, 1), Some(100));
        let at = gate.close(&clock);
        assert_eq!(at, 100);
        assert_eq!(gate.pass(150, 1), Some(100));
        gate.open(2);
        assert_eq!(gate.pass(150, 1), None);
        assert_eq!(gate.pass(150, 2), Some(150));
    }
}
