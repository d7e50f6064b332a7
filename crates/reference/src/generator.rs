//! Makes sentences by walking the grammar.
//!
//! Each sentence has an aim, a rule that it is to contain: the walk goes straight to it, and all
//! else is decided by chance until the sentence has its size; from then on the shortest way out
//! is taken. Predicates are heeded where they can be checked on what was just made. A grammar of
//! ordered choices can still refuse what it generates (an earlier alternative may have taken the
//! beginning), so the oracle has the last word.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use pest_meta::ast::{Expr, Rule, RuleType};

use crate::random::Random;

mod lexical;
mod render;

pub use render::{Piece, render};

/// How many pieces a sentence has before it hurries to its end.
const ENOUGH: usize = 60;

/// Names in sentences. Keywords that can be names are among them, for they are the hard case.
const WORDS: &[&str] = &[
    "a",
    "b2",
    "_c",
    "total",
    "Cart",
    "list",
    "now",
    "set",
    "up",
    "to",
    "no",
    "per",
    "times",
    "never",
    "later",
    "always",
    "manual",
    "choose",
    "action",
    "entered",
    "any",
    "each",
    "existing",
    "including",
    "keyed",
    "since",
    "within",
    "every",
    "inside",
    "late",
    "ok",
    "failed",
    "delivered",
    "exited",
    "with",
    "from",
    "text",
    "body",
    "header",
    "post",
    "goal",
    "while",
    "timezone",
    "policy",
    "webhook",
    "add",
    "remove",
    "run",
    "enter",
    "repeat",
    "join",
    "leave",
    "respond",
    "fail",
    "pause",
    "resume",
];

/// A grammar from which sentences are made.
pub struct Generator {
    rules: BTreeMap<String, Rc<Rule>>,
    /// How many pieces the shortest sentence of each rule has.
    costs: BTreeMap<String, usize>,
    /// The rules that each rule refers to.
    references: BTreeMap<String, BTreeSet<String>>,
    /// How many steps each rule is from the aim, where it leads there; kept for each aim.
    distances: Rc<BTreeMap<String, usize>>,
    known_distances: BTreeMap<String, Rc<BTreeMap<String, usize>>>,
    /// How often each rule was walked.
    visits: BTreeMap<String, usize>,
}

/// The sentence that is being made.
struct Draft<'r> {
    random: &'r mut Random,
    pieces: Vec<Piece>,
    /// Whether the aim is still ahead.
    aiming: bool,
    /// How rarely options are taken and repetitions go on: once in so many times.
    rarity: usize,
}

impl Generator {
    /// A generator for these rules.
    pub fn new(rules: Vec<Rule>) -> Generator {
        let rules: BTreeMap<String, Rc<Rule>> =
            rules.into_iter().map(|rule| (rule.name.clone(), Rc::new(rule))).collect();
        let costs = costs(&rules);
        let references = rules
            .iter()
            .map(|(name, rule)| {
                let mut found = BTreeSet::new();
                references(&rule.expr, &mut found);
                (name.clone(), found)
            })
            .collect();
        let (known_distances, visits) = (BTreeMap::new(), BTreeMap::new());
        Generator { rules, costs, references, distances: Rc::default(), known_distances, visits }
    }

    /// A sentence of `rule` that has `aim` in it if that can be, as the pieces that blanks may
    /// stand between.
    pub fn sentence(&mut self, rule: &str, aim: &str, random: &mut Random) -> Vec<Piece> {
        let known = self.known_distances.entry(aim.to_owned());
        self.distances = known.or_insert_with(|| Rc::new(distances(&self.references, aim))).clone();
        let mut draft = Draft { random, pieces: Vec::new(), aiming: true, rarity: 2 };
        self.rule(rule, &mut draft);
        draft.pieces
    }

    fn visit(&mut self, name: &str) {
        match self.visits.get_mut(name) {
            Some(times) => *times += 1,
            None => drop(self.visits.insert(name.to_owned(), 1)),
        }
    }

    /// The names of the rules, to aim at.
    pub fn names(&self) -> Vec<String> {
        self.rules.keys().cloned().collect()
    }

    /// The rules that no sentence has used yet.
    pub fn unvisited(&self) -> Vec<&str> {
        let names = self.rules.keys().map(String::as_str);
        names.filter(|name| !self.visits.contains_key(*name)).collect()
    }

