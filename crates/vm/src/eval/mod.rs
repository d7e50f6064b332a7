//! Expressions: what they are evaluated against, and the interpreter.

mod each;
mod leaf;
mod ops;
mod reads;
mod text;

use bumpalo::Bump;
use journey_bytecode::{ExprId, Insn};
use journey_time::Hours;

use crate::history::{self, History};
use crate::set::ExprPlan;
use crate::state::Profile;
use crate::{Bits, Customer, Fault, Instance, ProgramSet, Row, Scratch, Val};
use each::{Each, Turns};
use leaf::Next;
pub(crate) use leaf::{Form, Leaf, conjuncts};
pub(crate) use ops::zone_named;
use ops::{MAX_SIZE, Means};
pub(crate) use reads::reads;
pub use reads::{Read, Source};
pub use text::Shown;

/// All that an expression can read. Everything is borrowed; building one costs nothing.
#[derive(Debug, Clone, Copy)]
pub struct Eval<'a> {
    /// Where temporaries go.
    pub arena: &'a Bump,
    /// The clock.
    pub now: i64,
    /// The customer's id.
    pub customer: &'a str,
    /// The customer's traits.
    pub traits: &'a Row,
    /// The computed audiences the customer is in.
    pub audiences: &'a Bits,
    /// The event at hand, its properties and its own time.
    pub event: Option<(&'a Row, i64)>,
    /// The locals of the instance at hand.
    pub locals: Option<&'a Row>,
    /// When the instance at hand entered.
    pub entered: Option<i64>,
    /// The event history.
    pub history: History<'a>,
}

impl<'a> Eval<'a> {
    /// What an expression can read of a customer, with no event and no instance at hand.
    pub fn new(customer: &'a Customer, now: i64, scratch: &'a Scratch) -> Eval<'a> {
        Eval::of(&customer.profile, None, now, scratch.arena())
    }

    /// What an expression can read of a customer and one of its instances.
    pub fn inside(
        customer: &'a Customer,
        instance: &'a Instance,
        now: i64,
        scratch: &'a Scratch,
    ) -> Eval<'a> {
        Eval::of(&customer.profile, Some(instance), now, scratch.arena())
    }

    pub(crate) fn of(
        profile: &'a Profile,
        instance: Option<&'a Instance>,
        now: i64,
        arena: &'a Bump,
    ) -> Eval<'a> {
        Eval {
            arena,
            now,
            customer: &profile.id,
            traits: &profile.traits,
            audiences: &profile.audiences,
            event: None,
            locals: instance.map(|instance| &instance.locals),
            entered: instance.map(|instance| instance.entered_at),
            history: History {
                windows: &profile.windows,
                tallies: instance.map_or(&[], |instance| &instance.tallies),
            },
        }
    }
}

/// Evaluates an expression. One that is not declared optional faults instead of giving unset.
pub fn eval<'a>(set: &'a ProgramSet, id: ExprId, ctx: &Eval<'a>) -> Result<Val<'a>, Fault> {
    let expr = set.expr(id).ok_or(Fault::Program)?;
    let value = run(set, expr, ctx)?;
    if !value.is_set() && !expr.optional { Err(Fault::Unset) } else { Ok(value) }
}

/// Evaluates a condition; unset counts as false.
pub fn test<'a>(set: &'a ProgramSet, id: ExprId, ctx: &Eval<'a>) -> Result<bool, Fault> {
    let expr = set.expr(id).ok_or(Fault::Program)?;
    match expr.form {
        Form::All(source) => Ok(leaf::all(source.row(ctx), &expr.leaves)),
        Form::OneRow(source) => leaf::run_in(source.row(ctx), &expr.leaves),
        Form::Leaves => leaf::run(set, &expr.leaves, ctx),
        Form::Registers => test_value(set, expr, ctx),
    }
}

/// A condition that needs registers.
#[inline(never)]
fn test_value<'a>(set: &'a ProgramSet, expr: &ExprPlan, ctx: &Eval<'a>) -> Result<bool, Fault> {
    match run(set, expr, ctx)? {
        Val::Bool(v) => Ok(v),
        Val::Unset => Ok(false),
        _ => Err(Fault::Program),
    }
}

