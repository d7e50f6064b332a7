//! What went wrong and waits for somebody to decide: messages that could not be delivered, and
//! members that cannot go on.

use journey_vm::{Fault, Key};
use serde::{Deserialize, Serialize};

use crate::command::Failure;
use crate::deploy::Line;
use crate::outbox::{Message, MessageId};

/// Which trouble. A message has its key with its number: numbers of what was seen, and was not durable when
/// the process ended, are given again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TroubleId {
    /// A message that was given up.
    Message {
        /// The shard that wrote it down.
        shard: u16,
        /// Its number there.
        number: u64,
        /// The message's key.
        key: Key,
    },
    /// A message of the outbox that is still tried. Trying it again means now, giving it up that its
    /// member takes the `failed` way.
    Trying {
        /// Where it is in the outbox.
        id: MessageId,
        /// Its key.
        key: Key,
    },
    /// A member of the customer that the command is about.
    Member {
        /// Of which journey.
        line: Line,
        /// Which of the customer's memberships.
        membership: u32,
    },
}

/// A message that could not be delivered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Undelivered {
    /// The message, after its last attempt.
    pub message: Message,
    /// When it was given up.
    pub at: i64,
    /// What was wrong with that attempt.
    pub failure: Failure,
}

/// A member that cannot go on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Faulted {
    /// The deployment whose indices these are.
    pub deployment: u32,
    /// The journey.
    pub journey: u16,
    /// The tile it is at.
    pub tile: Option<u16>,
    /// Why.
    pub fault: Fault,
    /// Since when.
    pub at: i64,
}
