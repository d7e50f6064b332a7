//! Fused instructions, prepared: the leaves of predicates.
//!
//! A predicate such as `lifetime_value > 500 and orders >= 3` is two comparisons of a slot with a
//! constant and two jumps. Each of its instructions is prepared into a [`Leaf`] that has the
//! constant in it and names its comparison with one number, so that running it is one indirect
//! jump, one look at the row and one comparison. Most predicates look at one row only, and have a
//! loop of their own in which nothing else has to be kept at hand; and most of these ask that
//! all of their leaves hold, and need no jumps.

use journey_bytecode::{Cmp, Cond, Const, Insn, Program};

use super::Eval;
use crate::{Fault, ProgramSet, Row};

/// A prepared instruction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Leaf {
    /// The bits of the constant; for a text its number in the pool.
    constant: u64,
    /// How many instructions to pass over when the test holds, and when it does not; or
    /// [`HOLDS`], or [`FAILS`].
    then: u32,
    otherwise: u32,
    /// The slot, or the audience.
    slot: u16,
    test: Test,
    /// Whose slot it is.
    source: Source,
}

/// In place of a jump to `return true`. Real jumps have 16 bits.
const HOLDS: u32 = u32::MAX;

/// In place of a jump to `return false`.
const FAILS: u32 = u32::MAX - 1;

#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(u8)]
enum Test {
    NumberEq,
    NumberNe,
    NumberLt,
    NumberLe,
    NumberGt,
    NumberGe,
    WordEq,
    WordNe,
    WordLt,
    WordLe,
    WordGt,
    WordGe,
    TextEq,
    TextNe,
    Bool,
    Set,
    Audience,
    /// A jump that is always taken.
    Always,
    True,
    False,
    /// An instruction that needs registers.
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(u8)]
pub(crate) enum Source {
    Trait,
    Event,
    Local,
}

impl Source {
    /// The row of the source.
    pub(super) fn row<'a>(self, ctx: &Eval<'a>) -> &'a Row {
        match self {
            Source::Trait => ctx.traits,
            Source::Event => ctx.event.map_or(&NOTHING, |(row, _)| row),
            Source::Local => ctx.locals.unwrap_or(&NOTHING),
        }
    }
}

/// The row of an event or instance that is not at hand.
static NOTHING: Row = Row::nothing();

/// How an expression can be run, the fastest first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Form {
    /// Leaves over the words of one row that must all hold.
    All(Source),
    /// Leaves that look at nothing but the words of one row.
    OneRow(Source),
    /// Leaves.
    Leaves,
    /// It needs registers.
    Registers,
}

/// What comes after a leaf.
pub(super) enum Next {
    /// The instruction that many further on than the next.
    Skip(usize),
    /// Nothing: the predicate holds or does not.
    Done(bool),
    /// It was no leaf.
    Other,
}

/// Whether all of the leaves hold for one row.
#[inline(never)]
pub(super) fn all(row: &Row, leaves: &[Leaf]) -> bool {
    leaves.iter().all(|leaf| leaf.holds_in(row) == Some(true))
}

/// Runs a predicate over one row.
#[inline(never)]
pub(super) fn run_in(row: &Row, leaves: &[Leaf]) -> Result<bool, Fault> {
    let mut pc = 0;
    while let Some(leaf) = leaves.get(pc) {
        match leaf.step_in(row) {
            Next::Skip(skip) => pc += 1 + skip,
            Next::Done(holds) => return Ok(holds),
            Next::Other => break,
        }
    }
    Err(Fault::Program)
}

/// Runs a predicate that consists of leaves alone.
#[inline(never)]
pub(super) fn run(set: &ProgramSet, leaves: &[Leaf], ctx: &Eval<'_>) -> Result<bool, Fault> {
    let mut pc = 0;
    while let Some(leaf) = leaves.get(pc) {
        match leaf.step(set, ctx) {
            Next::Skip(skip) => pc += 1 + skip,
            Next::Done(holds) => return Ok(holds),
            Next::Other => break,
        }
    }
    Err(Fault::Program)
}

impl Form {
    /// How an expression of these leaves can be run.
    pub(crate) fn of(leaves: &[Leaf]) -> Form {
        if leaves.iter().any(|leaf| leaf.test == Test::Other) {
            return Form::Registers;
        }
        let looks = |leaf: &&Leaf| !matches!(leaf.test, Test::Always | Test::True | Test::False);
        let source = leaves.iter().find(looks).map_or(Source::Trait, |leaf| leaf.source);
        let apart = [Test::TextEq, Test::TextNe, Test::Audience];
        let one = leaves.iter().filter(looks).all(|leaf| leaf.source == source);
        match one && !leaves.iter().any(|leaf| apart.contains(&leaf.test)) {
            true if conjuncts(leaves).is_some() => Form::All(source),
            true => Form::OneRow(source),
            false => Form::Leaves,
        }
    }
}

