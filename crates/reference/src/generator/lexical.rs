//! The insides of tokens: made, and recognised, character by character.

use pest_meta::ast::Expr;

use super::Generator;
use crate::random::Random;

/// What `ANY` can be: plain letters mostly, and what is likely to confuse a lexer.
const CHARACTERS: &[char] = &[
    'a', 'b', 'z', 'Q', '0', '7', ' ', '.', ',', '!', '/', '\'', '}', '(', ':', '-', 'é', '漢',
    '😀', '\t', '{', '"', '\\', '\n',
];

impl Generator {
    /// The text of a token.
    pub(super) fn token(&mut self, expr: &Expr, random: &mut Random) -> String {
        match expr {
            Expr::Str(text) => text.clone(),
            Expr::Range(from, to) => {
                let bounds = from.chars().next().zip(to.chars().next());
                let letters: Vec<char> = bounds.map_or(Vec::new(), |(a, b)| (a..=b).collect());
                random.pick(&letters).copied().map(String::from).unwrap_or_default()
            }
            Expr::Ident(name) if name == "ANY" => {
                random.pick(CHARACTERS).copied().map(String::from).unwrap_or_default()
            }
            Expr::Ident(name) => {
                self.visit(name);
                let inner = self.rules.get(name).cloned();
                inner.map(|rule| self.token(&rule.expr, random)).unwrap_or_default()
            }
            Expr::Seq(..) => {
                let (mut text, mut refused) = (String::new(), None);
                for part in super::sequence(expr) {
                    match (part, refused.take()) {
                        (Expr::NegPred(inner), _) => refused = Some(inner),
                        (part, Some(refused)) => {
                            text += &self.token_but(refused, part, random);
                        }
                        (part, None) => text += &self.token(part, random),
                    }
                }
                text
            }
            Expr::Choice(..) => {
                let mut alternatives = Vec::new();
                super::flatten(expr, &mut alternatives);
                let chosen = random.pick(&alternatives).copied();
                chosen.map(|chosen| self.token(chosen, random)).unwrap_or_default()
            }
            Expr::Opt(inner) if random.one_in(2) => self.token(inner, random),
            Expr::Rep(inner) => self.repeated(inner, 0, random),
            Expr::RepOnce(inner) => self.repeated(inner, 1, random),
            _ => String::new(),
        }
    }

    fn repeated(&mut self, inner: &Expr, least: usize, random: &mut Random) -> String {
        let times = least + random.below(3);
        (0..times).map(|_| self.token(inner, random)).collect()
    }

    /// `!refused ~ wanted` in a token. Where chance does not find one, nothing is made.
    fn token_but(&mut self, refused: &Expr, wanted: &Expr, random: &mut Random) -> String {
        for _ in 0..16 {
            let text = self.token(wanted, random);
            if self.matches(refused, &text).is_none() {
                return text;
            }
        }
        String::new()
    }

    /// How much of the beginning of `text` the expression matches, without blanks.
    pub(super) fn matches(&self, expr: &Expr, text: &str) -> Option<usize> {
        match expr {
            Expr::Str(wanted) => text.starts_with(wanted.as_str()).then_some(wanted.len()),
            Expr::Range(from, to) => {
                let letter = text.chars().next()?;
                let fits = from.chars().next()? <= letter && letter <= to.chars().next()?;
                fits.then_some(letter.len_utf8())
            }
            Expr::Ident(name) if name == "ANY" => text.chars().next().map(char::len_utf8),
            Expr::Ident(name) => self.matches(&self.rules.get(name)?.expr, text),
            Expr::Seq(left, right) => {
                let first = self.matches(left, text)?;
                Some(first + self.matches(right, text.get(first..)?)?)
            }
            Expr::Choice(left, right) => {
                self.matches(left, text).or_else(|| self.matches(right, text))
            }
            Expr::Opt(inner) => Some(self.matches(inner, text).unwrap_or(0)),
            Expr::Rep(inner) => self.matches_many(inner, text),
            Expr::RepOnce(inner) => self.matches_many(inner, text).filter(|length| *length > 0),
            Expr::NegPred(inner) => self.matches(inner, text).is_none().then_some(0),
            Expr::PosPred(inner) => self.matches(inner, text).map(|_| 0),
            _ => None,
        }
    }

    fn matches_many(&self, inner: &Expr, text: &str) -> Option<usize> {
        let mut length = 0;
        while let Some(more) = self.matches(inner, text.get(length..)?).filter(|more| *more > 0) {
            length += more;
        }
        Some(length)
    }
}
