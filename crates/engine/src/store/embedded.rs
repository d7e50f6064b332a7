//! The store on a disk: a log that makes appends durable, the newest changes in memory, the rest behind.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use super::base::{Base, Held, OpenBase, Purpose};
use super::batch::admit;
use super::disk::Disk;
use super::guard::lock;
use super::health::Health;
use super::home::Home;
use super::log::{self, Log, Pending, Place, Visitor};
use super::lsm::LsmBase;
use super::merge::Merged;
use super::metrics::Counters;
use super::overlay::Overlay;
use super::real_disk::RealDisk;
use super::signal::Signal;
use super::threads::Threads;
use super::{Batch, Metrics, Options, Pair, Recovery, Store, StoreError, Ticket};

/// A group is at most as large as this and one batch: records say in 32 bits where theirs begins.
const MOST_UNSYNCED: usize = 1 << 30;

/// A store in a directory.
///
/// An append goes to the *log*, where [`sync`](Store::sync) makes it durable, and to the *overlay*, an ordered map in memory.
/// A large overlay is written in sorted order to the *base*, which is larger than memory, with a note up
/// to which ticket it holds everything; then the log up to there is removed. Recovery takes the base
/// and what the log has behind it.
///
/// When a write or an fsync fails, this and every later call returns [`StoreError::Failed`]; the process has to end.
pub struct EmbeddedStore {
    pub(super) inner: Arc<Inner>,
    threads: Mutex<Threads>,
}

pub(super) struct Inner {
    pub(super) home: Home,
    pub(super) disk: Arc<dyn Disk>,
    pub(super) open_base: Arc<OpenBase>,
    pub(super) base: Arc<dyn Base>,
    pub(super) log: Log,
    pub(super) overlay: Overlay,
    pub(super) health: Arc<Health>,
    pub(super) counters: Arc<Counters>,
    pub(super) options: Options,
    pub(super) signal: Signal,
    /// Held by whoever writes to the base.
    pub(super) flushing: Mutex<()>,
}

impl EmbeddedStore {
    /// Opens the store in a directory of this machine, or makes one if there is none, and starts the two threads that write
    /// to the base and merge its files.
    ///
    /// # Errors
    ///
    /// If somebody else has it open, or it is damaged or not complete; then nothing was changed.
    pub fn open(directory: &Path, options: Options) -> Result<(Self, Recovery), StoreError> {
        let base = options.base;
        let open_base = move |path: &Path, purpose: Purpose| {
            Ok(Arc::new(LsmBase::open(path, purpose, base)?) as Arc<dyn Base>)
        };
        let disk = Arc::new(RealDisk);
        let (store, recovery) = Self::open_with(disk, directory, options, Arc::new(open_base))?;
        lock(&store.threads).start(&store.inner)?;
        Ok((store, recovery))
    }

    /// The same on any disk and base, and without threads: an append that finds no room writes to the
    /// base itself, and so does who calls [`flush_step`](Self::flush_step) and [`merge_step`](Self::merge_step).
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn open_with(
        disk: Arc<dyn Disk>,
        directory: &Path,
        options: Options,
        open_base: Arc<OpenBase>,
    ) -> Result<(Self, Recovery), StoreError> {
        let home = Home::open(&*disk, directory, options.id)?;
        let (health, counters) = (Arc::<Health>::default(), Arc::<Counters>::default());
        let place = Place {
            disk: disk.clone(),
            directory: home.log(),
            store: home.store,
            health: health.clone(),
            counters: counters.clone(),
        };
        let (base, overlay, log, recovery) = if home.fresh {
            make(&home, place, &*open_base)?
        } else {
            recover(&home, place, options, &*open_base)?
        };
        if home.fresh {
            home.finish(&*disk)?;
        }
        let (signal, flushing) = (Signal::default(), Mutex::default());
        let inner = Inner {
            home,
            disk,
            open_base,
            base,
            log,
            overlay,
            health,
            counters,
            options,
            signal,
            flushing,
        };
        Ok((Self { inner: Arc::new(inner), threads: Mutex::default() }, recovery))
    }

    /// Makes everything durable, writes it to the base, so that the next start has nothing to recover, and
    /// closes the store. A store that is dropped instead loses nothing that was synced, either.
    ///
    /// # Errors
    ///
    /// If the store has failed.
    pub fn close(self) -> Result<(), StoreError> {
        self.inner.log.sync()?;
        self.inner.flush()
    }

    /// The id of the store.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.inner.home.store
    }

    /// The last ticket that is durable.
    #[must_use]
    pub fn durable(&self) -> Ticket {
        self.inner.log.durable()
    }

    /// What the store counted.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        let mut metrics = self.inner.counters.metrics();
        self.inner.overlay.measure(&mut metrics);
        metrics
    }
}

impl Drop for EmbeddedStore {
    fn drop(&mut self) {
        self.inner.signal.stop();
        lock(&self.threads).join();
    }
}

type Parts = (Arc<dyn Base>, Overlay, Log, Recovery);