/// The interpreter: one instruction after the other. Jumps go forward only, so it ends.
fn run<'a>(set: &'a ProgramSet, expr: &ExprPlan, ctx: &Eval<'a>) -> Result<Val<'a>, Fault> {
    let mut registers = Registers::new(expr.registers, ctx.arena);
    let mut turns = Turns::new(ctx.arena);
    let run = Run { set, expr, ctx };
    run.code(set.code(expr), &expr.leaves, &mut registers, &mut turns)
}

/// What an evaluation runs in.
#[derive(Clone, Copy)]
struct Run<'a, 'r> {
    set: &'a ProgramSet,
    expr: &'r ExprPlan,
    ctx: &'r Eval<'a>,
}

impl<'a> Run<'a, '_> {
    /// Runs a whole expression, or the code of a loop in it.
    fn code(
        self,
        code: &[Insn],
        leaves: &[Leaf],
        registers: &mut Registers<'a>,
        turns: &mut Turns,
    ) -> Result<Val<'a>, Fault> {
        let Run { set, expr, ctx } = self;
        let mut pc = 0;
        while let (Some(insn), Some(leaf)) = (code.get(pc), leaves.get(pc)) {
            pc += 1;
            match leaf.step(set, ctx) {
                Next::Skip(skip) => pc += skip,
                Next::Done(holds) => return Ok(Val::Bool(holds)),
                Next::Other => match *insn {
                    Insn::JumpBool { on, a, skip } => {
                        let jumps = (registers.get(a)? == Val::Bool(true)) == on;
                        pc += if jumps { usize::from(skip) } else { 0 };
                    }
                    Insn::JumpSet { on, a, skip } => {
                        let jumps = registers.get(a)?.is_set() == on;
                        pc += if jumps { usize::from(skip) } else { 0 };
                    }
                    Insn::Ret { a } => return registers.get(a),
                    Insn::Each { fold, dst, a, item, skip } => {
                        let body = pc..pc + usize::from(skip);
                        pc = body.end;
                        let code = code.get(body.clone()).ok_or(Fault::Program)?;
                        let leaves = leaves.get(body).ok_or(Fault::Program)?;
                        let each = Each { fold, list: registers.get(a)?, item, code, leaves };
                        let value = self.each(each, registers, turns)?;
                        registers.set(dst, value)?;
                    }
                    insn => registers.compute(insn, set, expr, ctx)?,
                },
            }
        }
        Err(Fault::Program)
    }
}

