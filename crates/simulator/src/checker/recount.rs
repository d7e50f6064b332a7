//! Counters are what a recount of the timelines gives.

use std::collections::BTreeMap;

use journey_bytecode::TileKind;
use journey_engine::counters::{Counts, HOUR, SPENT, TileCounts, blank};
use journey_engine::deploy::{Deployment, History, Line, Version};
use journey_engine::keys;
use journey_engine::timeline::{Fact, Happened, Record};
use journey_vm::{Ending, Refusal};

use super::{People, all, decoded};
use crate::violation::{Promise, Violation, promise};

type Rows = BTreeMap<(Version, i64), Counts>;

impl People<'_> {
    pub(super) fn check_counters(&self) -> Result<(), Violation> {
        let stored = self.counted()?;
        let mut rows = Rows::new();
        let forgotten = self.facts.forgotten.iter().flatten();
        let forgotten = forgotten.map(|(_, timeline)| timeline.as_slice());
        let living = self.all.values().map(|found| found.timeline.as_slice());
        for timeline in living.chain(forgotten) {
            Recount { history: self.history, rows: &mut rows, members: BTreeMap::new() }
                .add(timeline);
        }
        // Of whom nothing is left in the timelines counters keep what was theirs.
        let exact = self.facts.erased.is_empty() || self.facts.forgotten.is_some();
        for (row, found) in &stored {
            let expected = rows.get(row);
            promise(!exact || expected == Some(found), Promise::Counters, || {
                format!("{row:?}:\n  stored  {found:?}\n  recount {expected:?}")
            })?;
        }
        let missing = rows.keys().find(|row| !stored.contains_key(row));
        promise(missing.is_none(), Promise::Counters, || format!("{missing:?} is not counted"))
    }

    /// The stored rows, shards added up.
    fn counted(&self) -> Result<Rows, Violation> {
        let mut rows = Rows::new();
        for (key, bytes) in all(self.store, keys::all_counters())? {
            let Some((line, version, hour, _)) = keys::counter_of(&key) else { continue };
            let counts: Counts = decoded("counters", &bytes)?;
            let row = (Version { line: Line(line), version }, hour);
            rows.entry(row).or_default().add(&counts);
        }
        Ok(rows)
    }

    /// The stored counts of each version, all hours.
    pub(super) fn counted_totals(&self) -> Result<BTreeMap<Version, Counts>, Violation> {
        let mut totals: BTreeMap<Version, Counts> = BTreeMap::new();
        for ((version, _), counts) in self.counted()? {
            totals.entry(version).or_default().add(&counts);
        }
        Ok(totals)
    }
}

/// The timeline of one customer, counted.
struct Recount<'c> {
    history: &'c History,
    rows: &'c mut Rows,
    /// The tile where each member is, and whether it cannot go on.
    members: BTreeMap<(Line, u32), (Option<u16>, bool)>,
}

impl Recount<'_> {
    fn add(&mut self, timeline: &[Record]) {
        for record in timeline {
            let Some(deployment) = self.history.numbered(record.deployment) else { continue };
            for happened in &record.effects {
                let Some(journey) = happened.journey else { continue };
                let Some(version) = deployment.version(journey) else { continue };
                self.count(deployment, journey, version, happened);
            }
        }
    }

    fn row(
        &mut self,
        deployment: &Deployment,
        journey: u16,
        version: Version,
        at: i64,
    ) -> &mut Counts {
        let hour = at.div_euclid(HOUR);
        self.rows.entry((version, hour)).or_insert_with(|| blank(deployment, journey))
    }

    fn count(&mut self, deployment: &Deployment, journey: u16, version: Version, it: &Happened) {
        let member = (version.line, it.membership);
        if let Fact::Moved { version: from } = it.what {
            let (tile, faulted) = self.members.get(&member).copied().unwrap_or_default();
            self.members.insert(member, (it.tile, faulted));
            let before = self.history.numbered(deployment.number - 1);
            let from = Version { version: from, ..version };
            if let Some((before, place)) = before.and_then(|it| Some((it, it.find(from)?))) {
                self.row(before, place, from, it.at).move_out(tile, faulted);
            }
            self.row(deployment, journey, version, it.at).move_in(it.tile, faulted);
            return;
        }
        let kind = deployment.set.program().journeys.get(usize::from(journey));
        let kind = kind.zip(it.tile).and_then(|(of, tile)| of.tiles.get(usize::from(tile)));
        let is_exit = kind.is_some_and(|tile| tile.kind == TileKind::Exit);
        let counts = self.row(deployment, journey, version, it.at);
        journey_counts(counts, it);
        if let Some(tile) = it.tile.and_then(|tile| counts.tiles.get_mut(usize::from(tile))) {
            tile_counts(tile, it, is_exit);
        }
        self.follow(member, it);
    }

    /// Where the member is afterwards.
    fn follow(&mut self, member: (Line, u32), it: &Happened) {
        let (tile, faulted) = self.members.entry(member).or_default();
        match it.what {
            Fact::Arrived => *tile = it.tile,
            Fact::Left { .. } => *tile = None,
            Fact::Faulted { .. } => *faulted = true,
            Fact::Unparked => *faulted = false,
            _ => {}
        }
    }
}

fn journey_counts(counts: &mut Counts, it: &Happened) {
    match it.what {
        Fact::Entered { .. } => counts.entered += 1,
        Fact::NotEntered { reason } if reason != Refusal::Inside => counts.refused += 1,
        Fact::Exited { ending: Ending::Outcome(outcome), .. } => one(&mut counts.exits, outcome),
        Fact::Exited { .. } => counts.removed += 1,
        Fact::GoalReached { goal } => one(&mut counts.goals, goal),
        Fact::Faulted { .. } => counts.faulted += 1,
        Fact::Unparked => counts.unfaulted += 1,
        _ => {}
    }
}

fn tile_counts(tile: &mut TileCounts, it: &Happened, is_exit: bool) {
    match it.what {
        Fact::Arrived => tile.entered += 1,
        Fact::Left { edge, since } => {
            tile.passed += 1;
            one(&mut tile.edges, edge);
            stayed(tile, it.at - since);
        }
        Fact::Exited { since, .. } => {
            let count = if is_exit { &mut tile.passed } else { &mut tile.exited };
            *count += 1;
            stayed(tile, it.at - since);
        }
        Fact::Faulted { .. } => tile.faulted += 1,
        Fact::Sent { .. } | Fact::Called { .. } => tile.sent += 1,
        Fact::Held { again: false, .. } => tile.held += 1,
        Fact::Skipped { .. } => tile.skipped += 1,
        _ => {}
    }
}

fn stayed(tile: &mut TileCounts, length: i64) {
    let class = SPENT.iter().filter(|end| **end < length).count();
    tile.spent.get_mut(class).into_iter().for_each(|count| *count += 1);
}

fn one(counts: &mut [u64], place: u16) {
    counts.get_mut(usize::from(place)).into_iter().for_each(|count| *count += 1);
}
