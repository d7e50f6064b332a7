//! A Code Quality report as GitLab reads it: an array of findings with fingerprints.

use std::io::{self, Write};

use journey_base::{Diagnostic, Severity};
use serde::Serialize;

use super::{Files, fingerprint};

#[derive(Serialize)]
struct Issue<'a> {
    description: &'a str,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

pub(super) fn render(
    files: &Files,
    diagnostics: &[Diagnostic],
    out: &mut dyn Write,
) -> io::Result<()> {
    let fingerprints = fingerprint::fingerprints(files, diagnostics);
    let issues = diagnostics.iter().zip(fingerprints).map(|(finding, fingerprint)| {
        let (file, range) = (finding.primary.file, finding.primary.range);
        Issue {
            description: &finding.message,
            check_name: finding.code.to_string(),
            fingerprint,
            severity: match finding.severity {
                Severity::Error => "major",
                Severity::Warning => "minor",
            },
            location: Location {
                path: files.path(file),
                lines: Lines {
                    begin: files.place(file, range.start).line,
                    end: files.place(file, range.end).line,
                },
            },
        }
    });
    let issues: Vec<Issue<'_>> = issues.collect();
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    writeln!(out)
}
