//! Checks of loops over lists.
//!
//! The code of a loop is an expression of its own on the registers of the one around it. It is
//! looked at once: what it writes counts as unassigned when it begins, since that may be left
//! from the turn before, and when it is over, since there may have been no turn.

use super::expr::{Check, Registers, mismatch};
use super::problem::Problem;
use super::shape::Shape;
use crate::{Fold, Insn};

/// How deep loops may nest.
const MAX_LOOPS: usize = 32;

/// The operands of [`Insn::Each`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Loop {
    pub(super) fold: Fold,
    pub(super) dst: u8,
    pub(super) a: u8,
    pub(super) item: u8,
    pub(super) skip: u16,
}

/// A loop that is being looked at.
pub(super) struct Body {
    /// The first instruction behind its code.
    pub(super) end: usize,
    /// What every turn gives.
    pub(super) outcome: Shape,
    /// The registers behind it.
    after: Registers,
}

impl Check<'_> {
    /// Begins a loop at `offset`.
    pub(super) fn open(&mut self, offset: usize, each: Loop) -> Result<(), Problem> {
        let item = match self.read(each.a)? {
            Shape::List(item) => (*item).clone(),
            other => {
                return Err(mismatch("the operand", &other, &Shape::List(Shape::Unset.into())));
            }
        };
        if self.bodies.len() >= MAX_LOOPS {
            let count = self.bodies.len() + 1;
            return Err(Problem::Limit { what: "loops in one another", count, limit: MAX_LOOPS });
        }
        let (start, end) = (offset + 1, offset + 1 + usize::from(each.skip));
        let limit = self.bodies.last().map_or(self.code.len(), |body| body.end);
        // Something must come behind it, and it must do something.
        if end >= limit || start == end {
            return Err(Problem::RunsOver);
        }
        if self.ahead.iter().take(end).skip(start).any(Option::is_some) {
            return Err(Problem::IntoLoop);
        }
        let code = self.code.get(start..end).unwrap_or_default();
        if let Some(now) = &mut self.now {
            for register in code.iter().flat_map(written).chain([each.item]) {
                let register = usize::from(register);
                if let Some(place) = now.get_mut(register) {
                    *place = None;
                }
            }
        }
        let result = match each.fold {
            Fold::Any | Fold::All => Shape::Bool,
            Fold::SumInt => Shape::Int,
            Fold::SumNumber => Shape::Number,
        };
        let inside = self.now.clone();
        self.write(each.dst, result.clone())?;
        let after = std::mem::replace(&mut self.now, inside).unwrap_or_default();
        self.write(each.item, item)?;
        self.bodies.push(Body { end, outcome: result, after });
        Ok(())
    }

    /// Ends the loops whose code is over. None runs on behind its end.
    pub(super) fn close(&mut self, offset: usize) -> Result<(), Problem> {
        while let Some(body) = self.bodies.pop_if(|body| body.end == offset) {
            if self.now.is_some() {
                return Err(Problem::RunsOver);
            }
            self.now = Some(body.after);
        }
        Ok(())
    }
}

/// The registers that an instruction writes.
fn written(insn: &Insn) -> impl Iterator<Item = u8> + use<> {
    let (first, second) = match *insn {
        Insn::Trait { dst, .. }
        | Insn::Event { dst, .. }
        | Insn::EventAt { dst }
        | Insn::Local { dst, .. }
        | Insn::Const { dst, .. }
        | Insn::Unset { dst }
        | Insn::Now { dst }
        | Insn::Entered { dst }
        | Insn::CustomerId { dst }
        | Insn::History { dst, .. }
        | Insn::Move { dst, .. }
        | Insn::Compare { dst, .. }
        | Insn::Unary { dst, .. }
        | Insn::Binary { dst, .. }
        | Insn::InRange { dst, .. }
        | Insn::Matches { dst, .. }
        | Insn::MakeList { dst, .. }
        | Insn::MakeRecord { dst, .. }
        | Insn::Field { dst, .. }
        | Insn::NextInDays { dst, .. }
        | Insn::NextInRange { dst, .. }
        | Insn::NextTime { dst, .. } => (Some(dst), None),
        Insn::Each { dst, item, .. } => (Some(dst), Some(item)),
        Insn::TraitNumber { .. }
        | Insn::TraitWord { .. }
        | Insn::TraitText { .. }
        | Insn::TraitBool { .. }
        | Insn::TraitSet { .. }
        | Insn::EventNumber { .. }
        | Insn::EventWord { .. }
        | Insn::EventText { .. }
        | Insn::EventBool { .. }
        | Insn::EventSet { .. }
        | Insn::LocalNumber { .. }
        | Insn::LocalWord { .. }
        | Insn::LocalText { .. }
        | Insn::LocalBool { .. }
        | Insn::LocalSet { .. }
        | Insn::Audience { .. }
        | Insn::Jump { .. }
        | Insn::JumpBool { .. }
        | Insn::JumpSet { .. }
        | Insn::Ret { .. }
        | Insn::RetTrue
        | Insn::RetFalse => (None, None),
    };
    first.into_iter().chain(second)
}
