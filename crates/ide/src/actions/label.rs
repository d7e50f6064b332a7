//! Giving a tile a label: reports and tests call it by that, and it keeps its members when the
//! journey changes around it.

use std::collections::BTreeSet;

use journey_base::TextRange;
use journey_syntax::ast::{self, AstNode};
use journey_syntax::{RESERVED, SyntaxKind, SyntaxNode};

use super::{ActionKind, Context, Draft};
use crate::naming;
use crate::tree::{is_declaration, nodes};

/// A label for the tile at the cursor, if it has none. An exit is known by its outcome, and a
/// captured value by its name.
pub(super) fn add(context: &Context<'_>) -> Option<Draft> {
    let tile: ast::Tile<'_> = context.innermost()?;
    let kind = tile.tile_kind()?;
    if tile.label().is_some() || !is_at_head(context, kind.syntax()) {
        return None;
    }
    let around = context.around(tile.range());
    let journey = around.iter().find(|node| is_declaration(node.kind()))?;
    let name = free(*journey, &naming::tile(kind)?);
    let edit = context.edit(TextRange::empty(kind.range().start), format!("{name}: "));
    let title = format!("Add the label `{name}`");
    Some(Draft::new(title, ActionKind::Rewrite, vec![edit]).naming(&name))
}

/// Whether the place is in the first words of a tile, before what stands in it.
fn is_at_head(context: &Context<'_>, tile: SyntaxNode<'_>) -> bool {
    let first = tile.first_token().map(|token| token.range());
    first.is_some_and(|first| first == context.place || context.place == tile.range())
}

/// A label that nothing in the journey has for a name.
fn free(journey: SyntaxNode<'_>, base: &str) -> String {
    use SyntaxKind::*;
    let mut taken: BTreeSet<&str> = RESERVED.iter().map(|(word, _)| *word).collect();
    for node in nodes(journey) {
        if matches!(node.kind(), LABEL | ALIAS | LET_TILE | LAMBDA | RESPONSE | SPLIT | PARAM) {
            taken.extend(node.children::<ast::Name<'_>>().map(|name| name.source()));
            taken.extend(node.children::<ast::AnyName<'_>>().map(|name| name.source()));
        }
    }
    naming::first_free(base, |name| !taken.contains(name))
}
