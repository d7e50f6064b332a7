//! Putting a branch around tiles, and making them a journey of their own. It is the canvas that does
//! so; here it is offered in the text.

use journey_base::TextRange;
use journey_syntax::ast::{self, AstNode};
use journey_syntax::{SyntaxKind, SyntaxNode};

use super::{ActionKind, Context, Draft};
use crate::canvas::{self, Op, TileRef};
use crate::place::FilePosition;
use crate::tree::nodes;

/// The tile at the cursor, or those that are selected whole, in a branch with a condition to be
/// written.
pub(super) fn in_branch(context: &Context<'_>) -> Option<Draft> {
    let wrap = |tile: String, last| Op::WrapInBranch { tile, last };
    draft(context, "Wrap in a branch", ActionKind::Rewrite, wrap)
}

/// The tiles that are selected whole, or the tile at the cursor if it has tiles in it, as a journey
/// that this one runs.
pub(super) fn sub_journey(context: &Context<'_>) -> Option<Draft> {
    let (first, _) = run(context)?;
    if context.range.is_empty() && !nodes(first.syntax()).any(|it| it.kind() == SyntaxKind::BLOCK) {
        return None;
    }
    let extract = |tile: String, last| Op::ExtractSubJourney { tile, last, name: None };
    draft(context, "Make it a journey of its own", ActionKind::Extract, extract)
}

/// What the canvas makes of the tiles that are meant.
fn draft(
    context: &Context<'_>,
    title: &str,
    kind: ActionKind,
    op: impl FnOnce(String, Option<String>) -> Op,
) -> Option<Draft> {
    let (first, last) = run(context)?;
    let (tile, last) = (key(context, first)?, key(context, last)?);
    let journey = tile.journey;
    let last = (last.key != tile.key).then_some(last.key);
    let op = op(tile.key, last);
    let change = canvas::edit(context.workspace, context.file, &journey, &op).ok()?;
    let draft = Draft::new(title, kind, change.edits);
    Some(Draft { laid_out: true, name: change.name, ..draft })
}

/// The first and the last of the tiles that are meant.
fn run<'t>(context: &'t Context<'_>) -> Option<(ast::Tile<'t>, ast::Tile<'t>)> {
    let around = context.around(context.place);
    if context.range.is_empty() {
        let tile = around.iter().rev().find_map(|node| ast::Tile::cast(*node))?;
        let first = tile.tile_kind()?.syntax().first_token()?;
        return (first.range() == context.place).then_some((tile, tile));
    }
    let inside = |tile: &ast::Tile<'_>| {
        let (range, of) = (tile.range(), context.place);
        of.start <= range.start && range.end <= of.end
    };
    let innermost: SyntaxNode<'t> = *around.last()?;
    if let Some(tile) = ast::Tile::cast(innermost) {
        return inside(&tile).then_some((tile, tile));
    }
    let tiles = || innermost.children::<ast::Tile<'t>>().filter(inside);
    let (first, last) = (tiles().next()?, tiles().last()?);
    // What is selected beside them would not come along.
    (first.range().cover(last.range()) == context.place).then_some((first, last))
}

fn key(context: &Context<'_>, tile: ast::Tile<'_>) -> Option<TileRef> {
    let offset = tile.tile_kind()?.range().start;
    let key = canvas::tile_at(context.workspace, FilePosition { file: context.file, offset })?;
    // At a captured value, which is no tile, this is the tile around it.
    let place: TextRange = canvas::range_of(context.workspace, context.file, &key)?.range;
    (place == tile.range()).then_some(key)
}
