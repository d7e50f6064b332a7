//! Members that cannot go on, and are tried again.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use common::*;
use journey_vm::{Answer, Effect, Input, MessageKey, Scratch, Status, Val, apply};

fn retry(membership: u32) -> Input<'static> {
    Input::Retry { journey: 0, membership }
}

/// `x + x`: too much if the trait is beyond half of what an int can be.
fn twice(b: &mut Build, event: Option<u16>, x: u16) -> ExprId {
    let code = [
        Insn::Trait { dst: 0, slot: x },
        Insn::Binary { op: BinaryOp::AddInt, dst: 0, a: 0, b: 0 },
        Insn::Ret { a: 0 },
    ];
    b.expr_of(event, None, Type::Int, &code)
}

/// `x + x > 0` for the event or, without one, as a condition.
fn twice_is_some(b: &mut Build, event: Option<u16>, x: u16) -> ExprId {
    let zero = b.k(Const::Int(0));
    let code = [
        Insn::Trait { dst: 0, slot: x },
        Insn::Binary { op: BinaryOp::AddInt, dst: 0, a: 0, b: 0 },
        Insn::Const { dst: 1, k: zero },
        Insn::Compare { cmp: Cmp::Gt, dst: 0, a: 0, b: 1 },
        Insn::Ret { a: 0 },
    ];
    b.expr_of(event, None, Type::Bool, &code)
}

const TOO_MUCH: Val<'static> = Val::Int(i64::MAX);

/// A shop that knows a trait `x`.
fn shop_with_x() -> (Shop, u16) {
    let mut shop = shop();
    let x = shop.b.trait_("x", Type::Int, Const::Int(0));
    (shop, x)
}

#[test]
fn a_message_that_could_not_be_made_leaves_once_it_can() {
    let (mut shop, x) = shop_with_x();
    let tell = shop.b.action("crm.tell", &[("n", Type::Int)]);
    let n = twice(&mut shop.b, None, x);
    let mut s = Steps::new("j", on(shop.visit));
    s.send("first", shop.note, &[]);
    s.send("count", tell, &[(0, n)]);
    s.exit("done");
    shop.b.journey(s);
    let visit = shop.visit;
    let mut world = World::new(shop.b);
    world.set(x, TOO_MUCH).event(visit, &[]);
    world.at(HOUR).input(retry(1)).set(x, Val::Int(4)).at(2 * HOUR).input(retry(1));
    assert_eq!(
        world.path(),
        [
            "0 j: entered",
            "0 j: at first",
            "0 j: 1 sent first ()",
            "0 j: first by next",
            "0 j: at count",
            "0 j: fault, Overflow",
            "1h j: goes on",
            "1h j: fault, Overflow",
            // Neither the message before nor the arrival happens again.
            "2h j: goes on",
            "2h j: 2 sent count (8)",
            "2h j: count by next",
            "2h j: at exit_done_6",
            "2h j: exit done",
        ]
    );
}

#[test]
fn the_key_of_a_message_does_not_depend_on_how_often_it_was_tried() {
    let (mut shop, x) = shop_with_x();
    let tell = shop.b.action("crm.tell", &[("n", Type::Int)]);
    let n = twice(&mut shop.b, None, x);
    let mut s = Steps::new("j", on(shop.visit));
    s.send("count", tell, &[(0, n)]);
    s.exit("done");
    shop.b.journey(s);
    let visit = shop.visit;
    let mut world = World::new(shop.b);
    world.set(x, TOO_MUCH).event(visit, &[]).input(retry(1)).input(retry(1)).set(x, Val::Int(4));
    let mut visits = vec![];
    apply(
        &world.set,
        &mut world.customer,
        retry(1),
        0,
        &mut Scratch::new(),
        &mut |effect: Effect<'_>| {
            if let Effect::Sent { key: MessageKey { visit, .. }, .. } = effect {
                visits.push(visit);
            }
        },
    );
    assert_eq!(visits, [1]);
}

#[test]
fn an_update_whose_aftermath_cannot_be_decided_is_not_done_twice() {
    let (mut shop, x) = shop_with_x();
    let large = shop.b.value(Type::Int, Const::Int(i64::MAX));
    let test = twice_is_some(&mut shop.b, None, x);
    let when = shop.b.on_traits(test, &[x]);
    let mut s = Steps::new("j", on(shop.visit));
    s.exit_on("some", ExitTrigger::When(when));
    s.update("set", &[(x, large)]);
    s.send("note", shop.note, &[]);
    s.exit("done");
    shop.b.journey(s);
    let visit = shop.visit;
    let mut world = World::new(shop.b);
    world.event(visit, &[]).set(x, Val::Int(0)).input(retry(1));
    assert_eq!(
        world.news(),
        [
            "0 j: entered",
            "0 j: 1 updated set (9223372036854775807)",
            "0 j: fault, Overflow",
            "0 j: goes on",
            "0 j: 2 sent note ()",
            "0 j: exit done",
        ]
    );
}

