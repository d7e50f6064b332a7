//! Messages under a policy: they leave, wait or are skipped.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use common::*;
use journey_vm::{Input, Val};

/// 21:00..08:00.
fn night(otherwise: Otherwise) -> Policy {
    let (from, to) = ((21 * HOUR) as i32, (8 * HOUR) as i32);
    Policy { name: "p".into(), quiet: Some(Quiet { from, to, otherwise }), ..Policy::default() }
}

fn cap(count: u32, per: i64, otherwise: Otherwise) -> Policy {
    let caps = vec![Cap { count, per, otherwise }];
    Policy { name: "p".into(), caps, ..Policy::default() }
}

const HOLD: Otherwise = Otherwise::Hold(None);

/// Sends a message under the policy on each visit, and one more on each purchase by another
/// journey.
fn under(policy: Policy, zone: Option<&str>) -> World {
    let mut shop = shop();
    shop.b.under(shop.note, policy);
    let zone = zone.map(|zone| {
        let slot = shop.b.trait_("timezone", Type::Text, Const::Text(zone.into()));
        let code = [Insn::Trait { dst: 0, slot }, Insn::Ret { a: 0 }];
        (shop.b.expr(Type::Text, &code), slot)
    });
    for (name, event) in [("on_buy", shop.buy), ("on_visit", shop.visit)] {
        let mut s = Steps::new(name, on(event)).reenter(Reenter::Always);
        let reads = zone.map(|(_, slot)| [slot]);
        let zone = zone.zip(reads.as_ref()).map(|((zone, _), reads)| (zone, &reads[..]));
        s.send_under("m", shop.note, zone);
        s.exit("done");
        shop.b.journey(s);
    }
    World::new(shop.b)
}

const BUY: u16 = 0;
const VISIT: u16 = 1;

/// Milliseconds of an instant in UTC.
fn utc(date: (i32, u32, u32), hour: i64, minute: i64) -> i64 {
    let day = journey_time::date(date.0, date.1, date.2).unwrap();
    i64::from(day) * DAY + hour * HOUR + minute * MINUTE
}

#[test]
fn a_message_at_night_waits_for_the_morning() {
    let mut world = under(night(HOLD), None);
    world.at(23 * HOUR).event(VISIT, &[]);
    assert_eq!(world.news(), ["23h on_visit: entered", "23h on_visit: m held until 1d8h, Quiet"],);
    assert_eq!(world.customer.instance(1).unwrap().deadline, Some(DAY + 8 * HOUR));
    assert_eq!(world.customer.next_due(), Some(DAY + 8 * HOUR));
    world.tick(2 * DAY);
    assert_eq!(world.news(), ["1d8h on_visit: 1 sent m ()", "1d8h on_visit: exit done"]);
}

#[test]
fn the_night_begins_at_its_first_instant_and_ends_before_its_last() {
    let mut world = under(night(Otherwise::Skip), None);
    let (evening, morning) = (21 * HOUR, DAY + 8 * HOUR);
    for (at, sent) in [(evening - 1, true), (evening, false), (morning - 1, false), (morning, true)]
    {
        world.at(at).event(VISIT, &[]);
        let news = world.news().join("\n");
        assert_eq!(news.contains("sent m"), sent, "{news}");
        assert_eq!(news.contains("m skipped, Quiet"), !sent, "{news}");
    }
}

#[test]
fn a_day_range_does_not_wrap() {
    let quiet = Quiet { from: (12 * HOUR) as i32, to: (14 * HOUR) as i32, otherwise: HOLD };
    let mut world = under(Policy { quiet: Some(quiet), ..night(HOLD) }, None);
    world.at(12 * HOUR + MINUTE).event(VISIT, &[]).tick(DAY);
    assert_eq!(world.news()[2], "14h on_visit: 1 sent m ()");
    world.at(DAY + 23 * HOUR).event(VISIT, &[]);
    assert_eq!(world.news()[1], "1d23h on_visit#2: 1 sent m ()");
}

