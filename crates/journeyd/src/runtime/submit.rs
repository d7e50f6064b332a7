//! Handing commands to the shards.

use std::sync::PoisonError;
use std::sync::mpsc::TrySendError;

use journey_engine::command::{Command, Reply, What};
use journey_engine::shard::shard_of;
use tokio::sync::oneshot;

use super::Runtime;
use super::clock::ClockKind;
use super::committer::Answers;
use super::worker::{Batch, Work};

/// Why nothing was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Busy {
    /// The queues are full: it can be tried again in a moment.
    #[error("the server has more to do than it can take; try again in a moment")]
    Full,
    /// The server is about to stop.
    #[error("the server is stopping")]
    Stopping,
}

/// A command without a time: it gets that of the moment in which it is put into a queue.
#[derive(Debug, Clone)]
pub struct Submission {
    /// Whom it is about.
    pub customer: Box<str>,
    /// What is to be done.
    pub what: What,
}

impl Submission {
    /// A command.
    pub fn new(customer: &str, what: What) -> Submission {
        Submission { customer: customer.into(), what }
    }
}

impl Runtime {
    /// Does several things, and says in the same order what came of each once all of it is
    /// durable. Those of one customer happen in order. Nothing is done if the queues are full.
    pub async fn submit(&self, submissions: Vec<Submission>) -> Result<Vec<Reply>, Busy> {
        let count = submissions.len();
        let waiting = self.enqueue(submissions)?;
        let mut replies = vec![None; count];
        for receiver in waiting {
            // A shard that gives no answer has stopped.
            for (tag, reply) in receiver.await.map_err(|_| Busy::Stopping)? {
                if let Some(place) = usize::try_from(tag).ok().and_then(|tag| replies.get_mut(tag))
                {
                    *place = Some(reply);
                }
            }
        }
        replies.into_iter().collect::<Option<Vec<Reply>>>().ok_or(Busy::Stopping)
    }

    /// Does one thing.
    pub async fn execute(&self, customer: &str, what: What) -> Result<Reply, Busy> {
        let replies = self.submit(vec![Submission::new(customer, what)]).await?;
        replies.into_iter().next().ok_or(Busy::Stopping)
    }

    fn enqueue(
        &self,
        submissions: Vec<Submission>,
    ) -> Result<Vec<oneshot::Receiver<Answers>>, Busy> {
        if self.is_stopping() {
            return Err(Busy::Stopping);
        }
        let shards = self.shards();
        let mut batches: Vec<Vec<Command>> = vec![Vec::new(); usize::from(shards)];
        let mut times = self.order.lock().unwrap_or_else(PoisonError::into_inner);
        for (tag, Submission { customer, what }) in (0..).zip(submissions) {
            let shard = shard_of(&customer, shards);
            let now = self.time_of(&what, times.get_mut(usize::from(shard)));
            if let Some(batch) = batches.get_mut(usize::from(shard)) {
                batch.push(Command { tag, customer, now, what });
            }
        }
        let waiting = self.send(batches)?;
        if self.clock.kind() == ClockKind::Events {
            let now = self.clock.now();
            // A shard learns the time by its queue, so that no timer goes before an event that was
            // there first.
            for (shard, time) in self.shards.iter().zip(&mut *times) {
                *time = now;
                let _ = shard.send(Work::Clock(now));
            }
        }
        Ok(waiting)
    }

    /// What the clock shows when a command is put into the queue of a shard.
    fn time_of(&self, what: &What, shard: Option<&mut i64>) -> i64 {
        match (self.clock.kind(), shard) {
            (ClockKind::Events, Some(latest)) => {
                if let What::Event { at, .. } = what {
                    *latest = (*latest).max(*at);
                    self.clock.at_event(*at);
                }
                *latest
            }
            _ => self.clock.now(),
        }
    }

    /// Puts a batch into the queue of each shard, or none at all.
    fn send(&self, batches: Vec<Vec<Command>>) -> Result<Vec<oneshot::Receiver<Answers>>, Busy> {
        let mut waiting = Vec::new();
        let mut sent = false;
        for (shard, commands) in self.shards.iter().zip(batches) {
            if commands.is_empty() {
                continue;
            }
            let (reply, receiver) = oneshot::channel();
            let work = Work::Batch(Batch { commands, reply: Some(reply) });
            match shard.try_send(work) {
                Ok(()) => {}
                // Half of it is on its way: the other half waits for its place.
                Err(TrySendError::Full(work)) if sent => {
                    shard.send(work).map_err(|_| Busy::Stopping)?;
                }
                Err(TrySendError::Full(_)) => return Err(Busy::Full),
                Err(TrySendError::Disconnected(_)) => return Err(Busy::Stopping),
            }
            sent = true;
            waiting.push(receiver);
        }
        Ok(waiting)
    }
}
