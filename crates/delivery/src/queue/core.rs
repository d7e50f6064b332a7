//! What a queue remembers, and what it decides: which job may leave when. Pure but for the instants it
//! is handed.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use journey_bytecode::Limit;
use tokio::time::Instant;

use super::breaker::{Breaker, Change, Health, Pass, Ready, State};
use super::limit::Window;
use crate::job::{Job, Outcome};
use crate::settings::QueueSettings;

/// Jobs with one limit. Those with another one do not wait behind them.
struct Lane {
    window: Option<Window>,
    waiting: VecDeque<Box<Job>>,
}

impl Lane {
    fn limit(&self) -> Option<Limit> {
        self.window.as_ref().map(Window::limit)
    }

    fn free_at(&mut self, now: Instant) -> Option<Instant> {
        self.window.as_mut().and_then(|window| window.free_at(now))
    }

    /// Whether it can be forgotten.
    fn is_idle(&mut self, now: Instant) -> bool {
        self.waiting.is_empty() && self.window.as_mut().is_none_or(|window| window.is_fresh(now))
    }
}

/// See the module.
pub(crate) struct Core {
    settings: QueueSettings,
    lanes: Vec<Lane>,
    /// The lane whose turn it is.
    turn: usize,
    waiting: usize,
    running: usize,
    breaker: Breaker,
    /// The receiver asked to be left alone until then.
    rest_until: Option<Instant>,
    /// A job was refused since there was room the last time.
    crowded: bool,
    closed: bool,
    counts: Counts,
    /// When something happened last.
    used: Instant,
    /// How many jobs wait in all queues.
    all: Arc<AtomicUsize>,
    most: usize,
}

/// How many jobs a queue takes when as many as may wait together do.
const FEW: usize = 16;

#[derive(Default)]
struct Counts {
    delivered: u64,
    again: u64,
    failed: u64,
    last: Option<LastFailure>,
}

/// What is to be done now.
pub(crate) enum Next {
    /// This attempt begins. If `room`, jobs were refused before and there is room for them now.
    Start { job: Box<Job>, pass: Pass, room: bool },
    /// Nothing before this instant, unless something changes.
    At(Instant),
    /// Nothing until something changes.
    Wait,
    /// Nothing any more.
    Closed,
}

/// An attempt that is over.
pub(crate) struct Ended<'a> {
    pub(crate) pass: Pass,
    pub(crate) health: Health,
    /// How long the receiver asks to be left alone.
    pub(crate) rest: Option<Duration>,
    /// None if it was not made.
    pub(crate) outcome: Option<&'a Outcome>,
}

/// Why a job is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// As many as are allowed wait already. [`Report::room`](crate::Report::room) tells when there is room.
    #[error("the queue is full")]
    Full,
    /// Delivery was stopped.
    #[error("delivery has been stopped")]
    Stopped,
}

/// How a queue stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueStatus {
    /// Its name.
    pub queue: String,
    /// Jobs that wait.
    pub waiting: usize,
    /// Attempts under way.
    pub running: usize,
    /// Whether its receiver is called.
    pub circuit: Circuit,
    /// Attempts that arrived, since the queue was opened.
    pub delivered: u64,
    /// Attempts that will be made again, since then.
    pub again: u64,
    /// Attempts that failed for good, since then.
    pub failed: u64,
    /// The latest attempt that did not arrive.
    pub last_failure: Option<LastFailure>,
}

/// Why an attempt did not arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastFailure {
    /// The status or code, if there was an answer.
    pub status: Option<u16>,
    /// What was wrong, in one line.
    pub reason: String,
}

/// Whether a receiver is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Circuit {
    /// It is.
    Closed,
    /// It failed too often and is left alone for a while; jobs wait.
    Open,
    /// One attempt tries whether it is well again.
    Probing,
    /// It answered 410: it is left alone until an operator enables the queue; jobs wait.
    Disabled,
}

impl Core {
    /// An empty one. `all` counts the jobs that wait in all queues, of which there are `most`.
    pub(crate) fn new(settings: &QueueSettings, all: Arc<AtomicUsize>, most: usize) -> Core {
        Core {
            all,
            most,
            used: Instant::now(),
            breaker: Breaker::new(settings.breaker),
            settings: settings.clone(),
            lanes: Vec::new(),
            turn: 0,
            waiting: 0,
            running: 0,
            rest_until: None,
            crowded: false,
            closed: false,
            counts: Counts::default(),
        }
    }

    pub(crate) fn push(&mut self, job: Box<Job>) -> Result<(), (Box<Job>, Refusal)> {
        if self.closed {
            return Err((job, Refusal::Stopped));
        }
        let is_much = self.all.load(Ordering::Relaxed) >= self.most;
        let most = if is_much { self.settings.waiting.min(FEW) } else { self.settings.waiting };
        if self.waiting >= most.max(1) {
            self.crowded = true;
            return Err((job, Refusal::Full));
        }
        let limit = job.delivery().limit;
        self.waiting += 1;
        self.all.fetch_add(1, Ordering::Relaxed);
        self.used = Instant::now();
        if let Some(lane) = self.lanes.iter_mut().find(|lane| lane.limit() == limit) {
            lane.waiting.push_back(job);
            return Ok(());
        }
        let now = Instant::now();
        self.lanes.retain_mut(|lane| !lane.is_idle(now));
        self.lanes.push(Lane { window: limit.map(Window::new), waiting: VecDeque::from([job]) });
        Ok(())
    }

