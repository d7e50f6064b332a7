//! Register code: an expression's value into a register.
//!
//! Registers are a stack. A value is computed into `dst` with the registers from `dst + 1` up as
//! scratch, so an operator needs one register more for its second operand than for its first,
//! and long chains of one operator need two in all. Bools with structure of their own (`and`,
//! `or`, `not`, …) are left to the jumping code of [`predicate`](crate::predicate).

use journey_bytecode::{self as bc, ExprId, Insn};
use journey_sema::thir::{Const, Expr, ExprKind, Fold, FoldFn, HistoryFn, Item, UnaryOp};

use crate::LowerError;
use crate::code::{Buffer, Label, TooLarge, load};
use crate::lowering::{Compiled, Lowering, Scope};
use crate::ops;
use crate::windows::FieldOfLast;

/// Checking admits 128 levels; this only keeps the promise locally.
const DEEPEST: u32 = 512;

/// The longest code that the verifier lets through.
const LONGEST: usize = 1 << 14;

/// Lists longer than this are put together from pieces, so that they need few registers.
const LIST_PIECE: usize = 64;

/// Compiles one expression.
pub(crate) struct Coder<'l, 'a, 's> {
    pub(crate) lowering: &'l mut Lowering<'a>,
    pub(crate) scope: Scope<'s>,
    pub(crate) buffer: Buffer,
    /// Where an unset operand leads, while compiling wakes: see [`Coder::root_wake`].
    pub(crate) absent: Option<Label>,
    pub(crate) reads_event: bool,
    pub(crate) reads_instance: bool,
    pub(crate) reads_request: bool,
    depth: u32,
    fields_of_last: Vec<(usize, FieldOfLast)>,
    /// The elements of the loops around, by level, and the registers they are in.
    items: Vec<(u32, u8)>,
}

