//! From the pieces of a sentence to its text: blanks, line ends and comments by chance.

use crate::random::Random;

/// A token of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What it reads.
    pub text: String,
    /// Whether it must stand right behind the piece before it.
    pub glued: bool,
    /// Whether that is settled: pieces of an expression inside a text keep what they had.
    pub(super) inside: bool,
}

impl Piece {
    /// A piece that stands free.
    pub fn free(text: &str) -> Piece {
        Piece { text: text.to_owned(), glued: false, inside: false }
    }
}

/// Writes the pieces one behind the other, with something between those that are not glued.
pub fn render(pieces: &[Piece], random: &mut Random) -> String {
    let mut text = String::new();
    if random.one_in(20) {
        text.push('\u{FEFF}');
    }
    let mut before: Option<&str> = None;
    for piece in pieces {
        if let Some(before) = before.filter(|_| !piece.glued) {
            separate(before, &piece.text, &mut text, random);
        }
        text.push_str(&piece.text);
        before = Some(&piece.text);
    }
    match random.below(4) {
        0 => text.push('\n'),
        1 if before.is_none_or(|last| !last.starts_with("///")) => text.push_str(" // the end"),
        _ => {}
    }
    text
}

fn separate(before: &str, after: &str, text: &mut String, random: &mut Random) {
    // A doc comment reaches to the end of its line.
    if before.starts_with("///") {
        text.push('\n');
        return;
    }
    if may_touch(before, after) && random.one_in(2) {
        return;
    }
    match random.below(16) {
        0 => text.push('\n'),
        1 => text.push_str("\r\n\t "),
        2 => text.push_str(" // a \"remark\" {\n"),
        3 => text.push_str(" //// not a doc comment\n//\n"),
        4 => text.push_str(" \u{FEFF} "),
        _ => text.push(' '),
    }
}

/// Whether two tokens stay two without a blank between them.
fn may_touch(before: &str, after: &str) -> bool {
    let word = |text: &str| text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let text = |text: &str| text.starts_with('"');
    let bracket = |text: &str| matches!(text, "(" | ")" | "[" | "]" | "{" | "}" | ",");
    bracket(before)
        || bracket(after)
        || (before == ">" && after == "=")
        || before == "@"
        || (word(before) && after == "@")
        || (matches!(before, "=>" | "..") && (word(after) || text(after)))
        || (word(before) && matches!(after, "=>" | ".." | "\"\"\""))
        || (word(before) && matches!(after, "." | ":" | "?" | "<" | "\"" | "+" | "=="))
        || (word(after) && matches!(before, "." | ":" | "<" | "\"" | "-" | "=="))
}
