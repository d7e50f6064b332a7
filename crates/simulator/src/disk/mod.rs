//! A disk in memory that loses, tears and refuses what the contract of [`Disk`] lets it.
//!
//! What programs see and what lasts are two things. A sync makes the one the other; when the power is
//! cut, any part of what was not synced lasts, by sectors, and any of the files that were made, renamed
//! and removed since their directory was synced are there or not. When only the process ends,
//! everything stays as it was seen, and stays in danger.

mod faults;
mod image;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use journey_engine::store::{Disk, DiskFile, Lock};

use crate::random::Random;
pub(crate) use faults::Call;
pub use faults::Faults;
use faults::{Fate, Verdict};
use image::{Image, Survival};

/// See the [module](self). Clones are the same disk.
#[derive(Debug, Clone)]
pub struct SimDisk {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    random: Random,
    fate: Fate,
    /// Files by number, also those that have no name any more: they may have it again after a power cut.
    images: BTreeMap<u64, Image>,
    /// The names that programs see.
    seen: BTreeMap<PathBuf, u64>,
    /// The names that last.
    lasting: BTreeMap<PathBuf, u64>,
    /// What was done to names and does not last yet.
    pending: Vec<Renaming>,
    directories: BTreeSet<PathBuf>,
    locked: BTreeSet<PathBuf>,
    next: u64,
}

#[derive(Debug, Clone)]
enum Renaming {
    Made(PathBuf, u64),
    Removed(PathBuf),
    Renamed { from: PathBuf, to: PathBuf, file: u64 },
}

struct SimFile {
    disk: SimDisk,
    number: u64,
}

struct SimLock {
    disk: SimDisk,
    path: PathBuf,
}

