//! Leaves of predicates as fused instructions: a slot compared with a constant, and a jump.

use journey_bytecode::{self as bc, Cond, Insn};
use journey_sema::Type;
use journey_sema::thir::{CompareOp, Const, Expr, ExprKind};

use crate::LowerError;
use crate::code::{Class, Label, fused, fused_bool, fused_set};
use crate::expr::Coder;
use crate::ops;
use crate::slots::SlotRef;

/// A list of so many constants is compared one by one; a longer one is searched.
const LONGEST_CHAIN: usize = 8;

impl Coder<'_, '_, '_> {
    /// The leaf as fused instructions, if it is one that can be.
    pub(crate) fn fused(&mut self, expr: &Expr, on: bool, to: Label) -> Result<bool, LowerError> {
        match &expr.kind {
            ExprKind::Compare(op, parts) => {
                let [a, b] = &**parts;
                let (subject, op, value) = match (&a.kind, &b.kind) {
                    (_, ExprKind::Const(value)) => (a, *op, value),
                    (ExprKind::Const(value), _) => (b, ops::flipped(*op), value),
                    _ => return Ok(false),
                };
                let Some(slot) = self.slot(subject)? else { return Ok(false) };
                if !can_compare(&slot, op, value) {
                    return Ok(false);
                }
                self.compare(&slot, op, value, (on, to))?;
            }
            ExprKind::InList(parts) => {
                let [item, list] = &**parts;
                let ExprKind::Const(Const::List(values)) = &list.kind else { return Ok(false) };
                let Some(slot) = self.slot(item)? else { return Ok(false) };
                let fits = values.iter().all(|value| can_compare(&slot, CompareOp::Eq, value));
                if values.len() > LONGEST_CHAIN || !fits {
                    return Ok(false);
                }
                let tests: Vec<_> = values.iter().map(|value| (CompareOp::Eq, value)).collect();
                self.any_or_all(expr, &slot, &tests, true, (on, to))?;
            }
            ExprKind::InRange(parts) => {
                let [value, low, high] = &**parts;
                let (ExprKind::Const(low), ExprKind::Const(high)) = (&low.kind, &high.kind) else {
                    return Ok(false);
                };
                let Some(slot) = self.slot(value)? else { return Ok(false) };
                let (upper, wraps) = match (low, high) {
                    (Const::TimeOfDay(low), Const::TimeOfDay(high)) => (CompareOp::Lt, low > high),
                    (Const::Weekday(low), Const::Weekday(high)) => (CompareOp::Le, low > high),
                    _ => (CompareOp::Lt, false),
                };
                if !can_compare(&slot, CompareOp::Ge, low) || !can_compare(&slot, upper, high) {
                    return Ok(false);
                }
                // A range that wraps is everything from its start or before its end.
                self.any_or_all(
                    expr,
                    &slot,
                    &[(CompareOp::Ge, low), (upper, high)],
                    wraps,
                    (on, to),
                )?;
            }
            ExprKind::Coalesce(parts) => {
                // Jumps on bool slots take unset as false already.
                let [value, fallback] = &**parts;
                let ExprKind::Const(Const::Bool(false)) = fallback.kind else { return Ok(false) };
                let Some(slot) = self.slot(value)? else { return Ok(false) };
                self.buffer.jump(fused_bool(slot.place, on, slot.slot), to);
            }
            _ => {
                let Some(slot) = self.slot(expr)? else { return Ok(false) };
                self.buffer.jump(fused_bool(slot.place, on, slot.slot), to);
            }
        }
        Ok(true)
    }

    /// Fused comparisons of one slot, of which any (or else all) must hold.
    fn any_or_all(
        &mut self,
        expr: &Expr,
        slot: &SlotRef,
        tests: &[(CompareOp, &Const)],
        any: bool,
        (on, to): (bool, Label),
    ) -> Result<(), LowerError> {
        let Some(((op, value), rest)) = tests.split_last() else {
            // None of nothing: false, as is being in an empty list.
            if !on {
                self.buffer.jump(Insn::Jump { skip: 0 }, to);
            }
            return Ok(());
        };
        let end = self.buffer.label();
        let decided = if on == any { to } else { end };
        for (op, value) in rest {
            self.compare(slot, *op, value, (any, decided))?;
        }
        self.compare(slot, *op, value, (on, to))?;
        self.place(expr, end)
    }

    /// One fused comparison; [`can_compare`] has said that it can be one.
    fn compare(
        &mut self,
        slot: &SlotRef,
        op: CompareOp,
        value: &Const,
        (on, to): (bool, Label),
    ) -> Result<(), LowerError> {
        if let Const::Bool(value) = value {
            return self.compare_bool(slot, op, *value, (on, to));
        }
        if let Some(class) = ops::class(&slot.ty) {
            let k = self.lowering.constant(value)?;
            let cond = Cond::new(ops::cmp(op), on);
            self.buffer.jump(fused(slot.place, class, cond, slot.slot, k), to);
        }
        Ok(())
    }

    /// A bool slot equals `value` or not.
    fn compare_bool(
        &mut self,
        slot: &SlotRef,
        op: CompareOp,
        value: bool,
        (on, to): (bool, Label),
    ) -> Result<(), LowerError> {
        let wanted = value == (op == CompareOp::Eq);
        if wanted || !slot.ty.is_optional() {
            self.buffer.jump(fused_bool(slot.place, wanted == on, slot.slot), to);
            return Ok(());
        }
        // An unset slot is not false: it must be set, and then not true.
        let end = self.buffer.label();
        let unset = if on { end } else { to };
        self.buffer.jump(fused_set(slot.place, false, slot.slot), unset);
        self.buffer.jump(fused_bool(slot.place, !on, slot.slot), to);
        self.buffer.place(end).map_err(|_| self.lowering.unchecked("a jump over one instruction"))
    }

    /// Jumps to `no` unless `subject` equals one of `values`. The subject is computed once.
    pub(crate) fn jump_if_one_of(
        &mut self,
        subject: &Expr,
        values: &[Expr],
        no: Label,
    ) -> Result<(), LowerError> {
        let constants: Option<Vec<_>> = values.iter().map(as_constant).collect();
        if let Some(slot) = self.slot(subject)?
            && let Some(constants) = constants
            && constants.iter().all(|value| can_compare(&slot, CompareOp::Eq, value))
        {
            let tests: Vec<_> = constants.iter().map(|value| (CompareOp::Eq, *value)).collect();
            return self.any_or_all(subject, &slot, &tests, true, (false, no));
        }
        if values.is_empty() {
            self.buffer.jump(Insn::Jump { skip: 0 }, no);
            return Ok(());
        }
        self.value(subject, 0)?;
        let other = self.after(subject, 0)?;
        let yes = self.buffer.label();
        for (index, value) in values.iter().enumerate() {
            self.value(value, other)?;
            let cmp = bc::Cmp::Eq;
            self.buffer.push(Insn::Compare { cmp, dst: other, a: 0, b: other });
            let (on, to) = if index + 1 == values.len() { (false, no) } else { (true, yes) };
            self.buffer.jump(Insn::JumpBool { on, a: other, skip: 0 }, to);
        }
        self.place(subject, yes)
    }
}

fn as_constant(expr: &Expr) -> Option<&Const> {
    match &expr.kind {
        ExprKind::Const(value) => Some(value),
        _ => None,
    }
}

/// Whether one instruction can compare the slot with the constant.
fn can_compare(slot: &SlotRef, op: CompareOp, value: &Const) -> bool {
    let equality = matches!(op, CompareOp::Eq | CompareOp::Ne);
    match (ops::class(&slot.ty), value) {
        (None, Const::Bool(_)) => equality && slot.ty.required() == Type::Bool,
        (Some(Class::Number), Const::Number(_)) => true,
        (
            Some(Class::Word),
            Const::Int(_)
            | Const::Time(_)
            | Const::Date(_)
            | Const::TimeOfDay(_)
            | Const::Weekday(_)
            | Const::Duration(_),
        ) => true,
        (Some(Class::Text), Const::Text(_)) => equality,
        _ => false,
    }
}
