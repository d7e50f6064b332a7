//! In which order the disk is told things: what it may do when the power is cut depends on that.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use journey_engine::store::{Disk, DiskFile, Lock, RealDisk, Store};

use crate::support::{append, folder, open_on, roomy};

/// The machine's disk, which writes down what it is asked.
#[derive(Clone, Default)]
struct Book {
    calls: Arc<Mutex<Vec<String>>>,
}

struct BookFile {
    file: Box<dyn DiskFile>,
    name: String,
    book: Book,
}

impl Book {
    fn note(&self, call: &str, path: &Path) {
        let name = path.file_name().unwrap().to_string_lossy();
        self.calls.lock().unwrap().push(format!("{call} {name}"));
    }

    fn wrap(&self, file: Box<dyn DiskFile>, path: &Path) -> Box<dyn DiskFile> {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        Box::new(BookFile { file, name, book: self.clone() })
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.calls.lock().unwrap())
    }
}

impl Disk for Book {
    fn create_directory(&self, path: &Path) -> io::Result<()> {
        RealDisk.create_directory(path)
    }
    fn list(&self, directory: &Path) -> io::Result<Vec<String>> {
        RealDisk.list(directory)
    }
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(self.wrap(RealDisk.create(path)?, path))
    }
    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(self.wrap(RealDisk.open(path)?, path))
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        RealDisk.rename(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.note("remove", path);
        RealDisk.remove(path)
    }
    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        self.note("sync", path);
        RealDisk.sync_directory(path)
    }
    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Lock>>> {
        RealDisk.lock(path)
    }
}

impl DiskFile for BookFile {
    fn size(&mut self) -> io::Result<u64> {
        self.file.size()
    }
    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read_at(offset, buffer)
    }
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let what = if bytes.starts_with(b"\xf1End") { "seal" } else { "write" };
        self.book.note(what, Path::new(&self.name));
        self.file.write_at(offset, bytes)
    }
    fn truncate(&mut self, size: u64) -> io::Result<()> {
        self.file.truncate(size)
    }
    fn sync(&mut self) -> io::Result<()> {
        self.book.note("sync", Path::new(&self.name));
        self.file.sync()
    }
}

const FIRST: &str = "00000000000000000001.log";

fn of_first(calls: Vec<String>) -> Vec<String> {
    let short = |call: String| Some(call.strip_suffix(FIRST)?.trim_end().to_owned());
    calls.into_iter().filter_map(short).collect()
}

#[test]
fn a_seal_is_written_only_when_what_it_proves_is_on_disk() {
    let (directory, book) = (folder(), Book::default());
    drop(open_on(Arc::new(book.clone()), directory.path(), roomy()).unwrap());
    let (store, _) = open_on(Arc::new(book.clone()), directory.path(), roomy()).unwrap();
    append(&store, &["a=1"]);
    book.take();
    store.flush().unwrap();
    let closing = of_first(book.take());
    assert_eq!(closing, ["write", "sync", "seal", "sync", "remove"]);
}

#[test]
fn what_a_start_puts_in_order_is_on_disk_before_the_seal_that_says_so() {
    let (directory, book) = (folder(), Book::default());
    let (store, _) = open_on(Arc::new(book.clone()), directory.path(), roomy()).unwrap();
    append(&store, &["a=1"]);
    store.sync().unwrap();
    drop(store);
    // The process was killed before the seal was written.
    let segment = directory.path().join("log").join(FIRST);
    let bytes = std::fs::read(&segment).unwrap();
    std::fs::write(&segment, &bytes[..bytes.len() - 24]).unwrap();
    book.take();
    let (_store, recovery) = open_on(Arc::new(book.clone()), directory.path(), roomy()).unwrap();
    assert!(!recovery.sealed);
    assert_eq!(of_first(book.take()), ["write", "sync", "seal", "sync"]);
}

#[test]
fn names_that_a_start_finds_are_made_to_last_before_anything_is_acknowledged() {
    let (directory, book) = (folder(), Book::default());
    drop(open_on(Arc::new(book.clone()), directory.path(), roomy()).unwrap());
    book.take();
    let _store = open_on(Arc::new(book.clone()), directory.path(), roomy()).unwrap();
    let home: PathBuf = directory.path().into();
    let calls = book.take();
    for directory in [home.as_path(), Path::new("log")] {
        let call = format!("sync {}", directory.file_name().unwrap().to_string_lossy());
        assert!(calls.contains(&call), "{call}: {calls:?}");
    }
}

#[test]
fn an_identity_that_was_begun_is_never_taken_away() {
    let (directory, book) = (folder(), Book::default());
    std::fs::write(directory.path().join("STORE.new"), b"begun").unwrap();
    let (_store, recovery) = open_on(Arc::new(book.clone()), directory.path(), roomy()).unwrap();
    assert!(recovery.created);
    let calls = book.take();
    assert!(!calls.contains(&"remove STORE.new".to_owned()), "{calls:?}");
}
