//! Whatever the grammar can say is formatted without a change of what it says.
//!
//! `JOURNEY_SEED` and `JOURNEY_CASES` set the seed and the number of sentences.
// Helpers of tests may be as blunt as the tests themselves.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use journey_base::LineEnds;
use journey_fmt::{FormatError, format};
use journey_reference::generator::{Generator, Piece, render};
use journey_reference::mutation::mutate;
use journey_reference::random::Random;
use journey_reference::rules;
use journey_syntax::{SyntaxKind, parse};

const SEED: u64 = 20_260_102;
const CASES: u64 = 2_000;

fn setting(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(value) => value.parse().unwrap_or_else(|_| panic!("{name}={value} is no number")),
        Err(_) => default,
    }
}

/// Makes sentences aimed at one rule after the other, and hands over each.
fn sentences(mut check: impl FnMut(&[Piece], &mut Random, u64)) {
    let (seed, cases) = (setting("JOURNEY_SEED", SEED), setting("JOURNEY_CASES", CASES));
    let mut generator = Generator::new(rules().unwrap());
    let names = generator.names();
    for case in 0..cases {
        let mut random =
            Random::new(Random::new(seed ^ case.wrapping_mul(0x2545_F491_4F6C_DD1D)).number());
        let pieces = generator.sentence("file", &names[case as usize % names.len()], &mut random);
        check(&pieces, &mut random, case);
    }
}

/// The text in its canonical form, which must be its own; none if it is no sentence.
fn canonical(text: &str, width: u32, case: u64) -> Option<String> {
    let formatted = match format(text, width) {
        Ok(formatted) => formatted,
        Err(FormatError::Syntax(_)) => return None,
        Err(error) => panic!("case {case}: {error}\n--- text\n{text}"),
    };
    match format(&formatted, width) {
        Ok(again) if again == formatted => Some(formatted),
        again => panic!(
            "case {case}, width {width}: not its own canonical form\n--- text\n{text}\n--- formatted\n\
             {formatted}\n--- again\n{}",
            again.unwrap_or_else(|error| error.to_string())
        ),
    }
}

/// The sentence with comments where blanks are.
fn sprinkled(text: &str, random: &mut Random) -> String {
    let tree = parse(text).tree;
    let mut out = String::new();
    let mut inside = 0_u32;
    for token in tree.tokens() {
        match token.kind() {
            SyntaxKind::INTERP_OPEN => inside += 1,
            SyntaxKind::INTERP_CLOSE => inside -= 1,
            _ => {}
        }
        match random.below(6) {
            0 if token.kind() == SyntaxKind::WHITESPACE && inside == 0 => out.push_str(" // a\n"),
            1 if token.kind() == SyntaxKind::WHITESPACE => out.push_str("\n// b\n\n\n// c\r\n\t"),
            2 if token.kind() == SyntaxKind::WHITESPACE => out.push_str("\n\n\n"),
            _ => {}
        }
        out.push_str(token.text());
    }
    out
}

#[test]
fn sentences_keep_their_trees_and_their_canonical_form_is_final() {
    let mut accepted = 0;
    sentences(|pieces, random, case| {
        let text = render(pieces, random);
        let width = 20 + random.below(100) as u32;
        if canonical(&text, width, case).is_some() {
            accepted += 1;
            canonical(&sprinkled(&text, random), width, case);
        }
    });
    assert!(accepted * 2 > setting("JOURNEY_CASES", CASES), "only {accepted} are sentences");
}

#[test]
fn the_canonical_form_does_not_depend_on_how_it_was_written() {
    sentences(|pieces, random, case| {
        let plain = render(pieces, random);
        if parse(&plain).tree.tokens().any(|token| token.kind() == SyntaxKind::COMMENT) {
            return;
        }
        let Some(formatted) = canonical(&plain, 80, case) else { return };
        let (mut torn, mut texts) = (String::new(), 0_u32);
        for token in parse(&formatted).tree.tokens() {
            texts += u32::from(token.kind() == SyntaxKind::INTERP_OPEN);
            texts -= u32::from(token.kind() == SyntaxKind::INTERP_CLOSE);
            let blank = token.kind() == SyntaxKind::WHITESPACE && texts == 0;
            let ends_doc = blank && token.text().starts_with('\n');
            match random.below(3) {
                _ if !blank => torn.push_str(token.text()),
                0 if !ends_doc => torn.push_str("  \t"),
                1 => torn.push_str("\r\n"),
                _ => torn.push_str("\n     "),
            }
        }
        if formatted.contains("\"\"\"") {
            return;
        }
        let single = formatted.replace("\n\n", "\n");
        // Lines end as most of them did.
        let single = LineEnds::of(&torn).put(&single).into_owned();
        assert_eq!(canonical(&torn, 80, case), Some(single), "case {case}\n{torn}");
    });
}

#[test]
fn what_is_broken_is_refused() {
    sentences(|pieces, random, case| {
        let text = render(&mutate(pieces, random), random);
        let broken = !parse(&text).errors.is_empty();
        assert_eq!(canonical(&text, 100, case).is_none(), broken, "{text}");
    });
}

#[test]
fn every_beginning_of_a_file_is_formatted_or_refused() {
    let tour = include_str!("../../syntax/tests/data/tour.journey");
    for (end, _) in tour.char_indices() {
        let beginning = &tour[..end];
        let sound = parse(beginning).errors.is_empty();
        assert_eq!(canonical(beginning, 100, end as u64).is_some(), sound, "{beginning}");
    }
}
