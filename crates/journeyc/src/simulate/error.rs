//! Why a simulation could not be run.

use std::io;
use std::path::PathBuf;

use journey_intake::{ListError, Reason};

use super::input::Input;
use crate::files::WriteError;

/// Why a simulation could not be run. Each is exit code 2.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// An input cannot be opened.
    #[error("{input}: cannot be opened")]
    Open {
        /// Which.
        input: Input,
        /// Why.
        source: io::Error,
    },
    /// An input broke off, or its compression is damaged.
    #[error("{input}: cannot be read{}", behind(*line))]
    Read {
        /// Which.
        input: Input,
        /// The last line that was read whole; 0 if that is not known.
        line: u64,
        /// Why.
        source: io::Error,
    },
    /// A line is rejected, and all must be right.
    #[error(
        "{input}:{line}: {reason}\n  hint: without `--strict` such lines are counted and skipped"
    )]
    Rejected {
        /// In which input.
        input: Input,
        /// Its line, from 1.
        line: u64,
        /// Why.
        reason: Box<Reason>,
    },
    /// A line of the responses of webhooks is wrong.
    #[error("{input}:{line}: {reason}")]
    Response {
        /// In which input.
        input: Input,
        /// Its line, from 1.
        line: u64,
        /// Why.
        reason: String,
    },
    /// A list of customers cannot be read at all.
    #[error("{input}: {reason}")]
    List {
        /// The list.
        input: Input,
        /// Why.
        reason: ListError,
    },
    /// There is nothing that the customers of the list could enter.
    #[error("none of the journeys has `entry manual`, so `--enter` has nothing to enter")]
    NothingToEnter,
    /// An option makes no sense without or with another.
    #[error("{0}")]
    Usage(String),
    /// A folder cannot be made.
    #[error("{}: cannot be made", path.display())]
    CreateFolder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("{}: cannot be written", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A result cannot be written.
    #[error(transparent)]
    Replace(#[from] WriteError),
}

/// How far it was read, where that is known.
fn behind(line: u64) -> String {
    if line == 0 { String::new() } else { format!(" on after line {line}") }
}
