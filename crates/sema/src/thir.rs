//! The typed tree: what checking makes of a declaration.
//!
//! Every name is resolved, every type known, every implicit conversion written out, constants
//! (`let`) put in place and folded. Lowering to bytecode reads this tree, and so does the slow
//! evaluator that tests compare with. A body that had findings has none: nothing downstream
//! meets a [`Type::Error`](crate::Type::Error).
//!
//! Ranges are relative to the start of the item, so that an edit elsewhere in the file leaves the
//! tree equal.

use std::sync::Arc;

use journey_base::TextRange;

use crate::{Field, Type};

/// An expression with its type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its type after narrowing: `customer.email` is `text` where it is known to be set.
    pub ty: Type,
    /// Where it stands, relative to its item.
    pub range: TextRange,
}

/// A constant value.
#[derive(Debug, Clone, PartialEq)]
pub enum Const {
    /// `unset`
    Unset,
    /// `true`, `false`
    Bool(bool),
    /// `42`
    Int(i64),
    /// `2.5`, finite
    Number(f64),
    /// `"hi"`, and the members of enums
    Text(Arc<str>),
    /// milliseconds since 1970-01-01T00:00Z; a literal without an offset was read in the time zone
    /// of the journey, or else of the workspace
    Time(i64),
    /// days since 1970-01-01
    Date(i32),
    /// milliseconds since midnight
    TimeOfDay(i32),
    /// 0 is Monday
    Weekday(u8),
    /// milliseconds
    Duration(i64),
    /// `[…]`
    List(Arc<[Const]>),
    /// `{ … }`, one value a field in the order of the type's fields, absent ones `Unset`
    Record(Arc<[Const]>),
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ExprKind {
    /// A constant.
    Const(Const),
    /// `customer.email`; the name in source.
    Trait(Arc<str>),
    /// `customer.id`: text
    CustomerId,
    /// `now`: time
    Now,
    /// `entered`: time; only inside a journey's body, never in its entry's `where`
    Entered,
    /// A property of the event at hand: in the `where` of an entry, a criterion or an arm, and
    /// inside a history function. The event's name and the property's name in source.
    Event {
        /// The event.
        event: Arc<str>,
        /// The property.
        property: Arc<str>,
    },
    /// `.at` of the event at hand: time
    EventAt {
        /// The event.
        event: Arc<str>,
    },
    /// A property of a binding captured earlier. Optional where the binding is
    /// (`wait for event … as x`) and not narrowed.
    Bound {
        /// Index into [`Journey::bindings`].
        binding: BindingId,
        /// The property, or `at`, or `id` of a message.
        property: Arc<str>,
    },
    /// A parameter of the action whose request is made, or a setting or secret of its destination.
    Parameter(Arc<str>),
    /// `x is set` of an optional binding itself: bool
    BindingIsSet(BindingId),
    /// A parameter of the journey, or what a `let` tile has captured. Optional where its type is
    /// and not narrowed.
    Value(BindingId),
    /// `customer in audience`: bool
    InAudience(Arc<str>),
    /// `not a`
    Not(Box<Expr>),
    /// `a and b and c`, at least two
    And(Vec<Expr>),
    /// `a or b or c`, at least two
    Or(Vec<Expr>),
    /// `if c then a else b`
    If(Box<[Expr; 3]>),
    /// A comparison of two values of one type (after conversion). The left one may be optional
    /// under `Eq`: unset makes it false.
    Compare(CompareOp, Box<[Expr; 2]>),
    /// `a in [..]`: element and list; an unset element is in no list
    InList(Box<[Expr; 2]>),
    /// `a in lo..hi`: numbers and ints `[lo, hi)`, times of day wrapping at midnight, weekdays
    /// inclusive and wrapping. An unset `a` is in no range. Operands of one type.
    InRange(Box<[Expr; 3]>),
    /// `text contains text`
    ContainsText(Box<[Expr; 2]>),
    /// `list contains value`
    ContainsItem(Box<[Expr; 2]>),
    /// `text starts_with text`
    StartsWith(Box<[Expr; 2]>),
    /// `text ends_with text`
    EndsWith(Box<[Expr; 2]>),
    /// `text matches "pattern"`, checked to compile
    Matches(Box<Expr>, Arc<str>),
    /// `x is set`
    IsSet(Box<Expr>),
    /// `a ?? b`
    Coalesce(Box<[Expr; 2]>),
    /// Arithmetic and the like; the operand types are those of the operator
    Binary(BinaryOp, Box<[Expr; 2]>),
    /// An operation on one value
    Unary(UnaryOp, Box<Expr>),
    /// A list that is not constant
    List(Vec<Expr>),
    /// A record that is not constant; one value a field in the order of the type's fields
    Record(Vec<Expr>),
    /// A field of a record value, by its place in the record's type. Of an optional record (of
    /// `last(…)`) it is optional and unset with it.
    Field(Box<Expr>, u32),
    /// The parts of a text with interpolation, each a text, in order
    Concat(Vec<Expr>),
    /// `count(…)`, `happened(…)`, `sum(…)`, `last(…)`
    History(Box<History>),
    /// `any(list, x => …)`, `all(…)`, `sum(…)`
    Fold(Box<Fold>),
    /// `x` inside a [`Fold`]'s body: the element at hand
    Item(Item),
}

/// A question that is put to each element of a list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fold {
    /// What becomes of the answers.
    pub function: FoldFn,
    /// The list.
    pub list: Expr,
    /// What the element is called.
    pub item: Item,
    /// What is asked of it: a bool, or an int or a number to be summed up.
    pub body: Expr,
}

