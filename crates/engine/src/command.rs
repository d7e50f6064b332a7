//! What a shard is asked to do, and what it answers.

use journey_bytecode::Const;
use journey_vm::{Fault, Refusal, Row};
use serde::{Deserialize, Serialize};

use crate::deploy::Line;
use crate::outbox::MessageId;
use crate::rejected::Rejected;
use crate::trouble::TroubleId;

/// Something to be done for one customer.
#[derive(Debug, Clone)]
pub struct Command {
    /// Comes back with the answer.
    pub tag: u64,
    /// Whom it is about.
    pub customer: Box<str>,
    /// What the clock shows, in milliseconds since 1970.
    pub now: i64,
    /// What is to be done.
    pub what: What,
}

/// See [`Command`]. Where there are indices of a program, `deployment` says of which: a shard that
/// works on another one answers [`Reply::Stale`].
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub enum What {
    /// An event, once: another one with the same id within the dedupe window changes nothing.
    Event { deployment: u32, event: u16, at: i64, id: Option<Box<str>>, row: Row },
    /// New values of traits; unset takes one away.
    Traits { deployment: u32, changes: Vec<(u16, Const)> },
    /// The customer joins or leaves an audience that is not computed.
    Member { deployment: u32, audience: u16, member: bool },
    /// Enters a journey by hand, once: another entry of the customer with the same id within the dedupe
    /// window changes nothing.
    Enter {
        deployment: u32,
        journey: u16,
        args: Vec<(u16, Const)>,
        event: Option<Row>,
        id: Option<Box<str>>,
    },
    /// Takes the customer out of a journey.
    Remove { line: Line },
    /// What became of an attempt to deliver a message. Attempts count from 1; one that is not the
    /// current one changes nothing.
    Attempted { message: MessageId, attempt: u32, result: Attempt },
    /// Tries something again that went wrong.
    Retry { trouble: TroubleId },
    /// Gives up something that went wrong. A message takes its `failed` way, a member leaves.
    Drop { trouble: TroubleId },
    /// Brings the customer along to the latest operation and to `now`.
    CatchUp,
    /// Writes an event down that was not taken. The customer is empty where it is not known.
    Reject(Rejected),
    /// Forgets the customer altogether.
    Erase,
}

/// What became of an attempt to deliver a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Attempt {
    /// It arrived. Of a webhook with a typed answer, what was answered.
    Delivered {
        /// The status of the response, if it was one.
        status: Option<u16>,
        /// The answer.
        response: Option<Const>,
    },
    /// It will be tried again.
    Again {
        /// When.
        at: i64,
        /// What was wrong.
        failure: Failure,
    },
    /// It will not be tried again.
    Failed(Failure),
}

/// Why an attempt failed. Neither part may hold a secret or personal data of others: it is shown to
/// people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The status of the response, if there was one.
    pub status: Option<u16>,
    /// What was wrong, in one line.
    pub reason: String,
}

/// What came of a command.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// It is done.
    Done,
    /// The event was seen before, or the entry.
    Duplicate,
    /// The customer entered; with a journey that goes through a list, so many times. Not once where
    /// what it brings along took the place of what it had, as it was inside already.
    Entered(u32),
    /// The customer did not enter.
    NotEntered(Refusal),
    /// So many members left.
    Removed(u32),
    /// There is no such thing, or no longer.
    Unknown,
    /// The command was made for another deployment: make it again.
    Stale,
    /// The member cannot go on, still.
    Faulted(Fault),
}
