//! Writes that carry a note along.
//!
//! What somebody does to the catalogue ends in a write deep below. The note of the request that asked for it
//! has to be in that very write, so that after a crash there are both or neither. So the store that the
//! catalogue writes to adds the note of the thread that works on the request to its first write.

use std::cell::RefCell;
use std::sync::Arc;

use journey_engine::store::{Batch, Pair, Store, StoreError, Ticket};

/// A row that says that a request was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Where it stands.
    pub key: Vec<u8>,
    /// What it says.
    pub value: Vec<u8>,
}

thread_local! {
    static NOTE: RefCell<Option<Note>> = const { RefCell::new(None) };
}

/// Does something whose first write carries a note along, if there is one.
pub(super) fn carrying<T>(note: Option<Note>, job: impl FnOnce() -> T) -> T {
    /// Takes the note back also when the job panics.
    struct Taken;
    impl Drop for Taken {
        fn drop(&mut self) {
            NOTE.take();
        }
    }
    let _taken = Taken;
    NOTE.set(note);
    job()
}

/// The store, with notes.
pub(super) struct Carrier(pub(super) Arc<dyn Store>);

impl Store for Carrier {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.get(key)
    }

    fn scan(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Pair>, StoreError> {
        self.0.scan(from, to, limit)
    }

    fn append(&self, batch: &Batch) -> Result<Ticket, StoreError> {
        let Some(note) = NOTE.take() else { return self.0.append(batch) };
        let mut noted = batch.clone();
        noted.put(&note.key, &note.value);
        self.0.append(&noted)
    }

    fn sync(&self) -> Result<Ticket, StoreError> {
        self.0.sync()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use journey_engine::store::{Batch, MemoryStore, Store};

    use super::{Carrier, Note, carrying};

    fn write(store: &dyn Store, key: &[u8]) {
        let mut batch = Batch::new();
        batch.put(key, b"");
        store.append(&batch).unwrap();
    }

    #[test]
    fn the_first_write_carries_the_note_and_no_other_does() {
        let memory = Arc::new(MemoryStore::new());
        let store = Carrier(Arc::clone(&memory) as Arc<dyn Store>);
        let note = |key: &[u8]| Some(Note { key: key.to_vec(), value: b"done".to_vec() });
        carrying(note(b"unused"), || ());
        write(&store, b"a");
        assert_eq!(memory.get(b"unused").unwrap(), None);
        carrying(note(b"used"), || {
            write(&store, b"b");
            assert_eq!(memory.get(b"used").unwrap().as_deref(), Some(&b"done"[..]));
        });
        assert_eq!(memory.scan(b"", b"z", 9).unwrap().len(), 3);
    }
}