#[test]
fn the_night_is_that_of_the_customer() {
    // 02:00 in UTC is 11:00 in Tokyo and 21:00 in New York.
    let (day, at) = ((2026, 1, 15), utc((2026, 1, 15), 2, 0));
    let mut world = under(night(HOLD), Some("Asia/Tokyo"));
    world.at(at).event(VISIT, &[]);
    assert!(world.news()[1].contains("sent m"));
    let mut world = under(night(HOLD), Some("America/New_York"));
    world.at(at).event(VISIT, &[]);
    assert_eq!(world.customer.next_due(), Some(utc(day, 13, 0)));
}

#[test]
fn a_night_in_which_clocks_change_ends_by_the_new_clock() {
    // In Berlin the clocks went forward on 2026-03-29 and back on 2026-10-25: eight o'clock is
    // six in UTC in summer, seven in winter.
    for (evening, morning, end) in [
        ((2026, 3, 28), (2026, 3, 29), 6),
        ((2026, 10, 24), (2026, 10, 25), 7),
        ((2026, 1, 10), (2026, 1, 11), 7),
    ] {
        let mut world = under(night(HOLD), Some("Europe/Berlin"));
        world.at(utc(evening, 22, 0)).event(VISIT, &[]);
        assert_eq!(world.customer.next_due(), Some(utc(morning, end, 0)));
    }
}

#[test]
fn quiet_hours_that_end_in_a_gap_of_the_clocks_end_with_it() {
    // Berlin, 2026-03-29: from 02:00 to 03:00 there is nothing.
    let quiet =
        Quiet { from: (22 * HOUR) as i32, to: (2 * HOUR + 30 * MINUTE) as i32, otherwise: HOLD };
    let mut world = under(Policy { quiet: Some(quiet), ..night(HOLD) }, Some("Europe/Berlin"));
    world.at(utc((2026, 3, 28), 23, 0)).event(VISIT, &[]);
    assert_eq!(world.customer.next_due(), Some(utc((2026, 3, 29), 1, 0)));
}

#[test]
fn who_moves_to_a_place_where_it_is_day_gets_the_message_at_once() {
    let mut world = under(night(HOLD), Some("UTC"));
    let slot = 0;
    world.at(22 * HOUR).event(VISIT, &[]).news();
    world.at(23 * HOUR).set(slot, Val::Text("Europe/Berlin"));
    assert_eq!(world.news(), ["23h on_visit: m still held until 1d7h, Quiet"]);
    world.at(23 * HOUR + MINUTE).set(slot, Val::Text("Asia/Tokyo"));
    assert_eq!(world.news()[0], "23h1m on_visit: 1 sent m ()");
}

#[test]
fn where_the_zone_is_unknown_it_is_quiet_until_a_night_is_over() {
    let mut world = under(night(Otherwise::Skip), Some("Mars/Olympus"));
    world.at(12 * HOUR).event(VISIT, &[]);
    assert_eq!(world.news()[1], "12h on_visit: m skipped, Quiet");
    let mut world = under(night(HOLD), Some("Mars/Olympus"));
    world.at(12 * HOUR).event(VISIT, &[]);
    assert_eq!(world.news()[1], "12h on_visit: m held until 1d8h, Quiet");
    world.tick(2 * DAY);
    assert_eq!(world.news()[0], "1d8h on_visit: 1 sent m ()");
}

#[test]
fn a_customers_part_of_the_spread_is_the_same_every_morning() {
    let spread = 2 * HOUR;
    let mut world = under(night(Otherwise::Hold(Some(spread))), None);
    let mut offsets = vec![];
    for day in 0..3 {
        world.at(day * DAY + 22 * HOUR).event(VISIT, &[]);
        let due = world.customer.next_due().unwrap();
        offsets.push(due - (day + 1) * DAY - 8 * HOUR);
        world.tick(due).path();
        assert!(world.customer.instances().is_empty());
    }
    // Computed with another BLAKE3 implementation, for policy `p` and customer `c`.
    assert_eq!(offsets, [5_204_861; 3]);
    // By day nothing is spread.
    world.at(4 * DAY + 8 * HOUR).event(VISIT, &[]);
    assert_eq!(world.news()[1], "4d8h on_visit#4: 1 sent m ()");
}

