//! Walking over typed expressions.

use journey_base::TextRange;

use crate::Type;
use crate::thir::{Const, Expr, ExprKind};

/// The expressions directly inside an expression, in the order in which they stand: to read them, or to change
/// them. The `match` names every kind, so that a new one cannot be forgotten.
macro_rules! parts_of {
    ($kind:expr, $iter:ident, $($borrow:tt)+) => {
        match $kind {
            ExprKind::Const(_)
            | ExprKind::Trait(_)
            | ExprKind::CustomerId
            | ExprKind::Now
            | ExprKind::Entered
            | ExprKind::Event { .. }
            | ExprKind::EventAt { .. }
            | ExprKind::Bound { .. }
            | ExprKind::Parameter(_)
            | ExprKind::BindingIsSet(_)
            | ExprKind::Value(_)
            | ExprKind::InAudience(_)
            | ExprKind::Item(_) => Vec::new(),
            ExprKind::Not(inner)
            | ExprKind::IsSet(inner)
            | ExprKind::Matches(inner, _)
            | ExprKind::Unary(_, inner)
            | ExprKind::Field(inner, _) => vec![inner],
            ExprKind::And(parts)
            | ExprKind::Or(parts)
            | ExprKind::List(parts)
            | ExprKind::Record(parts)
            | ExprKind::Concat(parts) => parts.$iter().collect(),
            ExprKind::If(parts) | ExprKind::InRange(parts) => parts.$iter().collect(),
            ExprKind::Compare(_, parts)
            | ExprKind::InList(parts)
            | ExprKind::ContainsText(parts)
            | ExprKind::ContainsItem(parts)
            | ExprKind::StartsWith(parts)
            | ExprKind::EndsWith(parts)
            | ExprKind::Coalesce(parts)
            | ExprKind::Binary(_, parts) => parts.$iter().collect(),
            ExprKind::History(history) => {
                history.filter.$iter().chain($($borrow)+ history.value).collect()
            }
            ExprKind::Fold(fold) => vec![$($borrow)+ fold.list, $($borrow)+ fold.body],
        }
    };
}

/// The expressions directly inside `expr`, in the order in which they stand.
pub fn children(expr: &Expr) -> Vec<&Expr> {
    parts_of!(&expr.kind, iter, &)
}

/// The expressions directly inside `expr`, to change them.
fn children_mut(expr: &mut Expr) -> Vec<&mut Expr> {
    parts_of!(&mut expr.kind, iter_mut, &mut)
}

/// Calls `change` for the kind of `expr` and of all that is inside.
pub fn rewrite(expr: &mut Expr, change: &impl Fn(&mut ExprKind)) {
    change(&mut expr.kind);
    for child in children_mut(expr) {
        rewrite(child, change);
    }
}

/// Whether `test` holds for `expr` or anything inside.
pub(crate) fn any(expr: &Expr, test: &impl Fn(&Expr) -> bool) -> bool {
    let mut open = vec![expr];
    while let Some(expr) = open.pop() {
        if test(expr) {
            return true;
        }
        open.extend(children(expr));
    }
    false
}

/// Whether it speaks of the present instant.
pub(crate) fn reads_now(expr: &Expr) -> bool {
    any(expr, &|expr| expr.kind == ExprKind::Now)
}

/// Whether it speaks of something that an instance carries.
pub(crate) fn reads_binding(expr: &Expr) -> bool {
    any(expr, &|expr| matches!(expr.kind, ExprKind::Bound { .. } | ExprKind::Value(_)))
}

/// Whether it speaks of the event at hand.
pub(crate) fn reads_event(expr: &Expr) -> bool {
    any(expr, &|expr| matches!(expr.kind, ExprKind::Event { .. } | ExprKind::EventAt { .. }))
}

/// How many levels it has.
pub(crate) fn depth(expr: &Expr) -> usize {
    let (mut deepest, mut open) = (0, vec![(expr, 1)]);
    while let Some((expr, depth)) = open.pop() {
        deepest = deepest.max(depth);
        open.extend(children(expr).into_iter().map(|child| (child, depth + 1)));
    }
    deepest
}

/// What putting `expr` in place of a name costs, in expressions: those inside it, and one for so
/// many items or characters of the constants among them.
pub(crate) fn weight(expr: &Expr) -> usize {
    const ITEMS: usize = 64;
    const BYTES: usize = 1024;
    let (mut inside, mut items, mut bytes) = (0, 0, 0);
    let mut open = vec![expr];
    let mut values: Vec<&Const> = Vec::new();
    while let Some(expr) = open.pop() {
        let parts = children(expr);
        inside += parts.len();
        open.extend(parts);
        values.extend(expr.as_const());
        while let Some(value) = values.pop() {
            match value {
                Const::Text(text) => bytes += text.len(),
                Const::List(parts) | Const::Record(parts) => {
                    items += parts.len();
                    values.extend(parts.iter());
                }
                _ => {}
            }
        }
    }
    inside + items / ITEMS + bytes / BYTES
}

/// Gives `expr` and all that is inside another place: a constant stands where it is used.
pub(crate) fn relocate(expr: &mut Expr, range: TextRange) {
    expr.range = range;
    for child in children_mut(expr) {
        relocate(child, range);
    }
}

/// Whether two expressions are the same but for where they stand.
pub(crate) fn same(a: &Expr, b: &Expr) -> bool {
    same_by(a, b, |a, b| a == b)
}

/// Whether two expressions have the same value: one may be known to be set where it stands.
pub(crate) fn same_value(a: &Expr, b: &Expr) -> bool {
    same_by(a, b, |a, b| a == b || a.required() == b.required())
}

fn same_by(a: &Expr, b: &Expr, types: impl Fn(&Type, &Type) -> bool) -> bool {
    let mut open = vec![(a, b)];
    while let Some((a, b)) = open.pop() {
        let (inside_a, inside_b) = (children(a), children(b));
        if !types(&a.ty, &b.ty) || inside_a.len() != inside_b.len() || !same_head(&a.kind, &b.kind)
        {
            return false;
        }
        open.extend(inside_a.into_iter().zip(inside_b));
    }
    true
}

/// Whether two expressions are the same but for what is inside them.
fn same_head(a: &ExprKind, b: &ExprKind) -> bool {
    use ExprKind as K;
    match (a, b) {
        (K::Compare(a, _), K::Compare(b, _)) => a == b,
        (K::Binary(a, _), K::Binary(b, _)) => a == b,
        (K::Unary(a, _), K::Unary(b, _)) => a == b,
        (K::Matches(_, a), K::Matches(_, b)) => a == b,
        (K::Field(_, a), K::Field(_, b)) => a == b,
        (K::Fold(a), K::Fold(b)) => a.function == b.function,
        (K::Item(a), K::Item(b)) => a.level == b.level,
        (K::History(a), K::History(b)) => {
            (a.function, &a.event, &a.range) == (b.function, &b.event, &b.range)
                && (a.filter.is_some(), a.value.is_some())
                    == (b.filter.is_some(), b.value.is_some())
        }
        (
            K::Not(_)
            | K::IsSet(_)
            | K::And(_)
            | K::Or(_)
            | K::List(_)
            | K::Record(_)
            | K::Concat(_)
            | K::If(_)
            | K::InRange(_)
            | K::InList(_)
            | K::ContainsText(_)
            | K::ContainsItem(_)
            | K::StartsWith(_)
            | K::EndsWith(_)
            | K::Coalesce(_),
            _,
        ) => std::mem::discriminant(a) == std::mem::discriminant(b),
        // What is left has nothing inside.
        _ => a == b,
    }
}
