//! Programs of others that some tests need. `cargo xtask tools` installs them into `target/tools`; without
//! them those tests say so and do nothing, unless the environment says that they must be there.

use std::io::Write;
use std::path::{Path, PathBuf};

/// Set where a test that does nothing is a failure.
const REQUIRED: &str = "JOURNEY_TOOLS";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools")
}

/// A Python that has a package.
pub fn python(package: &str) -> Option<PathBuf> {
    let python = folder().join("python/bin/python");
    let found = std::process::Command::new(&python)
        .args(["-c", &format!("import {package}")])
        .output()
        .is_ok_and(|output| output.status.success());
    found.then_some(python).or_else(|| missing(&format!("Python with {package}")))
}

/// The folder of npm packages, if a package is in it and there is a node to run it.
pub fn node(package: &str) -> Option<PathBuf> {
    let modules = folder().join("node/node_modules");
    let found = modules.join(package).is_dir()
        && std::process::Command::new("node").arg("--version").output().is_ok();
    found.then_some(modules).or_else(|| missing(&format!("node with {package}")))
}

/// Says that a test does nothing, for want of a program.
pub fn missing<T>(what: &str) -> Option<T> {
    let message = format!("there is no {what}; `cargo xtask tools` installs it into target/tools");
    assert!(std::env::var_os(REQUIRED).is_none(), "{message}");
    // Not by `println`, which is shown only when a test fails.
    let _ = writeln!(std::io::stderr(), "skipped: {message}");
    None
}
