//! Doing something again whenever a workspace changes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use notify::{Event, EventKind, RecursiveMode, Watcher};

use crate::load::{CONFIG_FILE, LoadError, roots};

/// Editors write a file in several steps; what comes within this time is one change.
const SETTLE: Duration = Duration::from_millis(50);

/// Why a workspace cannot be watched.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The paths lead nowhere.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The system does not say when files change.
    #[error("the files cannot be watched")]
    Notify(#[from] notify::Error),
    /// What was being done ended for good.
    #[error("the watcher ended")]
    Ended,
}

/// Calls `run` now and after every change of a journey file or configuration in the workspaces of
/// `paths`, until it gives an error. A run that is under way is finished first. It tells which
/// files it wrote itself: that is no reason to run again.
pub fn watch<E: From<WatchError>>(
    paths: &[PathBuf],
    mut run: impl FnMut() -> Result<Vec<PathBuf>, E>,
) -> Result<(), E> {
    let (sender, changes) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        // With nobody left to tell, the watcher is about to go, too.
        let _ = sender.send(event);
    })
    .map_err(WatchError::from)?;
    for root in roots(paths).map_err(WatchError::from)? {
        watcher.watch(&root, RecursiveMode::Recursive).map_err(WatchError::from)?;
    }
    loop {
        let own: Vec<Stamp> = run()?.iter().filter_map(|path| Stamp::of(path)).collect();
        loop {
            let event = changes.recv().map_err(|_| WatchError::Ended)?;
            if matters(&event.map_err(WatchError::from)?, &own) {
                break;
            }
        }
        loop {
            match changes.recv_timeout(SETTLE) {
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return Err(WatchError::Ended.into()),
            }
        }
    }
}

/// Tells which files change in some directories, for those who stay with them.
pub struct Changes {
    watcher: notify::RecommendedWatcher,
    also: Arc<Mutex<BTreeSet<PathBuf>>>,
}

impl Changes {
    /// `tell` is called on a thread of its own with what may have changed: journey files,
    /// configurations, lists of what is ignored, and folders.
    pub fn new(tell: impl Fn(Vec<PathBuf>) + Send + 'static) -> Result<Changes, WatchError> {
        let also: Arc<Mutex<BTreeSet<PathBuf>>> = Arc::default();
        let others = also.clone();
        let tell = move |event: notify::Result<Event>| {
            let Ok(event) = event else { return };
            if matches!(event.kind, EventKind::Access(_)) {
                return;
            }
            let others = others.lock().unwrap_or_else(PoisonError::into_inner);
            // What is gone may have been a folder.
            let told = |path: &PathBuf| {
                is_source(path)
                    || others.contains(path)
                    || path.file_name().is_some_and(|name| name == ".gitignore")
                    || (path.extension().is_none() && !path.exists())
            };
            let paths: Vec<PathBuf> = event.paths.into_iter().filter(told).collect();
            drop(others);
            if !paths.is_empty() {
                tell(paths);
            }
        };
        // A link may lead out of the workspace.
        let config = notify::Config::default().with_follow_symlinks(false);
        Ok(Changes { watcher: notify::RecommendedWatcher::new(tell, config)?, also })
    }

    /// Tells of these files, too, from now on, and of no others that are not of a workspace.
    pub fn also(&self, files: BTreeSet<PathBuf>) {
        *self.also.lock().unwrap_or_else(PoisonError::into_inner) = files;
    }

    /// Watches a directory with all that is beneath it.
    pub fn add(&mut self, directory: &Path) -> Result<(), WatchError> {
        Ok(self.watcher.watch(directory, RecursiveMode::Recursive)?)
    }

    /// Watches it no longer.
    pub fn remove(&mut self, directory: &Path) {
        // It was not watched, or is gone: nothing is left to do.
        let _ = self.watcher.unwatch(directory);
    }
}

/// Clears the screen and goes to its first place (ECMA-48: ED 2, CUP).
pub fn clear_terminal() {
    print!("\x1b[2J\x1b[H");
}

/// A file as it was when it was written.
#[derive(PartialEq)]
struct Stamp {
    path: PathBuf,
    length: u64,
    modified: SystemTime,
}

impl Stamp {
    fn of(path: &Path) -> Option<Stamp> {
        let path = path.canonicalize().ok()?;
        let meta = path.metadata().ok()?;
        Some(Stamp { length: meta.len(), modified: meta.modified().ok()?, path })
    }
}

/// Whether an event is about the content of a workspace: reading files is an event as well, and so
/// is what the last run wrote, which nobody has touched since.
fn matters(event: &Event, own: &[Stamp]) -> bool {
    let changed = !matches!(event.kind, EventKind::Access(_));
    let foreign = |path: &PathBuf| {
        is_source(path) && Stamp::of(path).is_none_or(|stamp| !own.contains(&stamp))
    };
    changed && event.paths.iter().any(foreign)
}

fn is_source(path: &Path) -> bool {
    let journey = path.extension().is_some_and(|extension| extension == "journey");
    // A folder that is moved takes its files with it.
    journey || path.file_name().is_some_and(|name| name == CONFIG_FILE) || path.is_dir()
}

#[cfg(test)]
mod tests {
    use notify::event::{DataChange, ModifyKind};
    use notify::{Event, EventKind};

    use super::{Stamp, matters};

    #[test]
    fn what_a_run_wrote_itself_is_no_reason_to_run_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().canonicalize().unwrap().join("a.journey");
        let changed = Event::new(EventKind::Modify(ModifyKind::Data(DataChange::Any)));
        let changed = changed.add_path(file.clone());
        std::fs::write(&file, "event a {}").unwrap();
        assert!(matters(&changed, &[]));
        let own: Vec<Stamp> = Stamp::of(&file).into_iter().collect();
        assert!(!matters(&changed, &own));
        std::fs::write(&file, "event a { b: int }").unwrap();
        assert!(matters(&changed, &own));
        std::fs::remove_file(&file).unwrap();
        assert!(matters(&changed, &own));
    }
}
