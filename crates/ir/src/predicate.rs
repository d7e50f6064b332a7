//! Jumping code: a bool told by where control goes.
//!
//! `and`, `or`, `not` and `if` leave no instruction behind, only the direction of jumps, all of
//! them forward. Where one side of a comparison is a slot and the other a constant, the leaf is a
//! single fused instruction.
//!
//! A comparison with an unset slot is false whatever its operator, so `not (x == v)` holds for an
//! unset `x`. The complement `x != v` would not. That is why negation never touches the operator:
//! it flips the outcome on which the instruction jumps.

use journey_bytecode::{self as bc, ExprId, Insn};
use journey_sema::thir::{Const, Expr, ExprKind, History, HistoryFn};

use crate::LowerError;
use crate::code::{Label, Place, fused_bool, fused_set};
use crate::expr::Coder;

impl Coder<'_, '_, '_> {
    /// The whole expression as a test.
    pub(crate) fn root_test(mut self, expr: &Expr) -> Result<ExprId, LowerError> {
        if let ExprKind::Const(Const::Bool(value)) = expr.kind {
            self.buffer.push(if value { Insn::RetTrue } else { Insn::RetFalse });
            return self.finish(expr, bc::Type::Bool, false);
        }
        let no = self.buffer.label();
        self.jump_if(expr, false, no, 0)?;
        self.returns(expr, no)
    }

    /// The whole expression is whether `subject` is one of `values`.
    pub(crate) fn root_one_of(
        mut self,
        subject: &Expr,
        values: &[Expr],
    ) -> Result<ExprId, LowerError> {
        let no = self.buffer.label();
        self.jump_if_one_of(subject, values, no)?;
        self.returns(subject, no)
    }

    fn returns(mut self, expr: &Expr, no: Label) -> Result<ExprId, LowerError> {
        self.buffer.push(Insn::RetTrue);
        if self.buffer.is_used(no) {
            self.place(expr, no)?;
            self.buffer.push(Insn::RetFalse);
        }
        self.finish(expr, bc::Type::Bool, false)
    }

    /// Jumps to `to` if `expr` comes out as `on`, and goes on behind if not. Registers from
    /// `base` up are free.
    pub(crate) fn jump_if(
        &mut self,
        expr: &Expr,
        on: bool,
        to: Label,
        base: u8,
    ) -> Result<(), LowerError> {
        self.nested(expr, |coder| coder.jump_if_unguarded(expr, on, to, base))
    }

    fn jump_if_unguarded(
        &mut self,
        expr: &Expr,
        on: bool,
        to: Label,
        base: u8,
    ) -> Result<(), LowerError> {
        match &expr.kind {
            ExprKind::Const(Const::Bool(value)) => {
                if *value == on {
                    self.buffer.jump(Insn::Jump { skip: 0 }, to);
                }
            }
            ExprKind::Not(inner) => self.jump_if(inner, !on, to, base)?,
            // `or` decides on the first that is true, `and` on the first that is false.
            ExprKind::Or(parts) => self.series(expr, parts, true, (on, to), base)?,
            ExprKind::And(parts) => self.series(expr, parts, false, (on, to), base)?,
            ExprKind::If(parts) => {
                let [test, yes, no] = &**parts;
                let (otherwise, end) = (self.buffer.label(), self.buffer.label());
                self.jump_if(test, false, otherwise, base)?;
                self.jump_if(yes, on, to, base)?;
                self.buffer.jump(Insn::Jump { skip: 0 }, end);
                self.place(expr, otherwise)?;
                self.jump_if(no, on, to, base)?;
                self.place(expr, end)?;
            }
            ExprKind::InAudience(name) => {
                let Some(audience) = self.lowering.audiences.get(&**name).copied() else {
                    return Err(self.lowering.unchecked(format!("unknown audience {name}")));
                };
                self.buffer.jump(Insn::Audience { on, audience, skip: 0 }, to);
            }
            ExprKind::BindingIsSet(binding) => {
                let slot = self.happened(*binding)?;
                self.buffer.jump(fused_bool(Place::Local, on, slot), to);
            }
            ExprKind::IsSet(inner) => self.presence(inner, on, to, base)?,
            _ => {
                if !self.fused(expr, on, to)? {
                    self.value(expr, base)?;
                    self.buffer.jump(Insn::JumpBool { on, a: base, skip: 0 }, to);
                }
            }
        }
        Ok(())
    }

    /// Parts one after the other until one comes out as `decides`, which is then the outcome.
    fn series(
        &mut self,
        expr: &Expr,
        parts: &[Expr],
        decides: bool,
        (on, to): (bool, Label),
        base: u8,
    ) -> Result<(), LowerError> {
        let Some((last, rest)) = parts.split_last() else { return Ok(()) };
        let end = self.buffer.label();
        let decided = if on == decides { to } else { end };
        for part in rest {
            self.jump_if(part, decides, decided, base)?;
        }
        self.jump_if(last, on, to, base)?;
        self.place(expr, end)
    }

    fn presence(&mut self, inner: &Expr, on: bool, to: Label, base: u8) -> Result<(), LowerError> {
        if let Some(slot) = self.slot(inner)? {
            self.buffer.jump(fused_set(slot.place, on, slot.slot), to);
            return Ok(());
        }
        let last = |history: &History| history.function == HistoryFn::Last;
        if matches!(&inner.kind, ExprKind::History(history) if last(history)) {
            // Only whether there is one: the window need not keep any of its properties for this.
            let touched = self.buffer.touch(base);
            self.fits(inner, touched)?;
            self.ask(inner, base)?;
        } else {
            self.value(inner, base)?;
        }
        self.buffer.jump(Insn::JumpSet { on, a: base, skip: 0 }, to);
        Ok(())
    }
}
