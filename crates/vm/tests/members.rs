//! What is done to members from outside: taken out, stopped, admitted.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use common::*;
use journey_vm::{Effect, Ending, Input, Scratch, Val, apply};

fn remove(journey: u16, membership: Option<u32>) -> Input<'static> {
    Input::Remove { journey, membership }
}

/// A journey that is entered by a visit and waits for a day at `w`.
fn waits_a_day(shop: &mut Shop, name: &str, change: impl FnOnce(&mut Steps)) -> u16 {
    let day = shop.b.duration(DAY);
    let mut s = Steps::new(name, on(shop.visit)).reenter(Reenter::Later);
    change(&mut s);
    s.pause("w", day);
    s.exit("done");
    shop.b.journey(s)
}

#[test]
fn who_is_taken_out_leaves_at_once_and_may_come_again_by_the_rule() {
    let mut shop = shop();
    let j = waits_a_day(&mut shop, "j", |s| s.journey.reenter = Reenter::After(DAY));
    let visit = shop.visit;
    let mut world = World::new(shop.b);
    world.event(visit, &[]).at(HOUR).input(remove(j, None)).input(remove(j, None));
    world.at(2 * HOUR).event(visit, &[]).at(26 * HOUR).event(visit, &[]);
    assert_eq!(
        world.news(),
        [
            "0 j: entered",
            "1h j: exit removed at w",
            // The exit was an hour ago, and the rule wants a day.
            "2h j: not entered, Reentry",
            "1d2h j#2: entered",
        ]
    );
    assert_eq!(world.customer.next_due(), Some(50 * HOUR));
}

/// A membership for each total.
fn by_total(s: &mut Steps, shop: &mut Shop) {
    let total = s.local("total", Type::Number);
    let captures = vec![Capture { from: CaptureFrom::Property(0), local: total }];
    let key = Some(shop.b.local_value(0, total, Type::Number));
    s.journey.entry = Entry::Event { event: shop.buy, filter: None, captures, each: None, key };
    s.journey.reenter = Reenter::Never;
}

#[test]
fn one_membership_of_several_can_be_taken_out() {
    let mut shop = shop();
    let day = shop.b.duration(DAY);
    let mut s = Steps::new("j", Entry::Manual);
    by_total(&mut s, &mut shop);
    s.pause("w", day);
    s.exit("done");
    let j = shop.b.journey(s);
    let buy = shop.buy;
    let mut world = World::new(shop.b);
    for total in [1.0, 2.0, 3.0] {
        world.event(buy, &[Val::Number(total)]);
    }
    let (customer, scratch) = (&world.customer, Scratch::new());
    let keys = customer.instances().iter().map(|it| customer.key_of(&world.set, it, &scratch));
    let expected = [1.0, 2.0, 3.0].map(|total| Some(Val::Number(total)));
    assert_eq!(keys.collect::<Vec<_>>(), expected);
    world.input(remove(j, Some(2))).input(remove(j, Some(9)));
    world.event(buy, &[Val::Number(2.0)]);
    world.input(remove(j, None));
    assert_eq!(
        world.news(),
        [
            "0 j: entered with 1",
            "0 j#2: entered with 2",
            "0 j#3: entered with 3",
            "0 j#2: exit removed at w",
            "0 j: not entered, Reentry",
            "0 j: exit removed at w",
            "0 j#3: exit removed at w",
        ]
    );
}

#[test]
fn a_goal_can_be_reached_after_being_taken_out() {
    let mut shop = shop();
    let week = shop.b.duration(7 * DAY);
    let goal = Goal { name: "sale".into(), event: shop.buy, filter: None, within: week };
    let j = waits_a_day(&mut shop, "j", |s| s.journey.goals.push(goal));
    let (visit, buy) = (shop.visit, shop.buy);
    let mut world = World::new(shop.b);
    world.event(visit, &[]).input(remove(j, None)).at(DAY).event(buy, &[Val::Number(1.0)]);
    assert_eq!(world.news(), ["0 j: entered", "0 j: exit removed at w", "1d j: goal sale"]);
}

