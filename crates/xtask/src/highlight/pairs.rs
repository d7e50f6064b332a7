//! Which token can stand next to which, by the grammar.
//!
//! A highlighter sees a word and its neighbours. Whether a contextual keyword is meant can mostly be told from those:
//! behind `inside` only `ignore`, `restart` and `refresh` come, before a `.` none does.

use std::collections::{BTreeMap, BTreeSet};

use pest_meta::ast::Expr;

use crate::codegen::model::{Model, Role};

/// A token, as a neighbour.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Token {
    /// A keyword, by its word.
    Keyword(String),
    /// A word that is not reserved.
    Name,
    /// Any word.
    Word,
    /// A text.
    Text,
    /// A literal, by its rule.
    Literal(String),
    /// A doc comment.
    Doc,
    /// Punctuation.
    Mark(String),
}

/// The tokens that can begin or end something, and whether it can be nothing.
#[derive(Clone, Default, PartialEq, Eq)]
struct Ends {
    first: BTreeSet<Token>,
    last: BTreeSet<Token>,
    nullable: bool,
}

/// The neighbours of each token.
pub(crate) struct Pairs {
    pairs: BTreeSet<(Token, Token)>,
}

impl Pairs {
    /// What `model` says.
    pub(crate) fn of(model: &Model) -> Pairs {
        let mut search = Search { model, ends: BTreeMap::new(), pairs: BTreeSet::new() };
        // Sets grow until they do not: rules refer to each other in circles.
        loop {
            let before = search.ends.clone();
            for rule in &model.rules {
                if !is_token(&rule.name, &rule.role) {
                    let found = search.ends_of(&rule.expr);
                    search.ends.insert(rule.name.clone(), found);
                }
            }
            if before == search.ends {
                return Pairs { pairs: search.pairs };
            }
        }
    }

    /// What can follow a keyword.
    pub(crate) fn after(&self, word: &str) -> BTreeSet<&Token> {
        let is_word = |token: &Token| matches!(token, Token::Keyword(found) if found == word);
        self.pairs.iter().filter(|(left, _)| is_word(left)).map(|(_, right)| right).collect()
    }

    /// What can precede a keyword.
    pub(crate) fn before(&self, word: &str) -> BTreeSet<&Token> {
        let is_word = |token: &Token| matches!(token, Token::Keyword(found) if found == word);
        self.pairs.iter().filter(|(_, right)| is_word(right)).map(|(left, _)| left).collect()
    }
}

fn is_token(name: &str, role: &Role) -> bool {
    let leaf = matches!(role, Role::Keyword | Role::Token | Role::Lexical);
    leaf || matches!(name, "name" | "any_name" | "text" | "interpolation")
}

struct Search<'m> {
    model: &'m Model,
    ends: BTreeMap<String, Ends>,
    pairs: BTreeSet<(Token, Token)>,
}

impl Search<'_> {
    fn ends_of(&mut self, expr: &Expr) -> Ends {
        match expr {
            Expr::Str(text) => single(Token::Mark(text.clone())),
            Expr::Ident(name) => self.named(name),
            Expr::Seq(left, right) => {
                let (left, right) = (self.ends_of(left), self.ends_of(right));
                self.meet(&left.last, &right.first);
                let mut first = left.first;
                let mut last = right.last;
                if left.nullable {
                    first.extend(right.first);
                }
                if right.nullable {
                    last.extend(left.last);
                }
                Ends { first, last, nullable: left.nullable && right.nullable }
            }
            Expr::Choice(left, right) => {
                let (mut left, right) = (self.ends_of(left), self.ends_of(right));
                left.first.extend(right.first);
                left.last.extend(right.last);
                left.nullable |= right.nullable;
                left
            }
            Expr::Opt(inner) => Ends { nullable: true, ..self.ends_of(inner) },
            Expr::Rep(inner) => Ends { nullable: true, ..self.repeated(inner) },
            Expr::RepOnce(inner) => self.repeated(inner),
            // Only looks: nothing stands there.
            _ => Ends { nullable: true, ..Ends::default() },
        }
    }

    fn repeated(&mut self, inner: &Expr) -> Ends {
        let ends = self.ends_of(inner);
        self.meet(&ends.last, &ends.first);
        ends
    }

    fn meet(&mut self, left: &BTreeSet<Token>, right: &BTreeSet<Token>) {
        for before in left {
            self.pairs.extend(right.iter().map(|after| (before.clone(), after.clone())));
        }
    }

    fn named(&self, name: &str) -> Ends {
        match name {
            "name" => single(Token::Name),
            "any_name" | "word" => single(Token::Word),
            "text" => single(Token::Text),
            "doc" => single(Token::Doc),
            _ => match self.model.rule(name).map(|rule| &rule.role) {
                Some(Role::Keyword) => {
                    single(Token::Keyword(name.trim_start_matches("kw_").to_owned()))
                }
                Some(Role::Token) => single(Token::Literal(name.to_owned())),
                // The start and the end of the file.
                None => Ends { nullable: true, ..Ends::default() },
                _ => self.ends.get(name).cloned().unwrap_or_default(),
            },
        }
    }
}

fn single(token: Token) -> Ends {
    Ends { first: BTreeSet::from([token.clone()]), last: BTreeSet::from([token]), nullable: false }
}
