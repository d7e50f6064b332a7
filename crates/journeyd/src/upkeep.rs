//! What is done to the store so that what was erased leaves the disk.
//!
//! Deleted bytes stay in files until the store is compacted, which takes as long as copying it. So
//! erasures share one: it begins at most so long after the first of them, or at once where somebody waits.
//! Erasures leave marks in the store, so that those before a crash are not forgotten.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use journey_engine::erasure::Marks;
use journey_engine::form::ReadError;
use journey_engine::store::EmbeddedStore;
use tokio::sync::watch;

use crate::runtime::fail;
use crate::sync::lock;

/// See the [module](self).
#[derive(Debug)]
pub struct Upkeep {
    within: Duration,
    asked: Mutex<Asked>,
    changed: Condvar,
    /// How many erasures have left the disk.
    done: watch::Sender<u64>,
}

/// What is to be done.
#[derive(Debug, Default)]
struct Asked {
    /// How many erasures there were.
    count: u64,
    /// When the next compaction has to begin, if there is anything to do.
    due: Option<Instant>,
}

impl Upkeep {
    /// For a store without files: what is erased is gone.
    pub fn none() -> Arc<Upkeep> {
        Arc::new(Upkeep::new(Duration::MAX))
    }

    fn new(within: Duration) -> Upkeep {
        let (asked, changed, done) = (Mutex::default(), Condvar::new(), watch::Sender::new(0));
        Upkeep { within, asked, changed, done }
    }

    /// Starts the thread that compacts. Erasures of an earlier process are done as if they came now.
    ///
    /// # Errors
    /// The store cannot be read, or the system gives no thread.
    pub fn start(store: Arc<EmbeddedStore>, within: Duration) -> Result<Arc<Upkeep>, StartError> {
        let upkeep = Arc::new(Upkeep::new(within));
        if !Marks::read(&*store)?.is_empty() {
            upkeep.ask(false);
        }
        let working = Arc::clone(&upkeep);
        let run = move || {
            loop {
                let count = working.wait();
                if let Err(error) = compact(&store) {
                    fail(&error);
                }
                working.done.send_replace(count);
            }
        };
        std::thread::Builder::new().name("upkeep".to_owned()).spawn(run)?;
        Ok(upkeep)
    }

    /// Somebody was erased, durably. Waits until that has left the disk, if that is wanted.
    pub async fn erased(&self, wait: bool) {
        let count = self.ask(wait);
        if wait && self.within < Duration::MAX {
            // The sender is part of this.
            let _ = self.done.subscribe().wait_for(|done| *done >= count).await;
        }
    }

    fn ask(&self, now: bool) -> u64 {
        let mut asked = lock(&self.asked);
        asked.count += 1;
        let wanted = Instant::now().checked_add(if now { Duration::ZERO } else { self.within });
        asked.due = match (asked.due, wanted) {
            (Some(due), Some(wanted)) => Some(due.min(wanted)),
            (due, wanted) => due.or(wanted),
        };
        self.changed.notify_one();
        asked.count
    }

    /// Waits until it is time. Returns how many erasures there were by then.
    fn wait(&self) -> u64 {
        let mut asked = lock(&self.asked);
        loop {
            let left = asked.due.map(|due| due.saturating_duration_since(Instant::now()));
            asked = match left {
                Some(Duration::ZERO) => {
                    asked.due = None;
                    return asked.count;
                }
                Some(left) => {
                    let waited = self.changed.wait_timeout(asked, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.changed.wait(asked).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }
}

fn compact(store: &EmbeddedStore) -> Result<(), ReadError> {
    let (marks, begun) = (Marks::read(store)?, Instant::now());
    store.compact()?;
    marks.clear(store)?;
    let seconds = begun.elapsed().as_secs();
    tracing::info!(seconds, "what was erased has left the disk");
    Ok(())
}

/// Why there is no upkeep.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The system gives no thread.
    #[error("a thread cannot be started: {0}")]
    Thread(#[from] std::io::Error),
}
