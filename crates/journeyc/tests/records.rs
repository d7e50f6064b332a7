//! A customer who is written to bytes and read back after each input lives the same life as one who
//! stays in memory: the real log, and the examples with whatever comes.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use bumpalo::Bump;
use flate2::read::GzDecoder;
use journey_bytecode::{Const, Program, Slot, Type};
use journey_vm::{Answer, Customer, Effect, Input, ProgramSet, Row, Scratch, Val, apply};
use serde_json::Value;

const HOUR: i64 = 3_600_000;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn program(folder: &str) -> ProgramSet {
    let sources = journeyc::load::load(&[root().join(folder)]).unwrap().pop().unwrap();
    let compiled = journeyc::compile::compile(&sources);
    let program = journey_ir::lower(&compiled.checked.unwrap()).unwrap();
    ProgramSet::new(journey_bytecode::verify(program).unwrap())
}

fn record(set: &ProgramSet, customer: &Customer) -> Vec<u8> {
    let mut record = Vec::new();
    customer.encode(set, &mut record);
    record
}

/// A customer twice: one stays in memory, the other is stored after each input.
struct Twins {
    kept: Customer,
    stored: Customer,
}

impl Twins {
    fn new(id: &str) -> Twins {
        Twins { kept: Customer::new(id), stored: Customer::new(id) }
    }

    /// Applies an input to both, and gives what happened.
    fn apply(
        &mut self,
        set: &ProgramSet,
        input: Input<'_>,
        now: i64,
        scratch: &mut Scratch,
    ) -> Vec<String> {
        let (mut effects, mut again) = (Vec::new(), Vec::new());
        apply(set, &mut self.kept, input, now, scratch, &mut |effect: Effect<'_>| {
            effects.push(format!("{effect:?}"));
        });
        apply(set, &mut self.stored, input, now, scratch, &mut |effect: Effect<'_>| {
            again.push(format!("{effect:?}"));
        });
        assert_eq!(effects, again, "{input:?}");
        let bytes = record(set, &self.stored);
        self.stored = Customer::decode(set, self.kept.id(), &bytes).unwrap();
        assert!(record(set, &self.kept) == bytes, "{input:?}");
        effects
    }
}

/// The log is that of the conformance tests.
#[test]
fn the_log_of_a_shop_goes_the_same_way_through_a_store() {
    let set = program("tests/conformance/cd1");
    let log = File::open(root().join("../shared/data/cdnow/events.ndjson.gz")).unwrap();
    let (mut customers, mut scratch) = (HashMap::<String, Twins>::new(), Scratch::new());
    let (mut effects, mut last) = (0, 0);
    for line in BufReader::new(GzDecoder::new(log)).lines() {
        let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let text = |field: &str| line[field].as_str().unwrap();
        let at = chrono::DateTime::parse_from_rfc3339(text("ts")).unwrap().timestamp_millis();
        let mut row = Row::new(2);
        row.set_int(0, line["properties"]["cds"].as_i64().unwrap());
        row.set_number(1, line["properties"]["amount"].as_f64().unwrap());
        let id = text("customer_id");
        let twins = customers.entry(id.to_owned()).or_insert_with(|| Twins::new(id));
        let input = Input::Event { event: 0, at, id: None, row: &row };
        effects += twins.apply(&set, input, at, &mut scratch).len();
        last = at;
    }
    let records = customers.values().map(|twins| record(&set, &twins.kept).len());
    let bytes = records.sum::<usize>() / customers.len();
    assert!(bytes <= 32, "a customer of the log takes {bytes} bytes");
    for twins in customers.values_mut() {
        effects += twins.apply(&set, Input::Tick, last + 400 * 24 * HOUR, &mut scratch).len();
    }
    assert!(customers.len() == 23_570 && effects > 100_000, "{} {effects}", customers.len());
}

