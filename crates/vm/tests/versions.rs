//! Several versions of a journey: who is pinned goes on as before, who enters enters the new one,
//! and nobody is in both.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use common::versions::*;
use common::*;
use journey_vm::{Input, ProgramSet, Val};

#[test]
fn who_is_pinned_goes_on_by_the_old_text_and_who_enters_gets_the_new_one() {
    let (mut world, v1, v2) = inside(plain("old"), plain("new"));
    world.at(HOUR).deploy(beside(&v2, &[&v1]), &Plan::new());
    assert_eq!(world.path(), ["1h rebased"]);
    world.tick(DAY);
    assert_eq!(
        world.news(),
        ["1d j: 1 sent old ()", "1d j: exit done"].map(|line| { line.replace("j:", "j v1:") })
    );
    world.at(2 * DAY).event(0, &[Val::Number(1.0)]).tick(3 * DAY);
    assert_eq!(
        world.news(),
        ["2d j v2#2: entered", "3d j v2#2: 1 sent new ()", "3d j v2#2: exit done"]
    );
}

#[test]
fn nobody_is_in_two_versions() {
    let (mut world, v1, v2) = inside(plain("old"), plain("new"));
    world.at(HOUR).deploy(beside(&v2, &[&v1]), &Plan::new());
    world.path();
    world.event(0, &[Val::Number(1.0)]);
    assert_eq!(world.news(), ["1h j v2: not entered, Inside"]);
    let event = Some(&row(&[Val::Number(1.0)]));
    world.input(Input::Enter { journey: 1, args: &[], event });
    assert_eq!(world.news(), ["1h j v2: not entered, Inside"], "whichever version is named");
    let line = world.set.line(1);
    assert_eq!((line, world.customer.memberships(line)), (0, 1));
}

#[test]
fn the_rule_of_the_new_version_says_who_may_come_again() {
    let never = |_: &mut Shop, journey: &mut Journey| journey.reenter = Reenter::Never;
    let (mut world, v1, v2) = inside(plain("old"), reminder("new", 1, never));
    world.at(HOUR).deploy(beside(&v2, &[&v1]), &Plan::new()).tick(DAY);
    world.path();
    world.at(2 * DAY).event(0, &[Val::Number(1.0)]);
    assert_eq!(world.news(), ["2d j v2: not entered, Reentry"]);
}

#[test]
fn who_begins_anew_leaves_the_old_version() {
    let restart = |_: &mut Shop, journey: &mut Journey| {
        journey.outcomes.push("restarted".into());
        journey.inside = WhileInside::Restart(1);
    };
    let (mut world, v1, v2) = inside(plain("old"), reminder("new", 1, restart));
    world.at(HOUR).deploy(beside(&v2, &[&v1]), &Plan::new());
    world.path();
    world.event(0, &[Val::Number(1.0)]);
    assert_eq!(world.news(), ["1h j v1: exit restarted at rest", "1h j v2#2: entered"]);
}

#[test]
fn the_values_of_a_new_entry_are_not_those_of_another_version() {
    let refresh = |_: &mut Shop, journey: &mut Journey| journey.inside = WhileInside::Refresh;
    let (mut world, v1, v2) = inside(plain("old"), reminder("new", 1, refresh));
    world.at(HOUR).deploy(beside(&v2, &[&v1]), &Plan::new());
    world.path();
    world.event(0, &[Val::Number(1.0)]);
    assert_eq!(world.news(), ["1h j v2: not entered, Inside"]);
}

#[test]
fn a_completed_journey_is_not_entered_and_its_members_go_on() {
    let (mut world, v1, _) = inside(plain("old"), plain("new"));
    let mut none = reminder("new", 1, |_, _| {});
    none.program.journeys.clear();
    world.at(HOUR).deploy(beside(&none.done(), &[&v1]), &Plan::new());
    world.event(0, &[Val::Number(1.0)]).input(by_hand(0)).tick(DAY);
    assert_eq!(
        world.news(),
        [
            "1h rebased",
            "1h j v1: not entered, Closed",
            "1d j v1: 1 sent old ()",
            "1d j v1: exit done"
        ]
    );
}

#[test]
fn a_pause_and_a_stop_are_of_all_versions() {
    let (mut world, v1, v2) = inside(plain("old"), plain("new"));
    let both = || beside(&v2, &[&v1]);
    world.at(HOUR).deploy(both(), &Plan::new());
    world.input(Input::Pause { journey: 0 }).event(0, &[Val::Number(1.0)]).tick(2 * DAY);
    assert_eq!(world.news(), ["1h rebased", "1h j v2: not entered, Paused"]);
    // A pause outlives a deployment.
    world.deploy(both(), &Plan::new()).input(Input::Resume { journey: 1 }).tick(3 * DAY);
    assert_eq!(world.news(), ["2d rebased", "2d23h j v1: 1 sent old ()", "2d23h j v1: exit done"]);
    let (mut world, v1, v2) = inside(plain("old"), plain("new"));
    world.at(HOUR).deploy(beside(&v2, &[&v1]), &Plan::new());
    world.input(Input::Stop { journey: 0 });
    assert_eq!(world.news(), ["1h rebased", "1h j v1: exit stopped at rest"]);
}

