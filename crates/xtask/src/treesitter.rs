//! `cargo xtask tree-sitter`: the parser of `editors/tree-sitter-journey` from its grammar.
//!
//! Needs the command line of tree-sitter, at one version, since what it writes differs from version to version. What it
//! writes is checked in, so that nobody else needs it.

use std::path::{Path, PathBuf};

use crate::codegen::Mode;
use crate::{Failure, shell};

/// The version that wrote what is checked in.
const VERSION: &str = "0.27.1";

/// The oldest form of parsers that is still written: editors of the last years read it.
const ABI: &str = "14";

/// What is written, in `src`.
const FILES: &[&str] = &[
    "grammar.json",
    "node-types.json",
    "parser.c",
    "tree_sitter/alloc.h",
    "tree_sitter/array.h",
    "tree_sitter/parser.h",
];

/// Writes the parser and runs the tests of the grammar, or compares the parser with what would be written.
pub(crate) fn run(root: &Path, mode: Mode) -> Result<(), Failure> {
    let grammar = root.join("editors/tree-sitter-journey");
    let program = program(root)?;
    if mode == Mode::Write {
        shell::run(&grammar, &program, &["generate", "--abi", ABI])?;
        return shell::run(&grammar, &program, &["test"]);
    }
    let written = root.join("target/tree-sitter");
    let output = written.to_string_lossy();
    std::fs::create_dir_all(&written)?;
    shell::run(&grammar, &program, &["generate", "--abi", ABI, "--output", &output])?;
    for name in FILES {
        let path = grammar.join("src").join(name);
        if std::fs::read(&path)? != std::fs::read(written.join(name))? {
            let path = path.display();
            return Err(format!(
                "{path} is not what grammar.js says; run `cargo xtask tree-sitter`"
            )
            .into());
        }
    }
    Ok(())
}

/// The command line of tree-sitter, from `target/tools` or wherever programs are.
fn program(root: &Path) -> Result<String, Failure> {
    let ours = root.join("target/tools/bin/tree-sitter");
    for candidate in [ours, PathBuf::from("tree-sitter")] {
        let candidate = candidate.to_string_lossy().into_owned();
        let said = shell::output(root, &candidate, &["--version"]).unwrap_or_default();
        if said.split_whitespace().any(|word| word == VERSION) {
            return Ok(candidate);
        }
    }
    Err(format!(
        "there is no tree-sitter {VERSION}; `cargo install --locked --no-default-features --root target/tools \
         --version {VERSION} tree-sitter-cli` installs it"
    )
    .into())
}
