//! JUnit XML: a test case for each file, failing where the file has errors.
//!
//! Warnings are no failures; they stand in the case's `system-out`, where runners show them.

use std::io::{self, Write};

use journey_base::{Diagnostic, FileId, Severity};
use journey_ir::graph::escape_xml;

use super::{Files, Tally, notes, word};

pub(super) fn render(
    files: &Files,
    diagnostics: &[Diagnostic],
    out: &mut dyn Write,
) -> io::Result<()> {
    let tally = Tally::of(diagnostics);
    let failing = |file: &u32| of(diagnostics, *file).any(|it| it.severity == Severity::Error);
    let count = files.count() as u32;
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(
        out,
        r#"<testsuites name="journeyc check" tests="{count}" failures="{}" errors="0">"#,
        (0..count).filter(failing).count()
    )?;
    writeln!(
        out,
        r#"  <testsuite name="journeyc check" tests="{count}" failures="{}" errors="0">"#,
        (0..count).filter(failing).count()
    )?;
    for file in 0..count {
        case(files, file, diagnostics, out)?;
    }
    writeln!(out, "  </testsuite>")?;
    writeln!(out, "  <!-- {} errors, {} warnings -->", tally.errors, tally.warnings)?;
    writeln!(out, "</testsuites>")
}

fn of(diagnostics: &[Diagnostic], file: u32) -> impl Iterator<Item = &Diagnostic> {
    diagnostics.iter().filter(move |finding| finding.primary.file == FileId(file))
}

fn case(
    files: &Files,
    file: u32,
    diagnostics: &[Diagnostic],
    out: &mut dyn Write,
) -> io::Result<()> {
    let path = escape_xml(files.path(FileId(file)));
    write!(out, r#"    <testcase classname="journeyc.check" name="{path}" file="{path}""#)?;
    if of(diagnostics, file).next().is_none() {
        return writeln!(out, "/>");
    }
    writeln!(out, ">")?;
    let (errors, warnings): (Vec<_>, Vec<_>) =
        of(diagnostics, file).partition(|finding| finding.severity == Severity::Error);
    if let Some(first) = errors.first() {
        let message = escape_xml(&first.message);
        writeln!(out, r#"      <failure type="{}" message="{message}">"#, first.code)?;
        errors.iter().try_for_each(|finding| lines(files, finding, out))?;
        writeln!(out, "      </failure>")?;
    }
    if !warnings.is_empty() {
        writeln!(out, "      <system-out>")?;
        warnings.iter().try_for_each(|finding| lines(files, finding, out))?;
        writeln!(out, "      </system-out>")?;
    }
    writeln!(out, "    </testcase>")
}

/// A finding as it reads in the short format, with its notes.
fn lines(files: &Files, finding: &Diagnostic, out: &mut dyn Write) -> io::Result<()> {
    let at = files.place(finding.primary.file, finding.primary.range.start);
    let path = files.path(finding.primary.file);
    let head = format!(
        "{path}:{}:{}: {}[{}]: {}",
        at.line,
        at.column,
        word(finding.severity),
        finding.code,
        finding.message
    );
    writeln!(out, "{}", escape_xml(&head))?;
    notes(finding).iter().try_for_each(|note| writeln!(out, "  {}", escape_xml(note)))
}
