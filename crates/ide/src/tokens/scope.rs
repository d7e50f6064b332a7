//! Which names a declaration binds, told from its syntax alone.

use std::collections::BTreeSet;

use journey_syntax::ast::{self, AstNode};
use journey_syntax::{SyntaxKind, SyntaxNode};

use crate::tree::nodes;

/// The names that a declaration binds.
#[derive(Debug, Default)]
pub(super) struct Scope<'t> {
    /// What `as`, `let`, `=>` and `for each` give names to.
    pub(super) bindings: BTreeSet<&'t str>,
    /// Parameters of a journey or of an action.
    pub(super) parameters: BTreeSet<&'t str>,
    /// Settings of a destination.
    pub(super) settings: BTreeSet<&'t str>,
    /// Secrets of a destination.
    pub(super) secrets: BTreeSet<&'t str>,
    /// Events that are spoken of: within a `where`, their own name will do.
    pub(super) events: BTreeSet<&'t str>,
}

impl<'t> Scope<'t> {
    /// What a declaration binds.
    pub(super) fn of(declaration: SyntaxNode<'t>) -> Scope<'t> {
        use SyntaxKind::*;
        let mut scope = Scope::default();
        for node in nodes(declaration) {
            let name = || node.child::<ast::Name<'t>>().map(|name| name.source());
            let any_name = || node.child::<ast::AnyName<'t>>().map(|name| name.source());
            match node.kind() {
                ALIAS | LET_TILE | LAMBDA | RESPONSE => scope.bindings.extend(name()),
                PARAM => scope.parameters.extend(any_name()),
                SETTING_DECL => scope.settings.extend(any_name()),
                SECRET_DECL => scope.secrets.extend(name()),
                ENTRY_EVENT | EXIT_ON | WAIT_EVENT | ON_ARM => scope.events.extend(name()),
                GOAL_CLAUSE => {
                    let names = node.children::<ast::Name<'t>>();
                    scope.events.extend(names.last().map(|name| name.source()));
                }
                CALL_EXPR => scope.events.extend(asked_event(node)),
                _ => {}
            }
        }
        scope
    }
}

/// The event that a history function asks for, if `call` is one.
fn asked_event<'t>(call: SyntaxNode<'t>) -> Option<&'t str> {
    let call = ast::CallExpr::cast(call)?;
    let first = call.arg_list()?.args().next()?.expr()?;
    let name = match (call.name()?.source(), first) {
        ("count" | "happened" | "last", ast::Expr::NameExpr(name)) => name,
        // A sum is of an event's property, or of a list, which is no name alone but a binding.
        ("sum", ast::Expr::FieldChain(chain)) => match chain.expr()? {
            ast::Expr::NameExpr(name) => name,
            _ => return None,
        },
        _ => return None,
    };
    Some(name.name()?.source())
}
