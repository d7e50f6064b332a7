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

/// The Wilson score interval of a share, at 95 %: where the true share lies, given `part` of `whole`.
///
/// E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of
/// the American Statistical Association 22 (1927). Unlike the textbook interval it is right for small
/// numbers and for shares near 0 and 1.
pub(crate) fn wilson(part: u64, whole: u64) -> (f64, f64) {
    /// The 97.5 % quantile of the normal distribution.
    const Z: f64 = 1.959_963_984_540_054;
    if whole == 0 {
        return (0.0, 1.0);
    }
    let n = whole as f64;
    let p = part as f64 / n;
    let centre = p + Z * Z / (2.0 * n);
    let spread = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    (((centre - spread) / scale).max(0.0), ((centre + spread) / scale).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::wilson;

    fn rounded((low, high): (f64, f64)) -> (f64, f64) {
        ((low * 1e4).round() / 1e4, (high * 1e4).round() / 1e4)
    }

    #[test]
    fn intervals_are_those_of_the_tables() {
        assert_eq!(rounded(wilson(15, 148)), (0.0624, 0.1605));
        assert_eq!(rounded(wilson(0, 20)), (0.0, 0.1611));
        assert_eq!(rounded(wilson(1, 29)), (0.0061, 0.1718));
        assert_eq!(wilson(0, 0), (0.0, 1.0));
        let (low, high) = wilson(81, 263);
        assert!((low - 0.2553).abs() < 1e-4 && (high - 0.3662).abs() < 1e-4);
    }
}
