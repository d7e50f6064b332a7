//! Memory that is used again from one call to the next.

use bumpalo::Bump;

use crate::bits::Bits;
use crate::set::Watch;

/// What a call of [`apply`](crate::apply) or [`eval`](crate::eval) needs to work with. Make one a
/// thread and pass it to every call: once warm, it does not allocate.
#[derive(Debug, Default)]
pub struct Scratch {
    /// Temporary values: texts, lists and records that expressions make.
    pub(crate) arena: Bump,
    pub(crate) work: Work,
}

/// What has happened so far on the present input and is still to be followed up.
#[derive(Debug, Default)]
pub(crate) struct Work {
    /// Changes that are being followed up now.
    pub(crate) current: Watch,
    /// Changes that came since.
    pub(crate) pending: Watch,
    /// Audiences to look at again.
    pub(crate) stale: Bits,
    /// Audiences whose members were found when the customer was first seen, so that nobody has
    /// been told of them yet.
    pub(crate) untold: Bits,
    /// Journeys to enter for having joined an audience.
    pub(crate) entries: Bits,
    /// How many more tiles may be arrived at.
    pub(crate) budget: u32,
}

impl Scratch {
    /// Fresh scratch memory.
    pub fn new() -> Scratch {
        Scratch::default()
    }

    /// Where temporaries go.
    pub fn arena(&self) -> &Bump {
        &self.arena
    }

    /// Forgets all temporaries and keeps the memory. [`apply`](crate::apply) does this by itself.
    pub fn reset(&mut self) {
        self.arena.reset();
    }
}

impl Work {
    /// Marks audiences to be looked at again.
    pub(crate) fn mark_stale(&mut self, audiences: Option<&Vec<u16>>) {
        audiences.into_iter().flatten().for_each(|audience| self.stale.set(*audience, true));
    }

    pub(crate) fn clear(&mut self, budget: u32) {
        self.current.clear();
        self.pending.clear();
        self.stale.clear();
        self.untold.clear();
        self.entries.clear();
        self.budget = budget;
    }
}
