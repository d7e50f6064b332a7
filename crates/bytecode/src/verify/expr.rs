//! Checks of expression code.
//!
//! Jumps go forward only, so one pass from the first instruction to the last sees every
//! instruction after all that can lead to it. The pass carries the shape of each register; where
//! paths meet, a register keeps a shape only if all of them agree on it.

use super::each::{self, Body};
use super::problem::Problem;
use super::shape::Shape;
use super::{Checked, at, limit, ops, refuse, schema};
use crate::{
    Aggregate, BinaryOp, Cmp, Cond, Expr, ExprId, Insn, Program, Reads, Slot, UnaryOp, Window,
};

/// The longest expression.
const MAX_EXPR: usize = 1 << 14;

/// What an expression makes use of.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    /// The event at hand.
    pub(super) event: bool,
    /// The instance at hand: its locals, its entry, its windows.
    pub(super) instance: bool,
    /// The locals of the instance.
    pub(super) locals: bool,
    /// What a request is made of.
    pub(super) request: bool,
    /// Something of the customer or of the present that is not among `reads`.
    pub(super) outside: bool,
    /// Traits, windows and audiences.
    pub(super) reads: Reads,
}

/// Checks all expressions.
pub(super) fn check_all(program: &Program) -> Checked<Vec<Facts>> {
    let mut end = 0;
    let mut facts = Vec::with_capacity(program.exprs.len());
    for (id, expr) in program.exprs.iter().enumerate() {
        let place = format_args!("expression {id}");
        let (start, len) = (expr.start as usize, expr.len as usize);
        limit(place, "instructions", len, MAX_EXPR)?;
        let code = program.code.get(start..start + len).unwrap_or_default();
        if start != end || code.len() != len || len == 0 {
            return refuse(place, Problem::Layout);
        }
        end += len;
        check_scope(program, expr).or_else(|problem| refuse(place, problem))?;
        let mut check = Check::new(program, expr, code);
        for (offset, insn) in code.iter().enumerate() {
            let outcome = check.step(offset, *insn);
            outcome.or_else(|problem| refuse(format_args!("{place}, op {offset}"), problem))?;
        }
        let mut found = check.finish();
        if let Some(zone) = expr.zone {
            let outcome = check_zone(program, &facts, expr, zone, &mut found);
            outcome.or_else(|problem| refuse(place, problem))?;
        }
        facts.push(found);
    }
    match end == program.code.len() {
        true => Ok(facts),
        false => refuse("program", Problem::Layout),
    }
}

fn check_scope(program: &Program, expr: &Expr) -> Result<(), Problem> {
    schema::check_type(&expr.ty, 0)?;
    if let Some(event) = expr.event {
        at(&program.events, usize::from(event), "event")?;
    }
    if let Some(journey) = expr.journey {
        at(&program.journeys, usize::from(journey), "journey")?;
    }
    if let Some(action) = expr.action {
        at(&program.actions, usize::from(action), "action")?;
    }
    match expr.journey.is_some() && expr.action.is_some() {
        true => Err(Problem::Scope("an instance of a journey")),
        false => Ok(()),
    }
}

/// Checks the time zone of an expression: what that reads, the expression reads.
fn check_zone(
    program: &Program,
    before: &[Facts],
    expr: &Expr,
    zone: ExprId,
    found: &mut Facts,
) -> Result<(), Problem> {
    // Only expressions that stand before have been checked, so zones have an end.
    let facts = at(before, zone.0 as usize, "earlier expression")?;
    let named = at(&program.exprs, zone.0 as usize, "expression")?;
    matches(&Shape::of(&named.ty), &Shape::Text, "the time zone")?;
    if facts.event && named.event != expr.event {
        return Err(Problem::Scope("the event of the time zone"));
    }
    if facts.instance && named.journey != expr.journey {
        return Err(Problem::Scope("the instance of the time zone"));
    }
    found.event |= facts.event;
    found.instance |= facts.instance;
    found.locals |= facts.locals;
    for (reads, more) in [
        (&mut found.reads.traits, &facts.reads.traits),
        (&mut found.reads.windows, &facts.reads.windows),
        (&mut found.reads.audiences, &facts.reads.audiences),
    ] {
        reads.extend(more);
        reads.sort_unstable();
        reads.dedup();
    }
    Ok(())
}

/// A register's shape; none where it may hold nothing, or different types on different paths.
pub(super) type Registers = Vec<Option<Shape>>;

