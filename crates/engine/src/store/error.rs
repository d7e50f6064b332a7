//! What can go wrong with a store.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Ticket;

/// Why a store did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A write or an fsync failed, now or earlier. What was not durable yet may or may not be on disk, so the
    /// store takes nothing more; the process has to end and recover from what is there.
    #[error(
        "the store has failed and takes nothing more: {0}; end this process and start it again"
    )]
    Failed(Arc<Failure>),
    /// Reading failed.
    #[error("{0}")]
    Unreadable(Arc<Failure>),
    /// Bytes that are not what was written.
    #[error("{}: damaged at byte {offset}: {what}; {DAMAGE_ADVICE}", .file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// Where in it.
        offset: u64,
        /// What is wrong there.
        what: String,
    },
    /// Bytes that are not what was written, in what stands behind the log.
    #[error("{}: damaged: {what}; {DAMAGE_ADVICE}", .directory.display())]
    DamagedBase {
        /// The directory of the base, or one of its files.
        directory: PathBuf,
        /// What is wrong there.
        what: String,
    },
    /// A segment of the log is not there.
    #[error(
        "{}: missing: the log goes on at ticket {next} and holds nothing between {held} and that; {DAMAGE_ADVICE}",
        .file.display()
    )]
    MissingSegment {
        /// The file that should be there.
        file: PathBuf,
        /// Up to which ticket all is there.
        held: Ticket,
        /// The first ticket after the gap.
        next: Ticket,
    },
    /// A part of the store is not there.
    #[error("{}: missing, although other parts of the store are there; {DAMAGE_ADVICE}", .file.display())]
    MissingFile {
        /// The file that should be there.
        file: PathBuf,
    },
    /// There is no store where one should be.
    #[error("{}: there is no store here; name the folder that a server was started with, or a backup", .directory.display())]
    NoStore {
        /// The directory.
        directory: PathBuf,
    },
    /// A file of another store.
    #[error(
        "{}: belongs to store {found:016x}, and this is store {expected:016x}; move it away, or put back the whole \
         directory from one backup",
        .file.display()
    )]
    WrongStore {
        /// The file.
        file: PathBuf,
        /// This store.
        expected: u64,
        /// The one that the file names.
        found: u64,
    },
    /// A file of a later version of this program, or of something else.
    #[error(
        "{}: written in format {found}, and this program knows format {known}; start the version that wrote it",
        .file.display()
    )]
    UnknownFormat {
        /// The file.
        file: PathBuf,
        /// The version it names.
        found: u32,
        /// The one that this program reads.
        known: u32,
    },
    /// Another process has the store open.
    #[error("{}: another process has this store open; stop it first", .file.display())]
    Locked {
        /// The lock file.
        file: PathBuf,
    },
    /// A key or batch that is too large.
    #[error("a {what} of {size} bytes: at most {most} are possible")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// Its size.
        size: usize,
        /// The largest possible.
        most: usize,
    },
    /// The place for a backup is taken.
    #[error("{}: there is something already; name a directory that is not there or is empty", .directory.display())]
    Occupied {
        /// The directory.
        directory: PathBuf,
    },
}

const DAMAGE_ADVICE: &str =
    "no data was changed: look at the disk, then put the store back from a backup";

/// A reading call that failed.
pub(super) fn unreadable(action: &'static str, file: &Path, error: &io::Error) -> StoreError {
    StoreError::Unreadable(Arc::new(Failure::new(action, file, error)))
}

/// A failed call to the system.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: could not {action}: {reason}", .file.display())]
pub struct Failure {
    /// What was to be done.
    pub action: &'static str,
    /// To which file.
    pub file: PathBuf,
    /// Why it could not.
    pub reason: Reason,
}

/// Why the system did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// There is no room left.
    #[error("the disk is full")]
    Full,
    /// Something else, in the system's words.
    #[error("{0}")]
    Other(String),
}

impl Failure {
    /// What `error` says of doing `action` to `file`.
    #[must_use]
    pub fn new(action: &'static str, file: &Path, error: &io::Error) -> Self {
        let full =
            matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
        let reason = if full { Reason::Full } else { Reason::Other(error.to_string()) };
        Self { action, file: file.to_path_buf(), reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_called_that() {
        let error = io::Error::from_raw_os_error(28);
        let failure = Failure::new("write", Path::new("log/1.log"), &error);
        let said = StoreError::Failed(Arc::new(failure)).to_string();
        assert!(said.contains("log/1.log: could not write: the disk is full"), "{said}");
    }
}
