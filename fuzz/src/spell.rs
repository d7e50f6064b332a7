//! Texts from bytes: letters stand for themselves, so that sources are seeds as they are, and
//! what is no ASCII becomes a word of the language, which chance would not spell.

use journey_syntax::{CONTEXTUAL, RESERVED};

/// Words that are no keywords, and literals of each kind.
const OTHERS: &[&str] = &[
    "a",
    "b",
    "cart",
    "total",
    "email",
    "mail",
    "\"\"",
    "\"x\"",
    "\"\"\"",
    "\"{",
    "}\"",
    "1",
    "2.5",
    "30s",
    "3d",
    "09:00",
    "2026-12-01",
    "2026-12-01T09:00Z",
    "==",
    "!=",
    "<=",
    "??",
    "..",
    "=>",
    "@pii",
    "///",
    "//",
    "int",
    "number",
    "text",
    "list<",
    "now",
    "entered",
    "count(",
    "last(",
    "where ",
    "é",
    "\u{FEFF}",
    "\r\n",
];

/// The text that the bytes spell.
pub fn spell(data: &[u8]) -> String {
    let mut text = String::with_capacity(data.len() * 2);
    let mut bytes = data.iter().copied();
    while let Some(byte) = bytes.next() {
        if byte.is_ascii() {
            text.push(char::from(byte));
            continue;
        }
        let index = usize::from(byte & 0x7f) * 2 + usize::from(bytes.next().unwrap_or(0) & 1);
        let keywords = RESERVED.iter().chain(CONTEXTUAL).map(|(word, _)| *word);
        let word = OTHERS.iter().copied().chain(keywords).cycle().nth(index).unwrap_or_default();
        text.push(' ');
        text.push_str(word);
        text.push(' ');
    }
    text
}
