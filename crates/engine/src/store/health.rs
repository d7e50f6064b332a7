//! Whether the store still takes anything.

use std::io;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::{Failure, StoreError};

/// The first failure of a write or an fsync. From then on every call fails: what the system has of the
/// last writes is not known, and an fsync that is tried again may succeed without having written.
#[derive(Debug, Default)]
pub(super) struct Health {
    failure: OnceLock<Arc<Failure>>,
}

impl Health {
    pub(super) fn check(&self) -> Result<(), StoreError> {
        match self.failure.get() {
            Some(failure) => Err(StoreError::Failed(failure.clone())),
            None => Ok(()),
        }
    }

    /// Notes a failure, unless there was one before, and gives the error to return.
    pub(super) fn fail(&self, failure: Failure) -> StoreError {
        StoreError::Failed(self.failure.get_or_init(|| Arc::new(failure)).clone())
    }

    /// The result, with its error noted.
    pub(super) fn written<T>(
        &self,
        result: io::Result<T>,
        action: &'static str,
        file: &Path,
    ) -> Result<T, StoreError> {
        result.map_err(|error| self.fail(Failure::new(action, file, &error)))
    }

    /// The result; if it is a failure, noted.
    pub(super) fn noted<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        result.map_err(|error| match error {
            StoreError::Failed(failure) => self.fail(Failure::clone(&failure)),
            other => other,
        })
    }
}
