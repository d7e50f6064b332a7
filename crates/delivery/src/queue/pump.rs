//! The task of a queue: it lets attempts begin when they may, and reports how they end.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::select;
use tokio::task::{Id, JoinError, JoinSet, consume_budget};
use tokio::time::{Instant, sleep_until};

use super::{Change, Ended, Health, Next, Pass, Queue};
use crate::attempt::Attempts;
use crate::http::{Arrival, Setback};
use crate::job::{Job, Outcome};
use crate::problem::Problem;
use crate::verdict::{Verdict, verdict};

type Made = Result<Arrival, Setback>;

/// Attempts under way, by task.
type Running = HashMap<Id, (Arc<Job>, Pass)>;

/// Runs until the queue is closed and its last attempt is over.
pub(crate) async fn pump(queue: Arc<Queue>, attempts: Arc<Attempts>) {
    let mut tasks: JoinSet<Made> = JoinSet::new();
    let mut running = Running::new();
    loop {
        let next = queue.core().next(Instant::now());
        let wake = match next {
            Next::Start { job, pass, room } => {
                if room {
                    attempts.report().room(&queue.name);
                }
                begin(&queue, &attempts, *job, pass, &mut tasks, &mut running);
                // Many that are over at once must not keep others from their turn.
                consume_budget().await;
                continue;
            }
            Next::Closed if tasks.is_empty() => return,
            Next::At(at) => Some(at),
            Next::Wait | Next::Closed => None,
        };
        select! {
            Some(ended) = tasks.join_next_with_id() => {
                let (id, made) = result(ended);
                if let Some((job, pass)) = running.remove(&id) {
                    end(&queue, &attempts, &job, pass, made);
                }
            }
            () = queue.changed.notified() => {}
            () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => {}
        }
    }
}

/// Begins an attempt, if it is still wanted.
fn begin(
    queue: &Queue,
    attempts: &Arc<Attempts>,
    job: Job,
    pass: Pass,
    tasks: &mut JoinSet<Made>,
    running: &mut Running,
) {
    if !attempts.report().wanted(job.id, job.attempt) {
        let ended = Ended { pass, health: Health::Unclear, rest: None, outcome: None };
        settle(queue, attempts, &ended);
        return;
    }
    // A line is written at once: it is not worth a task.
    if let Some(made) = attempts.line(&job) {
        return end(queue, attempts, &job, pass, made);
    }
    let (job, attempts) = (Arc::new(job), Arc::clone(attempts));
    let made = Arc::clone(&job);
    let task = tasks.spawn(async move { attempts.make(&made).await });
    running.insert(task.id(), (job, pass));
}

/// What came of a task. One that broke off did so by an error of this program.
fn result(ended: Result<(Id, Made), JoinError>) -> (Id, Made) {
    match ended {
        Ok(ended) => ended,
        Err(error) => {
            tracing::error!("an attempt to deliver broke off");
            (error.id(), Err(Problem::Internal.into()))
        }
    }
}

/// Judges an attempt that is over, and reports it.
fn end(queue: &Queue, attempts: &Attempts, job: &Job, pass: Pass, made: Made) {
    let Verdict { outcome, health, rest } = verdict(job, made, attempts.rules());
    let ended = Ended { pass, health, rest, outcome: Some(&outcome) };
    settle(queue, attempts, &ended);
    trace(queue, job, &outcome);
    attempts.report().report(job.id, job.attempt, outcome);
}

/// Notes that an attempt is over, and what that changes before anybody else changes something: an operator who
/// has the receiver called again does so after that was told, or before.
fn settle(queue: &Queue, attempts: &Attempts, ended: &Ended<'_>) {
    let mut core = queue.core();
    let changed = core.ended(ended, Instant::now());
    change(queue, attempts, changed);
}

fn trace(queue: &Queue, job: &Job, outcome: &Outcome) {
    let (queue, message, attempt) = (&queue.name, job.id, job.attempt);
    match outcome {
        Outcome::Delivered { .. } => tracing::debug!(%queue, %message, attempt, "delivered"),
        Outcome::Again { reason, after, .. } => {
            let after = after.as_secs_f64();
            tracing::info!(%queue, %message, attempt, reason, after, "to be tried again");
        }
        Outcome::Failed { reason, .. } => {
            tracing::warn!(%queue, %message, attempt, reason, "failed");
        }
    }
}

fn change(queue: &Queue, attempts: &Attempts, change: Option<Change>) {
    let queue = &queue.name;
    match change {
        None => {}
        Some(Change::Opened(pause)) => {
            let seconds = pause.as_secs_f64();
            tracing::warn!(%queue, seconds, "the receiver keeps failing: it is left alone");
        }
        Some(Change::Closed) => tracing::info!(%queue, "the receiver is well again"),
        Some(Change::Disabled) => {
            tracing::error!(
                %queue,
                "the receiver answered 410 Gone: its messages wait until it is enabled"
            );
            attempts.report().gone(queue);
        }
    }
}
