//! Expression code: the instructions of predicates and of values.
//!
//! An expression is a run of instructions that starts at its entry in
//! [`Program::exprs`](crate::Program::exprs) and ends with one of the `Ret` instructions. Jumps
//! go forward only, so the cost of an expression is bounded by its length, but for the one loop
//! there is: `Each` runs a part of the code once for each element of a list, and the interpreter
//! bounds how many elements one evaluation looks at. Registers are numbered from 0 and hold one
//! value each, unset included.
//!
//! The fused instructions (`TraitNumber`, `EventText`, …) are the common leaf of a predicate:
//! compare a slot with a constant and jump. An absent slot makes the comparison false, whatever
//! the operator.

/// How two ordered values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Cmp {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

/// A comparison together with the outcome on which a fused instruction jumps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
#[allow(missing_docs)] // twelve regular combinations: `XFalse` jumps when X does not hold
pub enum Cond {
    EqFalse,
    NeFalse,
    LtFalse,
    LeFalse,
    GtFalse,
    GeFalse,
    EqTrue,
    NeTrue,
    LtTrue,
    LeTrue,
    GtTrue,
    GeTrue,
}

impl Cond {
    /// The condition that jumps when `cmp` comes out as `on`.
    pub fn new(cmp: Cmp, on: bool) -> Cond {
        match (cmp, on) {
            (Cmp::Eq, false) => Cond::EqFalse,
            (Cmp::Ne, false) => Cond::NeFalse,
            (Cmp::Lt, false) => Cond::LtFalse,
            (Cmp::Le, false) => Cond::LeFalse,
            (Cmp::Gt, false) => Cond::GtFalse,
            (Cmp::Ge, false) => Cond::GeFalse,
            (Cmp::Eq, true) => Cond::EqTrue,
            (Cmp::Ne, true) => Cond::NeTrue,
            (Cmp::Lt, true) => Cond::LtTrue,
            (Cmp::Le, true) => Cond::LeTrue,
            (Cmp::Gt, true) => Cond::GtTrue,
            (Cmp::Ge, true) => Cond::GeTrue,
        }
    }
}

/// An operation on one register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum UnaryOp {
    /// bool → bool
    Not,
    /// int → int; the smallest int faults
    NegInt,
    /// number → number
    NegNumber,
    /// duration → duration
    NegDuration,
    /// int → number
    IntToNumber,
    /// int → int
    AbsInt,
    /// number → number
    AbsNumber,
    /// number → int, half away from zero; faults outside the range of int
    Round,
    /// number → int
    Floor,
    /// number → int
    Ceil,
    /// text → text, Unicode simple lower case of each character
    Lower,
    /// text → text, Unicode simple upper case of each character
    Upper,
    /// text → text, white space off both ends
    Trim,
    /// text → int, in characters
    LengthText,
    /// list → int
    LengthList,
    /// any scalar → text, as interpolation shows it: `2.5`, `true`, `2026-12-01T09:00:00Z` (always
    /// UTC, milliseconds only where there are any), `2026-12-01`, `09:00` (`09:00:30.250`), `mon`,
    /// `1d12h` (no weeks; `0s`; `1s250ms`)
    ToText,
    /// text → number, unset where it is none: an optional sign, digits, an optional fraction and
    /// exponent, nothing around it
    ParseNumber,
    /// time → date, in the time zone of the expression (so for all that follow)
    DateOf,
    /// time → timeofday
    TimeOfDayOf,
    /// time → weekday
    WeekdayOf,
    /// time → int, 0 to 23
    HourOf,
    /// time → int, 1 to 31
    DayOf,
    /// time → int, 1 to 12
    MonthOf,
    /// time → int
    YearOf,
    /// timeofday → time: the first instant after now at which local clocks show it or skip it, show
    /// the millisecond after it, or are set back: when a comparison with it can next change
    NextTimeOfDay,
    /// time → time: the first instant of the local day after the operand's, or at which clocks are
    /// set back, if that is earlier: when a comparison of the date can next change
    NextDay,
    /// text → text, percent-encoded: all bytes of UTF-8 but ASCII letters, digits and `-._~`
    EncodeUrl,
}

