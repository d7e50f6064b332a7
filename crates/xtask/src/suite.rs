//! `cargo xtask test`: every test of the repository.
//!
//! The tests need nothing but the toolchain: no service, no network, no installed program. A few do more
//! where `cargo xtask tools` has been run.

use std::path::Path;

use crate::{Failure, codegen, highlight, shell};

/// Checks that generated files are up to date, then runs all tests.
pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    codegen::run(root, codegen::Mode::Check)?;
    highlight::run(root, codegen::Mode::Check)?;
    let cargo = shell::cargo();
    shell::run(root, &cargo, &["test", "--quiet", "--workspace", "--no-fail-fast"])?;
    // By itself: nothing else may be built with bugs that can be planted.
    let planted = ["test", "--quiet", "-p", "journey-simulator", "--features", "planted-bugs"];
    shell::run(root, &cargo, &[&planted[..], &["--test", "planted"]].concat())
}
