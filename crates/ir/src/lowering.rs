//! The program in the making: tables that fill up as expressions are compiled.

use std::sync::Arc;

use journey_base::TextRange;
use journey_bytecode::{self as bc, ExprId, Insn};
use journey_sema::thir::{Binding, Const, Expr, Window};
use journey_sema::{Checked, EventType, Type};
use rustc_hash::FxHashMap;

use crate::LowerError;
use crate::expr::Coder;
use crate::locals::Locals;
use crate::pool::{Exact, Pool};
use crate::schema::{self, Names};
use crate::windows::{FieldOfLast, Windows};

/// What an expression may speak of besides the customer.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Scope<'s> {
    /// The event at hand, by number.
    pub(crate) event: Option<u16>,
    /// The instance at hand.
    pub(crate) instance: Option<Instance<'s>>,
    /// The name of the time zone in which local times are read, if it is not the workspace's.
    pub(crate) zone: Option<&'s Expr>,
    /// The action whose request is made.
    pub(crate) action: Option<RequestOf<'s>>,
}

/// The action whose request is made, and what that is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestOf<'s> {
    /// The action's number.
    pub(crate) action: u16,
    /// Parameters, settings and secrets, by slot.
    pub(crate) slots: &'s [(Arc<str>, Type)],
}

/// The instance of a journey that an expression may speak of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Instance<'s> {
    /// The journey's number.
    pub(crate) journey: u16,
    pub(crate) bindings: &'s [Binding],
    pub(crate) locals: &'s Locals,
    /// Labels of the marks, by number.
    pub(crate) marks: &'s [&'s str],
}

impl<'s> Scope<'s> {
    /// The same, with an event at hand.
    pub(crate) fn with_event(self, event: u16) -> Scope<'s> {
        Scope { event: Some(event), ..self }
    }
}

/// Everything of a program that is not yet final.
pub(crate) struct Lowering<'a> {
    pub(crate) checked: &'a Checked,
    pub(crate) names: Names<'a>,
    /// Numbers of the audiences that are compiled.
    pub(crate) audiences: FxHashMap<&'a str, u16>,
    /// Numbers of the journeys that are compiled.
    pub(crate) journeys: FxHashMap<&'a str, u16>,
    pub(crate) windows: Windows,
    /// What is being compiled, for messages: `journey cart_recovery`.
    pub(crate) item: String,
    consts: Pool<Exact>,
    regexes: Pool<String>,
    code: Vec<Insn>,
    exprs: Vec<bc::Expr>,
    known: FxHashMap<Compiled, ExprId>,
    /// `Field` instructions, by place in `code`, whose index is the slot of an event until it is
    /// known which slots the window keeps.
    fields_of_last: Vec<(usize, FieldOfLast)>,
}

/// An expression ready for the tables; the same code under the same signature stands once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Compiled {
    pub(crate) insns: Vec<Insn>,
    pub(crate) registers: u8,
    pub(crate) ty: bc::Type,
    pub(crate) optional: bool,
    pub(crate) event: Option<u16>,
    pub(crate) journey: Option<u16>,
    pub(crate) action: Option<u16>,
    pub(crate) zone: Option<ExprId>,
}

