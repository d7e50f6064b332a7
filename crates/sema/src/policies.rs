//! Policies: what must hold before a message leaves.

use journey_syntax::{AstNode, ast};

use crate::cx::{Cx, Outcome, Stage};
use crate::db::Db;
use crate::items::{Item, declaration};

/// A policy's declaration.
#[salsa::tracked]
pub(crate) fn check_policy<'db>(db: &'db dyn Db, item: Item<'db>) -> Outcome<()> {
    let mut cx = Cx::new(db, item, Stage::Constant);
    let decl: Option<ast::PolicyDecl<'_>> = declaration(item.tree(db));
    cx.style_of(decl.and_then(|decl| decl.name()));
    if let Some(name) = decl.and_then(|decl| decl.name()) {
        cx.not_yet(name.range());
    }
    cx.finish(None)
}
