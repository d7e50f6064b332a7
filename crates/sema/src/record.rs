//! What an editor wants to know of a check: what each name stands for, the type of each
//! expression, and what is in scope at the cursor.
//!
//! Nothing of it is kept in the database: ten thousand journeys would need more memory for it than
//! for all the rest. An item is checked again when somebody asks, which takes microseconds.

use std::cell::RefCell;
use std::sync::Arc;

use journey_base::TextRange;
use rustc_hash::FxHashMap;

use crate::Type;
use crate::cx::{Cx, Knowledge, Stage};
use crate::facts::Path;
use crate::index::{Definition, InScope, InnerKind, Scope};
use crate::names::NameKind;
use crate::requests::Part;
use crate::thir::{BindingId, BindingKind, Expr, ExprKind, HistoryFn};

/// The record of one check. Ranges are relative to the item.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// Where the cursor is, if anybody wants to know the scope there.
    pub(crate) cursor: Option<u32>,
    pub(crate) found: RefCell<Found>,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) references: Vec<(TextRange, Definition)>,
    pub(crate) types: Vec<(TextRange, Type)>,
    pub(crate) scope: Option<Scope>,
    /// What bindings are, where they are more than a name in this item.
    bindings: FxHashMap<u32, Definition>,
}

impl Cx<'_> {
    /// Notes that the name at `range` stands for something.
    pub(crate) fn refer(&self, range: TextRange, what: impl FnOnce() -> Definition) {
        if let Some(record) = self.record {
            record.found.borrow_mut().references.push((range, what()));
        }
    }

    /// The same for a name of the workspace.
    pub(crate) fn refer_name(&self, range: TextRange, kind: NameKind, name: &Arc<str>) {
        self.refer(range, || Definition::Name(kind, name.clone()));
    }

    /// Notes that a binding is what `what` says, wherever it is named.
    pub(crate) fn binding_is(&self, id: BindingId, what: impl FnOnce() -> Definition) {
        if let Some(record) = self.record {
            record.found.borrow_mut().bindings.insert(id.0, what());
        }
    }

    /// The same for something of the language itself.
    pub(crate) fn refer_built_in(&self, range: TextRange, of: &str, name: &str) {
        self.refer(range, || Definition::BuiltIn(format!("{of}.{name}").into()));
    }

    /// Notes that the name at `range` is that of a binding.
    pub(crate) fn refer_binding(&self, range: TextRange, id: BindingId) {
        let Some(record) = self.record else { return };
        let known = record.found.borrow().bindings.get(&id.0).cloned();
        let bound = self.bindings.get(id.0 as usize);
        let local = || bound.map(|it| Definition::Local { at: it.range, name: it.name.clone() });
        if let Some(what) = known.or_else(local) {
            self.refer(range, || what);
        }
    }

    /// Notes that the field at `range` is one of what `base` gives, where that is an event.
    pub(crate) fn refer_field(&self, range: TextRange, base: &Expr, name: &str) {
        if self.record.is_some()
            && let Some(event) = self.event_behind(base)
        {
            self.refer(range, || Definition::of_event(&event, name));
        }
    }

    /// The event whose properties a record holds: what `last` gives, by whatever name.
    fn event_behind(&self, base: &Expr) -> Option<Arc<str>> {
        match &base.kind {
            ExprKind::History(history) if history.function == HistoryFn::Last => {
                Some(history.event.clone())
            }
            ExprKind::Value(id) => self.event_behind(self.taken_from.get(id)?),
            _ => None,
        }
    }

    /// Notes that the name at `range` is one that a journey gives to something in it.
    pub(crate) fn refer_inner(
        &self,
        range: TextRange,
        kind: InnerKind,
        journey: &Arc<str>,
        name: &str,
    ) {
        let inner = || Definition::Inner { kind, journey: journey.clone(), name: name.into() };
        self.refer(range, inner);
    }

    /// The same for a label of the journey that is checked.
    pub(crate) fn refer_label(&self, name: &str, range: TextRange) {
        if self.record.is_some() {
            self.refer_inner(range, InnerKind::Label, &self.item.name(self.db), name);
        }
    }

    /// Notes the type of an expression.
    pub(crate) fn note_type(&self, expr: &Expr) {
        if let Some(record) = self.record
            && !expr.is_error()
        {
            record.found.borrow_mut().types.push((expr.range, expr.ty.clone()));
        }
    }

    /// Notes what is in scope, if the cursor is in `range`. What is inside comes later and counts.
    /// Gives the types that fit there, for what is inside.
    pub(crate) fn note_scope(&mut self, range: TextRange, wanted: Option<&Type>) -> Vec<Type> {
        let wishes = std::mem::take(&mut self.wishes);
        let inside = |cursor: &u32| range.start <= *cursor && *cursor <= range.end;
        let record = self.record.filter(|record| record.cursor.as_ref().is_some_and(inside));
        let Some(record) = record else { return Vec::new() };
        let fits = if wishes.is_empty() { wanted.into_iter().cloned().collect() } else { wishes };
        let mut scope = self.scope_here();
        scope.wanted = wanted.cloned();
        scope.fits.clone_from(&fits);
        record.found.borrow_mut().scope = Some(scope);
        fits
    }

    fn scope_here(&self) -> Scope {
        let mut names: Vec<InScope> = Vec::new();
        for element in self.elements.iter().skip(self.beyond) {
            names.push(InScope::value(&element.name, Some(element.ty.clone()), "element"));
        }
        if let Some(at_hand) = &self.at_hand {
            let event = &at_hand.info.ty.name;
            names.push(InScope::event(at_hand.alias.as_ref().unwrap_or(event), event, false));
        }
        let came: Vec<&BindingId> = self
            .paths
            .known(&self.facts)
            .filter_map(|path| match path {
                Path::Binding(id) => Some(id),
                _ => None,
            })
            .collect();
        let bound =
            self.scope.iter().filter_map(|id| Some((id, self.bindings.get(id.0 as usize)?)));
        for (id, bound) in bound {
            let optional = matches!(bound.kind, BindingKind::Event { optional: true, .. });
            let missing = optional && !came.contains(&id);
            names.push(match (&bound.kind, &bound.info) {
                (BindingKind::Value(ty), _) => {
                    InScope::value(&bound.name, Some(ty.clone()), "value")
                }
                (_, Some(info)) => InScope::event(&bound.name, &info.ty.name, missing),
                (_, None) => InScope::value(&bound.name, None, "message"),
            });
        }
        for name in self.request.iter().flat_map(|request| &request.names) {
            let what = match name.part {
                Part::Parameter => "parameter",
                Part::Setting => "setting",
                Part::Secret => "secret",
            };
            names.push(InScope::value(&name.name, Some(name.ty.clone()), what));
        }
        let knows = |what| !self.only_known && self.stage.refuses(what).is_none();
        Scope {
            wanted: None,
            fits: Vec::new(),
            names,
            customer: knows(Knowledge::Customer),
            now: knows(Knowledge::Now),
            entered: knows(Knowledge::Instance),
            history: knows(Knowledge::History),
            constant: matches!(self.stage, Stage::Constant),
            labels: self.labels.keys().cloned().collect(),
            set: self.paths.known(&self.facts).filter_map(|path| self.called(path)).collect(),
        }
    }

    /// What a path is called in source.
    fn called(&self, path: &Path) -> Option<(Arc<str>, Arc<str>)> {
        let bound = |id: &BindingId| self.bindings.get(id.0 as usize).map(|it| it.name.clone());
        match path {
            Path::Trait(name) => Some(("customer".into(), name.clone())),
            Path::Property(binding, name) => Some((bound(binding)?, name.clone())),
            Path::Event(name) => {
                let event = self.at_hand.as_ref()?;
                let base = event.alias.as_ref().unwrap_or(&event.info.ty.name);
                Some((base.clone(), name.clone()))
            }
            Path::Value(binding) => Some(("".into(), bound(binding)?)),
            Path::Parameter(name) => Some(("".into(), name.clone())),
            _ => None,
        }
    }
}
