//! A whole program, or the part of it that some journeys need.

use std::collections::{BTreeMap, BTreeSet};

use journey_bytecode::{self as bc, ExprId, Program};
use journey_sema::Checked;
use journey_sema::thir::{Audience, Entry, Expr, ExprKind, Journey, Policy, Tile, TileKind};

use crate::lowering::{Lowering, Scope};
use crate::{LowerError, build, policies, schema, walk, ways};

/// Compiles a whole workspace: what no journey uses is in the program too, as an earlier version of
/// one may.
pub fn lower(checked: &Checked) -> Result<Program, LowerError> {
    let journeys: Vec<_> = checked.journeys.iter().map(|journey| &**journey).collect();
    let audiences: Vec<_> = checked.audiences.iter().map(|audience| &**audience).collect();
    let policies: Vec<_> = checked.policies.iter().map(|policy| &**policy).collect();
    let parts = Parts { journeys: &journeys, audiences: &audiences, policies: &policies };
    Ok(compile(checked, parts, &[])?.0)
}

/// Compiles some journeys, together with those that they start and the audiences they need. The schema stays whole, so
/// that the same events are known whatever is compiled.
pub fn lower_journeys<N: AsRef<str>>(
    checked: &Checked,
    names: &[N],
) -> Result<Program, LowerError> {
    Ok(lower_with_conditions(checked, names, &[])?.0)
}

/// Compiles some journeys and, beside them, conditions on the customer that no journey asks:
/// those of `expect` in tests. What the conditions need (windows, audiences) is in the program
/// too.
pub fn lower_with_conditions<N: AsRef<str>>(
    checked: &Checked,
    names: &[N],
    conditions: &[&Expr],
) -> Result<(Program, Vec<ExprId>), LowerError> {
    let wanted: BTreeSet<&str> = names.iter().map(AsRef::as_ref).collect();
    let all: BTreeMap<&str, &Journey> =
        checked.journeys.iter().map(|journey| (&*journey.name, &**journey)).collect();
    if let Some(name) = wanted.iter().find(|name| !all.contains_key(**name)) {
        return Err(LowerError::UnknownJourney { name: (*name).to_owned() });
    }
    let journeys = with_started(&all, wanted);
    let policies = policies::needed(checked, &journeys);
    let audiences = needed_audiences(checked, &journeys, &policies, conditions);
    let parts = Parts { journeys: &journeys, audiences: &audiences, policies: &policies };
    compile(checked, parts, conditions)
}

/// What of a workspace is compiled.
#[derive(Clone, Copy)]
struct Parts<'a> {
    journeys: &'a [&'a Journey],
    audiences: &'a [&'a Audience],
    policies: &'a [&'a Policy],
}

/// These journeys and those that they start, and those that these start in turn, by name.
fn with_started<'a>(
    all: &BTreeMap<&'a str, &'a Journey>,
    wanted: BTreeSet<&str>,
) -> Vec<&'a Journey> {
    let mut found: BTreeMap<&str, &'a Journey> = BTreeMap::new();
    let mut open: Vec<&'a Journey> =
        wanted.into_iter().filter_map(|name| all.get(name).copied()).collect();
    while let Some(journey) = open.pop() {
        if found.insert(&journey.name, journey).is_none() {
            let started = ways::tiles(journey).into_iter().filter_map(|tile| match &tile.kind {
                TileKind::Enter(call) | TileKind::Run { call, .. } => all.get(&*call.journey),
                _ => None,
            });
            open.extend(started.copied());
        }
    }
    found.into_values().collect()
}

/// The audiences that journeys and conditions ask for, and those that these read in turn, in the
/// order of the workspace.
fn needed_audiences<'a>(
    checked: &'a Checked,
    journeys: &[&'a Journey],
    policies: &[&'a Policy],
    conditions: &[&'a Expr],
) -> Vec<&'a Audience> {
    let mut needed: BTreeSet<&str> = BTreeSet::new();
    for journey in journeys {
        if let Entry::Audience { audience, .. } = &journey.entry {
            needed.insert(audience);
        }
        needed.extend(ways::tiles(journey).into_iter().filter_map(set));
        walk::journey(journey, &mut |expr| needed.extend(audience(expr)));
    }
    let required = policies.iter().filter_map(|policy| policy.require.as_ref());
    for condition in conditions.iter().copied().chain(required) {
        walk::expr(condition, &mut |expr| needed.extend(audience(expr)));
    }
    let mut found = Vec::new();
    // Every audience comes after those it reads, so going backwards meets readers first.
    for audience in checked.audiences.iter().rev() {
        if needed.contains(&*audience.name) {
            let mut roots = Vec::new();
            if let Some(condition) = &audience.condition {
                walk::condition_roots(condition, &mut roots);
            }
            for root in roots {
                walk::expr(root, &mut |expr| needed.extend(self::audience(expr)));
            }
            found.push(&**audience);
        }
    }
    found.reverse();
    found
}

/// The audience that a tile sets.
fn set(tile: &Tile) -> Option<&str> {
    match &tile.kind {
        TileKind::Member { audience, .. } => Some(audience),
        _ => None,
    }
}

fn audience(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::InAudience(name) => Some(name),
        _ => None,
    }
}

fn compile(
    checked: &Checked,
    Parts { journeys, audiences, policies }: Parts<'_>,
    conditions: &[&Expr],
) -> Result<(Program, Vec<ExprId>), LowerError> {
    let mut lowering = Lowering::new(checked);
    let Some(mut program) = schema::tables(checked) else {
        return Err(lowering.unchecked("a declaration without a type"));
    };
    for (what, count) in [
        ("traits", checked.schema.traits.len()),
        ("events", checked.schema.events.len()),
        ("destinations", checked.schema.destinations.len()),
        ("actions", checked.schema.actions.len()),
        ("audiences", audiences.len()),
        ("journeys", journeys.len()),
    ] {
        lowering.number(count, what)?;
    }
    lowering.audiences = schema::number(audiences.iter().map(|audience| &*audience.name));
    for audience in audiences {
        lowering.item = format!("audience {}", audience.name);
        let condition = audience.condition.as_ref();
        let condition = condition.map(|it| lowering.condition(it, Scope::default())).transpose()?;
        program.audiences.push(bc::Audience {
            name: audience.name.to_string(),
            title: audience.title.to_string(),
            condition,
        });
    }
    lowering.policies(policies, &mut program)?;
    lowering.requests(&mut program)?;
    lowering.journeys = schema::number(journeys.iter().map(|journey| &*journey.name));
    for (number, journey) in (0..).zip(journeys) {
        lowering.item = format!("journey {}", journey.name);
        let graph = build(journey)?;
        program.journeys.push(lowering.journey(&graph, number)?);
    }
    lowering.item = format!("workspace {}", checked.name);
    let mut compiled = Vec::new();
    for condition in conditions {
        compiled.push(lowering.test(condition, Scope::default())?);
    }
    lowering.finish(&mut program);
    Ok((program, compiled))
}
