//! Each seed goes through each target, on any toolchain.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use journey_fuzz::{checker, formatter, lexer, parser, program};

/// The files of a folder and of those in it.
fn files(folder: &Path) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(std::fs::read(path).unwrap());
        }
    }
    found
}

fn seeds() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["seeds", "../examples", "../crates/syntax/tests/data"];
    let seeds: Vec<Vec<u8>> = folders.iter().flat_map(|it| files(&root.join(it))).collect();
    assert!(seeds.len() > 8);
    seeds
}

#[test]
fn no_seed_breaks_a_promise() {
    for seed in seeds() {
        for target in [lexer, parser, formatter, checker, program] {
            target(&seed);
        }
    }
}

#[test]
fn no_seed_breaks_a_promise_when_it_is_cut_or_broken() {
    for seed in seeds() {
        for at in (0..seed.len()).step_by(1 + seed.len() / 40) {
            let mut broken = seed.clone();
            broken[at] ^= 0x80;
            for target in [lexer, parser, formatter, checker, program] {
                target(&broken);
                target(&seed[..at]);
            }
        }
    }
}
