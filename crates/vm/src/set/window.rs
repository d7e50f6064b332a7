//! Windows, prepared: where their state is, and what of an event they keep.

use journey_bytecode::{Aggregate, ArmTrigger, CaptureFrom, ExprId, Insn, Program, Window};

use super::{Place, WindowPlan, code, reads_locals};
use crate::value::Kind;

/// Prepares a window.
pub(super) fn plan(
    program: &Program,
    event_kinds: &[Vec<Kind>],
    number: u16,
    window: &Window,
    place: Place,
) -> WindowPlan {
    let kinds = event_kinds.get(usize::from(window.event)).map_or(&[][..], Vec::as_slice);
    let slots = match &window.aggregate {
        Aggregate::Last { slots } => slots.as_slice(),
        _ => &[],
    };
    let field = |slot: &u16| kinds.get(usize::from(*slot)).map(|kind| (*slot, *kind));
    let fields: Vec<_> = slots.iter().filter_map(field).collect();
    let mut kept: Vec<u16> = slots.to_vec();
    let exprs = || [window.filter, window.value].into_iter().flatten();
    let for_waits = matches!(window.aggregate, Aggregate::First | Aggregate::Each);
    let late = match place {
        _ if for_waits => true,
        Place::Customer(_) => window.journey.is_some(),
        Place::Instance(_) => exprs().any(|id| reads_locals(program, id)),
    };
    // The filter runs again later only if the events themselves are kept.
    if late {
        kept.extend(exprs().flat_map(|id| event_slots(program, id)));
    }
    if for_waits {
        kept.extend(looked_at(program, number));
    }
    kept.sort_unstable();
    kept.dedup();
    let value = window.value.and_then(|value| program.exprs.get(value.0 as usize));
    let sums_ints = value.is_some_and(|expr| Kind::of(&expr.ty) == Kind::Int);
    WindowPlan { number, place, sums_ints, fields, slots: kinds.len(), kept, late }
}

/// The event slots that the waits look at for which a window keeps events.
fn looked_at(program: &Program, window: u16) -> Vec<u16> {
    let mut slots = Vec::new();
    let states = program.journeys.iter().flat_map(|journey| &journey.states);
    for arm in states.flat_map(|state| &state.arms) {
        let ArmTrigger::Event { filter, captures, earlier, .. } = &arm.trigger else { continue };
        if *earlier == Some(window) {
            slots.extend(filter.iter().flat_map(|id| event_slots(program, *id)));
            slots.extend(captures.iter().filter_map(|capture| match capture.from {
                CaptureFrom::Property(slot) => Some(slot),
                CaptureFrom::At | CaptureFrom::Happened | CaptureFrom::Item => None,
            }));
        }
    }
    slots
}

/// The event slots that an expression loads.
fn event_slots(program: &Program, id: ExprId) -> Vec<u16> {
    let slot = |insn: &Insn| match insn {
        Insn::EventNumber { slot, .. }
        | Insn::EventWord { slot, .. }
        | Insn::EventText { slot, .. }
        | Insn::EventBool { slot, .. }
        | Insn::EventSet { slot, .. }
        | Insn::Event { slot, .. } => Some(*slot),
        _ => None,
    };
    code(program, id).iter().filter_map(slot).collect()
}
