//! Branches and splits.

use std::sync::Arc;

use journey_base::{Code, TextRange};
use journey_syntax::{AstNode, SyntaxToken, ast};
use rustc_hash::FxHashMap;

use super::covered::{self, Decider};
use super::flow::Flow;
use super::{Checker, outline};
use crate::Type;
use crate::expr::{Role, quoted, told_apart};
use crate::facts::Facts;
use crate::findings::Finding;
use crate::thir::{Const, Expr, ExprKind, SplitArm, Tile, TileKind};
use crate::{literals, written};

/// The values that have an arm, and where.
type Seen = FxHashMap<Const, TextRange>;

impl Checker<'_> {
    /// `branch { when … else … }`.
    pub(super) fn branch_when(
        &mut self,
        branch: ast::BranchWhen<'_>,
        head: TextRange,
    ) -> (Option<TileKind>, Flow) {
        let mut arms: Vec<(Expr, Vec<Tile>)> = Vec::new();
        let mut heads: Vec<TextRange> = Vec::new();
        let mut decider = Decider::default();
        let mut ways: Vec<Facts> = Vec::new();
        let mut flow = Flow::Closed;
        // What is known where no arm so far was chosen.
        let mut none = self.cx.facts.clone();
        for arm in branch.when_arms() {
            let arm_head = outline::head_of(arm.syntax());
            self.cx.facts = none.clone();
            let test = self.cx.condition(arm.expr(), "`when`");
            let (if_true, if_false) = self.cx.paths.learn_both(&test);
            let earlier = covered::compared(&arms, &heads);
            self.decide_arm(&mut decider, &earlier, Some(&test), arm_head);
            self.cx.facts.add(&if_true);
            let (body, after) = self.arm_block(arm.block());
            self.way(&mut ways, &mut flow, after.of_arm(arm_head, "after this arm"));
            none.add(&if_false);
            heads.push(arm_head);
            arms.push((test, body));
        }
        if arms.is_empty() {
            let note =
                "write `when CONDITION { … }`, with an `else { … }` at the end if there is one";
            self.shape(head, "this branch has no arms", note);
        }
        let always = arms.iter().position(|(test, _)| is_true(test));
        self.cx.facts = none;
        let otherwise = branch.else_arm().map(|arm| self.else_arm(arm, &mut ways, &mut flow));
        if let Some(arm) = branch.else_arm() {
            let earlier = covered::compared(&arms, &heads);
            self.decide_arm(&mut decider, &earlier, None, outline::head_of(arm.syntax()));
        }
        if otherwise.is_none() && always.is_none() {
            ways.push(self.cx.facts.clone());
            flow = flow.or(Flow::from(head, "where no arm fits"));
        }
        self.merge(ways);
        arms.shrink_to_fit();
        (Some(TileKind::BranchWhen { arms, otherwise }), flow)
    }

    /// Notes where an arm leads.
    pub(super) fn way(&mut self, ways: &mut Vec<Facts>, flow: &mut Flow, after: Flow) {
        if after.is_open() {
            ways.push(self.cx.facts.clone());
        }
        *flow = std::mem::replace(flow, Flow::Closed).or(after);
    }

    pub(super) fn else_arm(
        &mut self,
        arm: ast::ElseArm<'_>,
        ways: &mut Vec<Facts>,
        flow: &mut Flow,
    ) -> Vec<Tile> {
        let (body, after) = self.arm_block(arm.block());
        let head = outline::head_of(arm.syntax());
        self.way(ways, flow, after.of_arm(head, "after this arm"));
        body
    }

    /// `branch EXPR { values … else … }`.
    pub(super) fn branch_value(
        &mut self,
        branch: ast::BranchValue<'_>,
        head: TextRange,
    ) -> (Option<TileKind>, Flow) {
        let subject = self.subject(branch.expr());
        let what = format!("`{}`", self.cx.source(subject.range));
        let mut seen = Seen::default();
        let mut arms: Vec<(Vec<Expr>, Vec<Tile>)> = Vec::new();
        let mut ways: Vec<Facts> = Vec::new();
        let mut flow = Flow::Closed;
        let mut mistaken = false;
        let start = self.cx.facts.clone();
        for arm in branch.value_arms() {
            let mut values = Vec::new();
            for syntax in arm.exprs() {
                let value = self.cx.typed(Some(syntax), &subject.ty, Role::new(&what));
                mistaken |= value.is_error();
                self.note_value(&value, &mut seen);
                values.push(value);
            }
            self.cx.facts = start.clone();
            let arm_head = outline::head_of(arm.syntax());
            let (body, after) = self.arm_block(arm.block());
            self.way(&mut ways, &mut flow, after.of_arm(arm_head, "after this arm"));
            arms.push((values, body));
        }
        if arms.is_empty() {
            self.shape(head, "this branch has no arms", "write the values: `\"a\", \"b\" { … }`");
        }
        self.cx.facts = start;
        let missing = missing(&subject.ty, &seen);
        let otherwise = branch.else_arm().map(|arm| self.else_arm(arm, &mut ways, &mut flow));
        match (branch.else_arm(), &missing) {
            (Some(arm), Some(missing)) if missing.is_empty() && !seen.is_empty() => {
                let message = "this arm is never chosen: all values have an arm of their own";
                let range = outline::head_of(arm.syntax());
                self.cx.report(Finding::new(Code::DUPLICATE_ARM, range, message));
            }
            // A value that is misspelt is not also left out.
            (None, Some(missing)) if !missing.is_empty() && !arms.is_empty() && !mistaken => {
                if let Type::Enum(_) = subject.ty {
                    self.not_exhaustive(&branch, &subject, missing);
                }
            }
            _ => {}
        }
        if otherwise.is_none() && missing.as_ref().is_none_or(|missing| !missing.is_empty()) {
            ways.push(self.cx.facts.clone());
            flow = flow.or(Flow::from(head, "where no value fits"));
        }
        self.merge(ways);
        (Some(TileKind::BranchValue { subject, arms, otherwise }), flow)
    }

    /// What is branched on: a single value that is set.
    fn subject(&mut self, syntax: Option<ast::Expr<'_>>) -> Expr {
        self.cx.wish(told_apart);
        let subject = self.cx.untyped(syntax);
        let subject = self.cx.set(subject);
        if subject.is_error() || subject.ty.is_scalar() {
            return subject;
        }
        let message = format!("a branch cannot go by {}", subject.ty.with_article());
        let finding = Finding::new(Code::TYPE_MISMATCH, subject.range, message);
        self.cx.report(finding.note("write conditions instead: `branch { when … { … } }`"));
        Expr::error(subject.range)
    }

    /// A value of an arm; one that stands in two arms is reported.
    fn note_value(&mut self, value: &Expr, seen: &mut Seen) {
        let Some(constant) = value.as_const() else { return };
        match seen.get(constant) {
            Some(first) => {
                let first = *first;
                let message = format!("the value {} has two arms", self.cx.source(value.range));
                let finding = Finding::new(Code::DUPLICATE_ARM, value.range, message);
                let finding = finding.label("never chosen").here(first, "taken here");
                self.cx.report(finding);
            }
            None => {
                seen.insert(constant.clone(), value.range);
            }
        }
    }

    fn not_exhaustive(
        &mut self,
        branch: &ast::BranchValue<'_>,
        subject: &Expr,
        missing: &[String],
    ) {
        let message = format!("this branch leaves out {}", missing.join(", "));
        let range = branch.expr().map_or_else(|| branch.range(), |expr| expr.range());
        let finding = Finding::new(Code::NOT_EXHAUSTIVE, range, message)
            .label(format!("this is {}", subject.ty.with_article()))
            .note("every value needs an arm, or an `else` for the rest");
        let Some(brace) = branch.r_brace_token().map(|brace| brace.range()) else {
            return self.cx.structural(finding);
        };
        let at = TextRange::empty(brace.start);
        let indent = self.indent(brace.start);
        let arms: String =
            missing.iter().map(|value| format!("  {value} {{ }}\n{indent}")).collect();
        let finding = finding.guess("add the missing arms", at, arms);
        self.cx.structural(finding.guess("add an `else`", at, format!("  else {{ }}\n{indent}")));
    }

    /// The blanks before a place, if nothing else stands before it on its line.
    fn indent(&self, at: u32) -> String {
        let before = self.cx.text.get(..at as usize).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        if line.trim().is_empty() { line.to_owned() } else { String::new() }
    }

    /// `split NAME { … }`.
    pub(super) fn split(
        &mut self,
        split: ast::Split<'_>,
        head: TextRange,
    ) -> (Option<TileKind>, Flow) {
        self.cx.style_of(split.name());
        let mut arms: Vec<SplitArm> = Vec::new();
        let mut names: FxHashMap<&str, TextRange> = FxHashMap::default();
        let mut ways: Vec<Facts> = Vec::new();
        let mut flow = Flow::Closed;
        let mut complete = true;
        let start = self.cx.facts.clone();
        for arm in split.split_arms() {
            self.cx.style_of(arm.name());
            let arm_head = outline::head_of(arm.syntax());
            let share = arm.percent().and_then(|percent| self.share(percent));
            self.cx.facts = start.clone();
            let (body, after) = self.arm_block(arm.block());
            self.way(&mut ways, &mut flow, after.of_arm(arm_head, "after this arm"));
            let name = arm.name();
            if let Some(name) = name {
                match names.get(name.source()) {
                    Some(first) => self.cx.twice("the arm", name.source(), name.range(), *first),
                    None => {
                        names.insert(name.source(), name.range());
                    }
                }
            }
            complete &= share.is_some() && name.is_some();
            let name: Arc<str> = name.map_or("", |name| name.source()).into();
            arms.push(SplitArm { name, share: share.unwrap_or(0), body });
        }
        self.cx.facts = start;
        self.merge(ways);
        if complete {
            self.shares(&arms, head);
        }
        if arms.is_empty() {
            flow = Flow::from(head, "this goes on to the end");
        }
        let name = split.name().map(|name| name.source().into());
        let per_entry = split.per_entry().is_some();
        (name.map(|name| TileKind::Split { name, per_entry, arms }), flow)
    }

    fn share(&mut self, percent: ast::Percent<'_>) -> Option<u32> {
        let token: SyntaxToken<'_> = percent.number_lit_token().or(percent.int_lit_token())?;
        let share = literals::percent(token.text());
        if share.is_none_or(|share| share > 100_000) {
            let message = format!("`{}` is no share", percent.source());
            let finding = Finding::new(Code::SPLIT_SUM, percent.range(), message);
            self.cx.report(
                finding.note("a share is a percentage up to 100, with at most three decimals"),
            );
            return None;
        }
        share
    }

    /// The shares make up the whole.
    fn shares(&mut self, arms: &[SplitArm], head: TextRange) {
        let sum: u64 = arms.iter().map(|arm| u64::from(arm.share)).sum();
        if arms.is_empty() {
            let message = "this split has no arms";
            let finding = Finding::new(Code::SPLIT_SUM, head, message);
            self.cx
                .report(finding.note("write shares that sum to 100 %: `50% a { … } 50% b { … }`"));
        } else if sum != 100_000 {
            let message = format!("the shares of this split sum to {} %, not 100 %", decimals(sum));
            let finding = Finding::new(Code::SPLIT_SUM, head, message);
            let (gap, word) = match sum < 100_000 {
                true => (100_000 - sum, "are missing"),
                false => (sum - 100_000, "are too much"),
            };
            self.cx.structural(finding.label(format!("{} % {word}", decimals(gap))));
        }
    }
}

