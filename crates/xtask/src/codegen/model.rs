//! What each rule of the grammar becomes in the syntax tree.

use std::collections::BTreeMap;

use pest_meta::ast::{Expr, Rule, RuleType};
use pest_meta::parser::{self, Rule as Meta};

use super::CodegenError;

/// The grammar, with the role of each rule.
pub(crate) struct Model {
    /// The rules in the order of the file.
    pub rules: Vec<ModelRule>,
    /// The words no name can be.
    pub reserved: Vec<String>,
    by_name: BTreeMap<String, usize>,
}

/// A rule and what it becomes.
pub(crate) struct ModelRule {
    /// Its name in the grammar.
    pub name: String,
    /// The comment above it.
    pub docs: Vec<String>,
    /// Its definition, as written.
    pub source: String,
    /// What it becomes.
    pub role: Role,
    /// Its definition, as parsed.
    pub expr: Expr,
}

/// What a rule becomes.
pub(crate) enum Role {
    /// A token whose text is always the same word.
    Keyword,
    /// A token.
    Token,
    /// A node with a typed view of its own.
    Node,
    /// No node; a reference to it is a reference to any expression.
    Ladder,
    /// No node; an enum of the views of these rules.
    Union(Vec<String>),
    /// No node and no name: what it contains belongs to the rule that refers to it.
    Inline,
    /// Part of tokens only.
    Lexical,
}

/// Something a rule can contain: a token, a node or one of several nodes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// A token of this kind.
    Token(String),
    /// The node of this rule.
    Node(String),
    /// A node of this union.
    Union(String),
    /// A node of any expression.
    Expr,
}

/// How often a part can stand in its rule.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Count {
    /// At most once.
    One,
    /// Any number of times.
    Many,
}

/// The punctuation and what its kinds are called.
pub(crate) const PUNCTUATION: &[(&str, &str)] = &[
    ("{", "L_BRACE"),
    ("}", "R_BRACE"),
    ("(", "L_PAREN"),
    (")", "R_PAREN"),
    ("[", "L_BRACKET"),
    ("]", "R_BRACKET"),
    ("<", "LT"),
    (">", "GT"),
    ("=", "EQ"),
    ("=>", "FAT_ARROW"),
    ("==", "EQ_EQ"),
    ("!=", "BANG_EQ"),
    ("<=", "LT_EQ"),
    (">=", "GT_EQ"),
    ("+", "PLUS"),
    ("-", "MINUS"),
    ("*", "STAR"),
    ("/", "SLASH"),
    ("%", "PERCENT_SIGN"),
    (":", "COLON"),
    (",", "COMMA"),
    (".", "DOT"),
    ("..", "DOT_DOT"),
    ("?", "QUESTION"),
    ("??", "QUESTION_QUESTION"),
    ("|", "PIPE"),
    ("@", "AT_SIGN"),
];

/// Rules that only tokens refer to. Those that are silent cannot be told from the rest by their
/// form, so they are listed.
const LEXICAL: &[&str] = &[
    "word_start",
    "word_char",
    "exponent",
    "digits",
    "digit",
    "two",
    "hour_minute",
    "year_month_day",
    "escape",
    "hex",
    "WHITESPACE",
    "COMMENT",
];

impl Model {
    /// Reads the grammar.
    pub(crate) fn read(source: &str) -> Result<Model, CodegenError> {
        let pairs = parser::parse(Meta::grammar_rules, source).map_err(|e| invalid(&[e]))?;
        pest_meta::validator::validate_pairs(pairs.clone()).map_err(|e| invalid(&e))?;
        let mut written: BTreeMap<String, (Vec<String>, String)> = BTreeMap::new();
        let mut docs = Vec::new();
        for pair in pairs.clone().filter(|pair| pair.as_rule() == Meta::grammar_rule) {
            // A line comment is a `grammar_rule` of its own and stands before the rule it is for.
            let text = pair.as_str();
            if let Some(doc) = text.strip_prefix("///") {
                docs.push(doc.trim().to_owned());
            } else if let Some((name, _)) = text.split_once('=') {
                let docs = std::mem::take(&mut docs);
                written.insert(name.trim().to_owned(), (docs, text.trim().to_owned()));
            }
        }
        let parsed = parser::consume_rules(pairs).map_err(|e| invalid(&e))?;
        let reserved = parsed.iter().find(|rule| rule.name == "reserved");
        let mut words = Vec::new();
        if let Some(rule) = reserved {
            strings(&rule.expr, &mut words);
        }
        let rules = parsed
            .into_iter()
            .map(|rule| {
                let (docs, source) = written.remove(&rule.name).unwrap_or_default();
                let role = role(&rule)?;
                Ok(ModelRule { name: rule.name, docs, source, role, expr: rule.expr })
            })
            .collect::<Result<Vec<_>, CodegenError>>()?;
        let by_name = rules.iter().enumerate().map(|(at, rule)| (rule.name.clone(), at)).collect();
        Ok(Model { rules, reserved: words, by_name })
    }

    /// The rule called `name`.
    pub(crate) fn rule(&self, name: &str) -> Option<&ModelRule> {
        self.by_name.get(name).and_then(|at| self.rules.get(*at))
    }

