//! A promise that was not kept.

use std::fmt;

/// What the engine promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Promise {
    /// What was acknowledged is there after a crash, and a whole batch or nothing of it.
    Acknowledged,
    /// A store that is damaged is refused, by file and offset.
    Refused,
    /// A store that is sound is opened.
    Opens,
    /// Everything stored can be read, and what finds it agrees with it: timers, members, audiences.
    Indexes,
    /// Members entered are inside, have left or cannot go on.
    Members,
    /// Counters are what a recount of the timelines gives.
    Counters,
    /// What is due to be sent is in the outbox, was delivered, or is in the list of what failed.
    DueActions,
    /// One message of one visit of one member has one idempotency key, and no other has it.
    OneKey,
    /// Nothing was sent whose cause is not in the recovered log.
    Cause,
    /// Nothing happens early.
    Early,
    /// What is paused does not move.
    Paused,
    /// The same inputs give the same state and the same answers.
    Replay,
    /// Of an erased customer nothing is left.
    Erased,
    /// When nothing fails any more, the system comes to rest.
    Rest,
    /// The simulation itself went wrong.
    Simulation,
}

/// A promise that was not kept, and how that was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The promise.
    pub promise: Promise,
    /// How it was broken.
    pub what: String,
}

impl Violation {
    /// A broken promise.
    pub fn new(promise: Promise, what: impl Into<String>) -> Violation {
        Violation { promise, what: what.into() }
    }

    /// Something that has nothing to do with the engine: the simulation is wrong.
    pub fn simulation(error: impl fmt::Display) -> Violation {
        Violation::new(Promise::Simulation, error.to_string())
    }
}

impl Promise {
    /// The promise, in a sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Promise::Acknowledged => "what was acknowledged is there",
            Promise::Refused => "a damaged store is refused, by file and offset",
            Promise::Opens => "a sound store opens",
            Promise::Indexes => "records and what finds them agree",
            Promise::Members => "members entered are inside, have left or cannot go on",
            Promise::Counters => "counters are what a recount gives",
            Promise::DueActions => "what is due is in the outbox, delivered or among the failures",
            Promise::OneKey => "one message has one idempotency key",
            Promise::Cause => "nothing is sent whose cause is not durable",
            Promise::Early => "nothing happens early",
            Promise::Paused => "what is paused does not move",
            Promise::Replay => "the same inputs give the same state",
            Promise::Erased => "nothing is left of an erased customer",
            Promise::Rest => "without faults the system comes to rest",
            Promise::Simulation => "the simulation itself is sound",
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "broken: {}: {}", self.promise.sentence(), self.what)
    }
}

impl std::error::Error for Violation {}

/// Nothing, or the violation if `kept` does not hold.
pub(crate) fn promise(
    kept: bool,
    promise: Promise,
    what: impl FnOnce() -> String,
) -> Result<(), Violation> {
    if kept { Ok(()) } else { Err(Violation::new(promise, what())) }
}
