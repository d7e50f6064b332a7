//! `journeyc`: checks, tests, compiles, runs and draws customer journeys.
//!
//! This crate is the command line and nothing else: it finds files, calls the libraries, and
//! prints. One command, one file in `commands/`; start there. `simulate/` feeds event logs to
//! the interpreter, `testing/` runs test blocks, `render/` prints findings.
//!
//! Exit codes of every command: 0 all is well, 1 there are errors in the workspace or failing
//! tests, 2 the command could not do its work.

mod commands;
mod compile;
mod files;
mod load;
mod render;
mod simulate;
mod testing;

use std::io;
use std::process::ExitCode;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match commands::run(commands::Cli::parse()) {
        Ok(code) => code,
        Err(error) if broken_pipe(error.as_ref()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  because: {error}");
                cause = error.source();
            }
            ExitCode::from(2)
        }
    }
}

/// Whether the reader of our output went away (`journeyc … | head`): no failure of ours.
fn broken_pipe(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
        {
            return true;
        }
        cause = error.source();
    }
    false
}
