//! Erasures whose bytes may still be on the disk.
//!
//! A shard that erases a customer leaves a mark in the same batch. Whoever compacts the store afterwards takes
//! away the marks that were there before: so a process that ends in between leaves them to the next one.

use crate::form::ReadError;
use crate::keys;
use crate::store::{Batch, Store, StoreError};

const MARK: &str = "erased";

/// The marks of erasures that were not followed by a compaction yet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marks(Vec<Vec<u8>>);

impl Marks {
    /// Those that are there now.
    pub fn read(store: &dyn Store) -> Result<Marks, ReadError> {
        let all = keys::controls(MARK);
        let found = store.scan(&all.start, &all.end, usize::MAX)?;
        Ok(Marks(found.into_iter().map(|(key, _)| key).collect()))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes them away: the store was compacted since they were read.
    pub fn clear(&self, store: &dyn Store) -> Result<(), StoreError> {
        let mut batch = Batch::new();
        self.0.iter().for_each(|key| batch.delete(key));
        store.append(&batch)?;
        store.sync().map(drop)
    }
}

/// Leaves the mark of an erasure.
pub(crate) fn mark(batch: &mut Batch, shard: u16, number: u64) {
    let part = [&shard.to_be_bytes()[..], &number.to_be_bytes()].concat();
    batch.put(&keys::control(MARK, &part), &[]);
}
