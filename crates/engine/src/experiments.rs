//! What becomes of those who take each arm of a split.
//!
//! A membership belongs to the arm it took last at each split that it passed. How it ends, and which goals
//! it reaches, later too, counts for all of its arms, in the row of the hour in which it took the arm: so
//! the rows of a day are about those who took an arm on that day, whatever became of them since.
//!
//! The arms of a membership are remembered until it ends; where its journey has goals, which can be
//! reached afterwards, as long as the customer's timeline is.

use std::collections::{BTreeMap, BTreeSet};

use journey_bytecode::Journey;
use journey_vm::Ending;
use serde::{Deserialize, Serialize};

use crate::counters::HOUR;
use crate::deploy::{Deployment, Line, Version};
use crate::form::{ReadError, decode, encode};
use crate::keys;
use crate::store::{Batch, Store};
use crate::timeline::{Fact, Happened};

/// What became of those who took one arm.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ArmCounts {
    /// Memberships that took it.
    pub members: u64,
    /// Those among them that went to another version, where it is not known any more.
    pub moved: u64,
    /// How many ended with each outcome.
    pub exits: Vec<u64>,
    /// How many reached each goal.
    pub goals: Vec<u64>,
}

/// The arms of a version's splits: by tile and edge.
pub type Arms = BTreeMap<(u16, u16), ArmCounts>;

/// An arm that a membership took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Taken {
    version: u32,
    tile: u16,
    edge: u16,
    hour: i64,
}

/// What one step of a shard changes in all this.
#[derive(Debug, Default)]
pub(crate) struct Experiments {
    paths: BTreeMap<(Box<str>, Line, u32), Vec<Taken>>,
    /// Customers who were erased in this step: what the store has of them counts no more.
    erased: BTreeSet<Box<str>>,
    rows: BTreeMap<(Version, i64), Arms>,
}

/// Where something happened.
struct Scene<'s> {
    store: &'s dyn Store,
    shard: u16,
    journey: &'s Journey,
    version: Version,
}

impl ArmCounts {
    fn of(journey: &Journey) -> ArmCounts {
        let (exits, goals) = (vec![0; journey.outcomes.len()], vec![0; journey.goals.len()]);
        ArmCounts { members: 0, moved: 0, exits, goals }
    }

    /// Adds others.
    pub fn add(&mut self, other: &ArmCounts) {
        self.members += other.members;
        self.moved += other.moved;
        for (sums, parts) in [(&mut self.exits, &other.exits), (&mut self.goals, &other.goals)] {
            sums.resize(sums.len().max(parts.len()), 0);
            sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
        }
    }
}

impl Experiments {
    /// Takes note of what happened to a customer.
    pub(crate) fn note(
        &mut self,
        (store, shard): (&dyn Store, u16),
        customer: &str,
        deployment: &Deployment,
        happened: &Happened,
    ) -> Result<(), ReadError> {
        let Some(number) = happened.journey else { return Ok(()) };
        let declared = deployment.set.program().journeys.get(usize::from(number));
        let (Some(journey), Some(version)) = (declared, deployment.version(number)) else {
            return Ok(());
        };
        // A member may have come from a version with splits to one without.
        let moved = matches!(happened.what, Fact::Moved { .. });
        if journey.splits.is_empty() && !moved {
            return Ok(());
        }
        let scene = Scene { store, shard, journey, version };
        let name = (Box::from(customer), version.line, happened.membership);
        match (&happened.what, happened.tile) {
            (Fact::Left { edge, .. }, Some(tile)) if scene.is_split(tile) => {
                let hour = happened.at.div_euclid(HOUR);
                self.took(
                    &scene,
                    &name,
                    Taken { version: version.version, tile, edge: *edge, hour },
                )
            }
            (Fact::GoalReached { goal }, _) => {
                let goal = usize::from(*goal);
                let taken = self.path(&scene, &name)?.clone();
                self.each(&scene, &taken, |arm| add_one(&mut arm.goals, goal))
            }
            (Fact::Exited { ending, .. }, _) => self.ended(&scene, &name, *ending),
            (Fact::Moved { .. }, _) => self.moved(&scene, &name),
            _ => Ok(()),
        }
    }