/// Functions over lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FoldFn {
    /// Whether the answer is true of any, the first of which ends it: bool
    Any,
    /// Whether it is true of all: bool
    All,
    /// The sum of the answers, added in order: int or number
    Sum,
}

/// The element that a lambda speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Item {
    /// How many lambdas there are around this one. What is nearest of that number is meant.
    pub level: u32,
    /// The name, for people.
    pub name: Arc<str>,
}

/// Comparison operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum CompareOp {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// Operations on two values; the names are those of the bytecode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum BinaryOp {
    AddInt,
    SubInt,
    MulInt,
    RemInt,
    AddNumber,
    SubNumber,
    MulNumber,
    /// `int / int` too, both converted
    DivNumber,
    RemNumber,
    MinInt,
    MaxInt,
    MinNumber,
    MaxNumber,
    AddTimeDuration,
    SubTimeDuration,
    SubTimeTime,
    AddDuration,
    SubDuration,
    MulDurationInt,
    AddDateInt,
    SubDateInt,
    /// `add_months(date, int)`: the last day of the month where it has no such day
    AddMonths,
    DateAt,
    ConcatText,
    ConcatList,
}

/// Operations on one value; the names are those of the bytecode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum UnaryOp {
    NegInt,
    NegNumber,
    NegDuration,
    IntToNumber,
    AbsInt,
    AbsNumber,
    Round,
    Floor,
    Ceil,
    Lower,
    Upper,
    Trim,
    LengthText,
    LengthList,
    ToText,
    /// text → number?
    ParseNumber,
    DateOf,
    TimeOfDayOf,
    WeekdayOf,
    HourOf,
    DayOf,
    MonthOf,
    YearOf,
    /// text → text, as a part of a URL
    EncodeUrl,
}

impl UnaryOp {
    /// Whether the result depends on the time zone.
    pub fn reads_clock(self) -> bool {
        use UnaryOp::{DateOf, DayOf, HourOf, MonthOf, TimeOfDayOf, WeekdayOf, YearOf};
        matches!(self, DateOf | TimeOfDayOf | WeekdayOf | HourOf | DayOf | MonthOf | YearOf)
    }
}

/// A question to the customer's event history.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct History {
    /// What is asked.
    pub function: HistoryFn,
    /// Of which event.
    pub event: Arc<str>,
    /// Which of them count: a bool over the event at hand, constants, and values of the instance
    /// that never change (bindings). Never traits, `now` or other history.
    pub filter: Option<Expr>,
    /// What is summed, under the same rule: int or number.
    pub value: Option<Expr>,
    /// How far back.
    pub range: HistoryRange,
}

