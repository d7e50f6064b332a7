//! Programs as text, for people.
//!
//! The listing has everything that is in the program, with names where code has numbers. The same
//! program always gives the same listing. It takes any program, verified or not: what points
//! nowhere is shown as its number.

mod expr;
mod journey;
mod request;
mod value;

use std::fmt::{self, Write};

use value::{Millis, Shown, Types};

use crate::{
    Aggregate, Audience, Cap, Const, ExprId, Otherwise, Policy, Program, Quiet, Range, Reads, Slot,
    Window,
};

/// Lists a program.
pub fn disasm(program: &Program) -> String {
    let mut listing = Listing { program, text: String::new() };
    // Writing to a string does not fail.
    let _ = listing.program();
    listing.text
}

struct Listing<'p> {
    program: &'p Program,
    text: String,
}

impl Write for Listing<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.text.write_str(text)
    }
}

impl Listing<'_> {
    fn program(&mut self) -> fmt::Result {
        let program = self.program;
        writeln!(self, "workspace {}, time zone {}", program.workspace, program.timezone)?;
        self.slots("\ncustomer", &program.traits)?;
        for event in &program.events {
            let heading = format!("\nevent {}{}", event.name, wire(&event.name, &event.wire));
            self.slots(&heading, &event.properties)?;
        }
        for destination in &program.destinations {
            self.destination(destination)?;
        }
        for action in &program.actions {
            self.action(action)?;
        }
        for policy in &program.policies {
            self.policy(policy)?;
        }
        if !program.consts.is_empty() {
            writeln!(self, "\nconstants")?;
            for (index, value) in program.consts.iter().enumerate() {
                writeln!(self, "  {index:>4}  {}", Shown(value))?;
            }
        }
        if !program.regexes.is_empty() {
            writeln!(self, "\npatterns")?;
            for (index, pattern) in program.regexes.iter().enumerate() {
                writeln!(self, "  {index:>4}  {pattern:?}")?;
            }
        }
        for (index, window) in program.windows.iter().enumerate() {
            self.window(index, window)?;
        }
        for (index, audience) in program.audiences.iter().enumerate() {
            self.audience(index, audience)?;
        }
        for (number, journey) in (0..).zip(&program.journeys) {
            self.journey(number, journey)?;
        }
        for (index, expr) in program.exprs.iter().enumerate() {
            self.expr(index, expr)?;
        }
        Ok(())
    }

    fn slots(&mut self, heading: &str, slots: &[Slot]) -> fmt::Result {
        writeln!(self, "{heading}")?;
        for (index, slot) in slots.iter().enumerate() {
            let Slot { name, wire: on_wire, ty, optional, default, pii } = slot;
            let mark = if *optional { "?" } else { "" };
            write!(self, "  {index:>4}  {name}{}: {}{mark}", wire(name, on_wire), Types(ty))?;
            if let Some(default) = default {
                write!(self, " = {}", Shown(default))?;
            }
            writeln!(self, "{}", if *pii { " @pii" } else { "" })?;
        }
        Ok(())
    }

    fn policy(&mut self, policy: &Policy) -> fmt::Result {
        writeln!(self, "\npolicy {}", policy.name)?;
        if let Some(require) = policy.require {
            writeln!(self, "  require {}", Id(require))?;
        }
        if let Some(Quiet { from, to, otherwise }) = policy.quiet {
            let (from, to) = (Const::TimeOfDay(from), Const::TimeOfDay(to));
            write!(self, "  quiet {}..{}", Shown(&from), Shown(&to))?;
            self.otherwise(otherwise, "spread")?;
        }
        for Cap { count, per, otherwise } in &policy.caps {
            write!(self, "  cap {count} per {}", Millis(*per))?;
            self.otherwise(*otherwise, "up to")?;
        }
        Ok(())
    }

    fn otherwise(&mut self, otherwise: Otherwise, what: &str) -> fmt::Result {
        match otherwise {
            Otherwise::Skip => writeln!(self, " skip"),
            Otherwise::Hold(None) => writeln!(self, " hold"),
            Otherwise::Hold(Some(length)) => writeln!(self, " hold {what} {}", Millis(length)),
        }
    }

    fn window(&mut self, index: usize, window: &Window) -> fmt::Result {
        let program = self.program;
        let Window { event, aggregate, filter, value, range, journey } = window;
        write!(self, "\nwindow {index}: ")?;
        match aggregate {
            Aggregate::Count => write!(self, "count of ")?,
            Aggregate::Sum => write!(self, "sum over ")?,
            Aggregate::Last { .. } => write!(self, "last ")?,
            Aggregate::First => write!(self, "first, for waits, ")?,
            Aggregate::Each => write!(self, "each, for waits, ")?,
        }
        write!(self, "{}", event_name(program, *event))?;
        if let Aggregate::Last { slots } = aggregate {
            let properties = program.events.get(usize::from(*event)).map(|e| &e.properties);
            let names = slots
                .iter()
                .map(|slot| slot_name(properties.map_or(&[][..], Vec::as_slice), *slot));
            write!(
                self,
                " {{ {} }}",
                names.chain(["at".to_owned()]).collect::<Vec<_>>().join(" ")
            )?;
        }
        if let Some(value) = value {
            write!(self, " of {}", Id(*value))?;
        }
        if let Some(filter) = filter {
            write!(self, " where {}", Id(*filter))?;
        }
        match range {
            Range::All => {}
            Range::Within(length) => write!(self, " within {}", Millis(*length))?,
            Range::SinceEntered => write!(self, " since entered")?,
            Range::SinceMark(mark) => write!(self, " since mark {mark}")?,
        }
        match journey {
            Some(journey) => writeln!(self, ", of journey {}", journey_name(program, *journey)),
            None => writeln!(self),
        }
    }

    fn audience(&mut self, index: usize, audience: &Audience) -> fmt::Result {
        let Audience { name, title, condition } = audience;
        write!(self, "\naudience {index} {name} {title:?}: ")?;
        match condition {
            Some(condition) => self.condition(condition)?,
            None => write!(self, "set from outside")?,
        }
        writeln!(self)
    }

    /// What a continuous condition depends on.
    fn reads(&mut self, reads: &Reads) -> fmt::Result {
        let program = self.program;
        let traits = reads.traits.iter();
        let traits = traits.map(|slot| format!("customer.{}", slot_name(&program.traits, *slot)));
        let windows = reads.windows.iter().map(|window| format!("window {window}"));
        let audiences = reads.audiences.iter();
        let audiences = audiences.map(|a| format!("audience {}", audience_name(program, *a)));
        let all: Vec<_> = traits.chain(windows).chain(audiences).collect();
        match all.is_empty() {
            true => Ok(()),
            false => write!(self, ", reads {}", all.join(", ")),
        }
    }
}

