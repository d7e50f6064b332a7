//! Findings for people: excerpts of the source with labels, drawn by miette.

use std::io::{self, IsTerminal, Write};

use journey_base::{Diagnostic, FileId, Label, Severity, TextRange, plural};
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, SourceCode, SourceSpan,
    SpanContents,
};

use super::{Files, RenderedFile, Tally, notes, word};

/// How the terminal at hand wants its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether to colour.
    pub colour: bool,
    /// Columns to wrap at.
    pub width: usize,
}

impl Style {
    /// What suits the standard output: colours on a terminal, unless `NO_COLOR` is set.
    pub fn of_stdout() -> Style {
        Style::of(io::stdout().is_terminal())
    }

    /// The same for the standard error.
    pub fn of_stderr() -> Style {
        Style::of(io::stderr().is_terminal())
    }

    fn of(terminal: bool) -> Style {
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Style { colour: terminal && !no_colour, width: 100 }
    }
}

pub(super) fn render(
    style: Style,
    files: &Files,
    diagnostics: &[Diagnostic],
    out: &mut dyn Write,
) -> io::Result<()> {
    let theme =
        if style.colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_width(style.width)
        .with_show_related_as_nested(true);
    for finding in diagnostics {
        let mut text = String::new();
        handler.render_report(&mut text, &Report::new(files, finding)).map_err(io::Error::other)?;
        // An empty line of the excerpt would end in a blank.
        for line in text.lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
        writeln!(out)?;
    }
    let tally = Tally::of(diagnostics);
    let files = plural(files.journeys(), "file");
    match (tally.errors, tally.warnings) {
        (0, 0) => writeln!(out, "{files} checked, no findings"),
        (errors, 0) => writeln!(out, "{files} checked: {}", plural(errors, "error")),
        (0, warnings) => writeln!(out, "{files} checked: {}", plural(warnings, "warning")),
        (errors, warnings) => writeln!(
            out,
            "{files} checked: {}, {}",
            plural(errors, "error"),
            plural(warnings, "warning")
        ),
    }
}

/// A finding as miette sees it. One report draws one file; labels in other files hang off it as
/// related reports.
#[derive(Debug)]
struct Report<'a> {
    severity: Severity,
    code: Option<String>,
    message: String,
    source: Source<'a>,
    labels: Vec<LabeledSpan>,
    help: Option<String>,
    related: Vec<Report<'a>>,
}

/// A file, or nothing where the finding has no place in a text.
#[derive(Debug)]
struct Source<'a>(Option<&'a RenderedFile>);

/// Lines longer than this, in bytes, are no reading matter: their findings come without excerpt.
const MAX_LINE: usize = 400;

impl<'a> Report<'a> {
    fn new(files: &'a Files, finding: &Diagnostic) -> Report<'a> {
        let home = finding.primary.file;
        let labels = std::iter::once(&finding.primary).chain(&finding.secondary);
        if labels.into_iter().any(|label| files.line(label).len() > MAX_LINE) {
            return Report::without_excerpt(files, finding);
        }
        let mut labels = vec![labeled(files, &finding.primary, true)];
        let here = finding.secondary.iter().filter(|label| label.file == home);
        labels.extend(here.map(|label| labeled(files, label, false)));
        Report {
            severity: finding.severity,
            code: Some(format!("{}[{}]", word(finding.severity), finding.code)),
            message: finding.message.clone(),
            source: Source(files.get(home)),
            labels,
            help: help(finding),
            related: elsewhere(files, finding, home),
        }
    }

    fn without_excerpt(files: &'a Files, finding: &Diagnostic) -> Report<'a> {
        let at = files.place(finding.primary.file, finding.primary.range.start);
        let place = format!("at {}:{}:{}", files.path(finding.primary.file), at.line, at.column);
        let help = help(finding).map_or(place.clone(), |help| format!("{place}\n{help}"));
        Report {
            severity: finding.severity,
            code: Some(format!("{}[{}]", word(finding.severity), finding.code)),
            message: finding.message.clone(),
            source: Source(None),
            labels: Vec::new(),
            help: Some(help),
            related: Vec::new(),
        }
    }
}

fn elsewhere<'a>(files: &'a Files, finding: &Diagnostic, home: FileId) -> Vec<Report<'a>> {
    let others = finding.secondary.iter().filter(|label| label.file != home);
    others
        .map(|label| Report {
            severity: Severity::Warning,
            code: None,
            message: format!("see {}", files.path(label.file)),
            source: Source(files.get(label.file)),
            labels: vec![labeled(files, label, true)],
            help: None,
            related: Vec::new(),
        })
        .collect()
}

/// Notes and offers of fixes as one text.
fn help(finding: &Diagnostic) -> Option<String> {
    let lines = notes(finding);
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn labeled(files: &Files, label: &Label, primary: bool) -> LabeledSpan {
    let text = (!label.text.is_empty()).then(|| label.text.clone());
    let range = clamp(files, label);
    let span = SourceSpan::from((range.start as usize, range.len() as usize));
    if primary {
        LabeledSpan::new_primary_with_span(text, span)
    } else {
        LabeledSpan::new_with_span(text, span)
    }
}

/// The part of the range on its first line: an excerpt of a whole block would drown its label.
fn clamp(files: &Files, label: &Label) -> TextRange {
    let range = label.range;
    let text = files.get(label.file).map_or("", |file| &file.text);
    let first = range.of(text).find('\n').map_or(range.len(), |at| at as u32);
    TextRange::new(range.start, range.start + first)
}

impl SourceCode for Source<'_> {
    fn read_span<'s>(
        &'s self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'s> + 's>, MietteError> {
        let Some(file) = self.0 else {
            return Err(MietteError::OutOfBounds);
        };
        let contents = (*file.text).read_span(span, before, after)?;
        Ok(Box::new(miette::MietteSpanContents::new_named(
            file.path.clone(),
            contents.data(),
            *contents.span(),
            contents.line(),
            contents.column(),
            contents.line_count(),
        )))
    }
}

impl std::fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report<'_> {}

impl miette::Diagnostic for Report<'_> {
    fn code<'s>(&'s self) -> Option<Box<dyn std::fmt::Display + 's>> {
        self.code.as_ref().map(|code| Box::new(code) as Box<dyn std::fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match (self.code.is_some(), self.severity) {
            (false, _) => miette::Severity::Advice,
            (true, Severity::Error) => miette::Severity::Error,
            (true, Severity::Warning) => miette::Severity::Warning,
        })
    }

    fn help<'s>(&'s self) -> Option<Box<dyn std::fmt::Display + 's>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.0.is_some().then_some(&self.source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }

    fn related<'s>(&'s self) -> Option<Box<dyn Iterator<Item = &'s dyn miette::Diagnostic> + 's>> {
        if self.related.is_empty() {
            return None;
        }
        Some(Box::new(self.related.iter().map(|report| report as &dyn miette::Diagnostic)))
    }
}
