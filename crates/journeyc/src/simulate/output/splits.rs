//! The arms of splits side by side: how many took each, and what became of them.

use std::collections::BTreeMap;

use journey_base::statistics::wilson;
use journey_bytecode::{Journey, TileKind};
use journey_ir::graph::thousands;
use serde::Serialize;

use super::text::share;
use crate::simulate::log::JourneyTally;

/// A split and what became of the members of each arm.
pub(crate) struct SplitTable<'p> {
    /// Id of the tile.
    pub(crate) tile: &'p str,
    /// One line of what it says.
    pub(crate) title: &'p str,
    /// Names of the arms.
    pub(crate) arms: &'p [String],
    /// How many took each arm.
    pub(crate) members: Vec<u64>,
    /// Goals, then outcomes, each with how many of each arm came to it.
    pub(crate) rows: Vec<Row<'p>>,
}

/// A goal or an outcome.
pub(crate) struct Row<'p> {
    pub(crate) is_goal: bool,
    pub(crate) name: &'p str,
    pub(crate) counts: Vec<u64>,
}

/// All splits of a journey in source order.
pub(crate) fn splits<'p>(journey: &'p Journey, tally: &JourneyTally) -> Vec<SplitTable<'p>> {
    let tiles = (0u16..).zip(&journey.tiles);
    let splits = tiles.filter(|(_, tile)| tile.kind == TileKind::Split);
    let table = |(number, tile): (u16, &'p journey_bytecode::Tile)| {
        let arms: Vec<_> =
            (0u16..).zip(&tile.edges).map(|(edge, _)| tally.experiments.of(number, edge)).collect();
        let goals = journey.goals.iter().enumerate().map(|(index, goal)| Row {
            is_goal: true,
            name: &goal.name,
            counts: arms.iter().map(|arm| at(&arm.goals, index)).collect(),
        });
        let outcomes = journey.outcomes.iter().enumerate().map(|(index, name)| Row {
            is_goal: false,
            name,
            counts: arms.iter().map(|arm| at(&arm.outcomes, index)).collect(),
        });
        SplitTable {
            tile: &tile.id,
            title: &tile.title,
            arms: &tile.edges,
            rows: goals.chain(outcomes).collect(),
            members: arms.iter().map(|arm| arm.members).collect(),
        }
    };
    splits.map(table).collect()
}

fn at(counts: &[u64], index: usize) -> u64 {
    counts.get(index).copied().unwrap_or(0)
}

impl Row<'_> {
    /// `goal purchase`, `exit done`.
    pub(crate) fn title(&self) -> String {
        format!("{} {}", if self.is_goal { "goal" } else { "exit" }, self.name)
    }
}

/// `412 · 8.2% (7.5–9.0)`: a count, its share, and where the true share lies with 95 %.
pub(crate) fn cell(part: u64, whole: u64) -> String {
    let (low, high) = wilson(part, whole);
    let interval = format!("({:.1}–{:.1})", low * 100.0, high * 100.0);
    match whole {
        0 => "–".to_owned(),
        _ => format!("{} · {} {interval}", thousands(part), share(part, whole)),
    }
}

// The document. Fields stand in the order of their names, so that all keys are sorted.

#[derive(Serialize)]
pub(crate) struct ArmDocument {
    exits: BTreeMap<String, RateDocument>,
    goals: BTreeMap<String, RateDocument>,
    members: u64,
}

/// A count with the Wilson interval of its share at 95 %.
#[derive(Serialize)]
struct RateDocument {
    count: u64,
    high: f64,
    low: f64,
}

/// What `summary.json` says of splits: by tile, by arm.
pub(crate) fn document(
    journey: &Journey,
    tally: &JourneyTally,
) -> BTreeMap<String, BTreeMap<String, ArmDocument>> {
    let tables = splits(journey, tally).into_iter().map(|table| {
        let arms = table.arms.iter().zip(&table.members).enumerate();
        let arms = arms.map(|(arm, (name, members))| {
            let rates = |is_goal: bool| {
                let rows = table.rows.iter().filter(move |row| row.is_goal == is_goal);
                let rates =
                    rows.map(|row| (row.name.to_owned(), rate(at(&row.counts, arm), *members)));
                rates.collect()
            };
            (
                name.clone(),
                ArmDocument { exits: rates(false), goals: rates(true), members: *members },
            )
        });
        (table.tile.to_owned(), arms.collect())
    });
    tables.collect()
}

fn rate(count: u64, members: u64) -> RateDocument {
    let (low, high) = wilson(count, members);
    // As many digits as anyone needs, so that the bytes do not depend on the last bit.
    let rounded = |share: f64| (share * 1e6).round() / 1e6;
    RateDocument { count, high: rounded(high), low: rounded(low) }
}
