//! Waits that look back, windows, lateness, and time zones that change under them.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use common::*;
use journey_vm::Val;

/// Monday the 5th of January 1970 at midnight in Greenwich.
const MONDAY: i64 = 4 * DAY;

/// A journey that waits until nine o'clock on weekdays in the zone of a trait.
fn by_zone() -> (World, u16, u16) {
    let mut shop = shop();
    let zone = shop.b.trait_("zone", Type::Text, Const::Text("UTC".into()));
    let name = [Insn::Trait { dst: 0, slot: zone }, Insn::Ret { a: 0 }];
    let name = shop.b.expr(Type::Text, &name);
    let k = shop.b.k(Const::TimeOfDay(9 * HOUR as i32));
    let nine = [
        Insn::Const { dst: 1, k },
        Insn::NextTime { dst: 0, days: 0b001_1111, at: 1 },
        Insn::Ret { a: 0 },
    ];
    let time = shop.b.expr(Type::Time, &nine);
    shop.b.program.exprs[time.0 as usize].zone = Some(name);
    let reads = Reads { traits: vec![zone], ..Reads::default() };
    let mut s = Steps::new("j", on(shop.visit));
    s.journey.timezone = Some(Timezone { name, reads: reads.clone() });
    let w = s.wait("w", Deadline::At { time, reads }, &["next"]);
    s.timeout(w, 0);
    s.exit("done");
    shop.b.journey(s);
    (World::new(shop.b), zone, shop.visit)
}

#[test]
fn a_zone_that_changes_moves_the_wait_and_one_that_is_none_is_told() {
    let (mut world, zone, visit) = by_zone();
    world.at(MONDAY).set(zone, Val::Text("Europe/Paris")).event(visit, &[]);
    assert_eq!(world.customer.next_due(), Some(MONDAY + 8 * HOUR));
    world.set(zone, Val::Text("America/New_York"));
    assert_eq!(world.customer.next_due(), Some(MONDAY + 14 * HOUR));
    assert_eq!(world.news(), ["4d j: entered"]);
    world.set(zone, Val::Text("Nowhere/At_All"));
    assert_eq!(world.customer.next_due(), Some(MONDAY + 9 * HOUR));
    world.tick(MONDAY + 9 * HOUR);
    assert_eq!(world.news(), ["4d j: unknown zone", "4d9h j: exit done"]);
}

#[test]
fn who_comes_after_the_instant_goes_another_way_and_who_comes_at_it_does_not() {
    let mut shop = shop();
    let slot = shop.b.trait_("appointment", Type::Time, Const::Time(DAY));
    let time = shop.b.expr(Type::Time, &[Insn::Trait { dst: 0, slot }, Insn::Ret { a: 0 }]);
    let mut s = Steps::new("j", on(shop.visit)).reenter(Reenter::Always);
    let reads = Reads { traits: vec![slot], ..Reads::default() };
    let w = s.wait("w", Deadline::At { time, reads }, &["next", "late"]);
    s.timeout(w, 0);
    s.exit("in_time");
    s.late(w, 1);
    s.exit("late");
    shop.b.journey(s);
    let mut world = World::new(shop.b);
    world.at(DAY).event(shop.visit, &[]);
    assert_eq!(world.news(), ["1d j: entered", "1d j: exit in_time"]);
    world.at(DAY + 1).event(shop.visit, &[]);
    assert_eq!(world.news(), ["1d1ms j#2: entered", "1d1ms j#2: exit late"]);
    world.at(2 * DAY).set(slot, Val::Time(9 * DAY)).event(shop.visit, &[]);
    world.set(slot, Val::Time(DAY));
    assert_eq!(world.news(), ["2d j#3: entered", "2d j#3: exit in_time"]);
}
