//! Answers kept in memory: what `dev` and tests need.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

use super::{Entry, Pending, RequestKey, Responses, ResponsesError};
use crate::sync::lock;

/// Most answers kept; the oldest go first.
const MOST: usize = 10_000;

/// Keeps answers in memory, and forgets them with the process.
#[derive(Debug, Default)]
pub struct MemoryResponses(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    entries: BTreeMap<RequestKey, (u64, Vec<u8>)>,
    order: VecDeque<RequestKey>,
}

impl Responses for MemoryResponses {
    fn load(&self, key: RequestKey) -> Pending<'_, Result<Option<Vec<u8>>, ResponsesError>> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let kept = lock(&self.0);
        let found = kept.entries.get(&key);
        let fresh = found.filter(|(expires, _)| u128::from(*expires) > now.as_millis());
        let value = fresh.map(|(_, value)| value.clone());
        Box::pin(async { Ok(value) })
    }

    fn save(&self, entry: Entry) -> Pending<'_, Result<(), ResponsesError>> {
        let mut kept = lock(&self.0);
        if kept.entries.insert(entry.key, (entry.expires, entry.value)).is_none() {
            kept.order.push_back(entry.key);
        }
        while kept.order.len() > MOST {
            if let Some(oldest) = kept.order.pop_front() {
                kept.entries.remove(&oldest);
            }
        }
        Box::pin(async { Ok(()) })
    }
}
