//! The thread of a shard.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use journey_engine::command::Command;
use journey_engine::deploy::History;
use journey_engine::shard::{Shard, Step, StepError, Swept};
use journey_engine::store::Store;
use tokio::sync::oneshot;

use super::Measures;
use super::clock::{Clock, ClockKind};
use super::committer::{Answers, Commit, fail};
use super::gate::Gate;
use super::sweeps::Sweeps;
use super::tallies::Tallies;

/// How many commands one step takes at most, a large submission aside.
const STEP: usize = 1_000;
/// How many customers one step looks at for their timers, or to bring them along.
const CHUNK: usize = 500;
/// How long a worker sleeps at most.
const NAP: Duration = Duration::from_millis(500);
/// How many ids of events are looked at in one go when the old ones are forgotten.
const FORGET: usize = 1_000;

/// What comes to a worker.
pub(super) enum Work {
    /// Commands.
    Batch(Batch),
    /// Something was done to all customers.
    Learn(Arc<History>),
    /// So late is it, by the clock of the events.
    Clock(i64),
    /// The end.
    Stop,
}

/// Commands that were submitted together.
pub(super) struct Batch {
    pub(super) commands: Vec<Command>,
    pub(super) reply: Option<oneshot::Sender<Answers>>,
}

/// See the [module](self).
pub(super) struct Worker {
    pub(super) shard: Shard,
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Arc<Clock>,
    pub(super) gate: Arc<Gate>,
    pub(super) work: Receiver<Work>,
    pub(super) commits: SyncSender<Commit>,
    pub(super) release_rate: u32,
    pub(super) measures: Arc<Measures>,
    pub(super) tallies: Arc<Tallies>,
    pub(super) sweeps: Arc<Sweeps>,
}

/// What a worker is in the middle of.
struct Day {
    /// The latest time that came by the queue.
    told: i64,
    /// When the next timer is due; unknown after a step.
    due: Option<Option<i64>>,
    /// Customers are being brought along: those after this one are still to be looked at.
    sweep: Option<Option<String>>,
    swept_until: Instant,
    /// Old ids of events are being forgotten, those after this key.
    forget: Option<Vec<u8>>,
    forget_next: Instant,
}

impl Worker {
    /// Works until it is told to stop. A store that fails ends the process.
    pub(super) fn run(mut self) {
        let mut day = Day {
            told: self.shard.clock().unwrap_or(i64::MIN),
            due: None,
            // Who was left behind by the last process is brought along by this one.
            sweep: Some(None),
            swept_until: Instant::now(),
            forget: None,
            forget_next: Instant::now() + Duration::from_secs(60),
        };
        loop {
            match self.turn(&mut day) {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => fail(&error),
            }
        }
    }

    /// One turn: what has come, then what is due, then who is to be brought along.
    fn turn(&mut self, day: &mut Day) -> Result<bool, StepError> {
        let patience = self.patience(day)?;
        let first = match self.work.recv_timeout(patience) {
            Ok(work) => Some(work),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => return Ok(false),
        };
        let mut batches = Vec::new();
        let mut count = 0;
        let mut next = first;
        let mut goes_on = true;
        while let Some(work) = next {
            match work {
                Work::Batch(batch) => {
                    count += batch.commands.len();
                    batches.push(batch);
                }
                Work::Learn(history) => {
                    // What came before it happens before it.
                    self.step(std::mem::take(&mut batches), day)?;
                    self.shard.learn(history);
                    day.sweep = Some(None);
                    self.sweeps.begin(self.shard.number());
                }
                Work::Clock(now) => day.told = day.told.max(now),
                Work::Stop => {
                    goes_on = false;
                    break;
                }
            }
            next = if count < STEP { self.work.try_recv().ok() } else { None };
        }
        self.step(batches, day)?;
        if goes_on {
            self.fire(day)?;
            self.sweep(day)?;
            self.forget(day)?;
        }
        Ok(goes_on)
    }

    /// What time timers go by. By the clock of events, it is the latest that came by the queue.
    /// None while there is an operation that the shard has not learned of: it is on its way.
    fn now(&self, day: &Day) -> Option<i64> {
        match self.clock.kind() {
            ClockKind::Wall => self.gate.pass(self.clock.now(), self.shard.operations()),
            ClockKind::Events => Some(day.told),
        }
    }