/// The history functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HistoryFn {
    /// How many: int
    Count,
    /// Whether any: bool
    Happened,
    /// The sum of a value: int or number
    Sum,
    /// The latest: an optional record of all the event's properties and, last, `at`
    Last,
}

/// How far back a history function looks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum HistoryRange {
    /// All that is known of the customer.
    All,
    /// Events whose `at` is later than now minus this: milliseconds, positive.
    Within(i64),
    /// Events applied after the entry event.
    SinceEntered,
    /// Events applied after arrival at the labelled tile.
    SinceLabel(Arc<str>),
}

/// Index into [`Journey::bindings`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BindingId(pub u32);

/// A condition that becomes true by itself, with the instants at which time alone can change it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Condition {
    /// The condition, a bool.
    pub test: Expr,
    /// When it can change though nothing else happens. `within` windows add their own.
    pub wakes: Vec<Wake>,
}

/// An instant at which a continuous condition can change.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Wake {
    /// At this time (an optional time; unset says nothing) and one millisecond later: enough for
    /// every order comparison with it.
    At(Expr),
    /// Whenever local clocks show this time of day.
    TimeOfDay(Expr),
    /// At each local midnight.
    Midnight,
}

/// A journey that checked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Journey {
    /// The name in source.
    pub name: Arc<str>,
    /// The display name; the name where none was given.
    pub title: Arc<str>,
    /// What an entry by hand brings along, in declaration order. Without it a parameter has its
    /// default, or is unset.
    pub params: Vec<Param>,
    /// Who enters.
    pub entry: Entry,
    /// `for each LIST as x`: an instance for each element.
    pub each: Option<Each>,
    /// `keyed by EXPR`: a scalar over the bindings of the entry; an instance for each value instead
    /// of one a customer.
    pub key: Option<Expr>,
    /// Who may come again.
    pub reenter: Reenter,
    /// What becomes of an entry while the customer is inside.
    pub inside: WhileInside,
    /// The name of the time zone in which local times are read: a text over constants, traits,
    /// audiences and the entry's event. Where there is none, the workspace's.
    pub timezone: Option<Expr>,
    /// Exit criteria in source order.
    pub exits: Vec<ExitCriterion>,
    /// Goals in source order.
    pub goals: Vec<Goal>,
    /// Parameters, event bindings, messages and captured values, in order of appearance.
    pub bindings: Vec<Binding>,
    /// The body.
    pub body: Vec<Tile>,
}

/// What a name in a journey is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Binding {
    /// The name.
    pub name: Arc<str>,
    /// What it holds.
    pub kind: BindingKind,
}

/// What a binding holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum BindingKind {
    /// An event; `optional` where the wait may have ended without it.
    Event {
        /// The event's name in source.
        event: Arc<str>,
        /// Whether it may be unset.
        optional: bool,
    },
    /// A message (`send … as m`); its only property is `id`.
    Message,
    /// A value: of a parameter, or of a `let` tile.
    Value(Type),
}

/// A parameter of a journey.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Param {
    /// Name, type and default.
    pub field: Field,
    /// What the journey knows it as.
    pub binding: BindingId,
}

/// How an instance begins.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Entry {
    /// On an event.
    Event(EventMatch),
    /// On joining an audience.
    Audience {
        /// Which.
        audience: Arc<str>,
        /// Whether those enter, too, who are members when the journey is activated.
        existing: bool,
    },
    /// By hand only.
    Manual,
}

/// `event NAME (as x)? (where cond)?`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EventMatch {
    /// The event's name in source.
    pub event: Arc<str>,
    /// The binding it is captured into.
    pub binding: Option<BindingId>,
    /// Only where this holds. Speaks of the event at hand by `ExprKind::Event`.
    pub filter: Option<Expr>,
    /// In a wait: since when an earlier event will do as well.
    pub since: Option<Since>,
}

