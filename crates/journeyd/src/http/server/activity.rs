//! What a connection is doing, and until when it may.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;

use crate::sync::lock;

/// What a connection is doing. The stream tells what is read, the service which requests run.
#[derive(Debug, Clone)]
pub(super) struct Activity(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    head_time: Duration,
    idle_time: Duration,
    running: usize,
    http2: bool,
    phase: Phase,
}

/// What is waited for when no request runs.
#[derive(Debug, Clone, Copy)]
enum Phase {
    /// The rest of the head of a request, which began then.
    Head(Instant),
    /// A request, since then.
    Idle(Instant),
}

/// Why a connection is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Overdue {
    Head,
    Idle,
}

/// A request that runs, until its answer is sent.
#[derive(Debug)]
pub(super) struct Running(Activity);

impl Activity {
    /// A connection that was just accepted: its first request is due.
    pub(super) fn new(head_time: Duration, idle_time: Duration) -> Activity {
        Activity(Arc::new(Mutex::new(State {
            head_time,
            idle_time,
            running: 0,
            http2: false,
            phase: Phase::Head(Instant::now()),
        })))
    }

    /// Something was read. Where no request runs, a head has begun; but HTTP/2 also has frames
    /// that belong to none.
    pub(super) fn read(&self) {
        let mut state = lock(&self.0);
        if state.running == 0 && !state.http2 && matches!(state.phase, Phase::Idle(_)) {
            state.phase = Phase::Head(Instant::now());
        }
    }

    /// The head of a request is complete.
    pub(super) fn begin(&self, http2: bool) -> Running {
        let mut state = lock(&self.0);
        state.running += 1;
        state.http2 = http2;
        Running(self.clone())
    }

    /// When it may have to be closed; nothing while a request runs.
    pub(super) fn deadline(&self) -> Option<(Instant, Overdue)> {
        let state = lock(&self.0);
        match state.phase {
            _ if state.running > 0 => None,
            Phase::Head(since) => Some((since + state.head_time, Overdue::Head)),
            Phase::Idle(since) => Some((since + state.idle_time, Overdue::Idle)),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut state = lock(&self.0.0);
        state.running -= 1;
        state.phase = Phase::Idle(Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::{Instant, advance};

    use super::{Activity, Overdue};

    #[tokio::test(start_paused = true)]
    async fn a_head_is_due_soon_and_a_connection_may_lie_idle_for_longer() {
        let (head, idle) = (Duration::from_secs(8), Duration::from_secs(75));
        let activity = Activity::new(head, idle);
        let begun = Instant::now();
        advance(Duration::from_secs(1)).await;
        activity.read();
        assert_eq!(activity.deadline(), Some((begun + head, Overdue::Head)), "bytes buy no time");

        let request = activity.begin(false);
        assert_eq!(activity.deadline(), None);
        advance(Duration::from_secs(100)).await;
        drop(request);
        assert_eq!(activity.deadline(), Some((Instant::now() + idle, Overdue::Idle)));

        advance(Duration::from_secs(5)).await;
        activity.read();
        assert_eq!(activity.deadline(), Some((Instant::now() + head, Overdue::Head)));
    }

    #[tokio::test(start_paused = true)]
    async fn frames_of_http2_that_are_no_request_buy_no_time() {
        let activity = Activity::new(Duration::from_secs(8), Duration::from_secs(75));
        drop(activity.begin(true));
        let idle = activity.deadline();
        advance(Duration::from_secs(5)).await;
        activity.read();
        assert_eq!(activity.deadline(), idle);
    }
}
