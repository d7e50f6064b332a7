//! What has to be known of an expression before it can stand somewhere else.

use std::collections::BTreeSet;

use journey_sema::{NameKind, Workspace};
use journey_syntax::ast::{self, AstNode};
use journey_syntax::{CONTEXTUAL, RESERVED, SyntaxNode};

use crate::naming;

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

/// A name like `base` that nobody has: no name of the workspace of this kind, and no word of the
/// declaration that will see it. A constant is seen everywhere, and must not be what some
/// declaration calls a thing of its own.
pub(super) fn free_name(
    workspace: &Workspace,
    kind: Option<NameKind>,
    around: SyntaxNode<'_>,
    base: &str,
) -> String {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    // What is known in a journey must not hide a constant, nor be mixed up with an event.
    for kind in kind.into_iter().chain([NameKind::Constant, NameKind::Event]) {
        taken.extend(workspace.names(kind).iter().map(|name| name.to_string()));
    }
    taken.extend(around.leaves().map(|token| token.text().to_owned()));
    taken.extend(RESERVED.iter().chain(CONTEXTUAL).map(|(word, _)| (*word).to_owned()));
    taken.extend(["now", "entered"].map(str::to_owned));
    let everywhere = kind == Some(NameKind::Constant);
    naming::first_free(base, |name| {
        !(taken.contains(name) || everywhere && is_word(workspace, name))
    })
}

/// Whether a text of the workspace has this word.
fn is_word(workspace: &Workspace, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let in_text = |text: &str| {
        text.match_indices(word).any(|(at, _)| {
            let (before, rest) = text.split_at_checked(at).unwrap_or_default();
            let behind = rest.get(word.len()..).unwrap_or_default();
            !before.ends_with(part) && !behind.starts_with(part)
        })
    };
    workspace.files().any(|file| workspace.text(file).is_some_and(|text| in_text(&text)))
}
