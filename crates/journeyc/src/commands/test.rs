//! `journeyc test`

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use super::{CommandError, checked, compile_one};
use crate::render::Style;
use crate::testing::{self, TestFormat};

/// Exit code 0: all tests pass. 1: a test failed, or the workspace has errors. 2: could not run.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A workspace, or a file in it [default: the current directory]
    path: Option<PathBuf>,
    /// How results are printed
    #[arg(long, value_enum, default_value = "human")]
    format: TestFormat,
}

/// Runs all tests of a workspace.
pub(super) fn run(args: &Args) -> Result<ExitCode, CommandError> {
    let start = Instant::now();
    let compiled = compile_one(args.path.as_deref())?;
    let Some(workspace) = checked(&compiled)? else { return Ok(ExitCode::from(1)) };
    let mut outcomes = Vec::new();
    for test in &workspace.tests {
        outcomes.push(testing::run(workspace, test, compiled.files.text(test.file))?);
    }
    outcomes.sort_by(|a, b| (&a.journey, a.file, a.offset).cmp(&(&b.journey, b.file, b.offset)));
    let mut out = io::BufWriter::new(io::stdout().lock());
    let (style, files) = (Style::of_stdout(), &compiled.files);
    testing::report(args.format, style, files, &outcomes, start.elapsed(), &mut out)?;
    out.flush()?;
    let failed = outcomes.iter().any(|outcome| outcome.failure.is_some());
    Ok(ExitCode::from(u8::from(failed)))
}
