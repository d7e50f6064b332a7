//! Where members of the old version go on in the new one.

use std::collections::BTreeSet;

use serde::Serialize;

use super::align::Matching;
use crate::graph::Graph;

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
    /// There is no such place any more: they leave.
    Exit,
}

/// A step for each tile at which a member can stand still, in source order.
pub(super) fn plan(
    matching: &Matching<'_>,
    old_waits: &BTreeSet<String>,
    new_waits: &BTreeSet<String>,
) -> Vec<PlanStep> {
    let standing = matching.old.iter().enumerate();
    let standing = standing.filter(|(_, placed)| old_waits.contains(&placed.node.id));
    let steps = standing.map(|(number, placed)| {
        let to = matching.forward.get(number).copied().flatten();
        let to = to.and_then(|to| matching.new.get(to)).map(|placed| &placed.node.id);
        let fate = match to {
            Some(to) if !new_waits.contains(to) => Fate::Exit,
            Some(to) if *to == placed.node.id => Fate::Keep,
            Some(to) => Fate::Map(to.clone()),
            None => Fate::Exit,
        };
        PlanStep { tile: placed.node.id.clone(), title: placed.node.title.clone(), fate }
    });
    steps.collect()
}

/// The plan of a journey that is gone.
pub(super) fn all_exit(graph: &Graph, waits: &BTreeSet<String>) -> Vec<PlanStep> {
    let mut steps = Vec::new();
    graph.visit(&mut |node| {
        if waits.contains(&node.id) {
            let (tile, title) = (node.id.clone(), node.title.clone());
            steps.push(PlanStep { tile, title, fate: Fate::Exit });
        }
    });
    steps
}
