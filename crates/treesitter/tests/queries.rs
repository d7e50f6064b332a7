//! The queries: all of them fit the grammar, and what they find is what an editor needs.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::collections::BTreeSet;

use expect_test::expect;
use journey_treesitter::{Highlighter, find};

fn query(path: &str) -> String {
    std::fs::read_to_string(common::root().join("editors").join(path)).unwrap()
}

#[test]
fn every_query_of_every_editor_fits_the_grammar() {
    let folders =
        ["tree-sitter-journey/queries", "helix/queries/journey", "neovim/queries/journey"];
    let mut seen = 0;
    for folder in folders {
        for entry in std::fs::read_dir(common::root().join("editors").join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            find(&text, "").unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            seen += 1;
        }
    }
    assert!(seen > 15, "only {seen} queries");
}

/// Editors do not agree on which of two patterns wins.
#[test]
fn nothing_is_highlighted_by_two_patterns_and_no_word_by_none() {
    let highlighter = Highlighter::new().unwrap();
    for (name, text) in common::texts() {
        let captures = highlighter.captures(&text).unwrap();
        let places: BTreeSet<(usize, usize)> =
            captures.iter().map(|(range, _)| (range.start, range.end)).collect();
        assert_eq!(places.len(), captures.len(), "{name}");
        let parse = journey_syntax::parse(&text);
        for token in parse.tree.tokens().filter(|token| !token.kind().is_trivia()) {
            let range = token.range();
            let at = range.start as usize;
            let seen = captures.iter().any(|(found, _)| found.contains(&at));
            assert!(seen, "{name}: `{}`", token.text());
        }
    }
}

const SHOP: &str = "\
event paid {
  total: int
}

journey thanks {
  entry event paid as payment
  // A while
  // later.
  wait 1d
  branch {
    when payment.total > 5 {
      exit large
    }
    else { exit small }
  }
}
";

/// What a query finds: its captures, with the lines and the first words.
fn found(path: &str) -> String {
    let all = find(&query(path), SHOP).unwrap();
    let lines = all.into_iter().map(|(range, name)| {
        let line = |at: usize| SHOP[..at].lines().count().max(1);
        let first = SHOP[range.clone()].lines().next().unwrap_or_default();
        format!("{name} {}-{} {first}\n", line(range.start + 1), line(range.end))
    });
    lines.collect()
}

#[test]
fn declarations_blocks_and_rows_of_comments_are_folded() {
    expect![[r#"
        fold 1-3 {
        fold 5-16 {
        fold 7-7 // A while
        fold 8-8 // later.
        fold 10-15 branch {
        fold 11-13 {
        fold 14-14 { exit small }
    "#]]
    .assert_eq(&found("tree-sitter-journey/queries/folds.scm"));
}

#[test]
fn declarations_and_what_they_use_are_tagged() {
    expect![[r#"
        definition.class 1-3 event paid {
        name 1-1 paid
        definition.function 5-16 journey thanks {
        name 5-5 thanks
        reference.class 6-6 event paid as payment
        name 6-6 paid
    "#]]
    .assert_eq(&found("tree-sitter-journey/queries/tags.scm"));
}

#[test]
fn bindings_are_found_where_they_are_made_and_used() {
    expect![[r#"
        local.scope 5-16 journey thanks {
        local.definition 6-6 payment
        local.reference 11-11 payment
        local.scope 11-13 {
        local.scope 14-14 { exit small }
    "#]]
    .assert_eq(&found("tree-sitter-journey/queries/locals.scm"));
}

/// As editors reckon: a level for each line on which something begins that the query indents and that goes on here.
fn levels(text: &str, all: &[(std::ops::Range<usize>, String)], at: usize) -> usize {
    let line = |at: usize| text[..at].matches('\n').count();
    let closes = text[at..].starts_with(['}', ']', ')']);
    let around = all.iter().filter(|(range, name)| {
        let goes_on = range.contains(&at) && !(closes && range.end == at + 1);
        name == "indent" && goes_on && line(range.start) < line(at)
    });
    around.map(|(range, _)| line(range.start)).collect::<BTreeSet<usize>>().len()
}

#[test]
fn formatted_files_are_indented_as_the_query_says() {
    let query = query("tree-sitter-journey/queries/indents.scm");
    let mut lines = 0;
    let mut differing = Vec::new();
    for (name, text) in common::texts().iter().filter(|(name, _)| name.starts_with("examples")) {
        let all = find(&query, text).unwrap();
        let mut begin = 0;
        for (number, line) in text.split_inclusive('\n').enumerate() {
            let blanks = line.len() - line.trim_start().len();
            let at = begin + blanks;
            begin += line.len();
            let in_text =
                all.iter().any(|(r, name)| name == "indent.ignore" && r.start < at && at < r.end);
            if line.trim().is_empty() || in_text {
                continue;
            }
            lines += 1;
            if blanks != 2 * levels(text, &all, at) {
                differing.push(format!("{name}:{}: {}", number + 1, line.trim_end()));
            }
        }
    }
    assert!(lines > 1_000, "only {lines} lines");
    assert_eq!(differing, [""; 0]);
}
