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
    found(text, id).any(|(before, behind)| !is_part(before) && !is_part(behind))
}

/// Whether an answer to a request holds an id. In what we write ids are texts: `1` is none where it says how
/// many events were accepted.
pub(crate) fn answer_holds(text: &[u8], id: &[u8]) -> bool {
    let is_part = |byte: Option<&u8>| byte.is_some_and(|it| it.is_ascii_alphanumeric());
    let is_number = |before: Option<&u8>, behind: Option<&u8>| {
        matches!(before, Some(b':' | b'[' | b',')) && matches!(behind, Some(b',' | b'}' | b']'))
    };
    found(text, id)
        .any(|(before, behind)| !is_part(before) && !is_part(behind) && !is_number(before, behind))
}

/// Where an id stands in a text: the bytes before and behind it.
fn found<'t>(
    text: &'t [u8],
    id: &'t [u8],
) -> impl Iterator<Item = (Option<&'t u8>, Option<&'t u8>)> {
    let starts = (0..text.len()).filter(move |start| {
        !id.is_empty() && text.get(*start..).is_some_and(|it| it.starts_with(id))
    });
    starts.map(move |start| {
        (start.checked_sub(1).and_then(|it| text.get(it)), text.get(start + id.len()))
    })
}

#[cfg(test)]
mod tests {
    use super::{answer_holds, holds};

    #[test]
    fn an_id_is_found_where_it_stands_alone() {
        assert!(holds(b"{\"id\":\"ann\"}", b"ann"));
        assert!(holds(b"annabel, ann", b"ann"));
        assert!(!holds(b"annabel joanne", b"ann"));
        assert!(!holds(b"anything", b""));
    }

    #[test]
    fn an_id_of_digits_is_no_count_in_an_answer() {
        let counts = b"{\"accepted\":1,\"errors\":[1],\"duplicates\":1}";
        assert!(!answer_holds(counts, b"1"));
        assert!(answer_holds(b"{\"accepted\":1,\"customer\":\"1\"}", b"1"));
        assert!(answer_holds(b"{\"message\":\"there is no customer `1`\"}", b"1"));
        assert!(answer_holds(b"location: /api/v1/customers/1\n", b"1"));
        assert!(!answer_holds(b"{\"customer\":\"12\"}", b"1"));
    }
}