impl Leaf {
    /// Runs one leaf. An absent slot makes the comparison false.
    #[inline(always)]
    pub(super) fn step(&self, set: &ProgramSet, ctx: &Eval<'_>) -> Next {
        let row = self.source.row(ctx);
        let holds = match self.test {
            Test::TextEq => row.text(self.slot).is_some_and(|v| v == set.text(self.constant)),
            Test::TextNe => row.text(self.slot).is_some_and(|v| v != set.text(self.constant)),
            Test::Audience => ctx.audiences.contains(self.slot),
            _ => return self.step_in(row),
        };
        self.jump(holds)
    }

    /// Runs a leaf that looks at nothing but the words of one row.
    #[inline(always)]
    fn step_in(&self, row: &Row) -> Next {
        match (self.test, self.holds_in(row)) {
            (Test::True, _) => Next::Done(true),
            (Test::False, _) => Next::Done(false),
            (_, Some(holds)) => self.jump(holds),
            (_, None) => Next::Other,
        }
    }

    /// Whether a leaf holds that looks at nothing but the words of one row.
    #[inline(always)]
    fn holds_in(&self, row: &Row) -> Option<bool> {
        let number = f64::from_bits(self.constant);
        let word = self.constant.cast_signed();
        Some(match self.test {
            Test::NumberEq => row.number(self.slot).is_some_and(|v| v == number),
            Test::NumberNe => row.number(self.slot).is_some_and(|v| v != number),
            Test::NumberLt => row.number(self.slot).is_some_and(|v| v < number),
            Test::NumberLe => row.number(self.slot).is_some_and(|v| v <= number),
            Test::NumberGt => row.number(self.slot).is_some_and(|v| v > number),
            Test::NumberGe => row.number(self.slot).is_some_and(|v| v >= number),
            Test::WordEq => row.int(self.slot).is_some_and(|v| v == word),
            Test::WordNe => row.int(self.slot).is_some_and(|v| v != word),
            Test::WordLt => row.int(self.slot).is_some_and(|v| v < word),
            Test::WordLe => row.int(self.slot).is_some_and(|v| v <= word),
            Test::WordGt => row.int(self.slot).is_some_and(|v| v > word),
            Test::WordGe => row.int(self.slot).is_some_and(|v| v >= word),
            Test::Bool => row.bool(self.slot) == Some(true),
            Test::Set => row.is_set(self.slot),
            Test::Always | Test::True => true,
            Test::False => false,
            Test::TextEq | Test::TextNe | Test::Audience | Test::Other => return None,
        })
    }

    #[inline(always)]
    fn jump(&self, holds: bool) -> Next {
        match if holds { self.then } else { self.otherwise } {
            HOLDS => Next::Done(true),
            FAILS => Next::Done(false),
            skip => Next::Skip(skip as usize),
        }
    }

    /// Prepares the code of an expression. A leaf that leads to a closing `return` ends the
    /// expression itself: of the three instructions of `a > 1 and b > 2` two are run.
    pub(crate) fn prepare(program: &Program, code: &[Insn]) -> Box<[Leaf]> {
        let mut leaves: Box<[Leaf]> = code.iter().map(|insn| Leaf::new(program, *insn)).collect();
        let ends: Vec<Option<u32>> = leaves.iter().map(Leaf::end).collect();
        for (index, leaf) in leaves.iter_mut().enumerate() {
            for way in [&mut leaf.then, &mut leaf.otherwise] {
                let target = index + 1 + *way as usize;
                *way = ends.get(target).copied().flatten().unwrap_or(*way);
            }
        }
        leaves
    }

    /// What stands for a jump to this leaf if it is the end of the expression.
    fn end(&self) -> Option<u32> {
        match self.test {
            Test::True => Some(HOLDS),
            Test::False => Some(FAILS),
            _ => None,
        }
    }

