//! The shape of a compiled program.
//!
//! Everything refers to everything else by index into the vectors of [`Program`] (or of its
//! [`Journey`]); the verifier checks each one. Names are kept for people: nothing is looked up by
//! name while a journey runs.

use crate::request::{Action, Destination};
use crate::{Const, Insn, Journey, Type};

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
