//! `cargo xtask kill-loop`: the test of `crates/journeyd/tests/kills`, as long as somebody wants.

use std::path::Path;
use std::process::Command;

use crate::{Failure, shell};

/// Kills a server so many times, and checks what it leaves after each.
pub(crate) fn run(root: &Path, cycles: &str) -> Result<(), Failure> {
    let cycles: u64 = cycles.parse().map_err(|_| format!("`{cycles}` is no number of cycles"))?;
    let arguments = ["test", "--package", "journeyd", "--test", "kills", "--", "--nocapture"];
    let status = Command::new(shell::cargo())
        .args(arguments)
        .env("JOURNEYD_KILL_CYCLES", cycles.to_string())
        .current_dir(root)
        .status()?;
    if status.success() { Ok(()) } else { Err("a promise was broken: see above".into()) }
}
