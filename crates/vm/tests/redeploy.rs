//! Deployments of what is there already: whatever happens to a customer, and however often the same text
//! takes over as a new version, the same happens as if it never had.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::*;
use journey_vm::{Answer, Input, ProgramSet, Row, Scratch, Val};
use proptest::prelude::*;

/// The recipes, as they were compiled once.
fn recipes() -> Program {
    decode(include_bytes!("../../../tests/formats/v1/recipes.jbc")).unwrap()
}

/// Something that happens so many hours later.
#[derive(Debug, Clone)]
struct Step {
    hours: i64,
    kind: u8,
    which: u16,
    value: i64,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let hours = prop_oneof![4 => Just(0), 3 => 1..30i64, 1 => 100..1_000i64];
    let step = (hours, 0..16u8, any::<u16>(), 0..40i64)
        .prop_map(|(hours, kind, which, value)| Step { hours, kind, which, value });
    prop::collection::vec(step, 1..60)
}

/// A value of a type, of few.
fn value<'a>(ty: &'a Type, number: i64, now: i64, scratch: &'a Scratch) -> Val<'a> {
    let list = |items: Vec<Val<'a>>| scratch.arena().alloc_slice_fill_iter(items);
    match ty {
        Type::Bool => Val::Bool(number % 2 == 0),
        Type::Int => Val::Int(number % 7),
        Type::Number => Val::Number((number * 13) as f64),
        Type::Text | Type::Json => Val::Text(if number % 3 == 0 { "UTC" } else { "c1" }),
        Type::Enum(members) => Val::Text(&members[number as usize % members.len()]),
        Type::Time => Val::Time(now + (number - 5) * HOUR),
        Type::Date => Val::Date((now / DAY + number - 5) as i32),
        Type::TimeOfDay => Val::TimeOfDay((number % 24 * HOUR) as i32),
        Type::Weekday => Val::Weekday((number % 7) as u8),
        Type::Duration => Val::Duration(number * HOUR),
        Type::List(item) => Val::List(list(
            (0..number % 3).map(|it| value(item, number + it, now, scratch)).collect(),
        )),
        Type::Record(fields) => {
            Val::Record(list(fields.iter().map(|it| value(&it.ty, number, now, scratch)).collect()))
        }
    }
}

fn filled(event: &Event, number: i64, now: i64) -> Row {
    let (mut row, scratch) = (Row::with_defaults(&event.properties), Scratch::new());
    for (slot, property) in (0..).zip(&event.properties) {
        if !property.optional || number % 2 == 0 {
            row.set(slot, value(&property.ty, number + i64::from(slot), now, &scratch));
        }
    }
    row
}

/// What happens to a customer, the same whatever the versions.
fn happen(world: &mut World, step: &Step, now: i64) {
    let program = world.set.program().clone();
    let which = |count: usize| step.which % count.max(1) as u16;
    let journey = which(recipes().journeys.len());
    world.at(now);
    match step.kind {
        0..=6 => {
            let event = which(program.events.len());
            let row = filled(&program.events[usize::from(event)], step.value, now);
            world.input(Input::Event { event, at: now, id: None, row: &row });
        }
        7 | 8 => {
            let (slot, scratch) = (which(program.traits.len()), Scratch::new());
            let ty = &program.traits[usize::from(slot)].ty;
            world.set(slot, value(ty, step.value, now, &scratch));
        }
        9 => {
            let event = match &program.journeys[usize::from(journey)].entry {
                Entry::Event { event, .. } => Some(&program.events[usize::from(*event)]),
                _ => None,
            };
            let row = event.map(|event| filled(event, step.value, now));
            world.input(Input::Enter { journey, args: &[], event: row.as_ref() });
        }
        10 => {
            let (audience, member) = (which(program.audiences.len()), step.value % 3 != 0);
            world.input(Input::Member { audience, member });
        }
        11 if step.value % 3 == 0 => {
            world.input(Input::Pause { journey });
        }
        11 => {
            world.input(Input::Resume { journey });
        }
        12 => {
            let is_open = |(journey, membership, ..): &(u16, u32, u16, u32)| {
                let all = world.customer.instances();
                all.iter().any(|it| (it.journey, it.membership) == (*journey, *membership))
            };
            let open: Vec<_> = world.sent.iter().copied().filter(is_open).collect();
            let found = open.get(usize::from(which(open.len()))).copied();
            let Some((journey, membership, tile, visit)) = found else { return };
            let answer = match step.value % 4 {
                0 => Answer::Failed { status: Some(503) },
                1 => Answer::Skipped,
                2 => Answer::Response(Val::Int(1)),
                _ => Answer::Delivered,
            };
            world.input(Input::Outcome { journey, membership, tile, visit, answer });
        }
        13 => {
            let found = world.customer.instances().first();
            if let Some((journey, membership)) = found.map(|it| (it.journey, it.membership)) {
                world.input(Input::Retry { journey, membership });
            }
        }
        _ => {
            world.tick(now);
        }
    }
}

