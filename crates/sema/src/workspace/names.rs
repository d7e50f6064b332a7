//! What editors ask about names: what stands where, where it is declared, where it is used.

use std::sync::Arc;

use journey_base::{FileId, TextRange};
use journey_syntax::{AstNode, Parse, Tree, ast};

use super::Workspace;
use crate::db::{Database, SourceFile};
use crate::index::build::{declarations_in, index_in, index_of, item_at, scope_of, shifted};
use crate::index::{Definition, Index, Scope, Spot};
use crate::items::{Item, ItemKind, items};
use crate::journey::outline::journey_outline;
use crate::journey::signature::signature;
use crate::names::NameKind;
use crate::table::{self, Name};
use crate::{ActionType, EventType, Field, declarations};

/// What a journey gives to those who run it or test it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JourneyOutline {
    /// Its parameters.
    pub params: Vec<Field>,
    /// The event of its entry.
    pub event: Option<Arc<str>>,
    /// Labels of its tiles.
    pub labels: Vec<Arc<str>>,
    /// Its outcomes: the names of its exits.
    pub outcomes: Vec<Arc<str>>,
    /// Its goals.
    pub goals: Vec<Arc<str>>,
    /// Labels of webhooks and sends.
    pub asking: Vec<Arc<str>>,
    /// Splits with their arms.
    pub splits: Vec<(Arc<str>, Vec<Arc<str>>)>,
}

/// Names and names alone.
impl Workspace {
    /// What the names in a file stand for.
    pub fn index(&self, file: FileId) -> Index {
        let Some(file) = self.source(file) else { return Index::default() };
        let mut all = Index::default();
        for item in items(&self.db, file) {
            let Index { references, types } = index_of(&self.db, *item);
            all.references.extend(references);
            all.types.extend(types);
        }
        all
    }

    /// The same for the declaration around `offset`.
    pub fn index_at(&self, file: FileId, offset: u32) -> Index {
        let item = self.source(file).and_then(|file| item_at(&self.db, file, offset));
        item.map(|item| index_of(&self.db, item)).unwrap_or_default()
    }

    /// Where the declaration around a place begins and ends, and whether it is a test.
    pub fn declaration_at(&self, file: FileId, offset: u32) -> Option<(TextRange, bool)> {
        let db = &self.db;
        let item = item_at(db, self.source(file)?, offset)?;
        let start = item.offset(db);
        let range = TextRange::new(start, start + item.tree(db).text().len() as u32);
        Some((range, item.kind(db) == ItemKind::Test))
    }

    /// What can stand at `offset` of a file, if it read as `parse` says: an editor puts a word in at
    /// the cursor, so that there is something to check. With it comes what the names of the
    /// declaration stand for; ranges are those in the text of `parse`.
    pub fn scope(
        &self,
        file: FileId,
        parse: &Parse,
        offset: u32,
    ) -> Option<(Option<Scope>, Index)> {
        let source = self.source(file)?;
        let root = ast::File::cast(parse.tree.root())?;
        let covers = |range: TextRange| range.start <= offset && offset <= range.end;
        let found = root.items().enumerate().filter(|(_, item)| covers(item.range())).last();
        let (number, found) = found?;
        let range = found.range();
        // What was put in may have changed where a declaration ends; most often it is the same one.
        let known = items(&self.db, source);
        let item = known
            .iter()
            .find(|item| item.offset(&self.db) == range.start)
            .or_else(|| known.get(number))?;
        let tree = Tree::subtree(found.syntax());
        let mistakes: Vec<TextRange> = parse
            .errors
            .iter()
            .map(|error| error.range)
            .filter(|it| it.start <= range.end && range.start <= it.end)
            .map(|it| {
                let back = |at: u32| at.saturating_sub(range.start);
                TextRange::new(back(it.start), back(it.end))
            })
            .collect();
        let (scope, index) = scope_of(&self.db, *item, &tree, &mistakes, offset - range.start);
        Some((scope, shifted(index, range.start)))
    }

    /// Where something is declared. A local name is declared in `file`.
    pub fn declared_at(&self, definition: &Definition, file: FileId) -> Vec<(FileId, TextRange)> {
        let db = &self.db;
        let of_name = |kind: NameKind, name: &Arc<str>| {
            table::lookup(db, Name::new(db, kind, name.clone())).to_vec()
        };
        let owner = match definition {
            Definition::Local { at, .. } => return vec![(file, *at)],
            Definition::BuiltIn(_) => return Vec::new(),
            Definition::Name(kind, name) => of_name(*kind, name),
            Definition::Property { event, .. } => of_name(NameKind::Event, event),
            Definition::Parameter { kind, of, .. } => of_name(*kind, of),
            Definition::Setting { destination, .. } => of_name(NameKind::Destination, destination),
            Definition::Inner { journey, .. } => of_name(NameKind::Journey, journey),
        };
        let mut items: Vec<Item<'_>> = owner.iter().map(|site| site.item).collect();
        items.dedup();
        items.into_iter().flat_map(|item| declarations_in(db, item, definition)).collect()
    }

