//! Arms that can never be chosen, because those before them take all of their cases, and arms that
//! share cases with one before.

use journey_base::{Code, TextRange};

use super::Checker;
use super::cases::{Case, Test, Variables};
use crate::findings::Finding;
use crate::thir::{Const, Expr, ExprKind, Tile};
use crate::{walk, written};

/// With so many arms before it is an arm compared; a longer branch is data, not a decision.
const COMPARED_ARMS: usize = 256;

/// So many times it is found out in a branch whether an arm takes a case.
const MAX_TRIES: usize = 200_000;

/// In so many places it is shown what takes an arm's cases.
const SHOWN_ARMS: usize = 3;

/// The conditions of a branch, decided one after the other.
#[derive(Debug, Default)]
pub(super) struct Decider {
    tries: usize,
}

/// What is known of an arm.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Some case may be left for it.
    Open,
    /// It never holds.
    Never,
    /// Earlier arms, by number, take all of its cases; one of those, in words.
    Covered(Vec<usize>, String),
}

impl Decider {
    /// What is left of the cases of `later` behind the arms `earlier`. Without a condition it takes
    /// every case.
    pub(super) fn decide(
        &mut self,
        earlier: &[&Expr],
        later: Option<&Expr>,
        shown: impl Fn(&Expr) -> String,
    ) -> Verdict {
        if let Some(test) = later {
            if test.kind == ExprKind::Const(Const::Bool(false)) {
                return Verdict::Never;
            }
            if let Some(at) = earlier.iter().position(|arm| is_true(arm) || walk::same(arm, test)) {
                return Verdict::Covered(vec![at], String::new());
            }
        } else if let Some(at) = earlier.iter().position(|arm| is_true(arm)) {
            return Verdict::Covered(vec![at], String::new());
        }
        let always = Expr::bool(ExprKind::Const(Const::Bool(true)), TextRange::default());
        let later = later.unwrap_or(&always);
        match self.by_cases(earlier, later, &shown, false) {
            // Of the arms that ask about something else some may still help, or may be too many.
            None => self.by_cases(earlier, later, &shown, true).unwrap_or(Verdict::Open),
            Some(verdict) => verdict,
        }
    }