    fn took(
        &mut self,
        scene: &Scene<'_>,
        name: &(Box<str>, Line, u32),
        taken: Taken,
    ) -> Result<(), ReadError> {
        let path = self.path(scene, name)?;
        let same = |it: &Taken| (it.version, it.tile) == (taken.version, taken.tile);
        let before = path.iter().position(same).map(|place| path.remove(place));
        path.push(taken);
        let before: Vec<Taken> = before.into_iter().collect();
        self.each(scene, &before, |arm| arm.members = arm.members.saturating_sub(1))?;
        self.each(scene, &[taken], |arm| arm.members += 1)
    }

    fn ended(
        &mut self,
        scene: &Scene<'_>,
        name: &(Box<str>, Line, u32),
        ending: Ending,
    ) -> Result<(), ReadError> {
        let path = self.path(scene, name)?;
        let taken = path.clone();
        // Only a goal can still come.
        if scene.journey.goals.is_empty() {
            path.clear();
        }
        let Some(outcome) = ending.outcome() else { return Ok(()) };
        self.each(scene, &taken, |arm| add_one(&mut arm.exits, usize::from(outcome)))
    }

    /// The member goes on in another version: what it took in the one before is over.
    fn moved(&mut self, scene: &Scene<'_>, name: &(Box<str>, Line, u32)) -> Result<(), ReadError> {
        let taken = std::mem::take(self.path(scene, name)?);
        for Taken { version, tile, edge, hour } in taken {
            let version = Version { version, ..scene.version };
            let arm = self.row(scene, version, hour)?.entry((tile, edge)).or_default();
            arm.moved += 1;
        }
        Ok(())
    }

    /// Changes the counts of arms that were taken in this version.
    fn each(
        &mut self,
        scene: &Scene<'_>,
        taken: &[Taken],
        change: impl Fn(&mut ArmCounts),
    ) -> Result<(), ReadError> {
        for it in taken.iter().filter(|it| it.version == scene.version.version) {
            let row = self.row(scene, scene.version, it.hour)?;
            let arm = row.entry((it.tile, it.edge));
            change(arm.or_insert_with(|| ArmCounts::of(scene.journey)));
        }
        Ok(())
    }

    fn path(
        &mut self,
        scene: &Scene<'_>,
        name: &(Box<str>, Line, u32),
    ) -> Result<&mut Vec<Taken>, ReadError> {
        use std::collections::btree_map::Entry;
        Ok(match self.paths.entry(name.clone()) {
            Entry::Occupied(path) => path.into_mut(),
            Entry::Vacant(place) => {
                let stored = match self.erased.contains(&name.0) {
                    true => None,
                    false => {
                        scene.store.get(&keys::path(scene.shard, &name.0, name.1.0, name.2))?
                    }
                };
                place.insert(stored.map_or(Ok(Vec::new()), |bytes| decode("arms", &bytes))?)
            }
        })
    }

    fn row(
        &mut self,
        scene: &Scene<'_>,
        version: Version,
        hour: i64,
    ) -> Result<&mut Arms, ReadError> {
        use std::collections::btree_map::Entry;
        Ok(match self.rows.entry((version, hour)) {
            Entry::Occupied(row) => row.into_mut(),
            Entry::Vacant(place) => {
                let key = keys::arms(version.line.0, version.version, hour, scene.shard);
                let stored = scene.store.get(&key)?;
                place.insert(stored.map_or(Ok(Arms::new()), |bytes| decode("arms", &bytes))?)
            }
        })
    }

    /// Forgets what a customer did in this step; what it has counted stays.
    pub(crate) fn forget(&mut self, customer: &str) {
        self.paths.retain(|(of, ..), _| &**of != customer);
        self.erased.insert(customer.into());
    }

    /// Writes down what has changed.
    pub(crate) fn write(&self, shard: u16, batch: &mut Batch) {
        for ((customer, line, membership), path) in &self.paths {
            let key = keys::path(shard, customer, line.0, *membership);
            if path.is_empty() { batch.delete(&key) } else { batch.put(&key, &encode(path)) }
        }
        for ((version, hour), arms) in &self.rows {
            let key = keys::arms(version.line.0, version.version, *hour, shard);
            batch.put(&key, &encode(arms));
        }
    }
}

impl Scene<'_> {
    fn is_split(&self, tile: u16) -> bool {
        let tile = self.journey.tiles.get(usize::from(tile));
        tile.is_some_and(|tile| tile.kind == journey_bytecode::TileKind::Split)
    }
}

fn add_one(counts: &mut [u64], index: usize) {
    counts.get_mut(index).into_iter().for_each(|count| *count += 1);
}
