//! The shape of a compiled journey: who enters, its tiles, and the code between its states.

use crate::request::HttpRequest;
use crate::{Condition, ExprId, Reads, Slot, Type};

/// A compiled journey.
#[derive(Debug, Clone, PartialEq)]
pub struct Journey {
    /// The name in source.
    pub name: String,
    /// The display name.
    pub title: String,
    /// What an entry by hand brings along, in declaration order.
    pub params: Vec<Param>,
    /// Who enters.
    pub entry: Entry,
    /// Who may come again.
    pub reenter: Reenter,
    /// What becomes of an entry while an instance is open.
    pub inside: WhileInside,
    /// The time zone of its instances, if it is not the program's.
    pub timezone: Option<Timezone>,
    /// Exit criteria in source order.
    pub exits: Vec<ExitCriterion>,
    /// Goals in source order.
    pub goals: Vec<Goal>,
    /// Names of all outcomes.
    pub outcomes: Vec<String>,
    /// Tiles in source order.
    pub tiles: Vec<Tile>,
    /// Values an instance carries: captured properties, message ids. All start out absent.
    pub locals: Vec<Slot>,
    /// Number of marks; a mark records the arrival at a labelled tile.
    pub marks: u16,
    /// Code between states. Runs from 0 when an instance enters.
    pub code: Vec<Op>,
    /// Where an instance can stand still.
    pub states: Vec<State>,
    /// Sends.
    pub sends: Vec<Send>,
    /// Webhooks.
    pub webhooks: Vec<Webhook>,
    /// Updates of the customer.
    pub updates: Vec<Update>,
    /// Splits.
    pub splits: Vec<Split>,
    /// Starts of other journeys.
    pub calls: Vec<Call>,
}

/// A parameter of a journey.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    /// Name, type and default.
    pub slot: Slot,
    /// The local that takes the value; none if nothing reads it.
    pub local: Option<u16>,
}

/// The time zone in which a journey reads local times.
#[derive(Debug, Clone, PartialEq)]
pub struct Timezone {
    /// Its IANA name, a text.
    pub name: ExprId,
    /// What that reads.
    pub reads: Reads,
}

/// Copies a property of the event at hand into a local.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capture {
    /// Where from.
    pub from: CaptureFrom,
    /// Where to.
    pub local: u16,
}

/// What a capture copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaptureFrom {
    /// A property.
    Property(u16),
    /// The event's own time.
    At,
    /// Nothing but the fact: the local, a bool, becomes true.
    Happened,
    /// The element at hand of the list that the entry goes through.
    Item,
}

/// How an instance begins.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// On an event.
    Event {
        /// Which.
        event: u16,
        /// Only where this holds.
        filter: Option<ExprId>,
        /// What is kept of it.
        captures: Vec<Capture>,
        /// A list over the event: an instance for each element, in order.
        each: Option<ExprId>,
        /// A scalar over what is kept: an instance for each value instead of one a customer.
        key: Option<ExprId>,
    },
    /// On joining an audience.
    Audience {
        /// Which.
        audience: u16,
        /// Whether those enter, too, who are members when the journey is activated.
        existing: bool,
    },
    /// By hand only.
    Manual,
}

/// When a customer who left may enter again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reenter {
    /// Never.
    Never,
    /// At once, even on the event that ended the last instance.
    Always,
    /// On any later input.
    Later,
    /// Once this many milliseconds have passed since the exit.
    After(i64),
}

/// What becomes of an entry while an instance of the same customer, and the same key, is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhileInside {
    /// Nothing.
    Ignore,
    /// The instance leaves with this outcome and a new one begins.
    Restart(u16),
    /// The instance stays where it is, with the captures of the new entry.
    Refresh,
}

/// Something an instance is to achieve within some time after its entry, gone or not.
#[derive(Debug, Clone, PartialEq)]
pub struct Goal {
    /// Its name.
    pub name: String,
    /// The event that achieves it.
    pub event: u16,
    /// Only where this holds. Asks no accumulator of the instance.
    pub filter: Option<ExprId>,
    /// A duration after the entry.
    pub within: ExprId,
}

/// Ends an instance wherever it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct ExitCriterion {
    /// Index into [`Journey::outcomes`].
    pub outcome: u16,
    /// When.
    pub trigger: ExitTrigger,
}

/// What sets an exit criterion off.
#[derive(Debug, Clone, PartialEq)]
pub enum ExitTrigger {
    /// An event, where the filter holds.
    Event {
        /// Which.
        event: u16,
        /// Only where this holds.
        filter: Option<ExprId>,
    },
    /// A condition.
    When(Condition),
    /// This long (a duration) after the entry.
    After(ExprId),
}

/// Kind of a tile, as the canvas shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum TileKind {
    Wait,
    Branch,
    Split,
    Send,
    Update,
    Run,
    Enter,
    Repeat,
    Exit,
    Webhook,
}