/// Since when an event that came before the wait will do.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Since {
    /// Since the entry, the event that caused it included.
    Entered,
    /// Since the last arrival at the labelled tile.
    Label(Arc<str>),
}

/// When a customer who left may enter again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reenter {
    /// `never`
    Never,
    /// `always`
    Always,
    /// `later`
    Later,
    /// `after D`, milliseconds
    After(i64),
}

/// What becomes of an entry while the customer is inside, with the same key where there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WhileInside {
    /// `ignore`
    Ignore,
    /// `restart`: the instance leaves with the outcome [`RESTARTED`] and a new one begins
    Restart,
    /// `refresh`: the instance goes on with the bindings of the new entry
    Refresh,
}

/// The outcome of an instance that another one takes the place of.
pub const RESTARTED: &str = "restarted";

/// `for each LIST as x`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Each {
    /// The list, over the event at hand.
    pub list: Expr,
    /// The binding of the element, a [`BindingKind::Value`].
    pub item: BindingId,
}

/// `goal NAME on event … within D`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Goal {
    /// Its name.
    pub name: Arc<str>,
    /// The event that reaches it.
    pub event: EventMatch,
    /// How long after the entry: a duration over constants and bindings of the entry.
    pub within: Expr,
}

/// `exit NAME …` of the header.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ExitCriterion {
    /// The outcome.
    pub name: Arc<str>,
    /// When.
    pub trigger: ExitTrigger,
}

/// What sets an exit criterion off.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ExitTrigger {
    /// `on event …`
    Event(EventMatch),
    /// `when …`
    When(Condition),
    /// `after D`: a duration over constants and bindings of the entry
    After(Expr),
}

/// A tile.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Tile {
    /// Its label.
    pub label: Option<Arc<str>>,
    /// Its doc comment, empty where it has none.
    pub doc: Arc<str>,
    /// What it does.
    pub kind: TileKind,
    /// Where it stands, relative to its item.
    pub range: TextRange,
    /// The source of its head on one line, for people: `wait up to 2d`, `branch plan`.
    pub title: Arc<str>,
}

/// What a tile does.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TileKind {
    /// `wait 3d`: a duration
    WaitFor(Expr),
    /// `wait until TIME`
    WaitUntil {
        /// A time, continuous in what it reads.
        time: Expr,
        /// What runs if it is past on arrival; goes on at once where there is none.
        late: Option<Vec<Tile>>,
    },
    /// `wait until mon..fri 09:00..17:00`
    WaitWindow(Window),
    /// `wait until CONDITION`: goes on either way
    WaitCondition {
        /// The condition.
        condition: Condition,
        /// `up to D`: a duration
        up_to: Option<Expr>,
    },
    /// `wait for event …`: goes on either way
    WaitEvent {
        /// The event.
        event: EventMatch,
        /// `up to D`: a duration
        up_to: Option<Expr>,
    },
    /// `wait … { arms }`
    WaitArms {
        /// The limit.
        limit: WaitLimit,
        /// Arms in source order.
        arms: Vec<WaitArm>,
        /// The timeout arm; falls through where there is none.
        timeout: Option<Vec<Tile>>,
    },
    /// `branch { when … else … }`
    BranchWhen {
        /// Conditions and blocks in source order.
        arms: Vec<(Expr, Vec<Tile>)>,
        /// The else arm; falls through where there is none.
        otherwise: Option<Vec<Tile>>,
    },
    /// `branch EXPR { values … else … }`
    BranchValue {
        /// What is branched on.
        subject: Expr,
        /// Values (of the subject's type, constants or not) and blocks in source order.
        arms: Vec<(Vec<Expr>, Vec<Tile>)>,
        /// The else arm; where there is none the arms cover all members, or it falls through.
        otherwise: Option<Vec<Tile>>,
    },
    /// `split NAME { … }`
    Split {
        /// Its name.
        name: Arc<str>,
        /// Whether each entry draws anew.
        per_entry: bool,
        /// Arms in source order; shares sum to 100,000.
        arms: Vec<SplitArm>,
    },
    /// `send DEST.ACTION(…)`
    Send {
        /// `destination.action`
        action: Arc<str>,
        /// A value for each parameter that is given, in the order of the parameters.
        args: Vec<(Arc<str>, Expr)>,
        /// `as m`
        binding: Option<BindingId>,
        /// The policy that the action is under.
        policy: Option<Arc<str>>,
        /// What happens by outcome, in source order; without arms the member goes on at once.
        arms: Option<Vec<OutcomeArm>>,
    },
    /// `webhook METHOD URL { … }`
    Webhook(Box<Webhook>),
    /// `update customer { … }`; traits by name in source
    Update(Vec<(Arc<str>, Expr)>),
    /// `add customer to AUDIENCE`, `remove customer from AUDIENCE`; one without a definition
    Member {
        /// The audience.
        audience: Arc<str>,
        /// Whether the customer is a member from now on.
        member: bool,
    },
    /// `let x = …`: no tile of the canvas; what it captures is in scope behind it
    Let(BindingId, Expr),
    /// `enter J(…)`: starts a journey and goes on
    Enter(Call),
    /// `run J(…) { … }`: starts a journey and waits until it has exited
    Run {
        /// What is started.
        call: Call,
        /// Arms in source order.
        arms: Vec<RunArm>,
        /// The else arm.
        otherwise: Option<Vec<Tile>>,
        /// Whether the arms leave nothing over, so that it cannot fall through.
        covered: bool,
    },
    /// `repeat up to N times (every D)? (until COND)? { … }`
    Repeat(Box<Repeat>),
    /// `exit NAME`
    Exit(Arc<str>),
}