/// Numbers that look random and are always the same.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    /// A value of a type; texts are words of the program, so that they are what it asks for.
    fn value<'a>(
        &mut self,
        program: &'a Program,
        ty: &'a Type,
        now: i64,
        arena: &'a Bump,
    ) -> Val<'a> {
        let some = [0, 1, 2, 5, 30, 200][self.roll(6)];
        match ty {
            Type::Bool => Val::Bool(self.roll(2) == 0),
            Type::Int => Val::Int(some),
            Type::Number => Val::Number(some as f64 * 1.25),
            Type::Enum(members) => Val::Text(&members[self.roll(members.len())]),
            Type::Text => Val::Text(self.word(program)),
            Type::Json => Val::Text("{}"),
            Type::Time => Val::Time(now + (some - 5) * 6 * HOUR),
            Type::Date => Val::Date(((now / (24 * HOUR)) + some - 5) as i32),
            Type::TimeOfDay => Val::TimeOfDay((some % 24 * HOUR) as i32),
            Type::Weekday => Val::Weekday((some % 7) as u8),
            Type::Duration => Val::Duration(some * HOUR),
            Type::List(ty) => {
                let count = self.roll(4);
                let items: Vec<_> =
                    (0..count).map(|_| self.value(program, ty, now, arena)).collect();
                Val::List(arena.alloc_slice_copy(&items))
            }
            Type::Record(fields) => {
                let mut field = |field: &'a journey_bytecode::FieldType| {
                    if field.optional && self.roll(4) == 0 {
                        return Val::Unset;
                    }
                    self.value(program, &field.ty, now, arena)
                };
                let values: Vec<_> = fields.iter().map(&mut field).collect();
                Val::Record(arena.alloc_slice_copy(&values))
            }
        }
    }

    fn word<'a>(&mut self, program: &'a Program) -> &'a str {
        let place = self.roll(program.consts.len() + 2);
        match program.consts.get(place) {
            Some(Const::Text(text)) => text,
            _ => ["a", "b"][place % 2],
        }
    }

    /// A value for each slot, some optional ones left out.
    fn row(&mut self, program: &Program, slots: &[Slot], now: i64) -> Row {
        let (arena, mut row) = (Bump::new(), Row::with_defaults(slots));
        for (number, slot) in (0..).zip(slots) {
            if !slot.optional || self.roll(4) > 0 {
                row.set(number, self.value(program, &slot.ty, now, &arena));
            }
        }
        row
    }
}

/// Lets anything happen to some customers, and says what kinds of things have happened.
fn live(folder: &str, customers: usize, inputs: usize) -> HashMap<String, usize> {
    let set = program(folder);
    let program: &Program = set.program();
    let (mut scratch, mut dice) = (Scratch::new(), Dice(0x9e37_79b9_7f4a_7c15));
    let mut kinds = HashMap::new();
    for number in 0..customers {
        let mut twins = Twins::new(&format!("c{number}"));
        let mut now = 1_774_700_000_000;
        for _ in 0..inputs {
            let arena = Bump::new();
            now += [0, 1_000, HOUR, 9 * HOUR, 70 * HOUR][dice.roll(5)];
            let journey = dice.roll(program.journeys.len()) as u16;
            let open = twins.kept.instances();
            let instance = (!open.is_empty()).then(|| open[dice.roll(open.len())].clone());
            let (row, args);
            let input = match (dice.roll(16), instance) {
                (0, _) => Input::Pause { journey },
                (1, _) => Input::Resume { journey },
                (2, Some(it)) => Input::Remove { journey: it.journey, membership: None },
                (3, Some(it)) => Input::Retry { journey: it.journey, membership: it.membership },
                (4..=6, Some(it)) if it.tile.is_some() => Input::Outcome {
                    journey: it.journey,
                    membership: it.membership,
                    tile: it.tile.unwrap(),
                    visit: 1,
                    answer: [Answer::Delivered, Answer::Failed { status: None }][dice.roll(2)],
                },
                (7 | 8, _) => {
                    let slot = dice.roll(program.traits.len()) as u16;
                    let declared = &program.traits[usize::from(slot)];
                    args = [(slot, dice.value(program, &declared.ty, now, &arena))];
                    Input::Traits(&args)
                }
                (9, _) if !program.audiences.is_empty() => Input::Member {
                    audience: dice.roll(program.audiences.len()) as u16,
                    member: dice.roll(3) > 0,
                },
                (10, _) => Input::Enter { journey, args: &[], event: None },
                (11, _) => Input::Tick,
                _ => {
                    let event = dice.roll(program.events.len());
                    row = dice.row(program, &program.events[event].properties, now);
                    Input::Event { event: event as u16, at: now, id: None, row: &row }
                }
            };
            for effect in twins.apply(&set, input, now, &mut scratch) {
                let kind = effect.split([' ', '{']).next().unwrap_or_default().to_owned();
                *kinds.entry(kind).or_insert(0) += 1;
            }
        }
    }
    kinds
}

#[test]
fn whatever_happens_to_the_recipes_goes_the_same_way_through_a_store() {
    let kinds = live("examples/recipes", 60, 150);
    for kind in [
        "Entered",
        "Left",
        "Exited",
        "Sent",
        "Answered",
        "Held",
        "Skipped",
        "GoalReached",
        "Called",
    ] {
        assert!(kinds.contains_key(kind), "no {kind} among {kinds:?}");
    }
}

#[test]
fn whatever_happens_to_the_other_examples_goes_the_same_way_through_a_store() {
    for folder in ["examples/grocery", "tests/conformance/cj1"] {
        let kinds = live(folder, 20, 100);
        assert!(kinds.contains_key("Sent"), "{folder}: {kinds:?}");
    }
}
