//! What an entry by hand brings along: the parameters of a journey, and the properties of the event
//! that others enter by.

use std::sync::Arc;

use journey_base::{Code, TextRange};
use journey_syntax::{AstNode, ast};

use crate::cx::{Cx, Outcome, Stage};
use crate::db::Db;
use crate::declarations::{self, EventInfo};
use crate::expr::Role;
use crate::findings::Finding;
use crate::items::{Item, declaration};
use crate::journey::arguments::Takes;
use crate::names::NameKind;
use crate::table::{Name, lookup};
use crate::types::{FieldRole, FieldSyntax};
use crate::view::View;
use crate::{Field, Type};

/// What a journey takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signature {
    /// Its parameters.
    pub(crate) params: Vec<Field>,
    /// The event of its entry.
    pub(crate) event: Option<Arc<str>>,
    /// Whether one event begins several instances.
    pub(crate) each: bool,
    /// Whether the parser found a mistake in it.
    pub(crate) broken: bool,
}

/// The parameters of a journey. One with a mistake in it is there all the same, with the error type.
#[salsa::tracked]
pub(crate) fn journey_params<'db>(db: &'db dyn Db, item: Item<'db>) -> Outcome<Vec<Field>> {
    params(View::of(db, item))
}

/// The parameters of a journey, seen so.
pub(crate) fn params(view: View<'_>) -> Outcome<Vec<Field>> {
    let mut cx = Cx::new(view, Stage::Constant);
    let decl: Option<ast::JourneyDecl<'_>> = declaration(view.tree);
    let syntax: Vec<ast::Param<'_>> =
        decl.and_then(|decl| decl.param_list()).into_iter().flat_map(|it| it.params()).collect();
    if syntax.is_empty() {
        return cx.finish(None);
    }
    let params = cx.fields(
        syntax.iter().map(|param| FieldSyntax::from(*param)).collect(),
        FieldRole::Parameter,
    );
    let entry = decl.and_then(entry);
    if !matches!(entry, None | Some(ast::EntryKind::EntryManual(_))) {
        for param in &syntax {
            cx.for_anybody(*param, entry);
        }
    }
    let findings = std::mem::take(&mut cx.findings).into();
    Outcome { value: Some(Arc::new(params)), findings, uses: Arc::new(cx.uses) }
}

/// What the journey of this name takes; nothing if there is none.
#[salsa::tracked(returns(clone))]
pub(crate) fn signature<'db>(db: &'db dyn Db, name: Name<'db>) -> Option<Arc<Signature>> {
    let site = lookup(db, name).first().filter(|_| name.kind(db) == NameKind::Journey)?;
    let params = journey_params(db, site.item).value.as_deref().cloned().unwrap_or_default();
    let (event, each) = match declaration(site.item.tree(db)).and_then(entry) {
        Some(ast::EntryKind::EntryEvent(entry)) => {
            (entry.name().map(|name| name.source().into()), entry.for_each().is_some())
        }
        _ => (None, false),
    };
    Some(Arc::new(Signature { params, event, each, broken: site.item.broken(db) }))
}

/// The first entry clause.
fn entry(decl: ast::JourneyDecl<'_>) -> Option<ast::EntryKind<'_>> {
    decl.header_clauses().find_map(|clause| match clause {
        ast::HeaderClause::EntryClause(entry) => entry.entry_kind(),
        _ => None,
    })
}

/// Arguments by name.
type Given<T> = Vec<(Arc<str>, T)>;

/// What is brought along: arguments by parameter, and the event of the entry with properties by name.
type Brought<T> = (Given<T>, Option<(Arc<EventInfo>, Given<T>)>);

impl Cx<'_> {
    /// What is brought along to an entry by hand: arguments by parameter, and where the entry is an
    /// event, by its property, each in declaration order.
    pub(crate) fn brought<T>(
        &mut self,
        args: &[ast::Arg<'_>],
        journey: &Arc<str>,
        takes: &Signature,
        range: TextRange,
        value: impl FnMut(&mut Self, Option<ast::Expr<'_>>, &Type, Role<'_>) -> T,
    ) -> Brought<T> {
        let event = takes.event.as_ref().and_then(|event| {
            let key = Name::new(self.db, NameKind::Event, event.clone());
            declarations::event_type(self.db, key)
        });
        let properties = event.iter().flat_map(|event| &event.ty.properties);
        let fields: Vec<Field> = takes.params.iter().chain(properties).cloned().collect();
        let lost = takes.event.is_some() && event.as_ref().is_none_or(|event| event.broken);
        let takes_all = Takes {
            kind: NameKind::Journey,
            name: journey,
            params: &fields,
            broken: takes.broken || lost,
            partial: false,
            event: takes.event.as_ref().map(|event| (takes.params.len(), event)),
        };
        let mut params = self.named_arguments(args, takes_all, range, value);
        let is_param = |(name, _): &(Arc<str>, T)| takes.params.iter().any(|it| it.name == *name);
        let properties = params.split_off(params.iter().take_while(|it| is_param(it)).count());
        (params, event.map(|event| (event, properties)))
    }

    /// Who enters by an event or by joining an audience brings no arguments; and those who enter
    /// by hand give properties of the event beside the parameters.
    fn for_anybody(&mut self, param: ast::Param<'_>, entry: Option<ast::EntryKind<'_>>) {
        let Some(name) = param.any_name() else { return };
        let optional = param.type_ref().is_some_and(|ty| ty.optional_mark().is_some());
        if !optional && param.default().is_none() {
            let message =
                format!("the parameter `{}` has neither a default nor a `?`", name.source());
            let finding = Finding::new(Code::NO_DEFAULT, param.range(), message);
            self.structural(finding.note(
                "members of this journey enter by themselves and bring no arguments; only with \
                 `entry manual` can one be demanded",
            ));
        }
        let Some(ast::EntryKind::EntryEvent(entry)) = entry else { return };
        let Some(event) = entry.name() else { return };
        let key = Name::new(self.db, NameKind::Event, Arc::<str>::from(event.source()));
        let info = declarations::event_type(self.db, key);
        let mut properties = info.iter().flat_map(|info| &info.ty.properties);
        if properties.any(|property| *property.name == *name.source()) {
            let message = format!("`{}` is a property of `{}`, too", name.source(), event.source());
            let finding = Finding::new(Code::SHADOWED, name.range(), message);
            self.report(finding.note(
                "who enters by hand gives the properties of the entry's event and the parameters, \
                 each by its name; choose another one",
            ));
        }
    }
}
