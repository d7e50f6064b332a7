//! `journeyc diff`

use std::path::PathBuf;
use std::process::ExitCode;

use journey_ir::diff::diff;

use super::{CommandError, checked, compile_one, print};
use crate::difference::{DiffFormat, render};
use crate::render::Style;

/// Exit code 0: compared. 1: one of them has errors, or with --exit-code they differ. 2: could not
/// run.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The earlier version: a workspace, for example a `git worktree` of the main branch
    old: PathBuf,
    /// The later one
    new: PathBuf,
    /// How differences are printed
    #[arg(long, value_enum, default_value = "human")]
    format: DiffFormat,
    /// Exit with 1 where anything differs
    #[arg(long)]
    exit_code: bool,
}

/// Compares the two and prints what differs, with what becomes of members inside.
pub(super) fn run(args: &Args) -> Result<ExitCode, CommandError> {
    let (old, new) = (compile_one(Some(&args.old))?, compile_one(Some(&args.new))?);
    // Both are reported, so that one run tells all there is to mend.
    let (Some(old), Some(new)) = (checked(&old)?, checked(&new)?) else {
        return Ok(ExitCode::from(1));
    };
    let found = diff(old, new)?;
    print(&render(args.format, Style::of_stdout(), &found)?)?;
    Ok(ExitCode::from(u8::from(args.exit_code && !found.is_empty())))
}
