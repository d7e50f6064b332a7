//! What was counted in a run, as it is written down.

use std::collections::BTreeMap;

use journey_bytecode::TileKind;
use serde::Deserialize;

use super::{Count, Graph, Stats};

/// What happened in journeys: of the `summary.json` of a simulation, the part that pictures and
/// editors show. More may stand in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Counts {
    /// Journeys by name.
    pub journeys: BTreeMap<String, JourneyCounts>,
}

/// What happened in a journey.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct JourneyCounts {
    /// How often somebody entered; nothing where that is not said.
    #[serde(default)]
    pub memberships: Option<u64>,
    /// Tiles by id.
    pub tiles: BTreeMap<String, TileCounts>,
}

/// What happened at a tile.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct TileCounts {
    /// Members that arrived, ever.
    pub entered: u64,
    /// Members that are there now.
    pub inside: u64,
    /// Members that left by each edge, by what stands at it. Where labels repeat, the later ones
    /// are numbered: `event (2)`.
    #[serde(default)]
    pub edges: BTreeMap<String, u64>,
}

impl JourneyCounts {
    /// The counts as the picture of the journey takes them: edges by number. What is said of tiles
    /// that it has not got is left out.
    pub fn stats(&self, graph: &Graph) -> Stats {
        let mut stats = Stats::new();
        graph.visit(&mut |node| {
            let Some(tile) = self.tiles.get(&node.id) else { return };
            let edges = node.arms.iter().enumerate().map(|(number, arm)| {
                let earlier = node.arms.iter().take(number);
                let before = earlier.filter(|it| it.label == arm.label).count();
                let name = match node.kind {
                    // The picture says the share of an arm before its name.
                    TileKind::Split => arm.label.rsplit(' ').next().unwrap_or_default().to_owned(),
                    _ if before == 0 => arm.label.clone(),
                    _ => format!("{} ({})", arm.label, before + 1),
                };
                tile.edges.get(&name).copied()
            });
            let edges: Option<Vec<u64>> = edges.collect();
            let (entered, inside) = (tile.entered, tile.inside);
            let count = Count { entered, inside, edges: edges.unwrap_or_default() };
            stats.insert(node.id.clone(), count);
        });
        stats
    }
}
