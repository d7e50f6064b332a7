//! Personal data: where values marked `@pii` may go.
//!
//! Whatever is made of personal data is personal data: a text it is put into, a list or record it is
//! part of, arithmetic with it. What merely asks about it is not: comparisons, `is set`, a length, a
//! count, and which branch is taken.

use std::sync::Arc;

use journey_base::{Code, TextRange};

use crate::cx::Cx;
use crate::db::Db;
use crate::declarations::{event_type, trait_field};
use crate::findings::{Finding, Place};
use crate::names::NameKind;
use crate::table::Name;
use crate::thir::{BindingId, BindingKind, Expr, ExprKind, FoldFn, HistoryFn, UnaryOp};
use crate::{Field, Marks, Type, walk};

/// Where personal data comes from.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// ``the trait `email` ``
    pub(crate) what: String,
    pub(crate) place: Place,
}

/// The personal data in a value that has a name.
#[derive(Debug, Clone)]
pub(crate) struct Personal {
    pub(crate) source: Source,
    /// Whether the value is personal data as a whole, whatever the marks of its fields.
    pub(crate) whole: bool,
}

/// Where a value goes.
pub(crate) struct Sink<'s> {
    /// ``the parameter `to` of `mail.email` ``
    pub(crate) what: &'s str,
    /// What marking it is called, and where the mark is put.
    pub(crate) mark: (&'s str, Mark),
}

/// Where a mark is put.
pub(crate) enum Mark {
    /// Behind something in the same item.
    Here(TextRange),
    /// Behind a declaration.
    At(Place),
}

/// What the attributes of a trait say.
#[salsa::tracked(returns(clone))]
fn trait_marks<'db>(db: &'db dyn Db, name: Name<'db>) -> Option<(Marks, bool)> {
    let field = trait_field(db, &name.text(db))?;
    Some((field.marks.clone(), field.holds_pii()))
}

