//! Every fix that is offered anywhere in the pages of errors and of the language leaves text that
//! parses and mends what it says it mends.

use std::collections::BTreeMap;
use std::path::Path;

use journey_base::{Code, Diagnostic};
use journey_sema::{Config, Workspace};

use super::{ActionKind, after, code_actions};
use crate::{FileId, FileRange, TextRange};

/// The snippets of the pages of a folder, with the schema that stands before each.
fn snippets(folder: &str) -> Vec<(String, String, String)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    let mut paths: Vec<_> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        let page = std::fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut schema = String::new();
        for fence in page.split("```journey").skip(1) {
            let (info, rest) = fence.split_once('\n').unwrap();
            let text = rest.split("\n```").next().unwrap().to_owned() + "\n";
            match info.trim() {
                "schema" => schema.push_str(&text),
                _ => found.push((name.clone(), schema.clone(), text)),
            }
        }
    }
    found
}

fn check(files: Vec<(String, String)>) -> (Workspace, Vec<Diagnostic>) {
    let workspace = Workspace::new(Config::default(), files);
    let found = workspace.diagnostics();
    (workspace, found)
}

fn count(found: &[Diagnostic], like: &Diagnostic) -> usize {
    found.iter().filter(|it| it.code == like.code && it.message == like.message).count()
}

fn syntax(found: &[Diagnostic]) -> usize {
    found.iter().filter(|it| it.code < Code::BAD_LITERAL).count()
}

#[test]
fn fixes_parse_and_mend_what_they_say() {
    let (mut report, mut tried): (String, BTreeMap<&str, usize>) = Default::default();
    for (page, schema, text) in
        snippets("docs/errors").into_iter().chain(snippets("tests/language"))
    {
        let files = vec![("schema.journey".to_owned(), schema), ("a.journey".to_owned(), text)];
        let (workspace, before) = check(files);
        let file = FileId(1);
        let end = workspace.text(file).unwrap().len() as u32;
        let whole = FileRange { file, range: TextRange::new(0, end) };
        for action in code_actions(&workspace, whole) {
            let (_, found) = check(after(&workspace, &action));
            let mut problem = |what: &str| {
                report.push_str(&format!("{page}: {}: {what}\n", action.title));
            };
            if syntax(&found) > syntax(&before) {
                problem("does not parse");
            }
            // A guess of the checker says where to look, and need not be all that is to be done.
            let group = match &*action.title {
                title if title.starts_with("Declare") => "declare",
                title if title.starts_with("Allow") => "allow",
                _ if action.preferred => "safe",
                _ if action.kind == ActionKind::FixAll => "all",
                _ => "guess",
            };
            *tried.entry(group).or_default() += 1;
            match &action.mends {
                Some(mended)
                    if group != "guess" && count(&found, mended) >= count(&before, mended) =>
                {
                    problem("does not mend its finding");
                }
                // What is mended may make room for another finding.
                None if group == "all" && found.len() > before.len() => {
                    problem("brings up more than it mends");
                }
                _ => {}
            }
            if group == "allow" && found.len() > before.len() {
                problem("brings up more than it silences");
            }
        }
    }
    assert!(report.is_empty(), "\n{report}");
    for (group, least) in [("declare", 10), ("allow", 20), ("safe", 40), ("all", 5), ("guess", 40)]
    {
        assert!(tried.get(group).is_some_and(|count| *count >= least), "{tried:?}");
    }
}