pub(super) struct Check<'p> {
    program: &'p Program,
    expr: &'p Expr,
    pub(super) code: &'p [Insn],
    /// Registers before the present instruction; none if it cannot be reached.
    pub(super) now: Option<Registers>,
    /// Registers that jumps bring to instructions further on.
    pub(super) ahead: Vec<Option<Registers>>,
    /// Loops around the present instruction, the innermost last.
    pub(super) bodies: Vec<Body>,
    /// What a request is made of, if the expression is part of one.
    request: Vec<Slot>,
    facts: Facts,
}

impl<'p> Check<'p> {
    fn new(program: &'p Program, expr: &'p Expr, code: &'p [Insn]) -> Check<'p> {
        let now = Some(vec![None; usize::from(expr.registers)]);
        let request = expr.action.and_then(|action| program.request_slots(action));
        let request = request.unwrap_or_default();
        let (ahead, bodies) = (vec![None; code.len()], Vec::new());
        Check { program, expr, code, now, ahead, bodies, request, facts: Facts::default() }
    }

    fn finish(self) -> Facts {
        let mut facts = self.facts;
        for list in [&mut facts.reads.traits, &mut facts.reads.windows, &mut facts.reads.audiences]
        {
            list.sort_unstable();
            list.dedup();
        }
        facts
    }

    /// Checks one instruction and moves on to the next. One that cannot be reached is not run,
    /// so it need not make sense.
    fn step(&mut self, offset: usize, insn: Insn) -> Result<(), Problem> {
        self.close(offset)?;
        let arriving = self.ahead.get_mut(offset).and_then(Option::take);
        self.now = match (self.now.take(), arriving) {
            (Some(a), Some(b)) => Some(meet(a, &b)),
            (a, b) => a.or(b),
        };
        if self.now.is_none() {
            return Ok(());
        }
        match insn {
            Insn::Jump { skip } => {
                self.jump(offset, skip)?;
                self.now = None;
            }
            Insn::Ret { a } => {
                let shape = self.read(a)?;
                self.check_result(&shape)?;
                self.now = None;
            }
            Insn::RetTrue | Insn::RetFalse => {
                self.check_result(&Shape::Bool)?;
                self.now = None;
            }
            Insn::JumpBool { a, skip, .. } => {
                self.expect(a, &Shape::Bool)?;
                self.jump(offset, skip)?;
            }
            Insn::JumpSet { a, skip, .. } => {
                self.read(a)?;
                self.jump(offset, skip)?;
            }
            Insn::Each { fold, dst, a, item, skip } => {
                self.open(offset, each::Loop { fold, dst, a, item, skip })?;
            }
            Insn::Audience { audience, skip, .. } => {
                at(&self.program.audiences, usize::from(audience), "audience")?;
                self.facts.reads.audiences.push(audience);
                self.jump(offset, skip)?;
            }
            _ => match self.fused(insn)? {
                Some(skip) => self.jump(offset, skip)?,
                None => self.compute(insn)?,
            },
        }
        match self.now.is_some() && offset + 1 >= self.code.len() {
            true => Err(Problem::RunsOver),
            false => Ok(()),
        }
    }

    fn check_result(&self, shape: &Shape) -> Result<(), Problem> {
        match self.bodies.last() {
            Some(body) => matches(shape, &body.outcome, "the outcome for an element"),
            None => matches(shape, &Shape::of(&self.expr.ty), "the result"),
        }
    }

    /// Carries the registers to the target of a jump.
    fn jump(&mut self, offset: usize, skip: u16) -> Result<(), Problem> {
        let target = offset + 1 + usize::from(skip);
        if self.bodies.last().is_some_and(|body| target >= body.end) {
            return Err(Problem::RunsOver);
        }
        let place = self.ahead.get_mut(target).ok_or(Problem::RunsOver)?;
        let Some(now) = &self.now else { return Ok(()) };
        *place = Some(match place.take() {
            Some(other) => meet(other, now),
            None => now.clone(),
        });
        Ok(())
    }

    /// Checks a fused instruction and returns its jump; none if it is of another kind.
    fn fused(&mut self, insn: Insn) -> Result<Option<u16>, Problem> {
        match insn {
            Insn::TraitNumber { cond, slot, k, skip }
            | Insn::TraitWord { cond, slot, k, skip }
            | Insn::TraitText { cond, slot, k, skip } => {
                let shape = self.load_trait(slot)?;
                self.fused_compare(insn, &shape, cond, k)?;
                Ok(Some(skip))
            }
            Insn::EventNumber { cond, slot, k, skip }
            | Insn::EventWord { cond, slot, k, skip }
            | Insn::EventText { cond, slot, k, skip } => {
                let shape = self.load_event(slot)?;
                self.fused_compare(insn, &shape, cond, k)?;
                Ok(Some(skip))
            }
            Insn::LocalNumber { cond, slot, k, skip }
            | Insn::LocalWord { cond, slot, k, skip }
            | Insn::LocalText { cond, slot, k, skip } => {
                let shape = self.load_local(slot)?;
                self.fused_compare(insn, &shape, cond, k)?;
                Ok(Some(skip))
            }
            Insn::TraitBool { slot, skip, .. } => {
                matches(&self.load_trait(slot)?, &Shape::Bool, "the slot")?;
                Ok(Some(skip))
            }
            Insn::EventBool { slot, skip, .. } => {
                matches(&self.load_event(slot)?, &Shape::Bool, "the slot")?;
                Ok(Some(skip))
            }
            Insn::LocalBool { slot, skip, .. } => {
                matches(&self.load_local(slot)?, &Shape::Bool, "the slot")?;
                Ok(Some(skip))
            }
            Insn::TraitSet { slot, skip, .. } => self.load_trait(slot).map(|_| Some(skip)),
            Insn::EventSet { slot, skip, .. } => self.load_event(slot).map(|_| Some(skip)),
            Insn::LocalSet { slot, skip, .. } => self.load_local(slot).map(|_| Some(skip)),
            _ => Ok(None),
        }
    }

    /// Slot, constant and instruction must be of one type, and texts compare only for equality.
    fn fused_compare(&self, insn: Insn, slot: &Shape, cond: Cond, k: u16) -> Result<(), Problem> {
        let constant = self.constant(k)?;
        let fits = match insn {
            Insn::TraitNumber { .. } | Insn::EventNumber { .. } | Insn::LocalNumber { .. } => {
                *slot == Shape::Number
            }
            Insn::TraitText { .. } | Insn::EventText { .. } | Insn::LocalText { .. } => {
                let equality = [Cond::EqFalse, Cond::NeFalse, Cond::EqTrue, Cond::NeTrue];
                *slot == Shape::Text && equality.contains(&cond)
            }
            _ => slot.is_word(),
        };
        if !fits {
            return Err(Problem::NotComparable(slot.to_string()));
        }
        match constant == *slot {
            true => Ok(()),
            false => Err(mismatch("the constant", &constant, slot)),
        }
    }

    /// Checks an instruction that puts a value into a register.
    fn compute(&mut self, insn: Insn) -> Result<(), Problem> {
        let (dst, shape) = match insn {
            Insn::Trait { dst, slot } => (dst, self.load_trait(slot)?),
            Insn::Event { dst, slot } => (dst, self.load_event(slot)?),
            Insn::EventAt { dst } => {
                self.event()?;
                (dst, Shape::Time)
            }
            Insn::Local { dst, slot } => (dst, self.load_local(slot)?),
            Insn::Const { dst, k } => (dst, self.constant(k)?),
            Insn::Unset { dst } => (dst, Shape::Unset),
            Insn::Now { dst } => {
                self.facts.outside = true;
                (dst, Shape::Time)
            }
            Insn::Entered { dst } => {
                self.journey()?;
                (dst, Shape::Time)
            }
            Insn::CustomerId { dst } => {
                self.facts.outside = true;
                (dst, Shape::Text)
            }
            Insn::History { dst, window } => (dst, self.window(window)?),
            Insn::Move { dst, a } => (dst, self.read(a)?),
            Insn::Compare { cmp, dst, a, b } => (dst, self.compare(cmp, a, b)?),
            Insn::Unary { op, dst, a } => (dst, self.unary(op, a)?),
            Insn::Binary { op, dst, a, b } => (dst, self.binary(op, a, b)?),
            Insn::InRange { dst, a, lo, hi } => (dst, self.in_range(a, lo, hi)?),
            Insn::Matches { dst, a, regex } => {
                self.expect(a, &Shape::Text)?;
                at(&self.program.regexes, usize::from(regex), "pattern")?;
                (dst, Shape::Bool)
            }
            Insn::MakeList { dst, first, count } => {
                let mut all = Shape::Unset;
                for register in run(first, count)? {
                    let item = self.read(register)?;
                    all = all.join(&item).ok_or_else(|| mismatch("an item", &item, &all))?;
                }
                (dst, Shape::List(all.into()))
            }
            Insn::MakeRecord { dst, first, count } => {
                let fields = run(first, count)?.map(|register| self.read(register));
                (dst, Shape::Record(fields.collect::<Result<_, _>>()?))
            }
            Insn::Field { dst, a, field } => (dst, self.field(a, field)?),
            Insn::NextInDays { dst, days } => (dst, self.next_inside(days, &[])?),
            Insn::NextInRange { dst, days, from, to } => {
                (dst, self.next_inside(days, &[from, to])?)
            }
            Insn::NextTime { dst, days, at } => (dst, self.next_inside(days, &[at])?),
            _ => return Err(Problem::RunsOver),
        };
        self.write(dst, shape)
    }

    fn compare(&self, cmp: Cmp, a: u8, b: u8) -> Result<Shape, Problem> {
        let (a, b) = (self.read(a)?, self.read(b)?);
        let joined = a.join(&b).ok_or_else(|| mismatch("the right side", &b, &a))?;
        match matches!(cmp, Cmp::Eq | Cmp::Ne) || joined.is_ordered() {
            true => Ok(Shape::Bool),
            false => Err(Problem::NotComparable(joined.to_string())),
        }
    }

    fn unary(&self, op: UnaryOp, a: u8) -> Result<Shape, Problem> {
        let shape = self.read(a)?;
        match (ops::unary(op), op, &shape) {
            (Some((operand, result)), ..) => {
                matches(&shape, &operand, "the operand")?;
                Ok(result)
            }
            (None, UnaryOp::LengthList, Shape::List(_) | Shape::Unset) => Ok(Shape::Int),
            (None, UnaryOp::LengthList, _) => {
                Err(mismatch("the operand", &shape, &Shape::List(Shape::Unset.into())))
            }
            (None, _, Shape::List(_) | Shape::Record(_)) => {
                Err(mismatch("the operand", &shape, &Shape::Text))
            }
            (None, ..) => Ok(Shape::Text),
        }
    }

    fn binary(&self, op: BinaryOp, a: u8, b: u8) -> Result<Shape, Problem> {
        if let Some((left, right, result)) = ops::binary(op) {
            self.expect(a, &left)?;
            self.expect(b, &right)?;
            return Ok(result);
        }
        let (a, b) = (self.read(a)?, self.read(b)?);
        let list = |item: &Shape| Shape::List(item.clone().into());
        let (whole, joined, result) = match op {
            BinaryOp::InList => (&b, list(&a).join(&b), Shape::Bool),
            BinaryOp::ContainsList => (&a, list(&b).join(&a), Shape::Bool),
            _ => {
                let empty = list(&Shape::Unset);
                matches(&a.join(&empty).unwrap_or(a.clone()), &a, "the left side")?;
                let joined = a.join(&b);
                let result = joined.clone().unwrap_or(Shape::Unset);
                return match joined {
                    Some(Shape::List(_) | Shape::Unset) => Ok(result),
                    _ => Err(mismatch("the right side", &b, &a)),
                };
            }
        };
        joined.map(|_| result).ok_or_else(|| mismatch("the list", whole, &list(&Shape::Unset)))
    }

    fn in_range(&self, a: u8, lo: u8, hi: u8) -> Result<Shape, Problem> {
        let (value, lo, hi) = (self.read(a)?, self.read(lo)?, self.read(hi)?);
        let bound = lo.join(&hi).ok_or_else(|| mismatch("the upper bound", &hi, &lo))?;
        let all = bound.join(&value).ok_or_else(|| mismatch("the value", &value, &bound))?;
        use Shape::{Int, Number, TimeOfDay, Unset, Weekday};
        match all {
            Int | Number | TimeOfDay | Weekday | Unset => Ok(Shape::Bool),
            other => Err(Problem::NotComparable(other.to_string())),
        }
    }

    fn next_inside(&self, days: u8, hours: &[u8]) -> Result<Shape, Problem> {
        if journey_time::Days::from_bits(days).is_none() {
            return Err(Problem::Days(days));
        }
        for register in hours {
            self.expect(*register, &Shape::TimeOfDay)?;
        }
        Ok(Shape::Time)
    }

    fn field(&self, a: u8, field: u16) -> Result<Shape, Problem> {
        match self.read(a)? {
            Shape::Unset => Ok(Shape::Unset),
            Shape::Record(fields) => at(&fields, usize::from(field), "field").cloned(),
            other => Err(mismatch("the operand", &other, &Shape::Record([].into()))),
        }
    }
}

/// Registers and places that are read.
impl Check<'_> {
    pub(super) fn read(&self, register: u8) -> Result<Shape, Problem> {
        let registers = self.now.as_deref().unwrap_or_default();
        let shape = registers.get(usize::from(register)).ok_or(Problem::Register(register))?;
        shape.clone().ok_or(Problem::Unassigned(register))
    }

