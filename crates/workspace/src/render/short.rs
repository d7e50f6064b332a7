//! One line a finding, for terminals and scripts.

use std::io::{self, Write};

use journey_base::Diagnostic;

use super::{Files, word};

pub(super) fn render(
    files: &Files,
    diagnostics: &[Diagnostic],
    out: &mut dyn Write,
) -> io::Result<()> {
    for finding in diagnostics {
        let at = files.place(finding.primary.file, finding.primary.range.start);
        let path = files.path(finding.primary.file);
        let severity = word(finding.severity);
        // A message is one line by contract; a name with a line break in it must not break that.
        let message = finding.message.replace(['\n', '\r'], " ");
        writeln!(out, "{path}:{}:{}: {severity}[{}]: {message}", at.line, at.column, finding.code)?;
    }
    Ok(())
}
