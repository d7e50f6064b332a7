//! Stores on real files, small enough that everything happens in a few writes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use journey_engine::store::{
    Base, Batch, Disk, EmbeddedStore, LsmBase, LsmOptions, OpenBase, Options, Pair, Purpose,
    RealDisk, Recovery, Store, StoreError, Ticket,
};

/// The id of the stores in these tests.
pub(crate) const ID: u64 = 0x5eed;

/// Layers of a few batches.
pub(crate) fn small() -> Options {
    let mut options = Options::new(ID);
    options.layer_bytes = 1000;
    options.layers = 2;
    options.segment_bytes = 2000;
    options.base = LsmOptions { cache: 1 << 20, files: 32 };
    options
}

/// Layers that are frozen only when asked for.
pub(crate) fn roomy() -> Options {
    Options { layer_bytes: 1 << 20, segment_bytes: 1 << 20, ..small() }
}

pub(crate) fn files() -> Arc<OpenBase> {
    Arc::new(|path: &Path, purpose: Purpose| {
        let base = LsmBase::open(path, purpose, LsmOptions { cache: 1 << 20, files: 32 })?;
        Ok(Arc::new(base) as Arc<dyn Base>)
    })
}

/// A directory in memory, where there is one: an fsync costs nothing there, and none of these tests cuts the power.
pub(crate) fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap()
}

/// A store on files, without threads.
pub(crate) fn open(
    directory: &Path,
    options: Options,
) -> Result<(EmbeddedStore, Recovery), StoreError> {
    open_on(Arc::new(RealDisk), directory, options)
}

pub(crate) fn open_on(
    disk: Arc<dyn Disk>,
    directory: &Path,
    options: Options,
) -> Result<(EmbeddedStore, Recovery), StoreError> {
    EmbeddedStore::open_with(disk, directory, options, files())
}

/// Why opening fails.
pub(crate) fn refused(directory: &Path) -> StoreError {
    match open(directory, small()) {
        Ok((_, recovery)) => panic!("opened: {recovery}"),
        Err(error) => error,
    }
}

/// `a=1` puts, `a` deletes.
pub(crate) fn batch(changes: &[&str]) -> Batch {
    let mut batch = Batch::new();
    for change in changes {
        match change.split_once('=') {
            Some((key, value)) => batch.put(key.as_bytes(), value.as_bytes()),
            None => batch.delete(change.as_bytes()),
        }
    }
    batch
}

pub(crate) fn append(store: &impl Store, changes: &[&str]) -> Ticket {
    store.append(&batch(changes)).unwrap()
}

pub(crate) fn get(store: &impl Store, key: &str) -> Option<String> {
    store.get(key.as_bytes()).unwrap().map(|value| String::from_utf8(value).unwrap())
}

/// Everything that the store holds.
pub(crate) fn all(store: &impl Store) -> Vec<Pair> {
    store.scan(&[], &[0xff; 8], usize::MAX).unwrap()
}

/// Everything in short.
pub(crate) fn text(store: &impl Store) -> String {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let pairs = all(store).into_iter().map(|(key, value)| format!("{}={}", text(key), text(value)));
    pairs.collect::<Vec<_>>().join(" ")
}

/// What a store must hold after each ticket.
#[derive(Debug, Clone)]
pub(crate) struct History {
    states: Vec<BTreeMap<Vec<u8>, Vec<u8>>>,
}

impl History {
    pub(crate) fn new() -> Self {
        Self { states: vec![BTreeMap::new()] }
    }

    pub(crate) fn append(&mut self, batch: &Batch) {
        let mut next = self.states.last().unwrap().clone();
        for change in batch.changes() {
            match change.value {
                Some(value) => next.insert(change.key.to_vec(), value.to_vec()),
                None => next.remove(change.key),
            };
        }
        self.states.push(next);
    }

    /// Forgets what was not there any more after a crash.
    pub(crate) fn cut(&mut self, last: Ticket) {
        self.states.truncate(last.0 as usize + 1);
    }

    pub(crate) fn last(&self) -> Ticket {
        Ticket(self.states.len() as u64 - 1)
    }

    pub(crate) fn at(&self, ticket: Ticket) -> Vec<Pair> {
        self.states[ticket.0 as usize].clone().into_iter().collect()
    }
}

/// Appends a batch and remembers what the store must hold then.
pub(crate) fn record(store: &EmbeddedStore, history: &mut History, changes: &[&str]) {
    let batch = batch(changes);
    history.append(&batch);
    assert_eq!(store.append(&batch).unwrap(), history.last());
}

/// All files below a directory.
pub(crate) fn tree(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(tree(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// All files below the directory of a store that somebody needs: an older list of the base's tables is removed
/// when the base is opened.
pub(crate) fn needed(directory: &Path) -> Vec<PathBuf> {
    let list = |file: &PathBuf| {
        let name = file.strip_prefix(directory.join("base")).ok()?.to_str()?;
        name.strip_prefix('v')?.parse::<u64>().ok()
    };
    let files = tree(directory);
    let newest = files.iter().filter_map(list).max();
    files.into_iter().filter(|file| list(file).is_none_or(|list| Some(list) == newest)).collect()
}

/// A copy of a store that nobody has open.
pub(crate) fn copy(from: &Path) -> tempfile::TempDir {
    let to = folder();
    for file in tree(from) {
        let target = to.path().join(file.strip_prefix(from).unwrap());
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::copy(&file, target).unwrap();
    }
    to
}

/// The segments of the log, in order.
pub(crate) fn segments(directory: &Path) -> Vec<PathBuf> {
    tree(&directory.join("log"))
}
