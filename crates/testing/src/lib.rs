//! Running the `test` blocks of a workspace on a virtual clock.
//!
//! Each test has a customer of its own, and only the journey it is about. The clock stands still
//! but for `at` and `after`; all that is due by then happens before the next step. Nothing is
//! sent, and nothing is read from outside: this crate knows no terminal, no file and no clock, so
//! that an editor can run a test between two keystrokes.
//!
//! Start at [`run_at`] for one test of a workspace, at [`run()`] for one of a checked workspace.

mod answers;
mod coverage;
mod expect;
mod names;
mod run;
mod single;
mod timeline;

use journey_base::{FileId, TextRange, plural};

pub use answers::{MAX_ANSWERS, Pending, Reply};
pub use coverage::{ArmItem, Coverage, Item, JourneyCoverage, Share};
pub use names::value;
pub use run::{MAX_STIRRED, SetupError, compile, run, run_in, run_up_to};
pub use single::{NotRun, run_at};
pub use timeline::{Line, Timeline};

/// What came of one test.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The test's title.
    pub title: String,
    /// The journey it is about.
    pub journey: String,
    /// The file it stands in.
    pub file: FileId,
    /// Where in that file.
    pub offset: u32,
    /// The first expectation that did not hold; none means the test passed.
    pub failure: Option<Failure>,
    /// How many expectations held.
    pub held: usize,
    /// What happened up to the end of the test or the failure.
    pub timeline: Vec<Line>,
    /// Whether it was left in its middle because too much happened in it; that is a failure, too.
    pub given_up: bool,
}

impl Outcome {
    /// One line that says what came of it, to be shown beside its title.
    pub fn headline(&self) -> String {
        match &self.failure {
            None => format!("passed: {} held", plural(self.held, "expectation")),
            Some(failure) => format!("failed at `{}`: {}", failure.step, failure.found),
        }
    }
}

/// An expectation that did not hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// Where it stands in the file.
    pub range: TextRange,
    /// The step as it is written, on one line.
    pub step: String,
    /// What was found instead.
    pub found: String,
}
