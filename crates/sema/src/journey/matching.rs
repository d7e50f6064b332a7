//! Events that are waited for, and the names they are given.

use std::sync::Arc;

use journey_base::{Code, TextRange};
use journey_syntax::{AstNode, ast};

use crate::cx::{AtHand, Bound, Cx, Stage, declaration_of};
use crate::declarations::EventInfo;
use crate::expr::Role;
use crate::facts::Facts;
use crate::findings::Finding;
use crate::index::Definition;
use crate::names::NameKind;
use crate::thir::{BindingId, BindingKind, EventMatch};
use crate::{EventType, Type};

/// `event NAME (as x)? (where cond)?`, from wherever it stands.
pub(super) struct Pattern<'t> {
    pub(super) name: Option<ast::Name<'t>>,
    pub(super) alias: Option<ast::Alias<'t>>,
    pub(super) filter: Option<ast::WhereClause<'t>>,
}

/// What becomes of the event behind an alias.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Capture {
    /// It is kept.
    Kept,
    /// It is kept, if it came.
    Maybe,
    /// It is over with the match.
    Nothing,
}

/// A match, and what it teaches.
pub(super) struct Matched {
    pub(super) event: EventMatch,
    /// What is known of the customer at the instant of the match.
    pub(super) customer: Facts,
}

impl Cx<'_> {
    /// Checks a match. The binding is made, and is in scope from when the caller says so.
    pub(super) fn event_match(
        &mut self,
        pattern: &Pattern<'_>,
        stage: Stage,
        capture: Capture,
    ) -> Matched {
        let info = self.event(pattern.name).unwrap_or_else(|| nothing(pattern.name));
        let alias = pattern.alias.and_then(|alias| alias.name());
        let alias = alias.filter(|name| self.declare(*name));
        let called = alias.map(|name| name.source().into());
        let named = alias.map(|name| name.range()).unwrap_or_default();
        let at_hand = AtHand { info: info.clone(), alias: called, named };
        let outer = self.at_hand.replace(at_hand);
        self.alias_used = false;
        let filter = pattern.filter.map(|clause| {
            self.at_stage(stage, |cx| cx.typed(clause.expr(), &Type::Bool, Role::new("`where`")))
        });
        self.at_hand = outer;
        let used = std::mem::take(&mut self.alias_used);
        let learnt =
            filter.as_ref().map(|filter| self.paths.learn(filter, true)).unwrap_or_default();
        let known = self.paths.event_properties(&learnt);
        let customer = self.paths.of_traits(&learnt);
        let binding = alias.and_then(|name| {
            let clause = pattern.alias.map_or(name.range(), |alias| alias.range());
            if capture == Capture::Nothing {
                if !used && !name.source().starts_with('_') {
                    self.unused_alias(name.source(), name.range(), clause);
                }
                return None;
            }
            let event = info.ty.name.clone();
            let kind = BindingKind::Event { event, optional: capture == Capture::Maybe };
            Some(self.bind(name, clause, kind, Some(info.clone()), known, used))
        });
        let event = EventMatch { event: info.ty.name.clone(), binding, filter, since: None };
        Matched { event, customer }
    }

    /// Makes a binding. It is not in scope yet.
    pub(super) fn bind(
        &mut self,
        name: ast::Name<'_>,
        clause: TextRange,
        kind: BindingKind,
        info: Option<Arc<EventInfo>>,
        known: Vec<Arc<str>>,
        used: bool,
    ) -> BindingId {
        let id = BindingId(self.bindings.len() as u32);
        let bound = Bound {
            name: name.source().into(),
            kind,
            range: name.range(),
            clause,
            info,
            known,
            personal: None,
            used,
        };
        self.bindings.push(bound);
        id
    }

    /// Whether a name is free to be given to something here; reported if not.
    pub(crate) fn declare(&mut self, name: ast::Name<'_>) -> bool {
        let (text, range) = (name.source(), name.range());
        self.refer(range, || Definition::Local { at: range, name: text.into() });
        self.style(text, range);
        self.hides(text, range);
        // It is bound all the same, so that what speaks of it is understood.
        true
    }

    /// Reports a name that hides another one.
    pub(super) fn hides(&mut self, text: &str, range: TextRange) {
        let in_scope = self.scope.iter().filter_map(|id| self.bindings.get(id.0 as usize));
        let mut in_scope = in_scope.filter(|bound| *bound.name == *text);
        let finding = |what: &str| {
            Finding::new(Code::SHADOWED, range, format!("`{text}` hides {what}"))
                .note("choose another name; every name means one thing wherever it is in scope")
        };
        let same = |name: &Option<Arc<str>>| name.as_deref() == Some(text);
        let finding = if let Some(bound) = in_scope.next() {
            finding("another binding").here(bound.range, "this one")
        } else if let Some(outer) = self.elements.iter().find(|outer| *outer.name == *text) {
            finding("another element").here(outer.range, "this one")
        } else if self.at_hand.as_ref().is_some_and(|event| same(&event.alias)) {
            finding("the event at hand")
        } else if matches!(text, "now" | "entered") {
            finding("a built-in time")
        } else if self.exists(NameKind::Constant, text) {
            finding("a constant").at(declaration_of(NameKind::Constant, text), "this one")
        } else if self.exists(NameKind::Event, text) {
            finding("an event").at(declaration_of(NameKind::Event, text), "this one")
        } else {
            return;
        };
        self.report(finding);
    }
}

/// What stands for an event that does not exist: one of which nothing is known.
fn nothing(name: Option<ast::Name<'_>>) -> Arc<EventInfo> {
    let name: Arc<str> = name.map_or("", |name| name.source()).into();
    let ty = EventType { wire: name.clone(), name, properties: Vec::new() };
    Arc::new(EventInfo { ty, broken: true })
}
