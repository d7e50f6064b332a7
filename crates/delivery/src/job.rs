//! What is to be delivered, and what became of it.

use std::fmt;
use std::time::Duration;

use journey_bytecode::{Delivery, Retry};
use journey_vm::Rendered;

/// Names a message. Delivery does not look into it: it comes back with the outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId {
    /// The shard that wrote the message.
    pub shard: u16,
    /// Its number there.
    pub number: u64,
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.shard, self.number)
    }
}

/// One attempt to deliver one message.
///
/// A job is one attempt. If it fails and another one is due, the outcome says when; whoever submitted it
/// writes that down and submits the next attempt then. So nothing that must survive a restart is kept here.
#[derive(Clone)]
pub struct Job {
    /// Which message.
    pub id: JobId,
    /// The queue it stands in: the name of its destination, or the host of a webhook. It is shown in
    /// logs and must hold neither a secret nor personal data.
    pub queue: String,
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// The idempotency key, the same in all attempts: letters, digits, `-` and `_`.
    pub key: String,
    /// When the journey asked for it, in milliseconds since 1970; the date of a mail.
    pub at: i64,
    /// What leaves.
    pub payload: Rendered,
    /// Whether the body of the answer is wanted.
    pub answer: bool,
}

/// How a log line is delivered, which its destination cannot say.
const OF_LINES: Delivery =
    Delivery { timeout: 10_000, retry: Retry { times: 5, from: 10_000, to: 600_000 }, limit: None };

impl Job {
    /// How it is delivered.
    pub(crate) fn delivery(&self) -> Delivery {
        match &self.payload {
            Rendered::Line(_) => OF_LINES,
            Rendered::Http(message) => message.delivery,
            Rendered::Mail(message) => message.delivery,
        }
    }

    /// Whether the key is one that may stand in a header.
    pub(crate) fn has_plain_key(&self) -> bool {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        !self.key.is_empty() && self.key.len() <= 128 && self.key.chars().all(plain)
    }
}

/// Shows nothing of what leaves.
impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.payload {
            Rendered::Line(_) => "line",
            Rendered::Http(_) => "http",
            Rendered::Mail(_) => "mail",
        };
        f.debug_struct("Job")
            .field("id", &self.id)
            .field("queue", &self.queue)
            .field("attempt", &self.attempt)
            .field("kind", &kind)
            .finish_non_exhaustive()
    }
}

/// What became of an attempt. A reason is one line, and holds nothing of the message, of the answer's
/// body, of addresses or of secrets.
#[derive(Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It arrived.
    Delivered {
        /// The status of the HTTP response, or the code of the mail server's reply.
        status: Option<u16>,
        /// The body of the response, if it was asked for; at most as long as
        /// [`Settings::longest_answer`](crate::Settings::longest_answer).
        body: Option<Vec<u8>>,
    },
    /// It did not, and another attempt is due.
    Again {
        /// After how long a pause.
        after: Duration,
        /// The status or code, if there was an answer.
        status: Option<u16>,
        /// What was wrong.
        reason: String,
    },
    /// It did not, and there will be no other attempt.
    Failed {
        /// The status or code, if there was an answer.
        status: Option<u16>,
        /// What was wrong.
        reason: String,
    },
}

/// Shows how long a body is, not what is in it.
impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Delivered { status, body } => f
                .debug_struct("Delivered")
                .field("status", status)
                .field("body", &body.as_ref().map(|body| format!("{} bytes", body.len())))
                .finish(),
            Outcome::Again { after, status, reason } => f
                .debug_struct("Again")
                .field("after", after)
                .field("status", status)
                .field("reason", reason)
                .finish(),
            Outcome::Failed { status, reason } => {
                f.debug_struct("Failed").field("status", status).field("reason", reason).finish()
            }
        }
    }
}

/// Who is told what becomes of jobs. Called from the runtime's threads: no method may block for
/// longer than a look-up takes.
pub trait Report: Send + Sync {
    /// An attempt is over. Each job that was taken ends here once, unless delivery is stopped or the
    /// job is no longer wanted.
    fn report(&self, id: JobId, attempt: u32, outcome: Outcome);

    /// Asked just before an attempt begins: whether it is still to be made. A customer may have been
    /// erased, or a message dropped, while the job stood in its queue.
    fn wanted(&self, id: JobId, attempt: u32) -> bool {
        let _ = (id, attempt);
        true
    }

    /// A queue that was full, so that a job was refused, takes jobs again.
    fn room(&self, queue: &str) {
        let _ = queue;
    }
    /// A receiver answered 410: it is not called any more until [`Deliverer::enable`](crate::Deliverer::enable).
    fn gone(&self, queue: &str) {
        let _ = queue;
    }

    /// Asked when a queue is opened: whether its receiver has answered 410 before.
    fn is_gone(&self, queue: &str) -> bool {
        let _ = queue;
        false
    }
}
