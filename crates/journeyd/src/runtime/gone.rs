//! Receivers that answered 410: they are not called any more, also by the next process, until somebody says so.
//!
//! What is known in memory counts, and is written down right after it has changed; a process that ends in between calls
//! such a receiver once more, and is told again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use journey_engine::form::{ReadError, decode, encode};
use journey_engine::keys;
use journey_engine::store::{Batch, Store, StoreError};

use super::committer::fail;
use crate::sync::lock;

/// What its rows are called in the store.
const NAME: &str = "gone";

/// How many are remembered. Those that no source names any more stay here, too, so over the years there may be
/// many; the oldest would be called again.
const MOST: usize = 10_000;

/// See the [module](self).
pub struct Gone {
    store: Arc<dyn Store>,
    /// Since when, by the names of their queues.
    since: Mutex<BTreeMap<String, i64>>,
    /// Held while a row is written, so that what is written last is what is known.
    writing: Mutex<()>,
}

impl Gone {
    /// Those that a store knows of.
    pub fn open(store: Arc<dyn Store>) -> Result<Gone, ReadError> {
        let all = keys::controls(NAME);
        let mut since = BTreeMap::new();
        for (key, value) in store.scan(&all.start, &all.end, MOST)? {
            if let Some(queue) = keys::control_part(NAME, &key) {
                let queue = String::from_utf8_lossy(queue).into_owned();
                since.insert(queue, decode("receiver that is gone", &value)?);
            }
        }
        Ok(Gone { store, since: Mutex::new(since), writing: Mutex::new(()) })
    }

    /// Since when a receiver is gone, if it is.
    pub fn since(&self, queue: &str) -> Option<i64> {
        lock(&self.since).get(queue).copied()
    }

    /// All of them.
    pub fn all(&self) -> BTreeMap<String, i64> {
        lock(&self.since).clone()
    }

    /// A receiver is gone. Gives the rows that are to be [written](Gone::write).
    pub(super) fn note(&self, queue: &str, now: i64) -> Vec<String> {
        let mut since = lock(&self.since);
        let mut changed = vec![queue.to_owned()];
        since.entry(queue.to_owned()).or_insert(now);
        while since.len() > MOST {
            let oldest = since.iter().min_by_key(|(queue, at)| (**at, *queue));
            let Some(oldest) = oldest.map(|(queue, _)| queue.clone()) else { break };
            since.remove(&oldest);
            changed.push(oldest);
        }
        changed
    }

    /// A receiver is to be called again. It is durable when this returns, and blocks until then.
    pub fn forget(&self, queue: &str) {
        if lock(&self.since).remove(queue).is_some() {
            self.write(&[queue.to_owned()]);
        }
    }

    /// Makes durable what is known of these. A store that fails ends the process.
    pub(super) fn write(&self, queues: &[String]) {
        if let Err(error) = self.try_write(queues) {
            fail(&error.into());
        }
    }

    fn try_write(&self, queues: &[String]) -> Result<(), StoreError> {
        let _writing = lock(&self.writing);
        let mut batch = Batch::new();
        for queue in queues {
            let key = keys::control(NAME, queue.as_bytes());
            match self.since(queue) {
                Some(since) => batch.put(&key, &encode(&since)),
                None => batch.delete(&key),
            }
        }
        self.store.append(&batch)?;
        self.store.sync().map(drop)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use journey_engine::store::{MemoryStore, Store};

    use super::{Gone, MOST};

    #[test]
    fn who_is_gone_is_so_for_the_next_process_until_somebody_says_otherwise() {
        let store = Arc::new(MemoryStore::new());
        let open = || Gone::open(Arc::clone(&store) as Arc<dyn Store>).unwrap();
        let first = open();
        first.write(&first.note("crm", 7));
        first.write(&first.note("hooks.example:8080", 8));
        first.write(&first.note("crm", 9));
        let second = open();
        assert_eq!(second.all(), first.all());
        assert_eq!((second.since("crm"), second.since("mail")), (Some(7), None));
        second.forget("crm");
        second.forget("mail");
        assert_eq!(open().all().keys().collect::<Vec<_>>(), ["hooks.example:8080"]);
    }

    #[test]
    fn however_many_are_gone_only_so_many_are_remembered() {
        let store = Arc::new(MemoryStore::new());
        let gone = Gone::open(Arc::clone(&store) as Arc<dyn Store>).unwrap();
        for number in 0..MOST + 3 {
            gone.write(&gone.note(&format!("c{number}.example"), number as i64));
        }
        let again = Gone::open(store).unwrap();
        assert_eq!((again.all().len(), again.all()), (MOST, gone.all()));
        assert_eq!((again.since("c2.example"), again.since("c3.example")), (None, Some(3)));
    }
}
