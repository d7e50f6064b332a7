//! Members who are moved to another version: they wait on where their tile is now, and the time that
//! they have waited counts.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use common::versions::*;
use common::*;
use journey_vm::{Answer, Input, ProgramSet, Rebase, Val};

#[test]
fn the_time_that_a_member_has_waited_counts() {
    for (days, until) in [(5, 5 * DAY), (3, 3 * DAY), (1, 2 * DAY)] {
        let (mut world, _, v2) = inside(reminder("old", 4, |_, _| {}), {
            reminder("new", days, |_, journey| journey.tiles[0].id = "pause".into())
        });
        let to_pause = plan(keep(&[("rest", "pause")]));
        world.at(2 * DAY).deploy(beside(&v2, &[]), &to_pause).tick(until - 1).tick(until);
        let news = world.news();
        let sent = if days == 1 { "2d".into() } else { format!("{days}d") };
        assert_eq!(news[..2], ["2d rebased", "2d j v2: from v1 to pause"], "{days}");
        assert_eq!(
            news[2..],
            [format!("{sent} j v2: 1 sent new ()"), format!("{sent} j v2: exit done")]
        );
    }
}

#[test]
fn a_pause_before_the_move_still_puts_the_end_off() {
    let (mut world, _, v2) = inside(reminder("old", 4, |_, _| {}), reminder("new", 5, |_, _| {}));
    world.at(DAY).input(Input::Pause { journey: 0 }).at(3 * DAY);
    world.input(Input::Resume { journey: 0 });
    world.deploy(beside(&v2, &[]), &plan(keep(&[("rest", "rest")])));
    assert_eq!(world.customer.next_due(), Some(7 * DAY));
    // And one that lasts.
    let (mut world, _, v2) = inside(reminder("old", 4, |_, _| {}), reminder("new", 5, |_, _| {}));
    world.at(DAY).input(Input::Pause { journey: 0 }).at(2 * DAY);
    world.deploy(beside(&v2, &[]), &plan(keep(&[("rest", "rest")])));
    world.path();
    world.at(3 * DAY).input(Input::Resume { journey: 0 }).tick(7 * DAY);
    assert_eq!(world.news(), ["7d j v2: 1 sent new ()", "7d j v2: exit done"]);
}

#[test]
fn who_has_no_place_any_more_leaves_and_can_come_again() {
    let (mut world, _, v2) = inside(plain("old"), plain("new"));
    world.at(HOUR).deploy(beside(&v2, &[]), &plan(keep(&[("rest", "")])));
    assert_eq!(world.news(), ["1h j: exit superseded at rest", "1h rebased"]);
    world.at(2 * HOUR).event(0, &[Val::Number(1.0)]);
    assert_eq!(world.news(), ["2h j v2#2: entered"]);
    // The same for all who are left of a version or of a line.
    let (mut world, _, v2) = inside(plain("old"), plain("new"));
    world.at(HOUR).deploy(beside(&v2, &[]), &plan(Fate::Leave));
    assert_eq!(world.news(), ["1h j: exit superseded at rest", "1h rebased"]);
    let (mut world, ..) = inside(plain("old"), plain("new"));
    let mut none = plain("new");
    none.program.journeys.clear();
    world.at(HOUR).deploy(beside(&none.done(), &[]), &plan(Fate::Leave));
    assert_eq!(world.news(), ["1h j: exit superseded at rest", "1h rebased"]);
}

#[test]
fn a_plan_that_cannot_be_is_refused_by_name() {
    let [old, new] = [(plain("old"), 1), (plain("new"), 2)]
        .map(|(build, number)| ProgramSet::new(version(build, number)));
    let refused = |plan: &Plan| Rebase::between(&old, &new, plan).unwrap_err().to_string();
    assert_eq!(
        refused(&Plan::new()),
        "version 1 of journey `j` is gone, and no plan says what becomes of its members"
    );
    let says = |it: &str| format!("the plan for version 1 of journey `j`{it}");
    assert_eq!(refused(&plan(keep(&[]))), says(" says nothing of tile `rest`"));
    assert_eq!(refused(&plan(keep(&[("rest", "bed")]))), says(": there is no tile `bed`"));
    assert_eq!(refused(&plan(keep(&[("bed", "rest")]))), says(": there is no tile `bed`"));
    let error = refused(&plan(keep(&[("rest", "new")])));
    assert!(error.contains("who waits at tile `rest` cannot wait at tile `new`"), "{error}");
    let mut unknown = Plan::new();
    unknown.set("j", 7, Fate::Leave);
    assert_eq!(refused(&unknown), "there is no version 7 of journey `j` to be moved");
}

