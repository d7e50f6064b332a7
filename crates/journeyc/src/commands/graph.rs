//! `journeyc graph`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use journey_ir::graph::{Count, Stats, graph, render_svg, render_text};
use serde::Deserialize;

use super::{CommandError, checked, compile_one, print, select};

/// Draws journeys, their arms in source order.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A workspace, or a file in it [default: the current directory]
    path: Option<PathBuf>,
    /// Draw only this journey; may be given more than once as text
    #[arg(long, value_name = "NAME")]
    journey: Vec<String>,
    /// What to draw
    #[arg(long, value_enum, default_value = "text")]
    format: GraphFormat,
    /// Counts to put on the tiles of an SVG: the summary.json of `journeyc simulate --out`
    #[arg(long, value_name = "FILE")]
    stats: Option<PathBuf>,
}

/// What a journey is drawn as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum GraphFormat {
    /// A tree for the terminal.
    Text,
    /// One SVG picture, of one journey.
    Svg,
}

/// Prints the picture.
pub(super) fn run(args: &Args) -> Result<ExitCode, CommandError> {
    let compiled = compile_one(args.path.as_deref())?;
    let Some(workspace) = checked(&compiled)? else { return Ok(ExitCode::from(1)) };
    let names = select(workspace, &args.journey)?;
    if args.format == GraphFormat::Svg && names.len() != 1 {
        let known = names.join(", ");
        return Err(format!("an SVG shows one journey: give --journey, one of {known}").into());
    }
    let stats = args.stats.as_deref().map(read_summary).transpose()?;
    let mut text = String::new();
    let journeys = workspace.journeys.iter().filter(|j| names.iter().any(|name| **name == *j.name));
    for journey in journeys {
        let graph = graph(journey)?;
        match args.format {
            GraphFormat::Text => {
                if !text.is_empty() {
                    text.push('\n');
                }
                text.push_str(&render_text(&graph));
            }
            GraphFormat::Svg => {
                let stats = stats.as_ref().and_then(|stats| stats.get(&graph.name));
                text.push_str(&render_svg(&graph, stats));
            }
        }
    }
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// The part of a summary that pictures show.
#[derive(Deserialize)]
struct SummaryFile {
    journeys: BTreeMap<String, JourneyCounts>,
}

#[derive(Deserialize)]
struct JourneyCounts {
    tiles: BTreeMap<String, TileCounts>,
}

#[derive(Deserialize)]
struct TileCounts {
    entered: u64,
    inside: u64,
}

/// Counts by journey and tile.
fn read_summary(path: &Path) -> Result<BTreeMap<String, Stats>, CommandError> {
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| failed(&error))?;
    let summary: SummaryFile = serde_json::from_str(&text)
        .map_err(|error| failed(&format!("not a summary of a simulation: {error}")))?;
    let count = |tile: TileCounts| Count { entered: tile.entered, inside: tile.inside };
    let stats = summary.journeys.into_iter().map(|(name, journey)| {
        (name, journey.tiles.into_iter().map(|(id, tile)| (id, count(tile))).collect())
    });
    Ok(stats.collect())
}