impl<'l, 'a, 's> Coder<'l, 'a, 's> {
    pub(crate) fn new(lowering: &'l mut Lowering<'a>, scope: Scope<'s>) -> Coder<'l, 'a, 's> {
        Coder {
            lowering,
            scope,
            buffer: Buffer::default(),
            absent: None,
            reads_event: false,
            reads_instance: false,
            reads_request: false,
            depth: 0,
            fields_of_last: Vec::new(),
            items: Vec::new(),
        }
    }

    /// The whole expression as a value. Bools with structure become jumping code.
    pub(crate) fn root(mut self, expr: &Expr, ty: bc::Type) -> Result<ExprId, LowerError> {
        if ops::is_jumping(expr) {
            return self.root_test(expr);
        }
        self.value(expr, 0)?;
        self.buffer.push(Insn::Ret { a: 0 });
        self.finish(expr, ty, expr.ty.is_optional())
    }

    /// Hands the code over to the program.
    pub(crate) fn finish(
        mut self,
        expr: &Expr,
        ty: bc::Type,
        optional: bool,
    ) -> Result<ExprId, LowerError> {
        if self.buffer.insns.len() > LONGEST {
            return Err(self.lowering.too_large(expr.range));
        }
        let mut zone = None;
        if let Some(name) = self.scope.zone.filter(|_| self.buffer.reads_clock()) {
            // What names the zone reads no clock itself.
            let scope = Scope { zone: None, ..self.scope };
            let named = self.lowering.value(name, None, scope)?;
            let reads = self.lowering.expr(named).map(|expr| (expr.event, expr.journey));
            let (event, journey) = reads.unwrap_or_default();
            self.reads_event |= event.is_some();
            self.reads_instance |= journey.is_some();
            zone = Some(named);
        }
        let journey = self.scope.instance.filter(|_| self.reads_instance);
        let compiled = Compiled {
            registers: self.buffer.registers(),
            insns: self.buffer.insns,
            ty,
            optional,
            event: self.scope.event.filter(|_| self.reads_event),
            journey: journey.map(|instance| instance.journey),
            action: self.scope.action.filter(|_| self.reads_request).map(|of| of.action),
            zone,
        };
        self.lowering.add(compiled, self.fields_of_last)
    }

    /// Guards recursion.
    pub(crate) fn nested<T>(
        &mut self,
        expr: &Expr,
        inner: impl FnOnce(&mut Self) -> Result<T, LowerError>,
    ) -> Result<T, LowerError> {
        if self.depth == DEEPEST {
            return Err(self.lowering.too_large(expr.range));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    pub(crate) fn fits<T>(
        &self,
        expr: &Expr,
        result: Result<T, TooLarge>,
    ) -> Result<T, LowerError> {
        result.map_err(|TooLarge| self.lowering.too_large(expr.range))
    }

    /// The register after `dst`.
    pub(crate) fn after(&mut self, expr: &Expr, dst: u8) -> Result<u8, LowerError> {
        let next = self.buffer.after(dst);
        self.fits(expr, next)
    }

    /// Computes `expr` into `dst`, with the registers above it as scratch.
    pub(crate) fn value(&mut self, expr: &Expr, dst: u8) -> Result<(), LowerError> {
        let touched = self.buffer.touch(dst);
        self.fits(expr, touched)?;
        self.nested(expr, |coder| coder.value_unguarded(expr, dst))
    }

    fn value_unguarded(&mut self, expr: &Expr, dst: u8) -> Result<(), LowerError> {
        if let Some(slot) = self.slot(expr)? {
            self.buffer.push(load(slot.place, dst, slot.slot));
            return Ok(());
        }
        match &expr.kind {
            ExprKind::Const(Const::Unset) => self.buffer.push(Insn::Unset { dst }),
            ExprKind::Const(value) => self.constant(value, dst)?,
            ExprKind::CustomerId => self.buffer.push(Insn::CustomerId { dst }),
            ExprKind::Now => self.buffer.push(Insn::Now { dst }),
            ExprKind::Entered => {
                self.reads_instance = true;
                self.buffer.push(Insn::Entered { dst });
            }
            ExprKind::EventAt { event } => {
                self.event_at_hand(event)?;
                self.buffer.push(Insn::EventAt { dst });
            }
            ExprKind::Compare(op, parts) => {
                let [a, b] = &**parts;
                let (a, b) = self.pair(expr, a, b, dst)?;
                self.buffer.push(Insn::Compare { cmp: ops::cmp(*op), dst, a, b });
            }
            ExprKind::Binary(..)
            | ExprKind::InList(_)
            | ExprKind::ContainsText(_)
            | ExprKind::ContainsItem(_)
            | ExprKind::StartsWith(_)
            | ExprKind::EndsWith(_) => self.binary(expr, dst)?,
            ExprKind::Unary(op, inner) => self.unary(*op, inner, dst)?,
            ExprKind::InRange(parts) => {
                let [value, low, high] = &**parts;
                let (a, lo) = self.pair(expr, value, low, dst)?;
                let hi = self.after(expr, lo)?;
                self.value(high, hi)?;
                self.buffer.push(Insn::InRange { dst, a, lo, hi });
            }
            ExprKind::Matches(text, pattern) => {
                self.operand(text, dst)?;
                let regex = self.lowering.regex(pattern)?;
                self.buffer.push(Insn::Matches { dst, a: dst, regex });
            }
            ExprKind::If(parts) => self.choice(expr, parts, dst)?,
            ExprKind::Coalesce(parts) => self.coalesce(expr, parts, dst)?,
            ExprKind::List(items) => self.list(expr, items, dst)?,
            ExprKind::Record(values) => {
                let count = self.run(expr, values, dst)?;
                self.buffer.push(Insn::MakeRecord { dst, first: dst, count });
            }
            ExprKind::Concat(parts) => self.concat(expr, parts, dst)?,
            ExprKind::Field(record, index) => self.field(record, *index, dst)?,
            ExprKind::History(_) => self.history(expr, dst)?,
            ExprKind::Fold(fold) => self.fold(expr, fold, dst)?,
            ExprKind::Item(item) => {
                let a = self.item(item)?;
                self.buffer.push(Insn::Move { dst, a });
            }
            _ => self.materialised(expr, dst)?,
        }
        Ok(())
    }

    /// A bool of jumping code, as a value.
    fn materialised(&mut self, expr: &Expr, dst: u8) -> Result<(), LowerError> {
        let (no, end) = (self.buffer.label(), self.buffer.label());
        self.jump_if(expr, false, no, dst)?;
        self.constant(&Const::Bool(true), dst)?;
        self.buffer.jump(Insn::Jump { skip: 0 }, end);
        self.place(expr, no)?;
        self.constant(&Const::Bool(false), dst)?;
        self.place(expr, end)
    }

    pub(crate) fn place(&mut self, expr: &Expr, label: Label) -> Result<(), LowerError> {
        let placed = self.buffer.place(label);
        self.fits(expr, placed)
    }

    fn constant(&mut self, value: &Const, dst: u8) -> Result<(), LowerError> {
        let k = self.lowering.constant(value)?;
        self.buffer.push(Insn::Const { dst, k });
        Ok(())
    }

    /// An operand that the operation cannot do without: in wakes an unset one ends it all.
    pub(crate) fn operand(&mut self, expr: &Expr, dst: u8) -> Result<(), LowerError> {
        self.value(expr, dst)?;
        if let Some(absent) = self.absent
            && self.may_be_unset(expr)
        {
            self.buffer.jump(Insn::JumpSet { on: false, a: dst, skip: 0 }, absent);
        }
        Ok(())
    }

    /// Two values side by side.
    fn pair(&mut self, expr: &Expr, a: &Expr, b: &Expr, dst: u8) -> Result<(u8, u8), LowerError> {
        self.value(a, dst)?;
        let second = self.after(expr, dst)?;
        self.value(b, second)?;
        Ok((dst, second))
    }

    fn binary(&mut self, expr: &Expr, dst: u8) -> Result<(), LowerError> {
        let (op, parts) = match &expr.kind {
            ExprKind::Binary(op, parts) => (ops::binary(*op), parts),
            ExprKind::InList(parts) => (bc::BinaryOp::InList, parts),
            ExprKind::ContainsText(parts) => (bc::BinaryOp::ContainsText, parts),
            ExprKind::ContainsItem(parts) => (bc::BinaryOp::ContainsList, parts),
            ExprKind::StartsWith(parts) => (bc::BinaryOp::StartsWith, parts),
            ExprKind::EndsWith(parts) => (bc::BinaryOp::EndsWith, parts),
            _ => return Err(self.lowering.unchecked("not an operator")),
        };
        let [a, b] = &**parts;
        // An unset value is in no list: the operation itself copes with it.
        match op {
            bc::BinaryOp::InList => self.value(a, dst)?,
            _ => self.operand(a, dst)?,
        }
        let second = self.after(expr, dst)?;
        self.operand(b, second)?;
        self.buffer.push(Insn::Binary { op, dst, a: dst, b: second });
        Ok(())
    }

    fn unary(&mut self, op: UnaryOp, inner: &Expr, dst: u8) -> Result<(), LowerError> {
        let op_code = ops::unary(op);
        if op == UnaryOp::IntToNumber && inner.ty.is_optional() {
            // `x == 2.5` with an optional int: unset stays unset. The result goes to another
            // register than the operand, as the two differ in type.
            let from = self.after(inner, dst)?;
            self.value(inner, from)?;
            let end = self.buffer.label();
            self.buffer.push(Insn::Unset { dst });
            self.buffer.jump(Insn::JumpSet { on: false, a: from, skip: 0 }, end);
            self.buffer.push(Insn::Unary { op: op_code, dst, a: from });
            return self.place(inner, end);
        }
        self.operand(inner, dst)?;
        self.buffer.push(Insn::Unary { op: op_code, dst, a: dst });
        Ok(())
    }

    fn choice(&mut self, expr: &Expr, parts: &[Expr; 3], dst: u8) -> Result<(), LowerError> {
        let [test, yes, no] = parts;
        let (otherwise, end) = (self.buffer.label(), self.buffer.label());
        self.jump_if(test, false, otherwise, dst)?;
        self.value(yes, dst)?;
        self.buffer.jump(Insn::Jump { skip: 0 }, end);
        self.place(expr, otherwise)?;
        self.value(no, dst)?;
        self.place(expr, end)
    }

    /// A loop over a list: the element in the register behind the list, its code behind the loop.
    fn fold(&mut self, expr: &Expr, fold: &Fold, dst: u8) -> Result<(), LowerError> {
        self.operand(&fold.list, dst)?;
        let item = self.after(expr, dst)?;
        let base = self.after(expr, item)?;
        let end = self.buffer.label();
        let how = ops::fold(fold);
        self.buffer.jump(Insn::Each { fold: how, dst, a: dst, item, skip: 0 }, end);
        self.items.push((fold.item.level, item));
        // An unset operand ends the turn, and no more: a jump cannot leave the loop.
        let absent = self.absent.take();
        match fold.function {
            FoldFn::Any | FoldFn::All => {
                let no = self.buffer.label();
                self.jump_if(&fold.body, false, no, base)?;
                self.buffer.push(Insn::RetTrue);
                if self.buffer.is_used(no) {
                    self.place(expr, no)?;
                    self.buffer.push(Insn::RetFalse);
                }
            }
            FoldFn::Sum => {
                self.value(&fold.body, base)?;
                self.buffer.push(Insn::Ret { a: base });
            }
        }
        self.absent = absent;
        self.items.pop();
        self.place(expr, end)
    }

    /// The register of the element that a lambda speaks of.
    fn item(&self, item: &Item) -> Result<u8, LowerError> {
        let found = self.items.iter().rev().find(|(level, _)| *level == item.level);
        let unknown = || self.lowering.unchecked(format!("no element {} here", item.name));
        found.map(|(_, register)| *register).ok_or_else(unknown)
    }

    fn coalesce(&mut self, expr: &Expr, parts: &[Expr; 2], dst: u8) -> Result<(), LowerError> {
        let end = self.buffer.label();
        self.value(&parts[0], dst)?;
        self.buffer.jump(Insn::JumpSet { on: true, a: dst, skip: 0 }, end);
        self.value(&parts[1], dst)?;
        self.place(expr, end)
    }

    /// Values in registers from `first` on; how many.
    fn run(&mut self, expr: &Expr, values: &[Expr], first: u8) -> Result<u8, LowerError> {
        let mut at = first;
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                at = self.after(expr, at)?;
            }
            self.value(value, at)?;
        }
        self.fits(expr, u8::try_from(values.len()).map_err(|_| TooLarge))
    }

    fn list(&mut self, expr: &Expr, items: &[Expr], dst: u8) -> Result<(), LowerError> {
        let mut pieces = items.chunks(LIST_PIECE);
        let first = pieces.next().unwrap_or_default();
        let count = self.run(expr, first, dst)?;
        self.buffer.push(Insn::MakeList { dst, first: dst, count });
        for piece in pieces {
            let next = self.after(expr, dst)?;
            let count = self.run(expr, piece, next)?;
            self.buffer.push(Insn::MakeList { dst: next, first: next, count });
            let op = bc::BinaryOp::ConcatList;
            self.buffer.push(Insn::Binary { op, dst, a: dst, b: next });
        }
        Ok(())
    }

    fn concat(&mut self, expr: &Expr, parts: &[Expr], dst: u8) -> Result<(), LowerError> {
        let Some((first, rest)) = parts.split_first() else {
            return self.constant(&Const::Text("".into()), dst);
        };
        self.value(first, dst)?;
        let next = if rest.is_empty() { dst } else { self.after(expr, dst)? };
        for part in rest {
            self.value(part, next)?;
            let op = bc::BinaryOp::ConcatText;
            self.buffer.push(Insn::Binary { op, dst, a: dst, b: next });
        }
        Ok(())
    }

    fn field(&mut self, record: &Expr, index: u32, dst: u8) -> Result<(), LowerError> {
        let index = self.lowering.number(index as usize, "fields")?;
        let ExprKind::History(history) = &record.kind else {
            let a = match &record.kind {
                ExprKind::Item(item) => self.item(item)?,
                _ => {
                    self.value(record, dst)?;
                    dst
                }
            };
            self.buffer.push(Insn::Field { dst, a, field: index });
            return Ok(());
        };
        // Of what `last` gives only the fields that are read are kept. Until all of them are
        // known the instruction holds the event's own slot.
        let (_, event) = self.lowering.event(&history.event)?;
        let is_property = usize::from(index) < event.properties.len();
        let window = self.ask(record, dst)?;
        let field = FieldOfLast { window, slot: is_property.then_some(index) };
        self.lowering.windows.keep(field);
        self.fields_of_last.push((self.buffer.insns.len(), field));
        self.buffer.push(Insn::Field { dst, a: dst, field: index });
        Ok(())
    }

    /// The result of a history function, whole.
    fn history(&mut self, expr: &Expr, dst: u8) -> Result<(), LowerError> {
        let ExprKind::History(history) = &expr.kind else { return Ok(()) };
        let window = self.ask(expr, dst)?;
        match history.function {
            HistoryFn::Count | HistoryFn::Sum => {}
            HistoryFn::Happened => {
                let zero = self.after(expr, dst)?;
                self.constant(&Const::Int(0), zero)?;
                self.buffer.push(Insn::Compare { cmp: bc::Cmp::Gt, dst, a: dst, b: zero });
            }
            HistoryFn::Last => {
                // The record goes somewhere as it is: all of it is kept.
                let (_, event) = self.lowering.event(&history.event)?;
                for slot in (0..=u16::MAX).take(event.properties.len()) {
                    self.lowering.windows.keep(FieldOfLast { window, slot: Some(slot) });
                }
            }
        }
        Ok(())
    }

    /// Loads the present result of a window.
    pub(crate) fn ask(&mut self, expr: &Expr, dst: u8) -> Result<u16, LowerError> {
        let ExprKind::History(history) = &expr.kind else {
            return Err(self.lowering.unchecked("not a history function"));
        };
        let (window, of_instance) = self.lowering.window(history, self.scope)?;
        self.reads_instance |= of_instance;
        self.buffer.push(Insn::History { dst, window });
        Ok(window)
    }
}
