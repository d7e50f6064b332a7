//! Expressions and windows of an earlier version, copied into the present program.

use std::collections::{BTreeMap, BTreeSet};

use super::Unit;
use super::calls::{Lines, given};
use super::error::Broken;
use super::names::{Names, reads, writes};
use super::pools::Pools;
use super::walk::{Refer, Referred, journey};
use crate::{Aggregate, Call, Expr, ExprId, Insn, Program, Send, Slot, Window};

/// Everything that a version refers to, as it is called in the present program.
pub(super) struct Copied<'l, 'a> {
    unit: &'l Unit<'a>,
    /// The number of the journey in the present program.
    number: u16,
    names: &'l Names<'a>,
    lines: &'l Lines<'a>,
    exprs: BTreeMap<ExprId, ExprId>,
    windows: BTreeMap<u16, u16>,
    /// The expressions that may come out unset, as the present program calls them.
    optional: BTreeSet<ExprId>,
}

/// What a version uses, by the numbers of the program it comes from.
#[derive(Default)]
struct Used {
    exprs: BTreeSet<ExprId>,
    windows: BTreeSet<u16>,
}

impl Refer for Used {
    fn expr(&mut self, id: ExprId) -> Referred<ExprId> {
        self.exprs.insert(id);
        Ok(id)
    }

    fn window(&mut self, number: u16) -> Referred<u16> {
        self.windows.insert(number);
        Ok(number)
    }
}

impl Used {
    /// What a journey uses, and what that uses in turn.
    fn by(unit: &Unit<'_>) -> Referred<Used> {
        let mut used = Used::default();
        journey(unit.journey, &mut used)?;
        let mut exprs: Vec<ExprId> = used.exprs.iter().copied().collect();
        let mut windows: Vec<u16> = used.windows.iter().copied().collect();
        loop {
            if let Some(id) = exprs.pop() {
                let (expr, code) = expr_of(unit.from, id)?;
                exprs.extend(expr.zone.filter(|zone| used.exprs.insert(*zone)));
                windows.extend(asked(code).filter(|window| used.windows.insert(*window)));
            } else if let Some(number) = windows.pop() {
                let window = window_of(unit.from, number)?;
                let inner = [window.filter, window.value].into_iter().flatten();
                exprs.extend(inner.filter(|id| used.exprs.insert(*id)));
            } else {
                return Ok(used);
            }
        }
    }
}

fn expr_of(program: &Program, id: ExprId) -> Referred<(&Expr, &[Insn])> {
    let expr = program.exprs.get(id.0 as usize);
    let found = expr.and_then(|expr| {
        let start = expr.start as usize;
        Some((expr, program.code.get(start..start + expr.len as usize)?))
    });
    found.ok_or(Broken::Inconsistent)
}

fn window_of(program: &Program, number: u16) -> Referred<&Window> {
    program.windows.get(usize::from(number)).ok_or(Broken::Inconsistent)
}

/// The windows that code asks.
fn asked(code: &[Insn]) -> impl Iterator<Item = u16> {
    code.iter().filter_map(|insn| match insn {
        Insn::History { window, .. } => Some(*window),
        _ => None,
    })
}

impl<'l, 'a> Copied<'l, 'a> {
    /// Copies all that a version uses. Windows have filters, which are expressions that ask no windows, and
    /// other expressions ask windows; so it goes in this order.
    pub(super) fn of(
        unit: &'l Unit<'a>,
        number: u16,
        to: &mut Program,
        pools: &mut Pools,
        names: &'l Names<'a>,
        lines: &'l Lines<'a>,
    ) -> Referred<Copied<'l, 'a>> {
        let used = Used::by(unit)?;
        let (exprs, windows, optional) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        let mut copied = Copied { unit, number, names, lines, exprs, windows, optional };
        // Ascending: a zone stands before what is read in it.
        let mut asking = BTreeSet::new();
        for id in &used.exprs {
            let (expr, code) = expr_of(unit.from, *id)?;
            let zone_asks = expr.zone.is_some_and(|zone| asking.contains(&zone));
            match zone_asks || asked(code).next().is_some() {
                true => drop(asking.insert(*id)),
                false => copied.copy_expr(*id, to, pools)?,
            }
        }
        for window in &used.windows {
            copied.copy_window(*window, to, pools)?;
        }
        for id in asking {
            copied.copy_expr(id, to, pools)?;
        }
        Ok(copied)
    }