#[test]
fn what_is_reached_by_the_new_condition_is_reached_at_once() {
    let soon = |limit: f64| {
        move |shop: &mut Shop, journey: &mut Journey| {
            let points = shop.b.trait_("points", Type::Number, Const::Number(10.0));
            let k = shop.b.k(Const::Number(limit));
            let cond = Cond::GeFalse;
            let test =
                shop.b.leaf(None, None, Insn::TraitNumber { cond, slot: points, k, skip: 1 });
            let when = shop.b.on_traits(test, &[points]);
            journey.outcomes.push("rich".into());
            let trigger = ExitTrigger::When(when);
            journey.exits.push(ExitCriterion { outcome: 1, trigger });
        }
    };
    let (mut world, _, v2) = inside(reminder("old", 1, soon(50.0)), reminder("new", 1, soon(10.0)));
    world.at(HOUR).deploy(beside(&v2, &[]), &plan(keep(&[("rest", "rest")])));
    assert_eq!(
        world.path(),
        ["1h rebased", "1h j v2: from v1 to rest", "1h j v2: exit rich at rest"]
    );
    // The same if it is the value of a constant that the schema has changed.
    let (mut world, ..) = inside(reminder("old", 1, soon(50.0)), plain("new"));
    let again = version(reminder("old", 1, soon(10.0)), 1);
    world.at(HOUR).deploy(ProgramSet::new(again), &Plan::new());
    assert_eq!(world.path(), ["1h rebased", "1h j: exit rich at rest"]);
}

#[test]
fn goals_and_limits_are_counted_from_the_entry() {
    let within = |days: i64, limit: i64| {
        move |shop: &mut Shop, journey: &mut Journey| {
            let within = shop.b.duration(days * DAY);
            let goal =
                |name: &str| Goal { name: name.into(), event: shop.visit, filter: None, within };
            journey.goals = vec![goal("other"), goal("visit")];
            if days < 10 {
                journey.goals.remove(0);
            }
            let limit = shop.b.duration(limit * DAY);
            journey.outcomes.push("late".into());
            journey.exits.push(ExitCriterion { outcome: 1, trigger: ExitTrigger::After(limit) });
        }
    };
    let (old, new) = (reminder("old", 9, within(5, 8)), reminder("new", 9, within(20, 4)));
    let (mut world, _, v2) = inside(old, new);
    world.at(DAY).event(1, &[]).at(2 * DAY);
    world.deploy(beside(&v2, &[]), &plan(keep(&[("rest", "rest")])));
    world.event(1, &[]).tick(4 * DAY);
    assert_eq!(
        world.news(),
        [
            "1d j: goal visit",
            "2d rebased",
            "2d j v2: from v1 to rest",
            "2d j v2: goal other",
            "4d j v2: exit late at rest"
        ]
    );
}

/// A message whose outcome is awaited, at a tile of this name.
fn awaiting(tile: &str) -> Build {
    let mut shop = shop();
    let mut s = Steps::new("j", on(shop.buy));
    let asks = s.arrive(tile, TileKind::Send, &["delivered", "failed"]);
    s.journey.sends.push(Send { action: shop.note, args: vec![], message_id: None });
    s.op(Op::Send { send: 0 });
    s.op(Op::Suspend { state: 0 });
    s.journey.states.push(State {
        tile: asks,
        deadline: Deadline::None,
        timeout: None,
        late: None,
        arms: vec![],
        run: None,
    });
    s.arm(0, ArmTrigger::Outcome(Outcome::Delivered), 0);
    s.exit("done");
    s.arm(0, ArmTrigger::Outcome(Outcome::Failed), 1);
    s.exit("lost");
    shop.b.journey(s);
    shop.b
}

#[test]
fn an_outcome_finds_the_tile_that_waits_for_it_under_its_new_name() {
    let (mut world, _, v2) = inside(awaiting("ask"), awaiting("beg"));
    let moved = plan(keep(&[("ask", "beg")]));
    let set = beside(&v2, &[]);
    let rebase = Rebase::between(&world.set, &set, &moved).unwrap();
    let (journey, tile) = rebase.tile(0, 0).unwrap();
    world.deploy(set, &moved);
    world.path();
    let answer = Answer::Delivered;
    world.input(Input::Outcome { journey, membership: 1, tile, visit: 1, answer });
    assert_eq!(world.news()[..1], ["0 j v2: beg Delivered"]);
    // And if it came during a pause.
    let (mut world, _, v2) = inside(awaiting("ask"), awaiting("beg"));
    world.input(Input::Pause { journey: 0 });
    world.input(Input::Outcome { journey: 0, membership: 1, tile: 0, visit: 1, answer });
    world.deploy(beside(&v2, &[]), &moved).input(Input::Resume { journey: 0 });
    assert_eq!(world.news().last().unwrap(), "0 j v2: exit done");
}

