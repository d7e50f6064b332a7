//! One mistake is one finding: a token is taken out of a sound workspace, every token in turn, and
//! what is then said is counted.

#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use common::one_file;
use journey_base::Severity;

#[test]
fn a_lost_token_seldom_gives_more_than_one_error() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/grocery");
    let files =
        ["schema.journey", "journeys/come_back.journey", "journeys/coupon_followup.journey"];
    let read = |file: &&str| std::fs::read_to_string(example.join(file)).unwrap();
    let text: String = files.iter().map(read).collect();
    assert!(one_file(&text).diagnostics().is_empty(), "the example is sound");

    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    let tree = journey_syntax::parse(&text).tree;
    let tokens = tree.tokens().filter(|token| !token.kind().is_trivia());
    for token in tokens.filter(|token| !token.text().starts_with("//")) {
        let mut damaged = text.clone();
        damaged.replace_range(std::ops::Range::from(token.range()), " ");
        let found = one_file(&damaged).diagnostics();
        let errors = found.iter().filter(|found| found.severity == Severity::Error).count();
        *counts.entry(errors).or_default() += 1;
    }
    let all: usize = counts.values().sum();
    let more_than =
        |errors: usize| counts.range(errors + 1..).map(|(_, count)| count).sum::<usize>();
    assert!(all > 500, "{counts:?}");
    assert!(more_than(1) * 100 < all * 12, "more than one error: {counts:?}");
    assert!(more_than(2) * 100 < all * 4, "more than two errors: {counts:?}");
}
