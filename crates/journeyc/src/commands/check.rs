//! `journeyc check`

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use journey_base::{Diagnostic, FileId};

use super::CommandError;
use crate::compile::compile;
use crate::load::load;
use crate::render::{Files, Format, Style, Tally, render};

/// Exit code 0: no errors. 1: errors. 2: could not run.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Workspaces, or files in them [default: the current directory]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How findings are printed
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
}

/// Checks every workspace that the paths lie in and prints all findings.
pub(super) fn run(args: &Args) -> Result<ExitCode, CommandError> {
    let mut files = Files::default();
    let mut diagnostics = Vec::new();
    for sources in load(&args.paths)? {
        let compiled = compile(&sources);
        let base = files.count() as u32;
        files.append(compiled.files);
        diagnostics.extend(compiled.diagnostics.into_iter().map(|finding| shift(finding, base)));
    }
    let mut out = io::BufWriter::new(io::stdout().lock());
    render(args.format, Style::of_stdout(), &files, &diagnostics, &mut out)?;
    out.flush()?;
    let errors = Tally::of(&diagnostics).errors;
    Ok(ExitCode::from(u8::from(errors > 0)))
}

/// The finding among the files of several workspaces: its files come after `base` others.
fn shift(mut finding: Diagnostic, base: u32) -> Diagnostic {
    let moved = |file: &mut FileId| file.0 += base;
    moved(&mut finding.primary.file);
    finding.secondary.iter_mut().for_each(|label| moved(&mut label.file));
    let edits = finding.fixes.iter_mut().flat_map(|fix| &mut fix.edits);
    edits.for_each(|edit| moved(&mut edit.file));
    finding
}
