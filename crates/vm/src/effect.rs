//! What comes out of [`apply`](crate::apply): the customer's timeline, record by record.

use journey_bytecode::{Journey, Outcome};

use crate::{Call, Fault, MessageKey, Read, Val};

/// Takes effects in the order in which they happen.
pub trait Effects {
    /// Takes one effect. What it borrows lives until this returns.
    fn emit(&mut self, effect: Effect<'_>);

    /// Whether decisions are wanted, with the values they read: [`Effect::Decided`]. They cost time,
    /// so nobody gets them unasked.
    fn wants_decisions(&self) -> bool {
        false
    }
}

/// Throws effects away.
impl Effects for () {
    fn emit(&mut self, _: Effect<'_>) {}
}

/// Calls a closure for each effect.
impl<F: FnMut(Effect<'_>)> Effects for F {
    fn emit(&mut self, effect: Effect<'_>) {
        self(effect);
    }
}

/// How a membership ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Ending {
    /// With this outcome of the journey.
    Outcome(u16),
    /// Somebody took the member out.
    Removed,
    /// The journey was stopped.
    Stopped,
    /// Its version was superseded, and the plan by which members go on has no place for it.
    Superseded,
}

impl Ending {
    /// The outcome, if it is one of the journey's.
    pub fn outcome(self) -> Option<u16> {
        match self {
            Ending::Outcome(outcome) => Some(outcome),
            Ending::Removed | Ending::Stopped | Ending::Superseded => None,
        }
    }

    /// What it is called in this journey.
    pub fn name(self, journey: &Journey) -> &str {
        match self {
            Ending::Outcome(outcome) => {
                journey.outcomes.get(usize::from(outcome)).map_or("?", String::as_str)
            }
            Ending::Removed => "removed",
            Ending::Stopped => "stopped",
            Ending::Superseded => "superseded",
        }
    }
}

/// Why a customer did not enter a journey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Refusal {
    /// It is inside already: with the same key, where the journey has one.
    Inside,
    /// The journey's re-entry rule says no.
    Reentry,
    /// The journey is paused.
    Paused,
    /// The journey is being stopped.
    Stopped,
    /// The journey is completed: nobody enters any more.
    Closed,
    /// What it was to bring along is incomplete, or of another type.
    Arguments,
    /// The condition of the entry does not hold for what it was to bring along.
    Condition,
    /// The entry's filter, list or key could not be evaluated.
    Fault(Fault),
    /// An event says what the journey's instances are about, and there is none.
    NoEvent,
}

/// Which rule of a policy does not let a message go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Rule {
    /// `require`
    Require,
    /// `quiet`
    Quiet,
    /// `cap`
    Cap,
}

/// Where a decision was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Site {
    /// The filter of an entry.
    Entry,
    /// An exit criterion, by number.
    Exit(u16),
    /// The filter of a goal, by number.
    Goal(u16),
    /// An arm of the wait the instance is at, by number.
    Arm(u16),
    /// A test of the tile the instance is at.
    Tile,
    /// What the policy of the message requires at whose tile the instance is.
    Require,
    /// The definition of an audience, by number.
    Audience(u16),
}

