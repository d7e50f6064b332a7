//! `journeyc graph`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use journey_ir::diff::picture;
use journey_ir::graph::{
    Counts, Graph, Overlay, Stats, graph, render_dot, render_mermaid, render_svg, render_text,
};
use serde::Serialize;

use super::{CommandError, checked, compile_one, print, select};

/// Draws journeys, their arms in source order.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A workspace, or a file in it [default: the current directory]
    path: Option<PathBuf>,
    /// Draw only this journey; may be given more than once
    #[arg(long, value_name = "NAME")]
    journey: Vec<String>,
    /// What to draw
    #[arg(long, value_enum, default_value = "text")]
    format: GraphFormat,
    /// Counts to put on the tiles: the summary.json of `journeyc simulate --out`
    #[arg(long, value_name = "FILE")]
    stats: Option<PathBuf>,
    /// Draw it over this earlier version of the workspace: what was added, changed and removed
    #[arg(long, value_name = "OLD", conflicts_with = "stats")]
    diff: Option<PathBuf>,
}

/// What a journey is drawn as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum GraphFormat {
    /// A tree for the terminal.
    Text,
    /// One SVG picture, of one journey.
    Svg,
    /// A Mermaid flowchart, of one journey.
    Mermaid,
    /// The DOT language of Graphviz, of one journey.
    Dot,
    /// Tiles and edges as JSON.
    Json,
}

/// Prints the picture.
pub(super) fn run(args: &Args) -> Result<ExitCode, CommandError> {
    let compiled = compile_one(args.path.as_deref())?;
    let Some(workspace) = checked(&compiled)? else { return Ok(ExitCode::from(1)) };
    let names = select(workspace, &args.journey)?;
    let several = matches!(args.format, GraphFormat::Text | GraphFormat::Json);
    if !several && names.len() != 1 {
        let known = names.join(", ");
        return Err(format!("this format shows one journey: give --journey, one of {known}").into());
    }
    let stats = args.stats.as_deref().map(read_summary).transpose()?;
    let before = match &args.diff {
        Some(path) => match graphs_of(path)? {
            Some(graphs) => Some(graphs),
            None => return Ok(ExitCode::from(1)),
        },
        None => None,
    };
    let mut pictures = Vec::new();
    for journey in workspace.journeys.iter().filter(|j| names.iter().any(|it| **it == *j.name)) {
        let graph = graph(journey)?;
        pictures.push(match (&stats, &before) {
            (Some(stats), _) => {
                let counts = stats.journeys.get(&graph.name);
                let stats = counts.map_or_else(Stats::new, |counts| counts.stats(&graph));
                let overlay = Overlay::of_counts(&graph, &stats);
                (graph, overlay)
            }
            (None, Some(before)) => match before.get(&graph.name) {
                Some(before) => picture(before, &graph),
                // A journey that was not there before is new as a whole.
                None => picture(&Graph { body: Vec::new(), ..graph.clone() }, &graph),
            },
            (None, None) => (graph, Overlay::default()),
        });
    }
    print(&draw(args.format, &pictures)?)?;
    Ok(ExitCode::SUCCESS)
}

fn draw(format: GraphFormat, pictures: &[(Graph, Overlay)]) -> Result<String, CommandError> {
    let draw = |(graph, overlay): &(Graph, Overlay)| -> Result<String, CommandError> {
        Ok(match format {
            GraphFormat::Text => render_text(graph, overlay),
            GraphFormat::Svg => render_svg(graph, overlay),
            GraphFormat::Mermaid => render_mermaid(graph, overlay)
                .map_err(|error| format!("journey {}: {error}", graph.name))?,
            GraphFormat::Dot => render_dot(graph, overlay),
            GraphFormat::Json => return Err("JSON is one document".into()),
        })
    };
    if format == GraphFormat::Json {
        let journeys = pictures.iter().map(|(graph, overlay)| document(graph, overlay)).collect();
        let mut text = serde_json::to_string_pretty(&Document { version: 1, journeys })?;
        text.push('\n');
        return Ok(text);
    }
    let drawn: Result<Vec<String>, _> = pictures.iter().map(draw).collect();
    Ok(drawn?.join("\n"))
}

/// The journeys of another workspace as pictures; none where it has errors, which are printed.
fn graphs_of(path: &Path) -> Result<Option<BTreeMap<String, Graph>>, CommandError> {
    let compiled = compile_one(Some(path))?;
    let Some(workspace) = checked(&compiled)? else { return Ok(None) };
    let graphs = workspace.journeys.iter().map(|it| Ok((it.name.to_string(), graph(it)?)));
    Ok(Some(graphs.collect::<Result<_, CommandError>>()?))
}

/// Counts by journey and tile.
fn read_summary(path: &Path) -> Result<Counts, CommandError> {
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| failed(&error))?;
    serde_json::from_str(&text)
        .map_err(|error| failed(&format!("not a summary of a simulation: {error}")).into())
}

/// Journeys as data.
#[derive(Serialize)]
struct Document<'g> {
    version: u32,
    journeys: Vec<JourneyOut<'g>>,
}

#[derive(Serialize)]
struct JourneyOut<'g> {
    name: &'g str,
    title: &'g str,
    entry: &'g str,
    clauses: &'g [String],
    tiles: Vec<TileOut<'g>>,
    edges: Vec<EdgeOut>,
}

#[derive(Serialize)]
struct TileOut<'g> {
    id: &'g str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'g str>,
    title: &'g str,
    #[serde(skip_serializing_if = "str::is_empty")]
    doc: &'g str,
    /// What it says, by name.
    config: Vec<(&'g str, &'g str)>,
    reachable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    mark: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    figures: Option<&'g str>,
}

#[derive(Serialize)]
struct EdgeOut {
    from: String,
    number: usize,
    label: String,
    /// None where the journey ends without an exit.
    to: Option<String>,
}

fn document<'g>(graph: &'g Graph, overlay: &'g Overlay) -> JourneyOut<'g> {
    let mut tiles = Vec::new();
    graph.visit(&mut |node| {
        let fields = node.fields.iter();
        tiles.push(TileOut {
            id: &node.id,
            kind: journey_ir::ways::kind_name(node.kind),
            label: node.labelled.then_some(node.id.as_str()),
            title: &node.title,
            doc: &node.doc,
            config: fields.map(|field| (field.name.as_str(), field.value.as_str())).collect(),
            reachable: node.reachable,
            mark: overlay.marks.get(&node.id).map(|mark| mark.word()),
            figures: overlay.figures.get(&node.id).map(String::as_str),
        });
    });
    let edges = graph.edges().into_iter().map(|edge| EdgeOut {
        from: edge.from,
        number: edge.number,
        label: edge.label,
        to: edge.to,
    });
    JourneyOut {
        name: &graph.name,
        title: &graph.title,
        entry: &graph.entry,
        clauses: &graph.clauses,
        tiles,
        edges: edges.collect(),
    }
}