/// A tile of the canvas.
#[derive(Debug, Clone, PartialEq)]
pub struct Tile {
    /// Its label, or an id made of kind and place (`wait_2`), unique in the journey.
    pub id: String,
    /// Kind.
    pub kind: TileKind,
    /// One line for people: `wait up to 2d`, `send crm.note`.
    pub title: String,
    /// Labels of the edges it can be left by, in source order: `timeout`, `when …`, `next`.
    /// Empty for an exit.
    pub edges: Vec<String>,
}

/// Code between states. Targets are indices into [`Journey::code`].
///
/// An instance is at a tile from `Arrive` to `Leave`, and between two tiles elsewhere; the
/// verifier sees to it that each path keeps to that. Sends, updates, splits and suspensions belong
/// to the tile the instance is at. Where a wait ends, the arm's code begins at the wait's tile, with
/// the `Leave` that names the edge. Each state and each split is used by one operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// The instance arrives at a tile.
    Arrive {
        /// Index into [`Journey::tiles`].
        tile: u16,
    },
    /// The instance leaves the tile it is at by one of its edges.
    Leave {
        /// Index into [`Tile::edges`].
        edge: u16,
    },
    /// Accumulators since this mark start anew.
    Mark {
        /// Below [`Journey::marks`].
        mark: u16,
    },
    /// Goes on at `to`.
    Jump {
        /// Target.
        to: u32,
    },
    /// Goes on at `to` unless the test holds.
    Unless {
        /// A bool; unset counts as false.
        test: ExprId,
        /// Target.
        to: u32,
    },
    /// Goes on at the target of the arm that the customer is assigned.
    Split {
        /// Index into [`Journey::splits`].
        split: u16,
    },
    /// Sends, exit criteria checked first.
    Send {
        /// Index into [`Journey::sends`].
        send: u16,
    },
    /// Calls a webhook, exit criteria checked first.
    Call {
        /// Index into [`Journey::webhooks`].
        webhook: u16,
    },
    /// Updates the customer, exit criteria checked first and, as traits may now differ, after.
    Update {
        /// Index into [`Journey::updates`].
        update: u16,
    },
    /// Puts the customer into an audience or takes it out, exit criteria checked first and after.
    Member {
        /// Index into [`Program::audiences`]; one without a condition.
        audience: u16,
        /// Whether it is a member from now on.
        member: bool,
    },
    /// Puts a value into a local.
    Set {
        /// Index into [`Journey::locals`].
        local: u16,
        /// The value.
        value: ExprId,
    },
    /// Puts into a local when the next round of a loop is due. It is put off by the length of a
    /// pause.
    Pace {
        /// Index into [`Journey::locals`].
        local: u16,
        /// A time.
        time: ExprId,
    },
    /// Settles how many rounds a loop has: at least none, at most 10,000.
    Rounds {
        /// Index into [`Journey::locals`]: one that nothing else writes.
        local: u16,
        /// An int.
        times: ExprId,
    },
    /// Takes one off the rounds that are left; goes on at `to` if none is.
    Countdown {
        /// Index into [`Journey::locals`].
        local: u16,
        /// Target.
        to: u32,
    },
    /// Starts a journey once the instance stands still or has left, exit criteria checked first.
    Enter {
        /// Index into [`Journey::calls`].
        call: u16,
    },
    /// Stands still at a state, unless one of its arms is open already.
    Suspend {
        /// Index into [`Journey::states`].
        state: u16,
    },
    /// Leaves the journey.
    Exit {
        /// Index into [`Journey::outcomes`].
        outcome: u16,
    },
}

/// Where an instance stands still.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// The tile: a wait, or a send under a policy.
    pub tile: u16,
    /// How long at most.
    pub deadline: Deadline,
    /// Where it goes on when the deadline comes. Present where `deadline` is not `None`.
    pub timeout: Option<u32>,
    /// Where it goes on if the instant of the deadline is past on arrival; where the timeout
    /// leads if this says nothing.
    pub late: Option<u32>,
    /// What it waits for, in source order.
    pub arms: Vec<Arm>,
    /// The journey that it starts on arrival, exit criteria checked first, and whose exit it
    /// waits for. Such a state has neither deadline nor arms.
    pub run: Option<Run>,
}

/// A start of another journey for the same customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Index into [`Program::journeys`].
    pub journey: u16,
    /// A value for each parameter that is given, by parameter index, ascending.
    pub args: Vec<(u16, ExprId)>,
    /// Where the entry is an event, a value for each property that is given, ascending.
    pub event: Vec<(u16, ExprId)>,
}

/// A journey that is waited for.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Index into [`Journey::calls`].
    pub call: u16,
    /// Where the instance goes on, by outcome of the other journey.
    pub outcomes: Vec<u32>,
    /// Where it goes on if the other journey was not entered.
    pub not_entered: u32,
}

