//! What stands behind the overlay.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::path::Path;
use std::sync::{Arc, Mutex};

use super::guard::lock;
use super::{Pair, StoreError, Ticket};

/// What a base holds: everything up to a ticket, of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// The id of the store.
    pub store: u64,
    /// The last ticket whose changes are there.
    pub through: Ticket,
}

/// A key with its new value; none where the key is deleted.
pub type SortedChange<'a> = (Cow<'a, [u8]>, Option<Cow<'a, [u8]>>);

/// Changes in ascending order of keys, each key once, or why the next one cannot be had.
pub type SortedChanges<'a> = dyn Iterator<Item = Result<SortedChange<'a>, StoreError>> + 'a;

/// Pairs in ascending order of keys.
pub type Pairs<'a> = Box<dyn Iterator<Item = Result<Pair, StoreError>> + Send + 'a>;

/// Makes or opens a base in a directory, which may not be there if it is to be made.
pub type OpenBase =
    dyn Fn(&Path, Purpose) -> Result<Arc<dyn Base>, StoreError> + Send + Sync + 'static;

/// What a base is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be made, because the store is.
    Create,
    /// To be used; it has to be there.
    Open,
}

/// An ordered map larger than memory, which takes many sorted changes at once. It is written by one thread
/// at a time, and read by many meanwhile.
pub trait Base: Send + Sync {
    /// What it holds, as of the last [`write`](Base::write) that was durable when it was opened, or that was made since; none if
    /// nothing was ever written.
    ///
    /// # Errors
    ///
    /// If it is damaged.
    fn held(&self) -> Result<Option<Held>, StoreError>;

    /// The value of a key.
    ///
    /// # Errors
    ///
    /// If it is damaged.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// The pairs from `from` on and before `to`, or to the end if that is not given, all as of this call.
    ///
    /// # Errors
    ///
    /// If it is damaged.
    fn range(&self, from: &[u8], to: Option<&[u8]>) -> Result<Pairs<'_>, StoreError>;

    /// Makes changes and notes what is held now: visible all at once, and durable when this returns, all or
    /// nothing. Returns the bytes of keys and values.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] if something could not be written; then all or nothing of it may be there. The
    /// error of a change that cannot be had; then nothing of it is.
    fn write(&self, changes: &mut SortedChanges<'_>, held: Held) -> Result<u64, StoreError>;

    /// Does one piece of what keeps reading fast, and says whether there was anything to do.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] if something could not be written.
    fn merge_step(&self) -> Result<bool, StoreError>;

    /// Whether so much is left to merge that nothing should be written before it is.
    fn behind(&self) -> bool;

    /// Rewrites everything, so that no byte of deleted keys, and of values that were replaced or deleted, is
    /// in its files when this returns, unless pairs of an earlier call of [`range`](Base::range) are still being read.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] if something could not be written.
    fn compact(&self) -> Result<(), StoreError>;

    /// Reads every byte and compares checksums. Returns what is wrong, and how many pairs there are.
    ///
    /// # Errors
    ///
    /// If reading fails altogether.
    fn check(&self) -> Result<(u64, Vec<StoreError>), StoreError>;
}

/// A base that lasts as long as the process, for tests and simulations. Clones are the same base, so
/// that it can be "opened" again.
#[derive(Debug, Clone, Default)]
pub struct MemoryBase {
    inner: Arc<Mutex<MemoryInner>>,
}

#[derive(Debug, Default)]
struct MemoryInner {
    /// Shared with the pairs that are being read, which stay as they were.
    pairs: Arc<BTreeMap<Vec<u8>, Vec<u8>>>,
    held: Option<Held>,
}

impl Base for MemoryBase {
    fn held(&self) -> Result<Option<Held>, StoreError> {
        Ok(lock(&self.inner).held)
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(lock(&self.inner).pairs.get(key).cloned())
    }

    fn range(&self, from: &[u8], to: Option<&[u8]>) -> Result<Pairs<'_>, StoreError> {
        let pairs = lock(&self.inner).pairs.clone();
        let to = to.map(<[u8]>::to_vec);
        let mut next = Bound::Included(from.to_vec());
        Ok(Box::new(std::iter::from_fn(move || {
            let from = next.as_ref().map(Vec::as_slice);
            let end = to.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
            let (key, value) = pairs.range::<[u8], _>((from, end)).next()?;
            let pair = (key.clone(), value.clone());
            next = Bound::Excluded(key.clone());
            Some(Ok(pair))
        })))
    }

    fn write(&self, changes: &mut SortedChanges<'_>, held: Held) -> Result<u64, StoreError> {
        let changes: Vec<SortedChange<'_>> = changes.collect::<Result<_, _>>()?;
        let mut inner = lock(&self.inner);
        let pairs = Arc::make_mut(&mut inner.pairs);
        let mut bytes = 0;
        for (key, value) in changes {
            bytes += (key.len() + value.as_ref().map_or(0, |value| value.len())) as u64;
            match value {
                Some(value) => pairs.insert(key.into_owned(), value.into_owned()),
                None => pairs.remove(&*key),
            };
        }
        inner.held = Some(held);
        Ok(bytes)
    }

    fn merge_step(&self) -> Result<bool, StoreError> {
        Ok(false)
    }

    fn behind(&self) -> bool {
        false
    }

    fn compact(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn check(&self) -> Result<(u64, Vec<StoreError>), StoreError> {
        Ok((lock(&self.inner).pairs.len() as u64, Vec::new()))
    }
}
