//! The program `journeyd`. All it does itself is to turn the outcome of a command into an exit code.
//!
//! Exit codes of every command: 0 it was done, 2 it could not be done. A server that is asked to
//! stop has done what it should: 0; one that is asked twice, 130.

use std::process::ExitCode;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match journeyd::cli::Cli::parse().run() {
        Ok(code) => code,
        Err(error) => {
            let mut told = error.to_string();
            eprintln!("error: {told}");
            let mut cause = error.source();
            while let Some(error) = cause {
                let why = error.to_string();
                // Most say their causes themselves.
                if !told.contains(&why) {
                    eprintln!("  because: {why}");
                    told = why;
                }
                cause = error.source();
            }
            ExitCode::from(2)
        }
    }
}