/// Days and hours to wait for, by local clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    /// A bit for each day of the week, Monday the lowest; never none.
    pub days: u8,
    /// Hours of those days.
    pub hours: Hours,
}

/// Hours of a day, in milliseconds since midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hours {
    /// All of them.
    All,
    /// `a..b`, wrapping at midnight; the two differ
    Range(i32, i32),
    /// A point in time of day: the next one.
    At(i32),
}

/// What becomes of a message or of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// `delivered`, of a webhook `ok`
    Delivered,
    /// `failed`
    Failed,
    /// `skipped`
    Skipped,
}

/// What happens by one outcome.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OutcomeArm {
    /// Which.
    pub outcome: Outcome,
    /// What runs then.
    pub body: Vec<Tile>,
}

/// A call of a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Webhook {
    /// What is called, and with what.
    pub request: HttpRequest,
    /// Whether personal data may be in it.
    pub pii: bool,
    /// What is read of the response.
    pub response: Option<Response>,
    /// What happens by outcome, in source order; without arms the member goes on at once.
    pub arms: Option<Vec<OutcomeArm>>,
}

/// What is read of the response of a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Response {
    /// What it is known as.
    pub binding: BindingId,
    /// Its type.
    pub ty: Type,
}

/// A loop.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Repeat {
    /// How many rounds at most: an int, settled on arrival.
    pub times: Expr,
    /// How long after the beginning of a round the next one may begin: a duration.
    pub every: Option<Expr>,
    /// Asked before each round; true ends the loop.
    pub until: Option<Expr>,
    /// What is repeated.
    pub body: Vec<Tile>,
    /// How many rounds are left: an int that nothing else names.
    pub left: BindingId,
    /// When the next round may begin: a time that nothing else names; where there is an `every`.
    pub next: Option<BindingId>,
}

/// A journey that is started, and what it is given.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Call {
    /// Its name in source.
    pub journey: Arc<str>,
    /// A value for each parameter that is given, in the order of the parameters.
    pub args: Vec<(Arc<str>, Expr)>,
    /// Where its entry is an event, a value for each property that is given, in their order.
    pub event: Vec<(Arc<str>, Expr)>,
}

/// An arm of a `run`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RunArm {
    /// When it is taken.
    pub end: RunEnd,
    /// What runs then.
    pub body: Vec<Tile>,
    /// The source of its head on one line.
    pub title: Arc<str>,
}