    /// Tries all cases; none if there are too many of them. `related`: only with the arms that ask
    /// about nothing that `later` does not ask about.
    fn by_cases(
        &mut self,
        earlier: &[&Expr],
        later: &Expr,
        shown: &impl Fn(&Expr) -> String,
        related: bool,
    ) -> Option<Verdict> {
        // Taking the conditions apart is a part of the work.
        self.tries += 16 * earlier.len();
        if self.tries > MAX_TRIES {
            return Some(Verdict::Open);
        }
        let mut variables = Variables::default();
        let later = variables.test(later);
        let mut asked = Vec::new();
        later.variables(&mut asked);
        let mut arms: Vec<(usize, Test<'_>)> = Vec::new();
        for (at, arm) in earlier.iter().enumerate() {
            let before = variables.len();
            let test = variables.test(arm);
            match related && variables.len() > before {
                true => variables.truncate(before),
                false => arms.push((at, test)),
            }
        }
        if !variables.settle() {
            return None;
        }
        let mut takers: Vec<usize> = Vec::new();
        let mut witness: Option<(Case, &Test<'_>)> = None;
        for case in variables.cases() {
            self.tries += 1;
            if self.tries > MAX_TRIES {
                return Some(Verdict::Open);
            }
            if !later.holds(&case, &variables) {
                continue;
            }
            let mut tried = 0;
            let taker = arms.iter().find(|(_, arm)| {
                tried += 1;
                arm.holds(&case, &variables)
            });
            self.tries += tried;
            let Some((at, arm)) = taker else { return Some(Verdict::Open) };
            if !takers.contains(at) {
                takers.push(*at);
            }
            if witness.is_none() {
                witness = Some((case, arm));
            }
        }
        let Some((case, mut taker)) = witness else { return Some(Verdict::Never) };
        // One that takes all of them says it best.
        let takes_all = |arm: &Test<'_>| {
            variables
                .cases()
                .all(|case| !later.holds(&case, &variables) || arm.holds(&case, &variables))
        };
        if let Some((at, arm)) = arms.iter().find(|(_, arm)| takes_all(arm)) {
            (takers, taker) = (vec![*at], arm);
        }
        let mut of_taker = Vec::new();
        taker.variables(&mut of_taker);
        // What makes no difference to the arm above need not be told.
        of_taker.retain(|number| {
            let mut others = variables.variations(&case, *number);
            !asked.contains(number) && !others.all(|other| taker.holds(&other, &variables))
        });
        asked.extend(of_taker);
        takers.sort_unstable();
        asked.sort_unstable();
        asked.dedup();
        Some(Verdict::Covered(takers, in_words(&variables, &case, &asked, shown)))
    }

    /// The first of the arms `earlier` that takes a case of `later` too, with such a case in words.
    pub(super) fn overlap(
        &mut self,
        earlier: &[&Expr],
        later: &Expr,
        shown: impl Fn(&Expr) -> String,
    ) -> Option<(usize, String)> {
        earlier.iter().enumerate().find_map(|(at, arm)| {
            let mut variables = Variables::default();
            let (first, second) = (variables.test(arm), variables.test(later));
            let mut asked = Vec::new();
            first.variables(&mut asked);
            second.variables(&mut asked);
            // Of what cannot be told apart nobody knows whether there is such a customer.
            if variables.is_opaque(&asked) || !variables.settle() {
                return None;
            }
            let mut cases = variables.cases();
            let case = cases.find(|case| {
                self.tries += 1;
                let both = first.holds(case, &variables) && second.holds(case, &variables);
                both || self.tries > MAX_TRIES
            })?;
            let found = self.tries <= MAX_TRIES;
            found.then(|| (at, in_words(&variables, &case, &asked, &shown)))
        })
    }
}

impl Checker<'_> {
    /// Reports an arm of which nothing is left; `when` is its condition, and none that of `else`.
    pub(super) fn decide_arm(
        &mut self,
        decider: &mut Decider,
        arms: &[(&Expr, TextRange)],
        when: Option<&Expr>,
        head: TextRange,
    ) {
        let tests: Vec<&Expr> = arms.iter().map(|(test, _)| *test).collect();
        if tests.iter().copied().chain(when).any(Expr::is_error) {
            return;
        }
        let source = |expr: &Expr| self.cx.source(expr.range).to_owned();
        match decider.decide(&tests, when, source) {
            Verdict::Open => {
                let Some(when) = when.filter(|_| self.cx.wants(Code::OVERLAPPING_ARMS)) else {
                    return;
                };
                let overlap = decider.overlap(&tests, when, source);
                if let Some((at, witness)) = overlap {
                    let earlier = arms.get(at).map_or(head, |(_, head)| *head);
                    let message = "this arm and one before it take some of the same cases";
                    let finding = Finding::new(Code::OVERLAPPING_ARMS, head, message);
                    let finding = finding.here(earlier, "this one takes them");
                    self.cx.report(finding.note(format!("{witness} takes the arm above")));
                }
            }
            Verdict::Never => {
                let message = "this arm is never chosen: its condition never holds";
                self.cx.report(Finding::new(Code::DUPLICATE_ARM, head, message));
            }
            Verdict::Covered(takers, witness) => {
                let one = takers.len() == 1;
                let message = match one {
                    true => "this arm is never chosen: one before it takes all of its cases",
                    false => "this arm is never chosen: those before it take all of its cases",
                };
                let mut finding = Finding::new(Code::DUPLICATE_ARM, head, message);
                for at in takers.iter().take(SHOWN_ARMS) {
                    let earlier = arms.get(*at).map_or(head, |(_, head)| *head);
                    finding = finding.here(earlier, if one { "this one" } else { "takes some" });
                }
                if !witness.is_empty() {
                    let at = if one { "the arm" } else { "an arm" };
                    finding = finding.note(format!("{witness} already takes {at} above"));
                }
                self.cx.report(finding);
            }
        }
    }
}

/// The conditions of arms with their heads, as far as others are compared with them.
pub(super) fn compared<'a>(
    arms: &'a [(Expr, Vec<Tile>)],
    heads: &[TextRange],
) -> Vec<(&'a Expr, TextRange)> {
    let heads = heads.iter().copied();
    arms.iter().take(COMPARED_ARMS).map(|(test, _)| test).zip(heads).collect()
}

fn is_true(test: &Expr) -> bool {
    test.kind == ExprKind::Const(Const::Bool(true)) && !test.is_error()
}

/// `a customer with lifetime_value = 600, plan = "pro"`.
fn in_words(
    variables: &Variables<'_>,
    case: &Case,
    asked: &[usize],
    shown: &impl Fn(&Expr) -> String,
) -> String {
    let mut parts = Vec::new();
    for (variable, point) in variables.shown(case, asked) {
        let name = match &variable.of.kind {
            ExprKind::Trait(name) => name.to_string(),
            _ => shown(variable.of),
        };
        let mut part = String::new();
        match point {
            Const::Unset => part.push_str(&format!("{name} unset")),
            _ if variable.is_only_set() => part.push_str(&format!("{name} set")),
            point => {
                part.push_str(&format!("{name} = "));
                written::print(point, &variable.of.ty, &mut part);
            }
        }
        parts.push(part);
    }
    match parts.len() {
        0 => String::new(),
        _ => format!("a customer with {}", parts.join(", ")),
    }
}