    fn copy_expr(&mut self, id: ExprId, to: &mut Program, pools: &mut Pools) -> Referred<()> {
        let (expr, code) = expr_of(self.unit.from, id)?;
        let code = code.iter().map(|insn| self.insn(*insn, expr.event, to, pools));
        let code: Vec<Insn> = code.collect::<Result<_, _>>()?;
        let copy = Expr {
            event: expr.event.map(|event| self.event(event)).transpose()?,
            // It may say that it is over the instance of another journey as long as it reads nothing of it.
            journey: expr.journey.filter(|it| *it == self.unit.number).map(|_| self.number),
            action: None,
            zone: expr.zone.map(|zone| self.expr(zone)).transpose()?,
            ..expr.clone()
        };
        let optional = copy.optional;
        let new = pools.expr(to, copy, &code)?;
        self.exprs.insert(id, new);
        if optional {
            self.optional.insert(new);
        }
        Ok(())
    }

    fn copy_window(&mut self, number: u16, to: &mut Program, pools: &mut Pools) -> Referred<()> {
        let window = window_of(self.unit.from, number)?;
        let mut copy = window.clone();
        if let Aggregate::Last { slots } = &mut copy.aggregate {
            for slot in slots {
                *slot = self.property(window.event, *slot)?;
            }
        }
        copy.event = self.event(window.event)?;
        for id in [&mut copy.filter, &mut copy.value].into_iter().flatten() {
            *id = self.expr(*id)?;
        }
        copy.journey = window.journey.filter(|it| *it == self.unit.number).map(|_| self.number);
        let new = pools.window(to, copy)?;
        self.windows.insert(number, new);
        Ok(())
    }

    /// An instruction. Its registers and locals stay what they are.
    fn insn(
        &mut self,
        mut insn: Insn,
        event: Option<u16>,
        to: &mut Program,
        pools: &mut Pools,
    ) -> Referred<Insn> {
        use Insn::{EventBool, EventNumber, EventSet, EventText, EventWord};
        use Insn::{LocalNumber, LocalText, LocalWord};
        use Insn::{TraitBool, TraitNumber, TraitSet, TraitText, TraitWord};
        if let TraitNumber { k, .. }
        | TraitWord { k, .. }
        | TraitText { k, .. }
        | EventNumber { k, .. }
        | EventWord { k, .. }
        | EventText { k, .. }
        | LocalNumber { k, .. }
        | LocalWord { k, .. }
        | LocalText { k, .. }
        | Insn::Const { k, .. } = &mut insn
        {
            let value = self.unit.from.consts.get(usize::from(*k)).ok_or(Broken::Inconsistent)?;
            *k = pools.constant(to, value)?;
        }
        match &mut insn {
            TraitNumber { slot, .. }
            | TraitWord { slot, .. }
            | TraitText { slot, .. }
            | TraitBool { slot, .. }
            | TraitSet { slot, .. }
            | Insn::Trait { slot, .. } => *slot = self.trait_(*slot)?,
            EventNumber { slot, .. }
            | EventWord { slot, .. }
            | EventText { slot, .. }
            | EventBool { slot, .. }
            | EventSet { slot, .. }
            | Insn::Event { slot, .. } => {
                *slot = self.property(event.ok_or(Broken::Inconsistent)?, *slot)?;
            }
            Insn::Audience { audience, .. } => *audience = self.audience(*audience)?,
            Insn::History { window, .. } => *window = self.window(*window)?,
            Insn::Matches { regex, .. } => {
                let pattern = self.unit.from.regexes.get(usize::from(*regex));
                *regex = pools.regex(to, pattern.ok_or(Broken::Inconsistent)?)?;
            }
            LocalNumber { .. }
            | LocalWord { .. }
            | LocalText { .. }
            | Insn::LocalBool { .. }
            | Insn::LocalSet { .. }
            | Insn::Local { .. }
            | Insn::Const { .. }
            | Insn::Jump { .. }
            | Insn::JumpBool { .. }
            | Insn::JumpSet { .. }
            | Insn::Ret { .. }
            | Insn::RetTrue
            | Insn::RetFalse
            | Insn::EventAt { .. }
            | Insn::Unset { .. }
            | Insn::Now { .. }
            | Insn::Entered { .. }
            | Insn::CustomerId { .. }
            | Insn::Move { .. }
            | Insn::Compare { .. }
            | Insn::Unary { .. }
            | Insn::Binary { .. }
            | Insn::InRange { .. }
            | Insn::NextInDays { .. }
            | Insn::NextInRange { .. }
            | Insn::NextTime { .. }
            | Insn::MakeList { .. }
            | Insn::MakeRecord { .. }
            | Insn::Field { .. }
            | Insn::Each { .. } => {}
        }
        Ok(insn)
    }
}

