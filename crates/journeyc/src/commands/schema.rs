//! `journeyc schema import`

use std::io::{BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use journey_base::plural;

use super::{CommandError, print};
use crate::files;
use crate::import::{self, Declared, Document, ImportError, Node, Role, Sample, SampleOptions};
use crate::simulate::{Input, open};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Declare events and traits from what describes them elsewhere
    Import(Box<ImportArgs>),
}

/// Exit code 0: declarations were written. 2: nothing could be made of the source.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("source").required(true))]
struct ImportArgs {
    /// JSON Schemas of objects, one an event; references may lead from one to the other
    #[arg(long, value_name = "FILE", num_args = 1.., group = "source")]
    json_schema: Vec<Input>,
    /// A tracking plan of Segment or RudderStack, as JSON
    #[arg(long, value_name = "FILE", group = "source")]
    tracking_plan: Option<Input>,
    /// A sample of events, one JSON object a line, also compressed with gzip or zstd
    #[arg(long, value_name = "FILE", group = "source")]
    events: Option<Input>,
    /// What the objects of JSON Schemas are
    #[arg(
        long = "as",
        value_name = "WHAT",
        value_enum,
        default_value = "event",
        requires = "json_schema"
    )]
    role: Role,
    /// The event's name on the wire, instead of the schema's title
    #[arg(long, requires = "json_schema")]
    name: Option<String>,
    /// Make enums of texts that take few values in the sample
    #[arg(long, requires = "events")]
    enums: bool,
    /// Write to this file instead of the standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<ExitCode, CommandError> {
    let Command::Import(args) = &args.command;
    let (declared, about) = if let Some(input) = &args.events {
        sample(args, input)?
    } else if let Some(input) = &args.tracking_plan {
        let declared = import::from_tracking_plan(&document(input)?)?;
        (declared, format!("Imported from the tracking plan {}.", file_name(input)))
    } else {
        schemas(args)?
    };
    let written = import::write(&declared, &about)?;
    for note in &written.notes {
        eprintln!("note: {note}");
    }
    match &args.output {
        Some(path) => files::replace(path, written.text.as_bytes())?,
        None => print(&written.text)?,
    }
    let events = plural(declared.events.len(), "event");
    let traits = plural(declared.traits.len(), "trait");
    eprintln!("{events} and {traits} declared");
    Ok(ExitCode::SUCCESS)
}

fn schemas(args: &ImportArgs) -> Result<(Declared, String), CommandError> {
    if args.name.is_some() && (args.json_schema.len() > 1 || args.role == Role::Customer) {
        return Err("--name names one event; give one schema of an event with it".into());
    }
    let documents = args.json_schema.iter().map(document).collect::<Result<Vec<_>, _>>()?;
    let declared = import::from_json_schemas(&documents, args.role, args.name.as_deref())?;
    let names: Vec<String> = args.json_schema.iter().map(file_name).collect();
    Ok((declared, format!("Imported from {}.", names.join(", "))))
}

fn sample(args: &ImportArgs, input: &Input) -> Result<(Declared, String), CommandError> {
    let mut sample = Sample::default();
    let text = open(input).map_err(|error| format!("{input}: cannot be read: {error}"))?;
    sample
        .read(BufReader::with_capacity(1 << 16, text))
        .map_err(|error| format!("{input}: cannot be read to its end: {error}"))?;
    let (events, traits) = sample.counts();
    for (name, count) in &events {
        // A name comes from outside: it must not speak to the terminal.
        eprintln!("{count:>9} × {}", name.escape_debug());
    }
    if traits > 0 {
        eprintln!("{traits:>9} × traits of a customer");
    }
    let skipped = &sample.skipped;
    for (line, why) in &skipped.shown {
        eprintln!("note: line {line} was left out: {why}");
    }
    let counted = [
        (skipped.broken, "lines are no messages"),
        (skipped.others, "messages are neither events nor traits"),
        (skipped.too_many, "messages are of further events: there are too many to declare"),
    ];
    for (count, what) in counted.into_iter().filter(|(count, _)| *count > 0) {
        eprintln!("note: {count} of {} {what}", sample.lines);
    }
    if events.is_empty() && traits == 0 {
        return Err(format!("{input}: there is no event in it").into());
    }
    let declared = sample.declared(SampleOptions { enums: args.enums });
    let about = format!("Inferred from {} messages of {}.", sample.lines, file_name(input));
    Ok((declared, about))
}

fn document(input: &Input) -> Result<Document, CommandError> {
    let place = input.to_string();
    let mut text = Vec::new();
    open(input)
        .and_then(|mut source| source.read_to_end(&mut text))
        .map_err(|error| format!("{place}: cannot be read: {error}"))?;
    let bytes = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&text);
    let root: Node = serde_json::from_slice(bytes)
        .map_err(|source| ImportError::NotJson { place: place.clone(), source })?;
    let name = file_name(input);
    let stem = name.split('.').find(|part| !part.is_empty()).unwrap_or("event").to_owned();
    Ok(Document { place, stem, root })
}

fn file_name(input: &Input) -> String {
    match input {
        Input::Stdin => "standard input".to_owned(),
        Input::File(path) => {
            let name = path.file_name().unwrap_or(Path::new("").as_os_str());
            name.to_string_lossy().into_owned()
        }
    }
}
