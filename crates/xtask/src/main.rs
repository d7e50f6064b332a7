//! Chores of the repository, run as `cargo xtask <chore>`.
//!
//! Nothing here is part of a product. [`codegen`] keeps the vocabulary of the parser in step with
//! `grammar/journey.pest`; [`suite`], [`demo`] and [`tidy`] are the commands of the README and of
//! continuous integration.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

mod codegen;
mod demo;
mod highlight;
mod kills;
mod shell;
mod suite;
mod tidy;
mod tools;
mod treesitter;
mod vscode;

/// Why a chore failed, in a sentence for the terminal.
type Failure = Box<dyn std::error::Error>;

const USAGE: &str = "usage: cargo xtask <chore>

chores:
  codegen [--check]   write crates/syntax/src/generated from grammar/journey.pest;
                      with --check, only say whether the files are up to date
  highlight [--check] write what editors highlight, in editors/, from the same grammar
  demo                build the products, then check, test and run examples/grocery
  simulate-faults [--seeds N] [--from S] [--seed S --verbose]
                      run the engine on a disk that fails, as so many seeds say
  kill-loop [--cycles N]  kill a server N times (100) while it is used, and check what it
                      leaves
  test                run every test of the repository
  test-vscode         try the extension of VS Code in a browser, with pictures in
                      target/vscode; installs code-server into target/tools
  tidy                check the rules of docs/architecture.md that no compiler checks
  tools               install programs of others that some tests compare with
                      (Python, node) into target/tools
  tree-sitter [--check]
                      write the parser of editors/tree-sitter-journey from its grammar, and try it
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome: Result<(), Failure> = match words.as_slice() {
        ["codegen"] => codegen::run(&root(), codegen::Mode::Write).map_err(Into::into),
        ["codegen", "--check"] => codegen::run(&root(), codegen::Mode::Check).map_err(Into::into),
        ["highlight"] => highlight::run(&root(), codegen::Mode::Write).map_err(Into::into),
        ["highlight", "--check"] => {
            highlight::run(&root(), codegen::Mode::Check).map_err(Into::into)
        }
        ["demo"] => demo::run(&root()),
        ["simulate-faults", options @ ..] => simulate_faults(options),
        ["kill-loop"] => kills::run(&root(), "100"),
        ["kill-loop", "--cycles", cycles] => kills::run(&root(), cycles),
        ["test"] => suite::run(&root()),
        ["test-vscode"] => vscode::run(&root()),
        ["tidy"] => tidy::run(&root()),
        ["tools"] => tools::run(&root()),
        ["tree-sitter"] => treesitter::run(&root(), codegen::Mode::Write),
        ["tree-sitter", "--check"] => treesitter::run(&root(), codegen::Mode::Check),
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the fault simulator, optimised, since many seeds are what it is for.
fn simulate_faults(options: &[&str]) -> Result<(), Failure> {
    let mut arguments = vec!["run", "--quiet", "--package", "journey-simulator", "--release", "--"];
    arguments.extend(options);
    shell::run(&root(), &shell::cargo(), &arguments)
}

/// The repository's root: this crate lives two folders below it.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}
