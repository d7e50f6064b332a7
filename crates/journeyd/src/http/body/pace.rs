//! How slow a body may be.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use crate::config::Size;

/// Times a body: it may stand still for a while, and over all must come at some rate, so that
/// neither silence nor a byte now and then holds a connection. Only time spent waiting for it
/// counts: a reader who is slow is not its fault.
#[derive(Debug)]
pub(crate) struct Pace {
    idle: Duration,
    rate: u64,
    received: u64,
    waited: Duration,
    waiting: Option<Instant>,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl Pace {
    /// A body that may stand still for `idle` and must then come at `rate` bytes a second.
    pub(crate) fn new(idle: Duration, rate: Size) -> Pace {
        Pace {
            idle,
            rate: rate.0.max(1),
            received: 0,
            waited: Duration::ZERO,
            waiting: None,
            alarm: None,
        }
    }

    /// Something came.
    pub(crate) fn progress(&mut self, bytes: usize) {
        self.received = self.received.saturating_add(bytes as u64);
        if let Some(since) = self.waiting.take() {
            self.waited += since.elapsed();
        }
    }

    /// It is waited for again, after something else.
    pub(crate) fn begin_again(&mut self) {
        self.waiting = None;
    }

    /// Nothing came: ready when that has been so for too long.
    pub(crate) fn poll_late(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let since = *self.waiting.get_or_insert_with(Instant::now);
        let earned = Duration::from_secs(self.received / self.rate);
        let left = (self.idle + earned).saturating_sub(self.waited).min(self.idle);
        let late = since + left;
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(late)));
        if alarm.deadline() != late {
            alarm.as_mut().reset(late);
        }
        alarm.as_mut().poll(cx)
    }
}
