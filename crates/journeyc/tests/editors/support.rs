//! Folders, and programs that may be missing.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Set where a test that does nothing is a failure.
const REQUIRED: &str = "JOURNEY_TOOLS";

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// What a file of the repository says.
pub(crate) fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Says that a test does nothing, for want of something that `cargo xtask tools` installs.
pub(crate) fn missing(what: &str) {
    let message = format!("there is no {what}; `cargo xtask tools` installs it");
    assert!(std::env::var_os(REQUIRED).is_none(), "{message}");
    // Not by `println`, which is shown only when a test fails.
    let _ = writeln!(std::io::stderr(), "skipped: {message}");
}

/// Runs a program that has to succeed.
pub(crate) fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}\n{out}\n{err}", output.status);
    output
}
