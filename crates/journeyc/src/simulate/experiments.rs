//! What became of the members of each arm of a split.
//!
//! A membership belongs to the arm it took last at each split that it passed. How it ends, and which
//! goals it reaches, later too, counts for all of its arms.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use journey_bytecode::{Journey, TileKind};

use super::log::{Membership, add};

/// The splits of one journey and what became of whom.
#[derive(Debug, Clone, Default)]
pub(crate) struct Experiments {
    /// For each tile, whether it is a split.
    splits: Vec<bool>,
    /// Arms that memberships took: tile and edge.
    taken: FxHashMap<Membership, SmallVec<[(u16, u16); 2]>>,
    /// By split and arm.
    arms: FxHashMap<(u16, u16), ArmTally>,
    outcomes: usize,
    goals: usize,
}

/// What became of the members of an arm.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ArmTally {
    /// Memberships that took it.
    pub(crate) members: u64,
    /// How many of them ended with each outcome.
    pub(crate) outcomes: Vec<u64>,
    /// How many of them reached each goal.
    pub(crate) goals: Vec<u64>,
}

impl Experiments {
    pub(crate) fn new(journey: &Journey) -> Experiments {
        Experiments {
            splits: journey.tiles.iter().map(|tile| tile.kind == TileKind::Split).collect(),
            outcomes: journey.outcomes.len(),
            goals: journey.goals.len(),
            ..Experiments::default()
        }
    }

    /// A membership left a tile.
    pub(crate) fn left(&mut self, membership: Membership, tile: u16, edge: u16) {
        if self.splits.get(usize::from(tile)) != Some(&true) {
            return;
        }
        let taken = self.taken.entry(membership).or_default();
        let before = taken.iter().position(|(split, _)| *split == tile);
        if let Some(before) = before {
            let (_, other) = taken.remove(before);
            if let Some(arm) = self.arms.get_mut(&(tile, other)) {
                arm.members -= 1;
            }
        }
        taken.push((tile, edge));
        self.arm(tile, edge).members += 1;
    }

    /// A membership ended.
    pub(crate) fn exited(&mut self, membership: Membership, outcome: u16) {
        self.each(membership, |arm| {
            if let Some(count) = arm.outcomes.get_mut(usize::from(outcome)) {
                *count += 1;
            }
        });
        // Only a goal can still come.
        if self.goals == 0 {
            self.taken.remove(&membership);
        }
    }

    /// A membership reached a goal.
    pub(crate) fn reached(&mut self, membership: Membership, goal: u16) {
        self.each(membership, |arm| {
            if let Some(count) = arm.goals.get_mut(usize::from(goal)) {
                *count += 1;
            }
        });
    }

    fn each(&mut self, membership: Membership, count: impl Fn(&mut ArmTally)) {
        let taken = self.taken.get(&membership).cloned().unwrap_or_default();
        taken.into_iter().for_each(|(tile, edge)| count(self.arm(tile, edge)));
    }

    fn arm(&mut self, tile: u16, edge: u16) -> &mut ArmTally {
        let (outcomes, goals) = (self.outcomes, self.goals);
        self.arms.entry((tile, edge)).or_insert_with(|| ArmTally {
            members: 0,
            outcomes: vec![0; outcomes],
            goals: vec![0; goals],
        })
    }

    /// Adds what another shard has counted.
    pub(crate) fn merge(&mut self, other: &Experiments) {
        (self.outcomes, self.goals) = (other.outcomes, other.goals);
        for ((tile, edge), theirs) in &other.arms {
            let arm = self.arm(*tile, *edge);
            arm.members += theirs.members;
            add(&mut arm.outcomes, &theirs.outcomes);
            add(&mut arm.goals, &theirs.goals);
        }
    }

    /// What became of those who took an arm.
    pub(crate) fn of(&self, tile: u16, edge: u16) -> ArmTally {
        let nobody = || ArmTally {
            members: 0,
            outcomes: vec![0; self.outcomes],
            goals: vec![0; self.goals],
        };
        self.arms.get(&(tile, edge)).cloned().unwrap_or_else(nobody)
    }
}
