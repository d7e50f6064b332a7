//! Journeys that change while members are inside, from their sources on.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::path::Path;

use journey_bytecode::{Pinned, Plan, Program, Verified, Version, link, verify};
use journey_ir::diff;
use journey_sema::{Checked, Config, Workspace};
use journey_vm::{Customer, Effect, Input, ProgramSet, Rebase, Row, Scratch, Val, apply};

const DAY: i64 = 86_400_000;

const SCHEMA: &str = "
customer { plan: text = \"free\" points: int = 0 }
event cancelled {}
event ordered { total: number }
destination crm log { action note(text: text) }
let limit = 100
";

const FIRST: &str = "
journey welcome {
  entry event ordered as order
  reenter always
  exit cancelled on event cancelled
  exit rich when customer.points > limit
  rest: wait 4d
  send crm.note(text: \"old {order.total} {customer.plan}\")
  last: wait up to 10d { on event ordered { exit again } }
  exit done
}
";

/// A workspace of one journey.
fn checked(schema: &str, journey: &str) -> Checked {
    let files = vec![
        ("schema.journey".to_owned(), schema.to_owned()),
        ("j.journey".to_owned(), journey.to_owned()),
    ];
    let workspace = Workspace::new(Config::default(), files);
    workspace.checked().unwrap_or_else(|| panic!("{:#?}", workspace.diagnostics()))
}

fn program(checked: &Checked, version: u32) -> Verified<Program> {
    let mut program = journey_ir::lower(checked).unwrap();
    program.set_versions(|_| Version::current(version));
    verify(program).unwrap()
}

/// A customer, and what was said of it.
struct World {
    set: ProgramSet,
    customer: Customer,
    scratch: Scratch,
    said: Vec<String>,
}

impl World {
    /// Somebody who ordered at the beginning of time.
    fn inside(program: &Verified<Program>) -> World {
        let set = ProgramSet::new(program.clone());
        let (customer, scratch) = (Customer::new("c"), Scratch::new());
        let mut world = World { set, customer, scratch, said: Vec::new() };
        world.order(0);
        world.said.clear();
        world
    }

    fn input(&mut self, input: Input<'_>, now: i64) {
        let World { set, customer, scratch, said } = self;
        let program = set.program().clone();
        apply(set, customer, input, now, scratch, &mut |effect: Effect<'_>| {
            said.extend(line(&program, effect));
        });
    }

    fn order(&mut self, now: i64) {
        let program = self.set.program();
        let event = program.events.iter().position(|event| event.name == "ordered").unwrap();
        let mut row = Row::with_defaults(&program.events[event].properties);
        row.set(0, Val::Number(7.0));
        self.input(Input::Event { event: event as u16, at: now, id: None, row: &row }, now);
    }

    fn deploy(&mut self, to: ProgramSet, plan: &Plan, now: i64) {
        let rebase = Rebase::between(&self.set, &to, plan).unwrap();
        let World { set, customer, scratch, said } = self;
        let mut program = set.program().clone();
        rebase.apply(set, &to, customer, now, scratch, &mut |effect: Effect<'_>| {
            if matches!(effect, Effect::Rebased { .. }) {
                program = to.program().clone();
            }
            said.extend(line(&program, effect));
        });
        self.set = to;
    }

    fn tick(&mut self, now: i64) -> Vec<String> {
        self.input(Input::Tick, now);
        std::mem::take(&mut self.said)
    }
}

fn line(program: &Program, effect: Effect<'_>) -> Option<String> {
    let journey = effect.journey()?;
    let declared = &program.journeys[usize::from(journey)];
    let version = program.version(journey).number;
    let tile = |tile: u16| &declared.tiles[usize::from(tile)].id;
    let (at, what) = match effect {
        Effect::Entered { at, .. } => (at, "enters".to_owned()),
        Effect::NotEntered { reason, at, .. } => (at, format!("does not enter: {reason:?}")),
        Effect::Sent { args, at, .. } => match args {
            [(_, Val::Text(text))] => (at, format!("gets `{text}`")),
            other => panic!("{other:?}"),
        },
        Effect::Migrated { tile: to, at, .. } => (at, format!("goes on at {}", tile(to?))),
        Effect::Exited { ending, at, .. } => (at, format!("exits {}", ending.name(declared))),
        Effect::Faulted { fault, at, .. } => (at, format!("cannot go on: {fault}")),
        _ => return None,
    };
    Some(format!("{}d v{version} {what}", at as f64 / DAY as f64))
}

