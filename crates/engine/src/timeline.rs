//! What happened to a customer, input by input, as it is kept for people and for a recount.
//!
//! A record is what one input has done: the input, then the effects in order. Indices are those of
//! the program of the deployment that the record names.

use journey_bytecode::{Const, Outcome};
use journey_vm::{Effect, Ending, Fault, Refusal, Rule, Site, Source};
use serde::{Deserialize, Serialize};

use crate::form::{ReadError, decode};
use crate::keys;
use crate::store::Store;

/// What one input has done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The deployment whose indices these are.
    pub deployment: u32,
    /// What the clock showed.
    pub at: i64,
    /// The input.
    pub cause: Cause,
    /// What it did, in order.
    pub effects: Vec<Happened>,
}

/// An input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Cause {
    Event { event: u16, at: i64 },
    Traits(Vec<(u16, Const)>),
    Member { audience: u16, member: bool },
    Enter { journey: u16 },
    Remove { journey: u16 },
    Outcome { journey: u16, membership: u32, tile: u16, visit: u32, outcome: Outcome },
    Retry { journey: u16, membership: u32 },
    Pause { journey: u16 },
    Resume { journey: u16 },
    Stop { journey: u16 },
    Deploy,
    Time,
}

/// An effect, its values its own. The fields are those of [`Effect`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Happened {
    pub at: i64,
    pub journey: Option<u16>,
    pub membership: u32,
    pub tile: Option<u16>,
    pub what: Fact,
}

/// See [`Happened`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Fact {
    Entered {
        key: Option<Const>,
    },
    NotEntered {
        reason: Refusal,
    },
    Refreshed,
    Arrived,
    Left {
        edge: u16,
        since: i64,
    },
    Sent {
        seq: u32,
        action: u16,
        args: Vec<(u16, Const)>,
    },
    Called {
        seq: u32,
        webhook: u16,
        url: String,
    },
    Answered {
        visit: u32,
        outcome: Outcome,
        status: Option<u16>,
    },
    Held {
        action: u16,
        rule: Rule,
        until: i64,
        again: bool,
    },
    Skipped {
        action: u16,
        rule: Rule,
    },
    Updated {
        seq: u32,
        changes: Vec<(u16, Const)>,
    },
    SetMember {
        seq: u32,
        audience: u16,
        member: bool,
    },
    GoalReached {
        goal: u16,
    },
    GoalFault {
        goal: u16,
        fault: Fault,
    },
    Exited {
        ending: Ending,
        since: i64,
    },
    Faulted {
        fault: Fault,
    },
    Unparked,
    Forgotten {
        event: u16,
    },
    JoinedAudience {
        audience: u16,
    },
    LeftAudience {
        audience: u16,
    },
    AudienceFault {
        audience: u16,
        fault: Fault,
    },
    UnknownZone,
    Decided {
        site: Site,
        holds: bool,
        reads: Vec<(Source, Const)>,
    },
    Duplicate,
    /// Another program took the customer over.
    Rebased,
    /// The member came from another version of its journey.
    Moved {
        version: u32,
    },
}

