//! The forms of a branch: by the value of something, or by conditions; and which of two arms
//! stands first. Only heads of arms are written anew, so what stands in them stays as it is.

use journey_base::{Edit, TextRange};
use journey_sema::Type;
use journey_syntax::ast::{self, AstNode};
use journey_syntax::{SyntaxElement, SyntaxKind, SyntaxNode};

use super::values::is_atom;
use super::{ActionKind, Context, Draft};

/// The other forms of the branch at the cursor.
pub(super) fn of(context: &Context<'_>) -> Vec<Draft> {
    let Some(tile) = context.innermost::<ast::Tile<'_>>() else { return Vec::new() };
    let drafts = match tile.tile_kind() {
        Some(ast::TileKind::BranchValue(branch)) => [to_conditions(context, branch), None],
        Some(ast::TileKind::BranchWhen(branch)) => {
            [to_values(context, branch), swapped(context, branch)]
        }
        _ => [None, None],
    };
    drafts.into_iter().flatten().collect()
}

/// Whether a branch over this type without an `else` has an arm for everything there is.
fn is_covered(ty: Option<&Type>) -> bool {
    !matches!(
        ty,
        Some(Type::Text | Type::Int | Type::Number | Type::Weekday | Type::Date | Type::Duration)
    )
}

/// `branch plan { "a" {…} }` as `branch { when plan == "a" {…} }`.
fn to_conditions(context: &Context<'_>, branch: ast::BranchValue<'_>) -> Option<Draft> {
    let value = branch.expr()?;
    // An arm for every member is a promise that conditions do not make.
    if branch.else_arm().is_none() && is_covered(context.index().type_of(value.range())) {
        return None;
    }
    let open = branch.l_brace_token()?.range();
    let head = TextRange::new(branch.kw_branch_token()?.range().end, open.start);
    let mut edits = vec![context.edit(head, " ")];
    let value = match value {
        ast::Expr::AddChain(_) | ast::Expr::MulChain(_) | ast::Expr::CoalesceChain(_) => {
            value.source().to_owned()
        }
        other if is_atom(other) => other.source().to_owned(),
        other => format!("({})", other.source()),
    };
    for arm in branch.value_arms() {
        let values: Vec<&str> = arm.exprs().map(|expr| expr.source()).collect();
        let condition = match values.as_slice() {
            ["unset"] => format!("{value} is unset"),
            [only] => format!("{value} == {only}"),
            several if several.contains(&"unset") => return None,
            several => format!("{value} in [{}]", several.join(", ")),
        };
        let head = TextRange::new(arm.range().start, arm.block()?.range().start);
        edits.push(context.edit(head, format!("when {condition} ")));
    }
    finish(context, "Turn into a branch by conditions", edits)
}

/// `branch { when plan == "a" {…} }` as `branch plan { "a" {…} }`.
fn to_values(context: &Context<'_>, branch: ast::BranchWhen<'_>) -> Option<Draft> {
    let arms: Vec<_> = branch.when_arms().collect();
    let heads: Option<Vec<_>> = arms.iter().map(|arm| asked(arm.expr()?)).collect();
    let heads = heads?;
    let (value, _) = *heads.first()?;
    let ty = context.index().type_of(value.range())?;
    let same = heads.iter().all(|(other, _)| other.source() == value.source());
    // By value, an `else` is wanted exactly where something is left for it.
    let written: Vec<&str> = heads.iter().map(|(_, values)| values.of(context.text())).collect();
    let whole = match branch.else_arm() {
        Some(_) => !leaves_nothing(ty, &written.join(",")),
        None => !is_covered(Some(ty)),
    };
    // With a single arm, a condition says it better.
    if !same || !whole || ty.is_optional() || arms.len() < 2 || !is_atom(value) {
        return None;
    }
    let open = branch.l_brace_token()?.range();
    let head = TextRange::new(branch.kw_branch_token()?.range().end, open.start);
    let mut edits = vec![context.edit(head, format!(" {} ", value.source()))];
    for (arm, (_, values)) in arms.iter().zip(&heads) {
        let head = TextRange::new(arm.range().start, arm.block()?.range().start);
        edits.push(context.edit(head, format!("{} ", values.of(context.text()))));
    }
    finish(context, "Turn into a branch by value", edits)
}

