//! Names that nobody uses.

use std::sync::Arc;

use journey_base::{Applicability, Code, Diagnostic, TextRange};

use crate::cx::Uses;
use crate::db::{Db, Project, SourceFile};
use crate::diagnostics::parses;
use crate::findings::Finding;
use crate::items::{Item, ItemKind, items};
use crate::names::NameKind;
use crate::table::{self, Name, Site, declared};
use crate::{
    audiences, constants, declarations, destinations, journey, policies, suggest, tests_decl,
};

/// What was found in an item's body.
pub(crate) fn findings<'db>(db: &'db dyn Db, item: Item<'db>) -> &'db Arc<[Finding]> {
    match item.kind(db) {
        ItemKind::Customer => &declarations::check_customer(db, item).findings,
        ItemKind::Event => &declarations::check_event(db, item).findings,
        ItemKind::Destination => &destinations::check_destination(db, item).findings,
        ItemKind::Let => &constants::check_let(db, item).findings,
        ItemKind::Policy => &policies::check_policy(db, item).findings,
        ItemKind::Audience => &audiences::check_audience(db, item).findings,
        ItemKind::Journey => &journey::check_journey(db, item).findings,
        ItemKind::Test => &tests_decl::check_test(db, item).findings,
    }
}

/// The names an item uses.
fn uses<'db>(db: &'db dyn Db, item: Item<'db>) -> &'db Arc<Uses> {
    match item.kind(db) {
        ItemKind::Customer => &declarations::check_customer(db, item).uses,
        ItemKind::Event => &declarations::check_event(db, item).uses,
        ItemKind::Destination => &destinations::check_destination(db, item).uses,
        ItemKind::Let => &constants::check_let(db, item).uses,
        ItemKind::Policy => &policies::check_policy(db, item).uses,
        ItemKind::Audience => &audiences::check_audience(db, item).uses,
        ItemKind::Journey => &journey::check_journey(db, item).uses,
        ItemKind::Test => &tests_decl::check_test(db, item).uses,
    }
}

/// What else a declaration does: an event that is declared is counted, a destination is there for
/// others. A constant is nothing but what is made of it.
fn certainty(kind: NameKind) -> Applicability {
    if kind == NameKind::Constant { Applicability::Safe } else { Applicability::Unsafe }
}

/// How long the line end is that a text begins with, if it begins with one.
pub(crate) fn line_end(text: &str) -> u32 {
    let rest = text.strip_prefix("\r\n").or_else(|| text.strip_prefix('\n'));
    rest.map_or(0, |rest| (text.len() - rest.len()) as u32)
}

/// A declaration with the end of its last line.
fn whole(db: &dyn Db, item: Item<'_>) -> TextRange {
    let start = item.offset(db);
    let end = start + item.tree(db).text().len() as u32;
    let text = item.file(db).text(db);
    TextRange::new(start, end + line_end(text.get(end as usize..).unwrap_or_default()))
}

/// Of so many misspelt names it is found out what they were meant to be.
const MAX_MISSPELT: usize = 200;

/// The names that some files use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Used {
    names: Uses,
    /// Names that are not declared.
    misspelt: Uses,
}

impl Used {
    fn of(db: &dyn Db, files: &[SourceFile]) -> Used {
        let mut used = Used::default();
        for item in files.iter().flat_map(|file| items(db, *file)) {
            used.names.extend(uses(db, *item).iter().cloned());
            let unknown = findings(db, *item).iter().filter_map(|finding| finding.unknown.as_ref());
            used.misspelt.extend(unknown.map(|unknown| (unknown.kind, unknown.name.clone())));
        }
        used
    }
}

#[salsa::tracked]
fn closed_uses(db: &dyn Db) -> Used {
    Used::of(db, Project::get(db).closed(db))
}

#[salsa::tracked]
fn open_uses(db: &dyn Db) -> Used {
    Used::of(db, Project::get(db).open(db))
}

/// What misspelt names were meant to be.
#[salsa::tracked]
fn meant(db: &dyn Db) -> Uses {
    let misspelt: Uses = closed_uses(db).misspelt.union(&open_uses(db).misspelt).cloned().collect();
    let mut all = Uses::new();
    for (kind, name) in misspelt.into_iter().take(MAX_MISSPELT) {
        let known = table::candidates(db, kind);
        let meant = suggest::closest(&name, &known);
        all.extend(meant.into_iter().map(|meant| (kind, meant.name.clone())));
    }
    all
}

/// Whether a name is used anywhere. One that was misspelt was meant to be used; that it is not
/// otherwise says nothing.
#[salsa::tracked(returns(copy))]
fn is_used<'db>(db: &'db dyn Db, name: Name<'db>) -> bool {
    let name = (name.kind(db), name.text(db));
    closed_uses(db).names.contains(&name)
        || open_uses(db).names.contains(&name)
        || meant(db).contains(&name)
}

/// Warnings about names that this file declares and nobody uses. A name that begins with `_` says
/// that this is meant. Journeys are what it is all for, and traits come from outside.
pub(crate) fn unused(db: &dyn Db, file: SourceFile) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for item in items(db, file) {
        for declared in declared(db, *item) {
            let kind = declared.kind;
            let wanted = matches!(
                kind,
                NameKind::Event
                    | NameKind::Audience
                    | NameKind::Destination
                    | NameKind::Policy
                    | NameKind::Constant
            );
            let name = Name::new(db, kind, declared.name.clone());
            if !wanted || declared.name.starts_with('_') || is_used(db, name) {
                continue;
            }
            let site = Site { item: *item, index: declared.index };
            let range = table::name_range(db, site, kind).shift(item.offset(db));
            let message = format!("the {kind} `{}` is never used", declared.name);
            let diagnostic = Diagnostic::new(Code::UNUSED, file.id(db), range, message);
            let kept = format!("remove it, or call it `_{}` if it is to be kept", declared.name);
            let diagnostic = diagnostic.note(kept);
            // The rest of a declaration that the parser stumbled over may lie outside of it.
            found.push(match item.broken(db) {
                true => diagnostic,
                false => diagnostic.fix(certainty(kind), "remove it", whole(db, *item), ""),
            });
        }
    }
    // What the parser could not read may use any name.
    if found.is_empty() || parses(db) { found } else { Vec::new() }
}
