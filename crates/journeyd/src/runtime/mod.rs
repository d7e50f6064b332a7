//! How the engine is driven: a thread a shard, one that makes things durable, and what is to be sent
//! handed on.
//!
//! A [`worker`] takes what was submitted, steps its shard, and appends. The [`committer`] syncs the
//! store once for all that was appended meanwhile, and only then gives answers and lets messages
//! go. So no answer is given, and nothing leaves, before it is durable. A store that fails ends the
//! process: what is on disk is found again at the next start.
//!
//! [`Runtime`] is what routes use; it knows nothing of HTTP.

mod backlog;
mod carry;
mod clock;
mod committer;
pub mod dispatch;
mod gate;
mod gone;
mod measures;
mod receivers;
mod schemas;
mod submit;
mod sweeps;
mod tallies;
mod worker;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;

use journey_engine::control::Control;
use journey_engine::counters::Tally;
use journey_engine::deploy::{Deployment, History, Line, Version};
use journey_engine::form::ReadError;
use journey_engine::outbox::MessageId;
use journey_engine::shard::{Settings, Shard, look_up, shard_of};
use journey_engine::store::Store;
use journey_vm::Customer;
use tokio::sync::mpsc;

pub use carry::Note;
pub use clock::{BEGINNING, Clock, ClockKind};
pub use committer::fail;
pub use gone::Gone;
pub use measures::{JourneyMetrics, Measures};
pub use receivers::{Called, ReceiverMetrics, Receivers, Standing};
pub use schemas::Schemas;
pub use submit::{Busy, Submission};
pub use sweeps::CatchingUp;

use crate::analytics;
use gate::Gate;
use sweeps::Sweeps;
use tallies::Tallies;
use worker::{Work, Worker};

/// What a runtime is started with.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many shards the store has.
    pub shards: u16,
    /// What is the same for all of them.
    pub settings: Settings,
    /// How many members a second go on again when a journey is resumed.
    pub release_rate: u32,
    /// How many submissions wait for a shard at most.
    pub queue: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options { shards: 2, settings: Settings::default(), release_rate: 10_000, queue: 1_024 }
    }
}

/// See the [module](self).
pub struct Runtime {
    store: carry::Carrier,
    clock: Arc<Clock>,
    gate: Arc<Gate>,
    shards: Vec<std::sync::mpsc::SyncSender<Work>>,
    control: Mutex<Control>,
    history: RwLock<Arc<History>>,
    /// Held while the times of a submission are set and it is put into the queues, so that each
    /// shard gets them in the order of the clock. By the clock of events, how late it is for each shard.
    order: Mutex<Vec<i64>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    stopping: AtomicBool,
    sweeps: Arc<Sweeps>,
    tallies: Arc<Tallies>,
    /// What the workers have measured.
    pub measures: Arc<Measures>,
}

/// Why the runtime does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// What is stored cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The system gives no thread.
    #[error("a thread cannot be started: {0}")]
    Thread(#[from] std::io::Error),
}

impl Runtime {
    /// Starts the threads. Messages that may be sent come out of the receiver, those first that were
    /// in the outbox before.
    pub fn start(
        store: Arc<dyn Store>,
        clock: Arc<Clock>,
        options: &Options,
    ) -> Result<(Arc<Runtime>, mpsc::UnboundedReceiver<MessageId>), StartError> {
        let control = Control::open(&*store)?;
        let history = control.history();
        let gate = Arc::new(Gate::new(history.len()));
        let measures = Arc::new(Measures::default());
        let tallies = Arc::new(Tallies::new(counted(&*store, &control)?, options.shards));
        let sweeps = Arc::new(Sweeps::new(options.shards));
        let release_rate = options.release_rate / u32::from(options.shards).max(1);
        let (released, messages) = mpsc::unbounded_channel();
        let (commits, committer) =
            committer::start(Arc::clone(&store), released, Arc::clone(&measures));
        let mut threads = vec![committer];
        let (mut shards, mut times) = (Vec::new(), Vec::new());
        for number in 0..options.shards {
            let settings = options.settings.clone();
            let shard = Shard::open(&*store, number, Arc::clone(&history), settings)?;
            times.push(shard.clock().unwrap_or(BEGINNING));
            let (send, receive) = std::sync::mpsc::sync_channel(options.queue);
            let worker = Worker {
                shard,
                store: Arc::clone(&store),
                clock: Arc::clone(&clock),
                gate: Arc::clone(&gate),
                work: receive,
                commits: commits.clone(),
                release_rate: release_rate.max(1),
                measures: Arc::clone(&measures),
                tallies: Arc::clone(&tallies),
                sweeps: Arc::clone(&sweeps),
            };
            let name = format!("shard-{number}");
            let thread = std::thread::Builder::new().name(name).spawn(move || worker.run());
            threads.push(thread?);
            shards.push(send);
        }
        clock.resume(times.iter().copied().max());
        let runtime = Runtime {
            store: carry::Carrier(store),
            clock,
            gate,
            shards,
            control: Mutex::new(control),
            history: RwLock::new(history),
            order: Mutex::new(times),
            threads: Mutex::new(threads),
            stopping: AtomicBool::new(false),
            sweeps,
            tallies,
            measures,
        };
        Ok((Arc::new(runtime), messages))
    }

