//! `cargo xtask tools`: programs of others that some tests compare with, in `target/tools`.
//!
//! They come from PyPI and npm, at fixed versions. Tests that need one and do not find it say so and do
//! nothing; with `JOURNEY_TOOLS=1` in the environment they fail.

use std::path::Path;

use crate::{Failure, shell};

/// Packages of PyPI, in an environment of their own.
const PYTHON: &[&str] =
    &["aiosmtpd==1.4.6", "standardwebhooks==1.1.0", "schemathesis==4.32.5", "pytest-lsp==1.0.1"];

/// Packages of npm.
const NODE: &[&str] = &[
    "standardwebhooks@1.1.1",
    "@segment/analytics-node@3.1.0",
    "@segment/analytics-next@1.84.3",
    "happy-dom@21.0.4",
    "typescript@5.9.3",
    "vscode-oniguruma@2.0.1",
    "vscode-textmate@9.3.2",
];

/// Installs what is missing.
pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    let tools = root.join("target/tools");
    std::fs::create_dir_all(tools.join("node"))?;
    let all = [python(&tools), node(&tools), extension(root)];
    all.into_iter().collect()
}

fn python(tools: &Path) -> Result<(), Failure> {
    if !tools.join("python/bin/python").exists() {
        shell::run(tools, "python3", &["-m", "venv", "python"])?;
    }
    let mut arguments = vec!["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    arguments.extend(PYTHON);
    let python = tools.join("python/bin/python");
    shell::run(tools, &python.to_string_lossy(), &arguments)
}

fn node(tools: &Path) -> Result<(), Failure> {
    let mut arguments = vec!["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"];
    arguments.extend(["--prefix", "node"]);
    arguments.extend(NODE);
    shell::run(tools, "npm", &arguments)
}

/// What the extension of VS Code is built with, at the versions of its lock file.
fn extension(root: &Path) -> Result<(), Failure> {
    let arguments = ["ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"];
    shell::run(&root.join("editors/vscode"), "npm", &arguments)
}
