//! Names that are declared more than once, and names on the wire that stand for two things.

use std::sync::Arc;

use journey_base::{Code, Diagnostic};

use crate::db::{Db, Project, SourceFile, in_order};
use crate::items::items;
use crate::names::NameKind;
use crate::table::{Names, Site, closed_table, declared, name_range, open_table};

/// A name with several places.
#[derive(Debug, Clone, PartialEq, Eq, salsa::SalsaValue)]
struct Duplicate<'db> {
    /// Whether it is the name on the wire that is the same.
    wire: bool,
    kind: NameKind,
    name: Arc<str>,
    /// The places, the first declaration first.
    sites: Vec<Site<'db>>,
}

/// Those of which no open file declares any: they stay what they are while someone types.
#[salsa::tracked]
fn closed_duplicates<'db>(db: &'db dyn Db) -> Vec<Duplicate<'db>> {
    let (table, open) = (closed_table(db), Project::get(db).open_names(db));
    let mut found = Vec::new();
    for (wire, names) in [(false, &table.by_name), (true, &table.by_wire)] {
        for (kind, name, sites) in flat(names) {
            let opened = if wire { open.has_wire(kind, name) } else { open.has(kind, name) };
            if !opened {
                found.extend(duplicate(db, wire, kind, name, sites.clone()));
            }
        }
    }
    found
}

/// Those of which some open file declares one.
#[salsa::tracked]
fn open_duplicates<'db>(db: &'db dyn Db) -> Vec<Duplicate<'db>> {
    let (open, closed) = (open_table(db), closed_table(db));
    let tables = [(false, &open.by_name, &closed.by_name), (true, &open.by_wire, &closed.by_wire)];
    let mut found = Vec::new();
    for (wire, names, others) in tables {
        for (kind, name, sites) in flat(names) {
            let others = others.get(&kind).and_then(|names| names.get(name));
            let sites = others.into_iter().flatten().chain(sites).copied().collect();
            found.extend(duplicate(db, wire, kind, name, sites));
        }
    }
    found
}

/// The entries of a table.
fn flat<'t, 'db>(
    names: &'t Names<'db>,
) -> impl Iterator<Item = (NameKind, &'t Arc<str>, &'t Vec<Site<'db>>)> {
    names.iter().flat_map(|(kind, names)| names.iter().map(|(name, sites)| (*kind, name, sites)))
}

/// The places of a name as a mistake, if they are one.
fn duplicate<'db>(
    db: &'db dyn Db,
    wire: bool,
    kind: NameKind,
    name: &Arc<str>,
    mut sites: Vec<Site<'db>>,
) -> Option<Duplicate<'db>> {
    if sites.len() < 2 {
        return None;
    }
    // The same name twice is one mistake, not one in source and one on the wire.
    let mut names = sites.iter().filter_map(|site| name_at(db, *site, kind));
    let first = names.next();
    if wire && names.all(|name| Some(name) == first) {
        return None;
    }
    sites.sort_by(|a, b| in_order(db, a.item.file(db), b.item.file(db)));
    Some(Duplicate { wire, kind, name: name.clone(), sites })
}

fn name_at<'db>(db: &'db dyn Db, site: Site<'db>, kind: NameKind) -> Option<&'db Arc<str>> {
    let mut names = declared(db, site.item).iter();
    let found = names.find(|declared| declared.kind == kind && declared.index == site.index);
    found.map(|declared| &declared.name)
}

/// Whether a file declares a name that an open file declares, be it itself.
fn shares_with_open(db: &dyn Db, file: SourceFile) -> bool {
    let open = Project::get(db).open_names(db);
    let mut names = items(db, file).iter().flat_map(|item| declared(db, *item));
    names.any(|it| open.has(it.kind, &it.name) || open.has_wire(it.kind, &it.wire))
}

/// Names that this file declares and an earlier place declares already.
pub(crate) fn duplicates(db: &dyn Db, file: SourceFile) -> Vec<Diagnostic> {
    let open = if shares_with_open(db, file) { open_duplicates(db).as_slice() } else { &[] };
    let mut all: Vec<&Duplicate<'_>> = closed_duplicates(db).iter().chain(open).collect();
    // Where a name has both mistakes they come in the same order, whichever files are open.
    all.sort_by_key(|duplicate| duplicate.wire);
    let mut found = Vec::new();
    for Duplicate { wire, kind, name, sites } in all {
        let Some((first, rest)) = sites.split_first() else { continue };
        // What the parser took for a declaration need not be one where it found a mistake.
        let sound = |site: &&Site<'_>| !site.item.broken(db) && !first.item.broken(db);
        for site in rest.iter().filter(|site| site.item.file(db) == file).filter(sound) {
            let place = |site: Site<'_>| name_range(db, site, *kind).shift(site.item.offset(db));
            let message = match wire {
                false => format!("the {kind} `{name}` is declared twice"),
                true => format!("two {kind}s have the name \"{name}\" on the wire"),
            };
            let diagnostic = Diagnostic::new(Code::DUPLICATE, file.id(db), place(*site), message);
            let first_file = first.item.file(db).id(db);
            found.push(diagnostic.label("again").also(first_file, place(*first), "first here"));
        }
    }
    found
}
