//! What time it is.
//!
//! A server's clock is the machine's, but it never goes back. In the test mode of `--clock events`
//! it is the latest time of an event so far, as in a simulation: then a log that is streamed in
//! gives what `journeyc simulate` gives for it. Each shard goes by the latest event that came to
//! its own queue, and remembers that with what the event has changed: so a log whose last part is sent
//! again after a crash finds each shard at the time at which it left it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::sync::Notify;

/// What the clock of events shows before the first one: the year 1, which every calendar knows.
pub const BEGINNING: i64 = -62_135_596_800_000;

/// Which clock.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    clap::ValueEnum,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum ClockKind {
    /// The machine's.
    #[default]
    Wall,
    /// That of the events.
    Events,
}

impl ClockKind {
    /// Its name in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            ClockKind::Wall => "wall",
            ClockKind::Events => "events",
        }
    }
}

/// By how much the machine's clock may be behind before that is worth a word, in milliseconds.
const TOLERANCE: i64 = 10_000;

/// See the [module](self).
#[derive(Debug)]
pub struct Clock {
    kind: ClockKind,
    latest: AtomicI64,
    moved: Notify,
}

impl Clock {
    /// A clock that has shown `latest` before.
    pub fn new(kind: ClockKind, latest: i64) -> Clock {
        Clock { kind, latest: AtomicI64::new(latest), moved: Notify::new() }
    }

    /// Which clock it is.
    pub fn kind(&self) -> ClockKind {
        self.kind
    }

    /// What it shows, in milliseconds since 1970.
    pub fn now(&self) -> i64 {
        match self.kind {
            ClockKind::Events => self.latest.load(Ordering::SeqCst),
            ClockKind::Wall => {
                let now = wall();
                self.latest.fetch_max(now, Ordering::SeqCst).max(now)
            }
        }
    }

    /// Goes on after a process that has seen this time.
    pub(super) fn resume(&self, seen: Option<i64>) {
        let Some(seen) = seen else { return };
        match self.kind {
            ClockKind::Events => {
                self.latest.fetch_max(seen, Ordering::SeqCst);
            }
            // A clock that was ahead and was put right is not followed: that would be for good.
            ClockKind::Wall if seen > wall() + TOLERANCE => {
                let ahead = (seen - wall()) / 1_000;
                tracing::warn!(ahead, "the clock is behind what is stored, by so many seconds");
            }
            ClockKind::Wall => {}
        }
    }

    /// The time that an event gets which says none: now, or none by the clock of events.
    pub fn received(&self) -> Option<i64> {
        match self.kind {
            ClockKind::Wall => Some(self.now()),
            ClockKind::Events => None,
        }
    }

    /// What it shows when an event of this time has come.
    pub fn at_event(&self, at: i64) -> i64 {
        match self.kind {
            ClockKind::Events => {
                let before = self.latest.fetch_max(at, Ordering::SeqCst);
                if before < at {
                    self.moved.notify_one();
                }
                before.max(at)
            }
            ClockKind::Wall => self.now(),
        }
    }

    /// Comes back once an event has moved the clock on: who waits for an instant sleeps by the machine's
    /// clock, and would miss it. One may wait; by the clock of the machine it waits for ever.
    pub async fn moved(&self) {
        self.moved.notified().await;
    }
}

fn wall() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_clock_goes_back() {
        let events = Clock::new(ClockKind::Events, 5);
        assert_eq!((events.at_event(9), events.at_event(7), events.now()), (9, 9, 9));
        let ahead = wall() + 1_000_000;
        assert_eq!(Clock::new(ClockKind::Wall, ahead).now(), ahead);
    }
}
