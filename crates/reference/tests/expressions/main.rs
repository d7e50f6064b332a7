//! The interpreter computes what the reference computes.
//!
//! Generated expressions are compiled, verified and run on the state that `apply` has kept of a
//! generated customer, instant by instant; the reference evaluates the same trees over the plain
//! list of all that happened. Values must be equal, and so must faults.
//!
//! `JOURNEY_SEED` chooses where to begin, `JOURNEY_CASES` how many expressions to try. A failure
//! names the seed of its world and the smallest part of the expression that still disagrees.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::unwrap_used)]

mod conditions;
mod continuous;
mod machine;
mod probe;
mod story;

use journey_sema::thir::Expr;

use probe::{Disagreement, World};

/// Expressions in one world.
const EXPRESSIONS: usize = 24;

fn number(variable: &str, default: u64) -> u64 {
    match std::env::var(variable) {
        Ok(text) => text.parse().expect("a number"),
        Err(_) => default,
    }
}

#[test]
fn the_interpreter_computes_what_the_reference_computes() {
    let first = number("JOURNEY_SEED", 1);
    let worlds = number("JOURNEY_CASES", 6_000).div_ceil(EXPRESSIONS as u64);
    let mut seen = probe::Seen::default();
    for seed in first..first + worlds {
        let world = World::new(seed);
        let probes = world.probes(EXPRESSIONS);
        if let Err(found) = world.run(&probes, &mut seen) {
            panic!("{}", explain(seed, &world, &smallest(&world, found)));
        }
    }
    if worlds < 200 {
        return;
    }
    // The test is worth something only if it has met what it is about.
    let operators = 25 + 23 + 6;
    assert_eq!(seen.operators.len(), operators, "{:?}", seen.operators);
    assert_eq!(seen.kinds.len(), 33, "{:?}", seen.kinds);
    assert!(seen.values > 20 * seen.faults && seen.faults > 100, "{seen:?}");
    assert!(seen.skipped * 50 < seen.values, "{seen:?}");
    assert!(seen.unset > 100 && seen.instants as u64 > worlds, "{seen:?}");
}

/// Follows a disagreement down to the smallest part that still disagrees.
fn smallest(world: &World, mut found: Box<Disagreement>) -> Box<Disagreement> {
    loop {
        let parts = found.probe.parts();
        let smaller = parts.into_iter().find_map(|part| {
            world.run(std::slice::from_ref(&part), &mut probe::Seen::default()).err()
        });
        match smaller {
            Some(smaller) => found = smaller,
            None => return found,
        }
    }
}

fn explain(seed: u64, world: &World, found: &Disagreement) -> String {
    let source = |expr: &Expr| journey_ir::source(expr, &world.bindings);
    let Disagreement { probe, instant, reference, interpreter, code, .. } = found;
    let audiences: Vec<_> = world
        .checked
        .audiences
        .iter()
        .map(|it| {
            format!("\naudience {} = {}", it.name, source(&it.condition.as_ref().unwrap().test))
        })
        .collect();
    format!(
        "seed {seed}, instant {instant}, zone {}:\n  {}\nreference: {reference:?}\ninterpreter: {interpreter:?}\n{code}{}\n{:?}",
        world.checked.timezone,
        probe.describe(&source),
        audiences.concat(),
        found.past
    )
}
