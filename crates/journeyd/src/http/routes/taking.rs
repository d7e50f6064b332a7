//! What requests with events have in common: each element is taken or not by itself, and what was taken is
//! durable when it is answered.

use std::collections::BTreeSet;
use std::time::Duration;

use journey_engine::command::{Reply as Done, What};
use journey_engine::deploy::Deployment;
use journey_engine::rejected::Rejected;
use journey_intake::Limits;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::problem::Problem;
use super::super::state::AppState;
use super::uploads::patiently;
use crate::runtime::{Measures, Submission};

/// How many elements one request may bring, unless they come in lines.
pub(super) const MOST: usize = 10_000;
/// How deep the values of an element may nest.
const DEPTH: usize = 32;
/// How many elements that were not taken are told one by one.
const TOLD: usize = 10_000;
/// How often what was not done because what is live was changed meanwhile is read again.
const TRIES: usize = 5;
/// How much of an element that was not taken is kept to be looked at, in bytes.
const KEPT: usize = 4_096;

/// How much one request may bring: elements, bytes of each, and how deep its values may nest.
pub(super) fn limits(state: &AppState, elements: usize) -> Limits {
    Limits { elements, bytes: state.config.limits.event.bytes(), depth: DEPTH }
}

/// What becomes of elements for which the queues have no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Patience {
    /// Nothing is done, and whoever sends them is told to come again.
    None,
    /// They wait for a while.
    Some,
}

/// What became of the events of a request.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct Taken {
    /// Events that are durable now; those that were seen before are among them.
    accepted: usize,
    /// Those among them that were seen before.
    duplicates: usize,
    /// Events that were not taken.
    rejected: usize,
    /// Which, and why not; 10,000 of them at most.
    errors: Vec<NotTaken>,
}

impl Taken {
    /// How many elements were looked at.
    pub(super) fn elements(&self) -> usize {
        self.accepted + self.rejected
    }

    /// Adds what became of those that came behind.
    pub(super) fn add(&mut self, behind: Taken) {
        self.accepted += behind.accepted;
        self.duplicates += behind.duplicates;
        self.rejected += behind.rejected;
        let room = TOLD.saturating_sub(self.errors.len());
        self.errors.extend(behind.errors.into_iter().take(room));
    }

    /// Adds it to the metrics.
    fn count(&self, state: &AppState) {
        let events = &state.services.runtime.measures.events;
        let (accepted, duplicates) = (self.accepted - self.duplicates, self.duplicates);
        for (outcome, count) in
            [("accepted", accepted), ("duplicate", duplicates), ("rejected", self.rejected)]
        {
            Measures::count(events, outcome, count as u64);
        }
    }
}

/// An event that was not taken.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NotTaken {
    /// Which of the request, from 0.
    index: usize,
    /// Why.
    reason: String,
}

/// The elements of a request, as they are read.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Which are read; nothing is all.
    wanted: Option<BTreeSet<usize>>,
    /// What is to be done: of which element, and whether that only writes down that it was not taken.
    entries: Vec<(usize, bool, Submission)>,
    rejected: Vec<NotTaken>,
}

impl Batch {
    /// Whether an element is still to be read: others of the request may be done already.
    pub(super) fn wants(&self, index: usize) -> bool {
        self.wanted.as_ref().is_none_or(|wanted| wanted.contains(&index))
    }

    /// Whether the request is read for the first time.
    pub(super) fn is_first(&self) -> bool {
        self.wanted.is_none()
    }

    /// An element that is taken.
    pub(super) fn take(&mut self, index: usize, customer: &str, what: What) {
        self.entries.push((index, false, Submission::new(customer, what)));
    }

    /// An element that is not: it goes to the log of rejected events.
    pub(super) fn reject(
        &mut self,
        (index, at): (usize, i64),
        reason: String,
        customer: Option<&str>,
        text: &str,
    ) {
        let rejected = Rejected {
            at,
            customer: customer.map(str::to_owned),
            reason: reason.clone(),
            text: text.get(..text.floor_char_boundary(KEPT)).unwrap_or_default().to_owned(),
        };
        let submission = Submission::new(customer.unwrap_or_default(), What::Reject(rejected));
        self.entries.push((index, true, submission));
        self.rejected.push(NotTaken { index, reason });
    }
}

/// Why the elements of a request were not all done.
pub(super) struct Unfinished {
    problem: Problem,
    /// Whether some of them may have been, nobody knows which: all are sent again.
    pub(super) partly: bool,
}

impl From<Unfinished> for Problem {
    fn from(unfinished: Unfinished) -> Problem {
        if !unfinished.partly {
            return unfinished.problem;
        }
        unfinished.problem.but_done(
            "some events may be done: send all of them again, with the same `id`s or the same `Idempotency-Key`",
        )
    }
}

/// Reads the elements of a request and does what they say. Those that were read for a deployment that is
/// not the latest any more are read again; those that are done are not.
pub(super) async fn take_all(
    state: &AppState,
    patience: Patience,
    mut read: impl FnMut(&Deployment, &mut Batch) -> Result<(), Problem>,
) -> Result<Taken, Unfinished> {
    let mut taken = Taken::default();
    let mut wanted = None;
    for attempt in 0..TRIES {
        let unfinished = |problem: Problem| Unfinished { problem, partly: attempt > 0 };
        let Batch { entries, rejected, .. } = {
            let history = state.services.runtime.history();
            let mut batch = Batch { wanted: wanted.take(), ..Batch::default() };
            let deployment = history.deployment().ok_or_else(|| unfinished(no_schema()))?;
            read(deployment, &mut batch).map_err(unfinished)?;
            batch
        };
        taken.rejected += rejected.len();
        taken.errors.extend(rejected);
        let (about, submissions): (Vec<_>, Vec<_>) =
            entries.into_iter().map(|(index, rejection, it)| ((index, rejection), it)).unzip();
        let done = match patience {
            Patience::None => state.services.runtime.submit(submissions).await,
            Patience::Some => patiently(state, submissions).await,
        };
        let replies = done.map_err(|busy| unfinished(busy.into()))?;
        let mut stale = BTreeSet::new();
        for ((index, rejection), reply) in about.into_iter().zip(replies) {
            match reply {
                Done::Stale => drop(stale.insert(index)),
                reply => {
                    taken.accepted += usize::from(!rejection);
                    taken.duplicates += usize::from(reply == Done::Duplicate);
                }
            }
        }
        if stale.is_empty() {
            taken.count(state);
            taken.errors.sort_by_key(|error| error.index);
            return Ok(taken);
        }
        wanted = Some(stale);
    }
    let wait = Duration::from_secs(1);
    let problem = Problem::unavailable("what is live is being changed all the time", wait);
    Err(Unfinished { problem, partly: true })
}

fn no_schema() -> Problem {
    Problem::conflict("there is no schema yet; set it with `PUT /api/v1/schema`")
}