/// A child that waits, and a parent that runs it again and again, and counts how it came back.
fn runs(shop: &mut Shop) -> u16 {
    let day = shop.b.duration(DAY);
    let mut s = Steps::new("child", Entry::Manual).reenter(Reenter::Always);
    s.pause("w", day);
    s.exit("done");
    let child = shop.b.journey(s);
    let mut s = Steps::new("parent", on(shop.visit));
    let start = s.here();
    let tile = s.arrive("r", TileKind::Run, &["done", "not entered"]);
    s.journey.calls.push(Call { journey: child, args: vec![], event: vec![] });
    let (again, out) = (s.here() + 1, s.here() + 3);
    let run = Some(Run { call: 0, outcomes: vec![again], not_entered: out });
    let (deadline, timeout) = (Deadline::None, None);
    s.journey.states.push(State { tile, deadline, timeout, late: None, arms: vec![], run });
    s.op(Op::Suspend { state: 0 });
    s.leave(0);
    s.op(Op::Jump { to: start });
    s.leave(1);
    s.exit("alone");
    shop.b.journey(s);
    child
}

#[test]
fn who_waits_for_a_member_that_is_taken_out_goes_on_as_if_it_had_not_entered() {
    let mut shop = shop();
    let child = runs(&mut shop);
    let visit = shop.visit;
    let mut world = World::new(shop.b);
    world.event(visit, &[]).tick(DAY).at(DAY + HOUR).input(remove(child, None));
    assert_eq!(
        world.news(),
        [
            "0 parent: entered",
            "0 child: entered",
            "1d child: exit done",
            "1d child#2: entered",
            "1d1h child#2: exit removed at w",
            "1d1h parent: exit alone",
        ]
    );
}

#[test]
fn a_journey_that_is_stopped_is_left_by_all_and_not_started_again_by_who_waited() {
    let mut shop = shop();
    let child = runs(&mut shop);
    // This one runs it again whatever comes back.
    let parent = shop.b.program.journeys.last_mut().unwrap();
    parent.code[3] = Op::Jump { to: 0 };
    parent.states[0].run.as_mut().unwrap().outcomes = vec![2];
    let visit = shop.visit;
    let mut world = World::new(shop.b);
    world.event(visit, &[]).at(HOUR).input(Input::Stop { journey: child });
    assert_eq!(
        world.news(),
        [
            "0 parent: entered",
            "0 child: entered",
            "1h child: exit stopped at w",
            "1h parent: exit alone",
        ]
    );
}

#[test]
fn paused_members_of_a_journey_that_is_stopped_leave_too_and_the_pause_is_over() {
    let mut shop = shop();
    let j = waits_a_day(&mut shop, "j", |_| {});
    waits_a_day(&mut shop, "k", |_| {});
    let visit = shop.visit;
    let mut world = World::new(shop.b);
    world.event(visit, &[]).at(HOUR).input(Input::Pause { journey: j });
    assert!(world.customer.is_paused(j));
    world.at(2 * HOUR).input(Input::Stop { journey: j });
    assert!(!world.customer.is_paused(j));
    world.tick(2 * DAY);
    assert_eq!(
        world.news(),
        ["0 j: entered", "0 k: entered", "2h j: exit stopped at w", "1d k: exit done"]
    );
}

/// An audience that is set from outside and a journey for those who are in it.
fn welcome(existing: bool, reenter: Reenter) -> (World, u16, u16) {
    let mut shop = shop();
    let fans = shop.b.open_audience("fans");
    let day = shop.b.duration(DAY);
    let mut s = Steps::new("j", Entry::Audience { audience: fans, existing }).reenter(reenter);
    s.pause("w", day);
    s.exit("done");
    let j = shop.b.journey(s);
    let mut world = World::new(shop.b);
    world.customer.join(fans);
    world.input(Input::Tick);
    (world, j, fans)
}

