//! Journeys that start each other for ever.
//!
//! Joining an audience starts a journey; the journey changes a trait and ends without waiting; the
//! change makes the customer join another audience, which starts another journey, which changes the
//! trait back. If all of them may be entered `always`, this turns without end at one instant.
//!
//! Only what is certain is reported: the journeys are run on what is known of the customer after
//! their own updates, and every join on the way must follow from that alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use journey_base::{Code, TextRange};
use journey_syntax::{AstNode, ast};
use journey_time::Tz;

use crate::db::{Db, Project, SourceFile, workspace_zone};
use crate::findings::{Finding, Place};
use crate::items::{Item, ItemKind, declaration, items};
use crate::names::NameKind;
use crate::thir::{Const, Entry, ExitTrigger, Expr, ExprKind, Journey, Reenter, Tile, TileKind};
use crate::{audiences, fold, journey, suggest, table};

/// At most so many journeys are looked at; more that enter always, by audience, are not written by
/// hand.
const MAX_JOURNEYS: usize = 64;

/// Audiences that are asked about in one another.
const MAX_NESTING: usize = 8;

/// Traits whose values, and audiences without a definition whose members are known.
type State = BTreeMap<(NameKind, Arc<str>), Const>;

/// A journey that can be part of such a circle, and its audience.
struct Runner {
    journey: Arc<Journey>,
    audience: Arc<str>,
}

struct Simulation<'db> {
    db: &'db dyn Db,
    zone: Option<Tz>,
    runners: Vec<Runner>,
}

/// How a block of tiles ended.
enum End {
    Exited,
    FellThrough,
}

/// The circles, each from its first name on.
#[salsa::tracked]
fn circles(db: &dyn Db) -> Vec<Vec<Arc<str>>> {
    let mut turning = [turning_closed(db).as_slice(), turning_open(db)].concat();
    turning.sort_by_key(|item| item.name(db));
    let mut runners = Vec::new();
    for item in turning {
        let first = table::declaring(db, NameKind::Journey, &item.name(db));
        if first.is_none_or(|first| first.item != item) {
            continue;
        }
        let Some(journey) = journey::check_journey(db, item).value.clone() else { continue };
        let certain = journey.timezone.is_none()
            && !journey.exits.iter().any(|it| matches!(it.trigger, ExitTrigger::When(_)));
        if let (Entry::Audience { audience, .. }, Reenter::Always) =
            (&journey.entry, journey.reenter)
            && certain
        {
            runners.push(Runner { audience: audience.clone(), journey });
        }
    }
    runners.truncate(MAX_JOURNEYS);
    let simulation = Simulation { db, zone: Some(workspace_zone(db)), runners };
    let mut found: Vec<Vec<Arc<str>>> = Vec::new();
    for start in 0..simulation.runners.len() {
        let circle = simulation.turn(start);
        found.extend(circle.filter(|circle| !found.contains(circle)));
    }
    found
}

/// Journeys in closed files whose header allows it.
#[salsa::tracked]
fn turning_closed<'db>(db: &'db dyn Db) -> Vec<Item<'db>> {
    turning(db, Project::get(db).closed(db))
}

/// The same in open files.
#[salsa::tracked]
fn turning_open<'db>(db: &'db dyn Db) -> Vec<Item<'db>> {
    turning(db, Project::get(db).open(db))
}

fn turning<'db>(db: &'db dyn Db, files: &[SourceFile]) -> Vec<Item<'db>> {
    let journeys = files.iter().flat_map(|file| items(db, *file)).copied();
    let journeys = journeys.filter(|item| item.kind(db) == ItemKind::Journey);
    journeys.filter(|item| may_turn(db, *item)).collect()
}

/// Whether the header alone allows it. Cheap to ask, and true of few.
#[salsa::tracked(returns(copy))]
fn may_turn<'db>(db: &'db dyn Db, item: Item<'db>) -> bool {
    let Some(decl) = declaration::<ast::JourneyDecl<'_>>(item.tree(db)) else { return false };
    let mut clauses = decl.header_clauses();
    let by_audience = clauses.any(|clause| {
        matches!(
            clause,
            ast::HeaderClause::EntryClause(entry)
                if matches!(entry.entry_kind(), Some(ast::EntryKind::EntryAudience(_)))
        )
    });
    by_audience && always(decl).is_some()
}

