//! `journeyc fmt`

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use journey_base::{Diagnostic, FileId, plural};
use journey_fmt::{FormatError, format};
use journey_sema::syntax_error;
use rayon::prelude::*;

use super::CommandError;
use crate::compile::{configuration, damage};
use crate::fixing;
use crate::hunk::first_hunk;
use crate::load::{LoadError, STDIN, SourceText, Sources, config_at, load};
use crate::render::{Files, Format, Style, render};

/// Exit code 0: all files are in their canonical form now. 1: with --check, some are not; or some
/// have mistakes and were left alone. 2: could not run.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Workspaces, folders or files; `-` is the standard input [default: the current workspace]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write nothing; print what would change, and exit with 1 if anything would
    #[arg(long)]
    check: bool,
    /// Format the standard input to the standard output. A PATH says whose configuration holds
    #[arg(long)]
    stdin: bool,
}

/// What is to become of a file.
enum Outcome {
    /// It stays.
    Same,
    /// It becomes this.
    Changed(String),
    /// It has mistakes.
    Refused(Vec<Diagnostic>),
    /// The formatter has.
    Broken(String),
}

/// A file to format.
struct Job<'s> {
    id: FileId,
    file: &'s SourceText,
    width: u32,
    /// Whether it could be read.
    damage: Option<Diagnostic>,
}

pub(super) fn run(args: &Args) -> Result<ExitCode, CommandError> {
    let piped = args.stdin || args.paths.iter().any(|path| path.as_os_str() == STDIN);
    let workspaces = if piped { standard_input(args)? } else { load(&args.paths)? };
    let mut files = Files::default();
    let (mut jobs, mut findings) = (Vec::new(), Vec::new());
    let wanted = if piped { Vec::new() } else { Wanted::of(&args.paths)? };
    for sources in &workspaces {
        let first = jobs.len();
        for file in sources.files.iter().filter(|file| is_wanted(&wanted, file)) {
            let id = files.push(file.path.clone(), file.text.clone());
            jobs.push(Job { id, file, width: 0, damage: damage((id.0, file)) });
        }
        let (config, wrong) = configuration(sources, &mut files);
        if wrong.is_empty() {
            jobs.iter_mut().skip(first).for_each(|job| job.width = config.width);
        } else {
            // How wide lines may be is not known.
            jobs.truncate(first);
            findings.extend(wrong);
        }
    }
    let missing = wanted.iter().find(|wanted| wanted.is_file && !wanted.found(&jobs));
    if let Some(missing) = missing.filter(|_| findings.is_empty()) {
        return Err(missing.ignored().into());
    }
    let outcomes: Vec<Outcome> = jobs.par_iter().map(outcome).collect();
    finish(args, piped, &files, &jobs, outcomes, findings)
}

/// Deals with the outcomes, file by file.
fn finish(
    args: &Args,
    piped: bool,
    files: &Files,
    jobs: &[Job<'_>],
    outcomes: Vec<Outcome>,
    mut findings: Vec<Diagnostic>,
) -> Result<ExitCode, CommandError> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut failures: Vec<CommandError> = Vec::new();
    let mut changed = 0;
    for (job, outcome) in jobs.iter().zip(outcomes) {
        let path = &job.file.path;
        match outcome {
            Outcome::Same if piped && !args.check => out.write_all(job.file.text.as_bytes())?,
            Outcome::Same => {}
            Outcome::Refused(mistakes) => findings.extend(mistakes),
            Outcome::Broken(why) => failures.push(format!("{path}: {why}").into()),
            Outcome::Changed(text) if args.check => {
                changed += 1;
                let hunk = first_hunk(&job.file.text, &text);
                write!(out, "--- {path}\n+++ {path} (formatted)\n{hunk}")?;
            }
            Outcome::Changed(text) if piped => out.write_all(text.as_bytes())?,
            Outcome::Changed(text) => match fixing::write(path, &job.file.text, &text) {
                Ok(()) => {
                    changed += 1;
                    writeln!(out, "formatted {path}")?;
                }
                Err(error) => failures.push(error.into()),
            },
        }
    }
    out.flush()?;
    drop(out);
    if !findings.is_empty() {
        render(Format::Human, Style::of_stderr(), files, &findings, &mut io::stderr().lock())?;
    }
    if !piped && failures.is_empty() && findings.is_empty() {
        summary(args.check, changed, jobs.len());
    }
    if let Some(last) = failures.pop() {
        failures.iter().for_each(|failure| eprintln!("error: {failure}"));
        return Err(last);
    }
    let bad = !findings.is_empty() || (args.check && changed > 0);
    Ok(ExitCode::from(u8::from(bad)))
}

