//! One test of a workspace that somebody works on.

use journey_base::FileId;
use journey_sema::Workspace;

use crate::{Coverage, Outcome, SetupError, run_up_to};

/// Why a test did not run.
#[derive(Debug, thiserror::Error)]
pub enum NotRun {
    /// Nothing to run.
    #[error("there is no test here")]
    NoTest,
    /// It could not be told what the test says.
    #[error(
        "there are errors in the test, in its journey or in what all journeys share: mend those first"
    )]
    Broken,
    /// It takes more than somebody who writes wants to wait for.
    #[error("too much happens in this test to run it while it is written; `journeyc test` runs it")]
    TooLong,
    /// The compiler failed on it.
    #[error(transparent)]
    Setup(#[from] SetupError),
}

/// So many things time may bring about in a test that runs while somebody writes.
const MOST: u32 = 20_000;

/// Runs the test around a place of a file. Errors in other journeys and tests do not matter.
pub fn run_at(workspace: &Workspace, file: FileId, offset: u32) -> Result<Outcome, NotRun> {
    let start = workspace.test_at(file, offset).ok_or(NotRun::NoTest)?;
    let text = workspace.text(file).ok_or(NotRun::NoTest)?;
    let checked = workspace.checked_in_part().ok_or(NotRun::Broken)?;
    let mut tests = checked.tests.iter();
    let test = tests.find(|test| test.file == file && test.offset == start);
    let test = test.ok_or(NotRun::Broken)?;
    let has = |name: &str| checked.journeys.iter().any(|journey| &*journey.name == name);
    if !has(&test.test.journey) {
        return Err(NotRun::Broken);
    }
    match run_up_to(MOST, &checked, test, &text, &mut Coverage::default()) {
        // A journey that is started may be one of those that are left out.
        Err(SetupError::Lower { .. }) if workspace.checked().is_none() => Err(NotRun::Broken),
        Ok(outcome) if outcome.given_up => Err(NotRun::TooLong),
        outcome => Ok(outcome?),
    }
}