#[test]
fn who_is_in_the_audience_is_admitted_where_the_entry_includes_them() {
    for (existing, expected) in [(true, vec!["0 j: entered"]), (false, vec![])] {
        let (mut world, j, _) = welcome(existing, Reenter::Never);
        world.input(Input::Admit { journey: j }).input(Input::Admit { journey: 9 });
        assert_eq!(world.news(), expected, "{existing}");
    }
}

#[test]
fn who_is_not_in_the_audience_is_not_admitted() {
    let (mut world, j, fans) = welcome(true, Reenter::Never);
    world.input(Input::Member { audience: fans, member: false }).input(Input::Admit { journey: j });
    assert_eq!(world.news(), ["0 left fans"]);
}

#[test]
fn the_rule_and_a_pause_hold_for_those_who_are_admitted() {
    let (mut world, j, _) = welcome(true, Reenter::Never);
    world.input(Input::Pause { journey: j }).input(Input::Admit { journey: j });
    world.input(Input::Resume { journey: j }).input(Input::Admit { journey: j });
    world.input(Input::Admit { journey: j });
    world.tick(DAY).input(Input::Admit { journey: j });
    assert_eq!(
        world.news(),
        [
            "0 j: not entered, Paused",
            "0 j: entered",
            "0 j: not entered, Inside",
            "1d j: exit done",
            "1d j: not entered, Reentry",
        ]
    );
}

/// What is known of time spent: each leaving says since when the member was there.
#[test]
fn leaving_says_how_long_the_member_was_at_the_tile() {
    let mut shop = shop();
    let day = shop.b.duration(DAY);
    let j = waits_a_day(&mut shop, "j", |s| {
        s.pause("v", day);
    });
    let visit = shop.visit;
    let mut world = World::new(shop.b);
    world.at(HOUR).event(visit, &[]);
    assert_eq!(world.customer.instance(j).unwrap().arrived_at, HOUR);
    let mut stays = vec![];
    let (mut scratch, mut take) = (Scratch::new(), |effect: Effect<'_>| match effect {
        Effect::Left { tile, since, at, .. } => stays.push((Some(tile), since, at)),
        Effect::Exited { ending, tile, since, at, .. } => {
            assert_eq!(ending, Ending::Removed);
            stays.push((tile, since, at));
        }
        _ => {}
    });
    let (set, customer) = (&world.set, &mut world.customer);
    apply(set, customer, Input::Tick, DAY + 2 * HOUR, &mut scratch, &mut take);
    apply(set, customer, remove(j, None), DAY + 3 * HOUR, &mut scratch, &mut take);
    let left = DAY + HOUR;
    assert_eq!(stays, [(Some(0), HOUR, left), (Some(1), left, DAY + 3 * HOUR)]);
}

/// What a page about a customer shows.
#[test]
fn a_customer_can_be_looked_at() {
    let mut shop = shop();
    let x = shop.b.trait_("x", Type::Int, Const::Int(0));
    let name = shop.b.optional_trait("name", Type::Text);
    let fans = shop.b.open_audience("fans");
    let j = waits_a_day(&mut shop, "j", |_| {});
    let visit = shop.visit;
    let mut world = World::new(shop.b);
    world.set(x, Val::Int(7)).input(Input::Member { audience: fans, member: true });
    world.at(HOUR).event(visit, &[]);
    let (customer, arena) = (&world.customer, bumpalo::Bump::new());
    let traits: Vec<_> = customer.trait_values(&world.set, &arena).collect();
    assert_eq!(traits, [(x, Val::Int(7))], "{name} is not set");
    assert!(customer.is_member(fans) && !customer.is_member(9));
    let it = customer.instance(j).unwrap();
    assert_eq!((it.tile, it.entered_at, it.arrived_at), (Some(0), HOUR, HOUR));
    assert_eq!((it.deadline, it.due()), (Some(DAY + HOUR), Some(DAY + HOUR)));
    assert_eq!(it.still_since(), None);
    world.at(2 * HOUR).input(Input::Pause { journey: j });
    let it = world.customer.instance(j).unwrap();
    assert_eq!((it.due(), it.still_since()), (None, Some(2 * HOUR)));
}
