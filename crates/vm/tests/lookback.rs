//! Waits that look back at events of before: what is kept for them, and for how long.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use common::*;
use journey_vm::{Input, Val};

const BUY: u16 = 0;
const VISIT: u16 = 1;

/// A journey that is entered on a visit, with a window that keeps all purchases of a range.
fn world(range: Range, tiles: impl FnOnce(&mut Shop, &mut Steps, u16)) -> World {
    let mut shop = shop();
    let mut s = Steps::new("j", on(shop.visit));
    let keep = shop.b.window(Window {
        event: shop.buy,
        aggregate: Aggregate::Each,
        filter: None,
        value: None,
        range,
        journey: Some(0),
    });
    tiles(&mut shop, &mut s, keep);
    s.exit("done");
    shop.b.journey(s);
    World::new(shop.b)
}

/// A purchase over 10 that came before opens the arm as well.
fn look_back(shop: &mut Shop, s: &mut Steps, id: &str, keep: u16) {
    let ten = shop.b.k(Const::Number(10.0));
    let large = Insn::EventNumber { cond: Cond::GtFalse, slot: 0, k: ten, skip: 1 };
    let filter = shop.b.leaf(Some(BUY), None, large);
    let day = shop.b.duration(DAY);
    let wait = s.wait(id, Deadline::After(day), &["bought", "timeout"]);
    let (filter, captures, earlier) = (Some(filter), vec![], Some(keep));
    s.arm(wait, ArmTrigger::Event { event: BUY, filter, captures, earlier }, 0);
    let over = s.here();
    s.op(Op::Jump { to: over + 2 });
    s.timeout(wait, 1);
}

fn pause(shop: &mut Shop, s: &mut Steps, id: &str) {
    let day = shop.b.duration(DAY);
    s.pause(id, day);
}

/// Purchases that are too small for any wait, one a minute.
fn buys_little(world: &mut World, from: i64, count: i64) {
    for minute in 0..count {
        world.at(from + minute * MINUTE).event(BUY, &[Val::Number(1.0)]);
    }
}

/// The size of all that is known of the customer.
fn size(world: &World) -> usize {
    let mut record = vec![];
    world.customer.encode(&world.set, &mut record);
    record.len()
}

#[test]
fn what_is_kept_for_a_wait_is_let_go_once_the_wait_has_asked() {
    let mut world = world(Range::SinceEntered, |shop, s, keep| {
        pause(shop, s, "first");
        look_back(shop, s, "ask", keep);
        pause(shop, s, "last");
    });
    world.event(VISIT, &[]);
    let empty = size(&world);
    buys_little(&mut world, HOUR, 200);
    assert!(size(&world) > empty + 1_000, "{}", size(&world));
    // Nothing of it matches, and nobody asks again.
    world.tick(DAY);
    buys_little(&mut world, DAY + HOUR, 200);
    assert!(size(&world) < empty + 20, "{}", size(&world));
    world.tick(2 * DAY).tick(3 * DAY);
    assert_eq!(world.news(), ["0 j: entered", "3d j: exit done"]);
}

#[test]
fn what_a_loop_asks_for_again_is_kept() {
    let mut world = world(Range::SinceEntered, |shop, s, keep| {
        let start = s.here();
        pause(shop, s, "first");
        look_back(shop, s, "ask", keep);
        s.op(Op::Jump { to: start });
    });
    world.event(VISIT, &[]);
    let empty = size(&world);
    buys_little(&mut world, HOUR, 200);
    world.tick(DAY).tick(2 * DAY);
    assert!(size(&world) > empty + 1_000, "{}", size(&world));
    // During the pause of the second round: the wait behind it sees it on arrival.
    world.at(2 * DAY + HOUR).event(BUY, &[Val::Number(11.0)]);
    world.path();
    world.tick(3 * DAY);
    let path = world.path();
    assert!(path.contains(&"3d j: ask by bought".to_owned()), "{path:?}");
}

