//! Everything that a workspace declares, for those who search through it.

use std::sync::Arc;

use journey_base::{FileId, TextRange};
use journey_syntax::ast;

use super::Workspace;
use crate::db::Database;
use crate::items::{Item, ItemKind, declaration, items};
use crate::names::NameKind;
use crate::table::{self, Declared, Site, declared};

/// Something that a file of the workspace declares.
#[derive(Clone, Copy)]
pub struct Declaration<'w> {
    db: &'w Database,
    item: Item<'w>,
    declared: Option<&'w Declared>,
}

impl Workspace {
    /// What `journey.toml` says.
    pub fn config(&self) -> &crate::Config {
        &self.config
    }

    /// How many files there have been: their ids are the numbers below it, also of removed ones.
    pub fn file_count(&self) -> u32 {
        self.files.len() as u32
    }

    /// Everything that is declared, by file and place. What is looked at is remembered of files
    /// that did not change, so a walk over all of it reads no text.
    pub fn declarations(&self) -> impl Iterator<Item = Declaration<'_>> {
        let db = &self.db;
        let files = self.files.iter().inspect(|_| self.stop.check());
        files.flat_map(move |file| items(db, *file)).flat_map(move |item| {
            let names = declared(db, *item).iter().map(Some);
            let test = (item.kind(db) == ItemKind::Test).then_some(None);
            names.chain(test).map(move |declared| Declaration { db, item: *item, declared })
        })
    }
}

impl Declaration<'_> {
    /// What is declared; nothing for a test, which has a title and no name.
    pub fn kind(&self) -> Option<NameKind> {
        self.declared.map(|declared| declared.kind)
    }

    /// What it is called in source; a test by its title, quotes included.
    pub fn name(&self) -> Arc<str> {
        self.declared.map_or_else(|| self.item.name(self.db), |declared| declared.name.clone())
    }

    /// What people or the wire call it, where that is not its name.
    pub fn title(&self) -> Option<String> {
        match self.declared {
            Some(it) if matches!(it.kind, NameKind::Trait | NameKind::Event) => {
                (it.wire != it.name).then(|| it.wire.to_string())
            }
            Some(it) if matches!(it.kind, NameKind::Journey | NameKind::Audience) => {
                let title = self.item.tree(self.db).root().child::<ast::ExternalName<'_>>()?;
                table::plain_text(title.text()?)
            }
            _ => None,
        }
    }

    /// The file it stands in.
    pub fn file(&self) -> FileId {
        self.item.file(self.db).id(self.db)
    }

    /// Where its name is written.
    pub fn range(&self) -> TextRange {
        let range = match self.declared {
            Some(declared) => {
                let site = Site { item: self.item, index: declared.index };
                table::name_range(self.db, site, declared.kind)
            }
            None => {
                let test: Option<ast::TestDecl<'_>> = declaration(self.item.tree(self.db));
                let title = test.and_then(|test| test.text());
                title.map(|title| journey_syntax::AstNode::range(&title)).unwrap_or_default()
            }
        };
        range.shift(self.item.offset(self.db))
    }
}