/// How a journey that was run came to its end.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RunEnd {
    /// With one of these outcomes.
    Exited(Vec<Arc<str>>),
    /// It was not entered at all.
    NotEntered,
}

/// The limit of a wait with arms.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum WaitLimit {
    /// None.
    None,
    /// `up to D`: a duration
    UpTo(Expr),
    /// `by TIME`: a time, continuous in the traits it reads
    By(Expr),
}

/// An arm of a wait.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WaitArm {
    /// What opens it.
    pub trigger: ArmTrigger,
    /// What runs then.
    pub body: Vec<Tile>,
    /// The source of its head on one line.
    pub title: Arc<str>,
}

/// What opens an arm of a wait.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ArmTrigger {
    /// `on event …`
    Event(EventMatch),
    /// `when …`
    When(Condition),
}

/// An arm of a split.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SplitArm {
    /// Its name.
    pub name: Arc<str>,
    /// Share in thousandths of a percent.
    pub share: u32,
    /// What runs.
    pub body: Vec<Tile>,
}

/// What an action sends.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Request {
    /// `destination.action`
    pub action: Arc<str>,
    /// What it is.
    pub kind: RequestKind,
}

/// What an action sends. Its expressions speak of parameters only.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RequestKind {
    /// An HTTP request.
    Http(HttpRequest),
    /// A mail.
    Mail(Mail),
}

/// Methods of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// An HTTP request, of an action or of a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// The URL: a text, what is put into it encoded.
    pub url: Expr,
    /// Headers: texts, optional ones left out where they are unset.
    pub headers: Vec<(Arc<str>, Expr)>,
    /// What is sent along.
    pub body: Option<Expr>,
    /// How it is delivered.
    pub delivery: Delivery,
}

/// A mail: texts. Either `text` or `html` is there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mail {
    /// `from`
    pub from: Expr,
    /// `to`
    pub to: Expr,
    /// `reply_to`, optional
    pub reply_to: Option<Expr>,
    /// `subject`
    pub subject: Expr,
    /// `text`, optional
    pub text: Option<Expr>,
    /// `html`, optional
    pub html: Option<Expr>,
    /// How it is delivered.
    pub delivery: Delivery,
}

/// How a message is delivered, lengths of time in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Delivery {
    /// How long one attempt may take.
    pub timeout: i64,
    /// How many attempts after the first, the first pause before one, and the longest.
    pub retry: (u32, i64, i64),
    /// How many messages in how long a time.
    pub limit: Option<(u32, i64)>,
}

/// An audience that checked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Audience {
    /// The name in source.
    pub name: Arc<str>,
    /// The display name; the name where none was given.
    pub title: Arc<str>,
    /// Who is a member. Without one, membership is set from outside and by tiles.
    pub condition: Option<Condition>,
}

/// A policy that checked: what must hold before a message leaves.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Policy {
    /// The name in source.
    pub name: Arc<str>,
    /// `require COND`: a bool over the customer, asked when the message is about to leave.
    pub require: Option<Expr>,
    /// `quiet A..B …`
    pub quiet: Option<Quiet>,
    /// `cap N per D …`, in source order.
    pub caps: Vec<Cap>,
}

/// Hours at which no message leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Quiet {
    /// When they begin, in milliseconds since midnight.
    pub from: i32,
    /// When they end; before `from` where midnight lies between. Never equal to it.
    pub to: i32,
    /// What becomes of a message meanwhile. The length of a hold is that of its `spread`.
    pub otherwise: Otherwise,
}

/// How many messages a customer gets at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cap {
    /// So many.
    pub count: u32,
    /// In so many milliseconds.
    pub per: i64,
    /// What becomes of a message beyond that. The length of a hold is that of its `up to`.
    pub otherwise: Otherwise,
}

/// What becomes of a message that a rule does not let go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Otherwise {
    /// It is never sent.
    Skip,
    /// It waits; with a length in milliseconds.
    Hold(Option<i64>),
}

