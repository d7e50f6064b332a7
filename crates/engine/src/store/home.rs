//! The directory of a store: who it is, and that only one process has it open.
//!
//! | name | what |
//! | --- | --- |
//! | `STORE` | format and id; it comes last when a store is made, so whatever is without it was never a store in use |
//! | `lock` | held by the process that has the store open |
//! | `log/` | the segments of the log |
//! | `base/` | what stands behind the overlay |

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::base::Held;
use super::disk::{Disk, Lock};
use super::error::unreadable;
use super::health::Health;
use super::{Failure, StoreError};

const IDENTITY: &str = "STORE";
/// The identity of a store that is being made. Nothing was ever written to one that has this.
const MAKING: &str = "STORE.new";
/// The identity of a backup that is being made.
const COPYING: &str = "STORE.part";

const MAGIC: [u8; 8] = *b"JrnyStor";
const FORMAT: u32 = 1;
const SIZE: usize = 24;

/// The directory of a store, locked.
pub(super) struct Home {
    pub(super) directory: PathBuf,
    /// The id of the store.
    pub(super) store: u64,
    /// Whether the store is new, or was not finished when it was made.
    pub(super) fresh: bool,
    /// The name under which the identity is until the store is made.
    unfinished: &'static str,
    _lock: Box<dyn Lock>,
}

impl Home {
    /// The home in a directory. A new one gets the id.
    pub(super) fn open(disk: &dyn Disk, directory: &Path, id: u64) -> Result<Self, StoreError> {
        let _lock = enter(disk, directory)?;
        let names = disk.list(directory).map_err(|error| unreadable("list", directory, &error))?;
        let has = |name: &str| names.iter().any(|other| other == name);
        let directory = directory.to_path_buf();
        if has(IDENTITY) {
            let store = read_identity(disk, &directory.join(IDENTITY))?;
            // The process that made the store may have ended before its name lasted.
            written(disk.sync_directory(&directory), "sync", &directory)?;
            return Ok(Self { directory, store, fresh: false, unfinished: MAKING, _lock });
        }
        if !has(MAKING) && (has("log") || has("base") || has(COPYING)) {
            return Err(StoreError::MissingFile { file: directory.join(IDENTITY) });
        }
        write_identity(disk, &directory, MAKING, id, has(MAKING))?;
        Ok(Self { directory, store: id, fresh: true, unfinished: MAKING, _lock })
    }

    /// The home of a store that is there.
    pub(super) fn existing(disk: &dyn Disk, directory: &Path) -> Result<Self, StoreError> {
        let file = directory.join(IDENTITY);
        let names = disk.list(directory).unwrap_or_default();
        let has = |name: &str| names.iter().any(|other| other == name);
        if !has(IDENTITY) {
            let in_part = ["log", "base", MAKING, COPYING].into_iter().any(has);
            let directory = directory.to_path_buf();
            return Err(match in_part {
                true => StoreError::MissingFile { file },
                false => StoreError::NoStore { directory },
            });
        }
        let _lock = enter(disk, directory)?;
        let store = read_identity(disk, &file)?;
        let directory = directory.to_path_buf();
        Ok(Self { directory, store, fresh: false, unfinished: MAKING, _lock })
    }

    /// The home of a copy, in a directory that is not there or is empty.
    pub(super) fn copy(disk: &dyn Disk, directory: &Path, id: u64) -> Result<Self, StoreError> {
        if disk.list(directory).is_ok_and(|names| !names.is_empty()) {
            return Err(StoreError::Occupied { directory: directory.to_path_buf() });
        }
        let _lock = enter(disk, directory)?;
        write_identity(disk, directory, COPYING, id, false)?;
        let directory = directory.to_path_buf();
        Ok(Self { directory, store: id, fresh: true, unfinished: COPYING, _lock })
    }

    /// The store is made: from now on it is one.
    pub(super) fn finish(&self, disk: &dyn Disk) -> Result<(), StoreError> {
        let from = self.directory.join(self.unfinished);
        written(disk.rename(&from, &self.directory.join(IDENTITY)), "rename", &from)?;
        written(disk.sync_directory(&self.directory), "sync", &self.directory)
    }