#[test]
fn values_and_counts_of_a_member_go_along() {
    let (mut world, _, v2) = inside(captures(["total", "x"], 0), captures(["y", "total"], 1));
    world.at(DAY).event(1, &[]).at(2 * DAY);
    world.deploy(beside(&v2, &[]), &plan(keep(&[("rest", "rest")])));
    world.path();
    world.at(3 * DAY).event(1, &[]);
    assert_eq!(world.news(), ["3d j v2: 1 sent tell (1)", "3d j v2: exit done"]);
}

/// Members divide by the divisor when they are told. With none they cannot go on.
fn divides(tile: &str, divisor: &str) -> Build {
    let mut shop = shop();
    for name in ["divisor", "other"] {
        shop.b.trait_(name, Type::Int, Const::Int(0));
    }
    let slot = u16::from(divisor == "other");
    let k = shop.b.k(Const::Int(7));
    let code = [
        Insn::Const { dst: 0, k },
        Insn::Trait { dst: 1, slot },
        Insn::Binary { op: BinaryOp::RemInt, dst: 0, a: 0, b: 1 },
        Insn::Ret { a: 0 },
    ];
    let rest = shop.b.expr(Type::Int, &code);
    let note = shop.b.action("crm.rest", &[("rest", Type::Int)]);
    let mut s = Steps::new("j", on(shop.buy));
    s.send(tile, note, &[(0, rest)]);
    s.exit("done");
    shop.b.journey(s);
    shop.b
}

#[test]
fn who_cannot_go_on_goes_along_and_is_tried_again_in_the_new_version() {
    let (mut world, _, v2) = inside(divides("tell", "divisor"), divides("say", "other"));
    assert!(world.customer.instances()[0].still_since().is_some());
    world.at(HOUR).deploy(beside(&v2, &[]), &plan(keep(&[("tell", "say")])));
    assert_eq!(world.path(), ["1h rebased", "1h j v2: from v1 to say"]);
    world.set(1, Val::Int(4)).input(Input::Retry { journey: 0, membership: 1 });
    assert_eq!(world.news(), ["1h j v2: goes on", "1h j v2: 1 sent say (3)", "1h j v2: exit done"]);
    // Where its tile is gone it leaves.
    let (mut world, _, v2) = inside(divides("tell", "divisor"), divides("say", "other"));
    world.at(HOUR).deploy(beside(&v2, &[]), &plan(keep(&[])));
    assert_eq!(world.news(), ["1h j: goes on", "1h j: exit superseded at tell", "1h rebased"]);
    // Who is pinned stays parked.
    let (mut world, v1, v2) = inside(divides("tell", "divisor"), divides("say", "other"));
    world.at(HOUR).deploy(beside(&v2, &[&v1]), &Plan::new());
    world.set(0, Val::Int(5)).input(Input::Retry { journey: 0, membership: 1 });
    assert_eq!(
        world.news()[1..],
        ["1h j v1: goes on", "1h j v1: 1 sent tell (2)", "1h j v1: exit done"]
    );
}

/// Members wait for as many days as the value says that they keep.
fn keeps_length(name: &str) -> Build {
    let mut shop = shop();
    let mut s = Steps::new("j", on(shop.buy));
    s.local(name, Type::Duration);
    let four = shop.b.duration(4 * DAY);
    s.op(Op::Set { local: 0, value: four });
    let length = shop.b.local_value(0, 0, Type::Duration);
    s.pause("rest", length);
    s.exit("done");
    shop.b.journey(s);
    shop.b
}

#[test]
fn a_value_that_a_member_does_not_have_stops_it_and_it_can_be_taken_out() {
    let (mut world, _, v2) = inside(keeps_length("long"), keeps_length("short"));
    let moved = plan(keep(&[("rest", "rest")]));
    world.at(DAY).deploy(beside(&v2, &[]), &moved);
    assert_eq!(world.path(), ["1d rebased", "1d j v2: from v1 to rest", "1d j v2: fault, Unset"]);
    world.input(Input::Retry { journey: 0, membership: 1 });
    assert_eq!(world.path(), ["1d j v2: goes on", "1d j v2: fault, Unset"]);
    world.input(Input::Remove { journey: 0, membership: Some(1) });
    assert_eq!(world.path(), ["1d j v2: goes on", "1d j v2: exit removed at rest"]);
    // The same under its name goes along.
    let (mut world, _, v2) = inside(keeps_length("long"), keeps_length("long"));
    world.at(DAY).deploy(beside(&v2, &[]), &moved).tick(4 * DAY);
    assert_eq!(world.news().last().unwrap(), "4d j v2: exit done");
}