/// Waits for a day for a purchase, while `x + x` is some.
fn waits_for_a_purchase() -> (World, Shop, u16) {
    let (mut shop, x) = shop_with_x();
    let filter = Some(twice_is_some(&mut shop.b, Some(shop.buy), x));
    let day = shop.b.duration(DAY);
    let mut s = Steps::new("j", on(shop.visit)).reenter(Reenter::Later);
    let w = s.wait("w", Deadline::After(day), &["bought", "timeout"]);
    let trigger = ArmTrigger::Event { event: shop.buy, filter, captures: vec![], earlier: None };
    s.arm(w, trigger, 0);
    s.exit("bought");
    s.timeout(w, 1);
    s.exit("late");
    shop.b.journey(s);
    let (buy, visit, note) = (shop.buy, shop.visit, shop.note);
    (World::new(shop.b), Shop { b: Build::new(), buy, visit, note }, x)
}

#[test]
fn an_event_that_could_not_be_decided_is_decided_again() {
    for (now_some, expected) in [(4, "3h j: exit bought"), (0, "1d2h j: exit late")] {
        let (mut world, shop, x) = waits_for_a_purchase();
        world.set(x, TOO_MUCH).event(shop.visit, &[]);
        world.at(HOUR).event(shop.buy, &[Val::Number(1.0)]);
        world.set(x, Val::Int(now_some));
        world.at(3 * HOUR).input(retry(1)).tick(5 * DAY);
        let news = world.news();
        assert_eq!(
            news,
            ["0 j: entered", "1h j: fault, Overflow", "3h j: goes on", expected],
            "the wait lasts as much longer as the member was parked"
        );
    }
}

#[test]
fn a_purchase_made_meanwhile_ends_the_membership_before_anything_is_sent() {
    let (mut shop, x) = shop_with_x();
    let tell = shop.b.action("crm.tell", &[("n", Type::Int)]);
    let n = twice(&mut shop.b, None, x);
    let mut s = Steps::new("j", on(shop.visit));
    s.exit_on("bought", ExitTrigger::Event { event: shop.buy, filter: None });
    s.send("count", tell, &[(0, n)]);
    s.exit("done");
    shop.b.journey(s);
    let (visit, buy) = (shop.visit, shop.buy);
    let mut world = World::new(shop.b);
    world.set(x, TOO_MUCH).event(visit, &[]).at(HOUR).event(buy, &[Val::Number(1.0)]);
    assert_eq!(world.customer.instance(0).unwrap().events_kept(), 1);
    world.set(x, Val::Int(1)).at(DAY).input(retry(1));
    let fault = "0 j: fault, Overflow";
    assert_eq!(
        world.news(),
        ["0 j: entered", fault, "1d j: goes on", "1d j: exit bought at count"]
    );
}

#[test]
fn who_could_not_even_begin_begins() {
    let (mut shop, x) = shop_with_x();
    // After so many hours: x of them, which is too much at first.
    let hour = shop.b.k(Const::Duration(HOUR));
    let code = [
        Insn::Trait { dst: 0, slot: x },
        Insn::Const { dst: 1, k: hour },
        Insn::Binary { op: BinaryOp::MulDurationInt, dst: 0, a: 1, b: 0 },
        Insn::Ret { a: 0 },
    ];
    let length = shop.b.expr(Type::Duration, &code);
    let mut s = Steps::new("j", on(shop.visit));
    s.exit_on("long", ExitTrigger::After(length));
    let month = shop.b.duration(30 * DAY);
    s.pause("w", month);
    s.exit("done");
    shop.b.journey(s);
    let visit = shop.visit;
    let mut world = World::new(shop.b);
    world.set(x, TOO_MUCH).event(visit, &[]).set(x, Val::Int(5)).at(HOUR).input(retry(1));
    // The hour of standing still does not count.
    world.tick(DAY);
    assert_eq!(
        world.path(),
        [
            "0 j: entered",
            "0 j: fault, Overflow",
            "1h j: goes on",
            "1h j: at w",
            "6h j: exit long at w",
        ]
    );
}

#[test]
fn who_was_at_too_many_tiles_goes_on_from_the_last_one() {
    let mut shop = shop();
    let flag = shop.b.trait_("go", Type::Bool, Const::Bool(false));
    let (none, test) = (shop.b.duration(0), shop.b.trait_is(flag));
    let when = shop.b.on_traits(test, &[flag]);
    let mut s = Steps::new("j", on(shop.visit));
    let start = s.here();
    let w = s.wait("w", Deadline::After(none), &["go", "timeout"]);
    s.timeout(w, 1);
    s.op(Op::Jump { to: start });
    s.arm(w, ArmTrigger::When(when), 0);
    s.exit("done");
    shop.b.journey(s);
    let visit = shop.visit;
    let mut world = World::new(shop.b);
    world.event(visit, &[]);
    assert_eq!(world.path().last().unwrap(), "0 j: fault, Budget");
    world.set(flag, Val::Bool(true)).at(HOUR).input(retry(1));
    let exit = "1h j: exit done";
    assert_eq!(world.path(), ["1h j: goes on", "1h j: w by go", "1h j: at exit_done_5", exit]);
}