/// One record of the timeline. Indices are the program's: `journey` into its journeys, `tile`,
/// `outcome` and `edge` into those of the journey or tile. `membership` counts a customer's
/// instances of one journey from 1. `at` is the clock when it happened.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)] // the fields are those named above
pub enum Effect<'a> {
    /// The customer entered, with this key where the journey has one.
    Entered { journey: u16, membership: u32, key: Option<Val<'a>>, at: i64 },
    /// The customer would have entered.
    NotEntered { journey: u16, reason: Refusal, at: i64 },
    /// The customer would have entered again; instead the open instance goes on with the values of
    /// the new entry.
    Refreshed { journey: u16, membership: u32, at: i64 },
    /// The instance arrived at a tile.
    Arrived { journey: u16, membership: u32, tile: u16, at: i64 },
    /// The instance left a tile by an edge. It had arrived there at `since`.
    Left { journey: u16, membership: u32, tile: u16, edge: u16, since: i64, at: i64 },
    /// A message is to be sent. `seq` counts the membership's sends and updates from 1; `args`
    /// are by parameter, ascending. `awaits` if the instance stands still until its
    /// [outcome](crate::Input::Outcome) comes.
    Sent {
        journey: u16,
        membership: u32,
        seq: u32,
        tile: u16,
        action: u16,
        args: &'a [(u16, Val<'a>)],
        key: MessageKey<'a>,
        awaits: bool,
        at: i64,
    },
    /// A webhook is to be called. It counts among the sends and updates.
    Called {
        journey: u16,
        membership: u32,
        seq: u32,
        tile: u16,
        webhook: u16,
        call: Call<'a>,
        key: MessageKey<'a>,
        awaits: bool,
        at: i64,
    },
    /// The outcome that the instance waited for at a tile. `status` is that of a response that made
    /// it fail.
    Answered {
        journey: u16,
        membership: u32,
        tile: u16,
        visit: u32,
        outcome: Outcome,
        status: Option<u16>,
        at: i64,
    },
    /// A message waits for a rule of its policy, which is asked again at `until`. `again` if this
    /// message waited already.
    Held {
        journey: u16,
        membership: u32,
        tile: u16,
        action: u16,
        rule: Rule,
        until: i64,
        again: bool,
        at: i64,
    },
    /// A message will not be sent: a rule of its policy says so.
    Skipped { journey: u16, membership: u32, tile: u16, action: u16, rule: Rule, at: i64 },
    /// Traits were set, all at once, ascending by slot.
    Updated {
        journey: u16,
        membership: u32,
        seq: u32,
        tile: u16,
        changes: &'a [(u16, Val<'a>)],
        at: i64,
    },
    /// A tile has put the customer into an audience or taken it out. The joining or leaving itself
    /// follows, where there is any.
    SetMember {
        journey: u16,
        membership: u32,
        seq: u32,
        tile: u16,
        audience: u16,
        member: bool,
        at: i64,
    },
    /// The instance reached a goal, maybe after its exit. Counts once a goal.
    GoalReached { journey: u16, membership: u32, goal: u16, at: i64 },
    /// It is not known whether the event reaches the goal; it counts as not reached by it.
    GoalFault { journey: u16, membership: u32, goal: u16, fault: Fault, at: i64 },
    /// The instance left the journey, from `tile` if it was at one; there it had arrived at `since`.
    Exited { journey: u16, membership: u32, ending: Ending, tile: Option<u16>, since: i64, at: i64 },
    /// The instance cannot go on and stays where it is: at `tile`, unless it was on its way to the
    /// next.
    Faulted { journey: u16, membership: u32, tile: Option<u16>, fault: Fault, at: i64 },
    /// An instance that could not go on is tried again, or leaves.
    Unparked { journey: u16, membership: u32, tile: Option<u16>, at: i64 },
    /// So much came for an instance that stands still that the oldest event was let go of.
    Forgotten { journey: u16, membership: u32, event: u16, at: i64 },
    /// The customer joined an audience.
    JoinedAudience { audience: u16, at: i64 },
    /// The customer left an audience.
    LeftAudience { audience: u16, at: i64 },
    /// A computed audience could not be evaluated; the customer counts as outside.
    AudienceFault { audience: u16, fault: Fault, at: i64 },
    /// The name of the instance's time zone is that of no zone; the program's is used.
    UnknownZone { journey: u16, membership: u32, at: i64 },
    /// A condition was decided. Only for those who want decisions. `journey` and `membership` are
    /// those of the instance, if it is about one.
    Decided {
        site: Site,
        journey: Option<u16>,
        membership: u32,
        tile: Option<u16>,
        holds: bool,
        reads: &'a [Read<'a>],
        at: i64,
    },
    /// Another program set has taken the customer over. The indices of what follows are those of its
    /// program, of what came before those of the one until now.
    Rebased { at: i64 },
    /// The instance, which was at a tile of another version, goes on in this one, at `tile`. `from` is the
    /// number of that version and `from_tile` the tile among those that it had. `faulted` if it cannot
    /// go on, there as here.
    Migrated {
        journey: u16,
        membership: u32,
        tile: Option<u16>,
        from: u32,
        from_tile: Option<u16>,
        faulted: bool,
        at: i64,
    },
    /// The event was seen before and changed nothing.
    Duplicate { at: i64 },
}

impl Effect<'_> {
    /// The journey it is about; nothing where it is about the customer alone.
    pub fn journey(&self) -> Option<u16> {
        match *self {
            Effect::Decided { journey, .. } => journey,
            Effect::Entered { journey, .. }
            | Effect::NotEntered { journey, .. }
            | Effect::Arrived { journey, .. }
            | Effect::Left { journey, .. }
            | Effect::Called { journey, .. }
            | Effect::Answered { journey, .. }
            | Effect::UnknownZone { journey, .. }
            | Effect::Refreshed { journey, .. }
            | Effect::SetMember { journey, .. }
            | Effect::GoalReached { journey, .. }
            | Effect::GoalFault { journey, .. }
            | Effect::Forgotten { journey, .. }
            | Effect::Held { journey, .. }
            | Effect::Skipped { journey, .. }
            | Effect::Sent { journey, .. }
            | Effect::Migrated { journey, .. }
            | Effect::Updated { journey, .. }
            | Effect::Exited { journey, .. }
            | Effect::Unparked { journey, .. }
            | Effect::Faulted { journey, .. } => Some(journey),
            Effect::JoinedAudience { .. }
            | Effect::LeftAudience { .. }
            | Effect::AudienceFault { .. }
            | Effect::Rebased { .. }
            | Effect::Duplicate { .. } => None,
        }
    }
}
