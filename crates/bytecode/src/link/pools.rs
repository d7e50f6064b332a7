//! What stands in a program once: constants, patterns, expressions, windows.
//!
//! Two are the same if they are written with the same bytes, so `-0.0` and `0.0` stay two. Only
//! look-ups go by hash or order; what is new is added at the end.

use std::collections::BTreeMap;

use super::error::Broken;
use super::walk::Referred;
use crate::codec::wire::Wire;
use crate::{Const, Expr, ExprId, Insn, Program, Window};

/// Where everything stands that a program has.
pub(super) struct Pools {
    consts: BTreeMap<Vec<u8>, u16>,
    regexes: BTreeMap<String, u16>,
    exprs: BTreeMap<Vec<u8>, ExprId>,
    windows: BTreeMap<Vec<u8>, u16>,
}

fn bytes(value: &impl Wire) -> Vec<u8> {
    let mut bytes = Vec::new();
    value.put(&mut bytes);
    bytes
}

/// An expression, wherever its code stands.
fn expr_bytes(expr: &Expr, code: &[Insn]) -> Vec<u8> {
    let mut bytes = bytes(&Expr { start: 0, ..expr.clone() });
    code.iter().for_each(|insn| insn.put(&mut bytes));
    bytes
}

/// The first place at which each stands.
fn places<K: Ord, V>(all: impl DoubleEndedIterator<Item = (V, K)>) -> BTreeMap<K, V> {
    all.rev().map(|(number, key)| (key, number)).collect()
}

impl Pools {
    pub(super) fn of(program: &Program) -> Pools {
        let code = |expr: &Expr| {
            let start = expr.start as usize;
            program.code.get(start..start + expr.len as usize).unwrap_or_default()
        };
        let consts: Vec<_> = (0..=u16::MAX).zip(program.consts.iter().map(bytes)).collect();
        let regexes: Vec<_> = (0..=u16::MAX).zip(program.regexes.iter().cloned()).collect();
        let exprs = program.exprs.iter().map(|expr| expr_bytes(expr, code(expr)));
        let exprs: Vec<_> = (0..).map(ExprId).zip(exprs).collect();
        let windows: Vec<_> = (0..=u16::MAX).zip(program.windows.iter().map(bytes)).collect();
        Pools {
            consts: places(consts.into_iter()),
            regexes: places(regexes.into_iter()),
            exprs: places(exprs.into_iter()),
            windows: places(windows.into_iter()),
        }
    }

    /// The first expression that equals one of the program.
    pub(super) fn first_expr(&self, of: &Program, id: ExprId) -> Option<ExprId> {
        let expr = of.exprs.get(id.0 as usize)?;
        let start = expr.start as usize;
        let code = of.code.get(start..start + expr.len as usize)?;
        self.exprs.get(&expr_bytes(expr, code)).copied()
    }

    /// The first window that equals one of the program.
    pub(super) fn first_window(&self, of: &Program, number: u16) -> Option<u16> {
        self.windows.get(&bytes(of.windows.get(usize::from(number))?)).copied()
    }

    pub(super) fn constant(&mut self, to: &mut Program, value: &Const) -> Referred<u16> {
        intern(&mut self.consts, bytes(value), &mut to.consts, "constants", || value.clone())
    }

    pub(super) fn regex(&mut self, to: &mut Program, pattern: &str) -> Referred<u16> {
        let new = || pattern.to_owned();
        intern(&mut self.regexes, pattern.to_owned(), &mut to.regexes, "patterns", new)
    }

    pub(super) fn window(&mut self, to: &mut Program, window: Window) -> Referred<u16> {
        let key = bytes(&window);
        intern(&mut self.windows, key, &mut to.windows, "history windows", || window)
    }

    /// An expression with this code; where that is to start is seen to.
    pub(super) fn expr(&mut self, to: &mut Program, expr: Expr, code: &[Insn]) -> Referred<ExprId> {
        let key = expr_bytes(&expr, code);
        if let Some(known) = self.exprs.get(&key) {
            return Ok(*known);
        }
        let many = |_| Broken::TooMany("expressions");
        let id = ExprId(u32::try_from(to.exprs.len()).map_err(many)?);
        let start = u32::try_from(to.code.len()).map_err(many)?;
        to.code.extend_from_slice(code);
        to.exprs.push(Expr { start, ..expr });
        self.exprs.insert(key, id);
        Ok(id)
    }
}

/// The number of an item, which is added if it is new.
fn intern<K: Ord, T>(
    known: &mut BTreeMap<K, u16>,
    key: K,
    items: &mut Vec<T>,
    what: &'static str,
    new: impl FnOnce() -> T,
) -> Referred<u16> {
    if let Some(number) = known.get(&key) {
        return Ok(*number);
    }
    let number = u16::try_from(items.len()).map_err(|_| Broken::TooMany(what))?;
    items.push(new());
    known.insert(key, number);
    Ok(number)
}
