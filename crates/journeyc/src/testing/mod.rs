//! Running the `test` blocks of a workspace on a virtual clock.
//!
//! Each test has a customer of its own, and only the journey it is about. The clock stands still
//! but for `at` and `after`; all that is due by then happens before the next step.

mod coverage;
mod expect;
mod names;
mod report;
mod run;
mod timeline;

use journey_base::FileId;

pub use coverage::{Coverage, JourneyCoverage, coverage_json, coverage_table};
pub(crate) use names::value;
pub use report::{TestFormat, report};
pub use run::{SetupError, compile, run, run_in};
pub use timeline::Line;
pub(crate) use timeline::Timeline;

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
}

/// An expectation that did not hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// Where it stands in the file.
    pub offset: u32,
    /// The step as it is written, on one line.
    pub step: String,
    /// What was found instead.
    pub found: String,
}