#[test]
fn a_cap_counts_over_all_journeys_and_to_the_millisecond() {
    let mut world = under(cap(2, DAY, Otherwise::Skip), None);
    world.at(0).event(VISIT, &[]).at(1).event(BUY, &[Val::Number(1.0)]).news();
    world.at(DAY - 1).event(VISIT, &[]);
    assert_eq!(world.news()[1], "23h59m59s999ms on_visit#2: m skipped, Cap");
    // The first message is a day old to the millisecond: it counts no more.
    world.at(DAY).event(VISIT, &[]);
    assert_eq!(world.news()[1], "1d on_visit#3: 1 sent m ()");
    world.event(VISIT, &[]);
    assert_eq!(world.news()[1], "1d on_visit#4: m skipped, Cap");
    world.at(DAY + 1).event(VISIT, &[]);
    assert_eq!(world.news()[1], "1d1ms on_visit#5: 1 sent m ()");
}

#[test]
fn a_message_beyond_the_cap_waits_until_the_oldest_leaves() {
    let mut world = under(cap(1, DAY, HOLD), None);
    world.at(0).event(VISIT, &[]).news();
    world.at(HOUR).event(BUY, &[Val::Number(1.0)]).at(2 * HOUR).event(VISIT, &[]);
    let mut lines = world.news();
    lines.retain(|line| line.contains("held"));
    assert_eq!(lines, ["1h on_buy: m held until 1d, Cap", "2h on_visit#2: m held until 1d, Cap"]);
    world.tick(3 * DAY);
    // Who entered first goes first; the other one waits another day.
    let mut lines = world.news();
    lines.retain(|line| !line.contains("exit"));
    assert_eq!(
        lines,
        [
            "1d on_buy: 1 sent m ()",
            "1d on_visit#2: m still held until 2d, Cap",
            "2d on_visit#2: 1 sent m ()",
        ]
    );
}

#[test]
fn a_message_that_has_waited_for_as_long_as_it_may_is_skipped() {
    let mut world = under(cap(1, 7 * DAY, Otherwise::Hold(Some(2 * DAY))), None);
    world.at(0).event(VISIT, &[]).news();
    world.at(DAY).event(BUY, &[Val::Number(1.0)]);
    assert_eq!(world.news()[1], "1d on_buy: m held until 3d, Cap");
    world.tick(7 * DAY);
    assert_eq!(world.news(), ["3d on_buy: m skipped, Cap", "3d on_buy: exit done"]);
    // A hold that ends exactly when the oldest message leaves ends well.
    world.at(8 * DAY).event(VISIT, &[]).news();
    world.at(13 * DAY).event(BUY, &[Val::Number(1.0)]).tick(15 * DAY);
    assert_eq!(world.news()[2], "15d on_buy#2: 1 sent m ()");
}

