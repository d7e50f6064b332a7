//! Ordered keys and atomic batches, durable when asked.
//!
//! [`Store`] is all that the engine knows of its disk. [`MemoryStore`] is a sorted map for tests,
//! [`EmbeddedStore`] the one that lasts:
//!
//! ```text
//! append ──► log (a buffer, then a file at `sync`)
//!    │
//!    └─────► overlay (active layer ─► frozen layers) ──► base
//! ```
//!
//! The log reaches its files through a [`Disk`]; the base is a [`Base`], on files an [`LsmBase`]. Start at `embedded.rs`; how the
//! log looks, and how damage is told from a write that a crash cut off, is in `log/frame.rs`.

mod backup;
mod base;
mod batch;
mod check;
mod disk;
mod embedded;
mod error;
mod flush;
mod guard;
mod health;
mod home;
mod key;
mod log;
mod lsm;
mod memory;
mod merge;
mod metrics;
mod options;
mod overlay;
mod real_disk;
mod recovery;
mod signal;
mod threads;

pub use base::{Base, Held, MemoryBase, OpenBase, Pairs, Purpose, SortedChange, SortedChanges};
pub use batch::{Batch, Change, Changes, MAX_BATCH, MAX_KEY, Ticket};
pub use check::Report;
pub use disk::{Disk, DiskFile, Lock};
pub use embedded::EmbeddedStore;
pub use error::{Failure, Reason, StoreError};
pub use lsm::{LsmBase, LsmOptions};
pub use memory::MemoryStore;
pub use metrics::Metrics;
pub use options::Options;
pub use real_disk::RealDisk;
pub use recovery::{Cut, Recovery};

/// A key with its value.
pub type Pair = (Vec<u8>, Vec<u8>);

/// An ordered map from bytes to bytes that takes atomic batches.
///
/// Writing has two steps, so that many writers share one fsync: [`append`](Store::append) makes a batch
/// visible, [`sync`](Store::sync) makes all that was appended durable. After a crash the store holds a
/// prefix of what was appended, at least up to the last ticket that `sync` returned, and no batch
/// in part.
pub trait Store: Send + Sync {
    /// The value of `key`, as of every append so far, durable or not.
    ///
    /// # Errors
    ///
    /// If the store is damaged or has failed.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// At most `limit` pairs with keys from `from` on and before `to`, in ascending order, all as of one moment: no
    /// batch is seen in part.
    ///
    /// A scan steps over what was deleted in its range and not yet merged away. Who takes from the front of a
    /// queue begins where the queue does, not where it once did.
    ///
    /// # Errors
    ///
    /// If the store is damaged or has failed.
    fn scan(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Pair>, StoreError>;

    /// Takes a batch, all or nothing. It is visible at once and not durable yet.
    ///
    /// # Errors
    ///
    /// If the batch is too large, or the store has failed.
    fn append(&self, batch: &Batch) -> Result<Ticket, StoreError>;

    /// Makes everything that was appended before the call durable, and returns the ticket of the last
    /// batch that is.
    ///
    /// # Errors
    ///
    /// If the store has failed: then it is not known how much of what was not durable before is.
    fn sync(&self) -> Result<Ticket, StoreError>;
}
