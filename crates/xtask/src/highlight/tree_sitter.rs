//! What the tree-sitter grammar is given: its keywords, for the grammar and for its scanner, and the queries.
//!
//! The grammar itself, `editors/tree-sitter-journey/grammar.js`, is written by hand, and so are most of the queries. Of
//! `highlights.scm` keywords, types and punctuation come from the vocabulary, the rest from the file beside this one.
//! Helix and Neovim have copies of the queries in folders of their own; Helix calls some things by other names.

use super::NOTE;
use super::words::{Look, TYPES, Vocabulary};

/// The first line of each copy.
const COPY: &str = "Copied by `cargo xtask highlight` from `editors/tree-sitter-journey/queries`. Edits here are lost.";

/// What highlights all but keywords, types and punctuation.
const HIGHLIGHTS: &str = include_str!("highlights.scm");

macro_rules! query {
    ($name:literal) => {
        include_str!(concat!("../../../../editors/tree-sitter-journey/queries/", $name, ".scm"))
    };
}

/// The other queries, with the editors that have a use for them.
const QUERIES: &[(&str, &str, &[&str])] = &[
    ("folds.scm", query!("folds"), &["neovim"]),
    ("indents.scm", query!("indents"), &["neovim", "helix"]),
    ("injections.scm", query!("injections"), &["neovim", "helix"]),
    ("locals.scm", query!("locals"), &["neovim", "helix"]),
    ("tags.scm", query!("tags"), &["helix"]),
    ("textobjects.scm", query!("textobjects"), &["helix"]),
];

/// What Helix calls by another name: ours, which are those of Neovim and of tree-sitter itself, and its own.
const HELIX: &[(&str, &str)] = &[
    ("@comment.documentation", "@comment.line.documentation"),
    ("@function.call", "@function"),
    ("@keyword.type", "@keyword.storage.type"),
    ("@module", "@namespace"),
    ("@number", "@constant.numeric"),
    ("@property", "@variable.other.member"),
    ("@string.escape", "@constant.character.escape"),
];

/// The files, by their names in `editors`.
pub(crate) fn generate(vocabulary: &Vocabulary) -> Vec<(String, String)> {
    let highlights = highlights(vocabulary);
    let helix = HELIX.iter().fold(highlights.clone(), |text, (ours, theirs)| {
        let words = text.split_inclusive(|c: char| c.is_whitespace() || c == ')');
        words.map(|word| renamed(word, ours, theirs)).collect()
    });
    let mut files = vec![
        ("tree-sitter-journey/keywords.js".to_owned(), keywords_js(vocabulary)),
        ("tree-sitter-journey/src/keywords.h".to_owned(), keywords_h(vocabulary)),
        ("tree-sitter-journey/queries/highlights.scm".to_owned(), highlights.clone()),
        ("neovim/queries/journey/highlights.scm".to_owned(), highlights),
        ("helix/queries/journey/highlights.scm".to_owned(), helix),
    ];
    for (name, text, editors) in QUERIES {
        let copies = editors.iter().map(|editor| format!("{editor}/queries/journey/{name}"));
        files.extend(copies.map(|path| (path, format!("; {COPY}\n\n{text}"))));
    }
    files
}

/// A word and what ends it, with the capture in it renamed.
fn renamed(word: &str, ours: &str, theirs: &str) -> String {
    match word.strip_prefix(ours) {
        Some(end) if !end.starts_with(|c: char| c.is_alphanumeric() || c == '.' || c == '_') => {
            format!("{theirs}{end}")
        }
        _ => word.to_owned(),
    }
}

fn highlights(vocabulary: &Vocabulary) -> String {
    let mut parts = vec![format!("; {NOTE}\n\n; Keywords"), String::new()];
    for look in [Look::Declaration, Look::Control, Look::Operator, Look::Constant] {
        let mut found: Vec<&str> =
            vocabulary.reserved.get(&look).map(|words| strs(words)).unwrap_or_default();
        for (place, words) in &vocabulary.contextual {
            if place.look == look {
                found.extend(strs(words));
            }
        }
        found.sort_unstable();
        parts.push(any_of(&found, called(look)));
    }
    parts.push("; Punctuation\n".to_owned());
    let of = |wanted: &str| -> Vec<&str> {
        let marks = vocabulary.marks.iter().map(String::as_str);
        marks.filter(|mark| punctuation(mark) == wanted).collect()
    };
    for name in
        ["@punctuation.bracket", "@punctuation.delimiter", "@punctuation.special", "@operator"]
    {
        parts.push(any_of(&of(name), name));
    }
    parts.push("; Types\n".to_owned());
    let types: Vec<String> = TYPES.iter().map(|name| format!("\"{name}\"")).collect();
    let types = types.join(" ");
    for (question, name) in [("any-of?", "@type.builtin"), ("not-any-of?", "@type")] {
        parts.push(format!(
            "([\n  (named_type (name (word) {name}))\n  (generic_type (name (word) {name}))\n]\n \
             (#{question} {name} {types}))\n"
        ));
    }
    parts.push(HIGHLIGHTS.to_owned());
    parts.join("\n")
}

fn strs(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

fn any_of(texts: &[&str], name: &str) -> String {
    let lines: Vec<String> = texts.iter().map(|text| format!("  \"{text}\"\n")).collect();
    format!("[\n{}] {name}\n", lines.concat())
}

fn called(look: Look) -> &'static str {
    match look {
        Look::Declaration => "@keyword.type",
        Look::Control => "@keyword",
        Look::Operator => "@keyword.operator",
        Look::Constant => "@constant.builtin",
    }
}

fn punctuation(mark: &str) -> &'static str {
    match mark {
        "(" | ")" | "[" | "]" | "{" | "}" => "@punctuation.bracket",
        "," | ":" | "." => "@punctuation.delimiter",
        "@" => "@punctuation.special",
        _ => "@operator",
    }
}

/// The words that can be names in other places, and those that cannot.
fn keywords(vocabulary: &Vocabulary) -> (Vec<&str>, Vec<&str>) {
    let mut contextual: Vec<&str> =
        vocabulary.contextual.values().flat_map(|words| strs(words)).collect();
    contextual.sort_unstable();
    (contextual, vocabulary.reserved_words())
}

fn keywords_js(vocabulary: &Vocabulary) -> String {
    let (contextual, reserved) = keywords(vocabulary);
    let list = |words: &[&str]| -> String {
        words.iter().map(|word| format!("    \"{word}\",\n")).collect()
    };
    format!(
        "// {NOTE}\n\nmodule.exports = {{\n  // Keywords that mean something in their place only.\n  contextual: [\n{}  ],\n\n\
         \x20 // Words that no name can be.\n  reserved: [\n{}  ],\n}};\n",
        list(&contextual),
        list(&reserved)
    )
}

fn keywords_h(vocabulary: &Vocabulary) -> String {
    let (contextual, reserved) = keywords(vocabulary);
    let mut all = [contextual, reserved].concat();
    all.sort_unstable();
    let longest = all.iter().map(|word| word.len()).max().unwrap_or_default();
    let lines: String = all.iter().map(|word| format!("    \"{word}\",\n")).collect();
    format!(
        "// {NOTE}\n\n#define KEYWORD_MAX {longest}\n\nstatic const char *const KEYWORDS[] = {{\n{lines}}};\n"
    )
}
