//! The syntax file of Vim and Neovim.
//!
//! Of several patterns that fit at a place Vim takes the one that is defined last, so the most general come first.

use super::NOTE;
use super::regex::{Dialect, escaped, words};
use super::words::{Look, MALFORMED, Named, TYPES, Vocabulary};

const WORD: &str = "[A-Za-z_][0-9A-Za-z_]*";

/// How groups of ours look by default.
const LINKS: &[(&str, &str)] = &[
    ("Comment", "Comment"),
    ("Doc", "SpecialComment"),
    ("Text", "String"),
    ("LongText", "String"),
    ("Escape", "SpecialChar"),
    ("BadEscape", "Error"),
    ("Brace", "Special"),
    ("Declaration", "Structure"),
    ("DeclarationOf", "Structure"),
    ("Declared", "Type"),
    ("Keyword", "Statement"),
    ("KeywordOf", "Statement"),
    ("Word", "Operator"),
    ("WordOf", "Operator"),
    ("Constant", "Constant"),
    ("Type", "Type"),
    ("Call", "Function"),
    ("Label", "Identifier"),
    ("Attribute", "PreProc"),
    ("Literal", "Number"),
    ("Malformed", "Error"),
    ("Operator", "Operator"),
    ("Delimiter", "Delimiter"),
];

/// The groups that an expression in a text is made of.
const CODE: &[&str] = &[
    "Malformed",
    "Delimiter",
    "Operator",
    "Name",
    "Call",
    "Declaration",
    "DeclarationOf",
    "Keyword",
    "KeywordOf",
    "Word",
    "WordOf",
    "Constant",
    "Type",
    "Label",
    "Property",
    "Attribute",
    "Literal",
    "Comment",
    "Doc",
    "Text",
    "LongText",
    "Record",
];

/// The file.
pub(crate) fn generate(vocabulary: &Vocabulary) -> String {
    let mut lines = vec![
        format!("\" {NOTE}"),
        "if exists('b:current_syntax')".to_owned(),
        "  finish".to_owned(),
        "endif".to_owned(),
        String::new(),
        "syntax case match".to_owned(),
        "syntax sync minlines=300".to_owned(),
        String::new(),
    ];
    lines.push(matched("Malformed", "\\S", ""));
    lines.extend(punctuation(vocabulary));
    lines.push(matched("Malformed", "[&]{2}|[|]{2}", ""));
    lines.push(matched("Name", WORD, ""));
    lines.push(matched("Call", &format!("{WORD}\\ze[(]"), ""));
    lines.extend(keywords(vocabulary));
    lines.push(String::new());
    let types = words(TYPES.iter().copied(), Dialect::Vim);
    lines.push(matched("Type", &format!("%([:<]\\s?)@2<={types}"), ""));
    lines.push(matched("Label", &format!("<{WORD}\\ze\\s*:"), ""));
    lines.push(matched("Property", &format!("[.]@1<![.]\\s*{WORD}"), "contains=journeyDelimiter"));
    lines.push(matched("Attribute", &format!("[@]\\s*{WORD}"), "contains=journeyDelimiter"));
    lines.push(String::new());
    // In the other direction: the last one wins.
    for (called, form) in vocabulary.literals.iter().rev() {
        let group = if *called == MALFORMED { "Malformed" } else { "Literal" };
        lines.push(matched(group, &format!("<%({})", form.to(Dialect::Vim)), ""));
    }
    lines.push(String::new());
    lines.extend(texts(vocabulary));
    lines.push(String::new());
    let links = LINKS.iter();
    lines.extend(
        links.map(|(ours, theirs)| format!("highlight default link journey{ours} {theirs}")),
    );
    lines.extend([String::new(), "let b:current_syntax = 'journey'".to_owned()]);
    lines.join("\n") + "\n"
}

/// `#` is no character of the language.
fn matched(group: &str, pattern: &str, options: &str) -> String {
    format!("syntax match journey{group} #\\v{pattern}# {options}").trim_end().to_owned()
}

fn group(look: Look) -> &'static str {
    match look {
        Look::Declaration => "Declaration",
        Look::Constant => "Constant",
        Look::Operator => "Word",
        Look::Control => "Keyword",
    }
}

fn keywords(vocabulary: &Vocabulary) -> Vec<String> {
    let vim = Dialect::Vim;
    let mut lines = Vec::new();
    for (look, found) in &vocabulary.reserved {
        let found = words(found.iter().map(String::as_str), vim);
        lines.push(matched(group(*look), &found, ""));
    }
    for (place, found) in &vocabulary.contextual {
        let before = place.before.to(vim);
        let found = words(found.iter().map(String::as_str), vim);
        let after = place.after.to(vim, vocabulary);
        lines.push(matched(group(place.look), &format!("{before}{found}%({after})@="), ""));
    }
    for ((look, before, named), found) in &vocabulary.introducing {
        let before = before.to(vim);
        let found = words(found.iter().map(String::as_str), vim);
        let name = named.to(vim, vocabulary);
        let next = if *named == Named::Any { "Declared" } else { "Referred" };
        lines.push(matched(
            &format!("{}Of", group(*look)),
            &format!("{before}{found}%(\\s+{name})@="),
            &format!("nextgroup=journey{next} skipwhite"),
        ));
    }
    lines.push(matched("Declared", WORD, "contained"));
    lines.push(matched("Referred", WORD, "contained"));
    lines
}

fn punctuation(vocabulary: &Vocabulary) -> Vec<String> {
    let delimiter = |mark: &&String| {
        matches!(mark.as_str(), "{" | "}" | "(" | ")" | "[" | "]" | "," | ":" | "." | "@")
    };
    let pattern = |marks: Vec<&String>| -> String {
        let each =
            marks.iter().map(|mark| mark.chars().map(|c| escaped(c, Dialect::Vim)).collect());
        each.collect::<Vec<String>>().join("|")
    };
    let (delimiters, operators): (Vec<&String>, Vec<&String>) =
        vocabulary.marks.iter().partition(delimiter);
    vec![
        matched("Delimiter", &pattern(delimiters), ""),
        matched("Operator", &pattern(operators), ""),
    ]
}

fn texts(vocabulary: &Vocabulary) -> Vec<String> {
    let stray = words(vocabulary.stray.iter().map(String::as_str), Dialect::Vim);
    let code = CODE.iter().map(|group| format!("journey{group}")).collect::<Vec<String>>();
    let inside = "contains=journeyEscape,journeyBadEscape,journeyInterpolation,@Spell";
    vec![
        "syntax match journeyComment #//.*$# contains=@Spell".to_owned(),
        "syntax match journeyDoc #///\\%(/\\)\\@!.*$# contains=@Spell".to_owned(),
        format!("syntax region journeyText start=#\"# end=#\"\\|$\\|^# {inside}"),
        format!("syntax region journeyLongText start=#\"\"\"# end=#\"\"\"# {inside}"),
        matched("BadEscape", "\\\\%(u\\{[0-9A-Za-z]*\\}?|.)", "contained"),
        matched("Escape", &vocabulary.escape.to(Dialect::Vim), "contained"),
        // One that is never closed ends before a word that no expression contains.
        format!(
            "syntax region journeyInterpolation matchgroup=journeyBrace start=#{{# end=#}}# \
             end=#\\v^\\ze\\s*{stray}%(\\s*:)@!# contained contains=@journeyCode"
        ),
        "syntax region journeyRecord matchgroup=journeyDelimiter start=#{# end=#}# contained \
         contains=@journeyCode"
            .to_owned(),
        format!("syntax cluster journeyCode contains={}", code.join(",")),
    ]
}
