//! The production parser and the grammar agree: on sentences made from the grammar, on broken
//! ones, and on the vocabulary.
//!
//! `JOURNEY_SEED` and `JOURNEY_CASES` set the seed and the number of sentences and mutants; a
//! failure says how to see it again.
// Helpers of tests may be as blunt as the tests themselves.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod vocabulary;

use journey_reference::generator::{Generator, Piece, render};
use journey_reference::mutation::mutate;
use journey_reference::random::Random;
use journey_reference::{oracle, production, rules};

const SEED: u64 = 20_260_101;
const CASES: u64 = 10_000;

fn setting(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(value) => value.parse().unwrap_or_else(|_| panic!("{name}={value} is no number")),
        Err(_) => default,
    }
}

/// A sentence of its own for each case, whatever the other cases are. The cases aim at one rule
/// after the other.
fn sentence(generator: &mut Generator, seed: u64, case: u64) -> (Vec<Piece>, Random) {
    let mut random =
        Random::new(Random::new(seed ^ case.wrapping_mul(0x2545_F491_4F6C_DD1D)).number());
    let names = generator.names();
    let aim = &names[case as usize % names.len()];
    (generator.sentence("file", aim, &mut random), random)
}

/// Compares the verdicts on `text`, and the trees if it is accepted. Whether it is.
fn agree(text: &str, seed: u64, case: u64) -> bool {
    let oracle = oracle::parse(text);
    let (production, errors) = production::parse(text);
    let tree = journey_syntax::parse(text).tree;
    assert_eq!((tree.validate(), tree.text()), (Ok(()), text));
    let refused = errors.first();
    match (&oracle, refused) {
        (Err(_), Some(_)) => false,
        (Ok(expected), None) if *expected == production => true,
        _ => panic!(
            "the parsers disagree; JOURNEY_SEED={seed}, case {case}\n--- text\n{text}\n{text:?}\n\
             --- grammar\n{}\n--- parser\n{}",
            oracle.map_or_else(|error| error, |tree| tree.dump()),
            refused.map_or_else(|| production.dump(), |error| format!("{error:#?}")),
        ),
    }
}

#[test]
fn sentences_are_accepted_by_both_with_the_same_tree() {
    let (seed, cases) = (setting("JOURNEY_SEED", SEED), setting("JOURNEY_CASES", CASES));
    let mut generator = Generator::new(rules().unwrap());
    let (mut accepted, mut case) = (0, 0);
    while accepted < cases {
        let (pieces, mut random) = sentence(&mut generator, seed, case);
        accepted += u64::from(agree(&render(&pieces, &mut random), seed, case));
        case += 1;
        // Ordered choice refuses some of what is generated. Were it much, the generator would
        // not make sentences of this grammar any more.
        assert!(case < 100 || accepted * 2 > case, "only {accepted} of {case} are sentences");
    }
}

#[test]
fn broken_sentences_are_accepted_or_refused_by_both() {
    let (seed, cases) = (setting("JOURNEY_SEED", SEED), setting("JOURNEY_CASES", CASES));
    let mut generator = Generator::new(rules().unwrap());
    let mut refused = 0;
    for case in 0..cases {
        let (pieces, mut random) = sentence(&mut generator, seed, case);
        let mutant = render(&mutate(&pieces, &mut random), &mut random);
        refused += u64::from(!agree(&mutant, seed, case));
    }
    assert!(refused * 2 > cases, "only {refused} of {cases} mutants are broken");
}

#[test]
fn the_tour_of_the_language_shows_every_rule() {
    let tour = include_str!("../../../syntax/tests/data/tour.journey");
    assert!(agree(tour, 0, 0));
    let mut open = vec![oracle::parse(tour).unwrap()];
    let mut shown = std::collections::BTreeSet::from(["file".to_owned()]);
    while let Some(node) = open.pop() {
        shown.insert(node.rule);
        open.extend(node.children);
    }
    let leaves_a_node = |rule: &&pest_meta::ast::Rule| {
        rule.ty != pest_meta::ast::RuleType::Silent && rule.name != "reserved"
    };
    let rules = rules().unwrap();
    let missing: Vec<&str> = rules
        .iter()
        .filter(leaves_a_node)
        .map(|rule| rule.name.as_str())
        .filter(|name| !shown.contains(*name))
        .collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn the_generator_uses_every_rule() {
    let mut generator = Generator::new(rules().unwrap());
    for case in 0..generator.names().len() as u64 {
        sentence(&mut generator, SEED, case);
    }
    // Blanks and comments are put in by the writer of the text, words are taken from a list, and
    // `reserved` is only ever refused.
    let elsewhere = ["COMMENT", "WHITESPACE", "reserved", "word_char", "word_start"];
    assert_eq!(generator.unvisited(), elsewhere);
}