    fn rule(&mut self, name: &str, draft: &mut Draft<'_>) {
        let Some(rule) = self.rules.get(name).cloned() else { return };
        self.visit(name);
        // An aim inside a token is reached with the token.
        let distance = self.distances.get(name);
        let reached = distance == Some(&0) || (distance.is_some() && rule.ty == RuleType::Atomic);
        draft.aiming &= !reached;
        // The ladder is many levels high: were operators as frequent as other things, a sentence
        // would be one expression.
        let rarity = if name.ends_with("_chain") { 8 } else { 2 };
        let rarity = std::mem::replace(&mut draft.rarity, rarity);
        self.body(name, &rule, draft);
        draft.rarity = rarity;
    }

    fn body(&mut self, name: &str, rule: &Rule, draft: &mut Draft<'_>) {
        match rule.ty {
            RuleType::Atomic => {
                let text = if name == "word" {
                    self.word(draft.random)
                } else {
                    self.token(&rule.expr, draft.random)
                };
                draft.push(text);
            }
            // The first piece of a text stands free, the others behind it do not.
            RuleType::CompoundAtomic => {
                let begin = draft.pieces.len();
                self.expr(&rule.expr, draft);
                for piece in draft.pieces.iter_mut().skip(begin + 1) {
                    piece.glued |= !piece.inside;
                    piece.inside = true;
                }
            }
            // Inside an interpolation blanks may stand, but for its two ends.
            RuleType::NonAtomic => {
                let begin = draft.pieces.len();
                self.expr(&rule.expr, draft);
                for piece in draft.pieces.iter_mut().skip(begin + 1) {
                    piece.inside = true;
                }
            }
            RuleType::Normal | RuleType::Silent => self.expr(&rule.expr, draft),
        }
    }

    fn expr(&mut self, expr: &Expr, draft: &mut Draft<'_>) {
        match expr {
            Expr::Str(text) => draft.push(text.clone()),
            Expr::Ident(name) => self.rule(name, draft),
            Expr::Seq(..) => self.sequence_of(&sequence(expr), draft),
            Expr::Choice(..) => {
                let mut alternatives = Vec::new();
                flatten(expr, &mut alternatives);
                let nearest = alternatives.iter().filter_map(|e| self.distance(e)).min();
                if draft.aiming && nearest.is_some() {
                    alternatives.retain(|e| self.distance(e) == nearest);
                } else if draft.pieces.len() >= ENOUGH || draft.random.one_in(2) {
                    let least = alternatives.iter().map(|e| self.cost(e)).min();
                    alternatives.retain(|e| Some(self.cost(e)) == least);
                }
                if let Some(chosen) = draft.random.pick(&alternatives) {
                    self.expr(chosen, draft);
                }
            }
            Expr::Opt(inner) if self.goes_on(inner, draft) => self.expr(inner, draft),
            Expr::Rep(inner) => {
                while self.goes_on(inner, draft) {
                    self.expr(inner, draft);
                }
            }
            Expr::RepOnce(inner) => self.expr(inner, draft),
            _ => {}
        }
    }

    fn sequence_of(&mut self, parts: &[&Expr], draft: &mut Draft<'_>) {
        let nearest = parts.iter().filter_map(|part| self.distance(part)).min();
        let mut refused = None;
        for part in parts {
            if let Expr::NegPred(inner) = part {
                refused = Some(inner);
                continue;
            }
            // Only one part leads to the aim by the shortest way; a detour might never end.
            let aiming = draft.aiming;
            let detour = self.distance(part) != nearest;
            draft.aiming &= !detour;
            match refused.take() {
                Some(refused) => self.but(refused, part, draft),
                None => self.expr(part, draft),
            }
            if detour {
                draft.aiming = aiming;
            }
        }
    }

    /// Whether to take what need not be taken: if the aim is there, or by chance.
    fn goes_on(&self, inner: &Expr, draft: &mut Draft<'_>) -> bool {
        let ahead = draft.aiming && self.distance(inner).is_some();
        ahead || (draft.pieces.len() < ENOUGH && draft.random.one_in(draft.rarity))
    }

    /// `!refused ~ wanted`: tries a few times to make one that the predicate lets pass.
    fn but(&mut self, refused: &Expr, wanted: &Expr, draft: &mut Draft<'_>) {
        let begin = draft.pieces.len();
        for _ in 0..8 {
            draft.pieces.truncate(begin);
            self.expr(wanted, draft);
            let first = draft.pieces.get(begin).map(|piece| piece.text.as_str());
            if first.is_none_or(|text| self.matches(refused, text).is_none()) {
                return;
            }
        }
    }

