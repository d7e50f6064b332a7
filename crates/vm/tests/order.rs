//! What happens first: timers and events, criteria and arms, one journey and another.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use common::*;
use journey_vm::{Input, Val};

/// Enters on a visit, waits an hour for a purchase.
fn waits_an_hour(shop: &mut Shop) {
    let hour = shop.b.duration(HOUR);
    let mut s = Steps::new("j", on(shop.visit));
    let w = s.wait("w", Deadline::After(hour), &["bought", "timeout"]);
    s.arm(w, event_arm(shop.buy), 0);
    s.exit("bought");
    s.timeout(w, 1);
    s.send("remind", shop.note, &[]);
    s.exit("reminded");
    shop.b.journey(s);
}

#[test]
fn a_purchase_in_time_ends_the_wait() {
    let mut shop = shop();
    waits_an_hour(&mut shop);
    let (buy, visit) = (shop.buy, shop.visit);
    let mut world = World::new(shop.b);
    world.event(visit, &[]).at(HOUR - 1).event(buy, &[Val::Number(1.0)]);
    assert_eq!(
        world.path(),
        [
            "0 j: entered",
            "0 j: at w",
            "59m59s999ms j: w by bought",
            "59m59s999ms j: at exit_bought_3",
            "59m59s999ms j: exit bought",
        ]
    );
    assert_eq!(world.customer.next_due(), None);
}

#[test]
fn a_timer_due_exactly_at_the_time_of_an_event_goes_first() {
    let mut shop = shop();
    waits_an_hour(&mut shop);
    let (buy, visit) = (shop.buy, shop.visit);
    let mut world = World::new(shop.b);
    world.event(visit, &[]);
    assert_eq!(world.customer.next_due(), Some(HOUR));
    world.at(HOUR).event(buy, &[Val::Number(1.0)]);
    assert_eq!(world.news(), ["0 j: entered", "1h j: 1 sent remind ()", "1h j: exit reminded"]);
}

#[test]
fn timers_fire_at_their_own_instants_one_after_the_other() {
    let mut shop = shop();
    let (hour, two) = (shop.b.duration(HOUR), shop.b.duration(2 * HOUR));
    let mut s = Steps::new("j", on(shop.visit));
    s.pause("first", hour);
    s.send("a", shop.note, &[]);
    s.pause("second", two);
    s.send("b", shop.note, &[]);
    s.exit("done");
    shop.b.journey(s);
    let mut world = World::new(shop.b);
    world.event(shop.visit, &[]).tick(10 * DAY);
    assert_eq!(
        world.news(),
        ["0 j: entered", "1h j: 1 sent a ()", "3h j: 2 sent b ()", "3h j: exit done"]
    );
}

#[test]
fn an_exit_criterion_wins_over_the_awaited_event() {
    let mut shop = shop();
    let day = shop.b.duration(DAY);
    let mut s = Steps::new("j", on(shop.visit));
    s.exit_on("converted", ExitTrigger::Event { event: shop.buy, filter: None });
    let w = s.wait("w", Deadline::After(day), &["bought", "timeout"]);
    s.arm(w, event_arm(shop.buy), 0);
    s.exit("armed");
    s.timeout(w, 1);
    s.exit("late");
    shop.b.journey(s);
    let mut world = World::new(shop.b);
    world.event(shop.visit, &[]).at(HOUR).event(shop.buy, &[Val::Number(1.0)]);
    assert_eq!(world.news(), ["0 j: entered", "1h j: exit converted at w"]);
}

