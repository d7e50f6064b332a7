//! Chores of the repository, run as `cargo xtask <chore>`.
//!
//! Nothing here is part of a product. Start at [`codegen`], which keeps the vocabulary of the
//! parser in step with `grammar/journey.pest`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

mod codegen;

const USAGE: &str = "usage: cargo xtask <chore>

chores:
  codegen [--check]   write crates/syntax/src/generated from grammar/journey.pest;
                      with --check, only say whether the files are up to date
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["codegen"] => codegen::run(&root(), codegen::Mode::Write),
        ["codegen", "--check"] => codegen::run(&root(), codegen::Mode::Check),
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

/// The repository's root: this crate lives two folders below it.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}