    /// The declaration that gives a name, as a tree of its own, and the name in it; the first where
    /// there are several. A local name is given in `file`.
    pub fn declaration_of(
        &self,
        definition: &Definition,
        file: FileId,
    ) -> Option<(Tree, TextRange)> {
        let db = &self.db;
        let (file, range) = self.declared_at(definition, file).into_iter().next()?;
        let item = item_at(db, self.source(file)?, range.start)?;
        let offset = item.offset(db);
        let back = |at: u32| at.saturating_sub(offset);
        Some((item.tree(db).clone(), TextRange::new(back(range.start), back(range.end))))
    }

    /// What the names and expressions in the tree of [`Workspace::declaration_of`] stand for, with
    /// places in that.
    pub fn index_of_declaration(&self, definition: &Definition, file: FileId) -> Index {
        let db = &self.db;
        let declared = self.declared_at(definition, file).into_iter().next();
        let item = declared.and_then(|(file, range)| item_at(db, self.source(file)?, range.start));
        item.map(|item| index_in(db, item)).unwrap_or_default()
    }

    /// Every place at which something is named, by file and place. A local name is looked for in
    /// `file` alone.
    pub fn references(&self, definition: &Definition, file: FileId) -> Vec<Spot> {
        self.references_within(definition, file, usize::MAX).0
    }

    /// The same in the first `most` files that have the word, for those who want to know soon
    /// rather than all; and whether those are all.
    pub fn references_within(
        &self,
        definition: &Definition,
        file: FileId,
        most: usize,
    ) -> (Vec<Spot>, bool) {
        let word = definition.word();
        let local = matches!(definition, Definition::Local { .. });
        let mut candidates: Vec<SourceFile> = self
            .files
            .iter()
            .inspect(|_| self.stop.check())
            .filter(
                |it| if local { it.id(&self.db) == file } else { it.text(&self.db).contains(word) },
            )
            .copied()
            .collect();
        let complete = candidates.len() <= most;
        candidates.truncate(most);
        if candidates.len() < 8 {
            let files = candidates.iter().inspect(|_| self.stop.check());
            let found = files.flat_map(|file| named_in(&self.db, *file, definition));
            return (found.collect(), complete);
        }
        let all = self.on_all_cores(&candidates, |db, file| named_in(db, file, definition));
        (all.into_iter().flatten().collect(), complete)
    }

    /// Every place of one file at which something is named.
    pub fn references_in(&self, definition: &Definition, file: FileId) -> Vec<Spot> {
        let found = self.source(file).map(|file| named_in(&self.db, file, definition));
        found.unwrap_or_default()
    }

    /// All names of a kind.
    pub fn names(&self, kind: NameKind) -> Vec<Arc<str>> {
        self.names_where(kind, |_| true)
    }

    /// The names of a kind that `keep` wants, sorted.
    pub fn names_where(&self, kind: NameKind, keep: impl Fn(&str) -> bool) -> Vec<Arc<str>> {
        table::names_where(&self.db, kind, keep).into_iter().collect()
    }

    /// A trait; nothing if there is none of this name.
    pub fn trait_field(&self, name: &str) -> Option<Field> {
        declarations::trait_field(&self.db, name)
    }

    /// An event.
    pub fn event_type(&self, name: &str) -> Option<EventType> {
        let name = Name::new(&self.db, NameKind::Event, Arc::<str>::from(name));
        declarations::event_type(&self.db, name).map(|info| info.ty.clone())
    }

    /// An action, called `destination.action`.
    pub fn action_type(&self, name: &str) -> Option<Arc<ActionType>> {
        declarations::action_type(
            &self.db,
            Name::new(&self.db, NameKind::Action, Arc::<str>::from(name)),
        )
    }

    /// What others may know of a journey.
    pub fn journey_outline(&self, name: &str) -> Option<JourneyOutline> {
        let name = Name::new(&self.db, NameKind::Journey, Arc::<str>::from(name));
        let (outline, takes) = (journey_outline(&self.db, name)?, signature(&self.db, name)?);
        Some(JourneyOutline {
            params: takes.params.clone(),
            event: takes.event.clone(),
            labels: outline.labels.clone(),
            outcomes: outline.outcomes.clone(),
            goals: outline.goals.clone(),
            asking: outline.asking.clone(),
            splits: outline
                .splits
                .iter()
                .map(|(name, arms)| (name.clone(), arms.clone()))
                .collect(),
        })
    }

    /// Whether a name of the workspace is deprecated, and what its author advises instead.
    pub fn deprecation(&self, kind: NameKind, name: &str) -> Option<Arc<str>> {
        let name = Name::new(&self.db, kind, Arc::<str>::from(name));
        crate::attributes::deprecation(&self.db, name)
    }

    fn source(&self, file: FileId) -> Option<SourceFile> {
        self.files.get(file.0 as usize).copied()
    }
}

/// The places of a file at which something is named. Only declarations that have the word are
/// looked into.
fn named_in(db: &Database, file: SourceFile, definition: &Definition) -> Vec<Spot> {
    let (id, word) = (file.id(db), definition.word());
    let with_word = items(db, file).iter().filter(|item| item.tree(db).text().contains(word));
    let found = with_word.flat_map(|item| index_of(db, *item).references);
    let found = found.filter(|it| it.definition == *definition);
    found.map(|it| Spot { file: id, range: it.range, declares: it.declares }).collect()
}