    /// Any word: mostly one that can be a name, sometimes a reserved one.
    fn word(&self, random: &mut Random) -> String {
        if random.one_in(12) {
            let keywords: Vec<&str> =
                self.rules.keys().filter_map(|name| name.strip_prefix("kw_")).collect();
            return random.pick(&keywords).copied().unwrap_or("a").to_owned();
        }
        random.pick(WORDS).copied().unwrap_or("a").to_owned()
    }

    fn cost(&self, expr: &Expr) -> usize {
        cost(expr, &self.costs)
    }

    /// How far the aim is from here, if it can be reached.
    fn distance(&self, expr: &Expr) -> Option<usize> {
        match expr {
            Expr::Ident(name) => self.distances.get(name).copied(),
            Expr::Seq(left, right) | Expr::Choice(left, right) => {
                let sides = [self.distance(left), self.distance(right)];
                sides.into_iter().flatten().min()
            }
            Expr::Opt(inner) | Expr::Rep(inner) | Expr::RepOnce(inner) => self.distance(inner),
            _ => None,
        }
    }
}

impl Draft<'_> {
    fn push(&mut self, text: String) {
        self.pieces.push(Piece { text, glued: false, inside: false });
    }
}

fn flatten<'e>(expr: &'e Expr, found: &mut Vec<&'e Expr>) {
    match expr {
        Expr::Choice(left, right) => {
            flatten(left, found);
            flatten(right, found);
        }
        other => found.push(other),
    }
}

/// The parts of a sequence, in order.
fn sequence(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::Seq(left, right) => {
            let mut parts = sequence(left);
            parts.extend(sequence(right));
            parts
        }
        other => vec![other],
    }
}

/// The rules that `expr` refers to, those of predicates aside.
fn references(expr: &Expr, found: &mut BTreeSet<String>) {
    match expr {
        Expr::Ident(name) => {
            found.insert(name.clone());
        }
        Expr::Seq(left, right) | Expr::Choice(left, right) => {
            references(left, found);
            references(right, found);
        }
        Expr::Opt(inner) | Expr::Rep(inner) | Expr::RepOnce(inner) => references(inner, found),
        _ => {}
    }
}

/// How many references lead from each rule to `aim`.
fn distances(
    references: &BTreeMap<String, BTreeSet<String>>,
    aim: &str,
) -> BTreeMap<String, usize> {
    let mut distances = BTreeMap::from([(aim.to_owned(), 0)]);
    for distance in 1..=references.len() {
        let near = |names: &BTreeSet<String>| names.iter().any(|name| distances.contains_key(name));
        let next: Vec<&String> = references
            .iter()
            .filter(|(name, names)| !distances.contains_key(*name) && near(names))
            .map(|(name, _)| name)
            .collect();
        if next.is_empty() {
            break;
        }
        distances.extend(next.into_iter().map(|name| (name.clone(), distance)));
    }
    distances
}

/// The length of the shortest sentence of each rule: the least fixed point, from above.
fn costs(rules: &BTreeMap<String, Rc<Rule>>) -> BTreeMap<String, usize> {
    let mut costs = BTreeMap::new();
    loop {
        let next: BTreeMap<String, usize> = rules
            .iter()
            .map(|(name, rule)| {
                let found = match rule.ty {
                    RuleType::Atomic => 1,
                    _ => cost(&rule.expr, &costs),
                };
                (name.clone(), found)
            })
            .collect();
        if next == costs {
            return costs;
        }
        costs = next;
    }
}

fn cost(expr: &Expr, costs: &BTreeMap<String, usize>) -> usize {
    /// No sentence is known yet. Far above any, far below overflow.
    const UNKNOWN: usize = 1 << 20;
    match expr {
        Expr::Str(_) | Expr::Range(..) | Expr::Insens(_) => 1,
        Expr::Ident(name) if matches!(name.as_str(), "SOI" | "EOI") => 0,
        Expr::Ident(name) if name == "ANY" => 1,
        Expr::Ident(name) => costs.get(name).copied().unwrap_or(UNKNOWN),
        Expr::Seq(left, right) => (cost(left, costs) + cost(right, costs)).min(UNKNOWN),
        Expr::Choice(left, right) => cost(left, costs).min(cost(right, costs)),
        Expr::RepOnce(inner) => cost(inner, costs),
        _ => 0,
    }
}
