//! While a declaration is being typed, the others of the file keep their trees.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::ops::Range;

use expect_test::expect;
use journey_syntax::SyntaxElement;

/// The declarations of a file that are read without a mistake, by their texts.
fn whole(text: &str) -> Vec<&str> {
    let tree = journey_treesitter::parse(text).unwrap();
    let mut cursor = tree.root_node().walk();
    let children = tree.root_node().children(&mut cursor);
    let whole = children.filter(|child| child.kind().ends_with("_decl") && !child.has_error());
    // A comment above may have gone to what was not finished before it, which changes no looks.
    let begin = |of: journey_treesitter::Node<'_>| {
        let mut cursor = of.walk();
        of.children(&mut cursor).find(|part| part.kind() != "doc").map(|part| part.start_byte())
    };
    whole.filter_map(|child| Some(&text[begin(child)?..child.end_byte()])).collect()
}

/// The declarations of a sound file, and for each the places of its tokens.
fn declarations(text: &str) -> Vec<(Range<usize>, Vec<Range<usize>>)> {
    let parse = journey_syntax::parse(text);
    let tokens: Vec<Range<usize>> = parse
        .tree
        .tokens()
        .filter(|token| !token.kind().is_trivia())
        .map(|token| token.range().start as usize..token.range().end as usize)
        .collect();
    let items = parse.tree.root().elements().filter_map(|element| match element {
        SyntaxElement::Node(item) => Some(item.range()),
        SyntaxElement::Token(_) => None,
    });
    items
        .map(|item| {
            let item = item.start as usize..item.end as usize;
            let inside = |token: &&Range<usize>| item.start <= token.start && token.end <= item.end;
            (item.clone(), tokens.iter().filter(inside).cloned().collect())
        })
        .collect()
}

/// Of the other declarations of the file, how many there are, and how many are lost with `gone` cut out of one.
fn lost(text: &str, item: &Range<usize>, gone: Range<usize>) -> (usize, usize) {
    let before = whole(&text[..item.start]);
    let behind = whole(&text[item.end..]);
    let broken = format!("{}{}", &text[..gone.start], &text[gone.end..]);
    let left = whole(&broken);
    let others: Vec<&str> = before.into_iter().chain(behind).collect();
    let lost = others.iter().filter(|other| !left.contains(other)).count();
    (others.len(), lost)
}

/// Breaks every declaration of the examples at many of its tokens, and counts how many of the others are lost in a
/// thousand.
fn lost_in_a_thousand(gone: impl Fn(&Range<usize>, &Range<usize>) -> Range<usize>) -> usize {
    let (mut others, mut gone_with_it) = (0, 0);
    for (_, text) in common::texts().iter().filter(|(name, _)| name.starts_with("examples")) {
        for (item, tokens) in declarations(text) {
            for token in tokens.iter().step_by(7) {
                let (all, lost) = lost(text, &item, gone(&item, token));
                others += all;
                gone_with_it += lost;
            }
        }
    }
    assert!(others > 1_000, "only {others} declarations");
    1_000 * gone_with_it / others
}

#[test]
fn a_word_that_is_missing_in_one_declaration_leaves_the_others_as_they_were() {
    let lost = lost_in_a_thousand(|_, token| token.clone());
    assert!(lost < 10, "{lost} in a thousand are lost");
}

#[test]
fn a_declaration_that_is_not_finished_leaves_the_others_as_they_were() {
    let lost = lost_in_a_thousand(|item, token| token.start..item.end);
    assert!(lost < 30, "{lost} in a thousand are lost");
}

/// What stands in front of other declarations while it is typed.
const HALF_TYPED: &[&str] = &[
    "event",
    "event ordered",
    "event ordered {",
    "event ordered {\n  total:",
    "event ordered {\n  total: int = ",
    "customer {\n  plan: \"free\" |",
    "customer {\n  plan: \"free",
    "let a =",
    "let a = b +",
    "let a = \"b",
    "let a = \"b {",
    "let a = \"b {c",
    "let a = \"b\\",
    "let a = \"\"\"",
    "let a = \"\"\"\n  b {c} \"d\"",
    "let a = [1, 2",
    "let a = 5min",
    "let a = f(b, c: ",
    "audience a = b and",
    "policy a {\n  quiet 21:00..",
    "destination a log {\n  action b(c",
    "destination a {\n  action b() {\n    post",
    "journey a",
    "journey a \"b\" {\n  entry",
    "journey a {\n  entry event b where",
    "journey a {\n  entry manual\n  exit",
    "journey a {\n  entry manual\n  wait",
    "journey a {\n  entry manual\n  wait until b.",
    "journey a {\n  entry manual\n  wait up to 2d {\n    on event b {",
    "journey a {\n  entry manual\n  branch {\n    when",
    "journey a {\n  entry manual\n  branch {\n    when b {\n      send c.d(e: f.",
    "journey a {\n  entry manual\n  send b.c(d: \"e",
    "journey a {\n  entry manual\n  split b {\n    50% c {",
    "test",
    "test \"a",
    "test \"a\" {\n  journey b\n  expect",
];

#[test]
fn what_is_typed_takes_no_declaration_below_it_apart() {
    let below = [
        "event paid {\n  total: int\n}",
        "/// Once.\njourney other \"Other\" {\n  entry event paid as payment\n  wait 1d\n  exit done\n}",
        "let limit = 5",
        "test \"it ends\" {\n  journey other\n  event paid { total: 1 }\n  expect exit done\n}",
    ];
    let mut lost = Vec::new();
    for typed in HALF_TYPED {
        let text = format!("{typed}\n\n{}\n", below.join("\n\n"));
        let left = whole(&text);
        let missing =
            below.iter().filter(|other| !left.contains(&other.trim_start_matches("/// Once.\n")));
        lost.extend(missing.map(|other| format!("{typed:?}: {}", other.lines().next().unwrap())));
    }
    // Where the next word may stand, or too much is missing, what comes next goes with it, and nothing else does.
    expect![[r#"
        "customer {\n  plan: \"free\" |": event paid {
        "let a = \"b {": event paid {
        "policy a {\n  quiet 21:00..": event paid {
        "destination a log {\n  action b(c": event paid {
        "journey a \"b\" {\n  entry": event paid {
        "journey a {\n  entry manual\n  branch {\n    when": event paid {
        "test": event paid {
        "test \"a\" {\n  journey b\n  expect": event paid {
    "#]]
    .assert_eq(&(lost.join("\n") + "\n"));
}
