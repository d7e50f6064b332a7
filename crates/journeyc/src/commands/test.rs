//! `journeyc test`

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use journey_ir::graph::render_svg;
use journey_sema::Checked;

use super::{CommandError, checked, compile_one};
use crate::files;
use crate::render::Style;
use crate::testing::{self, Coverage, Outcome, TestFormat, coverage_json, coverage_table};
use crate::watch::{clear_terminal, watch};

/// Exit code 0: all tests pass. 1: a test failed, or the workspace has errors. 2: could not run.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A workspace, or a file in it [default: the current directory]
    path: Option<PathBuf>,
    /// How results are printed
    #[arg(long, value_enum, default_value = "human")]
    format: TestFormat,
    /// Run only tests whose journey or title contains this; may be given more than once
    #[arg(long, value_name = "TEXT")]
    filter: Vec<String>,
    /// Print which tiles and arms no test reaches
    #[arg(long)]
    coverage: bool,
    /// Write the coverage of each tile and arm as JSON; `-` is the standard output, and the
    /// results go to the standard error
    #[arg(long, value_name = "FILE")]
    coverage_json: Option<PathBuf>,
    /// Write a picture of each journey with what no test reaches set off, into this folder
    #[arg(long, value_name = "DIR")]
    coverage_svg: Option<PathBuf>,
    /// Give up a test in which time brings about more than N things
    #[arg(long, value_name = "N", default_value_t = testing::MAX_STIRRED)]
    limit: u32,
    /// Run again whenever a file changes, until interrupted
    #[arg(long)]
    watch: bool,
}

/// Runs the tests of a workspace.
pub(super) fn run(args: &Args) -> Result<ExitCode, CommandError> {
    if !args.watch {
        return test(args);
    }
    let paths: Vec<PathBuf> = args.path.iter().cloned().collect();
    watch(&paths, || -> Result<Vec<PathBuf>, CommandError> {
        if io::stdout().is_terminal() {
            clear_terminal();
        }
        // A file that vanishes between two steps of an editor is back at the next change.
        if let Err(error) = test(args) {
            eprintln!("error: {error}");
        }
        Ok(Vec::new())
    })?;
    Ok(ExitCode::SUCCESS)
}

fn test(args: &Args) -> Result<ExitCode, CommandError> {
    let start = Instant::now();
    let compiled = compile_one(args.path.as_deref())?;
    let Some(workspace) = checked(&compiled)? else { return Ok(ExitCode::from(1)) };
    let wanted = |journey: &str, title: &str| {
        let fits = |text: &String| journey.contains(text) || title.contains(text);
        args.filter.is_empty() || args.filter.iter().any(fits)
    };
    let mut outcomes = Vec::new();
    let mut coverage = Coverage::default();
    for test in workspace.tests.iter().filter(|it| wanted(&it.test.journey, &it.test.title)) {
        let text = compiled.files.text(test.file);
        let outcome = testing::run_up_to(args.limit, workspace, test, text, &mut coverage);
        outcomes.push(advised(outcome?));
    }
    if outcomes.is_empty() && !args.filter.is_empty() {
        let texts = args.filter.join("` or `");
        return Err(format!("no test has `{texts}` in its journey or title").into());
    }
    outcomes.sort_by(|a, b| (&a.journey, a.file, a.offset).cmp(&(&b.journey, b.file, b.offset)));
    // Where the coverage is for a program, the results must not stand before it.
    let (style, mut out): (Style, Box<dyn Write>) = match json_on_stdout(args) {
        true => (Style::of_stderr(), Box::new(io::stderr().lock())),
        false => (Style::of_stdout(), Box::new(io::BufWriter::new(io::stdout().lock()))),
    };
    let files = &compiled.files;
    testing::report(args.format, style, files, &outcomes, start.elapsed(), &mut out)?;
    report_coverage(args, workspace, &coverage, style, &mut out)?;
    out.flush()?;
    let failed = outcomes.iter().any(|outcome| outcome.failure.is_some());
    Ok(ExitCode::from(u8::from(failed)))
}

/// Says what to do about a test that was given up.
fn advised(mut outcome: Outcome) -> Outcome {
    if outcome.given_up
        && let Some(failure) = &mut outcome.failure
    {
        failure.found += "; let less time pass, look for a wait that is too short or a repeat without \
            an end, or allow more by `--limit N`";
    }
    outcome
}

fn json_on_stdout(args: &Args) -> bool {
    args.coverage_json.as_deref() == Some(Path::new("-"))
}

fn report_coverage(
    args: &Args,
    workspace: &Checked,
    coverage: &Coverage,
    style: Style,
    out: &mut dyn Write,
) -> Result<(), CommandError> {
    let journeys = coverage.journeys(workspace)?;
    if args.coverage {
        // Where the results are for a program, the table must not stand among them.
        let table = coverage_table(&journeys, style);
        match args.format {
            TestFormat::Human => out.write_all(table.as_bytes())?,
            _ => io::stderr().write_all(table.as_bytes())?,
        }
    }
    if let Some(path) = &args.coverage_json {
        let text = coverage_json(&journeys)?;
        match json_on_stdout(args) {
            true => io::stdout().write_all(text.as_bytes())?,
            false => files::replace(path, text.as_bytes())?,
        }
    }
    if let Some(folder) = &args.coverage_svg {
        std::fs::create_dir_all(folder)
            .map_err(|error| format!("{}: cannot be made: {error}", folder.display()))?;
        for (graph, overlay) in coverage.pictures(workspace)? {
            let path = folder.join(format!("{}.svg", graph.name));
            files::replace(&path, render_svg(&graph, &overlay).as_bytes())?;
        }
    }
    Ok(())
}
