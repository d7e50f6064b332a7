//! The shape of a compiled program.
//!
//! Everything refers to everything else by index into the vectors of [`Program`] (or of its
//! [`Journey`]); the verifier checks each one. Names are kept for people: nothing is looked up by
//! name while a journey runs.

use crate::request::{Action, Destination, HttpRequest};
use crate::{Const, Insn, Type};

/// Index into [`Program::exprs`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExprId(pub u32);

/// A compiled workspace, or part of one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Program {
    /// Name of the workspace; part of every idempotency key.
    pub workspace: String,
    /// IANA time zone in which dates and times of day are read where nothing says otherwise.
    pub timezone: String,
    /// Traits of the customer; a slot number is an index here.
    pub traits: Vec<Slot>,
    /// Events, by name.
    pub events: Vec<Event>,
    /// Destinations, by name.
    pub destinations: Vec<Destination>,
    /// Actions of all destinations, by name.
    pub actions: Vec<Action>,
    /// Policies that actions are under.
    pub policies: Vec<Policy>,
    /// Constants that instructions refer to, each once.
    pub consts: Vec<Const>,
    /// Patterns of `matches`.
    pub regexes: Vec<String>,
    /// All expression code, one run after the other.
    pub code: Vec<Insn>,
    /// Where each expression stands in `code`.
    pub exprs: Vec<Expr>,
    /// History windows that some expression asks for.
    pub windows: Vec<Window>,
    /// Audiences, each after those its definition reads.
    pub audiences: Vec<Audience>,
    /// Journeys, by name.
    pub journeys: Vec<Journey>,
}

/// A typed place: a trait, a property of an event, a parameter or a local of an instance.
#[derive(Debug, Clone, PartialEq)]
pub struct Slot {
    /// The name in source.
    pub name: String,
    /// The name on the wire.
    pub wire: String,
    /// The type of a value that is set.
    pub ty: Type,
    /// Whether the slot may be unset.
    pub optional: bool,
    /// What it holds when nothing was given.
    pub default: Option<Const>,
    /// Whether it holds personal data, which no log may show.
    pub pii: bool,
}

/// A declared event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The name in source.
    pub name: String,
    /// The name on the wire.
    pub wire: String,
    /// Properties; a slot number of an event is an index here.
    pub properties: Vec<Slot>,
}

/// What must hold before a message leaves. The rules are asked in the order of the fields.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Policy {
    /// The name in source; part of the hash that spreads messages.
    pub name: String,
    /// A bool over the customer. A message for which it does not hold is skipped.
    pub require: Option<ExprId>,
    /// Hours at which no message leaves.
    pub quiet: Option<Quiet>,
    /// How many messages a customer gets at most.
    pub caps: Vec<Cap>,
}

/// Hours of the customer's local day, from `from` to just before `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quiet {
    /// Milliseconds since midnight.
    pub from: i32,
    /// The same; before `from` where midnight lies between, never equal to it.
    pub to: i32,
    /// What becomes of a message meanwhile. Messages are held for up to the given length beyond
    /// the quiet hours, each customer's for its own part of it.
    pub otherwise: Otherwise,
}

/// At most `count` messages of a policy in `per` milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cap {
    /// How many, from 1 to 1,000.
    pub count: u32,
    /// In how many milliseconds.
    pub per: i64,
    /// What becomes of a message beyond that. It is held for at most the given length.
    pub otherwise: Otherwise,
}

/// What becomes of a message that a rule does not let go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Otherwise {
    /// It is never sent.
    Skip,
    /// It waits. What the length says depends on the rule.
    Hold(Option<i64>),
}

/// One expression: a run of `len` instructions from `start`, needing `registers` registers.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// First instruction in [`Program::code`].
    pub start: u32,
    /// Number of instructions.
    pub len: u32,
    /// Registers used, at most 255.
    pub registers: u8,
    /// Type of the result.
    pub ty: Type,
    /// Whether the result may be unset.
    pub optional: bool,
    /// The event whose properties the code may load.
    pub event: Option<u16>,
    /// The journey whose locals the code may load.
    pub journey: Option<u16>,
    /// The action whose request the code is part of: what it loads as locals are then the
    /// [slots of the request](Program::request_slots).
    pub action: Option<u16>,
    /// The name of the time zone (a text) in which the code reads local times: an expression
    /// before this one, over nothing that this one may not load. Where there is none, or no zone
    /// has the name, the program's.
    pub zone: Option<ExprId>,
}

/// What a history window computes.
#[derive(Debug, Clone, PartialEq)]
pub enum Aggregate {
    /// How many events: an int.
    Count,
    /// The sum of [`Window::value`] over them, int or number as that is.
    Sum,
    /// The latest of them: a record, optional, of the given event slots and last `at`.
    Last {
        /// Event slots that are kept, ascending.
        slots: Vec<u16>,
    },
    /// The first of them, kept for the waits that look back for it. Only waits ask.
    First,
    /// Each of them, kept for the waits that look back and filter then. Only waits ask.
    Each,
}

/// Which events a window counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// All that is known of the customer.
    All,
    /// Those whose `at` is later than now minus this many milliseconds.
    Within(i64),
    /// Those applied after the instance entered.
    SinceEntered,
    /// Those applied after the instance arrived at the tile of this mark.
    SinceMark(u16),
}

/// An event-history window. Windows of the ranges `All` and `Within` belong to the customer;
/// `Since…` windows are accumulators of each instance of [`Window::journey`].
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// Which event.
    pub event: u16,
    /// What is computed.
    pub aggregate: Aggregate,
    /// Which events count, a bool.
    pub filter: Option<ExprId>,
    /// What is summed, an int or a number.
    pub value: Option<ExprId>,
    /// How far back.
    pub range: Range,
    /// The journey whose locals `filter` or `value` read, or whose accumulator it is. With a
    /// journey and a range of `All` or `Within`, events are kept as they came and filtered when
    /// the window is asked; so they are in an accumulator whose `filter` or `value` reads locals,
    /// as these may be captured after the event.
    pub journey: Option<u16>,
}

/// What a continuous condition depends on, each list ascending.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reads {
    /// Trait slots.
    pub traits: Vec<u16>,
    /// Windows.
    pub windows: Vec<u16>,
    /// Audiences.
    pub audiences: Vec<u16>,
}

/// A condition that becomes true by itself: when what it reads changes, or as time passes.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The condition, a bool.
    pub test: ExprId,
    /// Instants (optional times) at which it can change though nothing else happens. Those not
    /// after now say nothing. Windows with a `Within` range add their own.
    pub wakes: Vec<ExprId>,
    /// What it reads.
    pub reads: Reads,
}

/// An audience.
#[derive(Debug, Clone, PartialEq)]
pub struct Audience {
    /// The name in source.
    pub name: String,
    /// The display name.
    pub title: String,
    /// Who is a member. Without one, membership is set from outside and by tiles.
    pub condition: Option<Condition>,
}

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
