//! Events that were not taken, for people to look at.
//!
//! Each shard keeps the latest of them, and lets go of older ones as new ones come: a sender that
//! sends nonsense fills no disk.

use serde::{Deserialize, Serialize};

use crate::form::{ReadError, decode};
use crate::keys;
use crate::mention;
use crate::shard::rejected_so_far;
use crate::store::Store;

/// How many each shard keeps.
pub const KEPT: u64 = 10_000;

/// How many numbers are looked at in one go.
const CHUNK: u64 = 256;

/// An event that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// When it came.
    pub at: i64,
    /// Whose it is, as far as that could be read.
    pub customer: Option<String>,
    /// Why it was not taken.
    pub reason: String,
    /// What came, cut off where it is too long.
    pub text: String,
}

impl Rejected {
    /// Whether it is about a customer: theirs, or one whose id it says. Where the text is no JSON and nobody knows
    /// whose it is, it may be of anyone whose id is in it.
    pub fn names(&self, customer: &str) -> bool {
        let whose = self.customer.as_deref();
        whose == Some(customer)
            || mention::is_said(&self.text, customer).unwrap_or_else(|| {
                whose.is_none() && mention::text_holds(self.text.as_bytes(), customer)
            })
    }

    /// Whether a customer's id is anywhere in it: then it has to go when the customer is forgotten.
    pub fn mentions(&self, customer: &str) -> bool {
        self.customer.as_deref() == Some(customer) || mention::event_mentions(&self.text, customer)
    }
}

/// The latest that a shard keeps, with their numbers, newest first: those before a number, or all, at
/// most `limit`.
pub fn newest(
    store: &dyn Store,
    shard: u16,
    before: Option<u64>,
    limit: usize,
) -> Result<Vec<(u64, Rejected)>, ReadError> {
    let next = rejected_so_far(store, shard)?;
    let oldest = next.saturating_sub(KEPT);
    let mut end = before.unwrap_or(next).min(next);
    let mut found = Vec::new();
    while end > oldest && found.len() < limit {
        let start = end.saturating_sub(CHUNK).max(oldest);
        let (from, to) = (keys::rejected(shard, start), keys::rejected(shard, end));
        // Some may be gone: those of customers who were forgotten.
        for (key, bytes) in store.scan(&from, &to, CHUNK as usize)?.iter().rev() {
            if let Some((_, number)) = keys::numbered_of(key) {
                found.push((number, decode("rejected event", bytes)?));
            }
        }
        end = start;
    }
    found.truncate(limit);
    Ok(found)
}
