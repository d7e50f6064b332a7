//! The type that something undeclared must have, told from how it is used.

use journey_syntax::ast::{self, AstNode};
use journey_syntax::{SyntaxElement, SyntaxKind, SyntaxNode};

/// What a use says of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Guess {
    /// The type, without `?`; nothing where the use does not say.
    pub(super) ty: Option<String>,
    /// Whether the use copes with a value that is unset.
    pub(super) optional: bool,
}

impl Guess {
    fn of(ty: &str) -> Guess {
        Guess { ty: Some(ty.to_owned()), optional: false }
    }

    /// The same, where it may be unset.
    fn or_unset(self) -> Guess {
        Guess { optional: true, ..self }
    }

    fn unknown() -> Guess {
        Guess { ty: None, optional: false }
    }

    /// A field of this type that every customer can have: with a default where there is one that
    /// says nothing, and with a `?` where none would or where it is asked for.
    pub(super) fn as_trait(&self) -> String {
        let ty = self.ty.as_deref().unwrap_or("text");
        let default = match ty {
            _ if self.optional || self.ty.is_none() => None,
            "bool" => Some("false"),
            "int" | "number" => Some("0"),
            _ if ty.starts_with("list<") => Some("[]"),
            _ => None,
        };
        match default {
            Some(default) => format!("{ty} = {default}"),
            None => format!("{ty}?"),
        }
    }

    /// The type of a property that an event always has.
    pub(super) fn as_property(&self) -> String {
        let ty = self.ty.as_deref().unwrap_or("text");
        format!("{ty}{}", if self.optional { "?" } else { "" })
    }
}

