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
    "=>",
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
    "@",
    "\"",
    "\"\"\"",
    ";",
    "!",
    "&&",
    "'a'",
    "a",
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
    "\"\"\"\n a\n {b}\"\"\"",
    "@pii",
    "/// doc",
    "// remark\n",
    "up",
    "to",
    "no",
    "set",
    "wait",
    "exit",
    "send",
    "branch",
    "split",
    "update",
    "webhook",
    "add",
    "remove",
    "run",
    "enter",
    "repeat",
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
    "until",
    "for",
    "each",
    "keyed",
    "by",
    "since",
    "within",
    "every",
    "times",
    "late",
    "ok",
    "failed",
    "delivered",
    "exited",
    "customer",
    "event",
    "any",
    "journey",
    "goal",
    "while",
    "inside",
    "timezone",
    "let",
    "audience",
    "policy",
    "destination",
    "action",
    "setting",
    "secret",
    "post",
    "body",
    "header",
    "retry",
    "hold",
    "skip",
    "test",
    "expect",
    "join",
    "fail",
    "with",
    "pause",
    "true",
    "mon",
    "unset",
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
