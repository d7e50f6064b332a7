//! Audiences.

use std::sync::Arc;

use journey_base::Code;
use journey_syntax::{AstNode, ast};
use rustc_hash::FxHashMap;

use crate::attributes::Bearer;
use crate::cx::{Cx, Outcome, Stage, declaration_of};
use crate::db::Db;
use crate::findings::Finding;
use crate::items::{Item, declaration};
use crate::names::NameKind;
use crate::table::{self, Name};
use crate::view::View;
use crate::{constants, graph, thir};

/// An audience's declaration.
#[salsa::tracked]
pub(crate) fn check_audience<'db>(db: &'db dyn Db, item: Item<'db>) -> Outcome<thir::Audience> {
    audience(View::of(db, item))
}

/// An audience's declaration, seen so.
pub(crate) fn audience(view: View<'_>) -> Outcome<thir::Audience> {
    let mut cx = Cx::new(view, Stage::Audience);
    let decl: Option<ast::AudienceDecl<'_>> = declaration(view.tree);
    cx.style_of(decl.and_then(|decl| decl.name()));
    cx.external_name(decl.and_then(|decl| decl.external_name()));
    let attributes = decl.into_iter().flat_map(|decl| decl.attributes());
    cx.marks(attributes, Bearer::name("an audience"));
    let definition = decl.and_then(|decl| decl.definition());
    let condition = definition.map(|definition| cx.watched(definition.expr(), "an audience"));
    let name = view.item.name(view.db);
    let title = table::wire(decl.and_then(|decl| decl.external_name()), &name);
    let failed = condition.as_ref().is_some_and(|condition| condition.test.is_error());
    cx.finish((!failed).then_some(thir::Audience { name, title, condition }))
}

/// Whether an audience has a definition. One that nobody declares has none.
#[salsa::tracked(returns(copy))]
pub(crate) fn is_defined<'db>(db: &'db dyn Db, name: Name<'db>) -> bool {
    let site = table::lookup(db, name).first();
    let decl = site.and_then(|site| declaration::<ast::AudienceDecl<'_>>(site.item.tree(db)));
    decl.is_some_and(|decl| decl.definition().is_some())
}

impl Cx<'_> {
    /// An audience whose members can be set: one without a definition.
    pub(crate) fn settable_audience(&mut self, name: Option<ast::Name<'_>>) -> Option<Arc<str>> {
        let audience = self.audience(name)?;
        if !is_defined(self.db, Name::new(self.db, NameKind::Audience, audience.clone())) {
            return Some(audience);
        }
        let range = name.map(|name| name.range()).unwrap_or_default();
        let message = format!("who is in `{audience}` is computed");
        let finding = Finding::new(Code::COMPUTED_AUDIENCE, range, message)
            .at(declaration_of(NameKind::Audience, &audience), "it is defined here");
        self.report(finding.note(format!(
            "change what its definition reads, or leave the definition away: `audience {audience}`"
        )));
        None
    }
}

/// Audiences in order, each after those it reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AudienceOrder {
    pub(crate) names: Vec<Arc<str>>,
    cycles: Vec<Vec<Arc<str>>>,
}

/// The order of all audiences, and the circles that have none.
#[salsa::tracked]
pub(crate) fn audience_order(db: &dyn Db) -> AudienceOrder {
    let all = table::all(db, NameKind::Audience);
    let index: FxHashMap<&Arc<str>, usize> =
        all.iter().enumerate().map(|(at, (name, _))| (name, at)).collect();
    let reads = |item| {
        let uses = check_audience(db, item).uses.iter();
        let audiences = uses.filter(|(kind, _)| *kind == NameKind::Audience);
        audiences.filter_map(|(_, name)| index.get(name)).copied().collect()
    };
    let edges: Vec<Vec<usize>> = all.iter().map(|(_, site)| reads(site.item)).collect();
    let order = graph::order(&edges);
    let name = |at: usize| all.get(at).map(|(name, _)| name.clone());
    AudienceOrder {
        names: order.nodes.iter().filter_map(|at| name(*at)).collect(),
        cycles: order
            .cycles
            .iter()
            .map(|cycle| cycle.iter().filter_map(|at| name(*at)).collect())
            .collect(),
    }
}

/// The finding about the circle that begins with this audience.
pub(crate) fn cycle_of(db: &dyn Db, item: Item<'_>) -> Option<Finding> {
    let name = item.name(db);
    let cycle = audience_order(db).cycles.iter().find(|cycle| cycle.first() == Some(&name))?;
    let site = table::declaring(db, NameKind::Audience, &name).filter(|it| it.item == item)?;
    let range = table::name_range(db, site, NameKind::Audience);
    let names: Vec<&Arc<str>> = cycle.iter().collect();
    Some(constants::cycle_finding(NameKind::Audience, &names, range))
}
