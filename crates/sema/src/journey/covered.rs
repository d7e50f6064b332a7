//! Arms that can never be chosen, as far as that can be decided: the same condition again, one
//! behind a condition that always holds, and intervals over one value.

use std::cmp::Ordering;

use crate::fold;
use crate::thir::{CompareOp, Const, Expr, ExprKind};
use crate::walk;

/// A half-line or a point of the values of an expression.
struct Bound<'e> {
    of: &'e Expr,
    op: CompareOp,
    value: &'e Const,
}

/// Whether `later` holds only where `earlier` does.
pub(super) fn covers(earlier: &Expr, later: &Expr) -> bool {
    if earlier.is_error() || later.is_error() {
        return false;
    }
    if earlier.kind == ExprKind::Const(Const::Bool(true)) || walk::same(earlier, later) {
        return true;
    }
    let Some(outer) = bound(earlier) else { return false };
    let conjuncts = match &later.kind {
        ExprKind::And(parts) => parts.iter().collect(),
        _ => vec![later],
    };
    conjuncts.into_iter().filter_map(bound).any(|inner| contains(&outer, &inner))
}

fn bound(test: &Expr) -> Option<Bound<'_>> {
    let ExprKind::Compare(op, sides) = &test.kind else { return None };
    let [left, right] = &**sides;
    match (left.as_const(), right.as_const()) {
        (None, Some(value)) => Some(Bound { of: left, op: *op, value }),
        (Some(value), None) => Some(Bound { of: right, op: mirrored(*op), value }),
        _ => None,
    }
}

/// `5 < x` as `x > 5`.
fn mirrored(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Lt => CompareOp::Gt,
        CompareOp::Le => CompareOp::Ge,
        CompareOp::Gt => CompareOp::Lt,
        CompareOp::Ge => CompareOp::Le,
        same => same,
    }
}

/// Whether all values of `inner` are values of `outer`.
fn contains(outer: &Bound<'_>, inner: &Bound<'_>) -> bool {
    use CompareOp::{Eq, Ge, Gt, Le, Lt, Ne};
    if !walk::same(outer.of, inner.of) {
        return false;
    }
    let Some(order) = fold::order(inner.value, outer.value) else { return false };
    let (less, equal, greater) =
        (order == Ordering::Less, order == Ordering::Equal, order == Ordering::Greater);
    match (outer.op, inner.op) {
        (Gt, Gt) | (Ge, Ge | Gt) | (Ge, Eq) => greater || equal,
        (Gt, Ge | Eq) => greater,
        (Lt, Lt) | (Le, Le | Lt) | (Le, Eq) => less || equal,
        (Lt, Le | Eq) => less,
        (Ne, Eq) => !equal,
        (Ne, Gt) => greater || equal,
        (Ne, Lt) => less || equal,
        (Ne, Ge) => greater,
        (Ne, Le) => less,
        (Eq, Eq) | (Ne, Ne) => equal,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::covers;
    use crate::Type;
    use crate::thir::{CompareOp, Const, Expr, ExprKind};
    use journey_base::TextRange;

    fn orders(op: CompareOp, value: i64) -> Expr {
        let expr = |kind, ty| Expr { kind, ty, range: TextRange::default() };
        let left = expr(ExprKind::Trait("orders".into()), Type::Int);
        let right = expr(ExprKind::Const(Const::Int(value)), Type::Int);
        expr(ExprKind::Compare(op, [left, right].into()), Type::Bool)
    }

    #[test]
    fn a_wider_interval_covers_a_narrower_one() {
        use CompareOp::{Eq, Ge, Gt, Lt, Ne};
        assert!(covers(&orders(Gt, 5), &orders(Gt, 10)));
        assert!(covers(&orders(Ge, 5), &orders(Gt, 5)));
        assert!(covers(&orders(Ge, 5), &orders(Eq, 5)));
        assert!(covers(&orders(Ne, 5), &orders(Lt, 5)));
        assert!(!covers(&orders(Gt, 10), &orders(Gt, 5)));
        assert!(!covers(&orders(Gt, 5), &orders(Ge, 5)));
        assert!(!covers(&orders(Gt, 5), &orders(Lt, 10)));
    }
}
