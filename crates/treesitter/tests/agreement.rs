//! tree-sitter reads what the parser reads, and sees the same tree in it: in every file and snippet of the repository,
//! and in sentences that are made from `grammar/journey.pest`.
//!
//! `JOURNEY_SEED` and `JOURNEY_CASES` set the seed and the number of sentences. What is broken is not compared: an
//! editor is better served by a grammar that lets some mistakes pass.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use journey_reference::generator::{Generator, render};
use journey_reference::mutation::mutate;
use journey_reference::random::Random;
use journey_reference::{production, rules};

const SEED: u64 = 20_260_101;
const CASES: u64 = 3_000;

fn setting(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(value) => value.parse().unwrap_or_else(|_| panic!("{name}={value} is no number")),
        Err(_) => default,
    }
}

/// How tree-sitter and the parser differ about a text that the latter accepts, if they do.
fn difference(text: &str) -> Option<String> {
    let mistakes = common::mistakes(text);
    if !mistakes.is_empty() {
        return Some(format!("tree-sitter finds a mistake in line {}", mistakes.join(", ")));
    }
    let (expected, _) = production::parse(text);
    let found = common::tree(text);
    if expected == found {
        return None;
    }
    let (expected, found) = (expected.dump(), found.dump());
    let mut lines = expected.lines().zip(found.lines());
    let (expected, found) = lines.find(|(a, b)| a != b).unwrap_or(("more", "less"));
    Some(format!("the parser reads `{}`, tree-sitter `{}`", expected.trim(), found.trim()))
}

#[test]
fn every_file_and_snippet_has_the_same_tree() {
    let texts = common::texts();
    assert!(texts.len() > 150, "only {} texts", texts.len());
    let differing: Vec<String> = texts
        .iter()
        .filter_map(|(name, text)| Some(format!("{name}: {}", difference(text)?)))
        .collect();
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing.join("\n"));
}

#[test]
fn sentences_made_from_the_grammar_have_the_same_tree() {
    let (seed, cases) = (setting("JOURNEY_SEED", SEED), setting("JOURNEY_CASES", CASES));
    let mut generator = Generator::new(rules().unwrap());
    let names = generator.names();
    let (mut accepted, mut differing) = (0, Vec::new());
    for case in 0.. {
        if accepted == cases || differing.len() == 10 {
            break;
        }
        let mut random = Random::new(seed ^ case);
        let aim = &names[case as usize % names.len()];
        let pieces = generator.sentence("file", aim, &mut random);
        let text = render(&pieces, &mut random);
        // Ordered choice refuses some of what is generated.
        if journey_syntax::parse(&text).errors.is_empty() {
            accepted += 1;
            differing.extend(difference(&text).map(|how| format!("case {case}: {how}\n{text}\n")));
        }
    }
    assert!(differing.is_empty(), "JOURNEY_SEED={seed}\n{}", differing.join("\n"));
}

/// The scanner makes tokens that take no room: whatever the text, it comes to an end, and with the whole of it.
#[test]
fn broken_sentences_have_a_tree_of_the_whole_text() {
    let (seed, cases) = (setting("JOURNEY_SEED", SEED), setting("JOURNEY_CASES", CASES));
    let mut generator = Generator::new(rules().unwrap());
    let names = generator.names();
    for case in 0..cases {
        let mut random = Random::new(seed ^ case);
        let pieces = generator.sentence("file", &names[case as usize % names.len()], &mut random);
        let whole = render(&mutate(&pieces, &mut random), &mut random);
        let middle = (0..=whole.len() / 2).rev().find(|at| whole.is_char_boundary(*at)).unwrap();
        for text in [whole.as_str(), &whole[..middle], &whole[middle..]] {
            let tree = journey_treesitter::parse(text).unwrap();
            assert!(tree.root_node().end_byte() <= text.len(), "JOURNEY_SEED={seed}, case {case}");
            assert!(["file", "ERROR"].contains(&tree.root_node().kind()));
        }
    }
}