impl Cx<'_> {
    /// Reports personal data on its way into something that is not marked.
    pub(crate) fn keep_private(&mut self, value: &Expr, sink: &Sink<'_>) {
        if value.is_error() {
            return;
        }
        let Some(finding) = self.leaks(value, sink.what) else { return };
        let title = format!("mark {} `@pii`", sink.mark.0);
        self.report(match &sink.mark.1 {
            Mark::Here(range) => finding.guess(title, TextRange::empty(range.end), " @pii"),
            Mark::At(place) => finding.elsewhere(title, place.clone(), " @pii"),
        });
    }

    /// The finding about personal data in a value that goes somewhere.
    fn leaks(&self, value: &Expr, what: &str) -> Option<Finding> {
        let source = self.personal(value, true)?;
        let message = format!("personal data goes into {what}, which is not marked `@pii`");
        let finding = Finding::new(Code::PERSONAL_DATA, value.range, message)
            .label(format!("this is made of {}", source.what));
        Some(finding.at(source.place, "marked `@pii` here"))
    }

    /// The same for a value that a journey is given.
    pub(crate) fn keep_from_journey(&mut self, value: &Expr, journey: &Arc<str>, param: &Field) {
        if param.holds_pii() || value.is_error() {
            return;
        }
        let what = format!("`{}` of the journey `{journey}`", param.name);
        if let Some(finding) = self.leaks(value, &what) {
            let place = Place::Name(NameKind::Journey, journey.clone());
            self.report(finding.at(place, "the journey is declared here"));
        }
    }

    /// The same for a value of a parameter of an action.
    pub(crate) fn keep_from_parameter(&mut self, value: &Expr, action: &str, param: &Field) {
        if param.holds_pii() {
            return;
        }
        let what = format!("the parameter `{}` of `{action}`", param.name);
        let place = Place::AfterParameter(action.into(), param.name.clone());
        self.keep_private(value, &Sink { what: &what, mark: ("the parameter", Mark::At(place)) });
    }

    /// The same for a new value of a trait.
    pub(crate) fn keep_from_trait(&mut self, value: &Expr, name: &Arc<str>) {
        let key = Name::new(self.db, NameKind::Trait, name.clone());
        if trait_marks(self.db, key).is_none_or(|(_, pii)| pii) {
            return;
        }
        let what = format!("the trait `{name}`");
        let place = Place::AfterTrait(name.clone());
        self.keep_private(value, &Sink { what: &what, mark: ("the trait", Mark::At(place)) });
    }

    /// Where the personal data in a value comes from. If not `all` of a record is asked for, marks of
    /// its fields do not matter.
    pub(crate) fn personal(&self, expr: &Expr, all: bool) -> Option<Source> {
        let any = |parts: &[Expr]| parts.iter().find_map(|part| self.personal(part, all));
        match &expr.kind {
            ExprKind::Trait(name) => {
                let (marks, holds) =
                    trait_marks(self.db, Name::new(self.db, NameKind::Trait, name.clone()))?;
                let place = Place::Name(NameKind::Trait, name.clone());
                let what = format!("the trait `{name}`");
                (marks.pii || all && holds).then_some(Source { what, place })
            }
            ExprKind::Event { event, property } => self.of_event(event, property, all),
            ExprKind::Bound { binding, property } => self.of_binding(*binding, property, all),
            ExprKind::Value(binding) => match self.taken_from.get(binding) {
                Some(value) => self.personal(value, all),
                None => {
                    let bound = self.bindings.get(binding.0 as usize)?;
                    let personal = bound.personal.as_ref().filter(|it| all || it.whole);
                    let source = personal.map(|it| it.source.clone());
                    source.or_else(|| self.of_value(*binding, all))
                }
            },
            ExprKind::Field(base, index) => self.of_field(base, *index, all),
            ExprKind::If(parts) => {
                let [_, yes, no] = &**parts;
                self.personal(yes, all).or_else(|| self.personal(no, all))
            }
            ExprKind::Coalesce(parts) | ExprKind::Binary(_, parts) => any(&parts[..]),
            ExprKind::Unary(UnaryOp::LengthText | UnaryOp::LengthList, _) => None,
            ExprKind::Unary(_, inner) => self.personal(inner, all),
            ExprKind::List(parts) | ExprKind::Record(parts) | ExprKind::Concat(parts) => any(parts),
            ExprKind::History(history) => match history.function {
                HistoryFn::Count | HistoryFn::Happened => None,
                HistoryFn::Sum => history.value.as_ref().and_then(|it| self.personal(it, all)),
                HistoryFn::Last if all => {
                    let properties = self.properties(&history.event);
                    let marked = properties.iter().find(|property| property.holds_pii())?;
                    self.of_event(&history.event, &marked.name, true)
                }
                HistoryFn::Last => None,
            },
            ExprKind::Fold(fold) if fold.function == FoldFn::Sum => {
                let marked = |part: &Expr| matches!(&part.kind, ExprKind::Field(base, index) if is_marked(base, *index));
                let marked = walk::any(&fold.body, &marked);
                self.personal(&fold.list, marked).or_else(|| self.personal(&fold.body, all))
            }
            // The source of an element is that of its list.
            ExprKind::Fold(_) | ExprKind::Item(_) => None,
            // What a request is made of was let in where the message was sent.
            ExprKind::Parameter(_)
            | ExprKind::Const(_)
            | ExprKind::CustomerId
            | ExprKind::Now
            | ExprKind::Entered
            | ExprKind::EventAt { .. }
            | ExprKind::BindingIsSet(_)
            | ExprKind::InAudience(_)
            | ExprKind::Not(_)
            | ExprKind::And(_)
            | ExprKind::Or(_)
            | ExprKind::Compare(..)
            | ExprKind::InList(_)
            | ExprKind::InRange(_)
            | ExprKind::ContainsText(_)
            | ExprKind::ContainsItem(_)
            | ExprKind::StartsWith(_)
            | ExprKind::EndsWith(_)
            | ExprKind::Matches(..)
            | ExprKind::IsSet(_) => None,
        }
    }

    fn properties(&self, event: &Arc<str>) -> Vec<Field> {
        let info = event_type(self.db, Name::new(self.db, NameKind::Event, event.clone()));
        info.map(|info| info.ty.properties.clone()).unwrap_or_default()
    }

    fn of_event(&self, event: &Arc<str>, property: &Arc<str>, all: bool) -> Option<Source> {
        let properties = self.properties(event);
        let field = properties.iter().find(|field| field.name == *property)?;
        let what = format!("the property `{property}` of `{event}`");
        let place = Place::Property(event.clone(), property.clone());
        (field.marks.pii || all && field.holds_pii()).then_some(Source { what, place })
    }

    fn of_binding(&self, binding: BindingId, property: &Arc<str>, all: bool) -> Option<Source> {
        match &self.bindings.get(binding.0 as usize)?.kind {
            BindingKind::Event { event, .. } => self.of_event(event, property, all),
            BindingKind::Message | BindingKind::Value(_) => None,
        }
    }

    /// What a webhook answers is personal data where its type says so.
    fn of_value(&self, binding: BindingId, all: bool) -> Option<Source> {
        let bound = self.bindings.get(binding.0 as usize)?;
        let BindingKind::Value(ty) = &bound.kind else { return None };
        let (what, place) = (format!("`{}`", bound.name), Place::Here(bound.clause));
        (all && ty.holds_pii()).then_some(Source { what, place })
    }

    /// A field is personal data if it is marked, or if the record it is of is marked as a whole.
    fn of_field(&self, base: &Expr, index: u32, all: bool) -> Option<Source> {
        let Type::Record(fields) = base.ty.required() else { return None };
        let field = fields.get(index as usize)?;
        if let (ExprKind::History(history), true) = (&base.kind, field.holds_pii()) {
            return self.of_event(&history.event, &field.name, all);
        }
        match field.marks.pii || all && field.holds_pii() {
            true => self.personal(base, true),
            false => self.personal(base, false),
        }
    }
}

/// Whether a field is personal data by its own mark.
fn is_marked(base: &Expr, index: u32) -> bool {
    let Type::Record(fields) = base.ty.required() else { return false };
    fields.get(index as usize).is_some_and(Field::holds_pii)
}
