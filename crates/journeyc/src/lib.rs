//! `journeyc`: checks, tests, compiles, runs and draws customer journeys.
//!
//! This crate is the command line and nothing else: it finds files, calls the libraries, and
//! prints. One command, one file in `commands/`; start there. `simulate/` feeds event logs to
//! the interpreter, `testing/` prints what came of test blocks, which `journey-testing` runs. Reading, checking and watching workspaces, and
//! printing findings in every format there is, is `journey-workspace`.
//!
//! It is a library only so that tests and benchmarks can call what the commands call.

pub mod baseline;
pub mod commands;
pub mod difference;
pub mod files;
pub mod fixing;
pub mod grammar;
pub mod hunk;
pub mod import;
pub mod simulate;
pub mod testing;

pub use journey_workspace::{compile, load, render, watch};
