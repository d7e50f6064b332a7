//! Bugs that are planted in the engine are caught, each within a few hundred seeds that are clean without it.
//!
//! `cargo test -p journey-simulator --features planted-bugs --test planted`
#![allow(clippy::panic)]

use std::sync::Mutex;

use journey_engine::planted::{ALL, Bug, plant};
use journey_simulator::violation::Violation;
use journey_simulator::{Library, run};

/// Within so many seeds every bug has to be caught.
const SEEDS: u64 = 400;

/// The first seed that breaks a promise with a bug planted, and which.
fn caught(bug: Bug, library: &Library) -> Option<(u64, Violation)> {
    plant(Some(bug));
    let found = (0..SEEDS).find_map(|seed| Some((seed, run(seed, library).err()?.violation)));
    plant(None);
    found
}

#[test]
fn every_planted_bug_is_caught_and_without_it_the_seed_is_clean() {
    let library = Library::default();
    let (bugs, missed) = (Mutex::new(ALL.to_vec()), Mutex::new(Vec::new()));
    let work = || {
        while let Some(bug) = bugs.lock().unwrap().pop() {
            let Some((seed, violation)) = caught(bug, &library) else {
                missed.lock().unwrap().push(bug);
                continue;
            };
            println!("{bug:?}: seed {seed}: {violation:.150}");
            if let Err(broken) = run(seed, &library) {
                panic!("without {bug:?}: {broken}");
            }
        }
    };
    std::thread::scope(|scope| (0..2).for_each(|_| drop(scope.spawn(work))));
    let missed = missed.into_inner().unwrap();
    assert!(missed.is_empty(), "not caught within {SEEDS} seeds: {missed:?}");
}
