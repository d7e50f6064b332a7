//! From a cursor to a tile, and back.

use journey_base::FileId;
use journey_sema::Workspace;
use journey_syntax::AstNode;

use super::sheet::{Sheet, journeys};
use super::view::TileRef;
use crate::place::{FilePosition, FileRange, parsed};

/// The innermost tile at a place. A `let` is none: there it is the tile around it.
pub fn tile_at(workspace: &Workspace, at: FilePosition) -> Option<TileRef> {
    let parse = parsed(workspace, at.file)?;
    let around =
        |range: journey_base::TextRange| range.start <= at.offset && at.offset <= range.end;
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

/// Where a tile stands, its doc comment and its arms included.
pub fn range_of(workspace: &Workspace, file: FileId, tile: &TileRef) -> Option<FileRange> {
    let parse = parsed(workspace, file)?;
    let sheet = Sheet::of(&parse, &tile.journey)?;
    let statement = sheet.get(sheet.find(&tile.key)?)?;
    Some(FileRange { file, range: statement.tile.range() })
}
