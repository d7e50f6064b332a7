//! The pages of `tests/language`: prose that says what the language means, with snippets that are
//! checked.
//!
//! A snippet is a fence of the language `journey`. Each line with a finding says so in a comment at
//! its end, `// error: [J0202] "part of the message"` or `// warning: …`, and no other line has
//! one. A fence marked `schema` is a file of its own that belongs to all snippets after it on the
//! page. Unused names are of no interest, except in a fence marked `lints`.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use common::{Fence, fences};
use journey_base::{LineIndex, Severity};
use journey_sema::{Config, LintLevel, Workspace};

/// What a line says about itself: severities, codes, parts of messages.
fn markers(line: &str) -> Vec<(Severity, String, String)> {
    line.split("// ").skip(1).filter_map(marker).collect()
}

fn marker(comment: &str) -> Option<(Severity, String, String)> {
    let (severity, rest) = if let Some(rest) = comment.strip_prefix("error: [") {
        (Severity::Error, rest)
    } else if let Some(rest) = comment.strip_prefix("warning: [") {
        (Severity::Warning, rest)
    } else {
        return None;
    };
    let (code, part) = rest.split_once(']').expect("a marker is `// error: [CODE] \"message\"`");
    let part = part.trim();
    let part = part.strip_prefix('"').and_then(|part| part.strip_suffix('"')).unwrap_or(part);
    Some((severity, code.to_owned(), part.replace("\\\"", "\"")))
}

/// What is wrong with a snippet, as lines for a person.
fn problems(schema: &str, fence: &Fence) -> Vec<String> {
    let mut config = Config::default();
    if !fence.info.iter().any(|word| word == "lints") {
        config.lints.insert("unused".to_owned(), LintLevel::Allow);
    }
    let files = vec![
        ("schema.journey".to_owned(), schema.to_owned()),
        ("snippet.journey".to_owned(), fence.text.clone()),
    ];
    let workspace = Workspace::new(config, files);
    let mut found: BTreeMap<usize, Vec<(Severity, String, String)>> = BTreeMap::new();
    let lines = LineIndex::new(&fence.text);
    let mut problems = Vec::new();
    for finding in workspace.diagnostics() {
        if finding.primary.file.0 == 0 {
            problems.push(format!("in the schema: {}", common::line(&workspace, &finding)));
            continue;
        }
        let at = lines.line_column(&fence.text, finding.primary.range.start);
        let said = (finding.severity, finding.code.to_string(), finding.message);
        found.entry(at.line as usize).or_default().push(said);
    }
    let failed = found.values().flatten().any(|(severity, ..)| *severity == Severity::Error);
    match workspace.checked() {
        Some(_) if failed => problems.push("checked in spite of errors".to_owned()),
        None if !failed => problems.push("not checked though there is no error".to_owned()),
        // What was reported has the error type; nobody behind the checker may meet it.
        Some(checked) if format!("{checked:?}").contains("ty: Error") => {
            problems.push("an error that nobody reported".to_owned());
        }
        _ => {}
    }
    for (number, line) in fence.text.lines().enumerate() {
        let mut here = found.remove(&(number + 1)).unwrap_or_default();
        for (severity, code, part) in markers(line) {
            let fits = |it: &(Severity, String, String)| {
                it.0 == severity && it.1 == code && it.2.contains(&part)
            };
            match here.iter().position(fits) {
                Some(at) => drop(here.remove(at)),
                None => problems.push(format!(
                    "line {}: nothing like [{code}] {part:?} was found",
                    fence.line + number
                )),
            }
        }
        problems.extend(here.into_iter().map(|(severity, code, message)| {
            format!("line {}: {severity:?} [{code}] {message}", fence.line + number)
        }));
    }
    problems
}

fn pages() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/language");
    let entries = std::fs::read_dir(directory).expect("tests/language exists");
    let mut pages: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    pages.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    pages.sort();
    pages
}

#[test]
fn the_language_is_as_its_pages_say() {
    let (mut snippets, mut report) = (0, String::new());
    for path in pages() {
        let page = std::fs::read_to_string(&path).unwrap();
        let mut schema = String::new();
        for fence in fences(&page) {
            if fence.info.first().is_none_or(|language| language != "journey") {
                continue;
            }
            if fence.info.iter().any(|word| word == "schema") {
                schema.push_str(&fence.text);
                continue;
            }
            snippets += 1;
            for problem in problems(&schema, &fence) {
                let name = path.file_name().unwrap().to_string_lossy();
                report.push_str(&format!("{name}: {problem}\n"));
            }
        }
    }
    assert!(report.is_empty(), "\n{report}");
    assert!(snippets > 30, "only {snippets} snippets were found");
}
