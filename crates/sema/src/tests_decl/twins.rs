//! Tests of one title about one journey in one file: a report could not tell them apart.

use std::collections::hash_map::Entry;

use journey_base::{Code, Diagnostic, TextRange};
use journey_syntax::{AstNode, ast};
use rustc_hash::FxHashMap;

use crate::db::{Db, SourceFile};
use crate::items::{Item, ItemKind, declaration, items};

/// The tests of a file that an earlier one has the title of.
pub(crate) fn twins(db: &dyn Db, file: SourceFile) -> Vec<Diagnostic> {
    let tests = items(db, file).iter().copied();
    let tests = tests.filter(|item| item.kind(db) == ItemKind::Test && !item.broken(db));
    let mut firsts: FxHashMap<(&str, &str), Item<'_>> = FxHashMap::default();
    let mut found = Vec::new();
    for test in tests {
        let Some((title, journey)) = identity(db, test) else { continue };
        match firsts.entry((title.source(), journey)) {
            Entry::Vacant(place) => {
                place.insert(test);
            }
            Entry::Occupied(first) => {
                let message = format!("two tests of `{journey}` are called {}", title.source());
                let again = Diagnostic::new(Code::DUPLICATE, file.id(db), range(db, test), message);
                let first = range(db, *first.get());
                let again = again.label("again").also(file.id(db), first, "first here");
                found.push(again.note("a report could not tell them apart"));
            }
        }
    }
    found
}

/// What a report knows a test by.
fn identity<'db>(db: &'db dyn Db, test: Item<'db>) -> Option<(ast::Text<'db>, &'db str)> {
    let decl: ast::TestDecl<'_> = declaration(test.tree(db))?;
    let journey = decl.steps().find_map(|step| match step {
        ast::Step::JourneyStep(step) => step.name(),
        _ => None,
    })?;
    Some((decl.text()?, journey.source()))
}

/// Where its title stands in the file.
fn range(db: &dyn Db, test: Item<'_>) -> TextRange {
    let title = identity(db, test).map_or_else(TextRange::default, |(title, _)| title.range());
    title.shift(test.offset(db))
}
