//! Workflow commands of GitHub Actions: each finding becomes an annotation of the pull request.
//!
//! The form is that of "Workflow commands for GitHub Actions": `::error file=…,line=…::message`.

use std::io::{self, Write};

use journey_base::Diagnostic;

use super::{Files, notes, word};

pub(super) fn render(
    files: &Files,
    diagnostics: &[Diagnostic],
    out: &mut dyn Write,
) -> io::Result<()> {
    for finding in diagnostics {
        let (file, range) = (finding.primary.file, finding.primary.range);
        let (start, end) = (files.place(file, range.start), files.place(file, range.end));
        write!(
            out,
            "::{} file={},line={},endLine={}",
            word(finding.severity),
            property(files.path(file)),
            start.line,
            end.line
        )?;
        // Columns are understood within one line only.
        if start.line == end.line {
            write!(out, ",col={},endColumn={}", start.column, end.column)?;
        }
        let message = [vec![finding.message.clone()], notes(finding)].concat().join("\n");
        writeln!(out, ",title={}::{}", property(&finding.code.to_string()), data(&message))?;
    }
    Ok(())
}

/// A message: what would end the command is written in percent form.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property, which colons and commas would end too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
