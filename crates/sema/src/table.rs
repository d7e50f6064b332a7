//! Which names there are, and where each is declared.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use journey_base::TextRange;
use journey_syntax::{AstNode, ast};

use crate::db::{Db, Project, SourceFile, in_order};
use crate::items::{Item, ItemKind, declaration, items};
use crate::names::{NameKind, OpenNames};
use crate::suggest::Candidate;

/// A name of a kind, to ask for.
#[salsa::interned(debug)]
pub(crate) struct Name<'db> {
    /// In which namespace.
    #[returns(copy)]
    pub(crate) kind: NameKind,
    /// The name.
    #[returns(clone)]
    pub(crate) text: Arc<str>,
}

/// A name that an item declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Declared {
    pub(crate) kind: NameKind,
    pub(crate) name: Arc<str>,
    /// The name on the wire.
    pub(crate) wire: Arc<str>,
    /// Of a trait the how manieth field of its block it is, of an action of its destination.
    pub(crate) index: usize,
}

/// Where a name is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, salsa::SalsaValue)]
pub(crate) struct Site<'db> {
    pub(crate) item: Item<'db>,
    pub(crate) index: usize,
}

/// Places by kind and name.
pub(crate) type Names<'db> = BTreeMap<NameKind, BTreeMap<Arc<str>, Vec<Site<'db>>>>;

/// The names of some files.
#[derive(Debug, Clone, Default, PartialEq, Eq, salsa::SalsaValue)]
pub(crate) struct Table<'db> {
    pub(crate) by_name: Names<'db>,
    pub(crate) by_wire: Names<'db>,
    /// Traits and events have another name on the wire now and then.
    candidates: BTreeMap<NameKind, BTreeSet<Candidate>>,
}

impl<'db> Table<'db> {
    fn add_file(&mut self, db: &'db dyn Db, file: SourceFile) {
        for item in items(db, file) {
            for declared in declared(db, *item) {
                let site = Site { item: *item, index: declared.index };
                let Declared { kind, name, wire, .. } = declared;
                self.by_name.entry(*kind).or_default().entry(name.clone()).or_default().push(site);
                // Titles of journeys and audiences are for people; only wires must be unique.
                if matches!(kind, NameKind::Trait | NameKind::Event) {
                    let wires = self.by_wire.entry(*kind).or_default();
                    wires.entry(wire.clone()).or_default().push(site);
                }
                let candidate = Candidate { name: name.clone(), wire: wire.clone() };
                self.candidates.entry(*kind).or_default().insert(candidate);
            }
        }
    }

    fn sites(&self, kind: NameKind, name: &str) -> &[Site<'db>] {
        self.by_name.get(&kind).and_then(|names| names.get(name)).map_or(&[], Vec::as_slice)
    }
}

/// What an item declares.
#[salsa::tracked]
pub(crate) fn declared<'db>(db: &'db dyn Db, item: Item<'db>) -> Vec<Declared> {
    let tree = item.tree(db);
    let one = |kind: NameKind, external: Option<ast::ExternalName<'_>>| {
        let name = item.name(db);
        if name.is_empty() {
            return Vec::new();
        }
        vec![Declared { kind, wire: wire(external, &name), name, index: 0 }]
    };
    match item.kind(db) {
        ItemKind::Customer => {
            let decl: Option<ast::CustomerDecl<'_>> = declaration(tree);
            decl.into_iter().flat_map(|decl| decl.fields().enumerate()).filter_map(field).collect()
        }
        ItemKind::Event => {
            let decl: Option<ast::EventDecl<'_>> = declaration(tree);
            one(NameKind::Event, decl.and_then(|decl| decl.external_name()))
        }
        ItemKind::Audience => one(NameKind::Audience, None),
        ItemKind::Let => one(NameKind::Constant, None),
        ItemKind::Journey => one(NameKind::Journey, None),
        ItemKind::Policy => one(NameKind::Policy, None),
        ItemKind::Destination => {
            let mut names = one(NameKind::Destination, None);
            let decl: Option<ast::DestinationDecl<'_>> = declaration(tree);
            let actions = decl.into_iter().flat_map(|decl| actions(decl).enumerate());
            names.extend(actions.filter_map(|(index, action)| {
                let full: Arc<str> =
                    format!("{}.{}", item.name(db), action.name()?.source()).into();
                Some(Declared { kind: NameKind::Action, wire: full.clone(), name: full, index })
            }));
            let secrets = decl.into_iter().flat_map(|decl| secrets(decl).enumerate());
            names.extend(secrets.filter_map(|(index, secret)| {
                let full: Arc<str> =
                    format!("{}.{}", item.name(db), secret.name()?.source()).into();
                Some(Declared { kind: NameKind::Secret, wire: full.clone(), name: full, index })
            }));
            names
        }
        ItemKind::Test => Vec::new(),
    }
}

fn field((index, field): (usize, ast::Field<'_>)) -> Option<Declared> {
    let name: Arc<str> = field.any_name()?.source().into();
    let wire = wire(field.external_name(), &name);
    Some(Declared { kind: NameKind::Trait, wire, name, index })
}

/// The name on the wire. One with something wrong in it is reported where it is declared.
pub(crate) fn wire(external: Option<ast::ExternalName<'_>>, name: &Arc<str>) -> Arc<str> {
    let text = external.and_then(|external| external.text());
    text.and_then(plain_text).map_or_else(|| name.clone(), Arc::from)
}

/// The value of a text without interpolation.
pub(crate) fn plain_text(text: ast::Text<'_>) -> Option<String> {
    text.plain().ok()?
}

/// The names of the files that no editor has open.
#[salsa::tracked]
pub(crate) fn closed_table<'db>(db: &'db dyn Db) -> Table<'db> {
    let mut table = Table::default();
    for file in Project::get(db).closed(db) {
        table.add_file(db, *file);
    }
    table
}

