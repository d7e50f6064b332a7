//! Diagnostics as people and programs read them.

mod fingerprint;
mod github;
mod gitlab;
mod human;
mod json;
mod junit;
mod sarif;
mod short;

use std::io::{self, Write};
use std::sync::{Arc, OnceLock};

use journey_base::{Diagnostic, FileId, Fix, Label, LineColumn, LineIndex, Severity};

pub use human::Style;

use crate::load::CONFIG_FILE;

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people: source excerpts with labels.
    Human,
    /// One line a finding: `file:line:column: error[J0101]: message`.
    Short,
    /// One JSON document; its schema is docs/check.schema.json.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of a GitHub Actions run.
    Github,
    /// A GitLab Code Quality report.
    Gitlab,
    /// JUnit XML, a test case for each file.
    Junit,
}

/// A file as renderers need it.
#[derive(Debug)]
pub struct RenderedFile {
    /// The path to show.
    pub path: String,
    /// Its text.
    pub text: Arc<str>,
    index: OnceLock<LineIndex>,
}

/// The files that diagnostics speak of, by [`FileId`].
#[derive(Debug, Default)]
pub struct Files(Vec<RenderedFile>);

impl Files {
    /// Adds a file; its id is the number of files before it.
    pub fn push(&mut self, path: String, text: impl Into<Arc<str>>) -> FileId {
        self.0.push(RenderedFile { path, text: text.into(), index: OnceLock::new() });
        FileId(self.0.len() as u32 - 1)
    }

    /// Number of files.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Number of journey files among them: the rest is configuration.
    fn journeys(&self) -> usize {
        self.0.iter().filter(|file| !file.path.ends_with(CONFIG_FILE)).count()
    }

    /// Adds the files of another workspace after these.
    pub fn append(&mut self, mut other: Files) {
        self.0.append(&mut other.0);
    }

    /// Text of a file.
    pub fn text(&self, file: FileId) -> &str {
        self.get(file).map_or("", |file| &file.text)
    }

    /// The line on which a label begins.
    fn line(&self, label: &Label) -> &str {
        let text = self.text(label.file);
        let (before, after) =
            text.split_at_checked(label.range.start as usize).unwrap_or((text, ""));
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let end = before.len() + after.find('\n').unwrap_or(after.len());
        text.get(start..end).unwrap_or_default()
    }

    fn get(&self, file: FileId) -> Option<&RenderedFile> {
        self.0.get(file.0 as usize)
    }

    /// The path to show for a file.
    pub fn path(&self, file: FileId) -> &str {
        self.get(file).map_or("?", |file| &file.path)
    }

    /// Line and column of an offset.
    pub fn place(&self, file: FileId, offset: u32) -> LineColumn {
        self.get(file).map_or(LineColumn { line: 1, column: 1 }, |file| {
            // Most files are never spoken of.
            let index = file.index.get_or_init(|| LineIndex::new(&file.text));
            index.line_column(&file.text, offset)
        })
    }
}

/// How many findings there are of each severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
}

impl Tally {
    /// Counts `diagnostics`.
    pub fn of(diagnostics: &[Diagnostic]) -> Tally {
        let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
        Tally { errors, warnings: diagnostics.len() - errors }
    }
}

/// Writes all findings in a format, with a closing line for people.
pub fn render(
    format: Format,
    style: Style,
    files: &Files,
    diagnostics: &[Diagnostic],
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Human => human::render(style, files, diagnostics, out),
        Format::Short => short::render(files, diagnostics, out),
        Format::Json => json::render(files, diagnostics, out),
        Format::Sarif => sarif::render(files, diagnostics, out),
        Format::Github => github::render(files, diagnostics, out),
        Format::Gitlab => gitlab::render(files, diagnostics, out),
        Format::Junit => junit::render(files, diagnostics, out),
    }
}

/// Notes, and what the fixes would do, a line each.
fn notes(finding: &Diagnostic) -> Vec<String> {
    finding.notes.iter().cloned().chain(finding.fixes.iter().map(offer)).collect()
}

/// The title of a fix, and what it writes where the title does not say it.
fn offer(fix: &Fix) -> String {
    match fix.edits.as_slice() {
        [edit] => {
            let text = edit.text.split_whitespace().collect::<Vec<_>>().join(" ");
            let says_more = !text.is_empty() && text.len() <= 60 && !fix.title.contains(&text);
            if says_more { format!("{}: `{text}`", fix.title) } else { fix.title.clone() }
        }
        _ => fix.title.clone(),
    }
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}
