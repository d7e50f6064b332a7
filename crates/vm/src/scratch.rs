//! Memory that is used again from one call to the next.

use std::collections::VecDeque;

use bumpalo::Bump;

use crate::Row;
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
    /// Journeys that tiles have started, in order, and that are still to be entered.
    pub(crate) calls: VecDeque<Calling>,
    /// Journeys that are over and have been waited for.
    pub(crate) returns: VecDeque<Return>,
    /// The journey that is being stopped: nobody enters it.
    pub(crate) stopped: Option<u16>,
    /// The operation that an instance which goes on is about to do: there it is to be tried again if
    /// it cannot.
    pub(crate) going: Option<u32>,
    /// How many instances have begun.
    pub(crate) begun: u64,
    /// How many more tiles may be arrived at.
    pub(crate) budget: u32,
}

/// A journey that a tile has started.
#[derive(Debug)]
pub(crate) struct Calling {
    pub(crate) journey: u16,
    /// A value for each parameter, defaults filled in.
    pub(crate) params: Row,
    /// The properties of the entry's event where it has one.
    pub(crate) event: Option<Row>,
    /// The instance that waits for it to exit: its journey and membership.
    pub(crate) caller: Option<(u16, u32)>,
}

/// The end of a journey for which an instance has waited.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Return {
    /// The instance that has waited: its journey and membership.
    pub(crate) caller: (u16, u32),
    /// The journey it has waited for.
    pub(crate) callee: u16,
    /// The outcome; none if it was not entered, or was ended from outside.
    pub(crate) end: Option<u16>,
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
        self.calls.clear();
        self.returns.clear();
        self.stopped = None;
        self.going = None;
        self.begun = 0;
        self.budget = budget;
    }
}
