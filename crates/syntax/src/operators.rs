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
