//! What authors say of what they declare.

use journey_base::{FileId, TextRange};
use journey_sema::index::Definition;
use journey_sema::{NameKind, Workspace};
use journey_syntax::texts::doc_text;
use journey_syntax::{AstNode, SyntaxKind, Tree, ast};

use crate::place::covering;
use crate::tree::is_declaration;

/// The doc comment of a name of the workspace, as Markdown; empty where it has none.
pub(crate) fn of_name(workspace: &Workspace, kind: NameKind, name: &str) -> String {
    of(workspace, &Definition::Name(kind, name.into()), FileId(0))
}

/// The doc comment of what a definition stands for; a local name stands in `file`.
pub(crate) fn of(workspace: &Workspace, definition: &Definition, file: FileId) -> String {
    let declared = workspace.declaration_of(definition, file);
    declared.map(|(tree, range)| doc_at(&tree, range)).unwrap_or_default()
}

/// The doc comment of the smallest thing around `range` that has one or could have one.
pub(crate) fn doc_at(tree: &Tree, range: TextRange) -> String {
    let around = covering(tree, range);
    let documented = around
        .iter()
        .rev()
        .find(|node| node.token(SyntaxKind::DOC).is_some() || can_be_documented(node.kind()));
    let Some(node) = documented else { return String::new() };
    doc_text(*node).unwrap_or_default()
}

fn can_be_documented(kind: SyntaxKind) -> bool {
    use SyntaxKind::*;
    is_declaration(kind)
        || matches!(kind, FIELD | PARAM | TILE | ACTION_DECL | SETTING_DECL | SECRET_DECL)
}

/// The value of a constant in one line, as it is written, and its doc comment.
pub(crate) fn constant(workspace: &Workspace, name: &str) -> (String, String) {
    let definition = Definition::Name(NameKind::Constant, name.into());
    let Some((tree, range)) = workspace.declaration_of(&definition, FileId(0)) else {
        return (String::new(), String::new());
    };
    let decl = ast::LetDecl::cast(tree.root());
    let value = decl.and_then(|decl| decl.expr()).map(|value| value.source());
    let line = value.unwrap_or_default().lines().next().unwrap_or_default();
    (format!("= {line}"), doc_at(&tree, range))
}
