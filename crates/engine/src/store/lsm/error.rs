//! The tree's errors in our words.

use std::path::Path;
use std::sync::Arc;

use crate::store::error::unreadable;
use crate::store::{Failure, Reason, StoreError};

/// The version of the tree's format that it reads.
const FORMAT: u32 = 3;

pub(super) fn damaged(directory: &Path, what: &str) -> StoreError {
    StoreError::DamagedBase { directory: directory.to_path_buf(), what: what.to_owned() }
}

/// What reading failed for.
pub(super) fn unread(directory: &Path, error: lsm_tree::Error) -> StoreError {
    match error {
        lsm_tree::Error::Io(error) => unreadable("read", directory, &error),
        lsm_tree::Error::InvalidVersion(version) => StoreError::UnknownFormat {
            file: directory.to_path_buf(),
            found: version.into(),
            known: FORMAT,
        },
        other => damaged(directory, &said(&other)),
    }
}

/// What writing failed for.
pub(super) fn failed(action: &'static str, directory: &Path, error: lsm_tree::Error) -> StoreError {
    StoreError::Failed(Arc::new(match error {
        lsm_tree::Error::Io(error) => Failure::new(action, directory, &error),
        other => {
            Failure { action, file: directory.to_path_buf(), reason: Reason::Other(said(&other)) }
        }
    }))
}

fn said(error: &lsm_tree::Error) -> String {
    match error {
        lsm_tree::Error::ChecksumMismatch { .. } => {
            "a block has another checksum than it says".to_owned()
        }
        lsm_tree::Error::Unrecoverable => "tables are missing or not readable".to_owned(),
        other => format!("a table is not readable ({other:?})"),
    }
}
