//! Running other programs.

use std::path::Path;
use std::process::Command;

use crate::Failure;

/// Runs a command in `root` with its output passed through; an exit code other than 0 is an
/// error that names the command.
pub(crate) fn run(root: &Path, program: &str, arguments: &[&str]) -> Result<(), Failure> {
    run_in(root, program, arguments, &[])
}

/// The same with more in its environment.
pub(crate) fn run_in(
    root: &Path,
    program: &str,
    arguments: &[&str],
    environment: &[(&str, &Path)],
) -> Result<(), Failure> {
    let status = Command::new(program)
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(root)
        .status()
        .map_err(|error| format!("cannot run {program}: {error}"))?;
    if status.success() {
        return Ok(());
    }
    Err(format!("`{program} {}` failed: {status}", arguments.join(" ")).into())
}

/// Runs a command in `root` and returns what it prints.
pub(crate) fn output(root: &Path, program: &str, arguments: &[&str]) -> Result<String, Failure> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(root)
        .output()
        .map_err(|error| format!("cannot run {program}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let why = String::from_utf8_lossy(&output.stderr);
    Err(format!("`{program} {}` failed: {}", arguments.join(" "), why.trim()).into())
}

/// The cargo that runs this.
pub(crate) fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}
