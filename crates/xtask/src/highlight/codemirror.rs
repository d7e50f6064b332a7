//! The stream parser for CodeMirror: tables from the grammar in front of a program that is always the same.

use serde_json::json;

use super::NOTE;
use super::regex::{Dialect, escaped, words};
use super::words::{Look, MALFORMED, Named, TYPES, Vocabulary};

/// What reads the tables.
const PROGRAM: &str = include_str!("codemirror.ts");

const WORD: &str = "[A-Za-z_][0-9A-Za-z_]*";

/// The file.
pub(crate) fn generate(vocabulary: &Vocabulary) -> String {
    let common = Dialect::Common;
    let mut rows: Vec<(String, &str, Option<&str>)> = Vec::new();
    rows.extend(vocabulary.literals.iter().map(|(called, form)| {
        (form.to(common), if *called == MALFORMED { "invalid" } else { "number" }, None)
    }));
    rows.push((format!("{WORD}(?=\\s*:)"), "propertyName", None));
    rows.push((format!("(?<=(?<!\\.)\\.\\s*){WORD}"), "propertyName", None));
    rows.push((format!("(?<=@\\s*){WORD}"), "attributeName", None));
    for ((look, before, named), introducing) in &vocabulary.introducing {
        let before = before.to(common);
        let introducing = words(introducing.iter().map(String::as_str), common);
        let name = named.to(common, vocabulary);
        let next = if *named == Named::Any { "typeName" } else { "variableName" };
        rows.push((format!("{before}{introducing}(?=\\s+{name})"), called(*look), Some(next)));
    }
    rows.push((format!("(?<=[:<]\\s?){}", words(TYPES.iter().copied(), common)), "typeName", None));
    for (place, found) in &vocabulary.contextual {
        let before = place.before.to(common);
        let found = words(found.iter().map(String::as_str), common);
        let after = place.after.to(common, vocabulary);
        rows.push((format!("{before}{found}(?={after})"), called(place.look), None));
    }
    for (look, found) in &vocabulary.reserved {
        rows.push((words(found.iter().map(String::as_str), common), called(*look), None));
    }
    rows.push((WORD.to_owned(), "variableName", None));
    let marks = vocabulary.marks.iter().filter(|mark| !matches!(mark.as_str(), "{" | "}"));
    let marks = marks.map(|mark| mark.chars().map(|c| escaped(c, common)).collect::<String>());
    rows.push(("&&|\\|\\|".to_owned(), "invalid", None));
    rows.push((marks.collect::<Vec<String>>().join("|"), "operator", None));
    let row = |(form, name, next): &(String, &str, Option<&str>)| {
        let next = next.map(|next| format!(", {}", json!(next))).unwrap_or_default();
        format!("  [{}, {}{next}],", json!(form), json!(name))
    };
    let rows: Vec<String> = rows.iter().map(row).collect();
    let escape = vocabulary.escape.to(common);
    let stray = words(vocabulary.stray.iter().map(String::as_str), common);
    format!(
        "// {NOTE}\n\n/** What fits at a place, the first that does: its form, what it is called, and what the word behind it is. */\n\
         const ROWS: ReadonlyArray<readonly [form: string, name: string, next?: string]> = [\n{}\n];\n\n\
         /** A backslash in a text, with what belongs to it. */\nconst ESCAPE = {};\n\n\
         /** A word that no expression contains. */\nconst STRAY = {};\n\n{PROGRAM}",
        rows.join("\n"),
        json!(escape),
        json!(format!("\\s*{stray}(?!\\s*:)")),
    )
}

fn called(look: Look) -> &'static str {
    match look {
        Look::Declaration => "definitionKeyword",
        Look::Constant => "atom",
        Look::Operator => "operatorKeyword",
        Look::Control => "controlKeyword",
    }
}