#[test]
fn arms_of_a_wait_tie_in_source_order() {
    let mut shop = shop();
    let day = shop.b.duration(DAY);
    let k = shop.b.k(Const::Number(50.0));
    let large = shop.b.leaf(
        Some(shop.buy),
        None,
        Insn::EventNumber { cond: Cond::GeFalse, slot: 0, k, skip: 1 },
    );
    let mut s = Steps::new("j", on(shop.visit)).reenter(Reenter::Always);
    let w = s.wait("w", Deadline::After(day), &["large", "any", "timeout"]);
    let trigger =
        ArmTrigger::Event { event: shop.buy, filter: Some(large), captures: vec![], earlier: None };
    s.arm(w, trigger, 0);
    s.exit("large");
    s.arm(w, event_arm(shop.buy), 1);
    s.exit("any");
    s.timeout(w, 2);
    s.exit("late");
    shop.b.journey(s);
    let mut world = World::new(shop.b);
    world.event(shop.visit, &[]).event(shop.buy, &[Val::Number(60.0)]);
    world.event(shop.visit, &[]).event(shop.buy, &[Val::Number(40.0)]);
    assert_eq!(
        world.news(),
        ["0 j: entered", "0 j: exit large", "0 j#2: entered", "0 j#2: exit any"]
    );
}

#[test]
fn the_event_that_causes_an_entry_is_not_seen_by_the_new_instance() {
    let mut shop = shop();
    let hour = shop.b.duration(HOUR);
    let mut s = Steps::new("j", on(shop.buy));
    s.exit_on("again", ExitTrigger::Event { event: shop.buy, filter: None });
    let w = s.wait("w", Deadline::After(hour), &["bought", "timeout"]);
    s.arm(w, event_arm(shop.buy), 0);
    s.exit("armed");
    s.timeout(w, 1);
    s.exit("alone");
    shop.b.journey(s);
    let mut world = World::new(shop.b);
    world.event(shop.buy, &[Val::Number(1.0)]).tick(DAY);
    assert_eq!(world.news(), ["0 j: entered", "1h j: exit alone"]);
}

/// Journeys are entered by name; instances go on in the order in which they entered.
#[test]
fn journeys_enter_by_name_and_go_on_by_entry() {
    let mut shop = shop();
    let hour = shop.b.duration(HOUR);
    for (name, entry) in [("a", shop.buy), ("b", shop.visit), ("c", shop.visit)] {
        let mut s = Steps::new(name, on(entry));
        let w = s.wait("w", Deadline::After(hour), &["visited", "timeout"]);
        s.arm(w, event_arm(shop.visit), 0);
        s.exit("visited");
        s.timeout(w, 1);
        s.exit("alone");
        shop.b.journey(s);
    }
    let mut world = World::new(shop.b);
    world.event(shop.visit, &[]).event(shop.buy, &[Val::Number(1.0)]);
    assert_eq!(world.news(), ["0 b: entered", "0 c: entered", "0 a: entered"]);
    world.tick(HOUR);
    assert_eq!(world.news(), ["1h b: exit alone", "1h c: exit alone", "1h a: exit alone"]);
}

#[test]
fn the_same_goes_for_an_event_that_all_wait_for() {
    let mut shop = shop();
    let hour = shop.b.duration(HOUR);
    for (name, entry) in [("a", shop.buy), ("b", shop.visit)] {
        let mut s = Steps::new(name, on(entry)).reenter(Reenter::Always);
        s.exit_on("again", ExitTrigger::Event { event: shop.visit, filter: None });
        s.pause("w", hour);
        s.exit("alone");
        shop.b.journey(s);
    }
    let mut world = World::new(shop.b);
    world.event(shop.visit, &[]).event(shop.buy, &[Val::Number(1.0)]).event(shop.visit, &[]);
    assert_eq!(
        world.news(),
        [
            "0 b: entered",
            "0 a: entered",
            "0 b: exit again at w",
            "0 a: exit again at w",
            "0 b#2: entered"
        ]
    );
}

#[test]
fn the_clock_never_goes_back_but_an_event_keeps_its_own_time() {
    let mut shop = shop();
    let at = shop.b.action("crm.zat", &[("at", Type::Time)]);
    let mut s = Steps::new("j", Entry::Manual);
    let kept = s.local("buy.at", Type::Time);
    let captures = vec![Capture { from: CaptureFrom::At, local: kept }];
    s.journey.entry =
        Entry::Event { event: shop.buy, filter: None, captures, each: None, key: None };
    let load = [Insn::Local { dst: 0, slot: kept }, Insn::Ret { a: 0 }];
    let value = shop.b.expr_of(None, Some(0), Type::Time, &load);
    s.send("tell", at, &[(0, value)]);
    s.exit("done");
    shop.b.journey(s);
    let mut world = World::new(shop.b);
    world.tick(5 * HOUR).at(2 * HOUR).event(shop.buy, &[Val::Number(1.0)]);
    assert_eq!(world.news(), ["5h j: entered", "5h j: 1 sent tell (2h)", "5h j: exit done"]);
    assert_eq!(world.customer.clock(), Some(5 * HOUR));
}

