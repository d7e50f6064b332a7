//! The shape of a compiled program.
//!
//! Everything refers to everything else by index into the vectors of [`Program`] (or of its
//! [`Journey`]); the verifier checks each one. Names are kept for people: nothing is looked up by
//! name while a journey runs.

use std::collections::BTreeMap;

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
    /// Journeys: current ones by name; behind those, earlier versions that still have members, by
    /// name and number.
    pub journeys: Vec<Journey>,
    /// Which version each journey is. Where there is nothing here, each is the first, and current.
    pub versions: Vec<Version>,
}

/// Which version of its line a journey is. Journeys of one name are a line: a customer who is inside
/// by one of them is inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The number, from 1.
    pub number: u32,
    /// Whether nobody enters it any more: a later version does, or the journey is completed.
    pub retired: bool,
    /// Ends of journeys it waits for that those had earlier and the present ones do not have; by
    /// state and outcome.
    pub former_ends: Vec<FormerEnd>,
}

/// An outcome that a journey which is waited for had in an earlier version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FormerEnd {
    /// The state that waits: an index into [`Journey::states`].
    pub state: u16,
    /// The outcome.
    pub outcome: String,
    /// Where the instance goes on: an index into [`Journey::code`].
    pub to: u32,
}

/// The version of a journey of which nothing else is said.
static FIRST: Version = Version { number: 1, retired: false, former_ends: Vec::new() };

impl Version {
    /// A version that customers enter.
    pub fn current(number: u32) -> Version {
        Version { number, retired: false, former_ends: Vec::new() }
    }

    /// A version that nobody enters any more.
    pub fn retired(number: u32) -> Version {
        Version { retired: true, ..Version::current(number) }
    }
}

impl Program {
    /// Which version a journey is.
    pub fn version(&self, journey: u16) -> &Version {
        self.versions.get(usize::from(journey)).unwrap_or(&FIRST)
    }

    /// Says of each journey which version it is. To be said before a program is verified.
    pub fn set_versions(&mut self, mut version: impl FnMut(&str) -> Version) {
        let versions = self.journeys.iter().map(|journey| version(&journey.name));
        self.versions = versions.collect();
        if self.versions.iter().all(|version| *version == FIRST) {
            self.versions.clear();
        }
    }

    /// The journey of a line and version.
    pub fn journey_of(&self, name: &str, version: u32) -> Option<u16> {
        self.line_of(name).find(|journey| self.version(*journey).number == version)
    }

    /// All versions of a line.
    pub fn line_of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = u16> + 'a {
        let all = (0..=u16::MAX).zip(&self.journeys);
        all.filter(move |(_, journey)| journey.name == name).map(|(number, _)| number)
    }

    /// The journey that stands for each line, by name: the one that customers enter or, if there is
    /// none, the latest.
    pub fn heads(&self) -> BTreeMap<&str, u16> {
        let rank = |journey: u16| (!self.version(journey).retired, self.version(journey).number);
        let mut heads = BTreeMap::new();
        for (number, journey) in (0..=u16::MAX).zip(&self.journeys) {
            let head = heads.entry(&*journey.name).or_insert(number);
            if rank(number) > rank(*head) {
                *head = number;
            }
        }
        heads
    }
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
        /// Event slots that are kept, each once; ascending, unless the schema's order has changed
        /// since.
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
