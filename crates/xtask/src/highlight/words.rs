//! What there is to highlight, by the grammar: keywords and where they are meant, literals, punctuation.

use std::collections::{BTreeMap, BTreeSet};

use pest_meta::ast::Expr;

use super::lexical::{malformed, rx};
use super::pairs::{Pairs, Token};
use super::regex::Rx;
use crate::codegen::model::{Model, PUNCTUATION, Role};

/// What a keyword is to the eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Look {
    /// Begins a declaration.
    Declaration,
    /// Is a value.
    Constant,
    /// Stands in expressions.
    Operator,
    /// Any other.
    Control,
}

/// Where a keyword is meant, by what stands around it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// What the keyword is to the eye.
    pub look: Look,
    /// What stands before it.
    pub before: Before,
    /// What stands behind it.
    pub after: After,
}

/// What stands before a keyword.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Before {
    /// One of these keywords, or one of these characters at the end of a literal.
    Only(Vec<String>, String),
    /// Anything but this punctuation.
    Not(Vec<char>),
}

/// What stands behind a keyword.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct After {
    /// Keywords. If there is a name, those it could not be taken for.
    pub words: Vec<String>,
    /// Whether a name.
    pub name: bool,
    /// Whether a literal.
    pub literal: bool,
    /// Beginnings of anything else.
    pub marks: Vec<String>,
    /// Whether the line may end.
    pub end: bool,
}

/// What stands behind a keyword that is no keyword itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Named {
    /// Always a name.
    Any,
    /// A name, even if it is one of these contextual keywords.
    Words(Vec<String>),
}

