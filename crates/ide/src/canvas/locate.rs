//! From a cursor to a tile, and back.

use journey_base::{FileId, TextRange};
use journey_sema::Workspace;
use journey_syntax::{AstNode, Parse, ast};

use super::sheet::{Sheet, journeys};
use super::view::TileRef;
use crate::place::{FilePosition, FileRange, parsed};

/// The innermost tile at a place. A `let` is none: there it is the tile around it.
pub fn tile_at(workspace: &Workspace, at: FilePosition) -> Option<TileRef> {
    let parse = parsed(workspace, at.file)?;
    let around = |range: TextRange| range.start <= at.offset && at.offset <= range.end;
    let decl = journeys(&parse).into_iter().rfind(|decl| around(decl.range()))?;
    let sheet = Sheet::new(&parse, decl);
    let mut number = sheet.at(at.offset)?;
    loop {
        let statement = sheet.get(number)?;
        if statement.kind.is_some() {
            let journey = decl.name()?.source().to_owned();
            return Some(TileRef { journey, key: statement.key.clone() });
        }
        (number, _) = statement.owner?;
    }
}

/// The keys of the tiles of a journey.
pub(crate) fn keys(parse: &Parse, decl: ast::JourneyDecl<'_>) -> Vec<String> {
    let statements = Sheet::new(parse, decl).statements.into_iter();
    statements.filter(|it| it.kind.is_some()).map(|it| it.key).collect()
}

/// Where a tile stands, its doc comment and its arms included.
pub fn range_of(workspace: &Workspace, file: FileId, tile: &TileRef) -> Option<FileRange> {
    let parse = parsed(workspace, file)?;
    let sheet = Sheet::of(&parse, &tile.journey)?;
    let statement = sheet.get(sheet.find(&tile.key)?)?;
    Some(FileRange { file, range: statement.tile.range() })
}

/// The shortest run of siblings that covers a stretch of the text, by its first and last tile: what
/// [`WrapInBranch`](super::Op::WrapInBranch) and [`ExtractSubJourney`](super::Op::ExtractSubJourney)
/// are about where somebody selected text. A `let` counts as a tile here.
pub fn run_at(workspace: &Workspace, at: FileRange) -> Option<(TileRef, TileRef)> {
    let parse = parsed(workspace, at.file)?;
    let selected = at.range.of(parse.tree.text());
    let from = at.range.start + (selected.len() - selected.trim_start().len()) as u32;
    let to = (at.range.start + selected.trim_end().len() as u32).max(from);
    let covers = |range: TextRange| range.start <= from && to <= range.end;
    let decl = journeys(&parse).into_iter().rfind(|decl| covers(decl.range()))?;
    let sheet = Sheet::new(&parse, decl);
    // What is around each end, from the inside out; the run is where they meet.
    let sheet = &sheet;
    let around = |at: u32| {
        let mut number = sheet.at(at);
        std::iter::from_fn(move || {
            let found = number?;
            number = sheet.get(found).and_then(|it| it.owner).map(|(number, _)| number);
            Some(found)
        })
    };
    let owner = |number: usize| sheet.get(number).map(|statement| statement.owner);
    let (first, last) = around(from).find_map(|first| {
        let last = around(to).find(|last| owner(*last) == owner(first))?;
        Some((first, last))
    })?;
    let journey = decl.name()?.source();
    let tile = |number: usize| {
        let key = sheet.get(number)?.key.clone();
        Some(TileRef { journey: journey.to_owned(), key })
    };
    Some((tile(first)?, tile(last)?))
}