/// The registers of one evaluation. Expressions made of fused instructions have none.
struct Registers<'a>(&'a mut [Val<'a>]);

impl<'a> Registers<'a> {
    #[inline]
    fn new(count: u8, arena: &'a Bump) -> Registers<'a> {
        match count {
            0 => Registers(&mut []),
            count => Registers(arena.alloc_slice_fill_copy(usize::from(count), Val::Unset)),
        }
    }

    #[inline]
    fn get(&self, register: u8) -> Result<Val<'a>, Fault> {
        self.0.get(usize::from(register)).copied().ok_or(Fault::Program)
    }

    fn time_of_day(&self, register: u8) -> Result<i32, Fault> {
        match self.get(register)? {
            Val::TimeOfDay(time) => Ok(time),
            Val::Unset => Err(Fault::Unset),
            _ => Err(Fault::Program),
        }
    }

    #[inline]
    fn set(&mut self, register: u8, value: Val<'a>) -> Result<(), Fault> {
        *self.0.get_mut(usize::from(register)).ok_or(Fault::Program)? = value;
        Ok(())
    }

    fn range(&self, first: u8, count: u8) -> Result<&[Val<'a>], Fault> {
        let first = usize::from(first);
        self.0.get(first..first + usize::from(count)).ok_or(Fault::Program)
    }

    /// Runs an instruction that puts a value into a register.
    fn compute(
        &mut self,
        insn: Insn,
        set: &'a ProgramSet,
        expr: &ExprPlan,
        ctx: &Eval<'a>,
    ) -> Result<(), Fault> {
        let means = Means { arena: ctx.arena, set, ctx, zone: expr.zone };
        let (dst, value) = match insn {
            Insn::Trait { dst, slot } => {
                let kind = set.trait_kind(slot).ok_or(Fault::Program)?;
                (dst, ctx.traits.value(slot, kind, ctx.arena))
            }
            Insn::Event { dst, slot } => {
                let kind = set.event_kind(expr.event, slot).ok_or(Fault::Program)?;
                let value = ctx.event.map(|(row, _)| row.value(slot, kind, ctx.arena));
                (dst, value.unwrap_or_default())
            }
            Insn::Local { dst, slot } => {
                let kind = set.local_kind(expr, slot).ok_or(Fault::Program)?;
                let value = ctx.locals.map(|row| row.value(slot, kind, ctx.arena));
                (dst, value.unwrap_or_default())
            }
            Insn::EventAt { dst } => (dst, ctx.event.map_or(Val::Unset, |(_, at)| Val::Time(at))),
            Insn::Const { dst, k } => {
                let value = set.program().consts.get(usize::from(k)).ok_or(Fault::Program)?;
                (dst, Val::from_const(value, ctx.arena))
            }
            Insn::Unset { dst } => (dst, Val::Unset),
            Insn::Now { dst } => (dst, Val::Time(ctx.now)),
            Insn::Entered { dst } => (dst, ctx.entered.map_or(Val::Unset, Val::Time)),
            Insn::CustomerId { dst } => (dst, Val::Text(ctx.customer)),
            Insn::History { dst, window } => (dst, history::ask(set, window, ctx)?),
            Insn::Move { dst, a } => (dst, self.get(a)?),
            Insn::Compare { cmp, dst, a, b } => {
                (dst, Val::Bool(ops::compare(cmp, self.get(a)?, self.get(b)?)?))
            }
            Insn::Unary { op, dst, a } => (dst, means.unary(op, self.get(a)?)?),
            Insn::Binary { op, dst, a, b } => (dst, means.binary(op, self.get(a)?, self.get(b)?)?),
            Insn::InRange { dst, a, lo, hi } => {
                (dst, Val::Bool(ops::in_range(self.get(a)?, self.get(lo)?, self.get(hi)?)?))
            }
            Insn::Matches { dst, a, regex } => (dst, matches(set, self.get(a)?, regex)?),
            Insn::MakeList { dst, first, count } => {
                let items = self.range(first, count)?;
                (dst, means.list(items.len(), items.iter().copied())?)
            }
            Insn::MakeRecord { dst, first, count } => {
                let fields = Val::Record(ctx.arena.alloc_slice_copy(self.range(first, count)?));
                if ops::weight(fields, MAX_SIZE) > MAX_SIZE {
                    return Err(Fault::TooLarge);
                }
                (dst, fields)
            }
            Insn::NextInDays { dst, days } => (dst, means.next_inside(days, Hours::All)?),
            Insn::NextInRange { dst, days, from, to } => {
                let hours = Hours::Range(self.time_of_day(from)?, self.time_of_day(to)?);
                (dst, means.next_inside(days, hours)?)
            }
            Insn::NextTime { dst, days, at } => {
                (dst, means.next_inside(days, Hours::At(self.time_of_day(at)?))?)
            }
            Insn::Field { dst, a, field } => (dst, part(self.get(a)?, field)?),
            _ => return Err(Fault::Program),
        };
        self.set(dst, value)
    }
}

fn matches<'a>(set: &ProgramSet, value: Val<'_>, regex: u16) -> Result<Val<'a>, Fault> {
    let regex = set.program().regexes().get(usize::from(regex)).ok_or(Fault::Program)?;
    match value {
        Val::Text(text) => Ok(Val::Bool(regex.is_match(text))),
        Val::Unset => Err(Fault::Unset),
        _ => Err(Fault::Program),
    }
}

/// A field of a record; unset if the record is.
fn part(record: Val<'_>, field: u16) -> Result<Val<'_>, Fault> {
    match record {
        Val::Record(fields) => fields.get(usize::from(field)).copied().ok_or(Fault::Program),
        Val::Unset => Ok(Val::Unset),
        _ => Err(Fault::Program),
    }
}
