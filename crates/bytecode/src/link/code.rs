//! Expressions and windows of an earlier version, copied into the present program.

use std::collections::{BTreeMap, BTreeSet};

use super::calls::{Lines, given};
use super::error::Broken;
use super::names::{Names, reads, writes};
use super::pools::Pools;
use super::walk::{Refer, Referred, journey};
use crate::{Aggregate, Call, Expr, ExprId, Insn, Journey, Program, Range, Send, Slot, Window};

/// A journey of an earlier program and the one that it is in the present one.
#[derive(Debug, Clone, Copy)]
pub struct Counterpart<'a> {
    /// Its number in the earlier program.
    pub was: u16,
    /// Its number in the present one.
    pub is: u16,
    /// For each local what it is now; nothing where all are what they were.
    pub locals: Option<&'a [Option<u16>]>,
    /// For each mark what it is now; nothing where all are what they were.
    pub marks: Option<&'a [Option<u16>]>,
}

impl Counterpart<'_> {
    /// The same journey under another number.
    pub(super) fn same(was: u16, is: u16) -> Counterpart<'static> {
        Counterpart { was, is, locals: None, marks: None }
    }
}

/// Everything that a version refers to, as it is called in the present program.
pub(super) struct Copied<'l, 'a> {
    from: &'a Program,
    /// The journey at hand; nothing for what belongs to none.
    own: Option<Counterpart<'l>>,
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
    fn by(from: &Program, it: &Journey) -> Referred<Used> {
        let mut used = Used::default();
        journey(it, &mut used)?;
        used.close(from)?;
        Ok(used)
    }

