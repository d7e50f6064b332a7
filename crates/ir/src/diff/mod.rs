//! What became of a journey from one version to another, tile by tile, and what that means for the
//! members who are inside.
//!
//! Tiles are compared as [pictures](crate::graph): by what they say, not by how it is laid out in the
//! source. [`mod@align`] finds which tile became which, [`tiles`] says how they differ, [`mod@plan`] where
//! members go on, and [`picture`] draws both versions as one.

mod align;
mod picture;
mod plan;
pub(crate) mod requests;
pub(crate) mod schema;
mod tiles;

use std::collections::{BTreeMap, BTreeSet};

use journey_bytecode::Program;
use journey_sema::Checked;
use serde::Serialize;

use crate::graph::{Graph, graph};
use crate::{LowerError, lower, lower_journeys};
use plan::Waits;

pub use picture::picture;
pub use plan::{Fate, PlanStep, migration};
pub use tiles::{FieldChange, TileChange};

/// What became of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It says something else.
    Changed,
    /// It says the same elsewhere.
    Moved,
}

/// What became of a workspace. Only what differs is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorkspaceDiff {
    /// Traits, events, audiences, actions.
    pub schema: Vec<Change>,
    /// Journeys by name.
    pub journeys: Vec<JourneyDiff>,
}

/// What became of a declaration or of a clause of a header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Added, removed or changed.
    pub status: Status,
    /// What: `trait email`, `exit converted`.
    pub what: String,
    /// What it said, as source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// What became of a journey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JourneyDiff {
    /// Its name.
    pub name: String,
    /// Added, removed or changed.
    pub status: Status,
    /// Clauses of the header.
    pub header: Vec<Change>,
    /// Tiles: those of the new version in source order, then those that are gone.
    pub tiles: Vec<TileChange>,
    /// Where members go on who stand at a tile of the old version; one step for each tile where a
    /// member can stand still.
    pub plan: Vec<PlanStep>,
}

/// Compares two versions of a workspace.
pub fn diff(old: &Checked, new: &Checked) -> Result<WorkspaceDiff, LowerError> {
    let (old_graphs, new_graphs) = (graphs(old)?, graphs(new)?);
    let (old_waits, new_waits) = (waits(&lower(old)?), waits(&lower(new)?));
    let names: BTreeSet<&String> = old_graphs.keys().chain(new_graphs.keys()).collect();
    let nowhere = Waits::new();
    let journeys = names.into_iter().filter_map(|name| {
        let waits =
            (old_waits.get(name).unwrap_or(&nowhere), new_waits.get(name).unwrap_or(&nowhere));
        journey(name, old_graphs.get(name), new_graphs.get(name), waits)
    });
    Ok(WorkspaceDiff { schema: schema::changes(old, new), journeys: journeys.collect() })
}

fn graphs(checked: &Checked) -> Result<BTreeMap<String, Graph>, LowerError> {
    let graphs = checked.journeys.iter().map(|it| Ok((it.name.to_string(), graph(it)?)));
    graphs.collect()
}

/// Where members of the old version of a journey go on in the new one, whether or not it has changed.
/// Nothing if one of the two does not have the journey.
pub fn plan(old: &Checked, new: &Checked, journey: &str) -> Result<Vec<PlanStep>, LowerError> {
    let find = |checked: &Checked| {
        let found = checked.journeys.iter().find(|it| &*it.name == journey);
        found.map(|found| graph(found)).transpose()
    };
    let (Some(from), Some(to)) = (find(old)?, find(new)?) else { return Ok(Vec::new()) };
    let only = |checked: &Checked| -> Result<Waits, LowerError> {
        let mut waits = waits(&lower_journeys(checked, &[journey])?);
        Ok(waits.remove(journey).unwrap_or_default())
    };
    Ok(plan::plan(&align::align(&from, &to), &only(old)?, &only(new)?))
}

/// The tiles of each journey at which a member can stand still.
fn waits(program: &Program) -> BTreeMap<String, Waits> {
    let journeys = (0..=u16::MAX).zip(&program.journeys).map(|(number, journey)| {
        let waits = program.waits(number).into_iter();
        (journey.name.clone(), waits.map(|(tile, kinds)| (tile.to_owned(), kinds)).collect())
    });
    journeys.collect()
}

fn journey(
    name: &str,
    old: Option<&Graph>,
    new: Option<&Graph>,
    (old_waits, new_waits): (&Waits, &Waits),
) -> Option<JourneyDiff> {
    let whole = |status, plan| {
        let (header, tiles) = (Vec::new(), Vec::new());
        Some(JourneyDiff { name: name.to_owned(), status, header, tiles, plan })
    };
    let (old, new) = match (old, new) {
        (Some(old), Some(new)) => (old, new),
        (Some(old), None) => return whole(Status::Removed, plan::all_exit(old, old_waits)),
        (None, _) => return whole(Status::Added, Vec::new()),
    };
    let matching = align::align(old, new);
    let header = header(old, new);
    let tiles = tiles::changes(&matching);
    if header.is_empty() && tiles.is_empty() {
        return None;
    }
    let plan = plan::plan(&matching, old_waits, new_waits);
    Some(JourneyDiff { name: name.to_owned(), status: Status::Changed, header, tiles, plan })
}

/// Clauses are told apart by their first word, exits and goals by their name as well.
fn header(old: &Graph, new: &Graph) -> Vec<Change> {
    keyed_changes(&header_clauses(old), &header_clauses(new))
}

fn header_clauses(graph: &Graph) -> Vec<(String, String)> {
    let lines = std::iter::once(&graph.entry).chain(&graph.clauses);
    let mut clauses: Vec<(String, String)> = lines
        .map(|line| {
            let named = line.starts_with("exit ") || line.starts_with("goal ");
            let words = line.split(' ').take(if named { 2 } else { 1 });
            (words.collect::<Vec<_>>().join(" "), line.clone())
        })
        .collect();
    clauses.push(("title".to_owned(), graph.title.clone()));
    let captures = graph.captures.iter();
    clauses.extend(captures.map(|(name, value)| (format!("let {name}"), value.clone())));
    clauses
}

/// Compares two lists of named things: changed and removed ones in the old order, then new ones.
fn keyed_changes(old: &[(String, String)], new: &[(String, String)]) -> Vec<Change> {
    let after: BTreeMap<&String, &String> = new.iter().map(|(key, value)| (key, value)).collect();
    let before: BTreeSet<&String> = old.iter().map(|(key, _)| key).collect();
    let gone = old.iter().filter_map(|(key, value)| {
        let (status, after) = match after.get(key) {
            None => (Status::Removed, None),
            Some(same) if **same == *value => return None,
            Some(other) => (Status::Changed, Some((*other).clone())),
        };
        Some(Change { status, what: key.clone(), before: Some(value.clone()), after })
    });
    let fresh = new.iter().filter(|(key, _)| !before.contains(key)).map(|(key, value)| Change {
        status: Status::Added,
        what: key.clone(),
        before: None,
        after: Some(value.clone()),
    });
    gone.chain(fresh).collect()
}

impl WorkspaceDiff {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.schema.is_empty() && self.journeys.is_empty()
    }
}
