//! Breaks sentences: leaves tokens out, adds some, swaps and doubles them.

use crate::generator::Piece;
use crate::random::Random;

/// Tokens to add, besides those of the sentence itself.
const STRAY: &[&str] = &[
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "<",
    ">",
    "=",
    "==",
    "!=",
    "<=",
    ">=",
    "+",
    "-",
    "*",
    "/",
    "%",
    ":",
    ",",
    ".",
    "..",
    "?",
    "??",
    "|",
    "\"",
    ";",
    "!",
    "&&",
    "'a'",
    "a",
    "up",
    "to",
    "no",
    "set",
    "1",
    "2.5",
    "30s",
    "09:00",
    "2026-12-01",
    "2026-12-01T09:00Z",
    "5min",
    "\"a\"",
    "\"{a}\"",
    "\"{",
    "wait",
    "exit",
    "send",
    "branch",
    "split",
    "update",
    "on",
    "when",
    "timeout",
    "else",
    "if",
    "then",
    "not",
    "and",
    "or",
    "in",
    "is",
    "at",
    "where",
    "as",
    "customer",
    "event",
    "journey",
    "let",
    "audience",
    "test",
    "expect",
    "true",
    "mon",
    "unset",
    "/// doc",
    "// remark\n",
];

/// The sentence with one to three changes.
pub fn mutate(pieces: &[Piece], random: &mut Random) -> Vec<Piece> {
    let mut pieces = pieces.to_vec();
    for _ in 0..=random.below(3) {
        change(&mut pieces, random);
    }
    pieces
}

fn change(pieces: &mut Vec<Piece>, random: &mut Random) {
    let at = random.below(pieces.len());
    match random.below(5) {
        0 if !pieces.is_empty() => {
            pieces.remove(at);
        }
        1 => {
            if let Some(text) = random.pick(STRAY) {
                pieces.insert(at, Piece::free(text));
            }
        }
        2 => {
            // A token of the same sentence is likelier to fit somewhere else in it.
            if let Some(copy) = random.pick(pieces).cloned() {
                pieces.insert(at, copy);
            }
        }
        3 if at + 1 < pieces.len() => pieces.swap(at, at + 1),
        4 if !pieces.is_empty() => {
            let other = random.below(pieces.len());
            pieces.swap(at, other);
        }
        _ => {}
    }
}
