//! Why something was not done to the catalogue.

use journey_engine::control::{DeployError, MoveError};
use journey_engine::form::ReadError;
use journey_engine::lifecycle::Refused;
use journey_engine::store::StoreError;

use super::texts::NotOne;
use crate::http::SourceError;

/// See the [module](self).
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum CatalogError {
    /// No journey has this name.
    #[error("there is no journey `{name}`")]
    Unknown { name: String },
    /// It has no version of this number.
    #[error("the journey `{name}` has no version {version}")]
    NoVersion { name: String, version: u32 },
    /// A journey has it already.
    #[error(
        "there is a journey `{name}` already; `POST /journeys/{name}/draft` begins a new version of it"
    )]
    Exists { name: String },
    /// The source is not one journey.
    #[error(transparent)]
    NotOne(#[from] NotOne),
    /// The name of a journey stays what it is.
    #[error(
        "the source is that of `{named}`, and the journey is `{name}`: a journey keeps its name"
    )]
    Renamed { name: String, named: String },
    /// The source has errors.
    #[error("the source has errors")]
    Broken { findings: Vec<SourceError> },
    /// The configuration is wrong.
    #[error("the configuration is wrong: {0}")]
    Config(String),
    /// With this, journeys that are live would not check any more.
    #[error("with this, journeys that are live would not check any more: {}", journeys.join(", "))]
    Breaks { journeys: Vec<String>, findings: Vec<SourceError> },
    /// Only drafts are changed.
    #[error("`{name}` has no draft; `POST /journeys/{name}/draft` begins one")]
    NotADraft { name: String },
    /// Only drafts are deleted.
    #[error(
        "`{name}` was activated and has no draft: only drafts are deleted; `POST /journeys/{name}/stop` ends it"
    )]
    NothingToDelete { name: String },
    /// Somebody has changed it meanwhile.
    #[error("it was changed meanwhile; the current revision is {current}")]
    Changed { current: u64 },
    /// Its state does not allow it.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// A version that still has members cannot go on beside the new ones.
    #[error("{0}")]
    Deploy(DeployError),
    /// What the checker let through cannot be compiled: a limit, or a fault of the compiler.
    #[error("it cannot be compiled: {0}")]
    Lower(String),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is stored.
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl From<DeployError> for CatalogError {
    fn from(error: DeployError) -> CatalogError {
        match error {
            DeployError::Store(error) => CatalogError::Store(error),
            error => CatalogError::Deploy(error),
        }
    }
}

impl From<MoveError> for CatalogError {
    fn from(error: MoveError) -> CatalogError {
        match error {
            MoveError::Unknown => CatalogError::Unknown { name: String::new() },
            MoveError::Refused(refused) => CatalogError::Refused(refused),
            MoveError::Store(error) => CatalogError::Store(error),
        }
    }
}