/// Makes a store.
fn make(home: &Home, place: Place, open_base: &OpenBase) -> Result<Parts, StoreError> {
    let base = open_base(&home.base(), Purpose::Create)?;
    let none = Held { store: home.store, through: Ticket(0) };
    if base.held()?.is_some_and(|held| held.through > none.through) {
        // This was in use, whatever the directory says.
        return Err(StoreError::MissingFile { file: home.identity() });
    }
    base.write(&mut std::iter::empty(), none)?;
    let log = log::create(place, Ticket(1))?;
    let recovery = Recovery {
        created: true,
        base: Ticket(0),
        last: Ticket(0),
        segments: 1,
        records: 0,
        sealed: true,
        cut: None,
    };
    Ok((base, Overlay::new(Ticket(0)), log, recovery))
}

/// Opens a store that is there.
fn recover(
    home: &Home,
    place: Place,
    options: Options,
    open_base: &OpenBase,
) -> Result<Parts, StoreError> {
    let base = open_base(&home.base(), Purpose::Open)?;
    let held = home.belongs(base.held()?)?;
    let overlay = Overlay::new(held.through);
    let mut replay = Replay { overlay: &overlay, base: &*base, held, options };
    let (log, recovery) = log::recover(place, held.through, &mut replay)?;
    Ok((base, overlay, log, recovery))
}

/// Brings what the log holds into the overlay, and from there into the base where it gets too much.
struct Replay<'a> {
    overlay: &'a Overlay,
    base: &'a dyn Base,
    held: Held,
    options: Options,
}

impl Visitor for Replay<'_> {
    fn record(&mut self, ticket: Ticket, batch: &Batch) -> Result<(), StoreError> {
        self.overlay.apply(&mut self.overlay.lock(), ticket, batch);
        Ok(())
    }

    // Only here: what is not on disk in the log must not be in the base, either.
    fn end_of_segment(&mut self) -> Result<(), StoreError> {
        if self.overlay.active_bytes() < self.options.layer_bytes {
            return Ok(());
        }
        self.overlay.freeze(&mut self.overlay.lock());
        while self.overlay.frozen() > self.options.layers {
            let Some(layer) = self.overlay.begin_flush(u64::MAX) else { break };
            let held = Held { through: layer.last, ..self.held };
            self.base.write(&mut layer.changes(), held)?;
            self.overlay.end_flush();
            while self.base.behind() && self.base.merge_step()? {}
        }
        Ok(())
    }
}

impl Inner {
    /// Whether the active layer is as large as it may get.
    fn full(&self, pending: &Pending) -> bool {
        self.overlay.active_bytes() >= self.options.layer_bytes
            || pending.segment() >= self.options.segment_bytes
    }

    /// Freezes the active layer, and begins a new segment with the next batch.
    pub(super) fn freeze(&self, pending: &mut Pending) {
        // Who holds both locks knows that every batch up to the last ticket is in the layer.
        let mut layers = self.overlay.lock();
        pending.cut();
        self.overlay.freeze(&mut layers);
        drop(layers);
        self.signal.changed();
    }

    /// Waits until a frozen layer is written to the base.
    fn make_room(&self) -> Result<(), StoreError> {
        Counters::one(&self.counters.waits);
        if !self.signal.threads() {
            return self.flush_next(u64::MAX).map(|_| ());
        }
        self.signal.wait_until(|| {
            self.overlay.frozen() < self.options.layers || self.health.check().is_err()
        });
        self.health.check()
    }
}

impl Store for EmbeddedStore {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let inner = &self.inner;
        inner.health.check()?;
        // Changes go from the overlay to the base, and so does this look for them.
        match inner.overlay.get(key) {
            Some(found) => Ok(found),
            None => inner.base.get(key),
        }
    }

    fn scan(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Pair>, StoreError> {
        let inner = &self.inner;
        inner.health.check()?;
        if from >= to || limit == 0 {
            return Ok(Vec::new());
        }
        loop {
            let part = inner.overlay.part(from, to, limit);
            let pairs = inner.base.range(from, Some(to))?;
            if inner.overlay.goes_together(&part) {
                return Merged::new(part.changes.into_iter(), pairs).take(limit).collect();
            }
        }
    }

    fn append(&self, batch: &Batch) -> Result<Ticket, StoreError> {
        let inner = &self.inner;
        admit(batch)?;
        loop {
            inner.health.check()?;
            let mut pending = inner.log.pending();
            if pending.waiting() >= inner.options.unsynced_bytes.min(MOST_UNSYNCED) {
                drop(pending);
                inner.log.sync()?;
                continue;
            }
            if inner.full(&pending) {
                if inner.overlay.frozen() >= inner.options.layers {
                    drop(pending);
                    inner.make_room()?;
                    continue;
                }
                inner.freeze(&mut pending);
            }
            let ticket = pending.push(batch);
            // The second lock before the first is given up: changes are made in the order of tickets.
            let mut layers = inner.overlay.lock();
            drop(pending);
            inner.overlay.apply(&mut layers, ticket, batch);
            inner.counters.appends.fetch_add(1, Ordering::Relaxed);
            return Ok(ticket);
        }
    }

    fn sync(&self) -> Result<Ticket, StoreError> {
        self.inner.log.sync()
    }
}
