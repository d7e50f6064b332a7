//! What goes wrong behind the routes, as problems.

use journey_engine::form::ReadError;
use journey_engine::lifecycle::State;
use std::time::Duration;

use super::super::problem::{Problem, ProblemKind};
use crate::catalog::CatalogError;
use crate::runtime::Busy;

impl From<CatalogError> for Problem {
    fn from(error: CatalogError) -> Problem {
        let said = error.to_string();
        match error {
            CatalogError::Unknown { .. } | CatalogError::NoVersion { .. } => {
                Problem::not_found(said)
            }
            CatalogError::Exists { .. }
            | CatalogError::NotADraft { .. }
            | CatalogError::NothingToDelete { .. } => Problem::conflict(said),
            CatalogError::Renamed { .. }
            | CatalogError::NotOne(_)
            | CatalogError::Config(_)
            | CatalogError::Lower(_) => Problem::invalid_body(said),
            CatalogError::Broken { findings } => Problem::source(findings),
            CatalogError::Breaks { journeys, findings } => {
                Problem::conflict(said).with("journeys", journeys).with_errors(findings)
            }
            CatalogError::Changed { .. } => Problem::new(ProblemKind::PreconditionFailed, said),
            CatalogError::Refused(refused) => {
                let allowed = moves(refused.state);
                let list = if allowed.is_empty() { "none".to_owned() } else { allowed.join(", ") };
                Problem::conflict(format!("{said}; allowed are: {list}"))
                    .with("state", refused.state.name())
                    .with("allowed", allowed)
            }
            CatalogError::Deploy(_) => Problem::conflict(said),
            CatalogError::Store(error) => Problem::internal(error),
            CatalogError::Read(error) => Problem::internal(error),
        }
    }
}

fn moves(state: State) -> Vec<&'static str> {
    state.allowed().iter().map(|it| it.name()).collect()
}

impl From<Busy> for Problem {
    fn from(busy: Busy) -> Problem {
        match busy {
            Busy::Full => Problem::overloaded(Duration::from_secs(1)),
            Busy::Stopping => Problem::unavailable(busy.to_string(), Duration::from_secs(5)),
        }
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Problem {
        Problem::internal(error)
    }
}
