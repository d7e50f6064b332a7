//! One small journey through every stage, in one file each: `tests/pipeline/*.md`.
//!
//! A file begins with prose and a section `source`. The sections after it are what each stage
//! makes of it; `UPDATE_EXPECT=1` writes them anew.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

use std::fmt::Write;
use std::path::{Path, PathBuf};

use journey_bytecode::{disasm, verify};
use journey_sema::{Checked, Config, Workspace};
use journey_syntax::SyntaxKind;

fn pages() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/pipeline");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|e| e == "md")).collect();
    pages.sort();
    pages
}

/// The text up to the end of the source's fence, and the source.
fn split(page: &str) -> (&str, &str) {
    let begin = page.find("```journey\n").unwrap() + "```journey\n".len();
    let length = page[begin..].find("```\n").unwrap();
    (&page[..begin + length + 4], &page[begin..begin + length])
}

/// Significant tokens, a line of source a line.
fn tokens(source: &str) -> String {
    let parse = journey_syntax::parse(source);
    assert!(parse.errors.is_empty(), "{:?}", parse.errors);
    let mut text = String::new();
    for token in parse.tree.tokens() {
        match token.kind() {
            SyntaxKind::WHITESPACE if token.text().contains('\n') => text.push('\n'),
            SyntaxKind::WHITESPACE => {}
            kind => write!(text, "{}{kind:?}", gap(&text)).unwrap(),
        }
    }
    text
}

fn gap(text: &str) -> &'static str {
    if text.is_empty() || text.ends_with('\n') { "" } else { " " }
}

/// Every expression of the journeys with its type, parents first.
fn types(checked: &Checked, source: &str) -> String {
    let mut text = String::new();
    for journey in &checked.journeys {
        writeln!(text, "journey {}", journey.name).unwrap();
        let offset = source.find(&format!("journey {}", journey.name)).unwrap() as u32;
        journey_ir::walk::journey(journey, &mut |expr| {
            let words = expr.range.shift(offset).of(source);
            writeln!(text, "  {words}: {}", expr.ty).unwrap();
        });
    }
    text
}

fn graphs(checked: &Checked) -> String {
    let graphs = checked.journeys.iter().map(|journey| journey_ir::graph::graph(journey).unwrap());
    graphs
        .map(|graph| journey_ir::graph::render_text(&graph, &journey_ir::graph::Overlay::default()))
        .collect()
}

fn runs(checked: &Checked, source: &str) -> String {
    let mut text = String::new();
    for test in &checked.tests {
        let outcome =
            journeyc::testing::run(checked, test, source, &mut Default::default()).unwrap();
        assert_eq!(outcome.failure, None, "{}", outcome.title);
        writeln!(text, "{}", outcome.title).unwrap();
        for line in outcome.timeline {
            writeln!(text, "{}  {}", line.at, line.text).unwrap();
        }
    }
    text
}

/// The page as it should be.
fn render(page: &str) -> String {
    let (head, source) = split(page);
    let workspace =
        Workspace::new(Config::default(), vec![("page.journey".to_owned(), source.to_owned())]);
    assert_eq!(workspace.diagnostics(), [], "findings in the source");
    let checked = workspace.checked().unwrap();
    let program = verify(journey_ir::lower(&checked).unwrap()).unwrap();
    let sections = [
        ("tokens", tokens(source)),
        ("tree", journey_syntax::parse(source).tree.dump()),
        ("types", types(&checked, source)),
        ("bytecode", disasm(&program)),
        ("picture", graphs(&checked)),
        ("run", runs(&checked, source)),
    ];
    let mut text = head.to_owned();
    for (name, body) in sections {
        write!(text, "\n## {name}\n\n```\n{}\n```\n", body.trim_end()).unwrap();
    }
    text
}

#[test]
fn every_stage_makes_of_a_journey_what_its_page_says() {
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    assert!(pages().len() >= 2);
    for path in pages() {
        let page = std::fs::read_to_string(&path).unwrap();
        let wanted = render(&page);
        if update {
            std::fs::write(&path, wanted).unwrap();
            continue;
        }
        let name = path.file_name().unwrap().to_string_lossy();
        let differs = page.lines().zip(wanted.lines()).find(|(a, b)| a != b);
        assert!(page == wanted, "{name} is out of date, first at {differs:?}");
    }
}
