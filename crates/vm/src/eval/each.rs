//! Loops over lists: `any`, `all`, `sum`.

use bumpalo::Bump;
use journey_bytecode::{Fold, Insn};

use super::leaf::Leaf;
use super::{Registers, Run};
use crate::{Fault, Val};

/// So many elements one evaluation looks at, lists in lists counted out.
const MAX_TURNS: u32 = 100_000;

/// So much memory an evaluation may use up in its loops, in bytes.
const MAX_MEMORY: usize = 64 << 20;

/// What is left of the bounds of an evaluation.
pub(super) struct Turns {
    left: u32,
    /// How large the arena was at the beginning.
    base: usize,
}

impl Turns {
    pub(super) fn new(arena: &Bump) -> Turns {
        Turns { left: MAX_TURNS, base: arena.allocated_bytes() }
    }

    fn take(&mut self, arena: &Bump) -> Result<(), Fault> {
        self.left = self.left.checked_sub(1).ok_or(Fault::Elements)?;
        match arena.allocated_bytes().saturating_sub(self.base) > MAX_MEMORY {
            true => Err(Fault::TooLarge),
            false => Ok(()),
        }
    }
}

/// A loop, ready to run.
#[derive(Clone, Copy)]
pub(super) struct Each<'a, 'c> {
    pub(super) fold: Fold,
    pub(super) list: Val<'a>,
    /// The register of the element.
    pub(super) item: u8,
    pub(super) code: &'c [Insn],
    pub(super) leaves: &'c [Leaf],
}

impl<'a> Run<'a, '_> {
    /// Runs a loop: a turn for each element, until what comes out is settled.
    #[inline(never)]
    pub(super) fn each(
        self,
        each: Each<'a, '_>,
        registers: &mut Registers<'a>,
        turns: &mut Turns,
    ) -> Result<Val<'a>, Fault> {
        let items = match each.list {
            Val::List(items) => items,
            Val::Unset => return Err(Fault::Unset),
            _ => return Err(Fault::Program),
        };
        let mut so_far = match each.fold {
            Fold::Any => Val::Bool(false),
            Fold::All => Val::Bool(true),
            Fold::SumInt => Val::Int(0),
            Fold::SumNumber => Val::Number(0.0),
        };
        for item in items {
            turns.take(self.ctx.arena)?;
            registers.set(each.item, *item)?;
            let outcome = self.code(each.code, each.leaves, registers, turns)?;
            so_far = match (each.fold, so_far, outcome) {
                (_, _, Val::Unset) => return Err(Fault::Unset),
                (Fold::Any, _, Val::Bool(true)) => return Ok(outcome),
                (Fold::All, _, Val::Bool(false)) => return Ok(outcome),
                (Fold::Any | Fold::All, so_far, Val::Bool(_)) => so_far,
                (Fold::SumInt, Val::Int(sum), Val::Int(more)) => {
                    Val::Int(sum.checked_add(more).ok_or(Fault::Overflow)?)
                }
                (Fold::SumNumber, Val::Number(sum), Val::Number(more)) => {
                    let sum = sum + more;
                    if !sum.is_finite() {
                        return Err(Fault::NonFinite);
                    }
                    Val::Number(sum)
                }
                _ => return Err(Fault::Program),
            };
        }
        Ok(so_far)
    }
}
