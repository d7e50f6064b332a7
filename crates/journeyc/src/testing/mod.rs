//! Results of test blocks, printed. They are run by `journey-testing`.

mod coverage;
mod report;

pub use coverage::{coverage_json, coverage_table};
pub use journey_testing::{Coverage, Outcome, SetupError, compile, run, run_in};
pub use report::{TestFormat, report};
