//! Goals: counted once a membership, inside and after.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use common::*;
use journey_vm::Val;

/// Enters on a visit, is to buy within a day; waits an hour and leaves.
fn to_buy(shop: &mut Shop, exits: &[(&str, ExitTrigger)], inside: WhileInside) {
    let (day, hour) = (shop.b.duration(DAY), shop.b.duration(HOUR));
    let mut s = Steps::new("j", on(shop.visit)).reenter(Reenter::Always).while_inside(inside);
    s.outcome("restarted");
    for (name, trigger) in exits {
        s.exit_on(name, trigger.clone());
    }
    s.goal("purchase", shop.buy, None, day);
    let w = s.wait("w", Deadline::After(hour), &["bought", "timeout"]);
    s.arm(w, event_arm(shop.buy), 0);
    s.exit("bought");
    s.timeout(w, 1);
    s.exit("done");
    shop.b.journey(s);
}

fn world(shop: Shop) -> (World, u16, u16) {
    let (visit, buy) = (shop.visit, shop.buy);
    (World::new(shop.b), visit, buy)
}

const ONE: [Val<'static>; 1] = [Val::Number(1.0)];

#[test]
fn a_goal_is_reached_before_the_wait_goes_on_and_only_once() {
    let mut shop = shop();
    to_buy(&mut shop, &[], WhileInside::Ignore);
    let (mut world, visit, buy) = world(shop);
    world.event(visit, &[]).at(MINUTE).event(buy, &ONE).event(buy, &ONE);
    assert_eq!(world.news(), ["0 j: entered", "1m j: goal purchase", "1m j: exit bought"]);
}

#[test]
fn a_goal_is_reached_after_the_exit_until_its_time_is_up() {
    for (at, reached) in [(DAY - 1, true), (DAY, false)] {
        let mut shop = shop();
        to_buy(&mut shop, &[], WhileInside::Ignore);
        let (mut world, visit, buy) = world(shop);
        world.event(visit, &[]).tick(HOUR);
        assert_eq!(world.news(), ["0 j: entered", "1h j: exit done"]);
        world.at(at).event(buy, &ONE).event(buy, &ONE);
        assert_eq!(world.news().len(), usize::from(reached), "at {at}");
    }
}

#[test]
fn the_event_that_ends_the_membership_can_be_its_goal() {
    let mut shop = shop();
    let exit = ExitTrigger::Event { event: shop.buy, filter: None };
    to_buy(&mut shop, &[("converted", exit)], WhileInside::Ignore);
    let (mut world, visit, buy) = world(shop);
    world.event(visit, &[]).event(buy, &ONE).event(buy, &ONE);
    assert_eq!(world.news(), ["0 j: entered", "0 j: goal purchase", "0 j: exit converted at w"]);
}

#[test]
fn the_event_that_causes_the_entry_reaches_no_goal() {
    let mut shop = shop();
    to_buy(&mut shop, &[], WhileInside::Ignore);
    shop.b.program.journeys[0].entry = on(shop.buy);
    let (mut world, _, buy) = world(shop);
    world.event(buy, &ONE);
    assert_eq!(world.news(), ["0 j: entered"]);
}

#[test]
fn each_membership_counts_and_a_restarted_one_leaves_its_goal_to_the_next() {
    let mut shop = shop();
    to_buy(&mut shop, &[], WhileInside::Restart(0));
    let (mut world, visit, buy) = world(shop);
    // One that is over, one that is restarted, one that is open.
    world.event(visit, &[]).tick(HOUR).at(HOUR).event(visit, &[]).event(visit, &[]);
    world.event(buy, &ONE);
    assert_eq!(
        world.news(),
        [
            "0 j: entered",
            "1h j: exit done",
            "1h j#2: entered",
            "1h j#2: exit restarted at w",
            "1h j#3: entered",
            "1h j: goal purchase",
            "1h j#3: goal purchase",
            "1h j#3: exit bought",
        ]
    );
}

#[test]
fn what_the_membership_knew_is_known_after_it() {
    let mut b = Build::new();
    let cart = b.event("cart", &[("id", Type::Text)]);
    let order = b.event("order", &[("cart", Type::Text)]);
    let captures = vec![Capture { from: CaptureFrom::Property(0), local: 0 }];
    let key = b.local_value(0, 0, Type::Text);
    let entry = Entry::Event { event: cart, filter: None, captures, each: None, key: Some(key) };
    let mut s = Steps::new("j", entry);
    s.local("cart.id", Type::Text);
    let (own, week) = (b.same(order, 0, 0, 0), b.duration(7 * DAY));
    s.goal("order", order, Some(own), week);
    s.exit("done");
    b.journey(s);
    let mut world = World::new(b);
    for id in ["a", "b", "c"] {
        world.event(cart, &[Val::Text(id)]);
    }
    world.news();
    world.at(DAY).event(order, &[Val::Text("b")]).event(order, &[Val::Text("x")]);
    assert_eq!(world.news(), ["1d j#2: goal order"]);
}

#[test]
fn a_membership_that_cannot_go_on_can_still_reach_its_goal() {
    let mut shop = shop();
    to_buy(&mut shop, &[], WhileInside::Ignore);
    let max = shop.b.duration(i64::MAX);
    shop.b.program.journeys[0].states[0].deadline = Deadline::After(max);
    let (mut world, visit, buy) = world(shop);
    world.at(1).event(visit, &[]).event(buy, &ONE);
    assert_eq!(world.news(), ["1ms j: entered", "1ms j: fault, Overflow", "1ms j: goal purchase"]);
}

#[test]
fn a_goal_that_cannot_be_decided_parks_nobody() {
    let mut shop = shop();
    to_buy(&mut shop, &[], WhileInside::Ignore);
    let zero = shop.b.k(Const::Int(0));
    let code = [
        Insn::Const { dst: 0, k: zero },
        Insn::Binary { op: BinaryOp::RemInt, dst: 0, a: 0, b: 0 },
        Insn::Const { dst: 1, k: zero },
        Insn::Compare { cmp: Cmp::Eq, dst: 0, a: 0, b: 1 },
        Insn::Ret { a: 0 },
    ];
    let broken = shop.b.expr_of(Some(shop.buy), Some(0), Type::Bool, &code);
    shop.b.program.journeys[0].goals[0].filter = Some(broken);
    let (mut world, visit, buy) = world(shop);
    world.event(visit, &[]).event(buy, &ONE);
    assert_eq!(
        world.news(),
        ["0 j: entered", "0 j: goal fault, DivisionByZero", "0 j: exit bought"]
    );
}
