//! Events that concern at most the instance with one key.
//!
//! Where all that a keyed journey does on an event is behind `event.x == key`, the value of `x`
//! says which of a customer's instances, of thousands maybe, has to see it. That is read off the
//! code of the filters: what comes before the comparison must be tests that cannot go wrong, so
//! that for any other key the filter fails, and does nothing else.

use journey_bytecode::{ArmTrigger, Cmp, Entry, ExitTrigger, Insn, Journey, Op, Program};

use super::code;

/// For each of these events the slot that has to hold the key of an instance that it concerns;
/// nothing where it may concern others as well.
pub(super) fn slots(program: &Program, journey: &Journey, events: &[u16]) -> Vec<Option<u16>> {
    let Some(key) = key(program, journey) else { return vec![None; events.len()] };
    events.iter().map(|event| slot(program, journey, key, *event)).collect()
}

/// The code of the key, without its return: a local and maybe a field of it, that nothing changes
/// after the entry.
fn key<'p>(program: &'p Program, journey: &Journey) -> Option<&'p [Insn]> {
    let Entry::Event { key: Some(key), .. } = &journey.entry else { return None };
    let (Insn::Ret { .. }, path) = code(program, *key).split_last()? else { return None };
    let (Insn::Local { slot, .. }, fields) = path.split_first()? else { return None };
    let only_fields = fields.iter().all(|insn| matches!(insn, Insn::Field { .. }));
    (only_fields && !is_written(journey, *slot)).then_some(path)
}

/// Whether anything but the entry writes a local. An entry that refreshes an instance has its key.
fn is_written(journey: &Journey, local: u16) -> bool {
    let by_op = journey.code.iter().any(|op| match op {
        Op::Set { local: to, .. }
        | Op::Pace { local: to, .. }
        | Op::Rounds { local: to, .. }
        | Op::Countdown { local: to, .. } => *to == local,
        _ => false,
    });
    let by_arm =
        journey.states.iter().flat_map(|state| &state.arms).any(|arm| match &arm.trigger {
            ArmTrigger::Event { captures, .. } => captures.iter().any(|it| it.local == local),
            _ => false,
        });
    by_op
        || by_arm
        || journey.sends.iter().any(|send| send.message_id == Some(local))
        || journey.params.iter().any(|param| param.local == Some(local))
        || journey.webhooks.iter().any(|webhook| {
            webhook.response.as_ref().is_some_and(|response| response.local == Some(local))
        })
}

/// The slot of an event that all filters compare with the key.
fn slot(program: &Program, journey: &Journey, key: &[Insn], event: u16) -> Option<u16> {
    let exits = journey.exits.iter().filter_map(|exit| match &exit.trigger {
        ExitTrigger::Event { event, filter } => Some((*event, *filter)),
        _ => None,
    });
    let arms = journey.states.iter().flat_map(|state| &state.arms);
    let arms = arms.filter_map(|arm| match &arm.trigger {
        ArmTrigger::Event { event, filter, .. } => Some((*event, *filter)),
        _ => None,
    });
    let goals = journey.goals.iter().map(|goal| (goal.event, goal.filter));
    let filters = exits.chain(arms).chain(goals).filter(|(awaited, _)| *awaited == event);
    let mut found = None;
    for (_, filter) in filters {
        let slot = compared(code(program, filter?), key)?;
        if found.is_some_and(|found| found != slot) {
            return None;
        }
        found = Some(slot);
    }
    found
}

/// The slot of the event that a filter compares with the key before anything can go wrong, and
/// without which it fails.
fn compared(mut code: &[Insn], key: &[Insn]) -> Option<u16> {
    loop {
        let (first, rest) = code.split_first()?;
        match leaf(first) {
            Some(skip) if fails(rest, skip) => code = rest,
            Some(_) => return None,
            None => break,
        }
    }
    let (slot, rest) = sides(code, key)?;
    let (Insn::Compare { cmp: Cmp::Eq, dst, .. }, rest) = rest.split_first()? else { return None };
    let fails = match rest.split_first()? {
        (Insn::JumpBool { on: false, a, skip }, rest) => a == dst && fails(rest, *skip),
        (Insn::Ret { a }, _) => a == dst,
        _ => false,
    };
    fails.then_some(slot)
}

/// Both sides of the comparison, in whichever order: a slot of the event and the key. What is left
/// begins with the comparison of the two.
fn sides<'c>(code: &'c [Insn], key: &[Insn]) -> Option<(u16, &'c [Insn])> {
    let event = |code: &'c [Insn]| match code.split_first()? {
        (Insn::Event { dst, slot }, rest) => Some((*dst, *slot, rest)),
        _ => None,
    };
    let key = |code: &'c [Insn]| {
        let (path, rest) = code.split_at_checked(key.len())?;
        let Insn::Local { dst, .. } = *path.first()? else { return None };
        let same = path.iter().zip(key).all(|(here, key)| at(*key, dst) == Some(*here));
        same.then_some((dst, rest))
    };
    let (left, right, slot, rest) = match event(code) {
        Some((left, slot, rest)) => key(rest).map(|(right, rest)| (left, right, slot, rest))?,
        None => {
            let (left, rest) = key(code)?;
            let (right, slot, rest) = event(rest)?;
            (left, right, slot, rest)
        }
    };
    match rest.first()? {
        Insn::Compare { a, b, .. } if (*a, *b) == (left, right) && left != right => {
            Some((slot, rest))
        }
        _ => None,
    }
}

/// An instruction of the key, with its register.
fn at(insn: Insn, register: u8) -> Option<Insn> {
    match insn {
        Insn::Local { slot, .. } => Some(Insn::Local { dst: register, slot }),
        Insn::Field { field, .. } => Some(Insn::Field { dst: register, a: register, field }),
        _ => None,
    }
}

/// How far a test of a slot with a constant jumps; nothing for another instruction.
fn leaf(insn: &Insn) -> Option<u16> {
    match *insn {
        Insn::TraitNumber { skip, .. }
        | Insn::TraitWord { skip, .. }
        | Insn::TraitText { skip, .. }
        | Insn::TraitBool { skip, .. }
        | Insn::TraitSet { skip, .. }
        | Insn::EventNumber { skip, .. }
        | Insn::EventWord { skip, .. }
        | Insn::EventText { skip, .. }
        | Insn::EventBool { skip, .. }
        | Insn::EventSet { skip, .. }
        | Insn::LocalNumber { skip, .. }
        | Insn::LocalWord { skip, .. }
        | Insn::LocalText { skip, .. }
        | Insn::LocalBool { skip, .. }
        | Insn::LocalSet { skip, .. }
        | Insn::Audience { skip, .. } => Some(skip),
        _ => None,
    }
}

/// Whether a jump from before `rest` leads to where the filter fails.
fn fails(rest: &[Insn], skip: u16) -> bool {
    matches!(rest.get(usize::from(skip)), Some(Insn::RetFalse))
}
