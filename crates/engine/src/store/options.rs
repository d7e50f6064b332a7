//! How a store uses memory and disk.

use super::lsm::LsmOptions;

/// How a store uses memory and disk.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The id that the store gets if it is made: any number that no other store has. It keeps files of
    /// different stores apart.
    pub id: u64,
    /// The active layer is frozen when it takes about as much memory as this.
    pub layer_bytes: usize,
    /// So many layers may wait for the base; then appends wait for it.
    pub layers: usize,
    /// The active layer is frozen, too, when so much was logged since it began: it bounds how long recovery takes
    /// where the same keys are changed again and again.
    pub segment_bytes: u64,
    /// When so much is appended and not synced, an append syncs itself. A gigabyte counts as the most.
    pub unsynced_bytes: usize,
    /// What stands behind the overlay.
    pub base: LsmOptions,
}

impl Options {
    /// The options for a store that gets this id if it is made.
    #[must_use]
    pub fn new(id: u64) -> Self {
        Self {
            id,
            layer_bytes: 128 << 20,
            layers: 2,
            segment_bytes: 256 << 20,
            unsynced_bytes: 32 << 20,
            base: LsmOptions::default(),
        }
    }
}
