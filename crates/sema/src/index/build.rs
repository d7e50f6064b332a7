//! The index of a declaration: one more check of it, with a record kept, and the names it gives.

use std::sync::Arc;

use journey_base::{FileId, TextRange};
use journey_syntax::{AstNode, Tree, ast};

use super::{Definition, Index, InnerKind, Reference, Scope};
use crate::db::{Db, SourceFile};
use crate::diagnostics::contained;
use crate::items::{Item, ItemKind, declaration, items};
use crate::journey::outline;
use crate::names::NameKind;
use crate::record::{Found, Record};
use crate::table::{self, Site, declared};
use crate::view::View;
use crate::{audiences, constants, declarations, destinations, journey, policies, tests_decl};

/// The declaration that `offset` of a file lies in or touches; of two, the one that begins there.
pub(crate) fn item_at(db: &dyn Db, file: SourceFile, offset: u32) -> Option<Item<'_>> {
    let item = *last_from(items(db, file), offset, |item| item.offset(db))?;
    let end = item.offset(db) + item.tree(db).text().len() as u32;
    (offset <= end).then_some(item)
}

/// The last of some things, which stand in order, that begins at `offset` or before. A file may
/// declare thousands of things and be asked about each of them, so it looks at a few alone.
fn last_from<T>(things: &[T], offset: u32, start: impl Fn(&T) -> u32) -> Option<&T> {
    let behind = things.partition_point(|thing| start(thing) <= offset);
    things.get(behind.checked_sub(1)?)
}

/// What the names in a declaration stand for, with places in its file.
pub(crate) fn index_of(db: &dyn Db, item: Item<'_>) -> Index {
    shifted(index_in(db, item), item.offset(db))
}

/// The same with places in the declaration.
pub(crate) fn index_in(db: &dyn Db, item: Item<'_>) -> Index {
    let view = View::of(db, item);
    let found = recorded(view, None);
    let mut references: Vec<Reference> = found
        .references
        .into_iter()
        .map(|(range, definition)| {
            let declares = matches!(&definition, Definition::Local { at, .. } if *at == range);
            Reference { range, definition, declares }
        })
        .collect();
    references.extend(given(db, item).into_iter().map(|(range, definition)| Reference {
        range,
        definition,
        declares: true,
    }));
    references.retain(|it| !it.range.is_empty());
    references.sort_by(|a, b| {
        (a.range, !a.declares, &a.definition).cmp(&(b.range, !b.declares, &b.definition))
    });
    // A declaration speaks of itself in more than one way; and what is checked twice is noted twice.
    references.dedup_by(|a, b| a.range == b.range);
    Index { references, types: found.types }
}

/// What can stand at `offset` of a declaration that is read as `tree`.
pub(crate) fn scope_of(
    db: &dyn Db,
    item: Item<'_>,
    tree: &Tree,
    mistakes: &[TextRange],
    offset: u32,
) -> (Option<Scope>, Index) {
    let view = View { db, item, tree, mistakes, record: None };
    let found = recorded(view, Some(offset));
    let references = found.references.into_iter();
    let references = references
        .map(|(range, definition)| Reference { range, definition, declares: false })
        .collect();
    (found.scope, Index { references, types: found.types })
}

/// Checks a declaration and gives what was recorded. A panic of the checker is reported elsewhere.
fn recorded(view: View<'_>, cursor: Option<u32>) -> Found {
    let record = Record { cursor, ..Record::default() };
    let view = View { record: Some(&record), ..view };
    let _ = contained(|| check(view));
    record.found.into_inner()
}

fn check(view: View<'_>) {
    match view.item.kind(view.db) {
        ItemKind::Customer => drop(declarations::customer(view)),
        ItemKind::Event => drop(declarations::event(view)),
        ItemKind::Audience => drop(audiences::audience(view)),
        ItemKind::Let => {
            drop(constants::compute(view, &constants::constants(view.db).values));
        }
        ItemKind::Policy => drop(policies::rules(view)),
        ItemKind::Destination => drop(destinations::destination(view)),
        ItemKind::Journey => drop(journey::journey(view)),
        ItemKind::Test => drop(tests_decl::test(view)),
    }
}

/// Puts an index of a declaration into its file.
pub(crate) fn shifted(mut index: Index, by: u32) -> Index {
    for reference in &mut index.references {
        reference.range = reference.range.shift(by);
        if let Definition::Local { at, .. } = &mut reference.definition {
            *at = at.shift(by);
        }
    }
    for (range, _) in &mut index.types {
        *range = range.shift(by);
    }
    index
}

type Given = Vec<(TextRange, Definition)>;

/// Whether a declaration gives many names of a kind: they are walked over once, as each has to be
/// looked for from the first one on.
fn is_one_of_many(kind: NameKind) -> bool {
    matches!(kind, NameKind::Trait | NameKind::Action | NameKind::Secret)
}