fn is_true(test: &Expr) -> bool {
    test.kind == ExprKind::Const(Const::Bool(true)) && !test.is_error()
}

/// The values of a type that no arm takes, as they are written; nothing for a type that has more
/// values than can be listed.
fn missing(ty: &Type, seen: &Seen) -> Option<Vec<String>> {
    let taken = |value: &Const| seen.contains_key(value);
    match ty {
        Type::Enum(members) => Some(
            members
                .iter()
                .filter(|member| !taken(&Const::Text((*member).clone())))
                .map(|member| quoted(member))
                .collect(),
        ),
        Type::Bool => Some(
            [true, false]
                .into_iter()
                .filter(|value| !taken(&Const::Bool(*value)))
                .map(|value| value.to_string())
                .collect(),
        ),
        Type::Weekday => Some(
            (0..7)
                .map(Const::Weekday)
                .filter(|day| !taken(day))
                .map(|day| {
                    let mut name = String::new();
                    written::print(&day, ty, &mut name);
                    name
                })
                .collect(),
        ),
        _ => None,
    }
}

/// Thousandths of a percent, as a percentage.
fn decimals(thousandths: u64) -> String {
    let (whole, rest) = (thousandths / 1000, thousandths % 1000);
    if rest == 0 {
        return whole.to_string();
    }
    format!("{whole}.{rest:03}").trim_end_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::decimals;

    #[test]
    fn percentages_are_shown_as_they_are_written() {
        assert_eq!(decimals(99_999), "99.999");
        assert_eq!(decimals(50_500), "50.5");
        assert_eq!(decimals(100_000), "100");
    }
}
