//! A store that lasts as long as the process.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::batch::admit;
use super::{Batch, Pair, Store, StoreError, Ticket};

/// A sorted map, for tests. Everything counts as durable at once.
#[derive(Debug, Default)]
pub struct MemoryStore {
    inner: RwLock<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    pairs: BTreeMap<Vec<u8>, Vec<u8>>,
    last: Ticket,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    // No code that holds the lock can stop half-way, so what it guards is whole even then.
    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inner> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.read().pairs.get(key).cloned())
    }

    fn scan(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Pair>, StoreError> {
        if from >= to {
            return Ok(Vec::new());
        }
        let inner = self.read();
        let range = (Bound::Included(from), Bound::Excluded(to));
        let found = inner.pairs.range::<[u8], _>(range).take(limit);
        Ok(found.map(|(key, value)| (key.clone(), value.clone())).collect())
    }

    fn append(&self, batch: &Batch) -> Result<Ticket, StoreError> {
        admit(batch)?;
        let mut inner = self.write();
        for change in batch.changes() {
            match change.value {
                Some(value) => inner.pairs.insert(change.key.to_vec(), value.to_vec()),
                None => inner.pairs.remove(change.key),
            };
        }
        inner.last = inner.last.next();
        Ok(inner.last)
    }

    fn sync(&self) -> Result<Ticket, StoreError> {
        Ok(self.read().last)
    }
}

#[cfg(test)]
mod tests {
    use super::MemoryStore;
    use crate::store::{Batch, Store, Ticket};

    #[test]
    fn a_batch_is_visible_at_once_and_in_order() {
        let store = MemoryStore::new();
        let mut batch = Batch::new();
        batch.put(b"a", b"1");
        batch.put(b"b", b"2");
        batch.delete(b"a");
        batch.put(b"c", b"3");
        assert_eq!(store.append(&batch).unwrap(), Ticket(1));
        assert_eq!(store.get(b"a").unwrap(), None);
        assert_eq!(store.get(b"b").unwrap(), Some(b"2".to_vec()));
        assert_eq!(store.sync().unwrap(), Ticket(1));
    }

    #[test]
    fn a_scan_ends_before_its_end_and_at_its_limit() {
        let store = MemoryStore::new();
        let mut batch = Batch::new();
        for key in ["a", "b", "c", "d"] {
            batch.put(key.as_bytes(), b"");
        }
        store.append(&batch).unwrap();
        let keys = |from: &str, to: &str, limit| {
            let found = store.scan(from.as_bytes(), to.as_bytes(), limit).unwrap();
            found.into_iter().map(|(key, _)| String::from_utf8(key).unwrap()).collect::<String>()
        };
        assert_eq!(keys("b", "d", 9), "bc");
        assert_eq!(keys("a", "z", 3), "abc");
        assert_eq!(keys("c", "c", 9), "");
        assert_eq!(keys("d", "a", 9), "");
    }
}