/// The names that a declaration gives, relative to it.
pub(crate) fn given(db: &dyn Db, item: Item<'_>) -> Given {
    let mut given: Given = Vec::new();
    let (name, tree) = (item.name(db), item.tree(db));
    for declared in declared(db, item).iter().filter(|it| !is_one_of_many(it.kind)) {
        let range = table::name_range(db, Site { item, index: declared.index }, declared.kind);
        given.push((range, Definition::Name(declared.kind, declared.name.clone())));
    }
    match item.kind(db) {
        ItemKind::Customer => {
            let decl: Option<ast::CustomerDecl<'_>> = declaration(tree);
            let names = decl.into_iter().flat_map(|decl| decl.fields());
            given.extend(
                names
                    .filter_map(|field| field.any_name())
                    .map(|it| (it.range(), Definition::Name(NameKind::Trait, it.source().into()))),
            );
        }
        ItemKind::Event => {
            let decl: Option<ast::EventDecl<'_>> = declaration(tree);
            let fields = decl.into_iter().flat_map(|decl| decl.fields());
            given.extend(fields.filter_map(|field| field.any_name()).map(|it| {
                (it.range(), Definition::Property { event: name.clone(), name: it.source().into() })
            }));
        }
        ItemKind::Destination => given_in_destination(declaration(tree), &name, &mut given),
        ItemKind::Journey => given_in_journey(declaration(tree), &name, &mut given),
        _ => {}
    }
    given
}

fn given_in_destination(
    decl: Option<ast::DestinationDecl<'_>>,
    destination: &Arc<str>,
    given: &mut Given,
) {
    let Some(decl) = decl else { return };
    for item in decl.destination_items() {
        match item {
            ast::DestinationItem::SettingDecl(setting) => {
                given.extend(setting.any_name().map(|it| {
                    let (destination, name) = (destination.clone(), it.source().into());
                    (it.range(), Definition::Setting { destination, name })
                }));
            }
            ast::DestinationItem::ActionDecl(action) => {
                let Some(name) = action.name() else { continue };
                let of: Arc<str> = format!("{destination}.{}", name.source()).into();
                given.push((name.range(), Definition::Name(NameKind::Action, of.clone())));
                parameters(action.param_list(), NameKind::Action, &of, given);
            }
            ast::DestinationItem::SecretDecl(secret) => {
                let Some(name) = secret.name() else { continue };
                let of: Arc<str> = format!("{destination}.{}", name.source()).into();
                given.push((name.range(), Definition::Name(NameKind::Secret, of)));
            }
        }
    }
}

fn parameters(list: Option<ast::ParamList<'_>>, kind: NameKind, of: &Arc<str>, given: &mut Given) {
    let params = list.into_iter().flat_map(|list| list.params());
    given.extend(params.filter_map(|param| param.any_name()).map(|it| {
        (it.range(), Definition::Parameter { kind, of: of.clone(), name: it.source().into() })
    }));
}

fn given_in_journey(decl: Option<ast::JourneyDecl<'_>>, journey: &Arc<str>, given: &mut Given) {
    let Some(decl) = decl else { return };
    parameters(decl.param_list(), NameKind::Journey, journey, given);
    let mut give = |kind: InnerKind, at: Option<ast::Name<'_>>, prefix: &str| {
        let Some(at) = at else { return };
        let name = format!("{prefix}{}", at.source()).into();
        given.push((at.range(), Definition::Inner { kind, journey: journey.clone(), name }));
    };
    for clause in decl.header_clauses() {
        match clause {
            ast::HeaderClause::ExitClause(exit) => give(InnerKind::Outcome, exit.name(), ""),
            ast::HeaderClause::GoalClause(goal) => give(InnerKind::Goal, goal.names().next(), ""),
            _ => {}
        }
    }
    for tile in outline::all_tiles(decl) {
        give(InnerKind::Label, tile.label().and_then(|label| label.name()), "");
        match tile.tile_kind() {
            Some(ast::TileKind::Exit(exit)) => give(InnerKind::Outcome, exit.name(), ""),
            Some(ast::TileKind::Split(split)) => {
                give(InnerKind::Split, split.name(), "");
                let prefix = format!("{}.", split.name().map_or("", |name| name.source()));
                for arm in split.split_arms() {
                    give(InnerKind::SplitArm, arm.name(), &prefix);
                }
            }
            _ => {}
        }
    }
}

/// Where a declaration gives a name. Looks at the names alone, and checks nothing.
pub(crate) fn declarations_in(
    db: &dyn Db,
    item: Item<'_>,
    wanted: &Definition,
) -> Vec<(FileId, TextRange)> {
    let (id, offset) = (item.file(db).id(db), item.offset(db));
    let found = given(db, item).into_iter().filter(|(_, given)| given == wanted);
    found.map(|(range, _)| (id, range.shift(offset))).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::last_from;

    #[test]
    fn a_declaration_is_found_without_looking_at_all_of_them() {
        let starts: Vec<u32> = (0..24_000).map(|number| number * 10).collect();
        let looked = Cell::new(0);
        let start = |start: &u32| {
            looked.set(looked.get() + 1);
            *start
        };
        for (at, begins) in starts.iter().enumerate() {
            assert_eq!(last_from(&starts, *begins, start), starts.get(at));
            assert_eq!(last_from(&starts, begins + 9, start), starts.get(at));
        }
        assert!(looked.get() < starts.len() * 2 * 20, "{} looks", looked.get());
        assert_eq!(last_from(&starts[1..], 9, start), None);
    }
}