/// An operation on two registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
#[allow(missing_docs)] // the name says the operand types; overflow and non-finite results fault
pub enum BinaryOp {
    AddInt,
    SubInt,
    MulInt,
    /// Sign of the dividend; a zero divisor faults.
    RemInt,
    AddNumber,
    SubNumber,
    MulNumber,
    DivNumber,
    RemNumber,
    MinInt,
    MaxInt,
    MinNumber,
    MaxNumber,
    /// time + duration → time
    AddTimeDuration,
    /// time - duration → time
    SubTimeDuration,
    /// time - time → duration
    SubTimeTime,
    AddDuration,
    SubDuration,
    /// duration * int → duration
    MulDurationInt,
    /// date + int days → date
    AddDateInt,
    SubDateInt,
    /// date + int calendar months → date; the last day of the month where it has no such day
    AddMonths,
    /// date at timeofday → time, in the time zone of the expression
    DateAt,
    ConcatText,
    ConcatList,
    /// text contains text
    ContainsText,
    /// list contains value
    ContainsList,
    StartsWith,
    EndsWith,
    /// value in list; an unset value is in no list
    InList,
}

/// What becomes of the outcomes for the elements of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Fold {
    /// bools → whether any is true; ends with the first that is
    Any,
    /// bools → whether all are true; ends with the first that is not
    All,
    /// ints → their sum; overflow faults
    SumInt,
    /// numbers → their sum, added in order; a sum that is not finite faults
    SumNumber,
}