    /// The store, to be read.
    pub fn store(&self) -> &dyn Store {
        &self.store
    }

    /// Does something to the catalogue. Its first write carries the note along: after a crash there are
    /// both or neither.
    pub fn carrying<T>(&self, note: Option<Note>, job: impl FnOnce() -> T) -> T {
        carry::carrying(note, job)
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// How many shards there are.
    pub fn shards(&self) -> u16 {
        u16::try_from(self.shards.len()).unwrap_or(u16::MAX)
    }

    /// A customer as it is stored, and the program it is laid out for. It may not have seen the latest
    /// operations yet.
    pub fn look_up(&self, id: &str) -> Result<Option<(Customer, Arc<Deployment>)>, ReadError> {
        look_up(&self.store, shard_of(id, self.shards()), id, &self.history())
    }

    /// All that was put to work and done so far.
    pub fn history(&self) -> Arc<History> {
        Arc::clone(&self.history.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts a program to work or does something to a journey, one at a time, and tells the shards.
    /// What `change` does to the control is durable when it returns.
    pub fn control<T>(&self, change: impl FnOnce(&mut Control, &dyn Store, i64) -> T) -> T {
        let mut control = self.control.lock().unwrap_or_else(PoisonError::into_inner);
        let _order = self.order.lock().unwrap_or_else(PoisonError::into_inner);
        let before = control.history().len();
        let at = self.gate.close(&self.clock);
        let outcome = change(&mut control, &self.store, at);
        let history = control.history();
        if history.len() != before {
            *self.history.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&history);
            for shard in &self.shards {
                // A worker that is gone has ended the process.
                let _ = shard.send(Work::Learn(Arc::clone(&history)));
            }
        }
        self.gate.open(history.len());
        outcome
    }

    /// Looks at the control.
    pub fn read_control<T>(&self, look: impl FnOnce(&Control) -> T) -> T {
        look(&self.control.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How far customers have been brought along to what was done last to a journey; nothing if all have
    /// been.
    pub fn catching_up(&self, line: Line) -> Option<CatchingUp> {
        self.sweeps.catching_up(self.history().latest_about(line)?)
    }

    /// What was ever counted in each version of a journey, as far as anybody was told that it happened. It takes no
    /// look at the store.
    pub fn tallies(&self, line: Line) -> BTreeMap<u32, Tally> {
        self.tallies.of(line)
    }

    /// Does what is in the queues and stops. What is submitted afterwards is refused.
    pub fn stop(&self) {
        if self.stopping.swap(true, Ordering::SeqCst) {
            return;
        }
        for shard in &self.shards {
            let _ = shard.send(Work::Stop);
        }
        let threads =
            std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        // The committer is first in the list and ends when the last worker has.
        for thread in threads.into_iter().rev() {
            let _ = thread.join();
        }
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }
}

/// What was counted in each version.
fn counted(store: &dyn Store, control: &Control) -> Result<BTreeMap<Version, Tally>, ReadError> {
    let mut counted = BTreeMap::new();
    for line in control.lines() {
        let of_line = analytics::tallies(store, line)?.into_iter();
        counted.extend(of_line.map(|(version, tally)| (Version { line, version }, tally)));
    }
    Ok(counted)
}