/// The journeys under new numbers; members stay in their versions or move, as the bits say.
fn redeploy(world: &mut World, number: u32, bits: i64) {
    let mut base = recipes();
    base.set_versions(|_| Version::current(number));
    let (base, text) = (verify(base).unwrap(), verify(recipes()).unwrap());
    let (old, mut plan, mut pinned) = (world.set.program().clone(), Plan::new(), vec![]);
    for (journey, declared) in (0..).zip(&old.journeys) {
        let version = old.version(journey).number;
        let of_text = text.journey_of(&declared.name, 1).unwrap();
        // Somebody may enter the current one before it happens.
        let inside = !old.version(journey).retired
            || world.customer.instances().iter().any(|it| it.journey == journey);
        // Another version would not take over the values of a new entry.
        let refreshes = text.journeys[usize::from(of_text)].inside == WhileInside::Refresh;
        if !inside {
            plan.set(&declared.name, version, Fate::Leave);
        } else if refreshes || (bits >> (journey % 5)) & 1 == 1 {
            let tiles = old.waits(journey).into_keys();
            let keep = tiles.map(|id| (id.to_owned(), Place::Keep(id.to_owned())));
            plan.set(&declared.name, version, Fate::Migrate(keep.collect()));
        } else {
            pinned.push(Pinned { program: &text, journey: of_text, version });
        }
    }
    let linked = verify(link(&base, &pinned).unwrap()).unwrap();
    world.deploy(ProgramSet::new(linked), &plan);
}

/// The timeline without what only tells of deployments.
fn plain(world: &mut World) -> Vec<String> {
    let mut lines = world.path();
    lines.retain(|line| !line.contains("rebased") && !line.contains(": from v"));
    lines
}

/// Nobody is in two versions, and no message has the key of another.
fn check(world: &World) {
    let program = world.set.program();
    let mut inside: BTreeMap<&str, BTreeSet<u16>> = BTreeMap::new();
    for instance in world.customer.instances() {
        let name = &program.journeys[usize::from(instance.journey)].name;
        inside.entry(name).or_default().insert(instance.journey);
    }
    for (name, versions) in inside {
        let head = program.heads()[name];
        let entry = &program.journeys[usize::from(head)].entry;
        let keyed = matches!(entry, Entry::Event { key, .. } if key.is_some());
        assert!(keyed || versions.len() == 1, "{name} in {versions:?}");
    }
    let key = |(journey, membership, tile, visit): &(u16, u32, u16, u32)| {
        let journey = &program.journeys[usize::from(*journey)];
        (&journey.name, *membership, &journey.tiles[usize::from(*tile)].id, *visit)
    };
    let keys: BTreeSet<_> = world.sent.iter().map(key).collect();
    assert_eq!(keys.len(), world.sent.len(), "a key twice");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn the_same_text_as_a_new_version_is_not_noticed(steps in steps()) {
        let world = || World::of(ProgramSet::new(verify(recipes()).unwrap()));
        let (mut never, mut often) = (world(), world());
        often.names_versions = false;
        let (mut now, mut version) = (1_774_700_000_000, 1);
        for step in &steps {
            now += step.hours * HOUR;
            if step.kind >= 14 {
                version += 1;
                redeploy(often.at(now), version, step.value);
                never.tick(now);
            } else {
                happen(&mut often, step, now);
                happen(&mut never, step, now);
            }
            prop_assert_eq!(plain(&mut often), plain(&mut never));
            check(&often);
        }
        prop_assert_eq!(often.customer.next_due(), never.customer.next_due());
    }
}
