//! Who may come again.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use common::*;
use journey_vm::Val;

/// Enters on a purchase; the next purchase ends it, and so does an hour.
fn world(rule: Reenter) -> (World, u16) {
    let mut shop = shop();
    let hour = shop.b.duration(HOUR);
    let mut s = Steps::new("j", on(shop.buy)).reenter(rule);
    s.exit_on("again", ExitTrigger::Event { event: shop.buy, filter: None });
    s.pause("w", hour);
    s.exit("alone");
    shop.b.journey(s);
    (World::new(shop.b), shop.buy)
}

/// Buys at each of the given times.
fn buys(rule: Reenter, times: &[i64]) -> Vec<String> {
    let (mut world, buy) = world(rule);
    for time in times {
        world.at(*time).event(buy, &[Val::Number(1.0)]);
    }
    world.news()
}

#[test]
fn never_is_never() {
    assert_eq!(
        buys(Reenter::Never, &[0, MINUTE, DAY]),
        [
            "0 j: entered",
            "1m j: exit again at w",
            "1m j: not entered, Reentry",
            "1d j: not entered, Reentry",
        ]
    );
}

#[test]
fn always_takes_the_very_event_that_ended_the_last_instance() {
    assert_eq!(
        buys(Reenter::Always, &[0, MINUTE, 2 * MINUTE]),
        [
            "0 j: entered",
            "1m j: exit again at w",
            "1m j#2: entered",
            "2m j#2: exit again at w",
            "2m j#3: entered",
        ]
    );
}

#[test]
fn later_takes_only_an_event_applied_after_it() {
    assert_eq!(
        buys(Reenter::Later, &[0, MINUTE, MINUTE]),
        ["0 j: entered", "1m j: exit again at w", "1m j: not entered, Reentry", "1m j#2: entered",]
    );
}

/// The timer fired before the event, if at the same instant, so the event is a later one.
#[test]
fn a_timers_exit_is_earlier_than_the_event_that_comes_with_it() {
    assert_eq!(
        buys(Reenter::Later, &[0, HOUR]),
        ["0 j: entered", "1h j: exit alone", "1h j#2: entered"]
    );
}

#[test]
fn after_a_time_counts_from_the_exit() {
    assert_eq!(
        buys(Reenter::After(DAY), &[0, MINUTE, DAY, DAY + MINUTE]),
        [
            "0 j: entered",
            "1m j: exit again at w",
            "1m j: not entered, Reentry",
            "1d j: not entered, Reentry",
            "1d1m j#2: entered",
        ]
    );
}

#[test]
fn who_is_inside_does_not_enter() {
    let mut shop = shop();
    let hour = shop.b.duration(HOUR);
    let mut s = Steps::new("j", on(shop.visit)).reenter(Reenter::Always);
    s.pause("w", hour);
    s.exit("done");
    let j = shop.b.journey(s);
    let mut world = World::new(shop.b);
    world.event(shop.visit, &[]).event(shop.visit, &[]).input(by_hand(j));
    assert_eq!(
        world.news(),
        ["0 j: entered", "0 j: not entered, Inside", "0 j: not entered, Inside"]
    );
    assert_eq!(world.customer.memberships(j), 1);
}

#[test]
fn entry_by_hand_keeps_the_rule() {
    let mut shop = shop();
    let mut s = Steps::new("j", Entry::Manual);
    s.exit("done");
    let j = shop.b.journey(s);
    let mut world = World::new(shop.b);
    world.input(by_hand(j)).input(by_hand(j));
    assert_eq!(world.news(), ["0 j: entered", "0 j: exit done", "0 j: not entered, Reentry"]);
}