    /// What the base holds, if it is this store's.
    pub(super) fn belongs(&self, held: Option<Held>) -> Result<Held, StoreError> {
        match held {
            None => Err(StoreError::MissingFile { file: self.base() }),
            Some(held) if held.store != self.store => Err(StoreError::WrongStore {
                file: self.base(),
                expected: self.store,
                found: held.store,
            }),
            Some(held) => Ok(held),
        }
    }

    pub(super) fn identity(&self) -> PathBuf {
        self.directory.join(IDENTITY)
    }

    pub(super) fn log(&self) -> PathBuf {
        self.directory.join("log")
    }

    pub(super) fn base(&self) -> PathBuf {
        self.directory.join("base")
    }
}

/// A store whose open does not return needs no memory of its failure.
fn written<T>(
    result: std::io::Result<T>,
    action: &'static str,
    file: &Path,
) -> Result<T, StoreError> {
    Health::default().written(result, action, file)
}

/// Makes the directory, if need be, and locks it.
fn enter(disk: &dyn Disk, directory: &Path) -> Result<Box<dyn Lock>, StoreError> {
    written(disk.create_directory(directory), "make", directory)?;
    if let Some(parent) = directory.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        written(disk.sync_directory(parent), "sync", parent)?;
    }
    let file = directory.join("lock");
    match disk.lock(&file) {
        Ok(Some(lock)) => Ok(lock),
        Ok(None) => Err(StoreError::Locked { file }),
        Err(error) => Err(StoreError::Failed(Arc::new(Failure::new("lock", &file, &error)))),
    }
}

fn write_identity(
    disk: &dyn Disk,
    directory: &Path,
    name: &str,
    id: u64,
    again: bool,
) -> Result<(), StoreError> {
    let path = directory.join(name);
    let mut bytes = MAGIC.to_vec();
    bytes.extend_from_slice(&FORMAT.to_le_bytes());
    bytes.extend_from_slice(&id.to_le_bytes());
    bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
    // One that is there is written over, not made anew: a power cut could leave neither of the two, and
    // without it what was begun looks like a store that has lost its identity.
    let file = if again { disk.open(&path) } else { disk.create(&path) };
    let mut file = written(file, "make", &path)?;
    written(file.write_at(0, &bytes), "write", &path)?;
    written(file.sync(), "sync", &path)?;
    written(disk.sync_directory(directory), "sync", directory)
}

fn read_identity(disk: &dyn Disk, path: &Path) -> Result<u64, StoreError> {
    let mut bytes = vec![0; SIZE + 1];
    let mut file = disk.open(path).map_err(|error| unreadable("open", path, &error))?;
    let size = file.read_at(0, &mut bytes).map_err(|error| unreadable("read", path, &error))?;
    bytes.truncate(size);
    let damaged = |what: &str| StoreError::Damaged {
        file: path.to_path_buf(),
        offset: 0,
        what: what.to_owned(),
    };
    let fields = || {
        let (magic, rest) = bytes.split_first_chunk::<8>()?;
        let (format, rest) = rest.split_first_chunk::<4>()?;
        let (id, rest) = rest.split_first_chunk::<8>()?;
        Some((*magic, *format, *id, <[u8; 4]>::try_from(rest).ok()?))
    };
    let (magic, format, id, crc) =
        fields().ok_or_else(|| damaged("the identity of a store has 24 bytes"))?;
    if magic != MAGIC {
        return Err(damaged("this is not the identity of a store"));
    }
    if crc32fast::hash(bytes.get(..SIZE - 4).unwrap_or_default()) != u32::from_le_bytes(crc) {
        return Err(damaged("the identity has another checksum than it says"));
    }
    match u32::from_le_bytes(format) {
        FORMAT => Ok(u64::from_le_bytes(id)),
        found => {
            let file = path.to_path_buf();
            Err(StoreError::UnknownFormat { file, found, known: FORMAT })
        }
    }
}