/// The program of the second text, with the first beside it.
fn beside(second: &Checked, first: &Verified<Program>) -> ProgramSet {
    let pinned = [Pinned { program: first, journey: 0, version: 1 }];
    ProgramSet::new(verify(link(&program(second, 2), &pinned).unwrap()).unwrap())
}

/// The second text, to which members of the first move by what the difference says.
fn moved(first: &Checked, second: &Checked) -> (ProgramSet, Plan) {
    let steps = diff::plan(first, second, "welcome").unwrap();
    let mut plan = Plan::new();
    plan.set("welcome", 1, diff::migration(&steps));
    (ProgramSet::new(program(second, 2)), plan)
}

#[test]
fn who_is_pinned_goes_on_by_the_old_text() {
    let (first, second) = (checked(SCHEMA, FIRST), checked(SCHEMA, &FIRST.replace("old", "new")));
    let old = program(&first, 1);
    let mut world = World::inside(&old);
    world.deploy(beside(&second, &old), &Plan::new(), DAY);
    world.order(2 * DAY);
    assert_eq!(
        world.tick(14 * DAY),
        ["2d v2 does not enter: Inside", "4d v1 gets `old 7 free`", "14d v1 exits done"]
    );
    world.order(15 * DAY);
    assert_eq!(world.tick(19 * DAY), ["15d v2 enters", "19d v2 gets `new 7 free`"]);
}

#[test]
fn a_renamed_tile_keeps_its_members_and_the_time_that_they_have_waited() {
    let text = FIRST.replace("rest: wait 4d", "pause: wait 4d").replace("old", "new");
    let (first, second) = (checked(SCHEMA, FIRST), checked(SCHEMA, &text));
    let (set, plan) = moved(&first, &second);
    let mut world = World::inside(&program(&first, 1));
    world.deploy(set, &plan, 3 * DAY);
    assert_eq!(world.tick(3 * DAY), ["3d v2 goes on at pause"]);
    assert_eq!(world.tick(5 * DAY), ["4d v2 gets `new 7 free`"]);
}

#[test]
fn who_waits_at_a_tile_that_is_gone_leaves() {
    let (first, second) =
        (checked(SCHEMA, FIRST), checked(SCHEMA, &FIRST.replace("rest: wait 4d", "")));
    let (set, plan) = moved(&first, &second);
    let mut world = World::inside(&program(&first, 1));
    world.deploy(set, &plan, 3 * DAY);
    assert_eq!(world.tick(4 * DAY), ["3d v1 exits superseded"]);
}

#[test]
fn who_waits_for_something_else_leaves() {
    // The label is the same, but nobody waits there for an order any more.
    let asks = "last: send crm.note(text: \"\") { delivered { exit asked } failed { exit lost } }";
    let text = FIRST.replace("last: wait up to 10d { on event ordered { exit again } }", asks);
    let (first, second) = (checked(SCHEMA, FIRST), checked(SCHEMA, &text));
    let (set, plan) = moved(&first, &second);
    let mut world = World::inside(&program(&first, 1));
    world.tick(5 * DAY);
    world.deploy(set, &plan, 5 * DAY);
    assert_eq!(world.tick(5 * DAY), ["5d v1 exits superseded"]);
}

#[test]
fn a_constant_of_the_schema_holds_for_the_current_version_at_once() {
    let first = checked(SCHEMA, FIRST);
    let mut world = World::inside(&program(&first, 1));
    let points = world.set.program().traits.iter().position(|it| it.name == "points").unwrap();
    world.input(Input::Traits(&[(points as u16, Val::Int(50))]), DAY);
    let lower = checked(&SCHEMA.replace("limit = 100", "limit = 20"), FIRST);
    // Who is pinned keeps the constant that it was compiled with.
    let (mut pinned, old) = (World::inside(&program(&first, 1)), program(&first, 1));
    pinned.input(Input::Traits(&[(points as u16, Val::Int(50))]), DAY);
    pinned.deploy(beside(&lower, &old), &Plan::new(), 2 * DAY);
    assert_eq!(pinned.tick(3 * DAY), Vec::<String>::new());
    world.deploy(ProgramSet::new(program(&lower, 1)), &Plan::new(), 2 * DAY);
    assert_eq!(world.tick(3 * DAY), ["2d v1 exits rich"]);
}

