//! Doing something again whenever a workspace changes.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

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
/// `paths`, until it gives an error. A run that is under way is finished first.
pub fn watch<E: From<WatchError>>(
    paths: &[PathBuf],
    mut run: impl FnMut() -> Result<(), E>,
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
        run()?;
        loop {
            let event = changes.recv().map_err(|_| WatchError::Ended)?;
            if matters(&event.map_err(WatchError::from)?) {
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

/// Clears the screen and goes to its first place (ECMA-48: ED 2, CUP).
pub fn clear_terminal() {
    print!("\x1b[2J\x1b[H");
}

/// Whether an event is about the content of a workspace: reading files is an event as well.
fn matters(event: &Event) -> bool {
    let changed = !matches!(event.kind, EventKind::Access(_));
    changed && event.paths.iter().any(|path| is_source(path))
}

fn is_source(path: &Path) -> bool {
    let journey = path.extension().is_some_and(|extension| extension == "journey");
    // A folder that is moved takes its files with it.
    journey || path.file_name().is_some_and(|name| name == CONFIG_FILE) || path.is_dir()
}
