//! A journey is paused and resumed.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use common::*;
use journey_vm::{Input, Status, Val};

const BUY: u16 = 0;
const VISIT: u16 = 1;
const PAUSE: Input<'static> = Input::Pause { journey: 0 };
const RESUME: Input<'static> = Input::Resume { journey: 0 };

/// A journey that is entered on a visit; `tiles` writes its header and body.
fn world(tiles: impl FnOnce(&mut Shop, &mut Steps)) -> World {
    let mut shop = shop();
    let mut s = Steps::new("j", on(shop.visit)).reenter(Reenter::Always);
    tiles(&mut shop, &mut s);
    s.exit("done");
    shop.b.journey(s);
    World::new(shop.b)
}

fn buys(world: &mut World) {
    world.event(BUY, &[Val::Number(1.0)]);
}

#[test]
fn a_pause_longer_than_a_wait_puts_its_end_off() {
    let mut world = world(|shop, s| {
        let day = shop.b.duration(DAY);
        s.pause("w", day);
        s.send("m", shop.note, &[]);
    });
    world.event(VISIT, &[]).at(12 * HOUR).input(PAUSE);
    assert_eq!(world.customer.instance(0).unwrap().status, Status::Paused);
    assert_eq!(world.customer.next_due(), None);
    world.tick(3 * DAY).at(4 * DAY).input(RESUME);
    assert_eq!(world.customer.next_due(), Some(4 * DAY + 12 * HOUR));
    world.tick(10 * DAY);
    assert_eq!(world.news(), ["0 j: entered", "4d12h j: 1 sent m ()", "4d12h j: exit done"]);
}

#[test]
fn a_timer_due_at_the_instant_of_the_pause_has_fired() {
    let mut world = world(|shop, s| {
        let day = shop.b.duration(DAY);
        s.pause("w", day);
    });
    world.event(VISIT, &[]).at(DAY).input(PAUSE);
    assert_eq!(world.news(), ["0 j: entered", "1d j: exit done"]);
}

#[test]
fn an_instant_stays_what_it_is_and_takes_effect_after_the_pause() {
    let until = |at: i64| {
        world(move |shop, s| {
            let time = shop.b.value(Type::Time, Const::Time(at));
            let deadline = Deadline::At { time, reads: Reads::default() };
            let w = s.wait("w", deadline, &["next"]);
            s.timeout(w, 0);
        })
    };
    let mut during = until(DAY);
    during.event(VISIT, &[]).at(HOUR).input(PAUSE).at(5 * DAY).input(RESUME);
    assert_eq!(during.news(), ["0 j: entered", "5d j: exit done"]);
    let mut after = until(7 * DAY);
    after.event(VISIT, &[]).at(HOUR).input(PAUSE).at(5 * DAY).input(RESUME).tick(9 * DAY);
    assert_eq!(after.news(), ["0 j: entered", "7d j: exit done"]);
}

#[test]
fn who_waited_for_opening_hours_goes_on_even_if_they_are_over() {
    let mut world = world(|shop, s| {
        // The next midnight.
        let code = [
            Insn::Now { dst: 0 },
            Insn::Unary { op: UnaryOp::NextDay, dst: 0, a: 0 },
            Insn::Ret { a: 0 },
        ];
        let time = shop.b.expr(Type::Time, &code);
        let w = s.wait("w", Deadline::At { time, reads: Reads::default() }, &["next"]);
        s.timeout(w, 0);
    });
    world.event(VISIT, &[]).at(HOUR).input(PAUSE).at(2 * HOUR).input(RESUME);
    assert_eq!(world.customer.next_due(), Some(DAY));
    world.input(PAUSE).at(DAY + HOUR).input(RESUME);
    assert_eq!(world.news(), ["0 j: entered", "1d1h j: exit done"]);
}

#[test]
fn a_trait_that_changes_during_the_pause_moves_an_instant() {
    let mut world = world(|shop, s| {
        let slot = shop.b.trait_("due", Type::Time, Const::Time(DAY));
        let time = shop.b.expr(Type::Time, &[Insn::Trait { dst: 0, slot }, Insn::Ret { a: 0 }]);
        let reads = Reads { traits: vec![slot], ..Reads::default() };
        let w = s.wait("w", Deadline::At { time, reads }, &["next"]);
        s.timeout(w, 0);
    });
    world.event(VISIT, &[]).at(HOUR).input(PAUSE).at(2 * HOUR).set(0, Val::Time(3 * DAY));
    world.at(2 * DAY).input(RESUME);
    assert_eq!(world.customer.next_due(), Some(3 * DAY));
}