/// Where the header says `reenter always`.
fn always(decl: ast::JourneyDecl<'_>) -> Option<TextRange> {
    decl.header_clauses().find_map(|clause| match clause {
        ast::HeaderClause::ReenterClause(reenter) => match reenter.reenter_rule() {
            Some(ast::ReenterRule::ReenterAlways(_)) => Some(reenter.range()),
            _ => None,
        },
        _ => None,
    })
}

/// The finding about the circle that begins with this journey.
pub(crate) fn circle_of(db: &dyn Db, item: Item<'_>) -> Option<Finding> {
    if !may_turn(db, item) {
        return None;
    }
    let name = item.name(db);
    let circle = circles(db).iter().find(|circle| circle.first() == Some(&name))?;
    table::declaring(db, NameKind::Journey, &name).filter(|site| site.item == item)?;
    let range = always(declaration(item.tree(db))?)?;
    let names = suggest::list_all(circle);
    let message = format!("the journeys {names} start each other for ever without waiting");
    let finding = Finding::new(Code::INSTANT_LOOP, range, message)
        .note(
            "each ends at once with a change that makes the customer join the next one's audience",
        )
        .note("let one of them `wait`, or let it be entered again only `after` some time");
    let others = circle.iter().skip(1).cloned();
    Some(others.fold(finding, |finding, name| {
        finding.at(Place::Name(NameKind::Journey, name), "this one takes part")
    }))
}

