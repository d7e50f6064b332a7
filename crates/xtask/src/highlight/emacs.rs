//! The keywords of `journey-mode`. Emacs cannot look around in a regular expression, so what stands around a
//! contextual keyword is a list, and `journey-mode.el` does the looking.

use super::NOTE;
use super::context::emacs_set;
use super::regex::{Dialect, words};
use super::words::{Before, Look, Named, TYPES, Vocabulary};

/// The file.
pub(crate) fn generate(vocabulary: &Vocabulary) -> String {
    let all = |found: &[String]| quoted(&words(found.iter().map(String::as_str), Dialect::Emacs));
    let reserved = vocabulary
        .reserved
        .iter()
        .map(|(look, found)| format!("({} . {})", called(*look), all(found)));
    let contextual = vocabulary.contextual.iter().map(|(place, found)| {
        let after = quoted(&place.after.to(Dialect::Emacs, vocabulary));
        format!("({} {} {} {after})", called(place.look), all(found), before(&place.before))
    });
    let introducing = vocabulary.introducing.iter().map(|((look, place, named), found)| {
        let (name, named) = match named {
            Named::Any => ("declared", "\\_<[A-Za-z_][0-9A-Za-z_]*".to_owned()),
            Named::Words(_) => ("referred", named.to(Dialect::Emacs, vocabulary)),
        };
        let (look, place) = (called(*look), before(place));
        format!("({look} {} {place} {name} {})", all(found), quoted(&named))
    });
    let literals = vocabulary
        .literals
        .iter()
        .map(|(called, form)| format!("({called} . {})", quoted(&form.to(Dialect::Emacs))));
    let types = quoted(&words(TYPES.iter().copied(), Dialect::Emacs));
    let any = vocabulary.reserved_words().into_iter();
    let stray = vocabulary.stray.iter().map(String::as_str);
    [
        format!(";;; journey-keywords.el --- what journey-mode highlights  -*- lexical-binding: t; -*-\n\n;; {NOTE}\n\n;;; Code:\n"),
        constant("reserved", "What a reserved word is, and the words.", reserved),
        constant(
            "contextual",
            "Keywords in their place only: what they are, the words, before, after.\n\
             Before is (only . REGEXP) or (not . REGEXP), looked for behind point.",
            contextual,
        ),
        constant("introducing", "Keywords behind which a name stands: what they are, the words, before, what the\nname is, and the name.", introducing),
        constant("literals", "The literals and what is none, in the order in which they are tried.", literals),
        constant("types", "The types.", [types].into_iter()),
        constant("any-reserved", "The words no name can be.", [quoted(&words(any, Dialect::Emacs))].into_iter()),
        constant("stray", "Words that no expression contains.", [quoted(&words(stray, Dialect::Emacs))].into_iter()),
        "(provide 'journey-keywords)\n;;; journey-keywords.el ends here\n".to_owned(),
    ]
    .join("\n")
}

fn constant(name: &str, documentation: &str, values: impl Iterator<Item = String>) -> String {
    let values: Vec<String> = values.collect();
    format!(
        "(defconst journey-keywords-{name}\n  '({})\n  {})\n",
        values.join("\n    "),
        quoted(documentation)
    )
}

fn called(look: Look) -> &'static str {
    match look {
        Look::Declaration => "declaration",
        Look::Constant => "constant",
        Look::Operator => "operator",
        Look::Control => "control",
    }
}

fn before(before: &Before) -> String {
    match before {
        Before::Not(marks) => format!("(not . {})", quoted(&format!("{}\\s-?", emacs_set(marks)))),
        Before::Only(..) => format!("(only . {})", quoted(&before.to(Dialect::Emacs))),
    }
}

/// A string of Emacs Lisp.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