#[test]
fn what_a_mark_begins_anew_is_not_kept_before_it() {
    let mut world = world(Range::SinceMark(0), |shop, s, keep| {
        s.journey.marks = 1;
        s.op(Op::Mark { mark: 0 });
        pause(shop, s, "first");
        look_back(shop, s, "ask", keep);
        pause(shop, s, "between");
        s.op(Op::Mark { mark: 0 });
        pause(shop, s, "second");
        look_back(shop, s, "again", keep);
    });
    world.event(VISIT, &[]);
    let empty = size(&world);
    world.tick(DAY).tick(2 * DAY);
    buys_little(&mut world, 2 * DAY + HOUR, 200);
    assert!(size(&world) < empty + 20, "{}", size(&world));
    world.tick(3 * DAY).at(3 * DAY + HOUR).event(BUY, &[Val::Number(11.0)]);
    world.path();
    world.tick(4 * DAY);
    let path = world.path();
    assert!(path.contains(&"4d j: again by bought".to_owned()), "{path:?}");
}

#[test]
fn an_event_during_a_pause_is_there_for_the_wait_that_looks_back() {
    for paused_before in [true, false] {
        let mut world = world(Range::SinceEntered, |shop, s, keep| {
            pause(shop, s, "first");
            look_back(shop, s, "ask", keep);
        });
        world.event(VISIT, &[]);
        let (pauses, buys) = if paused_before { (HOUR, 2 * HOUR) } else { (2 * HOUR, HOUR) };
        if paused_before {
            world.at(pauses).input(Input::Pause { journey: 0 });
        }
        world.at(buys).event(BUY, &[Val::Number(11.0)]);
        if !paused_before {
            world.at(pauses).input(Input::Pause { journey: 0 });
        }
        world.at(10 * DAY).input(Input::Resume { journey: 0 });
        world.path();
        // The first wait is as long as ever; the second finds the purchase on arrival.
        world.tick(11 * DAY);
        let path = world.path();
        assert!(path.last().is_some_and(|line| line.ends_with("j: exit done")), "{path:?}");
        assert!(path.iter().any(|line| line.ends_with("j: ask by bought")), "{path:?}");
    }
}

#[test]
fn an_event_during_a_pause_ends_the_wait_that_stands_there_and_not_the_next_as_well() {
    let mut world = world(Range::SinceMark(0), |shop, s, keep| {
        s.journey.marks = 1;
        look_back(shop, s, "now", keep);
        s.op(Op::Mark { mark: 0 });
        pause(shop, s, "between");
        look_back(shop, s, "later", keep);
    });
    world.event(VISIT, &[]).at(HOUR).input(Input::Pause { journey: 0 });
    world.at(2 * HOUR).event(BUY, &[Val::Number(11.0)]);
    world.path();
    world.at(10 * DAY).input(Input::Resume { journey: 0 });
    assert!(world.path().contains(&"10d j: now by bought".to_owned()));
    // It came before the mark, so the later wait does not see it.
    world.tick(11 * DAY).tick(12 * DAY);
    let path = world.path();
    assert!(path.contains(&"12d j: later by timeout".to_owned()), "{path:?}");
}

/// What belongs to the customer goes on during a pause: events are counted as they come, and leave
/// the window when they are too old, paused or not.
#[test]
fn a_window_counts_through_a_pause_and_is_no_longer_for_it() {
    for (bought, ends) in [(9 * DAY + HOUR, true), (2 * HOUR, false)] {
        let mut shop = shop();
        let window = shop.b.count(shop.buy, Range::Within(DAY), None);
        let test = shop.b.at_least(window, 2, None);
        let condition = shop.b.on_window(test, window);
        let mut s = Steps::new("j", on(shop.visit));
        let wait = s.wait("w", Deadline::None, &["enough"]);
        s.arm(wait, ArmTrigger::When(condition), 0);
        s.exit("done");
        shop.b.journey(s);
        let mut world = World::new(shop.b);
        world.event(VISIT, &[]).at(HOUR).input(Input::Pause { journey: 0 });
        for second in [0, SECOND] {
            world.at(bought + second).event(BUY, &[Val::Number(1.0)]);
        }
        world.at(10 * DAY).input(Input::Resume { journey: 0 });
        let exited = world.news().contains(&"10d j: exit done".to_owned());
        assert_eq!(exited, ends, "bought at {bought}");
    }
}
