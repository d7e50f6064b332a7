//! A customer who lives through all that a program reacts to.

use journey_bytecode::{Entry, Event, Type, disasm};
use journey_vm::{Answer, Customer, Effect, Fault, Input, ProgramSet, Row, Scratch, Val, apply};

const HOUR: i64 = 3_600_000;
const START: i64 = 1_774_700_000_000;

/// Most inputs a customer gets, whatever the data.
const MAX_INPUTS: usize = 64;

/// Each byte of the data is an input. Nothing may fault that the verifier has let through, but
/// for what depends on the values, as a division does.
pub(crate) fn live(set: &ProgramSet, data: &[u8]) {
    let program = set.program();
    let (mut customer, mut scratch) = (Customer::new("c"), Scratch::new());
    let mut now = START;
    // What waits for its outcome: journey, membership, tile and visit.
    let mut open: Vec<(u16, u32, u16, u32)> = Vec::new();
    let mut step =
        |input: Input<'_>, now: i64, open: &mut Vec<(u16, u32, u16, u32)>| {
            apply(set, &mut customer, input, now, &mut scratch, &mut |effect: Effect<'_>| {
                match effect {
                    Effect::Faulted { fault, .. }
                    | Effect::AudienceFault { fault, .. }
                    | Effect::GoalFault { fault, .. } => {
                        assert_ne!(fault, Fault::Program, "{}", disasm(set.program()));
                    }
                    Effect::Sent { journey, membership, tile, key, awaits: true, .. }
                    | Effect::Called { journey, membership, tile, key, awaits: true, .. } => {
                        open.push((journey, membership, tile, key.visit));
                    }
                    _ => {}
                }
            });
        };
    step(Input::Activate, now, &mut open);
    for (round, byte) in data.iter().copied().take(MAX_INPUTS).enumerate() {
        let which = u16::from(byte >> 3);
        let journey = which % (program.journeys.len().max(1) as u16);
        match byte & 7 {
            0..=2 if !program.events.is_empty() => {
                let event = which % program.events.len() as u16;
                let Some(declared) = program.events.get(usize::from(event)) else { return };
                let row = filled(declared, i64::from(byte));
                let id = round.to_string();
                step(Input::Event { event, at: now, id: Some(&id), row: &row }, now, &mut open);
            }
            3 if !program.traits.is_empty() => {
                let slot = which % program.traits.len() as u16;
                let value = program.traits.get(usize::from(slot)).map(|it| value(&it.ty, now));
                step(Input::Traits(&[(slot, value.unwrap_or(Val::Unset))]), now, &mut open);
            }
            4 if !program.journeys.is_empty() => {
                let entry = program.journeys.get(usize::from(journey)).map(|it| &it.entry);
                let event = match entry {
                    Some(Entry::Event { event, .. }) => program.events.get(usize::from(*event)),
                    _ => None,
                };
                let row = event.map(|event| filled(event, i64::from(byte)));
                let event = row.as_ref();
                step(Input::Enter { journey, args: &[], event }, now, &mut open);
            }
            5 if !program.audiences.is_empty() => {
                let audience = which % program.audiences.len() as u16;
                step(Input::Member { audience, member: round % 3 != 0 }, now, &mut open);
            }
            6 if !program.journeys.is_empty() && which % 2 == 0 => {
                step(Input::Pause { journey }, now, &mut open);
            }
            6 if !program.journeys.is_empty() => step(Input::Resume { journey }, now, &mut open),
            7 if !open.is_empty() => {
                let (journey, membership, tile, visit) =
                    open.swap_remove(usize::from(which) % open.len());
                let answer = match which % 4 {
                    0 => Answer::Delivered,
                    1 => Answer::Failed { status: Some(503) },
                    2 => Answer::Skipped,
                    _ => Answer::Response(Val::Int(1)),
                };
                let outcome = Input::Outcome { journey, membership, tile, visit, answer };
                step(outcome, now, &mut open);
            }
            _ => {
                now += HOUR << (which % 10);
                step(Input::Tick, now, &mut open);
            }
        }
        now += i64::from(byte) * 1000;
    }
    step(Input::Tick, now + 90 * 24 * HOUR, &mut open);
}

/// Properties of an event.
fn filled(event: &Event, number: i64) -> Row {
    let mut row = Row::with_defaults(&event.properties);
    for (slot, property) in (0..).zip(&event.properties) {
        fill(&mut row, slot, &property.ty, number);
    }
    row
}

fn value(ty: &Type, number: i64) -> Val<'_> {
    match ty {
        Type::Bool => Val::Bool(number % 2 == 0),
        Type::Int => Val::Int(number % 100),
        Type::Number => Val::Number((number % 100) as f64),
        Type::Text => Val::Text("Europe/Berlin"),
        Type::Enum(members) => Val::Text(members.first().map_or("", String::as_str)),
        Type::Time => Val::Time(number),
        _ => Val::Unset,
    }
}

fn fill(row: &mut Row, slot: u16, ty: &Type, number: i64) {
    match ty {
        Type::Bool => row.set_bool(slot, number % 2 == 0),
        Type::Number => row.set_number(slot, number as f64),
        Type::Text => row.set_text(slot, if number % 3 == 0 { "c1" } else { "c2" }),
        Type::Enum(members) => row.set_text(slot, members.first().map_or("", String::as_str)),
        Type::List(_) => row.set(slot, Val::List(&[])),
        Type::Record(fields) => row.set(slot, Val::Record(&vec![Val::Unset; fields.len()])),
        Type::Weekday => row.set_int(slot, 3),
        _ => row.set_int(slot, number),
    }
}