impl Simulation<'_> {
    /// Runs on from one journey, from join to join, until the same happens again.
    fn turn(&self, start: usize) -> Option<Vec<Arc<str>>> {
        let mut at = start;
        let mut state = self.run(self.runners.get(start)?, &State::new())?;
        let mut before: Option<State> = None;
        let mut seen: Vec<(usize, State)> = Vec::new();
        while seen.len() <= 2 * self.runners.len() {
            // The first step has no known past; it only leads into the circle.
            let next = (0..self.runners.len())
                .find(|next| *next != at && self.joins(*next, before.as_ref(), &state))?;
            let after = self.run(self.runners.get(next)?, &state)?;
            let step = (next, after.clone());
            if let Some(first) = seen.iter().position(|known| *known == step) {
                return self.named(seen.get(first..)?);
            }
            seen.push(step);
            (at, before, state) = (next, Some(state), after);
        }
        None
    }

    /// The names of a circle, from the first in the alphabet on.
    fn named(&self, circle: &[(usize, State)]) -> Option<Vec<Arc<str>>> {
        let names = circle.iter().map(|(at, _)| Some(self.runners.get(*at)?.journey.name.clone()));
        let mut names: Vec<Arc<str>> = names.collect::<Option<_>>()?;
        let first = names.iter().enumerate().min_by_key(|(_, name)| (*name).clone())?.0;
        names.rotate_left(first);
        (names.len() > 1).then_some(names)
    }

    /// Whether the change makes the customer join the journey's audience for certain.
    fn joins(&self, journey: usize, before: Option<&State>, after: &State) -> bool {
        let Some(runner) = self.runners.get(journey) else { return false };
        let member = |state: &State| self.member(&runner.audience, state, 0);
        let left = before.is_none_or(|before| member(before) == Some(false));
        left && member(after) == Some(true)
    }

    fn member(&self, audience: &Arc<str>, state: &State, depth: usize) -> Option<bool> {
        let site = table::declaring(self.db, NameKind::Audience, audience)?;
        let audience = audiences::check_audience(self.db, site.item).value.as_ref()?;
        let member = match &audience.condition {
            Some(condition) => self.value(&condition.test, state, depth + 1)?,
            None => state.get(&(NameKind::Audience, audience.name.clone()))?.clone(),
        };
        match member {
            Const::Bool(member) => Some(member),
            _ => None,
        }
    }

    /// The state after a journey that surely ends at once; nothing if it may wait, or if it is not
    /// known where it leads.
    fn run(&self, runner: &Runner, state: &State) -> Option<State> {
        let mut state = state.clone();
        match self.tiles(&runner.journey.body, &mut state)? {
            End::Exited => Some(state),
            End::FellThrough => None,
        }
    }

    fn tiles(&self, tiles: &[Tile], state: &mut State) -> Option<End> {
        for tile in tiles {
            let block = match &tile.kind {
                TileKind::Exit(_) => return Some(End::Exited),
                TileKind::Send { arms: None, .. } => continue,
                TileKind::Webhook(webhook) if webhook.arms.is_none() => continue,
                TileKind::Update(values) => {
                    self.update(values, state);
                    continue;
                }
                TileKind::Member { audience, member } => {
                    let key = (NameKind::Audience, audience.clone());
                    state.insert(key, Const::Bool(*member));
                    continue;
                }
                TileKind::BranchWhen { arms, otherwise } => {
                    let mut chosen = otherwise.as_deref();
                    for (test, body) in arms {
                        match self.value(test, state, 0)? {
                            Const::Bool(true) => {
                                chosen = Some(body);
                                break;
                            }
                            Const::Bool(false) => {}
                            _ => return None,
                        }
                    }
                    chosen
                }
                _ => return None,
            };
            if let Some(block) = block
                && let End::Exited = self.tiles(block, state)?
            {
                return Some(End::Exited);
            }
        }
        Some(End::FellThrough)
    }

    /// All at once, from the values before. What cannot be computed is not known afterwards.
    fn update(&self, values: &[(Arc<str>, Expr)], state: &mut State) {
        let before = state.clone();
        for (name, value) in values {
            let key = (NameKind::Trait, name.clone());
            match self.value(value, &before, 0) {
                Some(value) => drop(state.insert(key, value)),
                None => drop(state.remove(&key)),
            }
        }
    }

    /// The value of an expression, as far as it follows from the state.
    fn value(&self, expr: &Expr, state: &State, depth: usize) -> Option<Const> {
        let value = |expr: &Expr| self.value(expr, state, depth);
        Some(match &expr.kind {
            ExprKind::Const(value) => value.clone(),
            ExprKind::Trait(name) => state.get(&(NameKind::Trait, name.clone()))?.clone(),
            ExprKind::InAudience(name) if depth < MAX_NESTING => {
                Const::Bool(self.member(name, state, depth)?)
            }
            ExprKind::Not(inner) => match value(inner)? {
                Const::Bool(held) => Const::Bool(!held),
                _ => return None,
            },
            ExprKind::And(parts) => decided(parts.iter().map(value), false)?,
            ExprKind::Or(parts) => decided(parts.iter().map(value), true)?,
            ExprKind::If(parts) => {
                let [test, yes, no] = &**parts;
                if value(test)? == Const::Bool(true) { value(yes)? } else { value(no)? }
            }
            ExprKind::IsSet(inner) => Const::Bool(value(inner)? != Const::Unset),
            ExprKind::Coalesce(sides) => {
                let [first, second] = &**sides;
                match value(first)? {
                    Const::Unset => value(second)?,
                    first => first,
                }
            }
            ExprKind::Compare(op, sides) => {
                let [left, right] = &**sides;
                match (value(left)?, value(right)?) {
                    (Const::Unset, _) => Const::Bool(false),
                    (left, right) => Const::Bool(fold::compare(*op, &left, &right)?),
                }
            }
            ExprKind::InList(sides) => {
                let [left, right] = &**sides;
                match (value(left)?, value(right)?) {
                    (item, Const::List(items)) => Const::Bool(items.contains(&item)),
                    _ => return None,
                }
            }
            ExprKind::Binary(op, sides) => {
                let [left, right] = &**sides;
                fold::binary(*op, &value(left)?, &value(right)?, self.zone).ok()??
            }
            ExprKind::Unary(op, inner) => fold::unary(*op, &value(inner)?, self.zone).ok()??,
            _ => return None,
        })
    }
}

/// The value of `and` or `or`: one operand that is `decisive` decides, otherwise all must be known.
fn decided(parts: impl Iterator<Item = Option<Const>>, decisive: bool) -> Option<Const> {
    let mut known = true;
    for part in parts {
        match part {
            Some(Const::Bool(part)) if part == decisive => return Some(Const::Bool(decisive)),
            Some(Const::Bool(_)) => {}
            _ => known = false,
        }
    }
    known.then_some(Const::Bool(!decisive))
}
