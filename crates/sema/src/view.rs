//! What is checked: a declaration as it stands in its file, or as somebody tries it out.

use journey_base::TextRange;
use journey_syntax::Tree;

use crate::db::Db;
use crate::items::Item;
use crate::record::Record;

/// A declaration to be checked.
///
/// Queries check the tree of the item itself. An editor checks one with something put in at the
/// cursor, and has a record kept of what names and expressions turned out to be.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) db: &'a dyn Db,
    pub(crate) item: Item<'a>,
    pub(crate) tree: &'a Tree,
    /// Where the parser found mistakes in the tree.
    pub(crate) mistakes: &'a [TextRange],
    pub(crate) record: Option<&'a Record>,
}

impl<'a> View<'a> {
    /// The item as it stands.
    pub(crate) fn of(db: &'a dyn Db, item: Item<'a>) -> View<'a> {
        View { db, item, tree: item.tree(db), mistakes: item.mistakes(db), record: None }
    }
}