#[test]
fn a_schema_that_would_break_a_version_with_members_is_refused_by_name() {
    let first = program(&checked(SCHEMA, FIRST), 1);
    let refused = |schema: &str, journey: &str| {
        let pinned = [Pinned { program: &first, journey: 0, version: 1 }];
        link(&program(&checked(schema, journey), 2), &pinned).unwrap_err().to_string()
    };
    let other = "journey welcome { entry manual wait 1d exit done }";
    let says = |it: &str| format!("version 1 of journey `welcome`: the {it}");
    assert_eq!(
        refused(&SCHEMA.replace("plan: text = \"free\"", ""), other),
        says("trait `plan` is gone")
    );
    assert_eq!(
        refused(&SCHEMA.replace("points: int = 0", "points: number = 0"), other),
        says("trait `points` is now `number`, for this version it is `int`")
    );
    assert_eq!(
        refused(&SCHEMA.replace("event cancelled {}", ""), other),
        says("event `cancelled` is gone")
    );
    // Only the entry reads the total, and nobody enters the first version any more.
    let fewer = SCHEMA.replace("{ total: number }", "{}");
    let pinned = [Pinned { program: &first, journey: 0, version: 1 }];
    link(&program(&checked(&fewer, other), 2), &pinned).unwrap();
    // A trait of which customers have values keeps its type.
    let (from, to) = (
        first.clone(),
        program(&checked(&SCHEMA.replace("points: int = 0", "points: number = 0"), other), 1),
    );
    let error =
        Rebase::between(&ProgramSet::new(from), &ProgramSet::new(to), &Plan::new()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "trait `points` is now `number`, but customers have values of type `int`"
    );
}

fn recipes() -> (Checked, Vec<String>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/recipes");
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|it| it == "journey"))
        .collect();
    names.sort();
    let files: Vec<_> = names
        .iter()
        .map(|path| (path.display().to_string(), std::fs::read_to_string(path).unwrap()))
        .collect();
    let texts = files.iter().map(|(_, text)| text.clone()).collect();
    let workspace = Workspace::new(Config::default(), files);
    (workspace.checked().unwrap_or_else(|| panic!("{:#?}", workspace.diagnostics())), texts)
}

#[test]
fn every_recipe_stands_beside_every_other_and_itself() {
    let (checked, _) = recipes();
    let base = program(&checked, 2);
    let alone: Vec<Verified<Program>> = checked
        .journeys
        .iter()
        .map(|journey| {
            verify(journey_ir::lower_journeys(&checked, &[&*journey.name]).unwrap()).unwrap()
        })
        .collect();
    let pinned = |number: usize| {
        let (program, name) = (&alone[number], &checked.journeys[number].name);
        Pinned { program, journey: program.journey_of(name, 1).unwrap(), version: 1 }
    };
    for one in 0..alone.len() {
        for other in one + 1..alone.len() {
            verify(link(&base, &[pinned(one), pinned(other)]).unwrap()).unwrap();
        }
    }
    // Where they come from makes no difference.
    let whole = program(&checked, 1);
    let from_whole: Vec<_> = (0..alone.len())
        .map(|number| Pinned { program: &whole, journey: number as u16, version: 1 })
        .collect();
    let from_each: Vec<_> = (0..alone.len()).map(pinned).collect();
    let both = [from_whole, from_each].map(|pinned| link(&base, &pinned).unwrap());
    assert_eq!(both[0].journeys.len(), both[1].journeys.len());
    for program in both {
        verify(program).unwrap();
    }
}

#[test]
fn the_tests_of_the_recipes_hold_with_an_earlier_version_beside() {
    let (checked, texts) = recipes();
    assert!(checked.tests.len() > 50);
    for test in &checked.tests {
        let (mut base, conditions) = journeyc::testing::compile(&checked, test).unwrap();
        let old = verify(base.clone()).unwrap();
        base.set_versions(|_| Version::current(2));
        let all = 0..old.journeys.len() as u16;
        let pinned: Vec<_> =
            all.map(|journey| Pinned { program: &old, journey, version: 1 }).collect();
        let linked = verify(link(&verify(base).unwrap(), &pinned).unwrap()).unwrap();
        let text = texts.iter().find(|text| {
            text.get(test.offset as usize..).is_some_and(|it| it.contains(&*test.test.title))
        });
        let text = text.unwrap();
        let mut coverage = Default::default();
        let (set, text) = (ProgramSet::new(linked), text.as_str());
        let found = journeyc::testing::run_in(&set, conditions, test, text, &mut coverage);
        let plain = journeyc::testing::run(&checked, test, text, &mut Default::default()).unwrap();
        assert_eq!(found, plain);
        assert_eq!(found.failure, None, "{}", found.title);
    }
}
