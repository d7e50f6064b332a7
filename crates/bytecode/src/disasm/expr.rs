//! Expression code in a listing: one instruction a line, jumps with their target.

use std::fmt::{self, Write};

use super::value::{Shown, Types, Week};
use super::{Id, Listing, audience_name, event_name, journey_name, slot_name};
use crate::{Cmp, Cond, Expr, Insn};

impl Listing<'_> {
    pub(super) fn expr(&mut self, index: usize, expr: &Expr) -> fmt::Result {
        let program = self.program;
        let mark = if expr.optional { "?" } else { "" };
        write!(self, "\nexpression {index}: {}{mark}", Types(&expr.ty))?;
        if let Some(event) = expr.event {
            write!(self, ", of event {}", event_name(program, event))?;
        }
        if let Some(journey) = expr.journey {
            write!(self, ", in journey {}", journey_name(program, journey))?;
        }
        if let Some(action) = expr.action {
            let action = program.actions.get(usize::from(action));
            write!(self, ", in the request of {}", action.map_or("?", |action| &action.name))?;
        }
        if let Some(zone) = expr.zone {
            write!(self, ", local times by {}", Id(zone))?;
        }
        writeln!(self)?;
        let start = expr.start as usize;
        let code = program.code.get(start..start.saturating_add(expr.len as usize));
        for (offset, insn) in code.unwrap_or_default().iter().enumerate() {
            let line = self.insn(expr, offset, *insn);
            writeln!(self, "  {offset:>4}  {line}")?;
        }
        Ok(())
    }

    fn insn(&self, expr: &Expr, offset: usize, insn: Insn) -> String {
        let to = |skip: u16| offset + 1 + usize::from(skip);
        let jump = |on: bool, what: String, skip: u16| {
            format!("{} {what} jump {}", if on { "if" } else { "unless" }, to(skip))
        };
        let fused = |place: String, cond: Cond, k: u16, skip: u16| {
            let (sign, on) = parts(cond);
            jump(on, format!("{place} {sign} {}", self.constant(k)), skip)
        };
        let held = |place: String, on, skip| jump(on, place, skip);
        let set = |place: String, on, skip| jump(on, format!("{place} is set"), skip);
        match insn {
            Insn::TraitNumber { cond, slot, k, skip }
            | Insn::TraitWord { cond, slot, k, skip }
            | Insn::TraitText { cond, slot, k, skip } => fused(self.trait_(slot), cond, k, skip),
            Insn::EventNumber { cond, slot, k, skip }
            | Insn::EventWord { cond, slot, k, skip }
            | Insn::EventText { cond, slot, k, skip } => {
                fused(self.property(expr, slot), cond, k, skip)
            }
            Insn::LocalNumber { cond, slot, k, skip }
            | Insn::LocalWord { cond, slot, k, skip }
            | Insn::LocalText { cond, slot, k, skip } => {
                fused(self.local(expr, slot), cond, k, skip)
            }
            Insn::TraitBool { on, slot, skip } => held(self.trait_(slot), on, skip),
            Insn::EventBool { on, slot, skip } => held(self.property(expr, slot), on, skip),
            Insn::LocalBool { on, slot, skip } => held(self.local(expr, slot), on, skip),
            Insn::TraitSet { on, slot, skip } => set(self.trait_(slot), on, skip),
            Insn::EventSet { on, slot, skip } => set(self.property(expr, slot), on, skip),
            Insn::LocalSet { on, slot, skip } => set(self.local(expr, slot), on, skip),
            Insn::Audience { on, audience, skip } => {
                jump(on, format!("customer in {}", audience_name(self.program, audience)), skip)
            }
            Insn::Jump { skip } => format!("jump {}", to(skip)),
            Insn::JumpBool { on, a, skip } => jump(on, format!("r{a}"), skip),
            Insn::JumpSet { on, a, skip } => jump(on, format!("r{a} is set"), skip),
            Insn::Ret { a } => format!("return r{a}"),
            Insn::RetTrue => "return true".to_owned(),
            Insn::RetFalse => "return false".to_owned(),
            Insn::Each { fold, dst, a, item, skip } => {
                format!("r{dst} = {fold:?} of each r{item} in r{a}, to {}", to(skip))
            }
            other => self.compute(expr, other),
        }
    }

    /// An instruction that puts a value into a register.
    fn compute(&self, expr: &Expr, insn: Insn) -> String {
        let list = |first: u8, count: u8| {
            let registers = (0..count).map(|n| format!("r{}", u16::from(first) + u16::from(n)));
            registers.collect::<Vec<_>>().join(", ")
        };
        let (dst, value) = match insn {
            Insn::Trait { dst, slot } => (dst, self.trait_(slot)),
            Insn::Event { dst, slot } => (dst, self.property(expr, slot)),
            Insn::EventAt { dst } => (dst, "event.at".to_owned()),
            Insn::Local { dst, slot } => (dst, self.local(expr, slot)),
            Insn::Const { dst, k } => (dst, self.constant(k)),
            Insn::Unset { dst } => (dst, "unset".to_owned()),
            Insn::Now { dst } => (dst, "now".to_owned()),
            Insn::Entered { dst } => (dst, "entered".to_owned()),
            Insn::CustomerId { dst } => (dst, "customer.id".to_owned()),
            Insn::History { dst, window } => (dst, format!("window {window}")),
            Insn::Move { dst, a } => (dst, format!("r{a}")),
            Insn::Compare { cmp, dst, a, b } => (dst, format!("r{a} {} r{b}", sign(cmp))),
            Insn::Unary { op, dst, a } => (dst, format!("{op:?} r{a}")),
            Insn::Binary { op, dst, a, b } => (dst, format!("{op:?} r{a}, r{b}")),
            Insn::InRange { dst, a, lo, hi } => (dst, format!("r{a} in r{lo}..r{hi}")),
            Insn::Matches { dst, a, regex } => (dst, format!("r{a} matches pattern {regex}")),
            Insn::MakeList { dst, first, count } => (dst, format!("[{}]", list(first, count))),
            Insn::MakeRecord { dst, first, count } => {
                (dst, format!("{{ {} }}", list(first, count)))
            }
            Insn::NextInDays { dst, days } => (dst, format!("next in {}", Week(days))),
            Insn::NextInRange { dst, days, from, to } => {
                (dst, format!("next in {} r{from}..r{to}", Week(days)))
            }
            Insn::NextTime { dst, days, at } => (dst, format!("next {} r{at}", Week(days))),
            Insn::Field { dst, a, field } => (dst, format!("field {field} of r{a}")),
            other => return format!("{other:?}"),
        };
        format!("r{dst} = {value}")
    }

    fn constant(&self, k: u16) -> String {
        let value = self.program.consts.get(usize::from(k));
        value.map_or_else(|| format!("constant #{k}"), |value| Shown(value).to_string())
    }

    fn trait_(&self, slot: u16) -> String {
        format!("customer.{}", slot_name(&self.program.traits, slot))
    }

    fn property(&self, expr: &Expr, slot: u16) -> String {
        let event = expr.event.and_then(|event| self.program.events.get(usize::from(event)));
        let slots = event.map_or(&[][..], |event| &event.properties);
        format!("event.{}", slot_name(slots, slot))
    }

    fn local(&self, expr: &Expr, slot: u16) -> String {
        if let Some(slots) = expr.action.and_then(|action| self.program.request_slots(action)) {
            return format!("request {}", slot_name(&slots, slot));
        }
        let journey = expr.journey;
        let journey = journey.and_then(|journey| self.program.journeys.get(usize::from(journey)));
        let slots = journey.map_or(&[][..], |journey| &journey.locals);
        format!("local {}", slot_name(slots, slot))
    }
}

fn sign(cmp: Cmp) -> &'static str {
    match cmp {
        Cmp::Eq => "==",
        Cmp::Ne => "!=",
        Cmp::Lt => "<",
        Cmp::Le => "<=",
        Cmp::Gt => ">",
        Cmp::Ge => ">=",
    }
}

/// The comparison of a fused instruction, and the outcome on which it jumps.
fn parts(cond: Cond) -> (&'static str, bool) {
    let cmp = match cond {
        Cond::EqFalse | Cond::EqTrue => Cmp::Eq,
        Cond::NeFalse | Cond::NeTrue => Cmp::Ne,
        Cond::LtFalse | Cond::LtTrue => Cmp::Lt,
        Cond::LeFalse | Cond::LeTrue => Cmp::Le,
        Cond::GtFalse | Cond::GtTrue => Cmp::Gt,
        Cond::GeFalse | Cond::GeTrue => Cmp::Ge,
    };
    (sign(cmp), cond == Cond::new(cmp, true))
}
