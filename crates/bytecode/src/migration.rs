//! What becomes of members when another program takes over: they stay in their version, move to the
//! current one tile by tile, or leave.

use std::collections::{BTreeMap, BTreeSet};

use crate::{ArmTrigger, Deadline, Program, State};

/// What becomes of the members of each version. Of those of which nothing is said, they stay.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Plan {
    fates: BTreeMap<(String, u32), Fate>,
}

/// What becomes of the members of a version.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Fate {
    /// They stay in it.
    #[default]
    Pin,
    /// They move to the version that customers enter: from each tile at which they can stand
    /// still to a place of its own. A tile where nobody can stand, but for those who cannot go on,
    /// need not be named.
    Migrate(BTreeMap<String, Place>),
    /// They leave, if there are any. This is also how a version goes that has no members any more and
    /// that nobody enters; of one that is entered until now somebody may be a member by then.
    Leave,
}

/// Where members go on who stand at a tile.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Place {
    /// At this tile, by its id in the current version; there they wait on.
    Keep(String),
    /// Nowhere: they leave.
    Exit,
}

/// What members wait for at a tile.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum WaitKind {
    /// Events, conditions, instants.
    Wait,
    /// A policy, to let a message go.
    Policy,
    /// What becomes of a message or call.
    Outcome,
    /// The exit of the journey of this name.
    Journey(String),
}

impl Plan {
    /// A plan by which all members stay in their versions.
    pub fn new() -> Plan {
        Plan::default()
    }

    /// Settles what becomes of the members of a version.
    pub fn set(&mut self, journey: &str, version: u32, fate: Fate) {
        self.fates.insert((journey.to_owned(), version), fate);
    }

    /// What becomes of the members of a version.
    pub fn fate(&self, journey: &str, version: u32) -> &Fate {
        self.fates.get(&(journey.to_owned(), version)).unwrap_or(&Fate::Pin)
    }

    /// All that is said, by name and version.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u32, &Fate)> {
        self.fates.iter().map(|((journey, version), fate)| (&**journey, *version, fate))
    }
}

impl Program {
    /// What members wait for in a state of a journey.
    pub fn wait_kind(&self, journey: u16, state: &State) -> WaitKind {
        if let Some(run) = &state.run {
            let call = self.journeys.get(usize::from(journey));
            let call = call.and_then(|journey| journey.calls.get(usize::from(run.call)));
            let callee = call.and_then(|call| self.journeys.get(usize::from(call.journey)));
            return WaitKind::Journey(callee.map(|callee| callee.name.clone()).unwrap_or_default());
        }
        if matches!(state.deadline, Deadline::Policy { .. }) {
            return WaitKind::Policy;
        }
        match state.arms.iter().any(|arm| matches!(arm.trigger, ArmTrigger::Outcome(_))) {
            true => WaitKind::Outcome,
            false => WaitKind::Wait,
        }
    }

    /// The tiles of a journey at which members can stand still, by id, and what they wait for there.
    pub fn waits(&self, journey: u16) -> BTreeMap<&str, BTreeSet<WaitKind>> {
        let mut waits: BTreeMap<&str, BTreeSet<WaitKind>> = BTreeMap::new();
        let Some(declared) = self.journeys.get(usize::from(journey)) else { return waits };
        for state in &declared.states {
            if let Some(tile) = declared.tiles.get(usize::from(state.tile)) {
                waits.entry(&tile.id).or_default().insert(self.wait_kind(journey, state));
            }
        }
        waits
    }
}
