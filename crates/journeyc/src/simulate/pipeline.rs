//! From an input to the shards, on as many threads as there are shards.
//!
//! All threads do the same: apply the next batch to the shard they own; if there is none, take
//! the next chunk of the input and decode it into a batch for all. Batches are numbered in the
//! order of the file and each shard takes them in that order, so a customer's inputs stay in
//! order and nothing depends on which thread was faster. A window bounds how far decoding runs
//! ahead of the slowest shard, and with it the memory.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::error::SimulateError;
use super::input::{Batch, Chunk, Chunks, Decoder, Input, Pass, Rules, Source};
use super::ledger::{Ledger, RejectedFile};
use super::progress::Progress;
use super::shard::Shard;

/// Bytes in a chunk. Small enough that what is decoded from it is still in the cache when it is
/// applied, large enough that handing it over costs nothing.
const CHUNK: usize = 64 * 1024;

/// What is fed to the shards.
#[derive(Clone, Copy)]
pub(crate) struct Feed<'f> {
    pub(crate) input: &'f Input,
    pub(crate) pass: Pass,
    pub(crate) rules: Rules<'f>,
}

/// Feeds an input to the shards.
pub(crate) fn run(
    feed: Feed<'_>,
    shards: &mut [Shard<'_>],
    ledger: &mut Ledger,
    rejected: Option<&mut RejectedFile>,
    progress: &mut Progress,
) -> Result<(), SimulateError> {
    let Feed { input, pass, rules } = feed;
    let source = Source::open(input)
        .map_err(|source| SimulateError::Open { input: input.clone(), source })?;
    progress.begin(if pass == Pass::Events { "events" } else { "profiles" }, source.length);
    let Source { text, position, .. } = source;
    let belt = Belt::new(Chunks::new(text, CHUNK), shards.len());
    let worker = Worker { belt: &belt, rules, pass, position: &position, progress };
    thread::scope(|scope| {
        let Some((first, others)) = shards.split_first_mut() else { return };
        for (number, shard) in (1..).zip(others) {
            scope.spawn(move || worker.run(number, shard, None));
        }
        // The ledger goes by the order of the file, and so does each shard: the first one's
        // thread keeps it.
        worker.run(0, first, Some((ledger, rejected)));
    });
    progress.end();
    belt.state().failure.take().map_or(Ok(()), Err)
}

/// Where chunks are taken from and batches are handed over.
struct Belt {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// The input, unless a thread is reading from it.
    chunks: Option<Chunks>,
    /// Whether the input has been read to its end.
    ended: bool,
    /// How many chunks were taken.
    taken: u64,
    /// Batches from number `first` on that some shard still needs; `None` while being decoded.
    batches: VecDeque<Option<Arc<Batch>>>,
    first: u64,
    /// For each shard, the number of the batch it needs next.
    needs: Vec<u64>,
    /// Memory to be used again.
    spare_batches: Vec<Batch>,
    spare_chunks: Vec<Chunk>,
    /// Why everything stops.
    failure: Option<SimulateError>,
    stopped: bool,
}

/// What a thread does next.
enum Job {
    Apply(Arc<Batch>),
    Read(Chunks, Chunk),
    Done,
}

impl Belt {
    fn new(chunks: Chunks, shards: usize) -> Belt {
        let state = State {
            chunks: Some(chunks),
            ended: false,
            taken: 0,
            batches: VecDeque::new(),
            first: 0,
            needs: vec![0; shards],
            spare_batches: Vec::new(),
            spare_chunks: Vec::new(),
            failure: None,
            stopped: false,
        };
        Belt { state: Mutex::new(state), changed: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for something to do.
    fn next(&self, shard: usize) -> Job {
        let mut state = self.state();
        loop {
            if let Some(job) = state.job(shard) {
                return job;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Changes the state and wakes who may have waited for it.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.state());
        self.changed.notify_all();
        result
    }
}

impl State {
    fn job(&mut self, shard: usize) -> Option<Job> {
        if self.stopped {
            return Some(Job::Done);
        }
        let need = self.needs.get_mut(shard)?;
        let index = usize::try_from(*need - self.first).ok()?;
        if let Some(Some(batch)) = self.batches.get(index) {
            let batch = Arc::clone(batch);
            *need += 1;
            self.drop_done();
            return Some(Job::Apply(batch));
        }
        if self.ended {
            return (*need == self.taken).then_some(Job::Done);
        }
        let window = self.needs.len() + 2;
        if self.batches.len() >= window {
            return None;
        }
        let chunk = self.spare_chunks.pop().unwrap_or_default();
        self.chunks.take().map(|chunks| Job::Read(chunks, chunk))
    }

    /// Lets go of batches that every shard has taken.
    fn drop_done(&mut self) {
        let slowest = self.needs.iter().copied().min().unwrap_or(0);
        while self.first < slowest {
            self.batches.pop_front();
            self.first += 1;
        }
    }

    /// Puts the input back after reading. Returns the number of the batch to decode into.
    fn put_back(&mut self, chunks: Chunks, more: bool) -> Option<(u64, Batch)> {
        self.chunks = Some(chunks);
        self.ended = !more;
        more.then(|| {
            self.batches.push_back(None);
            self.taken += 1;
            (self.taken - 1, self.spare_batches.pop().unwrap_or_default())
        })
    }

    fn put(&mut self, number: u64, batch: Batch) {
        let index = usize::try_from(number - self.first).unwrap_or(usize::MAX);
        if let Some(place) = self.batches.get_mut(index) {
            *place = Some(Arc::new(batch));
        }
    }
}

/// What every thread works with.
#[derive(Clone, Copy)]
struct Worker<'w> {
    belt: &'w Belt,
    rules: Rules<'w>,
    pass: Pass,
    position: &'w AtomicU64,
    progress: &'w Progress,
}

impl Worker<'_> {
    fn run(
        self,
        number: usize,
        shard: &mut Shard<'_>,
        mut ledger: Option<(&mut Ledger, Option<&mut RejectedFile>)>,
    ) {
        let _stop = StopOnPanic(self.belt);
        let mut decoder = Decoder::new(self.rules, self.pass);
        loop {
            match self.belt.next(number) {
                Job::Done => return,
                Job::Read(chunks, chunk) => self.read(chunks, chunk, &mut decoder),
                Job::Apply(batch) => {
                    let entered = match &mut ledger {
                        Some((ledger, file)) => ledger.enter(&batch, file.as_deref_mut()),
                        None => Ok(()),
                    };
                    match entered {
                        Ok(()) => self.apply(shard, batch),
                        Err(error) => self.belt.change(|state| {
                            state.stopped = true;
                            state.failure = Some(error);
                        }),
                    }
                }
            }
        }
    }

    /// Reads a chunk, lets others read on, and decodes it.
    fn read(self, mut chunks: Chunks, chunk: Chunk, decoder: &mut Decoder) {
        let read = chunks.next(chunk);
        self.progress.at(self.position.load(Ordering::Relaxed));
        let more = !matches!(read, Ok(None));
        let last_line = chunks.lines();
        let place = self.belt.change(|state| {
            let place = state.put_back(chunks, more);
            // What comes after a failed read is not to be relied on.
            state.ended |= read.is_err();
            place
        });
        let Some((number, mut batch)) = place else { return };
        match read {
            Ok(chunk) => {
                let chunk = chunk.unwrap_or_default();
                decoder.chunk(&chunk, &mut batch);
                self.belt.change(|state| {
                    state.spare_chunks.push(chunk);
                    state.put(number, batch);
                });
            }
            Err(error) => {
                decoder.chunk(&Chunk::default(), &mut batch);
                batch.failure = Some(error);
                batch.last_line = last_line;
                self.belt.change(|state| state.put(number, batch));
            }
        }
    }

    fn apply(self, shard: &mut Shard<'_>, batch: Arc<Batch>) {
        match self.pass {
            Pass::Profiles => shard.profiles(&batch),
            Pass::Events => shard.events(&batch, self.rules.until),
        }
        if let Some(batch) = Arc::into_inner(batch) {
            self.belt.change(|state| state.spare_batches.push(batch));
        }
    }
}

/// Lets the other threads stop when this one panics, instead of waiting for it for ever.
struct StopOnPanic<'b>(&'b Belt);

impl Drop for StopOnPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.change(|state| state.stopped = true);
        }
    }
}