/// An expression as it is referred to.
struct Id(ExprId);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expression {}", self.0.0)
    }
}

/// The wire name, where it is not the name itself.
fn wire(name: &str, wire: &str) -> String {
    if name == wire { String::new() } else { format!(" {wire:?}") }
}

fn slot_name(slots: &[Slot], slot: u16) -> String {
    slots.get(usize::from(slot)).map_or_else(|| format!("#{slot}"), |slot| slot.name.clone())
}

fn event_name(program: &Program, event: u16) -> String {
    let found = program.events.get(usize::from(event));
    found.map_or_else(|| format!("#{event}"), |event| event.name.clone())
}

fn journey_name(program: &Program, journey: u16) -> String {
    let Some(found) = program.journeys.get(usize::from(journey)) else {
        return format!("#{journey}");
    };
    match program.versions.is_empty() {
        true => found.name.clone(),
        false => format!("{} v{}", found.name, program.version(journey).number),
    }
}

fn policy_name(program: &Program, policy: u16) -> String {
    let found = program.policies.get(usize::from(policy));
    found.map_or_else(|| format!("#{policy}"), |policy| policy.name.clone())
}

fn audience_name(program: &Program, audience: u16) -> String {
    let found = program.audiences.get(usize::from(audience));
    found.map_or_else(|| format!("#{audience}"), |audience| audience.name.clone())
}