/// One instruction, eight bytes. `dst`, `a`, `b`, … are registers; `skip` counts the instructions
/// after this one that a taken jump passes over; `k` is an index into the constant pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum Insn {
    // Fused leaves. Number: f64 slots. Word: int, time, date, timeofday, weekday, duration slots,
    // compared as i64. Text: `Eq` and `Ne` only. Bool: jumps when the slot, absent taken as
    // false, equals `on`. Set: jumps when presence equals `on`.
    TraitNumber {
        cond: Cond,
        slot: u16,
        k: u16,
        skip: u16,
    },
    TraitWord {
        cond: Cond,
        slot: u16,
        k: u16,
        skip: u16,
    },
    TraitText {
        cond: Cond,
        slot: u16,
        k: u16,
        skip: u16,
    },
    TraitBool {
        on: bool,
        slot: u16,
        skip: u16,
    },
    TraitSet {
        on: bool,
        slot: u16,
        skip: u16,
    },
    EventNumber {
        cond: Cond,
        slot: u16,
        k: u16,
        skip: u16,
    },
    EventWord {
        cond: Cond,
        slot: u16,
        k: u16,
        skip: u16,
    },
    EventText {
        cond: Cond,
        slot: u16,
        k: u16,
        skip: u16,
    },
    EventBool {
        on: bool,
        slot: u16,
        skip: u16,
    },
    EventSet {
        on: bool,
        slot: u16,
        skip: u16,
    },
    LocalNumber {
        cond: Cond,
        slot: u16,
        k: u16,
        skip: u16,
    },
    LocalWord {
        cond: Cond,
        slot: u16,
        k: u16,
        skip: u16,
    },
    LocalText {
        cond: Cond,
        slot: u16,
        k: u16,
        skip: u16,
    },
    LocalBool {
        on: bool,
        slot: u16,
        skip: u16,
    },
    LocalSet {
        on: bool,
        slot: u16,
        skip: u16,
    },
    /// Jumps when membership of the audience equals `on`.
    Audience {
        on: bool,
        audience: u16,
        skip: u16,
    },
    // Control.
    Jump {
        skip: u16,
    },
    /// Jumps when register `a` (a bool; unset counts as false) equals `on`.
    JumpBool {
        on: bool,
        a: u8,
        skip: u16,
    },
    /// Jumps when the presence of register `a` equals `on`.
    JumpSet {
        on: bool,
        a: u8,
        skip: u16,
    },
    Ret {
        a: u8,
    },
    RetTrue,
    RetFalse,
    // Loads.
    Trait {
        dst: u8,
        slot: u16,
    },
    /// A property of the event at hand: the one being matched, or the one a history window holds.
    Event {
        dst: u8,
        slot: u16,
    },
    /// `.at` of the event at hand.
    EventAt {
        dst: u8,
    },
    Local {
        dst: u8,
        slot: u16,
    },
    Const {
        dst: u8,
        k: u16,
    },
    Unset {
        dst: u8,
    },
    Now {
        dst: u8,
    },
    /// When the instance at hand entered.
    Entered {
        dst: u8,
    },
    CustomerId {
        dst: u8,
    },
    /// The present result of a history window.
    History {
        dst: u8,
        window: u16,
    },
    Move {
        dst: u8,
        a: u8,
    },
    // Operations. An unset operand makes a comparison false; elsewhere the type checker has ruled
    // it out and the interpreter faults.
    Compare {
        cmp: Cmp,
        dst: u8,
        a: u8,
        b: u8,
    },
    Unary {
        op: UnaryOp,
        dst: u8,
        a: u8,
    },
    Binary {
        op: BinaryOp,
        dst: u8,
        a: u8,
        b: u8,
    },
    /// `lo <= a < hi` for numbers and ints; wraps at midnight for timeofday; inclusive and
    /// wrapping for weekday.
    InRange {
        dst: u8,
        a: u8,
        lo: u8,
        hi: u8,
    },
    Matches {
        dst: u8,
        a: u8,
        regex: u16,
    },
    /// The first instant at or after now on one of the days: a bit for each day of the week,
    /// Monday the lowest.
    NextInDays {
        dst: u8,
        days: u8,
    },
    /// The first instant at or after now between two times of day on one of the days; over
    /// midnight where the second is earlier, a night belonging to the day on which it begins.
    NextInRange {
        dst: u8,
        days: u8,
        from: u8,
        to: u8,
    },
    /// The next instant after now at which it is a time of day on one of the days.
    NextTime {
        dst: u8,
        days: u8,
        at: u8,
    },
    /// Registers `first .. first + count` in order.
    MakeList {
        dst: u8,
        first: u8,
        count: u8,
    },
    MakeRecord {
        dst: u8,
        first: u8,
        count: u8,
    },
    /// Field `field` of the record in `a`; unset if `a` is unset.
    Field {
        dst: u8,
        a: u8,
        field: u16,
    },
    /// The `skip` instructions that follow are run once for each element of the list in `a`, with
    /// the element in `item`. They are an expression of their own on the same registers: jumps
    /// stay among them, and `Ret` ends the turn with its outcome. Then it goes on behind them,
    /// with what `fold` makes of the outcomes in `dst`.
    Each {
        fold: Fold,
        dst: u8,
        a: u8,
        item: u8,
        skip: u16,
    },
}

impl Insn {
    /// Whether the result depends on the time zone.
    pub fn reads_clock(self) -> bool {
        use UnaryOp::{DateOf, DayOf, HourOf, MonthOf, NextDay, NextTimeOfDay, TimeOfDayOf};
        use UnaryOp::{WeekdayOf, YearOf};
        match self {
            Insn::Unary { op, .. } => matches!(
                op,
                DateOf
                    | TimeOfDayOf
                    | WeekdayOf
                    | HourOf
                    | DayOf
                    | MonthOf
                    | YearOf
                    | NextTimeOfDay
                    | NextDay
            ),
            Insn::Binary { op, .. } => op == BinaryOp::DateAt,
            Insn::NextInDays { .. } | Insn::NextInRange { .. } | Insn::NextTime { .. } => true,
            _ => false,
        }
    }
}

const _: () = assert!(std::mem::size_of::<Insn>() == 8);