/// Whether values, as they are written, are all that a type has.
fn leaves_nothing(ty: &Type, values: &str) -> bool {
    match ty {
        Type::Bool => values.contains("true") && values.contains("false"),
        Type::Enum(members) => {
            members.iter().all(|member| values.contains(&format!("\"{member}\"")))
        }
        _ => false,
    }
}

/// What a condition compares with constants, and where those stand.
fn asked(condition: ast::Expr<'_>) -> Option<(ast::Expr<'_>, TextRange)> {
    let ast::Expr::CompareChain(chain) = condition else { return None };
    let mut operands = chain.syntax().children::<ast::Expr<'_>>();
    let (value, constant) = (operands.next()?, operands.next()?);
    let operator = operator(chain.syntax())?;
    let is_plain = |expr: ast::Expr<'_>| match expr {
        ast::Expr::Literal(literal) => literal.source() != "unset",
        ast::Expr::Text(text) => matches!(text.plain(), Ok(Some(_))),
        _ => false,
    };
    match (operator.text(), constant) {
        ("==", constant) if is_plain(constant) => Some((value, constant.range())),
        ("in", ast::Expr::ListExpr(list)) => {
            let items = list.syntax().children::<ast::Expr<'_>>();
            let mut ranges = Vec::new();
            for item in items {
                is_plain(item).then(|| ranges.push(item.range()))?;
            }
            Some((value, ranges.first()?.cover(*ranges.last()?)))
        }
        _ => None,
    }
}

fn operator(chain: SyntaxNode<'_>) -> Option<SyntaxNode<'_>> {
    use SyntaxKind::*;
    let mut nodes = chain.elements().filter_map(SyntaxElement::node);
    nodes.find(|node| matches!(node.kind(), COMPARE_OP | MEMBER_OP | PRESENCE_OP))
}

/// Two arms, the other one first: `when c {a} else {b}` as `when not c {b} else {a}`.
fn swapped(context: &Context<'_>, branch: ast::BranchWhen<'_>) -> Option<Draft> {
    let mut arms = branch.when_arms();
    let (arm, None) = (arms.next()?, arms.next()) else { return None };
    let condition = arm.expr()?;
    let (first, second) = (arm.block()?, branch.else_arm()?.block()?);
    let edits = vec![
        context.edit(condition.range(), negated(condition)),
        context.edit(first.range(), second.source()),
        context.edit(second.range(), first.source()),
    ];
    context.has_no_comments(condition.range()).then_some(())?;
    Some(Draft::new("Swap the two arms", ActionKind::Rewrite, edits))
}

fn negated(condition: ast::Expr<'_>) -> String {
    let plain = || format!("not {}", super::values::as_operand(condition));
    match condition {
        ast::Expr::NotChain(chain) if chain.kw_not_tokens().count() == 1 => {
            let inside = chain.syntax().child::<ast::Expr<'_>>();
            inside.map_or_else(plain, |inside| match inside {
                ast::Expr::ParenExpr(paren) => paren.expr().map_or("", |it| it.source()).to_owned(),
                other => other.source().to_owned(),
            })
        }
        ast::Expr::CompareChain(chain) => {
            let operator = operator(chain.syntax());
            let opposite = match operator.map_or("", |operator| operator.text()) {
                "is set" => "is unset",
                "is unset" => "is set",
                // The others may want a value that is set where this one does not.
                _ => return format!("not ({})", condition.source()),
            };
            let operand = chain.syntax().child::<ast::Expr<'_>>().map_or("", |it| it.source());
            format!("{operand} {opposite}")
        }
        _ => plain(),
    }
}

/// A draft, unless a comment would get lost.
fn finish(context: &Context<'_>, title: &str, edits: Vec<Edit>) -> Option<Draft> {
    let kept = edits.iter().all(|edit| context.has_no_comments(edit.range));
    kept.then(|| Draft::new(title, ActionKind::Rewrite, edits))
}