    fn expect(&self, register: u8, expected: &Shape) -> Result<(), Problem> {
        matches(&self.read(register)?, expected, "the operand")
    }

    pub(super) fn write(&mut self, register: u8, shape: Shape) -> Result<(), Problem> {
        let registers = self.now.as_mut().and_then(|all| all.get_mut(usize::from(register)));
        *registers.ok_or(Problem::Register(register))? = Some(shape);
        Ok(())
    }

    fn constant(&self, k: u16) -> Result<Shape, Problem> {
        let value = at(&self.program.consts, usize::from(k), "constant")?;
        Shape::of_const(value).ok_or_else(|| Problem::NoValue("its first item".to_owned()))
    }

    fn load_trait(&mut self, slot: u16) -> Result<Shape, Problem> {
        self.facts.reads.traits.push(slot);
        slot_shape(&self.program.traits, slot, "trait")
    }

    fn load_event(&mut self, slot: u16) -> Result<Shape, Problem> {
        let event = self.event()?;
        let event = at(&self.program.events, usize::from(event), "event")?;
        slot_shape(&event.properties, slot, "property")
    }

    fn load_local(&mut self, slot: u16) -> Result<Shape, Problem> {
        if self.expr.action.is_some() {
            self.facts.request = true;
            return slot_shape(&self.request, slot, "value of the request");
        }
        let journey = self.journey()?;
        self.facts.locals = true;
        let journey = at(&self.program.journeys, usize::from(journey), "journey")?;
        slot_shape(&journey.locals, slot, "local")
    }

