//! What has to be known of an expression before it can stand somewhere else.

use std::collections::BTreeSet;

use journey_sema::NameKind;
use journey_sema::Workspace;
use journey_syntax::ast::{self, AstNode};
use journey_syntax::{RESERVED, SyntaxKind, SyntaxNode};

use crate::tree::nodes;

/// An expression's source, in parentheses where it would come apart as a part of another one.
pub(super) fn as_operand(expr: ast::Expr<'_>) -> String {
    let source = expr.source();
    if is_atom(expr) { source.to_owned() } else { format!("({source})") }
}

/// Whether it holds together whatever stands beside it.
pub(super) fn is_atom(expr: ast::Expr<'_>) -> bool {
    use ast::Expr::*;
    matches!(
        expr,
        Literal(_)
            | Text(_)
            | ListExpr(_)
            | RecordExpr(_)
            | ParenExpr(_)
            | CallExpr(_)
            | CustomerExpr(_)
            | NameExpr(_)
            | FieldChain(_)
    )
}

/// Whether it may be another value where another time zone holds: it reads local times.
pub(super) fn reads_zone(expr: SyntaxNode<'_>) -> bool {
    nodes(expr).any(|node| match node.kind() {
        // A time that is put into a text is shown on a local clock.
        SyntaxKind::AT_CHAIN | SyntaxKind::INTERPOLATION => true,
        SyntaxKind::CALL_EXPR => {
            node.child::<ast::Name<'_>>().is_some_and(|name| name.source() == "text")
        }
        SyntaxKind::FIELD_ACCESS => node.child::<ast::AnyName<'_>>().is_some_and(|name| {
            let parts = ["date", "time", "weekday", "hour", "day", "month", "year"];
            parts.contains(&name.source())
        }),
        SyntaxKind::LITERAL => node.token(SyntaxKind::TIME_LIT).is_some_and(|time| {
            let clock = time.text().split('T').nth(1).unwrap_or_default();
            !clock.contains(['Z', '+', '-'])
        }),
        _ => false,
    })
}

/// A name like `base` that nobody has: no name of the workspace of this kind, and no word of the
/// declaration that will see it.
pub(super) fn free_name(
    workspace: &Workspace,
    kind: Option<NameKind>,
    around: SyntaxNode<'_>,
    base: &str,
) -> String {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    // What is known in a journey must not hide a constant.
    for kind in kind.into_iter().chain([NameKind::Constant]) {
        taken.extend(workspace.names(kind).iter().map(|name| name.to_string()));
    }
    taken.extend(around.leaves().map(|token| token.text().to_owned()));
    taken.extend(RESERVED.iter().map(|(word, _)| (*word).to_owned()));
    let numbered = (2..).map(|number| format!("{base}_{number}"));
    let mut names = std::iter::once(base.to_owned()).chain(numbered);
    names.find(|name| !taken.contains(name)).unwrap_or_default()
}
