//! Continuous conditions: a test, what it reads, and when time alone can change it.

use std::collections::BTreeSet;

use journey_base::TextRange;
use journey_bytecode::{self as bc, ExprId, Insn};
use journey_sema::Type;
use journey_sema::thir::{Condition, Const, Expr, ExprKind, Hours, Wake, Window};

use crate::LowerError;
use crate::expr::Coder;
use crate::lowering::{Lowering, Scope};

impl Lowering<'_> {
    pub(crate) fn condition(
        &mut self,
        condition: &Condition,
        scope: Scope<'_>,
    ) -> Result<bc::Condition, LowerError> {
        let test = self.test(&condition.test, scope)?;
        let mut wakes = Vec::new();
        for wake in &condition.wakes {
            match wake {
                Wake::At(time) => {
                    wakes.push(Coder::new(self, scope).root_wake(time, Then::Nothing)?);
                    wakes.push(Coder::new(self, scope).root_wake(time, Then::OneMsLater)?);
                }
                Wake::TimeOfDay(time) => {
                    let next = Then::Next(bc::UnaryOp::NextTimeOfDay);
                    wakes.push(Coder::new(self, scope).root_wake(time, next)?);
                }
                Wake::Midnight => {
                    let next = Then::Next(bc::UnaryOp::NextDay);
                    let now =
                        Expr { kind: ExprKind::Now, ty: Type::Time, range: condition.test.range };
                    wakes.push(Coder::new(self, scope).root_wake(&now, next)?);
                }
            }
        }
        // The same instant named twice in the source wakes once.
        let mut seen = BTreeSet::new();
        wakes.retain(|wake| seen.insert(*wake));
        let all: Vec<_> = std::iter::once(test).chain(wakes.iter().copied()).collect();
        Ok(bc::Condition { test, wakes, reads: self.reads(&all) })
    }

    /// What the code of `exprs` reads that can change.
    pub(crate) fn reads(&self, exprs: &[ExprId]) -> bc::Reads {
        let mut traits = BTreeSet::new();
        let mut windows = BTreeSet::new();
        let mut audiences = BTreeSet::new();
        let zones = exprs.iter().filter_map(|id| self.expr(*id)?.zone);
        for insn in exprs.iter().copied().chain(zones).flat_map(|id| self.code_of(id)) {
            match insn {
                Insn::TraitNumber { slot, .. }
                | Insn::TraitWord { slot, .. }
                | Insn::TraitText { slot, .. }
                | Insn::TraitBool { slot, .. }
                | Insn::TraitSet { slot, .. }
                | Insn::Trait { slot, .. } => {
                    traits.insert(*slot);
                }
                Insn::History { window, .. } => {
                    windows.insert(*window);
                }
                Insn::Audience { audience, .. } => {
                    audiences.insert(*audience);
                }
                _ => {}
            }
        }
        bc::Reads {
            traits: traits.into_iter().collect(),
            windows: windows.into_iter().collect(),
            audiences: audiences.into_iter().collect(),
        }
    }
}

/// What becomes of the value of a wake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    Nothing,
    OneMsLater,
    Next(bc::UnaryOp),
}

impl Coder<'_, '_, '_> {
    /// The next instant inside certain days and hours.
    pub(crate) fn root_inside(
        mut self,
        window: Window,
        range: TextRange,
    ) -> Result<ExprId, LowerError> {
        let now = Expr { kind: ExprKind::Now, ty: Type::Time, range };
        let days = window.days;
        let hours = match window.hours {
            Hours::All => Vec::new(),
            Hours::Range(from, to) => vec![from, to],
            Hours::At(at) => vec![at],
        };
        let mut registers = Vec::new();
        for hour in hours {
            let dst = self.after(&now, registers.last().copied().unwrap_or(0))?;
            let k = self.lowering.constant(&Const::TimeOfDay(hour))?;
            self.buffer.push(Insn::Const { dst, k });
            registers.push(dst);
        }
        let touched = self.buffer.touch(0);
        self.fits(&now, touched)?;
        self.buffer.push(match *registers.as_slice() {
            [from, to] => Insn::NextInRange { dst: 0, days, from, to },
            [at] => Insn::NextTime { dst: 0, days, at },
            _ => Insn::NextInDays { dst: 0, days },
        });
        self.buffer.push(Insn::Ret { a: 0 });
        self.finish(&now, bc::Type::Time, false)
    }

    /// A wake: an optional time. It is asked without the test around it that would see to it
    /// that its operands are set, so any unset operand makes the wake unset.
    pub(crate) fn root_wake(mut self, expr: &Expr, then: Then) -> Result<ExprId, LowerError> {
        let absent = self.buffer.label();
        self.absent = Some(absent);
        if then == Then::Nothing {
            self.value(expr, 0)?;
        } else {
            self.operand(expr, 0)?;
        }
        match then {
            Then::Nothing => {}
            Then::OneMsLater => {
                let b = self.after(expr, 0)?;
                let k = self.lowering.constant(&Const::Duration(1))?;
                self.buffer.push(Insn::Const { dst: b, k });
                let op = bc::BinaryOp::AddTimeDuration;
                self.buffer.push(Insn::Binary { op, dst: 0, a: 0, b });
            }
            Then::Next(op) => self.buffer.push(Insn::Unary { op, dst: 0, a: 0 }),
        }
        self.buffer.push(Insn::Ret { a: 0 });
        if self.buffer.is_used(absent) {
            self.place(expr, absent)?;
            self.buffer.push(Insn::Unset { dst: 0 });
            self.buffer.push(Insn::Ret { a: 0 });
        }
        self.finish(expr, bc::Type::Time, true)
    }
}
