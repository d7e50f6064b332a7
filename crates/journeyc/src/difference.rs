//! Differences of two workspaces for people, for programs, and for pull requests.

use std::fmt::Write;

use journey_ir::diff::{Change, Fate, JourneyDiff, PlanStep, Status, TileChange, WorkspaceDiff};

use crate::render::Style;

/// How differences are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum DiffFormat {
    /// For people.
    Human,
    /// One JSON document.
    Json,
    /// Markdown, for a pull request.
    Markdown,
}

/// Writes differences in a format.
pub fn render(
    format: DiffFormat,
    style: Style,
    found: &WorkspaceDiff,
) -> Result<String, serde_json::Error> {
    Ok(match format {
        DiffFormat::Human => human(style, found),
        DiffFormat::Markdown => markdown(found),
        DiffFormat::Json => {
            let mut document = serde_json::to_value(found)?;
            if let Some(document) = document.as_object_mut() {
                document.insert("version".to_owned(), 1.into());
            }
            serde_json::to_string_pretty(&document)? + "\n"
        }
    })
}

fn sign(status: Status) -> &'static str {
    match status {
        Status::Added => "+",
        Status::Removed => "-",
        Status::Changed => "~",
        Status::Moved => "↕",
    }
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Added => "added",
        Status::Removed => "removed",
        Status::Changed => "changed",
        Status::Moved => "moved",
    }
}

/// What a value was and is, in one piece.
fn became(before: Option<&str>, after: Option<&str>) -> String {
    match (before, after) {
        (Some(before), Some(after)) => format!("{before} → {after}"),
        (Some(before), None) => format!("{before} (removed)"),
        (None, Some(after)) => format!("{after} (added)"),
        (None, None) => String::new(),
    }
}

fn fate(step: &PlanStep) -> String {
    match &step.fate {
        Fate::Keep => "stay".to_owned(),
        Fate::Map(to) => format!("go on at `{to}`"),
        Fate::Exit => "leave: there is no such place any more".to_owned(),
    }
}

fn human(style: Style, found: &WorkspaceDiff) -> String {
    if found.is_empty() {
        return "no difference that members or messages would notice\n".to_owned();
    }
    let paint = |status: Status, text: &str| {
        let colour = match status {
            Status::Added => "32",
            Status::Removed => "31",
            Status::Changed | Status::Moved => "33",
        };
        if style.colour { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_owned() }
    };
    let mut out = String::new();
    if !found.schema.is_empty() {
        out.push_str("schema\n");
        changes(&found.schema, &paint, &mut out);
    }
    for journey in &found.journeys {
        if !out.is_empty() {
            out.push('\n');
        }
        let head = format!("{} journey {}", sign(journey.status), journey.name);
        let _ = writeln!(out, "{}", paint(journey.status, &head));
        changes(&journey.header, &paint, &mut out);
        for tile in &journey.tiles {
            let head = format!("  {} {}", sign(tile.status), tile_line(tile));
            let _ = writeln!(out, "{}", paint(tile.status, &head));
            for field in &tile.fields {
                let value = became(field.before.as_deref(), field.after.as_deref());
                let _ = writeln!(out, "      {}: {value}", field.name);
            }
        }
        if !journey.plan.is_empty() {
            out.push_str("  members inside\n");
            for step in &journey.plan {
                let _ = writeln!(out, "    at {}: {}", step.tile, fate(step));
            }
        }
    }
    out
}

fn changes(changes: &[Change], paint: &dyn Fn(Status, &str) -> String, out: &mut String) {
    for change in changes {
        let head = format!("  {} {}", sign(change.status), change.what);
        let value = match change.status {
            Status::Added => change.after.clone().unwrap_or_default(),
            Status::Removed => change.before.clone().unwrap_or_default(),
            _ => became(change.before.as_deref(), change.after.as_deref()),
        };
        let _ = writeln!(out, "{}: {value}", paint(change.status, &head));
    }
}

fn tile_line(tile: &TileChange) -> String {
    let was = tile.was.as_ref().map(|was| format!(" (was {was})")).unwrap_or_default();
    let moved = if tile.moved && tile.status == Status::Changed { ", moved" } else { "" };
    format!("{}{was}: {}{moved}", tile.id, tile.title)
}

fn markdown(found: &WorkspaceDiff) -> String {
    if found.is_empty() {
        return "No difference that members or messages would notice.\n".to_owned();
    }
    let mut out = String::from("## Journeys\n");
    if !found.schema.is_empty() {
        out.push_str("\n### Schema\n\n");
        table(&found.schema, &mut out);
    }
    for journey in &found.journeys {
        let _ = writeln!(out, "\n### {} — {}", code(&journey.name), word(journey.status));
        if !journey.header.is_empty() {
            out.push('\n');
            table(&journey.header, &mut out);
        }
        tiles_table(journey, &mut out);
        if !journey.plan.is_empty() {
            out.push_str("\n| members at | become |\n| --- | --- |\n");
            for step in &journey.plan {
                let _ = writeln!(out, "| {} | {} |", code(&step.tile), cell(&fate(step)));
            }
        }
    }
    out
}

fn table(changes: &[Change], out: &mut String) {
    out.push_str("| | what | before | after |\n| --- | --- | --- | --- |\n");
    for change in changes {
        let side = |side: &Option<String>| side.as_deref().map(code).unwrap_or_default();
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} |",
            word(change.status),
            cell(&change.what),
            side(&change.before),
            side(&change.after)
        );
    }
}

fn tiles_table(journey: &JourneyDiff, out: &mut String) {
    if journey.tiles.is_empty() {
        return;
    }
    out.push_str("\n| | tile | what |\n| --- | --- | --- |\n");
    for tile in &journey.tiles {
        let fields = tile.fields.iter().map(|field| {
            let value = became(field.before.as_deref(), field.after.as_deref());
            format!("{}: {}", cell(&field.name), code(&value))
        });
        let mut what: Vec<String> = fields.collect();
        if what.is_empty() {
            what.push(code(&tile.title));
        }
        if tile.moved && tile.status == Status::Changed {
            what.push("moved".to_owned());
        }
        let was = tile.was.as_ref().map(|was| format!(" (was {})", code(was))).unwrap_or_default();
        let (word, id) = (word(tile.status), code(&tile.id));
        let _ = writeln!(out, "| {word} | {id}{was} | {} |", what.join("<br>"));
    }
}

/// Text inside a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}

/// Code inside a cell, between as many backticks as it takes.
fn code(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let ticks = "`".repeat(longest + 1);
    let pad = if longest > 0 { " " } else { "" };
    format!("{ticks}{pad}{}{pad}{ticks}", cell(text))
}
