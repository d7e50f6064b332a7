//! What is remembered of memberships: where the open ones are, when the last one ended, and what
//! those that are over may still achieve.

use journey_bytecode::Reenter;
use rustc_hash::FxBuildHasher;
use smallvec::SmallVec;
use std::collections::HashMap;

use crate::Row;
use crate::key::InstanceKey;

/// When a membership ended: the number of the input, and the clock.
pub(crate) type Exit = (u64, i64);

/// What is remembered of a customer's memberships in one journey, whatever their versions.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Memory {
    /// The number of its [line](crate::ProgramSet::line).
    pub(crate) journey: u16,
    /// How many there were, open ones included.
    pub(crate) memberships: u32,
    /// The last exit.
    pub(crate) exit: Option<Exit>,
    /// The same by key, where the journey has one.
    pub(crate) keys: Option<Box<Keys>>,
}

/// What is remembered of the keys of a journey.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Keys {
    /// Open instances, by the number of the input that made them enter.
    pub(crate) open: HashMap<InstanceKey, u64, FxBuildHasher>,
    /// Last exits, as far as the re-entry rule can still ask for them.
    pub(crate) exits: HashMap<InstanceKey, Exit, FxBuildHasher>,
}

impl Memory {
    pub(crate) fn new(journey: u16) -> Memory {
        Memory { journey, memberships: 0, exit: None, keys: None }
    }

    /// The memory of a journey, if the customer ever was in it.
    pub(crate) fn find(all: &[Memory], journey: u16) -> Option<&Memory> {
        all.get(all.binary_search_by_key(&journey, |memory| memory.journey).ok()?)
    }

    /// The memory of a journey. There are millions of customers, and most of them are in one
    /// journey, so the first one makes room for itself only.
    pub(crate) fn of(all: &mut Vec<Memory>, journey: u16) -> Option<&mut Memory> {
        let place = all.binary_search_by_key(&journey, |memory| memory.journey);
        let place = place.unwrap_or_else(|place| {
            if all.is_empty() {
                all.reserve_exact(1);
            }
            all.insert(place, Memory::new(journey));
            place
        });
        all.get_mut(place)
    }

    /// When the last membership ended: of all, or of those with the key. One of a version without
    /// keys is one with every key.
    pub(crate) fn exit(&self, key: Option<InstanceKey>) -> Option<Exit> {
        let exits = self.keys.as_ref().map(|keys| &keys.exits);
        let with_key = exits.and_then(|exits| match key {
            None => exits.values().max(),
            Some(key) => exits.get(&key),
        });
        self.exit.max(with_key.copied())
    }

    /// The number of the input that made the open instance with this key enter.
    pub(crate) fn open(&self, key: InstanceKey) -> Option<u64> {
        self.keys.as_ref()?.open.get(&key).copied()
    }

    /// A membership begins; gives its number.
    pub(crate) fn enter(&mut self, key: Option<InstanceKey>, sequence: u64) -> u32 {
        self.memberships += 1;
        if let Some(key) = key {
            self.keys.get_or_insert_default().open.insert(key, sequence);
        }
        self.memberships
    }

    /// A membership ends.
    pub(crate) fn leave(&mut self, key: Option<InstanceKey>, rule: Reenter, exit: Exit) {
        match key {
            None => self.exit = Some(exit),
            Some(key) => {
                let keys = self.keys.get_or_insert_default();
                keys.open.remove(&key);
                keys.remember(key, rule, exit);
            }
        }
    }
}

/// Whether the re-entry rule still asks for an exit at an input and an instant.
pub(crate) fn counts(rule: Reenter, (earlier, at): Exit, (sequence, now): (u64, i64)) -> bool {
    match rule {
        Reenter::Never => true,
        Reenter::Always => false,
        Reenter::Later => earlier == sequence,
        Reenter::After(length) => at.saturating_add(length) > now,
    }
}

impl Keys {
    /// Keeps an exit if the rule can ask for it, and lets go of those that it cannot ask for any
    /// more whenever the memory would have to grow.
    fn remember(&mut self, key: InstanceKey, rule: Reenter, exit: Exit) {
        if rule == Reenter::Always {
            return;
        }
        if self.exits.len() == self.exits.capacity() {
            self.exits.retain(|_, earlier| counts(rule, *earlier, exit));
        }
        self.exits.insert(key, exit);
    }
}

/// In place of the end of a goal's time: it was reached.
pub(crate) const REACHED: i64 = i64::MIN;

/// A membership that is over and may still reach a goal.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Past {
    pub(crate) journey: u16,
    pub(crate) membership: u32,
    pub(crate) entered_at: i64,
    /// The values it carried.
    pub(crate) locals: Row,
    /// See [`Instance::goals`](crate::Instance).
    pub(crate) goals: SmallVec<[i64; 1]>,
}

impl Past {
    /// Whether there is a goal it can still reach.
    pub(crate) fn is_open(&self, now: i64) -> bool {
        self.goals.iter().any(|until| *until > now)
    }

    /// Keeps a past membership; those whose time is up make room for it.
    pub(crate) fn keep(self, all: &mut Vec<Past>, now: i64) {
        if all.len() == all.capacity() {
            all.retain(|past| past.is_open(now));
        }
        all.push(self);
    }
}