impl Refer for Copied<'_, '_> {
    fn expr(&mut self, id: ExprId) -> Referred<ExprId> {
        self.exprs.get(&id).copied().ok_or(Broken::Inconsistent)
    }

    fn window(&mut self, number: u16) -> Referred<u16> {
        self.windows.get(&number).copied().ok_or(Broken::Inconsistent)
    }

    fn event(&mut self, number: u16) -> Referred<u16> {
        Ok(self.names.event(self.unit.from, number)?.number)
    }

    fn property(&mut self, event: u16, slot: u16) -> Referred<u16> {
        self.names.property(self.unit.from, event, slot)
    }

    fn trait_(&mut self, slot: u16) -> Referred<u16> {
        let found = self.names.trait_(self.unit.from, slot)?;
        reads(found.was, found.is, || format!("trait `{}`", found.was.name))?;
        Ok(found.number)
    }

    fn set_trait(&mut self, slot: u16, value: ExprId) -> Referred<u16> {
        let found = self.names.trait_(self.unit.from, slot)?;
        let optional = self.optional.contains(&value);
        writes(found.was, found.is, optional, || format!("trait `{}`", found.was.name))?;
        Ok(found.number)
    }

    fn audience(&mut self, number: u16) -> Referred<u16> {
        Ok(self.names.audience(self.unit.from, number)?.number)
    }

    fn open_audience(&mut self, number: u16) -> Referred<u16> {
        let found = self.names.audience(self.unit.from, number)?;
        match found.is.condition {
            Some(_) => Err(Broken::Computed(found.was.name.clone())),
            None => Ok(found.number),
        }
    }

    fn send(&mut self, send: Send) -> Referred<Send> {
        let found = self.names.action(self.unit.from, send.action)?;
        let action = &found.was.name;
        // That a message waits for a policy is part of the code.
        if found.was.policy.is_some() != found.is.policy.is_some() {
            let now = found.is.policy.is_some();
            return Err(Broken::Policy { action: action.clone(), now });
        }
        let before: Vec<&Slot> = found.was.params.iter().collect();
        let after: Vec<&Slot> = found.is.params.iter().collect();
        let optional = |value: ExprId| self.optional.contains(&value);
        let thing = |slot: &Slot| format!("parameter `{}` of action `{action}`", slot.name);
        let args = given(&send.args, &before, &after, &optional, &thing)?;
        Ok(Send { action: found.number, args, ..send })
    }

    fn call(&mut self, call: Call) -> Referred<Call> {
        let optional = |value: ExprId| self.optional.contains(&value);
        self.lines.call(self.unit.from, &call, &optional)
    }
}
