//! What time it is.
//!
//! A server's clock is the machine's, but it never goes back. In the test mode of `--clock events`
//! it is the latest time of an event so far, as in a simulation: then a log that is streamed in
//! gives what `journeyc simulate` gives for it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Which clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClockKind {
    /// The machine's.
    #[default]
    Wall,
    /// That of the events.
    Events,
}

/// See the [module](self).
#[derive(Debug)]
pub struct Clock {
    kind: ClockKind,
    latest: AtomicI64,
}

impl Clock {
    /// A clock that has shown `latest` before.
    pub fn new(kind: ClockKind, latest: i64) -> Clock {
        Clock { kind, latest: AtomicI64::new(latest) }
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
            ClockKind::Events => self.latest.fetch_max(at, Ordering::SeqCst).max(at),
            ClockKind::Wall => self.now(),
        }
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
