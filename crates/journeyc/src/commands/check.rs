//! `journeyc check`

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use journey_base::{Code, Diagnostic, FileId, Severity, TextRange, plural};
use journey_reference::production;
use journey_sema::{Config, LintLevel};
use rayon::prelude::*;

use super::CommandError;
use crate::baseline::Baseline;
use crate::compile::{Compiled, compile_with};
use crate::fixing::{self, Fixed};
use crate::load::{STDIN, Sources, load};
use crate::render::{Files, Format, Style, Tally, render};
use crate::watch::{clear_terminal, watch};

/// Exit code 0: no errors. 1: errors. 2: could not run.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Workspaces, or files in them; `-` is the standard input [default: the current directory]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How findings are printed
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
    /// Apply all fixes that are safe, and report what is left
    #[arg(long)]
    fix: bool,
    /// Check again whenever a file changes, until interrupted
    #[arg(long)]
    watch: bool,
    /// Make a lint an error, whatever `journey.toml` says; `warnings` are all that are not allowed
    #[arg(long, value_name = "LINT")]
    deny: Vec<String>,
    /// Leave out the findings that this file knows
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write the findings of today to the baseline, and report none
    #[arg(long, requires = "baseline")]
    write_baseline: bool,
    /// Parse each file by the grammar itself as well, slowly, and report where the two differ
    #[arg(long)]
    reference: bool,
}

/// Checks every workspace that the paths lie in and prints all findings.
pub(super) fn run(args: &Args) -> Result<ExitCode, CommandError> {
    for lint in &args.deny {
        known_lint(lint)?;
    }
    let piped = args.paths.iter().any(|path| path.as_os_str() == STDIN);
    if piped && (args.fix || args.watch) {
        let option = if args.fix { "--fix" } else { "--watch" };
        return Err(format!("{option} works on files, and `-` is none").into());
    }
    if !args.watch {
        return check(args, &mut Vec::new());
    }
    watch(&args.paths, || -> Result<Vec<PathBuf>, CommandError> {
        let mut written = Vec::new();
        if io::stdout().is_terminal() {
            clear_terminal();
        }
        // A file that vanishes between two steps of an editor is back at the next change.
        if let Err(error) = check(args, &mut written) {
            eprintln!("error: {error}");
        }
        Ok(written)
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Checks once, and adds the files that fixes were written to.
fn check(args: &Args, written: &mut Vec<PathBuf>) -> Result<ExitCode, CommandError> {
    let mut files = Files::default();
    let mut diagnostics = Vec::new();
    for mut sources in load(&args.paths)? {
        let compiled = match args.fix {
            true => fix(args, &mut sources, written)?,
            false => compile(args, &sources),
        };
        let base = files.count() as u32;
        files.append(compiled.files);
        diagnostics.extend(compiled.diagnostics.into_iter().map(|finding| shift(finding, base)));
    }
    if let Some(path) = &args.baseline {
        if args.write_baseline {
            let baseline = Baseline::of(&files, &diagnostics);
            baseline.write(path)?;
            let count = plural(baseline.len(), "finding");
            eprintln!("{}: {count} written", path.display());
            diagnostics.clear();
        } else {
            let gone = Baseline::read(path)?.subtract(&files, &mut diagnostics);
            if gone > 0 {
                let count = plural(gone, "finding");
                let path = path.display();
                eprintln!("{path}: {count} in it are gone; `--write-baseline` writes it anew");
            }
        }
    }
    let mut out = io::BufWriter::new(io::stdout().lock());
    render(args.format, Style::of_stdout(), &files, &diagnostics, &mut out)?;
    out.flush()?;
    let errors = Tally::of(&diagnostics).errors;
    Ok(ExitCode::from(u8::from(errors > 0)))
}

fn compile(args: &Args, sources: &Sources) -> Compiled {
    let mut compiled = compile_with(sources, |config| deny(config, &args.deny));
    if args.reference {
        compiled.diagnostics.extend(differences(sources));
        compiled.diagnostics.sort_by_key(|finding| (finding.primary.file, finding.primary.range));
    }
    compiled
}

fn fix(
    args: &Args,
    sources: &mut Sources,
    written: &mut Vec<PathBuf>,
) -> Result<Compiled, CommandError> {
    let (Fixed { fixes, files }, compiled) =
        fixing::fix(sources, |sources| compile(args, sources))?;
    written.extend(files.iter().map(PathBuf::from));
    if fixes > 0 {
        let names = files.join(", ");
        eprintln!(
            "{} applied in {names}",
            if fixes == 1 { "1 fix".to_owned() } else { format!("{fixes} fixes") }
        );
    }
    Ok(compiled)
}

/// Raises the lints that were named to errors.
fn deny(config: &mut Config, lints: &[String]) {
    for lint in lints {
        if lint != WARNINGS {
            config.lints.insert(lint.clone(), LintLevel::Deny);
            continue;
        }
        for code in Code::ALL.iter().filter(|code| !code.lint().is_empty()) {
            if config.severity(*code) == Some(Severity::Warning) {
                config.lints.insert(code.lint().to_owned(), LintLevel::Deny);
            }
        }
    }
}

/// What `--deny` takes for all lints at once.
const WARNINGS: &str = "warnings";

fn known_lint(name: &str) -> Result<(), CommandError> {
    if name == WARNINGS || Code::lints().any(|lint| lint == name) {
        return Ok(());
    }
    let known = Code::lints().collect::<Vec<_>>().join(", ");
    Err(format!("--deny: there is no lint `{name}`; there are {known} and {WARNINGS}").into())
}

/// Where the production parser and the grammar do not agree: a mistake of ours.
fn differences(sources: &Sources) -> Vec<Diagnostic> {
    let sound = (0..).zip(&sources.files).filter(|(_, file)| file.damage.is_none());
    let sound: Vec<(u32, &str)> = sound.map(|(id, file)| (id, &*file.text)).collect();
    let compare = |(id, text): &(u32, &str)| {
        let why = production::disagreement(text)?;
        let message = "the parser and the grammar do not agree about this file";
        let range = TextRange::empty(0);
        let finding = Diagnostic::new(Code::INTERNAL, FileId(*id), range, message).note(why);
        Some(finding.note("this is a mistake of the checker, not yours; please report it"))
    };
    // The grammar's parser descends a dozen calls for each bracket.
    let pool = rayon::ThreadPoolBuilder::new().stack_size(64 << 20).build();
    match pool {
        Ok(pool) => pool.install(|| sound.par_iter().filter_map(compare).collect()),
        Err(_) => sound.iter().filter_map(compare).collect(),
    }
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
