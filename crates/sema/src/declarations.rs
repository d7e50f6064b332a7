//! What declarations say: traits, events, actions. And the small queries by which bodies ask for
//! just what they speak of.

use std::sync::Arc;

use journey_base::Code;
use journey_syntax::{AstNode, ast};

use crate::attributes::Bearer;
use crate::cx::{Cx, Outcome, Stage};
use crate::db::Db;
use crate::destinations::check_destination;
use crate::findings::Finding;
use crate::items::{Item, declaration};
use crate::names::NameKind;
use crate::table::{self, Name, wire};
use crate::types::{FieldRole, FieldSyntax};
use crate::view::View;
use crate::{ActionType, EventType, Field, Type};

/// An event, and whether more may be said of it than the parser could read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EventInfo {
    pub(crate) ty: EventType,
    /// A property that is not there may be lost in a mistake.
    pub(crate) broken: bool,
}

/// A block of traits.
#[salsa::tracked]
pub(crate) fn check_customer<'db>(db: &'db dyn Db, item: Item<'db>) -> Outcome<Vec<Field>> {
    customer(View::of(db, item))
}

/// A block of traits, seen so.
pub(crate) fn customer(view: View<'_>) -> Outcome<Vec<Field>> {
    let mut cx = Cx::new(view, Stage::Constant);
    let decl: Option<ast::CustomerDecl<'_>> = declaration(view.tree);
    let fields = decl.into_iter().flat_map(|decl| decl.fields()).map(FieldSyntax::from);
    let fields = cx.fields(fields.collect(), FieldRole::Trait);
    lenient(cx, fields)
}

/// An event.
#[salsa::tracked]
pub(crate) fn check_event<'db>(db: &'db dyn Db, item: Item<'db>) -> Outcome<EventInfo> {
    event(View::of(db, item))
}

/// An event, seen so.
pub(crate) fn event(view: View<'_>) -> Outcome<EventInfo> {
    let mut cx = Cx::new(view, Stage::Constant);
    let decl: Option<ast::EventDecl<'_>> = declaration(view.tree);
    cx.style_of(decl.and_then(|decl| decl.name()));
    cx.external_name(decl.and_then(|decl| decl.external_name()));
    let attributes = decl.into_iter().flat_map(|decl| decl.attributes());
    cx.marks(attributes, Bearer::name("an event"));
    let fields = decl.into_iter().flat_map(|decl| decl.fields()).map(FieldSyntax::from);
    let properties = cx.fields(fields.collect(), FieldRole::Property);
    let name = view.item.name(view.db);
    let wire = wire(decl.and_then(|decl| decl.external_name()), &name);
    let ty = EventType { name, wire, properties };
    lenient(cx, EventInfo { ty, broken: view.item.broken(view.db) })
}

/// A declaration with a mistake in one field still declares the others, so the value is kept:
/// bodies that use them are checked all the same. Fields with a mistake have the error type.
pub(crate) fn lenient<T>(cx: Cx<'_>, value: T) -> Outcome<T> {
    Outcome { value: Some(Arc::new(value)), findings: cx.findings.into(), uses: Arc::new(cx.uses) }
}

impl Cx<'_> {
    /// A name on the wire or a title: a text that stands as it is.
    pub(crate) fn external_name(&mut self, external: Option<ast::ExternalName<'_>>) {
        if let Some(text) = external.and_then(|external| external.text()) {
            let value = self.plain_text(text, "a name");
            if value.is_some_and(|value| value.trim().is_empty()) {
                let finding = Finding::new(Code::BAD_SHAPE, text.range(), "this name is empty");
                self.report(finding.note("leave it out where the name in source will do"));
            }
        }
    }
}

/// The type of a trait.
#[salsa::tracked(returns(clone))]
pub(crate) fn trait_type<'db>(db: &'db dyn Db, name: Name<'db>) -> Option<Type> {
    trait_field(db, &name.text(db)).map(|field| field.ty)
}

/// A trait, with its name on the wire and default. Bodies ask for the type only.
pub(crate) fn trait_field(db: &dyn Db, name: &str) -> Option<Field> {
    let site = table::declaring(db, NameKind::Trait, name)?;
    let fields = check_customer(db, site.item).value.as_ref()?;
    fields.iter().find(|field| *field.name == *name).cloned()
}

/// An event.
#[salsa::tracked(returns(clone))]
pub(crate) fn event_type<'db>(db: &'db dyn Db, name: Name<'db>) -> Option<Arc<EventInfo>> {
    let site = table::lookup(db, name).first()?;
    check_event(db, site.item).value.clone()
}

/// An action, called `destination.action`.
#[salsa::tracked(returns(clone))]
pub(crate) fn action_type<'db>(db: &'db dyn Db, name: Name<'db>) -> Option<Arc<ActionType>> {
    let site = table::lookup(db, name).first()?;
    let info = check_destination(db, site.item).value.as_ref()?;
    let wanted = name.text(db);
    info.actions.iter().find(|action| action.name == wanted).cloned().map(Arc::new)
}

/// Whether a name is declared at all.
#[salsa::tracked(returns(copy))]
pub(crate) fn exists<'db>(db: &'db dyn Db, name: Name<'db>) -> bool {
    !table::lookup(db, name).is_empty()
}

impl Cx<'_> {
    /// The type of a trait.
    pub(crate) fn trait_type(&self, name: &str) -> Option<Type> {
        trait_type(self.db, Name::new(self.db, NameKind::Trait, Arc::from(name)))
    }

    /// An event that is referred to; one that does not exist is reported.
    pub(crate) fn event(&mut self, name: Option<ast::Name<'_>>) -> Option<Arc<EventInfo>> {
        let name = name?;
        let text: Arc<str> = name.source().into();
        let found = event_type(self.db, Name::new(self.db, NameKind::Event, text.clone()));
        match &found {
            Some(_) => {
                self.uses(NameKind::Event, &text, name.range());
                self.discourage_name(NameKind::Event, &text, name.range());
            }
            None => self.unknown(NameKind::Event, &text, name.range()),
        }
        found
    }

    /// Whether something of this name and kind is declared.
    pub(crate) fn exists(&self, kind: NameKind, name: &str) -> bool {
        exists(self.db, Name::new(self.db, kind, Arc::from(name)))
    }
}
