//! Exact counters: by version of a journey, tile and hour.
//!
//! A shard adds up what happens and writes the rows it has touched with the batch that touched them,
//! so that counters and customers never disagree. A row is of one hour and one shard; who wants to
//! know adds rows up.

use std::collections::{BTreeMap, BTreeSet};

use journey_bytecode::{Journey, Program};
use journey_vm::{Effect, Ending, Refusal};

use serde::{Deserialize, Serialize};

use crate::deploy::{Deployment, Version};

/// An hour, in milliseconds.
pub const HOUR: i64 = 3_600_000;

/// Upper ends of the classes of time spent at a tile, in milliseconds: a second, a minute, ten, an
/// hour, six, a day, two, a week, four; longer stays are a class of their own.
pub const SPENT: [i64; 9] =
    [1_000, 60_000, 600_000, HOUR, 6 * HOUR, 24 * HOUR, 48 * HOUR, 168 * HOUR, 672 * HOUR];

/// What happened in one journey.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Memberships that began.
    pub entered: u64,
    /// Members that came from another version.
    pub moved_in: u64,
    /// Members that went to another version.
    pub moved_out: u64,
    /// Exits by outcome.
    pub exits: Vec<u64>,
    /// Members that were taken out by hand, or with all others.
    pub removed: u64,
    /// Entries that were refused.
    pub refused: u64,
    /// Goals that were reached.
    pub goals: Vec<u64>,
    /// Members that could not go on.
    pub faulted: u64,
    /// Members that went on again, or left, after they could not.
    pub unfaulted: u64,
    /// What happened at each tile.
    pub tiles: Vec<TileCounts>,
}

/// What happened at one tile.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TileCounts {
    /// Arrivals.
    pub entered: u64,
    /// Members that left by one of its edges, or whose exit it is.
    pub passed: u64,
    /// Members that left the journey from here.
    pub exited: u64,
    /// Members that came here from another version.
    pub moved_in: u64,
    /// Members that went from here to another version.
    pub moved_out: u64,
    /// Times that a member could not go on.
    pub faulted: u64,
    /// Messages and calls.
    pub sent: u64,
    /// Messages that a policy held.
    pub held: u64,
    /// Messages that a policy did not let go.
    pub skipped: u64,
    /// Leavings by edge.
    pub edges: Vec<u64>,
    /// How long those stayed that left, by the classes of [`SPENT`].
    pub spent: [u64; SPENT.len() + 1],
}

impl TileCounts {
    /// How many are here.
    pub fn inside(&self) -> u64 {
        (self.entered + self.moved_in).saturating_sub(self.passed + self.exited + self.moved_out)
    }
}

impl Counts {
    /// Counts of nothing, with room for what a journey has.
    pub fn of(journey: &Journey) -> Counts {
        let tile = |tile: &journey_bytecode::Tile| TileCounts {
            edges: vec![0; tile.edges.len()],
            ..TileCounts::default()
        };
        Counts {
            exits: vec![0; journey.outcomes.len()],
            goals: vec![0; journey.goals.len()],
            tiles: journey.tiles.iter().map(tile).collect(),
            ..Counts::default()
        }
    }

    /// How many members there are.
    pub fn inside(&self) -> u64 {
        let out = self.exits.iter().sum::<u64>() + self.removed + self.moved_out;
        (self.entered + self.moved_in).saturating_sub(out)
    }

    /// A member came from another version.
    pub fn move_in(&mut self, tile: Option<u16>, faulted: bool) {
        self.moved_in += 1;
        self.faulted += u64::from(faulted);
        let tile = tile.and_then(|tile| self.tiles.get_mut(usize::from(tile)));
        tile.into_iter().for_each(|tile| tile.moved_in += 1);
    }

    /// A member went to another version.
    pub fn move_out(&mut self, tile: Option<u16>, faulted: bool) {
        self.moved_out += 1;
        self.unfaulted += u64::from(faulted);
        let tile = tile.and_then(|tile| self.tiles.get_mut(usize::from(tile)));
        tile.into_iter().for_each(|tile| tile.moved_out += 1);
    }