/// The end of a wait.
#[derive(Debug, Clone, PartialEq)]
pub enum Deadline {
    /// None: only an arm ends it.
    None,
    /// A duration after arrival, evaluated on arrival.
    After(ExprId),
    /// An instant, evaluated on arrival and again whenever what it reads changes. One at or
    /// before now is over at once.
    At {
        /// A time.
        time: ExprId,
        /// What it reads.
        reads: Reads,
    },
    /// When the policy of a message lets it go, which is asked on arrival and again at the end of
    /// each hold. The `timeout` of such a state leads to the send, and its only arm is
    /// [`ArmTrigger::Skipped`].
    Policy {
        /// Index into [`Journey::sends`]. Its action is under a policy.
        send: u16,
        /// The name of the customer's time zone, a text; without it the program's zone counts.
        zone: Option<ExprId>,
        /// What `zone` reads. The policy is asked again when that changes.
        reads: Reads,
    },
}

/// One arm of a wait.
#[derive(Debug, Clone, PartialEq)]
pub struct Arm {
    /// What opens it.
    pub trigger: ArmTrigger,
    /// Where the instance goes on.
    pub to: u32,
}

/// What opens an arm of a wait.
#[derive(Debug, Clone, PartialEq)]
pub enum ArmTrigger {
    /// An event applied while waiting, where the filter holds.
    Event {
        /// Which.
        event: u16,
        /// Only where this holds.
        filter: Option<ExprId>,
        /// What is kept of it.
        captures: Vec<Capture>,
        /// The window (of `First` or `Each`) that keeps events of before, if the earliest of
        /// those that match opens the arm on arrival.
        earlier: Option<u16>,
    },
    /// A condition.
    When(Condition),
    /// The policy does not let the message go, now or ever.
    Skipped,
    /// This has become of the message or call right before. A state with such an arm has no others,
    /// and one for each outcome that can come.
    Outcome(Outcome),
}

/// What becomes of a message or call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Outcome {
    /// It arrived.
    Delivered,
    /// It did not, after all attempts.
    Failed,
    /// It was never sent. Does not come to a call.
    Skipped,
}

/// What a webhook tile calls.
#[derive(Debug, Clone, PartialEq)]
pub struct Webhook {
    /// The tile.
    pub tile: u16,
    /// The request.
    pub request: HttpRequest,
    /// Whether personal data is in it.
    pub pii: bool,
    /// What is read of the response. Without it any will do.
    pub response: Option<Response>,
}

/// What is read of the response of a webhook.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// Its type.
    pub ty: Type,
    /// The local that takes it.
    pub local: Option<u16>,
}

/// What a send tile sends.
#[derive(Debug, Clone, PartialEq)]
pub struct Send {
    /// Index into [`Program::actions`].
    pub action: u16,
    /// A value for each parameter that is given or defaulted, by parameter index, ascending.
    pub args: Vec<(u16, ExprId)>,
    /// Local (a text) that takes the message id.
    pub message_id: Option<u16>,
}

/// What an update tile changes: all values are computed before any is set.
#[derive(Debug, Clone, PartialEq)]
pub struct Update {
    /// Trait slots and their new values, ascending by slot.
    pub sets: Vec<(u16, ExprId)>,
}

/// How customers are split.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// The name: part of the hash that assigns a customer.
    pub name: String,
    /// Whether the membership number is part of it too.
    pub per_entry: bool,
    /// Arms in source order.
    pub arms: Vec<SplitArm>,
}

/// One arm of a split.
#[derive(Debug, Clone, PartialEq)]
pub struct SplitArm {
    /// Its name.
    pub name: String,
    /// Share in thousandths of a percent. The shares of a split sum to 100,000.
    pub share: u32,
    /// Where the instance goes on.
    pub to: u32,
}

impl Journey {
    /// Tells of the operations that can come next; of those behind a wait only if `waits`.
    pub fn successors(&self, op: usize, waits: bool, mut found: impl FnMut(usize)) {
        let next = op + 1;
        match self.code.get(op) {
            None | Some(Op::Exit { .. }) => {}
            Some(Op::Jump { to }) => found(*to as usize),
            Some(Op::Unless { to, .. } | Op::Countdown { to, .. }) => {
                found(next);
                found(*to as usize);
            }
            Some(Op::Split { split }) => {
                let arms = self.splits.get(usize::from(*split)).map(|split| &split.arms);
                arms.into_iter().flatten().for_each(|arm| found(arm.to as usize));
            }
            Some(Op::Suspend { .. }) if !waits => {}
            Some(Op::Suspend { state }) => {
                let Some(state) = self.states.get(usize::from(*state)) else { return };
                let arms = state.arms.iter().map(|arm| arm.to);
                let limits = state.timeout.into_iter().chain(state.late);
                let ends = state.run.iter();
                let ends =
                    ends.flat_map(|run| run.outcomes.iter().copied().chain([run.not_entered]));
                arms.chain(limits).chain(ends).for_each(|to| found(to as usize));
            }
            Some(_) => found(next),
        }
    }
}