#[test]
fn time_inside_stands_still_for_exit_criteria_too() {
    let mut world = world(|shop, s| {
        let (week, day) = (shop.b.duration(7 * DAY), shop.b.duration(DAY));
        s.exit_on("expired", ExitTrigger::After(day));
        s.pause("w", week);
    });
    world.event(VISIT, &[]).at(HOUR).input(PAUSE).at(10 * DAY).input(RESUME).tick(30 * DAY);
    assert_eq!(world.news(), ["0 j: entered", "10d23h j: exit expired at w"]);
}

/// Waits for a visit, reminds, and waits for another; leaves on a purchase.
fn reminds_on_visits() -> World {
    world(|shop, s| {
        s.exit_on("bought", ExitTrigger::Event { event: shop.buy, filter: None });
        let day = shop.b.duration(DAY);
        for (wait, send) in [("first", "one"), ("second", "two")] {
            let w = s.wait(wait, Deadline::After(day), &["visit", "timeout"]);
            s.arm(w, event_arm(shop.visit), 0);
            s.send(send, shop.note, &[]);
            let to = s.here() + 2;
            s.op(Op::Jump { to });
            s.timeout(w, 1);
        }
    })
}

#[test]
fn a_purchase_during_the_pause_ends_the_membership_and_nobody_is_reminded() {
    let mut world = reminds_on_visits();
    world.event(VISIT, &[]).at(HOUR).input(PAUSE);
    world.at(2 * HOUR).event(VISIT, &[]).at(3 * HOUR);
    buys(&mut world);
    assert_eq!(world.news(), ["0 j: entered", "2h j: not entered, Paused"]);
    world.at(DAY).input(RESUME);
    assert_eq!(world.news(), ["1d j: exit bought at first"]);
}

#[test]
fn events_of_the_pause_are_shown_in_order_at_its_end() {
    let mut world = reminds_on_visits();
    world.event(VISIT, &[]).at(HOUR).input(PAUSE);
    world.at(2 * HOUR).event(VISIT, &[]).at(3 * HOUR).event(VISIT, &[]).news();
    world.at(DAY).input(RESUME);
    assert_eq!(world.news(), ["1d j: 1 sent one ()", "1d j: 2 sent two ()", "1d j: exit done"]);
}

#[test]
fn what_is_kept_comes_before_an_instant_that_passed_during_the_pause() {
    let mut world = world(|shop, s| {
        let time = shop.b.value(Type::Time, Const::Time(DAY));
        let deadline = Deadline::At { time, reads: Reads::default() };
        let w = s.wait("w", deadline, &["bought", "timeout"]);
        s.arm(w, event_arm(shop.buy), 0);
        s.exit("bought");
        s.timeout(w, 1);
    });
    world.event(VISIT, &[]).at(HOUR).input(PAUSE).at(2 * DAY);
    buys(&mut world);
    world.at(3 * DAY).input(RESUME);
    assert_eq!(world.news(), ["0 j: entered", "3d j: exit bought"]);
}

#[test]
fn nobody_enters_while_the_journey_is_paused() {
    let mut world = reminds_on_visits();
    let fresh = world.input(Input::Tick).customer.clone();
    world.input(PAUSE).at(HOUR).event(VISIT, &[]).input(by_hand(0));
    assert_eq!(world.news(), ["1h j: not entered, Paused", "1h j: not entered, Paused"]);
    world.at(2 * HOUR).input(RESUME);
    assert_eq!(world.customer.instances(), fresh.instances());
    assert_eq!(world.customer.memberships(0), 0);
    world.at(3 * HOUR).event(VISIT, &[]);
    assert_eq!(world.news(), ["3h j: entered"]);
}

#[test]
fn other_journeys_go_on() {
    let mut shop = shop();
    for name in ["a", "b"] {
        let day = shop.b.duration(DAY);
        let mut s = Steps::new(name, on(shop.visit));
        s.pause("w", day);
        s.exit("done");
        shop.b.journey(s);
    }
    let mut world = World::new(shop.b);
    world.event(VISIT, &[]).at(HOUR).input(PAUSE).tick(2 * DAY);
    assert_eq!(world.news(), ["0 a: entered", "0 b: entered", "1d b: exit done"]);
}

