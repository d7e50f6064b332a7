//! Results of tests for people, for programs, and as JUnit XML for continuous integration.

use std::io::{self, Write};
use std::time::Duration;

use journey_base::plural;
use journey_ir::graph::escape_xml;
use journey_testing::Outcome;
use serde::Serialize;

use crate::render::{Files, Style};

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum TestFormat {
    /// For people.
    Human,
    /// One JSON document.
    Json,
    /// JUnit XML.
    Junit,
}

/// Writes the results of a workspace's tests.
pub fn report(
    format: TestFormat,
    style: Style,
    files: &Files,
    outcomes: &[Outcome],
    elapsed: Duration,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        TestFormat::Human => human(style, files, outcomes, elapsed, out),
        TestFormat::Json => json(files, outcomes, out),
        TestFormat::Junit => junit(files, outcomes, out),
    }
}

fn human(
    style: Style,
    files: &Files,
    outcomes: &[Outcome],
    elapsed: Duration,
    out: &mut dyn Write,
) -> io::Result<()> {
    let paint = |colour: &str, text: &str| match style.colour {
        true => format!("\x1b[{colour}m{text}\x1b[0m"),
        false => text.to_owned(),
    };
    let mut journey = None;
    for outcome in outcomes {
        if journey != Some(&outcome.journey) {
            writeln!(out, "{}", paint("1", &outcome.journey))?;
            journey = Some(&outcome.journey);
        }
        match &outcome.failure {
            None => writeln!(out, "  {} {}", paint("32", "✓"), outcome.title)?,
            Some(_) => writeln!(out, "  {} {}", paint("31", "✗"), outcome.title)?,
        }
    }
    for outcome in outcomes {
        let Some(failure) = &outcome.failure else { continue };
        let at = files.place(outcome.file, failure.range.start);
        let path = files.path(outcome.file);
        writeln!(out, "\n{} {} › {}", paint("31;1", "✗"), outcome.journey, outcome.title)?;
        writeln!(out, "  {path}:{}:{}", at.line, at.column)?;
        writeln!(out, "    {}", paint("1", &failure.step))?;
        writeln!(out, "    but {}", failure.found)?;
        writeln!(out, "  What happened until then:")?;
        for line in &outcome.timeline {
            writeln!(out, "    {}  {}", paint("2", &line.at), line.text)?;
        }
    }
    let failed = outcomes.iter().filter(|outcome| outcome.failure.is_some()).count();
    let passed = outcomes.len() - failed;
    let ms = elapsed.as_millis();
    match failed {
        0 => writeln!(out, "\n{} passed in {ms} ms", plural(passed, "test")),
        _ => writeln!(out, "\n{} passed, {failed} failed in {ms} ms", plural(passed, "test")),
    }
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    passed: usize,
    failed: usize,
    tests: Vec<TestOut<'a>>,
}

#[derive(Serialize)]
struct TestOut<'a> {
    journey: &'a str,
    test: &'a str,
    file: &'a str,
    line: u32,
    passed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<FailureOut<'a>>,
}

#[derive(Serialize)]
struct FailureOut<'a> {
    line: u32,
    column: u32,
    step: &'a str,
    found: &'a str,
    timeline: Vec<Moment<'a>>,
}

#[derive(Serialize)]
struct Moment<'a> {
    at: &'a str,
    text: &'a str,
}

fn json(files: &Files, outcomes: &[Outcome], out: &mut dyn Write) -> io::Result<()> {
    let failed = outcomes.iter().filter(|outcome| outcome.failure.is_some()).count();
    let tests = outcomes.iter().map(|outcome| TestOut {
        journey: &outcome.journey,
        test: &outcome.title,
        file: files.path(outcome.file),
        line: files.place(outcome.file, outcome.offset).line,
        passed: outcome.failure.is_none(),
        failure: outcome.failure.as_ref().map(|failure| {
            let at = files.place(outcome.file, failure.range.start);
            let timeline = outcome.timeline.iter();
            FailureOut {
                line: at.line,
                column: at.column,
                step: &failure.step,
                found: &failure.found,
                timeline: timeline
                    .map(|line| Moment { at: &line.at, text: line.text.trim() })
                    .collect(),
            }
        }),
    });
    let document =
        Document { version: 1, passed: outcomes.len() - failed, failed, tests: tests.collect() };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// The dialect that Jenkins, GitLab and GitHub actions read.
fn junit(files: &Files, outcomes: &[Outcome], out: &mut dyn Write) -> io::Result<()> {
    let failed = outcomes.iter().filter(|outcome| outcome.failure.is_some()).count();
    let total = outcomes.len();
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(out, r#"<testsuites tests="{total}" failures="{failed}">"#)?;
    writeln!(out, r#"  <testsuite name="journey" tests="{total}" failures="{failed}">"#)?;
    for outcome in outcomes {
        let name = escape_xml(&outcome.title);
        let class = escape_xml(&outcome.journey);
        let file = escape_xml(files.path(outcome.file));
        let line = files.place(outcome.file, outcome.offset).line;
        write!(
            out,
            r#"    <testcase name="{name}" classname="{class}" file="{file}" line="{line}""#
        )?;
        let Some(failure) = &outcome.failure else {
            writeln!(out, "/>")?;
            continue;
        };
        let message = escape_xml(&format!("{}: but {}", failure.step, failure.found));
        writeln!(out, "><failure message=\"{message}\">")?;
        for moment in &outcome.timeline {
            writeln!(out, "{}  {}", moment.at, escape_xml(&moment.text))?;
        }
        writeln!(out, "    </failure></testcase>")?;
    }
    writeln!(out, "  </testsuite>\n</testsuites>")
}