impl Policy {
    /// Whether a message can wait for it.
    pub fn holds(&self) -> bool {
        let caps = self.caps.iter().map(|cap| cap.otherwise);
        let mut rules = self.quiet.iter().map(|quiet| quiet.otherwise).chain(caps);
        rules.any(|otherwise| otherwise != Otherwise::Skip)
    }
}

/// A test that checked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Test {
    /// Its title.
    pub title: Arc<str>,
    /// The journey it is about.
    pub journey: Arc<str>,
    /// Traits the customer starts with.
    pub customer: Vec<(Arc<str>, Const)>,
    /// Audiences without a definition the customer starts in.
    pub audiences: Vec<Arc<str>>,
    /// Steps in order, each with its place relative to the item.
    pub steps: Vec<(Step, TextRange)>,
}

/// A step of a test.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    /// `at TIME`: milliseconds since 1970; never before the time reached so far
    At(i64),
    /// `after D`: milliseconds
    After(i64),
    /// `event NAME {…}`: the event, and a value for each property in declaration order
    Event(Arc<str>, Vec<Const>),
    /// `update customer {…}`
    Update(Vec<(Arc<str>, Const)>),
    /// `join AUDIENCE`, `leave AUDIENCE`: one without a definition, and whether it is joined
    Member(Arc<str>, bool),
    /// `respond LABEL …`: from now on the webhook of that label is answered so
    Respond(Arc<str>, Const),
    /// `fail LABEL (with STATUS)? (N times)?`: from now on, or so many times
    Fail {
        /// The label of a webhook or send.
        label: Arc<str>,
        /// The status of the response.
        status: Option<u16>,
        /// How many times.
        times: Option<u32>,
    },
    /// `expect webhook LABEL {…}? (N times)?`
    ExpectWebhook {
        /// Its label.
        label: Arc<str>,
        /// Fields that the body must have.
        fields: Vec<(Arc<str>, Const)>,
        /// How many times.
        times: Option<u32>,
    },
    /// `expect no webhook LABEL`
    ExpectNoWebhook(Arc<str>),
    /// `choose SPLIT ARM`
    Choose(Arc<str>, Arc<str>),
    /// `pause`: the test's journey; never while it is paused
    Pause,
    /// `resume`: never but while it is paused
    Resume,
    /// `enter (args)`: by hand
    Enter {
        /// Arguments by parameter.
        args: Vec<(Arc<str>, Const)>,
        /// Where the journey's entry is an event, a value for each of its properties in declaration
        /// order.
        event: Option<Vec<Const>>,
    },
    /// `expect exit NAME`
    ExpectExit(Arc<str>),
    /// `expect at LABEL (until TIME)?`
    ExpectAt(Arc<str>, Option<i64>),
    /// `expect send DEST.ACTION(args…)? (N times)?`: every message so far of that action with
    /// those arguments, exactly N, or at least one
    ExpectSend {
        /// `destination.action`
        action: Arc<str>,
        /// Arguments it must have, by parameter.
        args: Vec<(Arc<str>, Const)>,
        /// Exactly how many.
        times: Option<u32>,
    },
    /// `expect no send …`
    ExpectNoSend {
        /// `destination.action`
        action: Arc<str>,
        /// Arguments it would have.
        args: Vec<(Arc<str>, Const)>,
    },
    /// `expect goal NAME`, `expect no goal NAME`: whether some membership has reached it
    ExpectGoal(Arc<str>, bool),
    /// `expect not entered`
    ExpectNotEntered,
    /// `expect COND`: over the customer and now
    ExpectCondition(Expr),
}

// Constants hold no NaN (arithmetic on them is checked), so equality is total.
impl Eq for Const {}

impl std::hash::Hash for Const {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Const::Unset => {}
            Const::Bool(v) => v.hash(state),
            Const::Int(v) | Const::Time(v) | Const::Duration(v) => v.hash(state),
            Const::Number(v) => v.to_bits().hash(state),
            Const::Text(v) => v.hash(state),
            Const::Date(v) | Const::TimeOfDay(v) => v.hash(state),
            Const::Weekday(v) => v.hash(state),
            Const::List(v) | Const::Record(v) => v.hash(state),
        }
    }
}
