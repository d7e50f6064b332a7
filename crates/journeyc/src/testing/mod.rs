//! Results of test blocks, printed. They are run by `journey-testing`.

mod coverage;
mod report;

pub use coverage::{coverage_json, coverage_table};
pub use journey_testing::{
    Coverage, MAX_STIRRED, Outcome, SetupError, compile, run, run_in, run_up_to,
};
pub use report::{TestFormat, report};