impl Happened {
    /// An effect with its own values.
    pub fn of(effect: &Effect<'_>) -> Happened {
        let own = |values: &[(u16, journey_vm::Val<'_>)]| {
            values.iter().map(|(slot, value)| (*slot, value.to_const())).collect()
        };
        let (membership, tile, at, what) = match *effect {
            Effect::Entered { membership, key, at, .. } => {
                (membership, None, at, Fact::Entered { key: key.map(|key| key.to_const()) })
            }
            Effect::NotEntered { reason, at, .. } => (0, None, at, Fact::NotEntered { reason }),
            Effect::Refreshed { membership, at, .. } => (membership, None, at, Fact::Refreshed),
            Effect::Arrived { membership, tile, at, .. } => {
                (membership, Some(tile), at, Fact::Arrived)
            }
            Effect::Left { membership, tile, edge, since, at, .. } => {
                (membership, Some(tile), at, Fact::Left { edge, since })
            }
            Effect::Sent { membership, seq, tile, action, args, at, .. } => {
                (membership, Some(tile), at, Fact::Sent { seq, action, args: own(args) })
            }
            Effect::Called { membership, seq, tile, webhook, call, at, .. } => {
                let url = call.url.to_owned();
                (membership, Some(tile), at, Fact::Called { seq, webhook, url })
            }
            Effect::Answered { membership, tile, visit, outcome, status, at, .. } => {
                (membership, Some(tile), at, Fact::Answered { visit, outcome, status })
            }
            Effect::Held { membership, tile, action, rule, until, again, at, .. } => {
                (membership, Some(tile), at, Fact::Held { action, rule, until, again })
            }
            Effect::Skipped { membership, tile, action, rule, at, .. } => {
                (membership, Some(tile), at, Fact::Skipped { action, rule })
            }
            Effect::Updated { membership, seq, tile, changes, at, .. } => {
                (membership, Some(tile), at, Fact::Updated { seq, changes: own(changes) })
            }
            Effect::SetMember { membership, seq, tile, audience, member, at, .. } => {
                (membership, Some(tile), at, Fact::SetMember { seq, audience, member })
            }
            Effect::GoalReached { membership, goal, at, .. } => {
                (membership, None, at, Fact::GoalReached { goal })
            }
            Effect::GoalFault { membership, goal, fault, at, .. } => {
                (membership, None, at, Fact::GoalFault { goal, fault })
            }
            Effect::Exited { membership, ending, tile, since, at, .. } => {
                (membership, tile, at, Fact::Exited { ending, since })
            }
            Effect::Faulted { membership, tile, fault, at, .. } => {
                (membership, tile, at, Fact::Faulted { fault })
            }
            Effect::Unparked { membership, tile, at, .. } => (membership, tile, at, Fact::Unparked),
            Effect::Forgotten { membership, event, at, .. } => {
                (membership, None, at, Fact::Forgotten { event })
            }
            Effect::JoinedAudience { audience, at } => {
                (0, None, at, Fact::JoinedAudience { audience })
            }
            Effect::LeftAudience { audience, at } => (0, None, at, Fact::LeftAudience { audience }),
            Effect::AudienceFault { audience, fault, at } => {
                (0, None, at, Fact::AudienceFault { audience, fault })
            }
            Effect::UnknownZone { membership, at, .. } => (membership, None, at, Fact::UnknownZone),
            Effect::Decided { site, membership, tile, holds, reads, at, .. } => {
                let reads = reads.iter().map(|read| (read.source, read.value.to_const())).collect();
                (membership, tile, at, Fact::Decided { site, holds, reads })
            }
            Effect::Duplicate { at } => (0, None, at, Fact::Duplicate),
            Effect::Migrated { membership, tile, from, at, .. } => {
                (membership, tile, at, Fact::Moved { version: from })
            }
            Effect::Rebased { at } => (0, None, at, Fact::Rebased),
        };
        Happened { at, journey: effect.journey(), membership, tile, what }
    }
}

/// Which record of a customer: the number of the input, and of the part.
pub type Place = (u64, u16);

/// The latest records of a customer, newest first: those before a place, or all up to input `last`, at
/// most `limit`.
pub fn newest(
    store: &dyn Store,
    (shard, customer): (u16, &str),
    last: u64,
    before: Option<Place>,
    limit: usize,
) -> Result<Vec<(Place, Record)>, ReadError> {
    let mut to = match before {
        Some((sequence, part)) => keys::timeline(shard, customer, sequence, part),
        None => keys::timelines(shard, customer).end,
    };
    let mut end = before.map_or(last, |(sequence, _)| sequence.min(last));
    // Inputs that did nothing have no record, so that it is not known how far to look.
    let mut width = limit.max(16) as u64;
    let mut found = Vec::new();
    loop {
        let start = end.saturating_sub(width);
        let from = keys::timeline(shard, customer, start, 0);
        for (key, bytes) in store.scan(&from, &to, usize::MAX)?.iter().rev() {
            if let Some(place) = keys::timeline_of(key) {
                found.push((place, decode("timeline", bytes)?));
            }
        }
        if found.len() >= limit || start == 0 {
            found.truncate(limit);
            return Ok(found);
        }
        (end, to) = (start, from);
        width = width.saturating_mul(2);
    }
}
