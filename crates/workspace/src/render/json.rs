//! One JSON document for programs. Lines and columns count from 1, columns in characters;
//! offsets are bytes from 0.

use std::io::{self, Write};

use journey_base::{Applicability, Diagnostic, FileId, Severity, TextRange};
use serde::Serialize;

use super::{Files, Tally};

#[derive(Serialize)]
struct Document<'a> {
    /// Version of this format; it grows when a field changes its meaning.
    version: u32,
    files: usize,
    errors: usize,
    warnings: usize,
    diagnostics: Vec<Finding<'a>>,
}

#[derive(Serialize)]
struct Finding<'a> {
    code: String,
    severity: Severity,
    message: &'a str,
    #[serde(flatten)]
    place: Place<'a>,
    label: &'a str,
    related: Vec<Related<'a>>,
    notes: &'a [String],
    fixes: Vec<FixOut<'a>>,
}

#[derive(Serialize)]
struct Place<'a> {
    file: &'a str,
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
    offset: u32,
}

#[derive(Serialize)]
struct Related<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    label: &'a str,
}

#[derive(Serialize)]
struct FixOut<'a> {
    title: &'a str,
    applicability: Applicability,
    edits: Vec<EditOut<'a>>,
}

#[derive(Serialize)]
struct EditOut<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    text: &'a str,
}

pub(super) fn render(
    files: &Files,
    diagnostics: &[Diagnostic],
    out: &mut dyn Write,
) -> io::Result<()> {
    let tally = Tally::of(diagnostics);
    let document = Document {
        version: 1,
        files: files.journeys(),
        errors: tally.errors,
        warnings: tally.warnings,
        diagnostics: diagnostics.iter().map(|finding| convert(files, finding)).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn convert<'a>(files: &'a Files, finding: &'a Diagnostic) -> Finding<'a> {
    Finding {
        code: finding.code.to_string(),
        severity: finding.severity,
        message: &finding.message,
        place: place(files, finding.primary.file, finding.primary.range),
        label: &finding.primary.text,
        related: finding
            .secondary
            .iter()
            .map(|label| Related {
                place: place(files, label.file, label.range),
                label: &label.text,
            })
            .collect(),
        notes: &finding.notes,
        fixes: finding
            .fixes
            .iter()
            .map(|fix| FixOut {
                title: &fix.title,
                applicability: fix.applicability,
                edits: fix
                    .edits
                    .iter()
                    .map(|edit| EditOut {
                        place: place(files, edit.file, edit.range),
                        text: &edit.text,
                    })
                    .collect(),
            })
            .collect(),
    }
}

fn place(files: &Files, file: FileId, range: TextRange) -> Place<'_> {
    Place {
        file: files.path(file),
        start: position(files, file, range.start),
        end: position(files, file, range.end),
    }
}

fn position(files: &Files, file: FileId, offset: u32) -> Position {
    let at = files.place(file, offset);
    Position { line: at.line, column: at.column, offset }
}