#[test]
fn after_a_hold_all_rules_are_asked_again() {
    let policy = Policy { caps: cap(1, 13 * HOUR, HOLD).caps, ..night(HOLD) };
    let mut world = under(policy, None);
    world.at(20 * HOUR).event(VISIT, &[]).at(20 * HOUR + 1).event(BUY, &[Val::Number(1.0)]);
    world.tick(3 * DAY);
    let mut lines = world.news();
    lines.retain(|line| line.contains("on_buy"));
    assert_eq!(
        lines,
        [
            "20h1ms on_buy: entered",
            // The cap frees it at nine in the morning, when it is no longer quiet.
            "20h1ms on_buy: m held until 1d9h, Cap",
            "1d9h on_buy: 1 sent m ()",
            "1d9h on_buy: exit done",
        ]
    );
    // The end of one hold is the beginning of another.
    world.at(4 * DAY + 10 * HOUR).event(VISIT, &[]);
    world.at(4 * DAY + 10 * HOUR).event(BUY, &[Val::Number(1.0)]).tick(6 * DAY);
    let mut lines = world.news();
    lines.retain(|line| line.contains("on_buy") && !line.contains("exit"));
    assert_eq!(
        lines,
        [
            "4d10h on_buy#2: entered",
            "4d10h on_buy#2: m held until 4d23h, Cap",
            "4d23h on_buy#2: m still held until 5d8h, Quiet",
            "5d8h on_buy#2: 1 sent m ()",
        ]
    );
}

/// Enters on a visit and sends at night, under a policy that requires consent; leaves on a
/// purchase, and when the customer is a VIP.
fn with_consent() -> World {
    let mut shop = shop();
    let consent = shop.b.trait_("consent", Type::Bool, Const::Bool(true));
    let vip = shop.b.trait_("vip", Type::Bool, Const::Bool(false));
    let require = Some(shop.b.trait_is(consent));
    shop.b.under(shop.note, Policy { require, ..night(HOLD) });
    let is_vip = shop.b.trait_is(vip);
    let is_vip = shop.b.on_traits(is_vip, &[vip]);
    let mut s = Steps::new("j", on(shop.visit));
    s.exit_on("bought", ExitTrigger::Event { event: shop.buy, filter: None });
    s.exit_on("vip", ExitTrigger::When(is_vip));
    s.send_under("m", shop.note, None);
    s.exit("done");
    shop.b.journey(s);
    World::new(shop.b)
}

#[test]
fn what_is_required_is_asked_when_the_message_is_to_leave() {
    let (consent, vip) = (0, 1);
    let mut world = with_consent();
    world.at(23 * HOUR).event(VISIT, &[]).set(consent, Val::Bool(false));
    assert_eq!(world.news().len(), 2, "nothing happens before the hold is over");
    world.tick(2 * DAY);
    assert_eq!(world.news(), ["1d8h j: m skipped, Require", "1d8h j: exit done"]);
    let mut world = with_consent();
    world.at(23 * HOUR).event(VISIT, &[]).set(consent, Val::Bool(false));
    world.set(consent, Val::Bool(true)).tick(2 * DAY);
    assert_eq!(world.news()[2..], ["1d8h j: 1 sent m ()", "1d8h j: exit done"]);
    // Exit criteria come first.
    let mut world = with_consent();
    world.at(0).set(consent, Val::Bool(false)).set(vip, Val::Bool(true)).event(VISIT, &[]);
    assert_eq!(world.news(), ["0 j: entered", "0 j: exit vip at entry"]);
}

#[test]
fn an_exit_criterion_ends_the_hold() {
    let mut world = with_consent();
    world.at(23 * HOUR).event(VISIT, &[]).news();
    world.at(DAY).event(BUY, &[Val::Number(1.0)]);
    assert_eq!(world.news(), ["1d j: exit bought at m"]);
    assert_eq!(world.customer.next_due(), None);
    let mut world = with_consent();
    world.at(23 * HOUR).event(VISIT, &[]).news();
    world.at(DAY).set(1, Val::Bool(true));
    assert_eq!(world.news(), ["1d j: exit vip at m"]);
}

#[test]
fn what_happens_during_a_hold_changes_nothing_about_it() {
    let mut world = under(night(HOLD), None);
    world.at(22 * HOUR).event(VISIT, &[]).news();
    world.at(23 * HOUR).event(VISIT, &[]).at(DAY).input(Input::Tick);
    assert_eq!(world.news(), ["23h on_visit: not entered, Inside"]);
    assert_eq!(world.customer.next_due(), Some(DAY + 8 * HOUR));
}