fn summary(check: bool, changed: usize, all: usize) {
    let files = plural(all, "file");
    match (check, changed) {
        (_, 0) => eprintln!("{files}, nothing to change"),
        (true, changed) => {
            eprintln!("{changed} of {files} would change; `journeyc fmt` changes them");
        }
        (false, changed) => eprintln!("{changed} of {files} changed"),
    }
}

fn outcome(job: &Job<'_>) -> Outcome {
    if let Some(damage) = &job.damage {
        return Outcome::Refused(vec![damage.clone()]);
    }
    match format(&job.file.text, job.width) {
        Ok(text) if *text == *job.file.text => Outcome::Same,
        Ok(text) => Outcome::Changed(text),
        Err(FormatError::Syntax(errors)) => {
            Outcome::Refused(errors.iter().map(|error| syntax_error(error, job.id)).collect())
        }
        Err(error) => Outcome::Broken(error.to_string()),
    }
}

/// What comes in, with the configuration of the workspace that the one path lies in.
fn standard_input(args: &Args) -> Result<Vec<Sources>, CommandError> {
    let mut named = args.paths.iter().filter(|path| path.as_os_str() != STDIN);
    let (named, more) = (named.next(), named.next());
    if more.is_some() || (named.is_some() && !args.stdin) {
        return Err("the standard input is formatted alone; leave the other paths out".into());
    }
    let place = named.map_or(Path::new("."), PathBuf::as_path);
    // The file need not be there yet.
    let folder = place.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."));
    let config = config_at(folder)?;
    let mut sources = load(&[PathBuf::from(STDIN)])?;
    for source in &mut sources {
        source.config.clone_from(&config);
        if let (Some(named), Some(file)) = (named, source.files.first_mut()) {
            file.path = named.display().to_string();
        }
    }
    Ok(sources)
}

/// A path that was given, and what it is.
struct Wanted {
    given: PathBuf,
    absolute: PathBuf,
    is_file: bool,
}

impl Wanted {
    fn of(paths: &[PathBuf]) -> Result<Vec<Wanted>, LoadError> {
        let wanted = paths.iter().map(|given| {
            let cannot = |source| LoadError::Io { path: given.display().to_string(), source };
            let absolute = std::fs::canonicalize(given).map_err(cannot)?;
            let is_file =
                absolute.is_file() && absolute.extension().is_some_and(|it| it == "journey");
            Ok(Wanted { given: given.clone(), absolute, is_file })
        });
        wanted.collect()
    }

    /// Whether the file is this one, or in this folder.
    fn covers(&self, file: &SourceText) -> bool {
        std::fs::canonicalize(&file.path).is_ok_and(|path| path.starts_with(&self.absolute))
    }

    fn found(&self, jobs: &[Job<'_>]) -> bool {
        jobs.iter().any(|job| self.covers(job.file))
    }

    fn ignored(&self) -> String {
        let path = self.given.display();
        format!("{path}: the workspace it lies in leaves it out; `--stdin` formats any text")
    }
}

/// Whether any of the given paths covers the file. A `journey.toml` stands for its workspace.
fn is_wanted(wanted: &[Wanted], file: &SourceText) -> bool {
    wanted.is_empty()
        || wanted.iter().any(|it| it.covers(file) || (!it.is_file && it.absolute.is_file()))
}