#[test]
fn history_goes_on_and_conditions_are_decided_afterwards() {
    let mut world = world(|shop, s| {
        let window = shop.b.count(shop.buy, Range::Within(3 * DAY), None);
        let (twice, often) = (shop.b.at_least(window, 2, None), shop.b.at_least(window, 3, None));
        let often = shop.b.on_window(often, window);
        let month = shop.b.duration(30 * DAY);
        let w = s.wait("w", Deadline::After(month), &["often", "timeout"]);
        s.arm(w, ArmTrigger::When(often), 0);
        let to = s.here() + 2;
        s.op(Op::Unless { test: twice, to });
        s.op(Op::Jump { to });
        s.exit("often");
        s.timeout(w, 1);
    });
    // Three purchases hold only during the pause: the first has left its window at the end.
    world.event(VISIT, &[]).at(HOUR).input(PAUSE);
    for day in [1, 2, 2] {
        world.at(day * DAY);
        buys(&mut world);
    }
    world.at(4 * DAY).input(RESUME);
    assert_eq!(world.news(), ["0 j: entered"]);
    buys(&mut world);
    assert_eq!(world.news(), ["4d j: exit often"]);
}

#[test]
fn a_flood_of_events_cannot_wash_a_purchase_away() {
    let mut world = reminds_on_visits();
    world.event(VISIT, &[]).at(HOUR).input(PAUSE).at(2 * HOUR);
    buys(&mut world);
    world.news();
    for _ in 0..300 {
        world.event(VISIT, &[]);
    }
    let news = world.news();
    assert_eq!(news.iter().filter(|line| *line == "2h j: forgets visit").count(), 45);
    world.at(DAY).input(RESUME);
    assert_eq!(world.news(), ["1d j: exit bought at first"]);
}

#[test]
fn an_event_that_can_never_match_is_not_kept() {
    let mut world = world(|shop, s| {
        let k = shop.b.k(Const::Number(100.0));
        let insn = Insn::EventNumber { cond: Cond::GeFalse, slot: 0, k, skip: 1 };
        let large = Some(shop.b.leaf(Some(shop.buy), None, insn));
        s.exit_on("bought", ExitTrigger::Event { event: shop.buy, filter: large });
        let day = shop.b.duration(DAY);
        s.pause("w", day);
    });
    world.event(VISIT, &[]).at(HOUR).input(PAUSE);
    for _ in 0..300 {
        buys(&mut world);
    }
    world.event(BUY, &[Val::Number(100.0)]);
    assert_eq!(world.news(), ["0 j: entered"], "nothing had to be let go of");
    world.at(DAY).input(RESUME);
    assert_eq!(world.news(), ["1d j: exit bought at w"]);
}

#[test]
fn a_held_message_is_asked_about_at_the_end_of_the_pause() {
    let held = |otherwise| {
        world(move |shop, s| {
            let caps = vec![Cap { count: 1, per: 5 * DAY, otherwise }];
            shop.b.under(shop.note, Policy { name: "p".into(), caps, ..Policy::default() });
            s.send_under("one", shop.note, None);
            s.send_under("two", shop.note, None);
        })
    };
    // The cap is free again during the pause.
    let mut free = held(Otherwise::Hold(None));
    free.event(VISIT, &[]).at(DAY).input(PAUSE).tick(6 * DAY).at(7 * DAY).input(RESUME);
    assert_eq!(free.news()[3..], ["7d j: 2 sent two ()", "7d j: exit done"]);
    // Of the two days that it may be held, one is left after the pause.
    let mut limited = held(Otherwise::Hold(Some(2 * DAY)));
    limited.event(VISIT, &[]).at(DAY).input(PAUSE).at(3 * DAY).input(RESUME).tick(9 * DAY);
    let news = limited.news();
    assert_eq!(
        news[2..],
        [
            "0 j: two held until 2d, Cap",
            "3d j: two still held until 4d, Cap",
            "4d j: two skipped, Cap",
            "4d j: exit done"
        ]
    );
}

#[test]
fn to_pause_twice_or_to_resume_what_runs_changes_nothing() {
    let mut world = world(|shop, s| {
        let day = shop.b.duration(DAY);
        s.pause("w", day);
    });
    world.event(VISIT, &[]).input(RESUME).at(6 * HOUR).input(PAUSE).at(12 * HOUR).input(PAUSE);
    world.at(18 * HOUR).input(RESUME).input(RESUME);
    world.input(Input::Pause { journey: 9 }).input(Input::Resume { journey: 9 });
    assert_eq!(world.customer.next_due(), Some(DAY + 12 * HOUR));
}

#[test]
fn a_goal_counts_when_it_is_reached() {
    let mut world = world(|shop, s| {
        let week = shop.b.duration(7 * DAY);
        s.journey.goals.push(Goal {
            name: "g".into(),
            event: shop.buy,
            filter: None,
            within: week,
        });
        s.pause("w", week);
    });
    world.event(VISIT, &[]).at(HOUR).input(PAUSE).at(DAY);
    buys(&mut world);
    world.at(2 * DAY).input(RESUME);
    let news = world.news();
    assert_eq!(news.len(), 2, "{news:?}");
    assert!(news[1].starts_with("1d j: ") && news[1].contains("goal"), "{news:?}");
}
