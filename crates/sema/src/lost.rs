//! Declarations that the parser could not read: a name that is unknown may be in one of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::db::{Db, Project, SourceFile};
use crate::items::{Item, ItemKind, items, stray_words};
use crate::names::NameKind;
use crate::table::Name;

/// What may have been lost in some files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Lost {
    /// Words that belong to nothing. One of them may be a declaration with a slip in it.
    words: BTreeSet<Arc<str>>,
    /// Kinds of which any name may have been lost, in a block with a mistake in it.
    kinds: BTreeSet<NameKind>,
}

impl Lost {
    fn of(db: &dyn Db, files: &[SourceFile]) -> Lost {
        let mut lost = Lost::default();
        for file in files {
            lost.words.extend(stray_words(db, *file).iter().cloned());
            let broken = items(db, *file).iter().filter(|item| item.broken(db));
            lost.kinds.extend(broken.flat_map(|item| lost_kinds(db, *item)));
        }
        lost
    }

    fn may_hold(&self, kind: NameKind, name: &str) -> bool {
        self.kinds.contains(&kind) || self.words.contains(name)
    }
}

#[salsa::tracked]
fn closed_lost(db: &dyn Db) -> Lost {
    Lost::of(db, Project::get(db).closed(db))
}

#[salsa::tracked]
fn open_lost(db: &dyn Db) -> Lost {
    Lost::of(db, Project::get(db).open(db))
}

/// Whether an unknown name may be one whose declaration the parser could not read.
#[salsa::tracked(returns(copy))]
pub(crate) fn may_be_lost<'db>(db: &'db dyn Db, name: Name<'db>) -> bool {
    let (kind, text) = (name.kind(db), name.text(db));
    closed_lost(db).may_hold(kind, &text) || open_lost(db).may_hold(kind, &text)
}

/// The kinds of names that may have been lost in a broken item: some of its fields, or its name.
fn lost_kinds(db: &dyn Db, item: Item<'_>) -> &'static [NameKind] {
    let named: &[NameKind] = match item.kind(db) {
        ItemKind::Customer => return &[NameKind::Trait],
        // Of `destination mail {` the name may be what is read as the kind.
        ItemKind::Destination => {
            return &[NameKind::Action, NameKind::Secret, NameKind::Destination];
        }
        ItemKind::Event => &[NameKind::Event],
        ItemKind::Audience => &[NameKind::Audience],
        ItemKind::Let => &[NameKind::Constant],
        ItemKind::Journey => &[NameKind::Journey],
        ItemKind::Policy => &[NameKind::Policy],
        ItemKind::Test => &[],
    };
    if item.name(db).is_empty() { named } else { &[] }
}
