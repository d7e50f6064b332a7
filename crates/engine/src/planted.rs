//! Bugs that the fault simulator plants, to see that it catches them.
//!
//! Without the feature `planted-bugs` none can be planted, and the compiler leaves out what would be done.

/// A bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// Answers are given before what they say lasts.
    AcknowledgeEarly,
    /// Messages leave before their cause lasts.
    DispatchEarly,
    /// The log is not synced.
    NoFsync,
    /// An fsync that fails is taken for one that did not.
    FailedFsyncIgnored,
    /// A seal is written before what it proves is synced.
    SealEarly,
    /// Names of files are not made to last.
    DirectoryNotSynced,
    /// Checksums of records are not compared.
    ChecksumSkipped,
    /// The end of a write that was cut off is left standing.
    TornTailKept,
    /// The base has what does not last in the log yet.
    BaseAheadOfLog,
    /// The log is removed before the base has what stands in it.
    LogRemovedEarly,
    /// An event that was seen before counts again.
    NoDedupe,
    /// The idempotency key changes with the attempt.
    AttemptInKey,
    /// Answers to earlier attempts count.
    FenceNotChecked,
    /// A message leaves the outbox when it is sent, not when it was delivered.
    OutboxEmptiedAtDispatch,
    /// A message that is given up is written down nowhere.
    FailureNotListed,
    /// A member that was moved to another version does not hear what became of its message.
    OutcomeOfMovedLost,
    /// The timer stays where it was.
    TimerNotMoved,
    /// Timers fire ten minutes early.
    TimersEarly,
    /// Counters are written by a batch of their own.
    CountersApart,
    /// A shard forgets which numbers it has given.
    NumbersNotStored,
    /// Customers who are brought along do not see pauses.
    PauseIgnored,
    /// Erasing leaves the timeline.
    TimelineNotErased,
}

/// All of them.
pub const ALL: [Bug; 22] = [
    Bug::AcknowledgeEarly,
    Bug::DispatchEarly,
    Bug::NoFsync,
    Bug::FailedFsyncIgnored,
    Bug::SealEarly,
    Bug::DirectoryNotSynced,
    Bug::ChecksumSkipped,
    Bug::TornTailKept,
    Bug::BaseAheadOfLog,
    Bug::LogRemovedEarly,
    Bug::NoDedupe,
    Bug::AttemptInKey,
    Bug::FenceNotChecked,
    Bug::OutboxEmptiedAtDispatch,
    Bug::FailureNotListed,
    Bug::OutcomeOfMovedLost,
    Bug::TimerNotMoved,
    Bug::TimersEarly,
    Bug::CountersApart,
    Bug::NumbersNotStored,
    Bug::PauseIgnored,
    Bug::TimelineNotErased,
];

#[cfg(feature = "planted-bugs")]
thread_local! {
    static PLANTED: std::cell::Cell<Option<Bug>> = const { std::cell::Cell::new(None) };
}

/// Plants a bug in what this thread does from now on, or takes it out.
#[cfg(feature = "planted-bugs")]
pub fn plant(bug: Option<Bug>) {
    PLANTED.set(bug);
}

/// Whether a bug is planted.
#[cfg(feature = "planted-bugs")]
pub fn is(bug: Bug) -> bool {
    PLANTED.get() == Some(bug)
}

/// Whether a bug is planted: none is.
#[cfg(not(feature = "planted-bugs"))]
pub const fn is(_: Bug) -> bool {
    false
}