    /// Adds what that uses which is there.
    fn close(&mut self, from: &Program) -> Referred<()> {
        let mut exprs: Vec<ExprId> = self.exprs.iter().copied().collect();
        let mut windows: Vec<u16> = self.windows.iter().copied().collect();
        loop {
            if let Some(id) = exprs.pop() {
                let (expr, code) = expr_of(from, id)?;
                exprs.extend(expr.zone.filter(|zone| self.exprs.insert(*zone)));
                windows.extend(asked(code).filter(|window| self.windows.insert(*window)));
            } else if let Some(number) = windows.pop() {
                let window = window_of(from, number)?;
                let inner = [window.filter, window.value].into_iter().flatten();
                exprs.extend(inner.filter(|id| self.exprs.insert(*id)));
            } else {
                return Ok(());
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
    /// Nothing yet of this journey, or of what belongs to none.
    pub(super) fn new(
        from: &'a Program,
        own: Option<Counterpart<'l>>,
        names: &'l Names<'a>,
        lines: &'l Lines<'a>,
    ) -> Copied<'l, 'a> {
        let (exprs, windows, optional) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        Copied { from, own, names, lines, exprs, windows, optional }
    }

    /// Copies all that a journey uses.
    pub(super) fn journey(
        &mut self,
        it: &Journey,
        to: &mut Program,
        pools: &mut Pools,
    ) -> Referred<Journey> {
        let used = Used::by(self.from, it)?;
        self.copy(&used, to, pools)?;
        journey(it, self)
    }

    /// Copies a window, and gives its number.
    pub(super) fn one_window(
        &mut self,
        number: u16,
        to: &mut Program,
        pools: &mut Pools,
    ) -> Referred<u16> {
        let mut used = Used { windows: [number].into(), ..Used::default() };
        used.close(self.from)?;
        self.copy(&used, to, pools)?;
        self.window(number)
    }

    /// Windows have filters, which are expressions that ask no windows, and other expressions ask
    /// windows; so they are copied in this order.
    fn copy(&mut self, used: &Used, to: &mut Program, pools: &mut Pools) -> Referred<()> {
        // Ascending: a zone stands before what is read in it.
        let mut asking = BTreeSet::new();
        for id in &used.exprs {
            let (expr, code) = expr_of(self.from, *id)?;
            let zone_asks = expr.zone.is_some_and(|zone| asking.contains(&zone));
            match zone_asks || asked(code).next().is_some() {
                true => drop(asking.insert(*id)),
                false => self.copy_expr(*id, to, pools)?,
            }
        }
        for window in &used.windows {
            self.copy_window(*window, to, pools)?;
        }
        for id in asking {
            self.copy_expr(id, to, pools)?;
        }
        Ok(())
    }

    /// The journey at hand as it is called in the present program. An expression may say that it is over the
    /// instance of another one as long as it reads nothing of it.
    fn own(&self, journey: Option<u16>) -> Option<u16> {
        self.own.filter(|own| Some(own.was) == journey).map(|own| own.is)
    }

    fn local(&self, slot: u16) -> Referred<u16> {
        match self.own.and_then(|own| own.locals) {
            None => Ok(slot),
            Some(locals) => {
                let now = locals.get(usize::from(slot)).copied().flatten();
                now.ok_or_else(|| Broken::Gone(format!("local {slot}")))
            }
        }
    }

    fn range(&self, range: Range) -> Referred<Range> {
        match (range, self.own.and_then(|own| own.marks)) {
            (Range::SinceMark(mark), Some(marks)) => {
                let now = marks.get(usize::from(mark)).copied().flatten();
                now.map(Range::SinceMark).ok_or_else(|| Broken::Gone(format!("mark {mark}")))
            }
            (range, _) => Ok(range),
        }
    }

    fn copy_expr(&mut self, id: ExprId, to: &mut Program, pools: &mut Pools) -> Referred<()> {
        let (expr, code) = expr_of(self.from, id)?;
        let code = code.iter().map(|insn| self.insn(*insn, expr.event, to, pools));
        let code: Vec<Insn> = code.collect::<Result<_, _>>()?;
        let copy = Expr {
            event: expr.event.map(|event| self.event(event)).transpose()?,
            journey: self.own(expr.journey),
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
        let window = window_of(self.from, number)?;
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
        copy.journey = self.own(window.journey);
        copy.range = self.range(window.range)?;
        let new = pools.window(to, copy)?;
        self.windows.insert(number, new);
        Ok(())
    }

    /// An instruction. Its registers stay what they are.
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
            let value = self.from.consts.get(usize::from(*k)).ok_or(Broken::Inconsistent)?;
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
                let pattern = self.from.regexes.get(usize::from(*regex));
                *regex = pools.regex(to, pattern.ok_or(Broken::Inconsistent)?)?;
            }
            LocalNumber { slot, .. }
            | LocalWord { slot, .. }
            | LocalText { slot, .. }
            | Insn::LocalBool { slot, .. }
            | Insn::LocalSet { slot, .. }
            | Insn::Local { slot, .. } => *slot = self.local(*slot)?,
            Insn::Const { .. }
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
        Ok(self.names.event(self.from, number)?.number)
    }

    fn property(&mut self, event: u16, slot: u16) -> Referred<u16> {
        self.names.property(self.from, event, slot)
    }

    fn trait_(&mut self, slot: u16) -> Referred<u16> {
        let found = self.names.trait_(self.from, slot)?;
        reads(found.was, found.is, || format!("trait `{}`", found.was.name))?;
        Ok(found.number)
    }

    fn set_trait(&mut self, slot: u16, value: ExprId) -> Referred<u16> {
        let found = self.names.trait_(self.from, slot)?;
        let optional = self.optional.contains(&value);
        writes(found.was, found.is, optional, || format!("trait `{}`", found.was.name))?;
        Ok(found.number)
    }

    fn audience(&mut self, number: u16) -> Referred<u16> {
        Ok(self.names.audience(self.from, number)?.number)
    }

    fn open_audience(&mut self, number: u16) -> Referred<u16> {
        let found = self.names.audience(self.from, number)?;
        match found.is.condition {
            Some(_) => Err(Broken::Computed(found.was.name.clone())),
            None => Ok(found.number),
        }
    }

    fn send(&mut self, send: Send) -> Referred<Send> {
        let found = self.names.action(self.from, send.action)?;
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
        self.lines.call(self.from, &call, &optional)
    }
}
