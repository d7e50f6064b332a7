//! When the disk does not do what it is asked.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use journey_engine::store::{
    Base, Disk, DiskFile, EmbeddedStore, Failure, Held, Lock, MemoryBase, OpenBase, Pairs, Purpose,
    RealDisk, Reason, SortedChanges, Store, StoreError, Ticket,
};

use crate::support::{append, batch, folder, open, open_on, roomy, small, text};

const EIO: i32 = 5;
const ENOSPC: i32 = 28;

/// The machine's disk, which fails or waits when it is told to.
#[derive(Clone, Default)]
pub(crate) struct Told {
    told: Arc<Orders>,
}

#[derive(Default)]
struct Orders {
    /// The error that the next sync of a file ends with, or 0.
    sync: AtomicI32,
    /// The error that the next write ends with, or 0.
    write: AtomicI32,
    /// How often files of the log were synced.
    syncs: AtomicU64,
    /// A sync says on the one that it began, and ends when the other says so.
    gate: Mutex<Option<(Sender<()>, Receiver<()>)>>,
}

struct ToldFile {
    file: Box<dyn DiskFile>,
    told: Arc<Orders>,
}

fn obey(order: &AtomicI32) -> io::Result<()> {
    match order.swap(0, Ordering::SeqCst) {
        0 => Ok(()),
        error => Err(io::Error::from_raw_os_error(error)),
    }
}

impl Told {
    /// The next sync fails, after everything was handed to the system.
    pub(crate) fn fail_sync(&self) {
        self.told.sync.store(EIO, Ordering::SeqCst);
    }

    fn wrap(&self, file: Box<dyn DiskFile>) -> Box<dyn DiskFile> {
        Box::new(ToldFile { file, told: self.told.clone() })
    }
}

impl Disk for Told {
    fn create_directory(&self, path: &Path) -> io::Result<()> {
        RealDisk.create_directory(path)
    }
    fn list(&self, directory: &Path) -> io::Result<Vec<String>> {
        RealDisk.list(directory)
    }
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(self.wrap(RealDisk.create(path)?))
    }
    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(self.wrap(RealDisk.open(path)?))
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        RealDisk.rename(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        RealDisk.remove(path)
    }
    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        RealDisk.sync_directory(path)
    }
    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Lock>>> {
        RealDisk.lock(path)
    }
}

impl DiskFile for ToldFile {
    fn size(&mut self) -> io::Result<u64> {
        self.file.size()
    }
    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read_at(offset, buffer)
    }
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        obey(&self.told.write)?;
        self.file.write_at(offset, bytes)
    }
    fn truncate(&mut self, size: u64) -> io::Result<()> {
        self.file.truncate(size)
    }
    fn sync(&mut self) -> io::Result<()> {
        self.told.syncs.fetch_add(1, Ordering::SeqCst);
        if let Some((began, end)) = self.told.gate.lock().unwrap().take() {
            began.send(()).unwrap();
            end.recv().unwrap();
        }
        obey(&self.told.sync)?;
        self.file.sync()
    }
}

fn told(directory: &Path) -> (Told, EmbeddedStore) {
    let disk = Told::default();
    let (store, _) = open_on(Arc::new(disk.clone()), directory, roomy()).unwrap();
    (disk, store)
}

/// Every call of a store that has failed says so, and names the file.
fn has_failed(store: &EmbeddedStore, segment: &Path, reason: &Reason) {
    let calls = [
        store.append(&batch(&["x=1"])).err(),
        store.sync().err(),
        store.get(b"a").err(),
        store.scan(b"a", b"z", 9).err(),
        store.flush().err(),
        store.flush_step().err(),
        store.merge_step().err(),
        store.compact().err(),
        store.backup(&segment.join("nowhere")).err(),
    ];
    for (call, error) in calls.into_iter().enumerate() {
        let Some(StoreError::Failed(failure)) = error else { panic!("call {call}: {error:?}") };
        assert_eq!((failure.file.as_path(), &failure.reason), (segment, reason));
    }
}

fn first_segment(directory: &Path) -> PathBuf {
    directory.join("log/00000000000000000001.log")
}

#[test]
fn after_a_failed_fsync_nothing_is_acknowledged_ever_again() {
    let directory = folder();
    let (disk, store) = told(directory.path());
    append(&store, &["a=1"]);
    assert_eq!(store.sync().unwrap(), Ticket(1));
    append(&store, &["b=2"]);
    disk.fail_sync();
    let said = store.sync().unwrap_err().to_string();
    assert!(said.starts_with("the store has failed and takes nothing more: "), "{said}");
    assert!(said.contains("could not sync: "), "{said}");
    let reason = Reason::Other(io::Error::from_raw_os_error(EIO).to_string());
    has_failed(&store, &first_segment(directory.path()), &reason);
    assert_eq!(store.durable(), Ticket(1));
    drop(store);
    // It came to the disk all the same, as happens; who sees it now may rely on it.
    let (store, recovery) = open(directory.path(), roomy()).unwrap();
    assert_eq!(text(&store), "a=1 b=2");
    assert!(!recovery.sealed);
}

#[test]
fn a_full_disk_is_said_by_name() {
    let directory = folder();
    let (disk, store) = told(directory.path());
    append(&store, &["a=1"]);
    disk.told.write.store(ENOSPC, Ordering::SeqCst);
    let said = store.sync().unwrap_err().to_string();
    assert!(said.contains("00000000000000000001.log: could not write: the disk is full"), "{said}");
    has_failed(&store, &first_segment(directory.path()), &Reason::Full);
    assert_eq!(store.durable(), Ticket(0));
}

