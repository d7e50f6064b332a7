//! Backups, and data folders made of them.
//!
//! A backup is a data folder: the store as it was at one moment, the keys and the server's own secret. A server can be
//! started on it. It becomes complete with its last file, so one that was cut off is no store.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use journey_engine::store::{EmbeddedStore, StoreError, Ticket};

use crate::instance::make_folder;

/// The store in a data folder.
pub const STORE: &str = "store";

/// What a backup has beside the store.
const FILES: [&str; 2] = ["keys.json", "server.key"];

/// Why a copy was not made.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The place is taken.
    #[error("{}: there is something already; name a folder that is not there or is empty", .0.display())]
    Occupied(PathBuf),
    /// What a restore that was cut off has left.
    #[error("{}: a restore did not come to its end; remove this folder and restore again", .0.display())]
    Unfinished(PathBuf),
    /// The backup is damaged.
    #[error("the backup is damaged and nothing was restored: {}", list(.0))]
    Damaged(Vec<StoreError>),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

fn list(damage: &[StoreError]) -> String {
    damage.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> CopyError {
    let path = path.to_owned();
    move |source| CopyError::Io { path, source }
}

/// Copies a store that is in use, and what stands beside it.
///
/// # Errors
/// The folder is taken, or something cannot be read or written.
pub fn backup(data: &Path, store: &EmbeddedStore, to: &Path) -> Result<Ticket, CopyError> {
    if !is_free(to)? {
        return Err(CopyError::Occupied(to.to_owned()));
    }
    make_folder(to).map_err(at(to))?;
    for name in FILES {
        let from = data.join(name);
        if from.exists() {
            copy_file(&from, &to.join(name))?;
        }
    }
    // Last, since it is what makes the copy one.
    Ok(store.backup(&to.join(STORE))?)
}

/// Makes a data folder of a backup, after reading every byte of it.
///
/// # Errors
/// The backup is damaged or not there, the folder is taken, or something cannot be read or written. Nothing
/// is there then that a server would start on.
pub fn restore(backup: &Path, data: &Path) -> Result<(), CopyError> {
    if !is_free(data)? {
        return Err(CopyError::Occupied(data.to_owned()));
    }
    let report = EmbeddedStore::check(&backup.join(STORE))?;
    if !report.sound() {
        return Err(CopyError::Damaged(report.damage));
    }
    let unfinished = data.with_added_extension("restoring");
    if unfinished.exists() {
        return Err(CopyError::Unfinished(unfinished));
    }
    copy_folder(backup, &unfinished)?;
    fs::rename(&unfinished, data).map_err(at(data))?;
    sync_folder(data.parent())
}

/// Whether there is nothing in a folder, or no folder.
fn is_free(folder: &Path) -> Result<bool, CopyError> {
    match fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(at(folder)(error)),
    }
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), CopyError> {
    make_folder(to).map_err(at(to))?;
    for entry in fs::read_dir(from).map_err(at(from))? {
        let entry = entry.map_err(at(from))?;
        let (path, copy) = (entry.path(), to.join(entry.file_name()));
        match entry.file_type().map_err(at(&path))? {
            kind if kind.is_dir() => copy_folder(&path, &copy)?,
            kind if kind.is_file() => copy_file(&path, &copy)?,
            // Sockets of a server that runs on it, and the like.
            _ => {}
        }
    }
    sync_folder(Some(to))
}

fn copy_file(from: &Path, to: &Path) -> Result<(), CopyError> {
    fs::copy(from, to).map_err(at(from))?;
    File::open(to).and_then(|file| file.sync_all()).map_err(at(to))
}

fn sync_folder(folder: Option<&Path>) -> Result<(), CopyError> {
    match folder {
        // The folder of a bare name is the current one.
        Some(folder) => {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            File::open(folder).and_then(|it| it.sync_all()).map_err(at(folder))
        }
        None => Ok(()),
    }
}
