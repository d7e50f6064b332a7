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

/// Whether a text holds an id, with nothing around it that could be part of a longer one.
pub(crate) fn holds(text: &[u8], id: &[u8]) -> bool {
    let is_part = |byte: Option<&u8>| byte.is_some_and(|it| it.is_ascii_alphanumeric());
    let starts =
        (0..text.len()).filter(|start| text.get(*start..).is_some_and(|it| it.starts_with(id)));
    let mut whole = starts.filter(|start| {
        let before = start.checked_sub(1).and_then(|it| text.get(it));
        !is_part(before) && !is_part(text.get(start + id.len()))
    });
    !id.is_empty() && whole.next().is_some()
}

#[cfg(test)]
mod tests {
    use super::holds;

    #[test]
    fn an_id_is_found_where_it_stands_alone() {
        assert!(holds(b"{\"id\":\"ann\"}", b"ann"));
        assert!(holds(b"annabel, ann", b"ann"));
        assert!(!holds(b"annabel joanne", b"ann"));
        assert!(!holds(b"anything", b""));
    }
}
