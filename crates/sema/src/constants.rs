//! `let`: constants, put in place of their names.
//!
//! All of them are computed in one go, each after those it is made of. They are few and quick;
//! what reads them depends on the one it names alone.

use std::sync::Arc;

use journey_base::{Code, TextRange};
use journey_syntax::{AstNode, SyntaxKind, ast};
use rustc_hash::FxHashMap;

use crate::Type;
use crate::cx::{ConstantValues, Cx, Outcome, Stage, Uses};
use crate::db::Db;
use crate::expr::unwrapped;
use crate::findings::{Finding, Place};
use crate::graph;
use crate::items::{Item, declaration};
use crate::names::NameKind;
use crate::suggest;
use crate::table::{self, Name};
use crate::thir::Expr;
use crate::view::View;

/// Every constant and what was found about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Constants {
    pub(crate) values: ConstantValues,
    outcomes: FxHashMap<Arc<str>, Outcome<Expr>>,
}

/// Computes all constants.
#[salsa::tracked]
pub(crate) fn constants(db: &dyn Db) -> Constants {
    let all = table::all(db, NameKind::Constant);
    let index: FxHashMap<&Arc<str>, usize> =
        all.iter().enumerate().map(|(at, (name, _))| (name, at)).collect();
    let edges: Vec<Vec<usize>> = all
        .iter()
        .map(|(_, site)| {
            let_names(db, site.item).iter().filter_map(|it| index.get(it)).copied().collect()
        })
        .collect();
    let order = graph::order(&edges);
    let mut values = ConstantValues::default();
    let mut outcomes = FxHashMap::default();
    for cycle in &order.cycles {
        let names: Vec<&Arc<str>> =
            cycle.iter().filter_map(|at| all.get(*at)).map(|it| &it.0).collect();
        for (position, name) in names.iter().enumerate() {
            values.insert((*name).clone(), None);
            // One cycle is one mistake, told at its first name.
            let finding = (position == 0).then(|| {
                let range = table::declaring(db, NameKind::Constant, name)
                    .map_or(TextRange::default(), |it| {
                        table::name_range(db, it, NameKind::Constant)
                    });
                cycle_finding(NameKind::Constant, &names, range)
            });
            let uses = if position == 0 { cycle_uses(&names) } else { Uses::new() };
            let findings = finding.into_iter().collect();
            let outcome = Outcome { value: None, findings, uses: Arc::new(uses) };
            outcomes.insert((*name).clone(), outcome);
        }
    }
    for (name, site) in order.nodes.iter().filter_map(|at| all.get(*at)) {
        if !values.contains_key(name) {
            let outcome = compute(View::of(db, site.item), &values);
            values.insert(name.clone(), outcome.value.clone());
            outcomes.insert(name.clone(), outcome);
        }
    }
    Constants { values, outcomes }
}

/// Of a longer circle only the beginning is shown.
const SHOWN: usize = 8;

/// Says that definitions refer to one another.
pub(crate) fn cycle_finding(kind: NameKind, names: &[&Arc<str>], range: TextRange) -> Finding {
    let message = match names {
        [only] => format!("the {kind} `{only}` is defined by itself"),
        _ if names.len() > SHOWN => {
            format!("{} {kind}s are defined by each other", names.len())
        }
        _ => format!("the {kind}s {} are defined by each other", suggest::list_all(names)),
    };
    let others = names.iter().take(SHOWN).skip(1);
    others.fold(Finding::new(Code::CYCLE, range, message), |finding, name| {
        finding.at(Place::Name(kind, (*name).clone()), "this is part of the circle")
    })
}

/// Those in a cycle use each other; that they are otherwise unused is not worth a word.
fn cycle_uses(names: &[&Arc<str>]) -> Uses {
    names.iter().map(|name| (NameKind::Constant, (*name).clone())).collect()
}

/// The names that stand in a constant's definition.
#[salsa::tracked]
pub(crate) fn let_names<'db>(db: &'db dyn Db, item: Item<'db>) -> Vec<Arc<str>> {
    let decl: Option<ast::LetDecl<'_>> = declaration(item.tree(db));
    let Some(expr) = decl.and_then(|decl| decl.expr()) else { return Vec::new() };
    let tokens: Vec<_> = expr.syntax().leaves().filter(|token| !token.kind().is_trivia()).collect();
    let mut names = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let kind = |at: Option<usize>| at.and_then(|at| tokens.get(at)).map(|it| it.kind());
        let field = kind(at.checked_sub(1)) == Some(SyntaxKind::DOT)
            || kind(Some(at + 1)) == Some(SyntaxKind::COLON);
        if token.kind() == SyntaxKind::IDENT && !field {
            names.push(Arc::from(token.text()));
        }
    }
    names
}

/// What is put into the text that a constant is written as, if it is one: the first interpolation.
#[salsa::tracked(returns(clone))]
fn put_in<'db>(db: &'db dyn Db, item: Item<'db>) -> Option<Arc<str>> {
    let decl: Option<ast::LetDecl<'_>> = declaration(item.tree(db));
    let ast::Expr::Text(text) = unwrapped(decl?.expr()?) else { return None };
    let first = text.interpolations().next()?;
    Some(first.range().of(item.tree(db).text()).into())
}

/// What is put into the text of the constant that is called so.
pub(crate) fn puts_in(db: &dyn Db, name: &str) -> Option<Arc<str>> {
    put_in(db, table::declaring(db, NameKind::Constant, name)?.item)
}

/// The value of a constant's declaration, seen so, when those before it are known.
pub(crate) fn compute<'a>(view: View<'a>, known: &'a ConstantValues) -> Outcome<Expr> {
    let mut cx = Cx::new(view, Stage::Constant);
    cx.constants = Some(known);
    let decl: Option<ast::LetDecl<'_>> = declaration(view.tree);
    let name = decl.and_then(|decl| decl.name());
    cx.style_of(name);
    if let Some(name) = name
        && matches!(name.source(), "now" | "entered")
    {
        let message = format!("`{}` has a meaning of its own", name.source());
        let finding = Finding::new(Code::SHADOWED, name.range(), message);
        cx.report(finding.note("choose another name for the constant"));
    }
    let expr = cx.untyped(decl.and_then(|decl| decl.expr()));
    if expr.ty == Type::Unset {
        let message = "a constant has a value, and `unset` is none";
        cx.report(Finding::new(Code::TYPE_MISMATCH, expr.range, message));
    }
    let value = Some(expr).filter(|expr| !expr.is_error());
    cx.finish(value)
}

/// A constant: nothing if there is none of this name, and nothing inside if it has an error.
#[salsa::tracked(returns(clone))]
pub(crate) fn constant<'db>(db: &'db dyn Db, name: Name<'db>) -> Option<Option<Arc<Expr>>> {
    constants(db).values.get(&name.text(db)).cloned()
}

/// A constant's declaration.
#[salsa::tracked]
pub(crate) fn check_let<'db>(db: &'db dyn Db, item: Item<'db>) -> Outcome<Expr> {
    let all = constants(db);
    let name = item.name(db);
    let first = table::declaring(db, NameKind::Constant, &name).is_some_and(|it| it.item == item);
    match all.outcomes.get(&name) {
        Some(outcome) if first => outcome.clone(),
        // A second one of the same name, which is reported as such.
        _ => compute(View::of(db, item), &all.values),
    }
}
