//! The commands, one file each.

mod build;
mod check;
mod completions;
mod diff;
mod disasm;
mod explain;
mod fmt;
mod grammar;
mod graph;
mod lsp;
mod new;
mod replay;
mod schema;
mod simulate;
mod test;

use std::error::Error;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use journey_base::Severity;
use journey_sema::Checked;

use crate::compile::{Compiled, compile};
use crate::load::{LoadError, load};
use crate::render::{Format, Style, render};

/// What went wrong when a command could not do its work.
pub type CommandError = Box<dyn Error>;

/// Customer journeys as code: check, test, compile and run them.
#[derive(Debug, Parser)]
#[command(name = "journeyc", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check workspaces: names, types, and every path through every journey
    Check(check::Args),
    /// Write files in their canonical form
    Fmt(fmt::Args),
    /// Run the `test` blocks of a workspace on a virtual clock
    Test(test::Args),
    /// Run journeys over a log of events
    Simulate(simulate::Args),
    /// Compile a workspace to bytecode
    Build(build::Args),
    /// Print what is in a compiled file
    Disasm(disasm::Args),
    /// Draw a journey
    Graph(graph::Args),
    /// Compare two versions of a workspace, and say what becomes of members inside
    Diff(diff::Args),
    /// Declare events and traits from what describes them elsewhere
    Schema(schema::Args),
    /// Explain an error code
    Explain(explain::Args),
    /// Print the grammar of the language, as text or as railroad diagrams
    Grammar(grammar::Args),
    /// Serve the language to an editor, over the standard input and output
    Lsp(lsp::Args),
    /// Make a workspace to start from
    New(new::Args),
    /// Tell what happened to one customer of a simulation, and why
    Replay(replay::Args),
    /// Print a completion script for a shell
    Completions(completions::Args),
}

/// Runs the command that was asked for.
pub fn run(cli: Cli) -> Result<ExitCode, CommandError> {
    match cli.command {
        Command::Check(args) => check::run(&args),
        Command::Fmt(args) => fmt::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Simulate(args) => simulate::run(args),
        Command::Build(args) => build::run(&args),
        Command::Disasm(args) => disasm::run(&args),
        Command::Graph(args) => graph::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Grammar(args) => grammar::run(&args),
        Command::Lsp(args) => lsp::run(&args),
        Command::New(args) => new::run(&args),
        Command::Replay(args) => replay::run(args),
        Command::Completions(args) => completions::run(&args),
    }
}

/// Loads and checks the one workspace that `path` lies in.
fn compile_one(path: Option<&Path>) -> Result<Compiled, CommandError> {
    let given = path.unwrap_or(Path::new(".")).to_owned();
    let mut found = load(std::slice::from_ref(&given))?;
    match (found.pop(), found.pop()) {
        (Some(sources), None) => Ok(compile(&sources)),
        (None, _) => Err(LoadError::NoJourneys { path: given.display().to_string() }.into()),
        (Some(a), Some(b)) => Err(format!(
            "{}: there are several workspaces here, {} and {} among them; name one",
            given.display(),
            b.root.display(),
            a.root.display()
        )
        .into()),
    }
}

/// The typed tree of a workspace without errors. Where there are some, prints them to the
/// standard error and gives none.
fn checked(compiled: &Compiled) -> Result<Option<&Checked>, CommandError> {
    let errors: Vec<_> =
        compiled.diagnostics.iter().filter(|d| d.severity == Severity::Error).cloned().collect();
    if compiled.checked.is_none() || !errors.is_empty() {
        let style = Style::of_stderr();
        render(Format::Human, style, &compiled.files, &errors, &mut io::stderr().lock())?;
        return Ok(None);
    }
    Ok(compiled.checked.as_ref())
}

/// The names among `wanted` must be journeys of the workspace; none means all of them.
fn select(checked: &Checked, wanted: &[String]) -> Result<Vec<String>, CommandError> {
    let all = || checked.journeys.iter().map(|journey| journey.name.to_string());
    for name in wanted {
        if !all().any(|known| known == *name) {
            let known = all().collect::<Vec<_>>().join(", ");
            return Err(format!("there is no journey `{name}` here; there are: {known}").into());
        }
    }
    let mut names: Vec<String> = if wanted.is_empty() { all().collect() } else { wanted.to_vec() };
    names.sort();
    names.dedup();
    Ok(names)
}

/// Writes a command's result to the standard output in one go.
fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}
