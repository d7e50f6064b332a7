//! Journeys that start each other by `run` and `enter`, in a circle.
//!
//! A journey that waits for another one to exit cannot be what that one waits for: a circle of
//! `run` is an error always. A circle of starts on which nobody waits would turn for ever at one
//! instant if all of its journeys may be entered `always`; so it is an error that it could.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use journey_base::{Code, TextRange};
use rustc_hash::FxHashMap;

use crate::db::Db;
use crate::findings::{Finding, Place};
use crate::items::Item;
use crate::names::NameKind;
use crate::thir::{Reenter, Tile, TileKind};
use crate::{graph, instant, journey, suggest, table};

/// Of a longer circle only the beginning is shown.
const SHOWN: usize = 8;

/// A start of another journey.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Start {
    journey: Arc<str>,
    /// Whether it is waited for.
    run: bool,
    /// Whether it can happen at the instant of the entry, in a journey that may be entered again at
    /// that instant.
    instant: bool,
    /// The tile.
    range: TextRange,
}

/// Journeys that start each other.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cycle {
    /// Their names, sorted.
    names: Vec<Arc<str>>,
    run: bool,
}

/// What a journey starts; nothing while it has errors.
#[salsa::tracked]
fn starts<'db>(db: &'db dyn Db, item: Item<'db>) -> Vec<Start> {
    let Some(journey) = &journey::check_journey(db, item).value else { return Vec::new() };
    let mut found = Vec::new();
    let mut open: Vec<&Tile> = journey.body.iter().rev().collect();
    while let Some(tile) = open.pop() {
        if let TileKind::Enter(call) | TileKind::Run { call, .. } = &tile.kind {
            let run = matches!(tile.kind, TileKind::Run { .. });
            let (journey, range) = (call.journey.clone(), tile.range);
            found.push(Start { journey, run, instant: false, range });
        }
        for block in instant::inside(tile).into_iter().rev() {
            open.extend(block.iter().rev());
        }
    }
    if journey.reenter == Reenter::Always {
        for name in instant::starts(&journey.body) {
            found.iter_mut().filter(|it| it.journey == *name).for_each(|it| it.instant = true);
        }
    }
    found
}

/// Of so many journeys that one leads to, only those are looked at when it changes.
const FEW: usize = 200;

/// Circles among the journeys that this one leads to, itself included. Most lead to few, and who
/// edits one of ten thousand should not wait for a look at all of them.
fn cycles_from<'db>(db: &'db dyn Db, item: Item<'db>) -> Cow<'db, [Cycle]> {
    let mut reached = BTreeMap::from([(item.name(db), item)]);
    let mut open = vec![item];
    while let Some(item) = open.pop() {
        for start in starts(db, item) {
            if reached.contains_key(&start.journey) {
                continue;
            }
            let Some(site) = table::declaring(db, NameKind::Journey, &start.journey) else {
                continue;
            };
            reached.insert(start.journey.clone(), site.item);
            open.push(site.item);
        }
        if reached.len() > FEW {
            return Cow::Borrowed(all_cycles(db));
        }
    }
    Cow::Owned(cycles(db, &reached.into_iter().collect::<Vec<_>>()))
}

/// All circles of the workspace.
#[salsa::tracked]
fn all_cycles(db: &dyn Db) -> Vec<Cycle> {
    let all = table::all(db, NameKind::Journey).into_iter();
    cycles(db, &all.map(|(name, site)| (name, site.item)).collect::<Vec<_>>())
}

/// Circles among some journeys: of `run` first, then of others that turn at one instant.
fn cycles<'db>(db: &'db dyn Db, all: &[(Arc<str>, Item<'db>)]) -> Vec<Cycle> {
    let index: FxHashMap<&Arc<str>, usize> =
        all.iter().enumerate().map(|(at, (name, _))| (name, at)).collect();
    let edges = |wanted: &dyn Fn(&Start) -> bool| -> Vec<Vec<usize>> {
        let targets = |item| {
            let starts = starts(db, item).iter().filter(|start| wanted(start));
            starts.filter_map(|start| index.get(&start.journey).copied()).collect()
        };
        all.iter().map(|(_, item)| targets(*item)).collect()
    };
    let named = |cycle: &Vec<usize>| -> Vec<Arc<str>> {
        let mut names: Vec<Arc<str>> =
            cycle.iter().filter_map(|at| Some(all.get(*at)?.0.clone())).collect();
        names.sort();
        names
    };
    let mut found: Vec<Cycle> = Vec::new();
    for cycle in graph::order(&edges(&|start| start.run)).cycles {
        found.push(Cycle { names: named(&cycle), run: true });
    }
    for cycle in graph::order(&edges(&|start| start.instant)).cycles {
        let names = named(&cycle);
        // One circle is one mistake.
        if !found.iter().any(|known| known.names.iter().any(|name| names.contains(name))) {
            found.push(Cycle { names, run: false });
        }
    }
    found
}

/// The finding about the circle that begins with this journey.
pub(crate) fn cycle_of(db: &dyn Db, item: Item<'_>) -> Option<Finding> {
    let starts = starts(db, item);
    if starts.is_empty() {
        return None;
    }
    let name = item.name(db);
    let cycles = cycles_from(db, item);
    let cycle = cycles.iter().find(|cycle| cycle.names.first() == Some(&name))?;
    table::declaring(db, NameKind::Journey, &name).filter(|site| site.item == item)?;
    let leads_on = |start: &&Start| {
        cycle.names.contains(&start.journey) && if cycle.run { start.run } else { start.instant }
    };
    let range = starts.iter().find(leads_on)?.range;
    let names = suggest::list_all(cycle.names.iter().take(SHOWN));
    let finding = match (cycle.run, cycle.names.as_slice()) {
        (true, [only]) => {
            let message = format!("the journey `{only}` waits for itself to exit");
            Finding::new(Code::RUN_CYCLE, range, message)
                .note("to start it anew when it is over write `enter`, and let it be entered again")
        }
        (true, _) => {
            let message = format!("the journeys {names} wait for each other to exit");
            Finding::new(Code::RUN_CYCLE, range, message)
                .note("start one of them with `enter`, which does not wait for it")
        }
        (false, [only]) => {
            let message = format!("the journey `{only}` can start itself again without waiting");
            Finding::new(Code::INSTANT_LOOP, range, message)
                .note("let it wait before, or let it be entered again only `after` some time")
        }
        (false, _) => {
            let message = format!("the journeys {names} can start each other without waiting");
            Finding::new(Code::INSTANT_LOOP, range, message).note(
                "let one of them wait before, or let it be entered again only `after` some time",
            )
        }
    };
    let others = cycle.names.iter().take(SHOWN).skip(1).cloned();
    Some(others.fold(finding, |finding, name| {
        finding.at(Place::Name(NameKind::Journey, name), "this one takes part")
    }))
}
