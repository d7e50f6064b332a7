//! The log: every batch in the order of appends, checksummed, in segments.
//!
//! Appending puts a record into a buffer; [`Log::sync`] writes what is there and syncs it. While one thread
//! does that, others go on appending, and all who wait for it are served by the same fsync or by the
//! next. [`frame`] says how it looks on disk, [`reader`] how damage is told from a write that was cut off.

mod frame;
mod reader;
mod recover;
mod segment;
mod survey;
mod window;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use frame::Seed;
pub(super) use recover::{check, create, recover};
use survey::Closed;
pub(super) use survey::Visitor;

use super::disk::{Disk, DiskFile};
use super::guard::lock;
use super::health::Health;
use super::metrics::Counters;
use super::{Batch, StoreError, Ticket};
use crate::planted::{self, Bug};

/// A buffer that grew beyond this is given back to the system after it was written.
const KEEP: usize = 8 << 20;

/// Where a log is, and whom it tells what.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) disk: Arc<dyn Disk>,
    pub(super) directory: PathBuf,
    /// The id of the store.
    pub(super) store: u64,
    pub(super) health: Arc<Health>,
    pub(super) counters: Arc<Counters>,
}

/// The log of an open store.
pub(super) struct Log {
    place: Place,
    pending: Mutex<Pending>,
    writer: Mutex<Writer>,
    durable: AtomicU64,
}

/// Records that were appended and not yet written.
pub(super) struct Pending {
    bytes: Vec<u8>,
    /// Where in `bytes` the part for the newest segment begins.
    part: usize,
    /// Where new segments begin in `bytes`, with their first tickets.
    cuts: Vec<(usize, Ticket)>,
    /// The last ticket that was given out.
    last: Ticket,
    seed: Seed,
    /// How many bytes the newest segment will have of what was appended since the store was opened.
    segment: u64,
    store: u64,
}

/// What is taken from [`Pending`] at once.
struct Group {
    bytes: Vec<u8>,
    cuts: Vec<(usize, Ticket)>,
    last: Ticket,
}

/// The segment that is written to.
struct Writer {
    file: Box<dyn DiskFile>,
    path: PathBuf,
    seed: Seed,
    first: Ticket,
    /// Where the next group goes: behind the last one, on its seal.
    offset: u64,
    /// Segments before this one, in order.
    closed: VecDeque<Closed>,
    /// An empty buffer with some room.
    spare: Vec<u8>,
}

impl Pending {
    /// Appends a record.
    pub(super) fn push(&mut self, batch: &Batch) -> Ticket {
        self.last = self.last.next();
        let begin = self.bytes.len();
        let back = u32::try_from(begin - self.part).unwrap_or(u32::MAX);
        self.seed.record(&mut self.bytes, back, self.last, batch.as_bytes());
        self.segment += (self.bytes.len() - begin) as u64;
        self.last
    }

    /// Begins a new segment with the next record, unless the newest one is empty. Returns the last ticket.
    pub(super) fn cut(&mut self) -> Ticket {
        if self.segment == 0 {
            return self.last;
        }
        let first = self.last.next();
        self.part = self.bytes.len();
        self.cuts.push((self.part, first));
        self.seed = Seed::new(self.store, first);
        self.segment = 0;
        self.last
    }

    /// How many bytes wait to be written.
    pub(super) fn waiting(&self) -> usize {
        self.bytes.len()
    }

    /// About how large the newest segment will be.
    pub(super) fn segment(&self) -> u64 {
        self.segment
    }

    fn is_empty(&self) -> bool {
        self.bytes.is_empty() && self.cuts.is_empty()
    }

    fn take(&mut self, spare: Vec<u8>) -> Group {
        self.part = 0;
        let bytes = std::mem::replace(&mut self.bytes, spare);
        Group { bytes, cuts: std::mem::take(&mut self.cuts), last: self.last }
    }
}

impl Log {
    fn new(place: Place, writer: Writer) -> Self {
        let last = Ticket(writer.first.0.saturating_sub(1));
        let pending = Pending {
            bytes: Vec::new(),
            part: 0,
            cuts: Vec::new(),
            last,
            seed: writer.seed.clone(),
            segment: 0,
            store: place.store,
        };
        place.counters.segments.store(writer.closed.len() as u64 + 1, Ordering::Relaxed);
        let durable = AtomicU64::new(last.0);
        Self { place, pending: Mutex::new(pending), writer: Mutex::new(writer), durable }
    }

