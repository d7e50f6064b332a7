//! Answers kept in the store: they are there after a restart.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use journey_engine::keys;
use journey_engine::store::{Batch, Store, StoreError};

use super::{Entry, Pending, RequestKey, Responses, ResponsesError};

/// How many answers are looked at in one go when old ones are forgotten.
const CHUNK: usize = 500;

/// Keeps answers in a store. A value begins with the instant at which it is forgotten.
pub struct StoredResponses(Arc<dyn Store>);

impl StoredResponses {
    /// Keeps them in this store.
    pub fn new(store: Arc<dyn Store>) -> StoredResponses {
        StoredResponses(store)
    }

    /// Deletes answers that are too old.
    ///
    /// # Errors
    /// The store has failed.
    pub fn forget_old(&self) -> Result<(), StoreError> {
        let all = keys::requests();
        let (mut from, now) = (all.start, now());
        loop {
            let rows = self.0.scan(&from, &all.end, CHUNK)?;
            let mut batch = Batch::new();
            for (key, value) in &rows {
                if take_apart(value).is_none_or(|(expires, _)| expires <= now) {
                    batch.delete(key);
                }
            }
            if !batch.is_empty() {
                self.0.append(&batch)?;
            }
            match rows.last() {
                Some((last, _)) if rows.len() == CHUNK => from = [&last[..], &[0]].concat(),
                _ => return Ok(()),
            }
        }
    }
}

/// How the entry of a request stands in the store.
pub(super) fn row(entry: &Entry) -> (Vec<u8>, Vec<u8>) {
    let value = [&entry.expires.to_be_bytes()[..], &entry.value].concat();
    (keys::request(&entry.key.0), value)
}

fn take_apart(value: &[u8]) -> Option<(u64, &[u8])> {
    let (expires, value) = value.split_first_chunk()?;
    Some((u64::from_be_bytes(*expires), value))
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

impl Responses for StoredResponses {
    fn load(&self, key: RequestKey) -> Pending<'_, Result<Option<Vec<u8>>, ResponsesError>> {
        let found = self.0.get(&keys::request(&key.0)).map(|value| {
            let value = value?;
            let (expires, value) = take_apart(&value)?;
            (expires > now()).then(|| value.to_vec())
        });
        Box::pin(async { found.map_err(|error| ResponsesError(error.into())) })
    }

    fn save(&self, entry: Entry) -> Pending<'_, Result<(), ResponsesError>> {
        let store = Arc::clone(&self.0);
        let write = move || -> Result<(), StoreError> {
            let (key, value) = row(&entry);
            let mut batch = Batch::new();
            batch.put(&key, &value);
            store.append(&batch)?;
            store.sync().map(drop)
        };
        Box::pin(async {
            let written = tokio::task::spawn_blocking(write).await;
            let written = written.map_err(|error| ResponsesError(error.into()))?;
            written.map_err(|error| ResponsesError(error.into()))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use journey_engine::store::{MemoryStore, Store};

    use super::{Entry, RequestKey, Responses, StoredResponses, keys, now};

    #[tokio::test]
    async fn answers_are_forgotten_when_their_time_is_over() {
        let store = Arc::new(MemoryStore::new());
        let responses = StoredResponses::new(Arc::clone(&store) as Arc<dyn Store>);
        let entry = |n: u8, expires| Entry { key: RequestKey([n; 32]), value: vec![n], expires };
        responses.save(entry(1, now() + 60_000)).await.unwrap();
        responses.save(entry(2, now() - 1)).await.unwrap();
        assert_eq!(responses.load(RequestKey([1; 32])).await.unwrap(), Some(vec![1]));
        assert_eq!(responses.load(RequestKey([2; 32])).await.unwrap(), None);
        responses.forget_old().unwrap();
        let all = keys::requests();
        assert_eq!(store.scan(&all.start, &all.end, 9).unwrap().len(), 1);
    }
}
