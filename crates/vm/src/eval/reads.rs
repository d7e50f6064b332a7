//! What an expression reads, with the values it finds there: why a decision came out as it did.
//!
//! These are all the places the code names, whether or not a jump passed over some of them. Nobody
//! asks on the hot path: only a replay, and whoever shows a timeline to a person.

use bumpalo::collections::Vec as ArenaVec;
use journey_bytecode::{ExprId, Insn};

use super::Eval;
use crate::{ProgramSet, Val, history};

/// A place that an expression can read. Indices are the program's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Source {
    /// A trait.
    Trait(u16),
    /// A property of the event at hand.
    Property {
        /// Which event.
        event: u16,
        /// Which of its properties.
        slot: u16,
    },
    /// The own time of the event at hand.
    EventAt,
    /// A value that the instance carries.
    Local {
        /// The instance's journey.
        journey: u16,
        /// Which of its locals.
        slot: u16,
    },
    /// Whether the customer is in an audience.
    Audience(u16),
    /// The result of a history window.
    History(u16),
    /// The clock.
    Now,
    /// When the instance entered.
    Entered,
}

/// A place and what stands there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Read<'a> {
    /// Where.
    pub source: Source,
    /// What.
    pub value: Val<'a>,
}

/// What the code of an expression reads, each place once, in the order of the code. A window that
/// faults is left out.
pub(crate) fn reads<'a>(set: &'a ProgramSet, id: ExprId, ctx: &Eval<'a>) -> &'a [Read<'a>] {
    let mut found: ArenaVec<'a, Read<'a>> = ArenaVec::new_in(ctx.arena);
    let program = set.program();
    let Some(expr) = program.exprs.get(id.0 as usize) else { return &[] };
    let code = program.code.iter().skip(expr.start as usize).take(expr.len as usize);
    for insn in code {
        let Some(source) = source(*insn, expr) else { continue };
        if found.iter().any(|read| read.source == source) {
            continue;
        }
        if let Some(value) = value(set, source, ctx) {
            found.push(Read { source, value });
        }
    }
    found.into_bump_slice()
}

fn source(insn: Insn, expr: &journey_bytecode::Expr) -> Option<Source> {
    Some(match insn {
        Insn::TraitNumber { slot, .. }
        | Insn::TraitWord { slot, .. }
        | Insn::TraitText { slot, .. }
        | Insn::TraitBool { slot, .. }
        | Insn::TraitSet { slot, .. }
        | Insn::Trait { slot, .. } => Source::Trait(slot),
        Insn::EventNumber { slot, .. }
        | Insn::EventWord { slot, .. }
        | Insn::EventText { slot, .. }
        | Insn::EventBool { slot, .. }
        | Insn::EventSet { slot, .. }
        | Insn::Event { slot, .. } => Source::Property { event: expr.event?, slot },
        Insn::LocalNumber { slot, .. }
        | Insn::LocalWord { slot, .. }
        | Insn::LocalText { slot, .. }
        | Insn::LocalBool { slot, .. }
        | Insn::LocalSet { slot, .. }
        | Insn::Local { slot, .. } => Source::Local { journey: expr.journey?, slot },
        Insn::Audience { audience, .. } => Source::Audience(audience),
        Insn::History { window, .. } => Source::History(window),
        Insn::EventAt { .. } => Source::EventAt,
        Insn::Now { .. } => Source::Now,
        Insn::Entered { .. } => Source::Entered,
        _ => return None,
    })
}

fn value<'a>(set: &'a ProgramSet, source: Source, ctx: &Eval<'a>) -> Option<Val<'a>> {
    Some(match source {
        Source::Trait(slot) => ctx.traits.value(slot, set.trait_kind(slot)?, ctx.arena),
        Source::Property { event, slot } => {
            let (row, _) = ctx.event?;
            row.value(slot, set.event_kind(Some(event), slot)?, ctx.arena)
        }
        Source::EventAt => Val::Time(ctx.event?.1),
        Source::Local { journey, slot } => {
            let (_, plan) = set.journey(journey)?;
            let kind = *plan.local_kinds.get(usize::from(slot))?;
            ctx.locals?.value(slot, kind, ctx.arena)
        }
        Source::Audience(audience) => Val::Bool(ctx.audiences.contains(audience)),
        Source::History(window) => history::ask(set, window, ctx).ok()?,
        Source::Now => Val::Time(ctx.now),
        Source::Entered => Val::Time(ctx.entered?),
    })
}
