//! Why a process does not go on.

use journey_engine::control::{DeployError, MoveError};
use journey_engine::form::ReadError;
use journey_engine::store::StoreError;

use crate::machine::End;
use crate::violation::{Promise, Violation};

/// See the [module](self).
pub(super) enum Halt {
    /// It has to end, in this way if that is settled.
    Process(Option<End>),
    /// The simulation is over.
    Broken(Violation),
}

impl From<Violation> for Halt {
    fn from(violation: Violation) -> Halt {
        Halt::Broken(violation)
    }
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Halt {
        match error {
            StoreError::Failed(_) | StoreError::Unreadable(_) => Halt::Process(None),
            other => Violation::new(Promise::Opens, other.to_string()).into(),
        }
    }
}

impl From<ReadError> for Halt {
    fn from(error: ReadError) -> Halt {
        match error {
            ReadError::Store(error) => error.into(),
            ReadError::Unreadable(what) => {
                Violation::new(Promise::Indexes, what.to_string()).into()
            }
        }
    }
}

impl From<DeployError> for Halt {
    fn from(error: DeployError) -> Halt {
        match error {
            DeployError::Store(error) => error.into(),
            other => Violation::simulation(other).into(),
        }
    }
}

impl From<MoveError> for Halt {
    fn from(error: MoveError) -> Halt {
        match error {
            MoveError::Store(error) => error.into(),
            other => Violation::simulation(other).into(),
        }
    }
}