/// The names of the open files.
#[salsa::tracked]
pub(crate) fn open_table<'db>(db: &'db dyn Db) -> Table<'db> {
    let mut table = Table::default();
    for file in Project::get(db).open(db) {
        table.add_file(db, *file);
    }
    table
}

/// The names that open files declare: what the database is told of them.
#[salsa::tracked]
pub(crate) fn open_names(db: &dyn Db) -> Arc<OpenNames> {
    let table = open_table(db);
    let keys = |names: &Names<'_>| {
        names.iter().map(|(kind, names)| (*kind, names.keys().cloned().collect())).collect()
    };
    Arc::new(OpenNames::new(keys(&table.by_name), keys(&table.by_wire)))
}

/// The tables in which names of a kind may stand: that of the open files is looked at only where
/// it has any.
fn tables<'db>(db: &'db dyn Db, kind: NameKind) -> impl Iterator<Item = &'db Table<'db>> {
    let open = Project::get(db).open_names(db).has_any(kind).then(|| open_table(db));
    std::iter::once(closed_table(db)).chain(open)
}

/// Where a name is declared: nowhere, once, or too often. In the order of files.
#[salsa::tracked]
pub(crate) fn lookup<'db>(db: &'db dyn Db, name: Name<'db>) -> Vec<Site<'db>> {
    let (kind, text) = (name.kind(db), name.text(db));
    let mut sites = closed_table(db).sites(kind, &text).to_vec();
    if Project::get(db).open_names(db).has(kind, &text) {
        sites.extend(open_table(db).sites(kind, &text));
        // Within a file the order of declarations is that of the tables.
        sites.sort_by(|a, b| in_order(db, a.item.file(db), b.item.file(db)));
    }
    sites
}

/// The item that declares a name first.
pub(crate) fn declaring<'db>(db: &'db dyn Db, kind: NameKind, name: &str) -> Option<Site<'db>> {
    lookup(db, Name::new(db, kind, Arc::from(name))).first().copied()
}

/// All names of a kind, sorted: what may have been meant by an unknown one.
pub(crate) fn candidates(db: &dyn Db, kind: NameKind) -> Vec<Candidate> {
    let sets = tables(db, kind).filter_map(|table| table.candidates.get(&kind));
    let all: BTreeSet<Candidate> = sets.flatten().cloned().collect();
    all.into_iter().collect()
}

/// All names of a kind, sorted, of which `keep` wants to know.
pub(crate) fn names_where(
    db: &dyn Db,
    kind: NameKind,
    keep: impl Fn(&str) -> bool,
) -> BTreeSet<Arc<str>> {
    let names = tables(db, kind).filter_map(|table| table.by_name.get(&kind));
    names.flat_map(BTreeMap::keys).filter(|name| keep(name)).cloned().collect()
}

/// All items that declare a name of a kind, by name, the first of each.
pub(crate) fn all<'db>(db: &'db dyn Db, kind: NameKind) -> Vec<(Arc<str>, Site<'db>)> {
    let names = tables(db, kind).filter_map(|table| table.by_name.get(&kind));
    let names: BTreeSet<&Arc<str>> = names.flat_map(BTreeMap::keys).collect();
    let first = |name: &Arc<str>| Some((name.clone(), declaring(db, kind, name)?));
    names.into_iter().filter_map(first).collect()
}

/// The actions of a destination, in order.
pub(crate) fn actions<'t>(
    decl: ast::DestinationDecl<'t>,
) -> impl Iterator<Item = ast::ActionDecl<'t>> + 't {
    decl.destination_items().filter_map(|item| match item {
        ast::DestinationItem::ActionDecl(action) => Some(action),
        _ => None,
    })
}

/// The secrets of a destination, in order.
fn secrets<'t>(decl: ast::DestinationDecl<'t>) -> impl Iterator<Item = ast::SecretDecl<'t>> + 't {
    decl.destination_items().filter_map(|item| match item {
        ast::DestinationItem::SecretDecl(secret) => Some(secret),
        _ => None,
    })
}

/// Where in its item a name is written.
pub(crate) fn name_range(db: &dyn Db, site: Site<'_>, kind: NameKind) -> TextRange {
    let tree = site.item.tree(db);
    let range = match kind {
        NameKind::Trait => declaration::<ast::CustomerDecl<'_>>(tree)
            .and_then(|decl| decl.fields().nth(site.index)?.any_name())
            .map(|name| name.range()),
        NameKind::Action => declaration::<ast::DestinationDecl<'_>>(tree)
            .and_then(|decl| actions(decl).nth(site.index)?.name())
            .map(|name| name.range()),
        NameKind::Secret => declaration::<ast::DestinationDecl<'_>>(tree)
            .and_then(|decl| secrets(decl).nth(site.index)?.name())
            .map(|name| name.range()),
        _ => tree.root().child::<ast::Name<'_>>().map(|name| name.range()),
    };
    range.unwrap_or_default()
}