#[test]
fn an_answer_that_comes_meanwhile_is_not_lost() {
    let (mut shop, x) = shop_with_x();
    let test = twice_is_some(&mut shop.b, None, x);
    let when = shop.b.on_traits(test, &[x]);
    let mut s = Steps::new("j", on(shop.visit));
    s.exit_on("some", ExitTrigger::When(when));
    let tile = s.arrive("ask", TileKind::Send, &["ok", "failed"]);
    s.journey.sends.push(Send { action: shop.note, args: vec![], message_id: None });
    s.op(Op::Send { send: 0 });
    let (deadline, timeout) = (Deadline::None, None);
    s.journey.states.push(State { tile, deadline, timeout, late: None, arms: vec![], run: None });
    s.op(Op::Suspend { state: 0 });
    for (edge, outcome) in [(0, Outcome::Delivered), (1, Outcome::Failed), (1, Outcome::Skipped)] {
        s.arm(0, ArmTrigger::Outcome(outcome), edge);
        s.exit(if edge == 0 { "ok" } else { "failed" });
    }
    shop.b.journey(s);
    let visit = shop.visit;
    let mut world = World::new(shop.b);
    world.event(visit, &[]).set(x, TOO_MUCH);
    let answer = Answer::Delivered;
    let outcome = Input::Outcome { journey: 0, membership: 1, tile, visit: 1, answer };
    world.at(HOUR).input(outcome).input(outcome).set(x, Val::Int(0)).input(retry(1));
    assert_eq!(
        world.news(),
        [
            "0 j: entered",
            "0 j: 1 sent ask ()",
            "0 j: fault, Overflow",
            "1h j: ask Delivered",
            "1h j: goes on",
            "1h j: exit ok",
        ]
    );
}

#[test]
fn a_journey_that_ends_meanwhile_lets_who_waits_for_it_go_on() {
    let (mut shop, x) = shop_with_x();
    let test = twice_is_some(&mut shop.b, None, x);
    let when = shop.b.on_traits(test, &[x]);
    let hour = shop.b.duration(HOUR);
    let mut s = Steps::new("a", on(shop.visit));
    s.exit_on("some", ExitTrigger::When(when));
    let tile = s.arrive("run", TileKind::Run, &["done", "not entered"]);
    s.journey.calls.push(Call { journey: 1, args: vec![], event: vec![] });
    let to = s.here() + 1;
    let run = Some(Run { call: 0, outcomes: vec![to], not_entered: to });
    let (deadline, timeout) = (Deadline::None, None);
    s.journey.states.push(State { tile, deadline, timeout, late: None, arms: vec![], run });
    s.op(Op::Suspend { state: 0 });
    s.leave(0);
    s.exit("done");
    shop.b.journey(s);
    let mut s = Steps::new("child", Entry::Manual);
    s.pause("w", hour);
    s.exit("done");
    shop.b.journey(s);
    let visit = shop.visit;
    let mut world = World::new(shop.b);
    world.event(visit, &[]).set(x, TOO_MUCH).tick(2 * HOUR).set(x, Val::Int(0)).input(retry(1));
    assert_eq!(
        world.news(),
        [
            "0 a: entered",
            "0 child: entered",
            "0 a: fault, Overflow",
            "1h child: exit done",
            "2h a: goes on",
            "2h a: exit done",
        ]
    );
}

#[test]
fn nothing_is_tried_again_that_goes_on_or_whose_journey_is_paused() {
    let (mut world, shop, x) = waits_for_a_purchase();
    world.set(x, TOO_MUCH).event(shop.visit, &[]);
    world.input(retry(1)).input(retry(7)).input(Input::Retry { journey: 9, membership: 1 });
    world.event(shop.buy, &[Val::Number(1.0)]).set(x, Val::Int(1));
    assert_eq!(world.news(), ["0 j: entered", "0 j: fault, Overflow"]);
    world.input(Input::Pause { journey: 0 }).input(retry(1));
    world.input(Input::Resume { journey: 0 });
    assert_eq!(world.news(), Vec::<String>::new());
    assert!(matches!(world.customer.instance(0).unwrap().status, Status::Faulted(_)));
    world.at(HOUR).input(retry(1));
    assert_eq!(world.news(), ["1h j: goes on", "1h j: exit bought"]);
}

#[test]
fn who_cannot_go_on_can_be_taken_out() {
    let (mut world, shop, x) = waits_for_a_purchase();
    world.set(x, TOO_MUCH).event(shop.visit, &[]).event(shop.buy, &[Val::Number(1.0)]);
    assert_eq!(world.customer.instance(0).unwrap().still_since(), Some(0));
    world.at(HOUR).input(Input::Stop { journey: 0 });
    let fault = "0 j: fault, Overflow";
    assert_eq!(world.news(), ["0 j: entered", fault, "1h j: goes on", "1h j: exit stopped at w"]);
}
