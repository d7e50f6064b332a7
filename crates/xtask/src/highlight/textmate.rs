//! The TextMate grammar, for VS Code, Sublime Text, JetBrains IDEs, Zed, `bat` and others.

use serde_json::{Value, json};

use super::NOTE;
use super::regex::{Dialect, escaped, words};
use super::words::{Look, MALFORMED, Named, TYPES, Vocabulary};

const WORD: &str = "[A-Za-z_][0-9A-Za-z_]*";

/// The file.
pub(crate) fn generate(vocabulary: &Vocabulary) -> String {
    let mut patterns = comments_and_texts();
    patterns.extend(literals(vocabulary));
    patterns.extend(names());
    patterns.extend(introductions(vocabulary));
    patterns.extend(keywords(vocabulary));
    patterns
        .push(json!({ "name": "entity.name.function.journey", "match": format!("{WORD}(?=\\()") }));
    patterns.push(json!({ "name": "variable.other.journey", "match": WORD }));
    patterns.extend(punctuation(vocabulary));
    patterns.push(json!({ "name": "invalid.illegal.character.journey", "match": "\\S" }));
    let grammar = json!({
        "comment": NOTE,
        "name": "Journey",
        "scopeName": "source.journey",
        "fileTypes": ["journey"],
        "patterns": patterns,
        "repository": repository(vocabulary),
    });
    // A value of `serde_json` is always one of its texts.
    serde_json::to_string_pretty(&grammar).unwrap_or_default() + "\n"
}

fn comments_and_texts() -> Vec<Value> {
    vec![
        json!({ "name": "comment.line.documentation.journey", "match": "///(?!/).*$" }),
        json!({ "name": "comment.line.double-slash.journey", "match": "//.*$" }),
        json!({ "include": "#long_text" }),
        json!({ "include": "#text" }),
    ]
}

fn literals(vocabulary: &Vocabulary) -> Vec<Value> {
    let literals = vocabulary.literals.iter().map(|(called, form)| {
        let name = match *called {
            MALFORMED => "invalid.illegal.literal.journey".to_owned(),
            _ => format!("constant.numeric.{called}.journey"),
        };
        json!({ "name": name, "match": form.to(Dialect::Common) })
    });
    literals.collect()
}

/// What is a name by the punctuation next to it, whatever the word.
fn names() -> Vec<Value> {
    let types = words(TYPES.iter().copied(), Dialect::Common);
    vec![
        json!({ "name": "punctuation.separator.range.journey", "match": "\\.\\." }),
        json!({
            "match": format!("(\\.)\\s*({WORD})"),
            "captures": {
                "1": { "name": "punctuation.accessor.journey" },
                "2": { "name": "variable.other.property.journey" },
            },
        }),
        json!({
            "match": format!("(@)\\s*({WORD})"),
            "captures": {
                "1": { "name": "punctuation.decorator.journey" },
                "2": { "name": "entity.other.attribute-name.journey" },
            },
        }),
        json!({ "name": "variable.parameter.journey", "match": format!("{WORD}(?=\\s*:)") }),
        json!({ "name": "support.type.journey", "match": format!("(?:(?<=[:<])|(?<=[:<]\\s)){types}") }),
    ]
}

/// A keyword and the name behind it.
fn introductions(vocabulary: &Vocabulary) -> Vec<Value> {
    let all = vocabulary.introducing.iter().map(|((look, before, named), introducing)| {
        let before = before.to(Dialect::Common);
        let introducing = words(introducing.iter().map(String::as_str), Dialect::Common);
        let name = named.to(Dialect::Common, vocabulary);
        let called = match named {
            Named::Any => "entity.name.type.journey",
            Named::Words(_) => "variable.other.journey",
        };
        json!({
            "match": format!("{before}({introducing})\\s+({name})"),
            "captures": { "1": { "name": scope(*look) }, "2": { "name": called } },
        })
    });
    all.collect()
}

fn keywords(vocabulary: &Vocabulary) -> Vec<Value> {
    let contextual = vocabulary.contextual.iter().map(|(place, found)| {
        let before = place.before.to(Dialect::Common);
        let found = words(found.iter().map(String::as_str), Dialect::Common);
        let after = place.after.to(Dialect::Common, vocabulary);
        json!({ "name": scope(place.look), "match": format!("{before}{found}(?={after})") })
    });
    let reserved = vocabulary.reserved.iter().map(|(look, found)| {
        let found = words(found.iter().map(String::as_str), Dialect::Common);
        json!({ "name": scope(*look), "match": found })
    });
    contextual.chain(reserved).collect()
}

fn scope(look: Look) -> &'static str {
    match look {
        Look::Declaration => "keyword.declaration.journey",
        Look::Constant => "constant.language.journey",
        Look::Operator => "keyword.operator.wordlike.journey",
        Look::Control => "keyword.control.journey",
    }
}

fn punctuation(vocabulary: &Vocabulary) -> Vec<Value> {
    let operators: Vec<String> = vocabulary
        .marks
        .iter()
        .filter(|mark| {
            !matches!(mark.as_str(), "{" | "}" | "(" | ")" | "[" | "]" | "," | ":" | ".")
        })
        .map(|mark| mark.chars().map(|letter| escaped(letter, Dialect::Common)).collect())
        .collect();
    vec![
        json!({ "name": "invalid.illegal.operator.journey", "match": "&&|\\|\\|" }),
        json!({ "name": "keyword.operator.symbol.journey", "match": operators.join("|") }),
        json!({ "name": "punctuation.separator.journey", "match": "[,:.]" }),
        json!({ "name": "punctuation.section.journey", "match": "[{}()\\[\\]]" }),
    ]
}

fn repository(vocabulary: &Vocabulary) -> Value {
    let stray = words(vocabulary.stray.iter().map(String::as_str), Dialect::Common);
    let quotes = json!({ "0": { "name": "punctuation.definition.string.journey" } });
    let braces = json!({ "0": { "name": "punctuation.section.embedded.journey" } });
    let section = json!({ "0": { "name": "punctuation.section.journey" } });
    let inside = json!([{ "include": "#escape" }, { "include": "#interpolation" }]);
    json!({
        "long_text": {
            "name": "string.quoted.triple.journey",
            "begin": "\"\"\"", "beginCaptures": quotes, "end": "\"\"\"", "endCaptures": quotes,
            "patterns": inside,
        },
        // Ends with its line, and at the beginning of the next if an expression in it was given up.
        "text": {
            "name": "string.quoted.double.journey",
            "begin": "\"", "beginCaptures": quotes, "end": "\"|$|^", "endCaptures": quotes,
            "patterns": inside,
        },
        // May run over lines; one that is never closed ends before a word that no expression contains.
        "interpolation": {
            "name": "meta.interpolation.journey",
            "begin": "\\{", "beginCaptures": braces,
            "end": format!("\\}}|^(?=\\s*{stray}(?!\\s*:))"), "endCaptures": braces,
            "patterns": [{ "include": "#record" }, { "include": "$self" }],
        },
        "record": {
            "begin": "\\{", "beginCaptures": section, "end": "\\}", "endCaptures": section,
            "patterns": [{ "include": "#record" }, { "include": "$self" }],
        },
        "escape": {
            "patterns": [
                {
                    "name": "constant.character.escape.journey",
                    "match": vocabulary.escape.to(Dialect::Common),
                },
                {
                    "name": "invalid.illegal.escape.journey",
                    "match": "\\\\u\\{[0-9A-Za-z]*\\}?|\\\\.|\\\\$",
                },
            ],
        },
    })
}