    /// Adds others.
    pub fn add(&mut self, other: &Counts) {
        for (sum, part) in self.scalars().into_iter().zip(other.clone().scalars()) {
            *sum += *part;
        }
        add(&mut self.exits, &other.exits);
        add(&mut self.goals, &other.goals);
        self.tiles.resize_with(self.tiles.len().max(other.tiles.len()), TileCounts::default);
        self.tiles.iter_mut().zip(&other.tiles).for_each(|(sum, part)| sum.add(part));
    }

    fn scalars(&mut self) -> [&mut u64; 7] {
        [
            &mut self.entered,
            &mut self.moved_in,
            &mut self.moved_out,
            &mut self.removed,
            &mut self.refused,
            &mut self.faulted,
            &mut self.unfaulted,
        ]
    }
}

impl TileCounts {
    fn scalars(&mut self) -> [&mut u64; 9] {
        [
            &mut self.entered,
            &mut self.passed,
            &mut self.exited,
            &mut self.moved_in,
            &mut self.moved_out,
            &mut self.faulted,
            &mut self.sent,
            &mut self.held,
            &mut self.skipped,
        ]
    }

    fn add(&mut self, other: &TileCounts) {
        for (sum, part) in self.scalars().into_iter().zip(other.clone().scalars()) {
            *sum += *part;
        }
        add(&mut self.edges, &other.edges);
        self.spent.iter_mut().zip(&other.spent).for_each(|(sum, part)| *sum += part);
    }

    fn stayed(&mut self, length: i64) {
        let class = SPENT.iter().position(|end| length <= *end).unwrap_or(SPENT.len());
        if let Some(count) = self.spent.get_mut(class) {
            *count += 1;
        }
    }
}

fn add(sums: &mut Vec<u64>, parts: &[u64]) {
    sums.resize(sums.len().max(parts.len()), 0);
    sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
}

/// The rows that a shard is adding to. Rows of hours that are over are let go of once written.
#[derive(Debug, Default)]
pub struct Book {
    rows: BTreeMap<(Version, i64), Row>,
    /// What was counted since the book was opened, all hours together.
    since: BTreeMap<Version, Tally>,
    /// Versions of which somebody was not told yet what was counted.
    news: BTreeSet<Version>,
}

/// The counts of a version, all hours together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// What was counted.
    pub counts: Counts,
    /// The latest hour since 1970 in which something was.
    pub latest: i64,
}

impl Default for Tally {
    fn default() -> Tally {
        Tally { counts: Counts::default(), latest: i64::MIN }
    }
}

impl Tally {
    /// Adds what was counted in an hour, or up to it.
    pub fn add(&mut self, counts: &Counts, hour: i64) {
        self.counts.add(counts);
        self.latest = self.latest.max(hour);
    }
}

#[derive(Debug)]
struct Row {
    counts: Counts,
    touched: bool,
}

