//! `journeyc replay`

use std::fmt::Write;
use std::process::ExitCode;

use journey_bytecode::verify;
use journey_vm::ProgramSet;
use serde::Serialize;

use super::{CommandError, checked, compile_one, print, select};
use crate::render::Style;
use crate::simulate::{self, Options, Progress, Scene, SceneKind};

/// Shows what happened to one customer of a simulation, and why: every decision with the values it
/// read.
#[derive(Debug, clap::Args)]
#[group(id = "replay")]
pub(super) struct Args {
    /// The customer's id
    #[arg(long, value_name = "ID")]
    customer: String,
    /// How the story is printed
    #[arg(long, value_enum, default_value = "human")]
    format: ReplayFormat,
    #[command(flatten)]
    simulation: simulate::RunArgs,
}

/// How a story is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum ReplayFormat {
    /// For people.
    Human,
    /// One JSON document.
    Json,
}

/// Runs the simulation for one customer alone.
pub(super) fn run(args: Args) -> Result<ExitCode, CommandError> {
    let Args { customer, format, simulation } = args;
    let compiled = compile_one(Some(&simulation.path))?;
    let Some(workspace) = checked(&compiled)? else { return Ok(ExitCode::from(1)) };
    let names = select(workspace, &simulation.journey)?;
    let program = verify(journey_ir::lower_journeys(workspace, &names)?)?;
    let set = ProgramSet::new(program);
    let options = Options::from(simulation).for_customer(&customer);
    let scenes = simulate::replay(&set, &options, Progress::on_terminal())?;
    if scenes.is_empty() {
        return Err(format!("nothing in this log is about a customer `{customer}`").into());
    }
    print(&match format {
        ReplayFormat::Human => human(&scenes, Style::of_stdout()),
        ReplayFormat::Json => {
            let document = Document { version: 1, customer: &customer, scenes: &scenes };
            serde_json::to_string_pretty(&document)? + "\n"
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Serialize)]
struct Document<'s> {
    version: u32,
    customer: &'s str,
    scenes: &'s [Scene],
}

/// A line each; a time is said once for all that happened then.
fn human(scenes: &[Scene], style: Style) -> String {
    let mut out = String::new();
    let mut said = "";
    for scene in scenes {
        let at = if scene.at == said { "" } else { &scene.at };
        said = &scene.at;
        let text = match (style.colour, scene.kind) {
            (true, SceneKind::Input) => format!("\x1b[1m{}\x1b[0m", scene.text),
            (true, SceneKind::Decision) => format!("\x1b[2m{}\x1b[0m", scene.text),
            _ => scene.text.clone(),
        };
        let _ = writeln!(out, "{at:<24}  {text}");
    }
    out
}