impl SimDisk {
    /// An empty disk.
    pub fn new(random: Random) -> SimDisk {
        let state = State {
            random,
            fate: Fate::default(),
            images: BTreeMap::new(),
            seen: BTreeMap::new(),
            lasting: BTreeMap::new(),
            pending: Vec::new(),
            directories: BTreeSet::new(),
            locked: BTreeSet::new(),
            next: 1,
        };
        SimDisk { state: Arc::new(Mutex::new(state)) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What will fail from now on.
    pub fn arm(&self, faults: Faults) {
        self.state().fate.faults = faults;
    }

    /// Whether machine or process came to their end by [`Faults::off_after`].
    pub fn is_off(&self) -> bool {
        self.state().fate.off
    }

    /// The process ends. What it wrote is seen by the next one.
    pub fn end_process(&self) {
        let state = &mut *self.state();
        state.locked.clear();
        state.fate = Fate::default();
    }

    /// The power is cut, and comes back.
    pub fn cut_power(&self) {
        self.end_process();
        let state = &mut *self.state();
        let State { random, images, lasting, seen, pending, .. } = state;
        let survival = Survival::draw(random);
        let mut left = random.below(8);
        for renaming in pending.drain(..) {
            let kept = match survival {
                Survival::All => true,
                Survival::Nothing => false,
                Survival::First(_) => {
                    left = left.saturating_sub(1);
                    left > 0
                }
                Survival::Any => random.chance(50),
            };
            if kept {
                renaming.apply(lasting);
            }
        }
        seen.clone_from(lasting);
        images.retain(|number, _| seen.values().any(|kept| kept == number));
        let survival = Survival::draw(random);
        images.values_mut().for_each(|image| image.lose(survival, random));
    }

    /// The files that are seen and hold something, in order.
    pub fn files(&self) -> Vec<(PathBuf, usize)> {
        let state = self.state();
        let size = |number: &u64| state.images.get(number).map_or(0, |image| image.seen().len());
        let all = state.seen.iter().map(|(path, number)| (path.clone(), size(number)));
        all.filter(|(_, size)| *size > 0).collect()
    }

    /// Whether everything that is seen lasts.
    pub fn lasts(&self) -> bool {
        let state = self.state();
        state.pending.is_empty() && state.images.values().all(Image::lasts)
    }

    /// Turns a bit of a file over, as if it had gone bad at rest. Twice is never.
    pub fn flip(&self, path: &Path, byte: usize, bit: u8) {
        let state = &mut *self.state();
        if let Some(image) = state.seen.get(path).and_then(|number| state.images.get_mut(number)) {
            image.flip(byte, bit);
        }
    }

    /// Asks whether a call that is none of this disk's own works: one of the base. Whether anything of it is done
    /// if it does not is said beside the error.
    pub(crate) fn ask(&self, call: Call) -> Result<(), (io::Error, bool)> {
        let state = &mut *self.state();
        match state.fate.verdict(call) {
            Verdict::Done => Ok(()),
            Verdict::Refused(error) => Err((error, false)),
            Verdict::Broken(error) => Err((error, state.random.chance(50))),
        }
    }
}

impl Renaming {
    fn apply(self, names: &mut BTreeMap<PathBuf, u64>) {
        match self {
            Renaming::Made(path, file) => {
                names.insert(path, file);
            }
            Renaming::Removed(path) => {
                names.remove(&path);
            }
            Renaming::Renamed { from, to, file } => {
                if names.get(&from) == Some(&file) {
                    names.remove(&from);
                }
                names.insert(to, file);
            }
        }
    }

    fn is_in(&self, directory: &Path) -> bool {
        let (Renaming::Made(path, _)
        | Renaming::Removed(path)
        | Renaming::Renamed { to: path, .. }) = self;
        path.parent() == Some(directory)
    }
}

impl State {
    /// Does something to names, or not, as fate says.
    fn rename(&mut self, renaming: Renaming) -> io::Result<()> {
        let (does, outcome) = match self.fate.verdict(Call::Directory) {
            Verdict::Done => (true, Ok(())),
            Verdict::Refused(error) => (false, Err(error)),
            Verdict::Broken(error) => (self.random.chance(50), Err(error)),
        };
        if does {
            renaming.clone().apply(&mut self.seen);
            self.pending.push(renaming);
        }
        outcome
    }

    fn image(&mut self, number: u64) -> io::Result<&mut Image> {
        self.images.get_mut(&number).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn number(&self, path: &Path) -> io::Result<u64> {
        self.seen.get(path).copied().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl Disk for SimDisk {
    fn create_directory(&self, path: &Path) -> io::Result<()> {
        // Whether directories last is not simulated: a store whose directory is gone is none.
        self.state().directories.extend(path.ancestors().map(Path::to_path_buf));
        Ok(())
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<String>> {
        let state = &mut *self.state();
        if let Verdict::Refused(error) | Verdict::Broken(error) = state.fate.verdict(Call::Read) {
            return Err(error);
        }
        if !state.directories.contains(directory) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let paths = state.seen.keys().chain(&state.directories);
        let inside = paths.filter(|path| path.parent() == Some(directory));
        let name = |path: &PathBuf| Some(path.file_name()?.to_string_lossy().into_owned());
        Ok(inside.filter_map(name).collect())
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let state = &mut *self.state();
        if state.seen.contains_key(path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let number = state.next;
        state.next += 1;
        state.images.insert(number, Image::default());
        state.rename(Renaming::Made(path.to_path_buf(), number))?;
        Ok(Box::new(SimFile { disk: self.clone(), number }))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let state = &mut *self.state();
        if let Verdict::Refused(error) | Verdict::Broken(error) = state.fate.verdict(Call::Read) {
            return Err(error);
        }
        let number = state.number(path)?;
        Ok(Box::new(SimFile { disk: self.clone(), number }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let state = &mut *self.state();
        let file = state.number(from)?;
        let (from, to) = (from.to_path_buf(), to.to_path_buf());
        state.rename(Renaming::Renamed { from, to, file })
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let state = &mut *self.state();
        state.number(path)?;
        state.rename(Renaming::Removed(path.to_path_buf()))
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        let state = &mut *self.state();
        let outcome = match state.fate.verdict(Call::Sync) {
            Verdict::Done => Ok(()),
            Verdict::Refused(error) => return Err(error),
            Verdict::Broken(error) => Err(error),
        };
        for renaming in std::mem::take(&mut state.pending) {
            if renaming.is_in(path) && (outcome.is_ok() || state.random.chance(50)) {
                renaming.apply(&mut state.lasting);
            } else {
                state.pending.push(renaming);
            }
        }
        outcome
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Lock>>> {
        let free = self.state().locked.insert(path.to_path_buf());
        let lock = || SimLock { disk: self.clone(), path: path.to_path_buf() };
        Ok(free.then(|| Box::new(lock()) as Box<dyn Lock>))
    }
}

impl Lock for SimLock {}

impl Drop for SimLock {
    fn drop(&mut self) {
        self.disk.state().locked.remove(&self.path);
    }
}

impl DiskFile for SimFile {
    fn size(&mut self) -> io::Result<u64> {
        Ok(self.disk.state().image(self.number)?.seen().len() as u64)
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let state = &mut *self.disk.state();
        if let Verdict::Refused(error) | Verdict::Broken(error) = state.fate.verdict(Call::Read) {
            return Err(error);
        }
        let bytes = state.image(self.number)?.seen();
        let bytes = bytes.get(offset as usize..).unwrap_or_default();
        let count = bytes.len().min(buffer.len());
        buffer.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        Ok(count)
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let state = &mut *self.disk.state();
        let (part, outcome) = match state.fate.verdict(Call::Write) {
            Verdict::Done => (bytes.len(), Ok(())),
            Verdict::Refused(error) => return Err(error),
            Verdict::Broken(error) => (state.random.place(bytes.len() + 1), Err(error)),
        };
        let image = state.image(self.number)?;
        image.write(offset as usize, bytes.get(..part).unwrap_or_default());
        outcome
    }

    fn truncate(&mut self, size: u64) -> io::Result<()> {
        let state = &mut *self.disk.state();
        let (does, outcome) = match state.fate.verdict(Call::Write) {
            Verdict::Done => (true, Ok(())),
            Verdict::Refused(error) => return Err(error),
            Verdict::Broken(error) => (state.random.chance(50), Err(error)),
        };
        if does {
            state.image(self.number)?.cut(size as usize);
        }
        outcome
    }

    fn sync(&mut self) -> io::Result<()> {
        let State { fate, images, random, .. } = &mut *self.disk.state();
        let missing = || io::Error::from(io::ErrorKind::NotFound);
        let image = images.get_mut(&self.number).ok_or_else(missing)?;
        match fate.verdict(Call::Sync) {
            Verdict::Done => {
                image.sync();
                Ok(())
            }
            Verdict::Refused(error) => Err(error),
            // The machine goes off in the middle: what lasts is settled when the power is cut.
            Verdict::Broken(error) if fate.off => Err(error),
            Verdict::Broken(error) => {
                image.fail_sync(random);
                Err(error)
            }
        }
    }
}