    /// The nodes an expression can be: every level of the ladder and every primary, each once.
    pub(crate) fn expressions(&self) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for rule in &self.rules {
            match rule.role {
                Role::Node if is_ladder(&rule.name) => found.push(rule.name.clone()),
                Role::Ladder => found.extend(
                    alternatives(&rule.expr).into_iter().flatten().filter(|name| !is_ladder(name)),
                ),
                _ => {}
            }
        }
        found
    }

    /// What `rule` can contain, in order of first appearance.
    pub(crate) fn parts(&self, rule: &ModelRule) -> Result<Vec<(Part, Count)>, CodegenError> {
        self.parts_of(&rule.name, &rule.expr)
    }

    fn parts_of(&self, rule: &str, expr: &Expr) -> Result<Vec<(Part, Count)>, CodegenError> {
        Ok(match expr {
            Expr::Str(text) => vec![(Part::Token(literal_kind(rule, text)?), Count::One)],
            Expr::Ident(name) => match self.rule(name).map(|found| (&found.role, found)) {
                Some((Role::Keyword | Role::Token, _)) => {
                    vec![(Part::Token(token_kind(name)), Count::One)]
                }
                Some((Role::Node, _)) if is_ladder(name) => vec![(Part::Expr, Count::One)],
                Some((Role::Node, _)) => vec![(Part::Node(name.clone()), Count::One)],
                Some((Role::Ladder, _)) => vec![(Part::Expr, Count::One)],
                Some((Role::Union(_), _)) => vec![(Part::Union(name.clone()), Count::One)],
                Some((Role::Inline, found)) => self.parts_of(rule, &found.expr)?,
                Some((Role::Lexical, _)) | None => Vec::new(),
            },
            Expr::Seq(left, right) => merge(
                self.parts_of(rule, left)?,
                self.parts_of(rule, right)?,
                // What stands on both sides of a sequence stands twice.
                |_, _| Count::Many,
            ),
            Expr::Choice(left, right) => {
                merge(self.parts_of(rule, left)?, self.parts_of(rule, right)?, |a, b| {
                    if a == Count::Many { a } else { b }
                })
            }
            Expr::Opt(inner) => self.parts_of(rule, inner)?,
            Expr::Rep(inner) | Expr::RepOnce(inner) => {
                let parts = self.parts_of(rule, inner)?;
                parts.into_iter().map(|(part, _)| (part, Count::Many)).collect()
            }
            Expr::PosPred(_) | Expr::NegPred(_) => Vec::new(),
            other => {
                let message = format!("the generator does not know this form: {other}");
                return Err(CodegenError::Convention { rule: rule.to_owned(), message });
            }
        })
    }
}

fn invalid(errors: &[impl ToString]) -> CodegenError {
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    CodegenError::Grammar(lines.join("\n"))
}

/// Whether a reference to the rule means any expression.
fn is_ladder(name: &str) -> bool {
    name == "expr" || name == "primary" || name.ends_with("_chain")
}

/// The kind of the token that a rule makes.
pub(crate) fn token_kind(rule: &str) -> String {
    if rule == "word" { "IDENT".to_owned() } else { rule.to_uppercase() }
}

/// The kind of a literal of the grammar. Quotes and braces in texts have kinds of their own.
fn literal_kind(rule: &str, text: &str) -> Result<String, CodegenError> {
    let kind = match (rule, text) {
        ("text", "\"\"\"") => Some("LONG_QUOTE"),
        ("text", "\"") => Some("TEXT_QUOTE"),
        ("interpolation", "{") => Some("INTERP_OPEN"),
        ("interpolation", "}") => Some("INTERP_CLOSE"),
        _ => PUNCTUATION.iter().find(|(spelling, _)| *spelling == text).map(|(_, kind)| *kind),
    };
    kind.map(str::to_owned).ok_or_else(|| CodegenError::Convention {
        rule: rule.to_owned(),
        message: format!("{text:?} is no punctuation the generator knows; words need a kw_ rule"),
    })
}

fn role(rule: &Rule) -> Result<Role, CodegenError> {
    let name = rule.name.as_str();
    Ok(match rule.ty {
        _ if LEXICAL.contains(&name) || name == "reserved" => Role::Lexical,
        RuleType::Atomic if name.starts_with("kw_") => Role::Keyword,
        RuleType::Atomic => Role::Token,
        RuleType::Silent if is_ladder(name) => Role::Ladder,
        RuleType::Silent => match alternatives(&rule.expr) {
            Some(names) if names.len() > 1 => Role::Union(names),
            _ => Role::Inline,
        },
        RuleType::Normal | RuleType::CompoundAtomic | RuleType::NonAtomic => {
            if name.starts_with("kw_") || name.ends_with("_lit") {
                let message = "a keyword or literal must be a token: write @{ … }".to_owned();
                return Err(CodegenError::Convention { rule: name.to_owned(), message });
            }
            Role::Node
        }
    })
}

/// The names of a choice of nothing but names.
fn alternatives(expr: &Expr) -> Option<Vec<String>> {
    match expr {
        Expr::Ident(name) => Some(vec![name.clone()]),
        Expr::Choice(left, right) => {
            let mut names = alternatives(left)?;
            names.extend(alternatives(right)?);
            Some(names)
        }
        _ => None,
    }
}

fn merge(
    mut left: Vec<(Part, Count)>,
    right: Vec<(Part, Count)>,
    both: impl Fn(Count, Count) -> Count,
) -> Vec<(Part, Count)> {
    for (part, count) in right {
        match left.iter_mut().find(|(known, _)| *known == part) {
            Some((_, known)) => *known = both(*known, count),
            None => left.push((part, count)),
        }
    }
    left
}

/// The literal strings of an expression, in order.
fn strings(expr: &Expr, found: &mut Vec<String>) {
    match expr {
        Expr::Str(text) => found.push(text.clone()),
        Expr::Seq(left, right) | Expr::Choice(left, right) => {
            strings(left, found);
            strings(right, found);
        }
        _ => {}
    }
}