#[test]
fn a_store_that_cannot_begin_a_segment_has_failed() {
    let directory = folder();
    let (disk, store) = told(directory.path());
    append(&store, &["a=1"]);
    store.sync().unwrap();
    disk.told.write.store(ENOSPC, Ordering::SeqCst);
    assert!(matches!(store.flush(), Err(StoreError::Failed(_))));
    let second = directory.path().join("log/00000000000000000002.log.new");
    has_failed(&store, &second, &Reason::Full);
    drop(store);
    assert_eq!(text(&open(directory.path(), roomy()).unwrap().0), "a=1");
}

/// A base in memory that finds no room for what it is told not to write.
struct Full {
    base: MemoryBase,
    /// Whether it has no room for changes, and for merging.
    told: Arc<(AtomicBool, AtomicBool)>,
}

impl Full {
    fn room(&self, full: &AtomicBool) -> Result<(), StoreError> {
        if !full.load(Ordering::SeqCst) {
            return Ok(());
        }
        let error = io::Error::from_raw_os_error(ENOSPC);
        Err(StoreError::Failed(Arc::new(Failure::new("write to", Path::new("base"), &error))))
    }
}

impl Base for Full {
    fn held(&self) -> Result<Option<Held>, StoreError> {
        self.base.held()
    }
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.base.get(key)
    }
    fn range(&self, from: &[u8], to: Option<&[u8]>) -> Result<Pairs<'_>, StoreError> {
        self.base.range(from, to)
    }
    fn write(&self, changes: &mut SortedChanges<'_>, held: Held) -> Result<u64, StoreError> {
        self.room(&self.told.0)?;
        self.base.write(changes, held)
    }
    fn merge_step(&self) -> Result<bool, StoreError> {
        self.room(&self.told.1)?;
        self.base.merge_step()
    }
    fn behind(&self) -> bool {
        self.base.behind()
    }
    fn compact(&self) -> Result<(), StoreError> {
        self.room(&self.told.1)
    }
    fn check(&self) -> Result<(u64, Vec<StoreError>), StoreError> {
        self.base.check()
    }
}

#[test]
fn a_base_that_finds_no_room_fails_the_store_and_nothing_is_lost() {
    let directory = folder();
    let (base, told) = (MemoryBase::default(), Arc::<(AtomicBool, AtomicBool)>::default());
    let open = |options| {
        let (base, told) = (base.clone(), told.clone());
        let open_base: Arc<OpenBase> = Arc::new(move |_: &Path, _: Purpose| {
            Ok(Arc::new(Full { base: base.clone(), told: told.clone() }) as Arc<dyn Base>)
        });
        EmbeddedStore::open_with(Arc::new(RealDisk), directory.path(), options, open_base).unwrap()
    };
    let (store, _) = open(roomy());
    append(&store, &["a=1"]);
    store.sync().unwrap();
    told.1.store(true, Ordering::SeqCst);
    assert!(matches!(store.merge_step(), Err(StoreError::Failed(_))));
    has_failed(&store, Path::new("base"), &Reason::Full);
    drop(store);
    told.1.store(false, Ordering::SeqCst);

    // An append that has to write to the base itself, for want of memory.
    told.0.store(true, Ordering::SeqCst);
    let (store, _) = open(small());
    let mut appended = 1;
    let value = format!("b={}", "v".repeat(300));
    let error = loop {
        match store.append(&batch(&[&value, &format!("k{appended}=")])) {
            Ok(ticket) => appended = ticket.0,
            Err(error) => break error,
        }
        store.sync().unwrap();
    };
    assert!(matches!(error, StoreError::Failed(_)), "{error}");
    has_failed(&store, Path::new("base"), &Reason::Full);
    drop(store);

    told.0.store(false, Ordering::SeqCst);
    let (store, recovery) = open(small());
    assert_eq!(recovery.last, Ticket(appended));
    assert_eq!(text(&store).split(' ').count() as u64, appended + 1);
}

#[test]
fn appends_go_on_while_a_sync_runs_and_the_next_one_serves_all_who_wait() {
    let directory = folder();
    let (disk, store) = told(directory.path());
    append(&store, &["a=1"]);
    let before = disk.told.syncs.load(Ordering::SeqCst);
    let ((began, has_begun), (end, may_end)) = (channel(), channel());
    *disk.told.gate.lock().unwrap() = Some((began, may_end));
    std::thread::scope(|scope| {
        let first = scope.spawn(|| store.sync().unwrap());
        has_begun.recv().unwrap();
        for changes in [["b=2"], ["c=3"], ["d=4"]] {
            append(&store, &changes);
        }
        assert_eq!(text(&store), "a=1 b=2 c=3 d=4");
        assert_eq!(store.durable(), Ticket(0));
        let others = [0; 3].map(|_| scope.spawn(|| store.sync().unwrap()));
        end.send(()).unwrap();
        assert!(first.join().unwrap() >= Ticket(1));
        for other in others {
            assert_eq!(other.join().unwrap(), Ticket(4));
        }
    });
    assert_eq!(disk.told.syncs.load(Ordering::SeqCst) - before, 2);
}

#[test]
fn an_append_that_finds_too_much_unsynced_syncs_itself() {
    let directory = folder();
    let mut options = roomy();
    options.unsynced_bytes = 1000;
    let (store, _) = open(directory.path(), options).unwrap();
    for n in 0..100 {
        append(&store, &[&format!("k{n}={}", "v".repeat(100))]);
    }
    assert!(store.durable() >= Ticket(90), "{}", store.durable());
}