#[test]
fn an_event_seen_within_seven_days_changes_nothing() {
    let mut shop = shop();
    let mut s = Steps::new("j", on(shop.visit)).reenter(Reenter::Always);
    s.exit("done");
    shop.b.journey(s);
    let visit = shop.visit;
    let mut world = World::new(shop.b);
    let mut visit_at = |now: i64, id: &str| {
        world.at(now).event_at(visit, now, Some(id), &[]);
        world.news().join("; ")
    };
    assert_eq!(visit_at(0, "e1"), "0 j: entered; 0 j: exit done");
    assert_eq!(visit_at(HOUR, "e1"), "1h duplicate");
    assert_eq!(visit_at(HOUR, "e2"), "1h j#2: entered; 1h j#2: exit done");
    assert_eq!(visit_at(7 * DAY - 1, "e1"), "6d23h59m59s999ms duplicate");
    assert_eq!(visit_at(7 * DAY, "e1"), "7d j#3: entered; 7d j#3: exit done");
}

/// A duplicate is no event, but the time it comes at is a time.
#[test]
fn timers_fire_before_a_duplicate_too() {
    let mut shop = shop();
    waits_an_hour(&mut shop);
    let mut world = World::new(shop.b);
    world.event_at(shop.visit, 0, Some("e"), &[]).at(DAY).event_at(shop.visit, DAY, Some("e"), &[]);
    assert_eq!(
        world.news(),
        ["0 j: entered", "1h j: 1 sent remind ()", "1h j: exit reminded", "1d duplicate"]
    );
}

#[test]
fn a_wait_that_is_over_on_arrival_times_out_at_once() {
    let mut shop = shop();
    for (name, time) in [("a", HOUR), ("b", HOUR + 1)] {
        let time = shop.b.value(Type::Time, Const::Time(time));
        let mut s = Steps::new(name, on(shop.visit));
        let w = s.wait("w", Deadline::At { time, reads: Reads::default() }, &["late"]);
        s.timeout(w, 0);
        s.exit("done");
        shop.b.journey(s);
    }
    let mut world = World::new(shop.b);
    world.at(HOUR).event(shop.visit, &[]);
    assert_eq!(world.news(), ["1h a: entered", "1h a: exit done", "1h b: entered"]);
}

#[test]
fn exit_after_comes_before_a_timeout_at_the_same_instant() {
    let mut shop = shop();
    let hour = shop.b.duration(HOUR);
    let mut s = Steps::new("j", on(shop.visit));
    s.exit_on("expired", ExitTrigger::After(hour));
    s.pause("w", hour);
    s.exit("done");
    shop.b.journey(s);
    let mut world = World::new(shop.b);
    world.event(shop.visit, &[]).tick(DAY);
    assert_eq!(world.news(), ["0 j: entered", "1h j: exit expired at w"]);
}

#[test]
fn the_same_inputs_give_the_same_customer_and_timeline() {
    let run = || {
        let mut shop = shop();
        waits_an_hour(&mut shop);
        let mut world = World::new(shop.b);
        world.event(shop.visit, &[]).tick(30 * MINUTE).event(shop.buy, &[Val::Number(2.0)]);
        (world.path(), world.customer)
    };
    assert_eq!(run(), run());
}

#[test]
fn inputs_that_name_nothing_are_passed_over() {
    let mut shop = shop();
    waits_an_hour(&mut shop);
    let mut world = World::new(shop.b);
    world.event(77, &[]).input(by_hand(9)).set(44, Val::Int(1));
    world.input(Input::Choose { journey: 9, split: 9, arm: 9 });
    assert_eq!(world.news(), [""; 0]);
}