/// What the nodes around a value, the outermost first, say of it. The last of them is the value.
pub(super) fn by_use(around: &[SyntaxNode<'_>]) -> Guess {
    use SyntaxKind::*;
    let mut nodes = around.iter().rev().copied();
    let Some(mut inner) = nodes.next() else { return Guess::unknown() };
    for node in nodes {
        let guess = match node.kind() {
            PAREN_EXPR => {
                inner = node;
                continue;
            }
            COMPARE_CHAIN => compared(node, inner),
            COALESCE_CHAIN => other_operand(node, inner).or_unset(),
            ADD_CHAIN | MUL_CHAIN | NEG_CHAIN => summand(node, inner),
            RANGE_CHAIN => other_operand(node, inner),
            AND_CHAIN | OR_CHAIN | NOT_CHAIN | WHERE_CLAUSE | EXIT_WHEN | WHEN_ARM
            | REQUIRE_RULE | DEFINITION | REPEAT_UNTIL | EXPECT_CONDITION => Guess::of("bool"),
            INTERPOLATION => Guess::of("text"),
            WAIT_FOR | UP_TO | EVERY | EXIT_AFTER | GOAL_WITHIN | REENTER_AFTER => {
                Guess::of("duration")
            }
            BY_TIME | WAIT_UNTIL => Guess::of("time"),
            TIMEZONE_CLAUSE | REQUEST_LINE | MAIL_PART | HEADER_PART => Guess::of("text"),
            REPEAT => Guess::of("int"),
            BRANCH_VALUE => by_arms(node),
            ASSIGNMENT => Guess::unknown(),
            _ => Guess::unknown(),
        };
        return guess;
    }
    Guess::unknown()
}

/// The type of a value by what is written.
pub(super) fn by_value(expr: ast::Expr<'_>) -> Option<String> {
    Some(match expr {
        ast::Expr::Text(_) => "text".to_owned(),
        ast::Expr::Literal(literal) => of_literal(literal.syntax())?.to_owned(),
        ast::Expr::ParenExpr(paren) => return by_value(paren.expr()?),
        ast::Expr::NegChain(chain) => return chain.syntax().child().and_then(by_value),
        ast::Expr::AddChain(_) | ast::Expr::MulChain(_) | ast::Expr::CoalesceChain(_) => {
            expr.syntax().children::<ast::Expr<'_>>().find_map(by_value)?
        }
        ast::Expr::CompareChain(_)
        | ast::Expr::AndChain(_)
        | ast::Expr::OrChain(_)
        | ast::Expr::NotChain(_) => "bool".to_owned(),
        ast::Expr::AtChain(_) => "time".to_owned(),
        ast::Expr::ListExpr(list) => {
            let item = list.syntax().children::<ast::Expr<'_>>().find_map(by_value)?;
            format!("list<{item}>")
        }
        ast::Expr::NameExpr(name) if name.source() == "now" => "time".to_owned(),
        ast::Expr::NameExpr(name) if name.source() == "entered" => "time".to_owned(),
        ast::Expr::CallExpr(call) => match call.name()?.source() {
            "count" => "int".to_owned(),
            "happened" | "any" | "all" => "bool".to_owned(),
            "lower" | "upper" | "trim" | "text" => "text".to_owned(),
            "add_months" => "date".to_owned(),
            _ => return None,
        },
        ast::Expr::FieldChain(chain) => match chain.field_accesses().last()?.any_name()?.source() {
            "weekday" => "weekday".to_owned(),
            "date" => "date".to_owned(),
            "hour" | "day" | "month" | "year" | "length" => "int".to_owned(),
            "at" => "time".to_owned(),
            _ => return None,
        },
        _ => return None,
    })
}

fn of_literal(literal: SyntaxNode<'_>) -> Option<&'static str> {
    use SyntaxKind::*;
    Some(match literal.first_token()?.kind() {
        TIME_LIT => "time",
        DATE_LIT => "date",
        TIMEOFDAY_LIT => "timeofday",
        DURATION_LIT => "duration",
        NUMBER_LIT => "number",
        INT_LIT => "int",
        KW_TRUE | KW_FALSE => "bool",
        KW_MON | KW_TUE | KW_WED | KW_THU | KW_FRI | KW_SAT | KW_SUN => "weekday",
        _ => return None,
    })
}

/// A value in a comparison is what it is compared with.
fn compared(chain: SyntaxNode<'_>, value: SyntaxNode<'_>) -> Guess {
    use SyntaxKind::*;
    let operator = chain
        .elements()
        .filter_map(SyntaxElement::node)
        .find(|node| matches!(node.kind(), COMPARE_OP | MEMBER_OP | PRESENCE_OP));
    let Some(operator) = operator else { return Guess::unknown() };
    let first = chain.child::<ast::Expr<'_>>().is_some_and(|it| it.syntax() == value);
    let word = operator.first_token().map(|token| token.kind());
    let other = other_operand(chain, value);
    match (operator.kind(), word) {
        (PRESENCE_OP, _) => Guess::unknown().or_unset(),
        (MEMBER_OP, Some(KW_IN)) if first => item_of(other).or_unset(),
        (MEMBER_OP, _) if first => item_of(other),
        (MEMBER_OP, _) => Guess { ty: other.ty.map(|ty| format!("list<{ty}>")), ..other },
        (_, Some(KW_STARTS_WITH | KW_ENDS_WITH | KW_MATCHES)) => Guess::of("text"),
        (_, Some(EQ_EQ)) if first => other.or_unset(),
        (_, Some(EQ_EQ | BANG_EQ | LT | LT_EQ | GT | GT_EQ | KW_CONTAINS)) => other,
        _ => Guess::unknown(),
    }
}

/// What is in a list or range is of its items' type.
fn item_of(guess: Guess) -> Guess {
    let item = |ty: String| match ty.strip_prefix("list<").and_then(|ty| ty.strip_suffix('>')) {
        Some(item) => item.to_owned(),
        None => ty,
    };
    Guess { ty: guess.ty.map(item), ..guess }
}

/// The type of what stands beside a value in a chain.
fn other_operand(chain: SyntaxNode<'_>, value: SyntaxNode<'_>) -> Guess {
    let others = chain.children::<ast::Expr<'_>>().filter(|it| it.syntax() != value);
    let ty = others.into_iter().find_map(|other| match other {
        ast::Expr::RangeChain(range) => {
            range.syntax().children::<ast::Expr<'_>>().find_map(by_value)
        }
        other => by_value(other),
    });
    Guess { ty, optional: false }
}

/// A value in a sum: beside a duration it may be an instant, so nothing is known.
fn summand(chain: SyntaxNode<'_>, value: SyntaxNode<'_>) -> Guess {
    match other_operand(chain, value).ty.as_deref() {
        Some("int" | "number") => Guess::of("number"),
        Some("text") => Guess::of("text"),
        Some("time") => Guess::of("time"),
        _ => Guess::unknown(),
    }
}

/// What a branch goes by is one of the values of its arms.
fn by_arms(branch: SyntaxNode<'_>) -> Guess {
    let mut values = branch.children::<ast::ValueArm<'_>>().flat_map(|arm| arm.exprs());
    Guess { ty: values.find_map(by_value), optional: false }
}
