//! `cargo xtask tidy`: the rules of `docs/architecture.md` that no compiler checks.
//!
//! Each rule is a function from the repository to the places that break it.

mod files;
mod layers;
mod pages;

use std::path::Path;

use crate::Failure;

/// A rule: its name, and what it finds.
type Rule = (&'static str, fn(&Path) -> Result<Vec<String>, Failure>);

const RULES: &[Rule] = &[
    ("crates depend downwards only", layers::direction),
    ("what a crate must never know is absent from its dependencies", layers::absences),
    ("every direct dependency has its line in docs/dependencies.md", layers::documented),
    ("source files stay under 600 lines", files::sizes),
    ("every crate opens with what it is", files::headers),
    ("no unfinished work and no unsafe code outside vm, jit and treesitter", files::leftovers),
    ("every diagnostic code has its page, and every page its code", pages::codes),
    ("links of the documents lead somewhere", pages::links),
];

/// Applies every rule; an error if any is broken.
pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    let mut broken = 0;
    for (name, rule) in RULES {
        let found = rule(root)?;
        let mark = if found.is_empty() { "ok " } else { "BAD" };
        println!("{mark} {name}");
        for place in &found {
            println!("      {place}");
        }
        broken += found.len();
    }
    if broken == 0 { Ok(()) } else { Err(format!("{broken} places break a rule").into()) }
}
