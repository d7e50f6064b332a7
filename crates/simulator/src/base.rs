//! What stands behind the overlay, in memory: it holds what its last whole write brought.
//!
//! The merge tree of the product (`lsm-tree`) reaches files by itself, not through a `Disk`, so it is not
//! part of the simulation. What is simulated is its contract, as `Base` states it; that the tree keeps it is
//! for its own tests and those of `crates/engine/tests/store`.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use journey_engine::store::{
    Base, Failure, Held, MemoryBase, OpenBase, Pairs, Purpose, SortedChanges, StoreError,
};

use crate::disk::{Call, SimDisk};

/// See the [module](self). Clones are the same base.
#[derive(Debug, Clone)]
pub struct SimBase {
    disk: SimDisk,
    pairs: MemoryBase,
    /// Where it is; nothing before it was made.
    directory: Arc<Mutex<Option<PathBuf>>>,
}

impl SimBase {
    /// A base that is not made yet. It fails as the disk does.
    pub fn new(disk: &SimDisk) -> SimBase {
        SimBase { disk: disk.clone(), pairs: MemoryBase::default(), directory: Arc::default() }
    }

    /// How the store opens it.
    pub fn opener(&self) -> Arc<OpenBase> {
        let base = self.clone();
        Arc::new(move |path: &Path, purpose| {
            base.make(path, purpose)?;
            Ok(Arc::new(base.clone()) as Arc<dyn Base>)
        })
    }

    fn make(&self, path: &Path, purpose: Purpose) -> Result<(), StoreError> {
        let directory = &mut *self.directory.lock().unwrap_or_else(PoisonError::into_inner);
        match purpose {
            Purpose::Open if directory.is_none() => {
                Err(StoreError::MissingFile { file: path.to_path_buf() })
            }
            _ => {
                *directory = Some(path.to_path_buf());
                Ok(())
            }
        }
    }

    fn read(&self) -> Result<(), StoreError> {
        self.disk.ask(Call::Read).map_err(|(error, _)| {
            StoreError::Unreadable(Arc::new(Failure::new("read", &self.place(), &error)))
        })
    }

    fn place(&self) -> PathBuf {
        let directory = self.directory.lock().unwrap_or_else(PoisonError::into_inner);
        directory.clone().unwrap_or_default()
    }
}

impl Base for SimBase {
    fn held(&self) -> Result<Option<Held>, StoreError> {
        self.pairs.held()
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.read()?;
        self.pairs.get(key)
    }

    fn range(&self, from: &[u8], to: Option<&[u8]>) -> Result<Pairs<'_>, StoreError> {
        self.read()?;
        self.pairs.range(from, to)
    }

    fn write(&self, changes: &mut SortedChanges<'_>, held: Held) -> Result<u64, StoreError> {
        let (is_there, outcome) = match self.disk.ask(Call::Write) {
            Ok(()) => (true, Ok(())),
            Err((error, is_there)) => {
                let failure = Failure::new("write", &self.place(), &error);
                (is_there, Err(StoreError::Failed(Arc::new(failure))))
            }
        };
        let bytes = if is_there { self.pairs.write(changes, held)? } else { 0 };
        outcome.map(|()| bytes)
    }

    fn merge_step(&self) -> Result<bool, StoreError> {
        self.pairs.merge_step()
    }

    fn behind(&self) -> bool {
        self.pairs.behind()
    }

    fn compact(&self) -> Result<(), StoreError> {
        self.pairs.compact()
    }

    fn check(&self) -> Result<(u64, Vec<StoreError>), StoreError> {
        self.pairs.check()
    }
}
