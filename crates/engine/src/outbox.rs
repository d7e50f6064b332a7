//! Messages on their way: what journeys have asked for and nobody has confirmed yet.
//!
//! A message is written with the batch that caused it, and its attempts are fenced: the answer to an
//! attempt that is not the current one changes nothing. It leaves the outbox when it was delivered or
//! when it becomes a trouble.

use journey_bytecode::{Const, Delivery, Method};
use journey_vm::Key;
use serde::{Deserialize, Serialize};

use crate::command::Failure;

/// Which message of the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MessageId {
    /// The shard that wrote it.
    pub shard: u16,
    /// Its number there.
    pub number: u64,
}

/// A message, or a call of a webhook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Whom it is about.
    pub customer: String,
    /// The deployment whose indices these are.
    pub deployment: u32,
    /// The journey.
    pub journey: u16,
    /// The membership.
    pub membership: u32,
    /// The tile.
    pub tile: u16,
    /// The visit of the tile.
    pub visit: u32,
    /// Whether the member stands still until it is known what became of it.
    pub awaits: bool,
    /// The idempotency key, the same in all attempts.
    pub key: Key,
    /// When the journey asked for it.
    pub at: i64,
    /// What is to be sent.
    pub post: Post,
    /// The number of the attempt that comes next or is under way, from 1.
    pub attempt: u32,
    /// When that attempt may begin.
    pub next_at: i64,
    /// Why the one before failed.
    pub last: Option<Failure>,
}

/// What is to be sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Post {
    /// The message of an action; made when it is sent.
    Action { action: u16, args: Vec<(u16, Const)> },
    /// A call of a webhook, as it is.
    Call {
        webhook: u16,
        method: Method,
        url: String,
        headers: Vec<(String, String)>,
        body: Option<String>,
        delivery: Delivery,
    },
}
