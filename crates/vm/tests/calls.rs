//! Journeys that start journeys, and loops, as compiled code.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use common::*;
use journey_vm::Fault;

/// Starts a journey and goes on.
fn enter(s: &mut Steps, id: &str, journey: u16) {
    s.arrive(id, TileKind::Enter, &["next"]);
    s.journey.calls.push(Call { journey, args: vec![], event: vec![] });
    s.op(Op::Enter { call: (s.journey.calls.len() - 1) as u16 });
    s.leave(0);
}

/// Starts a journey and waits for it: one way on for each of its outcomes, and one if it was not
/// entered.
fn run(s: &mut Steps, id: &str, journey: u16, outcomes: usize) {
    let edges: Vec<String> = (0..=outcomes).map(|edge| format!("way {edge}")).collect();
    let edges: Vec<&str> = edges.iter().map(String::as_str).collect();
    let tile = s.arrive(id, TileKind::Run, &edges);
    s.journey.calls.push(Call { journey, args: vec![], event: vec![] });
    let call = (s.journey.calls.len() - 1) as u16;
    let first = s.here() + 1;
    let to = |way: usize| first + 2 * way as u32;
    let ways = (0..outcomes).map(to).collect();
    let run = Some(Run { call, outcomes: ways, not_entered: to(outcomes) });
    let (deadline, timeout) = (Deadline::None, None);
    s.journey.states.push(State { tile, deadline, timeout, late: None, arms: vec![], run });
    s.op(Op::Suspend { state: (s.journey.states.len() - 1) as u16 });
    let end = to(outcomes + 1);
    for way in 0..=outcomes {
        s.leave(way as u16);
        s.op(Op::Jump { to: end });
    }
}

/// A child that is over after an hour, or by a purchase.
fn child(shop: &mut Shop, name: &str) -> u16 {
    let hour = shop.b.duration(HOUR);
    let mut s = Steps::new(name, Entry::Manual).reenter(Reenter::Always);
    s.exit_on("bought", ExitTrigger::Event { event: shop.buy, filter: None });
    s.pause("pause", hour);
    s.exit("done");
    shop.b.journey(s)
}

fn parent(mut shop: Shop, make: impl FnOnce(&mut Steps, &mut Shop)) -> (World, u16, u16) {
    let mut s = Steps::new("parent", on(shop.visit)).reenter(Reenter::Always);
    make(&mut s, &mut shop);
    s.exit("done");
    shop.b.journey(s);
    (World::new(shop.b), shop.buy, shop.visit)
}

#[test]
fn who_waits_goes_on_when_the_other_journey_exits_in_the_same_input() {
    let mut shop = shop();
    let child = child(&mut shop, "child");
    let (mut world, buy, visit) = parent(shop, |s, _| run(s, "wait", child, 2));
    world.event(visit, &[]);
    world.at(MINUTE).event(buy, &[journey_vm::Val::Number(1.0)]);
    assert_eq!(
        world.path(),
        [
            "0 parent: entered",
            "0 parent: at wait",
            "0 child: entered",
            "0 child: at pause",
            "1m child: exit bought at pause",
            "1m parent: wait by way 0",
            "1m parent: at exit_done_8",
            "1m parent: exit done",
        ]
    );
}

#[test]
fn a_journey_that_is_not_entered_keeps_nobody_waiting() {
    let mut shop = shop();
    let child = child(&mut shop, "child");
    let (mut world, _, visit) = parent(shop, |s, _| run(s, "wait", child, 2));
    world.input(by_hand(child)).event(visit, &[]);
    assert_eq!(
        world.path(),
        [
            "0 child: entered",
            "0 child: at pause",
            "0 parent: entered",
            "0 parent: at wait",
            "0 child: not entered, Inside",
            "0 parent: wait by way 2",
            "0 parent: at exit_done_8",
            "0 parent: exit done",
        ]
    );
}

#[test]
fn what_is_started_is_entered_once_the_starter_has_left_in_the_order_of_the_tiles() {
    let mut shop = shop();
    let (a, b) = (child(&mut shop, "a"), child(&mut shop, "b"));
    let (mut world, _, visit) = parent(shop, |s, _| {
        enter(s, "second", b);
        enter(s, "first", a);
    });
    world.event(visit, &[]);
    assert_eq!(
        world.news(),
        ["0 parent: entered", "0 parent: exit done", "0 b: entered", "0 a: entered"]
    );
}

#[test]
fn the_event_that_let_a_child_in_is_not_seen_by_it() {
    let mut shop = shop();
    let child = child(&mut shop, "child");
    let mut s = Steps::new("parent", on(shop.buy));
    enter(&mut s, "start", child);
    s.exit("done");
    shop.b.journey(s);
    let mut world = World::new(shop.b);
    world.event(shop.buy, &[journey_vm::Val::Number(1.0)]);
    assert_eq!(world.news(), ["0 parent: entered", "0 parent: exit done", "0 child: entered"]);
}

/// The checker refuses such journeys; code of unknown origin comes to an end all the same.
#[test]
fn a_circle_that_turns_at_once_is_parked_when_the_budget_is_spent() {
    let mut b = Build::new();
    for (name, other) in [("a", 1), ("b", 0)] {
        let mut s = Steps::new(name, Entry::Manual).reenter(Reenter::Always);
        enter(&mut s, "start", other);
        s.exit("done");
        b.journey(s);
    }
    let mut world = World::new(b);
    world.input(by_hand(0));
    let news = world.news();
    let faults: Vec<_> = news.iter().filter(|line| line.contains("fault")).collect();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].contains(&format!("{:?}", Fault::Budget)));
    assert!(news.len() < 3_000, "{}", news.len());
}

/// A loop of so many rounds, each of which waits an hour.
fn rounds(times: i64) -> Vec<String> {
    let mut b = Build::new();
    let (hour, times) = (b.duration(HOUR), b.value(Type::Int, Const::Int(times)));
    let mut s = Steps::new("j", Entry::Manual);
    let local = s.local("left", Type::Int);
    let tile = s.arrive("loop", TileKind::Repeat, &["again", "done"]);
    s.op(Op::Rounds { local, times });
    let head = s.here();
    s.op(Op::Countdown { local, to: 0 });
    s.leave(0);
    s.pause("pause", hour);
    s.op(Op::Arrive { tile });
    s.op(Op::Jump { to: head });
    let done = s.here();
    s.leave(1);
    s.exit("over");
    s.journey.code[head as usize] = Op::Countdown { local, to: done };
    b.journey(s);
    let mut world = World::new(b);
    world.input(by_hand(0)).tick(30 * DAY);
    world.news()
}

#[test]
fn a_loop_has_as_many_rounds_as_it_is_given() {
    assert_eq!(rounds(3), ["0 j: entered", "3h j: exit over"]);
    assert_eq!(rounds(0), ["0 j: entered", "0 j: exit over"]);
    assert_eq!(rounds(-5), ["0 j: entered", "0 j: exit over"]);
    assert_eq!(rounds(1_000_000), ["0 j: entered"]);
}