    /// What was appended and not yet written. Who holds it decides what comes next.
    pub(super) fn pending(&self) -> MutexGuard<'_, Pending> {
        lock(&self.pending)
    }

    /// The last ticket that is durable.
    pub(super) fn durable(&self) -> Ticket {
        Ticket(self.durable.load(Ordering::Acquire))
    }

    /// Makes everything that was appended before the call durable.
    pub(super) fn sync(&self) -> Result<Ticket, StoreError> {
        self.place.health.check()?;
        let wanted = self.pending().last;
        let mut writer = lock(&self.writer);
        // Somebody else's fsync may have done it meanwhile.
        if self.durable() < wanted {
            self.write_pending(&mut writer)?;
        }
        self.place.health.check()?;
        Ok(self.durable())
    }

    /// The same, and begins the segments that were asked for.
    pub(super) fn roll(&self) -> Result<(), StoreError> {
        self.write_pending(&mut lock(&self.writer))
    }

    fn write_pending(&self, writer: &mut Writer) -> Result<(), StoreError> {
        self.place.health.check()?;
        let group = {
            let mut pending = self.pending();
            if pending.is_empty() {
                return Ok(());
            }
            pending.take(std::mem::take(&mut writer.spare))
        };
        let mut from = 0;
        for (at, first) in &group.cuts {
            let part = group.bytes.get(from..*at).unwrap_or_default();
            let last = Ticket(first.0.saturating_sub(1));
            writer.close(&self.place, part, last)?;
            self.durable.store(last.0, Ordering::Release);
            let closed = std::mem::take(&mut writer.closed);
            let next = Writer::begin(&self.place, *first)?;
            let ended = std::mem::replace(writer, next);
            writer.closed = closed;
            writer.closed.push_back(Closed { path: ended.path, last });
            from = *at;
        }
        let part = group.bytes.get(from..).unwrap_or_default();
        if !part.is_empty() {
            writer.write(&self.place, part, group.last)?;
        }
        self.durable.store(group.last.0, Ordering::Release);
        writer.spare = group.bytes;
        writer.spare.clear();
        writer.spare.shrink_to(KEEP);
        let segments = writer.closed.len() as u64 + 1;
        self.place.counters.segments.store(segments, Ordering::Relaxed);
        Ok(())
    }

    /// Removes segments that hold nothing after a ticket.
    pub(super) fn drop_through(&self, last: Ticket) -> Result<(), StoreError> {
        let mut old = Vec::new();
        {
            let mut writer = lock(&self.writer);
            while writer.closed.front().is_some_and(|closed| closed.last <= last) {
                old.extend(writer.closed.pop_front());
            }
            let segments = writer.closed.len() as u64 + 1;
            self.place.counters.segments.store(segments, Ordering::Relaxed);
        }
        let Place { disk, directory, health, .. } = &self.place;
        // The oldest first, and each for good before the next: never a gap, whenever it ends.
        for closed in &old {
            health.written(disk.remove(&closed.path), "remove", &closed.path)?;
            health.written(disk.sync_directory(directory), "sync", directory)?;
        }
        Ok(())
    }
}

impl Writer {
    /// Makes a segment: under another name until its header is on disk.
    fn begin(place: &Place, first: Ticket) -> Result<Self, StoreError> {
        let Place { disk, directory, health, .. } = place;
        let path = segment::path(directory, first);
        let mut unfinished = path.clone().into_os_string();
        unfinished.push(segment::UNFINISHED);
        let unfinished = PathBuf::from(unfinished);
        let mut file = health.written(disk.create(&unfinished), "make", &unfinished)?;
        let seed = Seed::new(place.store, first);
        let mut header = segment::header(place.store, first);
        // So the first group, too, is written over a seal: one that is missing says that something is.
        seed.seal(&mut header, Ticket(first.0.saturating_sub(1)));
        health.written(file.write_at(0, &header), "write", &unfinished)?;
        health.written(file.sync(), "sync", &unfinished)?;
        health.written(disk.rename(&unfinished, &path), "rename", &unfinished)?;
        if !planted::is(Bug::DirectoryNotSynced) {
            health.written(disk.sync_directory(directory), "sync", directory)?;
        }
        place.counters.wrote(header.len());
        place.counters.synced();
        Ok(Self::resume(file, path, seed, first, segment::HEADER as u64))
    }

    fn resume(
        file: Box<dyn DiskFile>,
        path: PathBuf,
        seed: Seed,
        first: Ticket,
        offset: u64,
    ) -> Self {
        Self { file, path, seed, first, offset, closed: VecDeque::new(), spare: Vec::new() }
    }

    /// Writes a group and syncs it. The seal behind it reaches the disk whenever it does.
    fn write(&mut self, place: &Place, part: &[u8], last: Ticket) -> Result<(), StoreError> {
        self.put(place, part)?;
        if planted::is(Bug::SealEarly) {
            self.seal(place, last)?;
        }
        self.sync(place)?;
        self.seal(place, last)
    }

    /// Writes the last group of a segment, if there is one, and syncs it and then the seal: a seal that reached the
    /// disk before its group would prove what is not so.
    fn close(&mut self, place: &Place, part: &[u8], last: Ticket) -> Result<(), StoreError> {
        if !part.is_empty() {
            self.write(place, part, last)?;
        }
        self.sync(place)
    }

    fn put(&mut self, place: &Place, bytes: &[u8]) -> Result<(), StoreError> {
        let written = self.file.write_at(self.offset, bytes);
        place.health.written(written, "write", &self.path)?;
        place.counters.wrote(bytes.len());
        self.offset += bytes.len() as u64;
        Ok(())
    }

    fn seal(&mut self, place: &Place, last: Ticket) -> Result<(), StoreError> {
        let mut seal = std::mem::take(&mut self.spare);
        seal.clear();
        self.seed.seal(&mut seal, last);
        let written = self.file.write_at(self.offset, &seal);
        place.counters.wrote(seal.len());
        self.spare = seal;
        place.health.written(written, "write", &self.path)
    }

    fn sync(&mut self, place: &Place) -> Result<(), StoreError> {
        place.counters.synced();
        if planted::is(Bug::NoFsync) {
            return Ok(());
        }
        let synced = self.file.sync();
        if planted::is(Bug::FailedFsyncIgnored) {
            return Ok(());
        }
        place.health.written(synced, "sync", &self.path)
    }
}
