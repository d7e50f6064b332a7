//! What follows from how an attempt went.

use std::time::Duration;

use crate::backoff::pause;
use crate::http::{Arrival, Setback};
use crate::job::{Job, Outcome};
use crate::queue::Health;

/// What the pauses depend on besides the message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) seed: u64,
    pub(crate) longest_retry_after: Duration,
}

/// What is reported, and what the queue learns.
pub(crate) struct Verdict {
    pub(crate) outcome: Outcome,
    pub(crate) health: Health,
    /// How long the whole queue rests.
    pub(crate) rest: Option<Duration>,
}

/// Statuses with which a receiver means all callers when it asks for a pause.
const MEANS_ALL: &[u16] = &[429, 503];

/// The longest that a queue rests because one answer asked for it. A message waits for as long as it was
/// asked to; the others try again sooner.
const LONGEST_REST: Duration = Duration::from_secs(60);

/// Judges an attempt.
pub(crate) fn verdict(job: &Job, made: Result<Arrival, Setback>, rules: Rules) -> Verdict {
    let Setback { problem, retry_after } = match made {
        Ok(Arrival { status, body }) => {
            let outcome = Outcome::Delivered { status, body };
            return Verdict { outcome, health: Health::Well, rest: None };
        }
        Err(setback) => setback,
    };
    let (status, reason) = (problem.status(), problem.to_string());
    let asked = retry_after.map(|asked| asked.min(rules.longest_retry_after));
    let retry = job.delivery().retry;
    let outcome = match problem.may_pass() && job.attempt <= retry.times {
        true => {
            let drawn = pause(retry, rules.seed, &job.key, job.attempt);
            let after = drawn.max(asked.unwrap_or_default());
            Outcome::Again { after, status, reason }
        }
        false => Outcome::Failed { status, reason },
    };
    let means_all = status.is_some_and(|status| MEANS_ALL.contains(&status));
    let rest = asked.filter(|_| means_all).map(|asked| asked.min(LONGEST_REST));
    Verdict { outcome, health: problem.health(), rest }
}