#[test]
fn goals_of_those_who_are_gone_go_on() {
    let goal = |shop: &mut Shop, journey: &mut Journey| {
        let within = shop.b.duration(20 * DAY);
        journey.goals =
            vec![Goal { name: "visit".into(), event: shop.visit, filter: None, within }];
    };
    let programs = || inside(reminder("old", 1, goal), reminder("new", 1, goal));
    let (mut world, v1, v2) = programs();
    world.tick(DAY);
    world.path();
    world.at(2 * DAY).deploy(beside(&v2, &[&v1]), &Plan::new()).event(1, &[]);
    assert_eq!(world.news(), ["2d rebased", "2d j v1: goal visit"]);
    let (mut world, _, v2) = programs();
    world.tick(DAY);
    world.path();
    world.at(2 * DAY).deploy(beside(&v2, &[]), &plan(keep(&[("rest", "rest")]))).event(1, &[]);
    assert_eq!(world.news(), ["2d rebased", "2d j v2: goal visit"]);
}

/// `a` runs `b`, which exits after a day, or before when its member visits.
fn caller(hears_visits: bool) -> Build {
    let Shop { mut b, visit, note, .. } = shop();
    let day = b.duration(DAY);
    let mut s = Steps::new("a", on(0));
    let tile = s.arrive("call", TileKind::Run, &["visited", "else"]);
    s.journey.calls.push(Call { journey: 1, args: vec![], event: vec![] });
    s.op(Op::Suspend { state: 0 });
    let visited = s.here();
    s.leave(0);
    s.exit("good");
    let other = s.here();
    s.leave(1);
    s.send("sorry", note, &[]);
    s.exit("bad");
    s.journey.states.push(State {
        tile,
        deadline: Deadline::None,
        timeout: None,
        late: None,
        arms: vec![],
        run: Some(Run {
            call: 0,
            outcomes: if hears_visits { vec![visited, other] } else { vec![other] },
            not_entered: other,
        }),
    });
    b.journey(s);
    let mut s = Steps::new("b", Entry::Manual);
    if hears_visits {
        s.exit_on("visited", ExitTrigger::Event { event: visit, filter: None });
    }
    s.pause("rest", day);
    s.exit("silent");
    b.journey(s);
    b
}

#[test]
fn who_waits_for_a_journey_understands_the_ends_of_its_other_versions() {
    // `b` is pinned and ends as it did; `a` waits for it with the old text.
    let (mut world, v1, v2) = inside(caller(true), caller(false));
    world.at(HOUR).deploy(beside(&v2, &[&v1]), &Plan::new());
    world.event(1, &[]);
    assert_eq!(world.news(), ["1h rebased", "1h b v1: exit visited at rest", "1h a v1: exit good"]);
    // The same if `a` has moved on, as its current text knows what `b` said.
    let (mut world, v1, v2) = inside(caller(true), caller(true));
    let mut moved = Plan::new();
    moved.set("a", 1, keep(&[("call", "call")]));
    world.at(HOUR).deploy(beside(&v2, &[&v1]), &moved);
    world.event(1, &[]);
    assert_eq!(
        world.news(),
        [
            "1h rebased",
            "1h a v2: from v1 to call",
            "1h b v1: exit visited at rest",
            "1h a v2: exit good"
        ]
    );
    // What it does not know is no better than no end.
    let (mut world, v1, v2) = inside(caller(true), caller(false));
    world.at(HOUR).deploy(beside(&v2, &[&v1]), &moved).event(1, &[]);
    assert_eq!(
        world.news()[2..],
        ["1h b v1: exit visited at rest", "1h a v2: 1 sent sorry ()", "1h a v2: exit bad"]
    );
}

#[test]
fn who_waits_for_a_member_who_has_no_place_goes_on_in_the_new_program() {
    let (mut world, v1, v2) = inside(caller(true), caller(true));
    let mut gone = Plan::new();
    gone.set("b", 1, keep(&[("rest", "")]));
    world.at(HOUR).deploy(beside(&v2, &[&v1]), &gone);
    assert_eq!(
        world.news(),
        [
            "1h b: exit superseded at rest",
            "1h rebased",
            "1h a v1: 1 sent sorry ()",
            "1h a v1: exit bad"
        ]
    );
}

#[test]
fn a_choice_holds_for_the_old_version_and_for_the_new_one() {
    let (v1, v2) = (version(split(["a", "b"]), 1), version(split(["c", "a"]), 2));
    let mut world = World::of(ProgramSet::new(v1.clone()));
    world.event(0, &[Val::Number(1.0)]);
    world.input(Input::Choose { journey: 0, split: 0, arm: 0 });
    world.deploy(beside(&v2, &[&v1]), &Plan::new()).tick(DAY);
    world.at(2 * DAY).event(0, &[Val::Number(1.0)]).tick(3 * DAY);
    let exits: Vec<_> = world.news().into_iter().filter(|it| it.contains("exit")).collect();
    assert_eq!(exits, ["1d j v1: exit a", "3d j v2#2: exit a"]);
}

#[test]
fn keys_of_two_versions_are_the_same_keys() {
    let (mut world, v1, v2) = inside(keyed(true), keyed(true));
    world.at(HOUR).deploy(beside(&v2, &[&v1]), &Plan::new());
    world.path();
    world.event(0, &[Val::Number(1.0)]).event(0, &[Val::Number(2.0)]).tick(2 * DAY);
    assert_eq!(
        world.news(),
        [
            "1h j v2: not entered, Inside",
            "1h j v2#2: entered with 2",
            "1d j v1: 1 sent old ()",
            "1d j v1: exit done",
            "1d1h j v2#2: 1 sent old ()",
            "1d1h j v2#2: exit done"
        ]
    );
    // Who is inside without a key is so with each, and the other way round.
    for (old, new) in [(false, true), (true, false)] {
        let (mut world, v1, v2) = inside(keyed(old), keyed(new));
        world.at(HOUR).deploy(beside(&v2, &[&v1]), &Plan::new());
        world.path();
        world.event(0, &[Val::Number(2.0)]);
        assert_eq!(world.news(), ["1h j v2: not entered, Inside"]);
    }
}