    /// Prepares an instruction.
    fn new(program: &Program, insn: Insn) -> Leaf {
        use Source::{Event, Local, Trait};
        let leaf = |constant, slot, test, source, on: bool, skip: u16| {
            let skip = u32::from(skip);
            let (then, otherwise) = if on { (skip, 0) } else { (0, skip) };
            Leaf { constant, then, otherwise, slot, test, source }
        };
        let number = |source, cond: Cond, slot, k: u16, skip| {
            let (cmp, on) = parts(cond);
            let tests = [
                Test::NumberEq,
                Test::NumberNe,
                Test::NumberLt,
                Test::NumberLe,
                Test::NumberGt,
                Test::NumberGe,
            ];
            leaf(word(program, k), slot, pick(tests, cmp), source, on, skip)
        };
        let int = |source, cond: Cond, slot, k: u16, skip| {
            let (cmp, on) = parts(cond);
            let tests = [
                Test::WordEq,
                Test::WordNe,
                Test::WordLt,
                Test::WordLe,
                Test::WordGt,
                Test::WordGe,
            ];
            leaf(word(program, k), slot, pick(tests, cmp), source, on, skip)
        };
        let text = |source, cond: Cond, slot, k: u16, skip| {
            let (cmp, on) = parts(cond);
            let test = if cmp == Cmp::Ne { Test::TextNe } else { Test::TextEq };
            leaf(u64::from(k), slot, test, source, on, skip)
        };
        let plain = |test, source, on, slot, skip| leaf(0, slot, test, source, on, skip);
        match insn {
            Insn::TraitNumber { cond, slot, k, skip } => number(Trait, cond, slot, k, skip),
            Insn::TraitWord { cond, slot, k, skip } => int(Trait, cond, slot, k, skip),
            Insn::TraitText { cond, slot, k, skip } => text(Trait, cond, slot, k, skip),
            Insn::TraitBool { on, slot, skip } => plain(Test::Bool, Trait, on, slot, skip),
            Insn::TraitSet { on, slot, skip } => plain(Test::Set, Trait, on, slot, skip),
            Insn::EventNumber { cond, slot, k, skip } => number(Event, cond, slot, k, skip),
            Insn::EventWord { cond, slot, k, skip } => int(Event, cond, slot, k, skip),
            Insn::EventText { cond, slot, k, skip } => text(Event, cond, slot, k, skip),
            Insn::EventBool { on, slot, skip } => plain(Test::Bool, Event, on, slot, skip),
            Insn::EventSet { on, slot, skip } => plain(Test::Set, Event, on, slot, skip),
            Insn::LocalNumber { cond, slot, k, skip } => number(Local, cond, slot, k, skip),
            Insn::LocalWord { cond, slot, k, skip } => int(Local, cond, slot, k, skip),
            Insn::LocalText { cond, slot, k, skip } => text(Local, cond, slot, k, skip),
            Insn::LocalBool { on, slot, skip } => plain(Test::Bool, Local, on, slot, skip),
            Insn::LocalSet { on, slot, skip } => plain(Test::Set, Local, on, slot, skip),
            Insn::Audience { on, audience, skip } => {
                plain(Test::Audience, Trait, on, audience, skip)
            }
            Insn::Jump { skip } => plain(Test::Always, Trait, true, 0, skip),
            Insn::RetTrue => plain(Test::True, Trait, true, 0, 0),
            Insn::RetFalse => plain(Test::False, Trait, true, 0, 0),
            _ => plain(Test::Other, Trait, true, 0, 0),
        }
    }
}

/// The leaves that must hold, if the predicate is that all of them do: `a > 1 and b > 2`.
pub(crate) fn conjuncts(leaves: &[Leaf]) -> Option<&[Leaf]> {
    let last = leaves.iter().position(|leaf| leaf.then == HOLDS)?;
    let all = leaves.get(..=last)?;
    let onwards = |leaf: &Leaf| leaf.otherwise == FAILS && (leaf.then == 0 || leaf.then == HOLDS);
    all.iter().all(onwards).then_some(all)
}

/// A condition as a comparison and the outcome on which it jumps.
fn parts(cond: Cond) -> (Cmp, bool) {
    match cond {
        Cond::EqFalse => (Cmp::Eq, false),
        Cond::NeFalse => (Cmp::Ne, false),
        Cond::LtFalse => (Cmp::Lt, false),
        Cond::LeFalse => (Cmp::Le, false),
        Cond::GtFalse => (Cmp::Gt, false),
        Cond::GeFalse => (Cmp::Ge, false),
        Cond::EqTrue => (Cmp::Eq, true),
        Cond::NeTrue => (Cmp::Ne, true),
        Cond::LtTrue => (Cmp::Lt, true),
        Cond::LeTrue => (Cmp::Le, true),
        Cond::GtTrue => (Cmp::Gt, true),
        Cond::GeTrue => (Cmp::Ge, true),
    }
}

/// The test for a comparison, of one for each in the order of [`Cmp`].
fn pick([eq, ne, lt, le, gt, ge]: [Test; 6], cmp: Cmp) -> Test {
    match cmp {
        Cmp::Eq => eq,
        Cmp::Ne => ne,
        Cmp::Lt => lt,
        Cmp::Le => le,
        Cmp::Gt => gt,
        Cmp::Ge => ge,
    }
}

/// The bits of a scalar constant as a slot holds them.
fn word(program: &Program, k: u16) -> u64 {
    match program.consts.get(usize::from(k)) {
        Some(Const::Bool(v)) => u64::from(*v),
        Some(Const::Int(v) | Const::Time(v) | Const::Duration(v)) => v.cast_unsigned(),
        Some(Const::Number(v)) => v.to_bits(),
        Some(Const::Date(v) | Const::TimeOfDay(v)) => i64::from(*v).cast_unsigned(),
        Some(Const::Weekday(v)) => u64::from(*v),
        _ => 0,
    }
}
