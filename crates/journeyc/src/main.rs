//! The program `journeyc`. All it does itself is to turn the outcome of a command into an exit code.
//!
//! Exit codes of every command: 0 all is well, 1 there are errors in the workspace or failing
//! tests, 2 the command could not do its work.

use std::io;
use std::process::ExitCode;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match journeyc::commands::run(journeyc::commands::Cli::parse()) {
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
