//! Expressions with their types, and what makes a condition look again.

use std::sync::Arc;

use journey_base::TextRange;

use super::BindingId;
use crate::Type;

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
