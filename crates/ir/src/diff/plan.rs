//! Where members of the old version go on in the new one.

use std::collections::{BTreeMap, BTreeSet};

use journey_bytecode::{self as bc, WaitKind};
use serde::Serialize;

use super::align::Matching;
use crate::graph::Graph;

/// The tiles of a version at which a member can stand still, and what it waits for there.
pub(super) type Waits = BTreeMap<String, BTreeSet<WaitKind>>;

/// What becomes of the members who stand at one tile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanStep {
    /// Id of the tile in the old version.
    pub tile: String,
    /// One line of what it says there.
    pub title: String,
    /// What becomes of them.
    #[serde(flatten)]
    pub fate: Fate,
}

/// What becomes of members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "fate", content = "to", rename_all = "lowercase")]
pub enum Fate {
    /// They stay at the tile, which has the same id. The time that they have waited counts.
    Keep,
    /// They go on waiting at the tile of this id, which it has become.
    Map(String),
    /// There is no such place any more, or nothing to wait for in it that they have waited for: they
    /// leave.
    Exit,
}

/// What becomes of the members of the old version by such a plan.
pub fn migration(steps: &[PlanStep]) -> bc::Fate {
    let places = steps.iter().map(|step| {
        let place = match &step.fate {
            Fate::Keep => bc::Place::Keep(step.tile.clone()),
            Fate::Map(to) => bc::Place::Keep(to.clone()),
            Fate::Exit => bc::Place::Exit,
        };
        (step.tile.clone(), place)
    });
    bc::Fate::Migrate(places.collect())
}

/// A step for each tile at which a member can stand still, in source order.
pub(super) fn plan(matching: &Matching<'_>, old_waits: &Waits, new_waits: &Waits) -> Vec<PlanStep> {
    let standing = matching.old.iter().enumerate();
    let standing = standing.filter_map(|(number, placed)| {
        old_waits.get(&placed.node.id).map(|waits| (number, placed, waits))
    });
    let steps = standing.map(|(number, placed, waits)| {
        let to = matching.forward.get(number).copied().flatten();
        let to = to.and_then(|to| matching.new.get(to)).map(|placed| &placed.node.id);
        let fate = match to {
            Some(to) if !new_waits.get(to).is_some_and(|it| waits.is_subset(it)) => Fate::Exit,
            Some(to) if *to == placed.node.id => Fate::Keep,
            Some(to) => Fate::Map(to.clone()),
            None => Fate::Exit,
        };
        PlanStep { tile: placed.node.id.clone(), title: placed.node.title.clone(), fate }
    });
    steps.collect()
}

/// The plan of a journey that is gone.
pub(super) fn all_exit(graph: &Graph, waits: &Waits) -> Vec<PlanStep> {
    let mut steps = Vec::new();
    graph.visit(&mut |node| {
        if waits.contains_key(&node.id) {
            let (tile, title) = (node.id.clone(), node.title.clone());
            steps.push(PlanStep { tile, title, fate: Fate::Exit });
        }
    });
    steps
}
