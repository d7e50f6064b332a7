//! Names that are known in one declaration: events and messages that are bound, captured values,
//! elements of lists, answers.

use journey_sema::index::Definition;
use journey_syntax::{AstNode, SyntaxKind, ast};

use super::source;
use super::tile::{Known, line};
use crate::definition::bound_event;
use crate::place::{FilePosition, covering, parsed};
use journey_base::TextRange;

/// What a name stands for, in a line, and what that is where the line does not say it.
pub(super) fn of_local(
    known: &Known<'_, '_>,
    at: FilePosition,
    definition: &Definition,
    name: &str,
    range: TextRange,
) -> Vec<String> {
    let workspace = known.workspace;
    if let Some(event) = bound_event(workspace, at, definition) {
        return vec![source(&format!("event {event} as {name}"))];
    }
    let Definition::Local { at: declared, .. } = definition else { return vec![source(name)] };
    let (shape, about) = given(known, at, *declared).unzip();
    // A use of it has a type; where it is given, any use will do.
    let uses = known.index.references.iter().filter(|it| it.definition == *definition);
    let mut places = std::iter::once(range).chain(uses.map(|it| it.range)).chain([*declared]);
    let ty = places.find_map(|place| {
        known.index.types.iter().find(|(it, _)| *it == place).map(|(_, ty)| ty.to_string())
    });
    let ty = ty.or(shape.flatten());
    let shown = match ty {
        Some(ty) => format!("{name}: {ty}"),
        None => name.to_owned(),
    };
    let mut parts = vec![source(&shown)];
    parts.extend(about);
    parts
}

/// The shape of what is given a name at a place, if it is written there, and what it is.
fn given(
    known: &Known<'_, '_>,
    at: FilePosition,
    declared: TextRange,
) -> Option<(Option<String>, String)> {
    use SyntaxKind::*;
    let parse = parsed(known.workspace, at.file)?;
    let around = covering(&parse.tree, declared);
    let holder = around.iter().rev().nth(1)?;
    let outer = around.iter().rev().nth(2)?;
    let value = |node: &journey_syntax::SyntaxNode<'_>| {
        node.child::<ast::Expr<'_>>().map_or_else(String::new, |value| line(value.syntax()))
    };
    Some(match (holder.kind(), outer.kind()) {
        (RESPONSE, _) => {
            let ty = holder.child::<ast::TypeRef<'_>>().map(|ty| line(ty.syntax()));
            (ty, "The answer of the webhook.".to_owned())
        }
        (ALIAS, FOR_EACH) => {
            (None, format!("The element of `{}` that a membership is about.", value(outer)))
        }
        (ALIAS, SEND) => {
            let action =
                outer.child::<ast::ActionRef<'_>>().map_or("…", |action| action.source());
            (None, format!("The message that `{action}` sends."))
        }
        (LAMBDA, _) => (None, "An element of the list.".to_owned()),
        (LET_TILE, _) => (None, format!("The value of `{}` when somebody passed.", value(holder))),
        _ => return None,
    })
}
