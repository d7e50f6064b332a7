//! The listing of a program that has one of everything, as it is printed.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use common::sample::sample;
use expect_test::expect_file;
use journey_bytecode::*;

#[test]
fn everything_is_listed_under_its_name() {
    expect_file!["disasm.txt"].assert_eq(&disasm(&sample()));
}

#[test]
fn what_points_nowhere_is_listed_as_its_number() {
    let mut program = sample();
    program.traits.clear();
    program.events.clear();
    program.actions.clear();
    program.journeys[0].tiles.clear();
    program.exprs[0].start = u32::MAX;
    let listing = disasm(&program);
    assert!(listing.contains("customer.#1"), "{listing}");
}
