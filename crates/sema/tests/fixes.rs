//! Fixes do what they promise: on every snippet of the language pages and every failing example of
//! the error pages, applying one leaves text that parses, and a safe one removes its finding and
//! adds no other.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use std::path::Path;

use common::fences;
use journey_base::{Applicability, Code, Diagnostic, Fix};
use journey_sema::{Config, Workspace};

/// The snippets of a folder of pages: the page, the schema before the snippet, its text.
fn snippets(folder: &str) -> Vec<(String, String, String)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    let mut snippets = Vec::new();
    for entry in std::fs::read_dir(directory).expect("the folder exists") {
        let path = entry.unwrap().path();
        let page = std::fs::read_to_string(&path).unwrap();
        let mut schema = String::new();
        for fence in fences(&page) {
            let words: Vec<&str> = fence.info.iter().map(String::as_str).collect();
            match words.as_slice() {
                ["journey", "schema"] => schema.push_str(&fence.text),
                ["journey", ..] => {
                    let name = path.file_name().unwrap().to_string_lossy().into_owned();
                    snippets.push((name, schema.clone(), fence.text));
                }
                _ => {}
            }
        }
    }
    snippets
}

fn check(schema: &str, text: &str) -> Vec<Diagnostic> {
    let files = vec![
        ("schema.journey".to_owned(), schema.to_owned()),
        ("snippet.journey".to_owned(), text.to_owned()),
    ];
    Workspace::new(Config::default(), files).diagnostics()
}

/// The schema and the snippet with a fix applied: it may mend a declaration in the other file.
fn apply(schema: &str, text: &str, fix: &Fix) -> (String, String) {
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.range));
    let mut files = [schema.to_owned(), text.to_owned()];
    for edit in edits {
        let file = &mut files[edit.file.0 as usize];
        file.replace_range(std::ops::Range::from(edit.range), &edit.text);
    }
    let [schema, text] = files;
    (schema, text)
}

/// Whether a code is the parser's.
fn is_syntax(code: Code) -> bool {
    code < Code::BAD_LITERAL
}

fn count(found: &[Diagnostic], wanted: &Diagnostic) -> usize {
    let same = |it: &&Diagnostic| it.code == wanted.code && it.message == wanted.message;
    found.iter().filter(same).count()
}

#[test]
fn fixes_parse_and_safe_ones_mend() {
    let (mut safe, mut guesses, mut report) = (0, 0, String::new());
    for (page, schema, text) in
        snippets("tests/language").into_iter().chain(snippets("docs/errors"))
    {
        let before = check(&schema, &text);
        let syntax = before.iter().filter(|it| is_syntax(it.code)).count();
        for finding in &before {
            for fix in &finding.fixes {
                let (mended_schema, mended) = apply(&schema, &text, fix);
                let after = check(&mended_schema, &mended);
                let mut problem = |what: &str| {
                    report.push_str(&format!(
                        "{page}: {} / {}: {what}\n",
                        finding.message, fix.title
                    ));
                };
                if after.iter().filter(|it| is_syntax(it.code)).count() > syntax {
                    problem("does not parse");
                }
                if fix.applicability == Applicability::Unsafe {
                    guesses += 1;
                    continue;
                }
                safe += 1;
                if count(&after, finding) >= count(&before, finding) {
                    problem("does not remove its finding");
                }
                if after.len() > before.len() {
                    problem("brings up more than it mends");
                }
            }
        }
    }
    assert!(report.is_empty(), "\n{report}");
    assert!(safe > 40 && guesses > 40, "only {safe} safe fixes and {guesses} guesses were tried");
}