    /// How long there is nothing to do.
    fn patience(&mut self, day: &mut Day) -> Result<Duration, StepError> {
        if day.due.is_none() {
            day.due = Some(self.shard.next_due(&*self.store)?);
        }
        let mut patience = NAP;
        if let (Some(Some(due)), Some(now)) = (day.due, self.now(day)) {
            let left = due.saturating_sub(now).max(0).cast_unsigned();
            patience = patience.min(Duration::from_millis(left));
        }
        if day.sweep.is_some() {
            patience = patience.min(day.swept_until.saturating_duration_since(Instant::now()));
        }
        Ok(patience)
    }

    fn step(&mut self, batches: Vec<Batch>, day: &mut Day) -> Result<(), StepError> {
        if batches.is_empty() {
            return Ok(());
        }
        let mut commands = Vec::new();
        let mut replies = Vec::new();
        for batch in batches {
            replies.push((batch.reply, batch.commands.len()));
            commands.extend(batch.commands);
        }
        let step = self.shard.step(&*self.store, commands)?;
        day.due = None;
        self.commit(step, replies);
        Ok(())
    }

    /// Lets happen what is due, a chunk at a time, so that what comes meanwhile is not kept waiting.
    fn fire(&mut self, day: &mut Day) -> Result<(), StepError> {
        let Some(now) = self.now(day) else { return Ok(()) };
        let due = match day.due {
            Some(due) => due,
            None => self.shard.next_due(&*self.store)?,
        };
        day.due = Some(due);
        if let Some(due) = due.filter(|due| *due <= now) {
            let step = self.shard.fire(&*self.store, now, CHUNK)?;
            let fired = step.replies.len() as u64;
            if self.clock.kind() == ClockKind::Wall {
                self.measures.timer_lag.observe((now - due) as f64 / 1_000.0);
            }
            self.measures.fired.inc_by(fired);
            day.due = None;
            self.commit(step, Vec::new());
        }
        Ok(())
    }

    /// Brings the next customers along to the latest operation, no faster than they may go on.
    fn sweep(&mut self, day: &mut Day) -> Result<(), StepError> {
        let Some(after) = &day.sweep else { return Ok(()) };
        if Instant::now() < day.swept_until {
            return Ok(());
        }
        let Some(now) = self.now(day) else { return Ok(()) };
        let Swept { step, last, looked_at } =
            self.shard.sweep(&*self.store, after.as_deref(), CHUNK, now)?;
        let share = Duration::from_secs(1) * step.replies.len() as u32 / self.release_rate.max(1);
        day.swept_until = Instant::now() + share;
        day.due = None;
        let is_over = last.is_none();
        day.sweep = last.map(Some);
        self.commit(step, Vec::new());
        let shard = self.shard.number();
        self.sweeps.looked_at(shard, looked_at);
        if is_over {
            self.sweeps.end(shard, self.shard.operations());
        }
        Ok(())
    }

    /// Forgets ids of events that are too old to be asked for, a few at a time, once an hour.
    fn forget(&mut self, day: &mut Day) -> Result<(), StepError> {
        if Instant::now() < day.forget_next {
            return Ok(());
        }
        let Some(now) = self.now(day) else { return Ok(()) };
        let after = day.forget.take();
        day.forget = self.shard.forget_seen(&*self.store, after.as_deref(), FORGET, now)?;
        let pause = if day.forget.is_some() { 1 } else { 3_600 };
        day.forget_next = Instant::now() + Duration::from_secs(pause);
        Ok(())
    }

    fn commit(&mut self, step: Step, waiting: Vec<(Option<oneshot::Sender<Answers>>, usize)>) {
        let Step { ticket, replies, messages } = step;
        self.tallies.publish(self.shard.number(), self.shard.take_counted());
        self.measures.steps.inc_by(replies.len() as u64);
        let mut replies = replies.into_iter();
        let answers = waiting
            .into_iter()
            .map(|(reply, count)| (reply, replies.by_ref().take(count).collect::<Vec<_>>()));
        let answers = answers.collect();
        // The committer ends after its last worker.
        let _ = self.commits.send(Commit { ticket, answers, messages });
    }
}
