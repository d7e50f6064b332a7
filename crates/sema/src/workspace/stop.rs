//! Reads that nobody waits for any more.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Workspace;

/// Ends reads of the snapshots that it was given to, from any thread: a read that goes through many
/// files is left before the next of them, as if the workspace were about to change.
///
/// The database knows such a thing, too, but forgets it after each query, and a read is many. What
/// is computed already stays computed, and a query is never left in its middle.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Ends them.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether they are to end.
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Leaves the read that is under way if it is to end.
    pub(super) fn check(&self) {
        if self.is_stopped() {
            // No panic: nobody is told of it on the terminal.
            resume_unwind(Box::new(salsa::Cancelled::Local));
        }
    }
}

impl Workspace {
    /// Lets reads of this snapshot, and of its clones from now on, be ended.
    pub fn stop_with(&mut self, stop: Stop) {
        self.stop = stop;
    }
}
