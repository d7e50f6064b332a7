//! Audiences.

use std::sync::Arc;

use journey_syntax::ast;
use rustc_hash::FxHashMap;

use crate::cx::{Cx, Outcome, Stage};
use crate::db::Db;
use crate::findings::Finding;
use crate::items::{Item, declaration};
use crate::names::NameKind;
use crate::table;
use crate::{constants, graph, thir};

/// An audience's declaration.
#[salsa::tracked]
pub(crate) fn check_audience<'db>(db: &'db dyn Db, item: Item<'db>) -> Outcome<thir::Audience> {
    let tree = item.tree(db);
    let mut cx = Cx::new(db, item, Stage::Audience);
    let decl: Option<ast::AudienceDecl<'_>> = declaration(tree);
    cx.style_of(decl.and_then(|decl| decl.name()));
    cx.external_name(decl.and_then(|decl| decl.external_name()));
    let condition = cx.watched(decl.and_then(|decl| decl.definition()?.expr()), "an audience");
    let name = item.name(db);
    let title = table::wire(decl.and_then(|decl| decl.external_name()), &name);
    let value = (!condition.test.is_error()).then_some(thir::Audience { name, title, condition });
    cx.finish(value)
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