/// A literal: what it is called, and its form.
pub(crate) type Literal = (&'static str, Rx);

/// Everything there is to highlight.
pub(crate) struct Vocabulary {
    /// The words no name can be, by what they are.
    pub reserved: BTreeMap<Look, Vec<String>>,
    /// Keywords that mean something in their place only, by that place.
    pub contextual: BTreeMap<Place, Vec<String>>,
    /// Keywords behind which a name stands, by their own place and what the name is.
    pub introducing: BTreeMap<(Look, Before, Named), Vec<String>>,
    /// The reserved words that no expression contains.
    pub stray: Vec<String>,
    /// The literals, and what is none, in the order in which they are tried.
    pub literals: Vec<Literal>,
    /// A backslash in a text, with what belongs to it.
    pub escape: Rx,
    /// The punctuation, longest first.
    pub marks: Vec<String>,
}

/// What is called a literal and is none.
pub(crate) const MALFORMED: &str = "malformed";

/// What the literals of the grammar are called.
const LITERALS: &[(&str, &str)] = &[
    ("time_lit", "time"),
    ("date_lit", "date"),
    ("timeofday_lit", "timeofday"),
    ("duration_lit", "duration"),
    ("number_lit", "number"),
    ("int_lit", "integer"),
];

/// The types there are, as words; a test compares them with those of the checker.
pub(crate) const TYPES: &[&str] = &[
    "bool",
    "date",
    "duration",
    "int",
    "json",
    "list",
    "number",
    "text",
    "time",
    "timeofday",
    "weekday",
];

impl Vocabulary {
    /// What `model` says.
    pub(crate) fn of(model: &Model) -> Vocabulary {
        let pairs = Pairs::of(model);
        let roles = Roles::of(model);
        let keywords = model.rules.iter().filter(|rule| matches!(rule.role, Role::Keyword));
        let mut all: Vec<String> =
            keywords.map(|rule| rule.name.trim_start_matches("kw_").to_owned()).collect();
        all.sort();
        let contextual: Vec<String> =
            all.iter().filter(|word| !model.reserved.contains(word)).cloned().collect();
        let mut found = Vocabulary {
            reserved: BTreeMap::new(),
            contextual: BTreeMap::new(),
            introducing: BTreeMap::new(),
            stray: Vec::new(),
            literals: Vec::new(),
            escape: Rx::Any(Vec::new()),
            marks: marks(),
        };
        for word in all {
            let look = roles.look(&word);
            let (before, after) = (before(&pairs, &word), pairs.after(&word));
            if let Some(named) = named(look, &after, &contextual) {
                let place = (look, before.clone(), named);
                found.introducing.entry(place).or_default().push(word.clone());
            }
            if model.reserved.contains(&word) {
                if !roles.in_expressions.contains(&word) {
                    found.stray.push(word.clone());
                }
                found.reserved.entry(look).or_default().push(word);
            } else {
                let after = behind(&after, &model.reserved);
                found.contextual.entry(Place { look, before, after }).or_default().push(word);
            }
        }
        for (rule, called) in LITERALS {
            found.literals.extend(malformed(called).map(|form| (MALFORMED, form)));
            found.literals.extend(model.rule(rule).map(|rule| (*called, rx(model, &rule.expr))));
        }
        found.escape = model.rule("escape").map_or(found.escape, |rule| rx(model, &rule.expr));
        found
    }

    /// The words no name can be.
    pub(crate) fn reserved_words(&self) -> Vec<&str> {
        let mut words: Vec<&str> = self.reserved.values().flatten().map(String::as_str).collect();
        words.sort_unstable();
        words
    }
}

/// Which keywords begin declarations, are values, stand in expressions.
struct Roles {
    declaring: BTreeSet<String>,
    constants: BTreeSet<String>,
    in_expressions: BTreeSet<String>,
}

impl Roles {
    fn of(model: &Model) -> Roles {
        let mut roles = Roles {
            declaring: BTreeSet::new(),
            constants: BTreeSet::new(),
            in_expressions: BTreeSet::new(),
        };
        for rule in &model.rules {
            let mut words = Vec::new();
            keywords(&rule.expr, &mut words);
            if rule.name.ends_with("_decl") {
                roles.declaring.extend(words.into_iter().take(1));
            } else if rule.name == "literal" || rule.name == "presence_op" {
                // `is set` reads like `== unset`.
                roles.constants.extend(words.into_iter().filter(|word| word != "is"));
            }
        }
        let mut seen = BTreeSet::new();
        reach(model, "expr", &mut seen, &mut roles.in_expressions);
        roles
    }

    fn look(&self, word: &str) -> Look {
        if self.declaring.contains(word) {
            Look::Declaration
        } else if self.constants.contains(word) {
            Look::Constant
        } else if self.in_expressions.contains(word) {
            Look::Operator
        } else {
            Look::Control
        }
    }
}

/// The keywords of all rules that `from` can contain.
fn reach(model: &Model, from: &str, seen: &mut BTreeSet<String>, found: &mut BTreeSet<String>) {
    let Some(rule) = model.rule(from) else { return };
    if matches!(rule.role, Role::Token | Role::Lexical) || !seen.insert(from.to_owned()) {
        return;
    }
    if let Some(word) = from.strip_prefix("kw_") {
        found.insert(word.to_owned());
    }
    for name in names(&rule.expr) {
        reach(model, &name, seen, found);
    }
}

fn names(expr: &Expr) -> Vec<String> {
    expr.iter_top_down()
        .filter_map(|part| match part {
            Expr::Ident(name) => Some(name),
            _ => None,
        })
        .collect()
}

fn keywords(expr: &Expr, found: &mut Vec<String>) {
    let all = names(expr).into_iter();
    found.extend(all.filter_map(|name| name.strip_prefix("kw_").map(str::to_owned)));
}

fn before(pairs: &Pairs, word: &str) -> Before {
    let before = pairs.before(word);
    let mut words = Vec::new();
    let mut ends = BTreeSet::new();
    for token in &before {
        match token {
            Token::Keyword(word) => words.push(word.clone()),
            Token::Literal(rule) if rule == "duration_lit" => ends.extend("dhmsw".chars()),
            Token::Literal(rule) if matches!(rule.as_str(), "timeofday_lit" | "int_lit") => {
                ends.extend("0123456789".chars());
            }
            // Could be anywhere, but for what no keyword of this kind stands behind.
            _ => {
                let can = |mark: char| {
                    before.contains(&Token::Mark(mark.to_string()))
                        || mark == '.' && before.contains(&Token::Mark("..".to_owned()))
                };
                let single = PUNCTUATION.iter().filter_map(|(mark, _)| single(mark));
                let mut not: Vec<char> = single.filter(|mark| !can(*mark)).collect();
                not.sort_unstable();
                return Before::Not(not);
            }
        }
    }
    Before::Only(words, ends.into_iter().collect())
}

/// What name stands behind a keyword, if the word behind it can be told to be one.
fn named(look: Look, after: &BTreeSet<&Token>, contextual: &[String]) -> Option<Named> {
    let names = after.iter().any(|token| matches!(token, Token::Name | Token::Word));
    let ends = after.contains(&Token::Mark("}".to_owned()));
    if !names || ends {
        return None;
    }
    let only = |token: &&Token| matches!(token, Token::Name | Token::Word | Token::Mark(_));
    if look == Look::Declaration && after.iter().all(only) {
        return Some(Named::Any);
    }
    let is_keyword = |word: &&String| after.contains(&Token::Keyword((*word).clone()));
    Some(Named::Words(contextual.iter().filter(|word| !is_keyword(word)).cloned().collect()))
}

/// The character, if there is but one.
pub(super) fn single(mark: &str) -> Option<char> {
    let mut letters = mark.chars();
    letters.next().filter(|_| letters.next().is_none())
}

fn behind(after: &BTreeSet<&Token>, reserved: &[String]) -> After {
    let name = after.iter().any(|token| matches!(token, Token::Name | Token::Word));
    let mut found =
        After { words: Vec::new(), name, literal: false, marks: Vec::new(), end: false };
    for token in after {
        match token {
            Token::Keyword(word) if !name || reserved.contains(word) => {
                found.words.push(word.clone());
            }
            Token::Literal(_) => found.literal = true,
            Token::Text => found.marks.push("\"".to_owned()),
            Token::Mark(mark) => {
                // What ends a block can stand on the next line, and then the line ends.
                found.end |= mark == "}";
                found.marks.push(mark.clone());
            }
            Token::Doc => found.end = true,
            _ => {}
        }
    }
    found
}

/// The punctuation, longest first.
fn marks() -> Vec<String> {
    let mut marks: Vec<String> = PUNCTUATION.iter().map(|(mark, _)| (*mark).to_owned()).collect();
    marks.sort_by_key(|mark| std::cmp::Reverse(mark.len()));
    marks
}