    /// What is to be done at an instant.
    pub(crate) fn next(&mut self, now: Instant) -> Next {
        if self.closed {
            return Next::Closed;
        }
        if self.waiting == 0 || self.running >= self.settings.at_once.max(1) {
            return Next::Wait;
        }
        match self.breaker.ready(now) {
            Ready::Now => {}
            Ready::At(at) => return Next::At(at),
            Ready::Later => return Next::Wait,
        }
        if let Some(until) = self.rest_until.filter(|until| *until > now) {
            return Next::At(until);
        }
        match self.take(now) {
            Ok(job) => {
                self.waiting -= 1;
                self.all.fetch_sub(1, Ordering::Relaxed);
                self.running += 1;
                let room = self.crowded && self.waiting <= self.settings.waiting / 2;
                self.crowded &= !room;
                Next::Start { job, pass: self.breaker.begin(), room }
            }
            Err(Some(at)) => Next::At(at),
            Err(None) => Next::Wait,
        }
    }

    /// The first job of the lanes whose limit allows one, in turn; or when one will.
    fn take(&mut self, now: Instant) -> Result<Box<Job>, Option<Instant>> {
        let mut soonest: Option<Instant> = None;
        let count = self.lanes.len();
        for index in (self.turn..count).chain(0..self.turn.min(count)) {
            let Some(lane) = self.lanes.get_mut(index) else { continue };
            if lane.waiting.is_empty() {
                continue;
            }
            if let Some(at) = lane.free_at(now) {
                soonest = Some(soonest.map_or(at, |soonest| soonest.min(at)));
                continue;
            }
            let Some(job) = lane.waiting.pop_front() else { continue };
            if let Some(window) = &mut lane.window {
                window.take(now);
            }
            self.turn = index + 1;
            return Ok(job);
        }
        Err(soonest)
    }

    /// An attempt is over.
    pub(crate) fn ended(&mut self, ended: &Ended<'_>, now: Instant) -> Option<Change> {
        self.running = self.running.saturating_sub(1);
        self.used = now;
        if let Some(rest) = ended.rest {
            let until = now + rest;
            self.rest_until = Some(self.rest_until.map_or(until, |before| before.max(until)));
        }
        if let Some(outcome) = ended.outcome {
            self.counts.add(outcome);
        }
        self.breaker.end(ended.pass, ended.health, now)
    }

    pub(crate) fn enable(&mut self) {
        self.breaker.enable();
        self.rest_until = None;
    }

    /// The receiver is gone, by what it said before.
    pub(crate) fn disable(&mut self) {
        self.breaker.disable();
    }

    /// Whether it can be forgotten: nothing waits, nothing runs, and another one in its place would do the same. Failures
    /// are remembered for as long as the breaker would leave the receiver alone at most.
    pub(crate) fn is_idle(&mut self, now: Instant) -> bool {
        let remembered = self.used + self.settings.breaker.longest;
        self.waiting == 0
            && self.running == 0
            && self.rest_until.is_none_or(|until| until <= now)
            && (self.breaker.is_blank() || remembered <= now)
            && self.lanes.iter_mut().all(|lane| lane.is_idle(now))
    }

    pub(crate) fn close(&mut self) {
        self.closed = true;
        self.lanes.clear();
        self.all.fetch_sub(self.waiting, Ordering::Relaxed);
        self.waiting = 0;
    }

    pub(crate) fn status(&self, name: &str) -> QueueStatus {
        QueueStatus {
            queue: name.to_owned(),
            waiting: self.waiting,
            running: self.running,
            circuit: match self.breaker.state() {
                State::Closed { .. } => Circuit::Closed,
                State::Open { .. } => Circuit::Open,
                State::Probing { .. } => Circuit::Probing,
                State::Disabled => Circuit::Disabled,
            },
            delivered: self.counts.delivered,
            again: self.counts.again,
            failed: self.counts.failed,
            last_failure: self.counts.last.clone(),
        }
    }
}

impl Counts {
    fn add(&mut self, outcome: &Outcome) {
        let (count, failure) = match outcome {
            Outcome::Delivered { .. } => (&mut self.delivered, None),
            Outcome::Again { status, reason, .. } => (&mut self.again, Some((status, reason))),
            Outcome::Failed { status, reason } => (&mut self.failed, Some((status, reason))),
        };
        *count += 1;
        if let Some((status, reason)) = failure {
            self.last = Some(LastFailure { status: *status, reason: reason.clone() });
        }
    }
}
