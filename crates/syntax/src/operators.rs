//! Which operator a node holds, and on which side of it an operand stands.
//!
//! Nodes of broken text may lack an operand, so sides are told by place, not by counting.

use crate::SyntaxKind;
use crate::ast::{
    AddOp, AnyName, AstNode, AtChain, CompareChain, CompareOp, Expr, IfExpr, MemberOp, MulOp, Name,
    NegChain, NotChain, PresenceOp, RangeChain,
};

/// An operator that compares two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `contains`
    Contains,
    /// `starts_with`
    StartsWith,
    /// `ends_with`
    EndsWith,
    /// `matches`
    Matches,
}

/// An operator of arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Arithmetic {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
}

impl CompareOp<'_> {
    /// Which one it is; nothing where another language's operator stands.
    pub fn operator(&self) -> Option<Comparison> {
        Some(match self.syntax().first_token()?.kind() {
            SyntaxKind::EQ_EQ => Comparison::Equal,
            SyntaxKind::BANG_EQ => Comparison::NotEqual,
            SyntaxKind::LT => Comparison::Less,
            SyntaxKind::LT_EQ => Comparison::LessOrEqual,
            SyntaxKind::GT => Comparison::Greater,
            SyntaxKind::GT_EQ => Comparison::GreaterOrEqual,
            SyntaxKind::KW_CONTAINS => Comparison::Contains,
            SyntaxKind::KW_STARTS_WITH => Comparison::StartsWith,
            SyntaxKind::KW_ENDS_WITH => Comparison::EndsWith,
            SyntaxKind::KW_MATCHES => Comparison::Matches,
            _ => return None,
        })
    }
}

impl AddOp<'_> {
    /// Which one it is.
    pub fn operator(&self) -> Option<Arithmetic> {
        arithmetic(self.syntax().first_token()?.kind())
    }
}

impl MulOp<'_> {
    /// Which one it is.
    pub fn operator(&self) -> Option<Arithmetic> {
        arithmetic(self.syntax().first_token()?.kind())
    }
}

fn arithmetic(kind: SyntaxKind) -> Option<Arithmetic> {
    Some(match kind {
        SyntaxKind::PLUS => Arithmetic::Add,
        SyntaxKind::MINUS => Arithmetic::Subtract,
        SyntaxKind::STAR => Arithmetic::Multiply,
        SyntaxKind::SLASH => Arithmetic::Divide,
        SyntaxKind::PERCENT_SIGN => Arithmetic::Remainder,
        _ => return None,
    })
}

impl MemberOp<'_> {
    /// Whether it is `not in`.
    pub fn is_negated(&self) -> bool {
        self.kw_not_token().is_some()
    }
}

impl PresenceOp<'_> {
    /// Whether it asks for `set` or for `unset`.
    pub fn asks_for_set(&self) -> Option<bool> {
        match (self.kw_set_token(), self.kw_unset_token()) {
            (Some(_), _) => Some(true),
            (None, Some(_)) => Some(false),
            (None, None) => None,
        }
    }
}

impl NotChain<'_> {
    /// Whether its operators negate, or cancel each other out.
    pub fn is_negated(&self) -> bool {
        self.kw_not_tokens().len() % 2 == 1
    }
}

impl NegChain<'_> {
    /// Whether its operators negate, or cancel each other out.
    pub fn is_negated(&self) -> bool {
        self.minus_tokens().len() % 2 == 1
    }
}

impl<'t> IfExpr<'t> {
    /// What decides.
    pub fn condition(&self) -> Option<Expr<'t>> {
        let until = self.kw_then_token().map_or(u32::MAX, |then| then.range().start);
        self.exprs().find(|expr| expr.range().end <= until)
    }

    /// The value where the condition holds.
    pub fn then_branch(&self) -> Option<Expr<'t>> {
        let from = self.kw_then_token()?.range().end;
        let until = self.kw_else_token().map_or(u32::MAX, |other| other.range().start);
        self.exprs().find(|expr| from <= expr.range().start && expr.range().end <= until)
    }

    /// The value where it does not.
    pub fn else_branch(&self) -> Option<Expr<'t>> {
        let from = self.kw_else_token()?.range().end;
        self.exprs().find(|expr| from <= expr.range().start)
    }
}