impl<'a> Lowering<'a> {
    pub(crate) fn new(checked: &'a Checked) -> Lowering<'a> {
        Lowering {
            checked,
            names: Names::new(&checked.schema),
            audiences: FxHashMap::default(),
            journeys: FxHashMap::default(),
            windows: Windows::default(),
            item: format!("workspace {}", checked.name),
            consts: Pool::default(),
            regexes: Pool::default(),
            code: Vec::new(),
            exprs: Vec::new(),
            known: FxHashMap::default(),
            fields_of_last: Vec::new(),
        }
    }

    /// Compiles `expr` as a value. `wanted` is its type where it has none of its own: `unset`.
    pub(crate) fn value(
        &mut self,
        expr: &Expr,
        wanted: Option<&bc::Type>,
        scope: Scope<'_>,
    ) -> Result<ExprId, LowerError> {
        let ty = match schema::ty(&expr.ty).or_else(|| wanted.cloned()) {
            Some(ty) => ty,
            None => return Err(self.unchecked("a value without a type")),
        };
        Coder::new(self, scope).root(expr, ty)
    }

    /// Compiles a bool as jumping code.
    pub(crate) fn test(&mut self, expr: &Expr, scope: Scope<'_>) -> Result<ExprId, LowerError> {
        Coder::new(self, scope).root_test(expr)
    }

    /// Compiles the test that `subject` is one of `values`.
    pub(crate) fn one_of(
        &mut self,
        subject: &Expr,
        values: &[Expr],
        scope: Scope<'_>,
    ) -> Result<ExprId, LowerError> {
        Coder::new(self, scope).root_one_of(subject, values)
    }

    /// Compiles the next instant inside certain days and hours.
    pub(crate) fn inside(
        &mut self,
        window: Window,
        range: TextRange,
        scope: Scope<'_>,
    ) -> Result<ExprId, LowerError> {
        Coder::new(self, scope).root_inside(window, range)
    }

    /// Takes up a compiled expression.
    pub(crate) fn add(
        &mut self,
        compiled: Compiled,
        fields_of_last: Vec<(usize, FieldOfLast)>,
    ) -> Result<ExprId, LowerError> {
        if let Some(known) = self.known.get(&compiled) {
            return Ok(*known);
        }
        let start = self.code.len();
        let number = |n: usize| u32::try_from(n).ok();
        let (Some(id), Some(at), Some(len)) =
            (number(self.exprs.len()), number(start), number(compiled.insns.len()))
        else {
            return Err(self.too_many("instructions", u32::MAX as usize));
        };
        self.fields_of_last.extend(fields_of_last.into_iter().map(|(i, field)| (start + i, field)));
        self.code.extend_from_slice(&compiled.insns);
        self.exprs.push(bc::Expr {
            start: at,
            len,
            registers: compiled.registers,
            ty: compiled.ty.clone(),
            optional: compiled.optional,
            event: compiled.event,
            journey: compiled.journey,
            action: compiled.action,
            zone: compiled.zone,
        });
        self.known.insert(compiled, ExprId(id));
        Ok(ExprId(id))
    }

    /// A compiled expression.
    pub(crate) fn expr(&self, id: ExprId) -> Option<&bc::Expr> {
        self.exprs.get(id.0 as usize)
    }

    /// The code of a compiled expression.
    pub(crate) fn code_of(&self, id: ExprId) -> &[Insn] {
        let range = self.expr(id).map(|expr| {
            let start = expr.start as usize;
            start..start + expr.len as usize
        });
        range.and_then(|range| self.code.get(range)).unwrap_or_default()
    }

    pub(crate) fn constant(&mut self, value: &Const) -> Result<u16, LowerError> {
        let number = self.consts.intern(Exact(schema::constant(value)));
        number.ok_or_else(|| self.too_many("constants", usize::from(u16::MAX) + 1))
    }

    pub(crate) fn regex(&mut self, pattern: &str) -> Result<u16, LowerError> {
        let number = self.regexes.intern(pattern.to_owned());
        number.ok_or_else(|| self.too_many("patterns", usize::from(u16::MAX) + 1))
    }

    /// The declaration of an event, and its number.
    pub(crate) fn event(&self, name: &str) -> Result<(u16, &'a EventType), LowerError> {
        let number = self.names.event(name);
        let event = number.and_then(|n| self.checked.schema.events.get(usize::from(n)));
        number.zip(event).ok_or_else(|| self.unchecked(format!("unknown event {name}")))
    }

    pub(crate) fn unchecked(&self, what: impl Into<String>) -> LowerError {
        LowerError::Unchecked { item: self.item.clone(), what: what.into() }
    }

    pub(crate) fn too_many(&self, what: &'static str, limit: usize) -> LowerError {
        LowerError::TooMany { what, limit, item: self.item.clone() }
    }

    pub(crate) fn too_large(&self, range: TextRange) -> LowerError {
        LowerError::ExpressionTooLarge { item: self.item.clone(), range }
    }

    /// An index as a number of 16 bits.
    pub(crate) fn number(&self, index: usize, what: &'static str) -> Result<u16, LowerError> {
        u16::try_from(index).map_err(|_| self.too_many(what, usize::from(u16::MAX) + 1))
    }

    /// Puts the finished tables into `program`, which has the schema.
    pub(crate) fn finish(mut self, program: &mut bc::Program) {
        for (at, field) in &self.fields_of_last {
            if let Some(Insn::Field { field: index, .. }) = self.code.get_mut(*at) {
                *index = self.windows.index(*field);
            }
        }
        program.consts = self.consts.into_items().into_iter().map(|exact| exact.0).collect();
        program.regexes = self.regexes.into_items();
        program.code = self.code;
        program.exprs = self.exprs;
        program.windows = self.windows.finish();
    }
}