impl Book {
    /// The row of an hour, to be changed. `load` gives what is stored.
    pub fn row<E>(
        &mut self,
        version: Version,
        at: i64,
        load: impl FnOnce(i64) -> Result<Counts, E>,
    ) -> Result<&mut Counts, E> {
        let hour = at.div_euclid(HOUR);
        let row = match self.rows.entry((version, hour)) {
            std::collections::btree_map::Entry::Occupied(row) => row.into_mut(),
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(Row { counts: load(hour)?, touched: false })
            }
        };
        row.touched = true;
        Ok(&mut row.counts)
    }

    /// The counts of a version since the book was opened, to be changed. `blank` gives counts of nothing.
    pub fn since(
        &mut self,
        version: Version,
        at: i64,
        blank: impl FnOnce() -> Counts,
    ) -> &mut Counts {
        self.news.insert(version);
        let blank = || Tally { counts: blank(), latest: i64::MIN };
        let tally = self.since.entry(version).or_insert_with(blank);
        tally.latest = tally.latest.max(at.div_euclid(HOUR));
        &mut tally.counts
    }

    /// What was counted since the book was opened, of those versions of which something was since the last time.
    pub fn take_news(&mut self) -> impl Iterator<Item = (Version, &Tally)> {
        let news = std::mem::take(&mut self.news).into_iter();
        news.filter_map(|version| Some((version, self.since.get(&version)?)))
    }

    /// The rows that were changed since the last time.
    pub fn take_touched(&mut self) -> impl Iterator<Item = (Version, i64, &Counts)> {
        let touched = self.rows.iter_mut().filter(|(_, row)| row.touched);
        touched.map(|((version, hour), row)| {
            row.touched = false;
            (*version, *hour, &row.counts)
        })
    }

    /// Lets go of all but the latest rows of each version: timers that fire late, and events with
    /// clocks of their own, come back to older hours seldom.
    pub fn trim(&mut self) {
        const KEEP: usize = 4_096;
        if self.rows.len() > KEEP {
            self.rows.clear();
        }
    }
}

/// Adds an effect to the counts of its journey.
pub fn count(program: &Program, counts: &mut Counts, effect: &Effect<'_>) {
    let tile = |counts: &'_ mut Counts, tile: u16, f: &dyn Fn(&mut TileCounts)| {
        counts.tiles.get_mut(usize::from(tile)).into_iter().for_each(f);
    };
    match *effect {
        Effect::Entered { .. } => counts.entered += 1,
        Effect::NotEntered { reason, .. } => counts.refused += u64::from(reason != Refusal::Inside),
        Effect::Arrived { tile: at, .. } => tile(counts, at, &|tile| tile.entered += 1),
        Effect::Left { tile: at, edge, since, at: now, .. } => tile(counts, at, &|tile| {
            tile.passed += 1;
            tile.stayed(now.saturating_sub(since));
            tile.edges.get_mut(usize::from(edge)).into_iter().for_each(|count| *count += 1);
        }),
        Effect::Exited { journey, ending, tile: from, since, at, .. } => {
            match ending {
                Ending::Outcome(outcome) => {
                    counts.exits.get_mut(usize::from(outcome)).into_iter().for_each(|it| *it += 1);
                }
                _ => counts.removed += 1,
            }
            let Some(from) = from else { return };
            let declared = program.journeys.get(usize::from(journey));
            let kind = declared.and_then(|it| it.tiles.get(usize::from(from))).map(|it| it.kind);
            tile(counts, from, &|tile| {
                match kind {
                    Some(journey_bytecode::TileKind::Exit) => tile.passed += 1,
                    _ => tile.exited += 1,
                }
                tile.stayed(at.saturating_sub(since));
            });
        }
        Effect::Faulted { tile: at, .. } => {
            counts.faulted += 1;
            at.into_iter().for_each(|at| tile(counts, at, &|tile| tile.faulted += 1));
        }
        Effect::Unparked { .. } => counts.unfaulted += 1,
        Effect::GoalReached { goal, .. } => {
            counts.goals.get_mut(usize::from(goal)).into_iter().for_each(|it| *it += 1);
        }
        Effect::Sent { tile: at, .. } | Effect::Called { tile: at, .. } => {
            tile(counts, at, &|tile| tile.sent += 1);
        }
        Effect::Held { tile: at, again: false, .. } => tile(counts, at, &|tile| tile.held += 1),
        Effect::Skipped { tile: at, .. } => tile(counts, at, &|tile| tile.skipped += 1),
        _ => {}
    }
}

/// The counts of nothing for a version that is part of a deployment.
pub fn blank(deployment: &Deployment, journey: u16) -> Counts {
    let declared = deployment.set.program().journeys.get(usize::from(journey));
    declared.map(Counts::of).unwrap_or_default()
}
