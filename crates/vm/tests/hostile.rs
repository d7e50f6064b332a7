//! Programs that were made to do harm: they are refused, or they run and do none.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use common::sample::sample;
use common::*;
use journey_bytecode::codec::reseal;
use journey_vm::{Customer, Effect, Fault, Input, ProgramSet, Row, Scratch, Val, apply};

/// A value that fits a slot; a list is left empty.
fn fill(row: &mut Row, slot: u16, ty: &Type, number: i64) {
    match ty {
        Type::Bool => row.set_bool(slot, number % 2 == 0),
        Type::Number => row.set_number(slot, 30.0 + number as f64),
        Type::Text => row.set_text(slot, "c1"),
        Type::Enum(members) => row.set_text(slot, members.first().map_or("", String::as_str)),
        Type::List(_) => row.set(slot, Val::List(&[])),
        Type::Record(fields) => row.set(slot, Val::Record(&vec![Val::Unset; fields.len()])),
        Type::Weekday => row.set_int(slot, 3),
        _ => row.set_int(slot, number),
    }
}

/// Lives through all that the sample program reacts to, whatever has become of it.
fn live(set: &ProgramSet) -> usize {
    let (mut customer, mut scratch) = (Customer::new("c"), Scratch::new());
    let mut effects = 0;
    let program = set.program();
    let mut step = |input: Input<'_>, now: i64| {
        apply(set, &mut customer, input, now, &mut scratch, &mut |effect: Effect<'_>| {
            effects += 1;
            // What the verifier lets through is never found inconsistent later.
            if let Effect::Faulted { fault, .. } | Effect::AudienceFault { fault, .. } = effect {
                assert_ne!(fault, Fault::Program, "{}", disasm(set.program()));
            }
        });
    };
    let start = 1_774_700_000_000;
    let traits = [
        (0, Val::Text("ada@example.com")),
        (1, Val::Number(600.0)),
        (2, Val::Int(4)),
        (5, Val::Time(start)),
        (6, Val::Bool(true)),
    ];
    step(Input::Traits(&traits), start);
    for round in 0..3i64 {
        let now = start + round * 10 * DAY;
        for event in 0..program.events.len() as u16 {
            let mut row = Row::new(0);
            let properties = &program.events[usize::from(event)].properties;
            row.reset(properties);
            for (slot, property) in (0..).zip(properties) {
                fill(&mut row, slot, &property.ty, round);
            }
            let id = format!("{round}/{event}");
            step(Input::Event { event, at: now, id: Some(&id), row: &row }, now);
        }
        step(Input::Tick, now + 2 * HOUR);
        step(by_hand(1), now + 3 * HOUR);
        step(Input::Traits(&[(0, Val::Unset), (6, Val::Bool(round % 2 == 0))]), now + DAY);
    }
    step(Input::Tick, start + 40 * DAY);
    effects
}

#[test]
fn the_sound_program_does_a_lot() {
    let set = ProgramSet::new(verify(sample()).unwrap());
    assert!(live(&set) > 50, "{}", live(&set));
}

/// Each bit of the artifact is flipped in turn, the checksums set right again. Most of what comes
/// out is refused; the rest is run. A flipped bit in the middle of a number can turn a day into a
/// millisecond, so this also tries what storms of timers do.
#[test]
fn a_forged_program_is_refused_or_runs_without_harm() {
    let artifact = encode(&sample());
    let (mut refused, mut run) = (0, 0);
    // One bit in seven, a prime, so that every place in a byte and in an instruction is met.
    for at in (0..artifact.len() * 8).step_by(7) {
        let mut forged = artifact.clone();
        forged[at / 8] ^= 1 << (at % 8);
        reseal(&mut forged);
        let Ok(program) = decode(&forged) else {
            refused += 1;
            continue;
        };
        match verify(program) {
            Ok(verified) => {
                live(&ProgramSet::new(verified));
                run += 1;
            }
            Err(_) => refused += 1,
        }
    }
    assert!(refused > 500 && run > 500, "{refused} refused, {run} run");
}

/// The same with whole instructions replaced by others of the program.
#[test]
fn swapped_instructions_are_refused_or_run_without_harm() {
    let program = sample();
    let (mut refused, mut run) = (0, 0);
    for at in 0..program.code.len() {
        for from in (0..program.code.len()).step_by(3) {
            let mut swapped = program.clone();
            swapped.code[at] = program.code[from];
            match verify(swapped) {
                Ok(verified) => {
                    live(&ProgramSet::new(verified));
                    run += 1;
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > 500 && run > 50, "{refused} refused, {run} run");
}

/// And with the operations of a journey.
#[test]
fn swapped_operations_are_refused_or_run_without_harm() {
    let program = sample();
    let (mut refused, mut run) = (0, 0);
    for (journey, ops) in program.journeys.iter().map(|journey| &journey.code).enumerate() {
        for at in 0..ops.len() {
            for op in ops {
                let mut swapped = program.clone();
                swapped.journeys[journey].code[at] = *op;
                match verify(swapped) {
                    Ok(verified) => {
                        live(&ProgramSet::new(verified));
                        run += 1;
                    }
                    Err(_) => refused += 1,
                }
            }
        }
    }
    assert!(refused > 200 && run > 30, "{refused} refused, {run} run");
}