    fn event(&mut self) -> Result<u16, Problem> {
        self.facts.event = true;
        self.expr.event.ok_or(Problem::Scope("an event"))
    }

    fn journey(&mut self) -> Result<u16, Problem> {
        self.facts.instance = true;
        self.expr.journey.ok_or(Problem::Scope("an instance"))
    }

    fn window(&mut self, number: u16) -> Result<Shape, Problem> {
        let window = at(&self.program.windows, usize::from(number), "window")?;
        self.facts.reads.windows.push(number);
        if window.journey.is_some() && self.journey()? != window.journey.unwrap_or_default() {
            return Err(Problem::Scope("the journey of the window"));
        }
        window_shape(self.program, window)
    }
}

/// The type of a window's result.
fn window_shape(program: &Program, window: &Window) -> Result<Shape, Problem> {
    match &window.aggregate {
        Aggregate::Count => Ok(Shape::Int),
        Aggregate::Sum => {
            let value = window.value.ok_or(Problem::Missing("the value of a sum"))?;
            let value = at(&program.exprs, value.0 as usize, "expression")?;
            Ok(Shape::of(&value.ty))
        }
        Aggregate::First | Aggregate::Each => Err(Problem::Scope("a wait")),
        Aggregate::Last { slots } => {
            let event = at(&program.events, usize::from(window.event), "event")?;
            let fields = slots.iter().map(|slot| slot_shape(&event.properties, *slot, "property"));
            let fields = fields.chain([Ok(Shape::Time)]);
            Ok(Shape::Record(fields.collect::<Result<_, _>>()?))
        }
    }
}

fn slot_shape(slots: &[Slot], slot: u16, what: &'static str) -> Result<Shape, Problem> {
    at(slots, usize::from(slot), what).map(|slot| Shape::of(&slot.ty))
}

/// What is certain where two paths meet.
fn meet(mut a: Registers, b: &Registers) -> Registers {
    for (a, b) in a.iter_mut().zip(b) {
        *a = match (a.take(), b) {
            (Some(a), Some(b)) => a.join(b),
            _ => None,
        };
    }
    a
}

/// The registers `first .. first + count`.
fn run(first: u8, count: u8) -> Result<std::ops::Range<u8>, Problem> {
    let end = first.checked_add(count).ok_or(Problem::Register(u8::MAX))?;
    Ok(first..end)
}

pub(super) fn matches(found: &Shape, expected: &Shape, what: &'static str) -> Result<(), Problem> {
    match found.fits(expected) {
        true => Ok(()),
        false => Err(mismatch(what, found, expected)),
    }
}

pub(super) fn mismatch(what: &'static str, found: &Shape, expected: &Shape) -> Problem {
    Problem::Mismatch { what, found: found.to_string(), expected: expected.to_string() }
}