impl<'t> CompareChain<'t> {
    /// The operand in front of the operator.
    pub fn left(&self) -> Option<Expr<'t>> {
        let operator = self.operator_start()?;
        self.exprs().find(|expr| expr.range().end <= operator)
    }

    /// The operand behind the operator; `is set` has none.
    pub fn right(&self) -> Option<Expr<'t>> {
        let operator = self.operator_start()?;
        self.exprs().find(|expr| expr.range().start > operator)
    }

    fn operator_start(&self) -> Option<u32> {
        let compare = self.compare_op().map(|operator| operator.range());
        let member = || self.member_op().map(|operator| operator.range());
        let presence = || self.presence_op().map(|operator| operator.range());
        Some(compare.or_else(member).or_else(presence)?.start)
    }
}

impl<'t> RangeChain<'t> {
    /// The lower bound, which belongs to the range.
    pub fn from(&self) -> Option<Expr<'t>> {
        let dots = self.dot_dot_token()?.range();
        self.exprs().find(|expr| expr.range().end <= dots.start)
    }

    /// The upper bound.
    pub fn to(&self) -> Option<Expr<'t>> {
        let dots = self.dot_dot_token()?.range();
        self.exprs().find(|expr| expr.range().start >= dots.end)
    }
}

impl<'t> AtChain<'t> {
    /// The date.
    pub fn date(&self) -> Option<Expr<'t>> {
        let at = self.kw_at_token()?.range();
        self.exprs().find(|expr| expr.range().end <= at.start)
    }

    /// The time of day.
    pub fn time_of_day(&self) -> Option<Expr<'t>> {
        let at = self.kw_at_token()?.range();
        self.exprs().find(|expr| expr.range().start >= at.end)
    }
}

impl<'t> Name<'t> {
    /// The word.
    pub fn text(&self) -> &'t str {
        self.source()
    }
}

impl<'t> AnyName<'t> {
    /// The word.
    pub fn text(&self) -> &'t str {
        self.source()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ast::{File, Item};
    use crate::parse;

    /// What `show` finds in the definition of `let a = …`.
    fn shown(expr: &str, show: impl Fn(Expr<'_>) -> Vec<Option<&str>>) -> Vec<Option<String>> {
        let parse = parse(&format!("let a = {expr}"));
        let item = File::cast(parse.tree.root()).unwrap().items().next().unwrap();
        let Item::LetDecl(constant) = item else { panic!("{item:?}") };
        let found = show(constant.expr().unwrap());
        found.into_iter().map(|text| text.map(str::to_owned)).collect()
    }

    fn sides(expr: &str) -> Vec<Option<String>> {
        shown(expr, |expr| {
            let sides = match expr {
                Expr::CompareChain(it) => vec![it.left(), it.right()],
                Expr::AtChain(it) => vec![it.date(), it.time_of_day()],
                Expr::IfExpr(it) => vec![it.condition(), it.then_branch(), it.else_branch()],
                other => panic!("{other:?}"),
            };
            sides.into_iter().map(|side| side.map(|side| side.source())).collect()
        })
    }

    fn some(texts: &[&str]) -> Vec<Option<String>> {
        texts.iter().map(|text| Some((*text).to_owned())).collect()
    }

    #[test]
    fn operands_are_found_on_their_sides() {
        assert_eq!(sides("b < c + 1"), some(&["b", "c + 1"]));
        assert_eq!(sides("b not in [c]"), some(&["b", "[c]"]));
        assert_eq!(sides("b is set"), [Some("b".to_owned()), None]);
        assert_eq!(sides("b at c"), some(&["b", "c"]));
        assert_eq!(sides("if b then c else d"), some(&["b", "c", "d"]));
    }

    #[test]
    fn an_operand_that_is_missing_does_not_shift_the_others() {
        assert_eq!(sides("== c"), [None, Some("c".to_owned())]);
        assert_eq!(sides("b =="), [Some("b".to_owned()), None]);
        assert_eq!(sides("if then c else d"), [None, Some("c".into()), Some("d".into())]);
    }

    #[test]
    fn even_numbers_of_negations_cancel_out() {
        let negated = |text: &str| {
            let found = shown(text, |expr| {
                let negated = match expr {
                    Expr::NotChain(it) => it.is_negated(),
                    Expr::NegChain(it) => it.is_negated(),
                    other => panic!("{other:?}"),
                };
                vec![negated.then_some("")]
            });
            found == some(&[""])
        };
        assert!(negated("not b") && negated("- - - 1"));
        assert!(!negated("not not b") && !negated("--1"));
    }
}
